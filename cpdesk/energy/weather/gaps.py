"""Filling short gaps in a year of weather."""

from __future__ import annotations

from typing import Final

import numpy as np

from cpdesk.energy.weather.calendar import HOURS, Floats

GAP_MAX_H: Final = 6


def fill_gaps(values: Floats, shape: Floats | None = None) -> tuple[Floats, int, tuple[int, int] | None]:
    """Values without gaps, how many hours were filled, and the first gap that is too long: (first hour, hours).

    Between the hours around a gap the line is straight; the year is a ring, so a gap at its end is filled with its
    beginning. With `shape` (positive) it is the ratio to the shape that runs straight: irradiance between two known
    hours follows the height of the sun.
    """
    missing = np.isnan(values)
    if not missing.any():
        return values, 0, None
    if missing.all():
        return values, 0, (0, HOURS)
    first_known = int(np.argmin(missing))
    turned = np.roll(missing, -first_known)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], turned, [False])).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    long = np.flatnonzero(ends - starts > GAP_MAX_H)
    if len(long):
        gap = int(long[0])
        return values, 0, (int(starts[gap] + first_known) % HOURS, int(ends[gap] - starts[gap]))
    scaled = values if shape is None else values / shape
    hours = np.arange(HOURS)
    known = ~missing
    filled = np.interp(hours, hours[known], scaled[known], period=HOURS)
    if shape is not None:
        filled = filled * shape
    return np.where(missing, filled, values), int(missing.sum()), None
