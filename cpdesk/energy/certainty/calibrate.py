"""Calibration to fuel bills: all carriers together, in logarithms, by importance sampling.

The bills are likelihood, the survey's ranges the prior: log bill = log use(z) + error. A Gauss-Newton step on the
linear response of the prior draws gives a Gaussian near the posterior; draws from it are solved exactly and weighted
with prior x likelihood / proposal, so that the result does not rest on the line. Where the weights collapse, the step
is repeated about the new draws. Before that the prior predictive probability of the bills decides whether they and the
survey can both be right: where not, nothing is forced and the figures stay those of the survey.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.certainty.draws import Family, Houses, building_at, evenly, prior_houses
from cpdesk.energy.certainty.figures import to_range
from cpdesk.energy.certainty.latin import latin_hypercube, quantiles
from cpdesk.energy.certainty.outcomes import Outcomes, outcomes
from cpdesk.energy.certainty.response import fit
from cpdesk.energy.certainty.statement import agreement, contradiction, only_unmatched
from cpdesk.energy.certainty.unsure import CARBON, CHOICE, COST, NEW_SYSTEM, PRICE, TAKE_BACK, WORK, Z90, Unsure
from cpdesk.energy.retrofit.grid import Setting
from cpdesk.energy.rows import Rule
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.building import Bill, Building
from cpdesk.model.certainty import Calibration, CarrierFit, Move, VillageUse
from cpdesk.model.records import Quality

PRIOR_DRAWS: Final = 96
_STEPS: Final = 3
_GOOD_SHARE: Final = 0.5  # effective share of the draws that needs no further step
_WIDER: Final = 1.5  # the bills' variance in the proposal over the true one, so that the posterior's tails are covered
_MOVED: Final = 0.15  # half-widths below which nobody would call an assumption moved
_MOVES: Final = 6
_DEAF: Final = (PRICE, COST, CARBON, WORK, TAKE_BACK, NEW_SYSTEM)
"""Dimensions that no bill of the house as it is can hear."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What came of the bills.

    Attributes:
        building: at the posterior's mean where the bills were used, else as surveyed.
        houses: draws of the posterior, or `None`: take the prior's.
    """

    report: Calibration
    building: Building
    houses: Houses | None


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """Bills in logarithms: (carriers,) values and (carriers, carriers) covariance of their errors."""

    bills: tuple[Bill, ...]
    log_amounts: Floats
    noise: Floats

    def predicted(self, found: Outcomes) -> Floats:
        """(draws, carriers) logarithm of what the house uses."""
        used = np.column_stack([found.amounts[bill.carrier] for bill in self.bills])
        result: Floats = np.log(np.maximum(used, 1e-3))
        return result

    def log_density(self, predicted: Floats) -> Floats:
        """Logarithm of the likelihood of each draw, up to a constant."""
        away = self.log_amounts - predicted
        result: Floats = -0.5 * np.einsum("ij,jk,ik->i", away, np.linalg.inv(self.noise), away)
        return result


def village_bills(village: Sequence[VillageUse], building: Building) -> tuple[Bill, ...]:
    """The village's average use as a very unsure bill, for a household that has none.

    Neighbours heat with one fuel; of a household with several each bill is that of the fuel's share.

    Raises:
        InputFault: CP-1380 percentiles that do not ascend.
    """
    for item in village:
        if not 0.0 < item.p10_m2 <= item.p50_m2 <= item.p90_m2:
            raise InputFault("CP-1380", carrier=item.carrier, p10=item.p10_m2, p50=item.p50_m2, p90=item.p90_m2)
    shares: dict[str, float] = {}
    for system in building.systems:
        shares[system.carrier] = shares.get(system.carrier, 0.0) + system.share * building.floor_area_m2
    return tuple(
        Bill(item.carrier, item.p50_m2 * area, item.unit, Quality.DEFAULT, item.p10_m2 * area, item.p90_m2 * area,
             "village")
        for item in village if (area := shares.get(item.carrier, 0.0)) > 0.0
    )  # fmt: skip


def calibrate(
    setting: Setting, family: Family, *, draws: int, seed: int, village: Sequence[VillageUse] = ()
) -> Calibrated | None:
    """Calibrate the house of a setting to its bills; `None` where it has none.

    Args:
        draws: of the calibrated sample.
        village: average use of the neighbours, taken where the household has no bill.
    """
    building, tables = setting.building, setting.tables
    carriers = {system.carrier for system in building.systems}
    own = tuple(bill for bill in building.bills if bill.carrier in carriers)
    strange = [bill for bill in building.bills if bill.carrier not in carriers]
    bills = own or village_bills(village, building)
    if not bills and not strange:
        return None
    prior = prior_houses(family, draws=PRIOR_DRAWS, seed=seed)
    before = outcomes(setting, (), prior)
    worth = tables.rule("unmatched_bill_share") * float(np.median(before.energy_kwh))
    unmatched = tuple(
        bill.carrier for bill in strange if _low(bill) * tables.factors[bill.carrier].kwh_per_unit >= worth
    )
    if not bills and not unmatched:
        return None
    report = Calibration(
        used=False, agrees=False, p_value=1.0, effective=0.0, need_before=to_range(before.need_kwh), need_after=None,
        carriers=(), moves=(), statement="", fields={}, unmatched=unmatched, village=not own and bool(bills),
    )  # fmt: skip
    if report.village:
        asked = [item for item in village if item.carrier in {bill.carrier for bill in bills}]
        latest = max(item.latest for item in asked)
        report = replace(report, neighbours=min(item.households for item in asked), neighbours_until=latest)
    if not bills:
        return Calibrated(only_unmatched(report), building, None)
    likelihood = _likelihood(bills, tables)
    hearing = np.array([item.key not in _DEAF for item in prior.dimensions])
    line = fit(prior.z[:, hearing], likelihood.predicted(before), prior.weights)
    spread = line.slope @ line.slope.T + np.diag(line.residual) + likelihood.noise
    away = likelihood.log_amounts - line.at
    p_value = chi_square_tail(float(away @ np.linalg.solve(spread, away)), len(bills))
    report = replace(report, p_value=p_value, carriers=_fits(likelihood, before, None, prior.weights))
    if p_value < tables.rule("bill_contradiction_p"):
        sigmas = away / np.sqrt(np.diag(spread))
        return Calibrated(contradiction(report, setting, prior.dimensions, sigmas), building, None)
    houses, after = _posterior(setting, prior, line.at, line.slope, line.residual, likelihood, hearing, draws, seed)
    middle = houses.weights @ houses.z
    point = _possible(building, tables, houses.dimensions, middle)
    report = replace(
        report, used=True, agrees=True, effective=houses.effective,
        need_after=to_range(after.need_kwh, houses.weights),
        carriers=_fits(likelihood, before, after, houses.weights), moves=_moves(houses),
    )  # fmt: skip
    return Calibrated(agreement(report), point, houses)


def _possible(building: Building, tables: EnergyTables, dimensions: tuple[Unsure, ...], z: Floats) -> Building:
    """The building at z, or as near to it from the survey as a house can be."""
    for share in (1.0, 0.75, 0.5, 0.25):
        try:
            return building_at(building, tables, dimensions, share * z)
        except InputFault:
            continue
    return building


def _likelihood(bills: tuple[Bill, ...], tables: EnergyTables) -> _Likelihood:
    return _Likelihood(bills, np.log(np.array([bill.amount for bill in bills])), bill_noise(bills, tables))


def bill_noise(bills: Sequence[Bill], tables: EnergyTables) -> Floats:
    """Covariance of the logarithms of bills: each one's own error, and the weather of the winter, which all share."""
    own = [math.log(_high(bill) / _low(bill)) / (2.0 * Z90) for bill in bills]
    weather = _deviation(tables.rules["bill_weather_spread"])
    return np.diag(np.array(own) ** 2) + weather**2 * np.ones((len(bills), len(bills)))


