"""The audit: sums that close, an exact frontier, packages that keep their promises, words for everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from cpdesk.base.i18n import Translator
from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.energy.audit.household import assess_baseline, audit
from cpdesk.energy.house.construct import build
from cpdesk.energy.retrofit.grid import frontier
from cpdesk.energy.retrofit.statement import whole_shares
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import Audit, Quantity, Wishes, as_json
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, HeaterFacts, WallFacts
from cpdesk.model.records import Quality

BUDGET = 15000.0


@pytest.fixture(scope="module")
def fast_tables() -> EnergyTables:
    """The catalogue with fewer variants, so that a test audits in a fraction of a second."""
    tables = EnergyTables.load(lambda path, columns: read_table(resource_path(path), columns))
    kept = {"seal_strips", "door_quilt", "roof_wool100", "roof_wool200", "wall_eps80", "wall_geps100",
            "wall_back_eps80", "win_pvc", "win_break_lowe", "win_back_pvc", "win_back_triple", "pipe_wrap",
            "ashp_water", "ashp_air", "gas_boiler", "storage_heater", "pv_3", "cook_induction"}  # fmt: skip
    return replace(tables, measures=tuple(item for item in tables.measures if item.id in kept))


@pytest.fixture(scope="module")
def found(fast_tables: EnergyTables) -> Audit:
    return audit(_sample(), fast_tables, wishes=Wishes(budget_yuan=BUDGET, seed=7))


def _sample() -> BuildingFacts:
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1996.0), structure=Answer("brick_concrete"),
        bays=Answer(5.0, Quality.MEASURED), length_m=Answer(18.15, Quality.MEASURED),
        depth_m=Answer(6.5, Quality.MEASURED), storey_height_m=Answer(3.1, Quality.MEASURED),
    )  # fmt: skip
    heater = HeaterFacts(type=Answer("coal_boiler"), emitter=Answer("radiator_steel"))
    return BuildingFacts(blocks=(block,), heaters=(heater,))


def test_savings_of_the_items_sum_exactly_to_the_package(found: Audit) -> None:
    assert found.packages
    for package in found.packages:
        same = sum(item.saving_same_yuan.value for item in package.items)
        kept = sum(item.saving_yuan.value for item in package.items)
        assert same == pytest.approx(package.saving_same_yuan.value, abs=1e-9)
        assert kept == pytest.approx(package.saving_yuan.value, abs=1e-9)
        assert package.saving_same_yuan.value - package.take_back_yuan.value == pytest.approx(kept, abs=1e-9)
        own = sum(item.own_cost_yuan.value for item in package.items)
        assert own == pytest.approx(package.own_cost_yuan.value, abs=1e-9)
        assert package.investment_yuan.value - package.subsidy_yuan.value == pytest.approx(own, abs=1e-9)
        assert found.baseline.cost_yuan.value - package.after.cost_yuan.value == pytest.approx(kept, abs=1e-6)
        gain = sum(item.coldest_gain_k.value for item in package.items)
        before = found.baseline.coldest_days_c.value
        assert before + gain == pytest.approx(package.coldest_days_c.value, abs=1e-9)


def test_package_a_keeps_the_budget_and_pays(found: Audit) -> None:
    best = found.packages[0]
    assert best.code == found.recommended == "A"
    assert best.within_budget
    assert best.own_cost_yuan.value <= BUDGET
    assert best.npv_yuan.value > 0


@pytest.mark.parametrize("budget", [0.0, 120.0, 600.0, 5000.0, 40000.0])
def test_package_a_never_costs_more_than_the_stated_budget(fast_tables: EnergyTables, budget: float) -> None:
    result = audit(_sample(), fast_tables, wishes=Wishes(budget_yuan=budget))
    first = {package.code: package for package in result.packages}
    assert not result.nothing_pays  # measures pay in this house, whether or not there is money for them
    if "A" in first:
        assert first["A"].own_cost_yuan.value <= budget
        assert first["A"].within_budget
    else:
        assert budget < 200.0
        assert result.recommended == ""
        assert not first["B"].within_budget
        assert first["B"].own_cost_yuan.value > budget


def test_baseline_alone_is_that_of_the_audit(found: Audit, fast_tables: EnergyTables) -> None:
    alone = assess_baseline(_sample(), fast_tables)
    assert alone.loss_shares_pct == found.baseline.loss_shares_pct
    for name in ("cost_yuan", "heat_need_kwh", "coldest_days_c", "season_mean_c", "peak_kw", "co2_t"):
        assert getattr(alone, name).value == pytest.approx(getattr(found.baseline, name).value, rel=1e-6)
    assert alone.months == found.baseline.months


def test_nobody_takes_out_a_heat_pump(fast_tables: EnergyTables) -> None:
    facts = replace(_sample(), heaters=(HeaterFacts(type=Answer("ashp_water")),), gas_available=Answer("yes"))
    offers = {offer.code: offer for offer in audit(facts, fast_tables).offers}
    assert offers["ashp_water"].reasons == ("energy.reason.there_already",)
    for code in ("ashp_air", "gas_boiler", "storage_heater"):
        assert offers[code].reasons == ("energy.reason.better_there",)
    electric = replace(_sample(), heaters=(HeaterFacts(type=Answer("direct_electric")),))
    offers = {offer.code: offer for offer in audit(electric, fast_tables).offers}
    assert offers["ashp_air"].applicable
    assert offers["storage_heater"].reasons == ("energy.reason.better_there",)


def test_free_acts_save_something(fast_tables: EnergyTables) -> None:
    facts = replace(_sample(), heaters=(HeaterFacts(type=Answer("ashp_water")),), temp_usual_day_c=Answer(18.0))
    acts = audit(facts, fast_tables).free_acts
    assert acts
    assert all(act.saving_yuan.value >= 1.0 for act in acts)


def test_ranges_hold_the_figure(found: Audit) -> None:
    for package in found.packages:
        saving = package.saving_yuan
        assert saving.low is not None
        assert saving.high is not None
        assert saving.low < saving.value < saving.high
    assert found.influences[0].saving_low_yuan != 0


def test_months_balance_and_shares_sum_to_100(found: Audit) -> None:
    assert [month.month for month in found.baseline.months] == [11, 12, 1, 2, 3]
    for month in found.baseline.months:
        gained = month.sun_kwh + month.internal_kwh + month.heating_kwh + month.stored_kwh
        assert sum(month.losses_kwh.values()) == pytest.approx(gained, rel=1e-9)
    heating = sum(month.heating_kwh for month in found.baseline.months)
    assert heating == pytest.approx(found.baseline.heat_need_kwh.value, rel=1e-6)
    assert sum(found.baseline.loss_shares_pct.values()) == 100


def test_frontier_is_exact_against_brute_force() -> None:
    draw = np.random.default_rng(1)
    cost, saving = draw.integers(0, 40, 300).astype(float), draw.integers(-5, 40, 300).astype(float)
    best = set(frontier(cost, saving).tolist())
    points = {(cost[at], saving[at]) for at in best}
    for at in range(300):
        beaten = bool(((cost <= cost[at]) & (saving >= saving[at]) & ((cost < cost[at]) | (saving > saving[at]))).any())
        assert beaten != ((cost[at], saving[at]) in points)


def test_frontier_of_the_audit_rises(found: Audit) -> None:
    costs = [point.own_cost_yuan for point in found.frontier]
    savings = [point.co2_saving_t for point in found.frontier]
    assert costs == sorted(costs)
    assert savings == sorted(savings)
    assert found.frontier[0].measures == ()
    for point in found.cloud[:50]:
        assert any(
            best.own_cost_yuan <= point.own_cost_yuan + 1e-6 and best.co2_saving_t >= point.co2_saving_t - 1e-9
            for best in found.frontier
        )


def test_the_same_house_gives_the_same_audit(found: Audit, fast_tables: EnergyTables) -> None:
    again = audit(_sample(), fast_tables, wishes=Wishes(budget_yuan=BUDGET, seed=7))
    assert json.dumps(as_json(again)) == json.dumps(as_json(found))


def test_every_word_is_declared_in_both_languages(found: Audit) -> None:
    translator = Translator("zh")
    keys = {key for value in _texts(as_json(found)) if value.startswith("energy.") for key in value.split()}
    assert len(keys) > 60
    assert not {key for key in keys if not translator.has(key)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def test_every_quantity_has_a_formula_and_a_known_status(found: Audit) -> None:
    quantities = list(_quantities(found))
    assert len(quantities) > 100
    for item in quantities:
        assert item.formula
        assert item.status in ("confirmed", "computed", "to_confirm", "own_rule")
        assert np.isfinite(item.value)


def _quantities(value: Any) -> Iterator[Quantity]:
    if isinstance(value, Quantity):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            yield from _quantities(getattr(value, item.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _quantities(item)


def test_refused_works_are_left_out_with_the_reason(fast_tables: EnergyTables) -> None:
    result = audit(_sample(), fast_tables, wishes=Wishes(refused=frozenset({"heat_pump", "wall"})))
    offers = {offer.code: offer for offer in result.offers}
    assert offers["ashp_water"].reasons == ("energy.reason.refused",)
    for package in result.packages:
        assert not {item.code for item in package.items} & {"ashp_water", "ashp_air", "wall_eps80", "wall_geps100"}


def test_near_rebuild_offers_only_cheap_measures(fast_tables: EnergyTables) -> None:
    result = audit(_sample(), fast_tables, wishes=Wishes(cost_limit_yuan=1000.0))
    for package in result.packages:
        assert all(item.investment_yuan.value <= 1000.0 for item in package.items)


def test_a_good_house_is_told_that_nothing_pays(fast_tables: EnergyTables) -> None:
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(2020.0), structure=Answer("brick_concrete"),
        wall=WallFacts(insul_type=Answer("eps"), insul_mm=Answer(100.0)), door_curtain=Answer("yes"),
        leaks={key: Answer("l0") for key in ("hand", "paper", "light", "frame", "ceiling", "pipe")},
    )  # fmt: skip
    heater = HeaterFacts(type=Answer("ashp_water"), emitter=Answer("floor"), pipe_insulated=Answer("yes"))
    facts = BuildingFacts(blocks=(block,), heaters=(heater,), meter_valley=Answer("yes"), temp_usual_day_c=Answer(18.0))
    result = audit(facts, fast_tables)
    assert result.nothing_pays
    assert result.recommended == ""
    assert all(miss.payback_a is None or miss.payback_a.value > 0.5 * miss.life_a for miss in result.near_misses)
    assert result.free_acts
    assert not result.only_comfort  # its heat pump reaches the wish: turning it up is no retrofit


def test_more_insulation_in_the_facts_never_costs_more_heat(fast_tables: EnergyTables) -> None:
    bare = _sample()
    wrapped = replace(
        bare, blocks=(replace(bare.blocks[0], wall=WallFacts(insul_type=Answer("eps"), insul_mm=Answer(80.0))),)
    )
    needs = [audit(facts, fast_tables).baseline.heat_need_kwh.value for facts in (bare, wrapped)]
    assert needs[1] < needs[0]


def test_hand_check_agrees_for_the_typical_house(found: Audit) -> None:
    assert found.hand_check.agrees
    assert abs(found.hand_check.difference_pct) < 10


def test_whole_shares_sum_and_drop_negative_parts() -> None:
    shares = whole_shares({"wall": 1.0, "roof": 1.0, "air": 1.0, "floor": -0.5})
    assert sum(shares.values()) == 100
    assert shares["floor"] == 0


def test_building_and_facts_give_the_same(found: Audit, fast_tables: EnergyTables) -> None:
    building = build(_sample(), fast_tables)
    result = audit(building, fast_tables, wishes=Wishes(budget_yuan=BUDGET, seed=7))
    assert result.baseline.cost_yuan == found.baseline.cost_yuan
