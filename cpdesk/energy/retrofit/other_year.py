"""The other uses of a house and the sun on its roof in a year, as they are and with some extras.

Uses do not depend on one another, so that each is computed once for every extra that changes it. What heating takes of
the sun stands in `retrofit.sun_heating`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cpdesk.energy.money.household import window_hours
from cpdesk.energy.money.prices import rows_of
from cpdesk.energy.money.windows import OtherUse, Windows
from cpdesk.energy.retrofit.measures import Option
from cpdesk.energy.rows import Measure
from cpdesk.energy.systems.solar import ALL_GRID, SELF_REST, Split, pv_power_w, split
from cpdesk.energy.systems.uses import VEHICLES, OtherUses, of_uses
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import HOURS, Floats, Weather
from cpdesk.model.building import Building
from cpdesk.model.energy_uses import Solar, Uses, Way

_USES: Final[Mapping[str, tuple[str, ...]]] = {
    "solar_water": ("hot_water",),
    "cooking": ("cooking",),
    "light": ("lighting",),
}
"""Uses that an effect changes."""


@dataclass(frozen=True, slots=True)
class Held:
    """A year of other uses.

    Attributes:
        by_use: kWh by use, then by carrier.
        power_w: (8760,) electricity of all of them; `generation_w` (8760,) of the photovoltaics.
        mode: what becomes of the generation, `pv_mode`.
        used: `power_w` by the windows of the valley tariff; `bought` less what the panels give.
        shared: where the generation goes while heating takes nothing of it, arrays of one.
    """

    by_use: Mapping[str, Mapping[str, float]]
    power_w: Floats
    generation_w: Floats
    mode: str
    used: Windows
    bought: Windows
    shared: Split

    @property
    def kwh(self) -> dict[str, float]:
        """Energy by carrier."""
        found: dict[str, float] = {}
        for carriers in self.by_use.values():
            for carrier, value in carriers.items():
                found[carrier] = found.get(carrier, 0.0) + value
        return found

    def other(self, *, metered: bool) -> OtherUse:
        """What is bought; `metered` whether a valley meter prices it as the house is."""
        return OtherUse(self.bought, metered, self.kwh)

    def unserved(self, *, metered: bool) -> OtherUse:
        """What would be bought without any panels."""
        return OtherUse(self.used, metered, self.kwh)

    @property
    def surplus_w(self) -> Floats | None:
        """(8760,) what heating could take of the generation; `None` where there is nothing to take.

        Panels without a grid feed a few plugs and lamps of their own, never a heater (rule of this program).
        """
        if self.mode != SELF_REST or not self.generation_w.any():
            return None
        result: Floats = np.maximum(self.generation_w - self.power_w, 0.0)
        return result


class OtherYear:
    """The year of a house beside heating, with any extras."""

    def __init__(self, building: Building, tables: EnergyTables, weather: Weather) -> None:
        self._tables, self._weather = tables, weather
        self._uses, self._solar = building.uses, building.solar
        self._of: dict[str, OtherUses] = {}
        self._light: dict[float, Floats] = {}
        season, valley = window_hours(tables)
        self._windows = np.stack([season & ~valley, season & valley, ~season]).astype(float)
        if self._uses is not None and self._solar is not None:
            now = of_uses(self._uses, self._solar, tables, weather)
            factor = now.bill_factor
            # What the bill made of lamps and appliances stays so when something else changes.
            self._uses = replace(
                self._uses, billed_month_kwh=None, lighting_kwh=factor * self._uses.lighting_kwh,
                appliances=tuple(
                    replace(item, kwh=item.kwh * (factor if item.code not in VEHICLES else 1.0))
                    for item in self._uses.appliances
                ),
            )  # fmt: skip
            self._of[""] = now

    def of(self, options: Sequence[Option]) -> Held:
        """The year with some extras; the house as it is with none."""
        by_use: dict[str, Mapping[str, float]] = {}
        power: Floats = np.zeros(HOURS)
        changed = {use: option for option in options for use in _USES.get(option.measure.effect, ())}
        if self._uses is not None:
            for use in dict.fromkeys([*self._of[""].by_use, *changed]):
                year = self._with(changed.get(use))
                by_use[use] = year.by_use.get(use, {})
                power = power + year.electricity_w.get(use, np.zeros(HOURS))
        generation = self._generation(options)
        mode = self._solar.pv_mode if self._solar is not None and self._solar.pv_kwp > 0 else SELF_REST
        own = np.zeros(HOURS) if mode == ALL_GRID else np.minimum(generation, power)
        used, given = (Windows(*(self._windows @ hours / 1000.0)) for hours in (power, own))
        return Held(by_use, power, generation, mode, used, used - given, split(generation, power, mode))

    def _with(self, option: Option | None) -> OtherUses:
        """The year with one extra that changes a use."""
        key = "" if option is None else option.id
        if key not in self._of and option is not None and self._uses is not None and self._solar is not None:
            uses, solar = after(self._uses, self._solar, option.measure)
            self._of[key] = of_uses(uses, replace(solar, pv_kwp=0.0), self._tables, self._weather)
        return self._of[key]

    def _generation(self, options: Sequence[Option]) -> Floats:
        """(8760,) W of the panels that stand there and those that are built."""
        standing = self._of[""].generation_w if self._of else np.zeros(HOURS)
        kwp = sum(option.measure.value or 0.0 for option in options if option.measure.effect == "pv")
        if kwp <= 0 or self._solar is None:
            return standing
        if kwp not in self._light:
            self._light[kwp] = pv_power_w(
                self._weather, kwp, self._solar.azimuth_deg, self._solar.tilt_deg, self._tables
            )
        return standing + self._light[kwp]


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


def feed_in_yuan(tables: EnergyTables) -> float:
    """What a kWh that is sold brings."""
    return next((row.price_yuan for row in rows_of(tables, "electricity", "feed_in")), 0.0)
