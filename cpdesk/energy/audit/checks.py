"""What stands beside the audit so that people can trust it: the hand check, the bills, free acts, what-ifs, factors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cpdesk.energy.audit.sure import Sure
from cpdesk.energy.money.factors import editions_used
from cpdesk.energy.retrofit.grid import OFF_C, Grid, figures, set_points
from cpdesk.energy.retrofit.packages import Choice, heat_limit, payback
from cpdesk.energy.retrofit.statement import quantity
from cpdesk.energy.retrofit.sun_heating import SunHeating
from cpdesk.energy.systems.plants import limit_w
from cpdesk.energy.zone.envelope import AIR, AREA, CAPACITY, air_conductance, to_outdoors
from cpdesk.energy.zone.hourly import Drivers
from cpdesk.energy.zone.network import buffer_gains_w
from cpdesk.energy.zone.seasonal import Season, seasonal_need
from cpdesk.energy.zone.states import solve
from cpdesk.model.assessment import (
    Assessment,
    BillCheck,
    FactorUse,
    FreeAct,
    HandCheck,
    Package,
    WhatIf,
)


def hand_check(grid: Grid, baseline: Assessment) -> HandCheck:
    """The seasonal method at the hourly model's mean operative temperature.

    The floor enters with the loss of the ground model. Sun on walls and roof and their heat to the sky, which nearly
    cancel, are left out, as they are when one computes by hand. What lies behind a buffer counts with the factor b of
    its balance, and the sun on the buffer with 1 - b.
    """
    setting, row = grid.setting, grid.rows[0]
    drivers, area = setting.drivers, float(grid.rows[0][AREA])
    inside, outside = baseline.operative_mean_c.value, float(drivers.outdoor_c[drivers.counted].mean())
    days = float(drivers.counted.sum()) / 24.0
    kelvin_hours = 0.024 * max(inside - outside, 0.1) * days
    floor = baseline.losses_kwh["floor"] / kelvin_hours
    transmission = float(to_outdoors(row[None, :])[0] - row[AIR]) + floor
    buffers = float(buffer_gains_w(row, drivers)[drivers.counted].sum()) / 1000.0
    sun = sum(month.sun_kwh for month in baseline.months) + max(buffers, 0.0)
    internal = sum(month.internal_kwh for month in baseline.months)
    season = Season(
        transmission_w_m2k=transmission / area, ventilation_w_m2k=float(row[AIR]) / area, inside_c=inside,
        outside_c=outside, days=days, sun_kwh_m2=sun / area, internal_kwh_m2=internal / area,
        capacity_wh_m2k=float(row[CAPACITY]) / 3600.0 / area,
    )  # fmt: skip
    result = seasonal_need(season)
    hourly = baseline.heat_need_kwh.value
    need = result.need_kwh_m2 * area
    difference = 100.0 * (need - hourly) / hourly if hourly > 0 else 0.0
    source = "ISO 13790:2008 12.2.1"
    return HandCheck(
        loss_kwh=quantity(result.loss_kwh_m2 * area, "kWh/a", "hand_loss", ("inside", inside, "degC"),
                          ("outside", outside, "degC"), ("days", days, "d"), source=source),
        sun_kwh=quantity(sun, "kWh/a", "sun", source=source),
        internal_kwh=quantity(internal, "kWh/a", "internal", source=source),
        need_kwh=quantity(need, "kWh/a", "hand_need", ("utilisation", result.utilisation, ""), source=source),
        hourly_need_kwh=baseline.heat_need_kwh,
        difference_pct=difference,
        agrees=abs(difference) <= setting.tables.rule("hand_check_pct"),
    )  # fmt: skip


def bill_checks(grid: Grid, baseline: Assessment) -> tuple[BillCheck, ...]:
    """Modelled beside billed use of every carrier that has a bill."""
    found = []
    for bill in grid.setting.building.bills:
        used = next((item for item in baseline.carriers if item.carrier == bill.carrier), None)
        if used is not None:
            modelled = used.amount.value
            found.append(BillCheck(bill.carrier, modelled, bill.amount, bill.unit, modelled / bill.amount))
    return tuple(found)


def free_acts(grid: Grid) -> tuple[FreeAct, ...]:
    """What costs nothing and saves: the night 2 K cooler, the day 1 K cooler, one leak stuffed with cloth."""
    setting, building = grid.setting, grid.setting.building
    day, night = set_points(building.schedule, wish=False)
    row = grid.rows[0]
    stuffed = row.copy()
    volume = sum(zone.volume_m3 for zone in building.zones)
    least = min(float(row[AIR]), air_conductance(volume, setting.tables.rule("leak_min_1_h")))
    stuffed[AIR] = max(least, row[AIR] - air_conductance(volume, setting.tables.rule("leak_point_1_h")))
    acts = [("day_cooler", row, day - 1.0, night if night == OFF_C else min(night, day - 1.0))]
    if night != OFF_C:
        acts.append(("night_cooler", row, day, max(5.0, night - 2.0)))
    if building.leak_points >= 1:
        acts.append(("stuff_leaks", stuffed, day, night))
    limit = limit_w(building.systems, setting.tables)
    solved = solve(
        np.array([item[1] for item in acts]), setting.drivers, np.array([item[2] for item in acts]),
        np.array([item[3] for item in acts]), np.full(len(acts), limit), setting.weights.rows,
    )  # fmt: skip
    costs = figures(setting, setting.plants[0], solved).cost
    present = float(grid.usual[0].cost[0])
    found = [
        FreeAct(code, f"energy.act.{code}", quantity(present - float(cost), "CNY/a", "saving", status="to_confirm"))
        for (code, *_), cost in zip(acts, costs, strict=True)
        if present - float(cost) >= 1.0  # a cooler night moves heat out of the valley tariff and may cost money
    ]
    return tuple(sorted(found, key=lambda item: -item.saving_yuan.value))


def what_ifs(sun: SunHeating, choice: Choice, package: Package, sure: Sure) -> tuple[WhatIf, ...]:
    """Package A under one changed circumstance at a time."""
    own, saving = package.own_cost_yuan.value, package.saving_yuan.value
    more = sun.more_yuan(choice.state, choice.plant, choice.warmth)
    found = []
    for code, value in zip(("price_low", "price_high"), sure.price_savings, strict=False):
        # Fuel prices move nothing where a house heats with electricity before and after.
        if abs(value - saving) >= 1.0:
            found.append(_what_if(code, value, own))
    for shift, code in ((-1.0, "colder"), (1.0, "milder")):
        found.append(_what_if(code, _shifted_saving(sun.grid, choice, shift) + more, own))
    worst = [min(item.saving_low_yuan, item.saving_high_yuan) for item in sure.influences]
    if worst:
        found.append(_what_if("worst_default", saving + min(worst), own))
    found.append(_what_if("no_subsidy", saving, package.investment_yuan.value))
    return tuple(found)


def _what_if(code: str, saving: float, own: float) -> WhatIf:
    back = payback(own, saving)
    return WhatIf(code, f"energy.what_if.{code}", saving, None if back is None else back.value)


def _shifted_saving(grid: Grid, choice: Choice, shift_k: float) -> float:
    """Saving with every hour warmer or colder, at the temperatures the household keeps."""
    setting = grid.setting
    drivers = setting.drivers
    rows = drivers.rows.copy()
    rows[0] += shift_k
    shifted: Drivers = replace(drivers, rows=rows)
    usual, wish = (set_points(setting.building.schedule, wish=wish) for wish in (False, True))
    day, night = (one + choice.warmth * (two - one) for one, two in zip(usual, wish, strict=True))
    limits = np.array([limit_w(setting.building.systems, setting.tables), heat_limit(grid, choice)])
    solved = solve(
        np.array([grid.rows[0], grid.rows[choice.state]]), shifted, np.array([usual[0], day]),
        np.array([usual[1], night]), limits, setting.weights.rows,
    )  # fmt: skip
    before = figures(setting, setting.plants[0], solved).cost[0]
    after = figures(setting, setting.plants[choice.plant], solved).cost[1]
    return float(before - after)


def factors_used(grid: Grid) -> tuple[FactorUse, ...]:
    """Every factor, tariff and subsidy that can stand behind the figures of this house."""
    setting = grid.setting
    carriers = {system.carrier for plant in setting.plants for system in plant.systems}
    return editions_used(carriers, setting.tables)
