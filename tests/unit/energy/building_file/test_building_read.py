"""Reading a building file: what is right becomes a building, what is wrong is told by place, all at once."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.energy.multizone.read import BuildingFaults, read_building, read_json
from cpdesk.energy.multizone.spec import (
    Adiabatic,
    Building,
    Ground,
    OtherZone,
    PaneGlazing,
    Schedule,
    SimpleGlazing,
    Site,
)

ROOM: dict[str, Any] = {
    "format": "cpdesk-building/1",
    "name": "room",
    "site": {"latitude_deg": 40.2, "longitude_deg": 116.2, "time_zone_h": 8, "altitude_m": 80},
    "materials": {"brick": {"conductivity_w_mk": 0.8, "density_kg_m3": 1800, "specific_heat_j_kgk": 1000}},
    "constructions": {
        "wall": {"layers": [{"material": "brick", "thickness_m": 0.37}]},
        "roof": {"u_value_w_m2k": 0.5, "mass_class": "light", "mass_position": "outside"},
    },
    "glazings": {
        "double": {"panes": [{"thickness_m": 0.004}, {"thickness_m": 0.004}], "gaps": [{"thickness_m": 0.012}]},
        "figures": {"u_value_w_m2k": 2.8, "g_normal": 0.75},
    },
    "schedules": {"day": [0] * 6 + [1] * 16 + [0] * 2},
    "zones": [
        {
            "name": "room",
            "floor_area_m2": 20,
            "height_m": 2.8,
            "surfaces": [
                {
                    "name": "south",
                    "width_m": 5,
                    "height_m": 2.8,
                    "tilt_deg": 90,
                    "azimuth_deg": 180,
                    "construction": "wall",
                    "windows": [
                        {"name": "w", "width_m": 1.5, "height_m": 1.5, "sill_m": 0.9, "count": 2, "glazing": "double"}
                    ],
                    "doors": [{"name": "d", "area_m2": 2, "construction": {"u_value_w_m2k": 2.5}}],
                },
                {
                    "name": "roof",
                    "area_m2": 20,
                    "tilt_deg": 0,
                    "construction": "roof",
                    "other_side": "adiabatic",
                },
                {
                    "name": "floor",
                    "area_m2": 20,
                    "tilt_deg": 180,
                    "construction": "wall",
                    "other_side": {"kind": "ground", "exposed_perimeter_m": 18},
                },
                {
                    "name": "partition",
                    "area_m2": 14,
                    "tilt_deg": 90,
                    "construction": "wall",
                    "other_side": "zone:store",
                },
            ],
            "infiltration": {"air_change_1_h": 0.5, "per_k": 0.01},
            "gains": [{"name": "people", "power_w": 100, "schedule": "day"}],
            "fans": [{"name": "fan", "flow_m3_h": 50, "schedule": "day", "inside_above_c": 26}],
            "thermostat": {
                "heating_c": {"values": [18] * 24, "weekend": [20] * 24},
                "cooling_c": [None] * 12 + [26] * 12,
            },
        },
        {
            "name": "store",
            "floor_area_m2": 10,
            "volume_m3": 27,
            "surfaces": [
                {"name": "north", "area_m2": 14, "tilt_deg": 90, "azimuth_deg": 0, "construction": "wall"},
            ],
        },
    ],
    "air_exchanges": [{"zone_a": "room", "zone_b": "store", "flow_m3_h": 20}],
}
SOUTH = "zones.0.surfaces.0"
GLASS = "glazings.figures"


def changed(path: str, value: object) -> dict[str, Any]:
    """The room with one value set; steps of the path are parted by points."""
    document = copy.deepcopy(ROOM)
    place: Any = document
    steps = path.split(".")
    for step in steps[:-1]:
        place = place[int(step) if isinstance(place, list) else step]
    place[int(steps[-1]) if isinstance(place, list) else steps[-1]] = value
    return document


def faults_of(document: object) -> list[tuple[str, str]]:
    with pytest.raises(BuildingFaults) as caught:
        read_building(document, name="room.json")
    return [(fault.code, str(fault.fields["path"])) for fault in caught.value.faults]


def test_a_sound_file_becomes_the_building_it_describes() -> None:
    building = read_building(ROOM)
    room, store = building.zones
    south, roof, floor, partition = room.surfaces
    assert [zone.name for zone in building.zones] == ["room", "store"]
    assert room.volume_m3 == pytest.approx(56.0)
    assert store.volume_m3 == 27.0
    assert [window.name for window in south.windows] == ["w 1", "w 2"]
    assert isinstance(south.windows[0].glazing, PaneGlazing)
    assert south.opaque_area_m2 == pytest.approx(14.0 - 2 * 2.25 - 2.0)
    assert south.construction.resistance_m2k_w == pytest.approx(0.37 / 0.8)
    assert south.construction.layers[0].capacity_j_m2k == pytest.approx(0.37 * 1800 * 1000)
    assert south.doors[0].construction.resistance_m2k_w == pytest.approx(1 / 2.5 - 0.17)
    assert roof.construction.areal_capacity_j_m2k == 75_000.0
    assert roof.construction.mass_position == "outside"
    assert isinstance(roof.other_side, Adiabatic)
    assert floor.other_side == Ground(exposed_perimeter_m=18.0)
    assert partition.other_side == OtherZone("store")
    assert store.thermostat.heating_c is None
    assert room.thermostat.heating_max_w == math.inf
    assert building.exchanges[0].flow_m3_h == Schedule((20.0,))


def test_schedules_become_hours() -> None:
    room = read_building(ROOM).zones[0]
    heating, cooling = room.thermostat.heating_c, room.thermostat.cooling_c
    assert heating is not None
    assert cooling is not None
    hours = heating.hourly(first_weekday=5)  # 1 January is a Saturday
    assert (hours[:48] == 20.0).all()
    assert (hours[48 : 48 + 24 * 5] == 18.0).all()
    assert np.isnan(cooling.hourly()[:12]).all()
    assert (cooling.hourly()[12:24] == 26.0).all()
    assert room.gains[0].schedule.hourly().sum() == 365 * 16


def test_months_scale_a_schedule() -> None:
    document = changed("zones.0.gains.0.schedule", {"values": 1, "months": [1] + [0] * 11})
    assert read_building(document).zones[0].gains[0].schedule.hourly().sum() == 31 * 24


def test_a_glazing_by_figures_keeps_them() -> None:
    glazing = read_building(changed(f"{SOUTH}.windows.0.glazing", "figures")).zones[0].surfaces[0].windows[0].glazing
    assert isinstance(glazing, SimpleGlazing)
    assert (glazing.u_value_w_m2k, glazing.g_normal, glazing.panes) == (2.8, 0.75, 2)


def test_the_weathers_place_stands_in_for_a_missing_site() -> None:
    document = changed("site", {"wind_factor": 0.5})
    site = read_building(document, place=Site(40.0, 116.0, 8.0, 500.0)).site
    assert (site.latitude_deg, site.altitude_m, site.wind_factor) == (40.0, 500.0, 0.5)
    assert faults_of(document) == [
        ("CP-1334", f"site.{key}") for key in ("latitude_deg", "longitude_deg", "time_zone_h", "altitude_m")
    ]


def test_air_is_thinner_on_a_mountain() -> None:
    assert Site(0, 0, 0, 0).air_density_kg_m3 == pytest.approx(1.204, abs=0.001)
    assert Site(0, 0, 0, 1650).air_density_kg_m3 == pytest.approx(1.204 * 0.8193, abs=0.002)  # ISO 2533: 83,020 Pa
    assert read_building(changed("site.air_density_kg_m3", 1.0)).site.air_density_kg_m3 == 1.0


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        ("format", "cpdesk-building/9", "CP-1335", "format"),
        ("name", 5, "CP-1332", "name"),
        ("zones", [], "CP-1334", "zones[0]"),
        ("zones.0.floor_area_m2", 400, "CP-1331", "zones[0].floor_area_m2"),
        ("zones.0.floor_area_m2", True, "CP-1332", "zones[0].floor_area_m2"),
        ("zones.1.volume_m3", 900, "CP-1342", "zones[1].volume_m3"),
        ("zones.0.volume_m3", 56, "CP-1346", "zones[0].height_m"),
        ("zones.0.surfces", [], "CP-1333", "zones[0].surfces"),
        ("zones.1.name", "room", "CP-1337", "zones[1].name"),
        ("zones.0.thermostat.heating_c", 27, "CP-1340", "zones[0].thermostat.heating_c"),
        ("zones.0.thermostat.heating_c", [18] * 23, "CP-1339", "zones[0].thermostat.heating_c"),
        ("zones.0.thermostat.heating_c", [18] * 23 + [99], "CP-1331", "zones[0].thermostat.heating_c[23]"),
        ("zones.0.gains.0.schedule", "nights", "CP-1336", "zones[0].gains[0].schedule"),
        ("zones.0.gains.0.schedule", [None] * 24, "CP-1332", "zones[0].gains[0].schedule[0]"),
        ("zones.0.gains.0.schedule", {"values": 1, "weekend": [1]}, "CP-1339", "zones[0].gains[0].schedule.weekend"),
        (
            "zones.0.thermostat.heating_c",
            {"values": 18, "months": 1},
            "CP-1332",
            "zones[0].thermostat.heating_c.months",
        ),
        ("schedules.day", [5] * 24, "CP-1331", "zones[0].gains[0].schedule"),
        ("constructions.roof.u_value_w_m2k", 0, "CP-1331", "constructions.roof.u_value_w_m2k"),
        ("constructions.wall.layers.0.material", "brik", "CP-1336", "constructions.wall.layers[0].material"),
        ("constructions.wall.layers.0.thickness_m", 0, "CP-1331", "constructions.wall.layers[0].thickness_m"),
        ("constructions.wall.layers.0", {"material": "brick"}, "CP-1358", "constructions.wall.layers[0].thickness_m"),
        ("constructions.wall.u_value_w_m2k", 1, "CP-1346", "constructions.wall.u_value_w_m2k"),
        ("constructions.wall", {"roughness": "rough"}, "CP-1359", "constructions.wall"),
        ("materials.brick.resistance_m2k_w", 1, "CP-1346", "materials.brick.resistance_m2k_w"),
        ("glazings.double.gaps", [], "CP-1350", "glazings.double.gaps"),
        ("glazings.double.panes.0.transmittance", 0.8, "CP-1358", "glazings.double.panes[0].reflectance_front"),
        (
            "glazings.double.panes.0",
            {"thickness_m": 0.004, "transmittance": 0.8, "reflectance_front": 0.3, "reflectance_back": 0.1},
            "CP-1351",
            "glazings.double.panes[0].transmittance",
        ),
        (f"{GLASS}.u_value_w_m2k", 5.9, "CP-1331", f"{GLASS}.u_value_w_m2k"),
        (f"{GLASS}.g_by_angle", [[0, 0.75], [80, 0.2]], "CP-1347", f"{GLASS}.g_by_angle"),
        (f"{GLASS}.g_by_angle", [[0, 0.6], [90, 0]], "CP-1331", f"{GLASS}.g_by_angle[0][1]"),
        (f"{GLASS}", {"u_value_w_m2k": 2}, "CP-1358", f"{GLASS}.g_normal"),
        (f"{SOUTH}.construction", "wal", "CP-1336", "zones[0].surfaces[0].construction"),
        (f"{SOUTH}.area_m2", 10, "CP-1331", "zones[0].surfaces[0].area_m2"),
        (f"{SOUTH}.azimuth_deg", None, "CP-1332", "zones[0].surfaces[0].azimuth_deg"),
        (f"{SOUTH}.windows.0.count", 6, "CP-1338", "zones[0].surfaces[0]"),
        (f"{SOUTH}.windows.0.sill_m", 1.6, "CP-1341", "zones[0].surfaces[0].windows[0].height_m"),
        (f"{SOUTH}.windows.0.width_m", 5.5, "CP-1341", "zones[0].surfaces[0].windows[0].width_m"),
        (f"{SOUTH}.inside_solar_share", 0.4, "CP-1344", "zones[0].surfaces[0].inside_solar_share"),
        (f"{SOUTH}.other_side", "zone:room", "CP-1343", "zones[0].surfaces[0].other_side"),
        (f"{SOUTH}.other_side", "zone:stor", "CP-1336", "zones[0].surfaces[0].other_side"),
        (f"{SOUTH}.other_side", "outdoor", "CP-1335", "zones[0].surfaces[0].other_side"),
        (f"{SOUTH}.other_side", {"kind": "ground"}, "CP-1358", "zones[0].surfaces[0].other_side.exposed_perimeter_m"),
        (
            "zones.0.surfaces.1.windows",
            [{"name": "x", "area_m2": 1, "glazing": "double"}],
            "CP-1346",
            "zones[0].surfaces[1].windows",
        ),
        ("air_exchanges.0.zone_b", "attic", "CP-1336", "air_exchanges[0].zone_b"),
        ("air_exchanges.0.zone_b", "room", "CP-1343", "air_exchanges[0].zone_b"),
        ("site.longitude_deg", -116.2, "CP-1355", "site.longitude_deg"),
        ("site.latitude_deg", 91, "CP-1331", "site.latitude_deg"),
        ("options", {"first_day": 200, "last_day": 100}, "CP-1331", "options.last_day"),
    ],
)
def test_each_fault_is_told_by_its_place(path: str, value: object, code: str, place: str) -> None:
    assert (code, place) in faults_of(changed(path, value))


def test_a_wall_to_outdoors_needs_its_direction_and_a_partition_does_not() -> None:
    document = copy.deepcopy(ROOM)
    del document["zones"][1]["surfaces"][0]["azimuth_deg"]
    assert faults_of(document) == [("CP-1357", "zones[1].surfaces[0].azimuth_deg")]


def test_a_shaded_window_needs_its_size() -> None:
    window = {"name": "w", "area_m2": 2, "glazing": "double", "overhang": {"depth_m": 1}}
    assert faults_of(changed(f"{SOUTH}.windows.0", window)) == [("CP-1358", "zones[0].surfaces[0].windows[0].width_m")]


def test_two_films_of_one_face_contradict_each_other() -> None:
    document = changed(f"{SOUTH}.inside_combined_w_m2k", 8)
    document["zones"][0]["surfaces"][0]["inside_convective_w_m2k"] = 3
    assert faults_of(document) == [("CP-1346", "zones[0].surfaces[0].inside_combined_w_m2k")]


def test_all_faults_of_a_file_are_told_together_in_both_languages() -> None:
    document = changed("zones.0.floor_area_m2", 400)
    document["constructions"]["roof"]["u_value_w_m2k"] = 0
    document["zones"][1]["surface"] = []
    with pytest.raises(BuildingFaults) as caught:
        read_building(document, name="room.json")
    assert len(caught.value.faults) == 3
    for language in ("zh", "en"):
        lines = caught.value.message(language).splitlines()
        assert len(lines) == 4
        assert "room.json" in lines[0]
        assert any("zones[0].floor_area_m2" in line and "400" in line and "300" in line for line in lines)
        assert any("surfaces)" in line or "surfaces）" in line for line in lines)


def test_text_that_is_no_json_is_told_by_line_and_column() -> None:
    with pytest.raises(BuildingFaults) as caught:
        read_json('{"name": 1,\n "x" 2}', "bad.json")
    assert (caught.value.faults[0].fields["line"], caught.value.faults[0].fields["column"]) == (2, 6)


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(BuildingFaults):
        read_json('{"name": 1, "name": 2}', "twice.json")


def places(value: object, path: str = "") -> list[str]:
    """Every place of a document, as `changed` takes it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path else []
    for key, entry in inside:
        found += places(entry, f"{path}.{key}" if path else str(key))
    return found


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(10**12), 10**12),
    st.text(max_size=8),
    st.lists(st.floats(-1e9, 1e9), max_size=25),
    st.dictionaries(st.sampled_from(["name", "area_m2", "values", "kind", "x"]), st.floats(-5, 50), max_size=3),
)


