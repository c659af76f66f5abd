"""`item[key = value and other = text]` over a list that never changes: look the values up instead of asking every
item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Evaluate
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path, Step


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the first predicate of a step says of children's texts.

    Attributes:
        name: of the items.
        keys: names of their children, each with the closure of the text it must have.
        whole: whether that is all the predicate says, so that it need not be asked any more.
    """

    name: str
    keys: tuple[tuple[str, Evaluate], ...]
    whole: bool

    def find(self, node: Node, context: Context) -> list[Node] | None:
        """The items below a frozen node that may pass; None when a value is no text, and all must be asked."""
        conditions = self.conditions(context)
        return None if conditions is None else node.children_where(self.name, conditions)

    def conditions(self, context: Context) -> list[tuple[str, str]] | None:
        """The texts that the keys must have now; None when one is no text."""
        conditions: list[tuple[str, str]] = []
        for key, value in self.keys:
            try:
                wanted = value(context)
            except InputFault:
                return None
            if isinstance(wanted, list) and len(wanted) < 2:
                wanted = wanted[0].text if wanted else ""
            if not isinstance(wanted, str):
                return None
            conditions.append((key, wanted))
        return conditions


@dataclass(frozen=True, slots=True)
class FilteredList:
    """A path such as `instance('wells')/root/item[village = /data/village]`: what comes before its last step, and the
    look-up that is all the step asks."""

    before: Evaluate
    lookup: Lookup

    def asked(self, context: Context) -> tuple[Node, list[tuple[str, str]]] | None:
        """The node whose items are filtered and the texts they must have; None where that is not one that never
        changes.

        Raises:
            InputFault: the path cannot be worked out.
        """
        nodes = self.before(context)
        if not isinstance(nodes, list) or len(nodes) != 1 or not nodes[0].frozen:
            return None
        conditions = self.lookup.conditions(context)
        return None if conditions is None else (nodes[0], conditions)


def lookup_of(step: Step, compile_ast: Callable[[Ast], Evaluate]) -> Lookup | None:
    """The look-up that a step's first predicate allows, None when it allows none."""
    if step.axis != "child" or step.test.endswith((")", "*")):
        return None
    terms = list(_terms(step.predicates[0]))
    keys = [found for term in terms if (found := _key(term)) is not None]
    if not keys:
        return None
    compiled = tuple((key, compile_ast(value)) for key, value in keys)
    return Lookup(step.test, compiled, len(keys) == len(terms))


def place_wanted(predicate: Ast) -> Ast | None:
    """The number in `[position() = number]`, where it is one and the same for all nodes that the predicate filters."""
    if not isinstance(predicate, Chain) or len(predicate.rest) != 1 or predicate.rest[0][0] != "=":
        return None
    for own, other in ((predicate.first, predicate.rest[0][1]), (predicate.rest[0][1], predicate.first)):
        if isinstance(own, Call) and own.name == "position" and not own.arguments:
            return other if _is_number(other) and _is_fixed(other) else None
    return None


def _is_number(ast: Ast) -> bool:
    match ast:
        case Literal(value):
            return isinstance(value, float)
        case Call(name, arguments):
            return bool(arguments) and name in ("position", "number", "int", "round", "count")
        case Chain(_, rest):
            return rest[0][0] in ("+", "-", "*", "div", "mod")
    return isinstance(ast, Negate)


def _terms(predicate: Ast) -> Iterator[Ast]:
    """What must all be true."""
    if isinstance(predicate, Chain) and all(operator == "and" for operator, _ in predicate.rest):
        for operand in (predicate.first, *(operand for _, operand in predicate.rest)):
            yield from _terms(operand)
    else:
        yield predicate


def _key(term: Ast) -> tuple[str, Ast] | None:
    if not isinstance(term, Chain) or len(term.rest) != 1 or term.rest[0][0] != "=":
        return None
    right = term.rest[0][1]
    for key, other in ((term.first, right), (right, term.first)):
        if isinstance(key, Path) and _is_child_name(key) and _is_fixed(other):
            return key.steps[0].test, other
    return None


def _is_child_name(path: Path) -> bool:
    return (
        not path.absolute
        and path.start is None
        and len(path.steps) == 1
        and path.steps[0].axis == "child"
        and not path.steps[0].predicates
        and not path.steps[0].test.endswith((")", "*"))
    )


def _is_fixed(ast: Ast) -> bool:
    """Whether an expression gives the same for every node of the set a predicate filters."""
    match ast:
        case Literal():
            return True
        case Path(absolute, _, start):
            return absolute or (start is not None and _is_fixed(start))
        case Call(name, arguments):
            return (
                (name not in ("position", "last", "random", "once") or (name == "position" and bool(arguments)))
                and (name in ("current", "instance") or bool(arguments))
                and all(_is_fixed(argument) for argument in arguments)
            )
        case Chain(first, rest):
            return _is_fixed(first) and all(_is_fixed(operand) for _, operand in rest)
        case Negate(operand):
            return _is_fixed(operand)
        case Filter(primary):
            return _is_fixed(primary)
