"""The state of a township in one file, so that a new laptop need not replay years.

It is made in one reading transaction, compressed, named by its hash and kept for a while, so that a desk whose line
breaks goes on at the byte it had (`Range`), although others write meanwhile. What came after it, a pull brings.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, func, select, text
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from cpdesk.base.errors import AccessFault, IntegrityFault
from cpdesk.base.files import disk_faults
from cpdesk.model.oplog import canonical_json
from cpdesk.model.records import ERASED_FIELD
from cpdesk.model.replication import Conflict
from cpdesk.server import schema
from cpdesk.server.access import Device
from cpdesk.server.database import Database
from cpdesk.server.people.masks import Lens, marks_of
from cpdesk.server.people.roles import Right, may
from cpdesk.sync.protocol import conflict_from_wire, cursor_to_text
from cpdesk.sync.reading import malformed, read_hash, read_json, read_stream

FOLDER_NAME: Final = "snapshots"
SNAPSHOT_FORMAT: Final = 1
_KEPT_S: Final = 3600
_NAME: Final = re.compile(r"([0-9]{9})-([0-9]+)-([0-9a-f]{32})-([0-9a-f]{64})(-masked)?\.gz")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A finished file: `sha256` of its compressed bytes, `revision` of the stream it is the state of.

    `masked` is for roles that may not see numbers.
    """

    path: Path
    stream: str
    revision: int
    sha256: str
    masked: bool


class Snapshots:
    """The files of one server. Several desks that ask at once get the same file."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._making = Lock()

    def newest(self, device: Device, stream: str) -> Snapshot:
        """The stream's state as it is now for a device, from a file that is there or a new one.

        Raises:
            EnvironmentFault: CP-20xx the disk.
        """
        with self._making:
            self._forget_old(stream)
            with self._database.reading() as connection:
                revision = _revision(connection, stream)
            masked = not may(device, Right.READ_NUMBERS, stream)
            for found in self._kept(stream):
                if (found.revision, found.masked) == (revision, masked):
                    return found
            return self._make(stream, masked=masked)

    def find(self, device: Device, stream: str, sha256: str) -> Snapshot | None:
        """A file that was given out before and is for such a device, while it is kept."""
        masked = not may(device, Right.READ_NUMBERS, stream)
        return next((one for one in self._kept(stream) if (one.sha256, one.masked) == (sha256, masked)), None)

    def _kept(self, stream: str) -> Iterator[Snapshot]:
        for path in sorted(self._folder.glob(f"{stream}-*.gz")):
            parts = _NAME.fullmatch(path.name)
            if parts and parts[3] == self._database.epoch:
                yield Snapshot(path, stream, int(parts[2]), parts[4], parts[5] is not None)

    def _forget_old(self, stream: str) -> None:
        with disk_faults(self._folder):
            for path in [*self._folder.glob(f"{stream}-*.gz"), *self._folder.glob("*.part")]:
                if time.time() - path.stat().st_mtime > _KEPT_S:
                    path.unlink(missing_ok=True)

    def _make(self, stream: str, *, masked: bool) -> Snapshot:
        part = self._folder / f"{secrets.token_hex(8)}.part"
        with disk_faults(part):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w+b") as raw:
                    with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed, self._database.reading() as connection:
                        revision = 0
                        lens = Lens("", marks_of(connection)) if masked else None
                        for number, line in enumerate(_lines(connection, stream, self._database.epoch)):
                            revision = line["revision"] if number == 0 else revision
                            shown = line if lens is None else lens.snapshot_line(line)
                            packed.write(canonical_json(shown) + b"\n")
                    raw.seek(0)
                    sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
                path = (
                    self._folder
                    / f"{stream}-{revision}-{self._database.epoch}-{sha256}{'-masked' if masked else ''}.gz"
                )
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        return Snapshot(path, stream, revision, sha256, masked)


def _revision(connection: Connection, stream: str) -> int:
    table = schema.streams
    found = connection.execute(select(table.c.revision).where(table.c.stream == stream)).scalar_one_or_none()
    return int(found or 0)


def _lines(connection: Connection, stream: str, epoch: str) -> Iterator[dict[str, Any]]:
    """A head, a line for each record by id, an end with the count."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    revision = _revision(connection, stream)
    yield {
        "snapshot": SNAPSHOT_FORMAT,
        "stream": stream,
        "revision": revision,
        "cursor": cursor_to_text(epoch, revision),
    }
    firsts, lasts = _versions(connection, stream), _last_revisions(connection, stream)
    conflicts: dict[str, list[dict[str, Any]]] = {}
    for record, conflict in _open_conflicts(connection, stream):
        conflicts.setdefault(record, []).append(asdict(conflict))
    count = 0
    states = _states(connection, stream)
    fields = next(states, None)
    table = schema.records
    for row in connection.execute(select(table).where(table.c.stream == stream).order_by(table.c.record)):
        values: dict[str, str] = {}
        at = ""
        if fields is not None and fields[0] == row.record:
            _, values, at = fields
            fields = next(states, None)
        if ERASED_FIELD in values:
            continue
        count += 1
        yield {
            "record": row.record,
            "kind": row.kind,
            "form": row.form,
            "version": firsts.get(row.record, ""),
            "revision": lasts[row.record],
            "at": at,
            "fields": values,
            "conflicts": conflicts.get(row.record, []),
        }
    yield {"records": count}


