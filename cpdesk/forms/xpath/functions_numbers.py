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

_PLACES_MAX: Final = 30
_HALF: Final = Decimal("0.5")
_DIGITS: Final = 17
"""No number of 64 bits has more; beyond them there is nothing to round."""


def _of(context: Context, values: tuple[Value, ...]) -> list[float]:
    """The numbers of all arguments, node-sets opened. Unanswered questions and arguments that are no number, because
    they were worked out from unanswered questions, are left out; other texts of nodes are NaN."""
    zone = context.environment.zone
    numbers: list[float] = []
    for value in values:
        if isinstance(value, list):
            numbers.extend([to_number(text, zone) for node in value if (text := node.text) != ""])
        else:
            number = to_number(value, zone)
            if not math.isnan(number):
                numbers.append(number)
    return numbers


def _sum(context: Context, value: Value) -> Value:
    numbers = _of(context, (nodes_of("sum", value),))
    try:
        return math.fsum(numbers)
    except (ValueError, OverflowError):  # opposite infinities, or a sum beyond all numbers
        return sum(numbers)


def _extreme(pick: Callable[[list[float]], float]) -> Callable[..., Value]:
    def extreme(context: Context, *values: Value) -> Value:
        numbers = _of(context, values)
        return NAN if not numbers or any(math.isnan(number) for number in numbers) else pick(numbers)

    return extreme


def _round(context: Context, value: Value, places: Value = 0.0) -> Value:
    """Halves upward; a negative number of places rounds to tens, hundreds. A decimal comma is taken (JavaRosa)."""
    zone = context.environment.zone
    number = to_number(value.replace(",", ".") if isinstance(value, str) else value, zone)
    digits = to_number(places, zone)
    if not math.isfinite(number) or number == 0:
        return number
    shift = 0 if math.isnan(digits) else int(min(max(digits, -99), 99))
    if abs(shift) > _PLACES_MAX:
        return NAN
    shifted = Decimal(repr(number)).scaleb(shift)
    if shifted.adjusted() >= _DIGITS:
        return number
    return float((shifted + _HALF).to_integral_value(ROUND_FLOOR).scaleb(-shift))


def _int(context: Context, value: Value) -> Value:
    number = to_number(value, context.environment.zone)
    return float(math.trunc(number)) if math.isfinite(number) else number


def _whole(step: Callable[[float], int]) -> Callable[..., Value]:
    def whole(context: Context, value: Value) -> Value:
        number = to_number(value, context.environment.zone)
        return float(step(number)) if math.isfinite(number) else number

    return whole


def _pow(context: Context, base: Value, exponent: Value) -> Value:
    zone = context.environment.zone
    left, right = to_number(base, zone), to_number(exponent, zone)
    if math.isnan(right) or (math.isinf(right) and abs(left) == 1):
        return NAN
    try:
        return math.pow(left, right)
    except ValueError:
        return math.inf if left == 0 else NAN
    except OverflowError:
        return -math.inf if left < 0 and right % 2 == 1 else math.inf


def _one(function: Callable[[float], float], at_zero: float = NAN) -> Callable[..., Value]:
    """A function of the mathematical library; NaN outside its domain, infinite where it overflows."""

    def apply(context: Context, value: Value) -> Value:
        number = to_number(value, context.environment.zone)
        try:
            return function(number)
        except ValueError:
            return at_zero if number == 0 else NAN
        except OverflowError:
            return math.inf

    return apply


def _atan2(context: Context, y: Value, x: Value) -> Value:
    zone = context.environment.zone
    return math.atan2(to_number(y, zone), to_number(x, zone))


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
