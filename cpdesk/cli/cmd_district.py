"""`cpdesk district`: what a village or township needs, and where a budget does most."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from cpdesk.cli.opening import opened_desk
from cpdesk.cli.output import EXIT_NO, Output, command

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Files = Annotated[list[Path], typer.Argument(help="Scenario files (docs/district.md); several are compared.")]
Township = Annotated[str, typer.Option(help="Only this township, by its code.")]
Village = Annotated[str, typer.Option(help="Only this village.")]
Workers = Annotated[int, typer.Option(help="Processes; 0 = all cores. The result does not depend on them.")]


@app.command("run")
@command
def run(
    files: Files,
    township: Township = "",
    village: Village = "",
    workers: Workers = 0,
    excel: Annotated[Path | None, typer.Option(help="Write everything as an .xlsx workbook.")] = None,
    sensitive: Annotated[
        bool, typer.Option("--sensitivity", help="Also budget, subsidy, prices, grid factor and warmth, up and down.")
    ] = False,
    *,
    json_: Json = False,
) -> None:
    """Compute the households of this desk under scenarios: totals with ranges, the exact split, ranking, targets."""
    from cpdesk.energy.district.totals import village_peaks
    from cpdesk.interop.district_book import write_district
    from cpdesk.model.assessment import as_json
    from cpdesk.operations import district
    from cpdesk.operations.places import township_name

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        scenarios = [district.read_scenario_file(file, ctx.energy) for file in files]
        with out.progress("cli.district.reading") as step:
            stock = district.stock_of(ctx, township=township, village=village, step=step)
        figures = district.district_figures(ctx.paths.config / "tables")
        weather = district.imported(ctx)

        def one(scenario: Any) -> Any:
            with out.progress("cli.district.progress") as step:
                return district.run_district(
                    stock, ctx.energy, scenario, figures=figures, files=weather, workers=workers or None, step=step
                )

        results = [one(scenario) for scenario in scenarios]
        found = district.sensitivity(results[0], one) if sensitive else ()
        if excel is not None:
            names = {house.township: township_name(house.township) for house in results[0].houses}
            peaks = village_peaks(results[0].houses, results[0].split, ctx.energy)
            content = write_district(
                results, made_at=ctx.clock.now(), townships=names, peaks=peaks, sensitivity=found,
                sample=stock.sample, language=out.text.language,
            )  # fmt: skip
            district.write_book(excel, content)
    out.document({"results": [as_json(result) for result in results], "sensitivity": as_json(found)})
    for result in results:
        _show(out, result)
    if excel is not None:
        out.say("cli.district.written", file=excel)
    if any(result.split.status == "infeasible" for result in results):
        raise typer.Exit(EXIT_NO)


@app.command("template")
@command
def template(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("scenario.json"), *, json_: Json = False
) -> None:
    """Write an example of a scenario with every key."""
    from cpdesk.operations.district import example_scenario, write_book

    out = Output(as_json=json_)
    document = example_scenario()
    write_book(file, (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode())
    out.document({"file": str(file), "scenario": document})
    out.say("cli.district.written", file=file)


@app.command("city")
@command
def city(
    files: Annotated[Path, typer.Argument(help="One scenario file.")],
    in_: Annotated[Path, typer.Option("--in", help="Folder of Parquet chunks of households (docs/scale.md).")],
    out_: Annotated[Path, typer.Option("--out", help="Folder for the chunks of results and result.json.")],
    scheduler: Annotated[str, typer.Option(help="Address of a Dask scheduler; without it a cluster here.")] = "",
    workers: Workers = 0,
    *,
    weather: Annotated[
        list[str] | None, typer.Option(help="EPW file in place of the normals: FILE, or TERRAIN=FILE; may be repeated.")
    ] = None,
    json_: Json = False,
) -> None:
    """Compute a city from Parquet chunks on Dask; chunks that a lost worker had begun are computed again."""
    from cpdesk.context import load_energy_tables
    from cpdesk.operations import district
    from cpdesk.operations.district_city import run_city
    from cpdesk.operations.weather_files import weather_by_terrain

    out = Output(as_json=json_)
    tables = load_energy_tables()
    scenario = district.read_scenario_file(files, tables)
    began = time.monotonic()
    with out.progress("cli.district.progress") as step:
        done = run_city(
            in_, out_, tables, scenario, figures=district.district_figures(), files=weather_by_terrain(weather or ()),
            scheduler=scheduler, workers=workers or None, step=step,
        )  # fmt: skip
    seconds = time.monotonic() - began
    out.document({"chunks": done.chunks, "houses": done.houses, "seconds": round(seconds, 2), "result": done.summary})
    out.say("cli.district.city", chunks=done.chunks, houses=done.houses, seconds=seconds)


def _unit(out: Output, unit: str) -> str:
    """A unit in the reader's language."""
    return out.text(f"energy.district.unit.{unit}") if unit else ""


def _show(out: Output, result: Any) -> None:
    """One scenario for people: who was computed, the split, totals, the best houses, what stands in the way."""
    text, split = out.text, result.split
    surveyed = sum(house.surveyed for house in result.houses)
    out.say("energy.district.title", name=result.scenario.name)
    out.say(
        "cli.district.houses", houses=len(result.houses), surveyed=surveyed, estimated=len(result.houses) - surveyed,
        aside=len(result.aside), combinations=result.combinations,
    )  # fmt: skip
    out.say(
        "cli.district.split", status=text(f"energy.district.status.{split.status}"), chosen=len(split.picks),
        money=split.own_yuan + split.subsidy_yuan, carbon=split.carbon_kg / 1000.0, saving=split.saving_yuan,
        gap=split.gap or 0.0,
    )  # fmt: skip
    for item in split.obstacles:
        key = "cli.district.obstacle" if item.reachable is not None else "cli.district.obstacle_other"
        out.say(key, demand=text(item.demand), place=item.place, asked=item.asked, reachable=item.reachable,
                unit=_unit(out, item.unit))  # fmt: skip
    head = [text(f"energy.district.column.{name}") for name in ("item", "value", "low", "middle", "high", "unit")]
    rows = [
        [text(f"energy.district.{group}.{name}"),
         *(f"{value:,.0f}" for value in (one.value, one.p10, one.p50, one.p90)), _unit(out, one.unit)]
        for group, found in (("total", result.totals), ("after", result.after))
        for name, one in found.items()
    ]  # fmt: skip
    out.table(head, rows)
    for one in result.aside:
        message, remedy = (getattr(one, f"{part}_{text.language}") for part in ("message", "remedy"))
        out.say("cli.district.aside", label=one.label, village=one.village, message=message, remedy=remedy)
