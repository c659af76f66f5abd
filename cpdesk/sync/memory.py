"""A desk in memory: the replication door in its simplest form.

Simulations and measurements run hundreds of these, and a reader sees here what a desk has to do: replay the server's
decisions in order, and lay its own unsent operations on top.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cpdesk.base.clock import Clock
from cpdesk.base.ids import IdMaker
from cpdesk.model.oplog import GENESIS_HASH, Operation, SignedOperation
from cpdesk.model.records import ERASED_FIELD, Changes
from cpdesk.model.replication import Conflict, Entry, Outcome
from cpdesk.store.blobs import BlobInfo
from cpdesk.store.oplog import DeviceIdentity
from cpdesk.store.replica import Enrolment, Waiting

Fields = dict[str, str]


class MemoryReplica:
    """Implements `sync.replica.Replica`; `change` stands for everything a person does."""

    def __init__(self, clock: Clock, *, person: str = "sample", key: bytes | None = None, device: str = "") -> None:
        self._clock = clock
        self._ids = IdMaker(clock)
        self._key = Ed25519PrivateKey.from_private_bytes(key) if key else Ed25519PrivateKey.generate()
        self._device = device or self._ids.new()
        self._person = person
        self._enrolment: Enrolment | None = None
        self._cursors: dict[str, str] = {}
        self._own: list[SignedOperation] = []
        self._waiting: dict[str, SignedOperation] = {}
        self._waiting_of: dict[str, list[Operation]] = {}
        self._server: dict[str, Fields] = {}
        self._revisions: dict[str, int] = {}
        self._streams: dict[str, str] = {}
        self._taken: dict[str, int] = {}
        self._blobs: dict[str, bytes] = {}
        self._blobs_unsent: list[str] = []
        self._blobs_expected: list[str] = []
        self.conflicts: dict[str, Conflict] = {}
        self.settled: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    # What a person does

    def new_id(self) -> str:
        return self._ids.new()

    def visible(self, record: str) -> Fields:
        """What the person sees: the server's state with the unsent operations on top."""
        fields = dict(self._server.get(record, {}))
        for operation in self._waiting_of.get(record, ()):
            _lay(fields, operation.set)
        return fields

    def records(self) -> set[str]:
        return set(self._server) | set(self._waiting_of)

    def change(
        self,
        record: str,
        values: Mapping[str, str | None],
        *,
        stream: str,
        resolves: str | None = None,
        kind: str = "survey",
        form: str = "sample_form",
    ) -> Operation:
        """Make, chain and sign one operation."""
        before = self.visible(record)
        last = self._own[-1].operation if self._own else None
        operation = Operation(
            op_id=self._ids.new(),
            device=self._device,
            seq=1 if last is None else last.seq + 1,
            prev_hash=GENESIS_HASH if last is None else last.content_hash(),
            record=record,
            kind=kind,
            form=form,
            version="1",
            stream=stream,
            base=self._revisions.get(record, 0),
            set=dict(values),
            old={path: before.get(path) for path in values},
            actor=self._person,
            at=self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z-0000"),
            resolves=resolves,
        )
        signed = SignedOperation(operation, self.sign(operation.content_hash()))
        self._own.append(signed)
        self._waiting[operation.op_id] = signed
        self._waiting_of.setdefault(record, []).append(operation)
        return operation

    def add_blob(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        self._blobs[sha256] = content
        self._blobs_unsent.append(sha256)
        return sha256

    def open_conflicts(self) -> dict[str, Conflict]:
        return {name: conflict for name, conflict in self.conflicts.items() if name not in self.settled}

    # The replication door

    def identity(self) -> DeviceIdentity:
        return DeviceIdentity(self._device, self._key.public_key().public_bytes_raw().hex())

    def sign(self, content_hash_hex: str, /) -> str:
        return self._key.sign(bytes.fromhex(content_hash_hex)).hex()

    def outbox(self, limit: int, /) -> list[SignedOperation]:
        return list(self._waiting.values())[:limit]

    def own_operations(self, after_seq: int, limit: int, /) -> list[SignedOperation]:
        return self._own[after_seq : after_seq + limit]

    def waiting(self) -> Waiting:
        return Waiting(len(self._waiting), len(self._blobs_unsent))

    def apply(self, entries: Sequence[Entry], *, stream: str, cursor: str | None) -> Changes:
        for entry in entries:
            operation = entry.signed.operation
            if self._waiting.pop(operation.op_id, None) is not None:
                self._waiting_of[operation.record].remove(operation)
            if entry.outcome is Outcome.QUARANTINED:
                self.refused[operation.op_id] = entry.reason
            if entry.revision <= self._taken.get(stream, 0):
                continue
            self._taken[stream] = entry.revision
            if entry.outcome is Outcome.ERASED:
                if ERASED_FIELD in operation.set:
                    self._server.pop(operation.record, None)
                continue
            self._revisions[operation.record] = entry.revision
            self._streams[operation.record] = stream
            _lay(self._server.setdefault(operation.record, {}), entry.applied)
            self.conflicts.update((conflict.id, conflict) for conflict in entry.conflicts)
            self.settled.update((settled, operation.op_id) for settled in entry.settled)
        if cursor is not None:
            self._cursors[stream] = cursor
        return Changes(frozenset(entry.signed.operation.record for entry in entries), sync=True)

    def begin_anew(self) -> Changes:
        records = self.records()
        for record in records:
            self._drop(record)
        self._waiting = {signed.operation.op_id: signed for signed in self._own}
        self._waiting_of = {}
        for signed in self._own:
            self._waiting_of.setdefault(signed.operation.record, []).append(signed.operation)
        self._blobs_unsent = list(self._blobs)
        self._cursors.clear()
        self._taken.clear()
        return Changes(frozenset(records), conflicts=True, sync=True)

    def leave_other_streams(self) -> Changes:
        waiting = {signed.operation.stream for signed in self._waiting.values()}
        left = {stream for stream in self._streams.values() if stream not in self.streams()} - waiting
        records = [record for record, stream in self._streams.items() if stream in left]
        for record in records:
            self._drop(record)
            del self._streams[record]
        for stream in left:
            self._cursors.pop(stream, None)
            self._taken.pop(stream, None)
        return Changes(frozenset(records), sync=True)

    def _drop(self, record: str) -> None:
        self._server.pop(record, None)
        self._revisions.pop(record, None)
        dropped = [name for name, conflict in self.conflicts.items() if conflict.record == record]
        for name in dropped:
            del self.conflicts[name]
            self.settled.pop(name, None)

    def cursor(self, stream: str, /) -> str | None:
        return self._cursors.get(stream)

    def blobs_to_send(self, limit: int, /) -> list[BlobInfo]:
        return [BlobInfo(sha256, len(self._blobs[sha256]), "") for sha256 in self._blobs_unsent[:limit]]

    def blob_content(self, sha256: str, /) -> bytes:
        return self._blobs[sha256]

    def blob_sent(self, sha256: str, /) -> None:
        self._blobs_unsent.remove(sha256)

    def expect_blobs(self, sha256s: Sequence[str], /) -> None:
        known = {*self._blobs, *self._blobs_expected}
        self._blobs_expected += [sha256 for sha256 in sha256s if sha256 not in known]

    def blobs_to_fetch(self, limit: int, /) -> list[str]:
        return self._blobs_expected[:limit]

    def blob_received(self, sha256: str, content: bytes | Path, /) -> None:
        self._blobs[sha256] = content if isinstance(content, bytes) else content.read_bytes()
        self._blobs_expected.remove(sha256)

    def streams(self) -> list[str]:
        return [] if self._enrolment is None else list(self._enrolment.streams)

    def enrolment(self) -> Enrolment | None:
        return self._enrolment

    def set_enrolment(self, enrolment: Enrolment | None, /) -> None:
        self._enrolment = enrolment


def _lay(fields: Fields, values: Mapping[str, str | None]) -> None:
    for path, value in values.items():
        if value is None:
            fields.pop(path, None)
        else:
            fields[path] = value
