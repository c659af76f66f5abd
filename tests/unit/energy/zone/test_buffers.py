"""Attic, cold rooms and sunspace: against a march that solves every hour anew, their balances, and their measures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.house.buffers import new_sunspace
from cpdesk.energy.house.constructions import added_u_value
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.energy.zone.drivers import OPENED, make_drivers
from cpdesk.energy.zone.envelope import (
    FRONT_WALL,
    OUTSIDE,
    WINDOW,
    WINDOW_NIGHT,
    buffer_column,
    buffer_row,
    element_row,
    layout,
    row,
    to_outdoors,
)
from cpdesk.energy.zone.hourly import free_floating, trace
from cpdesk.energy.zone.states import solve
from cpdesk.model.building import Building
from tests.unit.energy.zone.exact_march import exact_march
from tests.unit.energy.zone.houses import HOUSES, farmhouse

SEASON = (14.0, 11.0)


@pytest.fixture(scope="module")
def weather(tables: EnergyTables) -> Weather:
    return make_weather(tables, "plain")


def _still(building: Building) -> Building:
    """The building with constant air change."""
    return replace(building, draught=None)


@pytest.mark.parametrize("name", ["attic", "cold rooms", "flat roof"])
def test_the_eliminated_network_is_the_network(tables: EnergyTables, weather: Weather, name: str) -> None:
    building = _still(farmhouse(tables, name))
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns)
    exact = exact_march(building, columns, drivers, *SEASON, limit_w=9000.0)
    found = trace(row(building, columns), drivers, *SEASON, 9000.0)
    assert found.heating_w == pytest.approx(exact.heating_w, abs=1e-6)
    assert found.air_c == pytest.approx(exact.air_c, abs=1e-9)
    for kind, temperature in exact.buffers_c.items():
        assert found.buffers[kind].air_c == pytest.approx(temperature, abs=1e-9)


@pytest.mark.parametrize("name", ["single sunspace", "double sunspace", "closed porch", "everything"])
def test_heat_that_buffers_store_changes_a_season_by_less_than_a_percent(
    tables: EnergyTables, weather: Weather, name: str
) -> None:
    """Floor 211 kJ/m2K and the outer brick of the wall behind 189 kJ/m2K; cold rooms 260, attic 135 kJ/m2K."""
    building = _still(farmhouse(tables, name))
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns)
    zone = building.zones[0]
    floors = {item.kind: sum(face.area_m2 for face in item.elements if face.side == "ground") for item in zone.buffers}
    wall = sum(item.area_m2 for item in zone.elements if item.buffer == "sunspace" and item.kind.value == "wall")
    ceiling = sum(item.area_m2 for item in zone.elements if item.buffer == "attic")
    stored = {"room": 260e3 * floors.get("room", 0.0), "attic": 135e3 * ceiling,
              "sunspace": 211e3 * floors.get("sunspace", 0.0) + 189e3 * wall}  # fmt: skip
    exact = exact_march(building, columns, drivers, *SEASON, capacity_j_k=stored)
    found = trace(row(building, columns), drivers, *SEASON, 1e9)
    assert found.heating_w.sum() == pytest.approx(exact.heating_w.sum(), rel=0.007)
    for kind, temperature in exact.buffers_c.items():
        assert found.buffers[kind].mean_c == pytest.approx(temperature.mean(), abs=0.3)


@pytest.mark.parametrize("name", list(HOUSES))
def test_rooms_and_buffers_balance_in_every_hour(tables: EnergyTables, weather: Weather, name: str) -> None:
    building = farmhouse(tables, name)
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns)
    curtained = row(building, columns)
    curtained[WINDOW_NIGHT] = 0.6 * curtained[WINDOW]
    found = trace(curtained, drivers, 16.0, 12.0, 7000.0)
    losses = sum(found.losses_w.values())
    residual = losses - found.sun_w - found.internal_w - found.heating_w - found.stored_w
    assert np.abs(residual).max() <= 1e-9 * np.abs(losses).max()
    for buffer in found.buffers.values():
        residual = buffer.from_rooms_w + buffer.sun_w + buffer.stored_w
        residual = residual - buffer.outdoors_w - buffer.ground_w - buffer.sky_w
        assert np.abs(residual).max() <= 1e-9 * np.abs(buffer.outdoors_w).max()


def test_buffers_lie_between_rooms_and_outdoors(tables: EnergyTables, weather: Weather) -> None:
    building = farmhouse(tables, "everything")
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns)
    found = trace(row(building, columns), drivers, *SEASON, 1e9)
    outdoors = drivers.outdoor_c[drivers.counted].mean()
    assert set(found.buffers) == {"room", "attic", "sunspace"}
    for buffer in found.buffers.values():
        assert outdoors + 1.0 < buffer.air_c.mean() < found.air_c.mean() - 2.0
    assert (drivers.kind == OPENED).sum() > 100
    assert found.buffers["sunspace"].air_c.max() > 20.0


def test_factor_b_of_an_attic_is_the_one_of_the_standard(tables: EnergyTables, weather: Weather) -> None:
    """Dark and steady: (inside - attic) / (inside - outside) = H_ue / (H_ue + H_iu), ISO 13789:2017, 8.4."""
    building = _still(farmhouse(tables, "attic"))
    columns = layout(building)
    base = row(building, columns)
    calm = replace(
        weather, temperature_c=np.full(8760, -5.0), ground_c=np.full(8760, -5.0),
        direct_w_m2=np.zeros(8760), diffuse_w_m2=np.zeros(8760), global_w_m2=np.zeros(8760),
    )  # fmt: skip
    base[buffer_column("attic", 3)] = 0.0  # no sky
    drivers = make_drivers(calm, building.schedule, columns)
    found = trace(base, drivers, 18.0, 18.0, 1e9)
    inside = sum(item.area_m2 * item.u_value_w_m2k for item in building.elements if item.buffer == "attic")
    outside = base[buffer_column("attic", OUTSIDE)]
    attic, flow = found.buffers["attic"].air_c[-1], found.buffers["attic"].from_rooms_w[-1]
    face = attic + flow / inside
    assert (face - attic) / (face + 5.0) == pytest.approx(outside / (outside + inside), rel=1e-9)
    whole = to_outdoors(base[None, :])[0]
    unbuffered = base[None, :].copy()
    unbuffered[:, buffer_column("attic", OUTSIDE)] = 0.0
    expected = to_outdoors(unbuffered)[0] - inside + inside * outside / (outside + inside)
    assert whole == pytest.approx(expected, rel=1e-12)


def test_insulating_the_ceiling_saves_heat_and_cools_the_attic(tables: EnergyTables, weather: Weather) -> None:
    building = farmhouse(tables, "attic")
    columns = layout(building)
    base, drivers = row(building, columns), make_drivers(weather, building.schedule, columns)
    ceiling = next(item for item in building.elements if item.buffer == "attic")
    resistance = tables.materials["glass_wool"].resistance(100.0)
    better = replace(ceiling, u_value_w_m2k=added_u_value(ceiling.u_value_w_m2k, resistance, 1.0))
    after_row = base + element_row(better, columns) - element_row(ceiling, columns)
    before, after = trace(base, drivers, *SEASON, 1e9), trace(after_row, drivers, *SEASON, 1e9)
    assert after.heating_w.sum() < 0.85 * before.heating_w.sum()
    assert after.buffers["attic"].air_c.mean() < before.buffers["attic"].air_c.mean() - 1.0


@pytest.mark.parametrize("code", ["single", "double", "plastic", "roofed"])
def test_a_new_sunspace_is_a_sum_of_rows_and_saves_heat(tables: EnergyTables, weather: Weather, code: str) -> None:
    building = farmhouse(tables, "attic")
    columns = layout(building)
    sunspace = new_sunspace(building, code, tables)
    assert sunspace is not None
    base, drivers = row(building, columns), make_drivers(weather, building.schedule, columns)
    rows = np.array([base, base + buffer_row(sunspace, columns)] * 3)
    ones = np.ones(6)
    found = solve(rows, drivers, 14 * ones, 11 * ones, 1e9 * ones, np.ones((1, len(drivers.day))))
    for at in (0, 1):
        alone = trace(rows[at], drivers, *SEASON, 1e9)
        assert found.sums[0, at] == pytest.approx(alone.heating_w.sum(), rel=1e-9)
        assert found.mean_c[at] == pytest.approx(alone.air_c.mean(), rel=1e-9)
        assert found.coldest_c[at] == pytest.approx(alone.air_c @ drivers.coldest[drivers.counted], rel=1e-9)
    assert 0.75 < found.sums[0, 1] / found.sums[0, 0] < 0.97


def test_a_house_with_a_sunspace_is_not_offered_another(tables: EnergyTables) -> None:
    assert new_sunspace(farmhouse(tables, "single sunspace"), "double", tables) is None


def test_insulating_the_wall_behind_a_sunspace_saves_less_than_outdoors(tables: EnergyTables, weather: Weather) -> None:
    savings = []
    for name in ("attic", "single sunspace", "closed porch"):
        building = farmhouse(tables, name)
        columns = layout(building)
        base, drivers = row(building, columns), make_drivers(weather, building.schedule, columns)
        front = next(item for item in building.elements if item.id == "main.wall.front")
        change = element_row(replace(front, u_value_w_m2k=0.45), columns) - element_row(front, columns)
        assert change[FRONT_WALL] < 0
        before, after = (trace(item, drivers, *SEASON, 1e9).heating_w.sum() for item in (base, base + change))
        savings.append(before - after)
    assert 0.0 < savings[1] < 0.7 * savings[0]
    assert savings[1] < savings[2] < 0.9 * savings[0]  # the porch is darker and colder


def test_a_sunspace_of_no_heat_loss_and_no_sun_is_the_rooms_wall_gone(tables: EnergyTables, weather: Weather) -> None:
    """Glass so good that nothing gets out: the front loses nothing then (b = 0)."""
    building = _still(farmhouse(tables, "single sunspace"))
    zone = building.zones[0]
    tight = tuple(
        replace(item, elements=tuple(replace(face, u_value_w_m2k=0.05, g_value=0.0, area_m2=1e-9)
                                     for face in item.elements), air_change_1_h=0.0, perimeter_m=0.0)
        if item.kind == "sunspace" else item for item in zone.buffers
    )  # fmt: skip
    closed = replace(building, zones=(replace(zone, buffers=tight),))
    columns = layout(closed)
    base = row(closed, columns)
    front = base[16] + base[17] + base[18]
    without = base.copy()
    without[buffer_column("sunspace", OUTSIDE)] = 0.0
    assert to_outdoors(base[None])[0] == pytest.approx(to_outdoors(without[None])[0] - front, rel=1e-9)


def test_free_floating_house_stays_warmer_than_outdoors_and_burns_nothing(
    tables: EnergyTables, weather: Weather
) -> None:
    building = farmhouse(tables, "double sunspace")
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns, whole_year=True)
    found = free_floating(row(building, columns), drivers)
    assert found.heating_w.max() == 0.0
    assert len(found.air_c) == 8760
    assert found.air_c.mean() > weather.temperature_c.mean() + 1.0
    assert found.air_c.min() > weather.temperature_c.min() + 3.0
