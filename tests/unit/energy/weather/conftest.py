"""Weather files for the tests: a made year written as EPW, and the two of Denver where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpdesk.energy.weather.calendar import HOUR, MONTH, MONTH_DAYS
from cpdesk.energy.weather.climate import Weather
from cpdesk.energy.weather.epw import decode, read_epw

DENVER = Path(__file__).resolve().parents[5] / "shared" / "data" / "weather"
HEADS = (
    "LOCATION,Sample,BJ,CHN,SAMPLE,000000,40.2,116.2,8.0,80.0",
    "DESIGN CONDITIONS,0",
    "TYPICAL/EXTREME PERIODS,0",
    "GROUND TEMPERATURES,0",
    "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
    "COMMENTS 1,made up for tests",
    "COMMENTS 2,",
    "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
)


@pytest.fixture(scope="session")
def sample_epw() -> str:
    """A made year at 40.2 N, 116.2 E as an EPW: line 9 is the first hour."""
    turn = 2 * np.pi * (HOUR - 14.5) / 24
    temperature = 12 - 15 * np.cos(2 * np.pi * (MONTH - 0.3) / 12) + 5 * np.cos(turn)
    sun = np.maximum(0.0, np.cos(2 * np.pi * (HOUR - 11.5) / 24) - 0.25)
    days = np.concatenate([np.repeat(np.arange(1, many + 1), 24) for many in MONTH_DAYS])
    rows = [
        f"2001,{month + 1},{day},{hour + 1},0,flags,{warm:.1f},{warm - 5:.1f},70,101000,0,0,300,"
        f"{700 * light:.0f},{500 * light:.0f},{250 * light:.0f},0,0,0,0,180,2.5,5,5"
        for month, day, hour, warm, light in zip(MONTH, days, HOUR, temperature, sun, strict=True)
    ]
    return "\n".join([*HEADS, *rows]) + "\n"


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
