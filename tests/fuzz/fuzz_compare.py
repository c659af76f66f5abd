"""One case in both engines: states after every operation, and the first difference between them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final, Protocol

from fuzz_forms import Case

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import CpdeskError
from cpdesk.forms.session import Session
from cpdesk.forms.state import NodeState, ProblemCode
from cpdesk.forms.xform import load_form

TOLERATED: Final = {
    "truth": "A calculation of type string that is true or false is stored as `true` or `false`, as in ODK Web Forms; "
    "JavaRosa stores 1 or 0.",
    "digits": "12 and 12.0, the last digits of sines and logarithms, exponents, spaces around choices and in shapes.",
    "nearly nothing": "A number closer to 0 than 1e-12 is kept; JavaRosa stores 0.",
    "no number": "Where a calculation or an output is no number, one of the two writes NaN and the other nothing.",
    "hidden items": "Items of a hidden repeat that one of the two has not made yet.",
}
"""Ways of writing that are taken for the same, and what docs/forms.md says of them."""
_META: Final = "/data/meta"
"""The id of a filled form differs each time."""
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:E-?\d+)?")


class Engine(Protocol):
    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Difference:
    """Where two states part: after which step (0 is opening), at which node, in what."""

    step: int
    ref: str
    what: str
    ours: object
    theirs: object

    def __str__(self) -> str:
        return f"step {self.step} {self.ref} {self.what}: ours {self.ours!r}, JavaRosa {self.theirs!r}"


def compare(
    case: Case, engine: Engine, *, since: int = 0, theirs_case: Case | None = None, seen: set[str] | None = None
) -> Difference | None:
    """The first difference, or None. A step at which JavaRosa fails ends the comparison (`what` is "failure").

    Args:
        since: the first step to compare.
        theirs_case: what JavaRosa is given instead, for a question in other words.
        seen: gets the names of what was written in another way but means the same (`TOLERATED`).
    """
    seen = set() if seen is None else seen
    xml = case.xml()
    theirs = engine.ask((theirs_case or case).request("" if theirs_case else xml))
    try:
        running = Running(case, xml)
    except CpdeskError as fault:
        both = "error" in theirs
        return Difference(0, "", "refusal of both" if both else "refusal", str(fault), theirs["error"] if both else "")
    if "error" in theirs:
        return Difference(0, "", "failure", "", theirs["error"])
    for number, step in enumerate(theirs["steps"]):
        if "error" in step:
            return Difference(number, str(case.operations[number - 1]), "failure", "", step["error"])
        operation = case.operations[number - 1] if number else []
        try:
            wrong = "" if not number else running.perform(operation) if step["done"] else running.mistype(operation)
        except CpdeskError as fault:
            wrong = str(fault)
        if wrong:
            return Difference(number, str(operation), "operation", wrong, "")
        found = None if number < since else _first_difference(number, running.session, step["nodes"], seen)
        if found is not None:
            return found
    return None


class Running:
    """A case in our engine."""

    def __init__(self, case: Case, xml: str) -> None:
        self._form = load_form(xml)
        self._zone = datetime.strptime(case.zone, "%z").tzinfo
        self._ids = count(1)
        self.session = self._open({}, "en")
        self._states = self._look()

    def _open(self, answers: Mapping[str, str], language: str) -> Session:
        return Session(
            self._form,
            answers,
            clock=FixedClock(datetime.now(UTC)),
            new_id=lambda: f"n{next(self._ids):04}",
            language=language,
            zone=self._zone,
        )

    def _look(self) -> dict[str, NodeState]:
        return {path: self.session.state(path) for path in places_of(self.session).values()}

    def perform(self, operation: list[str]) -> str:
        """Do what JavaRosa did; gives what is wrong with it by our own contract, "" when nothing is."""
        session = self.session
        match operation:
            case ["set", ref, text]:
                touched = session.set(own_path(session, ref), text)
            case ["add", ref]:
                _, touched = session.add_item(own_path(session, ref))
            case ["remove", ref]:
                touched = session.remove_item(own_path(session, ref))
            case ["language", name]:
                touched = session.set_language(name)
            case _:
                return self._reopen()
        before, self._states = self._states, self._look()
        missed = [
            path for path, state in self._states.items() if path not in touched.states and before.get(path) != state
        ]
        return f"{missed} changed and are not among what was touched" if missed else ""

    def _reopen(self) -> str:
        answers = self.session.answers()
        if not answers:
            return ""  # a form without any answer is a new one
        before = self._look()
        self.session = self._open(answers, self.session.language)
        self._states = self._look()
        if self._acts_on_load():
            return ""
        return "" if (self.session.answers(), self._states) == (answers, before) else "opened again it is not the same"

    def _acts_on_load(self) -> bool:
        return bool(self._form.first_load)

    def mistype(self, operation: list[str]) -> str:
        """Type what JavaRosa would not take: it must be a problem; then type again what was there before."""
        if operation[0] != "set" or not operation[2]:
            return ""
        try:
            path = own_path(self.session, operation[1])
            state, definition = self.session.state(path), self.session.definition(path)
        except CpdeskError:
            return ""  # an item that is not there
        if not state.relevant or state.readonly or definition.actions or definition.is_select:
            return ""
        self.session.set(path, operation[2])
        problem = self.session.state(path).problem
        self.session.set(path, state.value)
        self._states = self._look()
        if problem is None or problem.code is not ProblemCode.TYPE:
            return f"{operation[2]} is taken"
        return ""


def own_path(session: Session, ref: str) -> str:
    """`/data/repeat[2]/a` by places as our path by ids."""
    path = ""
    for step in ref.split("/")[2:]:
        name, _, place = step.partition("[")
        path = f"{path}/{name}".lstrip("/")
        if place:
            items = session.children(path)
            number = int(place.rstrip("]"))
            path = items[number - 1] if number <= len(items) else f"{path}[none]"
    return path


def places_of(session: Session, path: str = "", ref: str = "/data") -> dict[str, str]:
    """All nodes but the repeats themselves: reference by places → our path, in order."""
    found: dict[str, str] = {}
    for child in session.children(path):
        definition = session.definition(child)
        inner = f"{ref}/{definition.name}"
        if definition.kind == "repeat":
            for number, item in enumerate(session.children(child), 1):
                found[f"{inner}[{number}]"] = item
                found |= places_of(session, item, f"{inner}[{number}]")
        else:
            found[inner] = child
            if not definition.is_leaf:
                found |= places_of(session, child, inner)
    return found if path else {ref: own for ref, own in found.items() if not ref.startswith(_META)}


def _first_difference(number: int, session: Session, nodes: Mapping[str, Any], seen: set[str]) -> Difference | None:
    places = places_of(session)
    for ref in sorted(places.keys() ^ {ref for ref in nodes if not ref.startswith(_META)}):
        if nodes[ref]["relevant"] if ref in nodes else session.state(places[ref]).relevant:
            return Difference(number, ref, "nodes", ref in places, ref in nodes)
        seen.add("hidden items")
    for ref, path in places.items():
        for what, ours, theirs in _pairs(session, path, nodes[ref]) if ref in nodes else ():
            if ours != theirs:
                name = _means_the_same(ours, theirs)
                if not name:
                    return Difference(number, ref, what, ours, theirs)
                seen.add(name)
    return None


def _means_the_same(ours: object, theirs: object) -> str:
    """The name of the way in which two unlike texts, or lists of choices, say the same, "" when they do not."""
    if isinstance(ours, list) and isinstance(theirs, list):
        texts = [[part.strip() for choice in choices for part in choice] for choices in (ours, theirs)]
        return "digits" if list(map(_rounded, texts[0])) == list(map(_rounded, texts[1])) else ""
    if not isinstance(ours, str) or not isinstance(theirs, str):
        return ""
    if {"true": "1", "false": "0"}.get(ours) == theirs:
        return "truth"
    if theirs == "0" and 0 < abs(_number(ours)) < 1e-12:
        return "nearly nothing"
    if abs(_number(ours) - _number(theirs)) < 1e-9 or _rounded(ours) == _rounded(theirs):
        return "digits"
    if _rounded(ours.replace("NaN", "")) == _rounded(theirs.replace("NaN", "")):
        return "no number"
    return ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _rounded(text: str) -> str:
    """Numbers in a text to twelve digits (the last ones depend on the mathematical library), points of shapes without
    space between them."""
    return _NUMBER.sub(lambda match: f"{_tidy(float(match[0])):.12g}", text.replace("; ", ";"))


def _tidy(number: float) -> float:
    return 0.0 if abs(number) < 1e-9 else number


def _pairs(session: Session, path: str, node: Mapping[str, Any]) -> list[tuple[str, object, object]]:
    state, definition = session.state(path), session.definition(path)
    found: list[tuple[str, object, object]] = [("relevant", state.relevant, node["relevant"])]
    if not state.relevant or not node["relevant"]:
        return found
    if definition.is_leaf:
        found.append(("value", state.value, node["value"]))
        found.append(("readonly", state.readonly, node["readonly"]))
        found.append(("required", state.required, node["required"]))
        code = None if state.problem is None else state.problem.code
        if definition.control and code in (None, ProblemCode.CONSTRAINT):
            found.append(("constraint", code is None, node["kept"]))
            if state.problem is not None and definition.constraint_message and "message" in node:
                found.append(("message", state.problem.message(session.language), node["message"]))
    if "label" in node:
        found.append(("label", state.label, node["label"] or ""))
    if "hint" in node:
        found.append(("hint", state.hint, node["hint"] or ""))
    if "choices" in node:
        found.append(("choices", [[choice.value, choice.label] for choice in state.choices], node["choices"]))
    return found
