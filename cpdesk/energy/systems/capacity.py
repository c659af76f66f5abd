"""Whether a heat pump is large enough: at the design temperature, and hour by hour through the season."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cpdesk.base.i18n import Translator
from cpdesk.energy.systems.plants import Plant, hourly_draw, limit_w, works_at
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.hourly import Drivers
from cpdesk.model.building import HeatingSystem
from cpdesk.model.energy_uses import CapacityCheck


def check_capacity(
    system: HeatingSystem,
    heat_w: Floats,
    outdoor_c: Floats,
    tables: EnergyTables,
    *,
    design_load_w: float,
    capacity_w: float,
    emitter_w: float,
    humidity_pct: Floats | None = None,
) -> CapacityCheck:
    """Hour by hour.

    Args:
        heat_w, outdoor_c: (hours,) heat into the rooms by this heat pump, and outdoor temperature.
        design_load_w: heat the rooms lose at the design temperature; `capacity_w` what the unit brings into them then.
        emitter_w: heat the emitters were laid out for.
    """
    drawn = hourly_draw(
        system, heat_w, outdoor_c, tables, design_w=emitter_w, capacity_w=capacity_w, humidity_pct=humidity_pct
    )
    coldest = int(np.argmin(outdoor_c))
    total = float(drawn.total_w.sum())
    backup = float(drawn.backup_w.sum())
    return CapacityCheck(
        design_c=tables.limits["design_outdoor_c"].value,
        design_load_w=design_load_w,
        capacity_w=capacity_w,
        coldest_c=float(outdoor_c[coldest]),
        coldest_need_w=float(heat_w[coldest]),
        coldest_capacity_w=float(drawn.capacity_w[coldest]) * system.distribution,
        short_hours=int((drawn.backup_w > 0.5).sum()),
        backup_kwh=backup / 1000.0,
        backup_pct=100.0 * backup / total if total > 0 else 0.0,
        seasonal_cop=float(heat_w.sum()) / total if total > 0 else 0.0,
    )


def check_plant(
    plant: Plant,
    heat_w: Floats,
    drivers: Drivers,
    tables: EnergyTables,
    design_load_w: float,
    limit: float,
    emitter_w: float,
) -> CapacityCheck | None:
    """The check of a plant's heat pump; `None` where it has none.

    Args:
        heat_w: (counted hours,) heat into the rooms by all heaters.
        limit: heat a new plant brings at the design temperature; a present one brings what its plate says.
        emitter_w: heat the emitters of the whole house were laid out for.
    """
    found = next((item for item in plant.systems if tables.systems[item.type].heat_pump), None)
    if found is None:
        return None
    counted = drivers.counted
    outdoor = drivers.outdoor_c[counted]
    works = np.array([works_at(found, value) for value in outdoor.tolist()])
    unbound = replace(found, above_c=None, below_c=None)
    return check_capacity(
        found, found.share * heat_w * works, outdoor, tables, design_load_w=found.share * design_load_w,
        capacity_w=limit_w([unbound], tables) if plant.code.startswith("keep") else found.share * limit,
        emitter_w=emitter_w, humidity_pct=None if drivers.humidity_pct is None else drivers.humidity_pct[counted],
    )  # fmt: skip


def capacity_text(check: CapacityCheck, translator: Translator) -> str:
    """The check as a sentence."""
    return translator(
        f"energy.capacity.{check.verdict}", design=f"{check.design_c:g}", load=f"{check.design_load_w / 1000:.1f}",
        capacity=f"{check.capacity_w / 1000:.1f}", coldest=f"{check.coldest_c:.1f}", hours=check.short_hours,
        backup=f"{check.backup_kwh:.0f}", share=f"{check.backup_pct:.1f}",
        coldest_need=f"{check.coldest_need_w / 1000:.1f}", coldest_capacity=f"{check.coldest_capacity_w / 1000:.1f}",
    )  # fmt: skip
