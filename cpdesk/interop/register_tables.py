"""The columns a register may have, and the words its cells may hold; all of it data in `resources/tables`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from cpdesk.base import tables
from cpdesk.base.resources import resource_path

_PLAIN_KINDS: Final = ("text", "code", "phone", "whole", "year", "number", "position", "township")
REFERENCES: Final = {"substation": "substation", "well": "well", "segment": "segment", "segments": "segment"}
"""Kinds of columns that hold the number or name of another site: which kind of site it is."""
_FILES: Final = {
    "household": "register_fields",
    "community": "register_community",
    "segment": "register_segment",
    "well": "register_well",
    "component": "register_component",
    "substation": "register_substation",
}


@dataclass(frozen=True)
class Register:
    """What a sheet may be a list of.

    Attributes:
        kind: of sites, as `model.records.RecordKind` calls them.
        number: the field that tells rows apart, together with `scope`.
        known_by: a header names at least one of these.
        fields: all columns, in the order an office would have them.
    """

    kind: str
    number: str
    scope: tuple[str, ...]
    known_by: frozenset[str]
    fields: tuple[RegisterField, ...]

    @cached_property
    def by_header(self) -> dict[str, RegisterField]:
        """Which column a (stripped) header means."""
        return {header: field for field in self.fields for header in field.headers}


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
def register(kind: str) -> Register:
    """The register of a kind of sites.

    Raises:
        InputFault: CP-1001..1003 when its table was damaged.
    """
    fields = _fields(_FILES[kind])
    number = fields[0].name
    if kind == "household":
        return Register(kind, number, ("township_code", "village"), frozenset((number, "householder_name")), fields)
    return Register(kind, number, ("township_code",), frozenset((number,)), fields)


REGISTERS: Final = tuple(_FILES)
"""Kinds of sites that have a register; where a header could be of several, the first one has it."""


def register_fields() -> tuple[RegisterField, ...]:
    """The columns of a village register."""
    return register("household").fields


def _fields(table: str) -> tuple[RegisterField, ...]:
    flag = tables.one_of("yes", "no")
    rows = tables.read_table(
        resource_path(f"tables/{table}.csv"),
        {
            "field": tables.text,
            "zh": tables.text,
            "headers_zh": tables.words,
            "en": tables.text,
            "headers_en": tables.words,
            "kind": tables.one_of(*_PLAIN_KINDS, *REFERENCES, *_choice_lists()),
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
def _choices() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    rows = tables.read_table(
        resource_path("tables/register_choices.csv"), {"list": tables.text, "code": tables.text, "words": tables.words}
    )
    return tuple((row["list"], row["code"], row["words"]) for row in rows)


def _choice_lists() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name, _, _ in _choices()))


@cache
def choice_codes(name: str) -> dict[str, str]:
    """Code of every word a cell of a choice column may hold, among them the townships' names."""
    if name == "township":
        rows = tables.read_table(
            resource_path("tables/townships.csv"),
            {"code": tables.text, "name": tables.text, "register_name": tables.text, "en": tables.text},
        )
        return {word_key(row[key]): row["code"] for row in rows for key in row}
    return {word_key(word): code for listed, code, words in _choices() if listed == name for word in words}


def is_choice(kind: str) -> bool:
    """Whether cells of this kind of column hold words of a list."""
    return kind in _choice_lists()


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
