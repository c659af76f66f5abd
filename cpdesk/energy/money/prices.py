"""Money and carbon: tariffs with tiers and a capped valley subsidy, subsidies with caps, annuities."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cpdesk.energy.rows import Tariff
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats


def amount(carrier: str, energy_kwh: Floats, tables: EnergyTables) -> Floats:
    """Amount in the unit the carrier is bought in (kWh, kg, m3)."""
    return energy_kwh / tables.factors[carrier].kwh_per_unit


def tiered(quantity: Floats, carrier: str, tables: EnergyTables, base: float = 0.0) -> Floats:
    """Cost of a quantity on top of `base` in a tariff of tiers."""
    total = np.zeros_like(quantity)
    for row in _tariffs(tables, carrier, "tier"):
        upper = np.inf if row.to_amount is None else row.to_amount
        taken = np.clip(base + quantity, row.from_amount, upper) - np.clip(base, row.from_amount, upper)
        total = total + row.price_yuan * taken
    return total


def cost_by_carrier(energy: Energy, tables: EnergyTables, *, valley_meter: bool, base_kwh: float) -> dict[str, Floats]:
    """What a season's heating costs by carrier.

    Electricity of a coal-to-electricity household is priced by day and valley, the valley with a subsidy up to its cap;
    other electricity is priced in the yearly tiers on top of `base_kwh` of other use.
    """
    found: dict[str, Floats] = {}
    for carrier, kwh in energy.kwh.items():
        quantity = amount(carrier, kwh, tables)
        if carrier == "electricity" and valley_meter:
            valley = energy.valley_kwh
            cost = _price(tables, "heating_day") * (quantity - valley) + _price(tables, "heating_valley") * valley
            for row in _tariffs(tables, carrier, "valley_subsidy"):
                cap = np.inf if row.to_amount is None else row.to_amount
                cost = cost + row.price_yuan * np.minimum(valley, cap)
            found[carrier] = cost
        else:
            found[carrier] = tiered(quantity, carrier, tables, base_kwh if carrier == "electricity" else 0.0)
    return found


def total_cost(energy: Energy, tables: EnergyTables, *, valley_meter: bool, base_kwh: float) -> Floats:
    """Cost of a season over all carriers."""
    costs = cost_by_carrier(energy, tables, valley_meter=valley_meter, base_kwh=base_kwh)
    return np.sum(list(costs.values()), axis=0)  # type: ignore[no-any-return]


def co2_kg(energy: Energy, tables: EnergyTables) -> Floats:
    """CO2 of the final energy in kg."""
    parts = [
        amount(carrier, kwh, tables) * tables.factors[carrier].co2_kg_per_unit for carrier, kwh in energy.kwh.items()
    ]
    return np.sum(parts, axis=0)  # type: ignore[no-any-return]


def kgce(energy: Energy, tables: EnergyTables) -> Floats:
    """Standard coal of the final energy in kg (GB/T 2589-2020, equivalent values)."""
    parts = [
        amount(carrier, kwh, tables) * tables.factors[carrier].kgce_per_unit for carrier, kwh in energy.kwh.items()
    ]
    return np.sum(parts, axis=0)  # type: ignore[no-any-return]


def subsidies(costs: Mapping[str, Floats], area_m2: float, tables: EnergyTables) -> dict[str, dict[str, Floats]]:
    """What each programme pays for each measure, caps kept, never more than the measure costs.

    Args:
        costs: by measure id, for N combinations; zero where a combination does not hold the measure.

    Returns:
        By programme id, then by measure id.
    """
    found: dict[str, dict[str, Floats]] = {}
    for row in tables.subsidies:
        held = {code: costs[code] for code in row.measures if code in costs}
        if not held:
            continue
        total = np.sum(list(held.values()), axis=0)
        wanted = row.rate * total if row.basis == "share_of_cost" else np.where(total > 0, row.rate * area_m2, 0.0)
        paid = np.minimum(np.minimum(wanted, row.cap_yuan), total)
        share = np.divide(paid, total, out=np.zeros_like(total), where=total > 0)
        found[row.id] = {code: cost * share for code, cost in held.items()}
    return found


def annuity(rate: float, years: float) -> float:
    """Present value of one yuan a year: (1 - (1 + r)^-n) / r, n at rate zero."""
    return years if rate == 0 else (1.0 - (1.0 + rate) ** -years) / rate


def _tariffs(tables: EnergyTables, carrier: str, item: str) -> list[Tariff]:
    return [row for row in tables.tariffs if row.carrier == carrier and row.item == item]


def _price(tables: EnergyTables, item: str) -> float:
    return next(row.price_yuan for row in tables.tariffs if row.item == item)
