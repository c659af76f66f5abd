"""Erasing a person: a household with its surveys, so that nothing of their content is left in the server's tables.

What stays of each operation is its skeleton: ids, sequence number, hashes, signature, revision, who and when. So chains
and counters stay whole. The erasure itself is an operation of the district in the stream's order: desks that read it
erase the record as well, and whatever comes for the record later is kept as a skeleton only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from cpdesk.base.errors import InputFault
from cpdesk.base.files import disk_faults
from cpdesk.base.ids import IdMaker
from cpdesk.model.oplog import GENESIS_HASH, Operation, SignedOperation, canonical_json
from cpdesk.model.records import ERASED_FIELD, SITE_FIELD, RecordKind
from cpdesk.model.replication import Entry, Outcome
from cpdesk.server import access, schema
from cpdesk.server.access import iso
from cpdesk.server.blobs import BlobShelf
from cpdesk.server.database import Database
from cpdesk.server.keys import ServerKeys
from cpdesk.server.openrosa.tables import attachments, submissions
from cpdesk.server.ordering import hold, upsert
from cpdesk.server.snapshot import FOLDER_NAME
from cpdesk.sync.protocol import blobs_in, entry_to_wire

DISTRICT: Final = "district"
"""The role, with no rights, of the device that signs erasures; its key is made from the server's secret."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What one erasure took: records by id, how many operations were made skeletons, photographs deleted."""

    records: tuple[str, ...]
    operations: int
    blobs: int


@dataclass(frozen=True, slots=True)
class Held:
    """One record that the server holds about a person."""

    record: str
    stream: str
    kind: str
    form: str


def records_about(connection: Connection, record: str) -> list[Held]:
    """The record and, when it is a site, the surveys made of it.

    Raises:
        InputFault: CP-1501 the server has no such record.
    """
    table, fields = schema.records, schema.field_states
    named = select(table).where(table.c.record == record)
    found = [Held(row.record, row.stream, row.kind, row.form) for row in connection.execute(named)]
    if not found:
        raise InputFault("CP-1501", record=record)
    surveys = (
        select(table)
        .join(fields, (fields.c.stream == table.c.stream) & (fields.c.record == table.c.record))
        .where(fields.c.stream == found[0].stream, fields.c.path == SITE_FIELD, fields.c.value == record)
        .where(table.c.kind == RecordKind.SURVEY)
        .order_by(table.c.record)
    )
    return found + [Held(row.record, row.stream, row.kind, row.form) for row in connection.execute(surveys)]


def erase(database: Database, shelf: BlobShelf, folder: Path, record: str, new_id: IdMaker, now: datetime) -> Erased:
    """Erase a record and the surveys made of it, for good. Repeating it changes nothing.

    Raises:
        InputFault: CP-1501 no such record. EnvironmentFault: CP-20xx the disk.
    """
    with database.writing() as connection:
        if not database.is_shared:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")  # what is deleted is overwritten in the file
        about = [one for one in records_about(connection, record) if not _is_erased(connection, one)]
        names = {one.record: _blobs_of(connection, one) for one in about}
        emptied = sum(_empty(connection, one) for one in about)
        district = _District.of(connection, database.secret, new_id, iso(now))
        for one in about:
            district.order(connection, one, new_id)
        gone = _unused(connection, set().union(*names.values()), {one.record for one in about})
        _forget_blobs(connection, gone)
        for one in about:
            access.note(connection, iso(now), "erased", "", f"record {one.record}, stream {one.stream}")
    for sha256 in gone:
        with disk_faults(shelf.path_of(sha256)):
            shelf.path_of(sha256).unlink(missing_ok=True)
    for stream in {one.stream for one in about}:
        for path in (folder / FOLDER_NAME).glob(f"{stream}-*.gz"):  # snapshots made before still hold the record
            with disk_faults(path):
                path.unlink(missing_ok=True)
    if not database.is_shared:
        with database.engine.connect().execution_options(cpdesk_reading=True) as connection:
            connection.rollback()
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the write-ahead log holds the pages as they were
    return Erased(tuple(one.record for one in about), emptied, len(gone))


def _is_erased(connection: Connection, one: Held) -> bool:
    table = schema.field_states
    place = (table.c.stream == one.stream, table.c.record == one.record, table.c.path == ERASED_FIELD)
    return connection.execute(select(table.c.path).where(*place)).first() is not None


def _blobs_of(connection: Connection, one: Held) -> set[str]:
    """What its operations speak of that looks like a blob; hashes of operations are among it."""
    table = schema.operations
    rows = connection.execute(select(table.c.entry).where(table.c.record == one.record)).scalars()
    return set(blobs_in(bytes(entry).decode() for entry in rows))


