"""Sun on the roof: photovoltaics hour by hour, what of it the house uses itself, and solar water heaters.

Module temperature: D. Faiman, "Assessing the outdoor operating temperature of photovoltaic modules", Progress in
Photovoltaics 16 (2008) 307-315. Incidence: ASHRAE 93. Losses and inverter: A. Dobos, "PVWatts version 5 manual",
NREL/TP-6A20-62641 (2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpdesk.base.errors import InputFault
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.calendar import HOURS, MONTH, monthly_mean
from cpdesk.energy.weather.climate import Floats, Weather
from cpdesk.energy.weather.sky import tilted
from cpdesk.model.energy_uses import Solar

_WATER_WH_LK = 1.163
_BOILING_C = 95.0
_LOADS = 128  # loads compared at a time: ten megabytes


def pv_power_w(
    weather: Weather,
    kwp: float,
    azimuth_deg: float,
    tilt_deg: float,
    tables: EnergyTables,
    *,
    age_a: float = 0.0,
    light_share: float = 1.0,
) -> Floats:
    """Alternating-current power of a photovoltaic roof, (8760,) W.

    With G the irradiance behind the glass: cell = air + G / (u0 + u1 wind), direct current = kWp G (1 + gamma (cell -
    25)) (1 - losses) (1 - degradation)^age, then the inverter with its curve and its limit.

    Args:
        azimuth_deg: of the panels' normal, clockwise from north; tilt_deg: 0 flat, 90 upright.
        age_a: years of use.
        light_share: what trees and houses leave of the sun.

    Raises:
        InputFault: CP-1365 a size or an age that no roof has.
    """
    for name, value, most in (("pv_kwp", kwp, 2000.0), ("pv_age_a", age_a, 60.0), ("light_share", light_share, 1.0)):
        if not 0.0 <= value <= most:
            raise InputFault("CP-1365", name=name, value=f"{value:g}", low="0", high=f"{most:g}")
    light = behind_glass(weather, azimuth_deg, tilt_deg, tables) * light_share
    cooling = tables.device("pv.u0_w_m2k") + tables.device("pv.u1_w_m3k") * weather.wind_m_s
    cell = weather.temperature_c + light / cooling
    direct = kwp * light * (1.0 + tables.device("pv.temperature_1_k") * (cell - 25.0))
    direct = direct * (1.0 - tables.device("pv.losses")) * (1.0 - tables.device("pv.degradation_1_a")) ** age_a
    return inverted(np.maximum(direct, 0.0), 1000.0 * kwp / tables.device("pv.dc_ac"), tables.device("pv.inverter"))


def behind_glass(weather: Weather, azimuth_deg: float, tilt_deg: float, tables: EnergyTables) -> Floats:
    """Irradiance that gets through the cover glass, W/m2: of the beam and what is around the sun,
    1 - b0 (1 / cos(incidence) - 1) gets in (ASHRAE 93)."""
    sun = tilted(weather, azimuth_deg, tilt_deg)
    cosine = np.cos(np.radians(np.minimum(sun.incidence_deg, 90.0)))
    share = 1.0 - tables.device("pv.incidence") * (1.0 / np.maximum(cosine, 0.02) - 1.0)
    straight = sun.beam_w_m2 + sun.circumsolar_w_m2
    result: Floats = np.maximum(sun.total_w_m2 - straight * (1.0 - np.clip(share, 0.0, 1.0)), 0.0)
    return result


def inverted(direct_w: Floats, limit_w: float, nominal: float) -> Floats:
    """Power behind an inverter (PVWatts 5, equation 11): efficiency over load, held at `limit_w`."""
    full = limit_w / nominal
    load = np.divide(direct_w, full, out=np.zeros_like(direct_w), where=full > 0)
    curve = np.divide(0.0059, load, out=np.full_like(load, np.inf), where=load > 0)
    efficiency = nominal / 0.9637 * (0.9858 - 0.0162 * load - curve)
    return np.clip(np.maximum(efficiency, 0.0) * direct_w, 0.0, limit_w)


def standing_w(solar: Solar, tables: EnergyTables, weather: Weather) -> Floats:
    """Power of the panels that stand on the roof already, (8760,) W; as a year's reading says where there is one."""
    if solar.pv_kwp <= 0:
        return np.zeros(HOURS)
    power = pv_power_w(weather, solar.pv_kwp, solar.azimuth_deg, solar.tilt_deg, tables, age_a=solar.pv_age_a)
    total = float(power.sum()) / 1000.0
    read = solar.pv_billed_kwh
    return power if read is None or total <= 0 else power * (read / total)


SELF_REST, ALL_GRID, OFF_GRID = "self_rest", "all_grid", "off_grid"
"""What becomes of generation: the house first and the rest sold, all sold, the house only (codes of `pv_mode`)."""


@dataclass(frozen=True, slots=True)
class Split:
    """Where a year's generation goes and what is still bought, kWh, one entry for each load.

    self + export + unused = generation, self + import = load; only panels without a grid leave anything unused.
    """

    self_kwh: Floats
    export_kwh: Floats
    import_kwh: Floats
    unused_kwh: Floats


def split(generation_w: Floats, load_w: Floats, mode: str = SELF_REST) -> Split:
    """Self-use hour by hour: the smaller of generation and load, nothing where all is sold.

    Args:
        generation_w: (hours,); load_w: (N, hours) or (hours,).
        mode: `SELF_REST`, `ALL_GRID` or `OFF_GRID`.
    """
    loads = np.atleast_2d(np.asarray(load_w, dtype=float))
    own, nothing = np.zeros(len(loads)), np.zeros(len(loads))
    for first in range(0, len(loads) if mode != ALL_GRID else 0, _LOADS):
        cut = slice(first, first + _LOADS)
        own[cut] = np.minimum(loads[cut], generation_w).sum(axis=1) / 1000.0
    rest = np.sum(generation_w) / 1000.0 - own
    export, unused = (nothing, rest) if mode == OFF_GRID else (rest, nothing)
    return Split(own, export, loads.sum(axis=1) / 1000.0 - own, unused)


