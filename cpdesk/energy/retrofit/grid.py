"""Combinations of measures, solved and priced.

Envelope measures of different groups combine to states, heating plants stand beside them: a combination is a state, a
plant, and what is done apart from heating (`retrofit.extras`). States are solved by the hour together, at the usual and
at the wished set points; fuel, money and carbon of all combinations are then plain array arithmetic.

A grid holds the states that can matter (`retrofit.screen` leaves out those that others beat whatever the plant), in
the order in which they were solved; the house as it is comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.money.indicators import Terms, life_cycle, present_investment
from cpdesk.energy.money.prices import cost_by_carrier
from cpdesk.energy.money.programmes import granted
from cpdesk.energy.retrofit.figures import Capital, Figures, energy_between, figures, totals, warmth_of
from cpdesk.energy.retrofit.measures import Option
from cpdesk.energy.retrofit.screen import surviving
from cpdesk.energy.retrofit.setting import Digits, Setting, all_digits, design_load_w, make_setting, rows_of
from cpdesk.energy.retrofit.solving import OFF_C, Solved, both, joined, set_points, solve_at, solve_states
from cpdesk.energy.weather.climate import Floats


@dataclass(frozen=True, slots=True)
class Grid:
    """Solved states with every plant: arrays are (states, plants).

    Attributes:
        digits: (states, groups) which options a state holds; the first state is the house as it is.
        rows: envelope rows of the states.
        solved: with the present plant's power, and with a new plant's.
        usual, wish: figures by plant at usual and at wished set points.
        warmth: share of the way from usual to wish that the household takes (comfort take-back).
        saving_same, saving: yuan a year at unchanged temperatures, and after part was kept as warmth.
        saving_full: with the wished temperature in full.
        present_savings, present_savings_full: PVS of `saving` and `saving_full` less upkeep over the horizon, prices
            growing by carrier.
        present_invested: PVI: own money, replacements, less residual values.
        places: state by its digits.
        counted: how many combinations of states and plants these stand for.
    """

    setting: Setting
    digits: Digits
    rows: Floats
    solved: tuple[Solved, Solved]
    usual: tuple[Figures, ...]
    wish: tuple[Figures, ...]
    warmth: Floats
    saving_same: Floats
    saving: Floats
    saving_full: Floats
    co2_saving_kg: Floats
    coldest_c: Floats
    coldest_full_c: Floats
    investment: Floats
    own_cost: Floats
    present_savings: Floats
    present_savings_full: Floats
    present_invested: Floats
    places: Mapping[tuple[int, ...], int] = field(repr=False)
    counted: int

    @property
    def npv(self) -> Floats:
        """Net present value over the horizon in CNY, PVS - PVI (`money.indicators`)."""
        result: Floats = self.present_savings - self.present_invested
        return result

    @property
    def npv_full(self) -> Floats:
        """The same with the wished temperature in full."""
        result: Floats = self.present_savings_full - self.present_invested
        return result

    def place(self, digits: Sequence[int]) -> int:
        """The solved state with these digits.

        Raises:
            KeyError: it has not been solved; see `with_states`.
        """
        return self.places[tuple(int(digit) for digit in digits)]


def state_rows(setting: Setting) -> Floats:
    """Envelope rows of every state, in mixed radix of the setting's shape; for small settings and tests."""
    return rows_of(setting, all_digits(setting))


def evaluate(setting: Setting, digits: Digits | None = None) -> Grid:
    """Solve and price states with all plants; the states of the screen where none are given."""
    if digits is None:
        return priced(setting, *surviving(setting))
    rows = rows_of(setting, digits)
    return priced(setting, digits, rows, solve_states(setting, rows))


def with_states(grid: Grid, wanted: Sequence[Sequence[int]]) -> Grid:
    """The grid with further states; those that are there already keep their place."""
    width = len(grid.setting.groups)
    keys = dict.fromkeys(tuple(int(digit) for digit in item) for item in wanted)
    missing = [key for key in keys if key not in grid.places]
    if not missing:
        return grid
    new = np.array(missing, np.int16).reshape(len(missing), width)
    rows = rows_of(grid.setting, new)
    more = solve_states(grid.setting, rows)
    digits = np.vstack([grid.digits, new])
    return priced(grid.setting, digits, np.vstack([grid.rows, rows]), both(joined, grid.solved, more))


