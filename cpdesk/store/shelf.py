"""The row of a record: what people see of it, what the server has of it, and what lists show of it.

Three tables hold a record, always changed together and only here: `fields` (visible and server state as JSON),
`records` (narrow, for lists) and `search`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from cpdesk.base.errors import InputFault
from cpdesk.model.records import (
    DELETED_FIELD,
    FORM_VERSION_FIELD,
    KNOWN_FACTS,
    SAMPLE_FIELD,
    SITE_FIELD,
    STATUS_FIELD,
    Record,
    RecordKind,
    Status,
)
from cpdesk.store.oplog import RecordHead
from cpdesk.store.search import normalise, terms_of

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection
_log = logging.getLogger(__name__)

Cell = str | int | float | None
Fields = dict[str, str]

COLUMNS: Final = (
    "number, id, kind, form, version, stream, status, site, title, revision, updated_at, deleted, sample,"
    " conflicts, unsent"
)


@dataclass(frozen=True, slots=True)
class Description:
    """What lists and search know of a record.

    Attributes:
        title: one line.
        search_texts: whatever a person may look for: names, addresses, telephone and household numbers.
        columns: name → value, for the columns of lists. `village` (a code or name) can also be filtered and counted by.
    """

    title: str
    search_texts: tuple[str, ...] = ()
    columns: Mapping[str, Cell] = field(default_factory=dict)


Describe = Callable[[Record], Description]
"""Makes the description from a record whose title is still empty. Must be quick: it runs at every save."""


@dataclass(slots=True)
class Shelved:
    """A record as it lies in the database, while a transaction works on it."""

    number: int
    head: RecordHead
    visible: Fields
    server: Fields | None
    conflicts: int
    unsent: int

    @property
    def server_fields(self) -> Fields:
        """The server's state: the visible one when nothing of this desk lies on top."""
        return self.visible if self.server is None else self.server


