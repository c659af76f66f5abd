"""A building file from disk: read, checked, given a year of weather, computed, and what came out as a document."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from cpdesk.base import tables
from cpdesk.base.errors import InputFault
from cpdesk.base.nearest import nearest_name
from cpdesk.base.resources import resource_path
from cpdesk.context import Context, load_energy_tables
from cpdesk.energy.house.construct import build
from cpdesk.energy.multizone.from_house import document_of
from cpdesk.energy.multizone.read import BuildingFaults, read_building, read_json, weather_place
from cpdesk.energy.multizone.results import Peak, Result, ZoneResult
from cpdesk.energy.multizone.solve import assess
from cpdesk.energy.multizone.spec import Building, OtherZone, Site
from cpdesk.energy.weather.calendar import HOURS, MONTH, Floats
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.weather.epw import decode, read_epw
from cpdesk.energy.weather.year import Weather
from cpdesk.operations.assess import priced_on
from cpdesk.operations.facts import building_facts, read_answers
from cpdesk.operations.surveys import open_survey
from cpdesk.operations.weather_files import weather_for

_TERRAINS: Final = ("plain", "foothill", "hill")
_SITE_OFF_DEG: Final = 1.0
_SITE_OFF_M: Final = 300.0
_OPEN_SHARE: Final = 0.1
_SIZE_MAX_BYTES: Final = 20_000_000
_LIST_OF_PLAIN_VALUES: Final = re.compile(r"\[[^\[\]{}\"]*\]")


@dataclass(frozen=True, slots=True)
class Assessment:
    """A building, the weather it was computed with, and the year.

    Attributes:
        notes: text key and fields of what a reader should know besides.
    """

    building: Building
    weather: Weather
    result: Result
    notes: tuple[tuple[str, Mapping[str, str | float]], ...] = ()


def load_building(path: Path, weather_file: Path | None = None) -> tuple[Building, Weather]:
    """The checked building of a file and its weather.

    Args:
        weather_file: an EPW; without it `site.weather` of the file names a terrain or a township.

    Raises:
        BuildingFaults: CP-1330 with all faults of the file.
        InputFault: CP-1352 a file that cannot be read; CP-1349, CP-1353 no or an unknown weather; CP-1310 … CP-1318
            from the EPW.
    """
    document = read_json(_text(path), path.name)
    place = weather_place(document)
    try:
        weather = _weather(path, place, _altitude(document), weather_file)
    except InputFault as fault:
        if isinstance(document, dict) and fault.code in ("CP-1349", "CP-1353"):
            _also_the_files_faults(document, path.name, fault)
        raise
    site = Site(weather.latitude_deg, weather.longitude_deg, weather.time_zone_h, weather.altitude_m)
    return read_building(document, name=path.name, place=site), weather


def check_building_file(path: Path, weather_file: Path | None = None) -> Building:
    """The checked building; a file that says its own site needs no weather for that. Raises as `load_building`."""
    document = read_json(_text(path), path.name)
    if weather_file is None and not weather_place(document):
        return read_building(document, name=path.name)
    return load_building(path, weather_file)[0]


def assess_building(path: Path, weather_file: Path | None = None) -> Assessment:
    """Read, check and compute a building file; as `load_building`, and CP-1320 from the model."""
    building, weather = load_building(path, weather_file)
    return Assessment(building, weather, assess(building, weather), tuple(_notes(building, weather)))


def export_building(ctx: Context, survey: str, path: Path) -> Building:
    """Write the house of a survey as a building file, for an engineer to refine; it names nobody.

    Raises:
        InputFault: CP-13xx when answers contradict physics; CP-1352 where nothing can be written.
    """
    opened = open_survey(ctx, survey)
    reading = read_answers(opened.form, opened.session.counting_answers())
    tables = priced_on(ctx.energy, reading.text("survey.date"))
    house = build(building_facts(reading), tables)
    weather = weather_for(ctx, house.terrain, house.height_m)
    document = document_of(house, tables, weather)
    place = Site(weather.latitude_deg, weather.longitude_deg, weather.time_zone_h, weather.altitude_m)
    found = read_building(document, name=path.name, place=place)
    whole = json.dumps(document, indent=2, ensure_ascii=False)
    text = _LIST_OF_PLAIN_VALUES.sub(lambda match: re.sub(r"\s+", " ", match[0]), whole)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputFault("CP-1352", path=str(path), reason=error.strerror or str(error)) from error
    return found


def _also_the_files_faults(document: dict[str, Any], name: str, missing: InputFault) -> None:
    """A file without weather is still checked, so that all is told at once."""
    try:
        read_building(document, name=name, place=Site(40.2, 116.2, 8.0))
    except BuildingFaults as faults:
        raise BuildingFaults(name, [missing, *faults.faults]) from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _SIZE_MAX_BYTES:
            raise InputFault("CP-1352", path=path.name, reason=f"> {_SIZE_MAX_BYTES // 1_000_000} MB")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFault("CP-1352", path=path.name, reason="UTF-8") from error
    except OSError as error:
        raise InputFault("CP-1352", path=path.name, reason=error.strerror or str(error)) from error


def _altitude(document: Any) -> float | None:
    """Of the site, where the file says it; our climate is moved there."""
    site = document.get("site") if isinstance(document, dict) else None
    altitude = site.get("altitude_m") if isinstance(site, dict) else None
    return float(altitude) if isinstance(altitude, int | float) and not isinstance(altitude, bool) else None


def _weather(path: Path, place: str, altitude_m: float | None, weather_file: Path | None) -> Weather:
    if weather_file is not None:
        try:
            data = weather_file.read_bytes()
        except OSError as error:
            raise InputFault("CP-1352", path=weather_file.name, reason=error.strerror or str(error)) from error
        return read_epw(decode(data))
    if not place:
        raise InputFault("CP-1349", name=path.name)
    return make_weather(load_energy_tables(), _terrain(place), altitude_m)


def _terrain(place: str) -> str:
    """A terrain of our climate, or that of a township by code, name or English name."""
    columns = dict.fromkeys(("code", "name", "en", "terrain"), tables.text)
    rows = tables.read_table(resource_path("tables/townships.csv"), columns)
    known = {terrain: terrain for terrain in _TERRAINS}
    known |= {row[key]: row["terrain"] for row in rows for key in ("code", "name", "en")}
    if place not in known:
        raise InputFault("CP-1353", path="site.weather", name=place, nearest=nearest_name(place, known, 0.5))
    return known[place]


def _notes(building: Building, weather: Weather) -> list[tuple[str, Mapping[str, str | float]]]:
    """What was done to the weather, and a site far from its station."""
    notes: list[tuple[str, Mapping[str, str | float]]] = [(note.text_key, note.fields) for note in weather.notes]
    site = building.site
    off_deg = max(abs(site.latitude_deg - weather.latitude_deg), abs(site.longitude_deg - weather.longitude_deg))
    off_m = abs(site.altitude_m - weather.altitude_m)
    if off_deg > _SITE_OFF_DEG or off_m > _SITE_OFF_M:
        notes.append(("building.note.site_off", {"degrees": round(off_deg, 2), "metres": round(off_m)}))
    for zone, (up, down) in level_areas_m2(building).items():
        if abs(up - down) > _OPEN_SHARE * max(up, down):
            notes.append(("building.note.open", {"zone": zone, "up": round(up, 1), "down": round(down, 1)}))
    return notes


def level_areas_m2(building: Building) -> dict[str, tuple[float, float]]:
    """What looks up and what looks down around each zone, projected to the level: alike where nothing was forgotten.
    Partitions count on both sides."""
    areas = {zone.name: [0.0, 0.0] for zone in building.zones}
    for zone in building.zones:
        for surface in zone.surfaces:
            level = surface.area_m2 * math.cos(math.radians(surface.tilt_deg))
            areas[zone.name][0 if level > 0 else 1] += abs(level)
            if isinstance(surface.other_side, OtherZone):
                areas[surface.other_side.zone][1 if level > 0 else 0] += abs(level)
    return {name: (up, down) for name, (up, down) in areas.items()}


def as_document(assessment: Assessment) -> dict[str, Any]:
    """Everything but the hourly values, for `--json`; kWh, W, °C, hours as month, day and hour that ends."""
    building, result = assessment.building, assessment.result
    first, last = (building.options.first_day - 1) * 24, building.options.last_day * 24
    return {
        "building": building.name,
        "weather": {"name": assessment.weather.name, "source": assessment.weather.source},
        "site": {
            "latitude_deg": building.site.latitude_deg,
            "longitude_deg": building.site.longitude_deg,
            "altitude_m": building.site.altitude_m,
            "air_density_kg_m3": building.site.air_density_kg_m3,
        },
        "period": {"first_day": building.options.first_day, "last_day": building.options.last_day},
        "heating_kwh": result.heating_kwh,
        "cooling_kwh": result.cooling_kwh,
        "zones": [_zone(zone, result, first, last) for zone in result.zones],
        "windows": [
            {
                "zone": window.zone,
                "surface": window.surface,
                "window": window.window,
                "incident_kwh_m2": _kwh(window.incident_w_m2[first:last]),
                "reaching_kwh": _kwh(window.reaching_w[first:last]),
                "transmitted_kwh": _kwh(window.transmitted_w[first:last]),
                "absorbed_kwh": _kwh(window.absorbed_w[first:last]),
            }
            for window in result.windows
        ],
        "heat_balance_residual": result.residual_max,
        "warm_up_rounds": result.warm_up_rounds,
        "notes": [{"key": key, **fields} for key, fields in assessment.notes],
    }


def _zone(zone: ZoneResult, result: Result, first: int, last: int) -> dict[str, Any]:
    losses = {(kind, name): kwh for (owner, kind, name), kwh in result.losses_kwh.items() if owner == zone.name}
    total = sum(kwh for kwh in losses.values() if kwh > 0)
    return {
        "zone": zone.name,
        "heating_kwh": zone.heating_kwh,
        "cooling_kwh": zone.cooling_kwh,
        "heating_monthly_kwh": zone.heating_monthly_kwh.tolist(),
        "cooling_monthly_kwh": zone.cooling_monthly_kwh.tolist(),
        "heating_peak": _peak(zone.heating_peak_w, "w"),
        "cooling_peak": _peak(zone.cooling_peak_w, "w"),
        "coldest": _peak(zone.coldest, "c"),
        "warmest": _peak(zone.warmest, "c"),
        "mean_air_c": zone.mean_air_c,
        "mean_air_monthly_c": _monthly_mean(zone.air_c),
        "mean_operative_c": float(zone.operative_c[first:last].mean()),
        "sun_kwh": _kwh(zone.sun_w[first:last]),
        "gains_kwh": _kwh(zone.gains_w[first:last]),
        "sun_on_surfaces_kwh_m2": {
            name: _kwh(hourly[first:last])
            for (owner, name), hourly in result.sun_on_surfaces_w_m2.items()
            if owner == zone.name
        },
        "losses": [
            {"part": kind, "name": name, "kwh": kwh, "share": max(kwh, 0.0) / total if total > 0 else 0.0}
            for (kind, name), kwh in losses.items()
        ],
        "heat_balance_residual": float(zone.residual.max()),
    }


def _peak(peak: Peak, unit: str) -> dict[str, Any]:
    """A peak with its hour; nothing to date where there was no load."""
    found: dict[str, Any] = {f"value_{unit}": peak.value}
    if unit == "c" or peak.value > 0:
        found |= {"month": peak.month, "day": peak.day, "hour": peak.hour_of_day}
    return found


def _kwh(hourly_w: Floats) -> float:
    return float(hourly_w.sum()) / 1000.0


def _monthly_mean(hourly: Floats) -> list[float]:
    return [float(hourly[month == MONTH].mean()) for month in range(12)]


def write_hourly(assessment: Assessment, path: Path) -> None:
    """The year by the hour as CSV: outdoor air, and of each zone loads in W, temperatures in °C, sun and gains in W; of
    each surface the sun in W/m2 and its inner face's temperature."""
    result = assessment.result
    columns: dict[str, Floats] = {"outdoor_c": assessment.weather.temperature_c}
    for zone in result.zones:
        for key in ("heating_w", "cooling_w", "air_c", "mean_radiant_c", "operative_c", "sun_w", "gains_w"):
            columns[f"{zone.name}.{key}"] = getattr(zone, key)
    for (owner, name), hourly in result.sun_on_surfaces_w_m2.items():
        columns[f"{owner}.{name}.sun_w_m2"] = hourly
    for face in result.surfaces:
        columns[f"{face.zone}.{face.name}.inside_c"] = face.inside_c
    day = np.concatenate([np.arange(np.count_nonzero(month == MONTH)) // 24 + 1 for month in range(12)])
    try:
        handle = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise InputFault("CP-1352", path=str(path), reason=error.strerror or str(error)) from error
    with handle:
        writer = csv.writer(handle)
        writer.writerow(["month", "day", "hour", *columns])
        values = np.column_stack(list(columns.values()))
        for hour in range(HOURS):
            row = [f"{value:.4f}" for value in values[hour]]
            writer.writerow([int(MONTH[hour]) + 1, int(day[hour]), hour % 24 + 1, *row])
