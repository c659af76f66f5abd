"""multipart/form-data as it comes (RFC 7578, RFC 2046 section 5.1), in pieces of any size, without keeping bodies.

The parser says what it found; whoever reads it decides where bytes go and how many are too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

HEAD_BYTES_MAX: Final = 8 * 1024
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? \-]{0,69}[0-9A-Za-z'()+_,./:=?\-]")
_PARAMETER: Final = re.compile(r';\s*([A-Za-z0-9*_\-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))')


class MalformedBody(Exception):
    """The body is no multipart/form-data; the text says why, in English, for the log."""


@dataclass(frozen=True, slots=True)
class PartHead:
    """A part begins: the name of its field, and its file name where it is a file."""

    name: str
    filename: str | None
    content_type: str


@dataclass(frozen=True, slots=True)
class PartData:
    """Bytes of the part that began last."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The part is whole."""


Event = PartHead | PartData | PartEnd


class _State(Enum):
    PREAMBLE = 1
    AFTER_BOUNDARY = 2
    HEAD = 3
    BODY = 4
    END = 5


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type header names.

    Raises:
        MalformedBody: it is of another type, or names none that the standard allows.
    """
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise MalformedBody("expected multipart/form-data")
    boundary = parameters(content_type).get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise MalformedBody("no boundary")
    return boundary.encode("ascii")


def parameters(header: str) -> dict[str, str]:
    """The parameters of a header by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(header):
        # Browsers escape a quotation mark in a file name as %22; only ours and older libraries use the backslash.
        found.setdefault(name.lower(), re.sub(r'\\(["\\])', r"\1", quoted) if quoted else plain)
    return found


class MultipartParser:
    """Fed with pieces, gives events. Memory: one piece and the length of a boundary."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._buffer = b"\r\n"  # so that a boundary at the very beginning is like any other
        self._state = _State.PREAMBLE
        self._first = True

    @property
    def is_finished(self) -> bool:
        """Whether the closing boundary has come."""
        return self._state is _State.END

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Events in order.

        Raises:
            MalformedBody.
        """
        self._buffer += piece
        going = True
        while going:
            if self._state is _State.PREAMBLE:
                going = self._skip_preamble()
            elif self._state is _State.AFTER_BOUNDARY:
                going = self._after_boundary()
            elif self._state is _State.HEAD:
                head = self._head()
                going = head is not None
                if head is not None:
                    yield head
            elif self._state is _State.BODY:
                data, ended = self._body()
                if data:
                    yield PartData(data)
                if ended:
                    yield PartEnd()
                going = ended
            else:
                self._buffer = b""  # an epilogue says nothing
                going = False

    def _skip_preamble(self) -> bool:
        place = self._buffer.find(self._delimiter)
        if place < 0:
            self._buffer = self._buffer[-len(self._delimiter) :]
            return False
        self._buffer = self._buffer[place + len(self._delimiter) :]
        self._state = _State.AFTER_BOUNDARY
        return True

    def _after_boundary(self) -> bool:
        if self._buffer.startswith(b"--"):
            self._state = _State.END
            return True
        line, end, rest = self._buffer.partition(b"\r\n")
        if not end:
            if len(self._buffer) > HEAD_BYTES_MAX:
                raise MalformedBody("a boundary line without end")
            return False
        if line.strip(b" \t"):
            raise MalformedBody("text behind a boundary")
        self._buffer = b"\r\n" + rest  # a part without headers begins with an empty line
        self._state = _State.HEAD
        return True

    def _head(self) -> PartHead | None:
        place = self._buffer.find(b"\r\n\r\n")
        if place > HEAD_BYTES_MAX or (place < 0 and len(self._buffer) > HEAD_BYTES_MAX):
            raise MalformedBody("the headers of a part are too long")
        if place < 0:
            return None
        lines, self._buffer = self._buffer[:place], b"\r\n" + self._buffer[place + 4 :]
        self._state = _State.BODY
        self._first = True
        return _read_head(lines)

    def _body(self) -> tuple[bytes, bool]:
        """What is certain to belong to the part, and whether it is whole. The buffer carries a line end of ours in
        front of the first bytes, so that the boundary of an empty part is found too."""
        place = self._buffer.find(self._delimiter)
        skip = 2 if self._first else 0
        if place >= 0:
            data = self._buffer[skip:place] if place >= skip else b""
            self._buffer = self._buffer[place + len(self._delimiter) :]
            self._state = _State.AFTER_BOUNDARY
            return data, True
        keep = len(self._delimiter) - 1
        if len(self._buffer) <= keep + skip:
            return b"", False
        data = self._buffer[skip:-keep]
        self._buffer = self._buffer[-keep:]
        self._first = False
        return data, False


def _read_head(lines: bytes) -> PartHead:
    try:
        text = lines.decode("utf-8")
    except UnicodeDecodeError:
        text = lines.decode("latin-1")
    headers: dict[str, str] = {}
    for line in text.split("\r\n"):
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    disposition = headers.get("content-disposition", "")
    if disposition.partition(";")[0].strip().lower() != "form-data":
        raise MalformedBody("a part that is no form-data")
    of = parameters(disposition)
    if "name" not in of:
        raise MalformedBody("a part without a name")
    return PartHead(of["name"], of.get("filename"), headers.get("content-type", ""))
