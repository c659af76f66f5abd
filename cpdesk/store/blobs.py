"""Photos, signatures and scans: files named by the SHA-256 of their content, encrypted, beside the database.

A file is written in chunks, each sealed by AES-256-GCM with a key of its own purpose (HKDF of the database key):

    "CPBLOB1\\n"   8 bytes
    salt          16 bytes, random; the file's key is HKDF-SHA256(database key, salt, "cpdesk blob")
    chunk …       up to 64 KiB of content and 16 bytes of tag; nonce = chunk number (12 bytes, big-endian);
                  the last chunk's associated data is "last", the others' "more", so a cut file does not pass as whole
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cpdesk.base.clock import Clock
from cpdesk.base.errors import IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder
from cpdesk.store.oplog import iso
from cpdesk.store.writer import Readers, Writer

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection
_MAGIC: Final = b"CPBLOB1\n"
_SALT_BYTES: Final = 16
_CHUNK_BYTES: Final = 64 * 1024
_TAG_BYTES: Final = 16
_UNKNOWN_MIME: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """A file that is here; `size` in bytes of its content."""

    sha256: str
    size: int
    mime: str


class Blobs:
    """The files of a desk. Thread-safe."""

    def __init__(self, folder: Path, key: bytes, writer: Writer, readers: Readers, clock: Clock) -> None:
        self.folder = folder
        self._key = key
        self._writer = writer
        self._readers = readers
        self._clock = clock

    def put(self, content: bytes | Path, mime: str) -> str:
        """Keep a file; the same content is kept once. Returns its SHA-256 as 64 hex digits, once it is on the disk.

        Raises:
            EnvironmentFault: disk full (CP-2001), no right (CP-2002), disk failing (CP-2003), no such file (CP-2004).
        """
        sha256, size = self._store(content, expected=None)
        self._note(sha256, size, mime, sent=False)
        return sha256

    def receive(self, sha256: str, content: bytes | Path, mime: str = _UNKNOWN_MIME) -> None:
        """Keep a file of the server.

        Raises:
            IntegrityFault: CP-3104 when the content is not what its name says; nothing is kept then.
            EnvironmentFault: as `put`.
        """
        _, size = self._store(content, expected=sha256)
        self._note(sha256, size, mime, sent=True)

    def get(self, sha256: str) -> bytes:
        """The content, verified.

        Raises:
            IntegrityFault: CP-3104 damaged (the file is kept aside as `….damaged`); CP-3105 not on this desk.
        """
        return b"".join(self.chunks(sha256))

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The content piece by piece, for uploads; raises as `get`, the hash is checked behind the last piece."""
        path = self.path_of(sha256)
        if not path.exists():
            raise IntegrityFault("CP-3105", sha256=sha256)
        digest = hashlib.sha256()
        try:
            with disk_faults(path), path.open("rb") as handle:
                for chunk in _unsealed(handle, self._key):
                    digest.update(chunk)
                    yield chunk
            whole = digest.hexdigest() == sha256
        except InvalidTag:
            whole = False
        if not whole:
            self._set_aside(sha256)
            raise IntegrityFault("CP-3104", sha256=sha256)

    def info(self, sha256: str) -> BlobInfo | None:
        """What is known of a file that is here, None when it is not."""
        row = self._readers.one("SELECT sha256, size, mime FROM blobs WHERE sha256 = ? AND here = 1", (sha256,))
        return None if row is None else BlobInfo(*row)

    def verify(self) -> list[str]:
        """Read every file that should be here; returns those that are damaged or gone. They become missing ones, which
        the next sync fetches if the server has them."""
        bad: list[str] = []
        for sha256 in self._readers.column("SELECT sha256 FROM blobs WHERE here = 1 ORDER BY sha256"):
            try:
                for _ in self.chunks(sha256):
                    pass
            except IntegrityFault:
                bad.append(sha256)
                self._writer.do(lambda db, lost=sha256: _lose(db, lost))  # type: ignore[misc]
        return bad

    def expect(self, sha256s: Sequence[str]) -> None:
        """Note files that records speak of."""
        rows = [(sha256, _UNKNOWN_MIME, iso(self._clock.now())) for sha256 in sha256s]
        self._writer.do(
            lambda db: db.executemany(
                "INSERT OR IGNORE INTO blobs (sha256, size, mime, here, sent, added_at) VALUES (?, NULL, ?, 0, 1, ?)",
                rows,
            )
        )

    def missing(self, limit: int = 50) -> list[str]:
        """Files that are known by name and not here, oldest first."""
        return self._readers.column(
            "SELECT sha256 FROM blobs WHERE here = 0 ORDER BY added_at, sha256 LIMIT ?", (limit,)
        )

    def to_send(self, limit: int = 50) -> list[BlobInfo]:
        """Files the server does not have, oldest first."""
        rows = self._readers.all(
            "SELECT sha256, size, mime FROM blobs WHERE here = 1 AND sent = 0 ORDER BY added_at, sha256 LIMIT ?",
            (limit,),
        )
        return [BlobInfo(*row) for row in rows]

    def mark_sent(self, sha256: str) -> None:
        """The server has the file."""
        self._writer.do(lambda db: db.execute("UPDATE blobs SET sent = 1 WHERE sha256 = ?", (sha256,)))

    def delete(self, sha256s: Sequence[str]) -> None:
        """Take away files whose rows are gone. What an interruption leaves is encrypted and in nobody's list."""
        for sha256 in sha256s:
            path = self.path_of(sha256)
            with disk_faults(path):
                path.unlink(missing_ok=True)

    def path_of(self, sha256: str) -> Path:
        """Where the encrypted file lies."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("a blob is named by 64 hex digits")
        return self.folder / sha256[:2] / sha256

    def _store(self, content: bytes | Path, expected: str | None) -> tuple[str, int]:
        """Write, flush, then rename to the name, so that a file of that name is always whole."""
        with disk_faults(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            written = Path(name)
            try:
                with os.fdopen(handle, "wb") as stream:
                    sha256, size = self._seal(content, stream)
                    stream.flush()
                    os.fsync(stream.fileno())
                if expected is not None and sha256 != expected:
                    raise IntegrityFault("CP-3104", sha256=expected)
                path = self.path_of(sha256)
                path.parent.mkdir(exist_ok=True)
                written.replace(path)
                flush_folder(path.parent)
                flush_folder(self.folder)
            finally:
                written.unlink(missing_ok=True)
        return sha256, size

    def _seal(self, content: bytes | Path, stream: BinaryIO) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        salt = secrets.token_bytes(_SALT_BYTES)
        cipher = _cipher(self._key, salt)
        stream.write(_MAGIC + salt)
        number, chunk = 0, b""
        for following in _pieces(content):
            if number or chunk:
                stream.write(cipher.encrypt(number.to_bytes(12, "big"), chunk, b"more"))
                number += 1
            chunk = following
            digest.update(chunk)
            size += len(chunk)
        stream.write(cipher.encrypt(number.to_bytes(12, "big"), chunk, b"last"))
        return digest.hexdigest(), size

    def _note(self, sha256: str, size: int, mime: str, *, sent: bool) -> None:
        self._writer.do(
            lambda db: db.execute(
                "INSERT INTO blobs (sha256, size, mime, here, sent, added_at) VALUES (?, ?, ?, 1, ?, ?)"
                " ON CONFLICT (sha256) DO UPDATE SET size = excluded.size, here = 1, sent = max(sent, excluded.sent),"
                " mime = CASE WHEN mime = ? THEN excluded.mime ELSE mime END",
                (sha256, size, mime, int(sent), iso(self._clock.now()), _UNKNOWN_MIME),
            )
        )

    def _set_aside(self, sha256: str) -> None:
        path = self.path_of(sha256)
        with disk_faults(path):
            path.replace(path.with_name(path.name + ".damaged"))


def _lose(db: Connection, sha256: str) -> None:
    db.execute("UPDATE blobs SET here = 0 WHERE sha256 = ?", (sha256,))


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), _CHUNK_BYTES):
            yield content[start : start + _CHUNK_BYTES]
        return
    with disk_faults(content), content.open("rb") as handle:
        while piece := handle.read(_CHUNK_BYTES):
            yield piece


def is_whole(path: Path, key: bytes) -> bool:
    """Whether an encrypted file is there and holds what its name says."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as handle:
            for chunk in _unsealed(handle, key):
                digest.update(chunk)
    except (OSError, InvalidTag):
        return False
    return digest.hexdigest() == path.name


def _unsealed(handle: BinaryIO, key: bytes) -> Iterator[bytes]:
    head = handle.read(len(_MAGIC) + _SALT_BYTES)
    if not head.startswith(_MAGIC):
        raise InvalidTag
    cipher = _cipher(key, head[len(_MAGIC) :])
    number = 0
    chunk = handle.read(_CHUNK_BYTES + _TAG_BYTES)
    while chunk:
        following = handle.read(_CHUNK_BYTES + _TAG_BYTES)
        if len(chunk) < _TAG_BYTES:
            raise InvalidTag
        yield cipher.decrypt(number.to_bytes(12, "big"), chunk, b"more" if following else b"last")
        chunk, number = following, number + 1
    if number == 0:
        raise InvalidTag


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"cpdesk blob").derive(key))
