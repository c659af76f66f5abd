"""The heating-network form in JavaRosa, the engine of phones, and in ours: the same visits give the same figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

import pytest
from heatnet_visit import SEGMENT, STATION, WELL

from cpdesk.base.clock import FixedClock
from cpdesk.base.resources import resource_path
from cpdesk.forms.form import Form, Kind
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.operations.bench.javarosa import JavaRosa, missing_part
from cpdesk.operations.demo.network import SampleAnswer, placed, sample_visits, worked_out

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing_part()), reason=f"JavaRosa cannot run here: {missing_part()} is missing"),
]
LISTS = {
    "segments": [SEGMENT], "wells": [WELL], "substations": [STATION], "sites": [SEGMENT, WELL, STATION],
    "nodes": [WELL, {**WELL, "name": "J13", "label": "J13"}, STATION], "components": [{"k_code": "-"}],
    "segment": [{"name": "-"}], "well": [{"name": "-"}], "component": [{"name": "-"}], "substation": [{"name": "-"}],
}  # fmt: skip
OF_THE_MOMENT = {"start", "instanceID", "new_id", "entity_id", "i_time"}
"""Clocks and random ids, which cannot be the same."""


def form_with_lists() -> str:
    """The form with its lists inside it, because the driver brings no files."""
    xml = resource_path("forms/heatnet.xml").read_text(encoding="utf-8")
    for name, rows in LISTS.items():
        columns = dict.fromkeys([*("name", "label"), *(column for row in rows for column in row)])
        items = "".join(
            "<item>" + "".join(f"<{one}>{escape(row.get(one, ''))}</{one}>" for one in columns) + "</item>"
            for row in rows
        )
        empty = f'<instance id="{name}" src="jr://file-csv/{name}.csv"/>'
        assert empty in xml
        xml = xml.replace(empty, f'<instance id="{name}"><root>{items}</root></instance>')
    return xml


def begin(form: Form) -> Session:
    ids = count(1)
    return Session(form, clock=FixedClock(datetime.now(UTC)), new_id=lambda: f"n{next(ids)}")


def operations_of(session: Session, answers: list[SampleAnswer]) -> Iterator[list[str]]:
    """Give the answers to our engine, and say how to give them to the other one."""
    for answer in answers:
        node = session.form.by_name[answer.question]
        before = len(session.children(node.parent.path)) if answer.item and node.parent is not None else 0
        path, _ = placed(session, answer)
        reference = f"/data/{node.path}"
        if answer.item and node.parent is not None:
            yield from (["add", f"/data/{node.parent.path}"] for _ in range(answer.item - before))
            reference = f"/data/{node.parent.path}[{answer.item}]/{node.name}"
        value = "x.jpg" if answer.value in ("photo", "signature") else worked_out(session, path, answer.value)
        session.set(path, value)
        yield ["set", reference, value]


def leaves(session: Session, path: str = "", reference: str = "/data") -> Iterator[tuple[str, str]]:
    """Every question and calculation: our path and the other engine's."""
    for child in session.children(path):
        node = session.definition(child)
        below = f"{reference}/{node.name}"
        if node.kind is Kind.REPEAT:
            for number, item in enumerate(session.children(child), 1):
                yield from leaves(session, item, f"{below}[{number}]")
        elif node.is_leaf:
            yield child, below
        else:
            yield from leaves(session, child, below)


def plain(text: str) -> list[str]:
    """The words of an answer in one order: choices in any, times without their offset, numbers as numbers."""
    return sorted(_plain_word(word) for word in text.split())


def _plain_word(word: str) -> str:
    word = re.sub(r"(T?\d\d:\d\d)(:00\.000)?\+08:00\Z", r"\1", word.replace("NaN", ""))
    return f"{float(word):.9g}" if re.fullmatch(r"-?\d+(\.\d+)?(E-?\d+)?", word) else word


@pytest.fixture(scope="module")
def phone() -> Iterator[JavaRosa]:
    with JavaRosa() as engine:
        yield engine


@pytest.mark.parametrize("visit", sample_visits())
def test_a_phone_gives_the_same_answers(phone: JavaRosa, visit: str) -> None:
    xml = form_with_lists()
    session = begin(load_form(xml))
    operations = list(operations_of(session, sample_visits()[visit]))
    told = phone.ask({"xml": xml, "operations": operations})
    assert "error" not in told
    assert [one for one, step in zip(operations, told["steps"][1:], strict=True) if not step["done"]] == []
    last: dict[str, Any] = told["steps"][-1]["nodes"]
    different = []
    for path, reference in leaves(session):
        if reference not in last or session.definition(path).name in OF_THE_MOMENT:
            continue
        state, theirs = session.state(path), last[reference]
        ours = (state.relevant, plain(session.value_at(path)))
        if ours != (theirs["relevant"], plain(theirs["value"] if theirs["relevant"] else "")):
            different.append((reference, ours, theirs))
    assert different == []
