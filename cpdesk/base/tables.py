"""Tables of figures: CSV with a head, read with row and column named in every complaint.

Tables are data that a district may correct, so they are checked on load. A cell that nobody knows stays empty and
becomes `None` where the column allows it. The column `status` says how sure a figure is:
`confirmed` (read in the source), `computed` (worked out from it), `to_confirm` (待核: shown with that mark),
`own_rule` (†: a rule of this program, to be changed by data).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cpdesk.base.errors import InputFault

STATUSES: Final = ("confirmed", "computed", "to_confirm", "own_rule")

Convert = Callable[[str], Any]


def read_table(path: Path, columns: Mapping[str, Convert]) -> list[dict[str, Any]]:
    """Rows of a CSV table as dictionaries, each cell converted by its column's function.

    Columns of the file that are not asked for are left out; asked-for columns must all be there.

    Raises:
        InputFault: CP-1001 missing columns; CP-1002 a cell that its column cannot take, with row and column;
            CP-1003 a row with too many or too few cells.
    """
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.reader(handle))
    head = rows[0] if rows else []
    missing = [name for name in columns if name not in head]
    if missing:
        raise InputFault("CP-1001", table=path.name, columns="、".join(missing))
    places = {name: head.index(name) for name in columns}
    table: list[dict[str, Any]] = []
    for number, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) != len(head):
            raise InputFault("CP-1003", table=path.name, row=number, found=len(row), expected=len(head))
        table.append({name: _cell(path, number, name, row[place], columns[name]) for name, place in places.items()})
    return table


def _cell(path: Path, number: int, name: str, text: str, convert: Convert) -> Any:
    try:
        return convert(text.strip())
    except ValueError as error:
        raise InputFault(
            "CP-1002", table=path.name, row=number, column=name, value=text, expected=str(error)
        ) from error


def text(cell: str) -> str:
    """A cell that must not be empty."""
    if not cell:
        raise ValueError("a text")
    return cell


def maybe_text(cell: str) -> str:
    """A cell that may be empty."""
    return cell


def number(cell: str) -> float:
    """A finite decimal number."""
    try:
        value = float(cell)
    except ValueError:
        raise ValueError("a number") from None
    if not math.isfinite(value):
        raise ValueError("a finite number")
    return value


def maybe_number(cell: str) -> float | None:
    """A number, or nothing."""
    return number(cell) if cell else None


def whole(cell: str) -> int:
    """A whole number."""
    try:
        return int(cell)
    except ValueError:
        raise ValueError("a whole number") from None


def maybe_whole(cell: str) -> int | None:
    """A whole number, or nothing."""
    return whole(cell) if cell else None


def words(cell: str) -> tuple[str, ...]:
    """Codes separated by spaces; an empty cell is no code."""
    return tuple(cell.split())


def one_of(*allowed: str) -> Convert:
    """A column that takes one of the given codes."""

    def convert(cell: str) -> str:
        if cell not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return cell

    return convert


status = one_of(*STATUSES)
