"""The sheets of an XLSForm with the rows and columns a person sees, blank rows counted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.lint.findings import Place

_ROWS_MAX: Final = 200_000
_COLUMNS_MAX: Final = 500


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


def read_sheets(source: bytes | str) -> dict[str, Sheet]:
    """The sheets of an .xlsx workbook or of the text of a markdown XLSForm, by name in small letters.

    Raises:
        InputFault: CP-1216 when it is no workbook that can be read.
    """
    return _markdown(source) if isinstance(source, str) else _workbook(source)


def _markdown(source: str) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    sheet: Sheet | None = None
    for number, line in enumerate(source.splitlines(), 1):
        if not line.lstrip().startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0]:
            header = tuple(cells[1:])
            sheet = Sheet(cells[0].lower(), number, header, {}, [])
            sheets[sheet.name] = sheet
        elif sheet is not None:
            _add(sheet, number, cells[1:])
    return sheets


def _workbook(source: bytes) -> dict[str, Sheet]:
    import openpyxl
    from openpyxl.utils import get_column_letter
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(source), read_only=True, data_only=True)
        sheets: dict[str, Sheet] = {}
        for worksheet in book.worksheets:
            rows = _values(worksheet.iter_rows(max_col=_COLUMNS_MAX, max_row=_ROWS_MAX, values_only=True))
            first = next(rows, None)
            if first is None:
                continue
            number, header = first
            letters = {text: get_column_letter(place) for place, text in enumerate(header, 1) if text}
            sheet = Sheet(worksheet.title.strip().lower(), number, header, letters, [])
            for number, cells in rows:
                _add(sheet, number, list(cells))
            sheets[sheet.name] = sheet
        return sheets
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, TypeError) as error:
        # A damaged workbook fails in the reader, each in its own way.
        raise InputFault("CP-1216", place="XLSForm", reason=f"{type(error).__name__}: {error}") from error


def _values(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for number, row in enumerate(rows, 1):
        cells = tuple(_text(value) for value in row)
        if any(cells):
            yield number, cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _add(sheet: Sheet, number: int, cells: list[str]) -> None:
    texts = {header: cell for header, cell in zip(sheet.header, cells, strict=False) if header and cell}
    if texts:
        sheet.rows.append(Row(sheet, number, texts))
