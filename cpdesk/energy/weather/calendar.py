"""The 8,760 hours of a year of weather: which month and hour of the day each is, and which belong to a season.

Hour k of the year ends k + 1 hours after midnight of 1 January, local standard time; there is no 29 February.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOURS: Final = 8760
MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTH: Final = np.repeat(np.arange(12), [days * 24 for days in MONTH_DAYS])
"""Month (0..11) of each hour."""
HOUR: Final = np.arange(HOURS) % 24
"""Hour of the day (0..23) of each hour."""


def monthly_mean(hourly: Floats) -> Floats:
    """Means of the twelve months of an array of 8,760 hours."""
    return np.array([hourly[month == MONTH].mean() for month in range(12)])


def season_hours(start: tuple[int, int], end: tuple[int, int]) -> NDArray[np.bool_]:
    """Which hours lie in the heating season; it may run over the new year. Both days belong to it."""
    first = (sum(MONTH_DAYS[: start[0] - 1]) + start[1] - 1) * 24
    last = (sum(MONTH_DAYS[: end[0] - 1]) + end[1]) * 24
    hours = np.arange(HOURS)
    if first < last:
        return (hours >= first) & (hours < last)
    return (hours >= first) | (hours < last)


def season_order(start: tuple[int, int], end: tuple[int, int]) -> NDArray[np.intp]:
    """Hours of the year that lie in a season, from its first day on, over the new year."""
    inside = season_hours(start, end)
    first = np.flatnonzero(inside & ~np.roll(inside, 1))
    begin = int(first[0]) if len(first) else 0
    result: NDArray[np.intp] = (begin + np.arange(int(inside.sum()))) % HOURS
    return result
