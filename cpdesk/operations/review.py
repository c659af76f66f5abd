"""The district's review: what was submitted is read, sent back with remarks on questions, mended, submitted again,
accepted.

A survey goes draft → complete → submitted → accepted, or returned → complete → submitted again. Its course is a field
of the record like any other, so it travels with the operations; which role may take which step the server decides by
what enrolment gave (docs/people.md). A reviewer's remark on a question is done with when the question got another
answer after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.model.records import STATUS_FIELD, Changes, RecordKind, Status
from cpdesk.operations import surveys, visits
from cpdesk.operations.places import township_name
from cpdesk.operations.visits import AuditEntry
from cpdesk.store.lists import Query, Row
from cpdesk.store.traffic import Step

_REVIEWERS: Final = ("reviewer",)
_NEVER_FILL: Final = ("clerk", "administrator")
_LISTED: Final = 500
LOCKED: Final = (Status.SUBMITTED, Status.ACCEPTED)
"""Statuses in which a survey is read only: what is submitted is the district's to look at, as it is."""


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """What the inbox shows; empty means all."""

    status: Status
    township: str = ""
    form: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One survey of the inbox.

    Attributes:
        by, at: who took the last step of its course, and when. round: how often it was submitted.
    """

    survey: str
    title: str
    form: str
    township: str
    status: Status
    by: str
    at: str
    round: int
    conflicts: int = 0


@dataclass(frozen=True)
class Inbox:
    """A page of it, at most 500 lines, and the figures on its filters."""

    query: InboxQuery
    lines: tuple[InboxLine, ...]
    total: int
    by_status: dict[Status, int]
    townships: dict[str, int]
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewRemark:
    """A remark on a question, and whether the question was answered anew after it: then `before` and `now` say what
    was changed, in displayed words."""

    path: str
    label: str
    place: str
    text: str
    actor: str
    at: str
    own: bool
    done: bool
    before: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One question that has another answer than when the survey was sent back, in displayed words."""

    path: str
    label: str
    place: str
    before: str
    now: str
    actor: str
    at: str


@dataclass(frozen=True)
class ReviewState:
    """One survey as its review stands.

    Attributes:
        step: the last one of its course. rounds: how often it was submitted.
        remarks: all that stand, in the order of the form; `changed` what is other since it was last sent back.
    """

    survey: str
    status: Status
    step: Step | None
    rounds: int
    remarks: tuple[ReviewRemark, ...]
    changed: tuple[FieldChange, ...]

    @property
    def open_remarks(self) -> tuple[ReviewRemark, ...]:
        """Those on questions that nobody has answered anew."""
        return tuple(remark for remark in self.remarks if not remark.done)


def may_review(ctx: Context) -> bool:
    """Whether this desk's person returns and accepts surveys."""
    enrolment = ctx.store.replica.enrolment()
    return enrolment is not None and enrolment.role in _REVIEWERS


def may_fill(ctx: Context) -> bool:
    """Whether this desk's person fills and submits surveys; before enrolment everybody does."""
    enrolment = ctx.store.replica.enrolment()
    return enrolment is None or enrolment.role not in _NEVER_FILL


def waiting_for_me(ctx: Context) -> int:
    """How many surveys wait for this person: a reviewer those submitted, everybody else those returned."""
    status = Status.SUBMITTED if may_review(ctx) else Status.RETURNED
    return ctx.store.records.count(Query(kind=RecordKind.SURVEY, status=status))


def inbox(ctx: Context, query: InboxQuery) -> Inbox:
    """Surveys of a status, the one whose course moved first on top: who waits longest is next."""
    records = ctx.store.records
    asked = Query(
        kind=RecordKind.SURVEY,
        status=query.status,
        stream=query.township or None,
        form=query.form or None,
        text=query.text,
        descending=False,
    )
    every = Query(kind=RecordKind.SURVEY)
    rows = records.rows(records.page(asked, limit=_LISTED))
    lines = sorted((_line(ctx, row) for row in rows), key=lambda line: line.at)
    wide = Query(kind=RecordKind.SURVEY, status=query.status)
    return Inbox(
        query=query,
        lines=tuple(lines),
        total=records.count(asked),
        by_status=dict(records.count_by_status(every)),
        townships={code: count for code, count in records.count_by_township(wide).items() if township_name(code)},
        forms=tuple(sorted({row.form for row in rows} | ({query.form} if query.form else set()))),
    )


