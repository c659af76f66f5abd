"""The body of a submission from the line to the disk: its XML in memory, its files beside the blobs, hashed on the way.

Files are flushed to the disk under the name of their content before anything speaks of them. What a broken line or a
kill leaves behind has no name that anybody asks for and is swept at the next start.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from starlette.concurrency import run_in_threadpool

from cpdesk.base.errors import IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder
from cpdesk.server.blobs import BlobShelf
from cpdesk.server.openrosa.intake import Attachment
from cpdesk.server.openrosa.multipart import (
    MalformedBody,
    MultipartParser,
    PartData,
    PartEnd,
    PartHead,
    boundary_of,
)
from cpdesk.server.openrosa.reading import XML_BYTES_MAX
from cpdesk.sync.reading import BLOB_BYTES_MAX

BODY_BYTES_MAX: Final = BLOB_BYTES_MAX
"""Of one POST; phones learn it from X-OpenRosa-Accept-Content-Length and split what is larger."""
_PARTS_MAX: Final = 300
_FIELD_BYTES_MAX: Final = 1024
_XML_FIELDS: Final = ("xml_submission_file", "xml_submission_data")
_INCOMPLETE: Final = "*isIncomplete*"
_PREFIX: Final = "openrosa-"


@dataclass
class Received:
    """What one POST brought. `files` lie in the spool folder until `shelve` names them by their content."""

    xml: bytes = b""
    is_incomplete: bool = False
    files: list[Spooled] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file that came, flushed to the disk under a name of its own."""

    path: Path
    name: str
    sha256: str
    size: int


class Spool:
    """The folder where files lie while they come: on the file system of the blobs, so that naming them is a rename."""

    def __init__(self, shelf: BlobShelf) -> None:
        self._shelf = shelf
        self._folder = shelf.path_of("0" * 64).parent.parent / "parts"

    def sweep(self) -> None:
        """Remove what an earlier run left half written."""
        with disk_faults(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            for path in self._folder.glob(_PREFIX + "*"):
                path.unlink(missing_ok=True)

    def new_path(self) -> Path:
        """A fresh name."""
        return self._folder / f"{_PREFIX}{secrets.token_hex(16)}"

    def shelve(self, received: Received) -> list[Attachment]:
        """Give the files their names on the shelf for good, flushed; those that are there already are dropped."""
        kept = []
        for file in received.files:
            target = self._shelf.path_of(file.sha256)
            with disk_faults(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.exists() and target.stat().st_size == file.size:
                    file.path.unlink(missing_ok=True)
                else:
                    file.path.replace(target)
                flush_folder(target.parent)
                flush_folder(target.parent.parent)
            kept.append(Attachment(file.name, file.sha256, file.size))
        return kept

    def drop(self, received: Received) -> None:
        """Forget files that were not shelved."""
        for file in received.files:
            file.path.unlink(missing_ok=True)


async def receive(spool: Spool, content_type: str, body: AsyncIterator[bytes], into: Received) -> None:
    """Read a submission's body. What came before a fault stands in `into`, for the caller to drop.

    Raises:
        IntegrityFault: CP-3205 too large; CP-3263 no multipart/form-data, cut off, or without XML.
    """
    reader = _Reader(spool, into)
    try:
        parser = MultipartParser(boundary_of(content_type))
        size = 0
        async for piece in body:
            size += len(piece)
            if size > BODY_BYTES_MAX:
                raise IntegrityFault("CP-3205", what="body", size=f"> {BODY_BYTES_MAX}", limit=BODY_BYTES_MAX)
            for event in parser.feed(piece):
                if isinstance(event, PartHead):
                    reader.begin(event)
                elif isinstance(event, PartData):
                    await reader.write(event.data)
                elif isinstance(event, PartEnd):
                    await reader.end()
        if not parser.is_finished:
            raise MalformedBody("cut off")
    except MalformedBody as fault:
        raise IntegrityFault("CP-3263", reason=str(fault)) from None
    finally:
        reader.close()
    if not into.xml:
        raise IntegrityFault("CP-3263", reason="no xml_submission_file")


class _Reader:
    """Takes the parts of one body, one after the other."""

    def __init__(self, spool: Spool, into: Received) -> None:
        self._spool = spool
        self._into = into
        self._parts = 0
        self._head = PartHead("", None, "")
        self._small = bytearray()
        self._stream: BinaryIO | None = None
        self._path = Path()
        self._digest = hashlib.sha256()
        self._size = 0

    def begin(self, head: PartHead) -> None:
        self._parts += 1
        if self._parts > _PARTS_MAX:
            raise IntegrityFault("CP-3205", what="parts", size=self._parts, limit=_PARTS_MAX)
        self._head, self._small, self._size = head, bytearray(), 0
        if head.name in _XML_FIELDS or head.filename is None:
            return
        if not _is_plain(self._name()):
            raise MalformedBody("a file name that is none")
        self._path, self._digest = self._spool.new_path(), hashlib.sha256()
        with disk_faults(self._path):
            self._stream = self._path.open("xb")

    async def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._stream is not None:
            await run_in_threadpool(self._write_file, data)
            return
        limit = XML_BYTES_MAX if self._head.name in _XML_FIELDS else _FIELD_BYTES_MAX
        if self._size > limit:
            raise IntegrityFault("CP-3205", what=self._head.name[:60], size=f"> {limit}", limit=limit)
        self._small += data

    def _write_file(self, data: bytes) -> None:
        assert self._stream is not None
        with disk_faults(self._path):
            self._stream.write(data)
        self._digest.update(data)

    async def end(self) -> None:
        if self._stream is not None:
            await run_in_threadpool(self._flush)
            self._into.files.append(Spooled(self._path, self._name(), self._digest.hexdigest(), self._size))
        elif self._head.name in _XML_FIELDS:
            if self._into.xml:
                raise MalformedBody("two submissions in one")
            self._into.xml = bytes(self._small)
        elif self._head.name == _INCOMPLETE:
            self._into.is_incomplete = bytes(self._small).strip().lower() in (b"yes", b"true")

    def _flush(self) -> None:
        assert self._stream is not None
        with disk_faults(self._path), self._stream as stream:
            stream.flush()
            os.fsync(stream.fileno())
        self._stream = None

    def close(self) -> None:
        """Drop a file that did not come whole."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
            self._path.unlink(missing_ok=True)

    def _name(self) -> str:
        return self._head.filename or self._head.name


def _is_plain(name: str) -> bool:
    """A file name of one step: what answers call files. Nothing is ever opened by it."""
    return 0 < len(name) <= 255 and not any(sign in name for sign in "/\\\0") and name.isprintable() and name != ".."
