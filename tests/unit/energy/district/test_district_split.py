"""The split of a budget against counting every possibility, against the LP's bound, and in what must always hold."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.energy.district.split import split
from cpdesk.model.district import HouseFigures, Options, Scenario


def house(name: str, rows: list[tuple[float, float, float, float]], **more: Any) -> HouseFigures:
    """Rows of (own, subsidy, carbon, power) beside doing nothing."""
    rows = [(0.0, 0.0, 0.0, 0.0), *rows]
    own, paid, carbon, power = (tuple(float(row[at]) for row in rows) for at in range(4))
    none = (0.0,) * len(rows)
    options = Options(own, paid, none, carbon, none, none, power, tuple((f"m{at}",) for at in range(len(rows))))
    values: dict[str, Any] = {
        "id": name, "township": "110114001", "village": "v", "label": name, "surveyed": True, "poor": None,
        "archetype": "F5", "era": "1990-1999", "heating": "coal_boiler", "area_m2": 100.0, "need_kwh": 9000.0,
        "final_kwh": 15000.0, "cost_yuan": 4000.0, "carbon_kg": 9000.0, "heating_kg": 8000.0, "kgce": 1500.0,
        "pv": False, "solar_water": False, "bottled_gas": False, "prior_need_kwh_m2": 90.0, "options": options,
        "combinations": 10,
    }  # fmt: skip
    return HouseFigures(**(values | more))


def village(seed: int, count: int, options: int, **more: Any) -> list[HouseFigures]:
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        cost = np.sort(random.uniform(300, 60000, options))
        carbon = np.sort(random.uniform(50, 9000, options))
        share = random.uniform(0, 0.5, options)
        power = random.uniform(-1, 5, options)
        rows = list(zip(cost * (1 - share), cost * share, carbon, power, strict=True))
        poor = bool(random.random() < 0.3)
        town, place = f"11011400{1 + number % 2}", "ab"[number % 2]
        found.append(house(f"h{number:06}", rows, poor=poor, township=town, village=place, **more))
    return found


def every(houses: list[HouseFigures], scenario: Scenario) -> float | None:
    """The best worth by counting all choices; `None` where none is allowed."""
    best: float | None = None
    for choice in itertools.product(*(range(len(one.options.own_yuan)) for one in houses)):
        picked = [(one, at) for one, at in zip(houses, choice, strict=True) if at]
        own = sum(one.options.own_yuan[at] for one, at in picked)
        paid = sum(one.options.subsidy_yuan[at] for one, at in picked)
        carbon = sum(one.options.carbon_kg[at] for one, at in picked)
        money = {"own": own, "government": paid, "total": own + paid}
        if any(money[payer] > most for payer, most in scenario.budget_yuan.items()):
            continue
        towns = dict.fromkeys(scenario.township_budget_yuan, 0.0)
        power: dict[str, float] = {}
        for one, at in picked:
            if one.township in towns:
                towns[one.township] += one.options.own_yuan[at] + one.options.subsidy_yuan[at]
            power[one.village] = power.get(one.village, 0.0) + one.options.power_kw[at]
        if any(towns[code] > most for code, most in scenario.township_budget_yuan.items()):
            continue
        if any(power.get(place, 0.0) > most for place, most in scenario.village_power_kw.items()):
            continue
        if scenario.carbon_target_t is not None and carbon < 1000 * scenario.carbon_target_t:
            continue
        if scenario.households_target is not None and len(picked) < scenario.households_target:
            continue
        if sum(bool(one.poor) for one, _ in picked) < scenario.poor_share_min * len(picked):
            continue
        if len(picked) > math.floor(scenario.uptake * len(houses) + 1e-9):
            continue
        worth = {"carbon": carbon, "cost": -money[scenario.payer], "households": float(len(picked))}
        found = worth[scenario.objective]
        best = found if best is None else max(best, found)
    return best


SCENARIOS = [
    Scenario("budget", budget_yuan={"total": 60000.0}),
    Scenario("two payers", budget_yuan={"own": 30000.0, "government": 12000.0}),
    Scenario("townships", township_budget_yuan={"110114001": 20000.0, "110114002": 45000.0}),
    Scenario("least money", objective="cost", carbon_target_t=12.0),
    Scenario("least own money", objective="cost", payer="own", households_target=3, carbon_target_t=5.0),
    Scenario("most houses", objective="households", budget_yuan={"total": 30000.0}),
    Scenario("transformer", budget_yuan={"total": 90000.0}, village_power_kw={"a": 3.0, "b": 1.0}),
    Scenario("the poor", budget_yuan={"total": 90000.0}, poor_share_min=0.5),
    Scenario("uptake", budget_yuan={"total": 120000.0}, uptake=0.5),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
@pytest.mark.parametrize("seed", range(6))
def test_the_split_is_the_best_of_all_possibilities(scenario: Scenario, seed: int) -> None:
    houses = village(seed, 6, 4)
    best = every(houses, scenario)
    found = split(houses, scenario)
    if best is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    worth = -found.objective if scenario.objective == "cost" else found.objective
    assert worth == pytest.approx(best, rel=1e-9)
    assert found.gap <= 1e-9


@given(seed=st.integers(0, 10_000), budget=st.floats(0, 300_000))
def test_any_small_village_is_split_exactly(seed: int, budget: float) -> None:
    houses = village(seed, 4, 5)
    scenario = Scenario("any", budget_yuan={"total": budget})
    found = split(houses, scenario)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(every(houses, scenario), rel=1e-9, abs=1e-6)
    assert found.own_yuan + found.subsidy_yuan <= budget * (1 + 1e-9) + 1e-6


def relaxed_bound(houses: list[HouseFigures], budget: float) -> tuple[float, float]:
    """Upper bound and a greedy split of max carbon within a budget, from each house's convex hull (Dantzig 1957)."""
    steps = []
    for one in houses:
        points = sorted(
            (own + paid, carbon)
            for own, paid, carbon in zip(
                one.options.own_yuan, one.options.subsidy_yuan, one.options.carbon_kg, strict=True
            )
        )
        hull: list[tuple[float, float]] = []
        for point in points:
            if hull and point[1] <= hull[-1][1]:
                continue
            while len(hull) > 1 and (hull[-1][1] - hull[-2][1]) * (point[0] - hull[-1][0]) <= (
                point[1] - hull[-1][1]
            ) * (hull[-1][0] - hull[-2][0]):
                hull.pop()
            hull.append(point)
        steps += [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(hull)]
    steps.sort(key=lambda step: -step[1] / step[0])
    left, carbon = budget, 0.0
    for cost, saved in steps:
        if cost > left:
            return carbon + saved * left / cost, carbon
        left, carbon = left - cost, carbon + saved
    return carbon, carbon


