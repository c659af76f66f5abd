"""multipart/form-data as it comes (RFC 7578), in pieces of any size, without keeping bodies.

python-multipart cuts the body into parts (docs/decisions/openrosa-multipart-by-library.md); here its calls become
events with the names a part has. Whoever reads them decides where bytes go and how many are too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser as Parser

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
    """Fed with pieces, gives events.

    Attributes:
        is_finished: whether the closing boundary has come.
    """

    def __init__(self, boundary: bytes) -> None:
        self.is_finished = False
        self._events: list[Event] = []
        self._headers: dict[str, bytes] = {}
        self._name, self._value = b"", b""
        self._parser = Parser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._add_to_name,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin,
                "on_part_data": lambda data, start, end: self._events.append(PartData(data[start:end])),
                "on_part_end": lambda: self._events.append(PartEnd()),
                "on_end": self._finish,
            },
            max_header_size=HEAD_BYTES_MAX,
        )

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Events in order.

        Raises:
            MalformedBody.
        """
        if self.is_finished:
            return  # an epilogue says nothing
        try:
            self._parser.write(piece)
        except FormParserError as fault:
            raise MalformedBody(str(fault)) from None
        events, self._events = self._events, []
        yield from events

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers.setdefault(self._name.decode("latin-1").strip().lower(), self._value.strip())
        self._name, self._value = b"", b""

    def _begin(self) -> None:
        disposition = _text(self._headers.get("content-disposition", b""))
        if disposition.partition(";")[0].strip().lower() != "form-data":
            raise MalformedBody("a part that is no form-data")
        of = parameters(disposition)
        if "name" not in of:
            raise MalformedBody("a part without a name")
        content_type = _text(self._headers.get("content-type", b""))
        self._events.append(PartHead(of["name"], of.get("filename"), content_type))

    def _finish(self) -> None:
        self.is_finished = True


def _text(value: bytes) -> str:
    """A header's value: UTF-8 as phones write names, else one byte a letter."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
