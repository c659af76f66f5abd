"""One bill of the whole year, however it is told.

`money.household.annual_cost` prices heating, other uses and the sun of a combination by hour and window and knows
nothing of packages; year, saving and package must come to the same money.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.audit.year import house_year
from cpdesk.energy.house.construct import build
from cpdesk.energy.money.household import annual_cost, windows
from cpdesk.energy.money.windows import Windows
from cpdesk.energy.retrofit.criteria import Place, Search
from cpdesk.energy.retrofit.extras import judge_extras, make_extras
from cpdesk.energy.retrofit.grid import evaluate, make_setting
from cpdesk.energy.retrofit.measures import Option, judge
from cpdesk.energy.retrofit.other_year import OtherYear
from cpdesk.energy.retrofit.packages import Choice, make_package
from cpdesk.energy.retrofit.statement import mixed_energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.model.answer import Answer
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.energy_uses import UseFacts

FEN = 0.01
KEPT = {
    "seal_strips", "wall_eps80", "roof_wool100", "ashp_air", "storage_heater", "direct_electric", "gas_boiler",
    "pv_5", "solar_water_2m2", "cook_induction", "cook_gas", "room_control",
}  # fmt: skip
SAID = UseFacts(residents=Answer(4.0), cook_fuels=Answer("lpg wood"), hot_water=Answer("electric_tank"))
GAS = replace(SAID, cook_fuels=Answer("gas"), hot_water=Answer("gas_heater"))
SUN = replace(SAID, pv_has=Answer("yes"), pv_kwp=Answer(6.0))
SOLD = replace(SUN, pv_mode=Answer("all_grid"))


def _facts(heater: str, uses: UseFacts, *, meter: bool = False, length_m: float = 13.2) -> BuildingFacts:
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1986.0), structure=Answer("brick_concrete"),
        bays=Answer(4.0), length_m=Answer(length_m), depth_m=Answer(6.0), storey_height_m=Answer(3.2),
    )  # fmt: skip
    return BuildingFacts(
        blocks=(block,), heaters=(HeaterFacts(type=Answer(heater)),), uses=uses, gas_available=Answer("yes"),
        meter_valley=Answer("yes" if meter else "no"),
    )  # fmt: skip


HOUSES = {
    "no_meter": _facts("coal_boiler", SAID),
    "no_meter_panels": _facts("direct_electric", SUN),
    "meter": _facts("ashp_air", SAID, meter=True),
    "meter_above_the_cap": _facts("storage_heater", SAID, meter=True, length_m=30.0),
    "meter_panels": _facts("ashp_air", SUN, meter=True),
    "meter_panels_sold": _facts("ashp_air", SOLD, meter=True),
    "meter_and_coal": _facts("coal_boiler", SAID, meter=True),
    "gas": _facts("gas_boiler", GAS, length_m=20.0),
    "gas_kitchen_beside_coal": _facts("coal_boiler", GAS, length_m=24.0),
}


def _search(facts: BuildingFacts, tables: EnergyTables) -> Search:
    few = replace(tables, measures=tuple(item for item in tables.measures if item.id in KEPT))
    building = build(facts, few)
    weather, columns = make_weather(few, building.terrain, building.height_m), layout(building)
    verdicts = [*judge(building, columns, few, Wishes()), *judge_extras(building, columns, few, Wishes())]
    other = OtherYear(building, few, weather)
    setting = make_setting(building, few, weather, verdicts, other.of(()))
    return Search(evaluate(setting), make_extras(setting, weather, verdicts, other))


@pytest.fixture(scope="module")
def searches(tables: EnergyTables) -> dict[str, Search]:
    return {house: _search(facts, tables) for house, facts in HOUSES.items()}


def _annual(search: Search, place: Place, warmth: float) -> tuple[float, float]:
    """The year of a combination by `annual_cost`, every flow by hour and window: bill and running subsidy, CNY."""
    (state, plant, extra), grid = place, search.grid
    tables, held = grid.setting.tables, search.extras.years[extra]
    own_w = np.zeros_like(held.power_w)
    if held.mode != "all_grid":
        own_w = np.minimum(held.power_w, held.generation_w)
    own, taken = windows(own_w, tables), search.sun.exact(state, plant, extra, warmth)
    exported = 0.0 if held.mode == "off_grid" else float((held.generation_w - own_w).sum()) / 1000.0 - taken.kwh
    found = annual_cost(
        mixed_energy(grid.usual[plant], grid.wish[plant], state, warmth), tables,
        valley_meter=grid.setting.plants[plant].valley_meter, other_kwh=held.kwh,
        electricity=windows(held.power_w, tables), export_kwh=exported,
        self_used=Windows(
            own.season_day_kwh + taken.day_kwh, own.season_valley_kwh + taken.valley_kwh, own.rest_kwh
        ),
    )  # fmt: skip
    return float(found.total[0]), float(found.running_subsidy[0])


def _bill(search: Search, place: Place, warmth: float) -> float:
    return _annual(search, place, warmth)[0]


def _places(search: Search, seed: int) -> list[Place]:
    """Every plant and every extra, with states that are drawn."""
    states, plants = search.grid.saving.shape
    draw, count = np.random.default_rng(seed), 3 * max(plants, len(search.extras.options))
    return [
        (int(draw.integers(states)) if at else 0, at % plants, at % len(search.extras.options)) for at in range(count)
    ]


@pytest.mark.parametrize("house", HOUSES)
def test_the_year_is_the_bill_of_the_household(searches: dict[str, Search], house: str) -> None:
    search = searches[house]
    for state, plant, extra in _places(search, 1):
        for warmth in (0.0, float(search.grid.warmth[state, plant]), 1.0):
            year = house_year(search, "", (state, plant, extra), warmth)
            assert year.cost_yuan.value == pytest.approx(_bill(search, (state, plant, extra), warmth), abs=FEN)


@pytest.mark.parametrize("house", HOUSES)
def test_the_search_saves_what_the_bill_falls_by(searches: dict[str, Search], house: str) -> None:
    search = searches[house]
    now = _bill(search, (0, 0, 0), 0.0)
    for place in _places(search, 2):
        at = place[:2]
        saved = float(search.side(place[2]).saving[at]) + search.hourly(place)
        bill = _bill(search, place, float(search.grid.warmth[at]))
        assert saved == pytest.approx(now - bill, abs=FEN)
        assert search.combination(place).saving_yuan.value == pytest.approx(now - bill, abs=FEN)


@pytest.mark.parametrize("house", HOUSES)
def test_the_government_pays_what_the_bill_names(searches: dict[str, Search], house: str) -> None:
    search = searches[house]
    now = _annual(search, (0, 0, 0), 0.0)[1]
    for place in _places(search, 3):
        paid = _annual(search, place, float(search.grid.warmth[place[:2]]))[1]
        yearly = search.combination(place).views["yearly_government"]
        assert yearly is not None
        assert yearly.value == pytest.approx(now - paid, abs=FEN)


@pytest.mark.parametrize("house", HOUSES)
def test_a_package_saves_what_the_bill_falls_by(searches: dict[str, Search], house: str) -> None:
    search = searches[house]
    grid = search.grid
    now = _bill(search, (0, 0, 0), 0.0)
    for plant in range(1, grid.saving.shape[1]):
        digits = [0] * len(grid.setting.groups)
        choice = Choice("A", grid.place(digits), plant, float(grid.warmth[0, plant]), True)
        package = make_package(grid, choice, search.sun)
        bill = _bill(search, (choice.state, plant, 0), choice.warmth)
        assert package.saving_yuan.value == pytest.approx(now - bill, abs=FEN)
        assert sum(item.saving_yuan.value for item in package.items) == pytest.approx(now - bill, abs=FEN)


def test_panels_alone_are_chosen_where_nothing_else_is_better(tables: EnergyTables) -> None:
    """By the hours no criterion prefers a combination that is worse than panels and nothing else."""
    only = replace(tables, measures=tuple(item for item in tables.measures if item.id in {"pv_3", "pv_5", "pv_8"}))
    for name, of in (("no_meter", only), ("meter", only), ("meter", tables), ("gas", tables)):
        search = _search(HOUSES[name], of)
        panels = [(0, 0, at) for at, held in enumerate(search.extras.options) if _only_panels(held)]
        figures = [search.combination(place) for place in panels]
        best = search.best(None)
        chosen = search.combination(best["npv"])
        assert chosen.npv_yuan.value >= max(one.npv_yuan.value for one in figures) - FEN
        assert search.combination(best["bill"]).saving_yuan.value >= max(one.saving_yuan.value for one in figures) - FEN
        if of is only:
            assert best["npv"] in panels
            assert chosen.npv_yuan.value > 0
        for budget in {one.own_cost_yuan.value for one in figures}:
            place = search.best(budget + 1.0)["budget"]
            within = [one.npv_yuan.value for one in figures if one.own_cost_yuan.value <= budget + 1.0]
            assert search.combination(place).npv_yuan.value >= max(within) - FEN


def _only_panels(held: tuple[Option, ...]) -> bool:
    return bool(held) and all(option.measure.effect == "pv" for option in held)
