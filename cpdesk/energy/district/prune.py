"""Leaving out what no split can use: options that another one beats in everything that counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.weather.climate import Floats


def unbeaten(costs: Floats) -> NDArray[np.intp]:
    """Rows of (N, K) columns to be small that no other row beats: none is at most as large in all and smaller in one.

    Of equal rows the first stays. Exact; the order of the result is that of the columns.
    """
    count, width = costs.shape
    if count == 0:
        return np.zeros(0, np.intp)
    order = np.lexsort((np.arange(count), *(costs[:, at] for at in reversed(range(width)))))
    rows = costs[order]
    if width == 1:
        return order[:1]
    if width == 2:
        best = np.minimum.accumulate(rows[:, 1])
        keep = np.concatenate(([True], rows[1:, 1] < best[:-1]))
        return order[keep]
    kept: list[int] = []
    front = np.empty((count, width - 1))
    # Sorted by the first column, a row can be beaten by an earlier one only.
    for at in range(count):
        row = rows[at, 1:]
        if not np.any(np.all(front[: len(kept)] <= row, axis=1)):
            front[len(kept)] = row
            kept.append(at)
    return order[np.array(kept, np.intp)]
