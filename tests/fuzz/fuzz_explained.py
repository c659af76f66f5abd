"""Where we differ from JavaRosa and why: the one table that the comparison and docs/forms.md go by.

A difference is looked up after its case has been made as small as it can be, so that what is left in the form is what
makes the difference.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from fuzz_compare import Difference, Engine, compare
from fuzz_forms import Case

_DIGITS: Final = re.compile(r"\d+(?:\.\d+)?")
_NON_BMP: Final = re.compile("[\U00010000-\U0010ffff]")


Proof = Callable[[Difference, Case, Engine], bool]


@dataclass(frozen=True)
class Rule:
    """A named, deliberate difference.

    Attributes:
        reason: what docs/forms.md says of it.
        holds: whether a difference, with the text of the smallest case, may be of this kind.
        proof: asks JavaRosa again, so that no rule hides more than it says.
    """

    name: str
    reason: str
    holds: Callable[[Difference, str], bool]
    proof: Proof | None = None


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan


def _written(pattern: str) -> Callable[[Difference, str], bool]:
    compiled = re.compile(pattern)
    return lambda _difference, text: compiled.search(text) is not None


def _theirs(change: Callable[[Case], Case]) -> Proof:
    """JavaRosa agrees with us when it is asked in words that mean to it what we take the case for."""

    def proof(_difference: Difference, case: Case, engine: Engine) -> bool:
        plain = replace(case, from_xlsform=False)
        return compare(plain, engine, theirs_case=change(plain)) is None

    return proof


def _both(change: Callable[[Case], Case]) -> Proof:
    """The two agree when both are asked without that in which they differ."""

    def proof(_difference: Difference, case: Case, engine: Engine) -> bool:
        changed = change(case)
        found = compare(changed, engine)
        return found is None or _is_stale(found, changed, engine)

    return proof


def _either(*proofs: Proof) -> Proof:
    return lambda difference, case, engine: any(proof(difference, case, engine) for proof in proofs)


def _is_stale(difference: Difference, case: Case, engine: Engine) -> bool:
    """JavaRosa agrees once it has worked out everything anew, as when a saved form is opened again."""
    again = replace(case, operations=[*case.operations[: difference.step], ["reopen"]])
    return compare(again, engine, since=difference.step + 1) is None


def _meets_infinity(_difference: Difference, case: Case, engine: Engine) -> bool:
    """An answer in JavaRosa is infinite at some step."""
    steps = engine.ask(case.request())["steps"]
    return any(str(node.get("value")).endswith("Infinity") for step in steps for node in step.get("nodes", {}).values())


def _meets_nearly_nothing(_difference: Difference, case: Case, engine: Engine) -> bool:
    seen: set[str] = set()
    compare(case, engine, seen=seen)
    return "nearly nothing" in seen


def _apart(ours: object, theirs: object) -> float:
    """The greatest relative distance of the numbers in two texts that are else the same."""
    parts = [_DIGITS.split(str(text)) for text in (ours, theirs)]
    numbers = [[float(found) for found in _DIGITS.findall(str(text))] for text in (ours, theirs)]
    if parts[0] != parts[1]:
        return math.inf
    pairs = zip(*numbers, strict=True)
    return max((abs(one - other) / max(abs(one), abs(other), 1e-9) for one, other in pairs), default=math.inf)


def _plain_number(match: re.Match[str]) -> str:
    """Instead of what may be very large or very small."""
    return "min" if match[1] else "(§ + §)"


def _in_forms(pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> Callable[[Case], Case]:
    """Every expression written as `pattern` is written as `replacement`."""
    return lambda case: case.mapped(lambda one: replace(one, form=re.sub(pattern, replacement, one.form)))


def _in_utc(case: Case) -> Case:
    return replace(case, zone="+00:00")


def _numbers_typed(case: Case) -> Case:
    """Calculations of type string become decimal."""
    new = copy.deepcopy(case)
    for item in new.root.walk():
        if "calculate" in item.rules and item.type == "string":
            item.type = "decimal"
    return new


def _with_templates(case: Case) -> Case:
    """Counted repeats publish a template and no item."""
    new = replace(copy.deepcopy(case), from_xlsform=False)
    for item in new.root.walk():
        item.template = True
    return new


def _with_counts(case: Case) -> Case:
    new = copy.deepcopy(case)
    for item in new.root.walk():
        if item.name.startswith("n") and not item.default:
            item.default = "1"
    return new


def _with_targets_shown(case: Case) -> Case:
    """Questions that actions write are always shown, and what they lie in."""
    new = copy.deepcopy(case)
    actions = [*new.actions, *(action for item in new.root.walk() for action in item.actions)]
    written = {name for _event, target, _value in actions for name in target}
    for item in new.root.walk():
        if item.name in written:
            item.rules.pop("relevant", None)
    return new


def _with_repeats_shown(case: Case) -> Case:
    new = copy.deepcopy(case)
    for item in new.root.walk():
        if item.kind != "question":
            item.rules.pop("relevant", None)
    return new


def _with_all_shown(case: Case) -> Case:
    new = copy.deepcopy(case)
    for item in new.root.walk():
        item.rules.pop("relevant", None)
    return new


def _without_events(event: str) -> Callable[[Case], Case]:
    def change(case: Case) -> Case:
        new = copy.deepcopy(case)
        new.actions = [action for action in new.actions if action[0] != event]
        for item in new.root.walk():
            item.actions = [action for action in item.actions if action[0] != event]
        return new

    return change


def _without_emoji(case: Case) -> Case:
    new = case.mapped(lambda one: replace(one, form=_NON_BMP.sub("x", one.form)))
    new.operations = [[_NON_BMP.sub("x", part) for part in operation] for operation in new.operations]
    for item in new.root.walk():
        item.default = _NON_BMP.sub("x", item.default)
    return new


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
        "Items of a hidden repeat follow its count at once; JavaRosa looks at the count when the repeat is shown.",
        _written(r"relevant=.*jr:count"),
        proof=_both(_with_repeats_shown),
    ),
    Rule(
        "calculated texts",
        "A calculation of type string is a text for whoever reads it; for JavaRosa it stays the number it was, so that "
        "boolean(0) differs.",
        _written(r'type="string" calculate='),
        proof=_both(_numbers_typed),
    ),
    Rule(
        "infinity",
        "An infinite result is stored as a text, which is no number when it is read again (XPath 1.0); JavaRosa keeps "
        "the number.",
        _written("div|log|exp|pow"),
        proof=_meets_infinity,
    ),
    Rule(
        "weighted-checklist without bound",
        "-1 means no bound in weighted-checklist as it does in checklist; JavaRosa takes it for the number -1.",
        _written(r"weighted-checklist\((?:-1,|[^,]+, -1)"),
        proof=_theirs(_in_forms(r"^weighted-checklist\(-1,", "weighted-checklist(-1000000,")),
    ),
    Rule(
        "maximum of negative numbers",
        "max() of negative numbers is the greatest of them; JavaRosa gives 0.",
        _written(r"max\("),
        proof=_either(
            _theirs(_in_forms(r"^max\(§, §\)$", "(0 - min((0 - §), (0 - §)))")),
            _both(_in_forms(r"^max\(§\)$", "min(§)")),
        ),
    ),
    Rule(
        "days as numbers",
        "A date as a number counts days from 1970-01-01 00:00 UTC, as the specification says; JavaRosa counts whole "
        "days of its own zone.",
        lambda difference, text: "+08:00" in text and re.search(r"date|today", text) is not None,
        proof=_both(_in_utc),
    ),
    Rule(
        "dates in texts",
        "A text that is a date may be taken for a number, as the specification says; for JavaRosa it is none.",
        lambda difference, text: (
            re.search(r"(?:number|int)\(", text) is not None
            and re.search(r"date\(|today\(|type=\"date\"", text) is not None
            and (difference.theirs == "" or isinstance(difference.theirs, bool) or "NaN" in str(difference.theirs))
        ),
    ),
    Rule(
        "commas",
        "A comma is no decimal point but in round(); JavaRosa takes it for one in every text that becomes a number.",
        _written(r"join\(', '"),
        proof=_both(_in_forms(r"^join\(', '", "join('; '")),
    ),
    Rule(
        "days of nothing",
        "decimal-date-time() and decimal-time() of nothing are no number; JavaRosa gives an empty text.",
        _written(r"decimal-(?:date-)?time\("),
        proof=_theirs(_in_forms(r"^(decimal-(?:date-)?time)\(§\)$", r"number(\1(§))")),
    ),
    Rule(
        "actions and hidden questions",
        "An action leaves a question that is hidden alone, as ODK Web Forms does: an answer nobody saw must not appear "
        "later. JavaRosa writes it.",
        _written(r"relevant=.*<setvalue"),
        proof=_both(_with_targets_shown),
    ),
    Rule(
        "items before a count",
        "A counted repeat has no items until its count is there; JavaRosa shows the published one meanwhile.",
        _written("jr:count"),
        proof=_both(_with_counts),
    ),
    Rule(
        "counted items as published",
        "Items that a count makes at a place where the form publishes an item begin as published, as in ODK Web Forms; "
        "in JavaRosa they begin empty.",
        _written("jr:count"),
        proof=_both(_with_templates),
    ),
    Rule(
        "NaN among nodes",
        "The sum, the least and the greatest of nodes of which one is no number are no number (XPath); JavaRosa leaves "
        "it out.",
        lambda difference, text: (
            re.search(r"(?:min|max|sum)\(", text) is not None and "" in (difference.ours, difference.theirs)
        ),
        proof=_both(_in_forms(r"^(?:min|max|sum)\(§\)$", "count(§)")),
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
        proof=_both(_without_emoji),
    ),
    Rule(
        "numbers as text",
        "Very large and very small numbers are written in digits, as XPath 1.0 says; JavaRosa writes 1.0E12.",
        _written("(?:string|concat|length|substr|join|coalesce).*(?:exp|pow|div|[*])"),
        proof=_both(_in_forms(r"^(exp|exp10|pow)(?=\()|^\(§ (div|[*]) §\)$", _plain_number)),
    ),
    Rule(
        "nearly nothing",
        "A number closer to 0 than 1e-12 is kept and counts in what is worked out with it; JavaRosa takes it for 0.",
        lambda _difference, _text: True,
        proof=_meets_nearly_nothing,
    ),
    Rule(
        "digests of numbers",
        "The digest of a number is that of its text, which the two write unlike when it is very large or small.",
        _written(r"digest\("),
        proof=_both(_in_forms(r"^digest\(§.*\)$", "string(§)")),
    ),
    Rule(
        "rounding to tens",
        "round(-7.25, -1) is -10; JavaRosa rounds small negative numbers to 0.",
        _written(r"round\(.*, -1\)"),
        proof=_theirs(_in_forms(r"^round\(§, -1\)$", "(round(§ div 10) * 10)")),
    ),
    Rule(
        "actions at opening",
        "An action reads calculations as they are; when a form is opened JavaRosa has not worked them out yet.",
        _written("odk-instance-first-load.*xforms-value-changed"),
        proof=_both(_without_events("odk-instance-first-load")),
    ),
    Rule(
        "first values of once",
        "once() keeps the first value it gets. We work it out when its question is shown and after the actions of "
        "opening, all items of one count together; JavaRosa also works it out in between, item by item.",
        _written(r"once\("),
        proof=_both(_in_forms(r"^once\(§\)$", "§")),
    ),
    Rule(
        "items of one count",
        "Items that a count makes at one go are all there when the actions of new items run; JavaRosa makes one after "
        "the other.",
        _written("jr:count.*odk-new-repeat"),
        proof=_both(_without_events("odk-new-repeat")),
    ),
    Rule(
        "areas",
        "area() closes the shape on the sphere, as ODK Web Forms does; JavaRosa is a ten-thousandth apart.",
        lambda difference, text: "area(" in text and _apart(difference.ours, difference.theirs) < 2e-4,
    ),
    Rule(
        "choices kept",
        "Choices are filtered by what is answered now; JavaRosa may keep a list when what it reads was hidden before.",
        lambda difference, text: difference.what == "choices" and re.search(r"relevant=.*item\[", text) is not None,
        proof=_both(_with_all_shown),
    ),
    Rule(
        "answers no longer offered",
        "An answer that is no longer among the choices stays, with a problem: nothing a household said is lost. "
        "JavaRosa takes it away when the question is shown.",
        lambda difference, text: (
            difference.what == "value"
            and "item[" in text
            and set(str(difference.theirs).split()) < set(str(difference.ours).split())
        ),
    ),
    Rule(
        "worked out anew",
        "What reads the items of a repeat is worked out anew whenever items come or go, and texts of choices when the "
        "language changes. JavaRosa misses some of this until the form is saved and opened again.",
        lambda difference, _text: difference.what != "failure",
        proof=_is_stale,
    ),
)


def explain(difference: Difference, smallest: Case, engine: Engine) -> str:
    """The name of the rule that explains a difference, "" when none does."""
    text = f"{smallest.xml()} {smallest.operations} {smallest.zone}"
    for rule in RULES:
        if rule.holds(difference, text) and (rule.proof is None or rule.proof(difference, smallest, engine)):
            return rule.name
    return ""
