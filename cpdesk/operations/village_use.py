"""What the neighbours of a household use for heating, from the surveys of its village that this desk has audited.

Each audit of a household with bills leaves its use per heated m2 beside its survey (`figures_of_use`); of a village the
lists give them back in one reading. They stay on this desk, and hold no name, address or answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cpdesk.context import Context
from cpdesk.energy.certainty.village import Neighbour, billed_use, village_use
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Building
from cpdesk.model.certainty import VillageUse
from cpdesk.model.records import RecordKind
from cpdesk.operations.families import FARMHOUSE
from cpdesk.operations.sites import SiteQuery, site_ids, site_lines
from cpdesk.store.lists import Row
from cpdesk.store.shelf import Cell

_CARRIER: Final = "billed_carrier"
_USE: Final = "billed_use_m2"
_DAY: Final = "billed_survey_day"


def figures_of_use(building: Building, tables: EnergyTables, surveyed_on: str) -> dict[str, Cell]:
    """What to remember beside a survey for its neighbours; all None forgets what was there."""
    told = billed_use(building, tables, surveyed_on[:10])
    if told is None:
        return dict.fromkeys((_CARRIER, _USE, _DAY))
    return {_CARRIER: told.carrier, _USE: round(told.use_m2, 4), _DAY: told.surveyed_on}


def use_of_neighbours(ctx: Context, survey: str, tables: EnergyTables) -> tuple[VillageUse, ...]:
    """Average use of the village of a survey without the household itself; empty where too few have bills."""
    rows = ctx.store.records.rows([survey])
    site = rows[0].site if rows and rows[0].kind is RecordKind.SURVEY else None
    homes = ctx.store.records.rows([site]) if site else []
    village = str(homes[0].columns.get("village") or "") if homes else ""
    if not village:
        return ()
    return village_use(_neighbours(ctx, homes[0], village), tables)


def _neighbours(ctx: Context, home: Row, village: str) -> Iterator[Neighbour]:
    """Sample households are neighbours of samples only."""
    query = SiteQuery(family=FARMHOUSE.id, township_code=home.stream, place=village)
    for line in site_lines(ctx, [one for one in site_ids(ctx, query) if one != home.id]):
        if line.sample != home.sample:
            continue
        carrier, use, day = (line.columns.get(name) for name in (_CARRIER, _USE, _DAY))
        if isinstance(carrier, str) and isinstance(use, int | float):
            yield Neighbour(carrier, float(use), str(day or ""))
