"""Measures of the catalogue for one house: whether they apply, how much of them, what they cost and change.

A measure changes the envelope's row by a difference, so that any set of measures of different groups is a sum.
Three columns are added to those of the envelope for what does not simply add: the windows' conductance behind a
curtain, leak points taken away, and whether a quilt hangs at the door.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cpdesk.energy.house.constructions import added_u_value, ground_floor
from cpdesk.energy.rows import Measure
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.envelope import (
    AIR,
    FLOOR,
    PERIODIC,
    WINDOW,
    WINDOW_NIGHT,
    Layout,
    air_conductance,
    element_row,
    row,
)
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Building, Element, ElementKind

CURTAINED, POINTS, QUILT, CURTAIN = range(4)
"""Extra columns behind those of the layout."""
ENVELOPE_GROUPS: Final = ("seal", "quilt", "curtain", "roof", "wall", "window_front", "window_back", "door", "floor")
_KIND: Final = {"roof": ElementKind.ROOF, "wall": ElementKind.WALL}


@dataclass(frozen=True, slots=True)
class Option:
    """A measure on this house: its difference in the envelope's row and its cost."""

    measure: Measure
    amount: float
    unit: str
    difference: Floats
    cost_yuan: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a measure applies, and the text keys of the reasons why not."""

    measure: Measure
    reasons: tuple[str, ...]
    option: Option | None


def base_row(building: Building, columns: Layout, tables: EnergyTables) -> Floats:
    """The building's row with the extra columns."""
    extra = np.zeros(4)
    extra[CURTAINED] = sum(_curtained(item, tables) for item in building.elements if item.kind is ElementKind.WINDOW)
    return np.concatenate([row(building, columns), extra])


def finish(rows: Floats, building: Building, columns: Layout, tables: EnergyTables) -> Floats:
    """Envelope rows from sums of base and differences: curtains and air change take effect here."""
    width = columns.width
    extra = rows[:, width:]
    found: Floats = rows[:, :width].copy()
    found[:, WINDOW_NIGHT] = np.where(extra[:, CURTAIN] > 0, extra[:, CURTAINED], found[:, WINDOW])
    volume = sum(zone.volume_m3 for zone in building.zones)
    points = np.minimum(extra[:, POINTS], building.leak_points) * tables.rule("leak_point_1_h")
    change = points + np.minimum(extra[:, QUILT], 1.0) * tables.rule("leak_quilt_1_h")
    least = np.minimum(found[:, AIR], air_conductance(volume, tables.rule("leak_min_1_h")))
    found[:, AIR] = np.maximum(least, found[:, AIR] - air_conductance(volume, 1.0) * change)
    return found


def judge(building: Building, columns: Layout, tables: EnergyTables, wishes: Wishes) -> list[Verdict]:
    """Every measure of the catalogue with its option, or with the reasons why it does not apply."""
    found: list[Verdict] = []
    for measure in tables.measures:
        reasons = list(_RULES[measure.rule](building, measure, tables))
        if measure.works and measure.works in wishes.refused:
            reasons.append("energy.reason.refused")
        option = None if reasons else make_option(building, measure, columns, tables)
        if option is not None and option.amount <= 0:
            reasons.append("energy.reason.nothing_there")
        if option is not None and wishes.cost_limit_yuan is not None and option.cost_yuan[1] > wishes.cost_limit_yuan:
            reasons.append("energy.reason.rebuild_soon")
        found.append(Verdict(measure, tuple(reasons), None if reasons else option))
    return found


