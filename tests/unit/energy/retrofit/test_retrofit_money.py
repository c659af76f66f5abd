"""One net present value: search, packages and views against cash flows summed year by year, with edited price paths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.audit.household import audit
from cpdesk.energy.house.construct import build
from cpdesk.energy.money.prices import cost_by_carrier, other_cost, running_subsidy
from cpdesk.energy.money.programmes import granted
from cpdesk.energy.retrofit.criteria import Place, Search
from cpdesk.energy.retrofit.extras import judge_extras, make_extras
from cpdesk.energy.retrofit.grid import evaluate, make_setting
from cpdesk.energy.retrofit.measures import Option, judge
from cpdesk.energy.retrofit.other_year import OtherYear, feed_in_yuan
from cpdesk.energy.retrofit.packages import Choice, choose, make_package, options_of
from cpdesk.energy.retrofit.statement import mixed_energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.model.assessment import Audit, Wishes
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, HeaterFacts

KEPT = {
    "seal_strips", "door_quilt", "roof_wool100", "wall_eps80", "win_film", "pipe_wrap", "room_control", "ashp_water",
    "ashp_air", "gas_boiler", "pv_3", "solar_water_2m2", "cook_induction", "led_lamps",
}  # fmt: skip
GROWTHS = {"electricity": 0.02, "coal": -0.01, "coal_loose": 0.03, "gas": 0.045, "lpg": 0.035, "wood": 0.005}
"""What a district may write into its table of price paths: every carrier apart."""
HEATERS = ("direct_electric", "coal_boiler")


@pytest.fixture(scope="module", params=HEATERS)
def search(request: pytest.FixtureRequest, tables: EnergyTables) -> Search:
    """A house whose heating is priced in tiers, and one that burns coal, at edited prices; samples."""
    paths = tuple(
        replace(row, growth=GROWTHS.get(row.carrier, row.growth)) if row.path == "mid" else row
        for row in tables.price_paths
    )
    kept = tuple(item for item in tables.measures if item.id in KEPT)
    few = replace(tables, measures=kept, price_paths=paths)
    return _search(_facts(request.param), few)


def _facts(heater: str) -> BuildingFacts:
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1996.0), structure=Answer("brick_concrete"),
        bays=Answer(4.0), length_m=Answer(13.2), depth_m=Answer(6.0), storey_height_m=Answer(3.0),
    )  # fmt: skip
    return BuildingFacts(blocks=(block,), heaters=(HeaterFacts(type=Answer(heater)),))


def _search(facts: BuildingFacts, tables: EnergyTables) -> Search:
    building = build(facts, tables)
    weather, columns = make_weather(tables, building.terrain, building.height_m), layout(building)
    verdicts = [*judge(building, columns, tables, Wishes()), *judge_extras(building, columns, tables, Wishes())]
    other = OtherYear(building, tables, weather)
    setting = make_setting(building, tables, weather, verdicts, other.of(()))
    return Search(evaluate(setting), make_extras(setting, weather, verdicts, other))


def _options(search: Search, place: Place) -> list[Option]:
    state, plant, extra = place
    return [*(option for _, _, option in options_of(search.grid, state, plant)), *search.extras.options[extra]]


def _own(search: Search, options: Iterable[Option]) -> dict[str, tuple[float, float]]:
    """Own money and price by measure."""
    setting = search.grid.setting
    costs = {option.id: np.array([option.cost_yuan[1]]) for option in options}
    power = {option.id: np.array([option.amount]) for option in options if option.unit == "kw"}
    own = {code: float(cost[0]) for code, cost in costs.items()}
    for grant in granted(costs, setting.building.floor_area_m2, setting.tables, power_kw=power) if costs else ():
        for code, value in grant.paid.items():
            own[code] -= float(value[0])
    return {code: (own[code], float(cost[0])) for code, cost in costs.items()}


def _bill(search: Search, place: Place) -> dict[str, float]:
    """What energy costs a year by carrier, in the search's own terms: heating, other uses and what the sun changes."""
    grid, extras = search.grid, search.extras
    state, plant, extra = place
    tables, other = grid.setting.tables, extras.others[extra]
    energy = mixed_energy(grid.usual[plant], grid.wish[plant], state, float(grid.warmth[state, plant]))
    meter = grid.setting.plants[plant].valley_meter
    costs = cost_by_carrier(energy, tables, valley_meter=meter, other=other)
    found = {carrier: float(cost[0]) for carrier, cost in costs.items()}
    held, gain = extras.years[extra], search.sun.gain_yuan(extra)
    sold = feed_in_yuan(tables) * float(held.shared.export_kwh[0])
    gained = gain if isinstance(gain, float) else float(gain[state, plant])
    found["electricity"] = found.get("electricity", 0.0) - sold - gained
    for carrier in dict.fromkeys(["electricity", *held.kwh]):
        found[carrier] = found.get(carrier, 0.0) + float(other_cost(carrier, other, tables)[0])
    return found