def priced(setting: Setting, digits: Digits, rows: Floats, solved: tuple[Solved, Solved]) -> Grid:
    """Fuel, money and carbon of solved states with all plants.

    Args:
        digits, rows, solved: as `screen.surviving` gives them.
    """
    tables = setting.tables
    by_plant = [solved[0] if plant.code.startswith("keep") else solved[1] for plant in setting.plants]
    pairs = list(zip(setting.plants, by_plant, strict=True))
    usual = tuple(figures(setting, plant, item.usual, item.limit_w) for plant, item in pairs)
    wish = tuple(
        same if item.wish is item.usual else figures(setting, plant, item.wish, item.limit_w)
        for (plant, item), same in zip(pairs, usual, strict=True)
    )
    cost_usual = np.stack([item.cost for item in usual], axis=1)
    cost_wish = np.stack([item.cost for item in wish], axis=1)
    worth_wish = np.stack([item.present_cost for item in wish], axis=1)
    present, worth = float(usual[0].cost[0]), float(usual[0].present_cost[0])
    saving_same = present - cost_usual
    warmth = warmth_of(cost_usual, cost_wish, present, tables.rule("take_back_share"))
    warmth[0, 0] = 0.0
    cost, worth_after = _kept(setting, usual, wish, warmth)
    co2, coldest = (
        np.stack(
            [
                _mixed(getattr(one, name), getattr(two, name), warmth[:, at])
                for at, (one, two) in enumerate(zip(usual, wish, strict=True))
            ],
            axis=1,
        )
        for name in ("co2_kg", "coldest_c")
    )
    money = capital(setting, digits)
    return Grid(
        setting=setting, digits=digits, rows=rows, solved=solved, usual=usual, wish=wish, warmth=warmth,
        saving_same=saving_same, saving=present - cost, saving_full=present - cost_wish,
        co2_saving_kg=float(usual[0].co2_kg[0]) - co2, coldest_c=coldest,
        coldest_full_c=np.stack([item.coldest_c for item in wish], axis=1), investment=money.investment,
        own_cost=money.own_cost, present_savings=worth - worth_after - money.present_upkeep,
        present_savings_full=worth - worth_wish - money.present_upkeep, present_invested=money.present_invested,
        places={tuple(int(one) for one in item): at for at, item in enumerate(digits)},
        counted=setting.states * len(setting.plants),
    )  # fmt: skip


def _kept(setting: Setting, usual: Sequence[Figures], wish: Sequence[Figures], warmth: Floats) -> tuple[Floats, Floats]:
    """(states, plants) yearly cost and present cost with part of the way to the wished set points.

    Priced on the energy: in tiers the cost of half the way is not the mean of both.
    """
    cost, present = np.empty_like(warmth), np.empty_like(warmth)
    for at, (plant, one, two) in enumerate(zip(setting.plants, usual, wish, strict=True)):
        if one is two or not warmth[:, at].any():
            cost[:, at], present[:, at] = one.cost, one.present_cost
            continue
        energy = energy_between(one.energy, two.energy, warmth[:, at])
        costs = cost_by_carrier(energy, setting.tables, valley_meter=plant.valley_meter, other=setting.other)
        cost[:, at], present[:, at] = totals(costs, setting.tables)
    return cost, present


def _mixed(usual: Floats, wish: Floats, share: Floats) -> Floats:
    return usual + share * (wish - usual)


def capital(setting: Setting, digits: Digits) -> Capital:
    """What combinations cost, (states, plants).

    Costs of envelope measures are (states, 1), those of plants (1, plants): a programme that pays for one kind only
    stays that small, one that pays for both is reckoned on all combinations, so that caps hold exactly.
    """
    tables = setting.tables
    held: dict[str, tuple[Option, Floats]] = {}
    for at, group in enumerate(setting.groups):
        for number, option in enumerate(group, 1):
            held[option.id] = (option, (digits[:, at] == number).astype(float)[:, None])
    for at, options in enumerate(setting.plant_options):
        for option in options:
            there = held[option.id][1].copy() if option.id in held else np.zeros((1, len(setting.plants)))
            there[0, at] = 1.0
            held[option.id] = (option, there)
    costs = {code: there * option.cost_yuan[1] for code, (option, there) in held.items()}
    terms = Terms.of(tables)
    shape = (len(digits), len(setting.plants))
    investment, own, invested, upkeep = (np.zeros(shape) for _ in range(4))
    paid: dict[str, Floats] = {}
    for grant in granted(costs, setting.building.floor_area_m2, tables) if costs else ():
        for code, value in grant.paid.items():
            paid[code] = paid[code] + value if code in paid else value
    for code, cost in costs.items():
        option, there = held[code]
        mine = cost - paid[code] if code in paid else cost
        investment += cost
        own += mine
        invested += present_investment(mine, cost, life_cycle(terms.rate, terms.years, option.measure.life_a))
        if option.measure.maintenance_yuan:
            upkeep += there * (option.measure.maintenance_yuan * terms.worth())
    return Capital(investment, own, invested, upkeep)


def frontier(own_cost: Floats, co2_saving: Floats) -> NDArray[np.intp]:
    """Flat indices of the combinations that no other beats: none saves as much carbon for less own money.

    Exact: sorted by cost, then a combination stays when it saves more than everything cheaper.
    """
    cost, saving = own_cost.ravel(), co2_saving.ravel()
    order = np.lexsort((-saving, cost))
    best = np.maximum.accumulate(saving[order])
    first = np.concatenate(([True], best[1:] > best[:-1] + 1e-9))
    result: NDArray[np.intp] = order[first]
    return result


__all__ = [
    "OFF_C", "Figures", "Grid", "Setting", "Solved", "capital", "design_load_w", "evaluate", "figures", "frontier",
    "make_setting", "priced", "set_points", "solve_at", "solve_states", "state_rows", "with_states",
]  # fmt: skip
