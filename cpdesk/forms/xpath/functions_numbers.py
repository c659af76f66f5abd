"""Numbers: sums and extremes over node-sets, rounding, powers, logarithms and trigonometry."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Function
from cpdesk.forms.xpath.functions_core import nodes_of
from cpdesk.forms.xpath.values import NAN, Value, to_number, to_text


def _of(values: tuple[Value, ...]) -> list[float]:
    """The numbers of all arguments, node-sets opened. Unanswered questions are left out; other texts stay NaN."""
    numbers: list[float] = []
    for value in values:
        if isinstance(value, list):
            numbers.extend(to_number(node.text) for node in value if node.text != "")
        else:
            numbers.append(to_number(value))
    return numbers


def _sum(_context: Context, value: Value) -> Value:
    return math.fsum(_finite_or_plain([to_number(node.text) for node in nodes_of("sum", value) if node.text != ""]))


def _finite_or_plain(numbers: list[float]) -> list[float]:
    """`fsum` refuses opposite infinities, whose sum is NaN."""
    return numbers if all(map(math.isfinite, numbers)) else [sum(numbers)]


def _extreme(pick: Callable[[list[float]], float]) -> Callable[..., Value]:
    def extreme(_context: Context, *values: Value) -> Value:
        numbers = _of(values)
        return NAN if not numbers or any(math.isnan(number) for number in numbers) else pick(numbers)

    return extreme


def _round(_context: Context, value: Value, places: Value = 0.0) -> Value:
    """Halves upward; a negative number of places rounds to tens, hundreds. A decimal comma is taken (JavaRosa)."""
    number = to_number(value.replace(",", ".") if isinstance(value, str) else value)
    digits = to_number(places)
    if not math.isfinite(number) or number == 0:
        return number
    if math.isnan(digits) or abs(digits) > 30:
        return NAN
    step = Decimal(1).scaleb(-int(digits))
    return float(((Decimal(repr(number)) / step + Decimal("0.5")).to_integral_value(ROUND_FLOOR)) * step)


def _int(_context: Context, value: Value) -> Value:
    number = to_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else NAN


def _whole(step: Callable[[float], int]) -> Callable[..., Value]:
    def whole(_context: Context, value: Value) -> Value:
        number = to_number(value)
        return float(step(number)) if math.isfinite(number) else number

    return whole


def _pow(_context: Context, base: Value, exponent: Value) -> Value:
    try:
        return math.pow(to_number(base), to_number(exponent))
    except ValueError:
        return math.inf if to_number(base) == 0 else NAN
    except OverflowError:
        return math.inf


def _one(function: Callable[[float], float], at_zero: float = NAN) -> Callable[..., Value]:
    """A function of the mathematical library; NaN outside its domain, infinite where it overflows."""

    def apply(_context: Context, value: Value) -> Value:
        number = to_number(value)
        try:
            return function(number)
        except ValueError:
            return at_zero if number == 0 else NAN
        except OverflowError:
            return math.inf

    return apply


def _atan2(_context: Context, y: Value, x: Value) -> Value:
    return math.atan2(to_number(y), to_number(x))


def _boolean_from_string(_context: Context, value: Value) -> Value:
    return to_text(value) in ("1", "true")


FUNCTIONS: Final = (
    Function("sum", 1, 1, _sum),
    Function("min", 1, None, _extreme(min)),
    Function("max", 1, None, _extreme(max)),
    Function("round", 1, 2, _round),
    Function("int", 1, 1, _int),
    Function("floor", 1, 1, _whole(math.floor)),
    Function("ceiling", 1, 1, _whole(math.ceil)),
    Function("abs", 1, 1, _one(abs)),
    Function("pow", 2, 2, _pow),
    Function("sqrt", 1, 1, _one(math.sqrt)),
    Function("exp", 1, 1, _one(math.exp)),
    Function("exp10", 1, 1, _one(lambda number: math.pow(10.0, number))),
    Function("log", 1, 1, _one(math.log, -math.inf)),
    Function("log10", 1, 1, _one(math.log10, -math.inf)),
    Function("sin", 1, 1, _one(math.sin)),
    Function("cos", 1, 1, _one(math.cos)),
    Function("tan", 1, 1, _one(math.tan)),
    Function("asin", 1, 1, _one(math.asin)),
    Function("acos", 1, 1, _one(math.acos)),
    Function("atan", 1, 1, _one(math.atan)),
    Function("atan2", 2, 2, _atan2),
    Function("pi", 0, 0, lambda _context: math.pi),
    Function("boolean-from-string", 1, 1, _boolean_from_string),
)
