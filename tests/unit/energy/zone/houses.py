"""Made-up farmhouses for the tests of the zone: pitched roofs, cold rooms, sunspaces."""

from __future__ import annotations

from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BlockFacts, Building, BuildingFacts

HOUSES: dict[str, dict[str, Answer]] = {
    "attic": {},
    "cold rooms": {"heated": Answer("part"), "heated_rooms": Answer(3.0)},
    "single sunspace": {"sunspace": Answer("single")},
    "double sunspace": {"sunspace": Answer("double"), "sunspace_depth_m": Answer(1.2)},
    "closed porch": {"sunspace": Answer("roofed")},
    "everything": {"heated": Answer("part"), "heated_rooms": Answer(3.0), "sunspace": Answer("single")},
    "flat roof": {"build_year": Answer(1996.0), "structure": Answer("brick_concrete")},
}


def farmhouse(tables: EnergyTables, name: str, **changes: object) -> Building:
    """One of `HOUSES`: 1985, five bays, 370 mm of brick, tiles over a plaster ceiling, if nothing else is said."""
    usual = {"kind": Answer("main"), "heated": Answer("full"), "build_year": Answer(1985.0),
             "structure": Answer("brick_wood")}  # fmt: skip
    block = BlockFacts(**(usual | HOUSES[name]))  # type: ignore[arg-type]
    return build(BuildingFacts(blocks=(block,), **changes), tables)  # type: ignore[arg-type]
