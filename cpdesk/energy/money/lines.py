"""A season's heating bill line by line: every amount with its price and the row of the tariff it comes from.

Heating costs what the year's bill with it is over that of the other uses alone. Where works bring a valley meter, other
uses of the season leave the tiers: they stand in the lines of day and valley, what they leave as amounts below zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cpdesk.energy.money.prices import NO_SCHEMES, amount, has_valley_tariff, rows_of, scheme_of, tier_bounds
from cpdesk.energy.money.windows import NO_OTHER, OtherUse, Windows
from cpdesk.energy.rows import Tariff
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import Quantity

_LEAST = 1e-9
_Parts = list[tuple[Tariff, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: tariff row, amount in the unit bought, what it costs (a subsidy is below zero)."""

    tariff: str
    amount: float
    yuan: Quantity


def bill_lines(
    energy: Energy,
    at: int,
    tables: EnergyTables,
    *,
    valley_meter: bool,
    other: OtherUse = NO_OTHER,
    persons: float | None = None,
    schemes: Mapping[str, str] = NO_SCHEMES,
) -> dict[str, tuple[Line, ...]]:
    """By carrier the lines of one state, `at` its place; they sum to `prices.cost_by_carrier`. Arguments as there."""
    carriers = list(energy.kwh)
    if "electricity" not in energy.kwh and valley_meter != other.metered:
        carriers.append("electricity")
    found = {}
    for carrier in carriers:
        kwh = float(energy.kwh[carrier][at]) if carrier in energy.kwh else 0.0
        if carrier == "electricity":
            windows = _at(other.electricity)
            after = _electricity(kwh, float(energy.valley_kwh[at]), windows, tables, persons, meter=valley_meter)
            before = _electricity(0.0, 0.0, windows, tables, persons, meter=other.metered)
        else:
            alone = other.kwh.get(carrier, 0.0)
            after = _fuel(carrier, kwh + alone, tables, scheme_of(carrier, schemes, heating=True), persons)
            before = _fuel(carrier, alone, tables, scheme_of(carrier, NO_SCHEMES, heating=False), persons)
        found[carrier] = _differences(after, before)
    return found


def _at(windows: Windows) -> tuple[float, float, float]:
    return float(windows.season_day_kwh), float(windows.season_valley_kwh), float(windows.rest_kwh)


def _electricity(
    kwh: float,
    valley_kwh: float,
    other: tuple[float, float, float],
    tables: EnergyTables,
    persons: float | None,
    *,
    meter: bool,
) -> _Parts:
    """Amounts of a year's electricity by row of the tariff."""
    if not (meter and has_valley_tariff(tables)):
        return _tiers("electricity", kwh + sum(other), tables, "", persons)
    day, valley, rest = other
    return [
        *_up_to_cap(rows_of(tables, "electricity", "heating_day"), kwh - valley_kwh + day),
        *_up_to_cap(rows_of(tables, "electricity", "heating_valley"), valley_kwh + valley),
        *_up_to_cap(rows_of(tables, "electricity", "valley_subsidy"), valley_kwh + valley),
        *_tiers("electricity", rest, tables, "", persons),
    ]


def _fuel(carrier: str, kwh: float, tables: EnergyTables, scheme: str, persons: float | None) -> _Parts:
    """Amounts of a year's fuel by row of the tariff."""
    quantity = float(amount(carrier, np.array(kwh), tables))
    subsidies = _up_to_cap(rows_of(tables, carrier, "season_subsidy", scheme), quantity)
    return [*_tiers(carrier, quantity, tables, scheme, persons), *subsidies]


def _up_to_cap(rows: list[Tariff], quantity: float) -> _Parts:
    """Prices without tiers and subsidies up to their cap."""
    return [(row, min(max(quantity, 0.0), np.inf if row.to_amount is None else row.to_amount)) for row in rows]


def _tiers(carrier: str, quantity: float, tables: EnergyTables, scheme: str, persons: float | None) -> _Parts:
    """The part of a quantity in each tier."""
    rows = rows_of(tables, carrier, "tier", scheme) or rows_of(tables, carrier, "tier")
    rows = sorted(rows, key=lambda row: row.from_amount)
    bounds = [bound for bound, _ in tier_bounds(carrier, tables, scheme=scheme, persons=persons)]
    return [
        (row, max(min(quantity, upper) - lower, 0.0))
        for row, lower, upper in zip(rows, bounds, [*bounds[1:], np.inf], strict=True)
    ]


def _differences(after: _Parts, before: _Parts) -> tuple[Line, ...]:
    """What heating adds to the amount of each row."""
    rows = {row.id: row for row, _ in (*after, *before)}
    amounts = dict.fromkeys(rows, 0.0)
    for sign, parts in ((1.0, after), (-1.0, before)):
        for row, part in parts:
            amounts[row.id] += sign * part
    return tuple(_line(rows[code], part) for code, part in amounts.items() if abs(part) > _LEAST)


def _line(row: Tariff, part: float) -> Line:
    unit = row.unit.removesuffix("/a")
    yuan = Quantity(
        value=row.price_yuan * part, unit="CNY/a", formula="energy.formula.bill_line",
        inputs=(("energy.term.amount", part, unit), ("energy.term.price", row.price_yuan, f"CNY/{unit}")),
        source=row.source, status=row.status,
    )  # fmt: skip
    return Line(row.id, part, yuan)
