"""Taking operations: check, order, judge, keep. Giving them out again: page by page, in order.

Everything authenticated and readable is kept, also what cannot be applied, so that nothing wedges a desk's queue and
nothing that a person wrote is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Text, bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from cpdesk.base.errors import AccessFault, IntegrityFault
from cpdesk.model.oplog import Operation, SignedOperation, canonical_json
from cpdesk.model.paths import is_item
from cpdesk.model.replication import ERASED_REASON, Entry, Outcome, PushResult
from cpdesk.server import schema
from cpdesk.server.access import Device, find
from cpdesk.server.checking import CheckedBatch, CheckedOperation
from cpdesk.server.database import lock
from cpdesk.server.people.roles import ACTIVE, LEAVING, reason_against
from cpdesk.sync.merge import FieldState, OpenConflict, RecordState, merge
from cpdesk.sync.protocol import PushAnswer, blob_references, conflict_from_wire, entry_to_wire
from cpdesk.sync.reading import read_json

_BUCKETS: Final = 64
_ARRAYS: Final = {Text: "text[]", BigInteger: "bigint[]", Integer: "bigint[]", LargeBinary: "bytea[]"}
PULL_BYTES_MAX: Final = 8 * 1024 * 1024


def push(connection: Connection, carrier: Device, batch: CheckedBatch, now: str) -> PushAnswer:
    """Take a checked batch inside the caller's write transaction. Repeating a batch changes nothing.

    The author is the device that signed, the carrier the one that brings the batch: mostly the same, but a desk that
    was restored from a backup under a new id brings what it wrote under the old one. Author and carrier must both have
    the right to the stream.

    Raises:
        AccessFault: CP-4106 the author is not enrolled, or the carrier is another device and a signature is wrong.
        IntegrityFault: CP-3202 the batch starts after a gap.
    """
    author = carrier if batch.author == carrier.device else find(connection, batch.author)
    if author is None:
        raise AccessFault("CP-4106")
    return _Batch(connection, author, carrier, batch.operations, now).take()


@dataclass
class _Known:
    """What the database said about the records of a batch, changed in memory and written back once."""

    states: dict[str, RecordState] = field(default_factory=dict)
    facts: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)


class _Batch:
    def __init__(
        self, connection: Connection, author: Device, carrier: Device, batch: Sequence[CheckedOperation], now: str
    ) -> None:
        self.connection = connection
        self.device = author
        self.streams = author.streams & carrier.streams
        self.carried = author.device != carrier.device
        self.batch = batch
        self.now = now
        self.set_back: bool | None = None
        self.known = _Known()
        self.rows: list[dict[str, Any]] = []
        self.new_records: list[dict[str, Any]] = []
        self.changed_fields: dict[tuple[str, str], str] = {}
        self.new_conflicts: list[dict[str, Any]] = []
        self.settled: list[dict[str, Any]] = []
        self.blob_references: set[tuple[str, str]] = set()

    def take(self) -> PushAnswer:
        self._load()
        results: list[PushResult] = []
        for checked in self.batch:
            operation, content_hash = checked.signed.operation, checked.content_hash
            before = self.taken.get((operation.seq, content_hash))
            if before is not None:
                results.append(PushResult(operation.op_id, operation.seq, Outcome.DUPLICATE, before or 0))
                continue
            if self.carried and not checked.is_signed:
                raise AccessFault("CP-4106")  # or else any desk could fill up another's chain
            forked = self._is_fork(operation)
            if not forked and operation.seq != self.head_seq + 1:
                if not results:
                    raise IntegrityFault("CP-3202", expected=self.head_seq + 1, found=operation.seq)
                break
            reason = "chain_fork" if forked else self._reason_against(checked)
            results.append(self._keep(checked.signed, content_hash, reason))
        self._write()
        return PushAnswer(tuple(results), self.head_seq, self.durable_seq)

    def _load(self) -> None:
        run = self.connection.execute
        operations = [checked.signed.operation for checked in self.batch]
        head = run(select(schema.devices).where(schema.devices.c.device == self.device.device).with_for_update()).one()
        self.durable_seq = head.durable_seq
        self.head_seq, self.head_hash, self.flag = head.head_seq, head.head_hash, head.flag
        table = schema.operations
        own = run(
            select(table.c.seq, table.c.hash, table.c.revision).where(
                table.c.device == self.device.device, table.c.seq.in_({operation.seq for operation in operations})
            )
        )
        self.taken: dict[tuple[int, str], int] = {(row.seq, row.hash): row.revision or 0 for row in own}
        self.forked_hashes: set[str] = set()
        if self.flag:
            forked = run(
                select(table.c.hash).where(table.c.device == self.device.device, table.c.reason == "chain_fork")
            )
            self.forked_hashes = set(forked.scalars())
        self._load_streams(sorted({operation.stream for operation in operations}))
        self._load_records(sorted({operation.record for operation in operations}))
        ids = {operation.op_id for operation in operations}
        self.op_ids = set(run(select(table.c.op_id).where(table.c.op_id.in_(ids))).scalars())

    def _load_streams(self, codes: list[str]) -> None:
        """The last revisions, held until this transaction ends."""
        written = [{"stream": code, "revision": 0} for code in codes if code in self.streams]
        insert_missing(self.connection, schema.streams, written)
        self.known.revisions = hold(self.connection, codes)

    def _load_records(self, ids: list[str]) -> None:
        run = self.connection.execute
        self._load_facts(ids)
        new = [record for record in ids if record not in self.known.facts]
        if new:
            lock(self.connection, [_bucket(record) for record in new])
            self._load_facts(new)
        self.known.states = {record: RecordState() for record in ids}
        streams = {stream for stream, _, _ in self.known.facts.values()}
        fields = schema.field_states
        for row in run(select(fields).where(fields.c.stream.in_(streams), fields.c.record.in_(ids))):
            self.known.states[row.record].fields[row.path] = FieldState(
                row.value, row.revision, row.op_id, row.actor, row.at, row.device
            )
        opened = schema.conflicts
        standing = (opened.c.stream.in_(streams), opened.c.record.in_(ids), opened.c.settled_by.is_(None))
        for row in run(select(opened).where(*standing)):
            conflict = conflict_from_wire(read_json(row.body), "conflict")
            self.known.states[row.record].conflicts[row.id] = OpenConflict(conflict, row.revision, row.device)

    def _load_facts(self, ids: list[str]) -> None:
        table = schema.records
        for row in self.connection.execute(select(table).where(table.c.record.in_(ids))):
            self.known.facts[row.record] = (row.stream, row.kind, row.form)

    def _is_fork(self, operation: Operation) -> bool:
        """Another content for a number taken already, or a chain that goes on from another content than ours."""
        if operation.seq <= self.head_seq or operation.prev_hash in self.forked_hashes:
            return True
        return bool(operation.seq == self.head_seq + 1 and operation.prev_hash != self.head_hash)

    def _reason_against(self, checked: CheckedOperation) -> str:
        """Why an operation that continues the chain cannot be applied; empty when it can."""
        operation = checked.signed.operation
        if not checked.is_signed:
            return "signature"
        if self.device.status not in (ACTIVE, LEAVING):
            return "device_revoked"
        if operation.stream not in self.streams:
            return "stream_forbidden"
        if operation.op_id in self.op_ids:
            return "op_id_reused"
        facts = (operation.stream, operation.kind, operation.form)
        known_facts = self.known.facts.get(operation.record)
        if known_facts is not None and known_facts != facts:
            return "record_elsewhere"
        if operation.base > self.known.revisions.get(operation.stream, 0) and not self._was_set_back():
            return "base_ahead"
        kept = (operation.actor, operation.kind, operation.form, operation.at, *operation.set.values())
        if any("\0" in value for value in kept if value is not None):
            return "unstorable"
        state = self.known.states.get(operation.record)
        return ERASED_REASON if checked.signed.erased_hash else reason_against(self.device, operation, state)

    def _was_set_back(self) -> bool:
        """Whether this database came from a backup: then desks bring what they wrote on revisions that were lost."""
        if self.set_back is None:
            asked = select(schema.meta.c.value).where(schema.meta.c.key == schema.SET_BACK)
            self.set_back = self.connection.execute(asked).scalar_one_or_none() is not None
        return self.set_back

    def _within_this_order(self, operation: Operation) -> Operation:
        """The operation with a base that this order knows. One made on a lost revision has seen, of a plain answer,
        what its `old` says; of what is taken away or decided with it nobody can say, so it counts as unseen."""
        last = self.known.revisions[operation.stream] - 1
        if operation.base <= last:
            return operation
        plain = operation.resolves is None and not any(
            value is None or is_item(path) or path.startswith("@") for path, value in operation.set.items()
        )
        return replace(operation, base=last if plain else 0)

    def _keep(self, signed: SignedOperation, content_hash: str, reason: str) -> PushResult:
        operation = signed.operation
        ordered = operation.stream in self.streams
        revision = self.known.revisions.get(operation.stream, 0) + 1 if ordered else 0
        if ordered:
            self.known.revisions[operation.stream] = revision
        if reason:
            kept = _without_content(signed) if reason == ERASED_REASON or signed.erased_hash else signed
            entry = Entry(operation.stream, revision, kept, Outcome.QUARANTINED, reason=reason)
        else:
            entry = self._apply(signed, revision)
        if reason == "chain_fork":
            self.flag = reason
            self.forked_hashes.add(content_hash)
        else:
            self.head_seq, self.head_hash = operation.seq, content_hash
        self.taken[(operation.seq, content_hash)] = revision
        self.op_ids.add(operation.op_id)
        self.rows.append(
            {
                "device": operation.device,
                "seq": operation.seq,
                "hash": content_hash,
                "op_id": operation.op_id,
                "stream": operation.stream,
                "revision": revision or None,
                "record": operation.record,
                "outcome": str(entry.outcome),
                "reason": reason,
                "entry": canonical_json(entry_to_wire(entry)),
                "received_at": self.now,
            }
        )
        return PushResult(operation.op_id, operation.seq, entry.outcome, revision, reason)

    def _apply(self, signed: SignedOperation, revision: int) -> Entry:
        operation = signed.operation
        if operation.record not in self.known.facts:
            self.known.facts[operation.record] = (operation.stream, operation.kind, operation.form)
            self.new_records.append(
                {
                    "record": operation.record,
                    "stream": operation.stream,
                    "kind": operation.kind,
                    "form": operation.form,
                }
            )
        state = self.known.states[operation.record]
        decision = merge(state, self._within_this_order(operation))
        state.take(operation, revision, decision)
        for path in decision.applied:
            self.changed_fields[(operation.record, path)] = operation.stream
        for conflict in decision.conflicts:
            self.new_conflicts.append(
                {
                    "id": conflict.id,
                    "stream": operation.stream,
                    "record": operation.record,
                    "device": operation.device,
                    "revision": revision,
                    "body": canonical_json(asdict(conflict)),
                    "settled_by": None,
                }
            )
        by = {"in_stream": operation.stream, "by": operation.op_id}
        self.settled += [{"conflict": settled, **by} for settled in decision.settled]
        self.blob_references.update((found, operation.stream) for found in blob_references(operation))
        return Entry(
            operation.stream,
            revision,
            signed,
            decision.outcome,
            decision.applied,
            decision.conflicts,
            decision.settled,
        )

    def _write(self) -> None:
        if not self.rows:
            return
        run = self.connection.execute
        table = schema.devices
        run(
            update(table)
            .where(table.c.device == self.device.device)
            .values(head_seq=self.head_seq, head_hash=self.head_hash, flag=self.flag)
        )
        ordered = [row for row in self.known.revisions.items() if row[0] in self.streams]
        self._upsert(schema.streams, [{"stream": code, "revision": revision} for code, revision in ordered])
        self._insert(schema.records, self.new_records)
        self._insert(schema.operations, self.rows)
        self._upsert(schema.field_states, list(self._field_rows()))
        self._insert(schema.conflicts, self.new_conflicts)
        if self.settled:
            opened = schema.conflicts
            run(
                update(opened)
                .where(
                    opened.c.stream == bindparam("in_stream"),
                    opened.c.id == bindparam("conflict"),
                    opened.c.settled_by.is_(None),
                )
                .values(settled_by=bindparam("by")),
                self.settled,
            )
        references = [{"sha256": sha256, "stream": code} for sha256, code in sorted(self.blob_references)]
        self._upsert(schema.blob_references, references)

    def _field_rows(self) -> Iterable[dict[str, Any]]:
        for (record, path), stream in self.changed_fields.items():
            now = self.known.states[record].fields[path]
            yield {
                "record": record,
                "path": path,
                "stream": stream,
                "value": now.value,
                "revision": now.revision,
                "op_id": now.op_id,
                "actor": now.actor,
                "at": now.at,
                "device": now.device,
            }

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        _execute_many(self.connection, table.insert(), rows)

    def _upsert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        upsert(self.connection, table, rows)


def _without_content(signed: SignedOperation) -> SignedOperation:
    """What is kept of an operation on an erased record; its content hash stands in the row."""
    return SignedOperation(replace(signed.operation, set={}, old={}), signed.signature)


def hold(connection: Connection, codes: Iterable[str]) -> dict[str, int]:
    """The last revision of each stream, locked: who gives out the next one waits until the transaction has ended.

    Always in the order of codes, so that two batches of several townships cannot wait for each other.
    """
    table = schema.streams
    rows = connection.execute(
        select(table).where(table.c.stream.in_(list(codes))).order_by(table.c.stream).with_for_update()
    )
    return {row.stream: row.revision for row in rows}


def upsert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or bring those with the same primary key up to date."""
    statement = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    if others:
        statement = statement.on_conflict_do_update(index_elements=key, set_=others)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    _execute_many(connection, statement, rows)


