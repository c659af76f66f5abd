"""All combinations of states, plants and extras against loops over each of them, and what an audit says of them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.energy.audit.household import audit
from cpdesk.energy.house.construct import build
from cpdesk.energy.money.prices import rows_of, tiered
from cpdesk.energy.retrofit.criteria import Search, best_by_criterion, levels
from cpdesk.energy.retrofit.extras import judge_extras, make_extras
from cpdesk.energy.retrofit.grid import evaluate, make_setting
from cpdesk.energy.retrofit.measures import judge
from cpdesk.energy.retrofit.other_year import OtherYear
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.model.assessment import Audit, Wishes
from cpdesk.model.building import Answer, BuildingFacts, HeaterFacts

KEPT = {
    "seal_strips", "roof_wool100", "wall_eps80", "wall_back_eps80", "win_pvc", "pipe_wrap", "room_control",
    "ashp_water", "ashp_air", "pv_3", "pv_5", "solar_water_2m2", "cook_induction", "led_lamps",
}  # fmt: skip


def _few(tables: EnergyTables) -> EnergyTables:
    return replace(tables, measures=tuple(item for item in tables.measures if item.id in KEPT))


def _search(facts: BuildingFacts, tables: EnergyTables) -> Search:
    building = build(facts, tables)
    weather, columns = make_weather(tables, building.terrain, building.height_m), layout(building)
    verdicts = [*judge(building, columns, tables, Wishes()), *judge_extras(building, columns, tables, Wishes())]
    other = OtherYear(building, tables, weather)
    setting = make_setting(building, tables, weather, verdicts, other.of(()))
    return Search(evaluate(setting), make_extras(setting, weather, verdicts, other))


@pytest.fixture(scope="module")
def search(tables: EnergyTables, module_facts: BuildingFacts) -> Search:
    return _search(module_facts, _few(tables))


@pytest.fixture(scope="module")
def module_facts() -> BuildingFacts:
    """An electrically heated house without a valley meter, so that tiers of both sides meet; a sample."""
    from cpdesk.model.building import BlockFacts

    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1996.0), structure=Answer("brick_concrete"),
        bays=Answer(4.0), length_m=Answer(13.2), depth_m=Answer(6.0), storey_height_m=Answer(3.0),
    )  # fmt: skip
    return BuildingFacts(blocks=(block,), heaters=(HeaterFacts(type=Answer("direct_electric")),))


@pytest.fixture(scope="module")
def found(tables: EnergyTables, module_facts: BuildingFacts) -> Audit:
    return audit(module_facts, _few(tables), wishes=Wishes(budget_yuan=12000.0))


def test_every_combination_is_compared(search: Search) -> None:
    states, plants = search.grid.saving.shape
    assert search.counted == states * plants * len(search.extras.options)


def test_best_by_every_criterion_is_best_in_a_plain_loop(search: Search) -> None:
    places = search.best(12000.0)
    assert set(places) == {"payback", "npv", "sir", "bill", "carbon", "budget"}
    for code, (state, plant, extra) in places.items():
        rank = "npv" if code == "budget" else code
        chosen = float(search.score(search.side(extra), rank)[state, plant])
        for side in search.sides():
            scores = search.score(side, rank)
            allowed = side.own <= 12000.0 if code == "budget" else np.ones_like(scores, dtype=bool)
            assert scores[allowed].max(initial=-np.inf) <= chosen + 1e-9


def test_frontier_over_extras_is_that_of_all_sums(search: Search) -> None:
    places = search.frontier()
    points = [(side.own, side.co2_saving_kg) for side in search.sides()]
    own = np.concatenate([item[0].ravel() for item in points])
    carbon = np.concatenate([item[1].ravel() for item in points])
    line = [
        (search.side(extra).own[state, plant], search.side(extra).co2_saving_kg[state, plant])
        for state, plant, extra in places
    ]
    assert line == sorted(line)
    for cost, saved in line:
        assert not np.any((own <= cost - 1e-6) & (carbon >= saved - 1e-6))
        assert not np.any((own <= cost + 1e-6) & (carbon > saved + 1e-6))
    assert carbon.max() == pytest.approx(line[-1][1])


def test_tiers_of_heating_and_other_uses_are_billed_together(search: Search) -> None:
    """Heating and other electricity in one bill of tiers, computed apart, for every extra."""
    grid, extras, tables = search.grid, search.extras, search.grid.setting.tables
    assert not grid.setting.plants[0].valley_meter
    heat = float(grid.usual[0].energy.kwh["electricity"][0])
    base = [float(one.electricity.total_kwh) for one in extras.others]
    before = float(tiered(np.array([base[0] + heat]), "electricity", tables)[0])
    price = next(row.price_yuan for row in rows_of(tables, "electricity", "feed_in"))
    for at in range(len(extras.options)):
        own = search.sun.exact(0, 0, at, 0.0).kwh
        after = float(tiered(np.array([base[at] + heat - own]), "electricity", tables)[0])
        # What fuels and the sale of electricity change stands in the extras' own saving.
        alone = float(
            tiered(np.array([base[0]]), "electricity", tables)[0]
            - tiered(np.array([base[at]]), "electricity", tables)[0]
        )
        rest = float(extras.saving[at]) - alone - price * own
        saving = float(search.side(at).saving[0, 0]) + search.hourly((0, 0, at))
        assert saving == pytest.approx(before - after + rest, abs=1e-6)


def test_extras_change_uses_one_by_one(search: Search) -> None:
    """Carbon of extras that do not share anything is a sum."""
    extras = search.extras
    by_ids = {frozenset(option.id for option in options): at for at, options in enumerate(extras.options)}
    single = [ids for ids in by_ids if len(ids) == 1]
    for one, two in itertools.combinations(single, 2):
        if one | two in by_ids and not any(code.startswith("pv_") for code in one | two):
            saved = extras.co2_saving_kg
            assert saved[by_ids[one | two]] == pytest.approx(saved[by_ids[one]] + saved[by_ids[two]], abs=1e-6)
    pv = by_ids[frozenset({"pv_3"})]
    assert 0 < extras.self_kwh[pv] <= extras.generation_kwh[pv]
    assert 2500 < extras.generation_kwh[pv] < 5000


def test_levels_say_how_near_and_what_is_missing(search: Search) -> None:
    found = {level.code: level for level in levels(search)}
    zero = found["zero_carbon"]
    assert zero.reached == all(check.met for check in zero.checks)
    assert zero.missing == tuple(check.name for check in zero.checks if not check.met)
    reaching = [
        float(search.side(extra).own[np.where(_carbon(search, extra) <= 0)].min())
        for extra in range(len(search.extras.options))
        if (_carbon(search, extra) <= 0).any()
    ]
    if zero.reached:
        assert zero.combination.own_cost_yuan.value == pytest.approx(min(reaching))
    else:
        assert not reaching
    ultra = found["ultra_low_energy"]
    assert len(ultra.checks) == 2
    assert not ultra.reached  # 80 mm on the walls and 100 mm on the ceiling are not enough
    assert "energy.check.heating_need" in ultra.missing


def _carbon(search: Search, extra: int) -> np.ndarray:
    heating = float(search.grid.usual[0].co2_kg[0]) - search.grid.co2_saving_kg
    return heating + float(search.extras.co2_kg[extra])


def test_audit_carries_criteria_levels_and_shares(found: Audit) -> None:
    assert {best.code for best in found.by_criterion} >= {"payback", "npv", "sir", "bill", "carbon", "budget"}
    within = next(best for best in found.by_criterion if best.code == "budget")
    assert within.within_budget
    assert within.combination.own_cost_yuan.value <= 12000.0
    assert {level.code for level in found.levels} == {"ultra_low_energy", "zero_carbon"}
    assert found.solved > 0
    for package in found.packages:
        for name in ("saving_same_yuan", "saving_yuan", "co2_saving_t"):
            shares = [getattr(item.share, name).value for item in package.items if item.share is not None]
            assert len(shares) == len(package.items)
            assert sum(shares) == pytest.approx(getattr(package, name).value, abs=1e-9)


def test_best_by_criterion_names_its_measures(search: Search) -> None:
    for best in best_by_criterion(search, None):
        assert best.combination.measures
        assert best.within_budget
        spent = best.combination.investment_yuan.value - best.combination.subsidy_yuan.value
        assert spent == pytest.approx(best.combination.own_cost_yuan.value)


def test_a_programme_for_heat_and_extras_together_is_refused(tables: EnergyTables, module_facts: BuildingFacts) -> None:
    both = replace(tables.subsidies[0], measures=("ashp_water", "pv_3"))
    with pytest.raises(InputFault) as caught:
        _search(module_facts, replace(_few(tables), subsidies=(both,)))
    assert caught.value.code == "CP-1378"
    assert "pv_3" in caught.value.message("zh")
