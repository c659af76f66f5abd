"""The tables of a file of answers put together by survey, with the place of every cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import InputFault

if TYPE_CHECKING:
    from cpdesk.interop.problems import CellProblem
    from cpdesk.interop.sheetxml import RawSheet

_PART_DIGITS_MAX: Final = 6
_MERGED_CELLS_MAX: Final = 200_000
_BROKEN: Final = "CP-1115"
_UNSAVED: Final = "CP-1116"
_MERGED: Final = "CP-1110"


@dataclass(slots=True)
class Cell:
    """One cell with its place. `fault` is the code of what keeps it from being read, "" when it can be."""

    sheet: str
    row: int
    column: str
    header: str
    value: object
    fault: str = ""


@dataclass(slots=True)
class Item:
    """A row of the table of a repeat: ids of the item ("" = a new one) and of the item around it."""

    row: Cell
    id: str
    parent: str
    cells: list[Cell]


@dataclass(slots=True)
class Filled:
    """What a file says of one survey: cells of its row, items by table, parts of the entries of `more`, and what is
    wrong with its rows as such."""

    row: Cell
    cells: list[Cell] = field(default_factory=list)
    items: dict[str, list[Item]] = field(default_factory=dict)
    more: dict[str, dict[int, str]] = field(default_factory=dict)
    faults: list[tuple[Cell, str]] = field(default_factory=list)


class Reading:
    """The tables of a file by survey.

    Attributes:
        surveys: by id, in the order of the file.
        rows_of_items: rows by table and item, whatever survey they are said to be of.

    Raises:
        InputFault: CP-1142 there is no table of surveys, or it has no column of ids; CP-1101 the file is damaged.
    """

    def __init__(self, sheets: Sequence[RawSheet], file: str) -> None:
        from cpdesk.interop import answer_tables as at

        self.surveys: dict[str, Filled] = {}
        self.rows_of_items: dict[tuple[str, str], list[Cell]] = {}
        self._problems: list[CellProblem] = []
        self._headers: dict[str, tuple[str, ...]] = {}
        self._doubled: list[Cell] = []
        self._file = file
        by_name = {sheet.name: sheet for sheet in sheets}
        surveys = by_name.pop(at.SURVEYS, None)
        if surveys is None or not surveys.rows or at.ID not in map(shown, surveys.rows[0]):
            raise InputFault("CP-1142", file=file, sheet=at.SURVEYS)
        for row, cells in self._rows(surveys):
            if row.value in self.surveys:
                self.problem(row, "CP-1144")
            else:
                self.surveys[str(row.value)] = Filled(row, cells)
        more = by_name.pop(at.MORE, None)
        for name, sheet in by_name.items():
            for row, cells in self._rows(sheet):
                self._item(name, row, cells)
        for row, cells in self._rows(more) if more is not None else ():
            self._entry(row, cells)

    @property
    def count(self) -> int:
        """How many problems there are, those told twice counted twice."""
        return len(self._problems)

    def told(self) -> tuple[CellProblem, ...]:
        """All problems, each place and code once."""
        return tuple({(one.sheet, one.row, one.column, one.code): one for one in self._problems}.values())

    def problem(self, cell: Cell, code: str, **fields: object) -> None:
        """Note what is wrong with a cell; the survey in hand is left out."""
        from cpdesk.interop.problems import CellProblem

        value = shown(cell.value)
        self._problems.append(
            CellProblem(cell.sheet, cell.row, cell.column, cell.header, value, code, cell.row, fields)
        )

    def is_whole(self, table: str, filled: Filled) -> bool:
        """Whether the file has the table of a repeat; without its ids nobody can say which items are still there."""
        from cpdesk.interop.answer_tables import ID, ITEM

        header = self._headers.get(table)
        if header is None:
            return False
        missing = [column for column in (ID, ITEM) if column not in header]
        for column in missing:
            self.problem(Cell(table, 1, "", column, None), "CP-1107")
        return not missing

    def is_sound(self, filled: Filled) -> bool:
        """Whether the rows of a survey can be told apart and read; what is wrong is noted."""
        from cpdesk.interop.answer_tables import PART

        for cell in self._doubled:
            self.problem(cell, "CP-1108")
        for cell, code in filled.faults:
            self.problem(cell, code)
        for rows in filled.items.values():
            twice = Counter(row.id for row in rows if row.id)
            for row in rows:
                if twice[row.id] > 1:
                    self.problem(row.row, "CP-1152", item=row.id)
        for path, parts in filled.more.items():
            if sorted(parts) != list(range(1, len(parts) + 1)):
                self.problem(filled.row, "CP-1153", path=path, part=PART)
                return False
        return not (self._doubled or filled.faults)

    def _item(self, table: str, row: Cell, cells: list[Cell]) -> None:
        from cpdesk.interop.answer_tables import ITEM, PARENT

        said = {cell.header: shown(cell.value) for cell in cells}
        item = Item(row, said.get(ITEM, ""), said.get(PARENT, ""), [one for one in cells if one.header[0] != "_"])
        if item.id:
            self.rows_of_items.setdefault((table, item.id), []).append(row)
        filled = self.surveys.get(str(row.value))
        if filled is None:
            self.problem(row, row.fault or "CP-1143")
            return
        filled.faults += [(cell, cell.fault) for cell in cells if cell.fault and cell.header in (ITEM, PARENT)]
        filled.items.setdefault(table, []).append(item)

    def _entry(self, row: Cell, cells: list[Cell]) -> None:
        from cpdesk.interop.answer_tables import PART, PATH, VALUE

        filled = self.surveys.get(str(row.value))
        if filled is None:
            self.problem(row, row.fault or "CP-1143")
            return
        said = {cell.header: shown(cell.value) for cell in cells}
        path, part = said.get(PATH, ""), said.get(PART) or "1"
        filled.faults += [(cell, cell.fault) for cell in cells if cell.fault]
        if not path:
            return
        number = int(part) if part.isdecimal() and len(part) <= _PART_DIGITS_MAX else 0
        if filled.more.setdefault(path, {}).setdefault(number, said.get(VALUE, "")) != said.get(VALUE, ""):
            filled.faults.append((row, "CP-1154"))

    def _rows(self, sheet: RawSheet) -> Iterator[tuple[Cell, list[Cell]]]:
        """Rows of data: the cell of the survey's id, and all others."""
        from openpyxl.utils import get_column_letter

        from cpdesk.interop.answer_tables import ID, NOTE_MARK
        from cpdesk.interop.sheetxml import ErrorValue

        header = tuple(shown(value) for value in sheet.rows[0]) if sheet.rows else ()
        self._headers[sheet.name] = header
        if ID not in header:
            return
        letters = [get_column_letter(index) for index in range(1, len(header) + 1)]
        for index, name in enumerate(header):
            if name and name in header[:index]:
                self._doubled.append(Cell(sheet.name, 1, letters[index], name, name))
        place = header.index(ID)
        faults = self._faults(sheet)
        for number, values in enumerate(sheet.rows[1:], 2):
            padded = [*values, *[None] * (len(header) - len(values))]
            if not any(value is not None for value in padded) or shown(padded[place]).startswith(NOTE_MARK):
                continue
            cells = [
                Cell(sheet.name, number, letters[index], name, padded[index], faults.get((index + 1, number), ""))
                for index, name in enumerate(header)
            ]
            for cell in cells:
                if isinstance(cell.value, ErrorValue):
                    cell.fault = _BROKEN
            row = cells.pop(place)
            row.value = shown(row.value)
            yield row, [cell for cell in cells if cell.header]

    def _faults(self, sheet: RawSheet) -> Mapping[tuple[int, int], str]:
        """Cells by (column, row) that hold no value: formulas without a result, merged cells but the first."""
        found = dict.fromkeys(sheet.unsaved, _UNSAVED)
        for left, top, right, bottom in sheet.merged:
            columns = range(left, min(right, len(self._headers[sheet.name])) + 1)
            rows = range(top, min(bottom, len(sheet.rows)) + 1)
            if len(found) + len(columns) * len(rows) > _MERGED_CELLS_MAX:
                raise InputFault("CP-1101", file=self._file)
            merged = ((column, row) for row in rows for column in columns if (column, row) != (left, top))
            found |= dict.fromkeys(merged, _MERGED)
        return found


def shown(value: object) -> str:
    """A cell as a text, for comparing and for messages."""
    from cpdesk.interop.sheetxml import ErrorValue

    if isinstance(value, ErrorValue):
        return value.text
    return typed(value, "")


def typed(value: object, kind: str) -> str:
    """A cell as somebody would type it into a question.

    Args:
        value: what a workbook holds: a text, a number, a truth, a date or a time.
        kind: data type of the question.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return str(int(number)) if number.is_finite() and number == number.to_integral_value() else f"{number:f}"
    if isinstance(value, datetime):
        if kind != "dateTime" and value.time() == time():
            return value.date().isoformat()
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
