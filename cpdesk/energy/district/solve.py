"""The best choice of columns within a time: prices, a choice that fits, then exactly over ever more columns.

With the bound B of the prices, a split that contains column j is worth at most B - slack_j (reduced-cost fixing;
Nemhauser and Wolsey, Integer and Combinatorial Optimization, II.5): where that is no more than a split already known,
the column goes. HiGHS begins with the columns that lose least (the core; Pisinger, European Journal of Operational
Research 83, 1995) and ends, where time allows, with all that are left, which proves the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.district.dual import Dual, bound_split
from cpdesk.energy.district.exact import GAP, choose
from cpdesk.energy.district.problem import Indices, Problem, exact_sum
from cpdesk.energy.district.repair import repaired

Clock = Callable[[], float]
DIRECT: Final = 4000
"""Columns that go to HiGHS at once."""
_CORES: Final = (1_000, 8_000, 64_000, 512_000)
_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Found:
    """What a solve gave: one column a house (`None` where there is none), its worth, bound, and whether it is proven.

    Attributes:
        columns: most options that HiGHS was given at once.
    """

    chosen: Indices | None
    worth: float
    bound: float
    proven: bool
    infeasible: bool
    columns: int


def solve(problem: Problem, deadline: float, clock: Clock) -> Found:
    """The best choice by `deadline` of the clock, and the bound proven by then; every demand holds exactly."""
    if problem.options == 0:
        nothing = problem.starts[:-1].copy()
        fine = problem.holds(nothing)
        return Found(nothing if fine else None, 0.0, 0.0, fine, not fine, 0)
    began = clock()
    known, bound = None, math.inf
    if problem.options <= DIRECT:
        answer = choose(problem, np.ones(len(problem.house), bool), None, lambda: deadline - clock())
        if answer.infeasible or (answer.chosen is not None and _closed(problem, answer.chosen, answer.bound)):
            return _found(problem, answer.chosen, answer.bound, answer.infeasible, problem.options)
        known, bound = answer.chosen, answer.bound
    # Prices alone give a bound and, repaired, an answer: both are made even where the time is over.
    dual = bound_split(problem, lambda: clock() > began + 0.5 * (deadline - began))
    if dual.infeasible:
        return _found(problem, None, dual.bound, True, 0)
    filled = repaired(problem, dual)
    if known is None or (filled is not None and _worth(problem, filled) > _worth(problem, known)):
        known = filled
    return _cores(problem, dual, known, min(bound, dual.bound), deadline, clock)


def _cores(problem: Problem, dual: Dual, known: Indices | None, bound: float, deadline: float, clock: Clock) -> Found:
    """HiGHS over the columns that lose least, then over more of them until all that could be better are in."""
    given = 0
    order = np.argsort(dual.slack, kind="stable")
    for size in _CORES:
        left = deadline - clock()
        if left <= 0.0 or (known is not None and _closed(problem, known, bound)):
            break
        could = _could(dual, None if known is None else _worth(problem, known))
        alternatives = order[could[order]][: size + problem.houses]
        opened = np.zeros(len(problem.house), bool)
        opened[alternatives] = True
        complete = int(opened.sum()) == int(could.sum())
        opened[dual.chosen if known is None else known] = True
        if known is not None:
            opened[dual.chosen] = True
        given = max(given, _options(problem, opened))
        share = left if complete else 0.4 * left
        until = clock() + share
        answer = choose(problem, opened, known, lambda until=until: until - clock())  # type: ignore[misc]
        if answer.infeasible and complete:
            return _found(problem, None, bound, True, given)
        if answer.chosen is not None and (known is None or _worth(problem, answer.chosen) > _worth(problem, known)):
            known = answer.chosen
        if complete and known is not None:
            bound = min(bound, max(answer.bound, _worth(problem, known)))
            break
    return _found(problem, known, bound, False, given)


def _could(dual: Dual, worth: float | None) -> NDArray[np.bool_]:
    """Columns that a better split than the known one could contain."""
    if worth is None:
        return np.ones(len(dual.slack), bool)
    found: NDArray[np.bool_] = dual.bound - dual.slack > worth - _ROUNDING * max(1.0, abs(worth))
    return found


def _options(problem: Problem, opened: NDArray[np.bool_]) -> int:
    """Opened columns of houses that have a choice left, doing nothing not counted."""
    free = np.add.reduceat(opened, problem.starts[:-1], dtype=np.intp) > 1
    inside = opened & free[problem.house]
    inside[problem.starts[:-1]] = False
    return int(inside.sum())


def _worth(problem: Problem, chosen: Indices) -> float:
    return exact_sum(problem.worth[chosen])


def _closed(problem: Problem, chosen: Indices, bound: float) -> bool:
    worth = _worth(problem, chosen)
    return bound - worth <= GAP * max(1.0, abs(worth))


def _found(problem: Problem, chosen: Indices | None, bound: float, infeasible: bool, columns: int) -> Found:
    if chosen is None:
        return Found(None, 0.0, bound, False, infeasible, columns)
    worth = _worth(problem, chosen)
    return Found(chosen, worth, max(bound, worth), _closed(problem, chosen, bound), False, columns)
