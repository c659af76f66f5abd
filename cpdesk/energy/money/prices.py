"""What energy costs: tiers, the valley tariff with its capped subsidy, subsidies of a season, fees.

All functions take a household's quantities as arrays (N,), or (states, plants), and work with the tariffs that `tables`
has in force (`EnergyTables.on`). A tier's price counts for the part of the amount inside its bounds:

    cost(x) = p_1 x + sum over k > 1 of (p_k - p_(k-1)) max(x - b_k, 0)

b_k the lower bound of tier k in the unit bought. Quantities below zero count as zero: nobody is paid for energy not
used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from cpdesk.energy.money.programmes import ANYONE, Applicant, granted
from cpdesk.energy.money.windows import NO_OTHER, OtherUse, Windows
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


def electricity_cost(
    heating_kwh: ArrayLike,
    heating_valley_kwh: ArrayLike,
    other: Windows,
    tables: EnergyTables,
    *,
    valley_meter: bool,
    persons: float | None = None,
) -> tuple[Floats, Floats]:
    """A year of electricity in CNY, the subsidy taken off, and the subsidy.

    With a valley meter everything drawn in the season is priced by day and valley, heating and other uses under one
    cap of the subsidy; the rest of the year runs through the tiers from zero. Without one the whole year does.
    """
    heating, in_valley = np.maximum(heating_kwh, 0.0), np.maximum(heating_valley_kwh, 0.0)
    if not (valley_meter and has_valley_tariff(tables)):
        drawn = np.maximum(heating + other.total_kwh, 0.0)
        return tiered(drawn, "electricity", tables, persons=persons), np.zeros_like(drawn)
    day = np.maximum(heating - in_valley + other.season_day_kwh, 0.0)
    valley = np.maximum(in_valley + other.season_valley_kwh, 0.0)
    paid = capped_subsidy(valley, "electricity", "valley_subsidy", tables)
    rest = tiered(np.maximum(other.rest_kwh, 0.0), "electricity", tables, persons=persons)
    return valley_cost(day, valley, tables) - paid + rest, paid


def fuel_cost(
    carrier: str,
    kwh: Floats,
    tables: EnergyTables,
    *,
    scheme: str = "",
    persons: float | None = None,
    area_m2: float = 0.0,
) -> tuple[Floats, Floats]:
    """A year of a fuel or of heat in CNY, the subsidy taken off, and the subsidy.

    Args:
        area_m2: heated area; heat by area costs its fee and nothing by the kWh.
    """
    quantity = amount(carrier, np.maximum(kwh, 0.0), tables)
    fee = sum(row.price_yuan for row in rows_of(tables, carrier, "area_fee", scheme)) * area_m2 if scheme else 0.0
    if scheme.startswith("area_"):
        return np.full_like(quantity, fee), np.zeros_like(quantity)
    paid = capped_subsidy(quantity, carrier, "season_subsidy", tables, scheme)
    return tiered(quantity, carrier, tables, scheme=scheme, persons=persons) - paid + fee, paid


def scheme_of(carrier: str, schemes: Mapping[str, str], *, heating: bool) -> str:
    """The tariff of a carrier: gas of a household that does not heat with it is priced as `general`."""
    return schemes.get(carrier, "general" if carrier == "gas" and not heating else "")


def other_cost(
    carrier: str, other: OtherUse, tables: EnergyTables, *, persons: float | None = None
) -> tuple[Floats, Floats]:
    """What a carrier of the other uses costs a year as the house is, in CNY, and the subsidy on it.

    This is what heating is priced on top of, whatever the works change of meter and tariff.
    """
    if carrier == "electricity":
        return electricity_cost(0.0, 0.0, other.electricity, tables, valley_meter=other.metered, persons=persons)
    kwh, scheme = np.asarray(other.kwh.get(carrier, 0.0), dtype=float), scheme_of(carrier, NO_SCHEMES, heating=False)
    return fuel_cost(carrier, kwh, tables, scheme=scheme, persons=persons)


def cost_by_carrier(
    energy: Energy,
    tables: EnergyTables,
    *,
    valley_meter: bool,
    other: OtherUse = NO_OTHER,
    persons: float | None = None,
    schemes: Mapping[str, str] = NO_SCHEMES,
) -> dict[str, Floats]:
    """What a season's heating costs by carrier, in CNY, running subsidies taken off.

    It is what the year's bill with heating is over that of the other uses alone (`other_cost`): of electricity without
    a valley meter the upper tiers; with one also what the other uses of the season save, or lose, by its windows.

    Args:
        other: what the household buys beside heating.
        schemes: by carrier, a tariff beside the usual one.
    """
    return {code: cost for code, cost, _ in _on_top(energy, tables, valley_meter, other, persons, schemes)}


def running_subsidy(
    energy: Energy,
    tables: EnergyTables,
    *,
    valley_meter: bool,
    other: OtherUse = NO_OTHER,
    schemes: Mapping[str, str] = NO_SCHEMES,
) -> Floats:
    """What the government pays on a season's heating, in CNY a year: valley subsidy and subsidies of fuels; with a new
    valley meter also on what the other uses draw in the valley."""
    total = np.zeros_like(energy.valley_kwh)
    for _, _, paid in _on_top(energy, tables, valley_meter, other, None, schemes):
        total = total + paid
    return total


def _on_top(
    energy: Energy,
    tables: EnergyTables,
    valley_meter: bool,
    other: OtherUse,
    persons: float | None,
    schemes: Mapping[str, str],
) -> Iterator[tuple[str, Floats, Floats]]:
    """Carrier, cost and subsidy of heating on top of other uses; electricity too where only its meter changes."""
    carriers = list(energy.kwh)
    if "electricity" not in energy.kwh and valley_meter != other.metered:
        carriers.append("electricity")
    for carrier in carriers:
        kwh = energy.kwh.get(carrier, np.zeros_like(energy.valley_kwh))
        if carrier == "electricity":
            cost, paid = electricity_cost(
                kwh, energy.valley_kwh, other.electricity, tables, valley_meter=valley_meter, persons=persons
            )
        else:
            together = np.maximum(kwh, 0.0) + other.kwh.get(carrier, 0.0)
            scheme = scheme_of(carrier, schemes, heating=True)
            cost, paid = fuel_cost(carrier, together, tables, scheme=scheme, persons=persons)
        before, paid_before = other_cost(carrier, other, tables, persons=persons)
        yield carrier, cost - before, paid - paid_before


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
