"""The hourly thermal zone: ISO 13790:2008 annex C, five resistances and one capacitance, with its buffer spaces.

With constant conductances every hour is linear in the mass temperature m, the heating q and the drivers
(`energy.zone.network`):

    air = d m + E + f q          m' = a m + B + c q

so that q = clip((set - d m - E) / f, 0, limit) is exact and needs no second pass; cooling is the same with its own set
point. E and B of all hours are matrix products. Windows may have a second conductance at night (curtains), and the
doors of a sunspace stand open while the sun shines. `energy.zone.states` marches many states together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.drivers import (
    DAY,
    GROUND_WAVE,
    LEAK,
    NIGHT,
    OPENED,
    SUN,
    WARM_UP_H,
    Drivers,
    make_drivers,
)
from cpdesk.energy.zone.envelope import (
    ATTIC_CEILING,
    FLOOR,
    FRONT_SKY_WALL,
    FRONT_SKY_WINDOW,
    GAINS,
    GROUND,
    GROUND_PERIODIC,
    OPEN,
    OUTSIDE,
    PERIODIC,
    ROOF,
    SKY,
    SKY_ROOF,
    SKY_WALL,
    SKY_WINDOW,
    WINDOW,
    WINDOW_NIGHT,
    buffer_column,
)
from cpdesk.energy.zone.network import AIR_NODE, FACE, FIRST_BUFFER, SURFACE, Steps, make_steps

__all__ = ["WARM_UP_H", "BufferTrace", "Drivers", "Trace", "free_floating", "make_drivers", "start_c", "trace"]

OFF_C: Final = -50.0
"""A set point that stands for heating switched off."""


def start_c(set_day_c: Floats) -> Floats:
    """Mass temperature at the beginning of the warm-up, degC."""
    result: Floats = np.maximum(set_day_c, 8.0) - 1.0
    return result


@dataclass(frozen=True, slots=True)
class BufferTrace:
    """A buffer by the hour: from_rooms + sun + stored = outdoors + ground + sky in every hour.

    Attributes:
        air_c: its temperature.
        from_rooms_w: heat the rooms lose to it, negative where it warms them.
        sun_w: sun it keeps, without what shines on into the rooms; outdoors_w, ground_w, sky_w: what it loses.
        stored_w: heat its floor and walls give up; zero where they are left out.
    """

    air_c: Floats
    from_rooms_w: Floats
    sun_w: Floats
    outdoors_w: Floats
    ground_w: Floats
    sky_w: Floats
    stored_w: Floats

    @property
    def mean_c(self) -> float:
        """Mean temperature of the counted hours, degC."""
        return float(self.air_c.mean())


@dataclass(frozen=True, slots=True)
class Trace:
    """One state by the hour, over the counted hours: W and degC.

    Attributes:
        losses_w: by wall, roof, window, door, floor and air, out of the rooms; opaque parts net of the sun on them and
            with the sky. What goes through a wall to a buffer counts as wall, through a ceiling as roof.
        stored_w: heat the mass gives up; losses = sun + internal + heating - cooling + stored in every hour.
        cooling_w: heat taken out where a cooling set point was given.
        buffers: unheated rooms, attic, sunspace.
    """

    heating_w: Floats
    air_c: Floats
    operative_c: Floats
    mass_c: Floats
    losses_w: dict[str, Floats]
    sun_w: Floats
    internal_w: Floats
    stored_w: Floats
    cooling_w: Floats
    buffers: dict[str, BufferTrace] = field(default_factory=dict)

    @property
    def heating_kwh(self) -> float:
        """Heat need of the counted hours (ISO 13790, C.4.2)."""
        return float(self.heating_w.sum()) / 1000.0

    @property
    def cooling_kwh(self) -> float:
        """Cooling need of the counted hours, positive."""
        return float(self.cooling_w.sum()) / 1000.0


def trace(
    row: Floats,
    drivers: Drivers,
    set_day_c: float,
    set_night_c: float,
    limit_w: float,
    *,
    cool_c: float | None = None,
    cool_limit_w: float = np.inf,
) -> Trace:
    """One state by the hour, with the heat flow through every part.

    Args:
        set_day_c, set_night_c: heating set points of the air (-50 for off); limit_w: heating power at most.
        cool_c: set point above which heat is taken out, up to `cool_limit_w`; `None` is no cooling. Where it lies
            below a heating set point that one counts.
    """
    used = kinds(row[None, :], drivers)
    steps = {number: make_steps(row[None, :], drivers, number) for number in used}
    hours = _masks(drivers, used)
    free, move = (_joined(drivers, hours, steps, name) for name in ("e_rows", "b_rows"))
    a, c, d, f = (_by_hour(hours, steps, name) for name in "acdf")
    want = drivers.set_points(set_day_c, set_night_c)
    wish = (want - free) / f
    ceiling = np.full(len(free), np.inf) if cool_c is None else (np.maximum(want, cool_c) - free) / f
    start = float(start_c(np.array(set_day_c)))
    if cool_c is None and len(used) == 1:
        one = float(a[0]), float(c[0]), float(d[0] / f[0])
        mass, heat = _march(wish, move, one, start, limit_w)
    else:
        mass, heat = _march_any(wish, ceiling, move, (a, c, d / f), start, (limit_w, cool_limit_w))
    return _flows(row, drivers, hours, steps, mass, heat)


def free_floating(row: Floats, drivers: Drivers) -> Trace:
    """One state without heating or cooling: how warm the house is by itself."""
    return trace(row, drivers, OFF_C, OFF_C, 0.0)


def kinds(rows: Floats, drivers: Drivers) -> list[int]:
    """Kinds of hours (DAY, NIGHT, OPENED) in which these states differ; hours of the others count as DAY."""
    found = [DAY]
    if np.any(rows[:, WINDOW] != rows[:, WINDOW_NIGHT]):
        found.append(NIGHT)
    opened = (rows[:, buffer_column("sunspace", OPEN)] > 0) & (rows[:, buffer_column("sunspace", OUTSIDE)] > 0)
    if opened.any() and (drivers.kind == OPENED).any():
        found.append(OPENED)
    return found


def _masks(drivers: Drivers, used: list[int]) -> dict[int, NDArray[np.bool_]]:
    found = {number: drivers.kind == number for number in used if number != DAY}
    rest = np.ones(len(drivers.kind), dtype=bool)
    for mask in found.values():
        rest &= ~mask
    return {DAY: rest} | found


def _joined(drivers: Drivers, hours: dict[int, NDArray[np.bool_]], steps: dict[int, Steps], name: str) -> Floats:
    """(hours,) of a linear combination of the drivers with each hour's own coefficients."""
    result = np.empty(len(drivers.kind))
    for number, mask in hours.items():
        coefficients = getattr(steps[number], name)[:, 0]
        result[mask] = coefficients @ drivers.rows[: len(coefficients), mask]
    return result


