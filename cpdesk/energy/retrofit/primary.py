"""Primary energy as GB/T 51350-2019 counts it: heating, hot water and light, less what the roof generates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from cpdesk.energy.retrofit.grid import Grid
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats

_RULES: Final = {"electricity": "primary_electricity", "heat": "primary_heat", "wood": "primary_biomass",
                 "pellets": "primary_biomass", "solar": "primary_solar"}  # fmt: skip


def primary_factor(carrier: str, tables: EnergyTables) -> float:
    """kWh of primary energy for one kWh of a carrier (GB/T 51350-2019 annex A, to be confirmed)."""
    return tables.rule(_RULES.get(carrier, "primary_fuel"))


def primary_kwh(kwh: Mapping[str, Floats], tables: EnergyTables) -> Floats:
    """Primary energy of amounts by carrier."""
    parts = [primary_factor(carrier, tables) * value for carrier, value in kwh.items()]
    return np.sum(parts, axis=0)  # type: ignore[no-any-return]


def heating_primary_kwh(grid: Grid) -> Floats:
    """(states, plants): primary energy of a season of heating at the wished set points."""
    return np.stack([primary_kwh(item.energy.kwh, grid.setting.tables) for item in grid.wish], axis=1)
