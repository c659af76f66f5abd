"""XLSForm to XForm, in memory, through pyxform; what it finds wrong is said with sheet and row."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.files.external import ITEMSETS

_ROW: Final = re.compile(r"\[row\s*:\s*(\d+)\]\s*")
_QUOTED: Final = re.compile(r"['‘“]([^'’”]{1,80})['’”]")
_SHEET: Final = re.compile(r"['‘]?(survey|choices|settings|entities|osm|external_choices)['’]?\s+(?:sheet|worksheet)")
_BYTES_MAX: Final = 20_000_000
_UNPACKED_BYTES_MAX: Final = 30_000_000
"""Of the sheets and texts of a workbook; pictures in it are not read."""
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Compiled:
    """What an XLSForm gives.

    Attributes:
        xml: the XForm.
        files: choice files made of the workbook itself, by name (`itemsets.csv` of the sheet external_choices).
        warnings: what pyxform thinks doubtful, in its English.
    """

    xml: str
    files: dict[str, bytes] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def compile_xlsform(source: bytes | str, *, name: str) -> str:
    """The XForm XML of an XLSForm; arguments and errors as `compile_whole`."""
    return compile_whole(source, name=name).xml


def compile_whole(source: bytes | str, *, name: str) -> Compiled:
    """The XForm of an XLSForm and the files made of it.

    Args:
        source: the bytes of an .xlsx or .xls workbook, or the text of a markdown XLSForm.
        name: what to call the form in messages; its id when the settings sheet has none.

    Raises:
        InputFault: CP-1216 with sheet and row where pyxform says them; CP-1203 too large; CP-1202 a workbook with a
            document type inside.
    """
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    if len(source) > _BYTES_MAX:
        raise InputFault("CP-1203", what="size", found=len(source), limit=_BYTES_MAX)
    kind = ".md" if isinstance(source, str) else ".xls" if source.startswith(_OLD_EXCEL) else ".xlsx"
    warnings: list[str] = []
    try:
        if isinstance(source, bytes) and kind == ".xlsx":
            _check_workbook(source)
        result = convert(xlsform=source, warnings=warnings, file_type=kind, form_name="data", pretty_print=False)
    except InputFault:
        raise
    except PyXFormError as error:
        raise _fault(name, str(error), _row_of(source, kind, str(error))) from None
    except Exception as error:
        # A damaged or hostile workbook fails inside the readers that pyxform uses, each in its own way.
        raise _fault(name, f"{type(error).__name__}: {error}", None) from error
    files = {} if result.itemsets is None else {ITEMSETS: result.itemsets.encode("utf-8")}
    return Compiled(str(result.xform), files, tuple(warnings))


def _check_workbook(source: bytes) -> None:
    """Refuse a workbook that unpacks to much more than sheets are, or whose XML declares entities.

    Raises:
        InputFault: CP-1203, CP-1202. zipfile.BadZipFile: it is no workbook.
    """
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        members = [member for member in archive.infolist() if member.filename.lower().endswith((".xml", ".rels"))]
        size = sum(member.file_size for member in members)
        if size > _UNPACKED_BYTES_MAX:
            raise InputFault("CP-1203", what="size", found=size, limit=_UNPACKED_BYTES_MAX)
        for member in members:
            content = archive.read(member)
            if any(sign in content for sign in _DOCTYPES):
                raise InputFault("CP-1202", name=member.filename)


def _row_of(source: bytes | str, kind: str, reason: str) -> tuple[str, int] | None:
    """The first sheet and row that hold a word which pyxform quotes, where it does not name the row itself."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import get_xlsform

    words = set(_QUOTED.findall(reason))
    if not words or _ROW.search(reason):
        return None
    try:
        book = get_xlsform(xlsform=source, file_type=kind)
    except (PyXFormError, ValueError, KeyError, TypeError, AttributeError):
        return None
    for sheet in ("survey", "choices", "entities", "external_choices", "osm", "settings"):
        for number, row in enumerate(getattr(book, sheet, None) or (), 2):
            if words & {str(cell).strip() for cell in row.values()}:
                return sheet, number
    return None


def _fault(name: str, reason: str, found: tuple[str, int] | None) -> InputFault:
    sheet, row = _SHEET.search(reason), _ROW.search(reason)
    place = name
    if found is not None:
        place += f", {found[0]}, row {found[1]}"
    elif row is not None:
        place += f", {sheet[1] if sheet else 'survey'}, row {row[1]}"
    elif sheet is not None:
        place += f", {sheet[1]}"
    return InputFault("CP-1216", place=place, reason=" ".join(_ROW.sub("", reason).split())[:500])