def _line(ctx: Context, row: Row) -> InboxLine:
    steps = ctx.store.traffic.steps(row.id)
    last = steps[-1] if steps else Step("", "", row.updated_at)
    submitted = sum(step.status == Status.SUBMITTED for step in steps)
    return InboxLine(row.id, row.title, row.form, row.stream, row.status, last.actor, last.at, submitted, row.conflicts)


def review_state(ctx: Context, survey: str) -> ReviewState:
    """Remarks with what became of them, and what was changed since the survey was sent back.

    Raises:
        InputFault: CP-1501 no such survey; CP-1510 its form version has not come to this desk.
    """
    record = ctx.store.records.get(survey)
    steps = ctx.store.traffic.steps(survey)
    lines = visits.audit(ctx, survey)
    return ReviewState(
        survey=survey,
        status=record.status,
        step=steps[-1] if steps else None,
        rounds=sum(step.status == Status.SUBMITTED for step in steps),
        remarks=tuple(_remarks(ctx, survey, lines)),
        changed=tuple(_changed(ctx, lines)),
    )


def _remarks(ctx: Context, survey: str, lines: Sequence[AuditEntry]) -> Iterable[ReviewRemark]:
    for remark in surveys.comments(ctx, survey):
        written = max((at for at, line in enumerate(lines) if line.path == remark.path + surveys.NOTE), default=-1)
        after = [line for line in lines[written + 1 :] if line.path == remark.path and line.about == ""]
        place = next((line.place for line in lines if line.path.startswith(remark.path) and line.place), "")
        before, now = (after[0].before, after[-1].now) if after else ("", "")
        yield ReviewRemark(
            remark.path, remark.label, place, remark.text, remark.actor, remark.at, remark.own,
            done=bool(after) and before != now, before=before, now=now,
        )  # fmt: skip


def _changed(ctx: Context, lines: Sequence[AuditEntry]) -> Iterable[FieldChange]:
    returned = ctx.text(f"status.{Status.RETURNED}")
    since = max(
        (at for at, line in enumerate(lines) if line.path == STATUS_FIELD and line.now == returned), default=None
    )
    if since is None:
        return
    first: dict[str, AuditEntry] = {}
    last: dict[str, AuditEntry] = {}
    for line in lines[since + 1 :]:
        if line.about in ("", "item"):
            first.setdefault(line.path, line)
            last[line.path] = line
    for path, line in last.items():
        before = first[path].before
        if before != line.now:
            yield FieldChange(path, line.label, line.place, before, line.now, line.actor, line.at)


def submit(ctx: Context, chosen: Iterable[str]) -> tuple[int, list[CpdeskError], Changes]:
    """Hand filled surveys to the district; how many went, and why others did not."""
    done, faults, changes = 0, [], Changes()
    for survey in chosen:
        try:
            changes |= surveys.submit_survey(ctx, survey)
            done += 1
        except CpdeskError as fault:
            faults.append(fault)
    return done, faults, changes | Changes(kinds=frozenset({RecordKind.SURVEY}))


def filled(ctx: Context) -> list[str]:
    """Surveys that are filled and not submitted."""
    return ctx.store.records.page(Query(kind=RecordKind.SURVEY, status=Status.COMPLETE))


def send_back(ctx: Context, survey: str) -> Changes:
    """Return a submitted survey with the remarks on its questions.

    Raises:
        InputFault: CP-1554 this desk's person reviews nothing; CP-1553 no remark says what is to be mended; CP-1515 it
            is not submitted.
    """
    _check_reviewer(ctx)
    if not review_state(ctx, survey).open_remarks:
        raise InputFault("CP-1553")
    return surveys.take_step(ctx, survey, Status.RETURNED)


def accept(ctx: Context, survey: str) -> Changes:
    """Accept a submitted survey.

    Raises:
        InputFault: CP-1554 this desk's person reviews nothing; CP-1555 conflicts of it are open; CP-1515 it is not
            submitted.
    """
    _check_reviewer(ctx)
    conflicts = len(ctx.store.conflicts.list(survey))
    if conflicts:
        raise InputFault("CP-1555", count=conflicts)
    return surveys.take_step(ctx, survey, Status.ACCEPTED)


def _check_reviewer(ctx: Context) -> None:
    if not may_review(ctx):
        raise InputFault("CP-1554")
