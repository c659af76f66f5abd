"""What the lint says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cpdesk.base.i18n import Translator

NOTHING_NEAR: Final = "—"
"""Stands for the nearest name where none is near."""


class Severity(StrEnum):
    """An error keeps a form from being published; a warning is probably a mistake; a note is worth a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """A cell, a row or a sheet. `row` counts as the spreadsheet program does (in markdown: lines); 0 = no row."""

    sheet: str
    row: int = 0
    column: str = ""
    letter: str = ""

    def words(self, tr: Translator) -> str:
        """The place as a person finds it."""
        if not self.row:
            return tr("lint.place.sheet", sheet=self.sheet)
        if not self.column:
            return tr("lint.place.row", sheet=self.sheet, row=self.row)
        key = "lint.place.cell" if self.letter else "lint.place.column"
        return tr(key, sheet=self.sheet, row=self.row, column=self.column, letter=self.letter)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend or to look at.

    Attributes:
        rule: what was looked for; `lint.<rule>` and `lint.<rule>.remedy` are its sentences.
        fields: what the sentences name.
    """

    rule: str
    severity: Severity
    place: Place
    fields: Mapping[str, str] = field(default_factory=dict)

    def message(self, language: str) -> str:
        """What is the matter, one sentence."""
        return Translator(language)(f"lint.{self.rule}", **self.fields)

    def remedy(self, language: str) -> str:
        """What to do about it, one sentence."""
        if self.fields.get("nearest") == NOTHING_NEAR:
            return Translator(language)("lint.nothing_near")
        return Translator(language)(f"lint.{self.rule}.remedy", **self.fields)

    def where(self, language: str) -> str:
        """Sheet, row and column in words."""
        return self.place.words(Translator(language))
