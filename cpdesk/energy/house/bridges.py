"""Thermal bridges of outside walls by their length: corners, ring beams, lintels, reveals, plinth.

H of a wall = U A + sum psi L (ISO 14683:2017, with outside dimensions). Ring beams and lintels of concrete are computed
as strips of another U beside the masonry: psi = height (U_strip - U_wall) (ISO 6946:2017, 6.7.2, upper limit); the
other psi are table values by where the insulation lies (`bridges.csv`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from cpdesk.energy.house.constructions import Layered, strip_u_value, wall_u_value
from cpdesk.energy.house.elements import wall_layers
from cpdesk.energy.house.geometry import Maker, Size
from cpdesk.energy.house.ledger import worst
from cpdesk.model.building import SIDES, Element, Input
from cpdesk.model.records import Quality

_WITH_BEAMS: Final = ("brick_concrete", "rc_frame")
_MASONRY: Final = ("brick_solid", "brick_hollow", "brick_lime", "aac", "concrete_block", "other", "unknown")
_SPREAD: Final = {
    Quality.MEASURED: "bridge_spread_measured", Quality.BILL: "bridge_spread_measured",
    Quality.ESTIMATED: "bridge_spread_seen", Quality.DEFAULT: "bridge_spread_default",
}  # fmt: skip
_DOOR_M: Final = (0.95, 2.1)


def with_bridges(maker: Maker, size: Size, walls: Sequence[Element]) -> list[Element]:
    """Outside walls with U raised by their bridges over the net area; the psi x L of each side is an input."""
    found = []
    for wall in walls:
        if wall.side not in SIDES or wall.area_m2 <= 0 or wall.adjacency == 0.0:
            found.append(wall)
            continue
        layer, quality = wall_layers(maker, wall.side)
        junctions = _junctions(maker, size, wall.side, layer)
        extra = sum(psi * length for psi, length in junctions)
        quality = worst(quality, maker.ledger.quality(f"{maker.name}.length_m"))
        extra = maker.ledger.computed(
            f"{maker.name}.wall.{wall.side}.bridges_w_k", extra, "W/K", quality, spread=(1.0, 1.0),
            place=(*maker.place, f"energy.side.{wall.side}"), reason="energy.default.archetype",
            reason_fields={"archetype": maker.archetype.id}, source="ISO 14683:2017; bridges.csv", status="to_confirm",
            half=_half_width(maker, junctions, quality),
        )  # fmt: skip
        u_value = max(wall.u_value_w_m2k + extra / wall.area_m2, 0.5 * wall.u_value_w_m2k)
        found.append(replace(wall, u_value_w_m2k=u_value))
    return found


def _half_width(maker: Maker, junctions: Sequence[tuple[float, float]], quality: Quality) -> float:
    """Half of P10 to P90 in W/K: table values of psi are off by a share of each junction, all the same way."""
    spread = maker.tables.rule(_SPREAD[quality])
    return spread * sum(abs(psi) * length for psi, length in junctions)


def _junctions(maker: Maker, size: Size, side: str, layer: Layered) -> list[tuple[float, float]]:
    """psi in W/(m K) and length in m of every junction of a side's heated part."""
    tables = maker.tables
    insulated = layer.insul_type != "none" and layer.insul_mm >= 20
    place = layer.insul_side if insulated else "none"
    psi = {code: getattr(row, f"{place}_w_mk") for code, row in tables.bridges.items()}
    share = _share(size, side)
    long = (size.length_m if side in ("front", "back") else size.depth_m) * share
    openings = _openings(maker, side)
    around = sum(count * 2.0 * (width + height) for count, width, height in openings) * share
    found = [
        (psi["corner"], size.height_m * size.storeys * share),
        (psi["reveal"], around),
        (psi["floor_edge"], long),
        (psi["slab_edge"], long * (size.storeys - 1.0)),
    ]
    structure = maker.facts.structure.value if maker.facts.structure else maker.archetype.structure
    if structure in _WITH_BEAMS and layer.type in _MASONRY:
        more = strip_u_value(layer, tables) - wall_u_value(layer, tables)
        strip = max(0.0, more) * tables.rule("beam_height_m")
        over = sum(count * (width + 0.5) for count, width, _ in openings) * share
        found += [(strip, long * size.storeys), (strip, over)]
    return found


def _share(size: Size, side: str) -> float:
    if side in ("front", "back"):
        return size.heated_share
    return 0.5 if size.heated_share < 1.0 else 1.0


def _openings(maker: Maker, side: str) -> list[tuple[float, float, float]]:
    """Windows and doors of a side: how many, width and height in m."""
    inputs = maker.ledger.inputs
    found = []
    count = _number(inputs, f"{maker.name}.win.{side}.count")
    if count > 0:
        width, height = (_number(inputs, f"{maker.name}.win.{side}.{part}_m") for part in ("width", "height"))
        found.append((count, width, height))
    if side == "front":
        found.append((_number(inputs, f"{maker.name}.door_count"), *_DOOR_M))
    return found


def _number(inputs: Mapping[str, Input], key: str) -> float:
    entry = inputs.get(key)
    return 0.0 if entry is None else float(entry.value)
