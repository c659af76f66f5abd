"""One house of the stock: today's figures, and every option that a split could use.

As an audit does: bills calibrate the house, all combinations are compared, figures of money and carbon are those that
an audit prints. Left out is what a district does not read: ranges, packages, shares, texts.

Options are pruned without loss for the scenario's own columns: money by the payers it limits, carbon, and power where
a village's is limited. States come from the screen of `energy.retrofit` for the money of these payers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.audit.sure import know
from cpdesk.energy.district.estimate import prior_facts
from cpdesk.energy.district.prune import unbeaten
from cpdesk.energy.house.construct import build
from cpdesk.energy.money.programmes import applicant_of, for_applicant
from cpdesk.energy.retrofit.criteria import Search, reached
from cpdesk.energy.retrofit.extras import judge_extras, make_extras
from cpdesk.energy.retrofit.grid import Grid, design_load_w, make_setting, priced
from cpdesk.energy.retrofit.measures import Verdict, judge
from cpdesk.energy.retrofit.other_year import OtherYear
from cpdesk.energy.retrofit.screen import surviving
from cpdesk.energy.retrofit.setting import rows_of
from cpdesk.energy.retrofit.solving import solve_states
from cpdesk.energy.systems.power import household_power
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats, Weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Building, BuildingFacts
from cpdesk.model.district import House, HouseFigures, Options, Scenario
from cpdesk.model.energy_uses import Solar, Uses

WeatherOf = Callable[[str, float], Weather]
"""The year of a terrain at an altitude."""
_TIE_KG = 1e-9
Met = dict[str, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a scenario bears on one house's options.

    Attributes:
        payers: whose money is limited or counted: `total`, `own`, `government`.
        power: whether a village's power is limited.
    """

    payers: tuple[str, ...]
    power: bool

    @classmethod
    def of(cls, scenario: Scenario) -> Asked:
        """The columns a scenario's split reads."""
        payers = set(scenario.budget_yuan) | {scenario.payer}
        if scenario.township_budget_yuan:
            payers.add("total")
        return cls(tuple(sorted(payers)), bool(scenario.village_power_kw))


def assess_house(house: House, tables: EnergyTables, scenario: Scenario, weather_of: WeatherOf) -> HouseFigures:
    """One house under a scenario; `tables` have the scenario's prices, subsidies and factors already.

    Raises:
        InputFault: CP-13xx as `energy.audit.audit`.
    """
    surveyed = build(house.facts, tables)
    weather = weather_of(surveyed.terrain, surveyed.height_m)
    building = know(surveyed, tables, weather).building
    if scenario.warmer_k:
        building = _warmer(building, scenario.warmer_k)
    tables = for_applicant(tables, applicant_of(building))
    columns, wishes = layout(building), Wishes(refused=frozenset(house.refused))
    verdicts = [
        verdict
        for verdict in (*judge(building, columns, tables, wishes), *judge_extras(building, columns, tables, wishes))
        if _allowed(verdict, scenario)
    ]
    other = OtherYear(building, tables, weather)
    setting = make_setting(building, tables, weather, verdicts, other.of(()))
    asked = Asked.of(scenario)
    grid = priced(setting, *surviving(setting, asked.payers))
    extras = make_extras(setting, weather, verdicts, other)
    search = Search(grid, extras)
    present, (uses, solar) = grid.usual[0], _uses(building)
    area = building.floor_area_m2
    power = household_power(building.systems, float(_loads_w(grid)[0]), uses, tables)
    return HouseFigures(
        id=house.id, township=house.township, village=house.village, label=house.label, surveyed=house.surveyed,
        poor=house.poor, archetype=building.archetype, era=_era(building, tables),
        heating=max(building.systems, key=lambda item: item.share).type, area_m2=area,
        need_kwh=float(present.need_kwh[0]),
        final_kwh=float(sum(value[0] for value in present.energy.kwh.values())), cost_yuan=float(present.cost[0]),
        carbon_kg=float(present.co2_kg[0] + extras.co2_kg[0]), heating_kg=float(present.co2_kg[0]),
        kgce=float(present.kgce[0]),
        pv=solar.pv_kwp > 0, solar_water=solar.collector_m2 > 0,
        bottled_gas=any(way.carrier == "lpg" for way in uses.cooking),
        prior_need_kwh_m2=_prior(house.facts, tables, weather, scenario.warmer_k) if house.surveyed else 0.0,
        options=_options(search, asked, scenario), combinations=search.counted,
        heating_kw=power.heating_kw, others_kw=power.others_kw, vehicle_kw=power.vehicle_kw,
    )  # fmt: skip


