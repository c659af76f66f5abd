"""Beginning with the state of a township instead of all its history: fetch, check, take in as one."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import Any, Final

from cpdesk.base.errors import IntegrityFault
from cpdesk.model.records import Changes
from cpdesk.model.replication import SnapshotRecord
from cpdesk.store.replica import Replica
from cpdesk.sync.blobs import Authorised
from cpdesk.sync.enrol import authorised
from cpdesk.sync.protocol import blobs_in, conflict_from_wire
from cpdesk.sync.reading import CODE, DECOMPRESSED_BYTES_MAX, Reader, malformed, read_json
from cpdesk.sync.transport import Transport

SNAPSHOT_BYTES_MAX: Final = 512 * 1024 * 1024
_FORMAT: Final = 1
_STEP_BYTES: Final = 256 * 1024


def begin_with_snapshots(replica: Replica, transport: Transport) -> Changes:
    """Before the first round of a new desk: `begin_with_snapshot` for each of its streams.

    Raises:
        AccessFault: CP-4107 not enrolled, CP-4103 revoked. Others as `begin_with_snapshot`.
    """
    run, changes = authorised(replica, transport), Changes(sync=True)
    for stream in replica.streams():
        changes |= begin_with_snapshot(replica, transport, run, stream) or Changes()
    return changes


def begin_with_snapshot(replica: Replica, transport: Transport, run: Authorised, stream: str) -> Changes | None:
    """Take in the server's state of a stream that this desk has nothing of; a pull goes on behind it.

    Returns:
        None when the desk has something of the stream or something to send, or the server knows no snapshots: the
        desk then reads all entries from where it is.

    Raises:
        IntegrityFault: CP-3204 the file is not what its name says, CP-3201 malformed; nothing was changed.
        EnvironmentFault: CP-22xx the line.
    """
    if replica.cursor(stream) is not None or replica.waiting().operations:
        return None
    try:
        head = run(lambda: transport.get_json("/v1/snapshot", {"stream": stream}))
    except IntegrityFault as fault:
        if fault.code != "CP-3252":
            raise
        return None
    read = Reader(head, "answer", ("stream", "revision", "sha256", "size"))
    sha256 = read.hash("sha256")
    if read.whole("revision") == 0:
        return None
    path = f"/v1/snapshot?stream={stream}&sha256={sha256}"
    content = run(lambda: transport.download(path, SNAPSHOT_BYTES_MAX))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise IntegrityFault("CP-3204", sha256=sha256)
    return take_snapshot(replica, content, stream)


def take_snapshot(replica: Replica, content: bytes, stream: str) -> Changes | None:
    """Take in a whole snapshot file, in one transaction; raises and returns as `begin_with_snapshot`."""
    lines = snapshot_lines(content)
    head = Reader(next(lines, None), "snapshot", ("snapshot", "stream", "revision", "cursor"))
    if head.whole("snapshot") != _FORMAT or head.stream("stream") != stream:
        raise malformed("snapshot", "another format or stream")
    blobs: set[str] = set()

    def records() -> Iterator[SnapshotRecord]:
        for count, line in enumerate(lines):
            if isinstance(line, dict) and "record" not in line:
                if Reader(line, "snapshot", ("records",)).whole("records") != count or next(lines, None) is not None:
                    raise malformed("snapshot.records", "not as many as announced")
                return
            record = _record(line, f"snapshot[{count}]")
            blobs.update(blobs_in(record.fields.values()))
            for conflict in record.conflicts:
                blobs.update(blobs_in((conflict.original, conflict.current, conflict.proposed)))
            yield record
        raise malformed("snapshot", "cut off")

    changes = replica.begin_with(records(), stream=stream, cursor=head.text("cursor"))
    if changes is not None and blobs:
        replica.expect_blobs(sorted(blobs))
    return changes


def snapshot_lines(content: bytes) -> Iterator[Any]:
    """The lines of a gzip file, unpacked piece by piece: a township in full need not stand in memory twice."""
    machine, waiting = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS), b""
    for start in range(0, len(content), _STEP_BYTES):
        rest = content[start : start + _STEP_BYTES]
        while rest:
            try:
                waiting += machine.decompress(rest, DECOMPRESSED_BYTES_MAX)
            except zlib.error:
                raise malformed("snapshot", "not gzip") from None
            rest = machine.unconsumed_tail
            *whole, waiting = waiting.split(b"\n")
            if len(waiting) > DECOMPRESSED_BYTES_MAX:
                raise IntegrityFault("CP-3205", what="snapshot", size=len(waiting), limit=DECOMPRESSED_BYTES_MAX)
            yield from map(read_json, whole)
    if waiting or not machine.eof:
        raise malformed("snapshot", "cut off")


def _record(value: Any, place: str) -> SnapshotRecord:
    names = ("record", "kind", "form", "version", "revision", "at", "fields", "conflicts")
    read = Reader(value, place, names)
    fields = read.entries("fields", most=None)
    return SnapshotRecord(
        record=read.uuid("record"),
        kind=read.matching("kind", CODE),
        form=read.text("form"),
        version=read.text("version", least=0),
        revision=read.whole("revision", least=1),
        at=read.text("at", most=64, least=0),
        fields={path: entry for path, entry in fields.items() if entry is not None},
        conflicts=read.list_of("conflicts", None, conflict_from_wire),
    )
