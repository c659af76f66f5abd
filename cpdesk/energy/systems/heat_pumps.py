"""Heat pumps: electricity for heat at an outdoor and a water temperature.

What a heat pump draws depends on how much heat is asked of it: the heating curve gives the water temperature, the water
temperature with the outdoor temperature the COP and the capacity, and what the capacity cannot bring is electric
back-up. `draw` says all this for arrays of any shape, so that the same equations serve single hours and the cells of a
season (`systems.plants`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cpdesk.energy.system_rows import Emitter
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats

_FROST_POINTS_C = (-7.0, 2.0, 7.0)
_APPROACH_K = 8.0  # outdoor air over evaporating surface, as in the COP table
_TEST_HUMIDITY_PCT = 84.0  # EN 14511 at 2 degC dry, 1 degC wet bulb


def curve(tables: EnergyTables, kind: str, flow_c: float, outdoor_c: Floats, *, capacity: bool = False) -> Floats:
    """COP, or capacity over that at -12 degC, of a heat pump at outdoor temperatures; bilinear, held at the edges."""
    lines = _lines(tables, kind, np.asarray(outdoor_c, dtype=float), capacity=capacity)
    result: Floats = _between(lines, _waters(tables, kind), np.asarray(flow_c, dtype=float))
    return result


def _waters(tables: EnergyTables, kind: str) -> list[float]:
    return sorted({row.water_c for row in tables.heat_pumps if row.kind == kind})


def _lines(tables: EnergyTables, kind: str, outdoor_c: Floats, *, capacity: bool) -> list[Floats]:
    """Values at the outdoor temperatures for each water temperature of the table, the lowest first."""
    found = []
    for water in _waters(tables, kind):
        points = sorted(
            (row.outdoor_c, row.capacity_ratio if capacity else row.cop)
            for row in tables.heat_pumps
            if row.kind == kind and row.water_c == water
        )
        found.append(np.interp(outdoor_c, [at for at, _ in points], [value for _, value in points]))
    return found


def _between(lines: Sequence[Floats], waters: Sequence[float], flow_c: Floats) -> Floats:
    """Linear in the water temperature, held at the edges."""
    found = lines[0]
    for low, high, before, after in zip(waters, waters[1:], lines, lines[1:], strict=False):
        found = found + (after - before) * np.clip((flow_c - low) / (high - low), 0.0, 1.0)
    return found


@dataclass(frozen=True, slots=True)
class Unit:
    """A heat pump with what stands around it.

    Attributes:
        kind: its rows of `heat_pumps.csv`.
        flow_c: water temperature at the design load; 0 without water.
        reset: whether the water follows the load (outdoor reset) or is kept at `flow_c`.
        emitter: what gives the heat to the room; `None` without water.
        distribution: share of the produced heat that reaches the rooms.
        quality: COP of this unit over that of the table.
        design_w: heat into the rooms at which the emitters need `flow_c`, W.
    """

    kind: str
    flow_c: float
    reset: bool
    emitter: Emitter | None
    distribution: float
    quality: float
    design_w: float


@dataclass(frozen=True, slots=True)
class Draw:
    """What a heat pump takes and gives; all arrays of one shape, W and degC.

    Attributes:
        compressor_w: electricity of the unit with its defrosting and starts.
        backup_w: electricity of the electric heater.
        auxiliary_w: circulation pump while the unit runs, stand-by while it does not.
        heat_w: heat the unit itself produces.
        capacity_w: the most it could.
        flow_c: water temperature; one value where it is kept.
    """

    compressor_w: Floats
    backup_w: Floats
    auxiliary_w: Floats
    heat_w: Floats
    capacity_w: Floats
    flow_c: Floats

    @property
    def total_w(self) -> Floats:
        """All its electricity."""
        return self.compressor_w + self.backup_w + self.auxiliary_w


_RATED_EXCESS_K = 64.5


def laid_out_w(emitter: Emitter, rated_w: float, flow_c: float, room_c: float) -> float:
    """Heat that radiators give with water of `flow_c`, W, from their heat at 64.5 K over the room (EN 442-2)."""
    excess = max(flow_c - emitter.spread_k / 2.0 - room_c, 1.0)
    return rated_w * float((excess / _RATED_EXCESS_K) ** emitter.exponent)


def flow_c(heat_w: Floats, unit: Unit, tables: EnergyTables) -> Floats:
    """Water temperature that lets the emitters give `heat_w` into the rooms, degC.

    EN 442-2 and ISO 52031 (EN 15316-2): heat ~ (mean water - room)^n. With x the heat over the design load,
    flow = room + (flow_d - spread/2 - room) x^(1/n) + x spread/2, not below the least flow of the emitter.
    """
    if unit.emitter is None or not unit.reset:
        return np.array(unit.flow_c)
    room, emitter = tables.device(f"{unit.kind}.room_c"), unit.emitter
    share = np.maximum(heat_w, 0.0) / unit.design_w
    half = emitter.spread_k / 2.0
    wanted = room + (unit.flow_c - half - room) * share ** (1.0 / emitter.exponent) + half * share
    result: Floats = np.maximum(wanted, min(emitter.min_flow_c, unit.flow_c))
    return result


@dataclass(frozen=True, slots=True)
class Curves:
    """COP and capacity of a kind of heat pump at given hours or cells, for each water temperature of the table.

    Attributes:
        waters_c: lowest first; `cop` (frost included) and `capacity` over that at -12 degC, one array for each.
        design: capacity at the design outdoor temperature, one number for each.
    """

    kind: str
    waters_c: tuple[float, ...]
    cop: tuple[Floats, ...]
    capacity: tuple[Floats, ...]
    design: tuple[float, ...]


def curves_at(kind: str, outdoor_c: Floats, frost: Floats, tables: EnergyTables) -> Curves:
    """What a kind of heat pump does at outdoor temperatures.

    Args:
        frost: `frost_share` of the same hours.
    """
    at = np.array(tables.limits["design_outdoor_c"].value)
    factor = defrost_factor(kind, outdoor_c, frost, tables)
    return Curves(
        kind=kind,
        waters_c=tuple(_waters(tables, kind)),
        cop=tuple(line * factor for line in _lines(tables, kind, outdoor_c, capacity=False)),
        capacity=tuple(_lines(tables, kind, outdoor_c, capacity=True)),
        design=tuple(float(line) for line in _lines(tables, kind, at, capacity=True)),
    )


def frost_share(outdoor_c: Floats, humidity_pct: Floats | None) -> Floats:
    """How much frost forms, over that of the test point's humidity (84 %); one where the humidity is not known.

    Water settles while the outdoor air holds more of it than saturated air at the evaporator, 8 K colder, could:
    (w - w_e) / (w_test - w_e), between 0 and 1.5. Dry winter air of 40 % leaves no frost.
    """
    outdoor_c = np.asarray(outdoor_c, dtype=float)
    if humidity_pct is None:
        return np.ones_like(outdoor_c)
    surface = _saturation_pa(outdoor_c - _APPROACH_K)
    full = _saturation_pa(outdoor_c)
    found: Floats = (humidity_pct / 100.0 * full - surface) / (_TEST_HUMIDITY_PCT / 100.0 * full - surface)
    return np.clip(found, 0.0, 1.5)


def _saturation_pa(temperature_c: Floats) -> Floats:
    """Vapour pressure over water or ice (ISO 13788:2012, E.1 and E.3)."""
    water = 610.5 * np.exp(17.269 * temperature_c / (237.3 + temperature_c))
    ice = 610.5 * np.exp(21.875 * temperature_c / (265.5 + temperature_c))
    result: Floats = np.where(temperature_c >= 0.0, water, ice)
    return result


def defrost_factor(kind: str, outdoor_c: Floats, frost: Floats, tables: EnergyTables) -> Floats:
    """Factor on the table's COP, which holds the defrosting of the test's humidity at 2 degC."""
    if kind == "ground":
        return np.ones_like(outdoor_c)
    loss = np.interp(outdoor_c, _FROST_POINTS_C, (0.0, tables.device(f"{kind}.defrost_loss"), 0.0))
    result: Floats = (1.0 - loss * frost) / (1.0 - loss)
    return result


def rated_w(unit: Unit, capacity_w: Floats, curves: Curves) -> Floats:
    """Rated output at -12 degC of a unit that brings `capacity_w` into the rooms at -7.6 degC and its design flow."""
    ratio = float(np.interp(unit.flow_c, curves.waters_c, curves.design))
    result: Floats = np.asarray(capacity_w, dtype=float) / unit.distribution / ratio
    return result


def draw(heat_w: Floats, curves: Curves, unit: Unit, rated: Floats, tables: EnergyTables) -> Draw:
    """Electricity for `heat_w` into the rooms at the hours of `curves`; all arrays broadcast against each other.

    Below the least load of the compressor it starts and stops, and COP = COP_full (1 - Cd (1 - share of time on))
    (EN 14825:2018, 6.4.2 for fixed-speed units). A better COP at part load is not counted.

    Args:
        rated: output at -12 degC, W.
    """
    kind = unit.kind
    flow = flow_c(heat_w, unit, tables)
    capacity = rated * _between(curves.capacity, curves.waters_c, flow)
    wanted = heat_w / unit.distribution
    heat = np.minimum(wanted, capacity)
    least = tables.device(f"{kind}.min_load_share") * capacity
    running = np.minimum(1.0, heat / least)
    cop = unit.quality * _between(curves.cop, curves.waters_c, flow)
    cop = cop * (1.0 - tables.device(f"{kind}.cycling") * (1.0 - running))
    standby = tables.device(f"{kind}.standby_w")
    return Draw(
        compressor_w=heat / cop,
        backup_w=(wanted - heat) / tables.rule("backup_cop"),
        auxiliary_w=standby + (tables.device(f"{kind}.pump_w") - standby) * running,
        heat_w=heat,
        capacity_w=capacity,
        flow_c=flow,
    )
