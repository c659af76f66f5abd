"""The hours that are solved, with what drives them: outdoor air, ground, leakage and sun."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.base.errors import InputFault
from cpdesk.energy.weather.climate import HOUR, HOURS, MONTH, Floats, Weather, season_hours
from cpdesk.energy.weather.sky import SameSky, tilted
from cpdesk.energy.zone.envelope import Layout
from cpdesk.energy.zone.shade import overhang_shares
from cpdesk.model.building import Draught, Overhang, Schedule

WARM_UP_H: Final = 10 * 24
OUTDOOR, ONE, GROUND_WAVE, LEAK, LATE = range(5)
SUN: Final = 5
"""Rows of the drivers; from SUN on the irradiance of each orientation, then the same as a sunspace's mass delays it."""
DAY, NIGHT, OPENED = range(3)
"""Kinds of hours: curtains open, curtains drawn, doors to the sunspace open."""
_OPEN_FROM_H, _OPEN_TO_H = 8, 17


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """The hours that are solved, in order, with what drives them; equal to itself only, so that it may be a key.

    Attributes:
        rows: (drivers, hours): outdoor temperature, one, ground wave, the leakage's deviation (see `leak_rows`), the
            outdoor temperature delayed (see `late`), then irradiance by orientation, and the same delayed.
        mean_c: yearly mean outdoor temperature.
        leak_mean: mean of the leakage over that of the reference weather.
        day: hours with the day's set point; away: hours in which nobody is there and `away_c` is kept.
        kind: DAY, NIGHT or OPENED by hour; night: hours in which curtains are drawn.
        counted: hours that belong to the result; the ones before are the warm-up.
        vertical: which orientations are walls.
        coldest: weights that make the mean over the five coldest days on which people are there; month: 0..11.
        humidity_pct: relative humidity outdoors, for frost on heat pumps; `None` where the weather does not say.
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
    kind: NDArray[np.int8]
    away: NDArray[np.bool_]
    away_c: float
    leak_mean: float
    humidity_pct: Floats | None = None

    @property
    def outdoor_c(self) -> Floats:
        """Outdoor temperature of the hours."""
        result: Floats = self.rows[OUTDOOR]
        return result

    @property
    def present(self) -> NDArray[np.bool_]:
        """Counted hours in which people are there; all counted hours where they never are."""
        found: NDArray[np.bool_] = self.counted & ~self.away
        return found if found.any() else self.counted

    def set_points(self, day_c: float, night_c: float) -> Floats:
        """Set point of every hour."""
        return np.where(self.away, min(self.away_c, day_c), np.where(self.day, day_c, night_c))


def make_drivers(weather: Weather, schedule: Schedule, columns: Layout, *, whole_year: bool = False) -> Drivers:
    """The hours of a heating season with ten days of warm-up before it, or the whole year from January on.

    Raises:
        InputFault: CP-1360 where an hour of the weather is missing or cannot be.
    """
    _check(weather)
    season = np.ones(HOURS, dtype=bool) if whole_year else season_hours(schedule.season_start, schedule.season_end)
    starts = np.flatnonzero(season & ~np.roll(season, 1))
    first = int(starts[0]) if len(starts) else 0
    length = int(season.sum())
    order = (np.arange(first - WARM_UP_H, first + length)) % HOURS
    counted = np.arange(len(order)) >= WARM_UP_H
    outdoor, hour = weather.temperature_c[order], HOUR[order]
    overhangs = columns.overhangs or (None,) * len(columns.orientations)
    sky = SameSky(weather)
    suns = [_sun(sky, *one, columns.lag_h) for one in zip(columns.orientations, overhangs, strict=True)]
    irradiance, late_sun = (np.array([sun[part][order] for sun in suns]) for part in (0, 1))
    late_outdoor = late(weather.temperature_c, columns.lag_h)[order]
    day = (hour >= schedule.day_start_h) & (hour < schedule.day_end_h)
    away = _away(schedule, season)[order] & counted
    usual = np.where(day, schedule.day_c, schedule.day_c - 3.0 if schedule.night_c is None else schedule.night_c)
    leak, leak_mean = leak_rows(columns.draught, usual - outdoor, weather.wind_m_s[order], counted)
    night = weather.zenith_deg[order] > 90.0
    sunny = np.zeros(len(order), dtype=bool)
    if columns.front is not None:
        front = late_sun[columns.orientations.index((columns.front, 90.0))]
        warm = late_outdoor + schedule.sunspace_rise_m2k_w * front >= schedule.day_c
        sunny = warm & (hour >= _OPEN_FROM_H) & (hour < _OPEN_TO_H) & ~away
    return Drivers(
        rows=np.vstack(
            [outdoor, np.ones(len(order)), weather.ground_c[order], leak, late_outdoor, *irradiance, *late_sun]
        ),
        mean_c=float(weather.temperature_c.mean()),
        day=day & ~away,
        night=night,
        counted=counted,
        vertical=np.array([tilt > 45 for _, tilt in columns.orientations]),
        coldest=_coldest(outdoor, away),
        month=MONTH[order],
        hour=hour,
        kind=np.where(night, NIGHT, np.where(sunny, OPENED, DAY)).astype(np.int8),
        away=away,
        away_c=schedule.absence_c,
        leak_mean=leak_mean,
        humidity_pct=None if weather.humidity_pct is None else weather.humidity_pct[order],
    )


def leak_rows(
    draught: Draught | None, difference_k: Floats, wind_m_s: Floats, counted: NDArray[np.bool_]
) -> tuple[Floats, float]:
    """The driver of weather-driven leakage, and the leakage's mean over that of the reference weather.

    With r(t) = sqrt(stack |dT| + wind v^2) over its value at the reference (Sherman and Grimsrud 1980; ASHRAE Handbook
    Fundamentals 2017, chapter 16, equation 48), air takes H r (T - Te) out of the rooms, H being the leakage's
    conductance at the reference. It is split into H r_mean (T - Te), a constant conductance, and H (r - r_mean) times
    the difference to the usual set point, this driver. What is left out is H (r - r_mean)(T - set point): zero where
    the set point is held, and of no constant sign elsewhere.
    """
    if draught is None:
        return np.zeros_like(difference_k), 1.0
    reference = np.sqrt(draught.stack * draught.reference_k + draught.wind * draught.reference_m_s**2)
    ratio = np.sqrt(draught.stack * np.abs(difference_k) + draught.wind * wind_m_s**2) / reference
    mean = float(ratio[counted].mean())
    return (ratio - mean) * difference_k, mean


def late(values: Floats, lag_h: float) -> Floats:
    """Hours of a year (last axis) as a mass with a time constant passes them on: hourly means of a first-order lag.

    What a sunspace takes from sun and outdoor air reaches its air and its walls so much later; over a year nothing is
    lost. The delay is the same for all sunspaces, so that it is a driver and costs nothing per state.
    """
    gain = 1.0 - np.exp(-1.0 / lag_h)
    ends = gain * (1.0 - gain) ** np.arange(values.shape[-1])
    kernel = 0.5 * (ends + np.concatenate(([0.0], ends[:-1])))
    kernel /= kernel.sum()
    result: Floats = np.fft.irfft(np.fft.rfft(values) * np.fft.rfft(kernel), values.shape[-1])
    return result


@lru_cache(maxsize=64)
def _sun(sky: SameSky, face: tuple[float, float], overhang: Overhang | None, lag_h: float) -> tuple[Floats, Floats]:
    """(8760,) irradiance on one orientation, in W/m2, behind its overhang, and the same delayed.

    A house is computed several times, as surveyed, calibrated and as its archetype has it, under the same eaves.
    """
    azimuth, tilt = face
    found = tilted(sky.weather, azimuth, tilt)
    whole = found.total_w_m2
    if overhang is not None:
        lit, clear = overhang_shares(overhang, sky.weather.zenith_deg, sky.weather.azimuth_deg, azimuth)
        around = found.beam_w_m2 + found.circumsolar_w_m2
        spread = np.maximum(found.sky_w_m2 - found.circumsolar_w_m2, 0.0)
        whole = around * lit + spread * clear + found.ground_w_m2
    return whole, late(whole, lag_h)


def _away(schedule: Schedule, season: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Hours of the year in which nobody is there: whole days of the season, those nearest to the middle first."""
    days = np.flatnonzero(season[::24])
    found = np.zeros(HOURS, dtype=bool)
    if schedule.absence_days <= 0 or not len(days):
        return found
    month, day = schedule.absence_middle
    middle = int(np.argmax(MONTH[::24] == month - 1)) + day - 1
    distance = np.abs((days - middle + 182) % 365 - 182)
    nearest = days[np.argsort(distance, kind="stable")[: schedule.absence_days]]
    found.reshape(-1, 24)[nearest] = True
    return found


