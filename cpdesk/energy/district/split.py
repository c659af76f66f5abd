"""The best use of a budget: at most one option a house, solved exactly (multiple-choice knapsack) by HiGHS.

With x_ij = 1 where house i gets option j, money m_ij, carbon c_ij, power p_ij:

    carbon:      max  sum c x           cost:  min  sum m x          households:  max  sum x, then carbon
    sum_j x_ij <= 1;  sum m x <= budgets, of all and by township;  sum c x >= target;  sum x >= households;
    sum p x <= power of each village;  sum over poor x >= share * sum x;  sum x <= uptake * houses

Most options cannot be part of a better split, and are taken out with proof before the solver sees them: with the prices
(duals) y of the linear relaxation, whose bound is B, a split that contains option (i, j) is worth at most
B - (v_i - r_ij), r_ij the option's worth at these prices and v_i the best of its house (reduced-cost fixing; Nemhauser
and Wolsey, Integer and Combinatorial Optimization, II.5). Where that is below a split already known it goes.

Houses come in the order of their ids and the solver runs on one thread with a fixed seed: equal questions get equal
answers, also where several splits are equally good.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.weather.climate import Floats
from cpdesk.model.district import HouseFigures, Obstacle, Pick, Scenario, Split

_DIRECT: Final = 4000  # columns that go to the solver without fixing
_SLACK: Final = 1e-7
_GAP: Final = 1e-9
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: low <= sum of `values` over chosen columns <= high; `demand` a text key, `place` what it is for."""

    demand: str
    place: str
    values: Floats
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Problem:
    """All options of all houses as columns, houses in order; `worth` is maximised."""

    house: NDArray[np.intp]
    option: NDArray[np.intp]
    worth: Floats
    limits: tuple[Limit, ...]
    houses: int

    def keep(self, where: NDArray[np.bool_]) -> Problem:
        """The same problem with fewer columns."""
        limits = tuple(replace(row, values=row.values[where]) for row in self.limits)
        return Problem(self.house[where], self.option[where], self.worth[where], limits, self.houses)


@dataclass(frozen=True, slots=True)
class Found:
    """What a solve gave: chosen columns (`None` where there are none), worth, bound, and whether it was proven."""

    chosen: NDArray[np.intp] | None
    worth: float
    bound: float
    proven: bool
    infeasible: bool
    columns: int


def split(houses: Sequence[HouseFigures], scenario: Scenario, clock: Clock = time.monotonic) -> Split:
    """The best split of a scenario over houses, which come in the order of their ids."""
    columns = _Columns(houses)
    problem = make_problem(columns, houses, scenario)
    found = solve(problem, scenario.time_limit_s, clock)
    if found.infeasible or found.chosen is None:
        status = "infeasible" if found.infeasible else "time_limit"
        obstacles = _obstacles(columns, houses, scenario, problem, clock) if found.infeasible else ()
        return Split(status, (), 0.0, None, None, len(problem.house), found.columns, obstacles=obstacles)
    chosen = found.chosen
    objective = _value(problem.worth[chosen])
    bound = max(found.bound, objective)
    picks = tuple(Pick(houses[int(problem.house[at])].id, int(problem.option[at])) for at in sorted(chosen.tolist()))
    places = chosen
    shown = _in_unit(objective, scenario), _in_unit(bound, scenario)
    if scenario.objective == "households":
        shown = float(len(picks)), max(float(len(picks)), float(math.floor(bound + _SLACK)))
    return Split(
        status="optimal" if found.proven else "time_limit", picks=picks, objective=shown[0], bound=shown[1],
        gap=abs(shown[1] - shown[0]) / max(1.0, abs(shown[0])), options=len(problem.house), columns=found.columns,
        own_yuan=_value(columns.own[places]), subsidy_yuan=_value(columns.paid[places]),
        saving_yuan=_value(columns.saving[places]), carbon_kg=_value(columns.carbon[places]),
        power_kw=_value(columns.power[places]),
    )  # fmt: skip


class _Columns:
    """Options of all houses but the first of each, which is to do nothing."""

    def __init__(self, houses: Sequence[HouseFigures]) -> None:
        counts = [len(house.options.own_yuan) - 1 for house in houses]
        self.house = np.repeat(np.arange(len(houses)), counts)
        self.option = np.concatenate([np.arange(1, n + 1) for n in counts]) if counts else np.zeros(0, np.intp)

        def column(name: str) -> Floats:
            parts = [np.asarray(getattr(house.options, name)[1:], float) for house in houses]
            return np.concatenate(parts) if parts else np.zeros(0)

        self.own, self.paid = column("own_yuan"), column("subsidy_yuan")
        self.saving, self.carbon, self.power = column("saving_yuan"), column("carbon_kg"), column("power_kw")

    def money(self, payer: str) -> Floats:
        """Yuan by payer."""
        return {"total": self.own + self.paid, "own": self.own, "government": self.paid}[payer]


