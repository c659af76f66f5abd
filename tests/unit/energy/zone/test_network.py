"""The network against ISO 13790 annex C by the letter, and buffers against a march that solves every hour anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.energy.zone.drivers import GROUND_WAVE, SUN, make_drivers
from cpdesk.energy.zone.envelope import (
    AIR,
    AREA,
    CAPACITY,
    DOOR,
    FIXED,
    FLOOR,
    GAINS,
    MASS,
    PERIODIC,
    ROOF,
    SKY_ROOF,
    SKY_WALL,
    SKY_WINDOW,
    WALL,
    WINDOW,
    layout,
    row,
)  # fmt: skip
from cpdesk.energy.zone.hourly import trace
from cpdesk.model.building import BuildingFacts
from tests.unit.energy.zone.annex_c import Shell, annex_c


@pytest.fixture(scope="module")
def weather(tables: EnergyTables) -> Weather:
    return make_weather(tables, "plain")


def test_without_buffers_it_is_annex_c_to_the_last_digit(
    tables: EnergyTables, f5_facts: BuildingFacts, weather: Weather
) -> None:
    building = replace(build(f5_facts, tables), draught=None)
    columns = layout(building)
    house, drivers = row(building, columns), make_drivers(weather, building.schedule, columns)
    shell = Shell(
        h_window=house[WINDOW] + house[DOOR], h_op=house[WALL] + house[ROOF] + house[FLOOR], h_air=house[AIR],
        mass_m2=house[MASS], area_m2=house[AREA], capacity_j_k=house[CAPACITY], internal_w=house[GAINS],
    )  # fmt: skip
    count = len(columns.orientations)
    sun = (house[FIXED : FIXED + count] + house[FIXED + count : FIXED + 2 * count]) @ drivers.rows[SUN : SUN + count]
    gains = sun - house[SKY_WINDOW] - house[SKY_WALL] - house[SKY_ROOF]
    swing = house[PERIODIC] * (drivers.mean_c - drivers.rows[GROUND_WAVE])
    opaque = house[WALL] + house[ROOF]
    behind = (opaque * drivers.outdoor_c + house[FLOOR] * drivers.mean_c - swing) / shell.h_op
    want = drivers.set_points(16.0, 12.0)
    heat, air = annex_c(shell, drivers.outdoor_c, behind, gains, want, 9000.0, 15.0)
    found = trace(house, drivers, 16.0, 12.0, 9000.0)
    assert found.heating_w == pytest.approx(heat[drivers.counted], abs=1e-6)
    assert found.air_c == pytest.approx(air[drivers.counted], abs=1e-9)
