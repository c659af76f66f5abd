"""Texts in Chinese and English, looked up by key.

Texts stand in `resources/i18n/texts/*.csv` (key, zh, en), errors in `resources/i18n/errors/*.csv`
(code, zh, zh_remedy, en, en_remedy). One file per area of the program; keys are unique over all files. Placeholders
are those of `str.format`, so `{n:,}` groups thousands in both languages.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from typing import Final

from cpdesk.base.errors import IntegrityFault
from cpdesk.base.resources import resources_root

LANGUAGES: Final = ("zh", "en")


class Translator:
    """Looks up texts of one language; calling it returns the text with its placeholders filled."""

    def __init__(self, language: str = "zh") -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language must be one of {LANGUAGES}, not {language!r}")
        self.language = language

    def __call__(self, key: str, /, **fields: object) -> str:
        try:
            text = _texts()[key][LANGUAGES.index(self.language)]
        except KeyError:
            raise IntegrityFault("CP-3002", key=key) from None
        return text.format(**fields) if fields else text

    def has(self, key: str) -> bool:
        """Whether a text is declared, for keys built from data such as choice codes."""
        return key in _texts()


def error_words(code: str, language: str, fields: Mapping[str, object]) -> tuple[str, str]:
    """Message and remedy of a declared error code with its fields filled in.

    A code nobody declared, or a field nobody gave, must not hide the fault it was to explain: the raw facts are shown.
    """
    words = _errors().get(code)
    if words is None:
        return f"{code} {dict(fields)}", ""
    message, remedy = words[0:2] if language == "zh" else words[2:4]
    shown = _Shown(fields)
    return message.format_map(shown), remedy.format_map(shown)


def declared_error_codes() -> Mapping[str, tuple[str, str, str, str]]:
    """All declared codes with (zh, zh_remedy, en, en_remedy), for the reference and the tests."""
    return _errors()


def declared_texts() -> Mapping[str, tuple[str, str]]:
    """All declared text keys with (zh, en), for the tests."""
    return _texts()


class _Shown(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"


@cache
def _texts() -> dict[str, tuple[str, str]]:
    return {row[0]: (row[1], row[2]) for row in _catalogue("texts", ["key", "zh", "en"])}


@cache
def _errors() -> dict[str, tuple[str, str, str, str]]:
    head = ["code", "zh", "zh_remedy", "en", "en_remedy"]
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in _catalogue("errors", head)}


def _catalogue(folder: str, head: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    seen: dict[str, str] = {}
    for path in sorted((resources_root() / "i18n" / folder).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            for number, row in enumerate(csv.reader(handle), 1):
                if number == 1 or not row:
                    continue
                place = f"{path.name}:{number}"
                if len(row) != len(head):
                    raise ValueError(f"{place}: {len(row)} cells, expected {head}")
                if row[0] in seen:
                    raise ValueError(f"{place}: {row[0]} is declared in {seen[row[0]]} already")
                seen[row[0]] = place
                rows.append(row)
    return rows
