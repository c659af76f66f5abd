"""Comparing values, node-sets included (XPath 1.0 section 3.4).

An empty node-set that stands for a question counts as an empty text: `../hidden = ''` is true. One that a wildcard or
an axis found empty is no question; nothing equals it and nothing differs from it, as in XPath 1.0.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.values import Value, to_boolean, to_number, to_text

Test = Callable[[Value, Value, tzinfo], bool]
Pick = Callable[[list[float]], float]

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
    if isinstance(left, list) and isinstance(right, list):
        return not _texts(left).isdisjoint(_texts(right))
    return _any_node(equal, left, right, zone)


def _differs(left: Value, right: Value, zone: tzinfo) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return len(_texts(left) | _texts(right)) > 1
    return _any_node(_unequal, left, right, zone)


def _unequal(left: Value, right: Value, zone: tzinfo) -> bool:
    return not equal(left, right, zone)


def _texts(nodes: list[Node]) -> set[str]:
    """Two node-sets are compared as texts, in one walk over each."""
    return {node.text for node in nodes} or {""}


def _any_node(test: Test, left: Value, right: Value, zone: tzinfo) -> bool:
    if isinstance(left, list):
        if isinstance(right, bool):
            return test(to_boolean(left), right, zone)
        if len(left) == 1:
            return test(left[0].text, right, zone)
        return any(test(node.text, right, zone) for node in left) if left else test("", right, zone)
    if isinstance(right, list):
        if isinstance(left, bool):
            return test(left, to_boolean(right), zone)
        return any(test(left, node.text, zone) for node in right) if right else test(left, "", zone)
    return test(left, right, zone)


def _ordered(holds: Callable[[float, float], bool], best: Pick, best_other: Pick) -> Test:
    """Of two node-sets only the numbers that may best hold are compared."""

    def test(left: Value, right: Value, zone: tzinfo) -> bool:
        if (isinstance(left, list) and len(left) > 1) or (isinstance(right, list) and len(right) > 1):
            numbers, others = _numbers(left, zone), _numbers(right, zone)
            return bool(numbers and others) and holds(best(numbers), best_other(others))
        return holds(to_number(left, zone), to_number(right, zone))

    return test


def _numbers(value: Value, zone: tzinfo) -> list[float]:
    numbers = [to_number(node.text, zone) for node in value] if isinstance(value, list) else [to_number(value, zone)]
    return [number for number in numbers if not math.isnan(number)]


_COMPARE: Final[dict[str, Test]] = {
    "=": _equals,
    "!=": _differs,
    "<": _ordered(operator.lt, min, max),
    "<=": _ordered(operator.le, min, max),
    ">": _ordered(operator.gt, max, min),
    ">=": _ordered(operator.ge, max, min),
}