def _uses(building: Building) -> tuple[Uses, Solar]:
    assert building.uses is not None
    assert building.solar is not None  # `build` fills both
    return building.uses, building.solar


def _warmer(building: Building, rise_k: float) -> Building:
    schedule = building.schedule
    night = None if schedule.night_c is None else schedule.night_c + rise_k
    day = schedule.day_c + rise_k
    return replace(building, schedule=replace(schedule, day_c=day, night_c=night, wish_c=max(schedule.wish_c, day)))


def _allowed(verdict: Verdict, scenario: Scenario) -> bool:
    code = verdict.measure.id
    return (not scenario.measures or code in scenario.measures) and code not in scenario.without


def _era(building: Building, tables: EnergyTables) -> str:
    """Years of the archetype, as `1990-1999`."""
    row = tables.archetypes[building.archetype]
    return f"{row.year_from}-{row.year_to}"


def _prior(facts: BuildingFacts, tables: EnergyTables, weather: Weather, rise_k: float) -> float:
    """Heat need in kWh/m2 of the house as its archetype alone would have it."""
    building = build(prior_facts(facts), tables)
    building = _warmer(building, rise_k) if rise_k else building
    setting = make_setting(building, tables, weather, [])
    rows = rows_of(setting, np.zeros((1, 0), np.int16))
    return float(solve_states(setting, rows)[0].usual.sums[0, 0]) / 1000.0 / building.floor_area_m2


def _options(search: Search, asked: Asked, scenario: Scenario) -> Options:
    """The unbeaten combinations of states, plants and extras; nothing first, then by money and carbon."""
    grid, extras = search.grid, search.extras
    loads_w = _loads_w(grid)
    powers = _plant_power(grid, loads_w).ravel() if asked.power else None
    heating = _unbeaten_places(
        asked, grid.own_cost.ravel(), (grid.investment - grid.own_cost).ravel(), grid.co2_saving_kg.ravel(), powers
    )
    other = _unbeaten_places(asked, extras.own_cost, extras.investment - extras.own_cost, extras.co2_saving_kg, None)
    pairs = np.array([(state, extra) for state in heating for extra in other], np.intp).reshape(-1, 2)
    unpruned = len(pairs)
    pairs = np.concatenate((pairs, _reaching(search, asked, scenario)))
    own = grid.own_cost.ravel()[pairs[:, 0]] + extras.own_cost[pairs[:, 1]]
    paid = grid.investment.ravel()[pairs[:, 0]] + extras.investment[pairs[:, 1]] - own
    carbon = grid.co2_saving_kg.ravel()[pairs[:, 0]] + extras.co2_saving_kg[pairs[:, 1]]
    power = None if powers is None else powers[pairs[:, 0]]
    least = scenario.least_carbon_share * float(grid.usual[0].co2_kg[0] + extras.co2_kg[0])
    enough = (carbon >= least) & (carbon > _TIE_KG)
    part = None if power is None else power[:unpruned]
    unbeaten_pairs = _unbeaten_places(asked, own[:unpruned], paid[:unpruned], carbon[:unpruned], part)
    places = [int(at) for at in (*unbeaten_pairs, *range(unpruned, len(pairs))) if enough[at]]
    plants, present_kw = grid.saving.shape[1], _power_kw(grid, loads_w, 0, 0)
    rows: list[tuple[object, ...]] = [(*[0.0] * 7, (), _levels(reached(search, 0), 0, 0))]
    sides: dict[int, Floats] = {}
    met: dict[int, Met] = {}
    for at in places:
        flat, extra = int(pairs[at, 0]), int(pairs[at, 1])
        if extra not in sides:
            sides[extra], met[extra] = search.side(extra).saving, reached(search, extra)
        state, plant = divmod(flat, plants)
        rows.append((
            float(own[at]), float(paid[at]), float(sides[extra][state, plant]), float(carbon[at]),
            float(sides[extra][state, plant] - grid.saving[state, plant]), float(extras.co2_saving_kg[extra]),
            _power_kw(grid, loads_w, state, plant) - present_kw, search.measures((state, plant, extra)),
            _levels(met[extra], state, plant),
        ))  # fmt: skip
    return Options(*(tuple(column) for column in zip(*rows, strict=True)))


