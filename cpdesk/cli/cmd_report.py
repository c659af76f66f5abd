"""`cpdesk report`: household reports as PDF, and whether a printed page still says what the record says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpdesk.base.errors import CpdeskError
from cpdesk.cli.opening import newest_survey, opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Language = Annotated[str, typer.Option(help="zh or en; without it the language of the desk.")]


@app.command("household")
@command
def household(
    who: Annotated[str, typer.Argument(help="Household number, name, door number, or id.")],
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
    language: Language = "",
    *,
    json_: Json = False,
) -> None:
    """Print one household's report."""
    from cpdesk.operations.reporting import print_household

    output = Output(as_json=json_)
    with opened_desk(output) as ctx:
        missing = print_household(ctx, newest_survey(ctx, who, family="farmhouse"), out, language=language)
    output.document({"file": str(out), "missing_glyphs": missing})
    output.say("cli.report.done", count=1, folder=out)
    if missing:
        output.say("cli.report.missing_glyphs", glyphs=" ".join(missing))


@app.command("village")
@command
def village(
    name: Annotated[str, typer.Argument(help="Name of the village; empty text for all.")],
    out: Annotated[Path, typer.Option(help="One PDF for the printer when it ends in .pdf, else a folder of PDFs.")],
    language: Language = "",
    *,
    json_: Json = False,
) -> None:
    """Print the reports of all surveyed households of a village; those that cannot be printed are listed."""
    from cpdesk.operations.households import HouseholdQuery, surveyed
    from cpdesk.operations.reporting import print_households, print_village

    output = Output(as_json=json_)
    with opened_desk(output) as ctx, output.progress("cli.report.progress") as step:
        surveys = surveyed(ctx, HouseholdQuery(village=name))
        to_print = print_village if out.suffix.lower() == ".pdf" else print_households
        batch = to_print(ctx, surveys, out, language=language, step=step)
        named = [survey for survey, _ in (*batch.failures, *batch.damaged)]
        titles = {row.id: row.title for row in ctx.store.records.rows(named)}
    failures = [_told(output, titles[survey], error) for survey, error in batch.failures]
    damaged = [_told(output, titles[survey], error) for survey, error in batch.damaged]
    output.document(
        {
            "files": [str(file) for file in batch.files],
            "reports": len(batch.printed),
            "pages": batch.pages,
            "failures": failures,
            "damaged_pictures": damaged,
            "missing_glyphs": batch.missing_glyphs,
        }
    )
    output.say("cli.report.done", count=len(batch.printed), folder=out)
    if batch.missing_glyphs:
        output.say("cli.report.missing_glyphs", glyphs=" ".join(batch.missing_glyphs))
    if failures or damaged:
        head = [output.text(f"cli.report.{column}") for column in ("household", "message", "remedy")]
        output.table(head, [[one["household"], one["message"], one["remedy"]] for one in (*failures, *damaged)])
    if failures:
        raise typer.Exit(EXIT_NO)


def _told(output: Output, household: str, error: CpdeskError) -> dict[str, str]:
    spoken = output.text.language
    return {
        "household": household,
        "code": error.code,
        "message": error.message(spoken),
        "remedy": error.remedy(spoken),
    }


@app.command("verify")
@command
def verify(
    text: Annotated[str, typer.Argument(help="What the code on the page says: CPDESK1|…")], *, json_: Json = False
) -> None:
    """Whether a printed page still says what the record on this desk says."""
    from cpdesk.operations.reporting import verify_report

    output = Output(as_json=json_)
    with opened_desk(output) as ctx:
        verdict = verify_report(ctx, text)
    output.document({"agrees": verdict.agrees, "differences": verdict.differences})
    output.say("cli.report.agrees" if verdict.agrees else "cli.report.differs")
    if not verdict.agrees:
        raise typer.Exit(EXIT_NO)