def _by_hour(hours: dict[int, NDArray[np.bool_]], steps: dict[int, Steps], name: str) -> Floats:
    result = np.empty(len(hours[DAY]))
    for number, mask in hours.items():
        result[mask] = getattr(steps[number], name)[0]
    return result


def _march(
    wish: Floats, move: Floats, step: tuple[float, float, float], start: float, limit_w: float
) -> tuple[Floats, Floats]:
    """The hours of one state; plain floats are several times faster here than arrays of one."""
    a, c, pull = step
    mass, heat = [start], []
    state = start
    for want, moved in zip(wish.tolist(), move.tolist(), strict=True):
        power = want - pull * state
        if power < 0.0:
            power = 0.0
        elif power > limit_w:
            power = limit_w
        state = a * state + moved + c * power
        heat.append(power)
        mass.append(state)
    return np.array(mass), np.array(heat)


def _march_any(
    wish: Floats,
    ceiling: Floats,
    move: Floats,
    step: tuple[Floats, Floats, Floats],
    start: float,
    limits: tuple[float, float],
) -> tuple[Floats, Floats]:
    """The same with coefficients that change by the hour, and with cooling as negative heat."""
    mass, heat = [start], []
    state = start
    most, least = limits[0], -limits[1]
    hours = zip(wish.tolist(), ceiling.tolist(), move.tolist(), *(item.tolist() for item in step), strict=True)
    for want, top, moved, a, c, pull in hours:
        held = pull * state
        power = want - held
        if power > most:
            power = most
        elif power < 0.0:
            power = top - held
            if power > 0.0:
                power = 0.0
            elif power < least:
                power = least
        state = a * state + moved + c * power
        heat.append(power)
        mass.append(state)
    return np.array(mass), np.array(heat)


@dataclass(frozen=True, slots=True)
class _Hours:
    """Temperatures of the nodes by the hour; `buffers` (buffers, hours) in the order of the network's."""

    mass: Floats
    air: Floats
    surface: Floats
    face: Floats
    buffers: Floats


def _temperatures(
    drivers: Drivers, hours: dict[int, NDArray[np.bool_]], steps: dict[int, Steps], mass: Floats, heat: Floats
) -> _Hours:
    middle = 0.5 * (mass[1:] + mass[:-1])
    found = np.empty((len(steps[DAY].nodes), len(middle)))
    count = steps[DAY].nodes.shape[1] - 2
    causes = np.vstack([drivers.rows[:count], middle, heat])
    for number, mask in hours.items():
        found[:, mask] = steps[number].nodes[:, :, 0] @ causes[:, mask]
    return _Hours(middle, found[AIR_NODE], found[SURFACE], found[FACE], found[FIRST_BUFFER:])