def make_problem(columns: _Columns, houses: Sequence[HouseFigures], scenario: Scenario) -> Problem:
    """Objective and limits of a scenario."""
    ones = np.ones(len(columns.house))
    limits: list[Limit] = []
    for payer in sorted(scenario.budget_yuan):
        money = columns.money(payer)
        limits.append(Limit("energy.district.budget", payer, money, -np.inf, scenario.budget_yuan[payer], "CNY"))
    township = np.array([house.township for house in houses])[columns.house] if len(houses) else np.zeros(0, "U1")
    for code in sorted(scenario.township_budget_yuan):
        here = np.where(township == code, columns.money("total"), 0.0)
        most = scenario.township_budget_yuan[code]
        limits.append(Limit("energy.district.township_budget", code, here, -np.inf, most, "CNY"))
    if scenario.carbon_target_t is not None:
        target = 1000.0 * scenario.carbon_target_t
        limits.append(Limit("energy.district.carbon_target", "", columns.carbon, target, np.inf, "kg/a"))
    if scenario.households_target is not None:
        least = float(scenario.households_target)
        limits.append(Limit("energy.district.households_target", "", ones, least, np.inf, ""))
    limits += _power_limits(columns, houses, scenario)
    if scenario.poor_share_min > 0:
        poor = np.array([bool(house.poor) for house in houses], float)[columns.house] if len(houses) else ones
        values = poor - scenario.poor_share_min
        limits.append(Limit("energy.district.poor_share", "", values, 0.0, np.inf, ""))
    if scenario.uptake < 1.0:
        most = math.floor(scenario.uptake * len(houses) + _SLACK)
        limits.append(Limit("energy.district.uptake", "", ones, -np.inf, float(most), ""))
    return Problem(columns.house, columns.option, _worth(columns, scenario), tuple(limits), len(houses))


def _power_limits(columns: _Columns, houses: Sequence[HouseFigures], scenario: Scenario) -> list[Limit]:
    asked = scenario.village_power_kw
    if not asked:
        return []
    village = np.array([house.village for house in houses])[columns.house] if houses else np.zeros(0, "U1")
    found = []
    for name in sorted({house.village for house in houses}):
        most = asked.get(name, asked.get("*", np.inf))
        if np.isfinite(most):
            here = np.where(village == name, columns.power, 0.0)
            found.append(Limit("energy.district.village_power", name, here, -np.inf, most, "kW"))
    return found


def _worth(columns: _Columns, scenario: Scenario) -> Floats:
    """What is maximised; of households all together bring less than one more house by their carbon."""
    if scenario.objective == "carbon":
        return columns.carbon
    if scenario.objective == "cost":
        return -columns.money(scenario.payer)
    most = math.fsum(np.maximum(columns.carbon, 0.0).tolist())
    result: Floats = 1.0 + columns.carbon * (0.5 / most if most > 0 else 0.0)
    return result


def _in_unit(worth: float, scenario: Scenario) -> float:
    return -worth if scenario.objective == "cost" else worth


def solve(problem: Problem, limit_s: float, clock: Clock = time.monotonic) -> Found:
    """The best choice of columns, exactly; with the gap proven so far where the time is over."""
    count = len(problem.house)
    if count == 0:
        fine = all(row.low <= _SLACK and row.high >= -_SLACK for row in problem.limits)
        return Found(np.zeros(0, np.intp), 0.0, 0.0, fine, not fine, 0)
    began = clock()
    if count <= _DIRECT:
        return _milp(problem, limit_s, count)
    relaxed = _relaxed(problem, limit_s)
    if relaxed is None:
        return _milp(problem, limit_s, count)
    bound, slack, near = relaxed
    # A split to beat: the exact one over the options whose worth at these prices is closest to their house's best.
    first = _milp(problem.keep(near), max(0.1, 0.5 * limit_s), int(near.sum()))
    if first.chosen is None and (plain := _at_prices(problem, slack)) is not None:
        worth = _value(problem.worth[plain])
        return Found(plain, worth, max(bound, worth), False, False, int(near.sum()))
    if first.chosen is None:
        return _milp(problem, max(0.1, limit_s - (clock() - began)), count)
    keep = (bound - slack >= first.worth - _SLACK * max(1.0, abs(first.worth))) | near
    if int(keep.sum()) == int(near.sum()):
        best, where = first, near
    else:
        best, where = _milp(problem.keep(keep), max(0.1, limit_s - (clock() - began)), int(keep.sum())), keep
        if best.chosen is None or best.worth < first.worth:
            best, where = replace(first, proven=False, bound=best.bound), near
    assert best.chosen is not None
    proven = best.proven
    return replace(
        best, chosen=np.flatnonzero(where)[best.chosen], bound=min(best.bound if proven else bound, bound)
        if proven else min(bound, max(best.bound, best.worth)), columns=int(where.sum()),
    )  # fmt: skip


