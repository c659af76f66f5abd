"""Comparing values, node-sets included (XPath 1.0 section 3.4).

An empty node-set that stands for a question counts as an empty text: `../hidden = ''` is true. One that a wildcard or
an axis found empty is no question; nothing equals it and nothing differs from it, as in XPath 1.0.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

from cpdesk.forms.xpath.values import Value, to_boolean, to_number, to_text

Test = Callable[[Value, Value, tzinfo], bool]

_EPSILON: Final = 1e-12


def compare(sign: str) -> Test:
    """The function of one comparison operator; the zone is for texts that are dates."""
    return _COMPARE[sign]


def never_empty(test: Test, left: bool, right: bool) -> Test:
    """The same test, but false for a node-set without nodes on a side that is marked."""

    def strict(one: Value, other: Value, zone: tzinfo) -> bool:
        if (left and one == [] and not isinstance(other, bool)) or (
            right and other == [] and not isinstance(one, bool)
        ):
            return False
        return test(one, other, zone)

    return strict


def equal(left: Value, right: Value, zone: tzinfo) -> bool:
    """`=` for one pair that holds no node-set."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return to_boolean(left) == to_boolean(right)
    if isinstance(left, float | datetime) or isinstance(right, float | datetime):
        return _same(to_number(left, zone), to_number(right, zone))
    return to_text(left) == to_text(right)


def _same(left: float, right: float) -> bool:
    return left == right or abs(left - right) < _EPSILON


def _equals(left: Value, right: Value, zone: tzinfo) -> bool:
    return _any_pair(equal, left, right, zone)


def _differs(left: Value, right: Value, zone: tzinfo) -> bool:
    return _any_pair(_unequal, left, right, zone)


def _unequal(left: Value, right: Value, zone: tzinfo) -> bool:
    return not equal(left, right, zone)


def _any_pair(test: Test, left: Value, right: Value, zone: tzinfo) -> bool:
    if isinstance(left, list):
        if isinstance(right, bool):
            return test(to_boolean(left), right, zone)
        if len(left) == 1 and not isinstance(right, list):
            return test(left[0].text, right, zone)
        return (
            any(_any_pair(test, node.text, right, zone) for node in left) if left else _any_pair(test, "", right, zone)
        )
    if isinstance(right, list):
        if isinstance(left, bool):
            return test(left, to_boolean(right), zone)
        return any(test(left, node.text, zone) for node in right) if right else test(left, "", zone)
    return test(left, right, zone)


def _ordered(holds: Callable[[float, float], bool]) -> Test:
    def test(left: Value, right: Value, zone: tzinfo) -> bool:
        if (isinstance(left, list) and len(left) > 1) or (isinstance(right, list) and len(right) > 1):
            return any(holds(one, other) for one in _numbers(left, zone) for other in _numbers(right, zone))
        return holds(to_number(left, zone), to_number(right, zone))

    return test


def _numbers(value: Value, zone: tzinfo) -> list[float]:
    if isinstance(value, list):
        return [to_number(node.text, zone) for node in value]
    return [to_number(value, zone)]


_COMPARE: Final[dict[str, Test]] = {
    "=": _equals,
    "!=": _differs,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}
