"""Exact choice among opened columns by HiGHS, all other houses fixed.

The solver works with rows scaled to one and a tolerance; what it gives is added up exactly afterwards, and where a
demand is missed by a hair it is asked again with that demand tightened by it. The bound stays that of the first answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.district.problem import Indices, Problem, exact_sum, exact_sums
from cpdesk.energy.weather.climate import Floats

GAP: Final = 1e-9
_TIGHTER_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """One column a house (`None` where none was found), and the most that opened columns can be worth."""

    chosen: Indices | None
    bound: float
    infeasible: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """What is left to choose: free columns, their houses, what each row has left.

    Attributes:
        entries: column, row and value of each number of the matrix; scales: (rows,) largest value of each.
        worth: of the houses that are fixed.
    """

    fixed: Indices
    columns: Indices
    houses: Indices
    entries: tuple[Indices, Indices, Floats]
    room: Floats
    worth: float


def choose(problem: Problem, opened: NDArray[np.bool_], begin: Indices | None, left_s: Callable[[], float]) -> Answer:
    """The best choice among opened columns within the time left, at least one column of each house being open.

    Args:
        begin: a choice to begin with, all of its columns open.
    """
    tightened = problem
    bound: float | None = None
    for _ in range(_TIGHTER_MAX):
        answer = _run(tightened, opened, begin, left_s())
        bound = answer.bound if bound is None else bound
        if answer.chosen is None:
            return Answer(None, bound, answer.infeasible and tightened is problem)
        excess = problem.excess(answer.chosen)
        if not any(over.any() for over in excess):
            return replace(answer, bound=bound)
        rows = tuple(
            replace(rows, caps=rows.caps - np.where(over > 0, 2.0 * over + np.spacing(np.abs(rows.caps)), 0.0))
            for rows, over in zip(tightened.rows, excess, strict=True)
        )
        tightened = replace(tightened, rows=rows)
    return Answer(None, math.inf if bound is None else bound, False)


def _run(problem: Problem, opened: NDArray[np.bool_], begin: Indices | None, limit_s: float) -> Answer:
    part = _part(problem, opened)
    rows = part.entries[1]
    bare = np.bincount(rows, minlength=len(part.room)) == 0
    if (part.room[bare] < 0.0).any():
        return Answer(None, -math.inf, True)
    if not len(part.columns):
        return Answer(part.fixed, part.worth, False)
    import highspy  # late: it takes half a second to load

    solver = _solver(limit_s)
    solver.passModel(_model(problem, part))
    if begin is not None:
        start: Any = highspy.HighsSolution()
        start.col_value = np.isin(part.columns, begin).astype(float).tolist()
        solver.setSolution(start)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(None, -math.inf, True)
    bound = part.worth + _scale(problem.worth[part.columns]) * float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Answer(None, bound, False)
    taken = part.columns[np.asarray(solver.getSolution().col_value) > 0.5]
    chosen = np.sort(np.concatenate((part.fixed, taken)))
    return Answer(chosen, max(bound, exact_sum(problem.worth[chosen])), False)


def _part(problem: Problem, opened: NDArray[np.bool_]) -> _Part:
    """What remains when houses with one open column have it."""
    number = np.add.reduceat(opened, problem.starts[:-1], dtype=np.intp)
    columns = np.flatnonzero(opened)
    free = number[problem.house[columns]] > 1
    fixed, columns = columns[~free], columns[free]
    houses = np.unique(problem.house[columns], return_inverse=True)[1].reshape(-1)
    first = np.cumsum([0, *(len(rows.places) for rows in problem.rows)])
    at, row, value, room = [], [], [], [np.zeros(0)]
    for begin, rows in zip(first[:-1], problem.rows, strict=True):
        group = rows.group[problem.house[columns]]
        there = np.flatnonzero((group >= 0) & (rows.values[columns] != 0.0))
        at.append(there)
        row.append(begin + group[there])
        value.append(rows.values[columns[there]])
        taken = rows.group[problem.house[fixed]]
        room.append(rows.caps - exact_sums(taken, rows.values[fixed], len(rows.places)))
    nothing = np.zeros(0, np.intp)
    entries = np.concatenate([nothing, *at]), np.concatenate([nothing, *row]), np.concatenate([np.zeros(0), *value])
    return _Part(fixed, columns, houses, entries, np.concatenate(room), exact_sum(problem.worth[fixed]))


def _model(problem: Problem, part: _Part) -> Any:
    """The programme: the demands scaled to one, then for every free house one column."""
    import highspy

    columns, rows, values = part.entries
    scales = np.zeros(len(part.room))
    np.maximum.at(scales, rows, np.abs(values))
    scales[scales == 0.0] = 1.0
    count, houses = len(part.columns), int(part.houses.max()) + 1
    worth = problem.worth[part.columns]
    model: Any = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, len(scales) + houses
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = worth / _scale(worth)
    model.col_lower_, model.col_upper_ = np.zeros(count), np.ones(count)
    model.row_lower_ = np.concatenate((np.full(len(scales), -highspy.kHighsInf), np.ones(houses)))
    model.row_upper_ = np.concatenate((part.room / scales, np.ones(houses)))
    at = np.concatenate((columns, np.arange(count)))
    index = np.concatenate((rows, len(scales) + part.houses))
    value = np.concatenate((values / scales[rows], np.ones(count)))
    order = np.argsort(at, kind="stable")
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.searchsorted(at[order], np.arange(count + 1)).astype(np.int32)
    model.a_matrix_.index_, model.a_matrix_.value_ = index[order].astype(np.int32), value[order]
    model.integrality_ = [highspy.HighsVarType.kInteger] * count
    return model


def _solver(limit_s: float) -> Any:
    import highspy

    make: Any = highspy.Highs
    solver = make()
    options = {
        "output_flag": False, "threads": 1, "random_seed": 1, "time_limit": max(0.05, limit_s), "mip_rel_gap": GAP,
        "mip_abs_gap": 0.0, "primal_feasibility_tolerance": 1e-9, "mip_feasibility_tolerance": 1e-9,
    }  # fmt: skip
    for name, setting in options.items():
        solver.setOptionValue(name, setting)
    return solver


def _scale(worth: Floats) -> float:
    return float(np.abs(worth).max()) or 1.0
