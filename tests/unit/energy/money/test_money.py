"""Tariffs, subsidies, systems: tiers, caps, COP."""

from __future__ import annotations

import numpy as np
import pytest

from cpdesk.energy.money.prices import annuity, cost_by_carrier, subsidies, tiered
from cpdesk.energy.systems.heat_pumps import curve
from cpdesk.energy.systems.plants import Energy, limit_w
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import HeatingSystem


def test_gas_tiers(tables: EnergyTables) -> None:
    cost = tiered(np.array([1000.0, 2000.0, 3000.0]), "gas", tables)
    assert cost == pytest.approx([2610, 1500 * 2.61 + 500 * 2.83, 1500 * 2.61 + 1000 * 2.83 + 500 * 4.23])


def test_electricity_tiers_stand_on_other_use(tables: EnergyTables) -> None:
    assert tiered(np.array([100.0]), "electricity", tables, base=4800.0)[0] == pytest.approx(78.83)


def test_valley_subsidy_stops_at_its_cap(tables: EnergyTables) -> None:
    def cost(kwh: float) -> float:
        energy = Energy({"electricity": np.array([kwh])}, np.array([kwh]))
        costs = cost_by_carrier(energy, tables, valley_meter=True)
        return float(sum(cost[0] for cost in costs.values()))

    assert cost(10000) == pytest.approx(0.1 * 10000)
    assert cost(12000) - cost(10000) == pytest.approx(0.3 * 2000)


def test_subsidies_keep_cap_and_cost(tables: EnergyTables) -> None:
    dear = subsidies({"ashp_water": np.array([25000.0, 0.0, 5000.0])}, 200.0, tables)
    assert dear["ashp_city"]["ashp_water"] == pytest.approx([12000, 0, 5000])
    works = subsidies({"wall_eps80": np.array([20000.0]), "roof_xps80": np.array([20000.0])}, 100.0, tables)
    assert sum(float(item[0]) for item in works["envelope_one"].values()) == pytest.approx(10000)


def test_annuity() -> None:
    assert annuity(0.03, 15) == pytest.approx(11.938, abs=1e-3)
    assert annuity(0.0, 15) == 15


def test_cop_follows_table_and_falls_with_water_temperature(tables: EnergyTables) -> None:
    outdoor = np.array([-25.0, -12.0, 7.0, 30.0])
    cool, warm = curve(tables, "water", 35.0, outdoor), curve(tables, "water", 55.0, outdoor)
    assert cool[1] == 2.41
    assert (cool > warm).all()
    assert (np.diff(cool[:3]) > 0).all()
    assert cool[3] == cool[2]  # held at the edge of the table
    middle = curve(tables, "water", 40.0, outdoor)[1]
    assert middle == pytest.approx((2.41 + 2.13) / 2)


def test_heat_pump_capacity_at_the_design_temperature(tables: EnergyTables) -> None:
    pump = HeatingSystem("ashp_water", "electricity", 1.0, 2.2, 0.9, 10.0, 45.0)
    ratio = float(curve(tables, "water", 45.0, np.array([-7.6]), capacity=True)[0])
    assert 0.98 < ratio < 1.10
    assert limit_w((pump,), tables) == pytest.approx(10000 * ratio * 0.9)
