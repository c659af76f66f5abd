"""XLSForm to XForm, in memory, through pyxform; what it finds wrong is said with sheet and row."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.base.errors import InputFault

_ROW: Final = re.compile(r"\[row\s*:\s*(\d+)\]\s*")
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
        raise _fault(name, str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        # A damaged workbook fails inside the readers that pyxform uses, each in its own way.
        raise _fault(name, f"{type(error).__name__}: {error}") from error
    return str(result.xform)


def _fault(name: str, reason: str) -> InputFault:
    sheet, row = _SHEET.search(reason), _ROW.search(reason)
    place = name
    if sheet is not None or row is not None:
        place += f", {sheet[1] if sheet else 'survey'}"
    if row is not None:
        place += f", row {row[1]}"
    return InputFault("CP-1216", place=place, reason=" ".join(_ROW.sub("", reason).split())[:500])
