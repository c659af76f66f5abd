"""What heating takes of the sun: by hand for one combination, and how near the search comes to the hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.house.construct import build
from cpdesk.energy.money.indicators import Terms
from cpdesk.energy.money.prices import rows_of
from cpdesk.energy.retrofit.criteria import Search
from cpdesk.energy.retrofit.extras import judge_extras, make_extras
from cpdesk.energy.retrofit.grid import evaluate, make_setting, set_points
from cpdesk.energy.retrofit.measures import judge
from cpdesk.energy.retrofit.other_year import OtherYear
from cpdesk.energy.systems.power import heating_power_w
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.calendar import season_order
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.energy.zone.hourly import trace
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.energy_uses import UseFacts

KEPT = {
    "seal_strips", "roof_wool100", "wall_eps80", "win_pvc", "ashp_water", "ashp_air", "gshp", "direct_electric",
    "room_control", "pv_3", "pv_8", "cook_induction",
}  # fmt: skip


def _facts(heater: str, uses: UseFacts | None = None) -> BuildingFacts:
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1996.0), structure=Answer("brick_concrete"),
        bays=Answer(5.0), length_m=Answer(18.15), depth_m=Answer(6.5), storey_height_m=Answer(3.1),
    )  # fmt: skip
    facts = BuildingFacts(blocks=(block,), heaters=(HeaterFacts(type=Answer(heater)),))
    return facts if uses is None else replace(facts, uses=uses)


def _search(facts: BuildingFacts, tables: EnergyTables) -> Search:
    few = replace(tables, measures=tuple(item for item in tables.measures if item.id in KEPT))
    building = build(facts, few)
    weather, columns = make_weather(few, building.terrain, building.height_m), layout(building)
    verdicts = [*judge(building, columns, few, Wishes()), *judge_extras(building, columns, few, Wishes())]
    other = OtherYear(building, few, weather)
    setting = make_setting(building, few, weather, verdicts, other.of(()))
    return Search(evaluate(setting), make_extras(setting, weather, verdicts, other))


@pytest.fixture(scope="module")
def search(tables: EnergyTables) -> Search:
    return _search(_facts("coal_boiler"), tables)


def _plant(search: Search, code: str) -> int:
    return next(at for at, plant in enumerate(search.grid.setting.plants) if plant.code == code)


def _extra(search: Search, *codes: str) -> int:
    return next(at for at, held in enumerate(search.extras.options) if {option.id for option in held} == set(codes))


def test_one_heat_pump_by_hand(search: Search) -> None:
    """min(surplus, electricity) over the season's hours; day hours at the day price less what selling brings."""
    setting, extra, plant = search.grid.setting, _extra(search, "pv_8"), _plant(search, "ashp_air")
    taken = search.sun.exact(0, plant, extra, 0.0)
    limit = float(search.grid.solved[1].limit_w[0])
    heat = trace(search.grid.rows[0], setting.drivers, *set_points(setting.building.schedule, wish=False), limit)
    power = heating_power_w(
        setting.plants[plant], heat.heating_w, setting.drivers, setting.tables, limit=limit,
        emitter_w=setting.weights.design_w,
    )  # fmt: skip
    held = search.extras.years[extra]
    schedule = setting.building.schedule
    left = np.maximum(held.generation_w - held.power_w, 0.0)[season_order(schedule.season_start, schedule.season_end)]
    # Hours of day and night are scaled to the season's electricity, which lies within 1 % of the hours.
    assert taken.kwh == pytest.approx(np.minimum(power, left).sum() / 1000.0, rel=0.01)
    day = rows_of(setting.tables, "electricity", "heating_day")[0].price_yuan
    valley = rows_of(setting.tables, "electricity", "heating_valley")[0].price_yuan
    support = rows_of(setting.tables, "electricity", "valley_subsidy")[0].price_yuan
    sold = rows_of(setting.tables, "electricity", "feed_in")[0].price_yuan
    assert taken.spared_yuan == pytest.approx(day * taken.day_kwh + (valley + support) * taken.valley_kwh)
    assert taken.unsold_yuan == pytest.approx(sold * taken.kwh)
    assert taken.valley_kwh < 0.02 * taken.kwh  # the sun hardly shines from 20 to 8 o'clock in winter


