"""The envelope of one building: walls, roof, windows, doors and floor as elements with areas and U-values."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from cpdesk.energy.house.constructions import (
    GroundFloor,
    Layered,
    ceiling_u_value,
    ground_floor,
    roof_u_value,
    wall_u_value,
)
from cpdesk.energy.house.geometry import PITCHED, Maker, Size, azimuth, behind, exposure, ridge_rise_m, side_share
from cpdesk.energy.house.ledger import fault, worst
from cpdesk.model.building import SIDES, Element, ElementKind, Overhang, WallFacts, WindowFacts
from cpdesk.model.records import Quality

_INSULATION_PLACES: Final = ("above_ceiling", "on_roof", "under_slab")


def make_walls(maker: Maker, size: Size) -> tuple[list[Element], float, str]:
    """Gross walls by side, a partition where only some bays are heated, the usual thickness in mm and the material."""
    elements: list[Element] = []
    tables = maker.tables
    ceiling = maker.code("ceiling", maker.facts.ceiling, maker.archetype.ceiling, tables.ceilings)
    rise = ridge_rise_m(maker, size) if ceiling == "none" else 0.0
    gable = size.depth_m * size.height_m * size.storeys + size.depth_m * rise / 2.0
    long_side = size.length_m * size.height_m * size.storeys * size.heated_share
    partial = size.heated_share < 1.0
    layers = {side: wall_layers(maker, side) for side in SIDES}
    alike = len({layer for layer, _ in layers.values()}) == 1
    for side in SIDES:
        layer, quality = layers[side]
        u_value = _wall_u_value(maker, "" if alike else side, layer, quality)
        area = long_side if side in ("front", "back") else gable * (0.5 if partial else 1.0)
        adjacency = exposure(maker, side)
        elements.append(
            Element(
                id=f"{maker.name}.wall.{side}", kind=ElementKind.WALL, side=side, azimuth_deg=azimuth(maker, side),
                tilt_deg=90.0, area_m2=area, u_value_w_m2k=u_value, adjacency=adjacency,
                absorptance=tables.rule("absorptance") if adjacency == 1.0 else 0.0, construction=layer.type,
                insulated=layer.insul_type != "none" and layer.insul_mm >= 20, block=maker.name,
                buffer=behind(maker, side),
            )
        )  # fmt: skip
    if partial:
        elements.append(
            Element(
                id=f"{maker.name}.wall.inner", kind=ElementKind.WALL, side="inner", azimuth_deg=0.0, tilt_deg=90.0,
                area_m2=size.depth_m * size.height_m * size.storeys, u_value_w_m2k=tables.rule("partition_u"),
                construction="brick_solid", block=maker.name, buffer="room",
            )
        )  # fmt: skip
    return elements, layers["back"][0].mm, layers["back"][0].type


def wall_layers(maker: Maker, side: str) -> tuple[Layered, Quality]:
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


def u_spread(maker: Maker, quality: Quality) -> tuple[float, float]:
    """P10 and P90 of the U-value of a wall or roof as factors, by how its layers are known."""
    row = maker.tables.rules["wall_u_spread" if quality is Quality.DEFAULT else "estimate_u_spread"]
    return row.low, row.high


def _wall_u_value(maker: Maker, side: str, layer: Layered, quality: Quality) -> float:
    material = maker.tables.materials[maker.tables.walls[layer.type].material]
    place = (*maker.place, f"energy.side.{side}") if side else maker.place
    return maker.ledger.computed(
        f"{maker.name}.wall.{side}.wall_u" if side else f"{maker.name}.wall.wall_u",
        wall_u_value(layer, maker.tables), "W/m2K", quality, spread=u_spread(maker, quality), place=place,
        reason="energy.default.wall", reason_fields={"archetype": maker.archetype.id, "mm": layer.mm},
        source=material.source, status=material.status,
    )  # fmt: skip


def roof_insulation(maker: Maker) -> tuple[str, float, bool]:
    """Code and thickness in mm of the insulation of roof or ceiling, and whether it lies on the ceiling."""
    facts, tables, archetype = maker.facts, maker.tables, maker.archetype
    shape = maker.code("roof_shape", facts.roof_shape, archetype.roof_shape, tables.roofs)
    default_insulation = archetype.roof_insul_type if shape == archetype.roof_shape else "none"
    allowed = ("none", *tables.insulations)
    insulation = maker.code("roof_insul_type", facts.roof_insul_type, default_insulation, allowed)
    if insulation == "none":
        return "none", 0.0, True
    usual = tables.insulations[insulation].default_mm
    usual = archetype.roof_insul_mm if insulation == archetype.roof_insul_type else usual
    thickness = maker.number("roof_insul_mm", facts.roof_insul_mm, usual, "mm", (5, 400))
    pitched = shape in PITCHED
    ceiling = maker.code("ceiling", facts.ceiling, archetype.ceiling, tables.ceilings)
    if not pitched or ceiling == "none":
        return insulation, thickness, False
    place = maker.code("roof_insul_pos", facts.roof_insul_pos, "above_ceiling", _INSULATION_PLACES)
    return insulation, thickness, place == "above_ceiling"


def make_roof(maker: Maker, size: Size) -> Element:
    """The roof with its ceiling as one element; without a ceiling it is as large as its slopes.

    Over the ceiling of a pitched roof lies the attic, a buffer: the element is then the ceiling alone.
    """
    facts, tables, archetype = maker.facts, maker.tables, maker.archetype
    shape = maker.code("roof_shape", facts.roof_shape, archetype.roof_shape, tables.roofs)
    ceiling = maker.code("ceiling", facts.ceiling, archetype.ceiling, tables.ceilings)
    insulation, thickness, on_ceiling = roof_insulation(maker)
    qualities = [maker.ledger.quality(f"{maker.name}.{part}") for part in ("roof_shape", "ceiling", "roof_insul_type")]
    if insulation != "none":
        qualities.append(maker.ledger.quality(f"{maker.name}.roof_insul_mm"))
    attic = shape in PITCHED and ceiling != "none"
    value = roof_u_value(shape, ceiling, insulation, thickness, tables)
    if attic:
        value = ceiling_u_value(ceiling, insulation if on_ceiling else "none", thickness, tables)
    quality = worst(*qualities)
    u_value = maker.ledger.computed(
        f"{maker.name}.{'ceiling_u' if attic else 'roof_u'}", value, "W/m2K", quality,
        spread=u_spread(maker, quality), place=maker.place, reason="energy.default.roof",
        reason_fields={"archetype": archetype.id}, source="GB 50176-2016", status="to_confirm",
    )  # fmt: skip
    slope = math.radians(tables.roofs[shape].tilt_deg) if ceiling == "none" and shape in PITCHED else 0.0
    return Element(
        id=f"{maker.name}.roof", kind=ElementKind.ROOF, side="top", azimuth_deg=0.0, tilt_deg=0.0,
        area_m2=size.length_m * size.depth_m * size.heated_share / math.cos(slope), u_value_w_m2k=u_value,
        absorptance=tables.rule("absorptance"), construction=f"{shape} {ceiling}",
        insulated=insulation not in ("none", "cinder", "straw_mud") and thickness >= 20, block=maker.name,
        buffer="attic" if attic else "",
    )  # fmt: skip


def make_openings(maker: Maker, size: Size) -> tuple[list[Element], list[Element]]:
    """Windows by side, and the doors, which are all taken to be in the front."""
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
        area = count * width * height * side_share(size, side)
        windows.append(_window(maker, side, area, height, frame, glazing))
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
        id=f"{maker.name}.door.front", kind=ElementKind.DOOR, side="front", azimuth_deg=azimuth(maker, "front"),
        tilt_deg=90.0, area_m2=doors * tables.rule("door_area_m2"), u_value_w_m2k=u_value,
        construction=kind, insulated=row.u_w_m2k <= 2.7, block=maker.name, buffer=behind(maker, "front"),
    )  # fmt: skip
    return windows, [door] if doors else []


def _window(maker: Maker, side: str, area_m2: float, height_m: float, frame: str, glazing: str) -> Element:
    tables = maker.tables
    row = tables.windows[(frame, glazing)]
    quality = worst(*(maker.ledger.quality(f"{maker.name}.win.{side}.{part}") for part in ("frame", "glazing")))
    u_value = maker.ledger.computed(
        f"{maker.name}.win.{side}.window_u", row.u_w_m2k, "W/m2K", quality,
        spread=(row.u_low_w_m2k / row.u_w_m2k, row.u_high_w_m2k / row.u_w_m2k),
        place=(*maker.place, f"energy.side.{side}"), reason="energy.default.archetype",
        reason_fields={"archetype": maker.archetype.id}, source=row.source, status=row.status,
    )  # fmt: skip
    adjacency = exposure(maker, side)
    sun = tables.rule("incidence") * tables.rule("dirt")
    overhang = None
    if side == "front":
        factor, open_view = shading(maker)
        sun *= factor
        overhang = _overhang(maker, height_m, open_view=open_view)
    elif adjacency < 1.0:
        sun = 0.0
    return Element(
        id=f"{maker.name}.window.{side}", kind=ElementKind.WINDOW, side=side, azimuth_deg=azimuth(maker, side),
        tilt_deg=90.0, area_m2=area_m2, u_value_w_m2k=u_value, adjacency=adjacency,
        g_value=row.g_glass * (1.0 - row.frame_fraction) * sun, construction=f"{frame} {glazing}",
        insulated=glazing not in ("single", "film"), block=maker.name, buffer=behind(maker, side), overhang=overhang,
    )  # fmt: skip


def shading(maker: Maker) -> tuple[float, bool]:
    """Share of the sun that what stands near lets through to the front, and whether nothing stands near."""
    shade = maker.code("shade", maker.facts.shade, "none", ("none", "some", "half", "most"))
    row = maker.tables.rules[f"shade_{shade}"]
    factor = maker.ledger.computed(
        f"{maker.name}.shading", row.value, "", maker.ledger.quality(f"{maker.name}.shade"),
        spread=(row.low / row.value, row.high / row.value), place=maker.place, reason="energy.default.rule",
        source=row.source, status=row.status,
    )  # fmt: skip
    return factor, shade == "none"


def _overhang(maker: Maker, height_m: float, *, open_view: bool) -> Overhang | None:
    """Eaves and horizon before the front windows; none under a sunspace, whose glass stands before the eaves.

    Args:
        open_view: nothing near shades the front, so that hills do; what is near is counted by the answer on shade.
    """
    if behind(maker, "front"):
        return None
    shape = maker.code("roof_shape", maker.facts.roof_shape, maker.archetype.roof_shape, maker.tables.roofs)
    depth = maker.number("eaves_m", None, maker.tables.roofs[shape].eaves_m, "m", (0, 3))
    horizon = 0.0
    if open_view:
        rule = f"horizon_{maker.terrain}_deg"
        horizon = maker.number("horizon_deg", None, maker.tables.rule(rule), "deg", (0, 60))
    return Overhang(depth, maker.tables.rule("eaves_gap_m"), height_m, horizon)


def without_openings(maker: Maker, walls: list[Element], windows: list[Element], doors: list[Element]) -> list[Element]:
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


def make_floor(maker: Maker, size: Size, wall_m: float) -> tuple[Element, GroundFloor, float, float]:
    """The ground floor, its loss to the ground, its edge in m and the resistance of its layers in m2K/W."""
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
    perimeter = sum(length * side_share(size, side) for side, length in edges.items() if exposure(maker, side) >= 0.4)
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