def _at_prices(problem: Problem, slack: Floats) -> NDArray[np.intp] | None:
    """Each house's best option at the prices, where that keeps all limits: what is left when the time is over."""
    order = np.lexsort((problem.worth, slack, problem.house))
    first = np.concatenate(([True], problem.house[order][1:] != problem.house[order][:-1]))
    chosen: NDArray[np.intp] = np.sort(order[first & (slack[order] <= 0.0)])
    for row in problem.limits:
        used = _value(row.values[chosen])
        if not row.low <= used <= row.high:
            return None
    return chosen


def _relaxed(problem: Problem, limit_s: float) -> tuple[float, Floats, NDArray[np.bool_]] | None:
    """Bound of the relaxation, what each column loses at its prices, and the columns that are close to the best."""
    prices = _prices(problem, limit_s)
    if prices is None:
        return None
    worth = problem.worth.copy()
    constant = 0.0
    for price, row in zip(prices, problem.limits, strict=True):
        if price == 0.0:
            continue
        worth = worth - price * row.values
        constant += price * (row.high if price > 0 else row.low)
    best = np.zeros(problem.houses)
    np.maximum.at(best, problem.house, worth)
    slack: Floats = best[problem.house] - worth
    bound = math.fsum(best.tolist()) + constant
    order = np.argsort(slack, kind="stable")
    near = np.zeros(len(slack), bool)
    near[order[: max(_DIRECT // 2, 2 * problem.houses)]] = True
    return bound, slack, near


def _prices(problem: Problem, limit_s: float) -> list[float] | None:
    """Dual prices of the limits by column generation: only options that are best at some prices are solved."""
    limits = problem.limits
    if not limits:
        return []
    if len(limits) == 1:
        return [_one_price(problem, limits[0])]
    inside = np.zeros(len(problem.house), bool)
    inside[_hull(problem)] = True
    for _ in range(60):
        part = problem.keep(inside)
        answer = _run(part, limit_s, integer=False)
        if answer.prices is None:
            return None
        worth = problem.worth.copy()
        for price, row in zip(answer.prices, limits, strict=True):
            worth -= price * row.values
        best = np.zeros(problem.houses)
        np.maximum.at(best, part.house, worth[inside])
        better = worth > best[problem.house] + _SLACK * max(1.0, float(np.abs(worth).max()))
        better &= ~inside
        if not better.any():
            return answer.prices
        top = np.full(problem.houses, -np.inf)
        np.maximum.at(top, problem.house[better], worth[better])
        inside |= better & (worth >= top[problem.house])
    return answer.prices


def _one_price(problem: Problem, row: Limit) -> float:
    """Price of the only limit, where the bound is least: the bound is convex in it, so its slope is bisected.

    Any price proves a bound; bisecting to the last bits makes it the relaxation's.
    """
    sign = 1.0 if np.isfinite(row.high) else -1.0
    values, most = sign * row.values, sign * (row.high if sign > 0 else row.low)

    def used(price: float) -> float:
        """What the houses' best options use at a price."""
        worth = problem.worth - price * values
        best = np.zeros(problem.houses)
        np.maximum.at(best, problem.house, worth)
        top = (worth == best[problem.house]) & (worth > 0)
        least = np.full(problem.houses, np.inf)
        np.minimum.at(least, problem.house[top], values[top])
        return float(np.where(np.isfinite(least), least, 0.0).sum())

    if used(0.0) <= most:
        return 0.0
    low, high = 0.0, 1.0
    while used(high) > most and high < 1e18:
        low, high = high, 4.0 * high
    for _ in range(90):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if used(middle) > most else (low, middle)
    return sign * high


def _hull(problem: Problem) -> NDArray[np.intp]:
    """A first set of columns: of each house the most worth, and the least of each limit's values."""
    found: list[NDArray[np.intp]] = []
    for values in (-problem.worth, *(row.values if np.isfinite(row.high) else -row.values for row in problem.limits)):
        order = np.lexsort((np.arange(len(values)), values, problem.house))
        first = np.concatenate(([True], problem.house[order][1:] != problem.house[order][:-1]))
        found.append(order[first])
    ratio_order = np.lexsort((np.arange(len(problem.worth)), problem.worth, problem.house))
    found.append(ratio_order[:: max(1, len(ratio_order) // (8 * max(1, problem.houses)))])
    return np.unique(np.concatenate(found))


def _milp(problem: Problem, limit_s: float, columns: int) -> Found:
    answer = _run(problem, limit_s, integer=True)
    if answer.infeasible:
        return Found(None, 0.0, -math.inf, False, True, columns)
    if answer.x is None:
        return Found(None, 0.0, answer.bound, False, False, columns)
    chosen = np.flatnonzero(answer.x > 0.5)
    return Found(chosen, _value(problem.worth[chosen]), answer.bound, answer.optimal, False, columns)


@dataclass(frozen=True, slots=True)
class _Answer:
    x: Floats | None
    bound: float
    optimal: bool
    infeasible: bool
    prices: list[float] | None


def _run(problem: Problem, limit_s: float, *, integer: bool) -> _Answer:
    """One run of HiGHS; rows are the limits, scaled to one, then a row a house."""
    import highspy  # late: it takes half a second to load

    count, rows = len(problem.house), len(problem.limits)
    scales = [float(np.abs(row.values).max()) or 1.0 for row in problem.limits]
    worth_scale = float(np.abs(problem.worth).max()) or 1.0
    model: Any = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, rows + problem.houses
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = problem.worth / worth_scale
    model.col_lower_, model.col_upper_ = np.zeros(count), np.ones(count)
    infinity = highspy.kHighsInf
    model.row_lower_ = np.array([*_bounds(problem, scales, "low"), *([-infinity] * problem.houses)])
    model.row_upper_ = np.array([*_bounds(problem, scales, "high"), *([1.0] * problem.houses)])
    start, index, value = _by_column(problem, scales)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = start, index, value
    if integer:
        model.integrality_ = [highspy.HighsVarType.kInteger] * count
    make: Any = highspy.Highs
    solver = make()
    options = {
        "output_flag": False, "threads": 1, "random_seed": 1, "time_limit": float(limit_s), "mip_rel_gap": _GAP,
        "mip_abs_gap": 0.0, "primal_feasibility_tolerance": 1e-9, "mip_feasibility_tolerance": 1e-9,
    }  # fmt: skip
    for name, setting in options.items():
        solver.setOptionValue(name, setting)
    solver.passModel(model)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    optimal = status == highspy.HighsModelStatus.kOptimal
    infeasible = status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
    solution = solver.getSolution()
    there = optimal or info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.asarray(solution.col_value) if there else None
    bound = worth_scale * float(info.mip_dual_bound if integer else info.objective_function_value)
    prices = None
    if not integer and optimal:
        duals = np.asarray(solution.row_dual)[:rows]
        prices = [
            worth_scale * float(dual) / scale if np.isfinite(row.high if dual > 0 else row.low) else 0.0
            for dual, scale, row in zip(duals, scales, problem.limits, strict=True)
        ]
    return _Answer(x, bound, optimal, infeasible, prices)


def _bounds(problem: Problem, scales: Sequence[float], side: str) -> list[float]:
    # A budget holds to a billionth: figures are yuan with fractions, and sums of them round.
    return [float(getattr(row, side)) / scale for row, scale in zip(problem.limits, scales, strict=True)]


def _by_column(problem: Problem, scales: Sequence[float]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Starts, rows and values of the matrix, column by column; zeros left out."""
    rows = len(problem.limits)
    width = rows + 1
    count = len(problem.house)
    values = np.ones((count, width))
    index = np.empty((count, width), np.int32)
    for at, (row, scale) in enumerate(zip(problem.limits, scales, strict=True)):
        values[:, at], index[:, at] = row.values / scale, at
    index[:, rows] = rows + problem.house
    there = values != 0.0
    start = np.concatenate(([0], np.cumsum(there.sum(axis=1)))).astype(np.int32)
    return start, index[there], values[there]


def _value(values: Floats) -> float:
    return math.fsum(values.tolist())


def _obstacles(
    columns: _Columns, houses: Sequence[HouseFigures], scenario: Scenario, problem: Problem, clock: Clock
) -> tuple[Obstacle, ...]:
    """For every demand: the nearest it comes to while all others hold."""
    found = []
    for at, row in enumerate(problem.limits):
        others = tuple(item for place, item in enumerate(problem.limits) if place != at)
        if row.demand == "energy.district.poor_share":
            continue
        upward = not np.isfinite(row.high)
        eased = replace(problem, worth=row.values if upward else -row.values, limits=others)
        answer = solve(eased, scenario.time_limit_s, clock)
        reachable = None
        if answer.chosen is not None and not answer.infeasible:
            reachable = _value(row.values[answer.chosen])
        found.append(Obstacle(row.demand, row.place, row.low if upward else row.high, reachable, row.unit))
    return tuple(found)
