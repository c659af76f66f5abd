"""Weather files for the tests: the two of Denver where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpdesk.energy.weather.climate import Weather
from cpdesk.energy.weather.epw import decode, read_epw

DENVER = Path(__file__).resolve().parents[5] / "shared" / "data" / "weather"


def denver(name: str) -> Weather:
    """One of the weather files of ANSI/ASHRAE 140, or a skip that says what is missing."""
    path = DENVER / f"{name}.epw"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    return read_epw(decode(path.read_bytes()))


@pytest.fixture(scope="session")
def denver_airport() -> Weather:
    return denver("725650TYCST")


@pytest.fixture(scope="session")
def denver_stapleton() -> Weather:
    return denver("DRYCOLDTMY")
