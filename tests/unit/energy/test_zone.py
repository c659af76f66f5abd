"""The hourly zone: heat balance, one against many, limits, and that insulation never costs heat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.energy.zone.envelope import (
    AIR,
    CAPACITY,
    FLOOR,
    GAINS,
    MASS,
    PERIODIC,
    ROOF,
    WALL,
    WINDOW,
    WINDOW_NIGHT,
    layout,
    row,
)
from cpdesk.energy.zone.hourly import Drivers, make_drivers, trace
from cpdesk.energy.zone.states import solve
from cpdesk.model.building import Building, BuildingFacts

House = tuple[Building, np.ndarray, Drivers]


@pytest.fixture(scope="module")
def weather(tables: EnergyTables) -> Weather:
    return make_weather(tables, "plain")


@pytest.fixture
def house(tables: EnergyTables, f5_facts: BuildingFacts, weather: Weather) -> House:
    building = build(f5_facts, tables)
    columns = layout(building)
    return building, row(building, columns), make_drivers(weather, building.schedule, columns)


def _need(rows: np.ndarray, drivers: Drivers, limit: float = 1e6) -> np.ndarray:
    ones = np.ones(len(rows))
    weights = np.ones((1, len(drivers.counted)))
    return solve(rows, drivers, 18 * ones, 14 * ones, limit * ones, weights).sums[0]


def test_heat_balances_in_every_hour(house: House) -> None:
    _, base, drivers = house
    curtained = base.copy()
    curtained[WINDOW_NIGHT] *= 0.5
    for case in (base, curtained):
        found = trace(case, drivers, 16.0, 12.0, 9000.0)
        losses = sum(found.losses_w.values())
        residual = losses - found.sun_w - found.internal_w - found.heating_w - found.stored_w
        assert np.abs(residual).max() <= 1e-9 * np.abs(losses).max()


def test_many_states_give_what_one_gives(house: House) -> None:
    _, base, drivers = house
    rows = np.repeat(base[None, :], 6, axis=0)
    rows[1, WALL] *= 0.4
    rows[2, WINDOW_NIGHT] *= 0.5
    rows[3:, ROOF] *= 0.3
    weights = np.vstack([np.ones(len(drivers.counted)), drivers.hour < 8])
    many = solve(rows, drivers, np.full(6, 16.0), np.full(6, 12.0), np.full(6, 9000.0), weights)
    for at in range(4):
        one = trace(rows[at], drivers, 16.0, 12.0, 9000.0)
        assert many.sums[0, at] == pytest.approx(one.heating_w.sum(), rel=1e-9)
        assert many.sums[1, at] == pytest.approx(one.heating_w[drivers.hour[drivers.counted] < 8].sum(), rel=1e-9)
        assert many.mean_c[at] == pytest.approx(one.air_c.mean(), rel=1e-9)
        assert many.peak_w[at] == pytest.approx(one.heating_w.max(), rel=1e-9)
        assert many.coldest_c[at] == pytest.approx(one.air_c @ drivers.coldest[drivers.counted], rel=1e-9)


def test_set_point_is_held_when_power_is_there_and_missed_when_not(house: House) -> None:
    _, base, drivers = house
    strong = trace(base, drivers, 16.0, 16.0, 1e6)
    assert strong.air_c.min() == pytest.approx(16.0, abs=1e-6)
    weak = trace(base, drivers, 16.0, 16.0, 4000.0)
    assert weak.heating_w.max() == 4000.0
    assert weak.air_c.min() < 14.0


def test_off_at_night_heats_less_and_cools_more(house: House) -> None:
    _, base, drivers = house
    same, off = trace(base, drivers, 16.0, 16.0, 1e6), trace(base, drivers, 16.0, -50.0, 1e6)
    assert off.heating_w.sum() < same.heating_w.sum()
    assert off.air_c.min() < same.air_c.min() - 1.0
    night = ~drivers.day[drivers.counted]
    assert off.heating_w[night].max() == 0.0


@settings(max_examples=12, deadline=None)
@given(part=st.sampled_from([WALL, ROOF, FLOOR, WINDOW, AIR]), factor=st.floats(0.05, 0.99))
def test_more_insulation_never_raises_heating(part: int, factor: float) -> None:
    base, drivers = _plain_house()
    better = base.copy()
    better[part] *= factor
    if part == WINDOW:
        better[WINDOW_NIGHT] = better[WINDOW]
    if part == FLOOR:
        better[PERIODIC] *= factor  # a floor is insulated against the yearly swing of the ground too
    before, after = _need(np.vstack([base, better]), drivers)
    assert after <= before * (1 + 1e-12)


def _plain_house() -> tuple[np.ndarray, Drivers]:
    if not _CACHE:
        from cpdesk.base.resources import resource_path
        from cpdesk.base.tables import read_table
        from cpdesk.model.building import BlockFacts

        tables = EnergyTables.load(lambda path, columns: read_table(resource_path(path), columns))
        building = build(BuildingFacts(blocks=(BlockFacts(),)), tables)
        columns = layout(building)
        _CACHE.append((row(building, columns), make_drivers(make_weather(tables, "plain"), building.schedule, columns)))
    return _CACHE[0]


_CACHE: list[tuple[np.ndarray, Drivers]] = []


def test_no_air_change_and_no_gains_are_safe(house: House) -> None:
    _, base, drivers = house
    still = base.copy()
    still[[AIR, GAINS]] = 0.0
    assert 0 < _need(still[None, :], drivers)[0] < np.inf


def test_heavy_house_swings_less(house: House) -> None:
    _, base, drivers = house
    light = base.copy()
    light[CAPACITY] /= 3
    heavy_air, light_air = (trace(item, drivers, -50.0, -50.0, 0.0).air_c for item in (base, light))
    assert light_air.std() > heavy_air.std()


def test_envelope_beyond_the_model_is_refused(house: House) -> None:
    _, base, drivers = house
    broken = base.copy()
    broken[WALL] = 100 * broken[MASS]
    with pytest.raises(InputFault) as caught:
        _need(broken[None, :], drivers)
    assert caught.value.code == "CP-1308"


def test_u_value_of_zero_is_refused_with_its_element(house: House) -> None:
    building, _, _ = house
    zone = building.zones[0]
    nothing = replace(zone.elements[0], u_value_w_m2k=0.0)
    bad = replace(building, zones=(replace(zone, elements=(nothing, *zone.elements[1:])),))
    with pytest.raises(InputFault) as caught:
        row(bad, layout(bad))
    assert caught.value.code == "CP-1301"
    assert "main.wall.front" in caught.value.message("zh")
    assert "0.05" in caught.value.message("zh")


def test_whole_year_can_be_solved(tables: EnergyTables, house: House, weather: Weather) -> None:
    building, base, _ = house
    drivers = make_drivers(weather, building.schedule, layout(building), whole_year=True)
    found = trace(base, drivers, 14.0, 11.0, 12000.0)
    assert len(found.air_c) == 8760
    assert found.heating_w[4000:5000].sum() == 0