@pytest.mark.parametrize("count", [60, 400])
def test_a_large_village_lies_between_the_greedy_split_and_the_bound(count: int) -> None:
    houses = village(3, count, 40)
    budget = 6000.0 * count
    bound, greedy = relaxed_bound(houses, budget)
    found = split(houses, Scenario("large", budget_yuan={"total": budget}))
    assert found.status == "optimal"
    assert greedy - 1e-6 <= found.objective <= bound * (1 + 1e-9)
    assert found.objective > bound - max(max(one.options.carbon_kg) for one in houses)
    assert found.own_yuan + found.subsidy_yuan <= budget * (1 + 1e-9)


def test_leaving_out_columns_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from cpdesk.energy.district import solve as module

    houses = village(7, 50, 30)
    for scenario in (
        Scenario("two", budget_yuan={"own": 150_000.0, "government": 60_000.0}, village_power_kw={"*": 40.0}),
        Scenario("cost", objective="cost", carbon_target_t=150.0),
        Scenario("houses", objective="households", budget_yuan={"total": 120_000.0}),
    ):
        whole = split(houses, scenario)
        assert whole.columns == whole.options
        monkeypatch.setattr(module, "DIRECT", 100)
        fixed = split(houses, scenario)
        monkeypatch.undo()
        assert fixed.columns < fixed.options
        assert fixed.status == whole.status == "optimal"
        assert fixed.objective == pytest.approx(whole.objective, rel=1e-9)


def test_what_cannot_be_reached_is_named_with_what_can() -> None:
    houses = village(1, 5, 4)
    most = sum(max(one.options.carbon_kg) for one in houses) / 1000
    found = split(houses, Scenario("too much", budget_yuan={"total": 1e6}, carbon_target_t=2 * most))
    assert found.status == "infeasible"
    (target,) = [item for item in found.obstacles if item.demand == "energy.district.carbon_target"]
    assert target.reachable == pytest.approx(1000 * most)
    tight = Scenario("too little", budget_yuan={"total": 1000.0}, carbon_target_t=0.8 * most)
    found = split(houses, tight)
    by_demand = {item.demand: item for item in found.obstacles}
    need = by_demand["energy.district.budget"].reachable
    assert need is not None and need > 1000.0
    eased = split(houses, replace(tight, budget_yuan={"total": need * (1 + 1e-9)}))
    assert eased.status == "optimal"
    assert by_demand["energy.district.carbon_target"].reachable == pytest.approx(
        every(houses, Scenario("within", budget_yuan={"total": 1000.0})), abs=1e-6
    )


def test_nothing_nobody_and_everything() -> None:
    assert split([], Scenario("nobody", budget_yuan={"total": 5.0})).status == "optimal"
    assert split([], Scenario("nobody", carbon_target_t=1.0)).status == "infeasible"
    one = village(2, 1, 5)
    assert split(one, Scenario("no money", budget_yuan={"total": 0.0})).picks == ()
    rich = split(one, Scenario("all money", budget_yuan={"total": 1e12}))
    assert rich.carbon_kg == max(one[0].options.carbon_kg)
    bare = [house("bare", [])]
    assert split(bare, Scenario("no options", budget_yuan={"total": 1e6})).picks == ()


def test_equal_houses_are_chosen_in_the_same_way_every_time() -> None:
    houses = [house(f"h{at:02}", [(1000.0, 0.0, 500.0, 0.0)]) for at in range(12)]
    scenario = Scenario("ties", budget_yuan={"total": 5000.0})
    first = split(houses, scenario)
    assert len(first.picks) == 5
    assert all(split(houses, scenario).picks == first.picks for _ in range(3))


def test_when_the_time_is_over_a_split_within_the_budget_and_its_gap_are_told() -> None:
    houses = village(9, 1500, 20)
    budget = 6e6
    found = split(houses, Scenario("hurry", budget_yuan={"total": budget}, time_limit_s=0.1))
    assert found.picks
    assert found.own_yuan + found.subsidy_yuan <= budget * (1 + 1e-9)
    bound, _ = relaxed_bound(houses, budget)
    assert found.objective <= bound * (1 + 1e-9)
    assert found.bound is not None and found.gap is not None
    assert found.bound >= found.objective
    assert found.gap < 0.01
