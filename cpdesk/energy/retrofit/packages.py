"""Choosing packages A, B and C from all combinations, and taking one apart into its measures in order of the work."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.money.indicators import DECIDED, Flow, Terms, growth_of, life_cycle, present_investment, savings
from cpdesk.energy.money.prices import subsidies
from cpdesk.energy.money.views import Works, explained, views
from cpdesk.energy.retrofit.grid import Grid, design_load_w
from cpdesk.energy.retrofit.measures import Option
from cpdesk.energy.retrofit.setting import Setting
from cpdesk.energy.retrofit.statement import assess_state, mixed, mixed_energy, quantity, season_costs
from cpdesk.energy.retrofit.sun_heating import SunHeating, running
from cpdesk.energy.systems.plants import limit_w
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.assessment import Package, PackageItem, Quantity
from cpdesk.model.retrofit import Share


@dataclass(frozen=True, slots=True)
class Choice:
    """One combination and how warm the household then keeps its rooms (0 usual, 1 wished)."""

    code: str
    state: int
    plant: int
    warmth: float
    within_budget: bool


def choose(grid: Grid, budget: float | None) -> list[Choice]:
    """Packages A (best present value within the budget), B (least own money that pays), C (warmest).

    Where the budget is too small for anything that pays there is no A, and B says what the least would cost.
    Otherwise B saves at least a share of A's saving, or it would always be the draught strip, and costs clearly less
    than A. C is within 0.3 K of the warmest rooms on the coldest days, with the best present value among those; it
    stays within the budget and at today's heating cost where it can.
    """
    affordable = np.ones_like(grid.own_cost, dtype=bool) if budget is None else grid.own_cost <= budget
    something = grid.investment > 0
    npv = grid.npv
    pays = something & (npv > 0) & (grid.saving > 0)
    found: list[Choice] = []
    best = _best(npv, pays & affordable)
    allowed = pays
    if best is not None:
        found.append(Choice("A", best[0], best[1], float(grid.warmth[best]), True))
        enough = grid.saving >= grid.setting.tables.rule("package_b_saving") * grid.saving[best]
        cheaper = grid.own_cost <= grid.setting.tables.rule("package_b_cost") * grid.own_cost[best]
        allowed = pays & enough & cheaper
    least = _best(-grid.own_cost, allowed)
    if least is not None:
        found.append(Choice("B", least[0], least[1], float(grid.warmth[least]), _within(grid, least, budget)))
    warm = _warmest(grid, something, affordable)
    if warm is not None and all((item.state, item.plant, item.warmth) != (*warm, 1.0) for item in found):
        found.append(Choice("C", warm[0], warm[1], 1.0, _within(grid, warm, budget)))
    return found


def _within(grid: Grid, place: tuple[int, int], budget: float | None) -> bool:
    return budget is None or bool(grid.own_cost[place] <= budget)


def _best(score: Floats, allowed: NDArray[np.bool_]) -> tuple[int, int] | None:
    if not allowed.any():
        return None
    state, plant = np.unravel_index(int(np.argmax(np.where(allowed, score, -np.inf))), score.shape)
    return int(state), int(plant)


def _warmest(grid: Grid, something: NDArray[np.bool_], affordable: NDArray[np.bool_]) -> tuple[int, int] | None:
    present, turned_up = float(grid.usual[0].coldest_c[0]), float(grid.wish[0].coldest_c[0])
    npv = grid.npv_full
    free = something & affordable & (grid.saving_full >= 0)
    # Dearer heating is put forward only where turning up the present heating would not do.
    for allowed, floor_c in ((free, present), (something & affordable, turned_up)):
        if not allowed.any():
            continue
        top = float(np.where(allowed, grid.coldest_full_c, -np.inf).max())
        if top >= floor_c + 0.5:
            return _best(npv, allowed & (grid.coldest_full_c >= top - 0.3))
    return None


def options_of(grid: Grid, state: int, plant: int) -> list[tuple[int | None, int, Option]]:
    """(group, choice, option) of a combination in the order of the work; group `None` is the plant's measure."""
    setting = grid.setting
    found: list[tuple[int | None, int, Option]] = []
    for at, digit in enumerate(grid.digits[state]):
        if digit:
            found.append((at, int(digit), setting.groups[at][int(digit) - 1]))
    found += [(None, plant, option) for option in setting.plant_options[plant]]
    return sorted(found, key=lambda item: (item[2].measure.order, item[2].measure.id))


def measures_of(grid: Grid, state: int, plant: int) -> tuple[str, ...]:
    """Measure ids of a combination."""
    return tuple(option.measure.id for _, _, option in options_of(grid, state, plant))


