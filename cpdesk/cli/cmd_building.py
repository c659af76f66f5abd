"""`cpdesk building`: a building described in JSON, checked and computed surface by surface, hour by hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from cpdesk.cli.opening import newest_survey, opened_desk
from cpdesk.cli.output import EXIT_DECLARED, Output, command

app = typer.Typer()
File = Annotated[Path, typer.Argument(help="The building, JSON as in docs/building-file.md.")]
WeatherFile = Annotated[Path | None, typer.Option(help="An EPW file; without it what site.weather names.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("assess")
@command
def assess(
    file: File,
    weather: WeatherFile = None,
    hourly: Annotated[Path | None, typer.Option(help="Write the year by the hour as CSV.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Compute loads, peaks, temperatures, sun and losses of a building; a faulty file is told fault by fault."""
    from cpdesk.operations.building_files import as_document, assess_building, write_hourly

    out = Output(as_json=json_)
    with _faults_told(out):
        assessment = assess_building(file, weather)
    document = as_document(assessment)
    if hourly is not None:
        write_hourly(assessment, hourly)
    out.document(document)
    total = {key: f"{document[f'{key}_kwh']:,.0f}" for key in ("heating", "cooling")}
    out.say("building.title", name=document["building"], weather=document["weather"]["name"], **total)
    _show_zones(out, document["zones"])
    for zone in document["zones"]:
        _show_months(out, zone)
        _show_parts(out, zone)
    for key, fields in assessment.notes:
        out.say(key, **fields)
    out.say("building.balance", residual=f"{document['heat_balance_residual']:.1e}")
    if hourly is not None:
        out.say("building.hourly", file=hourly)


@app.command("check")
@command
def check(file: File, weather: WeatherFile = None, *, json_: Json = False) -> None:
    """Read a building and its weather and tell what is wrong, without computing."""
    from cpdesk.operations.building_files import check_building_file

    out = Output(as_json=json_)
    with _faults_told(out):
        building = check_building_file(file, weather)
    surfaces = [surface for zone in building.zones for surface in zone.surfaces]
    counts = {
        "zones": len(building.zones),
        "surfaces": len(surfaces),
        "windows": sum(len(surface.windows) for surface in surfaces),
    }
    out.document({"building": building.name, **counts})
    out.say("building.sound", **counts)


@app.command("export")
@command
def export(
    who: Annotated[str, typer.Argument(help="Household number, name, door number, or id.")],
    file: Annotated[Path, typer.Argument(help="The building file to write.")],
    *,
    json_: Json = False,
) -> None:
    """Write a surveyed house as a building file that can be refined and assessed; it names nobody."""
    from cpdesk.operations.building_files import export_building

    out = Output(as_json=json_)
    with opened_desk(out) as ctx:
        building = export_building(ctx, newest_survey(ctx, who, family="farmhouse"), file)
    zones = [zone.name for zone in building.zones]
    out.document({"file": str(file), "zones": zones})
    out.say("building.exported", file=file, count=len(zones))


@contextmanager
def _faults_told(out: Output) -> Iterator[None]:
    """All faults of a file in one JSON document; people get them as one message."""
    from cpdesk.energy.multizone.read import BuildingFaults

    try:
        yield
    except BuildingFaults as error:
        if not out.as_json:
            raise
        language = out.text.language
        faults = [
            {
                "code": fault.code,
                "path": str(fault.fields.get("path", "")),
                "message": fault.message(language),
                "remedy": fault.remedy(language),
            }
            for fault in error.faults
        ]
        whole = {"code": error.code, "message": error.message(language), "remedy": error.remedy(language)}
        out.document({"error": {**whole, "faults": faults}})
        raise typer.Exit(EXIT_DECLARED) from None


def _show_zones(out: Output, zones: list[dict[str, Any]]) -> None:
    keys = ("zone", "heating_kwh", "cooling_kwh", "heating_peak", "cooling_peak", "coldest", "mean", "warmest")
    rows = [
        [
            zone["zone"],
            f"{zone['heating_kwh']:,.0f}",
            f"{zone['cooling_kwh']:,.0f}",
            _peak(out, zone["heating_peak"], "w"),
            _peak(out, zone["cooling_peak"], "w"),
            _peak(out, zone["coldest"], "c"),
            f"{zone['mean_air_c']:.1f}",
            _peak(out, zone["warmest"], "c"),
        ]
        for zone in zones
    ]
    out.table([out.text(f"building.{key}") for key in keys], rows)


def _peak(out: Output, peak: Mapping[str, Any], unit: str) -> str:
    """A value with its moment on a second line."""
    value = f"{peak['value_w'] + 0.0:,.0f}" if unit == "w" else f"{peak['value_c']:.1f}"  # + 0.0: no "-0"
    if "month" not in peak:
        return value
    return f"{value}\n{out.text('building.when', month=peak['month'], day=peak['day'], hour=peak['hour'])}"


def _show_months(out: Output, zone: dict[str, Any]) -> None:
    if zone["heating_kwh"] + zone["cooling_kwh"] <= 0:
        return
    months = zip(zone["heating_monthly_kwh"], zone["cooling_monthly_kwh"], zone["mean_air_monthly_c"], strict=True)
    rows = [
        [month, f"{heat:,.0f}", f"{cool:,.0f}", f"{mean:.1f}"] for month, (heat, cool, mean) in enumerate(months, 1)
    ]
    head = [out.text(f"building.{key}") for key in ("month", "heating_kwh", "cooling_kwh", "mean")]
    out.table(head, rows, title=zone["zone"])


def _show_parts(out: Output, zone: dict[str, Any]) -> None:
    """Losses by part beside the sun on each surface."""
    rows = [
        [
            out.text(f"building.part.{loss['part']}", name=loss["name"]),
            f"{loss['kwh']:,.0f}",
            f"{loss['share']:.0%}",
            f"{zone['sun_on_surfaces_kwh_m2'][loss['name']]:,.0f}"
            if loss["part"] == "surface" and loss["name"] in zone["sun_on_surfaces_kwh_m2"]
            else "",
        ]
        for loss in zone["losses"]
    ]
    head = [out.text(f"building.{key}") for key in ("part", "loss_kwh", "share", "sun_kwh_m2")]
    out.table(head, rows, title=zone["zone"])
