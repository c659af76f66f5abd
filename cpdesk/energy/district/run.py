"""The district run: houses one by one, in any order and on any number of processes, then everything together.

`assess` is a pure function of one house, so that chunks of a stock can go anywhere; `conclude` orders what comes back
by id and adds up exactly (`math.fsum`), so that the result does not depend on who computed what, nor on the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from cpdesk.base.errors import CpdeskError
from cpdesk.energy.district.estimate import shrunk
from cpdesk.energy.district.figures import DistrictFigures
from cpdesk.energy.district.house import WeatherOf, assess_house
from cpdesk.energy.district.ranking import ranking
from cpdesk.energy.district.scenario import apply_scenario
from cpdesk.energy.district.split import split
from cpdesk.energy.district.totals import Sampler, groups, plan_targets, totals_after, totals_today
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.model.district import DistrictResult, House, HouseFigures, Scenario, SetAside

Outcome = HouseFigures | SetAside


def run(
    stock: Sequence[House],
    tables: EnergyTables,
    scenario: Scenario,
    *,
    figures: DistrictFigures,
    weather_of: WeatherOf | None = None,
) -> DistrictResult:
    """A stock under a scenario, on this processor alone.

    Args:
        weather_of: the year of a terrain at an altitude; made from the normals when not given.
    """
    return conclude(assess(stock, tables, scenario, weather_of=weather_of), tables, scenario, figures)


def assess(
    stock: Iterable[House],
    tables: EnergyTables,
    scenario: Scenario,
    *,
    weather_of: WeatherOf | None = None,
    step: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Every house by itself; one that cannot be computed is set aside with its reason.

    Houses made from the register that have the same facts are computed once.
    """
    laid = apply_scenario(tables, scenario)
    weather = weather_of or normal_weather(tables)
    known: dict[str, HouseFigures] = {}
    found: list[Outcome] = []
    for house in stock:
        found.append(_one(house, laid, scenario, weather, known))
        step()
    return found


def normal_weather(tables: EnergyTables) -> WeatherOf:
    """Weather made from the normals, each once."""
    known: dict[tuple[str, float], Weather] = {}

    def of(terrain: str, height_m: float) -> Weather:
        if (terrain, height_m) not in known:
            known[terrain, height_m] = make_weather(tables, terrain, height_m)
        return known[terrain, height_m]

    return of


def _one(
    house: House, tables: EnergyTables, scenario: Scenario, weather: WeatherOf, known: dict[str, HouseFigures]
) -> Outcome:
    key = "" if house.surveyed else repr((house.facts, house.refused))
    try:
        if not key:
            return assess_house(house, tables, scenario, weather)
        if key not in known:
            known[key] = assess_house(house, tables, scenario, weather)
    except (CpdeskError, ArithmeticError, ValueError) as error:
        return _aside(house, error)
    return replace(
        known[key], id=house.id, township=house.township, village=house.village, label=house.label, poor=house.poor
    )


def _aside(house: House, error: Exception) -> SetAside:
    known = error if isinstance(error, CpdeskError) else CpdeskError("CP-1388", reason=type(error).__name__)
    return SetAside(
        id=house.id, label=house.label, village=house.village, code=known.code, message_zh=known.message("zh"),
        message_en=known.message("en"), remedy_zh=known.remedy("zh"), remedy_en=known.remedy("en"),
    )  # fmt: skip


def conclude(
    outcomes: Iterable[Outcome], tables: EnergyTables, scenario: Scenario, figures: DistrictFigures
) -> DistrictResult:
    """Totals, split, ranking and targets of houses that were computed anywhere."""
    computed = list(outcomes)
    houses = shrunk(
        sorted((item for item in computed if isinstance(item, HouseFigures)), key=lambda item: item.id), figures
    )
    aside = sorted((item for item in computed if isinstance(item, SetAside)), key=lambda item: item.id)
    laid = apply_scenario(tables, scenario)
    chosen = split(houses, scenario)
    sampler = Sampler(figures)
    return DistrictResult(
        scenario=scenario,
        houses=houses,
        aside=tuple(aside),
        totals=totals_today(houses, sampler),
        groups=groups(houses, chosen),
        split=chosen,
        after=totals_after(houses, chosen, sampler),
        ranking=ranking(houses, scenario, laid),
        targets=plan_targets(houses, chosen, figures),
        factors=tuple(
            (row.carrier, row.unit, row.co2_kg_per_unit, row.year, row.status) for row in laid.factors.values()
        ),
        combinations=sum(house.combinations for house in houses),
    )
