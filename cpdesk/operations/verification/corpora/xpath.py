"""Expressions: the assertions of ODK Web Forms over documents, and JavaRosa's over no document at all."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any, Final

from cpdesk.base.errors import CpdeskError
from cpdesk.forms.tree import ATTRIBUTE, DOCUMENT, Node, read_xml
from cpdesk.forms.xpath.compile import compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import Value, to_boolean, to_number, to_text
from cpdesk.operations.verification.cases import Case
from cpdesk.operations.verification.corpora.reading import Deviations, case_of, read_lines

_WEB_FORMS_ZONE: Final = timezone(timedelta(hours=-7))
"""Where that engine's tests are run; their expected dates are written for it."""
_GOLDEN: Final = 0.6180339887
_SPECIAL: Final = {
    "NaN": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "POSITIVE_INFINITY": math.inf,
    "NEGATIVE_INFINITY": -math.inf,
}


def verify_web_forms(path: Path, deviations: Deviations) -> Iterator[Case]:
    """Every assertion of `xpath.jsonl`; one that comes several times is told apart by a number."""
    seen: dict[str, int] = {}
    for row in read_lines(path):
        name = f"{row['file']}: {row['expr']}"
        seen[name] = seen.get(name, 0) + 1
        name = name if seen[name] == 1 else f"{name} ({seen[name]})"
        yield case_of("xpath", name, _web_forms_difference(row), deviations)


def verify_javarosa(path: Path, deviations: Deviations) -> Iterator[Case]:
    """Every expression of `javarosa_xpath.json`."""
    for row in json.loads(path.read_text(encoding="utf-8")):
        yield case_of("javarosa", row["expr"], _javarosa_difference(row), deviations)


def _environment(root: Node, now: datetime, zone: tzinfo) -> Environment:
    draws = iter(range(1, 10_000_000))
    return Environment(root, lambda: now, lambda: (next(draws) * _GOLDEN) % 1.0, lambda: "id", language="en", zone=zone)


def _web_forms_difference(row: dict[str, Any]) -> str:
    document, _ = read_xml(_without_doctype(row["mutated"] or row["xml"]), keep_text=True)
    now = datetime.fromtimestamp(row["now"] / 1000, UTC)
    environment = _environment(_at(document, row["root"]), now, _WEB_FORMS_ZONE)
    _form_parts(document, environment, row)
    try:
        found = compile_expression(row["expr"]).evaluate(Context(_at(document, row["ctx"]), environment))
    except CpdeskError as fault:
        return str(fault)
    return "" if _is(found, row, environment.zone) else f"{_shown(found)}, expected {_shown(row['expected'])}"


def _form_parts(document: Node, environment: Environment, row: dict[str, Any]) -> None:
    """The secondary instances and texts of a document that has such."""
    texts: dict[str, dict[str, list[Node]]] = {}
    default = ""
    for node in document.walk():
        if node.local == "instance" and "id" in node.attributes:
            inner = Node(DOCUMENT)
            inner.children = node.children
            environment.instances[node.attribute("id")] = inner
        if node.local == "translation":
            texts[node.attribute("lang")] = {
                text.attribute("id"): [value for value in text.children if value.local == "value"]
                for text in node.children
                if text.local == "text"
            }
            if not default or "default" in node.attributes:
                default = node.attribute("lang")
    language = row["lang"] or default
    environment.itext = lambda key: texts.get(language, {}).get(key, [])


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


def _is(found: Value, row: dict[str, Any], zone: tzinfo) -> bool:
    kind, expected = row["kind"], row["expected"]
    if kind in ("assertNodeSet", "assertUnorderedNodeSet"):
        paths = [one["path"] for one in expected]
        own = [_path(node) for node in found] if isinstance(found, list) else None
        return own is not None and (own == paths if kind == "assertNodeSet" else sorted(own) == sorted(paths))
    if kind == "assertBooleanValue":
        return to_boolean(found) is expected
    if kind == "assertNumberValue":
        return _same_number(to_number(found, zone), expected)
    if kind == "assertNumberRounded":
        number = to_number(found, zone)
        return not math.isnan(number) and bool(math.floor(number * row["factor"] + 0.5) / row["factor"] == expected)
    text = to_text(found)
    if kind == "assertStringMatches":
        return re.search(expected, text) is not None
    return bool(len(text) == expected if kind == "assertStringLength" else text == expected)


def _same_number(found: float, expected: Any) -> bool:
    wanted = float(_SPECIAL.get(expected, expected) if isinstance(expected, str) else expected)
    return math.isnan(found) if math.isnan(wanted) else math.isclose(found, wanted, rel_tol=1e-12, abs_tol=1e-12)


def _javarosa_difference(row: dict[str, Any]) -> str:
    document, _ = read_xml("<data/>")
    expected = row["expected"]
    refused = isinstance(expected, dict)
    try:
        environment = _environment(document, datetime(2026, 11, 22, tzinfo=UTC), UTC)
        found = compile_expression(row["expr"]).evaluate(Context(document, environment))
    except CpdeskError as fault:
        return "" if refused else str(fault)
    if refused:
        return f"{_shown(found)}, expected a refusal: {expected['error']}"
    if isinstance(expected, bool):
        same = found is expected
    elif isinstance(expected, float) or (not isinstance(found, str) and expected in _SPECIAL):
        same = isinstance(found, float) and _same_number(found, expected)
    else:
        same = to_text(found) == expected
    return "" if same else f"{_shown(found)}, expected {_shown(expected)}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} nodes: " + " ".join(
            _path(one) if isinstance(one, Node) else str(one["path"]) for one in value[:3]
        )
    return repr(value)