def possible_kwp(roof_m2: float, strength: str, tables: EnergyTables) -> float:
    """Peak power that fits on a usable roof; none on one that cannot carry it."""
    if strength == "no":
        return 0.0
    return roof_m2 * tables.device("pv.cover_share") * tables.device("pv.kwp_per_m2")


@dataclass(frozen=True, slots=True)
class SolarWater:
    """A solar water heater in its year.

    Attributes:
        useful_kwh: heat it gave to the water that was drawn; `backup_wh` (8760,) heat that was still missing.
        share: of the heat for hot water.
        months_kwh: (12,) useful heat.
        used: (12,) whether it is filled in that month.
        residual_wh: largest hourly fault of the tank's heat balance.
    """

    useful_kwh: float
    backup_wh: Floats
    share: float
    months_kwh: Floats
    used: Floats
    residual_wh: float


def solar_water(
    weather: Weather,
    draw_l: Floats,
    area_m2: float,
    tables: EnergyTables,
    *,
    azimuth_deg: float = 180.0,
    use_c: float | None = None,
    cold_c: float | None = None,
) -> SolarWater:
    """A compact vacuum-tube heater with a mixed tank, hour by hour.

    Collector A (eta0 G - a1 (tank - air)), never below zero (the thermosyphon stops); tank loss by its volume; hot
    water is mixed down to the temperature of use, and raised to it by back-up where the tank is colder. In months
    whose mean is below the limit it stands drained.

    Args:
        draw_l: (8760,) water at the temperature of use, litres an hour.
        area_m2: gross collector.
    """
    use = tables.device("dhw.use_c") if use_c is None else use_c
    cold = tables.device("dhw.cold_c") if cold_c is None else cold_c
    used = monthly_mean(weather.temperature_c) >= tables.device("solar_water.drain_below_c")
    litres = area_m2 * tables.device("solar_water.tank_l_m2")
    demand = draw_l * _WATER_WH_LK * (use - cold)
    if litres <= 0.0 or not used.any():
        return SolarWater(0.0, demand, 0.0, np.zeros(12), np.zeros(12), 0.0)
    sun = tilted(weather, azimuth_deg, tables.device("solar_water.tilt_deg")).total_w_m2
    gain = area_m2 * tables.device("solar_water.eta0") * sun
    heater = _Tank(
        capacity=litres * _WATER_WH_LK, loss_collector=area_m2 * tables.device("solar_water.a1_w_m2k"),
        loss_tank=litres / 1000.0 * tables.device("solar_water.tank_w_m3k"), use_c=use, cold_c=cold,
    )  # fmt: skip
    filled = used[MONTH]
    after = np.array(_march_tank(gain, weather.temperature_c, draw_l * filled, filled, heater))
    useful, residual = _balance(gain, weather.temperature_c, draw_l * filled, filled, heater, after)
    total = float(demand.sum())
    return SolarWater(
        useful_kwh=float(useful.sum()) / 1000.0, backup_wh=demand - useful,
        share=float(useful.sum()) / total if total > 0 else 0.0,
        months_kwh=np.array([useful[month == MONTH].sum() / 1000.0 for month in range(12)]),
        used=used.astype(float), residual_wh=residual,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tank:
    """Heat capacity in Wh/K, losses of collector and tank in W/K, temperatures of use and of cold water."""

    capacity: float
    loss_collector: float
    loss_tank: float
    use_c: float
    cold_c: float


def _march_tank(gain: Floats, air: Floats, draw: Floats, filled: NDArray[np.bool_], tank: _Tank) -> list[float]:
    """Tank temperature after each hour, in plain floats: each hour needs the one before."""
    capacity, loss_collector, loss_tank, cold = tank.capacity, tank.loss_collector, tank.loss_tank, tank.cold_c
    use, over = tank.use_c, tank.use_c - tank.cold_c
    state, states = cold, []
    hours = zip(gain.tolist(), air.tolist(), (_WATER_WH_LK * draw).tolist(), filled.tolist(), strict=True)
    for sun, outside, water, there in hours:
        if there:
            above = state - outside
            flow = -loss_tank * above
            if sun > loss_collector * above:
                flow += sun - loss_collector * above
            if water and state > cold:
                flow -= water * (state - cold if state <= use else over)
            state = min(state + flow / capacity, _BOILING_C)
        else:
            state = cold  # filled again with cold water in spring
        states.append(state)
    return states


def _balance(
    gain: Floats, air: Floats, draw: Floats, filled: NDArray[np.bool_], tank: _Tank, after: Floats
) -> tuple[Floats, float]:
    """(hours,) heat given to the water drawn, Wh, and the largest hourly fault of the tank's heat balance."""
    before = np.concatenate(([tank.cold_c], after[:-1]))
    above = before - air
    collected = np.maximum(gain - tank.loss_collector * above, 0.0)
    given = _WATER_WH_LK * draw * np.clip(before - tank.cold_c, 0.0, tank.use_c - tank.cold_c)
    surplus = collected - tank.loss_tank * above - given
    spilt = np.maximum(before + surplus / tank.capacity - _BOILING_C, 0.0) * tank.capacity
    fault = np.abs(surplus - spilt - tank.capacity * (after - before))
    return given, float(fault[filled].max())