def _states(connection: Connection, stream: str) -> Iterator[tuple[str, dict[str, str], str]]:
    table = schema.field_states
    rows = connection.execution_options(yield_per=2000).execute(
        select(table.c.record, table.c.path, table.c.value, table.c.at)
        .where(table.c.stream == stream)
        .order_by(table.c.record)
    )
    for record, group in groupby(rows, key=lambda row: row.record):
        states = list(group)
        values = {row.path: row.value for row in states if row.value is not None}
        yield record, values, max(row.at for row in states)


def _versions(connection: Connection, stream: str) -> dict[str, str]:
    """The form's version in the first operation of each record that went in."""
    table = schema.operations
    first = (
        select(func.min(table.c.revision))
        .where(table.c.stream == stream, table.c.outcome != "quarantined")
        .group_by(table.c.record)
    )
    rows = connection.execute(
        select(table.c.record, table.c.entry).where(table.c.stream == stream, table.c.revision.in_(first))
    )
    return {row.record: read_json(row.entry)["operation"]["version"] for row in rows}


def _last_revisions(connection: Connection, stream: str) -> dict[str, int]:
    table = schema.operations
    rows = connection.execute(
        select(table.c.record, func.max(table.c.revision).label("last"))
        .where(table.c.stream == stream, table.c.revision.is_not(None))
        .group_by(table.c.record)
    )
    return {row.record: row.last for row in rows}


def _open_conflicts(connection: Connection, stream: str) -> Iterator[tuple[str, Conflict]]:
    table = schema.conflicts
    rows = connection.execute(
        select(table.c.record, table.c.body)
        .where(table.c.stream == stream, table.c.settled_by.is_(None))
        .order_by(table.c.revision, table.c.id)
    )
    for row in rows:
        yield row.record, conflict_from_wire(read_json(row.body), "conflict")


def routes(service: Any, endpoint: Any) -> list[Route]:
    """`GET /v1/snapshot?stream=`: what there is; with `&sha256=`: the file itself, with `Range`."""
    snapshots = Snapshots(service.database, service.folder / FOLDER_NAME)

    async def _snapshot(service: Any, request: Request) -> Response:
        device = await service.device(request)
        query = dict(request.query_params.multi_items())
        if len(query) != len(request.query_params.multi_items()) or not query.keys() <= {"stream", "sha256"}:
            raise malformed("query", "expected each of stream, sha256 at most once")
        stream = read_stream(query.get("stream"), "stream")
        if not may(device, Right.READ, stream):
            raise AccessFault("CP-4104", stream=stream)
        if "sha256" not in query:
            made = await run_in_threadpool(snapshots.newest, device, stream)
            size = made.path.stat().st_size
            return JSONResponse({"stream": stream, "revision": made.revision, "sha256": made.sha256, "size": size})
        found = await run_in_threadpool(snapshots.find, device, stream, read_hash(query["sha256"], "sha256"))
        if found is None:
            raise IntegrityFault("CP-3252", what=query["sha256"])
        await run_in_threadpool(service.note_bulk_read, device, stream)
        headers = {"ETag": f'"{found.sha256}"'}
        return FileResponse(found.path, media_type="application/gzip", headers=headers)

    return [Route("/v1/snapshot", endpoint(service, _snapshot), methods=["GET"], name="snapshot")]
