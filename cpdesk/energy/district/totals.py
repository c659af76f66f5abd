"""Sums over houses: totals with their ranges, counts, what the plan counts.

Ranges are sampled. With G the factors that all houses share (model, price, carbon, price of works, effect of works;
each log-normal in two pieces through its P10 and P90) and e_i the own error of house i (log-normal, sd s_i, mean one),

    total = G sum_i x_i e_i,    sum_i x_i e_i  ~  Normal(sum x_i, sum x_i^2 (exp(s_i^2) - 1))

the own errors by the central limit theorem for the sum (a stock of one house takes its own log-normal). G holds model
for need; model x price for cost; model x carbon for carbon; with effect of works for what is saved; prices of works for
investments. The same draws stand behind all totals, so that they are correlated as they are in truth; own errors fade
with the number of houses, shared ones do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from cpdesk.energy.district.figures import DistrictFigures
from cpdesk.energy.systems.power import HouseholdPower, village_power
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.assessment import Quantity
from cpdesk.model.district import LEVELS, Group, HouseFigures, PlanTarget, Split, Spread

_Z90: Final = 1.2815515655446004
_SEED: Final = 20251115
_SHARED: Final = ("model_spread", "price_spread", "carbon_spread", "cost_spread", "work_spread")
_PUMPS: Final = ("ashp", "gshp")


class Sampler:
    """Draws that all totals of a run share."""

    def __init__(self, figures: DistrictFigures) -> None:
        draws = int(figures["sample_draws"])
        random = np.random.default_rng(_SEED)
        self._own = random.standard_normal(draws)
        self._shared: dict[str, Floats] = {}
        for name in _SHARED:
            z = random.standard_normal(draws)
            low, high = math.log(figures[f"{name}_low"]), math.log(figures[f"{name}_high"])
            self._shared[name] = np.exp(np.where(z < 0, -low, high) / _Z90 * z)

    def spread(self, values: Sequence[float], sds: Sequence[float], shared: Sequence[str], unit: str) -> Spread:
        """A total of houses with its range; `sds` by house in logarithms, `shared` the factors they have in common."""
        total = math.fsum(values)
        if not values:
            return Spread(0.0, 0.0, 0.0, 0.0, unit)
        if len(values) == 1:
            drawn = total * np.exp(sds[0] * self._own - 0.5 * sds[0] ** 2)
        else:
            variance = math.fsum(x * x * math.expm1(s * s) for x, s in zip(values, sds, strict=True))
            drawn = total + math.sqrt(variance) * self._own
        for name in shared:
            drawn = drawn * self._shared[name]
        low, middle, high = (float(value) for value in np.percentile(drawn, (10, 50, 90)))
        return Spread(total, low, middle, high, unit)


_TOTALS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "need_kwh": ("kWh/a", ("model_spread",)),
    "final_kwh": ("kWh/a", ("model_spread",)),
    "cost_yuan": ("CNY/a", ("model_spread", "price_spread")),
    "carbon_kg": ("kg/a", ("model_spread", "carbon_spread")),
    "kgce": ("kgce/a", ("model_spread",)),
}


def totals_today(houses: Sequence[HouseFigures], sampler: Sampler) -> dict[str, Spread]:
    """Sums of the stock as it is."""
    sds = [house.spread for house in houses]
    found = {
        name: sampler.spread([float(getattr(house, name)) for house in houses], sds, shared, unit)
        for name, (unit, shared) in _TOTALS.items()
    }
    area = math.fsum(house.area_m2 for house in houses)
    return {**found, "area_m2": Spread(area, area, area, area, "m2")}


_AFTER: Final[Mapping[str, tuple[str, tuple[str, ...], bool]]] = {
    "own_yuan": ("CNY", ("cost_spread",), False),
    "subsidy_yuan": ("CNY", ("cost_spread",), False),
    "saving_yuan": ("CNY/a", ("model_spread", "price_spread", "work_spread"), True),
    "carbon_kg": ("kg/a", ("model_spread", "carbon_spread", "work_spread"), True),
    "power_kw": ("kW", (), False),
}


def totals_after(houses: Sequence[HouseFigures], split: Split, sampler: Sampler) -> dict[str, Spread]:
    """Sums of what the split does."""
    by_id = {house.id: house for house in houses}
    chosen = [(by_id[pick.house], pick.option) for pick in split.picks]
    found = {}
    for name, (unit, shared, own_errors) in _AFTER.items():
        values = [float(getattr(house.options, name)[at]) for house, at in chosen]
        sds = [house.spread if own_errors else 0.0 for house, _ in chosen]
        found[name] = sampler.spread(values, sds, shared, unit)
    number = float(len(chosen))
    return {**found, "households": Spread(number, number, number, number, "")}


_BY: Final[Mapping[str, Callable[[HouseFigures], str]]] = {
    "township": lambda house: house.township,
    "village": lambda house: f"{house.township}/{house.village}",
    "archetype": lambda house: house.archetype,
    "era": lambda house: house.era,
    "heating": lambda house: house.heating,
}


def groups(houses: Sequence[HouseFigures], split: Split) -> tuple[Group, ...]:
    """Counts and sums by township, village, archetype, era and heating; in the order of their keys."""
    picks = {pick.house: pick.option for pick in split.picks}
    found = []
    for by, key_of in _BY.items():
        parts: dict[str, list[HouseFigures]] = {}
        for house in houses:
            parts.setdefault(key_of(house), []).append(house)
        found += [_group(by, key, parts[key], picks) for key in sorted(parts)]
    return tuple(found)


def _group(by: str, key: str, houses: Sequence[HouseFigures], picks: Mapping[str, int]) -> Group:
    chosen = [(house.options, picks[house.id]) for house in houses if house.id in picks]
    return Group(
        by=by, key=key, houses=len(houses), surveyed=sum(house.surveyed for house in houses),
        area_m2=math.fsum(house.area_m2 for house in houses), need_kwh=math.fsum(house.need_kwh for house in houses),
        cost_yuan=math.fsum(house.cost_yuan for house in houses),
        carbon_kg=math.fsum(house.carbon_kg for house in houses), chosen=len(chosen),
        own_yuan=math.fsum(options.own_yuan[at] for options, at in chosen),
        subsidy_yuan=math.fsum(options.subsidy_yuan[at] for options, at in chosen),
        saving_yuan=math.fsum(options.saving_yuan[at] for options, at in chosen),
        carbon_saving_kg=math.fsum(options.carbon_kg[at] for options, at in chosen),
        power_kw=math.fsum(options.power_kw[at] for options, at in chosen),
    )  # fmt: skip


def village_peaks(
    houses: Sequence[HouseFigures], split: Split, tables: EnergyTables
) -> dict[tuple[str, str], tuple[Quantity, Quantity]]:
    """By township and village: power at the transformer in kVA today and with the split, all uses together.

    Works change the power of heating; of other uses today's stands for both.
    """
    picks = {pick.house: pick.option for pick in split.picks}
    villages: dict[tuple[str, str], list[HouseFigures]] = {}
    for house in houses:
        villages.setdefault((house.township, house.village), []).append(house)

    def peak(inside: Sequence[HouseFigures], *, after: bool) -> Quantity:
        return village_power(
            [
                HouseholdPower(
                    house.heating_kw + (house.options.power_kw[picks.get(house.id, 0)] if after else 0.0),
                    house.others_kw, house.vehicle_kw,
                )
                for house in inside
            ], tables,
        )  # fmt: skip

    return {key: (peak(inside, after=False), peak(inside, after=True)) for key, inside in sorted(villages.items())}


def plan_targets(houses: Sequence[HouseFigures], split: Split, figures: DistrictFigures) -> tuple[PlanTarget, ...]:
    """What the plan counts, today and after the split.

    An energy-saving farmhouse is one that saves a share of its carbon (`energy_saving_share`, own rule: the plan names
    no measure). Ultra-low-energy and zero-carbon farmhouses are those whose option reaches the level, as audits judge.
    """
    picks = {pick.house: pick.option for pick in split.picks}
    share = figures["energy_saving_share"]
    places = {row.key: row.townships for row in figures.targets}

    def has(house: HouseFigures, *words: str) -> bool:
        at = picks.get(house.id, 0)
        return any(code.startswith(words) for code in house.options.measures[at])

    def saves(house: HouseFigures) -> bool:
        at = picks.get(house.id, 0)
        return at > 0 and house.options.carbon_kg[at] - house.options.extra_kg[at] >= share * house.heating_kg

    def reaches(house: HouseFigures, at: int, code: str) -> bool:
        return bool(house.options.levels) and code in house.options.levels[at].split()

    def level(code: str) -> tuple[float, float]:
        now = sum(reaches(house, 0, code) for house in houses)
        return float(now), float(sum(reaches(house, picks.get(house.id, 0), code) for house in houses))

    counts: dict[str, tuple[float, float]] = {
        "energy_saving": (0.0, float(sum(saves(house) for house in houses))),
        **{code: level(code) for code in LEVELS},
        "pv": _count(houses, lambda one: one.pv, lambda one: has(one, "pv")),
        "solar_water": _count(houses, lambda one: one.solar_water, lambda one: has(one, "solar_water")),
        "heat_pump_hills": _count(
            [house for house in houses if house.township in places.get("heat_pump_hills", ())],
            lambda one: one.heating.startswith(_PUMPS), lambda one: has(one, *_PUMPS),
        ),
        "no_bottled_gas": _count(houses, lambda one: not one.bottled_gas, lambda one: has(one, "cook_")),
        "carbon": _carbon(houses, split),
    }  # fmt: skip
    return tuple(
        PlanTarget(row.key, row.article, row.unit, row.by_year, row.target, *counts[row.key], row.status, row.source)
        for row in figures.targets
        if row.key in counts
    )


def _count(
    houses: Sequence[HouseFigures], now: Callable[[HouseFigures], bool], then: Callable[[HouseFigures], bool]
) -> tuple[float, float]:
    return float(sum(now(one) for one in houses)), float(sum(now(one) or then(one) for one in houses))


def _carbon(houses: Sequence[HouseFigures], split: Split) -> tuple[float, float]:
    today = math.fsum(house.carbon_kg for house in houses) / 1000.0
    return today, today - split.carbon_kg / 1000.0