def _year_by_year(search: Search, place: Place) -> tuple[float, float]:
    """PVS and PVI of a combination, every yuan of every year by itself: nothing of the program's present values."""
    options = _options(search, place)
    before, after = _bill(search, (0, 0, 0)), _bill(search, place)
    brought = invested = 0.0
    for year in range(1, 16):
        saved = sum(
            (before.get(carrier, 0.0) - after.get(carrier, 0.0)) * (1 + GROWTHS.get(carrier, 0.0)) ** year
            for carrier in {**before, **after}
        )
        brought += (saved - sum(option.measure.maintenance_yuan for option in options)) / 1.03**year
    for option in options:
        own, price = _own(search, options)[option.id]
        life = option.measure.life_a
        bought, paid = 0.0, own
        while bought < 15:
            invested += paid / 1.03**bought
            left, last = (bought + life - 15) / life, paid
            bought, paid = bought + life, price
        invested -= max(left, 0.0) * last / 1.03**15
    return brought, invested


def test_the_search_is_the_sum_of_the_years(search: Search) -> None:
    states, plants = search.grid.saving.shape
    draw = np.random.default_rng(5)
    some = zip(draw.integers(0, states, 40), draw.integers(0, plants, 40), strict=True)
    for number, (state, plant) in enumerate(some):
        place = (int(state), int(plant), number % len(search.extras.options))
        side, at = search.side(place[2]), place[:2]
        brought, invested = _year_by_year(search, place)
        assert side.present_savings[at] == pytest.approx(brought, rel=1e-9, abs=1e-6)
        assert side.present_invested[at] == pytest.approx(invested, rel=1e-9, abs=1e-6)


def test_the_best_by_present_value_and_ratio_are_those_of_the_sums(search: Search) -> None:
    """Every state, plant and extra is looked at one by one."""
    places = search.best(9000.0)
    best = {"npv": -np.inf, "sir": -np.inf, "budget": -np.inf}
    for extra in range(len(search.extras.options)):
        side = search.side(extra)
        for own, brought, invested in zip(
            side.own.ravel(), side.present_savings.ravel(), side.present_invested.ravel(), strict=True
        ):
            best["npv"] = max(best["npv"], brought - invested)
            if own <= 9000.0:
                best["budget"] = max(best["budget"], brought - invested)
            if invested > 0:
                best["sir"] = max(best["sir"], brought / invested)
    for code, value in best.items():
        brought, invested = _year_by_year(search, places[code])
        found = brought / invested if code == "sir" else brought - invested
        assert found == pytest.approx(value, rel=1e-9), code


def test_price_paths_change_the_choice_as_they_should(tables: EnergyTables) -> None:
    """Dearer coal makes leaving it worth more, dearer electricity less; the first year stays as it is."""
    kept = tuple(item for item in tables.measures if item.id in KEPT)
    found = {}
    for carrier, growth in (("", 0.0), ("coal", 0.06), ("coal_loose", 0.06), ("electricity", 0.06)):
        paths = tuple(
            replace(row, growth=growth if row.carrier == carrier else 0.0) if row.path == "mid" else row
            for row in tables.price_paths
        )
        found[carrier] = _search(_facts("coal_boiler"), replace(tables, measures=kept, price_paths=paths))
    grid = found[""].grid
    pump = next(at for at, plant in enumerate(grid.setting.plants) if plant.systems[0].type == "ashp_air")
    burnt = next(carrier for carrier in grid.usual[0].energy.kwh if carrier.startswith("coal"))
    level = grid.npv[0, pump]
    assert found[burnt].grid.npv[0, pump] > level > found["electricity"].grid.npv[0, pump]
    for other in found.values():
        assert other.grid.saving[0, pump] == pytest.approx(grid.saving[0, pump], rel=1e-12)


