"""U-values from layers: walls, roofs, floors, windows and doors of a farmhouse.

Walls and roofs: U = 1 / (R_surfaces + sum d / (lambda a)), GB 50176-2016 3.4 with the in-use factor a; thermal
bridges come on top by their length (`house.bridges`). Ground floors: ISO 13370:2017, clause 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cpdesk.energy.tables import EnergyTables

_OUTSIDE_M2K_W = 0.04  # surface resistance outdoors, ISO 6946


@dataclass(frozen=True, slots=True)
class Layered:
    """A wall as answered: codes and thicknesses in mm."""

    type: str
    mm: float
    insul_type: str
    insul_mm: float
    insul_side: str


def wall_u_value(wall: Layered, tables: EnergyTables) -> float:
    """U of a wall in W/(m2 K).

    Example: 370 mm solid brick with one plaster of 20 mm gives 1.58 (figure tables: 1.54 to 1.65).
    """
    kind = tables.walls[wall.type]
    core_mm = min(kind.core_mm or 0.0, wall.mm)
    resistance = tables.rule("surface_resistance_wall") + tables.materials["plaster"].resistance(20.0)
    resistance += tables.materials[kind.material].resistance(wall.mm - core_mm)
    if core_mm:
        resistance += tables.materials[kind.core_material].resistance(core_mm)
    if wall.insul_type != "none":
        resistance += insulation_resistance(wall.insul_type, wall.insul_mm, tables)
    return 1.0 / resistance


def strip_u_value(wall: Layered, tables: EnergyTables) -> float:
    """U of a ring beam or lintel of concrete as thick as the masonry, with the wall's insulation, in W/(m2 K)."""
    resistance = tables.rule("surface_resistance_wall") + tables.materials["plaster"].resistance(20.0)
    resistance += tables.materials["concrete"].resistance(wall.mm)
    if wall.insul_type != "none":
        resistance += insulation_resistance(wall.insul_type, wall.insul_mm, tables)
    return 1.0 / resistance


def insulation_resistance(insul_type: str, thickness_mm: float, tables: EnergyTables) -> float:
    """R of an insulation by its choice code in m2K/W."""
    return tables.materials[tables.insulations[insul_type].material].resistance(thickness_mm)


def roof_u_value(shape: str, ceiling: str, insul_type: str, insul_mm: float, tables: EnergyTables) -> float:
    """U of roof and ceiling in W/(m2 K), related to the ceiling's area; the attic counts only above a ceiling."""
    roof = tables.roofs[shape]
    resistance = tables.rule("surface_resistance_roof") + _layers(roof.layers, tables)
    if ceiling != "none":
        resistance += roof.attic_r_m2k_w + _layers(tables.ceilings[ceiling].layers, tables)
    if insul_type != "none":
        resistance += insulation_resistance(insul_type, insul_mm, tables)
    return 1.0 / resistance


def ceiling_u_value(ceiling: str, insul_type: str, insul_mm: float, tables: EnergyTables) -> float:
    """U of a ceiling between rooms and attic in W/(m2 K), with an inside surface on both faces (ISO 6946, 6.8)."""
    inside = tables.rule("surface_resistance_roof") - _OUTSIDE_M2K_W
    resistance = 2 * inside + _layers(tables.ceilings[ceiling].layers, tables)
    if insul_type != "none":
        resistance += insulation_resistance(insul_type, insul_mm, tables)
    return 1.0 / resistance


def outer_roof_u_value(shape: str, insul_type: str, insul_mm: float, tables: EnergyTables) -> float:
    """U of the roof over an attic in W/(m2 K), related to its slopes."""
    resistance = tables.rule("surface_resistance_roof") + _layers(tables.roofs[shape].layers, tables)
    if insul_type != "none":
        resistance += insulation_resistance(insul_type, insul_mm, tables)
    return 1.0 / resistance


def _layers(layers: tuple[str, ...], tables: EnergyTables) -> float:
    total = 0.0
    for layer in layers:
        material, _, thickness = layer.partition(":")
        total += tables.materials[material].resistance(float(thickness))
    return total


@dataclass(frozen=True, slots=True)
class GroundFloor:
    """A slab on the ground: steady U and the amplitude coupling, ISO 13370:2017.

    Attributes:
        u_value_w_m2k: steady, equations (3) to (5).
        periodic_w_k: H_pe of annex H.4.1, W/K, with the outdoor temperature of a month before.
    """

    u_value_w_m2k: float
    periodic_w_k: float


def ground_floor(area_m2: float, perimeter_m: float, resistance: float, wall_m: float, soil: float) -> GroundFloor:
    """Steady and periodic heat loss of a slab on the ground.

    Args:
        area_m2: of the slab; perimeter_m: its edge against outdoor air.
        resistance: of the slab with its insulation, without surfaces, m2K/W.
        wall_m: thickness of the outside wall.
        soil: conductivity of the ground, W/(m K).
    """
    edge = max(perimeter_m, 0.1)  # a house between heated neighbours has hardly an edge; the formula needs one
    dimension = area_m2 / (0.5 * edge)
    equivalent = wall_m + soil * (0.17 + resistance + 0.04)
    if equivalent < dimension:
        u_value = 2 * soil / (math.pi * dimension + equivalent) * math.log(math.pi * dimension / equivalent + 1)
    else:
        u_value = soil / (0.457 * dimension + equivalent)
    penetration = 2.2  # m, annual penetration depth of clay or silt, ISO 13370 table H.1
    periodic = 0.37 * edge * soil * math.log(penetration / equivalent + 1)
    return GroundFloor(u_value, periodic)


def added_u_value(u_value: float, resistance: float, bridge: float) -> float:
    """U of an element that gets an additional resistance outside: bridge / (1/U + R)."""
    return min(u_value, bridge / (1.0 / u_value + resistance))
