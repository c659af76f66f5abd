"""Weather whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import HOURS, Weather, make_weather

Make = Callable[[float | np.ndarray], Weather]


@pytest.fixture(scope="session")
def plain(tables: EnergyTables) -> Weather:
    """The year of the plain."""
    return make_weather(tables, "plain")


@pytest.fixture(scope="session")
def steady(plain: Weather) -> Make:
    """Weather without sun and wind, of a given outdoor temperature; the sky is as warm as the air."""

    def make(temperature_c: float | np.ndarray) -> Weather:
        nothing = np.zeros(HOURS)
        air = np.zeros(HOURS) + temperature_c
        return replace(
            plain,
            temperature_c=air,
            wind_m_s=nothing,
            global_w_m2=nothing,
            direct_w_m2=nothing,
            diffuse_w_m2=nothing,
            sky_ir_w_m2=5.670374e-8 * (air + 273.15) ** 4,
        )

    return make
