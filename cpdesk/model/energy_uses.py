"""What a household uses energy for beside heating its rooms, and what sun its roof can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpdesk.model.answer import Code, Number

BESIDE_HEATING: Final = ("uses.", "solar.")
"""How the keys of inputs begin that change other uses and the sun's yield, but no figure of heating."""


@dataclass(frozen=True, slots=True)
class UseFacts:
    """Kangs, kitchen, hot water, appliances and photovoltaics; several codes of one answer stand in one text.

    Attributes:
        kang_use: code `kang_use`; cook_fuels, hot_water, appliances: codes separated by spaces.
        showers_week: of the whole household; solar_works: `yes` or `no`.
        vehicle: code `ev`; pv_mode: code `pv_mode`.
        village_weak: whether the village's supply gives way in winter.
    """

    residents: Number | None = None
    kang_count: Number | None = None
    kang_use: Code | None = None
    cook_fuels: Code | None = None
    hot_water: Code | None = None
    showers_week: Number | None = None
    solar_tubes: Number | None = None
    solar_works: Code | None = None
    led: Code | None = None
    appliances: Code | None = None
    vehicle: Code | None = None
    pv_has: Code | None = None
    pv_kwp: Number | None = None
    pv_panels: Number | None = None
    pv_mode: Code | None = None
    pv_year: Number | None = None
    pv_kwh: Number | None = None
    village_weak: Code | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One way of cooking or of making hot water.

    Attributes:
        code: `cook_fuel` or `dhw_type`; `carrier` is what it burns or draws.
        share: of the useful heat, 0..1; all ways of a use sum to 1.
        efficiency: useful heat over energy.
        standby_kwh: loss of standing a year, in energy of the carrier.
        profile: daily shape (`profiles.csv`).
    """

    code: str
    carrier: str
    share: float
    efficiency: float
    standby_kwh: float = 0.0
    profile: str = "cooking"


@dataclass(frozen=True, slots=True)
class Appliance:
    """An appliance or vehicle: kWh a year, power while it runs, daily shape."""

    code: str
    kwh: float
    power_w: float
    profile: str


@dataclass(frozen=True, slots=True)
class Uses:
    """Other uses of a household in a year.

    Attributes:
        residents: people who live there.
        cooking_kwh: heat into pots; `cooking` the ways it is made.
        hot_water_kwh: heat in the water drawn; `hot_water` the ways it is made; `draw_l_day`, `draw_c`, `cold_c` behind
            it.
        lighting_kwh: electricity of lamps.
        appliances: with base load and vehicles.
        billed_month_kwh: electricity of a month without heating as billed; the appliances then make up for what the
            other uses leave. `None` where nobody said.
        kang_season: (month, day) of the first and last day on which wood for cooking is that of the kang's heating,
            since one fire does both; `None` where the kang has its own.
    """

    residents: float
    cooking_kwh: float
    cooking: tuple[Way, ...]
    hot_water_kwh: float
    hot_water: tuple[Way, ...]
    draw_l_day: float
    draw_c: float
    cold_c: float
    lighting_kwh: float
    appliances: tuple[Appliance, ...]
    billed_month_kwh: float | None = None
    kang_season: tuple[tuple[int, int], tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Solar:
    """What the roof carries, and could carry.

    Attributes:
        pv_kwp: installed peak power, 0 without; `pv_mode` self_rest, all_grid or off_grid; `pv_age_a` years of use.
        pv_billed_kwh: last year's yield as read, `None` where nobody said.
        azimuth_deg, tilt_deg: of the roof that faces most to the south.
        roof_m2: usable roof; `strength` ok, check or no; `possible_kwp` what still fits on it.
        collector_m2: gross area of the solar water heater that works, 0 without.
    """

    pv_kwp: float
    pv_mode: str
    pv_age_a: float
    pv_billed_kwh: float | None
    azimuth_deg: float
    tilt_deg: float
    roof_m2: float
    strength: str
    possible_kwp: float
    collector_m2: float


@dataclass(frozen=True, slots=True)
class CapacityCheck:
    """A heat pump against its house.

    Attributes:
        design_c: design temperature; `design_load_w` heat the rooms lose there; `capacity_w` what the unit brings.
        coldest_c: coldest hour of the year of weather, `coldest_need_w` heat asked for then, `coldest_capacity_w` what
            the unit brings then.
        short_hours: hours in which more is asked for than the unit brings; `backup_kwh` electricity that fills up.
        backup_pct: of all electricity of the heat pump.
        seasonal_cop: heat into the rooms over all electricity.
    """

    design_c: float
    design_load_w: float
    capacity_w: float
    coldest_c: float
    coldest_need_w: float
    coldest_capacity_w: float
    short_hours: int
    backup_kwh: float
    backup_pct: float
    seasonal_cop: float

    @property
    def verdict(self) -> str:
        """`enough`, `backup` (at the design temperature enough, in colder hours not) or `short`."""
        if self.capacity_w < self.design_load_w:
            return "short"
        return "backup" if self.short_hours > 0 else "enough"
