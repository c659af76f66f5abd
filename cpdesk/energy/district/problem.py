"""A split as numbers: one column for every option of every house, one family of rows for every kind of demand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.weather.climate import Floats
from cpdesk.model.district import LEVELS, HouseFigures, Scenario

Indices = NDArray[np.intp]
Prices = tuple[Floats, ...]
"""(places,) of each family: what one unit of it costs, not negative."""
_COUNT_SLACK: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Rows:
    """Demands of one kind, one for each place: sum of `values` over chosen columns of its houses <= cap.

    Attributes:
        demand: text key; `places` the townships or villages, one empty name where it is for all.
        group: (houses,) index of the place, -1 for houses that it does not bind.
        values: (columns,); where at least so much is asked (`least`) the negatives, as the caps.
    """

    demand: str
    places: tuple[str, ...]
    group: Indices
    values: Floats
    caps: Floats
    unit: str
    least: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Columns of all houses, houses in order, each beginning with doing nothing; `worth` is maximised.

    Attributes:
        starts: (houses + 1,) first column of each house.
        house: (columns,) its house.
    """

    starts: Indices
    house: Indices
    worth: Floats
    rows: tuple[Rows, ...]

    @property
    def houses(self) -> int:
        """Number of houses."""
        return len(self.starts) - 1

    @property
    def options(self) -> int:
        """Number of columns that do something."""
        return len(self.house) - self.houses

    def priced(self, prices: Prices) -> Floats:
        """(columns,) worth less what the column uses at these prices."""
        worth = self.worth.copy()
        for price, rows in zip(prices, self.rows, strict=True):
            if price.any():
                worth -= np.append(price, 0.0)[rows.group][self.house] * rows.values
        return worth

    def best(self, worth: Floats) -> tuple[Floats, Indices]:
        """(houses,) most worth of each house and the first column that has it."""
        most = np.maximum.reduceat(worth, self.starts[:-1]) if self.houses else np.zeros(0)
        at = np.flatnonzero(worth == most[self.house])
        house = self.house[at]
        return most, at[np.concatenate((np.ones(min(1, len(at)), bool), house[1:] != house[:-1]))]

    def used(self, chosen: Indices) -> Prices:
        """(places,) of each family: what chosen columns use, one for each house, by ordinary sums."""
        found = []
        for rows in self.rows:
            group = rows.group[self.house[chosen]]
            bound = group >= 0
            sums: Floats = np.bincount(group[bound], rows.values[chosen[bound]], len(rows.places)).astype(float)
            found.append(sums)
        return tuple(found)

    def excess(self, chosen: Indices) -> Prices:
        """(places,) of each family: by how much its cap is exceeded, from sums that are exact to the last bit."""
        found = []
        for rows in self.rows:
            sums = exact_sums(rows.group[self.house[chosen]], rows.values[chosen], len(rows.places))
            found.append(np.maximum(0.0, sums - rows.caps))
        return tuple(found)

    def holds(self, chosen: Indices) -> bool:
        """Whether all demands hold, by exact sums."""
        return not any(over.any() for over in self.excess(chosen))


def exact_sum(values: Floats) -> float:
    """The sum rounded once."""
    return math.fsum(values.tolist())


def exact_sums(group: Indices, values: Floats, count: int) -> Floats:
    """(count,) sums by group, each rounded once; a group of -1 counts nowhere."""
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(count + 1))
    return np.array([exact_sum(values[order[a:b]]) for a, b in itertools.pairwise(edges)])


class Columns:
    """Figures of all options of all houses."""

    def __init__(self, houses: Sequence[HouseFigures]) -> None:
        counts = np.array([len(house.options.own_yuan) for house in houses], np.intp)
        self.starts: Indices = np.concatenate(([0], np.cumsum(counts))).astype(np.intp)
        self.house: Indices = np.repeat(np.arange(len(houses)), counts)

        def column(name: str) -> Floats:
            parts = [np.asarray(getattr(house.options, name), float) for house in houses]
            return np.concatenate(parts) if parts else np.zeros(0)

        self.own, self.paid = column("own_yuan"), column("subsidy_yuan")
        self.saving, self.carbon, self.power = column("saving_yuan"), column("carbon_kg"), column("power_kw")
        levels = [text for house in houses for text in house.options.levels or ("",) * len(house.options.own_yuan)]
        self._levels = {code: np.array([code in text.split() for text in levels], float) for code in LEVELS}
        self.works: Floats = np.ones(len(self.house))
        self.works[self.starts[:-1]] = 0.0

    def reaching(self, code: str) -> Floats:
        """1 where an option of works brings the house to a level."""
        found: Floats = self._levels[code] * self.works
        return found

    def money(self, payer: str) -> Floats:
        """Yuan by payer."""
        return {"total": self.own + self.paid, "own": self.own, "government": self.paid}[payer]


