"""What energy costs: tiers, the valley tariff with its capped subsidy, subsidies of a season, fees.

All functions take a household's quantities as arrays (N,), or (states, plants), and work with the tariffs that `tables`
has in force (`EnergyTables.on`). A tier's price counts for the part of the amount inside its bounds:

    cost(x) = p_1 x + sum over k > 1 of (p_k - p_(k-1)) max(x - b_k, 0)

b_k the lower bound of tier k in the unit bought. Quantities below zero count as zero: nobody is paid for energy not
used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from cpdesk.energy.money.programmes import ANYONE, Applicant, granted
from cpdesk.energy.rows import Tariff
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats

PRICED: Final = ("tier", "heating_day", "heating_valley", "valley_subsidy", "season_subsidy")
NO_SCHEMES: Final[Mapping[str, str]] = {}


def edition(day: date | None) -> str:
    """The year a row begins, as it is printed; empty for a row that always stood."""
    return "" if day is None else str(day.year)


def amount(carrier: str, energy_kwh: Floats, tables: EnergyTables) -> Floats:
    """Amount in the unit the carrier is bought in (kWh, kg, m3)."""
    return energy_kwh / tables.factors[carrier].kwh_per_unit


def rows_of(tables: EnergyTables, carrier: str, item: str, scheme: str = "") -> list[Tariff]:
    """The rows of one tariff in force, in the order of the table."""
    return [row for row in tables.tariffs if row.item == item and row.carrier == carrier and row.scheme == scheme]


def tier_bounds(
    carrier: str, tables: EnergyTables, *, scheme: str = "", persons: float | None = None
) -> tuple[tuple[float, float], ...]:
    """(lower bound in the unit bought, price in CNY per unit) of each tier, from zero upwards.

    Args:
        scheme: a tariff beside the usual one, such as `general` gas; the usual one where a carrier does not have it.
        persons: of the household; large ones have wider tiers where the tariff says so.
    """
    rows = rows_of(tables, carrier, "tier", scheme) or rows_of(tables, carrier, "tier")
    found = []
    for row in sorted(rows, key=lambda item: item.from_amount):
        many = persons is not None and row.persons_from is not None and persons >= row.persons_from
        extra = (row.persons_extra or 0.0) if many and row.from_amount > 0 else 0.0
        found.append((row.from_amount + extra, row.price_yuan))
    return tuple(found)


def tiered(
    quantity: Floats,
    carrier: str,
    tables: EnergyTables,
    base: ArrayLike = 0.0,
    *,
    scheme: str = "",
    persons: float | None = None,
) -> Floats:
    """Cost in CNY of a yearly quantity, in the unit bought, on top of `base` in a tariff of tiers."""
    tiers = tier_bounds(carrier, tables, scheme=scheme, persons=persons)
    below = np.maximum(np.asarray(base, dtype=float), 0.0)
    above = np.maximum(np.asarray(base, dtype=float) + quantity, 0.0)
    price = tiers[0][1]
    total = price * above - price * below
    for bound, next_price in tiers[1:]:
        step = next_price - price
        total = total + (step * np.maximum(above - bound, 0.0) - step * np.maximum(below - bound, 0.0))
        price = next_price
    result: Floats = np.asarray(total)
    return result


def marginal_price(
    quantity: ArrayLike,
    carrier: str,
    tables: EnergyTables,
    *,
    scheme: str = "",
    persons: float | None = None,
    unit: Literal["next", "last"] = "next",
) -> Floats:
    """Price in CNY of the next, or of the last, unit bought at a yearly quantity.

    At a bound the next unit has the price of the tier above, the last one that of the tier below.
    """
    tiers = tier_bounds(carrier, tables, scheme=scheme, persons=persons)
    bounds = np.array([bound for bound, _ in tiers])
    prices = np.array([price for _, price in tiers])
    place = np.searchsorted(bounds, np.asarray(quantity, dtype=float), side="right" if unit == "next" else "left") - 1
    result: Floats = prices[np.clip(place, 0, len(prices) - 1)]
    return result


def has_valley_tariff(tables: EnergyTables) -> bool:
    """Whether a day and a valley price for heating are in force."""
    return bool(rows_of(tables, "electricity", "heating_day") and rows_of(tables, "electricity", "heating_valley"))


def capped_subsidy(quantity: Floats, carrier: str, item: str, tables: EnergyTables, scheme: str = "") -> Floats:
    """What is paid on a season's quantity, in CNY and positive, up to the cap of each row."""
    paid = np.zeros_like(quantity)
    for row in rows_of(tables, carrier, item, scheme):
        cap = np.inf if row.to_amount is None else row.to_amount
        paid = paid - row.price_yuan * np.clip(quantity, 0.0, cap)
    return paid


