"""When a measure applies to a house: one function for each rule that the catalogue names.

A rule answers with the text keys of the reasons why not; no reason means that the measure applies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cpdesk.energy.rows import Measure
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Building, Element, ElementKind

Reasons = list[str]
_KINDS: Final = {
    "roof": ElementKind.ROOF,
    "wall": ElementKind.WALL,
    "window_front": ElementKind.WINDOW,
    "window_back": ElementKind.WINDOW,
    "door": ElementKind.DOOR,
    "floor": ElementKind.FLOOR,
    "curtain": ElementKind.WINDOW,
}
_REBUILT_C: Final = ("ashp_water", "gshp")


def touched(building: Building, measure: Measure) -> list[Element]:
    """The elements a measure works on: not what is insulated already, not what no outdoor air reaches."""
    kind = _KINDS.get(measure.group)
    found = [item for item in building.elements if item.kind is kind and item.area_m2 > 0]
    if measure.sides:
        found = [item for item in found if item.side in measure.sides]
    if measure.effect == "curtain":
        return found
    if measure.effect in ("window", "door"):
        return [item for item in found if item.u_value_w_m2k > (measure.value or 0.0) + 0.3]
    if measure.effect == "layer":
        return [item for item in found if item.u_value_w_m2k > 2.0]
    return [item for item in found if not item.insulated and item.adjacency >= 0.4]


def _wall_outside(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    heritage = building.facts.heritage
    if heritage is not None and heritage.value in ("listed", "village", "control"):
        return ["energy.reason.heritage"]
    return _wall_back(building, measure, tables)


def _wall_back(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    heritage = building.facts.heritage
    if heritage is not None and heritage.value == "listed":
        return ["energy.reason.heritage"]
    return _wall_inside(building, measure, tables)


def _wall_inside(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    if not touched(building, measure):
        return ["energy.reason.insulated_already"]
    if any(block.wall_state is not None and block.wall_state.value == "s5" for block in building.facts.blocks):
        return ["energy.reason.repair_first"]
    return []


def _roof_leaks(building: Building) -> bool:
    states = [block.roof_state for block in building.facts.blocks]
    return any(state is not None and state.value in ("s4", "s5") for state in states)


def _roof_common(building: Building, measure: Measure) -> Reasons:
    if _roof_leaks(building):
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


def _pitched_repair(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    """A roof is taken off where it is due for repair and no ceiling makes the attic cold anyway."""
    if any(shape.startswith("flat") for shape, _ in _roof_parts(building)):
        return ["energy.reason.not_pitched"]
    states = [block.roof_state for block in building.facts.blocks]
    if not any(state is not None and state.value in ("s3", "s4", "s5") for state in states):
        return ["energy.reason.roof_sound"]
    return [] if touched(building, measure) else ["energy.reason.insulated_already"]


def _weak(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    return [] if touched(building, measure) else ["energy.reason.good_already"]


def _weak_window(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    weak = [item for item in touched(building, measure) if item.u_value_w_m2k > 2.0]
    return [] if weak else ["energy.reason.good_already"]


def _single_glass(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    single = [item for item in touched(building, measure) if item.construction.endswith(" single")]
    return [] if single else ["energy.reason.good_already"]


def _has_sunspace(building: Building) -> bool:
    return any(block.sunspace is not None and block.sunspace.value != "none" for block in building.facts.blocks)


def _no_sunspace(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    """A porch before a door that a sunspace covers, or will be insulated, changes nothing."""
    return ["energy.reason.sunspace_there"] if _has_sunspace(building) else _weak(building, measure, tables)


def _free_front(building: Building, _measure: Measure, _tables: EnergyTables) -> Reasons:
    """A sunspace needs a front towards the sun with nothing before it."""
    if _has_sunspace(building):
        return ["energy.reason.there_already"]
    heritage = building.facts.heritage
    if heritage is not None and heritage.value in ("listed", "village", "control"):
        return ["energy.reason.heritage"]
    front = [item for item in building.elements if item.side == "front" and item.kind is ElementKind.WALL]
    if not any(item.adjacency == 1.0 and abs(item.azimuth_deg - 180.0) <= 60.0 for item in front):
        return ["energy.reason.front_not_south"]
    shade = [block.shade for block in building.facts.blocks]
    if any(one is not None and one.value in ("half", "most") for one in shade):
        return ["energy.reason.front_shaded"]
    return []


def _bare_edge(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    if not any(zone.perimeter_m > 0 for zone in building.zones):
        return ["energy.reason.nothing_there"]
    return [] if touched(building, measure) else ["energy.reason.insulated_already"]


def _is_tight(building: Building, tables: EnergyTables) -> bool:
    return all(zone.air_change_1_h <= tables.rule("leak_min_1_h") + 0.15 for zone in building.zones)


def _leaky(building: Building, _measure: Measure, tables: EnergyTables) -> Reasons:
    return ["energy.reason.tight_already"] if _is_tight(building, tables) or building.leak_points < 1 else []


def _tight(building: Building, _measure: Measure, tables: EnergyTables) -> Reasons:
    return [] if _is_tight(building, tables) else ["energy.reason.seal_first"]


def _no_quilt(building: Building, _measure: Measure, _tables: EnergyTables) -> Reasons:
    hung = any(block.door_curtain is not None and block.door_curtain.value == "yes" for block in building.facts.blocks)
    return ["energy.reason.there_already"] if hung or building.door_count == 0 else []


def _bare_pipe(building: Building, _measure: Measure, _tables: EnergyTables) -> Reasons:
    bare = any(item.distribution < 1.0 and not item.pipe_insulated for item in building.systems)
    return [] if bare else ["energy.reason.no_bare_pipe"]


def _no_control(building: Building, _measure: Measure, tables: EnergyTables) -> Reasons:
    """Rooms can be set apart where water or electricity heats them, not where a stove stands in one of them."""
    able = [item for item in building.systems if item.distribution < 1.0 or item.carrier == "electricity"]
    return [] if able or any(tables.systems[item.type].water == "yes" for item in building.systems) else [
        "energy.reason.no_water"
    ]  # fmt: skip


def _heat_pump_radiators(building: Building, _measure: Measure, _tables: EnergyTables) -> Reasons:
    pumps = [item for item in building.systems if item.type in _REBUILT_C and item.emitter.startswith("radiator")]
    return [] if pumps else ["energy.reason.no_pump_radiators"]


def _present_heating(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    """Nobody takes out a heat pump or district heat for another system, nor electric heaters for other ones."""
    if any(item.type == measure.material and not measure.value for item in building.systems):
        return ["energy.reason.there_already"]
    main = max(building.systems, key=lambda item: item.share)
    sparing = bool(tables.systems[main.type].heat_pump) or main.type in ("gshp", "district")
    new = tables.systems[measure.material]
    better = main.type == measure.material and main.efficiency >= (measure.value or 0.0)
    if sparing or better or (main.carrier == new.carrier == "electricity" and not new.heat_pump and new.code != "gshp"):
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


def _coal_allowed(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    """A better coal stove only where coal is burnt today and the village lies in the hills."""
    if not any(item.carrier in ("coal", "coal_loose") for item in building.systems):
        return ["energy.reason.no_coal_there"]
    return _solid_fuel(building, measure, tables)


def _pv_roof(building: Building, measure: Measure, _tables: EnergyTables) -> Reasons:
    heritage = building.facts.heritage
    if heritage is not None and heritage.value in ("listed", "village", "control"):
        return ["energy.reason.heritage"]
    if _roof_leaks(building):
        return ["energy.reason.roof_leaks"]
    shade = [block.shade for block in building.facts.blocks]
    if any(one is not None and one.value == "most" for one in shade):
        return ["energy.reason.roof_shaded"]
    if building.solar is not None and building.solar.pv_kwp > 0:
        return ["energy.reason.there_already"]
    if building.solar is None or building.solar.strength == "no":
        return ["energy.reason.roof_weak"]
    return ["energy.reason.roof_small"] if (measure.value or 0.0) > building.solar.possible_kwp else []


_Rule = Callable[[Building, Measure, EnergyTables], Reasons]
RULES: Final[Mapping[str, _Rule]] = {
    "wall_outside": _wall_outside,
    "wall_back": _wall_back,
    "wall_inside": _wall_inside,
    "ceiling_carries": _ceiling_carries,
    "no_good_ceiling": _no_good_ceiling,
    "flat_roof": _flat_roof,
    "pitched_repair": _pitched_repair,
    "weak": _weak,
    "weak_window": _weak_window,
    "weak_glass": _weak_window,
    "single_glass": _single_glass,
    "no_sunspace": _no_sunspace,
    "free_front": _free_front,
    "bare_edge": _bare_edge,
    "leaky": _leaky,
    "tight": _tight,
    "no_quilt": _no_quilt,
    "bare_pipe": _bare_pipe,
    "no_control": _no_control,
    "heat_pump_radiators": _heat_pump_radiators,
    "electric_capacity": _electric_capacity,
    "gas_reaches": _gas_reaches,
    "solid_fuel_allowed": _solid_fuel,
    "coal_allowed": _coal_allowed,
    "pv_roof": _pv_roof,
}
"""Rules of measures that change the house or its roof; those of what is used apart from heating stand in `extras`."""
