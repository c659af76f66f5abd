"""Electric power: of a plant hour by hour, and at the design hour of one household for its breaker, of many for the
village transformer.

N households never draw their own peaks in the same minute. Of a kind of load the transformer sees the part
g(N) = g_inf + (1 - g_inf) / sqrt(N) of the sum of the households' peaks (S. Rusck, "The simultaneous demand in
distribution network supplying domestic consumers", ASEA Journal 10 (1956) 59-61). Heating in the coldest hour runs
nearly everywhere, other uses do not: each has its own g_inf (`devices.csv`, own rules).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.energy.systems.plants import Plant, hourly_draw, works_at
from cpdesk.energy.systems.uses import VEHICLES
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.drivers import Drivers
from cpdesk.model.assessment import Quantity
from cpdesk.model.building import HeatingSystem
from cpdesk.model.energy_uses import Uses

_VOLT: Final = 220.0


@dataclass(frozen=True, slots=True)
class HouseholdPower:
    """Electric power of a household at the design hour, kW.

    Attributes:
        heating_kw: heat pumps with pump and back-up, electric heaters.
        others_kw: appliances, cooking, hot water at the same minute; `vehicle_kw` a charger.
    """

    heating_kw: float
    others_kw: float
    vehicle_kw: float

    @property
    def total_kw(self) -> float:
        """The most the household draws: vehicles are charged while others sleep, so the larger of both counts."""
        return self.heating_kw + max(self.others_kw, self.vehicle_kw)

    def current_a(self, *, three_phase: bool) -> float:
        """Current in the main breaker at 220 V (three phases evenly loaded: 380 V), power factor one."""
        return 1000.0 * self.total_kw / (_VOLT * (3.0 if three_phase else 1.0))


def household_power(
    systems: Sequence[HeatingSystem],
    design_load_w: float,
    uses: Uses,
    tables: EnergyTables,
    *,
    capacity_w: float | None = None,
    emitter_w: float | None = None,
) -> HouseholdPower:
    """Power of one household at the design hour.

    Args:
        design_load_w: heat the rooms lose at the design temperature.
        capacity_w: heat a new plant brings there; from the plate where not given.
        emitter_w: heat the emitters were laid out for; the design load where not given.
    """
    outdoor = tables.limits["design_outdoor_c"].value
    heating = 0.0
    for system in systems:
        if works_at(system, outdoor):
            heating += _electric_w(system, system.share * design_load_w, outdoor, tables, capacity_w, emitter_w)
    together = tables.device("power.appliance_diversity")
    plain = sum(item.power_w for item in uses.appliances if item.code not in VEHICLES)
    water = sum(tables.water_heaters[way.code].power_w for way in uses.hot_water)
    cooking = tables.device("power.cooking_w") if any(way.carrier == "electricity" for way in uses.cooking) else 0.0
    vehicle = sum(item.power_w for item in uses.appliances if item.code in VEHICLES)
    return HouseholdPower(heating / 1000.0, together * (plain + water + cooking) / 1000.0, vehicle / 1000.0)


def _electric_w(
    system: HeatingSystem,
    heat_w: float,
    outdoor_c: float,
    tables: EnergyTables,
    capacity_w: float | None,
    emitter_w: float | None,
) -> float:
    """Electric power of one heater for `heat_w` into the rooms."""
    row = tables.systems[system.type]
    if row.heat_pump:
        drawn = hourly_draw(
            system, np.array([heat_w]), np.array([outdoor_c]), tables,
            design_w=emitter_w or heat_w / max(system.share, 1e-9), capacity_w=capacity_w,
        )  # fmt: skip
        return float(drawn.total_w[0])
    pump = tables.device("boiler.pump_w") if row.water == "yes" and row.carrier not in ("heat", "solar") else 0.0
    if system.carrier != "electricity":
        return pump
    power = heat_w / (system.efficiency * system.distribution)
    if system.type == "storage_heater":
        return power * 24.0 / tables.device("power.storage_h")
    return power + pump


def heating_power_w(
    plant: Plant, heat_w: Floats, drivers: Drivers, tables: EnergyTables, *, limit: float, emitter_w: float
) -> Floats:
    """Electricity of a plant by the hour: heat pumps, electric heaters, circulation pumps; (counted hours,) W.

    Args:
        heat_w: (counted hours,) heat into the rooms by all heaters.
        limit: heat a new plant brings at the design temperature; a present one brings what its plate says.
        emitter_w: heat the emitters of the whole house were laid out for.
    """
    outdoor = drivers.outdoor_c[drivers.counted]
    humidity = None if drivers.humidity_pct is None else drivers.humidity_pct[drivers.counted]
    kept = plant.code.startswith("keep")
    found = np.zeros(len(heat_w))
    for system in plant.systems:
        low = -np.inf if system.above_c is None else system.above_c
        high = np.inf if system.below_c is None else system.below_c
        heat = system.share * heat_w * ((outdoor >= low) & (outdoor < high))
        row = tables.systems[system.type]
        if row.heat_pump:
            drawn = hourly_draw(
                system, heat, outdoor, tables, design_w=emitter_w, humidity_pct=humidity,
                capacity_w=None if kept else system.share * limit,
            )  # fmt: skip
            found += drawn.total_w
            continue
        if system.carrier == "electricity":
            found += heat / (system.efficiency * system.distribution)
        if row.water == "yes" and row.carrier not in ("heat", "solar"):
            least = tables.device("boiler.min_load_share") * 1000.0 * system.capacity_kw * system.distribution
            found += tables.device("boiler.pump_w") * np.minimum(1.0, heat / least)
    return found


def household_peak(power: HouseholdPower) -> Quantity:
    """Power of a household at the design hour as a printed figure."""
    return Quantity(
        value=power.total_kw, unit="kW", formula="energy.formula.electric_peak",
        inputs=(
            ("energy.term.heating_power_one", power.heating_kw, "kW"),
            ("energy.term.other_power_one", power.others_kw, "kW"),
            ("energy.term.vehicle_power_one", power.vehicle_kw, "kW"),
        ),
        source="devices.csv", status="own_rule",
    )  # fmt: skip


def together(kilowatts: float, households: float, limit_share: float) -> float:
    """What N households draw together of the sum of their peaks."""
    if households <= 0:
        return 0.0
    return kilowatts * (limit_share + (1.0 - limit_share) / math.sqrt(households))


def village_power(households: Sequence[HouseholdPower], tables: EnergyTables) -> Quantity:
    """Power at the transformer of a village, kVA, from its households' peaks."""
    number = float(len(households))
    heating = sum(one.heating_kw for one in households)
    others = sum(max(one.others_kw, one.vehicle_kw) for one in households)
    shares = tables.device("power.diversity_heating"), tables.device("power.diversity_others")
    drawn = together(heating, number, shares[0]) + together(others, number, shares[1])
    low, high = (
        together(heating, number, getattr(tables.devices["power.diversity_heating"], side))
        + together(others, number, getattr(tables.devices["power.diversity_others"], side))
        for side in ("low", "high")
    )
    factor = tables.device("power.factor")
    return Quantity(
        value=drawn / factor, unit="kVA", low=low / factor, high=high / factor, formula="energy.formula.village_power",
        inputs=(
            ("energy.term.households", number, ""),
            ("energy.term.heating_power", heating, "kW"),
            ("energy.term.other_power", others, "kW"),
            ("energy.term.power_factor", factor, ""),
        ),
        source="Rusck 1956; devices.csv", status="own_rule",
    )  # fmt: skip
