"""What a household uses beside heating its rooms: hot water, cooking, light, appliances, vehicles.

Energy = useful heat x share / efficiency + standing losses, by carrier; electricity also hour by hour from the daily
shapes of `profiles.csv`. Lamps burn only while the sun is down. Where a month without heating was billed, lamps and
appliances make up for what the other electric uses leave of it, so that the year agrees with the bill; a house with
photovoltaics used more than it was billed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.energy.systems.solar import ALL_GRID, SolarWater, solar_water, standing_w
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.calendar import HOUR, HOURS, MONTH, season_hours
from cpdesk.energy.weather.climate import Floats, Weather
from cpdesk.model.building import Building
from cpdesk.model.energy_uses import Solar, Uses, Way

USES: Final = ("cooking", "hot_water", "lighting", "appliances", "vehicle")
VEHICLES: Final = ("bike", "tricycle", "car")
_DARK_ZENITH_DEG: Final = 86.0
_WATER_KWH_LK: Final = 1.163e-3


@dataclass(frozen=True, slots=True)
class OtherUses:
    """A year of a household's other uses.

    Attributes:
        by_use: kWh by use (`USES`), then by carrier.
        months_kwh: (12,) by carrier.
        electricity_w: (8760,) by use; `power_w` their sum.
        solar: the solar water heater in its year, `None` without.
        generation_w: (8760,) of the photovoltaics that stand there.
        bill_factor: what lamps and appliances were multiplied by to meet the bill; 1 where none is known.
    """

    by_use: Mapping[str, Mapping[str, float]]
    months_kwh: Mapping[str, Floats]
    electricity_w: Mapping[str, Floats]
    solar: SolarWater | None
    generation_w: Floats
    bill_factor: float

    @property
    def kwh(self) -> dict[str, float]:
        """Energy of a year by carrier."""
        found: dict[str, float] = {}
        for carriers in self.by_use.values():
            for carrier, value in carriers.items():
                found[carrier] = found.get(carrier, 0.0) + value
        return found

    @property
    def power_w(self) -> Floats:
        """Electric power of all uses, (8760,)."""
        return np.sum(list(self.electricity_w.values()), axis=0)  # type: ignore[no-any-return]


def other_uses(building: Building, tables: EnergyTables, weather: Weather) -> OtherUses:
    """The other uses of a building's household in a year of weather.

    Raises:
        ValueError: the building was not made by `house.construct.build`, which always fills `uses` and `solar`.
    """
    if building.uses is None or building.solar is None:
        raise ValueError("a building without uses")
    return of_uses(building.uses, building.solar, tables, weather)


def of_uses(uses: Uses, solar: Solar, tables: EnergyTables, weather: Weather) -> OtherUses:
    """The same from the uses themselves, e.g. those after a measure."""
    tally = _Tally()
    for way in uses.cooking:
        heat = uses.cooking_kwh * _every_hour(tables, way.profile)
        if way.carrier == "wood" and uses.kang_season is not None:
            heat = heat * ~season_hours(*uses.kang_season)
        tally.add("cooking", way, heat)
    draw_l = uses.draw_l_day * 365.0 * _every_hour(tables, "shower")
    wanted = draw_l * _WATER_KWH_LK * (uses.draw_c - uses.cold_c)
    heater = None
    if solar.collector_m2 > 0:
        heater = solar_water(
            weather, draw_l, solar.collector_m2, tables, azimuth_deg=solar.azimuth_deg, use_c=uses.draw_c,
            cold_c=uses.cold_c,
        )  # fmt: skip
        wanted = heater.backup_wh / 1000.0
    for way in uses.hot_water:
        tally.add("hot_water", way, wanted)
    lamps = uses.lighting_kwh * _dark_hours(weather, tables)
    devices = np.zeros(HOURS)
    for item in uses.appliances:
        hourly = item.kwh * _every_hour(tables, item.profile)
        if item.code in VEHICLES:
            tally.take("vehicle", "electricity", hourly)
        else:
            devices = devices + hourly
    generation = standing_w(solar, tables, weather)
    factor = _bill_factor(uses, tally.power_w / 1000.0, lamps + devices, generation / 1000.0, solar.pv_mode)
    tally.take("lighting", "electricity", factor * lamps)
    tally.take("appliances", "electricity", factor * devices)
    return OtherUses(tally.by_use, tally.months, tally.power, heater, generation, factor)


_LEAST_FACTOR: Final = 0.2
_HALVINGS: Final = 40


def _bill_factor(uses: Uses, others: Floats, plain: Floats, generation: Floats, mode: str) -> float:
    """Factor on lamps and appliances that makes the year agree with the billed month, never below a fifth.

    Args:
        others, plain, generation: (8760,) kWh of the other uses, of lamps and appliances, of the photovoltaics.
    """
    if uses.billed_month_kwh is None or plain.sum() <= 0:
        return 1.0
    billed = 12.0 * uses.billed_month_kwh
    without = max(_LEAST_FACTOR, (billed - float(others.sum())) / float(plain.sum()))
    if mode == ALL_GRID or not generation.any():
        return without
    # What was bought is less than what was used, by no more than all that was generated.
    low, high = without, without + float(generation.sum()) / float(plain.sum())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        bought = float(np.maximum(others + middle * plain - generation, 0.0).sum())
        low, high = (middle, high) if bought < billed else (low, middle)
    return (low + high) / 2.0


class _Tally:
    """Sums by use, carrier, month and hour."""

    def __init__(self) -> None:
        self.by_use: dict[str, dict[str, float]] = {}
        self.months: dict[str, Floats] = {}
        self.power: dict[str, Floats] = {}

    @property
    def power_w(self) -> Floats:
        """(8760,) electric power so far."""
        return sum(self.power.values(), np.zeros(HOURS))

    def add(self, use: str, way: Way, useful_kwh: Floats) -> None:
        """One way of a use: its share of the hourly useful heat over its efficiency, and its standing loss."""
        standing = way.standby_kwh * way.share / HOURS
        self.take(use, way.carrier, useful_kwh * way.share / way.efficiency + standing)

    def take(self, use: str, carrier: str, hourly_kwh: Floats) -> None:
        """Hourly energy of a carrier."""
        carriers = self.by_use.setdefault(use, {})
        carriers[carrier] = carriers.get(carrier, 0.0) + float(hourly_kwh.sum())
        months = np.bincount(MONTH, weights=hourly_kwh, minlength=12)
        self.months[carrier] = self.months.get(carrier, np.zeros(12)) + months
        if carrier == "electricity":
            self.power[use] = self.power.get(use, np.zeros(HOURS)) + 1000.0 * hourly_kwh


def _every_hour(tables: EnergyTables, profile: str) -> Floats:
    """(8760,) shares of a year that is the same every day; they sum to one."""
    shape = np.array(tables.profiles[profile].shape)
    result: Floats = (shape / shape.sum() / 365.0)[HOUR]
    return result


def _dark_hours(weather: Weather, tables: EnergyTables) -> Floats:
    """(8760,) shares of a year's light: the shape of being up, while the sun is down."""
    shape = np.array(tables.profiles["light"].shape)[HOUR] * (weather.zenith_deg > _DARK_ZENITH_DEG)
    result: Floats = shape / shape.sum()
    return result
