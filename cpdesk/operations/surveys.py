"""Making a survey of a household: begin, fill, complete, submit. Every field is on the disk when it is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpdesk.base.clock import today_beijing
from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import Problem, Progress
from cpdesk.model.records import Answers, Changes, Record, RecordKind, Status
from cpdesk.operations.places import township_terrain
from cpdesk.store.lists import Query

if TYPE_CHECKING:
    from cpdesk.operations.facts import Reading

SURVEY_FORM: Final = "farmhouse"
_OPEN: Final = (Status.DRAFT, Status.COMPLETE, Status.RETURNED)
_NEXT: Final[Mapping[Status, tuple[Status, ...]]] = {
    Status.DRAFT: (Status.COMPLETE,),
    Status.COMPLETE: (Status.DRAFT, Status.SUBMITTED),
    Status.SUBMITTED: (Status.RETURNED, Status.ACCEPTED),
    Status.RETURNED: (Status.COMPLETE,),
    Status.ACCEPTED: (),
    Status.NONE: (),
}
"""The course of a survey. Who may take which step is the server's to enforce."""


@dataclass(frozen=True)
class OpenSurvey:
    """A survey on the desk: its record, its form and the running session."""

    record: Record
    form: Form
    session: Session


def begin_survey(ctx: Context, household: str) -> tuple[str, Changes]:
    """The survey to fill for a household: the one that is not submitted yet, else a new one with what is known."""
    site = ctx.store.records.get(household)
    for status in _OPEN:
        found = ctx.store.records.page(Query(kind=RecordKind.SURVEY, site=household, status=status), limit=1)
        if found:
            return found[0], Changes()
    form = ctx.forms.newest(SURVEY_FORM)
    session = _session(ctx, form, {})
    for path, value in _known(ctx, session, site.answers).items():
        session.set(path, value)
    return ctx.store.records.create_record(
        RecordKind.SURVEY,
        form.id,
        form.version,
        site.stream,
        session.answers(),
        actor=ctx.actor,
        site=household,
        sample=site.sample,
    )


def open_survey(ctx: Context, survey: str) -> OpenSurvey:
    """A survey ready to be filled or read, in the form version it was made with.

    Raises:
        InputFault: CP-1501 no such record; CP-1510 its form version has not come to this desk.
    """
    record = ctx.store.records.get(survey)
    form = ctx.forms.version(record.form, record.version)
    return OpenSurvey(record, form, _session(ctx, form, record.answers))


def find_question(session: Session, text: str) -> str:
    """The path of a question by its path or its name; by name in the first item of every repeat around it.

    Raises:
        InputFault: CP-1517 when the form asks nothing of that name.
    """
    node = session.form.by_name.get(text)
    path = first_path(session, node) if node is not None else text
    if path is None or re.sub(r"\[[^\]]*\]", "", path) not in session.form.by_path:
        raise InputFault("CP-1517", question=text, form=session.form.id)
    return path


def save_answers(ctx: Context, survey: str, values: Mapping[str, str | None]) -> Changes:
    """Put what a session says is to be stored on the disk. Returns when it is there."""
    return ctx.store.records.save(survey, values, ctx.actor)


def remember_progress(ctx: Context, survey: str, progress: Progress) -> Changes:
    """Keep for the lists of this desk how many of the questions asked are answered."""
    return ctx.store.records.remember(survey, {"answered": progress.answered, "asked": progress.asked})


def undo_last(ctx: Context, record: str) -> tuple[dict[str, str | None], Changes]:
    """Take back what this person did last to a survey or household on this desk, in this run or an earlier one.

    Gives the entries that are different now, with their values; None where there is none any more.

    Raises:
        InputFault: CP-1508 nothing to undo.
    """
    return _stepped(ctx, record, ctx.store.records.undo)


def redo_last(ctx: Context, record: str) -> tuple[dict[str, str | None], Changes]:
    """Do again what was undone last, as `undo_last`.

    Raises:
        InputFault: CP-1509 nothing to redo.
    """
    return _stepped(ctx, record, ctx.store.records.redo)


