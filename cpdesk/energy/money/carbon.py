"""Energy, standard coal and carbon in their units, and the variants of the factors.

GB/T 2589-2020: standard coal at the equivalent value (dangliang, what the energy would be worth as heat) or at the
primary value (dengjia, what the power stations burn for it); they differ for electricity only. 1 kgce = 29.3076 MJ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cpdesk.energy.money.prices import summed
from cpdesk.energy.rows import Factor
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats

KGCE_MJ: Final = 29.3076
KWH_MJ: Final = 3.6


def energy_kwh(carrier: str, bought: Floats, tables: EnergyTables) -> Floats:
    """Energy in kWh of an amount in the unit bought; the way back from `prices.amount`."""
    return bought * tables.factors[carrier].kwh_per_unit


def kgce_of_heat(kwh: Floats) -> Floats:
    """Standard coal in kg of heat in kWh, by the heat value of standard coal (GB/T 2589-2020)."""
    return kwh * (KWH_MJ / KGCE_MJ)


def heat_of_kgce(coal_kg: Floats) -> Floats:
    """Heat in kWh of standard coal in kg; the way back from `kgce_of_heat`."""
    return coal_kg * (KGCE_MJ / KWH_MJ)


def primary_kgce(kwh: Mapping[str, Floats], tables: EnergyTables) -> Floats:
    """Standard coal in kg at the primary value: electricity counts what power stations burn for it in the year.

    A carrier without a primary value of its own counts its equivalent value (GB/T 2589-2020).
    """
    return summed(kwh, {carrier: _primary(tables.factors[carrier]) for carrier in kwh})


def _primary(row: Factor) -> float:
    value = row.kgce_per_unit if row.kgce_primary_per_unit is None else row.kgce_primary_per_unit
    return value / row.kwh_per_unit


def biogenic_co2_kg(kwh: Mapping[str, Floats], tables: EnergyTables) -> Floats:
    """CO2 in kg from burning plants; printed apart, never added to `prices.co2_kg`."""
    factors = {carrier: tables.factors[carrier] for carrier in kwh}
    return summed(
        kwh, {code: (row.biogenic_co2_kg_per_unit or 0.0) / row.kwh_per_unit for code, row in factors.items()}
    )


def grid_regions(tables: EnergyTables) -> dict[str, tuple[int, ...]]:
    """Years of the electricity factors by region, for those who choose one (`EnergyTables.on`)."""
    found: dict[str, list[int]] = {}
    for row in tables.factor_versions:
        if row.region:
            found.setdefault(row.region, []).append(int(row.year[:4]))
    return {region: tuple(sorted(years)) for region, years in found.items()}
