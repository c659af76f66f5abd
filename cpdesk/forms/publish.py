"""XLSForm to XForm, in memory, through pyxform; what it finds wrong is said with sheet and row."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.base.errors import InputFault

_ROW: Final = re.compile(r"\[row\s*:\s*(\d+)\]\s*")
_QUOTED: Final = re.compile(r"['‘“]([^'’”]{1,80})['’”]")
_SHEET: Final = re.compile(r"['‘]?(survey|choices|settings|entities|osm|external_choices)['’]?\s+(?:sheet|worksheet)")


def compile_xlsform(source: bytes | str, *, name: str) -> str:
    """The XForm XML of an XLSForm.

    Args:
        source: the bytes of an .xlsx workbook, or the text of a markdown XLSForm.
        name: what to call the form in messages; its id when the settings sheet has none.

    Raises:
        InputFault: CP-1216 with sheet and row where pyxform says them.
    """
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    kind = ".md" if isinstance(source, str) else ".xlsx"
    try:
        result = convert(xlsform=source, file_type=kind, form_name="data", pretty_print=False)
    except PyXFormError as error:
        raise _fault(name, str(error), _row_of(source, kind, str(error))) from None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        # A damaged workbook fails inside the readers that pyxform uses, each in its own way.
        raise _fault(name, f"{type(error).__name__}: {error}", None) from error
    return str(result.xform)


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
    for sheet in ("survey", "choices", "settings"):
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
