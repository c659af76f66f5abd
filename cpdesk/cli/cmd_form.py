"""`cpdesk form`: XLSForms compiled and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.output import EXIT_NO, Output, command

app = typer.Typer()
File = Annotated[Path, typer.Argument(help="The XLSForm: .xlsx, .xls or .md.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("convert")
@command
def convert(
    file: File, out: Annotated[Path, typer.Option(help="The XForm to write, .xml.")], *, json_: Json = False
) -> None:
    """Compile an XLSForm to an XForm and load it; what is wrong is named with sheet and row."""
    from cpdesk.operations.publishing import convert_form

    output = Output(as_json=json_)
    form = convert_form(file, out)
    output.document({"form": form.id, "version": form.version, "questions": len(form.nodes), "file": str(out)})
    output.say("cli.form.converted", form=form.id, version=form.version, count=len(form.nodes), file=out)


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
    from cpdesk.operations.linting import lint_file, read_form

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
