"""Registers of a township as choice files for phones, made of what the server holds: the server's counterpart of
`operations.site_tables`. A file has the columns that the form reads and no others: a form that asks for numbers of
wells gets no telephone numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from cpdesk.forms.files.external import MemoryTable
from cpdesk.forms.form import Form
from cpdesk.forms.tree import ELEMENT, Node, read_xml
from cpdesk.model.records import DELETED_FIELD
from cpdesk.operations.families import FAMILIES, SEGMENT, SUBSTATION, WELL, SiteKind
from cpdesk.server import schema

VERSION_COLUMN: Final = "__version"
_OWN: Final = ("name", "label", VERSION_COLUMN)
_WORD: Final = re.compile(r"[^\W\d][\w.\-]*")
_ENDS: Final = ("s_from", "s_to")


@dataclass(frozen=True, slots=True)
class Register:
    """A choice file made of sites: which kinds, called by their ids (an entity list) or by their numbers."""

    kinds: tuple[SiteKind, ...]
    by_id: bool = False
    with_ends: bool = False


def register_of(file: str, form: str) -> Register | None:
    """The register that stands behind a file name of a form; None for other files."""
    for family in FAMILIES:
        for site in family.sites:
            if file == site.file:
                return Register((site,))
            if file == f"{site.dataset}.csv":
                return Register((site,), by_id=True)
        if file == "sites.csv" and family.id == form:
            return Register(family.sites)
    return Register((WELL, SUBSTATION), with_ends=True) if file == "nodes.csv" else None


def columns_read(xml: bytes) -> dict[str, frozenset[str]]:
    """For each secondary instance of a form, by its id: the words of all expressions that read it.

    A column whose name is not among them cannot be asked for by the form.
    """
    document, _ = read_xml(xml)
    read: dict[str, set[str]] = {}
    ids = [node.attribute("id") for node in document.walk() if node.kind == ELEMENT and node.local == "instance"]
    elements = [node for node in document.walk() if node.kind == ELEMENT]
    for element in elements:
        for text in element.attributes.values():
            for identity in ids:
                if identity and _reads(text, identity):
                    words = read.setdefault(identity, set())
                    words.update(_WORD.findall(text))
                    words.update(_words_below(element) if element.local == "itemset" else ())
    return {identity: frozenset(words) for identity, words in read.items()}


def _reads(text: str, identity: str) -> bool:
    return re.search(rf"(?:instance|pulldata)\s*\(\s*['\"]{re.escape(identity)}(?:\.csv)?['\"]", text) is not None


def _words_below(itemset: Node) -> Iterable[str]:
    for child in itemset.elements():
        yield from _WORD.findall(child.attribute("ref"))


def rows_of(connection: Connection, register: Register, stream: str, columns: frozenset[str]) -> list[dict[str, str]]:
    """The sites of one township, each with the columns asked for, its name, label and version."""
    declared = {site.kind.value: site for site in register.kinds}
    wanted = {name for site in register.kinds for name in (site.number, site.name)} | set(columns)
    found = _sites(connection, tuple(declared), stream, wanted)
    rows = []
    for (record, kind), (answers, revision) in found.items():
        site = declared[kind]
        number = answers.get(site.number, "") or record
        name = answers.get(site.name, "") if "label" in columns else ""  # people's names only where a form shows them
        label = f"{number} {name}".strip()
        own = {"name": record if register.by_id else number, "label": label, "id": record, "kind": kind}
        rows.append({**answers, **own, VERSION_COLUMN: str(revision)})
    rows.sort(key=lambda row: row["label"])
    if register.with_ends:
        rows += _ends(connection, stream, {row["name"] for row in rows})
    return rows


def _sites(
    connection: Connection, kinds: Sequence[str], stream: str, wanted: set[str]
) -> dict[tuple[str, str], tuple[dict[str, str], int]]:
    records, fields = schema.records, schema.field_states
    found: dict[tuple[str, str], tuple[dict[str, str], int]] = {}
    gone = set()
    query = (
        select(records.c.record, records.c.kind, fields.c.path, fields.c.value, fields.c.revision)
        .join(fields, fields.c.record == records.c.record)
        .where(records.c.stream == stream, records.c.kind.in_(kinds))
    )
    for row in connection.execute(query):
        key = (row.record, row.kind)
        answers, revision = found.get(key, ({}, 0))
        if row.path == DELETED_FIELD and row.value is not None:
            gone.add(key)
        elif row.path in wanted and row.value is not None:
            answers[row.path] = row.value
        found[key] = (answers, max(revision, row.revision))
    return {key: site for key, site in found.items() if key not in gone}


def _ends(connection: Connection, stream: str, known: set[str]) -> list[dict[str, str]]:
    """Ends of segments that are neither well nor substation, called by what the ledger says."""
    segments = _sites(connection, (SEGMENT.kind.value,), stream, set(_ENDS))
    codes = sorted({answers.get(end, "") for answers, _ in segments.values() for end in _ENDS} - known - {""})
    return [{"name": code, "label": code, "id": "", "kind": "", VERSION_COLUMN: ""} for code in codes]


def csv_of(rows: Sequence[Mapping[str, str]], columns: frozenset[str]) -> bytes:
    """The file as a phone gets it: `name`, `label`, `__version` and the columns that the form reads."""
    there = {name for row in rows for name in row} & columns
    head = [*_OWN, *sorted(there - set(_OWN))]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([row.get(name, "") for name in head] for row in rows)
    return stream.getvalue().encode("utf-8")


def table_of(rows: Sequence[dict[str, str]]) -> MemoryTable:
    """The same for the form engine."""
    names = dict.fromkeys(name for row in rows for name in row)
    return MemoryTable(tuple(dict.fromkeys((*_OWN, *names))), rows)


def registers_of(form: Form) -> dict[str, Register]:
    """The registers that a form reads, by the id of the secondary instance."""
    found = {identity: register_of(external.file, form.id) for identity, external in form.externals.items()}
    return {identity: register for identity, register in found.items() if register is not None}
