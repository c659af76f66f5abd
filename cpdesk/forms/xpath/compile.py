"""Syntax trees to Python closures over an evaluation `Context`. Everything that can be decided once is decided here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import Node, order_key
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Evaluate, function_named
from cpdesk.forms.xpath.parser import parse
from cpdesk.forms.xpath.paths import compile_path, filter_nodes
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path
from cpdesk.forms.xpath.values import Value, compare, to_boolean, to_number, to_text


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled expression. Holds no state: any number of sessions may share it.

    Attributes:
        source: as written in the form.
        place: where in the form it stands, for messages ("relevant /data/a").
    """

    source: str
    place: str
    ast: Ast = field(repr=False)
    evaluate: Evaluate = field(repr=False)

    def boolean(self, context: Context) -> bool:
        return to_boolean(self.evaluate(context))

    def text(self, context: Context) -> str:
        return to_text(self.evaluate(context))

    def nodes(self, context: Context) -> list[Node]:
        """The node-set; any other type is no node at all."""
        found = self.evaluate(context)
        return found if isinstance(found, list) else []


def compile_expression(source: str, place: str = "") -> Expression:
    """Compile one expression.

    Raises:
        InputFault: CP-1205 syntax; CP-1206 unknown function; CP-1207 an ODK function not supported; CP-1208 wrong
            number of arguments; CP-1209 too large. The message names `place`.
    """
    try:
        ast = parse(source)
        return Expression(source.strip(), place, ast, _compiled(ast))
    except InputFault as fault:
        raise InputFault(fault.code, **{**fault.fields, "place": place or "—"}) from None


@lru_cache(maxsize=4096)
def _compiled(ast: Ast) -> Evaluate:
    return _compile(ast)


def _compile(ast: Ast) -> Evaluate:
    match ast:
        case Literal(value):
            return lambda _context: value
        case Path():
            return compile_path(ast, _compile)
        case Filter(primary, predicates):
            return _filter(_compile(primary), [_compile(predicate) for predicate in predicates])
        case Call(name, arguments):
            return _call(name, arguments)
        case Chain(first, rest):
            return _chain(first, rest)
        case Negate(operand, times):
            sign = -1.0 if times % 2 else 1.0
            inner = _compile(operand)
            return lambda context: sign * to_number(inner(context))


def compile_unbound(path: Path) -> Evaluate:
    """A location path that keeps to no repeat item of the asking node (`indexed-repeat` chooses its own)."""
    return compile_path(path, _compile, bind=False)


def _call(name: str, arguments: Sequence[Ast]) -> Evaluate:
    function = function_named(name, len(arguments))
    compiled = [_compile(argument) for argument in arguments]
    if function.build is not None:
        return function.build(compiled, arguments)
    apply = function.apply
    assert apply is not None
    if not compiled:
        return apply
    if len(compiled) == 1:
        only = compiled[0]
        return lambda context: apply(context, only(context))
    return lambda context: apply(context, *[argument(context) for argument in compiled])


def _filter(primary: Evaluate, predicates: list[Evaluate]) -> Evaluate:
    def evaluate(context: Context) -> Value:
        nodes = primary(context)
        if not isinstance(nodes, list):
            raise InputFault("CP-1218", function="[...]", value=to_text(nodes), expected="node-set")
        for predicate in predicates:
            nodes = filter_nodes(nodes, predicate, context)
        return nodes

    return evaluate


def _chain(first: Ast, rest: Sequence[tuple[str, Ast]]) -> Evaluate:
    operators = [operator for operator, _ in rest]
    operands = [_compile(operand) for operand in (first, *(operand for _, operand in rest))]
    if operators[0] == "|":
        return _union(operands)
    if operators[0] == "or":
        return _any(operands)
    if operators[0] == "and":
        return _all(operands)
    head, tail = operands[0], operands[1:]
    if operators[0] in _ARITHMETIC:
        sums = [(_ARITHMETIC[operator], operand) for operator, operand in zip(operators, tail, strict=True)]
        return _arithmetic(head, sums)
    comparisons = [(compare(operator), operand) for operator, operand in zip(operators, tail, strict=True)]
    return _comparison(head, comparisons)


def _any(operands: list[Evaluate]) -> Evaluate:
    def evaluate(context: Context) -> Value:
        return any(to_boolean(operand(context)) for operand in operands)

    return evaluate


def _all(operands: list[Evaluate]) -> Evaluate:
    def evaluate(context: Context) -> Value:
        return all(to_boolean(operand(context)) for operand in operands)

    return evaluate


def _union(operands: list[Evaluate]) -> Evaluate:
    def evaluate(context: Context) -> Value:
        found: dict[int, Node] = {}
        for operand in operands:
            nodes = operand(context)
            if not isinstance(nodes, list):
                raise InputFault("CP-1218", function="|", value=to_text(nodes), expected="node-set")
            found.update((id(node), node) for node in nodes)
        context.environment.spend(len(found))
        return sorted(found.values(), key=order_key)

    return evaluate


def _arithmetic(head: Evaluate, tail: list[tuple[Callable[[float, float], float], Evaluate]]) -> Evaluate:
    if len(tail) == 1:
        operation, operand = tail[0]
        return lambda context: operation(to_number(head(context)), to_number(operand(context)))

    def evaluate(context: Context) -> Value:
        result = to_number(head(context))
        for operation, operand in tail:
            result = operation(result, to_number(operand(context)))
        return result

    return evaluate


def _comparison(head: Evaluate, tail: list[tuple[Callable[[Value, Value], bool], Evaluate]]) -> Evaluate:
    if len(tail) == 1:
        test, operand = tail[0]
        return lambda context: test(head(context), operand(context))

    def evaluate(context: Context) -> Value:
        result = head(context)
        for test, operand in tail:
            result = test(result, operand(context))
        return result

    return evaluate


def divide(left: float, right: float) -> float:
    """IEEE 754 division, which Python refuses at zero."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float) -> float:
    """`mod` of XPath: the sign of the dividend."""
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.fmod(left, right)


_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": divide,
    "mod": remainder,
}
