"""Measures of the catalogue for one house: how much of them, what they cost and change.

A measure changes the envelope's row by a difference, so that any set of measures of different groups is a sum.
Columns are added to those of the envelope for what does not simply add: the windows' conductance behind a curtain, leak
points taken away, whether a quilt hangs at the door, and the share of heat that a fan recovers. Whether a measure
applies is a matter of `retrofit.rules`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cpdesk.energy.catalogue import ENVELOPE_GROUPS
from cpdesk.energy.house.buffers import new_sunspace
from cpdesk.energy.house.constructions import added_u_value, ground_floor
from cpdesk.energy.retrofit.rules import RULES, Reasons, touched
from cpdesk.energy.rows import Measure
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.envelope import (
    AIR,
    AIR_STEADY,
    FLOOR,
    PERIODIC,
    WINDOW,
    WINDOW_NIGHT,
    Layout,
    air_conductance,
    buffer_row,
    element_row,
    row,
)
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Building, Element, ElementKind

CURTAINED, POINTS, QUILT, CURTAIN, RECOVERED = range(5)
"""Extra columns behind those of the layout."""
EXTRA_COLUMNS: Final = 5
_ROOM_M2: Final = 20.0  # net area of a bay, which is what a unit for a room serves


@dataclass(frozen=True, slots=True)
class Option:
    """A measure on this house: its difference in the envelope's row and its cost (low, mid, high) in yuan."""

    measure: Measure
    amount: float
    unit: str
    difference: Floats
    cost_yuan: tuple[float, float, float]

    @property
    def id(self) -> str:
        """Id of the measure."""
        return self.measure.id


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a measure applies, and the text keys of the reasons why not."""

    measure: Measure
    reasons: tuple[str, ...]
    option: Option | None


def base_row(building: Building, columns: Layout, tables: EnergyTables) -> Floats:
    """The building's row with the extra columns."""
    extra = np.zeros(EXTRA_COLUMNS)
    extra[CURTAINED] = sum(_curtained(item, tables) for item in building.elements if item.kind is ElementKind.WINDOW)
    return np.concatenate([row(building, columns), extra])


def finish(rows: Floats, building: Building, columns: Layout, tables: EnergyTables) -> Floats:
    """Envelope rows from sums of base and differences: curtains and air change take effect here."""
    width = columns.width
    found: Floats = rows[:, :width].copy()
    found[:, WINDOW_NIGHT], found[:, AIR] = night_and_air(rows[:, [WINDOW, AIR]], rows[:, width:], building, tables)
    found[:, AIR_STEADY] = np.minimum(found[:, AIR_STEADY], found[:, AIR])
    return found


def night_and_air(window_air: Floats, extra: Floats, building: Building, tables: EnergyTables) -> tuple[Floats, Floats]:
    """Conductance of the windows at night and of the air, W/K, from sums of differences.

    Args:
        window_air: (N, 2): WINDOW and AIR; `extra` (N, extra columns).
    """
    night: Floats = np.where(extra[:, CURTAIN] > 0, extra[:, CURTAINED], window_air[:, 0])
    one = air_conductance(sum(zone.volume_m3 for zone in building.zones), 1.0)
    points = np.minimum(extra[:, POINTS], building.leak_points) * tables.rule("leak_point_1_h")
    change = points + np.minimum(extra[:, QUILT], 1.0) * tables.rule("leak_quilt_1_h")
    least = tables.rule("leak_min_1_h") * one
    air: Floats = np.maximum(np.minimum(window_air[:, 1], least), window_air[:, 1] - one * change)
    recovered = extra[:, RECOVERED] * np.minimum(air, least)  # only the air that people need goes through the fans
    return night, air - recovered


def judge(building: Building, columns: Layout, tables: EnergyTables, wishes: Wishes) -> list[Verdict]:
    """Every measure of the catalogue with its option, or with the reasons why it does not apply.

    Measures of what is used apart from heating are judged by `retrofit.extras`, which knows these uses.
    """
    found: list[Verdict] = []
    for measure in tables.measures:
        rule = RULES.get(measure.rule)
        if rule is not None:
            found.append(verdict(building, measure, columns, tables, wishes, list(rule(building, measure, tables))))
    return found


