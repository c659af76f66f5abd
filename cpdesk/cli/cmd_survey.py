"""`cpdesk survey`: the survey without a window."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpdesk.base.clock import BEIJING
from cpdesk.cli.opening import newest_survey, opened_desk, survey_to_fill
from cpdesk.cli.output import EXIT_NO, Output, command
from cpdesk.model.records import RecordKind, Status

if TYPE_CHECKING:
    from cpdesk.operations.sites import SiteQuery

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Who = Annotated[str, typer.Argument(help="Number, name or address of a site, or an id.")]
InFamily = Annotated[str, typer.Option("--family", help="farmhouse, community or heatnet; farmhouse when not said.")]


@app.command("list")
@command
def list_households(
    text: Annotated[str, typer.Argument(help="Search words; nothing for all.")] = "",
    village: Annotated[str, typer.Option(help="Only one village.")] = "",
    status: Annotated[Status | None, typer.Option(help="Only one status.")] = None,
    limit: Annotated[int, typer.Option(help="Most lines to show.", min=1, max=100_000)] = 50,
    family: InFamily = "farmhouse",
    kind: Annotated[str, typer.Option(help="Only one kind: segment, well, component or substation.")] = "",
    *,
    json_: Json = False,
) -> None:
    """Households with their status and their figures, or the sites of another family."""
    from cpdesk.operations.families import FARMHOUSE
    from cpdesk.operations.households import HouseholdQuery, household_ids, household_lines
    from cpdesk.operations.sites import SiteQuery

    out = Output(as_json=json_)
    if family != FARMHOUSE.id:
        asked = SiteQuery(family, _kind_of(family, kind), text=text, place=village, status=status)
        _list_sites(out, asked, limit)
        return
    with opened_desk(out) as ctx:
        ids = household_ids(ctx, HouseholdQuery(text=text, village=village, status=status))
        lines = household_lines(ctx, ids[:limit])
    out.document({"total": len(ids), "households": lines})
    head = [out.text(f"cli.survey.{name}") for name in ("number", "name", "village", "status", "cost", "saving")]
    rows = [
        [
            one.number,
            one.name,
            one.village,
            out.text(f"status.{one.status}"),
            one.cost_yuan or "—",
            one.saving_yuan or "—",
        ]
        for one in lines
    ]
    out.table(head, rows, title=out.text("cli.survey.total", total=len(ids)))


def _kind_of(family: str, kind: str) -> RecordKind | None:
    from cpdesk.base.errors import InputFault
    from cpdesk.operations.families import family as family_called

    kinds = {site.kind.value: site.kind for site in family_called(family).sites}
    if kind and kind not in kinds:
        raise InputFault("CP-1518", family=kind, known="、".join(kinds))
    return kinds.get(kind)


def _list_sites(out: Output, query: SiteQuery, limit: int) -> None:
    from cpdesk.operations.families import site_kind
    from cpdesk.operations.sites import site_ids, site_lines

    with opened_desk(out) as ctx:
        ids = site_ids(ctx, query)
        lines = site_lines(ctx, ids[:limit])
    out.document({"total": len(ids), "sites": lines})
    head = [out.text(f"cli.survey.{name}") for name in ("kind", "number", "title", "place", "status")]
    rows = [
        [out.text(kind.name_key), one.number, one.name, one.place, out.text(f"status.{one.status}")]
        for one in lines
        if (kind := site_kind(one.kind)) is not None
    ]
    out.table(head, rows, title=out.text("cli.survey.total_sites", total=len(ids)))


@app.command("new")
@command
def new(
    township: Annotated[str, typer.Option(help="Nine-digit code of the township.")],
    family: InFamily = "community",
    kind: Annotated[str, typer.Option(help="What it is: segment, well, component or substation.")] = "",
    *,
    json_: Json = False,
) -> None:
    """Begin a survey of something no register has: a community, a well found in the field."""
    from cpdesk.operations.surveys import begin_new

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey, _ = begin_new(ctx, family, township, _kind_of(family, kind))
    out.document({"survey": survey})
    out.say("cli.survey.begun", survey=survey)


@app.command("diff")
@command
def diff(who: Who, *, json_: Json = False) -> None:
    """What is different in a survey since the last visit of the same site."""
    from cpdesk.operations.visits import differences, last_visit

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey = newest_survey(ctx, who)
        before, found = last_visit(ctx, survey), differences(ctx, survey)
    out.document({"survey": survey, "before": before, "differences": found})
    if before is None:
        out.say("cli.survey.first_visit")
        return
    head = [out.text(f"cli.survey.{name}") for name in ("question", "before", "now")]
    rows = [
        [
            f"{one.place} › {one.label}" if one.place else one.label,
            _with_unit(one.before, one.unit),
            _with_unit(one.now, one.unit) if one.change == "changed" else out.text(f"audit.{one.change}"),
        ]
        for one in found
    ]
    out.table(head, rows, title=out.text("cli.survey.differences", count=len(found)))


def _with_unit(words: str, unit: str) -> str:
    return f"{words} {unit}".strip() if words else "—"


def _moment(at: str) -> str:
    """Day and minute in Changping of a time of the log; "—" for none."""
    if not at:
        return "—"
    return f"{datetime.fromisoformat(at[:19] + '+00:00').astimezone(BEIJING):%Y-%m-%d %H:%M}"


@app.command("history")
@command
def history(who: Who, *, json_: Json = False) -> None:
    """Who changed what in a survey, and when."""
    from cpdesk.operations.visits import audit

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey = newest_survey(ctx, who)
        entries = audit(ctx, survey)
    out.document({"survey": survey, "entries": entries})
    head = [out.text(f"cli.survey.{name}") for name in ("when", "who", "question", "before", "now")]
    rows = [
        [
            _moment(one.at),
            one.actor or "—",
            f"{one.place} › {one.label}" if one.place else one.label,
            one.before or "—",
            one.now or "—",
        ]
        for one in entries
    ]
    out.table(head, rows, title=out.text("cli.survey.entries", count=len(entries)))


@app.command("note")
@command
def note(
    who: Who,
    question: Annotated[
        str, typer.Argument(help="Name of the question, or its path; nothing to list all remarks.")
    ] = "",
    text: Annotated[str, typer.Argument(help="The remark; an empty text takes it away.")] = "",
    *,
    json_: Json = False,
) -> None:
    """Write a remark on a question, or list the remarks of a survey."""
    from cpdesk.operations.surveys import comment, comments, find_question, open_survey

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey = newest_survey(ctx, who)
        if question:
            comment(ctx, survey, find_question(open_survey(ctx, survey).session, question), text)
        found = comments(ctx, survey)
    out.document({"survey": survey, "comments": found})
    head = [out.text(f"cli.survey.{name}") for name in ("when", "who", "question", "note")]
    rows = [[_moment(one.at), one.actor or "—", one.label, one.text] for one in found]
    out.table(head, rows, title=out.text("cli.survey.notes", count=len(found)))


@app.command("add")
@command
def add(
    township: Annotated[str, typer.Option(help="Nine-digit code of the township.")],
    village: Annotated[str, typer.Option(help="Village.")],
    number: Annotated[str, typer.Option(help="Household number.")],
    name: Annotated[str, typer.Option(help="Householder.")],
    *,
    json_: Json = False,
) -> None:
    """A household that no register has."""
    from cpdesk.operations.register import add_household

    out = Output(as_json=json_)
    answers = {"township_code": township, "village": village, "household_no": number, "householder_name": name}
    with opened_desk(out) as ctx:
        household, _ = add_household(ctx, answers)
    out.document({"household": household})
    out.say("cli.survey.added", number=number, village=village)


@app.command("photo")
@command
def photo(
    who: Who,
    question: Annotated[str, typer.Argument(help="Name of the photo question.")],
    file: Annotated[Path, typer.Argument(help="JPG or PNG.")],
    *,
    json_: Json = False,
) -> None:
    """Put a picture into a household's survey."""
    from cpdesk.base.files import disk_faults
    from cpdesk.operations.photos import keep_photo
    from cpdesk.operations.surveys import find_question, open_survey, save_answers

    out = Output(as_json=json_)
    with disk_faults(file):
        content = file.read_bytes()
    with opened_desk(out) as ctx:
        survey = survey_to_fill(ctx, who)
        session = open_survey(ctx, survey).session
        path = find_question(session, question)
        kept = keep_photo(ctx, content, name=file.name)
        save_answers(ctx, survey, session.set(path, kept).values)
        label = session.state(path).label
    out.document({"survey": survey, "path": path, "value": kept})
    out.say("cli.survey.answered", label=label, value=file.name)