def _levels(met: Met, state: int, plant: int) -> str:
    """Codes of the levels that a combination reaches."""
    return " ".join(code for code, there in met.items() if there[state, plant])


def _reaching(search: Search, asked: Asked, scenario: Scenario) -> NDArray[np.intp]:
    """(n, 2) flat place and extra of what reaches each level that is asked for cheapest, for each payer.

    Such an option may be beaten in money and carbon by one that does not reach the level.
    """
    grid, extras = search.grid, search.extras
    best: dict[tuple[str, str], tuple[float, int, int]] = {}
    for extra in range(len(extras.options) if scenario.level_targets else 0):
        own = grid.own_cost + extras.own_cost[extra]
        total = grid.investment + extras.investment[extra]
        money = {"total": total, "own": own, "government": total - own}
        met = reached(search, extra)
        for code in scenario.level_targets:
            for payer in asked.payers:
                score = np.where(met[code], money[payer], np.inf).ravel()
                at = int(score.argmin())
                key = code, payer
                best[key] = min(best.get(key, (np.inf, 0, 0)), (float(score[at]), at, extra))
    found = sorted({(at, extra) for yuan, at, extra in best.values() if np.isfinite(yuan)})
    return np.array(found, np.intp).reshape(-1, 2)


def _unbeaten_places(asked: Asked, own: Floats, paid: Floats, carbon: Floats, power: Floats | None) -> Sequence[int]:
    """Flat places that no other beats in the columns the split reads, the cheapest first."""
    money = {"total": own + paid, "own": own, "government": paid}
    columns = [money[payer] for payer in asked.payers] + [-carbon] + ([] if power is None else [power])
    return [int(at) for at in unbeaten(np.stack(columns, axis=1))]


def _plant_power(grid: Grid, loads_w: Floats) -> Floats:
    """(states, plants): electric heating power at the design hour in kW."""
    plants = range(grid.saving.shape[1])
    return np.array([[_power_kw(grid, loads_w, state, plant) for plant in plants] for state in range(len(grid.rows))])


def _loads_w(grid: Grid) -> Floats:
    """(states,) steady heat loss at the design temperature."""
    setting = grid.setting
    return design_load_w(grid.rows, setting.building.schedule.wish_c, setting.tables, setting.drivers)


def _power_kw(grid: Grid, loads_w: Floats, state: int, plant: int) -> float:
    """Electric heating power at the design hour in kW."""
    setting = grid.setting
    systems = setting.plants[plant].systems
    if all(item.carrier != "electricity" and item.flow_c is None for item in systems):
        return 0.0
    kept = setting.plants[plant].code.startswith("keep")
    capacity = None if kept else float(grid.solved[1].limit_w[state])
    uses, _ = _uses(setting.building)
    return household_power(systems, float(loads_w[state]), uses, setting.tables, capacity_w=capacity).heating_kw