def verdict(
    building: Building, measure: Measure, columns: Layout, tables: EnergyTables, wishes: Wishes, reasons: Reasons
) -> Verdict:
    """The verdict on one measure whose own rule gave `reasons`: wishes and amounts may add theirs."""
    if measure.works and measure.works in wishes.refused:
        reasons = [*reasons, "energy.reason.refused"]
    option = None if reasons else make_option(building, measure, columns, tables)
    if option is not None and option.amount <= 0:
        reasons = [*reasons, "energy.reason.nothing_there"]
    if option is not None and wishes.cost_limit_yuan is not None and option.cost_yuan[1] > wishes.cost_limit_yuan:
        reasons = [*reasons, "energy.reason.rebuild_soon"]
    return Verdict(measure, tuple(reasons), None if reasons else option)


def make_option(building: Building, measure: Measure, columns: Layout, tables: EnergyTables) -> Option:
    """The measure on this house: amount, cost and difference in the row, whether or not it is advisable."""
    difference = np.zeros(columns.width + EXTRA_COLUMNS)
    effect = _EFFECTS.get(measure.effect)
    if effect is not None:
        effect(difference, building, measure, columns, tables)
    if measure.effect != "quilt":
        difference[columns.width + POINTS] = measure.air_points
    amount = _amount(building, measure, tables)
    low, mid, high = (
        fixed + amount * each
        for fixed, each in (
            (measure.fixed_low, measure.cost_low),
            (measure.fixed_mid, measure.cost_mid),
            (measure.fixed_high, measure.cost_high),
        )
    )
    return Option(measure, amount, measure.unit, difference, (low, mid, high) if amount > 0 else (0.0, 0.0, 0.0))


def _amount(building: Building, measure: Measure, tables: EnergyTables) -> float:
    """How much of a measure: of its unit."""
    built = new_sunspace(building, measure.material, tables) if measure.unit == "m2_glazing" else None
    amounts = {
        "m2": sum(item.area_m2 for item in touched(building, measure)),
        "m2_glazing": 0.0 if built is None else sum(item.area_m2 for item in built.elements if item.g_value > 0),
        "m2_floor": building.floor_area_m2,
        "m": building.joint_length_m,
        "m_perimeter": sum(zone.perimeter_m for zone in building.zones),
        "piece": float(building.door_count),
        "room": float(max(1, round(building.floor_area_m2 / _ROOM_M2))),
        "kw": measure.value or 0.0,
        "household": 1.0,
    }
    return amounts[measure.unit]


def _elements(difference: Floats, building: Building, measure: Measure, columns: Layout, tables: EnergyTables) -> None:
    width = columns.width
    for element in touched(building, measure):
        changed = changed_element(element, measure, tables)
        difference[:width] += element_row(changed, columns) - element_row(element, columns)
        if element.kind is ElementKind.WINDOW:
            difference[width + CURTAINED] += _curtained(changed, tables) - _curtained(element, tables)


def _floor(difference: Floats, building: Building, measure: Measure, columns: Layout, tables: EnergyTables) -> None:
    """Insulation of the whole slab, or a board down its edge (ISO 13370:2017, clause 7 and annex D)."""
    soil = tables.materials["soil"].lambda_w_mk
    material = tables.materials[measure.material]
    thickness_m = (measure.thickness_mm or 0.0) / 1000.0
    added = material.resistance(measure.thickness_mm or 0.0)
    for zone in building.zones:
        slab = sum(item.area_m2 for item in zone.elements if item.kind is ElementKind.FLOOR)
        if slab <= 0:
            continue
        now = sum(item.area_m2 * item.u_value_w_m2k for item in zone.elements if item.kind is ElementKind.FLOOR)
        before = ground_floor(slab, zone.perimeter_m, zone.floor_resistance_m2k_w, zone.wall_m, soil)
        if measure.effect == "edge":
            depth_m = measure.value or 0.0
            equivalent = zone.wall_m + soil * (0.17 + zone.floor_resistance_m2k_w + 0.04)
            gain = edge_gain(soil, equivalent, depth_m, soil * (added - thickness_m / soil))
            change = -min(zone.perimeter_m * gain, 0.5 * now)
            difference[FLOOR] += change
            difference[PERIODIC] += before.periodic_w_k * change / now if now > 0 else 0.0
            continue
        after = ground_floor(slab, zone.perimeter_m, zone.floor_resistance_m2k_w + added, zone.wall_m, soil)
        difference[FLOOR] += now * (after.u_value_w_m2k / before.u_value_w_m2k - 1.0)
        difference[PERIODIC] += after.periodic_w_k - before.periodic_w_k


