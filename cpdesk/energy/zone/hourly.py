"""The hourly thermal zone: ISO 13790:2008 annex C, five resistances and one capacitance.

With constant conductances every hour of annex C is linear in the mass temperature m, the heating q and the drivers:

    air = d m + E + f q          m' = a m + B + c q

so that q = clip((set - d m - E) / f, 0, limit) is exact and needs no second pass. E and B of all hours are two matrix
products. Windows may have a second conductance at night (curtains). `energy.zone.states` marches many states together.

The factor H_em = 1 / (1/H_op - 1/H_ms) is the standard's; elements that see another temperature than outdoor air
(ground, unheated rooms) enter with their own temperature or factor b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.base.errors import InputFault
from cpdesk.energy.weather.climate import HOUR, HOURS, MONTH, Floats, Weather, season_hours, tilted_irradiance
from cpdesk.energy.zone.envelope import (
    AIR,
    AREA,
    CAPACITY,
    DOOR,
    FIXED,
    FLOOR,
    GAINS,
    MASS,
    PERIODIC,
    ROOF,
    SKY_ROOF,
    SKY_WALL,
    SKY_WINDOW,
    WALL,
    WINDOW,
    WINDOW_NIGHT,
    Layout,
)
from cpdesk.model.building import Schedule

_H_MS: Final = 9.1  # W/(m2 K), 12.2.2
_H_IS: Final = 3.45  # W/(m2 K), 7.2.2.2
_SURFACE_RATIO: Final = 4.5  # A_tot / A_f, 7.2.2.2
WARM_UP_H: Final = 10 * 24


@dataclass(frozen=True, slots=True)
class Drivers:
    """The hours that are solved, in order, with what drives them.

    Attributes:
        rows: (drivers, hours): outdoor temperature, one, ground wave, then irradiance by orientation.
        mean_c: yearly mean outdoor temperature.
        day: hours with the day's set point; night: hours in which curtains are drawn.
        counted: hours that belong to the result; the ones before are the warm-up.
        vertical: which orientations are walls.
        coldest: weights that make the mean over the five coldest days; month: 0..11.
    """

    rows: Floats
    mean_c: float
    day: NDArray[np.bool_]
    night: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    vertical: NDArray[np.bool_]
    coldest: Floats
    month: NDArray[np.int64]
    hour: NDArray[np.int64]

    @property
    def outdoor_c(self) -> Floats:
        """Outdoor temperature of the hours."""
        result: Floats = self.rows[0]
        return result


def make_drivers(weather: Weather, schedule: Schedule, columns: Layout, *, whole_year: bool = False) -> Drivers:
    """The hours of a heating season with ten days of warm-up before it, or the whole year from January on."""
    season = np.ones(HOURS, dtype=bool) if whole_year else season_hours(schedule.season_start, schedule.season_end)
    starts = np.flatnonzero(season & ~np.roll(season, 1))
    first = int(starts[0]) if len(starts) else 0
    length = int(season.sum())
    order = (np.arange(first - WARM_UP_H, first + length)) % HOURS
    counted = np.arange(len(order)) >= WARM_UP_H
    irradiance = [tilted_irradiance(weather, azimuth, tilt)[order] for azimuth, tilt in columns.orientations]
    outdoor = weather.temperature_c[order]
    rows = np.vstack([outdoor, np.ones(len(order)), weather.ground_c[order], *irradiance])
    hour = HOUR[order]
    days = outdoor[WARM_UP_H:].reshape(-1, 24).mean(axis=1)
    coldest = np.zeros(len(order))
    for day in np.argsort(days)[:5]:
        coldest[WARM_UP_H + day * 24 : WARM_UP_H + (day + 1) * 24] = 1.0 / 120.0
    return Drivers(
        rows=rows,
        mean_c=float(weather.temperature_c.mean()),
        day=(hour >= schedule.day_start_h) & (hour < schedule.day_end_h),
        night=weather.zenith_deg[order] > 90.0,
        counted=counted,
        vertical=np.array([tilt > 45 for _, tilt in columns.orientations]),
        coldest=coldest,
        month=MONTH[order],
        hour=hour,
    )


@dataclass(frozen=True, slots=True)
class Steps:
    """Coefficients of one hour's step for N states; `e_rows`, `b_rows` are (drivers, N)."""

    a: Floats
    c: Floats
    d: Floats
    f: Floats
    e_rows: Floats
    b_rows: Floats
    h_em: Floats
    h_op: Floats
    h_window: Floats


