"""Panels that stand on the roof: what they give, who takes it, and what a bill then says of the household's use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cpdesk.energy.house.construct import build
from cpdesk.energy.retrofit.grid import make_setting, set_points
from cpdesk.energy.retrofit.setting import rows_of
from cpdesk.energy.systems.plants import Plant, final_energy, limit_w, new_plant, weight_rows
from cpdesk.energy.systems.power import heating_power_w
from cpdesk.energy.systems.solar import ALL_GRID, OFF_GRID, SELF_REST, pv_power_w, split, standing_w
from cpdesk.energy.systems.uses import OtherUses, of_uses, other_uses
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather
from cpdesk.energy.zone.hourly import trace
from cpdesk.energy.zone.states import summed
from cpdesk.model.building import Answer, BillFacts, Building, BuildingFacts
from cpdesk.model.energy_uses import Solar, UseFacts

POWERS = arrays(np.float64, 48, elements=st.floats(0, 20000))


def _house(facts: BuildingFacts, tables: EnergyTables, kwp: float, mode: str, *, month_kwh: float | None) -> Building:
    bills = BillFacts() if month_kwh is None else BillFacts(elec_other_month_kwh=Answer(month_kwh))
    said = UseFacts(residents=Answer(3.0), pv_has=Answer("yes"), pv_kwp=Answer(kwp), pv_mode=Answer(mode))
    return build(replace(facts, uses=said, bills=bills), tables)


def _solar(building: Building) -> Solar:
    assert building.solar is not None
    return building.solar


def _bought_kwh(year: OtherUses) -> float:
    return float(np.maximum(year.power_w - year.generation_w, 0.0).sum()) / 1000.0


@given(POWERS, POWERS, st.sampled_from([SELF_REST, ALL_GRID, OFF_GRID]))
@settings(max_examples=60, deadline=None)
def test_generation_is_used_sold_or_lost(generation: np.ndarray, load: np.ndarray, mode: str) -> None:
    found = split(generation, load, mode)
    own, sold, lost = float(found.self_kwh[0]), float(found.export_kwh[0]), float(found.unused_kwh[0])
    assert own + sold + lost == pytest.approx(float(generation.sum()) / 1000.0, abs=1e-9)
    assert own + float(found.import_kwh[0]) == pytest.approx(float(load.sum()) / 1000.0, abs=1e-9)
    assert own <= min(generation.sum(), load.sum()) / 1000.0 + 1e-9
    assert own == 0.0 if mode == ALL_GRID else True
    assert sold == 0.0 if mode == OFF_GRID else lost == 0.0


def test_a_reading_sets_the_year_and_age_takes_its_part(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts
) -> None:
    solar = _solar(_house(f5_facts, tables, 5.0, SELF_REST, month_kwh=None))
    modelled = standing_w(replace(solar, pv_age_a=0.0), tables, plain)
    assert modelled == pytest.approx(pv_power_w(plain, 5.0, solar.azimuth_deg, solar.tilt_deg, tables))
    old = standing_w(replace(solar, pv_age_a=10.0), tables, plain)
    assert 0.93 < old.sum() / modelled.sum() < 0.96
    read = standing_w(replace(solar, pv_billed_kwh=4800.0), tables, plain)
    assert read.sum() / 1000.0 == pytest.approx(4800.0)
    assert not standing_w(replace(solar, pv_kwp=0.0), tables, plain).any()


@pytest.mark.parametrize("mode", [SELF_REST, OFF_GRID])
def test_a_bill_is_what_is_bought_not_what_is_used(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts, mode: str
) -> None:
    with_sun = other_uses(_house(f5_facts, tables, 3.0, mode, month_kwh=120.0), tables, plain)
    assert _bought_kwh(with_sun) == pytest.approx(12 * 120.0, rel=1e-6)
    assert with_sun.kwh["electricity"] > 12 * 120.0 + 100.0
    without = other_uses(_house(f5_facts, tables, 3.0, ALL_GRID, month_kwh=120.0), tables, plain)
    assert without.kwh["electricity"] == pytest.approx(12 * 120.0)


def test_a_bill_below_what_cannot_be_less_keeps_a_fifth(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts
) -> None:
    year = other_uses(_house(f5_facts, tables, 3.0, SELF_REST, month_kwh=1.0), tables, plain)
    assert year.bill_factor == pytest.approx(0.2)


def test_no_uses_are_no_energy(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    building = _house(f5_facts, tables, 3.0, SELF_REST, month_kwh=None)
    assert building.uses is not None
    none = replace(
        building.uses, cooking_kwh=0.0, draw_l_day=0.0, hot_water_kwh=0.0, lighting_kwh=0.0, appliances=(),
        hot_water=tuple(replace(way, standby_kwh=0.0) for way in building.uses.hot_water),
    )  # fmt: skip
    year = of_uses(none, _solar(building), tables, plain)
    assert sum(year.kwh.values()) == 0.0
    shared = split(year.generation_w, year.power_w)
    assert float(shared.self_kwh[0]) == 0.0
    assert float(shared.export_kwh[0]) == pytest.approx(float(year.generation_w.sum()) / 1000.0)


@pytest.mark.parametrize("code", ["ashp_air", "ashp_water", "gshp", "direct_electric", "coal_boiler"])
def test_electricity_by_the_hour_sums_to_that_of_the_season(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts, code: str
) -> None:
    building = build(f5_facts, tables)
    setting = make_setting(building, tables, plain, [])
    plant = setting.plants[0] if code == "coal_boiler" else new_plant(code, code, "radiator_steel", tables)
    limit = max(limit_w(building.systems, tables), 15000.0)
    row = rows_of(setting, np.zeros((1, len(setting.groups)), np.int16))[0]
    detail = trace(row, setting.drivers, *set_points(building.schedule, wish=False), limit)
    weights = weight_rows([plant], setting.drivers, tables, design_w=setting.weights.design_w)
    season = final_energy(
        plant, summed(detail, setting.drivers, weights.rows).sums, weights, tables, capacity_w=_capacity(plant, limit)
    )
    hourly = heating_power_w(
        plant, detail.heating_w, setting.drivers, tables, limit=limit, emitter_w=setting.weights.design_w
    )
    assert hourly.shape == detail.heating_w.shape
    # The pump of a boiler stops in mild hours, which the mean of a cell hides: 7 kWh of 119.
    near = 0.08 if code == "coal_boiler" else 0.03
    assert hourly.sum() / 1000.0 == pytest.approx(float(season.kwh["electricity"][0]), rel=near)


def _capacity(plant: Plant, limit: float) -> np.ndarray | None:
    return None if plant.code.startswith("keep") else np.array([limit])