class Shelf:
    """Reads and writes records within the caller's transaction."""

    def __init__(self, describe: Describe) -> None:
        self._describe = describe

    def take(self, db: Connection, record: str) -> Shelved | None:
        """The record, or None when this desk has none of that id."""
        row = db.execute(
            f"SELECT {COLUMNS}, visible, server FROM records JOIN fields USING (number) WHERE id = ?",  # noqa: S608
            (record,),
        ).fetchone()
        if row is None:
            return None
        return Shelved(
            number=row[0],
            head=RecordHead(record=row[1], kind=row[2], form=row[3], version=row[4], stream=row[5], revision=row[9]),
            visible=json.loads(row[15]),
            server=None if row[16] is None else json.loads(row[16]),
            conflicts=row[13],
            unsent=row[14],
        )

    def need(self, db: Connection, record: str) -> Shelved:
        """The record.

        Raises:
            InputFault: CP-1501 when this desk has none of that id.
        """
        found = self.take(db, record)
        if found is None:
            raise InputFault("CP-1501", record=record)
        return found

    def add(self, db: Connection, head: RecordHead) -> Shelved:
        """A new record without any field."""
        number = db.execute(
            "INSERT INTO records (id, kind, form, version, stream, status, title, village, search_text, summary,"
            " revision, updated_at, deleted, sample, conflicts, unsent)"
            " VALUES (?, ?, ?, ?, ?, 'none', '', '', '', '{}', 0, '', 0, 0, 0, 0)",
            (head.record, head.kind, head.form, head.version, head.stream),
        ).lastrowid
        assert number is not None
        db.execute("INSERT INTO fields (number, visible, server) VALUES (?, '{}', '{}')", (number,))
        return Shelved(number, head, {}, {}, 0, 0)

    def put(self, db: Connection, shelved: Shelved, updated_at: str, *, terms_anew: bool = False) -> None:
        """Write the record back: its fields, its row of the lists and its words of the search.

        Args:
            terms_anew: make the terms of the search also where the text is the same.
        """
        server = shelved.server_fields if shelved.unsent else None
        db.execute(
            "UPDATE fields SET visible = ?, server = ? WHERE number = ?",
            (_json(shelved.visible), None if server is None else _json(server), shelved.number),
        )
        record = record_of(shelved, updated_at)
        description = self._described(record)
        search_text = "" if record.deleted else normalise((description.title, *description.search_texts))
        self._index(db, shelved.number, search_text, terms_anew)
        beside, site_before = db.execute(
            "SELECT beside, site FROM records WHERE number = ?", (shelved.number,)
        ).fetchone()
        db.execute(
            "UPDATE records SET version = ?, status = ?, site = ?, title = ?, village = ?, search_text = ?,"
            " summary = ?, revision = ?, updated_at = ?, deleted = ?, sample = ?, conflicts = ?, unsent = ?"
            " WHERE number = ?",
            (
                record.version,
                record.status,
                record.site,
                description.title,
                str(description.columns.get("village") or ""),
                search_text,
                _json({**description.columns, **json.loads(beside)}),
                record.revision,
                updated_at,
                record.deleted,
                record.sample,
                shelved.conflicts,
                shelved.unsent,
                shelved.number,
            ),
        )
        sites = {site_before, record.site} - {None} if record.kind is RecordKind.SURVEY else {record.id}
        for site in sites:
            self._show_newest_survey(db, site)

    def remember(self, db: Connection, record: str, figures: Mapping[str, Cell]) -> None:
        """Keep figures beside a record, for its columns and those of its site. They are this desk's and not synced."""
        shelved = self.need(db, record)
        beside, updated_at = db.execute(
            "SELECT beside, updated_at FROM records WHERE number = ?", (shelved.number,)
        ).fetchone()
        kept = {name: value for name, value in {**json.loads(beside), **figures}.items() if value is not None}
        db.execute("UPDATE records SET beside = ? WHERE number = ?", (_json(kept), shelved.number))
        self.put(db, shelved, updated_at)

    def _show_newest_survey(self, db: Connection, site: str) -> None:
        """A site's row shows the status and the figures of its newest survey, so that a list of sites needs no join.
        Ids sort by the time they were made."""
        row = db.execute("SELECT number, status, beside, summary FROM records WHERE id = ?", (site,)).fetchone()
        if row is None:
            return  # the survey came before its site
        number, status, before, summary = row
        newest = db.execute(
            "SELECT id, status, updated_at, beside FROM records WHERE site = ? AND deleted = 0"
            " ORDER BY id DESC LIMIT 1",
            (site,),
        ).fetchone()
        beside: dict[str, Cell] = {}
        if newest is not None:
            survey, status, updated_at, figures = newest
            beside = {**json.loads(figures), "visit": survey, "visit_updated_at": updated_at}
        own = {name: value for name, value in json.loads(summary).items() if name not in json.loads(before)}
        db.execute(
            "UPDATE records SET status = ?, beside = ?, summary = ? WHERE number = ?",
            (status if newest is not None else Status.NONE, _json(beside), _json({**own, **beside}), number),
        )

    def _described(self, record: Record) -> Description:
        try:
            return self._describe(record)
        except Exception as error:  # an answer must never be lost because a list could not be made of it
            _log.error("a record of form %s could not be described: %s", record.form, type(error).__name__)
            return Description(record.id)

    def _index(self, db: Connection, number: int, search_text: str, terms_anew: bool) -> None:
        before = db.execute("SELECT search_text FROM records WHERE number = ?", (number,)).fetchone()[0]
        if before == search_text and not terms_anew:
            return
        if before:
            db.execute("DELETE FROM search WHERE rowid = ?", (number,))
        if search_text:
            db.execute("INSERT INTO search (rowid, terms) VALUES (?, ?)", (number, terms_of(search_text)))


def record_of(shelved: Shelved, updated_at: str, title: str = "") -> Record:
    """The record for people: the `@` entries made into attributes."""
    fields = shelved.visible
    head = shelved.head
    return Record(
        id=head.record,
        kind=RecordKind(head.kind),
        form=head.form,
        version=fields.get(FORM_VERSION_FIELD, head.version),
        stream=head.stream,
        status=Status(fields.get(STATUS_FIELD, Status.NONE)),
        title=title,
        answers={path: value for path, value in fields.items() if not path.startswith("@")},
        site=fields.get(SITE_FIELD),
        revision=head.revision,
        updated_at=updated_at,
        deleted=DELETED_FIELD in fields,
        sample=SAMPLE_FIELD in fields,
        conflicts=shelved.conflicts,
        facts={path: value for path, value in fields.items() if path.startswith("@") and path not in KNOWN_FACTS},
    )


def lay(fields: Fields, changes: Mapping[str, str | None]) -> Fields:
    """Fields with changes laid on top."""
    merged: dict[str, Any] = {**fields, **changes}
    return {path: value for path, value in merged.items() if value is not None}


def with_revision(head: RecordHead, revision: int) -> RecordHead:
    """The head after the server gave the record a revision; 0 gives none."""
    return replace(head, revision=revision or head.revision)


_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""One encoder for all: making one takes longer than most records."""