def edge_gain(soil: float, equivalent_m: float, depth_m: float, extra_m: float) -> float:
    """What vertical edge insulation takes off the loss, W/(m K) of perimeter (ISO 13370:2017, annex D).

    Args:
        soil: conductivity of the ground; `equivalent_m` equivalent thickness of the slab; `depth_m` of the board.
        extra_m: additional equivalent thickness, soil x (R - d / soil).

    Example: soil 1.5, slab 0.74 m, board 0.6 m deep with an extra 2.7 m give 0.32 W/(m K).
    """
    return (
        soil
        / math.pi
        * (math.log(2 * depth_m / equivalent_m + 1) - math.log(2 * depth_m / (equivalent_m + extra_m) + 1))
    )


def _flag(column: int, value: float) -> Callable[..., None]:
    def change(difference: Floats, _building: Building, _measure: Measure, columns: Layout, _t: EnergyTables) -> None:
        difference[columns.width + column] = value

    return change


def _recovery(difference: Floats, _b: Building, measure: Measure, columns: Layout, _t: EnergyTables) -> None:
    difference[columns.width + RECOVERED] = measure.value or 0.0


def _sunspace(difference: Floats, building: Building, measure: Measure, columns: Layout, tables: EnergyTables) -> None:
    built = new_sunspace(building, measure.material, tables)
    if built is not None:
        difference[: columns.width] += buffer_row(built, columns, building.zones[0].wall_m)


_EFFECTS: Final[Mapping[str, Callable[..., None]]] = {
    "insulate": _elements,
    "insulate_inside": _elements,
    "window": _elements,
    "layer": _elements,
    "door": _elements,
    "floor": _floor,
    "edge": _floor,
    "curtain": _flag(CURTAIN, 1.0),
    "quilt": _flag(QUILT, 1.0),
    "recovery": _recovery,
    "sunspace": _sunspace,
}
"""Effects that change the row; the others change the plant or nothing of the rooms."""


def changed_element(element: Element, measure: Measure, tables: EnergyTables) -> Element:
    """The element after the measure; never worse than before."""
    if measure.effect in ("insulate", "insulate_inside"):
        added = tables.materials[measure.material].resistance(measure.thickness_mm or 0.0)
        side = "inside" if measure.effect == "insulate_inside" else "outside"
        bridge = tables.rule(f"thermal_bridge_{side}") if element.kind is ElementKind.WALL else 1.0
        return replace(element, u_value_w_m2k=added_u_value(element.u_value_w_m2k, added, bridge), insulated=True)
    if measure.effect == "layer":
        u_value = 1.0 / (1.0 / element.u_value_w_m2k + (measure.value or 0.0))
        g_value = element.g_value * (1.0 if measure.g_value is None else measure.g_value)
        return replace(element, u_value_w_m2k=u_value, g_value=g_value, insulated=True)
    u_value = min(element.u_value_w_m2k, measure.value or element.u_value_w_m2k)
    g_value = element.g_value
    if element.kind is ElementKind.WINDOW and measure.g_value is not None:
        known = _glass(element, tables)
        g_value = element.g_value / known * measure.g_value if known > 0 else 0.0
    return replace(element, u_value_w_m2k=u_value, g_value=g_value, insulated=True)


def _glass(element: Element, tables: EnergyTables) -> float:
    """g of the present window with its frame, before shading: what a new window's g is compared with."""
    frame, _, glazing = element.construction.partition(" ")
    kind = tables.windows.get((frame, glazing))
    return 0.6 if kind is None else kind.g_glass * (1.0 - kind.frame_fraction)


def _curtained(element: Element, tables: EnergyTables) -> float:
    u_value = 1.0 / (1.0 / element.u_value_w_m2k + tables.rule("curtain_r_m2k_w"))
    return element.area_m2 * u_value * element.adjacency


__all__ = ["ENVELOPE_GROUPS", "Option", "Verdict", "base_row", "finish", "judge", "make_option", "touched", "verdict"]