@dataclass(frozen=True, slots=True)
class Paid:
    """Cost, subsidy and own money of the measures of one combination, by measure id."""

    cost: dict[str, float]
    subsidy: dict[str, float]

    def own(self, code: str) -> float:
        """Own money for one measure."""
        return self.cost[code] - self.subsidy[code]


def paid(grid: Grid, options: list[Option]) -> Paid:
    """What each measure of a combination costs and gets."""
    costs = {option.measure.id: np.array([option.cost_yuan[1]]) for option in options}
    setting = grid.setting
    programmes = subsidies(costs, setting.building.floor_area_m2, setting.tables)
    given = dict.fromkeys(costs, 0.0)
    for programme in programmes.values():
        for code, value in programme.items():
            given[code] += float(value[0])
    return Paid({code: float(value[0]) for code, value in costs.items()}, given)


def _steps_to(grid: Grid, choice: Choice) -> list[tuple[tuple[int, ...], int]]:
    """Digits and plant on the way to a choice: nothing, then one measure more at a time, in the order of the work."""
    digits = [0] * len(grid.setting.groups)
    held: list[Option] = []
    found = [(tuple(digits), 0)]
    for group, number, option in options_of(grid, choice.state, choice.plant):
        if group is None:
            held.append(option)
        else:
            digits[group] = number
        found.append((tuple(digits), plant_of(grid.setting, held)))
    return found


def plant_of(setting: Setting, held: Sequence[Option]) -> int:
    """The plant that some plant measures make; of measures that make none together, what they make one by one."""
    wanted = {option.id for option in held}
    for at, options in enumerate(setting.plant_options):
        if {option.id for option in options} == wanted:
            return at
    # Room control before the system it needs changes nothing yet.
    fewer = [option for option in held if option.measure.effect != "control"]
    return plant_of(setting, fewer) if len(fewer) < len(held) else 0


def digits_on_the_way(grid: Grid, choices: Sequence[Choice]) -> list[tuple[int, ...]]:
    """States that the packages of some choices are taken apart into."""
    return [digits for choice in choices for digits, _ in _steps_to(grid, choice)]


def make_package(grid: Grid, choice: Choice, sun: SunHeating) -> Package:
    """The package of a combination with all its figures; savings of the items sum to the package's.

    Args:
        sun: of the grid: what panels that stand there give heating is part of what it costs.
    """
    setting = grid.setting
    options = options_of(grid, choice.state, choice.plant)
    path = [(grid.place(digits), plant) for digits, plant in _steps_to(grid, choice)]
    money = paid(grid, [option for _, _, option in options])
    usual, wish = grid.usual[choice.plant], grid.wish[choice.plant]
    present, after = kept(sun, 0, 0, 0.0), kept(sun, choice.state, choice.plant, choice.warmth)
    unchanged = kept(sun, choice.state, choice.plant, 0.0)
    same, saving = present["cost"] - unchanged["cost"], present["cost"] - after["cost"]
    items = _items(options, _steps(path, sun), money, same, saving, present, after)
    investment, given = sum(money.cost.values()), sum(money.subsidy.values())
    own = investment - given
    saved = (present["co2_kg"] - after["co2_kg"], present["kgce"] - after["kgce"])
    found = _views(sun, choice, [option for _, _, option in options], money, saved)
    npv = found["npv_household"]
    assert npv is not None  # every combination has one
    low = sum(option.cost_yuan[0] for _, _, option in options)
    high = sum(option.cost_yuan[2] for _, _, option in options)
    plant = setting.plants[choice.plant]
    limit = heat_limit(grid, choice)
    return Package(
        code=choice.code,
        items=items,
        investment_yuan=Quantity(investment, "CNY", low, high, "energy.formula.investment", _by_measure(money.cost),
                                 status="to_confirm", source="measures.csv"),
        subsidy_yuan=quantity(given, "CNY", "subsidy", *_by_measure(money.subsidy), source="subsidies.csv",
                              status="to_confirm"),
        own_cost_yuan=quantity(own, "CNY", "own_cost", ("investment", investment, "CNY"), ("subsidy", given, "CNY"),
                               status="to_confirm"),
        saving_same_yuan=_saved("saving_same", present, unchanged),
        take_back_yuan=quantity(
            same - saving, "CNY/a", "take_back", ("usual_c", setting.building.schedule.day_c, "degC"),
            ("wished_c", setting.building.schedule.wish_c, "degC"), ("warmth", choice.warmth, ""),
            ("cost_usual", unchanged["cost"], "CNY/a"), ("cost_kept", after["cost"], "CNY/a"),
            status="own_rule",
        ),
        saving_yuan=_saved("saving", present, after),
        payback_a=found["payback"],
        npv_yuan=npv,
        co2_saving_t=quantity(saved[0] / 1000.0, "t/a", "co2_saving", ("before", present["co2_kg"] / 1000.0, "t/a"),
                              ("after", after["co2_kg"] / 1000.0, "t/a"), source="factors.csv", status="to_confirm"),
        kgce_saving=quantity(saved[1], "kgce/a", "kgce_saving", ("before", present["kgce"], "kgce/a"),
                             ("after", after["kgce"], "kgce/a"), source="GB/T 2589-2020", status="to_confirm"),
        coldest_days_c=quantity(after["coldest_c"], "degC", "coldest", source="ISO 13790:2008 annex C"),
        after=assess_state(setting, plant, grid.rows[choice.state], usual, wish, choice.state, choice.warmth, limit),
        system=plant.systems[0].type,
        within_budget=choice.within_budget,
        notices=(*_notices(grid, choice, options), *(["energy.notice.own_sun"] if after["sun"] else ())),
        views=found,
    )  # fmt: skip


