"""A season's heating bill line by line: every amount with its price and the row of the tariff it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cpdesk.energy.money.prices import NO_SCHEMES, amount, has_valley_tariff, rows_of, tier_bounds
from cpdesk.energy.rows import Tariff
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import Quantity


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
    base_kwh: float,
    persons: float | None = None,
    schemes: Mapping[str, str] = NO_SCHEMES,
) -> tuple[Line, ...]:
    """The lines of one state, `at` its place; they sum to `prices.cost_by_carrier`. Arguments as there."""
    found: list[Line] = []
    for carrier, kwh in energy.kwh.items():
        scheme = schemes.get(carrier, "")
        quantity = float(amount(carrier, kwh[at : at + 1], tables)[0])
        if carrier == "electricity" and valley_meter and has_valley_tariff(tables):
            valley = float(energy.valley_kwh[at])
            found += _lines(rows_of(tables, carrier, "heating_day"), quantity - valley)
            found += _lines(rows_of(tables, carrier, "heating_valley"), valley)
            found += _lines(rows_of(tables, carrier, "valley_subsidy"), valley)
            continue
        base = base_kwh if carrier == "electricity" else 0.0
        found += _tier_lines(carrier, quantity, base, tables, scheme, persons)
        found += _lines(rows_of(tables, carrier, "season_subsidy", scheme), quantity)
    return tuple(found)


def _lines(rows: list[Tariff], quantity: float) -> list[Line]:
    """Prices without tiers and subsidies up to their cap."""
    parts = [(row, min(max(quantity, 0.0), np.inf if row.to_amount is None else row.to_amount)) for row in rows]
    return [_line(row, part) for row, part in parts if part > 0]


def _tier_lines(
    carrier: str, quantity: float, base: float, tables: EnergyTables, scheme: str, persons: float | None
) -> list[Line]:
    """The part of a quantity on top of `base` in each tier."""
    rows = rows_of(tables, carrier, "tier", scheme) or rows_of(tables, carrier, "tier")
    rows = sorted(rows, key=lambda row: row.from_amount)
    bounds = [bound for bound, _ in tier_bounds(carrier, tables, scheme=scheme, persons=persons)]
    found = []
    for row, lower, upper in zip(rows, bounds, [*bounds[1:], np.inf], strict=True):
        part = float(np.clip(base + quantity, lower, upper) - np.clip(base, lower, upper))
        if part > 0:
            found.append(_line(row, part))
    return found


def _line(row: Tariff, part: float) -> Line:
    unit = row.unit.removesuffix("/a")
    yuan = Quantity(
        value=row.price_yuan * part, unit="CNY/a", formula="energy.formula.bill_line",
        inputs=(("energy.term.amount", part, unit), ("energy.term.price", row.price_yuan, f"CNY/{unit}")),
        source=row.source, status=row.status,
    )  # fmt: skip
    return Line(row.id, part, yuan)
