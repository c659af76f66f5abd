"""Prices of the demands that bound a split from above (Lagrangian relaxation).

With a price y_r >= 0 on what a row uses, houses no longer bind each other and each takes its own best option:

    L(y) = sum_i max_j (w_ij - sum_r y_r v_rij) + sum_r y_r cap_r    >=    any split that keeps all rows

L is convex and piecewise linear; its least value is the bound of the linear relaxation, for the choice of one option a
house has integral extreme points (Geoffrion, Mathematical Programming Study 2, 1974). It is found by cutting planes in
a box around the best prices so far (Marsten, Hogan and Blankenship, Operations Research 23, 1975), with cuts by groups
of houses that meet the same rows: each evaluation gives every group its own cut. Any prices give a proven bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from cpdesk.energy.district.problem import Indices, Prices, Problem, exact_sum
from cpdesk.energy.weather.climate import Floats

_ENOUGH: Final = 1e-10
_STEPS_MAX: Final = 300
_IDLE_MAX: Final = 8
_GROUPS_MIN: Final = 8


@dataclass(frozen=True, slots=True)
class Dual:
    """The best prices found: the bound they prove and what each column loses against its house's best.

    Attributes:
        infeasible: the bound lies below the worst possible choice, so no split keeps all rows.
    """

    prices: Prices
    bound: float
    slack: Floats
    chosen: Indices
    infeasible: bool


@dataclass(frozen=True, slots=True)
class _Point:
    """L at some prices, with what each group's best options are worth and use."""

    bound: float
    worth: Floats
    used: Floats


def bound_split(problem: Problem, over: Callable[[], bool]) -> Dual:
    """Minimise L until its cuts meet it or the time is `over`; prices of zero at the least."""
    search = _Search(problem)
    floor = exact_sum(np.minimum.reduceat(problem.worth, problem.starts[:-1])) if problem.houses else 0.0
    centre, radius, idle, infeasible = np.zeros(search.rows), 1.0, 0, False
    here = search.point(centre)
    search.cut(here)
    for _ in range(_STEPS_MAX if search.rows else 0):
        trial, promised = search.lowest(np.maximum(0.0, centre - radius), centre + radius)
        step = float(np.abs(trial - centre).max())
        small = _ENOUGH * max(1.0, abs(here.bound))
        if here.bound - promised <= small and step < 0.999 * radius:
            break
        if over() or idle >= _IDLE_MAX:
            break
        point = search.point(trial)
        search.cut(point)
        idle = 0 if point.bound < here.bound - small else idle + 1
        if point.bound < here.bound:
            radius *= 4.0 if step >= 0.999 * radius else 1.0
            centre, here = trial, point
        else:
            radius = 16.0 * radius if here.bound - promised <= small else max(0.5 * step, 1e-9)
        infeasible = here.bound < floor - 1e-7 * max(1.0, abs(floor))
        if infeasible:
            break
    prices = search.prices(centre)
    worth = problem.priced(prices)
    best, chosen = problem.best(worth)
    return Dual(prices, here.bound, best[problem.house] - worth, chosen, infeasible)


class _Search:
    """The cuts so far as a linear programme over scaled prices and one value for each group of houses."""

    def __init__(self, problem: Problem) -> None:
        import highspy  # late: it takes half a second to load

        self._problem = problem
        worth = _typical(problem.worth)
        self._unit = np.concatenate(
            [np.full(len(rows.places), worth / _typical(rows.values)) for rows in problem.rows] or [np.zeros(0)]
        )
        self.rows = len(self._unit)
        self._caps = np.concatenate([rows.caps for rows in problem.rows] or [np.zeros(0)])
        self._first = np.cumsum([0, *(len(rows.places) for rows in problem.rows)])
        self._group, self._place = _groups(problem)
        self._scale = worth * max(1, problem.houses)
        infinity = highspy.kHighsInf
        make: Any = highspy.Highs
        self._solver = make()
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            ("primal_feasibility_tolerance", 1e-10),
            ("dual_feasibility_tolerance", 1e-10),
        ):
            self._solver.setOptionValue(name, value)
        for cost in self._caps * self._unit / self._scale:
            self._solver.addCol(float(cost), 0.0, 1.0, 0, np.zeros(0, np.int32), np.zeros(0))
        for _ in range(len(self._place)):
            self._solver.addCol(1.0, 0.0, infinity, 0, np.zeros(0, np.int32), np.zeros(0))  # doing nothing is worth 0
        self._infinity = infinity

    def prices(self, scaled: Floats) -> Prices:
        """Prices of the families from scaled ones."""
        plain = scaled * self._unit
        return tuple(plain[a:b] for a, b in zip(self._first[:-1], self._first[1:], strict=True))

    def point(self, scaled: Floats) -> _Point:
        """L at scaled prices."""
        problem = self._problem
        best, chosen = problem.best(problem.priced(self.prices(scaled)))
        worth, used = np.zeros(len(self._place)), np.zeros((len(self._place), len(problem.rows)))
        np.add.at(worth, self._group, problem.worth[chosen])
        for family, rows in enumerate(problem.rows):
            np.add.at(used[:, family], self._group, rows.values[chosen])
        return _Point(exact_sum(best) + float(self._caps @ (scaled * self._unit)), worth, used)

    def cut(self, point: _Point) -> None:
        """Each group is worth at least what these choices are at any prices."""
        for group, (worth, used) in enumerate(zip(point.worth, point.used, strict=True)):
            at = np.array([self._first[f] + place for f, place in enumerate(self._place[group]) if place >= 0], int)
            values = np.array([used[f] for f, place in enumerate(self._place[group]) if place >= 0])
            values = values * self._unit[at] / self._scale
            index = np.append(at, self.rows + group).astype(np.int32)
            self._solver.addRow(
                float(worth) / self._scale, self._infinity, len(index), index, np.append(values, 1.0)
            )  # fmt: skip

    def lowest(self, low: Floats, high: Floats) -> tuple[Floats, float]:
        """Scaled prices in a box where the cuts are lowest, and how low they are."""
        self._solver.changeColsBounds(self.rows, np.arange(self.rows, dtype=np.int32), low, high)
        self._solver.run()
        solution = np.asarray(self._solver.getSolution().col_value)
        return np.clip(solution[: self.rows], low, high), self._scale * float(self._solver.getObjectiveValue())


def _typical(values: Floats) -> float:
    there = np.abs(values[values != 0.0])
    return float(there.mean()) if len(there) else 1.0


def _groups(problem: Problem) -> tuple[Indices, Indices]:
    """(houses,) group of houses that meet the same rows, and (groups, families) places of each group.

    Few groups are divided, by the order of houses: more cuts from the same evaluation.
    """
    houses = problem.houses
    places = np.stack([rows.group for rows in problem.rows], axis=1) if problem.rows else np.zeros((houses, 0), np.intp)
    kinds, group = np.unique(places, axis=0, return_inverse=True)
    parts = max(1, min(houses, _GROUPS_MIN) // max(1, len(kinds)))
    found: Indices = group.reshape(-1) * parts + np.arange(houses) % parts
    return found, np.repeat(kinds, parts, axis=0)