def kept(sun: SunHeating, state: int, plant: int, warmth: float) -> dict[str, float]:
    """Figures of a combination at the temperatures that the household keeps.

    `cost` in CNY a year is less `sun`, what panels that stand there are worth for its heating.
    """
    grid = sun.grid
    usual, wish = grid.usual[plant], grid.wish[plant]
    costs = season_costs(grid.setting, grid.setting.plants[plant], mixed_energy(usual, wish, state, warmth))
    gain = sun.exact(state, plant, 0, warmth).gain_yuan
    return {**mixed(usual, wish, state, warmth), "cost": sum(costs.values()) - gain, "sun": gain}


def _saved(formula: str, before: dict[str, float], after: dict[str, float]) -> Quantity:
    """Cost before less cost after in CNY a year; `formula` of a house without panels."""
    costs = [(f"cost_{when}", of["cost"] + of["sun"], "CNY/a") for when, of in (("before", before), ("after", after))]
    if before["sun"] or after["sun"]:
        formula, costs = f"{formula}_sun", [*costs, ("sun_more", after["sun"] - before["sun"], "CNY/a")]
    return quantity(before["cost"] - after["cost"], "CNY/a", formula, *costs, source="tariffs.csv", status="to_confirm")


def _views(
    sun: SunHeating, choice: Choice, options: Sequence[Option], money: Paid, saved: tuple[float, float]
) -> dict[str, Quantity | None]:
    """Indicators of a choice for household, government and society; `saved` kg of CO2 and of standard coal a year."""
    tables = sun.grid.setting.tables
    terms = Terms.of(tables)
    (before, paid_before), (after, paid_after) = (
        running(sun, (at, plant, 0), warmth)
        for at, plant, warmth in ((0, 0, 0.0), (choice.state, choice.plant, choice.warmth))
    )
    invested = np.zeros(1)
    for option in options:
        cycle = life_cycle(terms.rate, terms.years, option.measure.life_a)
        own, price = np.array([money.own(option.id)]), np.array([money.cost[option.id]])
        invested = invested + present_investment(own, price, cycle)
    works = Works(
        own=np.array([sum(money.own(option.id) for option in options)]),
        subsidy=np.array([sum(money.subsidy.values())]),
        present_invested=invested,
        flows=savings(before, after, DECIDED, tables),
        running_subsidy_more=paid_after - paid_before,
        co2_saving_kg=np.array([saved[0]]),
        kgce_saving=np.array([saved[1]]),
        before=tuple(Flow(cost, growth_of(carrier, DECIDED, tables), carrier) for carrier, cost in before.items()),
        upkeep=np.array([sum(option.measure.maintenance_yuan for option in options)]),
    )
    return explained(views(works, terms), works, terms, 0)


def heat_limit(grid: Grid, choice: Choice) -> float:
    """Heat that the plant of a choice brings at the design temperature, in W."""
    setting = grid.setting
    present = limit_w(setting.building.systems, setting.tables)
    if setting.plants[choice.plant].code.startswith("keep"):
        return present
    load = design_load_w(
        grid.rows[choice.state][None, :], setting.building.schedule.wish_c, setting.tables, setting.drivers
    )
    return max(present, setting.tables.rule("sizing_factor") * float(load[0]))


def _by_measure(amounts: Mapping[str, float]) -> tuple[tuple[str, float | str, str], ...]:
    """What a sum over measures is made of."""
    return tuple((f"energy.measure.{code}", value, "CNY") for code, value in amounts.items())


def payback(own: float, saving: float) -> Quantity | None:
    """Simple payback in years, `None` where nothing is saved."""
    if saving <= 0:
        return None
    return quantity(own / saving, "a", "payback", ("own_cost", own, "CNY"), ("saving", saving, "CNY/a"),
                    status="to_confirm")  # fmt: skip


