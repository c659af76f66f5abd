"""Heating systems: from heat in the rooms to fuel by carrier.

Fuel = heat x share / (efficiency x distribution), with the circulation pump on top. What a heat pump draws depends on
the load itself (`systems.heat_pumps`), while the zone's solver gives only weighted sums of the heat over the hours. The
weights are therefore cells: piecewise-linear shares of every hour between a few outdoor temperatures, by valley and day
hours. Within a cell the heat is nearly a function of the outdoor temperature, so its mean stands for all its hours;
against hour by hour the season's electricity of 36 houses and heat pumps lies 0.8 % off in the mean, and at worst
2.2 % (air source) and 3.1 % (ground source, in a house that hardly needs heat; tested).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.rows import SystemType
from cpdesk.energy.systems.heat_pumps import (
    Curves,
    Draw,
    Unit,
    curve,
    curves_at,
    draw,
    frost_share,
    laid_out_w,
    rated_w,
)
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.hourly import Drivers
from cpdesk.model.building import HeatingSystem

ALL, VALLEY = 0, 1
KINDS: Final = ("water", "air", "ground")
_FIRST: Final = 2
_VALLEY_FROM_H, _VALLEY_TO_H = 20, 8
_METERED: Final = ("ashp_water", "ashp_air", "gshp", "storage_heater", "electric_boiler", "electric_film")
_CHUNK: Final = 2048  # states whose cells stay in the processor's cache
_NODES_C: Final = (-30.0, -20.0, -12.0, -7.0, 2.0, 7.0)
"""Outdoor temperatures of the cells: where the COP table has its corners. Those colder than the place are left out."""

Part = tuple[float | None, float | None]
"""Outdoor temperatures from which, and below which, a heater works."""


@dataclass(frozen=True, slots=True)
class Plant:
    """All heaters of a household together.

    Attributes:
        code: `keep`, `keep_pipe` or the type of a new system.
        measures: ids of the measures that bring it, empty for what is there.
        valley_meter: whether its electricity is priced by the valley tariff of coal-to-electricity.
    """

    code: str
    measures: tuple[str, ...]
    systems: tuple[HeatingSystem, ...]
    valley_meter: bool


def limit_w(systems: Sequence[HeatingSystem], tables: EnergyTables) -> float:
    """Heat the systems can bring into the rooms at the design temperature of -7.6 degC, in W."""
    design = np.array([tables.limits["design_outdoor_c"].value])
    total = 0.0
    for system in systems:
        if works_at(system, float(design[0])):
            kind = tables.systems[system.type].heat_pump
            ratio = float(curve(tables, kind, system.flow_c or 0.0, design, capacity=True)[0]) if kind else 1.0
            total += 1000.0 * system.capacity_kw * ratio * system.distribution
    return total


def works_at(system: HeatingSystem, outdoor_c: float) -> bool:
    """Whether a heater works at an outdoor temperature."""
    return (system.above_c is None or outdoor_c >= system.above_c) and (
        system.below_c is None or outdoor_c < system.below_c
    )


@dataclass(frozen=True, slots=True)
class Weights:
    """Rows of weights for the solver: all heat, heat in valley hours, then the cells of each part of the season.

    Attributes:
        rows: (weights, hours).
        parts: first row of the cells of a part of the season; (None, None) is the whole.
        curves: by kind of heat pump, what it does at the outdoor temperatures of the cells: the nodes in valley hours,
            then in day hours.
        hours: by part, (cells, 1): counted hours in each cell.
        design_w: heat into the rooms for which the emitters of the house are laid out.
    """

    rows: Floats
    parts: Mapping[Part, int]
    curves: Mapping[str, Curves]
    hours: Mapping[Part, Floats]
    design_w: float

    def cells(self, sums: Floats, part: Part) -> Floats:
        """The solver's sums of the cells of a part of the season, Wh: (cells, N)."""
        first = self.parts[part]
        result: Floats = sums[first : first + len(self.hours[part])]
        return result