def make_steps(rows: Floats, mean_c: float, drivers: int, *, night: bool) -> Steps:
    """Annex C, equations C.2 to C.11, solved for one step of N states; with or without the curtains of the night.

    Raises:
        InputFault: CP-1308 where the envelope loses more than the mass can take.
    """
    h_window = rows[:, WINDOW_NIGHT if night else WINDOW] + rows[:, DOOR]
    h_op = rows[:, WALL] + rows[:, ROOF] + rows[:, FLOOR]
    h_air, capacity = rows[:, AIR], rows[:, CAPACITY] / 3600.0
    total_area = _SURFACE_RATIO * rows[:, AREA]
    h_ms, h_is = _H_MS * rows[:, MASS], _H_IS * total_area
    if np.any(h_op >= h_ms):
        worst = int(np.argmax(h_op - h_ms))
        place = {"place_zh": "—", "place_en": "—"}
        raise InputFault("CP-1308", h_op=f"{h_op[worst]:.0f}", h_ms=f"{h_ms[worst]:.0f}", **place)
    h_em = h_op * h_ms / (h_ms - h_op)
    h_1 = h_air * h_is / (h_air + h_is)
    h_2 = h_1 + h_window
    h_3 = h_2 * h_ms / (h_2 + h_ms)
    to_air = h_is / (h_air + h_is)
    mass_share = rows[:, MASS] / total_area
    star_share = 1.0 - mass_share - h_window / (_H_MS * total_area)
    gains = np.zeros((drivers, len(rows)))
    orientations = drivers - 3
    gains[1] = 0.5 * rows[:, GAINS] - rows[:, SKY_WINDOW] - rows[:, SKY_WALL] - rows[:, SKY_ROOF]
    gains[3:] = (rows[:, FIXED : FIXED + orientations] + rows[:, FIXED + orientations :]).T
    outside = np.zeros_like(gains)
    share = np.divide(h_em, h_op, out=np.ones_like(h_op), where=h_op > 0)
    outside[0] = share * (rows[:, WALL] + rows[:, ROOF])
    outside[1] = share * (rows[:, FLOOR] - rows[:, PERIODIC]) * mean_c
    outside[2] = share * rows[:, PERIODIC]
    half = 0.5 * (h_3 + h_em)
    divisor = capacity + half
    star = star_share * gains
    star[0] += h_window + h_1
    star[1] += to_air * 0.5 * rows[:, GAINS]
    b_rows = (mass_share * gains + outside + h_3 / h_2 * star) / divisor
    a, c = (capacity - half) / divisor, h_3 / h_2 * to_air / divisor
    star_divisor, air_divisor = h_ms + h_window + h_1, h_is + h_air
    e_rows = h_is / star_divisor * (0.5 * h_ms * b_rows + star)
    e_rows[0] += h_air
    e_rows[1] += 0.5 * rows[:, GAINS]
    return Steps(
        a=a,
        c=c,
        d=h_is * h_ms * 0.5 * (1 + a) / star_divisor / air_divisor,
        f=(h_is / star_divisor * (0.5 * h_ms * c + to_air) + 1.0) / air_divisor,
        e_rows=e_rows / air_divisor,
        b_rows=b_rows,
        h_em=h_em,
        h_op=h_op,
        h_window=h_window,
    )


def start_c(set_day_c: Floats) -> Floats:
    """Mass temperature at the beginning of the warm-up, degC."""
    result: Floats = np.maximum(set_day_c, 8.0) - 1.0
    return result


def _hours(by_day: Floats, by_night: Floats, drivers: Drivers) -> Floats:
    """(hours, N) of a linear combination of the drivers, with the night's coefficients where curtains are drawn."""
    result: Floats = drivers.rows.T @ by_day
    result[drivers.night] = drivers.rows[:, drivers.night].T @ by_night
    return result


@dataclass(frozen=True, slots=True)
class Trace:
    """One state by the hour, over the counted hours: W and degC.

    Attributes:
        losses_w: by wall, roof, window, door, floor and air; opaque parts net of the sun on them and with the sky.
        stored_w: heat the mass gives up; losses = sun + internal + heating + stored in every hour.
    """

    heating_w: Floats
    air_c: Floats
    operative_c: Floats
    mass_c: Floats
    losses_w: dict[str, Floats]
    sun_w: Floats
    internal_w: Floats
    stored_w: Floats


def trace(row: Floats, drivers: Drivers, set_day_c: float, set_night_c: float, limit_w: float) -> Trace:
    """One state by the hour in plain floats, with the heat flow through every part."""
    rows = row[None, :]
    by_day = make_steps(rows, drivers.mean_c, len(drivers.rows), night=False)
    curtained = bool(row[WINDOW] != row[WINDOW_NIGHT])
    by_night = make_steps(rows, drivers.mean_c, len(drivers.rows), night=True) if curtained else by_day
    night = drivers.night
    free = _hours(by_day.e_rows, by_night.e_rows, drivers)[:, 0]
    move = _hours(by_day.b_rows, by_night.b_rows, drivers)[:, 0]
    a, c, d, f = (
        np.where(night, getattr(by_night, name)[0], getattr(by_day, name)[0]) if curtained else getattr(by_day, name)[0]
        for name in "acdf"
    )
    wish = (np.where(drivers.day, set_day_c, set_night_c) - free) / f
    start = float(start_c(np.array(set_day_c)))
    if curtained:
        mass, heat = _march_curtained(wish, move, (a, c, d / f), start, limit_w)
    else:
        mass, heat = _march(wish, move, (float(a), float(c), float(d / f)), start, limit_w)
    air = free + d * mass[:-1] + f * heat
    return _flows(row, drivers, by_day, by_night, mass, heat, air)


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


