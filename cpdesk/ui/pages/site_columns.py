"""Which columns the list of each kind of site has. Figures are made into words by the presenters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple


class Column(NamedTuple):
    """A column.

    Attributes:
        name: of a cell of `SiteRow.cells`, or number, name, status, answered, updated.
        width: the least, px.
        grow: its part of the width that is left over.
        drop: columns go when there is no room, the highest first; 0 stays.
    """

    name: str
    width: int
    number: bool = False
    grow: float = 0.0
    drop: int = 0


NUMBER: Final = Column("number", 112)
NAME: Final = Column("name", 156, grow=0.6)
STATUS: Final = Column("status", 112)
ANSWERED: Final = Column("answered", 112, grow=0.2, drop=2)
UPDATED: Final = Column("updated", 84, number=True, drop=9)
GRADE: Final = Column("grade", 64)
BUILD_YEAR: Final = Column("build_year", 68, number=True, drop=5)
LAST_VISIT: Final = Column("last_visit", 92, number=True, drop=8)
DN: Final = Column("dn", 68, number=True)
HOUSEHOLDS: Final = Column("households", 72, number=True, drop=6)
FLOOR_AREA: Final = Column("floor_area_m2", 88, number=True, drop=4)

COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "household": (
        Column("number", 88),
        NAME,
        Column("heating", 112, grow=0.3, drop=7),
        STATUS,
        ANSWERED,
        Column("area", 74, number=True),
        Column("heat", 108, number=True, drop=6),
        Column("saving", 82, number=True, drop=8),
        UPDATED,
    ),
    "community": (
        NUMBER,
        NAME,
        Column("heating", 112, grow=0.2, drop=7),
        STATUS,
        ANSWERED,
        BUILD_YEAR,
        HOUSEHOLDS,
        FLOOR_AREA,
        UPDATED,
    ),
    "segment": (
        Column("number", 140),
        NAME,
        GRADE,
        STATUS,
        DN,
        Column("length_m", 76, number=True),
        Column("laying", 100, grow=0.2, drop=6),
        BUILD_YEAR,
        LAST_VISIT,
    ),
    "well": (
        NUMBER,
        NAME,
        GRADE,
        STATUS,
        ANSWERED,
        Column("type", 104, grow=0.2, drop=6),
        Column("depth_m", 72, number=True, drop=5),
        LAST_VISIT,
    ),
    "component": (
        NUMBER,
        NAME,
        STATUS,
        ANSWERED,
        Column("type", 112, grow=0.2),
        DN,
        BUILD_YEAR,
        Column("maker", 120, grow=0.2, drop=7),
        UPDATED,
    ),
    "substation": (
        NUMBER,
        NAME,
        GRADE,
        STATUS,
        ANSWERED,
        HOUSEHOLDS,
        FLOOR_AREA,
        BUILD_YEAR,
        LAST_VISIT,
    ),
}
"""Columns by kind of site, in the order they stand."""


def fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """The columns that fit into a width: those that may go first are left out."""
    shown = list(columns)
    droppable = sorted((item for item in columns if item.drop), key=lambda item: -item.drop)
    for gone in droppable:
        if sum(item.width for item in shown) <= width:
            break
        shown.remove(gone)
    return shown