def weight_rows(
    plants: Sequence[Plant],
    drivers: Drivers,
    tables: EnergyTables,
    *,
    design_w: float = 0.0,
) -> Weights:
    """The weights that all plants need.

    Args:
        design_w: heat at the design temperature that the emitters were laid out for: of the house as it is. Zero
            where nothing is known: water temperatures then stay at their design value.
    """
    hour, outdoor = drivers.hour, drivers.outdoor_c
    valley = in_valley(hour).astype(float)
    coldest = float(outdoor.min())
    nodes = [node for at, node in enumerate(_NODES_C) if at == len(_NODES_C) - 1 or coldest < _middle(at)]
    hats = np.array([np.interp(outdoor, nodes, unit) for unit in np.eye(len(nodes))])
    cells = np.vstack([hats * valley, hats * (1.0 - valley)])
    rows = [np.ones((1, len(hour))), valley[None, :]]
    parts: dict[Part, int] = {}
    hours: dict[Part, Floats] = {}
    wanted = {_part(system) for plant in plants for system in plant.systems} | {(None, None)}
    for part in sorted(wanted, key=str):
        low, high = part
        inside = np.ones(len(hour)) if low is None else (outdoor >= low).astype(float)
        inside = inside if high is None else inside * (outdoor < high)
        parts[part] = _FIRST + len(parts) * len(cells)
        rows.append(cells * inside)
        hours[part] = (cells * inside * drivers.counted).sum(axis=1)[:, None]
    total = np.maximum((cells * drivers.counted).sum(axis=1), 1e-9)
    frost = (cells * drivers.counted) @ frost_share(outdoor, drivers.humidity_pct) / total
    at = np.array(nodes * 2)[:, None]
    return Weights(
        rows=np.vstack(rows), parts=parts, hours=hours, design_w=design_w,
        curves={kind: curves_at(kind, at, frost[:, None], tables) for kind in KINDS},
    )  # fmt: skip


