"""One building of the yard as a thermal zone: geometry, envelope elements, air change, mass.

Directions follow the survey: front faces the yard, left and right are those of a person in the yard facing the house,
so a house facing south has its left gable to the west and its right gable to the east.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from cpdesk.energy.constructions import GroundFloor, Layered, ground_floor, roof_u_value, wall_u_value
from cpdesk.energy.ledger import Ledger, fault, worst
from cpdesk.energy.rows import Archetype
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import SIDES, BlockFacts, Code, Element, ElementKind, Number, WallFacts, WindowFacts, Zone
from cpdesk.model.records import Quality

_FRONT_AZIMUTH: Final = {
    "a180": 180, "a135": 135, "a225": 225, "a090": 90, "a270": 270, "a000": 0, "a045": 45, "a315": 315,
}  # fmt: skip
_TURN: Final = {"front": 0, "back": 180, "left": 90, "right": -90}
_USUAL_FACING: Final = {"east_wing": "a270", "west_wing": "a090", "south_row": "a000"}
_EXPOSURES: Final = ("outdoor", "own_heated", "own_cold", "neighbour_heated", "neighbour_cold", "earth")
_PITCHED: Final = ("pitched_tile", "pitched_steel", "mixed")
_LEAK_POINTS: Final = {"l0": 0.0, "l1": 1.0, "l2": 2.0}
LEAKS: Final = ("hand", "paper", "light", "frame", "ceiling", "pipe")
_LIGHT: Final = ("sandwich", "steel_panel")
_MEDIUM: Final = ("aac", "concrete_block", "brick_hollow")


@dataclass(frozen=True, slots=True)
class Size:
    """Outside measures of a building and which part of it is heated.

    Attributes:
        heated_share: heated bays over all bays.
        area_m2: heated net floor area.
    """

    bays: float
    length_m: float
    depth_m: float
    height_m: float
    storeys: float
    gross_m2: float
    heated_share: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class BlockResult:
    """What one building adds to the household."""

    zone: Zone
    gross_m2: float
    joint_m: float
    doors: int
    leak_points: float


@dataclass(slots=True)
class Maker:
    """What every step needs: the answers, the tables, the ledger, the archetype and the place's name."""

    facts: BlockFacts
    tables: EnergyTables
    ledger: Ledger
    archetype: Archetype
    name: str

    @property
    def kind(self) -> str:
        """Code `building_kind`; a second building of a kind carries a number in its name."""
        return self.name.rstrip("0123456789")

    @property
    def place(self) -> tuple[str, ...]:
        """Text key of the building's name."""
        return (f"energy.block.{self.kind}",)

    def number(
        self, field: str, answer: Number | None, default: float, unit: str, limits: tuple[float, float], rule: str = ""
    ) -> float:
        """A number of this building; `rule` names the rule whose range a default has."""
        spread = (1.0, 1.0)
        if rule and self.tables.rule(rule):
            row = self.tables.rules[rule]
            spread = (row.low / row.value, row.high / row.value)
        return self.ledger.number(
            f"{self.name}.{field}", answer, default, unit, limits=limits, place=self.place, spread=spread,
            reason="energy.default.archetype", reason_fields={"archetype": self.archetype.id},
        )  # fmt: skip

    def code(self, field: str, answer: Code | None, default: str, allowed: Iterable[str]) -> str:
        """A choice code of this building."""
        return self.ledger.code(
            f"{self.name}.{field}", answer, default, tuple(allowed), place=self.place,
            reason="energy.default.archetype", reason_fields={"archetype": self.archetype.id},
        )  # fmt: skip


def make_block(maker: Maker) -> BlockResult:
    """The heated part of one building as a zone.

    Raises:
        InputFault: CP-1301 implausible number, CP-1302 windows larger than the wall, CP-1304 unknown code, CP-1305
            heated area larger than the building.
    """
    size = _size(maker)
    walls, wall_mm, wall_type = _walls(maker, size)
    roof = _roof(maker, size)
    windows, doors = _openings(maker, size)
    walls = _without_openings(maker, walls, windows, doors)
    floor, ground, perimeter, floor_r = _floor(maker, size, wall_mm / 1000.0)
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
    )
    assert ground.u_value_w_m2k > 0  # the floor element carries it; a ground floor always loses
    return BlockResult(zone, size.gross_m2, joint, door_count, points)