def _march_curtained(
    wish: Floats, move: Floats, step: tuple[Floats, Floats, Floats], start: float, limit_w: float
) -> tuple[Floats, Floats]:
    """The same with coefficients that change by the hour."""
    mass, heat = [start], []
    state = start
    for want, moved, a, c, pull in zip(wish.tolist(), move.tolist(), *(item.tolist() for item in step), strict=True):
        power = min(max(want - pull * state, 0.0), limit_w)
        state = a * state + moved + c * power
        heat.append(power)
        mass.append(state)
    return np.array(mass), np.array(heat)


def _opaque_flows(row: Floats, drivers: Drivers, middle: Floats, share: float) -> tuple[Floats, Floats, Floats]:
    """Heat from the mass through walls, roof and floor, W.

    Annex C takes all of it through H_em = share x H_op. With that flow, the inner face of the opaque parts has the
    temperature T* = Teq + share (T_mass - Teq), Teq being the mean of the temperatures behind the parts weighted with
    their conductances. Each part loses H (T* - T behind it), so that the parts sum to the whole. Behind the floor is
    the ground at the year's mean outdoor temperature; its yearly swing comes on top and flows in full (ISO 13370 H.4),
    as a part of the same sum.
    """
    outdoor, mean = drivers.rows[0], drivers.mean_c
    swing = row[PERIODIC] * (mean - drivers.rows[2])
    to_air = row[WALL] + row[ROOF]
    conductance = to_air + row[FLOOR]
    if conductance <= 0:
        return np.zeros_like(outdoor), np.zeros_like(outdoor), swing
    behind = (to_air * outdoor + row[FLOOR] * mean - swing) / conductance
    face = behind + share * (middle - behind)
    return row[WALL] * (face - outdoor), row[ROOF] * (face - outdoor), row[FLOOR] * (face - mean) + swing


def _flows(
    row: Floats, drivers: Drivers, by_day: Steps, by_night: Steps, mass: Floats, heat: Floats, air: Floats
) -> Trace:
    """Heat flow of every part, from the temperatures of the nodes."""
    outdoor, irradiance = drivers.rows[0], drivers.rows[3:]
    orientations = len(irradiance)
    sun = row[FIXED : FIXED + orientations] @ irradiance
    opaque = row[FIXED + orientations :][:, None] * irradiance
    opaque_wall, opaque_roof = opaque[drivers.vertical].sum(axis=0), opaque[~drivers.vertical].sum(axis=0)
    middle = 0.5 * (mass[1:] + mass[:-1])
    h_window = np.where(drivers.night, by_night.h_window[0], by_day.h_window[0])
    window = h_window - row[DOOR]
    total_area = _SURFACE_RATIO * row[AREA]
    h_is, h_ms = _H_IS * total_area, _H_MS * row[MASS]
    h_1, to_air = row[AIR] * h_is / (row[AIR] + h_is), h_is / (row[AIR] + h_is)
    sky = row[SKY_WINDOW] + row[SKY_WALL] + row[SKY_ROOF]
    gains = 0.5 * row[GAINS] + sun + opaque.sum(axis=0) - sky
    star = (1.0 - row[MASS] / total_area - h_window / (_H_MS * total_area)) * gains
    surface = h_ms * middle + star + (h_window + h_1) * outdoor + to_air * (0.5 * row[GAINS] + heat)
    surface = surface / (h_ms + h_window + h_1)
    share = by_day.h_em[0] / by_day.h_op[0] if by_day.h_op[0] > 0 else 1.0
    to_glass = h_window / (_H_MS * total_area) * gains  # part of the gains the standard lets out through the windows
    glass = (1.0, 0.0) if h_window.max() <= 0 else (window / h_window, row[DOOR] / h_window)
    through = h_window * (surface - outdoor) + to_glass
    wall, roof, floor = _opaque_flows(row, drivers, middle, share)
    losses = {
        "wall": wall - opaque_wall + row[SKY_WALL],
        "roof": roof - opaque_roof + row[SKY_ROOF],
        "window": glass[0] * through + row[SKY_WINDOW],
        "door": glass[1] * through,
        "floor": floor,
        "air": row[AIR] * (air - outdoor),
    }
    counted = drivers.counted
    return Trace(
        heating_w=heat[counted],
        air_c=air[counted],
        operative_c=(0.3 * air + 0.7 * surface)[counted],
        mass_c=middle[counted],
        losses_w={part: flow[counted] for part, flow in losses.items()},
        sun_w=sun[counted],
        internal_w=np.full(int(counted.sum()), row[GAINS]),
        stored_w=(row[CAPACITY] / 3600.0 * (mass[:-1] - mass[1:]))[counted],
    )