def _coldest(outdoor: Floats, away: NDArray[np.bool_]) -> Floats:
    """Weights of the five coldest days after the warm-up."""
    days = outdoor[WARM_UP_H:].reshape(-1, 24).mean(axis=1)
    empty = away[WARM_UP_H:].reshape(-1, 24).all(axis=1)
    if (~empty).sum() >= 5:
        days = np.where(empty, np.inf, days)
    found = np.zeros(len(outdoor))
    for day in np.argsort(days)[:5]:
        found[WARM_UP_H + day * 24 : WARM_UP_H + (day + 1) * 24] = 1.0 / 120.0
    return found


_PLAUSIBLE: Final = {
    "temperature_c": (-60.0, 60.0), "wind_m_s": (0.0, 60.0), "global_w_m2": (-1.0, 1600.0),
    "direct_w_m2": (-1.0, 1600.0), "diffuse_w_m2": (-1.0, 1600.0), "ground_c": (-60.0, 60.0),
}  # fmt: skip


def _check(weather: Weather) -> None:
    """Refuse a year with gaps: nothing is computed on an hour that is not there."""
    for name, (low, high) in _PLAUSIBLE.items():
        values = getattr(weather, name)
        if len(values) != HOURS:
            raise InputFault("CP-1361", weather=weather.name, column=name, hours=len(values))
        wrong = np.flatnonzero(~((values >= low) & (values <= high)))
        if len(wrong):
            first = int(wrong[0])
            raise InputFault(
                "CP-1360", weather=weather.name, column=name, count=len(wrong), hour=first + 1,
                value=f"{values[first]:g}", low=f"{low:g}", high=f"{high:g}",
            )  # fmt: skip