@app.command("undo")
@command
def undo(
    who: Who, *, again: Annotated[bool, typer.Option(help="Do again what was undone.")] = False, json_: Json = False
) -> None:
    """Take back the last change to a household's newest survey, or do it again."""
    from cpdesk.operations.surveys import redo_last, undo_last

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey = newest_survey(ctx, who)
        different, _ = (redo_last if again else undo_last)(ctx, survey)
    out.document({"survey": survey, "changed": sorted(different)})
    out.say("cli.survey.undone", count=len(different))


@app.command("submit")
@command
def submit(who: Who, *, json_: Json = False) -> None:
    """Hand a completed survey in to the district."""
    from cpdesk.operations.surveys import submit_survey

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey = newest_survey(ctx, who)
        submit_survey(ctx, survey)
    out.document({"survey": survey, "submitted": True})
    out.say("cli.survey.submitted")


@app.command("reopen")
@command
def reopen(who: Who, *, json_: Json = False) -> None:
    """Take a completed survey back to be changed, before it is handed in."""
    from cpdesk.operations.surveys import reopen_survey

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey = newest_survey(ctx, who)
        reopen_survey(ctx, survey)
    out.document({"survey": survey, "status": Status.DRAFT.value})
    out.say("cli.survey.reopened")


@app.command("set")
@command
def set_answer(
    who: Who,
    question: Annotated[str, typer.Argument(help="Name of the question, or its path.")],
    value: Annotated[str, typer.Argument(help="The answer; empty text removes it.")],
    *,
    json_: Json = False,
) -> None:
    """Answer one question of a household's survey; begins the survey when there is none."""
    from cpdesk.operations.surveys import find_question, open_survey, save_answers

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey = survey_to_fill(ctx, who)
        session = open_survey(ctx, survey).session
        path = find_question(session, question)
        save_answers(ctx, survey, session.set(path, value or None).values)
        state = session.state(path)
        problem = state.problem.message(out.text.language) if state.problem else ""
    out.document({"survey": survey, "path": path, "value": state.value, "problem": problem})
    out.say("cli.survey.answered", label=state.label, value=state.value or "—")
    if problem:
        out.say("cli.survey.problem", problem=problem)
        raise typer.Exit(EXIT_NO)


@app.command("complete")
@command
def complete(
    who: Who, *, submit: Annotated[bool, typer.Option(help="Also hand it in.")] = False, json_: Json = False
) -> None:
    """Mark a household's survey as filled; what is missing is listed."""
    from cpdesk.operations.surveys import complete_survey, submit_survey

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey = newest_survey(ctx, who)
        problems, _ = complete_survey(ctx, survey)
        if submit and not problems:
            submit_survey(ctx, survey)
    messages = [{"path": one.path, "message": one.message(out.text.language)} for one in problems]
    out.document({"survey": survey, "complete": not problems, "problems": messages})
    for one in messages:
        out.say("cli.survey.problem", problem=one["message"])
    if messages:
        raise typer.Exit(EXIT_NO)
    out.say("cli.survey.completed")