def _items(
    options: list[tuple[int | None, int, Option]],
    steps: dict[str, list[float]],
    money: Paid,
    same: float,
    saving: float,
    present: dict[str, float],
    after: dict[str, float],
) -> tuple[PackageItem, ...]:
    """In-order marginals; what take-back changes is spread in proportion, so that every column sums exactly."""
    count = len(options)
    same_by = steps["cost"]
    total_same = sum(same_by)
    share = saving / total_same if abs(total_same) > 1e-9 else 0.0
    saving_by = _closed([value * share for value in same_by], saving)
    same_by = _closed(same_by, same)
    co2_by = _spread(steps["co2_kg"], present["co2_kg"] - after["co2_kg"], same_by)
    warm_by = _spread([-value for value in steps["coldest_c"]], after["coldest_c"] - present["coldest_c"], same_by)
    found = []
    for at in range(count):
        option = options[at][2]
        measure = option.measure
        own = money.own(measure.id)
        found.append(
            PackageItem(
                code=measure.id,
                name=f"energy.measure.{measure.id}",
                amount=quantity(option.amount, option.unit, "amount_of_work"),
                investment_yuan=Quantity(money.cost[measure.id], "CNY", option.cost_yuan[0], option.cost_yuan[2],
                                         "energy.formula.investment", source=measure.source, status=measure.status),
                subsidy_yuan=quantity(money.subsidy[measure.id], "CNY", "subsidy", source="subsidies.csv",
                                      status="to_confirm"),
                own_cost_yuan=quantity(own, "CNY", "own_cost", ("investment", money.cost[measure.id], "CNY"),
                                       ("subsidy", money.subsidy[measure.id], "CNY"), status="to_confirm"),
                saving_same_yuan=quantity(same_by[at], "CNY/a", "marginal", status="to_confirm"),
                saving_yuan=quantity(saving_by[at], "CNY/a", "marginal", status="to_confirm"),
                co2_saving_t=quantity(co2_by[at] / 1000.0, "t/a", "marginal", status="to_confirm"),
                coldest_gain_k=quantity(warm_by[at], "K", "marginal"),
                payback_a=payback(own, saving_by[at]),
                life_a=measure.life_a,
            )
        )  # fmt: skip
    return tuple(found)


def with_shares(package: Package, shares: Floats) -> Package:
    """The package with the order-free shares of its items, (items, 3) as `retrofit.shapley.shares` gives them."""
    items = []
    for item, (same, saving, carbon) in zip(package.items, shares.tolist(), strict=True):
        held = Share(
            saving_same_yuan=quantity(same, "CNY/a", "shapley", source="Shapley 1953", status="to_confirm"),
            saving_yuan=quantity(saving, "CNY/a", "shapley", source="Shapley 1953", status="to_confirm"),
            co2_saving_t=quantity(carbon / 1000.0, "t/a", "shapley", source="Shapley 1953", status="to_confirm"),
        )
        items.append(replace(item, share=held))
    return replace(package, items=tuple(items))


def _steps(path: list[tuple[int, int]], sun: SunHeating) -> dict[str, list[float]]:
    """By figure, what each step of the way takes off it at unchanged temperatures."""
    found = {}
    for name in ("cost", "co2_kg", "coldest_c"):
        values = [float(getattr(sun.grid.usual[plant], name)[state]) for state, plant in path]
        if name == "cost":
            values = [value - sun.near_yuan(*place) for value, place in zip(values, path, strict=True)]
        found[name] = [one - two for one, two in itertools.pairwise(values)]
    return found


def _closed(values: list[float], total: float) -> list[float]:
    """The same values, the last one closing the sum to the total exactly."""
    return [*values[:-1], total - sum(values[:-1])] if values else values


def _spread(values: list[float], total: float, shares: list[float]) -> list[float]:
    """Values raised to sum to the total: what is missing is warmth bought with the saving, so it goes by the saving."""
    missing = total - sum(values)
    weights = [max(share, 0.0) for share in shares]
    whole = sum(weights) or 1.0
    return _closed([value + missing * weight / whole for value, weight in zip(values, weights, strict=True)], total)


def _notices(grid: Grid, choice: Choice, options: list[tuple[int | None, int, Option]]) -> tuple[str, ...]:
    codes = {option.measure.id for _, _, option in options}
    effects = {option.measure.effect for _, _, option in options}
    found = []
    systems = grid.setting.plants[choice.plant].systems
    if any(system.carrier in ("coal", "coal_loose", "wood", "pellets") for system in systems) and "seal" in effects:
        found.append("energy.notice.stove_air")
    if "system" in effects and any(system.carrier == "electricity" for system in systems):
        found.append("energy.notice.electric_capacity")
    if any(code.startswith("wall_") for code in codes):
        found.append("energy.notice.wall_days")
    if any(code.startswith("win_") for code in codes):
        found.append("energy.notice.window_day")
    return tuple(found)
