"""What a report says of a household's whole year, as data: all uses now, after the works, and the sun on the roof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cpdesk.reports.household_content import Figure

PAYERS: Final = ("household", "government", "society")


@dataclass(frozen=True, slots=True)
class YearRow:
    """One use, the sun, or the total: `what` in words and amounts, then its figures."""

    name: str
    what: str
    kwh: Figure
    yuan: Figure
    co2_kg: Figure
    coal_kg: Figure


@dataclass(frozen=True, slots=True)
class AfterRow:
    """One use, the sun, or the total in each of the columns compared: yuan, then kg of CO2."""

    name: str
    yuan: tuple[Figure, ...]
    co2_kg: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class SunBar:
    """Where a year's generation goes; the parts sum to `generated`."""

    label: str
    generated: Figure
    others: Figure
    heating: Figure
    sold: Figure
    unused: Figure
    shares: str


@dataclass(frozen=True, slots=True)
class PayRow:
    """One line of who pays and who gains: household, government and both together for each choice."""

    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Payers:
    """Who pays and who gains, each choice for household, government and society; `shown` is the one recommended."""

    choices: tuple[str, ...]
    shown: str
    rows: tuple[PayRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class YearPage:
    """The whole year. Every column sums to its total, which is made of the printed figures.

    `shown` is the column of the package that the report recommends, empty where there is none.
    """

    now: tuple[YearRow, ...]
    total: YearRow
    columns: tuple[str, ...]
    shown: str
    after: tuple[AfterRow, ...]
    after_total: AfterRow
    best: str
    suns: tuple[SunBar, ...]
    note: str
    payers: Payers | None = None