def valley_cost(day_kwh: Floats, valley_kwh: Floats, tables: EnergyTables) -> Floats:
    """Cost of a heating season by day and valley, before the valley subsidy."""
    day_price = rows_of(tables, "electricity", "heating_day")[0].price_yuan
    valley_price = rows_of(tables, "electricity", "heating_valley")[0].price_yuan
    return day_price * np.maximum(day_kwh, 0.0) + valley_price * np.maximum(valley_kwh, 0.0)


def cost_by_carrier(
    energy: Energy,
    tables: EnergyTables,
    *,
    valley_meter: bool,
    base_kwh: float,
    persons: float | None = None,
    schemes: Mapping[str, str] = NO_SCHEMES,
) -> dict[str, Floats]:
    """What a season's heating costs by carrier, in CNY, running subsidies taken off.

    Electricity of a coal-to-electricity household is priced by day and valley, the valley with a subsidy up to its cap;
    other electricity is priced in the yearly tiers on top of `base_kwh` of other use.

    Args:
        schemes: by carrier, a tariff beside the usual one.
    """
    found: dict[str, Floats] = {}
    for carrier, kwh in energy.kwh.items():
        scheme = schemes.get(carrier, "")
        quantity = amount(carrier, kwh, tables)
        if carrier == "electricity" and valley_meter and has_valley_tariff(tables):
            valley = energy.valley_kwh
            paid = capped_subsidy(valley, carrier, "valley_subsidy", tables)
            found[carrier] = valley_cost(quantity - valley, valley, tables) - paid
            continue
        base = base_kwh if carrier == "electricity" else 0.0
        cost = tiered(quantity, carrier, tables, base, scheme=scheme, persons=persons)
        if rows_of(tables, carrier, "season_subsidy", scheme):
            cost = cost - capped_subsidy(quantity, carrier, "season_subsidy", tables, scheme)
        found[carrier] = cost
    return found


def running_subsidy(
    energy: Energy, tables: EnergyTables, *, valley_meter: bool, schemes: Mapping[str, str] = NO_SCHEMES
) -> Floats:
    """What the government pays on a season's heating, in CNY a year: valley subsidy and subsidies of fuels."""
    total = np.zeros_like(energy.valley_kwh)
    for carrier, kwh in energy.kwh.items():
        scheme = schemes.get(carrier, "")
        if carrier == "electricity" and valley_meter and has_valley_tariff(tables):
            total = total + capped_subsidy(energy.valley_kwh, carrier, "valley_subsidy", tables)
        elif rows_of(tables, carrier, "season_subsidy", scheme):
            quantity = amount(carrier, kwh, tables)
            total = total + capped_subsidy(quantity, carrier, "season_subsidy", tables, scheme)
    return total


def co2_kg(energy: Energy, tables: EnergyTables) -> Floats:
    """CO2 of the final energy in kg, without that of this year's plants (`carbon.biogenic_co2_kg`)."""
    factors = tables.factors
    return summed(energy.kwh, {code: factors[code].co2_kg_per_unit / factors[code].kwh_per_unit for code in energy.kwh})


def kgce(energy: Energy, tables: EnergyTables) -> Floats:
    """Standard coal of the final energy in kg (GB/T 2589-2020, equivalent values)."""
    factors = tables.factors
    return summed(energy.kwh, {code: factors[code].kgce_per_unit / factors[code].kwh_per_unit for code in energy.kwh})


def summed(kwh: Mapping[str, Floats], per_kwh: Mapping[str, float]) -> Floats:
    """Sum of energy by carrier times a factor per kWh."""
    result, *rest = (per_kwh[carrier] * value for carrier, value in kwh.items())
    for part in rest:
        result = result + part
    return result


def subsidies(
    costs: Mapping[str, Floats],
    area_m2: float,
    tables: EnergyTables,
    applicant: Applicant = ANYONE,
    power_kw: Mapping[str, Floats] | None = None,
) -> dict[str, dict[str, Floats]]:
    """What each programme pays for each measure, caps and stacking kept, never more than the measure costs.

    Args:
        costs: by measure id, for N combinations; zero where a combination does not hold the measure.
        area_m2: heated area.
        applicant: who asks; programmes for some townships or kinds of households pay only where this is known.
        power_kw: installed power by measure id, for programmes that pay by it.

    Returns:
        By programme id, then by measure id.

    Raises:
        InputFault: CP-1373 a programme pays by power and the power is not given.
    """
    return {item.row.id: item.paid for item in granted(costs, area_m2, tables, applicant, power_kw)}


def annuity(rate: float, years: float) -> float:
    """Present value of one yuan a year: (1 - (1 + r)^-n) / r, n at rate zero."""
    return years if rate == 0 else (1.0 - (1.0 + rate) ** -years) / rate
