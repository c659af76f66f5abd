"""What a household buys in a month apart from heating: billed, else from what the survey says of its other uses.

The year of a carrier is the sum of its ways of cooking, hot water, light and appliances (`house.uses`), a twelfth of it
the base month. P10 and P90 of the parts are added in quadrature but for the share that they have in common (a frugal
household is so in everything): half^2 = (1 - s) sum h^2 + s (sum h)^2. Where the survey says nothing of the uses, the
usual month of `rules.csv` stands; so it does where photovoltaics serve the house, whose bill is not what it uses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cpdesk.energy.house.ledger import Ledger
from cpdesk.energy.rows import Rule
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import BillFacts, Input
from cpdesk.model.energy_uses import Solar, UseFacts, Uses
from cpdesk.model.records import Quality

_MONTHS: Final = 12.0
_SELLS_ALL: Final = "all_grid"


@dataclass(frozen=True, slots=True)
class Base:
    """A month apart from heating, in the unit bought: P10, value, P90, and whether the survey says it."""

    low: float
    value: float
    high: float
    said: bool

    @property
    def half(self) -> float:
        """Half-width of P10 to P90."""
        return 0.5 * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Household:
    """What the survey says of a household's other uses, and the entries it was taken from."""

    said: UseFacts
    uses: Uses
    solar: Solar
    inputs: Mapping[str, Input]

    @property
    def water_said(self) -> bool:
        """Whether cooking or hot water were answered."""
        return self.said.cook_fuels is not None or self.said.hot_water is not None

    @property
    def power_said(self) -> bool:
        """Whether what draws electricity was answered, and no photovoltaics stand between uses and bill."""
        hidden = self.solar.pv_kwp > 0.0 and self.solar.pv_mode != _SELLS_ALL
        return not hidden and (self.water_said or self.said.appliances is not None or self.said.vehicle is not None)


def base_electricity(bills: BillFacts, household: Household, tables: EnergyTables, ledger: Ledger) -> Base:
    """kWh of a month without heating.

    Raises:
        InputFault: CP-1301 an amount no household buys.
    """
    known, rule = bills.elec_other_month_kwh, tables.rules["base_month_kwh"]
    if known is None and household.power_said:
        found = base_from_uses("electricity", household, tables)
        reason, source, status = "energy.default.uses", "survey of other uses", "computed"
    else:
        found = Base(rule.low, rule.value, rule.high, said=False)
        reason, source, status = "energy.default.rule", rule.source, rule.status
    month = ledger.number(
        "bill.elec_other_month_kwh", known, found.value, "kWh", limits=(0, 3000), reason=reason, source=source,
        status=status,
    )  # fmt: skip
    if known is None:
        return found
    half = month * (0.1 if known.quality in (Quality.MEASURED, Quality.BILL) else 0.25)
    return Base(month - half, month, month + half, said=True)


def base_gas(household: Household, tables: EnergyTables) -> Base:
    """m3 of piped gas of a month apart from heating."""
    if household.water_said:
        return base_from_uses("gas", household, tables)
    rule = tables.rules["base_month_gas_m3"]
    return Base(rule.low, rule.value, rule.high, said=False)


def base_from_uses(carrier: str, household: Household, tables: EnergyTables) -> Base:
    """A month of a carrier from the uses, in its unit."""
    parts = _parts(carrier, household, tables)
    unit = _MONTHS * tables.factors[carrier].kwh_per_unit
    shared = tables.rule("uses_shared")
    low, high = (_together([part[side] for part in parts], shared) for side in (0, 2))
    value = sum(part[1] for part in parts)
    return Base(max(value - low, 0.0) / unit, value / unit, (value + high) / unit, said=True)


def _together(halves: Sequence[float], shared: float) -> float:
    return math.sqrt((1.0 - shared) * sum(half**2 for half in halves) + shared * sum(halves) ** 2)


def _parts(carrier: str, household: Household, tables: EnergyTables) -> list[tuple[float, float, float]]:
    """Every use of a carrier: how far P10 lies below, kWh of the year, how far P90 lies above."""
    uses, inputs = household.uses, household.inputs
    found = []
    for way in uses.cooking:
        if way.carrier == carrier:
            found.append(_part(uses.cooking_kwh * way.share / way.efficiency, [inputs["uses.cooking_kwh"]]))
    sun = tables.rules["solar_water_share"] if household.solar.collector_m2 > 0.0 else Rule("", 0, 0, 0, "", "", "")
    behind = [inputs[key] for key in ("uses.showers_week", "uses.shower_l") if key in inputs]
    for way in uses.hot_water:
        if way.carrier == carrier:
            heat = uses.hot_water_kwh * way.share / way.efficiency
            below, _, above = _part(heat, behind)
            left, spread = 1.0 - sun.value, 0.5 * (sun.high - sun.low) * heat
            kwh = heat * left + way.standby_kwh * way.share
            found.append((math.hypot(below * left, spread), kwh, math.hypot(above * left, spread)))
    if carrier == "electricity":
        found.append(_part(uses.lighting_kwh, [inputs["uses.lighting_kwh"]]))
        found += [_part(item.kwh, [inputs[f"uses.{item.code}.appliance_kwh"]]) for item in uses.appliances]
    return found


def _part(kwh: float, entries: Sequence[Input]) -> tuple[float, float, float]:
    """A use with the spreads of the entries behind it, as factors in quadrature."""
    below = math.hypot(*(_off(item, item.low) for item in entries))
    above = math.hypot(*(_off(item, item.high) for item in entries))
    return min(below, 1.0) * kwh, kwh, above * kwh


def _off(item: Input, end: float | None) -> float:
    value = float(item.value)
    return abs(end / value - 1.0) if end is not None and value > 0.0 else 0.0
