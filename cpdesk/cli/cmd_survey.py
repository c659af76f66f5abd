"""`cpdesk survey`: the survey without a window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.opening import newest_survey, one_household, opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command
from cpdesk.model.records import Status

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Who = Annotated[str, typer.Argument(help="Household number, name, door number, or id.")]


@app.command("list")
@command
def list_households(
    text: Annotated[str, typer.Argument(help="Search words; nothing for all.")] = "",
    village: Annotated[str, typer.Option(help="Only one village.")] = "",
    status: Annotated[Status | None, typer.Option(help="Only one status.")] = None,
    limit: Annotated[int, typer.Option(help="Most lines to show.", min=1, max=100_000)] = 50,
    *,
    json_: Json = False,
) -> None:
    """Households with their status and their figures."""
    from cpdesk.operations.households import HouseholdQuery, household_ids, household_lines

    out = Output(as_json=json_)
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
    from cpdesk.operations.surveys import begin_survey, find_question, open_survey, save_answers

    out = Output(as_json=json_)
    with disk_faults(file):
        content = file.read_bytes()
    with opened_desk(out) as ctx:
        survey, _ = begin_survey(ctx, one_household(ctx, who))
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
    from cpdesk.operations.surveys import begin_survey, find_question, open_survey, save_answers

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        survey, _ = begin_survey(ctx, one_household(ctx, who))
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
