"""The split of large stocks (prices, repair, cores) against the exact programme, and what every answer must keep."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.context import load_energy_tables
from cpdesk.energy.district import solve as solving
from cpdesk.energy.district.dual import bound_split
from cpdesk.energy.district.problem import Columns, make_problem
from cpdesk.energy.district.repair import repaired
from cpdesk.energy.district.split import split
from cpdesk.energy.district.totals import village_peaks
from cpdesk.model.district import HouseFigures, Options, Scenario, Split

NAMES = "own_yuan", "subsidy_yuan", "carbon_kg", "power_kw"


def stock(seed: int, count: int, most: int, *, kinds: int | None = None) -> list[HouseFigures]:
    """Houses with up to `most` options each, some with none; of `kinds` kinds, else each of its own."""
    random = np.random.default_rng(seed)
    made: list[Options] = []
    for _ in range(kinds or count):
        number = int(random.integers(0, most + 1))
        money, share = np.sort(random.uniform(300, 60_000, number)), random.uniform(0, 0.5, number)
        columns = [money * (1 - share), money * share, np.sort(random.uniform(50, 9000, number)),
                   random.uniform(-1, 5, number)]  # fmt: skip
        own, paid, carbon, power = ((0.0, *column.tolist()) for column in columns)
        none = (0.0,) * (number + 1)
        made.append(Options(own, paid, none, carbon, none, none, power, tuple(() for _ in none)))
    return [
        HouseFigures(
            id=f"h{at:06}", township=f"11011400{1 + at % 3}", village="abcd"[at % 4], label=str(at), surveyed=True,
            poor=bool(random.random() < 0.3), archetype="F5", era="1990-1999", heating="coal_boiler", area_m2=100.0,
            need_kwh=9000.0, final_kwh=15000.0, cost_yuan=4000.0, carbon_kg=9000.0, heating_kg=8000.0, kgce=1500.0,
            pv=False, solar_water=False, bottled_gas=False, prior_need_kwh_m2=90.0, options=made[at % len(made)],
            combinations=1,
        )
        for at in range(count)
    ]  # fmt: skip


def asked(seed: int, houses: list[HouseFigures]) -> Scenario:
    """A scenario with some of all demands, most of them possible."""
    random = np.random.default_rng(seed + 1)
    money = sum(max(one.options.own_yuan) for one in houses)
    carbon = sum(max(one.options.carbon_kg) for one in houses) / 1000.0
    most = float(random.uniform(0.05, 0.6)) * money
    objective = ("carbon", "cost", "households")[int(random.integers(3))]
    scenario = Scenario(
        "any", objective=objective, payer=("total", "own", "government")[int(random.integers(3))], time_limit_s=20.0,
        budget_yuan={"total": 1.4 * most, "own": most, "government": 0.5 * most} if random.random() < 0.7 else {},
        carbon_target_t=float(random.uniform(0, 0.4)) * carbon if objective == "cost" or seed % 3 == 0 else None,
    )  # fmt: skip
    if random.random() < 0.5:
        scenario = replace(scenario, township_budget_yuan={"110114001": 0.3 * most, "110114003": 0.5 * most})
    if random.random() < 0.4:
        scenario = replace(scenario, village_power_kw={"a": 0.4 * len(houses), "*": 0.8 * len(houses)})
    if random.random() < 0.4:
        scenario = replace(scenario, poor_share_min=0.3, uptake=float(random.uniform(0.3, 1.0)))
    return scenario


def broken(houses: list[HouseFigures], scenario: Scenario, found: Split) -> list[str]:
    """Demands that an answer does not keep, from the houses' own figures and exact sums."""
    by_id = {one.id: one for one in houses}
    picked = [(by_id[pick.house], pick.option) for pick in found.picks]
    assert len({one.id for one, _ in picked}) == len(picked)

    def total(name: str, **only: str) -> float:
        return math.fsum(
            getattr(one.options, name)[at]
            for one, at in picked
            if all(getattr(one, key) == value for key, value in only.items())
        )

    def money(**only: str) -> float:
        return math.fsum(
            one.options.own_yuan[at] + one.options.subsidy_yuan[at]
            for one, at in picked
            if all(getattr(one, key) == value for key, value in only.items())
        )

    spent = {"total": money(), "own": total("own_yuan"), "government": total("subsidy_yuan")}
    villages = {one.village for one in houses}
    power = {
        name: scenario.village_power_kw.get(name, scenario.village_power_kw.get("*", math.inf)) for name in villages
    }
    held = {
        "budget": all(spent[payer] <= most for payer, most in scenario.budget_yuan.items()),
        "township": all(money(township=code) <= most for code, most in scenario.township_budget_yuan.items()),
        "carbon": total("carbon_kg") >= 1000.0 * (scenario.carbon_target_t or 0.0),
        "households": len(picked) >= (scenario.households_target or 0),
        "power": all(total("power_kw", village=name) <= most for name, most in power.items()),
        "poor": sum(bool(one.poor) for one, _ in picked) >= scenario.poor_share_min * len(picked) - 1e-6,
        "uptake": len(picked) <= scenario.uptake * len(houses) + 1e-6,
    }
    return [name for name, kept in held.items() if not kept]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small stocks take the way of large ones, with cores of a few columns."""
    monkeypatch.setattr(solving, "DIRECT", 0)
    monkeypatch.setattr(solving, "_CORES", (5, 40, 100_000))
    yield


@pytest.mark.parametrize("seed", range(40))
def test_the_way_of_large_stocks_gives_what_the_exact_programme_gives(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    houses = stock(seed, 30, 8)
    scenario = asked(seed, houses)
    exact = split(houses, scenario)
    monkeypatch.setattr(solving, "DIRECT", 0)
    monkeypatch.setattr(solving, "_CORES", (5, 40, 100_000))
    found = split(houses, scenario)
    assert found.status == exact.status
    if exact.status != "infeasible":
        assert not broken(houses, scenario, found)
        assert not broken(houses, scenario, exact)
        assert found.objective == pytest.approx(exact.objective, rel=2e-9, abs=1e-6)


@settings(max_examples=40)
@given(seed=st.integers(0, 100_000), budget=st.floats(0, 500_000))
def test_prices_bound_and_repair_fits(seed: int, budget: float) -> None:
    houses = stock(seed, 12, 6)
    scenario = Scenario("any", budget_yuan={"total": budget}, village_power_kw={"*": 4.0})
    problem = make_problem(Columns(houses), houses, scenario)
    best = split(houses, scenario)
    dual = bound_split(problem, lambda: False)
    filled = repaired(problem, dual)
    assert best.status == "optimal" and best.carbon_kg <= dual.bound + 1e-6
    assert filled is not None and problem.holds(filled)
    assert math.fsum(problem.worth[filled].tolist()) <= best.carbon_kg + 1e-6


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_the_houses_changes_nothing(seed: int) -> None:
    houses = stock(seed, 40, 6)
    scenario = asked(seed, houses)
    mixed = [houses[at] for at in np.random.default_rng(seed).permutation(len(houses))]
    assert split(mixed, scenario) == split(houses, scenario)


@pytest.mark.usefixtures("large")
def test_nothing_affordable_one_house_no_budget_and_houses_without_options() -> None:
    houses = stock(4, 25, 5)
    for scenario in (Scenario("no money", budget_yuan={"total": 0.0}), Scenario("a yuan", budget_yuan={"total": 1.0})):
        found = split(houses, scenario)
        assert (found.status, found.picks, found.gap) == ("optimal", (), 0.0)
    one = [max(houses, key=lambda house: len(house.options.own_yuan))]
    rich = split(one, Scenario("rich", budget_yuan={"total": 1e9}))
    assert (rich.status, rich.carbon_kg) == ("optimal", max(one[0].options.carbon_kg))
    bare = [house for house in stock(4, 60, 1) if len(house.options.own_yuan) == 1]
    assert len(bare) > 3
    assert split(bare, Scenario("bare", budget_yuan={"total": 1e9})).status == "optimal"
    assert split(bare, Scenario("bare", carbon_target_t=1.0)).status == "infeasible"


@pytest.mark.parametrize("objective", ["carbon", "households"])
def test_equal_houses_are_taken_until_the_budget_is_spent(objective: str) -> None:
    first = stock(2, 1, 5)[0]
    options = replace(first.options, **{name: (0.0, *[1000.0] * 3) for name in NAMES[:3]}, power_kw=(0.0,) * 4,
                      saving_yuan=(0.0,) * 4, measures=((),) * 4)  # fmt: skip
    houses = [replace(first, id=f"h{at:06}", options=options) for at in range(6000)]
    budget = 2000.0 * 2345.0
    found = split(houses, Scenario("equal", objective=objective, budget_yuan={"total": budget}))
    assert found.options > solving.DIRECT
    assert (found.status, len(found.picks)) == ("optimal", 2345)
    assert found.own_yuan + found.subsidy_yuan == budget


def test_a_large_stock_of_few_kinds_keeps_all_demands_with_a_small_gap() -> None:
    houses = stock(11, 4000, 12, kinds=25)
    scenario = Scenario(
        "all", budget_yuan={"total": 6e7, "own": 5e7}, township_budget_yuan={"110114002": 1.7e7}, carbon_target_t=5e3,
        households_target=2000, village_power_kw={"*": 900.0}, poor_share_min=0.31, uptake=0.9, time_limit_s=4.0,
    )  # fmt: skip
    found = split(houses, scenario)
    assert not broken(houses, scenario, found)
    assert found.picks and found.gap is not None and found.gap < 1e-4


def test_the_time_limit_is_for_everything_and_an_answer_is_given_even_then() -> None:
    houses = stock(5, 2500, 10)
    assert sum(len(one.options.own_yuan) - 1 for one in houses) > solving.DIRECT
    ticks = itertools.count()
    scenario = Scenario("hurry", budget_yuan={"total": 2e7}, village_power_kw={"*": 500.0}, time_limit_s=3.0)
    found = split(houses, scenario, clock=lambda: float(next(ticks)))
    assert next(ticks) < 12  # each look at the clock takes a second: no stage begins after the third
    assert found.status == "time_limit" and found.picks
    assert not broken(houses, scenario, found)
    assert found.bound is not None and found.bound > found.objective
    best = split(houses, replace(scenario, time_limit_s=2.0))
    assert found.objective <= best.objective <= found.bound


def test_too_few_poor_households_are_named_with_the_share_that_can_be_reached() -> None:
    houses = stock(8, 20, 4)
    able = [one for one in houses if len(one.options.own_yuan) > 1]
    poor = sum(bool(one.poor) for one in able)
    scenario = Scenario("poor", budget_yuan={"total": 1e9}, households_target=len(able), poor_share_min=0.9)
    found = split(houses, scenario)
    assert found.status == "infeasible"
    by_demand = {one.demand.rsplit(".", 1)[-1]: one for one in found.obstacles}
    assert by_demand["poor_share"].asked == 90.0
    assert by_demand["poor_share"].reachable == pytest.approx(100.0 * poor / len(able))
    assert by_demand["households_target"].reachable == math.floor(poor / 0.9)
    eased = replace(scenario, poor_share_min=poor / len(able))
    assert split(houses, eased).status == "optimal"


def test_demands_that_fail_together_are_all_named_with_what_the_caps_allow() -> None:
    houses = stock(3, 15, 4)
    most = sum(max(one.options.carbon_kg) for one in houses) / 1000.0
    scenario = Scenario("both", budget_yuan={"total": 1e9}, carbon_target_t=2 * most, households_target=50)
    found = split(houses, scenario)
    reach = {one.demand.rsplit(".", 1)[-1]: one.reachable for one in found.obstacles}
    assert reach["budget"] is None
    assert reach["carbon_target"] == pytest.approx(1000.0 * most)
    assert reach["households_target"] == sum(len(one.options.own_yuan) > 1 for one in houses)


def test_level_targets_take_houses_that_reach_the_level() -> None:
    houses = stock(6, 12, 4)
    marked = [
        replace(one, options=replace(one.options, levels=("", *["zero_carbon"] * (len(one.options.own_yuan) - 1))))
        if at % 2
        else one
        for at, one in enumerate(houses)
    ]
    able = {one.id for one in marked if len(one.options.levels) > 1}
    assert len(able) > 3
    scenario = Scenario("levels", objective="cost", level_targets={"zero_carbon": len(able) - 1})
    found = split(marked, scenario)
    assert found.status == "optimal"
    assert len(found.picks) == len(able) - 1 and {pick.house for pick in found.picks} <= able
    more = split(marked, replace(scenario, level_targets={"zero_carbon": len(able) + 1}))
    (target,) = more.obstacles
    assert (target.demand, target.reachable) == ("energy.district.level_target.zero_carbon", len(able))


def test_a_village_draws_less_than_its_households_and_more_after_heat_pumps() -> None:
    tables = load_energy_tables()
    houses = [replace(one, village="a", township="t", heating_kw=1.0, others_kw=2.0) for one in stock(6, 16, 3)]
    houses = [replace(one, options=replace(one.options, power_kw=(0.0, *[4.0] * (len(one.options.own_yuan) - 1))))
              for one in houses]  # fmt: skip
    chosen = split(houses, Scenario("all"))
    assert chosen.picks
    ((key, (now, then)),) = village_peaks(houses, chosen, tables).items()
    share = [tables.device(f"power.diversity_{kind}") for kind in ("heating", "others")]
    heating, others = (part + (1.0 - part) / 4.0 for part in share)
    factor = tables.device("power.factor")
    assert key == ("t", "a")
    assert now.value == pytest.approx((16.0 * heating + 32.0 * others) / factor)
    assert then.value - now.value == pytest.approx(4.0 * len(chosen.picks) * heating / factor)
