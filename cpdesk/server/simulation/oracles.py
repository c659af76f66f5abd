"""What must hold when the faults have ended and every desk has synced: each breach is one line of text."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from cpdesk.model.oplog import GENESIS_HASH, canonical_json
from cpdesk.model.paths import is_inside, is_item
from cpdesk.model.replication import Entry, Outcome
from cpdesk.server import schema
from cpdesk.server.database import Database
from cpdesk.server.simulation.desk import SimulatedDesk
from cpdesk.store.oplog import operation_of
from cpdesk.sync.merge import RecordState, merge
from cpdesk.sync.protocol import blob_references, entry_from_wire
from cpdesk.sync.reading import read_json

_HASH_DIGITS: Final = 64
Fields = dict[tuple[str, str], str]


class ServerState:
    """All that the server's tables say."""

    def __init__(self, database: Database, blobs: Path) -> None:
        self.blobs = blobs
        with database.reading() as connection:
            entries = connection.execute(select(schema.operations.c.entry)).scalars()
            self.entries: list[Entry] = [_entry(read_json(entry)) for entry in entries]
            fields = schema.field_states
            rows = connection.execute(select(fields.c.record, fields.c.path, fields.c.value))
            self.fields: Fields = {(row.record, row.path): row.value for row in rows if row.value is not None}
            opened = schema.conflicts
            rows = connection.execute(select(opened.c.id, opened.c.record).where(opened.c.settled_by.is_(None)))
            self.conflicts: dict[str, str] = {row.id: row.record for row in rows}
            rows = connection.execute(select(schema.records.c.record, schema.records.c.stream))
            self.streams: dict[str, str] = {row.record: row.stream for row in rows}
        self.entries.sort(key=lambda entry: (entry.stream, entry.revision))

    def digest(self) -> str:
        """SHA-256 over fields, open conflicts and outcomes in order."""
        outcomes = [[entry.revision, entry.signed.operation.op_id, str(entry.outcome)] for entry in self.entries]
        fields = sorted([*place, value] for place, value in self.fields.items())
        return hashlib.sha256(canonical_json([outcomes, fields, sorted(self.conflicts)])).hexdigest()


def _entry(wire: dict[str, Any]) -> Entry:
    """An entry, also one that was refused for its stream: it has no place in the order, and no desk pulls it."""
    if wire["revision"] == 0:
        return replace(entry_from_wire({**wire, "revision": 1}, "entry"), revision=0)
    return entry_from_wire(wire, "entry")


def breaches(server: ServerState, desks: Sequence[SimulatedDesk], written: Sequence[tuple[str, str]]) -> list[str]:
    """Everything that does not hold.

    Args:
        written: each value ever entered, with the name of the desk.
    """
    heard = [desk for desk in desks if not desk.revoked]
    found = [*_kept_once(server, desks), *_reachable(server, heard, written), *_chains(server), *_replayed(server)]
    found += _nothing_given_way_unseen(server)
    found += _files(server, heard, written)
    for desk in heard:
        found += _equal(server, desk)
        waiting = desk.store.replica.waiting()
        if waiting.operations or waiting.blobs:
            found.append(f"progress: {desk.name} still has {waiting.operations} operations, {waiting.blobs} files")
    return found


def _kept_once(server: ServerState, desks: Sequence[SimulatedDesk]) -> Iterator[str]:
    counts = Counter(entry.signed.operation.op_id for entry in server.entries)
    for desk in desks:
        for op_id in desk.lost():
            yield f"kept: {desk.name} lost operation {op_id} of its own"
        for op_id in desk.acknowledged:
            if counts[op_id] != 1 and not (desk.revoked and counts[op_id] == 0):
                yield f"kept: operation {op_id} of {desk.name} stands {counts[op_id]} times on the server"


def _reachable(
    server: ServerState, desks: Sequence[SimulatedDesk], written: Sequence[tuple[str, str]]
) -> Iterator[str]:
    heard = {desk.name for desk in desks}
    kept = {value for entry in server.entries for value in entry.signed.operation.set.values()}
    for value, name in written:
        if name in heard and value not in kept:
            yield f"reachable: {value} of {name} is nowhere on the server"
    for desk in desks:
        for record, stream in server.streams.items():
            if stream not in desk.streams:
                continue
            shown = {entry.operation.op_id for entry in desk.store.records.history(record)}
            for entry in server.entries:
                operation = entry.signed.operation
                if entry.revision and operation.record == record and operation.op_id not in shown:
                    yield f"reachable: {desk.name} does not have {operation.op_id} in the history"


