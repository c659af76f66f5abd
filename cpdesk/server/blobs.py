"""Photographs, signatures and scans on the server's disk, named by the SHA-256 of their content.

An upload may be cut at any byte, also by a kill of the server, and goes on where the server's own record says: the
part file is cut back to the recorded offset before more is written, and flushed to the disk before the offset is
recorded and acknowledged.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final

from sqlalchemy import Connection, delete, func, or_, select
from starlette.concurrency import run_in_threadpool

from cpdesk.base.errors import EnvironmentFault, IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder
from cpdesk.server import schema
from cpdesk.server.access import Device
from cpdesk.server.database import Database
from cpdesk.server.ordering import upsert
from cpdesk.server.people.roles import readable_streams
from cpdesk.sync.reading import BLOB_BYTES_MAX, BLOB_CHUNK_BYTES_MAX

_UPLOADS_PER_DEVICE_MAX: Final = 50
_READ_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """How far an upload has come, in bytes; complete when the offset has reached the length."""

    offset: int
    length: int


class BlobShelf:
    """The blobs of one server. One process writes a folder; within it one request at a time writes an upload."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._busy: set[Path] = set()
        self._busy_lock = Lock()
        (folder / "parts").mkdir(parents=True, exist_ok=True)

    def path_of(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def missing(self, device: Device, sha256s: Sequence[str]) -> list[str]:
        """Those the device has to send: the server has no such blob, or the device no right to see that it has."""
        with self._database.reading() as connection:
            readable = self._readable(connection, device, sha256s)
        return [sha256 for sha256 in sha256s if sha256 not in readable]

    def readable_size(self, device: Device, sha256: str) -> int | None:
        """Size in bytes of a complete blob that the device may read; None for any other."""
        with self._database.reading() as connection:
            return self._readable(connection, device, [sha256]).get(sha256)

    def upload(self, device: Device, sha256: str) -> Upload | None:
        """The state of the device's upload; None when there is none yet."""
        size = self.readable_size(device, sha256)
        if size is not None:
            return Upload(size, size)
        table = schema.uploads
        with self._database.reading() as connection:
            row = connection.execute(
                select(table.c.offset, table.c.length).where(table.c.device == device.device, table.c.sha256 == sha256)
            ).one_or_none()
        return None if row is None else Upload(row.offset, row.length)

    async def receive(
        self, device: Device, sha256: str, offset: int, length: int | None, chunks: AsyncIterator[bytes], now: str
    ) -> Upload:
        """Write the next bytes of an upload and record how far it came, also when the sender breaks off.

        Raises:
            EnvironmentFault: CP-2252 another request writes it; CP-2001 disk full.
            IntegrityFault: CP-3201 no length given at the start, or another one; CP-3204 the content is not what its
                name says (the upload is forgotten); CP-3205 too large; CP-3206 wrong offset.
        """
        part = self._folder / "parts" / f"{device.device}-{sha256}"
        with self._alone(part, sha256):
            known = await run_in_threadpool(self._start, device, sha256, length, now)
            if offset != known.offset:
                raise IntegrityFault("CP-3206", expected=known.offset, found=offset)
            if known.offset < known.length:
                reached = await self._append(part, known, chunks, device, sha256, now)
            else:
                reached = known.length  # a kill may have come between the last byte and the end of the upload
            if reached == known.length:
                await run_in_threadpool(self._finish, part, device, sha256, known.length, now)
            return Upload(reached, known.length)

    async def _append(
        self, part: Path, known: Upload, chunks: AsyncIterator[bytes], device: Device, sha256: str, now: str
    ) -> int:
        reached = known.offset
        stream = await run_in_threadpool(_open_at, part, known.offset)
        if stream is None:
            await run_in_threadpool(self._forget, part, device, sha256)
            raise IntegrityFault("CP-3204", sha256=sha256)
        try:
            async for chunk in chunks:
                if reached + len(chunk) > known.length:
                    raise IntegrityFault("CP-3205", what=sha256, size=reached + len(chunk), limit=known.length)
                if reached + len(chunk) - known.offset > BLOB_CHUNK_BYTES_MAX:
                    size = reached + len(chunk) - known.offset
                    raise IntegrityFault("CP-3205", what="PATCH", size=size, limit=BLOB_CHUNK_BYTES_MAX)
                await run_in_threadpool(_write, stream, chunk, part)
                reached += len(chunk)
        finally:
            await run_in_threadpool(self._record, stream, part, reached, device, sha256, now)
        return reached

    def _record(self, stream: BinaryIO, part: Path, reached: int, device: Device, sha256: str, now: str) -> None:
        with disk_faults(part), stream:
            stream.flush()
            os.fsync(stream.fileno())
        table = schema.uploads
        with self._database.writing() as connection:
            connection.execute(
                table.update()
                .where(table.c.device == device.device, table.c.sha256 == sha256)
                .values(offset=reached, updated_at=now)
            )

    def _start(self, device: Device, sha256: str, length: int | None, now: str) -> Upload:
        known = self.upload(device, sha256)
        if known is not None:
            if length is not None and length != known.length:
                raise IntegrityFault("CP-3201", place="Upload-Length", reason=f"expected {known.length}")
            return known
        if length is None or length < 1:
            raise IntegrityFault("CP-3201", place="Upload-Length", reason="needed to start an upload")
        if length > BLOB_BYTES_MAX:
            raise IntegrityFault("CP-3205", what=sha256, size=length, limit=BLOB_BYTES_MAX)
        table = schema.uploads
        with self._database.writing() as connection:
            mine = select(func.count()).select_from(table).where(table.c.device == device.device)
            if connection.execute(mine).scalar_one() >= _UPLOADS_PER_DEVICE_MAX:
                raise IntegrityFault(
                    "CP-3205", what="uploads", size=_UPLOADS_PER_DEVICE_MAX + 1, limit=_UPLOADS_PER_DEVICE_MAX
                )
            row = {"device": device.device, "sha256": sha256, "length": length, "offset": 0, "updated_at": now}
            connection.execute(table.insert(), row)
        return Upload(0, length)

    def _finish(self, part: Path, device: Device, sha256: str, length: int, now: str) -> None:
        target = self.path_of(sha256)
        if part.exists():
            if _hash_of(part) != sha256:
                self._forget(part, device, sha256)
                raise IntegrityFault("CP-3204", sha256=sha256)
            with disk_faults(target):
                target.parent.mkdir(exist_ok=True)
                part.replace(target)
                flush_folder(target.parent)
                flush_folder(self._folder)
        elif not target.exists():
            self._forget(part, device, sha256)
            raise IntegrityFault("CP-3204", sha256=sha256)
        with self._database.writing() as connection:
            upsert(connection, schema.blobs, [{"sha256": sha256, "size": length, "received_at": now}])
            upsert(connection, schema.blob_owners, [{"sha256": sha256, "device": device.device}])
            self._delete_upload(connection, device, sha256)

    def forget_parts(self, uploads: Iterable[tuple[str, str]]) -> None:
        """Delete what came of uploads, by device and name, whose rows are gone.

        Raises:
            EnvironmentFault: CP-20xx the disk.
        """
        for device, sha256 in uploads:
            part = self._folder / "parts" / f"{device}-{sha256}"
            with disk_faults(part):
                part.unlink(missing_ok=True)

    def _forget(self, part: Path, device: Device, sha256: str) -> None:
        with self._database.writing() as connection:
            self._delete_upload(connection, device, sha256)
        with disk_faults(part):
            part.unlink(missing_ok=True)

    def _delete_upload(self, connection: Connection, device: Device, sha256: str) -> None:
        table = schema.uploads
        connection.execute(delete(table).where(table.c.device == device.device, table.c.sha256 == sha256))

    def _readable(self, connection: Connection, device: Device, sha256s: Sequence[str]) -> dict[str, int]:
        """Complete blobs that the device sent itself, or that operations of its streams speak of, with sizes."""
        owners, references, table = schema.blob_owners, schema.blob_references, schema.blobs
        own = select(owners.c.sha256).where(owners.c.device == device.device)
        spoken_of = select(references.c.sha256).where(references.c.stream.in_(readable_streams(device)))
        rows = connection.execute(
            select(table.c.sha256, table.c.size).where(
                table.c.sha256.in_(sha256s), or_(table.c.sha256.in_(own), table.c.sha256.in_(spoken_of))
            )
        )
        return {row.sha256: row.size for row in rows}

    @contextmanager
    def _alone(self, part: Path, sha256: str) -> Iterator[None]:
        with self._busy_lock:
            if part in self._busy:
                raise EnvironmentFault("CP-2252", path=sha256)
            self._busy.add(part)
        try:
            yield
        finally:
            with self._busy_lock:
                self._busy.discard(part)


def _open_at(part: Path, offset: int) -> BinaryIO | None:
    """The part file cut back to what was acknowledged: bytes behind that may be half written.

    None when the file is shorter than its record: the disk lost what it had promised, and the upload cannot go on.
    """
    with disk_faults(part):
        part.touch()
        stream = part.open("r+b")
        if stream.seek(0, os.SEEK_END) < offset:
            stream.close()
            return None
        stream.truncate(offset)
        stream.seek(offset)
        return stream


def _write(stream: BinaryIO, chunk: bytes, part: Path) -> None:
    with disk_faults(part):
        stream.write(chunk)


def _hash_of(part: Path) -> str:
    digest = hashlib.sha256()
    with disk_faults(part), part.open("rb") as stream:
        while block := stream.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()