def in_valley(hour: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether hours of the day lie in the valley window."""
    found: NDArray[np.bool_] = (hour >= _VALLEY_FROM_H) | (hour < _VALLEY_TO_H)
    return found


def _middle(at: int) -> float:
    """Between a node and the next: a node with less than half a step of the weather in its cell is left out."""
    return (_NODES_C[at] + _NODES_C[at + 1]) / 2.0


def _part(system: HeatingSystem) -> Part:
    return system.above_c, system.below_c


@dataclass(frozen=True, slots=True)
class Energy:
    """Final energy of a season in kWh by carrier, for N states; of electricity also the part in valley hours."""

    kwh: Mapping[str, Floats]
    valley_kwh: Floats


def final_energy(
    plant: Plant, sums: Floats, weights: Weights, tables: EnergyTables, *, capacity_w: Floats | None = None
) -> Energy:
    """Final energy of a plant from the solver's weighted sums (Wh).

    Args:
        capacity_w: (N,) heat that a new plant can bring into the rooms at -7.6 degC. Where it is not given, a new one
            is taken as sized to its fullest cell, as new ones are to the design load.
    """
    found: dict[str, Floats] = {}
    valley = np.zeros(sums.shape[1])
    whole = (sums[ALL] / 1000.0, sums[VALLEY] / 1000.0)

    def add(carrier: str, use: Floats, in_valley: Floats) -> None:
        nonlocal valley
        if carrier == "electricity":
            valley = valley + in_valley
        found[carrier] = found.get(carrier, 0.0) + use

    for system in plant.systems:
        row, part = tables.systems[system.type], _part(system)
        if row.heat_pump:
            use, in_valley = _pumped(plant, system, sums, weights, tables, capacity_w)
            add("electricity", use, in_valley)
            continue
        heat, heat_valley = whole if part == (None, None) else _sums_of(weights.cells(sums, part) / 1000.0)
        factor = system.share / (system.efficiency * system.distribution)
        in_valley = factor * heat_valley
        if system.type == "storage_heater":
            in_valley = tables.rule("valley_share_storage") * factor * heat
        add(system.carrier, factor * heat, in_valley)
        if row.water == "yes" and row.carrier not in ("heat", "solar"):
            add("electricity", *_circulated(system, sums, weights, tables))
    return Energy(found, valley)


def _sums_of(cells: Floats) -> tuple[Floats, Floats]:
    """Sum of all cells, and of those in valley hours."""
    return cells.sum(axis=0), cells[: len(cells) // 2].sum(axis=0)


def _pumped(
    plant: Plant,
    system: HeatingSystem,
    sums: Floats,
    weights: Weights,
    tables: EnergyTables,
    capacity_w: Floats | None,
) -> tuple[Floats, Floats]:
    """Electricity of a heat pump, all and in valley hours, kWh."""
    part = _part(system)
    hours = weights.hours[part]
    shares = np.divide(system.share, hours, out=np.zeros_like(hours), where=hours > 1e-6)
    cells = weights.cells(sums, part)
    unit = unit_of(system, tables, weights.design_w)
    curves = weights.curves[unit.kind]
    found = np.empty((2, cells.shape[1]))
    for first in range(0, cells.shape[1], _CHUNK):
        cut = slice(first, first + _CHUNK)
        mean = shares * cells[:, cut]
        if plant.code.startswith("keep"):
            capacity = np.array(limit_w([replace(system, above_c=None, below_c=None)], tables))
        elif capacity_w is not None:
            capacity = system.share * capacity_w[cut]
        else:
            capacity = tables.rule("sizing_factor") * np.maximum(mean.max(axis=0), 1.0)
        drawn = draw(mean, curves, unit, rated_w(unit, capacity, curves), tables)
        found[:, cut] = _sums_of(drawn.total_w * hours / 1000.0)
    return found[0], found[1]


def unit_of(system: HeatingSystem, tables: EnergyTables, design_w: float) -> Unit:
    """A heat pump of a household; `design_w` is the heat the emitters of the whole house were laid out for."""
    row = tables.systems[system.type]
    flow = system.flow_c or 0.0
    emitter = tables.emitters.get(system.emitter)
    reset = system.reset and flow > 0
    laid_out = system.share * design_w
    if emitter is not None and system.emitter_w is not None:
        laid_out = laid_out_w(emitter, system.emitter_w, flow, tables.device(f"{row.heat_pump}.room_c"))
    return Unit(
        kind=row.heat_pump, flow_c=flow, reset=reset and laid_out > 0, emitter=emitter,
        distribution=system.distribution, quality=system.efficiency / row.efficiency, design_w=max(laid_out, 1.0),
    )  # fmt: skip


def hourly_draw(
    system: HeatingSystem,
    heat_w: Floats,
    outdoor_c: Floats,
    tables: EnergyTables,
    *,
    design_w: float,
    capacity_w: float | None = None,
    humidity_pct: Floats | None = None,
) -> Draw:
    """What one heat pump draws hour by hour: the exact sum that `final_energy` comes near to.

    Args:
        heat_w: (hours,) heat into the rooms by this system.
        capacity_w: heat it can bring into the rooms at -7.6 degC; that of its plate where not given.
    """
    unit = unit_of(system, tables, design_w)
    capacity = limit_w([replace(system, above_c=None, below_c=None)], tables) if capacity_w is None else capacity_w
    curves = curves_at(unit.kind, outdoor_c, frost_share(outdoor_c, humidity_pct), tables)
    return draw(heat_w, curves, unit, rated_w(unit, np.array(capacity), curves), tables)


def _circulated(system: HeatingSystem, sums: Floats, weights: Weights, tables: EnergyTables) -> tuple[Floats, Floats]:
    """Electricity of a boiler's circulation pump, all and in valley hours, kWh: it runs while there is fire."""
    part = _part(system)
    hours = weights.hours[part]
    least = tables.device("boiler.min_load_share") * 1000.0 * system.capacity_kw * system.distribution
    heat = system.share * weights.cells(sums, part)
    running = np.minimum(hours, heat / least)
    return _sums_of(tables.device("boiler.pump_w") / 1000.0 * running)


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


def new_plant(code: str, measure: str, emitter: str, tables: EnergyTables, *, emitter_w: float | None = None) -> Plant:
    """One new system for the whole house, sized to the load; water systems get insulated pipes, heat pumps a heating
    curve that follows the weather.

    Args:
        emitter_w: heat at 64.5 K of counted radiators that stay.
    """
    row: SystemType = tables.systems[code]
    flow = row.flow_c
    if row.heat_pump and flow is not None:
        emitter = emitter if emitter in tables.emitters else "radiator_steel"
        flow = tables.emitters[emitter].flow_c
    distribution = tables.distribution["pipes_insulated"].value if row.water == "yes" else 1.0
    system = HeatingSystem(
        type=code, carrier=row.carrier, share=1.0, efficiency=row.efficiency, distribution=distribution,
        capacity_kw=row.capacity_kw, flow_c=flow, emitter=emitter if row.water == "yes" else "none",
        pipe_insulated=True, reset=bool(row.heat_pump), emitter_w=emitter_w if row.heat_pump else None,
    )  # fmt: skip
    return Plant(code, (measure,), (system,), row.carrier == "electricity")
