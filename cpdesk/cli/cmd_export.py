"""`cpdesk export`: the ledger as a workbook, or an empty register to be filled in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import Output, command

app = typer.Typer()


@app.command()
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
