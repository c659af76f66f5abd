"""Which editions of factors, tariffs and subsidies are in force on a day.

Tables keep every edition with the days it is valid; a household is priced with those of one day. The newest edition
that has begun and not ended stands, so that a district enters a new price as a new row and leaves the old one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, TypeVar

from cpdesk.base.errors import InputFault
from cpdesk.energy.rows import Factor, Subsidy, Tariff

LATEST: Final = date.max
HOME_REGION: Final = "beijing"
_EDGE: Final = 1e-9

Dated = TypeVar("Dated", Tariff, Subsidy)


def day_from(cell: str) -> date | None:
    """A day; a year or a month stands for its first day, nothing for "always"."""
    return _day(cell, "01-01") if cell else None


def day_to(cell: str) -> date | None:
    """A day; a year stands for its last day, nothing for "until further notice"."""
    return _day(cell, "12-31") if cell else None


def _day(cell: str, rest: str) -> date:
    try:
        return date.fromisoformat(f"{cell}-{rest}" if len(cell) == 4 else cell)
    except ValueError:
        raise ValueError("a year or a day as 2024-11-01") from None


def hours(cell: str) -> tuple[int, int] | None:
    """A window of hours such as `20-8`, or nothing."""
    if not cell:
        return None
    first, dash, last = cell.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and int(first) < 24 and int(last) <= 24):
        raise ValueError("hours as 20-8")
    return int(first), int(last)


def season(cell: str) -> tuple[int, int, int, int] | None:
    """A season such as `11-01/03-31` as month, day, month, day, or nothing."""
    if not cell:
        return None
    parts = cell.replace("/", "-").split("-")
    try:
        month, day, last_month, last_day = (int(part) for part in parts)
        date(2023, month, day), date(2023, last_month, last_day)
    except ValueError:
        raise ValueError("a season as 11-01/03-31") from None
    return month, day, last_month, last_day


def _begun(row: Tariff | Subsidy, day: date) -> bool:
    return row.valid_from is None or row.valid_from <= day


def _lasting(row: Tariff | Subsidy, day: date) -> bool:
    return row.valid_to is None or day <= row.valid_to


def _start(row: Tariff | Subsidy) -> date:
    return row.valid_from or date.min


def _newest(rows: Iterable[Dated]) -> list[Dated]:
    """The rows of the edition that began last."""
    found = list(rows)
    begin = max((_start(row) for row in found), default=date.min)
    return [row for row in found if _start(row) == begin]


def tariffs_on(rows: Sequence[Tariff], day: date) -> tuple[tuple[Tariff, ...], tuple[str, ...]]:
    """Tariffs in force on a day, and the ids of those taken although they had not begun.

    The price of a carrier (`tier`) that begins only later stands with its first edition, since its year is often only
    the year it was asked for; what has ended is not taken, nor a subsidy that has not begun.

    Raises:
        InputFault: CP-1370 all prices of a carrier have ended; CP-1371 tiers with a gap or doubled.
    """
    chosen: list[Tariff] = []
    early: list[str] = []
    for key in dict.fromkeys((row.carrier, row.item, row.scheme) for row in rows):
        group = [row for row in rows if (row.carrier, row.item, row.scheme) == key]
        lasting = [row for row in group if _lasting(row, day)]
        valid = [row for row in lasting if _begun(row, day)]
        carrier, item, _ = key
        if not valid and item == "tier":
            if not lasting:
                ended = max(row.valid_to or LATEST for row in group)
                raise InputFault("CP-1370", carrier=carrier, date=day.isoformat(), ended=ended.isoformat())
            first = min(_start(row) for row in lasting)
            valid = [row for row in lasting if _start(row) == first]
            early += [row.id for row in valid]
        found = _newest(valid)
        if item == "tier":
            check_tiers(found)
        chosen += found
    kept = {id(row) for row in chosen}
    return tuple(row for row in rows if id(row) in kept), tuple(early)


def check_tiers(rows: Sequence[Tariff]) -> None:
    """Tiers of one tariff begin at zero, follow each other without gap and end open.

    Raises:
        InputFault: CP-1371.
    """
    at = 0.0
    ordered = sorted(rows, key=lambda row: row.from_amount)
    for row in ordered:
        if abs(row.from_amount - at) > _EDGE:
            raise InputFault("CP-1371", row=row.id, expected=f"{at:g}", found=f"{row.from_amount:g}", unit=row.unit)
        at = float("inf") if row.to_amount is None else row.to_amount
    if at != float("inf"):
        last = ordered[-1]
        raise InputFault("CP-1371", row=last.id, expected="∞", found=f"{at:g}", unit=last.unit)


def subsidies_on(rows: Sequence[Subsidy], day: date) -> tuple[Subsidy, ...]:
    """Programmes in force on a day, in the order they pay; of several editions of one id the newest."""
    valid = [row for row in rows if _begun(row, day) and _lasting(row, day)]
    newest: dict[str, Subsidy] = {}
    for row in valid:
        if row.id not in newest or _start(row) > _start(newest[row.id]):
            newest[row.id] = row
    return tuple(sorted(newest.values(), key=lambda row: row.order))


def factors_on(rows: Sequence[Factor], day: date, region: str, factor_year: int | None) -> dict[str, Factor]:
    """The factor of each carrier: the newest edition not after the day's year, before the first edition the first.

    Args:
        region: whose grid an electricity factor is for.
        factor_year: the year of a factor that has a region, where a person chose one.

    Raises:
        InputFault: CP-1374 no factor of this region or year.
    """
    found: dict[str, Factor] = {}
    for carrier in dict.fromkeys(row.carrier for row in rows):
        of_carrier = [row for row in rows if row.carrier == carrier]
        regional = any(row.region for row in of_carrier)
        here = [row for row in of_carrier if row.region in ("", region)]
        if regional and factor_year is not None:
            here = [row for row in here if year_of(row) == factor_year]
        if not here:
            known = ", ".join(f"{row.region} {row.year}" for row in of_carrier)
            raise InputFault("CP-1374", carrier=carrier, region=region, year=factor_year or day.year, known=known)
        reached = [row for row in here if year_of(row) <= day.year]
        found[carrier] = max(reached, key=year_of) if reached else min(here, key=year_of)
    return found


def year_of(row: Factor) -> int:
    """The year of an edition; 0 where it is not known."""
    return int(row.year[:4]) if row.year[:4].isdigit() else 0


def check_dates(table: str, rows: Iterable[Tariff | Subsidy]) -> None:
    """No row ends before it begins.

    Raises:
        InputFault: CP-1372.
    """
    for row in rows:
        if row.valid_from is not None and row.valid_to is not None and row.valid_to < row.valid_from:
            raise InputFault(
                "CP-1372", table=table, row=row.id, valid_from=row.valid_from.isoformat(),
                valid_to=row.valid_to.isoformat(),
            )  # fmt: skip


CONVERTERS: Final[dict[str, Callable[[str], object]]] = {
    "valid_from": day_from,
    "valid_to": day_to,
    "hours": hours,
    "season": season,
}
