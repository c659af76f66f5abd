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

from fuzz_compare import Difference, Engine, is_stale
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
            difference.what == "failure"
            and re.match("XPathTypeMismatch|.*Invalid cast of data", str(difference.theirs)) is not None
        ),
    ),
    Rule(
        "hidden counted items",
        "Items that a count asks for while their repeat is hidden are made at once; JavaRosa makes them when they are "
        "shown.",
        lambda difference, text: (
            difference.what == "nodes" and re.search(r"/r\d+\" relevant=.*jr:count", text) is not None
        ),
    ),
    Rule(
        "calculated texts",
        "A calculation of type string is a text for whoever reads it; for JavaRosa it stays the number it was, so that "
        "boolean(0) and Infinity differ.",
        lambda _difference, text: (
            re.search(r"type=\"string\" calculate=", text) is not None
            and re.search(r"boolean\(|div|log|exp|pow", text) is not None
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
        "days as numbers",
        "A date as a number counts days from 1970-01-01 00:00 UTC, as the specification says; JavaRosa counts whole "
        "days of its own zone.",
        lambda difference, text: (
            "Asia/Shanghai" in text
            and re.search(r"(?:number|int)\(", text) is not None
            and re.search(r"date|today", text) is not None
        ),
    ),
    Rule(
        "dates in texts",
        "A text that is a date may be taken for a number, as the specification says; for JavaRosa it is none.",
        lambda difference, text: (
            re.search(r"(?:number|int)\(", text) is not None
            and re.search(r"date\(|today\(|type=\"date\"", text) is not None
            and "" in (difference.ours, difference.theirs)
        ),
    ),
    Rule(
        "actions and hidden questions",
        "An action leaves a question that is hidden alone, as ODK Web Forms does: an answer nobody saw must not appear "
        "later. JavaRosa writes it.",
        _written(r"relevant=.*<setvalue"),
    ),
    Rule(
        "counted items without template",
        "Items that a count makes at a place where the form publishes an item begin as published, as in ODK Web Forms; "
        "in JavaRosa they begin empty.",
        lambda _difference, text: "jr:count" in text and "jr:template" not in text,
    ),
    Rule(
        "NaN among nodes",
        "The least and the greatest of nodes of which one is no number are no number (XPath 3.0); JavaRosa leaves "
        "it out.",
        lambda difference, text: (
            re.search(r"(?:min|max)\(", text) is not None and "" in (difference.ours, difference.theirs)
        ),
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
        "actions at opening",
        "An action reads calculations as they are; when a form is opened JavaRosa has not worked them out yet.",
        _written("odk-instance-first-load.*xforms-value-changed"),
    ),
    Rule(
        "first values of once",
        "once() keeps the first value it gets. We work it out when its question is shown and after the actions of "
        "opening, all items of one count together; JavaRosa also works it out in between, item by item.",
        _written(r"once\(.*(?:<setvalue|<repeat)|relevant=.*once\("),
    ),
    Rule(
        "areas",
        "area() closes the shape on the sphere, as ODK Web Forms does; JavaRosa counts a little less.",
        lambda difference, text: (
            "area(" in text and math.isclose(_number(difference.ours), _number(difference.theirs), rel_tol=2e-4)
        ),
    ),
    Rule(
        "choices kept",
        "Choices are filtered by what is answered now; JavaRosa may keep a list when what it reads was hidden before.",
        lambda difference, text: difference.what == "choices" and re.search(r"relevant=.*item\[", text) is not None,
    ),
)


STALE: Final = Rule(
    "worked out anew",
    "What reads the items of a repeat is worked out anew whenever items come or go, and texts of choices when the "
    "language changes. JavaRosa misses some of this until the form is saved and opened again.",
    lambda _difference, _text: False,
)


def explain(difference: Difference, smallest: Case, engine: Engine) -> str:
    """The name of the rule that explains a difference, "" when none does."""
    text = f"{smallest.xml()} {smallest.operations} {smallest.zone}"
    found = next((rule.name for rule in RULES if rule.holds(difference, text)), "")
    if not found and difference.step and difference.what != "failure" and is_stale(smallest, engine, difference):
        return STALE.name
    return found
