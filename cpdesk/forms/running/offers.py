"""Which values a question takes: the options of a select as they stand now, the type, the bounds of a range.

A text that a person typed is never lost, but the form reads only what it takes: an answer of the wrong type, or one
that is no longer among the choices, is no answer to expressions and submissions until it is mended or offered again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cpdesk.base.errors import CpdeskError
from cpdesk.forms import lexical
from cpdesk.forms.files.offers import Offers, places
from cpdesk.forms.files.table_nodes import is_column
from cpdesk.forms.form import ItemSet, NodeDef
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.compile import filtered_list
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import to_number


def accepted(definition: NodeDef, text: str, offered: Mapping[str, int] | None) -> str:
    """What the form reads of a typed text. `offered` are the options with their places; None takes anything."""
    if not text or definition.calculate is not None:
        return text
    text = lexical.accepted(definition.type, text)
    if definition.range is not None and text and not definition.range.holds(to_number(text)):
        return ""
    return text if offered is None or not text else chosen(definition, text, offered)


def chosen(definition: NodeDef, text: str, offered: Mapping[str, int]) -> str:
    """The parts of a choice that are offered: in the order of the options where several may be chosen, in the order of
    the answer where the order is the answer or the options are shuffled."""
    if definition.control == "select1":
        return text if text in offered else ""
    parts = [part for part in text.split() if part in offered]
    is_shuffled = definition.itemset is not None and "randomize(" in definition.itemset.nodeset.source
    if len(parts) > 1 and definition.control == "select" and not is_shuffled:
        parts.sort(key=offered.__getitem__)
    return " ".join(parts)


def is_limited(definition: NodeDef) -> bool:
    """Whether a question takes listed values only."""
    return definition.is_select and bool(definition.items or definition.itemset is not None)


def options(node: Node, environment: Environment) -> Iterator[tuple[str, Node]]:
    """Values and nodes of the options that an item set gives now.

    Raises:
        InputFault: the filter cannot be worked out.
    """
    assert node.definition is not None
    itemset = node.definition.itemset
    assert itemset is not None
    for option in itemset.nodeset.nodes(Context(node, environment)):
        yield itemset.value.text(Context(option, environment)), option


Conditions = Sequence[tuple[str, str]]


class FilteredOffers(Offers):
    """The values that a filter leaves of a list that never changes."""

    def __init__(self, itemset: ItemSet, root: Node, conditions: Conditions, environment: Environment) -> None:
        super().__init__()
        self._itemset = itemset
        self._root = root
        self._conditions = conditions
        self._environment = environment

    def _value(self, option: Node) -> str:
        return self._itemset.value.text(Context(option, self._environment))

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        found = self._root.children_where("item", [*self._conditions, (self._itemset.value.source, value)])
        return any(self._value(option) == value for option in found)

    def _values(self) -> list[str]:
        return [self._value(option) for option in self._root.children_where("item", self._conditions)]


def asked_of_list(node: Node, environment: Environment) -> tuple[Node, Conditions] | None:
    """Where a question offers the items of a list that have certain texts: the parent of the items, and the texts by
    the names of the children that have them. None for any other question.

    Raises:
        InputFault: the filter cannot be worked out.
    """
    assert node.definition is not None
    itemset = node.definition.itemset
    assert itemset is not None
    found = filtered_list(itemset.nodeset.source) if is_column(itemset.value.source) else None
    if found is None or found.lookup.name != "item":
        return None
    return found.asked(Context(node, environment))


def offered_by(node: Node, environment: Environment) -> Mapping[str, int] | None:
    """The values that may be chosen now with their places; None when that cannot be worked out."""
    definition = node.definition
    assert definition is not None
    if definition.itemset is None:
        return places(item.value for item in definition.items)
    try:
        asked = asked_of_list(node, environment)
        if asked is not None:
            return FilteredOffers(definition.itemset, *asked, environment)
        return places(value for value, _ in options(node, environment))
    except CpdeskError:
        return None