def _files(server: ServerState, desks: Sequence[SimulatedDesk], written: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Each photograph that was taken lies on the server with the content its name says."""
    heard = {desk.name for desk in desks}
    for value, name in written:
        if len(value) == _HASH_DIGITS and name in heard:
            place = server.blobs / value[:2] / value
            if not place.exists() or hashlib.sha256(place.read_bytes()).hexdigest() != value:
                yield f"file: photograph {value} of {name} is damaged or not on the server"


def _chains(server: ServerState) -> Iterator[str]:
    """Each device's operations are numbered without gaps and chained; each stream's revisions are without gaps."""
    by_device: dict[str, list[Entry]] = {}
    by_stream: dict[str, list[int]] = {}
    for entry in server.entries:
        if entry.reason != "chain_fork":  # of a copied laptop: kept beside the chain known first
            by_device.setdefault(entry.signed.operation.device, []).append(entry)
        if entry.revision:
            by_stream.setdefault(entry.stream, []).append(entry.revision)
    for device, entries in by_device.items():
        before = GENESIS_HASH
        in_chain = sorted(entries, key=lambda entry: entry.signed.operation.seq)
        for number, entry in enumerate(in_chain, 1):
            operation = entry.signed.operation
            if (operation.seq, operation.prev_hash) != (number, before):
                yield f"chain: {device} is broken at {operation.seq}"
                break
            before = operation.content_hash()
    for stream, revisions in by_stream.items():
        if revisions != list(range(1, len(revisions) + 1)):
            yield f"order: {stream} has gaps"


def _replayed(server: ServerState) -> Iterator[str]:
    """The tables say what folding the log says, both by its decisions and by judging it again."""
    folded: dict[tuple[str, str], str | None] = {}
    states: dict[str, RecordState] = {}
    open_now: set[str] = set()
    for entry in server.entries:
        operation = entry.signed.operation
        folded.update({(operation.record, path): value for path, value in entry.applied.items()})
        open_now = (open_now | {conflict.id for conflict in entry.conflicts}) - set(entry.settled)
        if entry.outcome is not Outcome.QUARANTINED:
            state = states.setdefault(operation.record, RecordState())
            state.take(operation, entry.revision, merge(state, operation))
    if {place: value for place, value in folded.items() if value is not None} != server.fields:
        yield "replay: the fields are not what the log's decisions add up to"
    judged = {(record, path): now.value for record, state in states.items() for path, now in state.fields.items()}
    if {place: value for place, value in judged.items() if value is not None} != server.fields:
        yield "replay: judging the log again gives other fields"
    if open_now != set(server.conflicts):
        yield "replay: the open conflicts are not what the log says"


def _nothing_given_way_unseen(server: ServerState) -> Iterator[str]:
    """A value gives way to its own device, to who had it on the screen or to a decision, or a conflict asks."""
    standing: dict[tuple[str, str], tuple[str | None, str]] = {}
    for entry in server.entries:
        operation = entry.signed.operation
        asked = {conflict.path for conflict in entry.conflicts}
        for path, value in operation.set.items():
            before, device = standing.get((operation.record, path), (None, ""))
            if entry.outcome is Outcome.QUARANTINED or is_item(path):
                continue
            has_place = entry.applied.get(path) == value or any(path == at or is_inside(path, at) for at in asked)
            if value not in (None, before) and not has_place:
                yield f"unseen: {value} at {path} of {operation.op_id} got no place"
        for path, value in entry.applied.items():
            before, device = standing.get((operation.record, path), (None, ""))
            replaced = before not in (None, value) and device != operation.device and not is_item(path)
            if replaced and operation.resolves is None and operation.old.get(path) != before:
                yield f"unseen: {before} at {path} gave way to {operation.op_id}, which had not seen it"
        for path, value in entry.applied.items():
            standing[(operation.record, path)] = (value, operation.device)


def _equal(server: ServerState, desk: SimulatedDesk) -> Iterator[str]:
    """The desk holds its townships' records as the server does, and no other."""
    held = desk.store._readers.all("SELECT id, stream, visible FROM records JOIN fields USING (number)")
    outside = sorted(record for record, stream, _ in held if stream not in desk.streams)
    if outside:
        yield f"scope: {desk.name} holds {outside[0]} of another township"
    yield from _nothing_of_others(server, desk)
    shown: Fields = {}
    for record, _, visible in held:
        shown.update({(record, path): value for path, value in read_json(visible.encode()).items()})
    mine = {record for record, stream in server.streams.items() if stream in desk.streams}
    expected = {place: value for place, value in server.fields.items() if place[0] in mine}
    if shown != expected:
        different = sorted(set(shown.items()) ^ set(expected.items()))[0]
        yield f"equal: {desk.name} differs from the server at {different}"
    open_here = {conflict.id for conflict in desk.store.conflicts.list()}
    if open_here != {name for name, record in server.conflicts.items() if record in mine}:
        yield f"equal: {desk.name} has other open conflicts than the server"


def _nothing_of_others(server: ServerState, desk: SimulatedDesk) -> Iterator[str]:
    """Of townships it has no part in (any more) a desk has its own operations, with their files, and nothing else."""
    rows = desk.store._readers.all("SELECT op_id, content, own FROM operations")
    operations = [(op_id, operation_of(content), own) for op_id, content, own in rows]
    for op_id, operation, own in operations:
        if operation.stream not in desk.streams and not own:
            yield f"scope: {desk.name} holds operation {op_id} of another township"
    for conflict in desk.store._readers.column("SELECT record FROM conflicts"):
        if server.streams.get(conflict) not in desk.streams:
            yield f"scope: {desk.name} holds a conflict of {conflict} of another township"
    mine = {found for _, operation, _ in operations for found in blob_references(operation)}
    others = {found for entry in server.entries for found in blob_references(entry.signed.operation)} - mine
    for sha256 in desk.store._readers.column("SELECT sha256 FROM blobs WHERE here = 1"):
        if sha256 in others:
            yield f"scope: {desk.name} holds file {sha256} of another township"