def make_option(building: Building, measure: Measure, columns: Layout, tables: EnergyTables) -> Option:
    """The measure on this house: amount, cost and difference in the row, whether or not it is advisable."""
    difference = np.zeros(columns.width + 4)
    area = sum(item.area_m2 for item in touched(building, measure))
    amounts = {
        "m2": area,
        "m": building.joint_length_m,
        "piece": float(building.door_count),
        "room": float(max(1, round(building.floor_area_m2 / 20.0))),
        "household": 1.0,
        "m2_floor": building.floor_area_m2,
    }
    if measure.effect in ("insulate", "window", "door"):
        for element in touched(building, measure):
            changed = changed_element(element, measure, tables)
            difference[: columns.width] += element_row(changed, columns) - element_row(element, columns)
            if element.kind is ElementKind.WINDOW:
                difference[columns.width + CURTAINED] += _curtained(changed, tables) - _curtained(element, tables)
    elif measure.effect == "floor":
        for zone in building.zones:
            slab = sum(item.area_m2 for item in zone.elements if item.kind is ElementKind.FLOOR)
            if slab <= 0:
                continue
            soil = tables.materials["soil"].lambda_w_mk
            added = tables.materials[measure.material].resistance(measure.thickness_mm or 0.0)
            before = ground_floor(slab, zone.perimeter_m, zone.floor_resistance_m2k_w, zone.wall_m, soil)
            after = ground_floor(slab, zone.perimeter_m, zone.floor_resistance_m2k_w + added, zone.wall_m, soil)
            now = sum(item.area_m2 * item.u_value_w_m2k for item in zone.elements if item.kind is ElementKind.FLOOR)
            difference[FLOOR] += now * (after.u_value_w_m2k / before.u_value_w_m2k - 1.0)
            difference[PERIODIC] += after.periodic_w_k - before.periodic_w_k
    elif measure.effect == "curtain":
        difference[columns.width + CURTAIN] = 1.0
    elif measure.effect == "quilt":
        difference[columns.width + QUILT] = 1.0
    if measure.effect != "quilt":
        difference[columns.width + POINTS] = measure.air_points
    amount = amounts[measure.unit]
    costs = (amount * measure.cost_low, amount * measure.cost_mid, amount * measure.cost_high)
    return Option(measure, amount, measure.unit, difference, costs)


def changed_element(element: Element, measure: Measure, tables: EnergyTables) -> Element:
    """The element after the measure; never worse than before."""
    if measure.effect == "insulate":
        added = tables.materials[measure.material].resistance(measure.thickness_mm or 0.0)
        bridge = tables.rule("thermal_bridge_outside") if element.kind is ElementKind.WALL else 1.0
        return replace(element, u_value_w_m2k=added_u_value(element.u_value_w_m2k, added, bridge), insulated=True)
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


def touched(building: Building, measure: Measure) -> list[Element]:
    """The elements a measure works on: not what is insulated already, not what no outdoor air reaches."""
    kinds = {
        "roof": ElementKind.ROOF,
        "wall": ElementKind.WALL,
        "window_front": ElementKind.WINDOW,
        "window_back": ElementKind.WINDOW,
        "door": ElementKind.DOOR,
        "floor": ElementKind.FLOOR,
        "curtain": ElementKind.WINDOW,
    }
    kind = kinds.get(measure.group)
    found = [item for item in building.elements if item.kind is kind and item.area_m2 > 0]
    if measure.sides:
        found = [item for item in found if item.side in measure.sides]
    if measure.effect == "curtain":
        return found
    if measure.effect in ("window", "door"):
        return [item for item in found if item.u_value_w_m2k > (measure.value or 0.0) + 0.3]
    return [item for item in found if not item.insulated and item.adjacency >= 0.4]


Reasons = list[str]