def _size(maker: Maker) -> Size:
    facts, archetype, tables = maker.facts, maker.archetype, maker.tables
    bays = maker.number("bays", facts.bays, archetype.bays, "", (1, 15))
    length = maker.number("length_m", facts.length_m, bays * tables.rule("bay_m"), "m", (2, 60), "bay_m")
    depth = maker.number("depth_m", facts.depth_m, archetype.depth_m, "m", (2, 20))
    height = maker.number("storey_height_m", facts.storey_height_m, archetype.height_m, "m", (2, 6))
    storeys = maker.number("storeys", facts.storeys, 1, "", (1, 4))
    gross = length * depth * storeys
    part = facts.heated is not None and facts.heated.value == "part"
    rooms = maker.number("heated_rooms", facts.heated_rooms, max(1.0, round(bays * 0.6)) if part else bays, "", (1, 15))
    share = min(1.0, rooms / bays) if part or facts.heated_rooms is not None else 1.0
    area = maker.number(
        "heated_area_m2", facts.heated_area_m2, gross * tables.rule("net_share") * share, "m2", (4, 2000), "net_share"
    )
    if area > gross:
        raise fault("CP-1305", place=maker.place, value=f"{area:g}", gross_m2=f"{gross:.1f}")
    if area > 60.0 * rooms * storeys:
        name = "energy.input.heated_area_m2"
        low, high = round(4.0 * rooms * storeys), round(60.0 * rooms * storeys)
        raise fault("CP-1301", place=maker.place, name=name, value=f"{area:g}", unit="m2", low=low, high=high)
    return Size(bays, length, depth, height, storeys, gross, share, area)


def _azimuth(maker: Maker, side: str) -> float:
    facing = maker.code("facing", maker.facts.facing, _USUAL_FACING.get(maker.kind, "a180"), _FRONT_AZIMUTH)
    return float((_FRONT_AZIMUTH[facing] + _TURN[side]) % 360)


def _exposure(maker: Maker, side: str) -> float:
    """Temperature factor b of what lies behind a side (ISO 13789)."""
    if side == "front":
        sunspace = maker.code("sunspace", maker.facts.sunspace, "none", _SUNSPACES)
        return 1.0 if sunspace == "none" else maker.tables.rule("sunspace_b")
    answer: Code | None = getattr(maker.facts, f"{side}_adjacent")
    code = maker.code(f"{side}_adjacent", answer, "outdoor", _EXPOSURES)
    if code in ("own_heated", "neighbour_heated"):
        return 0.0
    if code == "earth":
        return maker.tables.rule("factor_earth")
    return 1.0 if code == "outdoor" else maker.tables.rule("factor_unheated")


_SUNSPACES: Final = ("none", "single", "double", "plastic", "roofed")


def _walls(maker: Maker, size: Size) -> tuple[list[Element], float, str]:
    """Gross walls by side, a partition where only some bays are heated, the usual thickness in mm and the material."""
    elements: list[Element] = []
    facts, tables = maker.facts, maker.tables
    pitched = maker.code("roof_shape", facts.roof_shape, maker.archetype.roof_shape, tables.roofs) in _PITCHED
    ceiling = maker.code("ceiling", facts.ceiling, maker.archetype.ceiling, tables.ceilings)
    rise = maker.number(
        "ridge_rise_m", facts.ridge_rise_m, size.depth_m * tables.rule("ridge_share"), "m", (0, 4), "ridge_share"
    ) if pitched and ceiling == "none" else 0.0  # fmt: skip
    gable = size.depth_m * size.height_m * size.storeys + size.depth_m * rise / 2.0
    long_side = size.length_m * size.height_m * size.storeys * size.heated_share
    partial = size.heated_share < 1.0
    layers = {side: _wall_layers(maker, side) for side in SIDES}
    alike = len({layer for layer, _ in layers.values()}) == 1
    for side in SIDES:
        layer, quality = layers[side]
        u_value = _wall_u_value(maker, "" if alike else side, layer, quality)
        area = long_side if side in ("front", "back") else gable * (0.5 if partial else 1.0)
        adjacency = _exposure(maker, side)
        elements.append(
            Element(
                id=f"{maker.name}.wall.{side}", kind=ElementKind.WALL, side=side, azimuth_deg=_azimuth(maker, side),
                tilt_deg=90.0, area_m2=area, u_value_w_m2k=u_value, adjacency=adjacency,
                absorptance=tables.rule("absorptance") if adjacency == 1.0 else 0.0, construction=layer.type,
                insulated=layer.insul_type != "none" and layer.insul_mm >= 20, block=maker.name,
            )
        )  # fmt: skip
    if partial:
        elements.append(
            Element(
                id=f"{maker.name}.wall.inner", kind=ElementKind.WALL, side="inner", azimuth_deg=0.0, tilt_deg=90.0,
                area_m2=size.depth_m * size.height_m * size.storeys, u_value_w_m2k=tables.rule("partition_u"),
                adjacency=tables.rule("factor_unheated"), construction="brick_solid", block=maker.name,
            )
        )  # fmt: skip
    return elements, layers["back"][0].mm, layers["back"][0].type


