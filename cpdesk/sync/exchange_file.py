"""The file that goes between a desk and the district on a stick: `.cpdx`, signed by who made it, sealed for one reader.

    "CPDX" | version (1 byte) | length of the header (4 bytes) | header, canonical JSON
    length of the piece (4 bytes) | piece, AES-256-GCM        … repeated, the last one is sealed as the last
    0 (4 bytes) | Ed25519 signature over everything before (64 bytes)

All numbers big-endian. The file is read twice: the first time its frame and signature are checked and nothing is
believed, the second time it is opened piece by piece. So nothing of a cut or damaged file is ever taken in.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cpdesk.base.errors import AccessFault, IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder
from cpdesk.model.oplog import canonical_json
from cpdesk.store.sealing import agreed_key
from cpdesk.sync.reading import DECOMPRESSED_BYTES_MAX, Reader, read_json
from cpdesk.sync.signing import exchange_digest

SUFFIX: Final = ".cpdx"
FILE_BYTES_MAX: Final = 2 * 1024 * 1024 * 1024
BLOB_PIECE_BYTES: Final = 1024 * 1024
REQUEST: Final = "request"
ANSWER: Final = "answer"
SERVER: Final = "server"
_MAGIC: Final = b"CPDX"
_VERSION: Final = 1
_HEADER_BYTES_MAX: Final = 4096
_PIECE_BYTES_MAX: Final = 18 * 1024 * 1024
_SIGNATURE_BYTES: Final = 64
_PURPOSE: Final = b"cpdesk exchange 1"
_MORE, _LAST = b"more", b"last"
_PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class Header:
    """What everybody may read of a file: no names, no answers.

    Attributes:
        id: of this file; an answer names the request it answers in `request`, a request has "" there.
        kind: `request` or `answer`. by: the device that signed it, or `server`. device: the desk it is about.
        to: the reader's X25519 public key; `fresh` the maker's for this file alone (64 hex digits each).
    """

    id: str
    kind: str
    by: str
    device: str
    to: str
    fresh: str
    made_at: str
    request: str = ""


@dataclass(frozen=True, slots=True)
class BlobPiece:
    """Some bytes of a photograph: from `offset` on, of `size` in all."""

    sha256: str
    offset: int
    size: int
    content: bytes


def write_exchange(path: Path, header: Header, fresh: bytes, parts: Iterable[Any], sign: Callable[[str], str]) -> int:
    """Write a file so that it has its name only once it is whole and on the disk. Returns its size in bytes.

    Args:
        fresh: the private key of `header.fresh`.
        parts: JSON messages (mappings) and blob pieces, in order.
        sign: Ed25519 over a digest given as hex.

    Raises:
        EnvironmentFault: CP-20xx the disk; nothing stays under the name.
        IntegrityFault: CP-3205 too large for one file.
    """
    part = path.with_name(path.name + _PART)
    with disk_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as stream:
                _write(stream, header, fresh, parts, sign)
                stream.flush()
                os.fsync(stream.fileno())
                size = stream.tell()
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)
    return size


def _write(stream: BinaryIO, header: Header, fresh: bytes, parts: Iterable[Any], sign: Callable[[str], str]) -> None:
    digest = hashlib.sha256()
    size = 0

    def put(content: bytes) -> None:
        nonlocal size
        size += len(content)
        if size > FILE_BYTES_MAX:
            raise IntegrityFault("CP-3205", what=SUFFIX, size=size, limit=FILE_BYTES_MAX)
        digest.update(content)
        stream.write(content)

    text = canonical_json(asdict(header))
    head = _MAGIC + bytes([_VERSION]) + struct.pack(">I", len(text)) + text
    cipher = _cipher(X25519PrivateKey.from_private_bytes(fresh), bytes.fromhex(header.to), head)
    put(head)
    number, waiting = 0, b""
    for plain in (_packed(part) for part in parts):
        if waiting:
            _put_piece(put, cipher, number, waiting, _MORE)
            number += 1
        waiting = plain
    _put_piece(put, cipher, number, waiting, _LAST)
    put(struct.pack(">I", 0))
    stream.write(bytes.fromhex(sign(exchange_digest(digest.hexdigest()))))


def _put_piece(put: Callable[[bytes], None], cipher: AESGCM, number: int, plain: bytes, place: bytes) -> None:
    sealed = cipher.encrypt(number.to_bytes(12, "big"), plain, place)
    put(struct.pack(">I", len(sealed)))
    put(sealed)


def _packed(part: Any) -> bytes:
    if isinstance(part, BlobPiece):
        return b"B" + bytes.fromhex(part.sha256) + struct.pack(">QQ", part.offset, part.size) + part.content
    return b"J" + zlib.compress(canonical_json(part), 6)


class ExchangeFile:
    """A file that was found whole. `header` is believed once `check_signature` has passed."""

    def __init__(self, path: Path) -> None:
        """Read the file's frame.

        Raises:
            IntegrityFault: CP-3270 no exchange file, CP-3271 cut off, CP-3272 of a newer program, CP-3205 too large.
            EnvironmentFault: CP-20xx the disk.
        """
        self.path = path
        with disk_faults(path):
            self.size = path.stat().st_size
            if self.size > FILE_BYTES_MAX + _SIGNATURE_BYTES:
                raise IntegrityFault("CP-3205", what=path.name, size=self.size, limit=FILE_BYTES_MAX)
            with path.open("rb") as stream:
                self._head, self.header = self._read_head(stream)
                self.digest, self._signature = self._walk(stream)

    def check_signature(self, public_key: str) -> None:
        """Raises AccessFault CP-4108 when the file is not by the holder of this Ed25519 key, or a bit of it flipped."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
            key.verify(self._signature, bytes.fromhex(exchange_digest(self.digest)))
        except (InvalidSignature, ValueError):
            raise AccessFault("CP-4108", path=self.path.name) from None

    def parts(self, private: bytes) -> Iterator[Any]:
        """The messages and blob pieces in order, opened with the reader's private key. Check the signature first.

        Raises:
            AccessFault: CP-4109 sealed for somebody else. IntegrityFault: CP-3270 damaged or malformed.
        """
        key = X25519PrivateKey.from_private_bytes(private)
        if key.public_key().public_bytes_raw().hex() != self.header.to:
            raise AccessFault("CP-4109", path=self.path.name)
        try:
            cipher = _cipher(key, bytes.fromhex(self.header.fresh), self._head)
        except ValueError:
            raise self._damaged("fresh") from None
        with disk_faults(self.path), self.path.open("rb") as stream:
            stream.seek(len(self._head))
            piece, number = self._piece(stream), 0
            while piece:
                following = self._piece(stream)
                try:
                    plain = cipher.decrypt(number.to_bytes(12, "big"), piece, _MORE if following else _LAST)
                except InvalidTag:
                    raise self._damaged(f"piece {number}") from None
                if plain:
                    yield self._unpacked(plain)
                piece, number = following, number + 1

    def _read_head(self, stream: BinaryIO) -> tuple[bytes, Header]:
        start = stream.read(9)
        if not start.startswith(_MAGIC):
            if start and _MAGIC.startswith(start):
                raise self._cut()
            raise self._damaged("CPDX")
        if len(start) < 9:
            raise self._cut()
        if start[4] != _VERSION:
            raise IntegrityFault("CP-3272", path=self.path.name, found=start[4], known=_VERSION)
        (length,) = struct.unpack(">I", start[5:])
        if length > _HEADER_BYTES_MAX:
            raise self._damaged("header")
        text = stream.read(length)
        if len(text) < length:
            raise self._cut()
        try:
            return start + text, _header(read_json(text))
        except IntegrityFault:
            raise self._damaged("header") from None

    def _walk(self, stream: BinaryIO) -> tuple[str, bytes]:
        digest = hashlib.sha256(self._head)
        pieces = 0
        while piece := self._piece(stream):
            digest.update(struct.pack(">I", len(piece)))
            digest.update(piece)
            pieces += 1
        digest.update(struct.pack(">I", 0))
        signature = stream.read(_SIGNATURE_BYTES)
        if len(signature) < _SIGNATURE_BYTES:
            raise self._cut()
        if stream.read(1) or not pieces:
            raise self._damaged("end")
        return digest.hexdigest(), signature

    def _piece(self, stream: BinaryIO) -> bytes:
        """The next sealed piece, empty behind the last."""
        head = stream.read(4)
        if len(head) < 4:
            raise self._cut()
        (length,) = struct.unpack(">I", head)
        if length > _PIECE_BYTES_MAX:
            raise self._damaged("piece")
        piece = stream.read(length)
        if len(piece) < length:
            raise self._cut()
        return piece

    def _unpacked(self, plain: bytes) -> Any:
        kind, content = plain[:1], plain[1:]
        if kind == b"B" and len(content) > 48:
            offset, size = struct.unpack(">QQ", content[32:48])
            return BlobPiece(content[:32].hex(), offset, size, content[48:])
        if kind != b"J":
            raise self._damaged("piece")
        machine = zlib.decompressobj()
        try:
            text = machine.decompress(content, DECOMPRESSED_BYTES_MAX + 1)
        except zlib.error:
            raise self._damaged("zlib") from None
        if len(text) > DECOMPRESSED_BYTES_MAX or not machine.eof or machine.unused_data:
            raise self._damaged("zlib")
        return read_json(text)

    def _damaged(self, reason: str) -> IntegrityFault:
        return IntegrityFault("CP-3270", path=self.path.name, reason=reason)

    def _cut(self) -> IntegrityFault:
        return IntegrityFault("CP-3271", path=self.path.name, size=self.size)


def _header(value: Any) -> Header:
    read = Reader(value, "header", ("id", "kind", "by", "device", "to", "fresh", "made_at", "request"))
    kind, by, request = read.text("kind"), read.text("by"), read.text("request", least=0)
    if kind not in (REQUEST, ANSWER) or (by != SERVER and by != read.text("device")):
        raise IntegrityFault("CP-3201", place="header", reason="kind, by")
    return Header(
        id=read.uuid("id"),
        kind=kind,
        by=by,
        device=read.uuid("device"),
        to=read.hash("to"),
        fresh=read.hash("fresh"),
        made_at=read.text("made_at", most=64),
        request=request and read.uuid("request"),
    )


def _cipher(private: X25519PrivateKey, public: bytes, head: bytes) -> AESGCM:
    return agreed_key(private, public, hashlib.sha256(head).digest(), _PURPOSE)
