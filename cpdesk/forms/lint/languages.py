"""Whether every text is there in every language of the form."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.forms.lint.context import Look
from cpdesk.forms.lint.findings import Place
from cpdesk.forms.lint.structure import TRANSLATABLE
from cpdesk.forms.lint.workbook import Row, Sheet

_COLUMN: Final = re.compile(r"(?:media::)?([a-z_\-]+)::?\s*([^:]+?)\s*\Z")
_CODE: Final = re.compile(r"\(([A-Za-z]{2,3}(?:-\w+)*)\)\Z")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_SILENT: Final = frozenset(
    (
        "calculate", "hidden", "start", "end", "today", "deviceid", "username", "email", "phonenumber", "audit",
        "start-geopoint", "background-audio", "background-geopoint", "xml-external", "csv-external",
    )
)  # fmt: skip


def look_at_languages(look: Look) -> None:
    """Texts that stand in one language and not in another; languages spelt in two ways."""
    sheets = [look.sheets[name] for name in ("survey", "choices") if name in look.sheets]
    languages = _languages(sheets)
    _spellings(look, sheets, languages)
    _default(look, languages)
    if len(languages) < 2:
        _labels(look)
        return
    for sheet in sheets:
        columns = _translated(sheet)
        for base, found in columns.items():
            for language in languages:
                if language not in found:
                    look.warning("language_column", Place(sheet.name, sheet.header_row), column=f"{base}::{language}")
            _rows(look, sheet, base, found)
        for base in columns:
            if base in sheet.header:
                look.warning(
                    "language_mixed",
                    Place(sheet.name, sheet.header_row, base, sheet.letters.get(base, "")),
                    column=base,
                )
    _labels(look)


def _languages(sheets: list[Sheet]) -> dict[str, tuple[Sheet, str]]:
    """Language → the sheet and column it is first met in."""
    found: dict[str, tuple[Sheet, str]] = {}
    for sheet in sheets:
        for column in sheet.header:
            match = _COLUMN.match(column)
            if match and match[1] in TRANSLATABLE:
                found.setdefault(match[2], (sheet, column))
    return found


def _translated(sheet: Sheet) -> dict[str, dict[str, str]]:
    """Column without its language → language → the whole header."""
    found: dict[str, dict[str, str]] = {}
    for column in sheet.header:
        match = _COLUMN.match(column)
        if match and match[1] in TRANSLATABLE:
            found.setdefault(match[1], {})[match[2]] = column
    return found


def _spellings(look: Look, sheets: list[Sheet], languages: dict[str, tuple[Sheet, str]]) -> None:
    """Two names for one language code make two languages of one."""
    by_code: dict[str, str] = {}
    for name, (sheet, column) in languages.items():
        match = _CODE.search(name)
        code = match[1].lower() if match else name.lower()
        place = Place(sheet.name, sheet.header_row, column, sheet.letters.get(column, ""))
        if match is None:
            look.note("language_code", place, language=name)
        if by_code.setdefault(code, name) != name:
            look.error("language_twice", place, language=name, other=by_code[code])


def _default(look: Look, languages: dict[str, tuple[Sheet, str]]) -> None:
    settings = look.sheets.get("settings")
    row = settings.rows[0] if settings is not None and settings.rows else None
    default = row.get("default_language") if row is not None else ""
    if row is None or not languages:
        return
    if not default:
        look.warning("language_no_default", row.place("default_language"), known="、".join(languages))
    elif default not in languages:
        look.error("language_default", row.place("default_language"), language=default, known="、".join(languages))


def _rows(look: Look, sheet: Sheet, base: str, found: dict[str, str]) -> None:
    for row in sheet.rows:
        present = [language for language, column in found.items() if row.get(column)]
        if not present:
            continue
        for language, column in found.items():
            if not row.get(column):
                look.warning(
                    "translation_missing", row.place(column), text=_short(row.get(found[present[0]])), language=language
                )
            elif "(en)" in language and _HAN.search(row.get(column)) and base != "hint" and sheet.name == "survey":
                look.note("translation_same", row.place(column), text=_short(row.get(column)), language=language)


def _labels(look: Look) -> None:
    """Questions a person answers, and choices, without any words at all."""
    for question in look.survey.questions:
        if question.type in _SILENT or question.is_group or _has_label(question.row):
            continue
        if question.type == "note" or not question.row.get("calculation"):
            look.error("label_missing", question.row.place("label"), name=question.name)
    used = {question.choices for question in look.survey.questions}
    for name, rows in look.codes.items():
        for code, row in rows.items():
            if name in used and not _has_label(row):
                look.error("label_missing", row.place("label"), name=code)


def _has_label(row: Row) -> bool:
    return any(
        column == "label" or column.startswith(("label:", "media:", "image", "audio", "video", "big-image"))
        for column in row.cells
    )


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"