def _wall_layers(maker: Maker, side: str) -> tuple[Layered, Quality]:
    """What the wall of a side is made of, side by side's own answers first, then those for all four."""
    own, common = maker.facts.walls.get(side, WallFacts()), maker.facts.wall
    tables, archetype = maker.tables, maker.archetype
    field = f"wall.{side}" if own != WallFacts() else "wall"
    kind = maker.code(f"{field}.type", own.type or common.type, archetype.wall_type, tables.walls)
    usual_mm = archetype.wall_mm if kind == archetype.wall_type else tables.walls[kind].default_mm
    thickness = maker.number(f"{field}.mm", own.mm or common.mm, usual_mm, "mm", (50, 1200))
    allowed = ("none", *tables.insulations)
    insulation = maker.code(
        f"{field}.insul_type", own.insul_type or common.insul_type, archetype.wall_insul_type, allowed
    )
    qualities = [maker.ledger.quality(f"{maker.name}.{field}.{part}") for part in ("type", "mm", "insul_type")]
    if insulation == "none":
        return Layered(kind, thickness, "none", 0.0, "outside"), worst(*qualities)
    usual = (
        archetype.wall_insul_mm if archetype.wall_insul_type != "none" else tables.insulations[insulation].default_mm
    )
    insul_mm = maker.number(f"{field}.insul_mm", own.insul_mm or common.insul_mm, usual, "mm", (5, 300))
    where = maker.code(
        f"{field}.insul_side", own.insul_side or common.insul_side, "outside", ("outside", "inside", "core")
    )
    qualities.append(maker.ledger.quality(f"{maker.name}.{field}.insul_mm"))
    return Layered(kind, thickness, insulation, insul_mm, where), worst(*qualities)


def _spread(maker: Maker, quality: Quality) -> tuple[float, float]:
    row = maker.tables.rules["wall_u_spread" if quality is Quality.DEFAULT else "estimate_u_spread"]
    return row.low, row.high


def _wall_u_value(maker: Maker, side: str, layer: Layered, quality: Quality) -> float:
    material = maker.tables.materials[maker.tables.walls[layer.type].material]
    place = (*maker.place, f"energy.side.{side}") if side else maker.place
    return maker.ledger.computed(
        f"{maker.name}.wall.{side}.wall_u" if side else f"{maker.name}.wall.wall_u",
        wall_u_value(layer, maker.tables), "W/m2K", quality, spread=_spread(maker, quality), place=place,
        reason="energy.default.wall", reason_fields={"archetype": maker.archetype.id, "mm": layer.mm},
        source=material.source, status=material.status,
    )  # fmt: skip