def _low(bill: Bill) -> float:
    return bill.low if bill.low is not None else 0.8 * bill.amount


def _high(bill: Bill) -> float:
    return bill.high if bill.high is not None else 1.2 * bill.amount


def _deviation(row: Rule) -> float:
    """Standard deviation of the logarithm of a factor with this P10 and P90."""
    return math.log(row.high / row.low) / (2.0 * Z90)


def chi_square_tail(value: float, freedom: int) -> float:
    """Probability that a chi-square of whole degrees of freedom exceeds a value (recursion from one or two)."""
    if freedom % 2:
        tail, number = math.erfc(math.sqrt(value / 2.0)), 1
    else:
        tail, number = math.exp(-value / 2.0), 2
    while number < freedom:
        tail += (value / 2.0) ** (number / 2.0) * math.exp(-value / 2.0) / math.gamma(number / 2.0 + 1.0)
        number += 2
    return tail


def _posterior(
    setting: Setting,
    prior: Houses,
    level: Floats,
    slope: Floats,
    residual: Floats,
    likelihood: _Likelihood,
    hearing: Floats,
    draws: int,
    seed: int,
) -> tuple[Houses, Outcomes]:
    """Weighted draws of the posterior, solved exactly."""
    standard = latin_hypercube([item.key for item in prior.dimensions], draws, seed + 1)
    best: tuple[Houses, Outcomes] | None = None
    for _ in range(_STEPS):
        noise = _WIDER * likelihood.noise + np.diag(residual)
        precision = np.eye(slope.shape[1]) + slope.T @ np.linalg.solve(noise, slope)
        covariance = np.linalg.inv(precision)
        mean = covariance @ slope.T @ np.linalg.solve(noise, likelihood.log_amounts - level)
        root = np.linalg.cholesky(covariance)
        z = standard.copy()
        z[:, hearing] = mean + standard[:, hearing] @ root.T
        houses = evenly(prior.family, z)
        found = outcomes(setting, (), houses)
        predicted = likelihood.predicted(found)
        away = np.linalg.solve(root, (houses.z[:, hearing] - mean).T)
        proposal = -0.5 * np.sum(away**2, axis=0)
        log_weight = likelihood.log_density(predicted) - 0.5 * np.sum(houses.z[:, hearing] ** 2, axis=1) - proposal
        weights = np.exp(log_weight - log_weight.max())
        houses = replace(houses, weights=weights / weights.sum())
        if best is None or houses.effective > best[0].effective:
            best = (houses, found)
        if houses.effective >= _GOOD_SHARE * draws:
            break
        line = fit(houses.z[:, hearing], predicted, np.ones(draws))
        level, slope, residual = line.at, line.slope, line.residual
    assert best is not None  # at least one step was made
    return best


