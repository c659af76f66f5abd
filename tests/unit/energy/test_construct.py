"""From answers to a building: directions, named defaults, and refusal of what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.energy.house.construct import build, choose_archetype
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, ElementKind, HeaterFacts, WallFacts, WindowFacts
from cpdesk.model.records import Quality

Change = Callable[[BlockFacts], BlockFacts]


def _with(facts: BuildingFacts, **changes: object) -> BuildingFacts:
    return replace(facts, blocks=(replace(facts.blocks[0], **changes),))  # type: ignore[arg-type]


def test_a_house_facing_south_has_its_left_gable_to_the_west(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    building = build(_with(f5_facts, facing=Answer("a180")), tables)
    azimuth = {item.side: item.azimuth_deg for item in building.elements if item.kind is ElementKind.WALL}
    assert azimuth == {"front": 180, "back": 0, "left": 270, "right": 90}


def test_every_default_has_a_reason_that_can_be_read(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    building = build(f5_facts, tables)
    defaults = [item for item in building.inputs if item.quality is Quality.DEFAULT]
    assert len(defaults) > 20
    for language in ("zh", "en"):
        translate = Translator(language)
        for item in building.inputs:
            assert translate(item.name)
        for item in defaults:
            assert translate(item.reason, **item.reason_fields)


def test_an_answer_keeps_its_quality_and_replaces_the_default(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    wall = WallFacts(mm=Answer(240.0, Quality.MEASURED))
    building = build(_with(f5_facts, wall=wall), tables)
    thickness = next(item for item in building.inputs if item.key == "main.wall.mm")
    assert (thickness.value, thickness.quality) == (240.0, Quality.MEASURED)
    wall_u = next(item.value for item in building.inputs if item.key == "main.wall.wall_u")
    assert wall_u == pytest.approx(2.0, abs=0.15)  # 24 cm solid brick in the figure tables


def test_u_value_of_a_37_wall_is_the_published_one(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    building = build(f5_facts, tables)
    wall_u = next(item.value for item in building.inputs if item.key == "main.wall.wall_u")
    assert 1.54 <= wall_u <= 1.65


def test_bridges_of_a_wall_by_hand(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    """Back wall 18.15 x 3.1 m without openings: corner, plinth, and 0.24 m of concrete beam in 370 mm of brick."""
    building = build(f5_facts, tables)
    back = next(item for item in building.elements if item.id == "main.wall.back")
    beam = 0.24 * (1 / (0.15 + 0.02 / 0.93 + 0.37 / 1.74) - 1 / (0.15 + 0.02 / 0.93 + 0.37 / 0.81))
    by_hand = -0.15 * 3.1 + 0.10 * 18.15 + beam * 18.15
    given = next(item for item in building.inputs if item.key == "main.wall.back.bridges_w_k")
    assert given.value == pytest.approx(by_hand, rel=0.02)
    plain = next(item.value for item in building.inputs if item.key == "main.wall.wall_u")
    assert back.u_value_w_m2k * back.area_m2 == pytest.approx(float(plain) * back.area_m2 + float(given.value))


def test_bridges_by_where_the_insulation_lies(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    """Two storeys: inside insulation lets the floor slab through, outside insulation covers beams and lintels."""
    found = {}
    for side in ("outside", "inside"):
        wall = WallFacts(insul_type=Answer("eps"), insul_mm=Answer(80.0), insul_side=Answer(side))
        building = build(_with(f5_facts, wall=wall, storeys=Answer(2.0)), tables)
        entry = next(item for item in building.inputs if item.key == "main.wall.back.bridges_w_k")
        found[side] = float(entry.value)
    assert found["inside"] > found["outside"] + 10.0


@pytest.mark.parametrize(
    ("year", "structure", "expected"),
    [
        (1955, "earth_wood", "F1"),
        (1970, "stone_wood", "F2"),
        (1970, "brick_wood", "F3"),
        (1985, "brick_wood", "F4"),
        (1996, "brick_concrete", "F5"),
        (2005, "brick_concrete", "F6"),
        (2019, "brick_concrete", "F8"),
        (2016, "light_steel", "F9"),
    ],
)
def test_archetype_of_an_era(tables: EnergyTables, year: int, structure: str, expected: str) -> None:
    block = BlockFacts(build_year=Answer(float(year)), structure=Answer(structure))
    assert choose_archetype(block, tables).id == expected


def test_every_archetype_makes_a_house_from_nothing_but_its_year(tables: EnergyTables) -> None:
    for archetype in tables.archetypes.values():
        block = BlockFacts(build_year=Answer(float(archetype.year_from)), structure=Answer(archetype.structures[0]))
        building = build(BuildingFacts(blocks=(block,)), tables)
        assert building.floor_area_m2 > 40
        assert all(item.u_value_w_m2k > 0.2 for item in building.elements)


def test_windows_larger_than_the_wall_are_refused_with_the_side(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    window = WindowFacts(count=Answer(10.0), width_m=Answer(3.0), height_m=Answer(2.5))
    with pytest.raises(InputFault) as caught:
        build(_with(f5_facts, windows={"front": window}), tables)
    assert caught.value.code == "CP-1302"
    assert "正房·前檐" in caught.value.message("zh")
    assert "77.0" in caught.value.message("en")  # ten windows of 7.5 m2 and a door of 2 m2
    assert caught.value.remedy("zh")


def test_a_room_of_400_m2_is_refused(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    facts = _with(
        f5_facts, length_m=Answer(40.0), depth_m=Answer(15.0), heated_rooms=Answer(1.0), heated_area_m2=Answer(400.0)
    )
    with pytest.raises(InputFault) as caught:
        build(facts, tables)
    assert caught.value.code == "CP-1301"
    assert "采暖面积" in caught.value.message("zh")
    assert "60" in caught.value.message("zh")


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [("length_m", 0.0, "总面宽"), ("storey_height_m", 28.0, "层高"), ("bays", 0.0, "开间数")],
)
def test_implausible_numbers_are_refused_by_name(
    tables: EnergyTables, f5_facts: BuildingFacts, field: str, value: float, name: str
) -> None:
    with pytest.raises(InputFault) as caught:
        build(_with(f5_facts, **{field: Answer(value)}), tables)
    assert caught.value.code == "CP-1301"
    assert name in caught.value.message("zh")
    assert "—" not in caught.value.message("zh")


def test_unknown_code_and_too_large_heated_area(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    with pytest.raises(InputFault) as caught:
        build(_with(f5_facts, wall=WallFacts(type=Answer("paper"))), tables)
    assert caught.value.code == "CP-1304"
    with pytest.raises(InputFault) as caught:
        build(_with(f5_facts, heated_area_m2=Answer(150.0)), tables)
    assert caught.value.code == "CP-1305"


def test_nothing_heated_is_said(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    with pytest.raises(InputFault) as caught:
        build(_with(f5_facts, heated=Answer("no")), tables)
    assert caught.value.code == "CP-1303"


def test_heated_buildings_are_summed_and_cold_ones_left_out(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    wing = BlockFacts(kind=Answer("east_wing"), heated=Answer("full"), bays=Answer(2.0))
    store = BlockFacts(kind=Answer("store"), heated=Answer("no"))
    one = build(f5_facts, tables)
    both = build(replace(f5_facts, blocks=(*f5_facts.blocks, wing, store)), tables)
    assert [zone.name for zone in both.zones] == ["main", "east_wing"]
    assert both.floor_area_m2 == pytest.approx(one.floor_area_m2 + both.zones[1].floor_area_m2)
    front = next(item for item in both.elements if item.id == "east_wing.wall.front")
    assert front.azimuth_deg == 270  # an east wing faces west, into the yard


def test_partial_heating_gets_a_partition(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    whole = build(f5_facts, tables)
    part = build(_with(f5_facts, heated=Answer("part"), heated_rooms=Answer(3.0)), tables)
    assert part.floor_area_m2 == pytest.approx(0.6 * whole.floor_area_m2)
    assert any(item.id == "main.wall.inner" and item.buffer == "room" for item in part.elements)
    assert [item.kind for item in part.zones[0].buffers] == ["room"]


def test_a_kang_heats_the_room_it_stands_in(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    """Partly heated and nobody counted the rooms: as many as kangs and stoves; a boiler heats three fifths."""
    part = _with(f5_facts, heated=Answer("part"))
    kangs = (HeaterFacts(type=Answer("kang"), count=Answer(1.0)), HeaterFacts(type=Answer("coal_stove")))
    rooms = {}
    for name, heaters in (("boiler", part.heaters), ("kang", kangs)):
        building = build(replace(part, heaters=heaters), tables)
        rooms[name] = next(item for item in building.inputs if item.key == "main.heated_rooms").value
        assert [item.kind for item in building.zones[0].buffers] == ["room"]
    assert rooms == {"boiler": 3.0, "kang": 2.0}


def test_shared_gable_loses_nothing(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    building = build(_with(f5_facts, left_adjacent=Answer("neighbour_heated")), tables)
    left = next(item for item in building.elements if item.id == "main.wall.left")
    assert left.adjacency == 0.0


def test_overrides_replace_the_value_but_not_its_record(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    building = build(f5_facts, tables, {"main.roof_u": 0.4})
    roof = next(item for item in building.elements if item.kind is ElementKind.ROOF)
    assert roof.u_value_w_m2k == 0.4
    assert next(item for item in building.inputs if item.key == "main.roof_u").value > 1.0
