"""Tables and a typical house for the tests of the energy engine."""

from __future__ import annotations

import pytest

from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BillFacts, BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.records import Quality


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
