"""The node tree of one filled form: built from published defaults or stored answers, items with ids and ranks.

Below each parent, every repeat has one *stand* besides its items: a node that is no child of anybody, has the path of
the repeat itself, and answers for the repeat as a whole (may items be added, how many must there be).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

from cpdesk.forms.files.offers import places
from cpdesk.forms.files.table_nodes import whole_table
from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.running.offers import accepted, is_limited, offered_by
from cpdesk.forms.tree import ATTRIBUTE, DOCUMENT, ELEMENT, Node
from cpdesk.forms.xpath.context import Environment
from cpdesk.model.ranks import rank_between, rank_list, ranks_after

_ITEM: Final = re.compile(r"(.*)\[([^\[\]/]+)\]\Z", re.DOTALL)


class Instance:
    """Nodes of a running form by path, and the building and removing of parts.

    Attributes:
        document: above the root, as XPath wants it.
        nodes: all nodes with a path, stands of repeats and bound attributes included, the root under "".
        kept: by path the texts of leaves that the form does not take as they stand; `node.value` is what it takes.
        missing: secondary instances whose file is not there: questions that choose from them take anything.
        lacking: the file that each node which asks such an instance lacks.
    """

    def __init__(self, form: Form, new_id: Callable[[], str]) -> None:
        self.form = form
        self.document = Node(DOCUMENT)
        self.nodes: dict[str, Node] = {}
        self.kept: dict[str, str] = {}
        self.missing: Collection[str] = ()
        self.lacking: Mapping[NodeDef, str] = {}
        self._fixed_offers: dict[NodeDef, Mapping[str, int]] = {}
        self._new_id = new_id
        self.root = self._node(form.root, "")
        self.root.name = form.primary.name
        self.document.append(self.root)
        self.nodes[""] = self.root

    def fill_from_form(self) -> None:
        """A new copy: the published values and first items."""
        self._fill(self.root, self.form.primary)

    def fill_from_answers(self, answers: Mapping[str, str]) -> dict[str, str]:
        """A stored copy; gives back the entries that belong to no node of this form."""
        items: dict[str, list[tuple[str, str]]] = {}
        for path, value in answers.items():
            match = _ITEM.match(path)
            if match:
                items.setdefault(match[1], []).append((value, match[2]))
        self._restore(self.root, answers, items)
        return {
            path: value
            for path, value in answers.items()
            if path not in self.nodes or path == "" or path.startswith("@")
        }

    def raw(self, node: Node) -> str:
        """The text of a leaf as it was typed, whether the form takes it or not."""
        return (self.kept.get(node.path) if self.kept else None) or node.value or ""

    def put(self, node: Node, text: str, offered: Mapping[str, int] | None = None) -> None:
        """Give a leaf a text; the form reads of it what the question takes."""
        definition = node.definition
        assert definition is not None
        node.value = accepted(definition, text, offered if offered is not None else self._listed(definition))
        if node.value != text:
            self.kept[node.path] = text
        elif self.kept:
            self.kept.pop(node.path, None)

    def offered(self, node: Node, environment: Environment) -> Mapping[str, int] | None:
        """The values that a question may take now, with their places; None when it takes anything."""
        definition = node.definition
        assert definition is not None
        if not is_limited(definition) or definition.calculate is not None:
            return None
        if definition.itemset is None:
            return self._listed(definition)
        if definition.itemset.instance in self.missing:
            return None
        if definition not in self.form.graph.unfiltered:
            return offered_by(node, environment)
        fixed = self._fixed_offers.get(definition)
        if fixed is None:
            table = whole_table(definition.itemset, environment.instances)
            offers = offered_by(node, environment) if table is None else table.offers(definition.itemset.value.source)
            fixed = self._fixed_offers[definition] = {} if offers is None else offers
        return fixed

    def _listed(self, definition: NodeDef) -> Mapping[str, int] | None:
        """The options that stand in the form itself."""
        if not definition.items or not definition.is_select or definition.itemset is not None:
            return None
        listed = self._fixed_offers.get(definition)
        if listed is None:
            listed = self._fixed_offers[definition] = places([item.value for item in definition.items])
        return listed

    def _node(self, definition: NodeDef, path: str) -> Node:
        node = Node(ELEMENT, definition.name)
        node.local = definition.name.rpartition(":")[2]
        node.definition = definition
        node.path = path
        if definition.is_leaf:
            node.value = ""
        if definition.literal_attributes:
            node.attributes = definition.literal_attributes
        return node

    def _bind_attributes(self, node: Node, answers: Mapping[str, str] | None = None) -> None:
        """Attributes that rules or actions speak of are nodes of their own, with the published text to begin with."""
        assert node.definition is not None
        for definition in node.definition.bound_attributes:
            name = definition.name[1:]
            attribute = Node(ATTRIBUTE, name, node.attribute(name), node)
            attribute.local = name.rpartition(":")[2]
            attribute.definition = definition
            attribute.path = f"{node.path}/{definition.name}".lstrip("/")
            if answers is not None and node.path:
                attribute.value = answers.get(attribute.path, "")
            node.bind_attribute(attribute)
            self.nodes[attribute.path] = attribute

    def _attach(self, parent: Node, node: Node) -> Node:
        parent.append(node)
        self.nodes[node.path] = node
        return node

    def _stand(self, parent: Node, definition: NodeDef) -> Node:
        stand = self._node(definition, f"{parent.path}/{definition.name}".lstrip("/"))
        stand.parent = parent
        self.nodes[stand.path] = stand
        return stand

    def _fill(self, parent: Node, source: Node | None) -> None:
        """Children of `parent` as in `source`, a node of the published instance; None leaves them all empty."""
        assert parent.definition is not None
        if parent.definition.bound_attributes:
            self._bind_attributes(parent)
        for definition in parent.definition.children:
            given = source.children_named(definition.name) if source is not None else []
            if definition.kind is Kind.REPEAT:
                self._stand(parent, definition)
                first: list[Node | None] = [node for node in given if not _is_template(node)]
                if not first and definition.no_add_remove and definition.count is None:
                    first.append(given[0] if given else None)  # nobody could ever add one
                for rank, node in zip(rank_list(len(first)), first, strict=True):
                    self._fill(self._item(parent, definition, self._new_id(), rank), node)
            else:
                child = self._attach(parent, self._node(definition, f"{parent.path}/{definition.name}".lstrip("/")))
                if definition.is_leaf:
                    self.put(child, given[0].text if given else "")
                    if definition.bound_attributes:
                        self._bind_attributes(child)
                else:
                    self._fill(child, given[0] if given else None)

    def _restore(self, parent: Node, answers: Mapping[str, str], items: Mapping[str, list[tuple[str, str]]]) -> None:
        assert parent.definition is not None
        if parent.definition.bound_attributes:
            self._bind_attributes(parent, answers)
        for definition in parent.definition.children:
            path = f"{parent.path}/{definition.name}".lstrip("/")
            if definition.kind is Kind.REPEAT:
                self._stand(parent, definition)
                for rank, item_id in sorted(items.get(path, ())):
                    self._restore(self._item(parent, definition, item_id, rank), answers, items)
            else:
                child = self._attach(parent, self._node(definition, path))
                if definition.is_leaf:
                    text = answers.get(path, "")
                    if text:
                        self.put(child, text)
                    if definition.bound_attributes:
                        self._bind_attributes(child, answers)
                else:
                    self._restore(child, answers, items)

    def _item(self, parent: Node, definition: NodeDef, item_id: str, rank: str) -> Node:
        item = self._made_item(parent, definition, item_id, rank)
        parent.insert(self._place(parent, definition, rank, item_id), item)
        return item

    def _made_item(self, parent: Node, definition: NodeDef, item_id: str, rank: str) -> Node:
        item = self._node(definition, f"{parent.path}/{definition.name}[{item_id}]".lstrip("/"))
        item.rank = rank
        item.parent = parent
        self.nodes[item.path] = item
        return item

    @staticmethod
    def _place(parent: Node, definition: NodeDef, rank: str, item_id: str) -> int:
        """Behind all children that the form defines earlier and all items of a lower rank."""
        place = len(parent.children)
        while place > 0:
            before = parent.children[place - 1]
            assert before.definition is not None
            if before.definition.index < definition.index:
                break
            if before.definition is definition and (before.rank, item_id_of(before)) < (rank, item_id):
                break
            place -= 1
        return place

    def items(self, stand: Node) -> list[Node]:
        """The items of a repeat in order."""
        assert stand.parent is not None
        return list(stand.parent.children_named(stand.name))

    def new_item(self, stand: Node, after: Node | None) -> Node:
        """Add an item with its defaults; `after` None puts it last. Nested repeats start as the template says."""
        assert stand.parent is not None
        assert stand.definition is not None
        items = self.items(stand)
        place = len(items) if after is None else next(n for n, item in enumerate(items) if item is after) + 1
        rank = rank_between(items[place - 1].rank if place else None, items[place].rank if place < len(items) else None)
        item = self._item(stand.parent, stand.definition, self._new_id(), rank)
        self._fill(item, self._template(stand.definition))
        return item

    def new_items(self, stand: Node, count: int) -> list[Node]:
        """Add so many items at the end at once. Where the published instance has an item at a place, it is as there."""
        parent, definition = stand.parent, stand.definition
        assert parent is not None
        assert definition is not None
        items = self.items(stand)
        ranks = ranks_after(items[-1].rank if items else None, count)
        made = [self._made_item(parent, definition, self._new_id(), rank) for rank in ranks]
        place = self._place(parent, definition, ranks[0], "")
        parent.children[place:place] = made
        parent.named = None
        template = self._template(definition)
        published = self._published(definition)
        for number, item in enumerate(made, len(items)):
            self._fill(item, published[number] if number < len(published) else template)
        return made

    def _published(self, definition: NodeDef) -> list[Node]:
        """The first items that the published instance gives a repeat."""
        assert definition.parent is not None
        around = _line_in(self.form.primary, definition.parent)
        given = around.children_named(definition.name) if around is not None else []
        return [node for node in given if not _is_template(node)]

    def _template(self, definition: NodeDef) -> Node | None:
        """What the published instance gives for a new item: the node marked as template. Without one a new item is
        empty: the values of a first item are that item's own."""
        source = _line_in(self.form.primary, definition)
        return source if source is not None and _is_template(source) else None

    def drop(self, items: Sequence[Node]) -> list[str]:
        """Take items of one repeat out; gives the paths of them and everything below, stands left out."""
        parent = items[0].parent
        assert parent is not None
        gone = [node.path for item in items for node in self.below(item)]
        stored = [path for path in gone if not self.is_stand(self.nodes[path])]
        leaving = {id(item) for item in items}
        parent.children = [child for child in parent.children if id(child) not in leaving]
        parent.named = None
        for path in gone:
            del self.nodes[path]
            self.kept.pop(path, None)
        return stored

    def move(self, item: Node, before: Node | None) -> None:
        """Give an item a rank before another (None: the end) and its place in the tree."""
        parent, definition = item.parent, item.definition
        assert parent is not None
        assert definition is not None
        others = [other for other in parent.children_named(item.name) if other is not item]
        place = len(others) if before is None else next(n for n, other in enumerate(others) if other is before)
        low = others[place - 1].rank if place else None
        high = others[place].rank if place < len(others) else None
        parent.remove(item)
        item.rank = rank_between(low, high)
        parent.insert(self._place(parent, definition, item.rank, item_id_of(item)), item)

    @staticmethod
    def is_stand(node: Node) -> bool:
        return node.definition is not None and node.definition.kind is Kind.REPEAT and not node.rank

    def of(self, definition: NodeDef, anchor: Node, *, stands: bool = False) -> list[Node]:
        """All nodes of a definition at or below `anchor`; with `stands` those of a repeat too."""
        line: list[NodeDef] = []
        step: NodeDef | None = definition
        while step is not None and step is not anchor.definition:
            line.append(step)
            step = step.parent
        nodes = [anchor]
        for number in range(len(line) - 1, -1, -1):
            name = line[number].name
            if number == 0 and stands and definition.kind is Kind.REPEAT:
                found = [self.nodes[f"{node.path}/{name}".lstrip("/")] for node in nodes]
                return found + [child for node in nodes for child in node.children_named(name)]
            if len(nodes) == 1:
                nodes = nodes[0].children_named(name)
            else:
                nodes = [child for node in nodes for child in node.children_named(name)]
        return nodes

    def hidden_at(self, reference: str, node: Node) -> list[Node]:
        """Nodes that a plain relative or absolute path leads to, hidden or not; nothing for any other path."""
        steps = reference.strip().split("/")
        here: Node | None = node
        if reference.startswith("/"):
            here, steps = self.root, steps[2:]
        for number, step in enumerate(steps):
            if here is None:
                return []
            if step == "..":
                here = here.parent
            elif step != ".":
                found = here.children_named(step)
                if number == len(steps) - 1:
                    return list(found)
                here = found[0] if found else None
        return [] if here is None else [here]

    def below(self, node: Node) -> Iterator[Node]:
        """The node and everything below it in order, each repeat's stand before its items."""
        yield node
        if node.definition is None or self.is_stand(node):
            return
        if node.definition.bound_attributes:
            yield from node.bound_attributes()
        for definition in node.definition.children:
            if definition.kind is Kind.REPEAT:
                yield self.nodes[f"{node.path}/{definition.name}".lstrip("/")]
            for child in node.children_named(definition.name):
                yield from self.below(child)


def _line_in(primary: Node, definition: NodeDef) -> Node | None:
    """The node of the published instance for a definition; among several the template, else the first."""
    names: list[str] = []
    step: NodeDef | None = definition
    while step is not None and step.parent is not None:
        names.append(step.name)
        step = step.parent
    source: Node | None = primary
    for name in reversed(names):
        given = source.children_named(name) if source is not None else []
        source = next((node for node in given if _is_template(node)), given[0] if given else None)
    return source


def _is_template(node: Node) -> bool:
    return "jr:template" in node.attributes


def item_id_of(item: Node) -> str:
    """The id in the last step of an item's path."""
    return item.path[item.path.rindex("[") + 1 : -1]
