"""`cpdesk export`: the ledger as a workbook, an empty register to be filled in, or the answers of surveys."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.default_group import DefaultGroup
from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import Output, command

app = typer.Typer(cls=DefaultGroup)


@app.command("ledger")
@command
def export(
    file: Annotated[Path, typer.Argument(help="The workbook to write, .xlsx.")],
    village: Annotated[str, typer.Option(help="Only the households of one village.")] = "",
    template: Annotated[bool, typer.Option("--template", help="An empty register for the import instead.")] = False,
    family: Annotated[str, typer.Option(help="Whose register: farmhouse, community or heatnet.")] = "farmhouse",
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Write the ledger of all surveyed households, with totals, ready to print; or an empty register."""
    from cpdesk.operations.households import HouseholdQuery, surveyed
    from cpdesk.operations.register_files import write_template
    from cpdesk.operations.reporting import write_ledger_of

    out = Output(as_json=json_)
    if template:
        write_template(file, family, out.text.language)
        out.document({"file": str(file), "family": family})
        out.say("cli.export.template", file=file)
        return
    with opened_desk(out) as ctx, out.progress("cli.export.progress") as step:
        surveys = surveyed(ctx, HouseholdQuery(village=village))
        totals = write_ledger_of(ctx, surveys, file, step=step)
    out.document({"file": str(file), "rows": len(surveys), "totals": asdict(totals)})
    out.say("cli.export.done", file=file, rows=len(surveys))


@app.command("answers")
@command
def answers(
    file: Annotated[Path, typer.Argument(help="The file to write: .xlsx, or .zip of CSV files.")],
    form: Annotated[str, typer.Option(help="Surveys of this form: farmhouse, community or heatnet.")] = "farmhouse",
    personal: Annotated[
        bool, typer.Option("--personal", help="With what the form marks as personal information.")
    ] = False,
    text: Annotated[str, typer.Option(help="Only surveys a search for this finds.")] = "",
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Write the answers of surveys, one row a survey and one sheet a repeat; without personal data unless asked for."""
    from cpdesk.model.records import RecordKind
    from cpdesk.operations.answers_files import export_answers
    from cpdesk.store.lists import Query

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        ids = ctx.store.records.page(Query(kind=RecordKind.SURVEY, form=form, text=text, sort="title"))
        with out.progress("cli.answers.progress") as step:
            count = export_answers(
                ctx, ids, file, personal=personal, look=lambda done, total: step(done, total) is None
            )
    out.document({"file": str(file), "form": form, "surveys": count, "personal": personal})
    out.say("cli.answers.exported_personal" if personal else "cli.answers.exported", count=count, file=file)
