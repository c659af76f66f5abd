"""This desk as a replica of the district server: what goes out, what comes in, who we are.

The server decides, field by field, what each operation did. Here its decisions are replayed in its order, apart from
what people see; what they see is the server's state with this desk's own operations, as far as the server has not
ordered them, on top.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpdesk.base.clock import Clock
from cpdesk.model.oplog import Operation, SignedOperation
from cpdesk.model.records import ERASED_FIELD, Changes, RecordKind
from cpdesk.model.replication import ERASED_REASON, Entry, Outcome, SnapshotRecord
from cpdesk.store.blobs import BlobInfo, Blobs
from cpdesk.store.conflicts import keep_conflict, refresh_resolved, settle_conflict
from cpdesk.store.erasing import erase_operation, erase_record
from cpdesk.store.facts import set_fact
from cpdesk.store.oplog import DeviceIdentity, OperationLog, RecordHead, insert_operation, iso, operation_of
from cpdesk.store.scope import begin_anew, leave_all_but
from cpdesk.store.shelf import Shelf, Shelved, lay, with_revision
from cpdesk.store.writer import Readers, Writer

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection
ENROLMENT_FACT: Final = "enrolment"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the server does not have yet."""

    operations: int
    blobs: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What enrolling this desk at the server gave.

    Attributes:
        token: the secret the desk shows at every request; it lies in the encrypted database and nowhere else.
        person: account name; `role` as the server knows it.
        streams: codes of the townships this desk may read and write.
        extra: what the client wants kept besides (the server's public key, the recovery key), name → text.
    """

    server_url: str
    token: str
    person: str
    role: str
    streams: tuple[str, ...]
    extra: tuple[tuple[str, str], ...] = ()


class Replica:
    """Thread-safe; every method that changes something is one transaction on the writer thread."""

    def __init__(
        self, writer: Writer, readers: Readers, shelf: Shelf, log: OperationLog, blobs: Blobs, clock: Clock
    ) -> None:
        self._writer = writer
        self._readers = readers
        self._shelf = shelf
        self._log = log
        self._blobs = blobs
        self._clock = clock

    def identity(self) -> DeviceIdentity:
        """Who signs on this desk."""
        return self._log.identity

    def sign(self, content_hash_hex: str) -> str:
        """Ed25519 signature of 32 bytes given as hex, as 128 hex digits."""
        return self._log.sign(content_hash_hex)

    def reply_key(self) -> bytes:
        """X25519 private key for which the district seals files for this desk."""
        return self._log.reply_key()

    def outbox(self, limit: int = 500) -> list[SignedOperation]:
        """This desk's operations that the server has not ordered yet, in the order they were made.

        After a restore from a backup these may carry the desk's older device id and signature; they are as valid.
        """
        rows = self._readers.all(
            "SELECT content, signature, content_hash FROM operations WHERE own = 1 AND revision IS NULL"
            " ORDER BY number LIMIT ?",
            (limit,),
        )
        return [_signed(*row) for row in rows]

    def own_operations(self, after_seq: int, limit: int = 500) -> list[SignedOperation]:
        """This device's operations above a sequence number, acknowledged or not: for a server that was restored and
        lacks them."""
        rows = self._readers.all(
            "SELECT content, signature, content_hash FROM operations WHERE own = 1 AND device = ? AND seq > ?"
            " ORDER BY seq LIMIT ?",
            (self._log.identity.device, after_seq, limit),
        )
        return [_signed(*row) for row in rows]

    def waiting(self) -> Waiting:
        """How much the server does not have yet."""
        row = self._readers.one(
            "SELECT (SELECT count(*) FROM operations WHERE own = 1 AND revision IS NULL),"
            " (SELECT count(*) FROM blobs WHERE here = 1 AND sent = 0)"
        )
        return Waiting(*row)

    def cursor(self, stream: str) -> str | None:
        """How far this desk has read a stream, in the server's opaque words; None = from the start."""
        row = self._readers.one("SELECT cursor FROM cursors WHERE stream = ?", (stream,))
        return None if row is None else row[0]

    def streams(self) -> list[str]:
        """Streams this desk reads: those of its enrolment, else those of its records."""
        enrolment = self.enrolment()
        if enrolment is not None:
            return list(enrolment.streams)
        return self._readers.column("SELECT DISTINCT stream FROM records ORDER BY stream")

    def enrolment(self) -> Enrolment | None:
        """The desk's enrolment, None before."""
        row = self._readers.one("SELECT value FROM facts WHERE name = ?", (ENROLMENT_FACT,))
        if row is None:
            return None
        facts = json.loads(row[0])
        facts["streams"] = tuple(facts["streams"])
        facts["extra"] = tuple((name, value) for name, value in facts["extra"])
        return Enrolment(**facts)

    def set_enrolment(self, enrolment: Enrolment | None) -> Changes:
        """Keep the enrolment; None forgets it."""
        text = None if enrolment is None else json.dumps(asdict(enrolment), ensure_ascii=False)
        self._writer.do(lambda db: set_fact(db, ENROLMENT_FACT, text))
        return Changes(sync=True)

    def apply(self, entries: Sequence[Entry], *, stream: str, cursor: str | None) -> Changes:
        """Take in what the server has ordered, with the cursor behind it, in one transaction. Idempotent.

        Own entries acknowledge; conflicts are stored; an operation of this desk that was quarantined stays in the log
        with its reason, but is no longer laid on top.
        """

        gone: set[str] = set()

        def work(db: Connection) -> Changes:
            shelf = _Open(db, self._shelf)
            conflicts = False
            for entry in entries:
                if entry.outcome is Outcome.ERASED:
                    gone.update(_take_erasure(db, entry, shelf))
                elif self._take_in(db, entry, shelf):
                    conflicts = conflicts or bool(entry.conflicts or entry.settled)
            for shelved in shelf.touched.values():
                self._lay_on_top(db, shelved)
            if cursor is not None:
                db.execute("INSERT OR REPLACE INTO cursors (stream, cursor) VALUES (?, ?)", (stream, cursor))
            kinds = frozenset(RecordKind(shelved.head.kind) for shelved in shelf.touched.values())
            return Changes(frozenset(shelf.touched), kinds, conflicts=conflicts, sync=True)

        changes = self._writer.do(work)
        self._blobs.delete(sorted(gone))
        return changes

    def begin_with(self, records: Iterable[SnapshotRecord], *, stream: str, cursor: str) -> Changes | None:
        """Take in the state of a whole stream with the cursor behind it, in one transaction, on a desk that has nothing
        of the stream yet. What it replaces, the operations before, stays with the server.

        Returns:
            None when the desk has read the stream before, has records of it, or waits to send anything: then only the
            server's entries in order lead on, and nothing was changed.
        """

        def work(db: Connection) -> Changes | None:
            begun = db.execute(
                "SELECT (SELECT count(*) FROM cursors WHERE stream = ?)"
                " + (SELECT count(*) FROM records WHERE stream = ?)"
                " + (SELECT count(*) FROM operations WHERE own = 1 AND revision IS NULL)",
                (stream, stream),
            ).fetchone()[0]
            if begun:
                return None
            touched: dict[str, RecordKind] = {}
            for record in records:
                self._begin_record(db, record, stream)
                touched[record.record] = RecordKind(record.kind)
            db.execute("INSERT OR REPLACE INTO cursors (stream, cursor) VALUES (?, ?)", (stream, cursor))
            return Changes(frozenset(touched), frozenset(touched.values()), conflicts=True, sync=True)

        return self._writer.do(work)

    def _begin_record(self, db: Connection, record: SnapshotRecord, stream: str) -> None:
        head = RecordHead(record.record, record.kind, record.form, record.version, stream, record.revision)
        shelved = self._shelf.add(db, head)
        shelved.server = dict(record.fields)
        self._log.see_time(db, record.at)
        for conflict in record.conflicts:
            keep_conflict(db, conflict)
        self._lay_on_top(db, shelved)

    def begin_anew(self) -> Changes:
        """Forget what the server had decided: its data was replaced by older data, as its word on a cursor tells. Own
        operations and files wait to be sent again; those it still has it calls duplicates."""

        def work(db: Connection) -> Changes:
            begin_anew(db, self._shelf, self._lay_on_top)
            records = frozenset(record for (record,) in db.execute("SELECT id FROM records"))
            return Changes(records, frozenset(RecordKind), conflicts=True, sync=True)

        return self._writer.do(work)

    def leave_other_streams(self) -> Changes:
        """Delete the records, files and others' operations of townships the enrolment does not name (any more), each
        township once nothing of it waits to be sent. A desk that was revoked, which has none left, erases what its own
        operations say as well, once all of them and all files are sent."""
        enrolment = self.enrolment()
        if enrolment is None or (not enrolment.streams and self.waiting() != Waiting(0, 0)):
            return Changes(sync=True)

        def work(db: Connection) -> tuple[list[str], list[str]]:
            records, files = leave_all_but(db, enrolment.streams)
            if not enrolment.streams:  # what somebody saves at this moment is not sent yet, and stays
                db.execute("PRAGMA secure_delete = ON")
                for (op_id,) in db.execute("SELECT op_id FROM operations WHERE revision IS NOT NULL").fetchall():
                    erase_operation(db, op_id)
                sent = db.execute("DELETE FROM blobs WHERE sent = 1 OR here = 0 RETURNING sha256").fetchall()
                files += [sha256 for (sha256,) in sent]
            return records, files

        records, files = self._writer.do(work)
        self._blobs.delete(files)
        return Changes(frozenset(records), frozenset(RecordKind) if records else frozenset(), sync=True)

    def quarantined(self) -> list[tuple[Operation, str]]:
        """This desk's operations that the server keeps without applying them, with its reasons."""
        rows = self._readers.all(
            "SELECT content, reason FROM operations WHERE own = 1 AND outcome = ? ORDER BY number",
            (Outcome.QUARANTINED,),
        )
        return [(operation_of(content), reason) for content, reason in rows]

    def blobs_to_send(self, limit: int = 50) -> list[BlobInfo]:
        """Files the server does not have, oldest first."""
        return self._blobs.to_send(limit)

    def blob_content(self, sha256: str) -> bytes:
        """The content of a file that is here; raises as `Blobs.get`."""
        return self._blobs.get(sha256)

    def blob_sent(self, sha256: str) -> None:
        """The server has the file."""
        self._blobs.mark_sent(sha256)

    def blobs_to_fetch(self, limit: int = 50) -> list[str]:
        """Files that records speak of (`expect`) and this desk does not have."""
        return self._blobs.missing(limit)

    def expect_blobs(self, sha256s: Sequence[str]) -> None:
        """Note files that records speak of, so that `blobs_to_fetch` lists those that are not here."""
        self._blobs.expect(sha256s)

    def blob_received(self, sha256: str, content: bytes | Path, mime: str = "application/octet-stream") -> None:
        """Keep a file that came from the server.

        Raises:
            IntegrityFault: CP-3104 when its content is not what its name says; nothing is kept then.
        """
        self._blobs.receive(sha256, content, mime)

    def _take_in(self, db: Connection, entry: Entry, shelf: _Open) -> bool:
        """Replay one entry on the server's state; False when it was taken in before.

        The same operation in another place of the order comes from a server that was restored and got the operation
        again: its new decision holds. Revision 0 says that it was refused without a place in the order.
        """
        operation = entry.signed.operation
        known = db.execute("SELECT revision FROM operations WHERE op_id = ?", (operation.op_id,)).fetchone()
        if known is None:
            insert_operation(
                db,
                entry.signed,
                operation.content(),
                own=False,
                revision=entry.revision,
                outcome=entry.outcome.value,
                reason=entry.reason,
            )
            self._log.see_time(db, operation.at)
        elif known[0] != entry.revision:
            db.execute(
                "UPDATE operations SET revision = ?, outcome = ?, reason = ? WHERE op_id = ?",
                (entry.revision, entry.outcome.value, entry.reason, operation.op_id),
            )
        else:
            return False
        if entry.reason == ERASED_REASON:
            erase_operation(db, operation.op_id)
        shelved = shelf.take(operation, create=entry.outcome is not Outcome.QUARANTINED)
        if shelved is None:
            return True
        if entry.outcome is not Outcome.QUARANTINED:
            shelved.server = lay(shelved.server_fields, entry.applied)
        shelved.head = with_revision(shelved.head, entry.revision)
        for conflict in entry.conflicts:
            keep_conflict(db, conflict)
        for settled in entry.settled:
            settle_conflict(db, settled, operation.op_id)
        return True

    def _lay_on_top(self, db: Connection, shelved: Shelved) -> None:
        """Make the visible state: the server's, then own operations it has not ordered."""
        rows = db.execute(
            "SELECT content FROM operations WHERE record = ? AND own = 1 AND revision IS NULL ORDER BY number",
            (shelved.head.record,),
        ).fetchall()
        visible = shelved.server_fields
        resolving: dict[str, str] = {}
        for (content,) in rows:
            operation = operation_of(content)
            visible = lay(visible, operation.set)
            if operation.resolves is not None:
                resolving[operation.resolves] = operation.op_id
        shelved.server, shelved.visible, shelved.unsent = shelved.server_fields, visible, len(rows)
        shelved.conflicts = refresh_resolved(db, shelved.head.record, resolving)
        self._shelf.put(db, shelved, iso(self._clock.now()))


def _signed(content: str, signature: str, content_hash: str) -> SignedOperation:
    """As it is sent: one whose content was erased with the hash of what it said."""
    operation = operation_of(content)
    return SignedOperation(operation, signature, "" if operation.set else content_hash)


def _take_erasure(db: Connection, entry: Entry, shelf: _Open) -> set[str]:
    """What the district has erased goes here as well; the names of files that nothing else speaks of."""
    operation = entry.signed.operation
    if ERASED_FIELD not in operation.set:  # the skeleton of an operation, in its old place
        db.execute(
            "UPDATE operations SET revision = ?, outcome = ? WHERE op_id = ?",
            (entry.revision, entry.outcome.value, operation.op_id),
        )
        erase_operation(db, operation.op_id)
        return set()
    shelf.touched.pop(operation.record, None)
    return erase_record(db, operation.record)


class _Open:
    """The records that one `apply` has touched, each read once and written once."""

    def __init__(self, db: Connection, shelf: Shelf) -> None:
        self._db = db
        self._shelf = shelf
        self.touched: dict[str, Shelved] = {}

    def take(self, operation: Operation, *, create: bool) -> Shelved | None:
        """The record of an operation, made when this desk does not have it."""
        shelved = self.touched.get(operation.record) or self._shelf.take(self._db, operation.record)
        if shelved is None:
            if not create:
                return None
            head = RecordHead(
                operation.record, operation.kind, operation.form, operation.version, operation.stream, revision=0
            )
            shelved = self._shelf.add(self._db, head)
        self.touched[operation.record] = shelved
        return shelved
