"""What is done apart from heating: photovoltaics, solar water heater, cooking, lamps.

None of it changes the heat of the rooms, so that carbon and own money of a combination are sums of what the heating
side and this side bring. The yearly bill is not quite a sum: heating is priced on top of other electricity (and gas),
in the tiers or by the windows of a valley meter. `retrofit.drawn` gives what that changes for every combination.

Photovoltaics serve the other uses of the house hour by hour first. What heating then takes of the rest depends on state
and plant and is found by `retrofit.sun_heating`; the sale here is that of a house whose heating takes nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.catalogue import EXTRA_GROUPS
from cpdesk.energy.money.indicators import Terms, life_cycle, present_investment
from cpdesk.energy.money.prices import other_cost, summed
from cpdesk.energy.money.programmes import granted
from cpdesk.energy.money.windows import OtherUse
from cpdesk.energy.retrofit.figures import Capital
from cpdesk.energy.retrofit.measures import Option, Verdict, verdict
from cpdesk.energy.retrofit.other_year import Held, OtherYear, feed_in_yuan
from cpdesk.energy.retrofit.primary import primary_factor
from cpdesk.energy.retrofit.rules import Reasons
from cpdesk.energy.retrofit.setting import Setting
from cpdesk.energy.rows import Measure
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats, Weather
from cpdesk.energy.zone.envelope import Layout
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Building

_LED_SLACK: Final = 1.2  # lamps that use so much more than LED lamps are worth changing


@dataclass(frozen=True, slots=True)
class Extras:
    """All combinations of extras; arrays are (combinations,), the first one nothing.

    Attributes:
        options: by combination, what it holds.
        others: what is bought for other uses; `co2_kg` of all other uses less what the sun gives.
        saving: yuan a year on other uses, the sale of electricity with it.
        present_savings: PVS of `saving` less upkeep over the horizon, prices growing by carrier; what is sold grows as
            electricity does. `present_invested` PVI: own money, replacements, less residual values.
        electricity_kwh: used apart from heating, before the sun's share; `generation_kwh`, `self_kwh` of the sun.
        primary_kwh: primary energy of hot water and light, less that of what the sun generates.
        years: the other uses and the generation behind these.
    """

    groups: tuple[tuple[Option, ...], ...]
    options: tuple[tuple[Option, ...], ...]
    others: tuple[OtherUse, ...]
    saving: Floats
    co2_kg: Floats
    electricity_kwh: Floats
    generation_kwh: Floats
    self_kwh: Floats
    primary_kwh: Floats
    investment: Floats
    own_cost: Floats
    present_savings: Floats
    present_invested: Floats
    years: tuple[Held, ...] = field(repr=False)

    @property
    def co2_saving_kg(self) -> Floats:
        """Carbon saved a year beside heating."""
        saved: Floats = self.co2_kg[0] - self.co2_kg
        return saved


def judge_extras(building: Building, columns: Layout, tables: EnergyTables, wishes: Wishes) -> list[Verdict]:
    """Measures apart from heating (PV is judged with the roof, in `retrofit.rules`)."""
    found = []
    for measure in tables.measures:
        rule = _RULES.get(measure.rule)
        if rule is not None:
            reasons: Reasons = rule(building, measure, tables)
            found.append(verdict(building, measure, columns, tables, wishes, reasons))
    return found


def _no_solar_water(building: Building, _measure: Measure, _tables: EnergyTables) -> Reasons:
    if building.solar is not None and building.solar.collector_m2 > 0:
        return ["energy.reason.there_already"]
    return [] if building.uses is not None and building.uses.hot_water_kwh > 0 else ["energy.reason.no_hot_water"]


def _bottled_gas(building: Building, _measure: Measure, _tables: EnergyTables) -> Reasons:
    ways = () if building.uses is None else building.uses.cooking
    return [] if any(way.carrier == "lpg" for way in ways) else ["energy.reason.no_bottled_gas"]


def _bottled_gas_piped(building: Building, measure: Measure, tables: EnergyTables) -> Reasons:
    if reasons := _bottled_gas(building, measure, tables):
        return reasons
    gas = building.facts.gas_available
    return [] if gas is not None and gas.value == "yes" else ["energy.reason.no_gas"]


def _old_lamps(building: Building, _measure: Measure, tables: EnergyTables) -> Reasons:
    led = tables.device("lighting.led_kwh_m2") * building.floor_area_m2
    return [] if building.uses is not None and building.uses.lighting_kwh > _LED_SLACK * led else [
        "energy.reason.led_already"
    ]  # fmt: skip


_RULES: Final = {
    "no_solar_water": _no_solar_water,
    "bottled_gas": _bottled_gas,
    "bottled_gas_piped": _bottled_gas_piped,
    "old_lamps": _old_lamps,
}


def make_extras(
    setting: Setting, weather: Weather, verdicts: Sequence[Verdict], year: OtherYear | None = None
) -> Extras:
    """Every combination of the extras that apply.

    Args:
        year: the other uses where the caller has them already.

    Raises:
        InputFault: CP-1378 a programme pays for extras and for what changes heat under one cap.
    """
    building, tables = setting.building, setting.tables
    _check_programmes(tables)
    year = OtherYear(building, tables, weather) if year is None else year
    options = [item.option for item in verdicts if item.option is not None and item.measure.group in EXTRA_GROUPS]
    by_group = [tuple(item for item in options if item.measure.group == group) for group in EXTRA_GROUPS]
    groups = tuple(group for group in by_group if group)
    held = tuple(
        tuple(item for item in choice if item is not None)
        for choice in itertools.product(*([None, *group] for group in groups))
    )
    years = [year.of(item) for item in held]
    rows = [_figures(item, tables) for item in years]
    others = tuple(item.other(metered=setting.other.metered) for item in years)
    bought, generation, own_use, co2, sold, primary = (np.array(column) for column in zip(*rows, strict=True))
    costs = _costs(others, tables)
    costs["electricity"] = costs["electricity"] - sold
    cost = summed(costs, dict.fromkeys(costs, 1.0))
    terms = Terms.of(tables)
    worth = summed(costs, {carrier: terms.energy_worth(carrier, tables) for carrier in costs})
    money = _capital(held, building.floor_area_m2, tables)
    return Extras(
        groups=groups, options=held, others=others, saving=cost[0] - cost, co2_kg=co2,
        electricity_kwh=bought + own_use, generation_kwh=generation, self_kwh=own_use, primary_kwh=primary,
        investment=money.investment, own_cost=money.own_cost, present_savings=worth[0] - worth - money.present_upkeep,
        present_invested=money.present_invested, years=tuple(years),
    )  # fmt: skip


def _check_programmes(tables: EnergyTables) -> None:
    """Own money of both sides adds up only where no programme pays for both."""
    groups = {measure.id: measure.group for measure in tables.measures}
    for row in tables.subsidies:
        other = [code for code in row.measures if groups.get(code) in EXTRA_GROUPS]
        heat = [code for code in row.measures if code in groups and code not in other]
        if other and heat:
            raise InputFault("CP-1378", programme=row.id, heat=", ".join(heat), other=", ".join(other))


def other_costs(extras: Extras, at: int, tables: EnergyTables) -> dict[str, Floats]:
    """What the other uses cost a year with an extra, by carrier, arrays of one; the sale is taken off electricity."""
    costs = _costs([extras.others[at]], tables)
    sale = feed_in_yuan(tables) * extras.years[at].shared.export_kwh
    return costs | {"electricity": costs["electricity"] - sale}


def other_kgce(extras: Extras, at: int, tables: EnergyTables) -> float:
    """Standard coal of the other uses with an extra, kg a year, less that of what the sun gives."""
    held = extras.years[at]
    given = float(held.shared.self_kwh[0] + held.shared.export_kwh[0])
    kwh = held.kwh | {"electricity": held.kwh.get("electricity", 0.0) - given}
    factors = tables.factors
    return sum(value / factors[code].kwh_per_unit * factors[code].kgce_per_unit for code, value in kwh.items())


_COUNTED: Final = ("hot_water", "lighting")
"""Uses that GB/T 51350 counts beside heating."""


def _figures(held: Held, tables: EnergyTables) -> tuple[float, ...]:
    """Of a year: bought electricity, generation, own use (kWh), carbon (kg), sale (yuan), primary energy (kWh)."""
    factors, kwh = tables.factors, held.kwh
    own_use, sold = float(held.shared.self_kwh[0]), float(held.shared.export_kwh[0])
    # What is sold spares others the same power; what nobody takes spares nothing.
    given = own_use + sold
    carbon = sum(value / factors[code].kwh_per_unit * factors[code].co2_kg_per_unit for code, value in kwh.items())
    primary = sum(
        primary_factor(carrier, tables) * value
        for use in _COUNTED
        for carrier, value in held.by_use.get(use, {}).items()
    )
    return (
        float(held.shared.import_kwh[0]),
        given,
        own_use,
        carbon - given * factors["electricity"].co2_kg_per_unit,
        feed_in_yuan(tables) * sold,
        primary - primary_factor("electricity", tables) * given,
    )


def _costs(others: Sequence[OtherUse], tables: EnergyTables) -> dict[str, Floats]:
    """What other uses of the combinations cost a year, by carrier."""
    carriers = dict.fromkeys(["electricity", *(carrier for one in others for carrier in one.kwh)])
    return {carrier: np.array([float(other_cost(carrier, one, tables)[0]) for one in others]) for carrier in carriers}


def _capital(held: Sequence[Sequence[Option]], area_m2: float, tables: EnergyTables) -> Capital:
    """What the combinations cost."""
    every = {option.id: option for options in held for option in options}
    there = {code: np.array([float(any(one.id == code for one in options)) for options in held]) for code in every}
    costs = {code: there[code] * option.cost_yuan[1] for code, option in every.items()}
    power = {code: there[code] * option.amount for code, option in every.items() if option.unit == "kw"}
    own = dict(costs)
    for grant in granted(costs, area_m2, tables, power_kw=power) if costs else ():
        for code, value in grant.paid.items():
            own[code] = own[code] - value
    nothing, terms = np.zeros(len(held)), Terms.of(tables)
    invested, upkeep = nothing, nothing
    for code, option in every.items():
        cycle = life_cycle(terms.rate, terms.years, option.measure.life_a)
        invested = invested + present_investment(own[code], costs[code], cycle)
        upkeep = upkeep + there[code] * (option.measure.maintenance_yuan * terms.worth())
    return Capital(sum(costs.values(), nothing), sum(own.values(), nothing), invested, upkeep)
