"""Making a survey of a site: begin, fill, complete, submit. Every field is on the disk when it is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cpdesk.base.clock import today_beijing
from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.forms.files.external import LAST_SAVED
from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import Problem, Progress
from cpdesk.model.paths import STREAM
from cpdesk.model.records import Answers, Changes, Record, RecordKind, Status
from cpdesk.operations import sites
from cpdesk.operations.entities import lessons_of
from cpdesk.operations.families import FARMHOUSE, INSPECTED, Family, family, family_of, site_kind
from cpdesk.operations.places import township_terrain
from cpdesk.operations.prefill import Known, prefill
from cpdesk.operations.site_tables import site_tables
from cpdesk.store.lists import Query

SURVEY_FORM: Final = FARMHOUSE.id
NOTE: Final = "#note"
CHECKED: Final = "#checked"
survey_of: Final = sites.survey_of
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


def begin_survey(ctx: Context, site: str) -> tuple[str, Changes]:
    """The survey to fill for a site: the one that is not submitted yet, else a new one with what is known.

    Raises:
        InputFault: CP-1501 no such site; CP-1525 its kind belongs to no family of this program.
    """
    record = ctx.store.records.get(site)
    family = family_of(record)
    if family is None or record.kind is RecordKind.SURVEY:
        raise InputFault("CP-1525", kind=record.kind)
    for status in _OPEN:
        query = Query(kind=RecordKind.SURVEY, form=family.id, site=site, status=status)
        found = ctx.store.records.page(query, limit=1)
        if found:
            return found[0], Changes()
    before = sites.completed_visit(ctx, site, family.id)
    last = ctx.store.records.get(before).answers if before is not None else {}
    return _begin(ctx, family, record.stream, Known(_facts(ctx, record.stream, record), last), site, record.sample)


def begin_new(
    ctx: Context, family_id: str, stream: str, kind: RecordKind | None = None, *, sample: bool = False
) -> tuple[str, Changes]:
    """A survey of something that is not in the register yet: a well found in the field, a new community. Completing
    it makes the site.

    Args:
        stream: the nine-digit code of the township.
        kind: what is to be made, where the family has several; None lets the form ask.
        sample: marks the survey, and the site it will make, as made up.

    Raises:
        InputFault: CP-1518 no such family; CP-1526 no township is chosen.
    """
    if not STREAM.fullmatch(stream):
        raise InputFault("CP-1526", township=stream or "—")
    facts = _facts(ctx, stream, None)
    if kind is not None:
        facts["site.task"] = kind.value
    return _begin(ctx, family(family_id), stream, Known(facts, {}), None, sample)


def _begin(
    ctx: Context, family: Family, stream: str, known: Known, site: str | None, sample: bool
) -> tuple[str, Changes]:
    form = ctx.forms.newest(family.id)
    session = _session(ctx, form, {}, family, stream, known.last)
    prefill(session, known)
    return ctx.store.records.create_record(
        RecordKind.SURVEY,
        form.id,
        form.version,
        stream,
        session.answers(),
        actor=ctx.actor,
        site=site,
        sample=sample,
    )


def open_survey(ctx: Context, survey: str) -> OpenSurvey:
    """A survey ready to be filled or read, in the form version it was made with.

    Raises:
        InputFault: CP-1501 no such record; CP-1510 its form version has not come to this desk.
    """
    record = ctx.store.records.get(survey)
    form = ctx.forms.version(record.form, record.version)
    return OpenSurvey(record, form, session_for(ctx, form, record, record.answers))


def session_for(ctx: Context, form: Form, record: Record, answers: Answers) -> Session:
    """A session of a survey's form with answers that may be others than those stored: with the registers of its
    township as choice files, and the visit before where the form asks for it."""
    last: Answers = {}
    if record.site is not None and any(external.format == LAST_SAVED for external in form.externals.values()):
        before = sites.completed_visit(ctx, record.site, record.form, before=record.id)
        last = ctx.store.records.get(before).answers if before is not None else {}
    return _session(ctx, form, answers, family_of(record), record.stream, last)


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


def save_answers(
    ctx: Context, survey: str, values: Mapping[str, str | None], *, seen: Mapping[str, str | None] | None = None
) -> Changes:
    """Put what a session says is to be stored on the disk. Returns when it is there.

    Args:
        seen: what the session held before, where a sync may have brought something else meanwhile.
    """
    return ctx.store.records.save(survey, values, ctx.actor, seen=seen)


@dataclass(frozen=True)
class Comment:
    """A remark on a question, by whom and when it was last written, and whether on this desk. `label` is the
    question's."""

    path: str
    label: str
    text: str
    actor: str
    at: str
    own: bool = True


