"""`cpdesk import`: a register of sites, answers that were edited outside, or a weather file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cpdesk.cli.default_group import DefaultGroup
from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

if TYPE_CHECKING:
    from cpdesk.interop.problems import CellProblem

app = typer.Typer(cls=DefaultGroup)
_SHOWN_MAX = 50


@app.command("register")
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
            "problems": _problem_documents(result.problems, language),
        }
    )
    _say_problems(out, result.problems)
    counts = {name: getattr(result, name) for name in ("added", "changed", "unchanged", "left_out")}
    out.say("cli.import.done", **counts, problems=len(result.problems))
    if result.problems:
        raise typer.Exit(EXIT_NO)


@app.command("answers")
@command
def import_answers(
    file: Annotated[Path, typer.Argument(help="What `export answers` wrote, edited: .xlsx or .zip.")],
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only say what would happen.")] = False,
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Take edited answers in, checked by the rules of their forms, as one batch that `cpdesk batch revert` takes back.
    A survey with a wrong cell stays as it is; the cell is named, and the exit code is 1 then."""
    from cpdesk.operations.answers_files import apply_answers, preview_answers

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        with out.progress("cli.batch.looking") as step:
            preview = preview_answers(ctx, file, lambda done, total: step(done, total) is None)
        result = apply_answers(ctx, preview)[0] if apply and preview.changes else None
    language = out.text.language
    out.document(
        {
            "changing": [change.record for change in preview.changes],
            "unchanged": preview.unchanged,
            "left_out": preview.left_out,
            "batch": None if result is None else result.batch,
            "changed": [] if result is None else list(result.changed),
            "problems": _problem_documents(preview.problems, language),
        }
    )
    _say_problems(out, preview.problems)
    out.say("cli.answers.would", changing=len(preview.changes), unchanged=preview.unchanged, left_out=preview.left_out)
    if result is not None:
        out.say("cli.batch.edited", records=len(result.changed), batch=result.batch)
        if result.left:
            out.say("cli.batch.left", records=len(result.left))
    if preview.problems or (result is not None and result.left):
        raise typer.Exit(EXIT_NO)


@app.command("weather")
@command
def weather_file(
    file: Annotated[Path | None, typer.Argument(help="A weather file of EnergyPlus, .epw.")] = None,
    terrain: Annotated[str, typer.Option(help="plain, foothill or hill; without, all three.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Go back to the monthly normals.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Only show the weather files in use.")] = False,
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Use a weather file in all audits of a terrain from now on; a bad one changes nothing. Without one, list them."""
    from cpdesk.energy.weather.words import note_sentences
    from cpdesk.operations.weather_files import import_weather, imported_weather, remove_weather

    out = Output(as_json=json_)
    removed: list[str] = []
    with opened_desk(out) as ctx:
        if remove:
            removed = remove_weather(ctx, terrain)[0]
        elif file is not None and not show:
            import_weather(ctx, file, terrain)
        used = imported_weather(ctx)
    documents = [{**asdict(one), "notes": note_sentences(one.notes, out.text)} for one in used]
    out.document({"removed": removed, "weather": documents})
    if removed:
        terrains = "、".join(out.text(f"energy.weather.terrain.{one}") for one in removed)
        out.say("cli.weather.removed", terrains=terrains)
    if not used:
        out.say("cli.weather.none")
        return
    names = ("terrain", "source", "altitude", "january", "july", "sun")
    rows = [
        [
            out.text(f"energy.weather.terrain.{one.terrain}"), one.source, round(one.altitude_m),
            round(one.january_c, 1), round(one.july_c, 1), round(one.sun_kwh_m2),
        ]
        for one in used
    ]  # fmt: skip
    out.table([out.text(f"cli.weather.{name}") for name in names], rows)
    for sentence in dict.fromkeys(sentence for one in used for sentence in note_sentences(one.notes, out.text)):
        out.say("cli.weather.note", sentence=sentence)


def _problem_documents(problems: Sequence[CellProblem], language: str) -> list[dict[str, Any]]:
    return [{**asdict(one), "message": one.message(language), "remedy": one.remedy(language)} for one in problems]


def _say_problems(out: Output, problems: Sequence[CellProblem]) -> None:
    """The first wrong cells, each with what to do."""
    if not problems:
        return
    language = out.text.language
    head = [out.text(f"cli.import.{name}") for name in ("place", "value", "problem", "remedy")]
    rows = [
        [f"{one.sheet}!{one.column}{one.row}", one.value, one.message(language), one.remedy(language)]
        for one in problems[:_SHOWN_MAX]
    ]
    out.table(head, rows)
