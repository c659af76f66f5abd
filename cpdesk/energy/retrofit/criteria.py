"""The best of all combinations by each criterion, and the levels a house can reach.

A combination is a state, a plant and extras. Own money, carbon and present investment are sums of the heating side
and of the extras; the yearly saving and its present value are too but for heating being priced on top of
other uses (`drawn`) and for the sun that heating takes (`sun_heating`). All are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.money.indicators import Terms
from cpdesk.energy.retrofit.combined import combined_views
from cpdesk.energy.retrofit.drawn import Drawn
from cpdesk.energy.retrofit.extras import Extras
from cpdesk.energy.retrofit.grid import Grid, frontier
from cpdesk.energy.retrofit.packages import measures_of, payback
from cpdesk.energy.retrofit.primary import heating_primary_kwh
from cpdesk.energy.retrofit.statement import quantity
from cpdesk.energy.retrofit.sun_heating import SunHeating
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.retrofit import Best, Check, Combination, Level

CRITERIA: Final = ("payback", "npv", "sir", "bill", "carbon")
_TIE: Final = 1e-7  # of two combinations that are equal by a criterion the cheaper one is taken

Place = tuple[int, int, int]
"""State, plant and extras."""


@dataclass(frozen=True, slots=True)
class Side:
    """All states and plants with one combination of extras; arrays are (states, plants).

    Attributes:
        saving: of the first year; `present_savings` PVS of the horizon less upkeep, `present_invested` PVI.
    """

    extra: int
    own: Floats
    saving: Floats
    present_savings: Floats
    present_invested: Floats
    co2_saving_kg: Floats


class Search:
    """Sums of the heating side and of the extras."""

    def __init__(self, grid: Grid, extras: Extras) -> None:
        self.grid, self.extras = grid, extras
        tables = grid.setting.tables
        self._terms = Terms.of(tables)
        self._electricity_worth = self._terms.energy_worth("electricity", tables)
        self._drawn = Drawn(grid)
        self.sun = SunHeating(grid, extras, self._drawn)
        now = self.sun.gain_yuan(0)
        self._places: dict[float | None, dict[str, Place]] = {}
        self._sun_now = now if isinstance(now, float) else float(now[0, 0])

    @cached_property
    def wished_need_kwh(self) -> Floats:
        """(states, plants): heat of a season at the wished set points."""
        return np.stack([item.need_kwh for item in self.grid.wish], axis=1)

    @cached_property
    def wished_primary_kwh(self) -> Floats:
        """(states, plants): primary energy of a season of heating at the wished set points."""
        return heating_primary_kwh(self.grid)

    @property
    def counted(self) -> int:
        """How many combinations were compared."""
        return self.grid.counted * len(self.extras.options)

    def side(self, extra: int) -> Side:
        """Everything with one combination of extras."""
        grid, extras = self.grid, self.extras
        sun = self.sun.gain_yuan(extra) - self._sun_now
        spared, worth = sun, self._electricity_worth * sun
        for carrier, dearer in self._drawn.shift(extras.others[0], extras.others[extra]).items():
            spared = spared - dearer
            worth = worth - self._terms.energy_worth(carrier, grid.setting.tables) * dearer
        return Side(
            extra=extra,
            own=grid.own_cost + extras.own_cost[extra],
            saving=grid.saving + float(extras.saving[extra]) + spared,
            present_savings=grid.present_savings + float(extras.present_savings[extra]) + worth,
            present_invested=grid.present_invested + float(extras.present_invested[extra]),
            co2_saving_kg=grid.co2_saving_kg + float(extras.co2_saving_kg[extra]),
        )

    def sides(self) -> Iterator[Side]:
        """By extras, nothing first."""
        return (self.side(extra) for extra in range(len(self.extras.options)))

    def score(self, side: Side, code: str) -> Floats:
        """What a criterion ranks by, the higher the better; minus infinity where it does not apply."""
        nothing = np.full_like(side.own, -np.inf)
        if code == "payback":
            found = np.divide(-side.own, side.saving, out=nothing, where=(side.own > 0) & (side.saving > 0))
        elif code == "sir":
            exists = (side.present_invested > 0) & (side.present_savings > 0)
            found = np.divide(side.present_savings, side.present_invested, out=nothing, where=exists)
        elif code == "bill":
            found = side.saving - _TIE * side.own
        elif code == "carbon":
            found = side.co2_saving_kg - _TIE * side.own
        else:
            found = side.present_savings - side.present_invested
        return found

    def best(self, budget: float | None) -> dict[str, Place]:
        """Where each criterion is best, `budget` the best present value for the money there is."""
        if budget not in self._places:
            self._places[budget] = self._best(budget)
        return self._places[budget]

    def _best(self, budget: float | None) -> dict[str, Place]:
        found: dict[str, tuple[float, Place]] = {}
        for side in self.sides():
            scores = {code: self.score(side, code) for code in CRITERIA}
            if budget is not None:
                scores["budget"] = np.where(side.own <= budget, scores["npv"], -np.inf)
            for code, score in scores.items():
                state, plant = np.unravel_index(int(np.argmax(score)), score.shape)
                value = float(score[state, plant])
                if np.isfinite(value) and value > found.get(code, (-np.inf, None))[0]:
                    found[code] = (value, (int(state), int(plant), side.extra))
        return {code: place for code, (_, place) in found.items()}

    def hourly(self, place: Place) -> float:
        """What the self-use of heating by the hour changes in the saving that the search takes, yuan a year."""
        state, plant, extra = place
        taken = self.sun.gain_yuan(extra)
        if isinstance(taken, float):
            return 0.0
        found = self.sun.exact(state, plant, extra, float(self.grid.warmth[state, plant])).gain_yuan
        now = self.sun.exact(0, 0, 0, 0.0).gain_yuan
        return (found - now) - (float(taken[state, plant]) - self._sun_now)

    def combination(self, place: Place) -> Combination:
        """The figures of one combination."""
        state, plant, extra = place
        grid, extras = self.grid, self.extras
        side, at, hourly = self.side(extra), (state, plant), self.hourly(place)
        own, saving = float(side.own[at]), float(side.saving[at]) + hourly
        brought = float(side.present_savings[at]) + self._electricity_worth * hourly
        invested = float(side.present_invested[at])
        present = (("present_savings", brought, "CNY"), ("present_invested", invested, "CNY"))
        spent = float(grid.investment[at] + extras.investment[extra])
        return Combination(
            measures=self.measures(place),
            investment_yuan=quantity(spent, "CNY", "investment", ("part_heating", float(grid.investment[at]), "CNY"),
                                     ("part_other", float(extras.investment[extra]), "CNY"), source="measures.csv",
                                     status="to_confirm"),
            subsidy_yuan=quantity(spent - own, "CNY", "subsidy",
                                  ("part_heating", float(grid.investment[at] - grid.own_cost[at]), "CNY"),
                                  ("part_other", float(extras.investment[extra] - extras.own_cost[extra]), "CNY"),
                                  source="subsidies.csv", status="to_confirm"),
            own_cost_yuan=quantity(own, "CNY", "own_cost", ("investment", spent, "CNY"),
                                   ("subsidy", spent - own, "CNY"), source="measures.csv", status="to_confirm"),
            saving_yuan=quantity(saving, "CNY/a", "saving_all", ("saving_heating", float(grid.saving[at]), "CNY/a"),
                                 ("saving_other", saving - float(grid.saving[at]), "CNY/a"), source="tariffs.csv",
                                 status="to_confirm"),
            payback_a=payback(own, saving),
            npv_yuan=quantity(brought - invested, "CNY", "npv_household", *present, ("rate", self._terms.rate, ""),
                              ("horizon", float(self._terms.years), "a"), status="to_confirm"),
            sir=None if invested <= 0 else quantity(brought / invested, "", "sir", *present, status="to_confirm"),
            co2_saving_t=quantity(float(side.co2_saving_kg[at]) / 1000.0, "t/a", "co2_saving",
                                  ("part_heating", float(grid.co2_saving_kg[at]) / 1000.0, "t/a"),
                                  ("part_other", float(extras.co2_saving_kg[extra]) / 1000.0, "t/a"),
                                  source="factors.csv", status="to_confirm"),
            coldest_days_c=quantity(float(grid.coldest_c[at]), "degC", "coldest", source="ISO 13790:2008 annex C"),
            views=combined_views(grid, extras, self.sun, place),
        )  # fmt: skip

    def measures(self, place: Place) -> tuple[str, ...]:
        """Ids of all measures of a combination, in the order of the work."""
        state, plant, extra = place
        return (*measures_of(self.grid, state, plant), *(option.id for option in self.extras.options[extra]))

    def frontier(self) -> list[Place]:
        """Combinations that no other beats in own money and carbon, the cheapest first.

        Exact: both are sums, so that only what no other beats on its own side can be part of it.
        """
        grid, extras = self.grid, self.extras
        heating = frontier(grid.own_cost, grid.co2_saving_kg)
        other = frontier(extras.own_cost, extras.co2_saving_kg)
        own = grid.own_cost.ravel()[heating][:, None] + extras.own_cost[other][None, :]
        carbon = grid.co2_saving_kg.ravel()[heating][:, None] + extras.co2_saving_kg[other][None, :]
        found = []
        for flat in frontier(own, carbon):
            at, extra = divmod(int(flat), len(other))
            state, plant = np.unravel_index(int(heating[at]), grid.saving.shape)
            found.append((int(state), int(plant), int(other[extra])))
        return found


def best_by_criterion(search: Search, budget: float | None) -> tuple[Best, ...]:
    """The best combination by payback, present value, saving to investment, bill, carbon, and within the budget."""
    found = []
    for code, place in search.best(budget).items():
        combination = search.combination(place)
        within = budget is None or combination.own_cost_yuan.value <= budget
        found.append(Best(code, f"energy.criterion.{code}", combination, within))
    return tuple(found)


def levels(search: Search) -> tuple[Level, ...]:
    """How near the house comes to an ultra-low-energy and to a zero-carbon farmhouse, and for how much."""
    return (_level(search, "ultra_low_energy", _ultra_low), _level(search, "zero_carbon", _zero_carbon))


def reached(search: Search, extra: int) -> dict[str, NDArray[np.bool_]]:
    """(states, plants) by code of a level: whether a combination with this extra reaches it."""
    return {
        code: np.all([value <= limit for value, limit, *_ in measure(search, extra).values()], axis=0)
        for code, measure in (("ultra_low_energy", _ultra_low), ("zero_carbon", _zero_carbon))
    }


_Measure = Callable[[Search, int], dict[str, tuple[Floats, float, str, str]]]
"""By name of a check: (states, plants) values, limit, unit and source."""


def _level(search: Search, code: str, measure: _Measure) -> Level:
    best: tuple[bool, float, Place] | None = None
    for extra in range(len(search.extras.options)):
        checks = measure(search, extra).values()
        excess = np.max([value / limit if limit > 0 else value for value, limit, *_ in checks], axis=0)
        met: NDArray[np.bool_] = np.all([value <= limit for value, limit, *_ in checks], axis=0)
        own = search.grid.own_cost + search.extras.own_cost[extra]
        score = np.where(met, own, np.inf) if met.any() else excess
        state, plant = np.unravel_index(int(np.argmin(score)), score.shape)
        found = (not met.any(), float(score[state, plant]), (int(state), int(plant), extra))
        best = found if best is None else min(best, found)
    assert best is not None  # there is always the combination of nothing
    place = best[2]
    shown = []
    for name, (value, limit, unit, source) in measure(search, place[2]).items():
        here = float(value[place[0], place[1]])
        shown.append(
            Check(
                f"energy.check.{name}",
                quantity(here, unit, name, source=source, status="to_confirm"),
                quantity(limit, unit, "limit", source=source, status="to_confirm"),
                here <= limit,
            )
        )
    missing = tuple(item.name for item in shown if not item.met)
    return Level(code, f"energy.level.{code}", not missing, search.combination(place), tuple(shown), missing)


def _ultra_low(search: Search, extra: int) -> dict[str, tuple[Floats, float, str, str]]:
    grid, area = search.grid, search.grid.setting.building.floor_area_m2
    limits = grid.setting.tables.limits
    need = search.wished_need_kwh / area
    primary = (search.wished_primary_kwh + float(search.extras.primary_kwh[extra])) / area
    rows = {"heating_need": (need, limits["ultra_low_heating_need"]), "primary": (primary, limits["ultra_low_primary"])}
    return {name: (value, row.value, "kWh/m2a", row.standard) for name, (value, row) in rows.items()}


def _zero_carbon(search: Search, extra: int) -> dict[str, tuple[Floats, float, str, str]]:
    grid = search.grid
    row = grid.setting.tables.limits["zero_carbon_co2"]
    heating = float(grid.usual[0].co2_kg[0]) - grid.co2_saving_kg
    return {"carbon": ((heating + float(search.extras.co2_kg[extra])) / 1000.0, row.value, "t/a", row.standard)}
