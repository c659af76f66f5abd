"""`cpdesk import`: a register of households, communities or a heating network into this desk."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

app = typer.Typer()
_SHOWN_MAX = 50


@app.command()
@command
def import_file(
    file: Annotated[Path, typer.Argument(help="The register, .xlsx or .csv.")],
    all_or_none: Annotated[bool, typer.Option(help="Take nothing as long as any row is wrong.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would happen.")] = False,
    sheet: Annotated[str | None, typer.Option(help="Sheet to read, when it is not the first with a register.")] = None,
    township: Annotated[str, typer.Option(help="Township code of a register without that column.")] = "",
    village: Annotated[str, typer.Option(help="Village of a register without that column.")] = "",
    family: Annotated[str, typer.Option(help="farmhouse, community or heatnet; by its columns when not said.")] = "",
    sample: Annotated[bool, typer.Option(help="Mark the sites as made up.")] = False,
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Add the register's sites; name every wrong cell by sheet, row and column."""
    from cpdesk.operations.register import Policy, import_register

    out = Output(as_json=json_)
    with opened_desk(out) as ctx, out.progress("cli.import.progress") as step:
        result, _ = import_register(
            ctx,
            file,
            family_id=family or None,
            policy=Policy.ALL_OR_NONE if all_or_none else Policy.GOOD_ROWS,
            sheet=sheet,
            township_code=township,
            village=village,
            sample=sample,
            dry_run=dry_run,
            step=step,
        )
    language = out.text.language
    out.document(
        {
            "sheets": [{"sheet": one.sheet, "kind": one.kind, "rows": len(one.rows)} for one in result.readings],
            "added": result.added,
            "changed": result.changed,
            "unchanged": result.unchanged,
            "left_out": result.left_out,
            "problems": [
                {**asdict(one), "message": one.message(language), "remedy": one.remedy(language)}
                for one in result.problems
            ],
        }
    )
    if result.problems:
        head = [out.text(f"cli.import.{name}") for name in ("place", "value", "problem", "remedy")]
        rows = [
            [f"{one.sheet}!{one.column}{one.row}", one.value, one.message(language), one.remedy(language)]
            for one in result.problems[:_SHOWN_MAX]
        ]
        out.table(head, rows)
    counts = {name: getattr(result, name) for name in ("added", "changed", "unchanged", "left_out")}
    out.say("cli.import.done", **counts, problems=len(result.problems))
    if result.problems:
        raise typer.Exit(EXIT_NO)
