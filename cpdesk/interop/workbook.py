"""Opening workbooks and CSV files that came from anywhere: damaged, protected, huge or made to harm.

openpyxl's streaming reader is quick and frugal, but tells nothing of merged cells, hidden rows or formulas without a
saved result; those three are read from the sheet's XML in one pass of their own. The full reader would know them and
take several times the memory.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils.cell import range_boundaries

from cpdesk.base.errors import InputFault
from cpdesk.base.files import disk_faults

FILE_BYTES_MAX: Final = 50_000_000
UNPACKED_BYTES_MAX: Final = 400_000_000
_PARTS_MAX: Final = 2_000
_BLANK_ROWS_MAX: Final = 20_000
"""Reading stops after so many blank rows: below them stands formatting, not data."""
_COLUMNS_MAX: Final = 200
_CHUNK: Final = 4_000_000
_OVERLAP: Final = 20_000
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAG: Final = rb"(?:\w+:)?"
_MERGE: Final = re.compile(rb"<" + _TAG + rb'mergeCell\b[^>]*?\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_HIDDEN: Final = re.compile(rb"<" + _TAG + rb'row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_UNSAVED: Final = re.compile(
    rb"<" + _TAG + rb'c\b[^>]*?\br="([A-Z]+\d+)"[^>]*><' + _TAG + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + _TAG + rb"f>)"
    rb"(?:<" + _TAG + rb"v\s*/>|<" + _TAG + rb"v></" + _TAG + rb"v>)?</" + _TAG + rb"c>"
)
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """A formula's error such as #REF!, kept apart from text that looks like one."""

    text: str


