"""`cpdesk form`: XLSForms compiled and checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cpdesk.cli.output import EXIT_NO, Output, command

if TYPE_CHECKING:
    from cpdesk.operations.migrating import MigrationPreview, RecordPreview

_SHOWN_MAX = 20
app = typer.Typer()
File = Annotated[Path, typer.Argument(help="The XLSForm: .xlsx, .xls or .md.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("convert")
@command
def convert(
    file: File, out: Annotated[Path, typer.Option(help="The XForm to write, .xml.")], *, json_: Json = False
) -> None:
    """Compile an XLSForm to an XForm and load it; what is wrong is named with sheet and row. Its files are taken from
    beside it or from the folder NAME-media, and written into the folder OUT-media."""
    from cpdesk.operations.publishing import convert_form

    output = Output(as_json=json_)
    package = convert_form(file, out)
    form = package.form
    document = {"form": form.id, "version": form.version, "questions": len(form.nodes), "file": str(out)}
    output.document({**document, "files": list(package.files), "missing": list(package.missing)})
    output.say("cli.form.converted", form=form.id, version=form.version, count=len(form.nodes), file=out)
    if package.missing:
        output.say("cli.form.missing_files", files="、".join(package.missing))


@app.command("lint")
@command
def lint(
    file: File,
    previous: Annotated[
        Path | None, typer.Option(help="The version in use (.xlsx, .md or .xml): say what becomes of its answers.")
    ] = None,
    *,
    json_: Json = False,
) -> None:
    """Look an XLSForm over; every finding names sheet, row and column, and what to do. Exit 1 when it may not be
    published."""
    from cpdesk.operations.linting import lint_file
    from cpdesk.operations.publishing import read_form

    output = Output(as_json=json_)
    report = lint_file(file, previous=None if previous is None else read_form(previous))
    language = output.text.language
    output.document(
        {
            "form": None if report.form is None else report.form.id,
            "version": None if report.form is None else report.form.version,
            "sound": report.sound,
            "errors": report.errors,
            "findings": [
                {
                    "severity": finding.severity,
                    "rule": finding.rule,
                    "sheet": finding.place.sheet,
                    "row": finding.place.row,
                    "column": finding.place.column,
                    "message": finding.message(language),
                    "remedy": finding.remedy(language),
                }
                for finding in report.findings
            ],
        }
    )
    head = [output.text(f"cli.form.lint.{column}") for column in ("severity", "where", "message", "remedy")]
    rows = [
        [
            output.text(f"lint.severity.{finding.severity}"),
            finding.where(language),
            finding.message(language),
            finding.remedy(language),
        ]
        for finding in report.findings
    ]
    if rows:
        output.table(head, rows)
    if report.form is not None and report.sound:
        form = report.form
        output.say("cli.form.sound", form=form.id, version=form.version, count=len(form.nodes))
        return
    output.say("cli.form.unsound", errors=report.errors)
    raise typer.Exit(EXIT_NO)


@app.command("migrate")
@command
def migrate(
    file: Annotated[Path, typer.Argument(help="The new version: .xlsx, .md or .xml.")],
    apply: Annotated[bool, typer.Option("--apply", help="Publish it on this desk and migrate.")] = False,
    filled: Annotated[bool, typer.Option("--filled", help="Also surveys that are complete or handed in.")] = False,
    *,
    json_: Json = False,
) -> None:
    """What a new version of a form does to the surveys of this desk, in total and one by one; with --apply, do it as
    one batch that `cpdesk batch revert` takes back."""
    from cpdesk.cli.opening import opened_desk
    from cpdesk.model.records import Status
    from cpdesk.operations import migrating
    from cpdesk.operations.publishing import publish_form, read_form

    output = Output(as_json=json_)
    form = read_form(file)
    every = tuple(status for status in Status if status is not Status.NONE)
    with opened_desk(output) as ctx:
        with output.progress("cli.form.migrate.looking") as step:
            preview = migrating.preview_migration(
                ctx,
                form,
                statuses=every if filled else migrating.OPEN_STATUSES,
                look=lambda done, total: step(done, total) is None,
            )
        result = None
        if apply:
            publish_form(ctx, file)
            with output.progress("cli.form.migrate.applying") as step:
                total = len(preview.records)
                result, _ = migrating.apply_migration(ctx, preview, lambda done: step(done, total) is None)
    output.document(_migration_document(preview, output.text.language) | ({"batch": result.batch} if result else {}))
    _say_migration(output, preview)
    if result is not None:
        output.say("cli.form.migrate.done", records=len(result.changed), batch=result.batch)
        if result.left:
            output.say("cli.batch.left", records=len(result.left))
            raise typer.Exit(EXIT_NO)


def _migration_document(preview: MigrationPreview, language: str) -> dict[str, Any]:
    return {
        "form": preview.form,
        "version": preview.version,
        "counts": {str(fate): count for fate, count in preview.counts.items()},
        "new_problems": preview.problems,
        "questions_left_aside": sorted({move.old for change in preview.changes.values() for move in change.aside}),
        "records": [
            {
                "id": one.record.id,
                "from": one.record.version,
                "answers": [
                    {"fate": line.fate, "path": line.old_path, "to": line.new_path, "why": line.why}
                    for line in one.lines
                ],
                "new_problems": [
                    {"path": problem.path, "message": problem.message(language)} for problem in one.new_problems
                ],
                "fault": None if one.fault is None else one.fault.message(language),
            }
            for one in preview.records
        ],
    }


def _say_migration(output: Output, preview: MigrationPreview) -> None:
    output.say("cli.form.migrate.total", form=preview.form, version=preview.version, records=len(preview.records))
    for fate, count in preview.counts.items():
        output.say("cli.form.migrate.count", fate=output.text(f"migration.fate.{fate}"), count=count)
    output.say("cli.form.migrate.problems", count=preview.problems)
    head = [
        output.text(f"cli.form.migrate.{column}") for column in ("record", "from", "changed", "aside", "problems_head")
    ]
    rows = [_migration_row(one, output) for one in preview.records[:_SHOWN_MAX]]
    if rows:
        output.table(head, rows)


def _migration_row(one: RecordPreview, output: Output) -> list[object]:
    from cpdesk.forms.versions.migration import Fate

    changed = sum(one.counts.get(fate, 0) for fate in (Fate.RENAMED, Fate.CONVERTED, Fate.RETURNED))
    aside = sum(one.counts.get(fate, 0) for fate in (Fate.ASIDE, Fate.UNFIT))
    trouble: object = len(one.new_problems) if one.fault is None else one.fault.message(output.text.language)
    return [one.record.title, one.record.version, changed, aside, trouble]
