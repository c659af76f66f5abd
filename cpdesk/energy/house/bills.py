"""What was bought for heating in a season, with what is used for other purposes taken off."""

from __future__ import annotations

from cpdesk.energy.house.ledger import Ledger
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, Bill, BillFacts


def season_bills(bills: BillFacts, tables: EnergyTables, ledger: Ledger) -> tuple[Bill, ...]:
    """Heating use of a season by carrier, with what is burnt for other purposes taken off."""
    found: list[Bill] = []

    def add(carrier: str, amount: float, unit: str, answer: Answer[float]) -> None:
        if amount > 0:
            found.append(Bill(carrier, amount, unit, answer.quality))

    for name, carrier, factor in (
        ("coal_briquette_t", "coal", 1000.0),
        ("coal_loose_t", "coal_loose", 1000.0),
        ("pellet_kg", "pellets", 1.0),
        ("wood_kg", "wood", tables.rule("wood_heat_share")),
    ):
        answer: Answer[float] | None = getattr(bills, name)
        if answer is not None:
            limits = (0.0, 15.0) if name.endswith("_t") else (0.0, 20000.0)
            value = ledger.number(f"bill.{name}", answer, 0.0, "t" if name.endswith("_t") else "kg", limits=limits)
            add(carrier, value * factor, "kg", answer)
    if bills.elec_season_kwh is not None:
        season = ledger.number("bill.elec_season_kwh", bills.elec_season_kwh, 0.0, "kWh", limits=(0, 60000))
        base = tables.rule("base_month_kwh")
        other = ledger.number("bill.elec_other_month_kwh", bills.elec_other_month_kwh, base, "kWh", limits=(0, 3000))
        add("electricity", season - 4.0 * other, "kWh", bills.elec_season_kwh)
    gas = bills.gas_season_m3 or bills.gas_year_m3
    if gas is not None:
        add("gas", ledger.number("bill.gas_m3", gas, 0.0, "m3", limits=(0, 10000)), "m3", gas)
    return tuple(found)
