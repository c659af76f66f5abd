"""The audit of one household: `audit(building, tables, weather=..., wishes=...)`.

Every applicable combination of the catalogue is evaluated; three of them become packages; every figure says how it was
made and how sure it is. The same building, tables, weather and wishes always give the same audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from cpdesk.energy.audit.checks import bill_checks, factors_used, free_acts, hand_check, what_ifs
from cpdesk.energy.audit.notes import loss_notes
from cpdesk.energy.audit.offers import near_misses, offer, points
from cpdesk.energy.audit.sure import Known, know, make_sure, surveyed_checks
from cpdesk.energy.audit.year import make_year
from cpdesk.energy.house.construct import build
from cpdesk.energy.money.programmes import applicant_of, for_applicant, unanswered
from cpdesk.energy.retrofit.criteria import Search, best_by_criterion, levels
from cpdesk.energy.retrofit.extras import judge_extras, make_extras
from cpdesk.energy.retrofit.grid import Grid, evaluate, figures, make_setting, set_points, with_states
from cpdesk.energy.retrofit.measures import Verdict, judge
from cpdesk.energy.retrofit.other_year import OtherYear
from cpdesk.energy.retrofit.packages import Choice, choose, digits_on_the_way, make_package, with_shares
from cpdesk.energy.retrofit.setting import rows_of
from cpdesk.energy.retrofit.shapley import digits_of_sets, shares
from cpdesk.energy.retrofit.statement import assess_state, quantity
from cpdesk.energy.retrofit.sun_heating import served
from cpdesk.energy.systems.plants import limit_w
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.energy.zone.hourly import trace
from cpdesk.energy.zone.states import summed
from cpdesk.model.assessment import (
    Assessment,
    Audit,
    Package,
    Wishes,
)
from cpdesk.model.building import Building, BuildingFacts
from cpdesk.model.certainty import VillageUse
from cpdesk.model.records import Quality

NO_WISHES: Final = Wishes()


def audit(
    household: Building | BuildingFacts,
    tables: EnergyTables,
    *,
    weather: Weather | None = None,
    wishes: Wishes = NO_WISHES,
    village: Sequence[VillageUse] = (),
) -> Audit:
    """Assess a household and find what to do.

    Args:
        household: what the survey says, or the building that was made of it.
        weather: an hourly year; made from the normals of the building's terrain and altitude when not given.
        wishes: budget, refused works and the seed of the samples.
        village: average use of the neighbours, for a household without bills.

    Raises:
        InputFault: CP-1301 a value no building has, CP-1302 to CP-1305 answers that contradict each other, CP-1307 no
            climate, CP-1308 the hourly model does not hold.
    """
    known, weather = _known(household, tables, weather, village)
    building = known.building
    tables, told = _open_programmes(tables, building)
    verdicts = _verdicts(building, tables, wishes)
    other = OtherYear(building, tables, weather)
    grid = evaluate(make_setting(building, tables, weather, verdicts, other.of(())))
    extras = make_extras(grid.setting, weather, verdicts, other)
    choices = choose(served(grid, Search(grid, extras).sun), wishes.budget_yuan)
    grid = with_states(grid, [*digits_on_the_way(grid, choices), *digits_of_sets(grid, choices)])
    search = Search(grid, extras)
    sure = make_sure(search.sun, choices, _as_it_is(grid), _packages(search, choices), known, wishes.seed)
    baseline, packages = sure.baseline, [replace(one, notices=(*one.notices, *told)) for one in sure.packages]
    best = next((at for at, choice in enumerate(choices) if choice.code == "A"), None)
    nothing_pays = all(choice.code == "C" for choice in choices)
    line, cloud = points(search, wishes.seed)
    offers = tuple(offer(search, verdict, wishes) for verdict in verdicts)
    return Audit(
        archetype=building.archetype,
        climate=weather.name,
        floor_area_m2=quantity(building.floor_area_m2, "m2", "floor_area", source="survey"),
        gross_area_m2=quantity(building.gross_area_m2, "m2", "gross_area", source="survey"),
        baseline=baseline,
        offers=offers,
        packages=tuple(packages),
        recommended="" if best is None else "A",
        nothing_pays=nothing_pays,
        only_comfort=nothing_pays and any(package.saving_yuan.value <= 0 for package in packages),
        near_misses=() if best is not None else near_misses(offers),
        free_acts=free_acts(grid),
        combinations=search.counted,
        frontier=line,
        cloud=cloud,
        inputs=building.inputs,
        quality_counts={one.value: sum(item.quality is one for item in building.inputs) for one in Quality},
        influences=sure.influences,
        what_ifs=() if best is None else what_ifs(search.sun, choices[best], packages[best], sure),
        factors=factors_used(grid),
        hand_check=hand_check(grid, baseline),
        bill_checks=surveyed_checks(bill_checks(grid, baseline), sure.calibration),
        budget_yuan=wishes.budget_yuan,
        loss_notes=loss_notes(building),
        weather=weather.use(),
        certainty=sure.certainty,
        calibration=sure.calibration,
        by_criterion=best_by_criterion(search, wishes.budget_yuan),
        levels=levels(search),
        solved=len(grid.digits),
        year=make_year(search, choices, wishes.budget_yuan),
    )


def _packages(search: Search, choices: Sequence[Choice]) -> list[Package]:
    """The chosen combinations as packages with the shares of their measures."""
    grid, sun = search.grid, search.sun
    return [with_shares(make_package(grid, choice, sun), shares(grid, choice, sun)) for choice in choices]


def _verdicts(building: Building, tables: EnergyTables, wishes: Wishes) -> list[Verdict]:
    """Every measure of the catalogue, whether it changes heat or other uses."""
    columns = layout(building)
    return [*judge(building, columns, tables, wishes), *judge_extras(building, columns, tables, wishes)]


def _open_programmes(tables: EnergyTables, building: Building) -> tuple[EnergyTables, tuple[str, ...]]:
    """The tables with the programmes that are for this household, and what is to be told of those left out."""
    asking = applicant_of(building)
    told = ("energy.notice.subsidy_support",) if unanswered(tables, asking) else ()
    return for_applicant(tables, asking), told


def _known(
    household: Building | BuildingFacts, tables: EnergyTables, weather: Weather | None, village: Sequence[VillageUse]
) -> tuple[Known, Weather]:
    """The building with what its bills say, and the weather it stands in."""
    building = build(household, tables) if isinstance(household, BuildingFacts) else household
    weather = weather or make_weather(tables, building.terrain, building.height_m)
    return know(building, tables, weather, village), weather


def _as_it_is(grid: Grid) -> Assessment:
    """The house without measures."""
    setting = grid.setting
    limit = limit_w(setting.building.systems, setting.tables)
    return assess_state(setting, setting.plants[0], grid.rows[0], grid.usual[0], grid.wish[0], 0, 0.0, limit)


def assess_baseline(
    household: Building | BuildingFacts,
    tables: EnergyTables,
    *,
    weather: Weather | None = None,
    village: Sequence[VillageUse] = (),
) -> Assessment:
    """The house as it is, without measures and without ranges: what a panel can show while the audit is computed.

    Its figures are those of `Audit.baseline`; only P10 and P90 are missing.

    Raises:
        InputFault: as `audit`.
    """
    known, weather = _known(household, tables, weather, village)
    building = known.building
    setting = make_setting(building, tables, weather, [], OtherYear(building, tables, weather).of(()))
    row = rows_of(setting, np.zeros((1, len(setting.groups)), np.int16))[0]
    limit = limit_w(building.systems, tables)
    detail = trace(row, setting.drivers, *set_points(building.schedule, wish=False), limit)
    season = summed(detail, setting.drivers, setting.weights.rows)
    usual = figures(setting, setting.plants[0], season)
    return assess_state(setting, setting.plants[0], row, usual, usual, 0, 0.0, limit, detail)
