"""The audit of one household: `audit(building, tables, weather=..., wishes=...)`.

Every applicable combination of the catalogue is evaluated; three of them become packages; every figure says how it was
made and how sure it is. The same building, tables, weather and wishes always give the same audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from cpdesk.energy.audit.checks import bill_checks, factors_used, free_acts, hand_check, what_ifs
from cpdesk.energy.audit.notes import loss_notes
from cpdesk.energy.audit.sure import know, make_sure, surveyed_checks
from cpdesk.energy.house.construct import build
from cpdesk.energy.retrofit.grid import Grid, evaluate, figures, frontier, make_setting, set_points, with_states
from cpdesk.energy.retrofit.measures import Verdict, judge
from cpdesk.energy.retrofit.packages import choose, digits_on_the_way, make_package, measures_of, paid, payback
from cpdesk.energy.retrofit.setting import rows_of
from cpdesk.energy.retrofit.statement import assess_state, quantity
from cpdesk.energy.systems.plants import limit_w
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.energy.zone.hourly import trace
from cpdesk.energy.zone.states import summed
from cpdesk.model.assessment import (
    Assessment,
    Audit,
    FrontierPoint,
    NearMiss,
    Offer,
    Quantity,
    Wishes,
)
from cpdesk.model.building import Building, BuildingFacts
from cpdesk.model.certainty import VillageUse
from cpdesk.model.records import Quality

_CLOUD: Final = 400
_MISSES: Final = 3
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
    building = build(household, tables) if isinstance(household, BuildingFacts) else household
    weather = weather or make_weather(tables, building.terrain, building.height_m)
    known = know(building, tables, weather, village)
    building = known.building
    verdicts = judge(building, layout(building), tables, wishes)
    grid = evaluate(make_setting(building, tables, weather, verdicts))
    setting = grid.setting
    baseline = assess_state(
        setting, setting.plants[0], grid.rows[0], grid.usual[0], grid.wish[0], 0, 0.0, limit_w(building.systems, tables)
    )
    choices = choose(grid, wishes.budget_yuan)
    grid = with_states(grid, digits_on_the_way(grid, choices))
    packages = [make_package(grid, choice) for choice in choices]
    sure = make_sure(grid, choices, baseline, packages, known, wishes.seed)
    baseline, packages = sure.baseline, sure.packages
    best = next((at for at, choice in enumerate(choices) if choice.code == "A"), None)
    nothing_pays = all(choice.code == "C" for choice in choices)
    points, cloud = _points(grid, wishes.seed)
    counts = {quality.value: 0 for quality in Quality}
    for item in building.inputs:
        counts[item.quality.value] += 1
    return Audit(
        archetype=building.archetype,
        climate=weather.name,
        floor_area_m2=quantity(building.floor_area_m2, "m2", "floor_area"),
        gross_area_m2=quantity(building.gross_area_m2, "m2", "gross_area"),
        baseline=baseline,
        offers=tuple(_offer(grid, verdict, wishes) for verdict in verdicts),
        packages=tuple(packages),
        recommended="" if best is None else "A",
        nothing_pays=nothing_pays,
        only_comfort=nothing_pays and any(package.saving_yuan.value <= 0 for package in packages),
        near_misses=() if best is not None else _near_misses(grid, verdicts),
        free_acts=free_acts(grid),
        combinations=grid.counted,
        frontier=points,
        cloud=cloud,
        inputs=building.inputs,
        quality_counts=counts,
        influences=sure.influences,
        what_ifs=() if best is None else what_ifs(grid, choices[best], packages[best], sure),
        factors=factors_used(grid),
        hand_check=hand_check(grid, baseline),
        bill_checks=surveyed_checks(bill_checks(grid, baseline), sure.calibration),
        budget_yuan=wishes.budget_yuan,
        loss_notes=loss_notes(building),
        weather=weather.use(),
        certainty=sure.certainty,
        calibration=sure.calibration,
    )


def assess_baseline(
    household: Building | BuildingFacts, tables: EnergyTables, *, weather: Weather | None = None
) -> Assessment:
    """The house as it is, without measures and without ranges: what a panel can show while the audit is computed.

    Its figures are those of `Audit.baseline`; only P10 and P90 are missing.

    Raises:
        InputFault: as `audit`.
    """
    building = build(household, tables) if isinstance(household, BuildingFacts) else household
    weather = weather or make_weather(tables, building.terrain, building.height_m)
    building = know(building, tables, weather).building
    setting = make_setting(building, tables, weather, [])
    row = rows_of(setting, np.zeros((1, len(setting.groups)), np.int16))[0]
    limit = limit_w(building.systems, tables)
    detail = trace(row, setting.drivers, *set_points(building.schedule, wish=False), limit)
    season = summed(detail, setting.drivers, setting.weights.rows)
    usual = figures(setting, setting.plants[0], season)
    return assess_state(setting, setting.plants[0], row, usual, usual, 0, 0.0, limit, detail)


def _place_alone(grid: Grid, code: str) -> tuple[int, int]:
    """State and plant of a measure done by itself."""
    setting = grid.setting
    for at, options in enumerate(setting.plant_options):
        if any(option.measure.id == code for option in options):
            return 0, at
    digits = [0] * len(setting.groups)
    for at, group in enumerate(setting.groups):
        for number, option in enumerate(group, 1):
            if option.measure.id == code:
                digits[at] = number
    return grid.place(digits), 0


def _offer(grid: Grid, verdict: Verdict, wishes: Wishes = NO_WISHES) -> Offer:
    measure, option = verdict.measure, verdict.option
    name = f"energy.measure.{measure.id}"
    wanted = measure.works in wishes.wanted
    if option is None:
        return Offer(measure.id, name, measure.group, False, verdict.reasons, wanted=wanted)
    place = _place_alone(grid, measure.id)
    money = paid(grid, [option])
    own, saving = money.own(measure.id), float(grid.saving[place])
    low, mid, high = option.cost_yuan
    return Offer(
        code=measure.id,
        name=name,
        group=measure.group,
        applicable=True,
        reasons=(),
        amount=quantity(option.amount, option.unit, "amount_of_work"),
        investment_yuan=Quantity(
            mid, "CNY", low, high, "energy.formula.investment", source=measure.source, status=measure.status
        ),
        subsidy_yuan=quantity(money.subsidy[measure.id], "CNY", "subsidy", status="to_confirm"),
        own_cost_yuan=quantity(own, "CNY", "own_cost", status="to_confirm"),
        saving_alone_yuan=quantity(saving, "CNY/a", "saving", status="to_confirm"),
        payback_alone_a=payback(own, saving),
        life_a=measure.life_a,
        wanted=wanted,
    )


def _near_misses(grid: Grid, verdicts: Sequence[Verdict]) -> tuple[NearMiss, ...]:
    """The single measures that come nearest to paying: payback over life, the smallest first."""
    found: list[tuple[float, NearMiss]] = []
    for verdict in verdicts:
        offer = _offer(grid, verdict)
        if offer.own_cost_yuan is None or offer.saving_alone_yuan is None or offer.saving_alone_yuan.value <= 0:
            continue
        assert offer.life_a is not None  # every offered measure has a life
        back = offer.payback_alone_a
        ratio = back.value / offer.life_a if back is not None else np.inf
        miss = NearMiss(offer.code, offer.name, offer.own_cost_yuan, offer.saving_alone_yuan, back, offer.life_a)
        found.append((float(ratio), miss))
    found.sort(key=lambda item: (item[0], item[1].code))
    return tuple(miss for _, miss in found[:_MISSES])


def _points(grid: Grid, seed: int) -> tuple[tuple[FrontierPoint, ...], tuple[FrontierPoint, ...]]:
    """The frontier in order of own money, and a sample of what it dominates."""
    best = frontier(grid.own_cost, grid.co2_saving_kg)
    beaten = np.ones(grid.saving.size, dtype=bool)
    beaten[best] = False
    rest = np.flatnonzero(beaten)
    draw = np.random.default_rng(seed)
    sample = np.sort(draw.choice(rest, size=min(_CLOUD, len(rest)), replace=False)) if len(rest) else rest
    return tuple(_point(grid, int(at)) for at in best), tuple(_point(grid, int(at)) for at in sample)


def _point(grid: Grid, flat: int) -> FrontierPoint:
    state, plant = (int(value) for value in np.unravel_index(flat, grid.saving.shape))
    return FrontierPoint(
        own_cost_yuan=float(grid.own_cost[state, plant]),
        co2_saving_t=float(grid.co2_saving_kg[state, plant]) / 1000.0,
        measures=measures_of(grid, state, plant),
    )
