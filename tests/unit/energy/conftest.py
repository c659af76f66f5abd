"""Tables, a typical house and a made weather file for the tests of the energy engine."""

from __future__ import annotations

import numpy as np
import pytest

from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.calendar import HOUR, MONTH, MONTH_DAYS
from cpdesk.model.building import Answer, BillFacts, BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.records import Quality

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
def tables() -> EnergyTables:
    return EnergyTables.load(lambda path, columns: read_table(resource_path(path), columns))


@pytest.fixture
def f5_facts() -> BuildingFacts:
    """Five bays, 118 m2, built in 1996, coal boiler: the typical house of the district, as a sample."""
    block = BlockFacts(
        kind=Answer("main"),
        heated=Answer("full"),
        build_year=Answer(1996.0),
        structure=Answer("brick_concrete"),
        bays=Answer(5.0, Quality.MEASURED),
        length_m=Answer(18.15, Quality.MEASURED),
        depth_m=Answer(6.5, Quality.MEASURED),
        storey_height_m=Answer(3.1, Quality.MEASURED),
    )
    heater = HeaterFacts(type=Answer("coal_boiler"), emitter=Answer("radiator_steel"))
    return BuildingFacts(
        blocks=(block,), heaters=(heater,), bills=BillFacts(coal_briquette_t=Answer(3.43, Quality.BILL))
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
