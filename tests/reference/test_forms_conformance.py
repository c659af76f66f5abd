"""The form engine against the conformance corpora of ODK Web Forms and JavaRosa.

The floors below are what the engine reached when they were written; it must never reach less. Groups that fail are
printed, so that the gap is plain. Where JavaRosa and Web Forms differ JavaRosa's meaning holds (docs/forms.md), so not
every Web Forms case can pass.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import CpdeskError
from cpdesk.forms.form import SETGEOPOINT, Form, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.tree import ATTRIBUTE, DOCUMENT, Node, read_xml
from cpdesk.forms.xform import load_form
from cpdesk.forms.xpath import values
from cpdesk.forms.xpath.compile import compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import to_boolean, to_number, to_text

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "conformance"
XPATH_FLOOR = 1_138
JAVAROSA_FLOOR = 174
SCENARIO_FLOOR = 294
VOLATILE = re.compile(r"uuid:|\d{4}-\d\d-\d\d|[0-9a-f]{8}-")


def corpus(name: str) -> Path:
    path = CORPORA / name
    if not path.exists():
        pytest.skip(f"conformance corpus {name} is not beside the checkout")
    return path


def test_xpath_assertions_of_web_forms(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(values, "ZONE", timezone(timedelta(hours=-7)))  # where that engine's tests are run
    cases = [json.loads(line) for line in corpus("xpath.jsonl").read_text(encoding="utf-8").splitlines()]
    failed = [(case["file"], case["expr"]) for case in cases if not _passes(case)]
    _report(capsys, "xpath.jsonl", len(cases), failed)
    assert len(cases) - len(failed) >= XPATH_FLOOR


def test_expressions_of_javarosa(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "ZONE", timezone(timedelta(0)))
    cases = json.loads(corpus("javarosa_xpath.json").read_text(encoding="utf-8"))
    failed = [("javarosa", case["expr"]) for case in cases if not _passes_javarosa(case)]
    _report(capsys, "javarosa_xpath.json", len(cases), failed)
    assert len(cases) - len(failed) >= JAVAROSA_FLOOR


def test_scenarios_of_web_forms(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [json.loads(line) for line in corpus("scenario.jsonl").read_text(encoding="utf-8").splitlines()]
    scenarios: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["pid"], row["seq"])):
        scenarios.setdefault((row["file"], row["test"]), []).append(row)
    failed = [key for key, steps in scenarios.items() if _first_difference(steps)]
    _report(capsys, "scenario.jsonl", len(scenarios), failed)
    assert len(scenarios) - len(failed) >= SCENARIO_FLOOR


def _first_difference(steps: list[dict[str, Any]]) -> str:
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


def _begun(form: Form, test: str, state: list[dict[str, Any]]) -> Session:
    """A session as that engine's test began it. The corpus does not hold what a test gave besides the form (properties
    of the device, its place, the answers that are edited); these are read off the state that the test began with."""
    values = {node["ref"].partition("/")[2].partition("/")[2]: node.get("val", "") for node in state}
    fixed = {node.preload[1]: values.get(node.path, "") for node in form.nodes if node.preload[0] == "property"}
    for action in form.first_load:
        if action.kind == SETGEOPOINT:
            fixed["position"] = values.get(action.target, "")
    answers = {path: value for path, value in values.items() if path and value} if "editing" in test else None
    clock = FixedClock(datetime(2026, 11, 22, 4, tzinfo=UTC))
    ids = count(1)
    return Session(form, answers, clock=clock, new_id=lambda: f"n{next(ids)}", fixed=fixed)


def _carry_out(session: Session, step: dict[str, Any]) -> None:
    arguments = step.get("args", [])
    if step["op"] == "answer":
        given = arguments[1:] if len(arguments) > 1 else arguments  # one argument answers the question it stands at
        path = _own_path(session, arguments[0] if len(arguments) > 1 else step["after"])
        if any(
            isinstance(argument, dict) for argument in given
        ):  # a file, whose name only the state tells
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
    if found == expected or (VOLATILE.match(found) and VOLATILE.match(expected)):
        return True
    if definition.calculate is not None and "random(" in definition.calculate.source:
        return True
    if definition.type not in ("decimal", "geopoint") or len(found.split()) != len(expected.split()):
        return False
    return all(to_number(one) == to_number(other) for one, other in zip(found.split(), expected.split(), strict=True))


def _report(capsys: pytest.CaptureFixture[str], name: str, total: int, failed: list[tuple[str, str]]) -> None:
    with capsys.disabled():
        print(f"\n{name}: {total - len(failed)} of {total} pass")
        for group, count in Counter(group for group, _ in failed).most_common():
            print(f"  {count:4} fail in {group}")


def _environment(root: Node, now: datetime) -> Environment:
    draws = iter(range(1, 10_000_000))
    return Environment(root, lambda: now, lambda: (next(draws) * 0.6180339887) % 1.0, lambda: "id", language="en")


def _passes(case: dict[str, Any]) -> bool:
    document, _ = read_xml(_without_doctype(case["mutated"] or case["xml"]), keep_text=True)
    environment = _environment(_at(document, case["root"]), datetime.fromtimestamp(case["now"] / 1000, UTC))
    _form_parts(document, environment, case)
    try:
        node = _at(document, case["ctx"])
        found = compile_expression(case["expr"]).evaluate(Context(node, environment))
        return _is(found, case)
    except CpdeskError:
        return False


def _form_parts(document: Node, environment: Environment, case: dict[str, Any]) -> None:
    texts: dict[str, dict[str, str]] = {}
    for node in document.walk():
        if node.local == "instance" and "id" in node.attributes:
            inner = Node(DOCUMENT)
            inner.children = node.children
            environment.instances[node.attribute("id")] = inner
        if node.local == "translation":
            texts[node.attribute("lang")] = {
                text.attribute("id"): next((v.text for v in text.children if v.local == "value"), "")
                for text in node.children
                if text.local == "text"
            }
    language = case["lang"] or next(iter(texts), "")
    environment.itext = lambda key: texts.get(language, {}).get(key, "")


def _without_doctype(xml: str) -> str:
    """The loader refuses document types; the corpus has harmless ones that only say html, and counts them as nodes."""
    return re.sub(r"<!DOCTYPE[^>\[]*>", "<!-- here -->", xml).strip()


def _at(document: Node, path: str) -> Node:
    node = document
    for step in path.split("/"):
        if not step:
            continue
        if step.startswith("@"):
            return next(one for one in node.attribute_nodes() if one.name == step[1:])
        node = node.children[int(step[step.index("[") + 1 : -1]) - 1]
    return node


def _path(node: Node) -> str:
    steps: list[str] = []
    while node.parent is not None:
        if node.kind == ATTRIBUTE:
            steps.append(f"@{node.name}")
        else:
            steps.append(f"node()[{node.parent.children.index(node) + 1}]")
        node = node.parent
    return "/" + "/".join(reversed(steps))


def _is(found: values.Value, case: dict[str, Any]) -> bool:
    expected = case["expected"]
    match case["kind"]:
        case "assertBooleanValue":
            return to_boolean(found) is expected
        case "assertNumberValue":
            return _same_number(to_number(found), expected)
        case "assertNumberRounded":
            factor = case["factor"]
            number = to_number(found)
            return not math.isnan(number) and math.floor(number * factor + 0.5) / factor == expected
        case "assertStringValue":
            return to_text(found) == expected
        case "assertStringMatches":
            return re.search(expected, to_text(found)) is not None
        case "assertStringLength":
            return len(to_text(found)) == expected
        case "assertNodeSet":
            return isinstance(found, list) and [_path(node) for node in found] == [one["path"] for one in expected]
        case "assertUnorderedNodeSet":
            paths = sorted(one["path"] for one in expected)
            return isinstance(found, list) and sorted(_path(node) for node in found) == paths
    raise AssertionError(case["kind"])


def _same_number(found: float, expected: Any) -> bool:
    special = {"NaN": math.nan, "POSITIVE_INFINITY": math.inf, "NEGATIVE_INFINITY": -math.inf}
    special |= {"Infinity": math.inf, "-Infinity": -math.inf}
    wanted = float(special.get(expected, expected) if isinstance(expected, str) else expected)
    return math.isnan(found) if math.isnan(wanted) else math.isclose(found, wanted, rel_tol=1e-12, abs_tol=1e-12)


def _passes_javarosa(case: dict[str, Any]) -> bool:
    document, _ = read_xml("<data/>")
    expected = case["expected"]
    try:
        environment = _environment(document, datetime(2026, 11, 22, tzinfo=UTC))
        found = compile_expression(case["expr"]).evaluate(Context(document, environment))
    except CpdeskError:
        return isinstance(expected, dict)
    if isinstance(expected, dict):
        return False
    if isinstance(expected, bool):
        return found is expected
    if isinstance(expected, float) or (
        not isinstance(found, str) and expected in ("NaN", "POSITIVE_INFINITY", "NEGATIVE_INFINITY")
    ):
        return isinstance(found, float) and _same_number(found, expected)
    return to_text(found) == expected
