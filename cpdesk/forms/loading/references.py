"""Which nodes of the form an expression reads, found without running it.

Paths are followed over the definitions, not over answers. Each reference also knows its *scope*: the innermost repeat
whose item the path never leaves, so that an answer in one building touches the rules of that building only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from cpdesk.base.errors import InputFault
from cpdesk.base.nearest import nearest_name
from cpdesk.forms.form import ItemSet, Kind, NodeDef
from cpdesk.forms.xpath.compile import Expression
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Negate, Path, Step

_SIBLINGS: Final = frozenset(("preceding-sibling", "following-sibling", "preceding", "following"))


class Reference(NamedTuple):
    """`target` is read for its value, or, when `items`, for which items it has. `scope` None is the whole form.

    `chosen` is the repeat around the owner among whose items an expression picks some, by a predicate, a sibling axis
    or `indexed-repeat`: what it reads there need not be in the owner's own item.
    """

    target: NodeDef
    scope: NodeDef | None
    items: bool = False
    chosen: NodeDef | None = None


@dataclass(slots=True)
class _Place:
    """Where a walk stands: definitions it may be at (None is the document above the root), and the highest it was."""

    at: list[NodeDef | None]
    apex: NodeDef | None
    known: bool = True
    chosen: NodeDef | None = None


def references_of(expression: Expression, owner: NodeDef, root: NodeDef, root_name: str) -> list[Reference]:
    """All references of an expression that stands at `owner`, in a stable order.

    Raises:
        InputFault: CP-1210 for a plain path that leads nowhere in the form.
    """
    finder = _Finder(owner, root, root_name, expression)
    finder.visit(expression.ast, _Place([owner], owner))
    return list(finder.found)


def references_of_options(itemset: ItemSet, owner: NodeDef, root: NodeDef, root_name: str) -> list[Reference]:
    """What decides which options a select has: the nodes they come from, and in these the values and labels.

    Raises:
        InputFault: CP-1210 for a plain path that leads nowhere in the form.
    """
    finder = _Finder(owner, root, root_name, itemset.nodeset)
    options = finder.visit(itemset.nodeset.ast, _Place([owner], owner))
    if options is not None and options.at:
        for expression in (itemset.value, itemset.label):
            finder.visit(expression.ast, options)
    return list(finder.found)


def repeat_around(node: NodeDef | None) -> NodeDef | None:
    """The innermost repeat that a node is in, itself included."""
    return None if node is None else node.repeat


class _Finder:
    def __init__(self, owner: NodeDef, root: NodeDef, root_name: str, expression: Expression) -> None:
        self._owner = owner
        self._root = root
        self._root_name = root_name
        self._expression = expression
        self._line: list[tuple[str, NodeDef]] = []
        self.found: dict[Reference, None] = {}

    def visit(self, ast: Ast, place: _Place) -> _Place | None:
        """Note all that a tree reads; gives where a location path ends."""
        if isinstance(ast, Path):
            end = self._walk(ast, place)
            self._read(end)
            return end
        if isinstance(ast, Filter):
            end = self.visit(ast.primary, place) or place
            for predicate in ast.predicates:
                self.visit(predicate, end)
            return end
        if isinstance(ast, Call):
            if ast.name == "indexed-repeat":
                self._indexed(ast.arguments, place)
            else:
                for argument in ast.arguments:
                    self.visit(argument, place)
        elif isinstance(ast, Chain):
            self.visit(ast.first, place)
            for _, operand in ast.rest:
                self.visit(operand, place)
        elif isinstance(ast, Negate):
            self.visit(ast.operand, place)
        return None

    def _indexed(self, arguments: Sequence[Ast], place: _Place) -> None:
        """The target and the repeats of `indexed-repeat` keep to no item; the places are ordinary expressions."""
        for number, argument in enumerate(arguments):
            if not isinstance(argument, Path) or (number and number % 2 == 0):
                self.visit(argument, place)
                continue
            end = self._walk(argument, place, bind=not argument.absolute)
            if number == 0:
                around = repeat_around(end.at[0]) if end.at else None
                end.chosen = self._own_repeat([around])
            self._read(end)

    def _read(self, place: _Place) -> None:
        scope = repeat_around(place.apex)
        for target in place.at:
            if target is None:
                continue
            if target.kind is Kind.REPEAT:
                outside = repeat_around(target.parent) if scope is target else scope
                self.found[Reference(target, outside, items=True)] = None
            self.found[Reference(target, scope, chosen=place.chosen)] = None
            self._count_items_above(target, place.apex)

    def _count_items_above(self, target: NodeDef, apex: NodeDef | None) -> None:
        """What lies in a repeat below the highest node of a walk is there as often as the repeat has items."""
        around = repeat_around(target)
        while around is not None and _depth(around) > _depth(apex):
            self.found[Reference(around, repeat_around(apex), items=True)] = None
            around = repeat_around(around.parent)

    def _walk(self, path: Path, place: _Place, *, bind: bool = True) -> _Place:
        place = self._start(path, place, bind)
        straight = self._straight(path, place)
        if straight is not None:
            return straight
        for number, step in enumerate(path.steps):
            before = place
            place = self._step(step, place)
            if before.at and not place.at and place.known and step.axis == "child":
                self._nowhere(path, step, before, number)
            self._count_items(place, before)
            for predicate in step.predicates:
                self.visit(predicate, place)
            if step.predicates or step.axis in _SIBLINGS:
                place.chosen = self._own_repeat(place.at) or place.chosen
        return place

    def _straight(self, path: Path, place: _Place) -> _Place | None:
        """The walk of a path that goes from one node to one by names and dots, as most do; None for any other, and for
        one that leads nowhere."""
        if len(place.at) != 1:
            return None
        node, apex = place.at[0], place.apex
        counted: list[Reference] = []
        for step in path.steps:
            if step.predicates:
                return None
            if step.axis == "child":
                if node is None:
                    node = self._root if step.test == self._root_name else None
                else:
                    node = node.named.get(step.test)
                if node is None:
                    return None
                if node.kind is Kind.REPEAT and node.depth > _depth(apex):
                    counted.append(Reference(node, repeat_around(apex), items=True))
            elif step.axis == "parent" and step.test == "node()" and node is not None:
                node = node.parent
                apex = node if _depth(node) < _depth(apex) else apex
            elif step.axis != "self" or step.test != "node()":
                return None
        self.found.update(dict.fromkeys(counted))
        return _Place([node], apex, place.known, place.chosen)

    def _own_repeat(self, at: Sequence[NodeDef | None]) -> NodeDef | None:
        """The innermost repeat around the owner that a walk stands at, so that one of the nodes may be its own item."""
        return next((node for node in at if node is not None and self._is_own_repeat(node)), None)

    def _is_own_repeat(self, repeat: NodeDef) -> bool:
        return repeat.kind is Kind.REPEAT and (repeat is self._owner or repeat in _ancestors(self._owner))

    def _start(self, path: Path, place: _Place, bind: bool) -> _Place:
        if path.absolute:
            return _Place([None], self._bound(path) if bind else None)
        if path.start is None:
            return place
        if isinstance(path.start, Call) and path.start.name == "current":
            return _Place([self._owner], self._owner)
        start = self.visit(path.start, place)
        if start is None:
            return _Place([], None, known=False)
        return _Place(start.at, start.apex, start.known, self._own_repeat(start.at) or start.chosen)

    def _bound(self, path: Path) -> NodeDef | None:
        """What the leading steps of an absolute path share with the owner's ancestors (see `paths.compile_path`)."""
        line = self._line or self._line_of_owner()
        shared: NodeDef | None = None
        for step, (name, ancestor) in zip(path.steps[:-1], line, strict=False):
            if step.test != name or step.axis != "child" or step.predicates:
                break
            shared = ancestor
        return shared

    def _line_of_owner(self) -> list[tuple[str, NodeDef]]:
        """The nodes from the root to the owner with their names as paths write them."""
        node: NodeDef | None = self._owner
        while node is not None:
            self._line.append((self._root_name if node is self._root else node.name, node))
            node = node.parent
        self._line.reverse()
        return self._line

    def _step(self, step: Step, place: _Place) -> _Place:
        if not place.at:
            return place
        reached: dict[NodeDef | None, None] = {}
        for node in place.at:
            reached.update(dict.fromkeys(self._reach(step, node)))
        at = list(reached)
        apex = place.apex
        for node in at:
            if _depth(node) < _depth(apex) and step.axis not in ("child", "self", "descendant", "descendant-or-self"):
                apex = node
        if step.axis in _SIBLINGS:
            apex = min((node.parent if node is not None else None for node in at), key=_depth, default=None)
        return _Place(at, apex, place.known, place.chosen)

    def _reach(self, step: Step, node: NodeDef | None) -> Iterable[NodeDef | None]:
        children = [self._root] if node is None else node.children
        if step.axis == "child" and node is not None and not step.test.endswith((")", "*")):
            found_child = node.named.get(step.test)
            return [] if found_child is None else [found_child]
        ancestors = _ancestors(node)
        match step.axis:
            case "child":
                found: Iterable[NodeDef | None] = children
            case "parent":
                found = ancestors[:1]
            case "self":
                found = [node]
            case "ancestor":
                found = ancestors
            case "ancestor-or-self":
                found = [node, *ancestors]
            case "descendant" | "descendant-or-self":
                inside = [below for child in children for below in child.walk()]
                found = [node, *inside] if step.axis == "descendant-or-self" else inside
            case "attribute":
                found = node.bound_attributes if node is not None else []
            case "preceding-sibling" | "following-sibling" | "preceding" | "following":
                found = node.parent.children if node is not None and node.parent is not None else []
            case _:
                found = []
        return [other for other in found if self._passes(step.test, other)]

    def _passes(self, test: str, node: NodeDef | None) -> bool:
        if test in ("node()", "*"):
            return True
        if node is None:
            return False
        if node.is_attribute:
            return node.name == f"@{test}"
        return test == (self._root_name if node is self._root else node.name)

    def _count_items(self, place: _Place, before: _Place) -> None:
        """Going down into a repeat from outside reads which items it has."""
        for node in place.at:
            if node is not None and node.kind is Kind.REPEAT and _depth(node) > _depth(before.apex):
                self.found[Reference(node, repeat_around(before.apex), items=True)] = None

    def _nowhere(self, path: Path, step: Step, before: _Place, number: int) -> None:
        if any(node is not None and node.children == [] for node in before.at) or step.test in (
            "*",
            "node()",
            "text()",
        ):
            return
        names = [child.name for node in before.at if node is not None for child in node.children] or [self._root_name]
        reference = self._expression.source[path.begin : path.end] if path.begin or path.end else step.test
        raise InputFault(
            "CP-1210",
            place=self._expression.place,
            reference=f"{reference} ({step.test}, {number + 1})",
            nearest=nearest_name(step.test, names, 0.4),
        )


def _ancestors(node: NodeDef | None) -> list[NodeDef | None]:
    found: list[NodeDef | None] = []
    while node is not None:
        node = node.parent
        found.append(node)
    return found


def _depth(node: NodeDef | None) -> int:
    """None, the document, is above the root."""
    return -1 if node is None else node.depth
