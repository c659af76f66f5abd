"""A surveyed house as a building file: areas, conductances, air, gains and set points are those of the fast model."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.house.construct import build
from cpdesk.energy.multizone.from_house import building_of, document_of
from cpdesk.energy.multizone.read import read_building
from cpdesk.energy.multizone.spec import Adiabatic, Ground, KnownTemperature, OtherZone, Site
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, season_hours
from cpdesk.model.building import Answer, ElementKind
from tests.unit.energy.zone.houses import HOUSES, farmhouse

FILMS = {"attic": 0.20, "room": 0.26, "sunspace": 0.26, "": 0.17}


@pytest.mark.parametrize("name", HOUSES)
def test_every_element_is_there_with_its_area_and_conductance(tables: EnergyTables, plain: Weather, name: str) -> None:
    house = farmhouse(tables, name)
    (zone,) = house.zones
    spec = building_of(house, tables, plain)
    assert [room.name for room in spec.zones] == ["main", *(f"main {buffer.kind}" for buffer in zone.buffers)]
    rooms = spec.zones[0]
    faces = {face.name: face for face in rooms.surfaces}
    for item in zone.elements:
        if item.kind in (ElementKind.WALL, ElementKind.ROOF):
            face = faces[item.id]
            other = OtherZone(f"main {item.buffer}") if item.buffer else face.other_side
            assert face.other_side == other
            assert face.opaque_area_m2 == pytest.approx(item.area_m2)
            films = FILMS[item.buffer]
            assert 1 / (face.construction.resistance_m2k_w + films) == pytest.approx(item.u_value_w_m2k, rel=1e-6)
        elif item.kind is ElementKind.FLOOR:
            assert isinstance(faces[item.id].other_side, Ground)
            assert faces[item.id].area_m2 == pytest.approx(item.area_m2)
    windows = [window for face in rooms.surfaces for window in face.windows]
    glass = [item for item in zone.elements if item.kind is ElementKind.WINDOW]
    assert sum(one.area_m2 for one in windows) == pytest.approx(sum(one.area_m2 for one in glass))
    assert sum(one.area_m2 for face in rooms.surfaces for one in face.doors) == pytest.approx(
        sum(item.area_m2 for item in zone.elements if item.kind is ElementKind.DOOR)
    )
    assert rooms.volume_m3 == pytest.approx(zone.volume_m3)
    assert rooms.gains[0].power_w == pytest.approx(zone.gains_w_m2 * zone.floor_area_m2)


def test_sun_and_conductance_of_a_window_are_those_of_the_fast_model(tables: EnergyTables, plain: Weather) -> None:
    house = farmhouse(tables, "flat roof")
    faces = building_of(house, tables, plain).zones[0].surfaces
    windows = {window.name: window for face in faces for window in face.windows}
    for item in house.elements:
        if item.kind is ElementKind.WINDOW:
            window = windows[item.id]
            glazing = window.glazing
            share = window.frame_share
            kept = glazing.g_normal * (1 - share) * window.shading_factor * tables.rule("incidence")  # type: ignore[union-attr]
            assert kept == pytest.approx(item.g_value)
            whole = glazing.u_value_w_m2k * (1 - share) + window.frame_u_w_m2k * share  # type: ignore[union-attr]
            assert whole == pytest.approx(item.u_value_w_m2k)


def test_set_points_hold_in_the_season_only(tables: EnergyTables, plain: Weather) -> None:
    house = farmhouse(tables, "flat roof")
    thermostat = building_of(house, tables, plain).zones[0].thermostat
    assert thermostat.heating_c is not None
    wanted = thermostat.heating_c.hourly()
    season = season_hours(house.schedule.season_start, house.schedule.season_end)
    assert np.isnan(wanted[~season]).all()
    assert set(wanted[season]) == {house.schedule.day_c, house.schedule.night_c}


def test_leaks_follow_cold_and_wind_as_the_fast_model_has_them(tables: EnergyTables, plain: Weather) -> None:
    house = farmhouse(tables, "flat roof")
    assert house.draught is not None
    zone, season = house.zones[0], season_hours((11, 15), (3, 15))
    leaks = building_of(house, tables, plain).zones[0].infiltration
    assert leaks is not None
    apart = house.schedule.day_c - plain.temperature_c[season]
    told = leaks.air_change_1_h.hourly()[season] * (
        leaks.constant + leaks.per_k * np.abs(apart) + leaks.per_m_s * plain.wind_m_s[season]
    )
    draught = house.draught
    ratio = np.sqrt(
        (draught.stack * np.abs(apart) + draught.wind * plain.wind_m_s[season] ** 2)
        / (draught.stack * draught.reference_k + draught.wind * draught.reference_m_s**2)
    )
    wanted = zone.steady_air_1_h + (zone.air_change_1_h - zone.steady_air_1_h) * ratio
    assert told.mean() == pytest.approx(wanted.mean(), rel=1e-6)
    assert np.abs(told - wanted).max() < 0.05


def test_neighbours_behind_walls_are_told(tables: EnergyTables, plain: Weather) -> None:
    house = farmhouse(tables, "flat roof")
    block = house.facts.blocks[0]
    facts = replace(
        house.facts,
        blocks=(replace(block, left_adjacent=Answer("neighbour_heated"), right_adjacent=Answer("own_cold")),),
    )
    faces = {face.name: face for face in building_of(build(facts, tables), tables, plain).zones[0].surfaces}
    assert faces["main.wall.left"].other_side == Adiabatic()
    cold = faces["main.wall.right"].other_side
    assert isinstance(cold, KnownTemperature)
    january = plain.temperature_c[:744].mean()
    assert cold.monthly_c[0] == pytest.approx((house.schedule.day_c + january) / 2)


def test_the_document_is_json_and_reads_back_alike(tables: EnergyTables, plain: Weather) -> None:
    house = farmhouse(tables, "everything")
    document = document_of(house, tables, plain)
    place = Site(plain.latitude_deg, plain.longitude_deg, plain.time_zone_h, plain.altitude_m)
    assert read_building(json.loads(json.dumps(document)), place=place) == building_of(house, tables, plain)