def _roof(maker: Maker, size: Size) -> Element:
    facts, tables, archetype = maker.facts, maker.tables, maker.archetype
    shape = maker.code("roof_shape", facts.roof_shape, archetype.roof_shape, tables.roofs)
    ceiling = maker.code("ceiling", facts.ceiling, archetype.ceiling, tables.ceilings)
    default_insulation = archetype.roof_insul_type if shape == archetype.roof_shape else "none"
    allowed = ("none", *tables.insulations)
    insulation = maker.code("roof_insul_type", facts.roof_insul_type, default_insulation, allowed)
    thickness = 0.0
    qualities = [maker.ledger.quality(f"{maker.name}.{part}") for part in ("roof_shape", "ceiling", "roof_insul_type")]
    if insulation != "none":
        usual = tables.insulations[insulation].default_mm
        usual = archetype.roof_insul_mm if insulation == archetype.roof_insul_type else usual
        thickness = maker.number("roof_insul_mm", facts.roof_insul_mm, usual, "mm", (5, 400))
        qualities.append(maker.ledger.quality(f"{maker.name}.roof_insul_mm"))
    quality = worst(*qualities)
    u_value = maker.ledger.computed(
        f"{maker.name}.roof_u", roof_u_value(shape, ceiling, insulation, thickness, tables), "W/m2K", quality,
        spread=_spread(maker, quality), place=maker.place, reason="energy.default.roof",
        reason_fields={"archetype": archetype.id}, source="GB 50176-2016", status="to_confirm",
    )  # fmt: skip
    slope = math.radians(tables.roofs[shape].tilt_deg) if ceiling == "none" and shape in _PITCHED else 0.0
    return Element(
        id=f"{maker.name}.roof", kind=ElementKind.ROOF, side="top", azimuth_deg=0.0, tilt_deg=0.0,
        area_m2=size.length_m * size.depth_m * size.heated_share / math.cos(slope), u_value_w_m2k=u_value,
        absorptance=tables.rule("absorptance"), construction=f"{shape} {ceiling}",
        insulated=insulation not in ("none", "cinder", "straw_mud") and thickness >= 20, block=maker.name,
    )  # fmt: skip


def _openings(maker: Maker, size: Size) -> tuple[list[Element], list[Element]]:
    facts, tables, archetype = maker.facts, maker.tables, maker.archetype
    front = facts.windows.get("front", WindowFacts())
    frames = {frame for frame, _ in tables.windows}
    panes = {glazing for _, glazing in tables.windows}
    windows: list[Element] = []
    for side in SIDES:
        own = facts.windows.get(side, WindowFacts())
        count = maker.number(f"win.{side}.count", own.count, size.bays if side == "front" else 0, "", (0, 30))
        if count == 0:
            continue
        rule = "front" if side == "front" else "other"
        width = maker.number(
            f"win.{side}.width_m", own.width_m, tables.rule(f"{rule}_window_width_m"), "m", (0.2, 6),
            f"{rule}_window_width_m",
        )  # fmt: skip
        height = maker.number(
            f"win.{side}.height_m", own.height_m, tables.rule(f"{rule}_window_height_m"), "m", (0.2, 4),
            f"{rule}_window_height_m",
        )  # fmt: skip
        frame = maker.code(f"win.{side}.frame", own.frame or front.frame, archetype.win_frame, frames)
        glazing = maker.code(f"win.{side}.glazing", own.glazing or front.glazing, archetype.win_glazing, panes)
        windows.append(_window(maker, side, count * width * height * _side_share(size, side), frame, glazing))
    doors = maker.number("door_count", facts.door_count, 1, "", (0, 10))
    kind = maker.code("door_type", facts.door_type, archetype.door_type, tables.doors)
    row = tables.doors[kind]
    u_value = maker.ledger.computed(
        f"{maker.name}.door_u", row.u_w_m2k, "W/m2K", maker.ledger.quality(f"{maker.name}.door_type"),
        spread=(row.u_low_w_m2k / row.u_w_m2k, row.u_high_w_m2k / row.u_w_m2k), place=maker.place,
        reason="energy.default.archetype", reason_fields={"archetype": archetype.id}, source=row.source,
        status=row.status,
    )  # fmt: skip
    door = Element(
        id=f"{maker.name}.door.front", kind=ElementKind.DOOR, side="front", azimuth_deg=_azimuth(maker, "front"),
        tilt_deg=90.0, area_m2=doors * tables.rule("door_area_m2"), u_value_w_m2k=u_value,
        adjacency=_exposure(maker, "front"), construction=kind, insulated=row.u_w_m2k <= 2.7, block=maker.name,
    )  # fmt: skip
    return windows, [door] if doors else []


def _side_share(size: Size, side: str) -> float:
    """Share of a side's windows that belongs to heated rooms."""
    if side in ("front", "back"):
        return size.heated_share
    return 0.5 if size.heated_share < 1.0 else 1.0