def make_problem(columns: Columns, houses: Sequence[HouseFigures], scenario: Scenario) -> Problem:
    """Objective and demands of a scenario."""
    everywhere = np.zeros(len(houses), np.intp)

    def one(demand: str, values: Floats, bound: float, unit: str, *, place: str = "", least: bool = False) -> Rows:
        sign = -1.0 if least else 1.0
        return Rows(f"energy.district.{demand}", (place,), everywhere, sign * values, np.array([sign * bound]), unit,
                    least)  # fmt: skip

    rows = [
        one("budget", columns.money(payer), scenario.budget_yuan[payer], "CNY", place=payer)
        for payer in sorted(scenario.budget_yuan)
    ]
    budgets = {code: scenario.township_budget_yuan[code] for code in sorted(scenario.township_budget_yuan)}
    rows += _by_place("township_budget", budgets, [house.township for house in houses], columns.money("total"), "CNY")
    if scenario.carbon_target_t is not None:
        rows.append(one("carbon_target", columns.carbon, 1000.0 * scenario.carbon_target_t, "kg/a", least=True))
    if scenario.households_target is not None:
        rows.append(one("households_target", columns.works, float(scenario.households_target), "", least=True))
    for code in sorted(scenario.level_targets):
        least = float(scenario.level_targets[code])
        rows.append(one(f"level_target.{code}", columns.reaching(code), least, "", least=True))
    rows += _by_place("village_power", *_village_power(houses, scenario), columns.power, "kW")
    if scenario.poor_share_min > 0:
        poor = np.array([bool(house.poor) for house in houses], float)[columns.house]
        # Shares such as 0.3 are no binary fractions; the slack is far below one household.
        values = (poor - scenario.poor_share_min) * columns.works
        rows.append(one("poor_share", values, -_COUNT_SLACK, "%", least=True))
    if scenario.uptake < 1.0:
        most = math.floor(scenario.uptake * len(houses) + _COUNT_SLACK)
        rows.append(one("uptake", columns.works, float(most), ""))
    return Problem(columns.starts, columns.house, _worth(columns, scenario), tuple(rows))


def _by_place(
    demand: str, caps: Mapping[str, float], where: Sequence[str], values: Floats, unit: str
) -> tuple[Rows, ...]:
    """Caps by place; houses elsewhere are not bound."""
    if not caps:
        return ()
    index = {place: at for at, place in enumerate(caps)}
    group = np.array([index.get(place, -1) for place in where], np.intp)
    return (Rows(f"energy.district.{demand}", tuple(caps), group, values, np.array(list(caps.values())), unit),)


def _village_power(houses: Sequence[HouseFigures], scenario: Scenario) -> tuple[dict[str, float], list[str]]:
    """Caps by village, and the village of each house."""
    asked, where = scenario.village_power_kw, [house.village for house in houses]
    caps = {name: asked.get(name, asked.get("*", math.inf)) for name in sorted(set(where))} if asked else {}
    return {name: cap for name, cap in caps.items() if math.isfinite(cap)}, where


def _worth(columns: Columns, scenario: Scenario) -> Floats:
    """What is maximised; of households all together bring less than one more house by their carbon."""
    if scenario.objective == "carbon":
        return columns.carbon
    if scenario.objective == "cost":
        return -columns.money(scenario.payer)
    most = exact_sum(np.maximum(columns.carbon, 0.0))
    return columns.works + columns.carbon * (0.5 / most if most > 0 else 0.0)


def without(problem: Problem, family: int, place: int) -> Problem:
    """The same problem without one demand."""
    rows = problem.rows[family]
    rest = np.arange(len(rows.places)) != place
    renumbered = np.append(np.where(rest, np.cumsum(rest) - 1, -1), -1)
    left = replace(
        rows, places=tuple(name for name, stays in zip(rows.places, rest, strict=True) if stays),
        group=renumbered[rows.group], caps=rows.caps[rest],
    )  # fmt: skip
    kept = (*problem.rows[:family], *([left] if left.places else []), *problem.rows[family + 1 :])
    return replace(problem, rows=kept)
