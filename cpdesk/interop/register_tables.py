"""The columns a village register may have, and the words its cells may hold; all of it data in `resources/tables`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from cpdesk.base import tables
from cpdesk.base.resources import resource_path

KINDS: Final = ("text", "township", "phone", "whole", "year", "number", "support", "heritage", "terrain", "position")


@dataclass(frozen=True, slots=True)
class RegisterField:
    """One column of the register. `rule` is a regular expression for texts, `low..high` for numbers and years."""

    name: str
    zh: str
    en: str
    headers: frozenset[str]
    kind: str
    required: bool
    rule: str
    personal: bool

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest number allowed, both inclusive; infinite where the rule leaves it open."""
        low, _, high = self.rule.partition("..")
        return float(low or "-inf"), float(high or "inf")


def header_key(text: str) -> str:
    """A header stripped of what offices vary: width, spaces, line breaks, units in brackets, marks."""
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = re.sub(r"\([^)]*\)", "", folded)
    return re.sub(r"[\s*:、.]", "", folded)


@cache
def register_fields() -> tuple[RegisterField, ...]:
    """All columns, in the order an office would have them.

    Raises:
        InputFault: CP-1001..1003 when the table was damaged.
    """
    flag = tables.one_of("yes", "no")
    rows = tables.read_table(
        resource_path("tables/register_fields.csv"),
        {
            "field": tables.text,
            "zh": tables.text,
            "headers_zh": tables.words,
            "en": tables.text,
            "headers_en": tables.words,
            "kind": tables.one_of(*KINDS),
            "required": flag,
            "rule": tables.maybe_text,
            "personal": flag,
        },
    )
    return tuple(
        RegisterField(
            name=row["field"],
            zh=row["zh"],
            en=row["en"],
            headers=frozenset(map(header_key, (*row["headers_zh"], *row["headers_en"], row["zh"], row["en"]))),
            kind=row["kind"],
            required=row["required"] == "yes",
            rule=row["rule"],
            personal=row["personal"] == "yes",
        )
        for row in rows
    )


@cache
def fields_by_header() -> dict[str, RegisterField]:
    """Which column a (stripped) header means."""
    return {header: field for field in register_fields() for header in field.headers}


@cache
def choice_codes(name: str) -> dict[str, str]:
    """Code of every word a cell of a choice column may hold, among them the townships' names."""
    if name == "township":
        rows = tables.read_table(
            resource_path("tables/townships.csv"),
            {"code": tables.text, "name": tables.text, "register_name": tables.text, "en": tables.text},
        )
        return {word_key(row[key]): row["code"] for row in rows for key in row}
    rows = tables.read_table(
        resource_path("tables/register_choices.csv"), {"list": tables.text, "code": tables.text, "words": tables.words}
    )
    return {word_key(word): row["code"] for row in rows if row["list"] == name for word in row["words"]}


@cache
def choice_words(name: str) -> str:
    """The first word of each choice, for messages."""
    first: dict[str, str] = {}
    for word, code in choice_codes(name).items():
        first.setdefault(code, word)
    return "、".join(first.values())


def word_key(text: str) -> str:
    """A cell's word in one width and without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
