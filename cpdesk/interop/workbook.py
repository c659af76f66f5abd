"""Opening workbooks and CSV files that came from anywhere: damaged, protected, huge or made to harm."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree import ElementTree

from cpdesk.base.errors import InputFault
from cpdesk.base.files import disk_faults
from cpdesk.interop.sheetxml import RawSheet, read_formats, read_sheet, read_strings

FILE_BYTES_MAX: Final = 50_000_000
UNPACKED_BYTES_MAX: Final = 400_000_000
_PARTS_MAX: Final = 2_000
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


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
        return [RawSheet(path.name, csv_rows(path.name, content))]
    if not content.startswith(_OLE) and suffix not in (".xlsx", ".xlsm"):
        raise InputFault("CP-1125", file=path.name, suffix=suffix or "?")
    return workbook_sheets(path, content, only=only)


def workbook_sheets(path: Path, content: bytes, *, only: str | None = None, hidden: bool = False) -> list[RawSheet]:
    """The sheets of an .xlsx that has been read already.

    Args:
        path: where it came from, for messages.
        only: the name of the one sheet that is wanted.
        hidden: with the sheets nobody sees.

    Raises:
        InputFault: CP-1101 damaged, CP-1102 password, CP-1103 old .xls, CP-1104 too large, CP-1124 no such sheet.
    """
    if content.startswith(_OLE):
        protected = "EncryptedPackage".encode("utf-16-le") in content
        raise InputFault("CP-1102" if protected else "CP-1103", file=path.name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
            if unpacked > UNPACKED_BYTES_MAX or len(package.infolist()) > _PARTS_MAX:
                raise _too_large(path, unpacked, UNPACKED_BYTES_MAX)
            parts = _sheet_parts(package, hidden=hidden)
            if only is not None and only not in parts:
                raise InputFault("CP-1124", file=path.name, sheet=only, sheets="、".join(parts))
            return _read_sheets(package, {only: parts[only]} if only is not None else parts)
    except InputFault:
        raise
    except Exception as error:  # a damaged package makes the libraries raise nearly anything
        raise InputFault("CP-1101", file=path.name) from error


def _read_sheets(package: zipfile.ZipFile, parts: Mapping[str, str]) -> list[RawSheet]:
    present = set(package.namelist())
    strings: list[str] = []
    if "xl/sharedStrings.xml" in present:
        with package.open("xl/sharedStrings.xml") as stream:
            strings = read_strings(stream)
    formats = read_formats(_xml(package, "xl/styles.xml")) if "xl/styles.xml" in present else []
    from_1904 = any(item.get("date1904") in ("1", "true") for item in _xml(package, "xl/workbook.xml"))
    sheets = []
    for name, part in parts.items():
        with package.open(part) as stream:
            sheets.append(read_sheet(stream, name, strings=strings, formats=formats, from_1904=from_1904))
    return sheets


def _too_large(path: Path, found: int, limit: int) -> InputFault:
    return InputFault("CP-1104", file=path.name, found_mb=round(found / 1e6), limit_mb=limit // 1_000_000)


def _sheet_parts(package: zipfile.ZipFile, *, hidden: bool) -> dict[str, str]:
    """Names of the work sheets in order, with their parts in the package."""
    relations = _xml(package, "xl/_rels/workbook.xml.rels")
    targets = {
        item.get("Id", ""): item.get("Target", "") for item in relations if item.get("Type", "").endswith("/worksheet")
    }
    book = _xml(package, "xl/workbook.xml")
    parts: dict[str, str] = {}
    for item in book.iter():
        if item.tag.rpartition("}")[2] == "sheet" and (hidden or item.get("state", "visible") == "visible"):
            target = targets.get(item.get(_RELATION, ""))
            if target is not None:
                parts[item.get("name", "")] = (
                    target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
                )
    return parts


def _xml(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    content = package.read(name)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("a document type has no place in a workbook")  # entity bombs
    return ElementTree.fromstring(content)  # noqa: S314 - no document type, so no entities


def csv_rows(name: str, content: bytes, *, delimiter: str = "") -> list[tuple[object, ...]]:
    """The rows of a CSV file in UTF-8 or GBK; blank cells are None.

    Args:
        delimiter: "" guesses it from the first line.

    Raises:
        InputFault: CP-1123 an encoding nobody knows; CP-1101 no CSV.
    """
    for encoding in ("utf-8-sig", "gb18030"):  # WPS and Excel in Chinese write GBK when asked for plain CSV
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputFault("CP-1123", file=name)
    if "\0" in text:
        raise InputFault("CP-1123", file=name)
    delimiter = delimiter or max(",\t;", key=text.split("\n", 1)[0].count)
    rows: list[tuple[object, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            values = tuple(cell if cell.strip() else None for cell in row)
            rows.append(values if any(values) else ())
    except csv.Error as error:
        raise InputFault("CP-1101", file=name) from error
    while rows and not rows[-1]:
        rows.pop()
    return rows
