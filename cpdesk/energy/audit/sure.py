"""How sure an audit is: calibration before it, ranges, advice and influences after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cpdesk.energy.certainty.advice import advice, influences
from cpdesk.energy.certainty.calibrate import calibrate
from cpdesk.energy.certainty.draws import Family, Houses, evenly, make_family, prior_houses
from cpdesk.energy.certainty.figures import certainty
from cpdesk.energy.certainty.outcomes import Chosen, as_audited, chosen, outcomes
from cpdesk.energy.certainty.unsure import PRICE, Z90
from cpdesk.energy.money.indicators import Terms
from cpdesk.energy.retrofit.grid import Grid, make_setting
from cpdesk.energy.retrofit.packages import Choice
from cpdesk.energy.retrofit.sun_heating import SunHeating
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather
from cpdesk.model.assessment import Assessment, BillCheck, Influence, Package, Quantity
from cpdesk.model.building import Building
from cpdesk.model.certainty import Calibration, Certainty, Range, VillageUse

DRAWS: Final = 200
_CALIBRATION_SEED: Final = 0
"""One for all, so that the house as it is has the same figures in the panel and in every reprint."""


@dataclass(frozen=True, slots=True)
class Known:
    """A house with what its bills say.

    Attributes:
        building: what the audit computes with: at the posterior's mean where bills were used, else as surveyed.
        houses: draws of the posterior, `None` where those of the survey count.
    """

    building: Building
    family: Family
    houses: Houses | None
    report: Calibration | None


def know(building: Building, tables: EnergyTables, weather: Weather, village: Sequence[VillageUse] = ()) -> Known:
    """Calibrate a surveyed building to its bills, or to the village where it has none.

    The setting needs no base of other electricity: bills are matched in kWh, kg and m3 with that month taken off, and
    no money of the draws made here is read.
    """
    family = make_family(building, tables)
    if not building.bills and not village:
        return Known(building, family, None, None)
    setting = make_setting(building, tables, weather, [])
    found = calibrate(setting, family, draws=DRAWS, seed=_CALIBRATION_SEED, village=village)
    if found is None:
        return Known(building, family, None, None)
    return Known(found.building, family, found.houses, found.report)


@dataclass(frozen=True, slots=True)
class Sure:
    """What sampling adds to an audit.

    Attributes:
        price_savings: yearly saving of package A with fuel prices at their P10 and P90; empty without A.
    """

    baseline: Assessment
    packages: list[Package]
    certainty: Certainty
    calibration: Calibration | None
    influences: tuple[Influence, ...]
    price_savings: tuple[float, ...]


def make_sure(
    sun: SunHeating,
    choices: Sequence[Choice],
    baseline: Assessment,
    packages: Sequence[Package],
    known: Known,
    seed: int,
) -> Sure:
    """Ranges of the house as it is and of the packages, the strongest influences and the answers worth measuring."""
    grid = sun.grid
    works = chosen(grid, choices)
    houses = known.houses or prior_houses(known.family, draws=DRAWS, seed=seed)
    # The middle of the survey goes along as one more draw: what the audit would have said without the bills.
    middle = np.zeros((1, len(houses.dimensions)))
    every = outcomes(grid.setting, works, evenly(houses.family, np.vstack([houses.z, middle])))
    # What standing panels give heating is taken as the audit has it, without a range of its own.
    more = np.array([sun.more_yuan(choice.state, choice.plant, choice.warmth) for choice in choices])
    every = every.with_sun(more, Terms.of(grid.setting.tables).energy_worth("electricity", grid.setting.tables))
    found = every.first(len(houses.z))
    best = next((at for at, choice in enumerate(choices) if choice.code == "A"), None)
    told = () if best is None else advice(found.saving[:, best], houses, grid.setting, found.amounts)
    sure = certainty(found, works, houses, calibrated=known.houses is not None, advice=told)
    report = known.report
    if report is not None and report.used and best is not None:
        before = float(every.saving[-1, best])
        change = 100.0 * (packages[best].saving_yuan.value / before - 1.0) if before > 0.0 else None
        report = replace(report, saving_change_pct=change)
    return Sure(
        baseline=_ranged(baseline, sure),
        packages=[_ranged_package(package, sure, at) for at, package in enumerate(packages)],
        certainty=sure,
        calibration=report,
        influences=() if best is None else influences(found.saving[:, best], houses),
        price_savings=() if best is None else _price_savings(grid, works[best], known.family, float(more[best])),
    )


def _price_savings(grid: Grid, package: Chosen, family: Family, sun_yuan: float) -> tuple[float, ...]:
    """Saving with fuel prices at P10 and P90, all else as in the audit; `sun_yuan` more by standing panels."""
    z = np.zeros((2, len(family.dimensions)))
    at = next((at for at, item in enumerate(family.dimensions) if item.key == PRICE), None)
    if at is None:
        return ()
    z[:, at] = -Z90, Z90
    alone = evenly(Family(family.dimensions, grid.setting.building, ()), z)
    return tuple(float(value) + sun_yuan for value in as_audited(grid, (package,), alone).saving[:, 0])


def _with(figure: Quantity, found: Range) -> Quantity:
    """A figure with its range; the figure itself always lies within."""
    return replace(figure, low=min(found.p10, figure.value), high=max(found.p90, figure.value))


def _ranged(baseline: Assessment, sure: Certainty) -> Assessment:
    return replace(
        baseline,
        cost_yuan=_with(baseline.cost_yuan, sure.cost_yuan),
        heat_need_kwh=_with(baseline.heat_need_kwh, sure.need_kwh),
        final_energy_kwh=_with(baseline.final_energy_kwh, sure.final_energy_kwh),
        co2_t=_with(baseline.co2_t, sure.co2_t),
        coldest_days_c=_with(baseline.coldest_days_c, sure.coldest_days_c),
    )


def _ranged_package(package: Package, sure: Certainty, at: int) -> Package:
    found = sure.packages[at]
    back = package.payback_a
    if back is not None:
        low = back.value if found.payback_low_a is None else min(found.payback_low_a, back.value)
        high = None if found.payback_high_a is None else max(found.payback_high_a, back.value)
        back = replace(back, low=low, high=high)
    npv = _with(package.npv_yuan, found.npv_yuan)
    return replace(
        package,
        saving_yuan=_with(package.saving_yuan, found.saving_yuan),
        payback_a=back,
        npv_yuan=npv,
        views={**package.views, "payback": back, "npv_household": npv},
        co2_saving_t=_with(package.co2_saving_t, found.co2_saving_t),
        coldest_days_c=_with(package.coldest_days_c, found.coldest_days_c),
    )


def surveyed_checks(checks: tuple[BillCheck, ...], report: Calibration | None) -> tuple[BillCheck, ...]:
    """Modelled against billed use, the model as surveyed: calibrated figures would only agree with themselves."""
    if report is None or not report.used:
        return checks
    before = {item.carrier: item.before.p50 for item in report.carriers}
    return tuple(
        replace(item, modelled=before[item.carrier], ratio=before[item.carrier] / item.billed)
        if item.carrier in before
        else item
        for item in checks
    )
