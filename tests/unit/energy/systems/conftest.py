"""Weather and a house by the hour for the tests of systems and other uses."""

from __future__ import annotations

import pytest

from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather


@pytest.fixture(scope="session")
def plain(tables: EnergyTables) -> Weather:
    """The year of the plain."""
    return make_weather(tables, "plain")