def _empty(connection: Connection, one: Held) -> int:
    """Take the content out of everything that speaks of a record, also what was put aside in another township; how many
    operations that were."""
    table = schema.operations
    columns = (table.c.stream, table.c.device, table.c.seq, table.c.hash, table.c.entry)
    rows = connection.execute(select(*columns).where(table.c.record == one.record)).all()
    for row in rows:
        entry: dict[str, Any] = json.loads(row.entry)
        entry |= {"outcome": str(Outcome.ERASED), "applied": {}, "conflicts": []}
        entry["operation"] |= {"set": {}, "old": {}}
        key = (table.c.stream == row.stream, table.c.device == row.device, table.c.seq == row.seq)
        emptied = {"entry": canonical_json(entry), "outcome": str(Outcome.ERASED)}
        connection.execute(update(table).where(*key, table.c.hash == row.hash).values(**emptied))
    for other in (schema.field_states, schema.conflicts):
        connection.execute(delete(other).where(other.c.stream == one.stream, other.c.record == one.record))
    sent = (submissions.c.stream == one.stream, submissions.c.record == one.record)
    for form, instance in connection.execute(select(submissions.c.form, submissions.c.instance).where(*sent)).all():
        of = (attachments.c.stream == one.stream, attachments.c.form == form)
        connection.execute(delete(attachments).where(*of, attachments.c.instance == instance))
    nothing = {"xml": b"", "repaired": None, "answers": b"{}", "waiting": b"{}"}
    connection.execute(update(submissions).where(*sent).values(**nothing))
    return len(rows)


def _unused(connection: Connection, names: Iterable[str], erased: set[str]) -> set[str]:
    """Those of the blobs that no operation of another record speaks of."""
    candidates = {name for name in names if _is_blob(connection, name)}
    if not candidates:
        return candidates
    references, table = schema.blob_references, schema.operations
    streams = set(connection.execute(select(references.c.stream).where(references.c.sha256.in_(candidates))).scalars())
    rows = connection.execution_options(yield_per=2000).execute(
        select(table.c.record, table.c.entry).where(table.c.stream.in_(streams), table.c.record.not_in(erased))
    )
    for row in rows:
        candidates -= blobs_in([bytes(row.entry).decode()])
    return candidates


def _is_blob(connection: Connection, sha256: str) -> bool:
    table = schema.blobs
    return connection.execute(select(table.c.sha256).where(table.c.sha256 == sha256)).first() is not None


def _forget_blobs(connection: Connection, names: set[str]) -> None:
    for table in (schema.blobs, schema.blob_owners, schema.blob_references, schema.uploads):
        connection.execute(delete(table).where(table.c.sha256.in_(names)))


class _District:
    """Signs erasures: a device of the server itself, chained as any other."""

    def __init__(self, device: str, seq: int, head: str, keys: ServerKeys, now: str) -> None:
        self.device, self.seq, self.head, self.keys, self.now = device, seq, head, keys, now

    @classmethod
    def of(cls, connection: Connection, secret: bytes, new_id: IdMaker, now: str) -> _District:
        table, keys = schema.devices, ServerKeys.of(secret)
        row = connection.execute(select(table).where(table.c.role == DISTRICT).with_for_update()).first()
        if row is not None:
            return cls(row.device, row.head_seq, row.head_hash, keys, now)
        device = new_id.new()
        public = keys.signing.public_key().public_bytes_raw().hex()
        rights = {"person": DISTRICT, "role": DISTRICT, "streams": "", "status": "active", "flag": ""}
        chain = {"head_seq": 0, "head_hash": GENESIS_HASH, "durable_seq": 0, "enrolled_at": now}
        connection.execute(table.insert(), {"device": device, "public_key": public, **rights, **chain})
        return cls(device, 0, GENESIS_HASH, keys, now)

    def order(self, connection: Connection, one: Held, new_id: IdMaker) -> None:
        """Put the erasure of a record at the end of its stream."""
        revision = hold(connection, [one.stream]).get(one.stream, 0) + 1
        operation = Operation(
            op_id=new_id.new(),
            device=self.device,
            seq=self.seq + 1,
            prev_hash=self.head,
            record=one.record,
            kind=one.kind,
            form=one.form,
            version="",
            stream=one.stream,
            base=revision - 1,
            set={ERASED_FIELD: "1"},
            old={ERASED_FIELD: None},
            actor=DISTRICT,
            at=f"{self.now}-0000",
        )
        self.seq, self.head = operation.seq, operation.content_hash()
        signed = SignedOperation(operation, self.keys.sign(self.head))
        entry = Entry(one.stream, revision, signed, Outcome.ERASED, applied=dict(operation.set))
        facts = {"op_id": operation.op_id, "stream": one.stream, "revision": revision, "record": one.record}
        row = {"device": self.device, "seq": self.seq, "hash": self.head, "outcome": str(Outcome.ERASED), "reason": ""}
        body = {"entry": canonical_json(entry_to_wire(entry)), "received_at": self.now}
        connection.execute(schema.operations.insert(), facts | row | body)
        upsert(connection, schema.streams, [{"stream": one.stream, "revision": revision}])
        mark = {"stream": one.stream, "record": one.record, "path": ERASED_FIELD, "value": "1", "revision": revision}
        who = {"op_id": operation.op_id, "actor": DISTRICT, "at": operation.at, "device": self.device}
        connection.execute(schema.field_states.insert(), mark | who)
        head = {"head_seq": self.seq, "head_hash": self.head}
        connection.execute(update(schema.devices).where(schema.devices.c.device == self.device).values(**head))
