"""What was bought for heating in a season, with what is used for other purposes taken off, and how sure that is.

A bill of the whole year is split by the months without heating: heating = year - 12 x base month; one of the season:
season - months of the season x base month. The half-width of P10 to P90 of what is left adds in quadrature that of
the bill (by how it is known, `bill_errors.csv`) and that of what was taken off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from cpdesk.energy.house.base_months import Base
from cpdesk.energy.house.ledger import Ledger
from cpdesk.energy.rows import Rule
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, Bill, BillFacts
from cpdesk.model.records import Quality

_YEAR_MONTHS: Final = 12.0
_ELECTRICITY: Final = ("elec_season_kwh", "elec_year_kwh", "elec_valley_kwh")
_LEAST_SHARE: Final = 0.1  # of what is left over at P10: a bill cannot say that the rooms were not heated


@dataclass(frozen=True, slots=True)
class _Other:
    """What is taken off: amount and half-width of P10 to P90, in the bill's unit."""

    amount: float = 0.0
    half: float = 0.0


def season_bills(
    bills: BillFacts, tables: EnergyTables, ledger: Ledger, month: Base, gas_month: Base
) -> tuple[Bill, ...]:
    """Heating use of a season by carrier in its unit (kWh, kg, m3), with P10 and P90.

    Args:
        month, gas_month: electricity and piped gas of a month apart from heating.

    Raises:
        InputFault: CP-1301 an amount no household buys.
    """
    found = [
        *_solid(bills, tables, ledger), *_electricity(bills, tables, ledger, month),
        *_gas(bills, tables, ledger, gas_month), *_bottles(bills, tables, ledger),
    ]  # fmt: skip
    return tuple(found)


def _bill(
    key: str, carrier: str, amount: float, unit: str, quality: Quality, tables: EnergyTables, other: _Other
) -> list[Bill]:
    """A bill of `amount`, less what is used otherwise; nothing where nothing is left."""
    row = tables.bill_errors[carrier]
    shares = {Quality.MEASURED: row.measured, Quality.BILL: row.bill}
    left = amount - other.amount
    if left <= 0:
        return []
    half = math.hypot(shares.get(quality, row.estimated) * amount, other.half)
    low = max(left - half, _LEAST_SHARE * left)
    return [Bill(carrier, left, unit, quality, low, left + half, key)]


def _solid(bills: BillFacts, tables: EnergyTables, ledger: Ledger) -> list[Bill]:
    """Coal, pellets and wood; part of the wood cooks."""
    found: list[Bill] = []
    share = tables.rules["wood_heat_share"]
    for name, carrier, factor in (
        ("coal_briquette_t", "coal", 1000.0),
        ("coal_loose_t", "coal_loose", 1000.0),
        ("pellet_kg", "pellets", 1.0),
        ("wood_kg", "wood", 1.0),
    ):
        answer: Answer[float] | None = getattr(bills, name)
        if answer is None:
            continue
        tons = name.endswith("_t")
        limits = (0.0, 15.0) if tons else (0.0, 20000.0)
        value = factor * ledger.number(f"bill.{name}", answer, 0.0, "t" if tons else "kg", limits=limits)
        other = _Other()
        if carrier == "wood":
            other = _Other((1.0 - share.value) * value, 0.5 * (share.high - share.low) * value)
        found += _bill(f"bill.{name}", carrier, value, "kg", answer.quality, tables, other)
    return found


def _electricity(bills: BillFacts, tables: EnergyTables, ledger: Ledger, base: Base) -> list[Bill]:
    """The season's bill, else the year's, else the season worked out from its valley reading."""
    name = next((item for item in _ELECTRICITY if getattr(bills, item) is not None), None)
    if name is None:
        return []
    answer: Answer[float] = getattr(bills, name)
    amount = ledger.number(f"bill.{name}", answer, 0.0, "kWh", limits=(0, 60000))
    unsure = 0.0
    if name == "elec_valley_kwh":
        share = tables.rules["valley_share_season"]
        amount /= share.value
        unsure = 0.5 * (share.high - share.low) / share.value * amount
    months = _YEAR_MONTHS if name == "elec_year_kwh" else tables.rule("season_months")
    other = _Other(months * base.value, math.hypot(months * base.half, unsure))
    return _bill(f"bill.{name}", "electricity", amount, "kWh", answer.quality, tables, other)


def _gas(bills: BillFacts, tables: EnergyTables, ledger: Ledger, base: Base) -> list[Bill]:
    season, year = bills.gas_season_m3, bills.gas_year_m3
    answer = season or year
    if answer is None:
        return []
    amount = ledger.number("bill.gas_m3", answer, 0.0, "m3", limits=(0, 10000))
    months = tables.rule("season_months") if season else _YEAR_MONTHS
    other = _Other(months * base.value, months * base.half)
    key = "bill.gas_season_m3" if season else "bill.gas_year_m3"
    return _bill(key, "gas", amount, "m3", answer.quality, tables, other)


def _bottles(bills: BillFacts, tables: EnergyTables, ledger: Ledger) -> list[Bill]:
    answer = bills.lpg_bottles
    if answer is None:
        return []
    count = ledger.number("bill.lpg_bottles", answer, 0.0, "", limits=(0, 200))
    other = _months(tables.rules["base_month_lpg_kg"], _YEAR_MONTHS)
    return _bill("bill.lpg_bottles", "lpg", count * tables.rule("bottle_kg"), "kg", answer.quality, tables, other)


def _months(row: Rule, months: float) -> _Other:
    return _Other(months * row.value, months * 0.5 * (row.high - row.low))
