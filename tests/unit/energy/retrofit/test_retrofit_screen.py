"""The screen: what it leaves out is never on the frontier and never best, against solving every state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.house.construct import build
from cpdesk.energy.money.indicators import Terms
from cpdesk.energy.retrofit import dominance, screen, state_costs
from cpdesk.energy.retrofit.grid import Grid, evaluate, frontier, priced
from cpdesk.energy.retrofit.measures import judge
from cpdesk.energy.retrofit.setting import Setting, all_digits, make_setting
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Answer, BuildingFacts

KEPT = {
    "seal_strips", "door_quilt", "night_curtain", "roof_wool100", "roof_wool200", "wall_eps60", "wall_eps100",
    "wall_inside_eps40", "wall_back_eps80", "win_pvc", "win_triple", "win_film", "win_back_pvc", "win_back_lowe",
    "door_insulated", "floor_edge", "sunspace_double", "pipe_wrap", "ashp_water", "ashp_air", "gas_boiler",
}  # fmt: skip


def _setting(facts: BuildingFacts, tables: EnergyTables) -> Setting:
    few = replace(tables, measures=tuple(item for item in tables.measures if item.id in KEPT))
    building = build(facts, few)
    weather = make_weather(few, building.terrain, building.height_m)
    return make_setting(building, few, weather, judge(building, layout(building), few, Wishes()))


def _line(grid: Grid) -> list[tuple[float, float]]:
    best = frontier(grid.own_cost, grid.co2_saving_kg)
    return [(grid.own_cost.ravel()[at], grid.co2_saving_kg.ravel()[at]) for at in best]


@pytest.mark.parametrize(("day_c", "night_c"), [(None, None), (18.0, 8.0)])
def test_the_screened_grid_has_the_frontier_and_the_winners_of_all_states(
    f5_facts: BuildingFacts, tables: EnergyTables, day_c: float | None, night_c: float | None
) -> None:
    facts = f5_facts if day_c is None else replace(
        f5_facts, temp_usual_day_c=Answer(day_c), temp_usual_night_c=Answer(night_c or day_c)
    )  # fmt: skip
    setting = _setting(facts, tables)
    assert setting.states > screen.SMALL
    screened, whole = evaluate(setting), evaluate(setting, all_digits(setting))
    assert len(screened.digits) < 0.5 * len(whole.digits)
    assert screened.counted == whole.saving.size
    assert np.allclose(_line(screened), _line(whole), rtol=1e-4, atol=0.5)
    for budget in (2000.0, 15000.0, np.inf):
        best = [float(np.where(grid.own_cost <= budget, grid.npv, -np.inf).max()) for grid in (screened, whole)]
        assert best[0] == pytest.approx(best[1], rel=1e-4)
    ratio = [float((grid.present_savings / np.maximum(grid.present_invested, 1.0)).max()) for grid in (screened, whole)]
    assert ratio[0] == pytest.approx(ratio[1], rel=1e-4)
    assert screened.saving.max() == pytest.approx(whole.saving.max(), rel=1e-4)
    assert screened.coldest_full_c.max() == pytest.approx(whole.coldest_full_c.max(), abs=0.06)
    for grid in (screened, whole):
        assert grid.digits[0].sum() == 0


def test_the_same_house_is_screened_to_the_same_states(f5_facts: BuildingFacts, tables: EnergyTables) -> None:
    setting = _setting(f5_facts, tables)
    assert np.array_equal(screen.surviving(setting)[0], screen.surviving(setting)[0])


def test_cost_of_all_states_is_that_of_each(f5_facts: BuildingFacts, tables: EnergyTables) -> None:
    kept = tuple(replace(item, maintenance_yuan=60.0) if item.id == "wall_eps60" else item for item in tables.measures)
    setting = _setting(f5_facts, replace(tables, measures=kept))
    own, invested, upkeep = state_costs.cost_columns(setting)
    grid = evaluate(setting)
    numbers = np.ravel_multi_index(tuple(grid.digits.T.astype(int)), setting.shape)
    assert np.allclose(own[numbers], grid.own_cost[:, 0])
    assert np.allclose(invested[numbers], grid.present_invested[:, 0])
    bare = grid.present_savings[:, 0] + upkeep[numbers]  # the first plant is the present one, which needs none
    usual, wish = (side[0].present_cost for side in (grid.usual, grid.wish))
    assert np.allclose(bare, usual[0] - usual - grid.warmth[:, 0] * (wish - usual))
    assert 0 < upkeep.max() == pytest.approx(60 * Terms.of(tables).worth())


def test_nothing_beaten_is_left_and_nothing_unbeaten_is_dropped() -> None:
    draw = np.random.default_rng(3)
    costs = draw.integers(0, 20, (2, 400)).astype(np.float32)
    needs = draw.integers(0, 20, (3, 400)).astype(np.float32)
    margin = np.array([1.5, 1.5, 0.0])
    slack = np.array([0.0, 0.0, 1.5, 1.5, -0.05])
    columns = np.vstack([costs, needs])
    beaten = [
        any(np.all(columns[:, at] >= columns[:, by] + slack) for by in range(400) if by != at) for at in range(400)
    ]
    found = set(dominance.unbeaten(costs, needs, margin).tolist())
    assert found >= {at for at in range(400) if not beaten[at]}
    assert len(found) < 400


def test_money_of_the_payers_is_that_of_each_state(f5_facts: BuildingFacts, tables: EnergyTables) -> None:
    setting = _setting(f5_facts, tables)
    total, own, government = state_costs.payer_columns(setting, ("total", "own", "government"))
    grid = evaluate(setting)
    numbers = np.ravel_multi_index(tuple(grid.digits.T.astype(int)), setting.shape)
    assert np.allclose(total[numbers], grid.investment[:, 0])
    assert np.allclose(own[numbers], grid.own_cost[:, 0])
    assert np.allclose(government, total - own)


@pytest.mark.parametrize("payer", ["total", "own"])
def test_screened_for_a_payer_the_carbon_of_his_money_is_that_of_all_states(
    f5_facts: BuildingFacts, tables: EnergyTables, payer: str
) -> None:
    setting = _setting(f5_facts, tables)
    few = priced(setting, *screen.surviving(setting, (payer,)))
    whole = evaluate(setting, all_digits(setting))
    assert len(few.digits) <= len(evaluate(setting).digits)
    lines = []
    for grid in (few, whole):
        money = grid.investment if payer == "total" else grid.own_cost
        best = frontier(money, grid.co2_saving_kg)
        lines.append((money.ravel()[best], grid.co2_saving_kg.ravel()[best]))
    (paid, saved), (all_paid, all_saved) = lines
    reached = saved[np.searchsorted(paid, all_paid + 1e-6, side="right") - 1]
    assert np.all(reached >= all_saved - 2e-4 * all_saved.max())