def _window(maker: Maker, side: str, area_m2: float, frame: str, glazing: str) -> Element:
    tables = maker.tables
    row = tables.windows[(frame, glazing)]
    quality = worst(*(maker.ledger.quality(f"{maker.name}.win.{side}.{part}") for part in ("frame", "glazing")))
    u_value = maker.ledger.computed(
        f"{maker.name}.win.{side}.window_u", row.u_w_m2k, "W/m2K", quality,
        spread=(row.u_low_w_m2k / row.u_w_m2k, row.u_high_w_m2k / row.u_w_m2k),
        place=(*maker.place, f"energy.side.{side}"), reason="energy.default.archetype",
        reason_fields={"archetype": maker.archetype.id}, source=row.source, status=row.status,
    )  # fmt: skip
    adjacency = _exposure(maker, side)
    sun = tables.rule("incidence") * tables.rule("dirt")
    if side == "front":
        shade = maker.code("shade", maker.facts.shade, "none", ("none", "some", "half", "most"))
        shading = tables.rules[f"shade_{shade}"]
        factor = maker.ledger.computed(
            f"{maker.name}.shading", shading.value, "", maker.ledger.quality(f"{maker.name}.shade"),
            spread=(shading.low / shading.value, shading.high / shading.value), place=maker.place,
            reason="energy.default.rule", source=shading.source, status=shading.status,
        )  # fmt: skip
        sun *= factor * (1.0 if adjacency == 1.0 else tables.rule("sunspace_sun"))
    elif adjacency < 1.0:
        sun = 0.0
    return Element(
        id=f"{maker.name}.window.{side}", kind=ElementKind.WINDOW, side=side, azimuth_deg=_azimuth(maker, side),
        tilt_deg=90.0, area_m2=area_m2, u_value_w_m2k=u_value, adjacency=adjacency,
        g_value=row.g_glass * (1.0 - row.frame_fraction) * sun, construction=f"{frame} {glazing}",
        insulated=glazing not in ("single", "film"), block=maker.name,
    )  # fmt: skip


def _without_openings(
    maker: Maker, walls: list[Element], windows: list[Element], doors: list[Element]
) -> list[Element]:
    """Walls less their windows and doors.

    Raises:
        InputFault: CP-1302 when they do not fit.
    """
    found: list[Element] = []
    most = maker.tables.rule("window_wall_max")
    for wall in walls:
        openings = sum(item.area_m2 for item in (*windows, *doors) if item.side == wall.side)
        if openings > most * wall.area_m2:
            raise fault(
                "CP-1302", place=(*maker.place, f"energy.side.{wall.side}"), openings_m2=f"{openings:.1f}",
                wall_m2=f"{wall.area_m2:.1f}", share_pct=round(100 * most),
            )  # fmt: skip
        found.append(replace(wall, area_m2=wall.area_m2 - openings))
    return found


def _floor(maker: Maker, size: Size, wall_m: float) -> tuple[Element, GroundFloor, float, float]:
    facts, tables, archetype = maker.facts, maker.tables, maker.archetype
    kind = maker.code("floor", facts.floor, archetype.floor, tables.floors)
    row = tables.floors[kind]
    resistance = row.r_m2k_w
    insulated = False
    if row.default_mm is not None:
        thickness = maker.number("floor_insul_mm", facts.floor_insul_mm, row.default_mm, "mm", (0, 200))
        resistance += tables.materials[row.insulation_material].resistance(thickness)
        insulated = thickness >= 20
    edges = {"front": size.length_m, "back": size.length_m, "left": size.depth_m, "right": size.depth_m}
    perimeter = sum(length * _side_share(size, side) for side, length in edges.items() if _exposure(maker, side) >= 0.4)
    area = size.length_m * size.depth_m * size.heated_share
    ground = ground_floor(area, perimeter, resistance, wall_m, tables.materials["soil"].lambda_w_mk)
    u_value = maker.ledger.computed(
        f"{maker.name}.floor_u", ground.u_value_w_m2k, "W/m2K", maker.ledger.quality(f"{maker.name}.floor"),
        spread=(0.8, 1.2), place=maker.place, reason="energy.default.archetype",
        reason_fields={"archetype": archetype.id}, source="ISO 13370:2017 clause 7", status="to_confirm",
    )  # fmt: skip
    element = Element(
        id=f"{maker.name}.floor", kind=ElementKind.FLOOR, side="ground", azimuth_deg=0.0, tilt_deg=180.0, area_m2=area,
        u_value_w_m2k=u_value, construction=kind, insulated=insulated, block=maker.name,
    )  # fmt: skip
    return element, ground, perimeter, resistance


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
