"""Which of many states no other beats: cheaper in every cost and less needy, by a margin, in every need."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.weather.climate import Floats

Single = NDArray[np.float32]
Places = NDArray[np.intp]

ALIKE_K: Final = 0.05  # rooms this much colder count as warm as others
_WEIGHTS: Final = 10.0 ** np.array(sorted(np.linspace(-2.5, 2.5, 24), key=abs))  # the middle ones beat most
_SHRINK: Final = 0.8
_ASKED: Final = 1200  # states that are asked which others they beat
_TOGETHER: Final = 2**15  # pairs of states compared at once


def slack_of(costs: int, margin: Floats) -> Single:
    """By column, how much dearer or needier a state must be to be beaten; the last need is how cold the rooms get."""
    return np.concatenate([np.zeros(costs), margin[:-1], [-ALIKE_K]]).astype(np.float32)


def unbeaten(costs: Single, needs: Single, margin: Floats, asked: int = _ASKED) -> Places:
    """Places of the states that no other beats: dearer in every cost, and needier by the margin in every need.

    Those that many others beat are found first, then the best that are left are asked in turn which they beat: a
    state that only a worse one beats may stay.

    Args:
        costs: (costs, N); needs: (outputs, N), the last one how cold the rooms get; margin: (outputs,).
        asked: how many are asked in turn.
    """
    columns, slack = np.vstack([costs, needs]), slack_of(len(costs), margin)
    cost = sum((scaled(column) for column in costs), np.zeros(1, np.float32))
    need = scaled(needs[0]) + scaled(needs[len(needs) // 2])
    places = np.arange(columns.shape[1])
    for weight in _WEIGHTS:
        kept = _not_beaten(columns, slack, int(np.argmin(cost + np.float32(weight) * need)))
        if kept.sum() < _SHRINK * len(kept):  # smaller arrays pay for copying them
            columns, cost, need, places = columns[:, kept], cost[kept], need[kept], places[kept]
    order = np.argsort(cost + need, kind="stable")
    columns, places = columns[:, order], places[order]
    alive = np.ones(len(places), dtype=bool)
    at = done = 0
    while at < len(places) and done < asked:  # good ones are asked first, since they beat most
        some = min(asked - done, max(_TOGETHER // len(columns[0]), 1))
        batch = at + np.flatnonzero(alive[at:])[:some]
        for best, beaten in zip(batch, _beaten(columns, slack, batch), strict=True):
            if alive[best]:
                alive &= ~beaten
        at = int(batch[-1]) + 1 if len(batch) else len(places)
        done = int(np.count_nonzero(alive[:at]))
        if np.count_nonzero(alive) < _SHRINK * len(alive):
            columns, places, at = columns[:, alive], places[alive], done
            alive = np.ones(len(places), dtype=bool)
    return np.sort(places[alive])


def scaled(column: NDArray[np.floating]) -> Single:
    """A column between 0 and 1."""
    spread = float(np.ptp(column))
    result: Single = ((column - column.min()) / (spread or 1.0)).astype(np.float32)
    return result


def _not_beaten(columns: Single, slack: Single, best: int) -> NDArray[np.bool_]:
    """Which states the state `best` does not beat."""
    kept = np.ones(columns.shape[1], dtype=bool)
    least = columns[:, best] + slack
    both = (columns[0] >= least[0]) & (columns[-2] >= least[-2])  # money and a need: few are left
    beaten = np.flatnonzero(both)
    for column, limit in zip(columns[1:], least[1:], strict=True):
        if not len(beaten):
            return kept
        beaten = beaten[column[beaten] >= limit]
    kept[beaten] = False
    kept[best] = True  # without a margin a state would beat itself
    return kept


def _beaten(columns: Single, slack: Single, places: Places) -> NDArray[np.bool_]:
    """(places, N): which states each of some states beats."""
    if len(places) == 1:
        return ~_not_beaten(columns, slack, int(places[0]))[None, :]
    least = columns[:, places] + slack[:, None]
    found: NDArray[np.bool_] = columns[0] >= least[0][:, None]
    for column, limit in zip(columns[1:], least[1:], strict=True):
        found &= column >= limit[:, None]
    found[np.arange(len(places)), places] = False  # without a margin a state would beat itself
    return found


def unbeaten_roughly(costs: Single, cold: Single, least: Single, most: Single) -> Places:
    """Places of the states left when a few beat all they can by their extremes: for many states, quickly.

    A state surely beats another where its highest need with the margin, each in units of how far that need ranges, is
    below the other's lowest.

    Args:
        costs: (costs, N); cold: (N,) how cold the rooms get; least: (N,) lowest of the scaled needs; most: (N,) highest
            of them, each with its margin.
    """
    cost = sum((scaled(column) for column in costs), np.zeros(1, np.float32))
    columns = np.stack([least, *costs, cold])
    slack = np.array([0.0, *np.zeros(len(costs)), -ALIKE_K], np.float32)
    places = np.arange(columns.shape[1])
    for weight in _WEIGHTS:
        best = int(np.argmin(cost + np.float32(weight) * most))
        limits = columns[:, best] + slack
        limits[0] = most[best]
        beaten = columns[0] >= limits[0]
        for column, limit in zip(columns[1:], limits[1:], strict=True):
            beaten &= column >= limit
        beaten[best] = False
        if np.count_nonzero(beaten) > (1.0 - _SHRINK) * len(beaten):
            kept = ~beaten
            columns, cost, most, places = columns[:, kept], cost[kept], most[kept], places[kept]
    return places
