"""Registers as offices would send them: empty ones to be filled in, and made-up ones for demonstrations and tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils.cell import get_column_letter

from cpdesk.base.i18n import Translator
from cpdesk.base.resources import resource_path
from cpdesk.interop.register_tables import REFERENCES, RegisterField, choice_words, is_choice, register

_SAMPLES: Final = {
    "community": "sample_communities",
    "substation": "sample_substations",
    "well": "sample_wells",
    "segment": "sample_segments",
}
_WIDTH_MIN, _WIDTH_MAX = 10, 32
_MADE_AT: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's date has no zone; fixed, so the file never varies


def register_template(kinds: Sequence[str], language: str = "zh") -> bytes:
    """An empty .xlsx register: a sheet a kind, a header as the import knows it, with a note on what each cell takes."""
    return _workbook(kinds, {}, language)


def sample_site_register(kinds: Sequence[str]) -> bytes:
    """An .xlsx register of made-up sites; every row says in its remark that it is a sample. Always the same bytes.

    Raises:
        KeyError: there are no samples of that kind.
    """
    return _workbook(kinds, {kind: _sample_rows(kind) for kind in kinds}, "zh")


def _sample_rows(kind: str) -> list[dict[str, str]]:
    with resource_path(f"tables/{_SAMPLES[kind]}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _workbook(kinds: Sequence[str], rows: Mapping[str, Sequence[Mapping[str, str]]], language: str) -> bytes:
    text = Translator(language)
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = _MADE_AT
    first: Any = book.active
    book.remove(first)
    for kind in kinds:
        sheet: Any = book.create_sheet(text(f"register.sheet.{kind}"))
        fields = register(kind).fields
        filled = rows.get(kind)
        if filled:
            fields = tuple(field for field in fields if field.name in filled[0])
        sheet.append([field.zh if language == "zh" else field.en for field in fields])
        _dress(sheet, fields, text)
        for row in filled or ():
            sheet.append([row[field.name] or None for field in fields])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _dress(sheet: Any, fields: Sequence[RegisterField], text: Translator) -> None:
    sheet.freeze_panes = "C2"
    for place, field in enumerate(fields, 1):
        cell = sheet.cell(1, place)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        note = _note(field, text)
        if note:
            cell.comment = Comment(note, "cpdesk")
        width = 2 * len(field.zh) + 4
        sheet.column_dimensions[get_column_letter(place)].width = max(_WIDTH_MIN, min(_WIDTH_MAX, width))
        if field.kind in ("code", "phone", *REFERENCES):
            sheet.column_dimensions[get_column_letter(place)].number_format = "@"  # Excel would drop leading zeros


def _note(field: RegisterField, text: Translator) -> str:
    """What a cell of the column takes, for whoever fills it in."""
    parts = [text("register.note.required")] if field.required else []
    if field.kind in ("whole", "number", "year") and field.rule:
        parts.append(text("register.note.range", range=field.rule.replace("..", "–").strip("–")))
    elif is_choice(field.kind):
        parts.append(text("register.note.choices", words=choice_words(field.kind)))
    elif field.kind in REFERENCES:
        parts.append(text("register.note.reference"))
    return "\n".join(parts)
