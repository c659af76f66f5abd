"""The engine against published figures: 836 seasonal results of TABULA, and benchmarks of Beijing farmhouses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.energy.climate import make_weather
from cpdesk.energy.construct import build
from cpdesk.energy.envelope import layout
from cpdesk.energy.grid import design_load_w, evaluate, make_setting
from cpdesk.energy.measures import judge
from cpdesk.energy.seasonal import Season, seasonal_need
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, HeaterFacts

CASES = Path(__file__).parents[2] / ".." / "shared" / "data" / "tabula" / "cases.csv"


@pytest.mark.skipif(not CASES.exists(), reason="the reference data folder is not beside the checkout")
def test_seasonal_method_gives_every_tabula_case() -> None:
    with CASES.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) > 800
    worst = 0.0
    for row in rows:
        numbers = {key: float(value or 0) for key, value in row.items() if not key.startswith("Code_")}
        season = Season(
            transmission_w_m2k=_transmission(numbers),
            ventilation_w_m2k=0.34 * (numbers["n_air_use"] + numbers["n_air_infiltration"]) * numbers["h_room"],
            inside_c=numbers["theta_i"],
            outside_c=numbers["Theta_e"],
            days=numbers["HeatingDays"],
            sun_kwh_m2=_sun(numbers),
            internal_kwh_m2=0.024 * numbers["phi_int"] * numbers["HeatingDays"],
            capacity_wh_m2k=numbers["c_m"],
            reduction=numbers["F_red_temp"],
        )
        worst = max(worst, abs(seasonal_need(season).need_kwh_m2 - numbers["q_h_nd"]))
    assert worst < 0.01


def _transmission(numbers: dict[str, float]) -> float:
    parts = [key.removeprefix("H_Transmission_") for key in numbers if key.startswith("H_Transmission_")]
    total = sum(numbers[f"H_Transmission_{part}"] for part in parts)
    total += numbers["delta_U_ThermalBridging"] * sum(numbers[f"A_Calc_{part}"] for part in parts)
    return total / numbers["A_C_Ref"]


def _sun(numbers: dict[str, float]) -> float:
    def facing(name: str, irradiation: str, shading: str) -> float:
        return numbers[f"A_Calc_Window_{name}"] * numbers[f"I_Sol_{irradiation}"] * numbers[shading]

    total = facing("Horizontal", "Hor", "F_sh_hor")
    total += sum(facing(name, name, "F_sh_vert") for name in ("East", "South", "West", "North"))
    return total * (1 - numbers["F_f"]) * numbers["F_w"] * numbers["g_gl_n"] / numbers["A_C_Ref"]


def test_typical_farmhouse_lies_within_the_benchmarks() -> None:
    """An F5 house (1996, five bays, 118 m2, coal boiler) against working ranges for Beijing farmhouses (待核).

    Coal 1.5 to 5 t a season, 15 to 40 kgce/m2, design load 80 to 140 W/m2 at the wished 18 degC; after heat pump and
    works 35 to 110 kWh/m2 of electricity.
    """
    tables = EnergyTables.load(lambda path, columns: read_table(resource_path(path), columns))
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1996.0), structure=Answer("brick_concrete"),
        bays=Answer(5.0), length_m=Answer(18.15), depth_m=Answer(6.5), storey_height_m=Answer(3.1),
    )  # fmt: skip
    heater = HeaterFacts(type=Answer("coal_boiler"), emitter=Answer("radiator_steel"))
    building = build(BuildingFacts(blocks=(block,), heaters=(heater,)), tables)
    verdicts = [item for item in judge(building, layout(building), tables, Wishes()) if item.measure.id == "ashp_water"]
    grid = evaluate(make_setting(building, tables, make_weather(tables, "plain", 80), verdicts))
    area = building.floor_area_m2
    coal_kg = grid.usual[0].energy.kwh["coal"][0] / tables.factors["coal"].kwh_per_unit
    assert 2000 < coal_kg < 5000
    assert 15 < grid.usual[0].kgce[0] / area < 40
    load = design_load_w(grid.rows, 18.0, tables, grid.setting.drivers)[0]
    assert 80 < load / building.gross_area_m2 < 140
    assert 40 < 1000 * grid.usual[0].need_kwh[0] / (121 * 24) / area < 65
    assert 35 < grid.usual[1].energy.kwh["electricity"][0] / area < 110
    assert 8 < grid.usual[0].coldest_c[0] < 18