def _flows(
    row: Floats,
    drivers: Drivers,
    hours: dict[int, NDArray[np.bool_]],
    steps: dict[int, Steps],
    mass: Floats,
    heat: Floats,
) -> Trace:
    """Heat flow of every part, from the temperatures of the nodes.

    Opaque parts lose H (F - temperature behind them). Behind the floor is the ground at the year's mean outdoor
    temperature; its yearly swing comes on top (ISO 13370 H.4).
    """
    at = _temperatures(drivers, hours, steps, mass, heat)
    net = steps[DAY].network
    causes = drivers.rows[: len(net.gains)]
    gains = net.gains[:, 0] @ causes
    let_out = float(net.glass_share[0]) * gains  # part of the gains the standard lets out, per W/K of window
    losses = _to_outdoors(row, drivers, hours, steps, at, let_out)
    counted = drivers.counted
    buffers: dict[str, BufferTrace] = {}
    for number, item in enumerate(net.buffers):
        temperature = at.buffers[number]
        to_air, to_window, to_door = (_conductance(hours, steps, name, number) for name in ("air", "window", "door"))
        through = {
            "roof" if item.kind == "attic" else "wall": float(item.opaque[0]) * (at.face - temperature),
            "window": to_window * (at.surface - temperature + let_out),
            "door": to_door * (at.surface - temperature + let_out),
            "air": to_air * (at.air - temperature),
        }
        for part, flow in through.items():
            losses[part] = losses[part] + flow
        first = buffer_column(item.kind, 0)
        swing = row[first + GROUND_PERIODIC] * (drivers.mean_c - drivers.rows[GROUND_WAVE])
        buffers[item.kind] = BufferTrace(
            air_c=temperature[counted],
            from_rooms_w=sum(through.values(), np.zeros_like(temperature))[counted],
            sun_w=(item.sun[:, 0] @ causes)[counted],
            outdoors_w=(row[first + OUTSIDE] * (temperature - drivers.outdoor_c))[counted],
            ground_w=(row[first + GROUND] * (temperature - drivers.mean_c) + swing)[counted],
            sky_w=np.full(int(counted.sum()), row[first + SKY]),
            stored_w=(item.stored[:, 0] @ causes)[counted],
        )
    return Trace(
        heating_w=np.maximum(heat, 0.0)[counted],
        air_c=at.air[counted],
        operative_c=(0.3 * at.air + 0.7 * at.surface)[counted],
        mass_c=at.mass[counted],
        losses_w={part: flow[counted] for part, flow in losses.items()},
        sun_w=(net.sun[:, 0] @ causes)[counted],
        internal_w=np.full(int(counted.sum()), row[GAINS]),
        stored_w=(float(net.capacity[0]) * (mass[:-1] - mass[1:]))[counted],
        cooling_w=np.maximum(-heat, 0.0)[counted],
        buffers=buffers,
    )


def _to_outdoors(
    row: Floats,
    drivers: Drivers,
    hours: dict[int, NDArray[np.bool_]],
    steps: dict[int, Steps],
    at: _Hours,
    let_out: Floats,
) -> dict[str, Floats]:
    """What the rooms lose to outdoor air and ground by part."""
    outdoor, mean = drivers.outdoor_c, drivers.mean_c
    net = steps[DAY].network
    count = len(drivers.vertical)
    opaque = net.sun_opaque[SUN : SUN + count, 0][:, None] * drivers.rows[SUN : SUN + count]
    window, door = (_conductance(hours, steps, name) for name in ("window", "door"))
    kinds_there = [item.kind for item in net.buffers]
    sky_wall, sky_window = row[SKY_WALL], row[SKY_WINDOW]
    if "sunspace" in kinds_there:
        sky_wall, sky_window = sky_wall - row[FRONT_SKY_WALL], sky_window - row[FRONT_SKY_WINDOW]
    roof = row[ROOF] - (row[ATTIC_CEILING] if "attic" in kinds_there else 0.0)
    wall = float(net.outdoors[0]) - roof
    return {
        "wall": wall * (at.face - outdoor) - opaque[drivers.vertical].sum(axis=0) + sky_wall,
        "roof": roof * (at.face - outdoor) - opaque[~drivers.vertical].sum(axis=0) + row[SKY_ROOF],
        "window": window * (at.surface - outdoor + let_out) + sky_window,
        "door": door * (at.surface - outdoor + let_out),
        "floor": row[FLOOR] * (at.face - mean) + row[PERIODIC] * (mean - drivers.rows[GROUND_WAVE]),
        "air": float(net.air[0]) * (at.air - outdoor) + float(net.leak[0]) * drivers.rows[LEAK],
    }


def _conductance(
    hours: dict[int, NDArray[np.bool_]], steps: dict[int, Steps], name: str, buffer: int | None = None
) -> Floats:
    """A conductance by the hour, of the network or of one of its buffers."""
    result = np.empty(len(hours[DAY]))
    for number, mask in hours.items():
        net = steps[number].network
        result[mask] = getattr(net if buffer is None else net.buffers[buffer], name)[0]
    return result