@given(place=st.sampled_from(places(ROOM)), value=ANYTHING)
def test_whatever_stands_somewhere_is_read_or_refused_but_never_breaks_the_reader(place: str, value: object) -> None:
    document = changed(place, value)
    try:
        building = read_building(document)
    except BuildingFaults as faults:
        assert faults.faults
        assert faults.message("zh")
        assert faults.message("en")
    else:
        assert isinstance(building, Building)
        assert all(surface.area_m2 > 0 for zone in building.zones for surface in zone.surfaces)


def test_an_emittance_of_nothing_is_taken_as_almost_nothing() -> None:
    surface = read_building(changed(f"{SOUTH}.emittance_inside", 0)).zones[0].surfaces[0]
    assert surface.emittance_inside == 1e-4
    assert surface.emittance_outside == 0.9


def test_a_partition_stands_in_one_of_its_zones_only() -> None:
    document = copy.deepcopy(ROOM)
    twin = {"name": "twin", "area_m2": 14, "tilt_deg": 90, "construction": "wall", "other_side": "zone:room"}
    document["zones"][1]["surfaces"].append(twin)
    assert faults_of(document) == [("CP-1356", "zones[1].surfaces[1]")]
    twin["area_m2"] = 9
    assert read_building(document).zones[1].surfaces[1].other_side == OtherZone("room")
