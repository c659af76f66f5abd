"""One building of the yard as a thermal zone: its envelope, air change and mass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpdesk.energy.house.bridges import with_bridges
from cpdesk.energy.house.buffers import make_attic, make_cold_rooms, sunspace_of
from cpdesk.energy.house.elements import make_floor, make_openings, make_roof, make_walls, without_openings
from cpdesk.energy.house.geometry import Maker, Size, measure, ridge_rise_m
from cpdesk.energy.house.ledger import worst
from cpdesk.model.building import Buffer, Element, Zone
from cpdesk.model.records import Quality

_LEAK_POINTS: Final = {"l0": 0.0, "l1": 1.0, "l2": 2.0}
LEAKS: Final = ("hand", "paper", "light", "frame", "ceiling", "pipe")
_LIGHT: Final = ("sandwich", "steel_panel")
_MEDIUM: Final = ("aac", "concrete_block", "brick_hollow")


@dataclass(frozen=True, slots=True)
class BlockResult:
    """What one building adds to the household."""

    zone: Zone
    gross_m2: float
    joint_m: float
    doors: int
    leak_points: float


def make_block(maker: Maker) -> BlockResult:
    """The heated part of one building as a zone.

    Raises:
        InputFault: CP-1301 implausible number, CP-1302 windows larger than the wall, CP-1304 unknown code, CP-1305
            heated area larger than the building.
    """
    size = measure(maker)
    walls, wall_mm, wall_type = make_walls(maker, size)
    roof = make_roof(maker, size)
    windows, doors = make_openings(maker, size)
    gross_walls, walls = walls, with_bridges(maker, size, without_openings(maker, walls, windows, doors))
    floor, ground, perimeter, floor_r = make_floor(maker, size, wall_mm / 1000.0)
    window_m2 = sum(window.area_m2 for window in windows)
    points, air_change = _air(maker)
    door_count = round(sum(door.area_m2 for door in doors) / maker.tables.rule("door_area_m2"))
    capacity, mass = _mass(maker, wall_type)
    joint = window_m2 * maker.tables.rule("sash_joint_m_per_m2") + door_count * maker.tables.rule("door_joint_m")
    rule = maker.tables.rules["gains_w_m2"]
    gains = maker.number("gains_w_m2", None, rule.value, "W/m2", (0, 20), "gains_w_m2")
    zone = Zone(
        name=maker.name,
        floor_area_m2=size.area_m2,
        volume_m3=size.area_m2 * size.height_m,
        elements=(*walls, *windows, *doors, roof, floor),
        capacity_j_k=capacity * size.area_m2,
        mass_area_m2=mass * size.area_m2,
        air_change_1_h=air_change,
        gains_w_m2=gains,
        perimeter_m=perimeter,
        floor_resistance_m2k_w=floor_r,
        wall_m=wall_mm / 1000.0,
        buffers=_buffers(maker, size, gross_walls, windows, roof, (floor, floor_r), air_change, wall_mm / 1000.0),
        steady_air_1_h=maker.tables.rule("leak_min_1_h"),
    )
    assert ground.u_value_w_m2k > 0  # the floor element carries it; a ground floor always loses
    return BlockResult(zone, size.gross_m2, joint, door_count, points)


def _buffers(
    maker: Maker, size: Size, walls: list[Element], windows: list[Element], roof: Element,
    floor: tuple[Element, float],    air_change_1_h: float, wall_m: float,
) -> tuple[Buffer, ...]:  # fmt: skip
    rise = ridge_rise_m(maker, size) if roof.buffer else 0.0
    found = (
        make_cold_rooms(maker, size, walls, windows, roof, floor, air_change_1_h, wall_m),
        make_attic(maker, size, roof, walls, rise),
        sunspace_of(maker, size),
    )
    return tuple(item for item in found if item is not None)


def _air(maker: Maker) -> tuple[float, float]:
    """Leak points and air change: 0.5 + 0.1 a point, less a winter door quilt, at least 0.4 1/h."""
    facts, tables = maker.facts, maker.tables
    base, point, least = (tables.rule(key) for key in ("leak_base_1_h", "leak_point_1_h", "leak_min_1_h"))
    quilt = maker.code("door_curtain", facts.door_curtain, "no", ("yes", "no")) == "yes"
    if facts.leaks:
        points = sum(_LEAK_POINTS[maker.code(f"leak_{key}", facts.leaks.get(key), "l1", _LEAK_POINTS)] for key in LEAKS)
        quality = worst(*(maker.ledger.quality(f"{maker.name}.leak_{key}") for key in LEAKS))
        value = base + point * points
    else:
        value = maker.archetype.air_change_1_h
        quality = Quality.DEFAULT
        points = max(0.0, (value - base) / point)
    value = max(least, value - (tables.rule("leak_quilt_1_h") if quilt else 0.0))
    spread = tables.rules["air_change_spread"]
    air_change = maker.ledger.computed(
        f"{maker.name}.air_change", value, "1/h", quality, spread=(spread.low, spread.high), place=maker.place,
        reason="energy.default.archetype", reason_fields={"archetype": maker.archetype.id},
        source="leak points of the survey; 0.5 1/h of GB/T 50824-2013", status="own_rule",
    )  # fmt: skip
    return points, air_change


def _mass(maker: Maker, wall_type: str) -> tuple[float, float]:
    """C_m in J/K and A_m in m2, both per m2 of floor: ISO 13790:2008, table 12."""
    key, mass = ("heavy", 3.0)
    if wall_type in _LIGHT:
        key, mass = ("light", 2.5)
    elif wall_type in _MEDIUM:
        key, mass = ("medium", 2.5)
    row = maker.tables.rules[f"capacity_{key}_j_m2k"]
    capacity = maker.ledger.computed(
        f"{maker.name}.capacity", row.value, "J/m2K", Quality.DEFAULT,
        spread=(row.low / row.value, row.high / row.value), place=maker.place, reason="energy.default.mass",
        source=row.source, status=row.status,
    )  # fmt: skip
    return capacity, mass
