"""The worked examples of docs/method.md, recomputed: what the page says is what the program does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cpdesk.energy.house.construct import build
from cpdesk.energy.systems.heat_pumps import Unit, curves_at, draw
from cpdesk.energy.systems.plants import hourly_draw, new_plant
from cpdesk.energy.systems.solar import pv_power_w, split
from cpdesk.energy.systems.uses import other_uses
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather
from cpdesk.energy.zone.envelope import AIR, DOOR, FLOOR, ROOF, WALL, WINDOW, layout, row
from cpdesk.energy.zone.hourly import make_drivers, trace
from cpdesk.model.building import Answer, BillFacts, BuildingFacts
from cpdesk.model.energy_uses import UseFacts

METHOD = Path(__file__).resolve().parents[4] / "docs" / "method.md"


@pytest.fixture(scope="module")
def page() -> dict[str, list[str]]:
    """Rows of the example's tables by their first cell."""
    text = METHOD.read_text(encoding="utf-8")
    section = text.split("### Example: one hour, one season, one roof", 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return {cells[0]: cells[1:] for cells in rows}


def _said(page: dict[str, list[str]], label: str, column: int = 0) -> tuple[float, int]:
    """The number a cell says and how many decimals it has."""
    number = page[label][column].split()[0]
    return float(number), len(number.partition(".")[2])


def _check(page: dict[str, list[str]], label: str, value: float, column: int = 0) -> None:
    said, decimals = _said(page, label, column)
    assert round(value, decimals) == pytest.approx(said, abs=10.0 ** -(decimals + 3)), (label, column, value)


def test_the_hour(tables: EnergyTables, page: dict[str, list[str]]) -> None:
    curves = curves_at("water", np.array([-7.0]), np.ones(1), tables)
    for column, reset in ((0, True), (1, False)):
        unit = Unit("water", 45.0, reset, tables.emitters["radiator_steel"], 0.92, 1.0, 8000.0)
        found = draw(np.array([4000.0]), curves, unit, np.array(12000.0), tables)
        _check(page, "water", float(np.max(found.flow_c)), column)
        _check(page, "COP with starts", float(found.heat_w[0] / found.compressor_w[0]), column)
        _check(page, "power", float(found.total_w[0]), column)
        _check(page, "heat into the rooms over power", 4000.0 / float(found.total_w[0]), column)


def test_the_season(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts, page: dict[str, list[str]]) -> None:
    building = build(f5_facts, tables)
    columns = layout(building)
    drivers = make_drivers(plain, building.schedule, columns)
    whole = row(building, columns)
    load = float(whole[[WINDOW, DOOR, WALL, ROOF, FLOOR, AIR]].sum()) * 25.6
    outdoor = drivers.outdoor_c[drivers.counted]

    def values(share: float, emitter: str, flow: float, laid_out_w: float, *, reset: bool) -> tuple[float, float]:
        numbers = whole.copy()
        numbers[WINDOW : AIR + 1] *= share
        heat = trace(numbers, drivers, 18.0, 16.0, 1.25 * load * share).heating_w
        system = replace(new_plant("ashp_water", "x", emitter, tables).systems[0], flow_c=flow, reset=reset)
        found = hourly_draw(system, heat, outdoor, tables, design_w=laid_out_w, capacity_w=1.25 * load * share)
        total = float(found.total_w.sum())
        return float(heat.sum()) / total, float(found.heat_w.sum()) / total

    label = "radiators, water follows the load, as it is: heat into the rooms over electricity"
    _check(page, label, values(1.0, "radiator_steel", 50.0, load, reset=True)[0])
    _check(page, "the same, insulated", values(0.6, "radiator_steel", 50.0, load, reset=True)[0])
    _check(page, "floor at 35 °C, insulated", values(0.6, "floor", 35.0, 0.6 * load, reset=True)[1])
    kept = values(0.6, "radiator_steel", 50.0, 0.6 * load, reset=False)[1]
    _check(page, "radiators kept at 50 °C, insulated", kept)


def test_the_roof_and_the_uses(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts, page: dict[str, list[str]]
) -> None:
    found = other_uses(build(replace(f5_facts, bills=BillFacts()), tables), tables, plain)
    _check(page, "electricity beside heating, nothing answered", found.kwh["electricity"])
    _check(page, "photovoltaics, south, 30°", pv_power_w(plain, 1.0, 180.0, 30.0, tables).sum() / 1000.0)
    own = split(pv_power_w(plain, 5.0, 180.0, 30.0, tables), found.power_w).self_kwh
    _check(page, "used by that house itself of 5 kWp", float(own[0]))
    uses = UseFacts(residents=Answer(3.0), hot_water=Answer("solar electric_tank"), solar_tubes=Answer(24.0))
    sunny = other_uses(build(replace(f5_facts, uses=uses), tables), tables, plain).solar
    assert sunny is not None
    _check(page, "24 tubes, three people: share of hot water from the sun", 100.0 * sunny.share)
