"""Forms in use: the scenarios of ODK Web Forms, the state of every node compared after every step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import CpdeskError
from cpdesk.forms.form import SETGEOPOINT, Form, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.forms.xpath.values import to_number
from cpdesk.operations.verification.cases import Case
from cpdesk.operations.verification.corpora.reading import Deviations, case_of, read_lines

_NOW: Final = datetime(2026, 11, 22, 4, tzinfo=UTC)
FILES_MISSING: Final = "files-the-corpus-does-not-hold"
_VOLATILE: Final = re.compile(r"uuid:|\d{4}-\d\d-\d\d|[0-9a-f]{8}-")
"""Values that differ from run to run: identifiers and moments."""


def verify_scenarios(path: Path, deviations: Deviations) -> Iterator[Case]:
    """Every scenario of `scenario.jsonl`."""
    scenarios: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(read_lines(path), key=lambda row: (row["pid"], row["seq"])):
        scenarios.setdefault((row["file"], row["test"]), []).append(row)
    for (file, test), steps in scenarios.items():
        name, difference = f"{file}: {test}", first_difference(steps)
        case = case_of("scenario", name, difference, deviations)
        yield replace(case, admitted=case.admitted or FILES_MISSING) if difference and _asks_files(steps) else case


def _asks_files(steps: Sequence[dict[str, Any]]) -> bool:
    """Whether the form of a scenario takes choices from files, which the corpus does not hold."""
    try:
        return any(external.file for external in load_form(steps[0]["xml"]).externals.values())
    except CpdeskError:
        return False


def first_difference(steps: Sequence[dict[str, Any]]) -> str:
    """What first differs from that engine's state over a scenario; "" when nothing does."""
    session: Session | None = None
    for step, following in zip(steps, [*steps[1:], {}], strict=True):
        try:
            if step["op"] == "init":
                session = _begun(load_form(step["xml"]), step["test"], following.get("state", []))
            elif session is not None:
                _carry_out(session, step)
            if session is not None and "state" in step:
                for node in step["state"]:
                    wrong = _difference(session, node)
                    if wrong:
                        return f"{step['op']} {node['ref']}: {wrong}"
        except CpdeskError as fault:
            return f"{step['op']}: {fault}"
    return ""


def _begun(form: Form, test: str, state: Sequence[dict[str, Any]]) -> Session:
    """A session as that engine's test began it. The corpus does not hold what a test gave besides the form (properties
    of the device, its place, the answers that are edited); these are read off the state that the test began with."""
    values = {node["ref"].partition("/")[2].partition("/")[2]: node.get("val", "") for node in state}
    fixed = {node.preload[1]: values.get(node.path, "") for node in form.nodes if node.preload[0] == "property"}
    for action in form.first_load:
        if action.kind == SETGEOPOINT:
            fixed["position"] = values.get(action.target, "")
    answers = {path: value for path, value in values.items() if path and value} if "editing" in test else None
    ids = count(1)
    return Session(form, answers, clock=FixedClock(_NOW), new_id=lambda: f"n{next(ids)}", fixed=fixed)


def _carry_out(session: Session, step: dict[str, Any]) -> None:
    arguments = step.get("args", [])
    if step["op"] == "answer":
        given = arguments[1:] if len(arguments) > 1 else arguments  # one argument answers the question it stands at
        path = _own_path(session, arguments[0] if len(arguments) > 1 else step["after"])
        if any(isinstance(argument, dict) for argument in given):  # a file, whose name only the state tells
            given = [next(node["val"] for node in step["state"] if node["ref"] == step["after"])]
        before = session.state(path).value
        session.set(path, " ".join(_lexical(argument, session.definition(path)) for argument in given))
        if step["err"] and session.state(path).problem is not None:
            session.set(path, before)  # that engine refuses what this one keeps with a problem
    elif step["op"] == "createNewRepeat":
        session.add_item(_own_path(session, step["after"].rpartition("[")[0]))
    elif step["op"] == "removeRepeat":
        session.remove_item(_own_path(session, arguments[0]))
    elif step["op"] == "setLanguage":
        session.set_language(arguments[0])


def _lexical(argument: Any, definition: NodeDef) -> str:
    if argument is None:
        return ""
    if isinstance(argument, bool):
        return {"trigger": ("", "OK")}.get(definition.control, ("0", "1"))[argument]
    return str(argument)


def _own_path(session: Session, reference: str) -> str:
    """`/data/repeat[2]/a` by positions as our path by item ids."""
    path = ""
    for step in reference.split("/")[2:]:
        name, _, place = step.partition("[")
        path = f"{path}/{name}".lstrip("/")
        if place:
            items = session.children(path)
            path = items[int(place[:-1]) - 1] if int(place[:-1]) <= len(items) else f"{path}[none]"
    return path


def _difference(session: Session, node: dict[str, Any]) -> str:
    if "meta" in node["ref"] or node["t"] == "root":
        return ""
    state = session.state(_own_path(session, node["ref"]))
    if state.relevant != node["rel"]:
        return f"relevant {state.relevant}"
    if not state.relevant:
        return ""
    if state.required != node["req"]:
        return f"required {state.required}"
    if state.readonly != node["ro"]:
        return f"readonly {state.readonly}"
    if "val" in node and not _same_value(state.accepted, str(node["val"]), session.definition(state.path)):
        return f"value {state.accepted!r}, expected {node['val']!r}"
    if "choices" in node and [[choice.value, choice.label] for choice in state.choices] != node["choices"]:
        return f"choices {state.choices}, expected {node['choices']}"
    return ""


def _same_value(found: str, expected: str, definition: NodeDef) -> bool:
    """What the form reads; numbers as numbers (that engine writes 5 as 5.0), identifiers and moments as any other."""
    if found == expected or (_VOLATILE.match(found) and _VOLATILE.match(expected)):
        return True
    if definition.calculate is not None and "random(" in definition.calculate.source:
        return True
    if definition.type not in ("decimal", "geopoint") or len(found.split()) != len(expected.split()):
        return False
    return all(to_number(one) == to_number(other) for one, other in zip(found.split(), expected.split(), strict=True))
