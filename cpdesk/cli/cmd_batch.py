"""`cpdesk batch`: surveys changed or checked many at a time, and taking such changes back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

if TYPE_CHECKING:
    from cpdesk.operations.bulk import BulkPreview, EditPreview
    from cpdesk.operations.rechecking import CheckReport

_SHOWN_MAX = 20
app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("list")
@command
def list_(*, json_: Json = False) -> None:
    """Migrations, bulk edits and imports of answers made on this desk, newest first."""
    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        batches = ctx.store.batches.newest()
    out.document({"batches": [asdict(batch) for batch in batches]})
    head = [out.text(f"cli.batch.{column}") for column in ("id", "kind", "title", "records", "actor", "at", "state")]
    rows = [
        [
            batch.id,
            out.text(f"batch.{batch.kind}"),
            batch.title,
            batch.records,
            batch.actor,
            batch.at,
            out.text("batch.stands" if batch.reverted_at is None else "batch.reverted"),
        ]
        for batch in batches
    ]
    if rows:
        out.table(head, rows)
    else:
        out.say("cli.batch.none")


@app.command("revert")
@command
def revert(batch: Annotated[str, typer.Argument(help="Its id, from `list`.")], *, json_: Json = False) -> None:
    """Take a batch back. What somebody changed since stays; exit 1 when there was such a record."""
    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        result, _ = ctx.store.batches.revert(batch, ctx.actor)
    out.document({"reverted": list(result.changed), "left": list(result.left)})
    out.say("cli.batch.reverted", records=len(result.changed))
    if result.left:
        out.say("cli.batch.left", records=len(result.left))
        raise typer.Exit(EXIT_NO)


@app.command("edit")
@command
def edit(
    question: Annotated[str, typer.Argument(help="Name or path of the question.")],
    value: Annotated[str, typer.Argument(help="The new answer as the form stores it; '' takes answers back.")],
    form: Annotated[str, typer.Option(help="Surveys of this form.")] = "farmhouse",
    where: Annotated[str, typer.Option(help="XPath condition at the question, such as \". = 'old'\".")] = "",
    text: Annotated[str, typer.Option(help="Only surveys a search for this finds.")] = "",
    only_empty: Annotated[bool, typer.Option("--only-empty", help="Leave answers that are there.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only say what would happen.")] = False,
    *,
    json_: Json = False,
) -> None:
    """Change one answer in many surveys, checked by the rules of their forms; a survey it would make wrong is left out
    and named, and the exit code is 1 then."""
    from cpdesk.model.records import RecordKind
    from cpdesk.operations.bulk import Edit, apply_edit, preview_edit
    from cpdesk.store.lists import Query

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        ids = ctx.store.records.page(Query(kind=RecordKind.SURVEY, form=form, text=text, sort="title"))
        with out.progress("cli.batch.looking") as step:
            wanted = Edit(question, value or None, where, only_empty)
            preview = preview_edit(ctx, ids, wanted, lambda done, total: step(done, total) is None)
        result = apply_edit(ctx, preview)[0] if apply else None
    language = out.text.language
    out.document(
        {
            "question": preview.label,
            "changing": preview.changing,
            "refused": preview.refused,
            "batch": None if result is None else result.batch,
            "changed": [] if result is None else list(result.changed),
            "surveys": [_edit_document(one, language) for one in preview.records],
        }
    )
    _say_edit(out, preview)
    if result is not None:
        out.say("cli.batch.edited", records=len(result.changed), batch=result.batch)
    if preview.refused or (result is not None and result.left):
        raise typer.Exit(EXIT_NO)


def _edit_document(one: EditPreview, language: str) -> dict[str, Any]:
    return {
        "id": one.record.id,
        "title": one.record.title,
        "changes": [{"path": line.path, "before": line.before, "after": line.after} for line in one.lines],
        "refused": _reasons(one, language),
    }


def _reasons(one: EditPreview, language: str) -> list[str]:
    reasons = [problem.message(language) for problem in one.refused]
    return reasons if one.fault is None else [*reasons, one.fault.message(language)]


def _say_edit(out: Output, preview: BulkPreview) -> None:
    out.say("cli.batch.would", label=preview.label, changing=preview.changing, refused=preview.refused)
    rows: list[list[object]] = []
    for one in preview.records:
        rows += [[one.record.title, line.label, line.before or "—", line.after or "—"] for line in one.lines]
        rows += [[one.record.title, "", "", reason] for reason in _reasons(one, out.text.language)]
    if rows:
        head = [out.text(f"cli.batch.{column}") for column in ("survey", "question", "before", "after")]
        out.table(head, rows[:_SHOWN_MAX])


@app.command("check")
@command
def check(
    form: Annotated[str, typer.Option(help="Surveys of this form.")] = "farmhouse",
    against: Annotated[
        Path | None, typer.Option(help="Rules of this version (.xlsx, .md or .xml) instead of each survey's own.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Also write all findings, .xlsx or text.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Hold surveys of any age against the rules of their form, or of a newer version; nothing is changed. Exit 1 when
    something must be mended."""
    from cpdesk.operations.publishing import read_form
    from cpdesk.operations.rechecking import check_surveys, save_check

    out = Output(as_json=json_)
    rules = None if against is None else read_form(against)
    with opened_desk(out) as ctx, out.progress("cli.batch.looking") as step:
        found = check_surveys(ctx, form, against=rules, look=lambda done, total: step(done, total) is None)
        if report is not None:
            save_check(ctx, found, report)
    out.document(_check_document(found, out.text.language))
    out.say("cli.batch.checked", surveys=len(found.surveys), wrong=found.wrong)
    if found.by_question:
        head = [out.text("cli.batch.question"), out.text("cli.batch.surveys")]
        out.table(head, [[label, count] for label, count in list(found.by_question.items())[:_SHOWN_MAX]])
    if found.wrong:
        raise typer.Exit(EXIT_NO)


def _check_document(found: CheckReport, language: str) -> dict[str, Any]:
    return {
        "form": found.form,
        "version": found.version,
        "surveys": len(found.surveys),
        "wrong": found.wrong,
        "by_question": dict(found.by_question),
        "findings": [
            {"id": survey.record.id, "path": one.path, "message": one.message, "blocks": one.blocks}
            for survey in found.surveys
            for one in survey.found
        ],
        "faults": {
            survey.record.id: survey.fault.message(language) for survey in found.surveys if survey.fault is not None
        },
    }
