"""What is done apart from heating: photovoltaics, solar water heater, cooking, lamps.

None of it changes the heat of the rooms, so that carbon and own money of a combination are sums of what the heating
side and this side bring. The yearly bill is not quite a sum: heating without a valley meter is priced in the tiers on
top of other electricity. `heating_shift` gives what that changes, to the yuan, for every combination.

Photovoltaics serve the other uses of the house hour by hour; what is left is sold. That a heat pump takes some of it in
winter is left out, which understates the saving (rule of this program).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.catalogue import EXTRA_GROUPS
from cpdesk.energy.money.prices import annuity, rows_of, tiered
from cpdesk.energy.money.programmes import granted
from cpdesk.energy.retrofit.measures import Option, Verdict, verdict
from cpdesk.energy.retrofit.primary import primary_factor
from cpdesk.energy.retrofit.rules import Reasons
from cpdesk.energy.rows import Measure
from cpdesk.energy.systems.solar import pv_power_w, split
from cpdesk.energy.systems.uses import OtherUses, of_uses
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import HOURS, Floats, Weather
from cpdesk.energy.zone.envelope import Layout
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Building
from cpdesk.model.energy_uses import Solar, Uses, Way

_LED_SLACK: Final = 1.2  # lamps that use so much more than LED lamps are worth changing


@dataclass(frozen=True, slots=True)
class Extras:
    """All combinations of extras; arrays are (combinations,), the first one nothing.

    Attributes:
        options: by combination, what it holds.
        base_kwh: electricity bought a year for other uses; `co2_kg` of all other uses less what the sun gives.
        saving: yuan a year on other uses, the sale of electricity with it.
        electricity_kwh: used apart from heating, before the sun's share; `generation_kwh`, `self_kwh` of the sun.
        primary_kwh: primary energy of hot water and light, less that of what the sun generates.
    """

    groups: tuple[tuple[Option, ...], ...]
    options: tuple[tuple[Option, ...], ...]
    base_kwh: Floats
    saving: Floats
    co2_kg: Floats
    electricity_kwh: Floats
    generation_kwh: Floats
    self_kwh: Floats
    primary_kwh: Floats
    investment: Floats
    own_cost: Floats
    yearly_capital: Floats

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
    building: Building, tables: EnergyTables, weather: Weather, verdicts: Sequence[Verdict], base_kwh: float
) -> Extras:
    """Every combination of the extras that apply.

    Args:
        base_kwh: electricity of a year apart from heating that heating is priced on top of.

    Raises:
        InputFault: CP-1378 a programme pays for extras and for what changes heat under one cap.
    """
    _check_programmes(tables)
    options = [item.option for item in verdicts if item.option is not None and item.measure.group in EXTRA_GROUPS]
    by_group = [tuple(item for item in options if item.measure.group == group) for group in EXTRA_GROUPS]
    groups = tuple(group for group in by_group if group)
    held = tuple(
        tuple(item for item in choice if item is not None)
        for choice in itertools.product(*([None, *group] for group in groups))
    )
    year = _Year(building, tables, weather)
    rows = [year.of(item) for item in held]
    bought, generation, own_use, co2, fuels, sold, primary = (np.array(column) for column in zip(*rows, strict=True))
    after = np.maximum(base_kwh + bought - bought[0], 0.0)
    cost = tiered(after, "electricity", tables) + fuels - sold
    return Extras(
        groups=groups, options=held, base_kwh=after, saving=cost[0] - cost, co2_kg=co2,
        electricity_kwh=bought + own_use, generation_kwh=generation, self_kwh=own_use, primary_kwh=primary,
        **_money(held, building.floor_area_m2, tables),
    )  # fmt: skip


def _check_programmes(tables: EnergyTables) -> None:
    """Own money of both sides adds up only where no programme pays for both."""
    groups = {measure.id: measure.group for measure in tables.measures}
    for row in tables.subsidies:
        other = [code for code in row.measures if groups.get(code) in EXTRA_GROUPS]
        heat = [code for code in row.measures if code in groups and code not in other]
        if other and heat:
            raise InputFault("CP-1378", programme=row.id, heat=", ".join(heat), other=", ".join(other))


def heating_shift(extras: Extras, at: int, heating_kwh: Floats, tables: EnergyTables) -> Floats:
    """What heating costs more, in yuan a year, with an extra than without, since its tiers begin elsewhere.

    Args:
        heating_kwh: electricity of heating that is priced in the tiers; zero with a valley meter.
    """
    before, after = float(extras.base_kwh[0]), float(extras.base_kwh[at])
    if before == after or not np.any(heating_kwh > 0):
        return np.zeros_like(heating_kwh)
    shift: Floats = tiered(heating_kwh, "electricity", tables, after) - tiered(
        heating_kwh, "electricity", tables, before
    )
    return shift


class _Year:
    """The other uses of a house with some extras; uses do not depend on one another, so each is computed once."""

    def __init__(self, building: Building, tables: EnergyTables, weather: Weather) -> None:
        self._tables, self._weather, self._building = tables, weather, building
        self._uses, self._solar = building.uses, building.solar
        self._of: dict[str, OtherUses] = {}
        self._light: dict[float, Floats] = {}
        if self._uses is not None and self._solar is not None:
            now = of_uses(self._uses, self._solar, tables, weather)
            factor = now.bill_factor
            # What the bill made of lamps and appliances stays so when something else changes.
            self._uses = replace(
                self._uses, billed_month_kwh=None, lighting_kwh=factor * self._uses.lighting_kwh,
                appliances=tuple(
                    replace(item, kwh=item.kwh * (factor if item.code not in _VEHICLES else 1.0))
                    for item in self._uses.appliances
                ),
            )  # fmt: skip
            self._of[""] = now

    def of(self, options: Sequence[Option]) -> tuple[float, ...]:
        """Of a year: bought electricity, generation, own use of it (kWh), carbon (kg), other fuels and sale (yuan),
        primary energy (kWh)."""
        tables = self._tables
        kwh: dict[str, float] = {}
        primary = 0.0
        power: Floats = np.zeros(HOURS)
        changed = {use: option for option in options for use in _USES.get(option.measure.effect, ())}
        if self._uses is not None:
            for use in dict.fromkeys([*self._of[""].by_use, *changed]):
                year = self._with(changed.get(use))
                for carrier, value in year.by_use.get(use, {}).items():
                    kwh[carrier] = kwh.get(carrier, 0.0) + value
                    primary += primary_factor(carrier, tables) * value if use in _COUNTED else 0.0
                power = power + year.electricity_w.get(use, np.zeros(HOURS))
        generation = self._generation(options)
        shared = split(generation, power)
        own_use, sold_kwh = float(shared.self_kwh[0]), float(shared.export_kwh[0])
        carbon = sum(
            value / tables.factors[c].kwh_per_unit * tables.factors[c].co2_kg_per_unit for c, value in kwh.items()
        )
        generated = primary_factor("electricity", tables) * (own_use + sold_kwh)
        carbon -= (own_use + sold_kwh) * tables.factors["electricity"].co2_kg_per_unit
        fuels = sum(
            float(tiered(np.array([value / tables.factors[c].kwh_per_unit]), c, tables, scheme=_SCHEMES.get(c, ""))[0])
            for c, value in kwh.items()
            if c != "electricity"
        )
        price = next((row.price_yuan for row in rows_of(tables, "electricity", "feed_in")), 0.0)
        return (
            kwh.get("electricity", 0.0) - own_use,
            own_use + sold_kwh,
            own_use,
            carbon,
            fuels,
            price * sold_kwh,
            primary - generated,
        )

    def _with(self, option: Option | None) -> OtherUses:
        """The year with one extra that changes a use."""
        key = "" if option is None else option.id
        if key not in self._of and option is not None and self._uses is not None and self._solar is not None:
            uses, solar = after(self._uses, self._solar, option.measure)
            self._of[key] = of_uses(uses, solar, self._tables, self._weather)
        return self._of[key]

    def _generation(self, options: Sequence[Option]) -> Floats:
        """(8760,) W of the panels that are built."""
        kwp = sum(option.measure.value or 0.0 for option in options if option.measure.effect == "pv")
        if kwp <= 0 or self._solar is None:
            return np.zeros(HOURS)
        if kwp not in self._light:
            self._light[kwp] = pv_power_w(
                self._weather, kwp, self._solar.azimuth_deg, self._solar.tilt_deg, self._tables
            )
        return self._light[kwp]


_VEHICLES: Final = ("bike", "tricycle", "car")
_USES: Final[Mapping[str, tuple[str, ...]]] = {
    "solar_water": ("hot_water",),
    "cooking": ("cooking",),
    "light": ("lighting",),
}
"""Uses that an effect changes."""
_SCHEMES: Final = {"gas": "general"}
_COUNTED: Final = ("hot_water", "lighting")
"""Uses that GB/T 51350 counts beside heating."""


def after(uses: Uses, solar: Solar, measure: Measure) -> tuple[Uses, Solar]:
    """Uses and sun after an extra."""
    if measure.effect == "solar_water":
        return uses, replace(solar, collector_m2=measure.value or 0.0)
    if measure.effect == "light":
        return replace(uses, lighting_kwh=uses.lighting_kwh * (1.0 - (measure.value or 0.0))), solar
    ways = tuple(
        Way(measure.id, measure.material, way.share, measure.value or way.efficiency, 0.0, way.profile)
        if way.carrier == "lpg"
        else way
        for way in uses.cooking
    )
    return replace(uses, cooking=ways), solar


def _money(held: Sequence[Sequence[Option]], area_m2: float, tables: EnergyTables) -> dict[str, Floats]:
    """Investment, own money and its yearly payment with upkeep of the combinations."""
    every = {option.id: option for options in held for option in options}
    there = {code: np.array([float(any(one.id == code for one in options)) for options in held]) for code in every}
    costs = {code: there[code] * option.cost_yuan[1] for code, option in every.items()}
    power = {code: there[code] * option.amount for code, option in every.items() if option.unit == "kw"}
    own = dict(costs)
    for grant in granted(costs, area_m2, tables, power_kw=power) if costs else ():
        for code, value in grant.paid.items():
            own[code] = own[code] - value
    nothing, rate = np.zeros(len(held)), tables.rule("discount_rate")
    yearly = [
        own[code] / annuity(rate, option.measure.life_a) + there[code] * option.measure.maintenance_yuan
        for code, option in every.items()
    ]
    return {
        "investment": sum(costs.values(), nothing),
        "own_cost": sum(own.values(), nothing),
        "yearly_capital": sum(yearly, nothing),
    }