def _wall_outside(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    heritage = building.facts.heritage
    if heritage is not None and heritage.value in ("listed", "village", "control"):
        return ["energy.reason.heritage"]
    return _wall_back(building, measure, tables)


def _wall_back(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    heritage = building.facts.heritage
    if heritage is not None and heritage.value == "listed":
        return ["energy.reason.heritage"]
    if not touched(building, measure):
        return ["energy.reason.insulated_already"]
    if any(block.wall_state is not None and block.wall_state.value == "s5" for block in building.facts.blocks):
        return ["energy.reason.repair_first"]
    return []


def _roof_common(building: Building, measure: Measure) -> Reasons:
    if any(block.roof_state is not None and block.roof_state.value in ("s4", "s5") for block in building.facts.blocks):
        return ["energy.reason.roof_leaks"]
    return [] if touched(building, measure) else ["energy.reason.insulated_already"]


def _roof_parts(building: Building) -> set[tuple[str, str]]:
    found = set()
    for element in building.elements:
        if element.kind is ElementKind.ROOF:
            shape, _, ceiling = element.construction.partition(" ")
            found.add((shape, ceiling))
    return found


def _ceiling_carries(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    if not all(ceiling in ("gypsum", "pvc", "wood", "reed_plaster") for _, ceiling in _roof_parts(building)):
        return ["energy.reason.no_ceiling"]
    return _roof_common(building, measure)


def _no_good_ceiling(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    if not all(ceiling in ("none", "paper") for _, ceiling in _roof_parts(building)):
        return ["energy.reason.has_ceiling"]
    return _roof_common(building, measure)


def _flat_roof(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    if not all(shape.startswith("flat") for shape, _ in _roof_parts(building)):
        return ["energy.reason.not_flat"]
    return [] if touched(building, measure) else ["energy.reason.insulated_already"]


def _weak(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    return [] if touched(building, measure) else ["energy.reason.good_already"]


def _weak_window(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    weak = [item for item in touched(building, measure) if item.u_value_w_m2k > 2.0]
    return [] if weak else ["energy.reason.good_already"]


def _leaky(building: Building, _measure: Measure, tables: EnergyTables) -> Reasons:
    tight = all(zone.air_change_1_h <= tables.rule("leak_min_1_h") + 0.15 for zone in building.zones)
    return ["energy.reason.tight_already"] if tight or building.leak_points < 1 else []


def _no_quilt(building: Building, _measure: Measure, _tables: EnergyTables) -> Reasons:
    hung = any(block.door_curtain is not None and block.door_curtain.value == "yes" for block in building.facts.blocks)
    return ["energy.reason.there_already"] if hung or building.door_count == 0 else []


def _bare_pipe(building: Building, _measure: Measure, _tables: EnergyTables) -> Reasons:
    bare = any(item.distribution < 1.0 and not item.pipe_insulated for item in building.systems)
    return [] if bare else ["energy.reason.no_bare_pipe"]


def _present_heating(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    """Nobody takes out a heat pump or district heat for another system, nor electric heaters for other ones."""
    if any(item.type == measure.material for item in building.systems):
        return ["energy.reason.there_already"]
    main = max(building.systems, key=lambda item: item.share)
    sparing = bool(tables.systems[main.type].heat_pump) or main.type in ("gshp", "district")
    new = tables.systems[measure.material]
    if sparing or (main.carrier == new.carrier == "electricity" and not new.heat_pump):
        return ["energy.reason.better_there"]
    return []


def _electric_capacity(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    if reasons := _present_heating(building, measure, tables):
        return reasons
    breaker = building.facts.main_breaker_a
    if breaker is not None and breaker.value <= 20:
        return ["energy.reason.weak_supply"]
    return []


def _gas_reaches(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    if reasons := _present_heating(building, measure, tables):
        return reasons
    gas = building.facts.gas_available
    return [] if gas is not None and gas.value == "yes" else ["energy.reason.no_gas"]


def _solid_fuel(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    if reasons := _present_heating(building, measure, tables):
        return reasons
    return [] if building.terrain == "hill" else ["energy.reason.no_solid_fuel"]


_RULES: Final[Mapping[str, Callable[[Building, Measure, EnergyTables], Reasons]]] = {
    "wall_outside": _wall_outside,
    "wall_back": _wall_back,
    "ceiling_carries": _ceiling_carries,
    "no_good_ceiling": _no_good_ceiling,
    "flat_roof": _flat_roof,
    "weak_window_front": _weak,
    "weak_window_back": _weak,
    "weak_door": _weak,
    "weak_window": _weak_window,
    "bare_floor": _weak,
    "leaky": _leaky,
    "no_quilt": _no_quilt,
    "bare_pipe": _bare_pipe,
    "electric_capacity": _electric_capacity,
    "gas_reaches": _gas_reaches,
    "solid_fuel_allowed": _solid_fuel,
}
