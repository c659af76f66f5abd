"""Fuel, money and carbon of solved states with one plant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cpdesk.energy.money.indicators import Terms
from cpdesk.energy.money.prices import co2_kg, cost_by_carrier, kgce, summed
from cpdesk.energy.retrofit.setting import Setting
from cpdesk.energy.systems.plants import Energy, Plant, final_energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.states import Solution


@dataclass(frozen=True, slots=True)
class Figures:
    """Season figures of (states,) with one plant at one pair of set points.

    Attributes:
        present_cost: present value of heating over the horizon in CNY, every carrier with the growth of its price.
    """

    energy: Energy
    cost: Floats
    present_cost: Floats
    co2_kg: Floats
    kgce: Floats
    need_kwh: Floats
    peak_w: Floats
    coldest_c: Floats
    mean_c: Floats


@dataclass(frozen=True, slots=True)
class Capital:
    """Money of the works in CNY: price, own money, PVI of the own money, and present value of more maintenance."""

    investment: Floats
    own_cost: Floats
    present_invested: Floats
    present_upkeep: Floats


def figures(setting: Setting, plant: Plant, solution: Solution, limit: Floats | None = None) -> Figures:
    """Fuel, money and carbon of all states with one plant; `limit` the heat of a new one in W."""
    tables = setting.tables
    capacity = None if plant.code.startswith("keep") else limit
    energy = final_energy(plant, solution.sums, setting.weights, tables, capacity_w=capacity)
    costs = cost_by_carrier(energy, tables, valley_meter=plant.valley_meter, other=setting.other)
    cost, present = totals(costs, tables)
    return Figures(
        energy=energy,
        cost=cost,
        present_cost=present,
        co2_kg=co2_kg(energy, tables),
        kgce=kgce(energy, tables),
        need_kwh=solution.sums[0] / 1000.0,
        peak_w=solution.peak_w,
        coldest_c=solution.coldest_c,
        mean_c=solution.mean_c,
    )


def totals(costs: Mapping[str, Floats], tables: EnergyTables) -> tuple[Floats, Floats]:
    """Sum of costs by carrier in CNY a year, and their present value over the horizon."""
    terms = Terms.of(tables)
    present = summed(costs, {carrier: terms.energy_worth(carrier, tables) for carrier in costs})
    return summed(costs, dict.fromkeys(costs, 1.0)), present


def energy_between(usual: Energy, wish: Energy, warmth: Floats | float) -> Energy:
    """Final energy on the way from usual to wished set points."""
    kwh = {carrier: value + warmth * (wish.kwh[carrier] - value) for carrier, value in usual.kwh.items()}
    return Energy(kwh, usual.valley_kwh + warmth * (wish.valley_kwh - usual.valley_kwh))


def warmth_of(cost_usual: Floats, cost_wish: Floats, present: float, share: float) -> Floats:
    """Share of the way from usual to wished set points that a household takes, spending a share of its saving."""
    dearer = np.maximum(cost_wish - cost_usual, 0.0)
    spent = np.minimum(share * np.maximum(present - cost_usual, 0.0), dearer)
    return np.divide(spent, dearer, out=np.zeros_like(dearer), where=dearer > 1e-9)