def _stepped(ctx: Context, record: str, step: Callable[[str, str], Changes]) -> tuple[dict[str, str | None], Changes]:
    before = ctx.store.records.get(record).answers
    changes = step(record, ctx.actor)
    after = ctx.store.records.get(record).answers
    different = {path: after.get(path) for path in {**before, **after} if before.get(path) != after.get(path)}
    return different, changes


def complete_survey(ctx: Context, survey: str) -> tuple[list[Problem], Changes]:
    """Mark a survey as filled, unless something must still be mended; then that list comes back and nothing changes.

    Raises:
        InputFault: CP-1515 when the survey has been submitted already.
    """
    from cpdesk.operations.facts import read_answers  # late: the list of households needs no building model

    opened = open_survey(ctx, survey)
    blocking = [problem for problem in opened.session.validate() if problem.blocks]
    if blocking:
        return blocking, Changes()
    finished = opened.session.finish().values
    changes = remember_progress(ctx, survey, opened.session.progress())
    changes |= _step(ctx, opened.record, Status.COMPLETE, finished)
    if opened.record.site is not None:
        reading = read_answers(opened.form, opened.session.counting_answers())
        changes |= ctx.store.records.save(opened.record.site, _learned(reading), ctx.actor)
    return [], changes


def submit_survey(ctx: Context, survey: str) -> Changes:
    """Hand a filled survey to the district.

    Raises:
        InputFault: CP-1515 when it is not marked as filled.
    """
    return _step(ctx, ctx.store.records.get(survey), Status.SUBMITTED)


def reopen_survey(ctx: Context, survey: str) -> Changes:
    """Take a filled survey back to be changed, before it is submitted."""
    return _step(ctx, ctx.store.records.get(survey), Status.DRAFT)


def survey_of(ctx: Context, household: str) -> str | None:
    """The newest survey of a household, the one its row in the list shows."""
    rows = ctx.store.records.rows([household])
    visit = rows[0].columns.get("visit") if rows else None
    return str(visit) if visit else None


def _step(ctx: Context, record: Record, to: Status, changes: Mapping[str, str | None] | None = None) -> Changes:
    if to not in _NEXT[record.status]:
        raise InputFault("CP-1515", status=ctx.text(f"status.{record.status}"), wanted=ctx.text(f"status.{to}"))
    return ctx.store.records.set_status(record.id, to, ctx.actor, changes=changes)


def _session(ctx: Context, form: Form, answers: Answers) -> Session:
    fixed = {"username": ctx.actor}
    return Session(form, answers, clock=ctx.clock, new_id=ctx.new_id, language=ctx.language, fixed=fixed)


def _known(ctx: Context, session: Session, register: Answers) -> dict[str, str]:
    """What the form asks to have filled in beforehand, from the register and about this desk. Of a repeat it is the
    first item: the register knows of one house."""
    about = {"user.name": ctx.actor, "today": today_beijing(ctx.clock).isoformat()}
    register = {"terrain": township_terrain(register.get("township_code", "")), **register}
    known: dict[str, str] = {}
    for node in session.form.nodes:
        source = node.attributes.get("prefill", "")
        value = register.get(source[4:]) if source.startswith("reg.") else about.get(source)
        path = first_path(session, node) if value else None
        if value and path:
            known[path] = value
    return known


def first_path(session: Session, node: NodeDef) -> str | None:
    """The path of a node in the first item of every repeat around it; None where there is no item."""
    if node.parent is None:
        return ""
    above = first_path(session, node.parent)
    if above is None:
        return None
    path = f"{above}/{node.name}" if above else node.name
    if node.kind is not Kind.REPEAT:
        return path
    items = session.children(path)
    return items[0] if items else None


def _learned(reading: Reading) -> dict[str, str | None]:
    """What a survey tells the household's own record, for the next visit and for lists."""
    buildings, heaters = reading.of_each("building"), reading.of_each("heater")
    learned = {"last_survey": reading.text("survey.date"), "heated_area_m2": reading.text("heating.heated_area_m2")}
    for name, items, quantity in (
        ("build_year", buildings, "building.build_year"),
        ("structure", buildings, "building.structure"),
        ("heater_type", heaters, "heater.type"),
    ):
        if items and quantity in items[0]:
            learned[name] = items[0][quantity].value
    return {name: value for name, value in learned.items() if value}