@dataclass(slots=True)
class RawSheet:
    """One sheet as it is: `rows[i]` is Excel's row i+1; values are None, str, int, float, bool, dates or ErrorValue.

    Numbers shown with leading zeros by a format such as 000 come as that text. Merged ranges are
    (first column, first row, last column, last row), 1-based; `unsaved` holds formulas without a result as
    (column, row).
    """

    name: str
    rows: list[tuple[object, ...]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    unsaved: set[tuple[int, int]] = field(default_factory=set)


def open_sheets(path: Path, *, only: str | None = None) -> list[RawSheet]:
    """All visible sheets of an .xlsx, or the single one of a .csv; `only` names one sheet.

    Raises:
        InputFault: CP-1101 damaged, CP-1102 password, CP-1103 old .xls, CP-1104 too large, CP-1123 unknown encoding,
            CP-1124 no such sheet, CP-1125 neither .xlsx nor .csv.
        EnvironmentFault: CP-2002..2004 the file cannot be read.
    """
    with disk_faults(path):
        size = path.stat().st_size
        if size > FILE_BYTES_MAX:
            raise _too_large(path, size, FILE_BYTES_MAX)
        content = path.read_bytes()
    suffix = path.suffix.lower()
    if suffix in (".csv", ".txt"):
        return [RawSheet(path.name, _csv_rows(path, content))]
    if content.startswith(_OLE):
        protected = "EncryptedPackage".encode("utf-16-le") in content
        raise InputFault("CP-1102" if protected else "CP-1103", file=path.name)
    if suffix not in (".xlsx", ".xlsm"):
        raise InputFault("CP-1125", file=path.name, suffix=suffix or "?")
    return _workbook_sheets(path, content, only)


def _workbook_sheets(path: Path, content: bytes, only: str | None) -> list[RawSheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
            if unpacked > UNPACKED_BYTES_MAX or len(package.infolist()) > _PARTS_MAX:
                raise _too_large(path, unpacked, UNPACKED_BYTES_MAX)
            parts = _sheet_parts(package)
            if only is not None and only not in parts:
                raise InputFault("CP-1124", file=path.name, sheet=only, sheets="、".join(parts))
            sheets = _values(content, [only] if only is not None else list(parts))
            for sheet in sheets:
                with package.open(parts[sheet.name]) as stream:
                    _scan(stream, sheet)
            return sheets
    except InputFault:
        raise
    except Exception as error:  # a damaged package makes the libraries raise nearly anything
        raise InputFault("CP-1101", file=path.name) from error


def _too_large(path: Path, found: int, limit: int) -> InputFault:
    return InputFault("CP-1104", file=path.name, found_mb=round(found / 1e6), limit_mb=limit // 1_000_000)


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Names of the visible work sheets in order, with their parts in the package."""
    relations = ElementTree.fromstring(_safe_xml(package, "xl/_rels/workbook.xml.rels"))  # noqa: S314 - no DOCTYPE
    targets = {
        item.get("Id", ""): item.get("Target", "") for item in relations if item.get("Type", "").endswith("/worksheet")
    }
    book = ElementTree.fromstring(_safe_xml(package, "xl/workbook.xml"))  # noqa: S314 - no DOCTYPE
    parts: dict[str, str] = {}
    for item in book.iter():
        if item.tag.rpartition("}")[2] == "sheet" and item.get("state", "visible") == "visible":
            target = targets.get(item.get(_RELATION, ""))
            if target is not None:
                parts[item.get("name", "")] = (
                    target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
                )
    return parts


def _safe_xml(package: zipfile.ZipFile, name: str) -> bytes:
    content = package.read(name)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("a document type has no place in a workbook")  # entity bombs
    return content


def _values(content: bytes, names: Iterable[str]) -> list[RawSheet]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and validations it drops; values are not touched
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            return [RawSheet(name, _rows(book[name])) for name in names]
        finally:
            book.close()


def _rows(sheet: Any) -> list[tuple[object, ...]]:
    sheet.reset_dimensions()  # the declared size is often wrong, or a million rows of formatting
    rows: list[tuple[object, ...]] = []
    blank = 0
    for cells in sheet.iter_rows():
        values = tuple(_value(cell) for cell in cells[:_COLUMNS_MAX])
        blank = 0 if any(value is not None for value in values) else blank + 1
        rows.append(values if blank == 0 else ())
        if blank > _BLANK_ROWS_MAX:
            break
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _value(cell: Any) -> object:
    value = cell.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if cell.data_type == "e":
        return ErrorValue(str(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = str(cell.number_format or "").split(";")[0]
        if len(shown) > 1 and not shown.strip("0") and float(value).is_integer():
            return f"{int(value):0{len(shown)}d}"
    return value


def _scan(stream: Any, sheet: RawSheet) -> None:
    """Read merged ranges, hidden rows and formulas without a result out of the sheet's XML."""
    merged: set[bytes] = set()
    tail = b""
    while chunk := stream.read(_CHUNK):
        block = tail + chunk
        if b"<!DOCTYPE" in block:
            raise ValueError("a document type has no place in a sheet")
        merged.update(_MERGE.findall(block))
        sheet.hidden_rows.update(int(row) for row in _HIDDEN.findall(block))
        for place in _UNSAVED.findall(block):
            column, row, _, _ = range_boundaries(place.decode("ascii"))
            if column is not None and row is not None:
                sheet.unsaved.add((column, row))
        tail = block[-_OVERLAP:]  # a tag cut in two is seen whole the next time; the sets forgive seeing one twice
    for reference in sorted(merged):
        left, top, right, bottom = range_boundaries(reference.decode("ascii"))
        if left is not None and top is not None and right is not None and bottom is not None:
            sheet.merged.append((left, top, right, bottom))


def _csv_rows(path: Path, content: bytes) -> list[tuple[object, ...]]:
    for encoding in ("utf-8-sig", "gb18030"):  # WPS and Excel in Chinese write GBK when asked for plain CSV
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputFault("CP-1123", file=path.name)
    if "\0" in text:
        raise InputFault("CP-1123", file=path.name)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    rows: list[tuple[object, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            values = tuple(cell if cell.strip() else None for cell in row)
            rows.append(values if any(values) else ())
    except csv.Error as error:
        raise InputFault("CP-1101", file=path.name) from error
    while rows and not rows[-1]:
        rows.pop()
    return rows
