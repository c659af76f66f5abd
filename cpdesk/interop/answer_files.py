"""Tables of answers as files: a workbook with a sheet a table, or a .zip with a CSV a table. Texts come back unchanged.

What not every program keeps (control characters, blanks alone, what a workbook takes for an escape, in CSV a text
that would be taken for a formula) is written as `␛000D;`, the code of the sign behind U+241B. Workbooks have an escape
of their own, `_x000D_`; LibreOffice knows half of it and loses carriage returns, so that it is only read here.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.base.files import disk_faults, write_atomically
from cpdesk.interop.answer_tables import AnswerTable
from cpdesk.interop.sheetxml import RawSheet
from cpdesk.interop.workbook import FILE_BYTES_MAX, UNPACKED_BYTES_MAX, csv_rows, open_sheets

_ESCAPED: Final = re.compile("\u241b([0-9A-F]{4});")
_OF_WORKBOOKS: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MISTAKABLE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)|\u241b")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_FORMULA: Final = re.compile(r"\A(?:[=@\t\r]|[+\-](?![\d.]+\Z))")
_TABLES_MAX: Final = 200


def write_tables(path: Path, tables: Sequence[AnswerTable]) -> None:
    """Write tables to an .xlsx or a .zip of CSV files.

    Raises:
        InputFault: CP-1140 another kind of file. EnvironmentFault: CP-20xx when it cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        content = _workbook(tables)
    elif suffix == ".zip":
        content = _package(tables)
    else:
        raise InputFault("CP-1140", file=path.name, suffix=suffix or "?")
    write_atomically(path, content)


def _workbook(tables: Sequence[AnswerTable]) -> bytes:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    bold, grey = Font(bold=True), Font(color="FF6B7280", italic=True)
    for table in tables:
        sheet = book.create_sheet(table.name)
        sheet.freeze_panes = "B3"
        for place, column in enumerate(table.columns, 1):
            sheet.column_dimensions[get_column_letter(place)].width = 38 if column.startswith("_") else 16
        for number, line in enumerate((table.columns, table.asked, *table.rows)):
            cells = []
            for text in line:
                cell = WriteOnlyCell(sheet, value=escape(text) if text else None)
                cell.data_type = "s"  # an answer is never a formula, a number or a date here
                if number < 2:
                    cell.font = grey if number else bold
                    cell.alignment = Alignment(wrap_text=bool(number), vertical="top")
                cells.append(cell)
            sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _package(tables: Sequence[AnswerTable]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for table in tables:
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\r\n")
            for line in (table.columns, table.asked, *table.rows):
                writer.writerow([_no_formula(escape(cell)) for cell in line])
            package.writestr(f"{table.name}.csv", text.getvalue().encode("utf-8-sig"))
    return stream.getvalue()


def escape(text: str) -> str:
    """A text as a cell can hold it; `unescape` gives it back."""
    text = _CONTROL.sub(_code, _MISTAKABLE.sub(_code, text))
    return text if not text or text.strip() else "".join(f"\u241b{ord(sign):04X};" for sign in text)


def _code(match: re.Match[str]) -> str:
    return f"\u241b{ord(match[0][0]):04X};"


def unescape(text: str) -> str:
    """What `escape` was given."""
    return _ESCAPED.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    """What an escape stands for; half of a surrogate pair is no sign, so that it stays as it is written."""
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)


def _no_formula(text: str) -> str:
    return _FORMULA.sub(_code, text)


def read_tables(path: Path) -> list[RawSheet]:
    """The tables of a workbook or a .zip of CSV files, cells as they were read, texts unescaped.

    Raises:
        InputFault: CP-11xx damaged, locked, too large, of another kind. EnvironmentFault: CP-20xx it cannot be read.
    """
    packed = path.suffix.lower() == ".zip"
    sheets = _package_sheets(path) if packed else open_sheets(path)
    read = unescape if packed else _of_workbook
    for sheet in sheets:
        sheet.rows = [tuple(read(cell) if isinstance(cell, str) else cell for cell in row) for row in sheet.rows]
    return sheets


def _of_workbook(text: str) -> str:
    return unescape(_OF_WORKBOOKS.sub(_sign, text))


def _package_sheets(path: Path) -> list[RawSheet]:
    with disk_faults(path):
        size = path.stat().st_size
        if size > FILE_BYTES_MAX:
            raise _too_large(path, size, FILE_BYTES_MAX)
        content = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = [part for part in package.infolist() if part.filename.lower().endswith(".csv")]
            unpacked = sum(part.file_size for part in parts)
            if unpacked > UNPACKED_BYTES_MAX or len(parts) > _TABLES_MAX:
                raise _too_large(path, unpacked, UNPACKED_BYTES_MAX)
            return [
                RawSheet(Path(part.filename).stem, csv_rows(part.filename, package.read(part), delimiter=","))
                for part in parts
            ]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputFault("CP-1101", file=path.name) from error  # damaged, or locked with a password


def _too_large(path: Path, found: int, limit: int) -> InputFault:
    return InputFault("CP-1104", file=path.name, found_mb=round(found / 1e6), limit_mb=limit // 1_000_000)