def test_packages_print_the_present_value_they_were_chosen_by(search: Search) -> None:
    grid = search.grid
    choices = [*choose(grid, 20000.0), Choice("C", 5, 2, 1.0, True)]
    for choice in choices:
        at = (choice.state, choice.plant)
        if choice.warmth not in (1.0, float(grid.warmth[at])) or choice.state == 0:
            continue
        package = _package(search, choice)
        expected = grid.npv_full[at] if choice.code == "C" else grid.npv[at]
        assert package.npv_yuan.value == pytest.approx(expected, rel=1e-9, abs=1e-6)
        assert package.npv_yuan is package.views["npv_household"]
        assert package.payback_a == package.views["payback"]


def _package(search: Search, choice: Choice):  # type: ignore[no-untyped-def]
    from cpdesk.energy.retrofit.grid import with_states
    from cpdesk.energy.retrofit.packages import digits_on_the_way

    grid = with_states(search.grid, digits_on_the_way(search.grid, [choice]))
    return make_package(grid, choice, Search(grid, search.extras).sun)


@pytest.fixture(scope="module")
def audited(tables: EnergyTables) -> Audit:
    few = replace(tables, measures=tuple(item for item in tables.measures if item.id in KEPT))
    return audit(_facts("coal_boiler"), few)


def test_what_passes_between_household_and_government_cancels(audited: Audit) -> None:
    assert audited.packages
    factor = (1 - 1.03**-15) / 0.03
    for package in audited.packages:
        views = {code: figure.value for code, figure in package.views.items() if figure is not None}
        assert package.npv_yuan.value == views["npv_household"]
        assert views["npv_society"] == pytest.approx(views["npv_household"] + views["npv_government"])
        assert views["npv_household"] == pytest.approx(views["present_savings"] - views["present_invested"])
        assert views["lcc_before"] - views["lcc_after"] == pytest.approx(views["npv_household"])
        assert views["sir"] == pytest.approx(views["present_savings"] / views["present_invested"])
        assert views["airr"] == pytest.approx(100.0 * (1.03 * views["sir"] ** (1 / 15) - 1))
        running = -views["yearly_government"]
        assert views["npv_government"] == pytest.approx(-package.subsidy_yuan.value - running * factor)
        tonnes = package.co2_saving_t.value
        for one in ("household", "government", "society"):
            assert views[f"{one}_yuan_t"] == pytest.approx(-views[f"npv_{one}"] / factor / tonnes)
        kgce = package.kgce_saving.value
        assert views["government_yuan_kgce"] == pytest.approx(-views["npv_government"] / factor / kgce)
        low, high = package.npv_yuan.low, package.npv_yuan.high
        assert low is not None and high is not None and low <= package.npv_yuan.value <= high
        assert package.views["npv_household"] == package.npv_yuan


def test_the_government_pays_valley_power_of_heat_pumps(search: Search) -> None:
    """The running subsidy of a package is that of all it draws in the valley, from the tariff's rows."""
    grid = search.grid
    pump = next(at for at, plant in enumerate(grid.setting.plants) if plant.systems[0].type == "ashp_air")
    state = int(np.argmax(grid.npv[:, pump]))
    choice = Choice("A", state, pump, 0.0, True)
    package = _package(search, choice)
    energy = mixed_energy(grid.usual[pump], grid.wish[pump], state, 0.0)
    plant = grid.setting.plants[pump]
    other = grid.setting.other
    paid = float(running_subsidy(energy, grid.setting.tables, valley_meter=plant.valley_meter, other=other)[0])
    now = running_subsidy(
        mixed_energy(grid.usual[0], grid.wish[0], 0, 0.0), grid.setting.tables,
        valley_meter=grid.setting.plants[0].valley_meter, other=other,
    )  # fmt: skip
    yearly = package.views["yearly_government"]
    assert yearly is not None and yearly.value == pytest.approx(float(now[0]) - paid)
    assert paid > 0
