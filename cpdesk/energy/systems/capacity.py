"""Whether a heat pump is large enough: at the design temperature, and hour by hour through the season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cpdesk.base.i18n import Translator
from cpdesk.energy.systems.plants import hourly_draw
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.building import HeatingSystem


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


def capacity_text(check: CapacityCheck, translator: Translator) -> str:
    """The check as a sentence."""
    return translator(
        f"energy.capacity.{check.verdict}", design=f"{check.design_c:g}", load=f"{check.design_load_w / 1000:.1f}",
        capacity=f"{check.capacity_w / 1000:.1f}", coldest=f"{check.coldest_c:.1f}", hours=check.short_hours,
        backup=f"{check.backup_kwh:.0f}", share=f"{check.backup_pct:.1f}",
        coldest_need=f"{check.coldest_need_w / 1000:.1f}", coldest_capacity=f"{check.coldest_capacity_w / 1000:.1f}",
    )  # fmt: skip
