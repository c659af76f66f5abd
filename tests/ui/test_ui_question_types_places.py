"""Coordinates as people write them, lengths and areas against figures worked out elsewhere, the map's own geometry."""

import math

import pytest

pytest.importorskip("PySide6", reason="the map needs PySide6")

from PySide6.QtCore import QPointF

from cpdesk.ui.coordinates import (
    EARTH_RADIUS_M,
    Position,
    area_m2,
    distance_m,
    in_district,
    length_m,
    looks_swapped,
    parse_position,
    read_lexical,
    read_line,
)
from cpdesk.ui.views import PlaceView
from cpdesk.ui.widgets.temporal import normalise_month, normalise_time, normalise_year
from cpdesk.ui.widgets.village_map import VillageMap

GATE = (40.218333, 116.231389)


@pytest.mark.parametrize(
    "typed",
    [
        "40.218333,116.231389",
        "40.218333 116.231389",
        "40.218333，116.231389",
        "４０．２１８３３３, １１６．２３１３８９",
        "116.231389, 40.218333",
        "N40.218333 E116.231389",
        "E116.231389 N40.218333",
        "40°13′06″N 116°13′53″E",
        "40°13'06\" 116°13'53\"",
        "北纬40度13分6秒，东经116度13分53秒",
        "东经116°13.88335′ 北纬40°13.1′",
        "(40.218333, 116.231389)",
    ],
)
def test_a_position_is_understood_however_it_is_written(typed):
    found = parse_position(typed)
    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx(GATE, abs=2e-6)


@pytest.mark.parametrize("typed", ["", "40.2", "院门口", "40.2 116.2 abc", "95 200", "40°13 路口 116"])
def test_what_is_no_position_is_none(typed):
    assert parse_position(typed) is None


def test_altitude_and_accuracy_come_along():
    found = parse_position("40.2183 116.2314 62 4.5")
    assert found == Position(40.2183, 116.2314, 62.0, 4.5)
    assert found.lexical() == "40.2183 116.2314 62 4.5"
    assert read_lexical(found.lexical()) == found
    assert read_lexical("40.2183 116.2314 0 0") == Position(40.2183, 116.2314)
    assert read_lexical("nothing") is None
    assert len(read_line("40.1 116.1 0 0;40.2 116.2 0 0")) == 2


def test_a_position_is_shown_in_degrees_minutes_and_seconds_and_read_back():
    shown = Position(*GATE).in_degrees_minutes_seconds()
    assert shown == "40°13′06.0″N 116°13′53.0″E"
    assert parse_position(shown).latitude == pytest.approx(GATE[0], abs=2e-5)
    assert Position(40.99999, 116.0).in_degrees_minutes_seconds().startswith("41°00′00.0″N")


def test_the_district_is_known_and_swapped_numbers_are_noticed():
    assert in_district(Position(*GATE))
    assert not in_district(Position(39.9087, 116.3975)), "Tiananmen"
    assert looks_swapped(Position(GATE[1] - 90, GATE[0])) is False
    assert looks_swapped(Position(GATE[1], GATE[0]))
    assert not looks_swapped(Position(*GATE))


def test_distances_are_those_of_the_sphere():
    degree = EARTH_RADIUS_M * math.pi / 180
    assert distance_m(Position(40, 116), Position(41, 116)) == pytest.approx(degree, rel=1e-9)
    east = distance_m(Position(40, 116), Position(40, 116.001))
    assert east == pytest.approx(degree * 0.001 * math.cos(math.radians(40)), rel=1e-6)
    square = [Position(40, 116), Position(40.001, 116), Position(40.001, 116.001), Position(40, 116.001)]
    assert length_m(square, closed=True) == pytest.approx(length_m(square) + east, rel=1e-5)


def test_areas_are_those_of_the_sphere_whichever_way_round():
    south, north, west, east = 40.0, 40.01, 116.0, 116.01
    ring = [Position(south, west), Position(north, west), Position(north, east), Position(south, east)]
    exact = EARTH_RADIUS_M**2 * math.radians(east - west)
    exact *= math.sin(math.radians(north)) - math.sin(math.radians(south))
    assert area_m2(ring) == pytest.approx(exact, rel=1e-5)
    assert area_m2(ring[::-1]) == pytest.approx(area_m2(ring), rel=1e-12)


def test_the_map_finds_back_every_place_it_shows(dressed, qtbot):
    places = [PlaceView(40.21 + step * 0.002, 116.22 + step * 0.003, f"{step} 号") for step in range(5)]
    village = VillageMap(places)
    qtbot.addWidget(village)
    village.resize(640, 300)
    village.show()
    village.fit()
    for place in places:
        where = village.at(Position(place.latitude, place.longitude))
        assert village.rect().contains(where.toPoint())
        back = village.position_at(where)
        assert (back.latitude, back.longitude) == pytest.approx((place.latitude, place.longitude), abs=2e-7)
    corner = QPointF(100, 60)
    fixed = village.position_at(corner)
    village.zoom(0.5, corner)
    assert village.position_at(corner).latitude == pytest.approx(fixed.latitude, abs=1e-6)
    assert "5" in village.accessibleName()


@pytest.mark.parametrize(
    ("change", "typed", "meant"),
    [
        (normalise_month, "202603", "2026-03-01"),
        (normalise_month, "2026-13", "2026-13"),
        (normalise_year, "1996年", "1996-01-01"),
        (normalise_year, "不清楚", "不清楚"),
        (normalise_time, "8点05分", "08:05"),
        (normalise_time, "3:20 PM", "15:20"),
        (normalise_time, "25:00", "25:00"),
    ],
)
def test_parts_of_dates_are_understood_in_any_usual_way(change, typed, meant):
    assert change(typed) == meant
