"""From the best prices to a choice that keeps all demands.

At the best prices the houses' own choices exceed some caps, for houses that hang between two options all fall on one
side. Prices of the exceeded rows are raised until everything holds; then, in the order of what a change loses at the
best prices, each change that is worth more and still fits is made (Dantzig's greedy filling, Operations Research 5,
1957, for several rows). Among equal houses this takes one after the other until the budget is spent.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from cpdesk.energy.district.dual import Dual
from cpdesk.energy.district.problem import Indices, Problem

_RAISES_MAX: Final = 45
_FIRST: Final = 1e-6
_NEAR: Final = 3
_ROUNDING: Final = 1e-12


def repaired(problem: Problem, dual: Dual) -> Indices | None:
    """A choice that keeps all demands, filled up; `None` where raising prices finds none."""
    chosen = _leaning(problem, dual)
    if chosen is None:
        return None
    filled = _filled(problem, dual, chosen)
    return filled if problem.holds(filled) else chosen


def _leaning(problem: Problem, dual: Dual) -> Indices | None:
    """Best choices at prices that are raised on exceeded rows, each time by twice as much."""
    prices = [price.copy() for price in dual.prices]
    chosen, more = dual.chosen, _FIRST
    worth = _mean(problem.worth)
    for _ in range(_RAISES_MAX):
        used = problem.used(chosen)
        exceeded = [have > rows.caps for have, rows in zip(used, problem.rows, strict=True)]
        if not any(over.any() for over in exceeded) and problem.holds(chosen):
            return chosen
        for price, over, rows in zip(prices, exceeded, problem.rows, strict=True):
            price[over] += more * np.maximum(price[over], worth / _mean(rows.values))
        chosen = problem.best(problem.priced(tuple(prices)))[1]
        more *= 2.0
    return None


def _filled(problem: Problem, dual: Dual, begin: Indices) -> Indices:
    """Changes that are worth more and fit, those that lose least at the best prices first."""
    count = min(len(dual.slack), _NEAR * problem.houses + 1000)
    near = np.argpartition(dual.slack, count - 1)[:count]
    near = near[np.lexsort((near, dual.slack[near]))]
    near = near[problem.worth[near] > problem.worth[begin][problem.house[near]]]
    now = begin.tolist()
    worth = problem.worth
    rooms = [
        (np.append(rows.caps - used - _ROUNDING * np.abs(rows.caps), np.inf).tolist(), rows)
        for used, rows in zip(problem.used(begin), problem.rows, strict=True)
    ]
    for column, house in zip(near.tolist(), problem.house[near].tolist(), strict=True):
        old = now[house]
        if worth[column] <= worth[old]:
            continue
        changes = [(room, int(rows.group[house]), rows.values[column] - rows.values[old]) for room, rows in rooms]
        if all(room[place] >= more or more <= 0.0 for room, place, more in changes):
            for room, place, more in changes:
                room[place] -= more
            now[house] = column
    return np.array(now, np.intp)


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    there = np.abs(values[values != 0.0])
    return float(there.mean()) if len(there) else 1.0
