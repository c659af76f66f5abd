"""The sheets of an XLSForm with the rows and columns a person sees, blank rows counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cpdesk.forms.lint.findings import Place


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `cells` holds the texts that are not blank, by header."""

    sheet: Sheet
    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The text of a cell, "" when it is blank or the sheet has no such column."""
        return self.cells.get(column, "")

    def place(self, column: str = "") -> Place:
        """Where a cell of this row is."""
        return Place(self.sheet.name, self.number, column, self.sheet.letters.get(column, ""))


@dataclass(slots=True)
class Sheet:
    """One sheet. `letters` are the spreadsheet's names of the columns by header, none in markdown."""

    name: str
    header_row: int
    header: tuple[str, ...]
    letters: Mapping[str, str]
    rows: list[Row]


def markdown_sheets(source: str) -> dict[str, Sheet]:
    """The sheets of the text of a markdown XLSForm, by name in small letters; rows are counted as lines."""
    sheets: dict[str, Sheet] = {}
    sheet: Sheet | None = None
    for number, line in enumerate(source.splitlines(), 1):
        if not line.lstrip().startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0]:
            sheet = Sheet(cells[0].lower(), number, tuple(cells[1:]), {}, [])
            sheets[sheet.name] = sheet
        elif sheet is not None:
            _add(sheet, number, cells[1:])
    return sheets


def workbook_sheets(raw: Iterable[tuple[str, Sequence[Sequence[object]]]]) -> dict[str, Sheet]:
    """The sheets of a workbook, by name in small letters.

    Args:
        raw: name and rows of each sheet, the first row being row 1.
    """
    sheets: dict[str, Sheet] = {}
    for name, rows in raw:
        filled = [(number, cells) for number, row in enumerate(rows, 1) if any(cells := [_text(one) for one in row])]
        if not filled:
            continue
        number, header = filled[0]
        letters = {text: _letter(place) for place, text in enumerate(header) if text}
        sheet = Sheet(name.strip().lower(), number, tuple(header), letters, [])
        for number, cells in filled[1:]:
            _add(sheet, number, cells)
        sheets[sheet.name] = sheet
    return sheets


def _letter(place: int) -> str:
    """What a spreadsheet program calls the column at a place: A, B, … Z, AA, …"""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _add(sheet: Sheet, number: int, cells: Sequence[str]) -> None:
    texts = {header: cell for header, cell in zip(sheet.header, cells, strict=False) if header and cell}
    if texts:
        sheet.rows.append(Row(sheet, number, texts))
