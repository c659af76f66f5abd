"""A made-up piece of heating network: its registers and a first round of inspections, entered as a person enters them.

What is answered stands in `resources/samples/network_answers.csv`: visit by visit in the order in which a new network
is taken down. A value is a text as it is stored, or one of

    suggested    what the form offers for that question
    photo        a drawn picture; `signature` a scrawl
    =expression  what an expression of the form gives, for dates that lie ahead
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Final

from cpdesk.base import tables
from cpdesk.base.resources import resource_path
from cpdesk.context import Context
from cpdesk.forms.form import Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.model.records import RecordKind
from cpdesk.operations.demo.photos import draw_photo, draw_signature
from cpdesk.operations.families import HEATING_NETWORK, site_kind
from cpdesk.operations.photos import keep_photo
from cpdesk.operations.sites import site_with_number
from cpdesk.operations.surveys import (
    begin_new,
    begin_survey,
    complete_survey,
    open_survey,
    save_answers,
    submit_survey,
)

_COLUMNS: Final[Mapping[str, tables.Convert]] = {
    "visit": tables.text,
    "question": tables.text,
    "item": tables.maybe_text,
    "value": tables.text,
}


@dataclass(frozen=True)
class SampleAnswer:
    """One answer of a made-up visit; `item` counts from 1 the item of the repeat that the question lies in."""

    question: str
    value: str
    item: int | None = None


def sample_visits() -> dict[str, list[SampleAnswer]]:
    """The made-up visits in their order, by name."""
    rows = tables.read_table(resource_path("samples/network_answers.csv"), _COLUMNS)
    return {name: [_answer(row) for row in visit] for name, visit in groupby(rows, key=lambda row: row["visit"])}


def _answer(row: Mapping[str, Any]) -> SampleAnswer:
    return SampleAnswer(row["question"], row["value"], int(row["item"]) if row["item"] else None)


def survey_network(ctx: Context, stream: str) -> dict[str, str]:
    """Enter, complete and submit all made-up visits on this desk; gives the surveys' ids by name of the visit.

    Args:
        stream: the nine-digit code of the township.

    Raises:
        ValueError: the form found the made-up answers wanting; the message says which questions.
    """
    return {name: survey_once(ctx, stream, answers) for name, answers in sample_visits().items()}


def survey_once(ctx: Context, stream: str, answers: list[SampleAnswer]) -> str:
    """Enter, complete and submit one visit; an inspection is one of the site it names.

    Raises:
        ValueError: as `survey_network`.
    """
    site = _site(ctx, stream, answers)
    survey, _ = begin_new(ctx, HEATING_NETWORK.id, stream, sample=True) if site is None else begin_survey(ctx, site)
    session = open_survey(ctx, survey).session
    for answer in answers:
        path, made = placed(session, answer)
        save_answers(ctx, survey, made)
        value = answer.value
        if value in ("photo", "signature"):
            value = keep_photo(ctx, _picture(value), name=value)
        save_answers(ctx, survey, session.set(path, worked_out(session, path, value)).values)
    problems, _ = complete_survey(ctx, survey)
    if problems:
        raise ValueError("; ".join(f"{problem.path}: {problem.message('en')}" for problem in problems))
    submit_survey(ctx, survey)
    return survey


def worked_out(session: Session, path: str, value: str) -> str:
    """What a value of the table stands for at a question."""
    if value == "suggested":
        return session.evaluate(session.definition(path).attributes["suggest"], path)
    return session.evaluate(value[1:], path) if value.startswith("=") else value


def _site(ctx: Context, stream: str, answers: list[SampleAnswer]) -> str | None:
    known = {answer.question: answer.value for answer in answers}
    if known["record_kind"] != "inspect":
        return None
    kind = site_kind(RecordKind(known["i_target_kind"]))
    assert kind is not None
    return site_with_number(ctx, kind, stream, {"township_code": stream, kind.number: known["i_target"]})


def placed(session: Session, answer: SampleAnswer) -> tuple[str, dict[str, str | None]]:
    """The path of a question, with what is to be stored of the items that were added to reach it."""
    node = session.form.by_name[answer.question]
    made: dict[str, str | None] = {}
    if answer.item is None:
        return node.path, made
    repeat = around(node).path
    while len(session.children(repeat)) < answer.item:
        made |= session.add_item(repeat)[1].values
    return session.children(repeat)[answer.item - 1] + node.path.removeprefix(repeat), made


def around(node: NodeDef) -> NodeDef:
    """The repeat that a question lies in, sections between them passed over."""
    while node.kind is not Kind.REPEAT:
        assert node.parent is not None  # the table numbers items of questions in repeats only
        node = node.parent
    return node


@cache
def _picture(what: str) -> bytes:
    return draw_signature(1) if what == "signature" else draw_photo("plate", 1)