def _fits(likelihood: _Likelihood, before: Outcomes, after: Outcomes | None, weights: Floats) -> tuple[CarrierFit, ...]:
    return tuple(
        CarrierFit(
            bill.carrier, bill.unit, bill.amount, _low(bill), _high(bill), to_range(before.amounts[bill.carrier]),
            None if after is None else to_range(after.amounts[bill.carrier], weights),
        )
        for bill in likelihood.bills
    )  # fmt: skip


def _moves(houses: Houses) -> tuple[Move, ...]:
    """The assumptions that moved most."""
    found = []
    for at, item in enumerate(houses.dimensions):
        if item.kind == CHOICE or not item.members or item.key in _DEAF:
            continue
        low, middle, high = (float(value) for value in item.values(np.array([-Z90, 0.0, Z90])))
        after = quantiles(item.values(houses.z[:, at]), (0.1, 0.5, 0.9), houses.weights)
        shift = (after[1] - middle) / (0.5 * (high - low))
        if abs(shift) >= _MOVED:
            found.append(_move(item, (low, middle, high), (after[0], after[1], after[2]), shift))
    found.sort(key=lambda move: (-abs(move.shift), move.key))
    return tuple(found[:_MOVES])


def _move(item: Unsure, before: tuple[float, float, float], after: tuple[float, float, float], shift: float) -> Move:
    return Move(item.members[0].key, item.place, item.name, item.unit, before, after, shift)