def comment(ctx: Context, survey: str, path: str, text: str) -> Changes:
    """Write a remark on a question, or take it away with an empty text. Who wrote it and when stands in the log.

    Raises:
        InputFault: CP-1212 the survey has no such question; CP-1215 it is too long.
    """
    return save_answers(ctx, survey, open_survey(ctx, survey).session.set(f"{path}{NOTE}", text or None).values)


def comments(ctx: Context, survey: str) -> list[Comment]:
    """All remarks of a survey that stand, in the order of the form."""
    session = open_survey(ctx, survey).session
    notes = {path: text for path, text in session.answers().items() if path.endswith(NOTE)}
    written = {
        path: entry
        for entry in ctx.store.records.history(survey)
        for path, value in entry.operation.set.items()
        if path in notes and value == notes[path]
    }
    places = places_in(session)
    found = []
    for note in sorted(notes, key=lambda note: places.get(note.removesuffix(NOTE), len(places))):
        path = note.removesuffix(NOTE)
        label = session.state(path).label if path in places else path
        entry = written.get(note)
        by, at = (entry.operation.actor, entry.operation.at) if entry is not None else ("", "")
        found.append(Comment(path, label, notes[note], by, at, entry is None or entry.own))
    return found


def places_in(session: Session) -> dict[str, int]:
    """Every path of a running survey with its place in the order of the form."""
    return {path: place for place, path in enumerate(_below(session))}


def _below(session: Session, path: str = "") -> Iterator[str]:
    for child in session.children(path):
        yield child
        if not session.definition(child).is_leaf:
            yield from _below(session, child)


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
    opened = open_survey(ctx, survey)
    _check_step(ctx, opened.record, Status.COMPLETE)
    blocking = [problem for problem in opened.session.validate() if problem.blocks]
    if blocking:
        return blocking, Changes()
    finished = opened.session.finish().values
    lessons = lessons_of(ctx, opened.record, opened.session.entities())
    changes = remember_progress(ctx, survey, opened.session.progress())
    changes |= ctx.store.records.complete(
        survey, ctx.actor, changes=finished, learned=lessons.learned, site=lessons.site
    )
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


def take_step(ctx: Context, survey: str, to: Status) -> Changes:
    """Take a survey a step on its course; the answers stay as they are.

    Raises:
        InputFault: CP-1515 when that step does not follow where it stands.
    """
    return _step(ctx, ctx.store.records.get(survey), to)


def _step(ctx: Context, record: Record, to: Status) -> Changes:
    _check_step(ctx, record, to)
    return ctx.store.records.set_status(record.id, to, ctx.actor)


def _check_step(ctx: Context, record: Record, to: Status) -> None:
    if to not in _NEXT[record.status]:
        raise InputFault("CP-1515", status=ctx.text(f"status.{record.status}"), wanted=ctx.text(f"status.{to}"))


def _session(ctx: Context, form: Form, answers: Answers, family: Family | None, stream: str, last: Answers) -> Session:
    tables = {} if family is None else site_tables(ctx, family, stream)
    return Session(
        form,
        answers,
        clock=ctx.clock,
        new_id=ctx.new_id,
        language=ctx.language,
        fixed={"username": ctx.actor},
        files={**ctx.forms.files(form.id, form.version), **tables},
        last_saved=last,
    )


def _facts(ctx: Context, stream: str, site: Record | None) -> dict[str, str]:
    """What a form can ask to have filled in: `reg.` fields of the site, `site.` facts, and about this desk."""
    register = {"township_code": stream, **(site.answers if site is not None else {})}
    register.setdefault("terrain", township_terrain(register["township_code"]))
    facts = {f"reg.{name}": value for name, value in register.items()}
    facts |= {"user.name": ctx.actor, "today": today_beijing(ctx.clock).isoformat()}
    facts |= {f"office.{name}": str(ctx.settings.get(f"office_{name}")) for name in ("name", "phone")}
    kind = site_kind(site.kind) if site is not None else None
    if site is not None and kind is not None:
        facts["site.id"] = site.id
        facts["site.kind"] = site.kind.value
        facts["site.task"] = "inspect" if site.kind in INSPECTED else site.kind.value
        facts["site.number"] = site.answers.get(kind.number, "")
        facts["site.name"] = site.answers.get(kind.name, "")
    return facts


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