def insert_missing(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows whose primary key is not there yet; what is there stays as it is."""
    key = [column.name for column in table.primary_key]
    statement = _insert(connection, table).on_conflict_do_nothing(index_elements=key)
    _execute_many(connection, statement, rows)


def _insert(connection: Connection, table: Any) -> Any:
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def _bucket(record: str) -> int:
    """The lock that a record shares with others while it is being made. Two desks that make one id in two townships at
    the same moment must meet somewhere: no key of a table that is cut up by township holds an id alone."""
    return 1 + int(record[-4:], 16) % _BUCKETS


def _execute_many(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    """Run an insert for rows that all have the same columns, two at least. The rows go straight to the driver, because
    SQLAlchemy's handling of each took longer than the database. All columns are texts, numbers and bytes: drivers take
    them as they are."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _insert_columns(connection, statement, rows)
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    assert compiled.positiontup is not None
    connection.exec_driver_sql(str(compiled), list(map(itemgetter(*compiled.positiontup), rows)))


def _insert_columns(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    """All rows in one statement, each column as one array: PostgreSQL plans and answers once, not once a row."""
    names = list(rows[0])
    columns = statement.table.columns
    arrays = ", ".join(f"CAST(:{name}_s AS {_ARRAYS[type(columns[name].type)]})" for name in names)
    source = text(f"SELECT * FROM unnest({arrays})").columns(*(columns[name] for name in names))  # noqa: S608 # own names
    connection.execute(
        statement.from_select(names, source), {f"{name}_s": [row[name] for row in rows] for name in names}
    )


def pull(connection: Connection, stream: str, after: int, limit: int) -> tuple[list[bytes], int, bool]:
    """Entries of a stream after a revision, as canonical JSON; the last revision given; whether more are there.

    A page ends early at `PULL_BYTES_MAX`, but has at least one entry when there is one.

    Raises:
        IntegrityFault: CP-3203 when the desk has seen more than the server has.
    """
    head = connection.execute(
        select(schema.streams.c.revision).where(schema.streams.c.stream == stream)
    ).scalar_one_or_none()
    if after > (head or 0):
        raise IntegrityFault("CP-3203")
    table = schema.operations
    rows = connection.execute(
        select(table.c.revision, table.c.entry)
        .where(table.c.stream == stream, table.c.revision > after)
        .order_by(table.c.revision)
        .limit(limit)
    )
    page: list[bytes] = []
    last, size = after, 0
    for row in rows:
        if page and size + len(row.entry) > PULL_BYTES_MAX:
            break
        page.append(row.entry)
        size += len(row.entry)
        last = row.revision
    return page, last, last < (head or 0)
