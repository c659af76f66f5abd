"""Heating systems: from heat in the rooms to fuel by carrier.

Fuel = heat x share / (efficiency x distribution). Heat pumps take their COP from a table over outdoor and water
temperature, hour by hour, with pumps and stand-by on top; what a season needs of it is the sum of heat / COP, which the
zone's solver forms as a weighted sum (`weight_rows`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cpdesk.energy.rows import SystemType
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.hourly import Drivers
from cpdesk.model.building import HeatingSystem

ALL, VALLEY = 0, 1
_VALLEY_FROM_H, _VALLEY_TO_H = 20, 8
_METERED: Final = ("ashp_water", "ashp_air", "gshp", "storage_heater", "electric_boiler", "electric_film")


@dataclass(frozen=True, slots=True)
class Plant:
    """All heaters of a household together.

    Attributes:
        code: `keep`, `keep_pipe` or the type of a new system.
        measure: id of the measure that brings it, empty for what is there.
        valley_meter: whether its electricity is priced by the valley tariff of coal-to-electricity.
    """

    code: str
    measures: tuple[str, ...]
    systems: tuple[HeatingSystem, ...]
    valley_meter: bool


def curve(tables: EnergyTables, kind: str, flow_c: float, outdoor_c: Floats, *, capacity: bool = False) -> Floats:
    """COP, or capacity over that at -12 degC, of a heat pump at outdoor temperatures; bilinear, held at the edges."""
    points = [row for row in tables.heat_pumps if row.kind == kind]
    waters = sorted({row.water_c for row in points})
    lines = []
    for water in waters:
        row = sorted((item for item in points if item.water_c == water), key=lambda item: item.outdoor_c)
        values = [item.capacity_ratio if capacity else item.cop for item in row]
        lines.append(np.interp(outdoor_c, [item.outdoor_c for item in row], values))
    if len(waters) == 1:
        return lines[0]
    place = float(np.interp(flow_c, waters, np.arange(len(waters))))
    low = min(int(place), len(waters) - 2)
    share = place - low
    result: Floats = (1 - share) * lines[low] + share * lines[low + 1]
    return result


def limit_w(systems: Sequence[HeatingSystem], tables: EnergyTables) -> float:
    """Heat the systems can bring into the rooms at the design temperature of -7.6 degC, in W."""
    design = np.array([tables.limits["design_outdoor_c"].value])
    total = 0.0
    for system in systems:
        kind = tables.systems[system.type].heat_pump
        ratio = float(curve(tables, kind, system.flow_c or 0.0, design, capacity=True)[0]) if kind else 1.0
        total += 1000.0 * system.capacity_kw * ratio * system.distribution
    return total


@dataclass(frozen=True, slots=True)
class Weights:
    """Rows of weights for the solver: all heat, heat in valley hours, and both over the COP of each heat pump."""

    rows: Floats
    pumps: Mapping[tuple[str, float], int]


def weight_rows(plants: Sequence[Plant], drivers: Drivers, tables: EnergyTables) -> Weights:
    """The weights that all plants need."""
    hour = drivers.hour
    valley = ((hour >= _VALLEY_FROM_H) | (hour < _VALLEY_TO_H)).astype(float)
    rows = [np.ones(len(hour)), valley]
    pumps: dict[tuple[str, float], int] = {}
    for plant in plants:
        for system in plant.systems:
            kind = tables.systems[system.type].heat_pump
            key = (kind, system.flow_c or 0.0)
            if kind and key not in pumps:
                pumps[key] = len(rows)
                cop = curve(tables, kind, key[1], drivers.outdoor_c)
                rows += [1.0 / cop, valley / cop]
    return Weights(np.vstack(rows), pumps)


@dataclass(frozen=True, slots=True)
class Energy:
    """Final energy of a season in kWh by carrier, for N states; of electricity also the part in valley hours."""

    kwh: Mapping[str, Floats]
    valley_kwh: Floats


def final_energy(plant: Plant, sums: Floats, weights: Weights, tables: EnergyTables) -> Energy:
    """Final energy of a plant from the solver's weighted sums (Wh)."""
    found: dict[str, Floats] = {}
    valley = np.zeros(sums.shape[1])
    heat, heat_valley = sums[ALL] / 1000.0, sums[VALLEY] / 1000.0
    for system in plant.systems:
        row = tables.systems[system.type]
        if row.heat_pump:
            at = weights.pumps[(row.heat_pump, system.flow_c or 0.0)]
            factor = tables.rule("heat_pump_auxiliary") * row.efficiency / system.efficiency / system.distribution
            use = system.share * factor * sums[at] / 1000.0
            in_valley = system.share * factor * sums[at + 1] / 1000.0
        else:
            factor = system.share / (system.efficiency * system.distribution)
            use, in_valley = factor * heat, factor * heat_valley
        if system.carrier == "electricity":
            if system.type == "storage_heater":
                in_valley = tables.rule("valley_share_storage") * use
            valley = valley + in_valley
        found[system.carrier] = found.get(system.carrier, np.zeros_like(use)) + use
    return Energy(found, valley)


def current_plant(systems: tuple[HeatingSystem, ...], tables: EnergyTables, *, meter: bool, wrapped: bool) -> Plant:
    """The heaters that are there; with `wrapped` their bare pipes are insulated."""
    if wrapped:
        good = tables.distribution["pipes_insulated"].value
        systems = tuple(
            replace(item, distribution=max(item.distribution, good), pipe_insulated=True)
            if item.distribution < 1.0
            else item
            for item in systems
        )
    electric = any(item.type in _METERED for item in systems)
    return Plant("keep_pipe" if wrapped else "keep", ("pipe_wrap",) if wrapped else (), systems, meter or electric)


def new_plant(code: str, measure: str, emitter: str, tables: EnergyTables) -> Plant:
    """One new system for the whole house, sized to the load; water systems get insulated pipes."""
    row: SystemType = tables.systems[code]
    flow = row.flow_c
    if row.heat_pump == "water":
        flow = tables.rule("floor_flow_c" if emitter == "floor" else "heat_pump_flow_c")
    distribution = tables.distribution["pipes_insulated"].value if row.water == "yes" else 1.0
    system = HeatingSystem(
        type=code, carrier=row.carrier, share=1.0, efficiency=row.efficiency, distribution=distribution,
        capacity_kw=row.capacity_kw, flow_c=flow, emitter=emitter if row.water == "yes" else "none",
        pipe_insulated=True,
    )  # fmt: skip
    return Plant(code, (measure,), (system,), row.carrier == "electricity")
