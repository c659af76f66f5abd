"""Syntax trees to Python closures over an evaluation `Context`. Everything that can be decided once is decided here.

A form is refused for what its expressions say when it is loaded; they become closures when they are first worked out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.comparison import Test, compare, never_empty
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Evaluate, function_named
from cpdesk.forms.xpath.lookup import FilteredList, lookup_of
from cpdesk.forms.xpath.parser import parse, parse_with_calls
from cpdesk.forms.xpath.paths import compile_path, compile_predicate, filter_nodes, in_document_order, searches
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path
from cpdesk.forms.xpath.values import Value, to_boolean, to_number, to_text


@dataclass(frozen=True)
class Expression:
    """One expression, read and checked. Holds no state: any number of sessions may share it.

    Attributes:
        source: as written in the form, without blanks around it.
        place: where in the form it stands, for messages ("relevant /data/a").
    """

    source: str
    place: str
    ast: Ast = field(repr=False, compare=False)

    @cached_property
    def evaluate(self) -> Evaluate:
        """The closure. Made when it is first wanted: a form has many expressions that most fillings never run."""
        return _compiled(self.source)

    def boolean(self, context: Context) -> bool:
        return to_boolean(self.evaluate(context))

    def text(self, context: Context) -> str:
        return to_text(self.evaluate(context))

    def nodes(self, context: Context) -> list[Node]:
        """The node-set; any other type is no node at all."""
        found = self.evaluate(context)
        return found if isinstance(found, list) else []


def compile_expression(source: str, place: str = "") -> Expression:
    """Read and check one expression.

    With a place it is part of a form, which is refused at once when it calls what does not exist. Without one it is
    asked on its own; such a call then fails only when it is reached, as in `false() and unknown()`.

    Raises:
        InputFault: CP-1205 syntax; CP-1209 too large; with `place`, which the message names, CP-1206 unknown function
            and CP-1208 wrong number of arguments.
    """
    source = source.strip()
    try:
        return Expression(source, place, _checked(source) if place else parse(source))
    except InputFault as fault:
        raise InputFault(fault.code, **{**fault.fields, "place": place or "—"}) from None


@lru_cache(maxsize=4096)
def _checked(source: str) -> Ast:
    """The syntax tree of an expression whose calls are all of functions that exist."""
    ast, calls = parse_with_calls(source)
    for call in calls:
        function_named(call.name, len(call.arguments))
    return ast


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Evaluate:
    return _compile(parse(source))


def _compile(ast: Ast) -> Evaluate:
    match ast:
        case Literal(value):
            return lambda _context: value
        case Path():
            return compile_path(ast, _compile)
        case Filter():
            return _filter(ast)
        case Call():
            return _call(ast)
        case Chain(first, rest):
            return _chain(first, rest)
        case Negate(operand, times):
            sign = -1.0 if times % 2 else 1.0
            inner = _compile(operand)
            return lambda context: sign * to_number(inner(context), context.environment.zone)


def compile_unbound(path: Path) -> Evaluate:
    """A location path that keeps to no repeat item of the asking node (`indexed-repeat` chooses its own)."""
    return compile_path(path, _compile, bind=False)


@lru_cache(maxsize=4096)
def filtered_list(source: str) -> FilteredList | None:
    """The list that an expression looks texts up in, None when it is anything else."""
    ast = parse(source)
    if not isinstance(ast, Path) or ast.start is None or not ast.steps or len(ast.steps[-1].predicates) != 1:
        return None
    lookup = lookup_of(ast.steps[-1], _compile)
    if lookup is None or not lookup.whole:
        return None
    return FilteredList(compile_path(Path(False, ast.steps[:-1], ast.start), _compile), lookup)


def _call(call: Call) -> Evaluate:
    compiled = [_compile(argument) for argument in call.arguments]
    try:
        function = function_named(call.name, len(compiled))
    except InputFault as fault:
        return _refusal(fault)
    if function.build is not None:
        return function.build(compiled, call.arguments)
    apply = function.apply
    assert apply is not None
    if not compiled:
        return apply
    if len(compiled) == 1:
        only = compiled[0]
        return lambda context: apply(context, only(context))
    return lambda context: apply(context, *[argument(context) for argument in compiled])


def _refusal(fault: InputFault) -> Evaluate:
    """An expression of no form may call what does not exist, as long as nobody gets there."""
    code, fields = fault.code, {**fault.fields, "place": "—"}

    def refuse(_context: Context) -> Value:
        raise InputFault(code, **fields)

    return refuse


def _filter(ast: Filter) -> Evaluate:
    primary = _compile(ast.primary)
    predicates = [compile_predicate(predicate, _compile) for predicate in ast.predicates]

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
    asts = [first, *(operand for _, operand in rest)]
    operands = [_compile(operand) for operand in asts]
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
    searching = [searches(ast) for ast in asts]
    tests = [compare(operator) for operator in operators]
    for place, test in enumerate(tests):
        left, right = place == 0 and searching[0], searching[place + 1]
        tests[place] = never_empty(test, left, right) if left or right else test
    return _comparison(head, list(zip(tests, tail, strict=True)))


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
        return in_document_order(list(found.values()), context)

    return evaluate


def _arithmetic(head: Evaluate, tail: list[tuple[Callable[[float, float], float], Evaluate]]) -> Evaluate:
    if len(tail) == 1:
        operation, operand = tail[0]

        def apply(context: Context) -> Value:
            left, right = head(context), operand(context)
            if left.__class__ is not float:
                left = to_number(left, context.environment.zone)
            if right.__class__ is not float:
                right = to_number(right, context.environment.zone)
            return operation(left, right)

        return apply

    def evaluate(context: Context) -> Value:
        zone = context.environment.zone
        result = to_number(head(context), zone)
        for operation, operand in tail:
            result = operation(result, to_number(operand(context), zone))
        return result

    return evaluate


def _comparison(head: Evaluate, tail: list[tuple[Test, Evaluate]]) -> Evaluate:
    if len(tail) == 1:
        test, operand = tail[0]
        return lambda context: test(head(context), operand(context), context.environment.zone)

    def evaluate(context: Context) -> Value:
        result = head(context)
        for test, operand in tail:
            result = test(result, operand(context), context.environment.zone)
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