def test_never_more_than_is_left_or_asked_for(search: Search) -> None:
    grid = search.grid
    for extra, held in enumerate(search.extras.years):
        surplus = held.surplus_w
        for plant in range(len(grid.setting.plants)):
            taken = search.sun.exact(0, plant, extra, 0.0)
            if surplus is None:
                assert taken.kwh == 0.0
                assert taken.gain_yuan == 0.0
                continue
            asked = grid.usual[plant].energy.kwh.get("electricity", np.zeros(1))[0]
            assert -1e-9 <= taken.kwh <= min(float(asked), float(surplus.sum()) / 1000.0) + 1e-9
            assert taken.kwh <= float(held.shared.export_kwh[0]) + 1e-9


def test_the_search_lies_near_the_hours(search: Search) -> None:
    """The gain that the search takes, against the hours, for every plant and a sample of states."""
    grid = search.grid
    states = np.linspace(0, len(grid.digits) - 1, 12).astype(int)
    extra = _extra(search, "pv_8")
    gain = search.sun.gain_yuan(extra)
    assert not isinstance(gain, float)
    for plant, one in enumerate(grid.setting.plants):
        for state in states.tolist():
            exact = search.sun.exact(state, plant, extra, float(grid.warmth[state, plant])).gain_yuan
            limit = 0.08 if "direct" in one.code else 0.06
            assert abs(float(gain[state, plant]) - exact) <= limit * exact + 1.0, one.code


def test_more_panels_and_more_heat_take_more(search: Search) -> None:
    small, large = (search.sun.gain_yuan(_extra(search, code)) for code in ("pv_3", "pv_8"))
    assert not isinstance(small, float)
    assert not isinstance(large, float)
    assert np.all(large >= small - 1e-9)
    cooking = search.sun.gain_yuan(_extra(search, "pv_8", "cook_induction"))
    assert np.all(cooking <= large + 1e-9)  # what the cooker takes is not left for heating
    plant = _plant(search, "ashp_water")
    day = search.grid.usual[plant].energy.kwh["electricity"] - search.grid.usual[plant].energy.valley_kwh
    order = np.argsort(day)
    if search.grid.wish[plant] is search.grid.usual[plant]:
        assert np.all(np.diff(large[order, plant]) >= -1e-6)


def test_without_panels_nothing_changes(search: Search) -> None:
    assert search.sun.gain_yuan(0) == 0.0
    assert search.hourly((0, _plant(search, "ashp_air"), 0)) == 0.0
    side = search.side(0)
    assert side.saving == pytest.approx(search.grid.saving)


@pytest.mark.parametrize("heater", ["coal_boiler", "direct_electric"])
def test_the_choice_is_that_of_the_hours(tables: EnergyTables, heater: str) -> None:
    """Of the forty best by the search, none is better by the hours than the one it chose."""
    search = _search(_facts(heater), tables)
    chosen = search.best(None)
    for code, worth in (("npv", Terms.of(tables).energy_worth("electricity", tables)), ("bill", 1.0)):
        near: list[tuple[float, tuple[int, int, int]]] = []
        for side in search.sides():
            score = search.score(side, code)
            for flat in np.argsort(score, axis=None)[-40:].tolist():
                state, plant = (int(one) for one in np.unravel_index(flat, score.shape))
                near.append((float(score[state, plant]), (state, plant, side.extra)))
        near = sorted(near, reverse=True)[:40]
        hours = {place: score + worth * search.hourly(place) for score, place in near}
        assert hours[chosen[code]] == pytest.approx(max(hours.values()), abs=1e-9)


@pytest.mark.parametrize(("mode", "sold"), [("self_rest", True), ("all_grid", True), ("off_grid", False)])
def test_panels_that_stand_there(tables: EnergyTables, mode: str, sold: bool) -> None:
    """Their self-use by today's heat pump is part of today's bill, so that doing nothing saves nothing."""
    uses = UseFacts(residents=Answer(3.0), pv_has=Answer("yes"), pv_kwp=Answer(6.0), pv_mode=Answer(mode))
    search = _search(_facts("ashp_air", uses), tables)
    assert all(option.measure.effect != "pv" for held in search.extras.options for option in held)
    held, taken = search.extras.years[0], search.sun.exact(0, 0, 0, 0.0)
    assert held.generation_w.any()
    assert (float(held.shared.export_kwh[0]) > 0) is sold
    assert (taken.kwh > 0) is (mode == "self_rest")
    assert (taken.unsold_yuan > 0) is (mode == "self_rest")
    nothing = float(search.side(0).saving[0, 0]) + search.hourly((0, 0, 0))
    assert nothing == pytest.approx(0.0, abs=1e-9)
