"""Which demands of a scenario cannot be met, and how near one gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from cpdesk.energy.district.problem import Columns, Indices, Problem, exact_sum, without
from cpdesk.energy.district.solve import Clock, Found, solve
from cpdesk.model.district import HouseFigures, Obstacle

POOR: Final = "energy.district.poor_share"
_RATIO_STEPS_MAX: Final = 12
Solve = Callable[[Problem], Found]


def obstacles(
    problem: Problem, houses: list[HouseFigures], columns: Columns, share: float, deadline: float, clock: Clock
) -> tuple[Obstacle, ...]:
    """For every demand the nearest it comes to while all others hold; shares in percent.

    Where that is true of none, several fail together: then for every demand of a least amount how far it gets within
    the caps alone.
    """
    asked = [(family, place) for family, rows in enumerate(problem.rows) for place in range(len(rows.places))]
    poor: Indices = np.array([bool(house.poor) for house in houses])[columns.house].astype(np.intp)
    left = 2 * len(asked)

    def nearest(family: int, place: int, eased: Problem) -> Obstacle:
        nonlocal left

        def timed(one: Problem) -> Found:
            now = clock()
            return solve(one, now + max(0.0, deadline - now) / max(1, left), clock)

        rows = problem.rows[family]
        if rows.demand == POOR:
            ratio = _share(eased, poor, columns, share, timed)
            reach = None if ratio is None else 100.0 * ratio
        else:
            reach = _sum(problem, family, place, eased, timed)
        left -= 1
        sign = -1.0 if rows.least else 1.0
        wanted = 100.0 * share if rows.demand == POOR else sign * float(rows.caps[place])
        return Obstacle(rows.demand, rows.places[place], wanted, reach, rows.unit)

    found = [nearest(family, place, without(problem, family, place)) for family, place in asked]
    if any(one.reachable is not None for one in found):
        return tuple(found)
    caps = replace(problem, rows=tuple(rows for rows in problem.rows if not rows.least))
    return tuple(
        nearest(family, place, caps) if problem.rows[family].least else one
        for (family, place), one in zip(asked, found, strict=True)
    )


def _sum(problem: Problem, family: int, place: int, eased: Problem, timed: Solve) -> float | None:
    """The least that a cap could be, or the most that a target could."""
    rows = problem.rows[family]
    here = np.where(rows.group[problem.house] == place, rows.values, 0.0)
    answer = timed(replace(eased, worth=-here))
    if answer.chosen is None:
        return None
    return (-1.0 if rows.least else 1.0) * exact_sum(here[answer.chosen]) + 0.0  # no minus before a zero


def _share(eased: Problem, poor: Indices, columns: Columns, asked: float, timed: Solve) -> float | None:
    """The largest share of poor houses among those that get works (a ratio: Dinkelbach, Management Science 13, 1967).

    max sum (poor - s) x for ever larger s: where it is no more than nothing, s is the largest.
    """
    share: float | None = None
    trial = asked
    for _ in range(_RATIO_STEPS_MAX):
        answer = timed(replace(eased, worth=(poor - trial) * columns.works))
        if answer.chosen is None:
            return share
        works = exact_sum(columns.works[answer.chosen])
        ratio = exact_sum((poor * columns.works)[answer.chosen]) / works if works else 1.0
        if share is not None and ratio <= share + 1e-12:
            return share
        share = trial = ratio
    return share
