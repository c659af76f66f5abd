"""Where we differ from JavaRosa and why: the one table that the comparison and docs/forms.md go by.

A difference is looked up after its case has been made as small as it can be, so that what is left in the form is what
makes the difference.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fuzz_compare import Difference
from fuzz_forms import Case

_NON_BMP: Final = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Rule:
    """A named, deliberate difference. `reason` is what docs/forms.md says of it."""

    name: str
    reason: str
    holds: Callable[[Difference, str], bool]


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan


def _written(pattern: str) -> Callable[[Difference, str], bool]:
    compiled = re.compile(pattern)
    return lambda _difference, text: compiled.search(text) is not None


RULES: Final = (
    Rule(
        "it fails",
        "JavaRosa stops with an error where types do not match or a path meets several nodes; we give an answer or a "
        "problem.",
        lambda difference, _text: (
            difference.what == "failure" and "XPathTypeMismatchException" in str(difference.theirs)
        ),
    ),
    Rule(
        "weighted-checklist without bound",
        "-1 means no bound in weighted-checklist as it does in checklist; JavaRosa takes it for the number -1.",
        _written(r"weighted-checklist\((?:-1,|[^,]+, -1)"),
    ),
    Rule(
        "maximum of negative numbers",
        "max() of negative numbers is the greatest of them; JavaRosa gives 0.",
        lambda difference, text: "max(" in text,
    ),
    Rule(
        "whole numbers of 32 bits",
        "A calculation of type int beyond 32 bits keeps its value; JavaRosa stops at 2147483647.",
        lambda difference, _text: abs(_number(difference.theirs)) in (2147483647, 2147483648),
    ),
    Rule(
        "characters",
        "string-length(), substr() and translate() count characters; JavaRosa counts an emoji as two.",
        lambda _difference, text: (
            _NON_BMP.search(text) is not None and re.search(r"string-length|subst|transl", text) is not None
        ),
    ),
    Rule(
        "numbers as text",
        "Very large and very small numbers are written in digits, as XPath 1.0 says; JavaRosa writes 1.0E12.",
        lambda difference, text: (
            re.search(r"string|concat|length|digest|substr|join", text) is not None
            and re.search(r"\d\.\d+E-?\d", str(difference.theirs)) is not None
        ),
    ),
    Rule(
        "rounding to tens",
        "round(-7.25, -1) is -10; JavaRosa rounds small negative numbers to 0.",
        _written(r"round\(.*, -1\)"),
    ),
    Rule(
        "once in counted items",
        "Items that a count makes at one go are all there when their calculations first run; JavaRosa makes and "
        "computes one after the other.",
        _written(r"once\(.*jr:count"),
    ),
)


def explain(difference: Difference, smallest: Case) -> str:
    """The name of the rule that explains a difference, "" when none does."""
    text = smallest.xml() + repr(smallest.operations)
    return next((rule.name for rule in RULES if rule.holds(difference, text)), "")
