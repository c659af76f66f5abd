"""The types of expressions and how they turn into each other.

Node-sets are lists in document order. Dates are a fifth type, as in JavaRosa: whole days of `ZONE`, numbers count days
from 1970-01-01. An empty text is no number (NaN), so comparing it is false; an empty node-set is an empty text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Final

from cpdesk.base.clock import BEIJING
from cpdesk.forms.tree import Node

Value = list[Node] | str | float | bool | date
"""`datetime` is a `date` to Python, and a moment to the second kind of date here."""

ZONE = BEIJING
NAN: Final = math.nan
_EPSILON: Final = 1e-12
_NUMBER: Final = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*\Z", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?\Z", re.ASCII
)
_EPOCH: Final = date(1970, 1, 1)


def to_text(value: Value) -> str:
    """The function `string` of XPath; numbers never in exponential notation, no digit lost up to 10^15."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return value[0].text if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return date_text(value)


def number_text(value: float) -> str:
    """A number as XPath writes it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def date_text(value: date) -> str:
    """ISO 8601; moments with milliseconds and offset, as JavaRosa writes them."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.isoformat()


def to_number(value: Value) -> float:
    """The function `number`; a text that is a date counts as one."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    if isinstance(value, list):
        if not value:
            return NAN
        value = value[0].text
    if isinstance(value, str):
        if _NUMBER.match(value):
            return float(value)
        found = date_of_text(value)
        return NAN if found is None else days_since_epoch(found)
    return days_since_epoch(value)


def to_boolean(value: Value) -> bool:
    """The function `boolean`; a node-set is true when it holds a node with content (JavaRosa's meaning)."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return not math.isnan(value) and value != 0
    if isinstance(value, list):
        return any(node.text != "" for node in value)
    if isinstance(value, str):
        return value != ""
    return True


def days_since_epoch(value: date) -> float:
    """Days from 1970-01-01 in `ZONE`; moments have fractions."""
    if isinstance(value, datetime):
        return (value - datetime(1970, 1, 1, tzinfo=ZONE)) / timedelta(days=1)
    return float((value - _EPOCH).days)


def date_of_days(days: float) -> date | None:
    """The date or moment that many days after 1970-01-01, None where the calendar ends."""
    try:
        if days == int(days):
            return _EPOCH + timedelta(days=int(days))
        return datetime(1970, 1, 1, tzinfo=ZONE) + timedelta(days=days)
    except (OverflowError, ValueError):
        return None


def date_of_text(text: str) -> date | None:
    """The date or moment that an ISO 8601 text names, or None."""
    if len(text) < 8 or len(text) > 40 or text[4] != "-":
        return None
    match = _DATE.match(text)
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
        match = _MOMENT.match(text)
        if not match:
            return None
        fraction = ((match[7] or "") + "000000")[:6]
        clock = time(int(match[4]), int(match[5] or 0), int(match[6] or 0), int(fraction))
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return datetime.combine(day, clock, offset_of(match[8])).astimezone(ZONE)
    except (ValueError, OverflowError):
        return None


def offset_of(text: str | None) -> timezone:
    """The zone that `Z`, `+08:00` or `+0800` means; none written means `ZONE`."""
    if not text:
        return ZONE
    if text == "Z":
        return timezone(timedelta(0))
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def equal(left: Value, right: Value) -> bool:
    """`=` for one pair that holds no node-set."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, float) or isinstance(right, float):
        return _same(to_number(left), to_number(right))
    if isinstance(left, datetime) or isinstance(right, datetime):
        return _same(to_number(left), to_number(right))
    return to_text(left) == to_text(right)


def _same(left: float, right: float) -> bool:
    return left == right or abs(left - right) < _EPSILON


def compare(operator: str) -> Callable[[Value, Value], bool]:
    """The function of one comparison operator, node-sets included (XPath 1.0 section 3.4)."""
    return _COMPARE[operator]


def _equals(left: Value, right: Value) -> bool:
    return _any_pair(equal, left, right)


def _differs(left: Value, right: Value) -> bool:
    return _any_pair(lambda one, other: not equal(one, other), left, right)


def _any_pair(test: Callable[[Value, Value], bool], left: Value, right: Value) -> bool:
    if isinstance(left, list):
        if isinstance(right, bool):
            return test(to_boolean(left), right)
        return any(_any_pair(test, node.text, right) for node in left) if left else _any_pair(test, "", right)
    if isinstance(right, list):
        if isinstance(left, bool):
            return test(left, to_boolean(right))
        return any(test(left, node.text) for node in right) if right else test(left, "")
    return test(left, right)


def _below(left: Value, right: Value) -> bool:
    return any(one < other for one in _numbers(left) for other in _numbers(right))


def _at_most(left: Value, right: Value) -> bool:
    return any(one <= other for one in _numbers(left) for other in _numbers(right))


def _numbers(value: Value) -> list[float]:
    if isinstance(value, list):
        return [to_number(node.text) for node in value]
    return [to_number(value)]


_COMPARE: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "=": _equals,
    "!=": _differs,
    "<": _below,
    "<=": _at_most,
    ">": lambda left, right: _below(right, left),
    ">=": lambda left, right: _at_most(right, left),
}
