"""Unheated spaces of a building: cold rooms beside heated ones, attic over a ceiling, sunspace before the front.

Each gets its faces to outdoors and to the ground; what lies between it and the rooms are elements of the zone that name
it. Air change of such spaces: ISO 13789:2017, table of unconditioned spaces (0.5 joints sealed, 1 small openings,
3 localised open joints, 10 numerous open joints); no air is exchanged with the rooms but through open doors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from cpdesk.energy.house.constructions import ground_floor, outer_roof_u_value
from cpdesk.energy.house.elements import roof_insulation, shading, u_spread
from cpdesk.energy.house.geometry import SUNSPACES, Maker, Size, azimuth
from cpdesk.energy.rows import SunspaceType
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Buffer, Building, Element, ElementKind

_AIR_W_M3H = 1.2 / 3.6  # W/K of one m3/h
_GLASS_HEIGHT_M = 2.6


def make_attic(maker: Maker, size: Size, roof: Element, walls: Sequence[Element], rise_m: float) -> Buffer | None:
    """The attic over the ceiling of a pitched roof, above the heated rooms; `None` where the roof has none.

    Sun falls on the slopes as on their projection: for two equal slopes that is exact for the beam while both are lit.
    """
    if roof.buffer != "attic":
        return None
    shape, _, _ = roof.construction.partition(" ")
    row = maker.tables.roofs[shape]
    tilt = math.radians(row.tilt_deg)
    insulation, thickness = _on_roof(maker)
    quality = maker.ledger.quality(f"{maker.name}.roof_shape")
    u_value = maker.ledger.computed(
        f"{maker.name}.attic_roof_u", outer_roof_u_value(shape, insulation, thickness, maker.tables), "W/m2K",
        quality, spread=u_spread(maker, quality), place=maker.place,
        reason="energy.default.roof", reason_fields={"archetype": maker.archetype.id}, source=row.source,
        status=row.status,
    )  # fmt: skip
    air_change = maker.number("attic_air_1_h", None, row.attic_air_1_h, "1/h", (0, 50), "attic_air_spread")
    slopes = replace(
        roof, id=f"{maker.name}.attic.roof", area_m2=roof.area_m2 / math.cos(tilt), u_value_w_m2k=u_value, buffer="",
        absorptance=maker.tables.rule("absorptance") * math.cos(tilt),
    )  # fmt: skip
    triangle = size.depth_m * rise_m / 2.0 * (0.5 if size.heated_share < 1.0 else 1.0)
    gables = [
        replace(wall, id=f"{maker.name}.attic.{wall.side}", area_m2=triangle)
        for wall in walls
        if wall.side in ("left", "right") and triangle > 0
    ]
    return Buffer("attic", (slopes, *gables), roof.area_m2 * rise_m / 2.0, air_change)


def _on_roof(maker: Maker) -> tuple[str, float]:
    """Insulation that lies in the roof instead of on the ceiling."""
    kind, thickness, on_ceiling = roof_insulation(maker)
    return ("none", 0.0) if on_ceiling else (kind, thickness)


def make_cold_rooms(maker: Maker, size: Size, walls: Sequence[Element], windows: Sequence[Element], roof: Element,
                    floor: tuple[Element, float], air_change_1_h: float, wall_m: float) -> Buffer | None:  # fmt: skip
    """The bays of the building that are not heated; `None` where all are.

    Their walls, windows, roof and floor are those of the heated bays, in proportion; half of each gable is theirs.

    Args:
        walls: of the heated part, before windows and doors are taken out.
        floor: of the heated part, and the resistance of its layers.
    """
    cold = 1.0 - size.heated_share
    if cold <= 0.0:
        return None
    ratio = cold / size.heated_share
    own_windows = [
        replace(item, id=item.id.replace(".window.", ".cold.window."), area_m2=item.area_m2 * _ratio(item, ratio))
        for item in windows
    ]
    faces = []
    for wall in walls:
        if wall.side == "inner":
            continue
        glass = sum(item.area_m2 for item in own_windows if item.side == wall.side)
        area = max(wall.area_m2 * _ratio(wall, ratio) - glass, 0.0)
        faces.append(replace(wall, id=f"{maker.name}.cold.{wall.side}", area_m2=area))
    faces = [_as_outdoors(item) for item in (*faces, *own_windows)]
    over = replace(
        roof, id=f"{maker.name}.cold.roof", area_m2=roof.area_m2 * ratio, buffer="",
        u_value_w_m2k=_combined(maker, roof) if roof.buffer else roof.u_value_w_m2k,
    )  # fmt: skip
    edges = {"front": size.length_m * cold, "back": size.length_m * cold, "left": size.depth_m / 2,
             "right": size.depth_m / 2}  # fmt: skip
    perimeter = sum(edges[wall.side] for wall in walls if wall.side in edges and wall.adjacency >= 0.4)
    net = maker.tables.rule("net_share")
    volume = size.length_m * size.depth_m * cold * net * size.height_m * size.storeys
    slab = size.length_m * size.depth_m * cold
    resistance = floor[1]
    ground = ground_floor(slab, perimeter, resistance, wall_m, maker.tables.materials["soil"].lambda_w_mk)
    bottom = replace(floor[0], id=f"{maker.name}.cold.floor", area_m2=slab, u_value_w_m2k=ground.u_value_w_m2k)
    return Buffer("room", (*faces, over, bottom), volume, air_change_1_h, perimeter, resistance)


def _ratio(item: Element, ratio: float) -> float:
    return 1.0 if item.side in ("left", "right") else ratio


def _as_outdoors(item: Element) -> Element:
    """A face of cold rooms behind a sunspace is taken as facing outdoors: the sunspace stands before heated rooms."""
    return replace(item, buffer="")


def _combined(maker: Maker, ceiling: Element) -> float:
    """U of ceiling, attic and roof together over cold rooms, where a balance of its own would be idle."""
    shape, _, _ = ceiling.construction.partition(" ")
    insulation, thickness = _on_roof(maker)
    outer = outer_roof_u_value(shape, insulation, thickness, maker.tables)
    return 1.0 / (1.0 / ceiling.u_value_w_m2k + 1.0 / outer)


def make_sunspace(
    kind: SunspaceType, tables: EnergyTables, *, block: str, length_m: float, depth_m: float, height_m: float,
    front_azimuth_deg: float, sun: float = 1.0,
) -> Buffer:  # fmt: skip
    """A sunspace before a front: also what a measure builds (`zone.envelope.buffer_row` makes its row).

    Args:
        length_m, depth_m, height_m: of its front and its ends; sun: share that trees and houses let through.
    """
    through = kind.g_glass * (1.0 - kind.frame_fraction) * tables.rule("incidence") * tables.rule("dirt")
    stays = through * tables.rule("sunspace_kept") * sun
    height = min(height_m, _GLASS_HEIGHT_M)

    def glass(part: str, azimuth_deg: float, tilt_deg: float, area_m2: float) -> Element:
        return Element(
            id=f"{block}.sunspace.{part}", kind=ElementKind.WINDOW, side="top" if tilt_deg == 0 else part,
            azimuth_deg=azimuth_deg, tilt_deg=tilt_deg, area_m2=area_m2, u_value_w_m2k=kind.u_w_m2k, g_value=stays,
            construction=kind.code, block=block,
        )  # fmt: skip

    front, end = length_m * height, depth_m * height
    # The ends look like the front with half its sun, which is what east and west get beside south in winter.
    ends = replace(glass("ends", front_azimuth_deg, 90.0, 2 * end * kind.glazed_share), g_value=0.5 * stays)
    faces = [glass("front", front_azimuth_deg, 90.0, front * kind.glazed_share), ends]
    sill = Element(
        id=f"{block}.sunspace.sill", kind=ElementKind.WALL, side="front", azimuth_deg=front_azimuth_deg, tilt_deg=90.0,
        area_m2=(front + 2 * end) * (1.0 - kind.glazed_share), u_value_w_m2k=kind.sill_u_w_m2k,
        absorptance=tables.rule("absorptance"), construction=kind.code, block=block,
    )  # fmt: skip
    faces += [sill] if sill.area_m2 > 0 else []
    if kind.roof_u_w_m2k is None:
        faces.append(glass("roof", 0.0, 0.0, length_m * depth_m))
    else:
        faces.append(
            replace(
                sill, id=f"{block}.sunspace.roof", kind=ElementKind.ROOF, side="top", azimuth_deg=0.0, tilt_deg=0.0,
                area_m2=length_m * depth_m, u_value_w_m2k=kind.roof_u_w_m2k,
            )
        )  # fmt: skip
    slab, edge = length_m * depth_m, length_m + 2 * depth_m
    resistance = tables.floors["concrete"].r_m2k_w
    ground = ground_floor(slab, edge, resistance, 0.24, tables.materials["soil"].lambda_w_mk)
    faces.append(
        Element(
            id=f"{block}.sunspace.floor", kind=ElementKind.FLOOR, side="ground", azimuth_deg=0.0, tilt_deg=180.0,
            area_m2=slab, u_value_w_m2k=ground.u_value_w_m2k, construction="concrete", block=block,
        )
    )  # fmt: skip
    return Buffer(
        "sunspace", tuple(faces), slab * height, kind.air_change_1_h, edge, resistance,
        open_w_k=tables.rule("sunspace_door_m3_h") * _AIR_W_M3H, shade=1.0 - through,
    )  # fmt: skip


def new_sunspace(building: Building, code: str, tables: EnergyTables) -> Buffer | None:
    """The sunspace that a measure would put before the front of the first building; `None` where there is one already.

    Its row (`zone.envelope.buffer_row(found, columns)`) is all that the measure adds: the front's own columns then see
    the sunspace instead of outdoors.

    Args:
        code: of `sunspaces.csv`.
    """
    zone = building.zones[0]
    front = [item for item in zone.elements if item.side == "front" and item.adjacency == 1.0]
    if any(item.kind == "sunspace" for other in building.zones for item in other.buffers) or not front:
        return None
    inputs = {item.key: item.value for item in building.inputs}
    height = float(inputs.get(f"{zone.name}.storey_height_m", zone.volume_m3 / zone.floor_area_m2))
    storeys = float(inputs.get(f"{zone.name}.storeys", 1.0))
    kind = tables.sunspaces[code]
    return make_sunspace(
        kind, tables, block=zone.name, length_m=sum(item.area_m2 for item in front) / (height * storeys),
        depth_m=kind.depth_m, height_m=height, front_azimuth_deg=front[0].azimuth_deg,
        sun=float(inputs.get(f"{zone.name}.shading", 1.0)),
    )  # fmt: skip


def sunspace_of(maker: Maker, size: Size) -> Buffer | None:
    """The sunspace a building has; `None` without one."""
    code = maker.code("sunspace", maker.facts.sunspace, "none", SUNSPACES)
    if code == "none":
        return None
    kind = maker.tables.sunspaces[code]
    depth = maker.number("sunspace_depth_m", maker.facts.sunspace_depth_m, kind.depth_m, "m", (0.5, 6))
    return make_sunspace(
        kind, maker.tables, block=maker.name, length_m=size.length_m * size.heated_share, depth_m=depth,
        height_m=size.height_m, front_azimuth_deg=azimuth(maker, "front"),
        sun=shading(maker)[0],
    )  # fmt: skip
