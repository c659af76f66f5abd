"""Fuel, money and carbon of solved states with one plant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cpdesk.energy.money.prices import co2_kg, kgce, total_cost
from cpdesk.energy.retrofit.setting import Setting
from cpdesk.energy.systems.plants import Energy, Plant, final_energy
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.states import Solution


@dataclass(frozen=True, slots=True)
class Figures:
    """Season figures of (states,) with one plant at one pair of set points."""

    energy: Energy
    cost: Floats
    co2_kg: Floats
    kgce: Floats
    need_kwh: Floats
    peak_w: Floats
    coldest_c: Floats
    mean_c: Floats


def figures(setting: Setting, plant: Plant, solution: Solution, limit: Floats | None = None) -> Figures:
    """Fuel, money and carbon of all states with one plant; `limit` the heat of a new one in W."""
    tables = setting.tables
    capacity = None if plant.code.startswith("keep") else limit
    energy = final_energy(plant, solution.sums, setting.weights, tables, capacity_w=capacity)
    return Figures(
        energy=energy,
        cost=total_cost(energy, tables, valley_meter=plant.valley_meter, base_kwh=setting.base_kwh),
        co2_kg=co2_kg(energy, tables),
        kgce=kgce(energy, tables),
        need_kwh=solution.sums[0] / 1000.0,
        peak_w=solution.peak_w,
        coldest_c=solution.coldest_c,
        mean_c=solution.mean_c,
    )


def warmth_of(cost_usual: Floats, cost_wish: Floats, present: float, share: float) -> Floats:
    """Share of the way from usual to wished set points that a household takes, spending a share of its saving."""
    dearer = np.maximum(cost_wish - cost_usual, 0.0)
    spent = np.minimum(share * np.maximum(present - cost_usual, 0.0), dearer)
    return np.divide(spent, dearer, out=np.zeros_like(dearer), where=dearer > 1e-9)
