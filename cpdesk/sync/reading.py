"""Strict reading of what comes over the wire.

It is hostile until read: every size, count, depth and character is bounded, unknown fields are refused, and a
complaint names the place. A reader never guesses.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from cpdesk.base.errors import IntegrityFault
from cpdesk.model.paths import (
    NAME_CHARACTERS_MAX,
    PATH_CHARACTERS_MAX,
    PATHS_PER_OPERATION_MAX,
    STREAM,
    VALUE_CHARACTERS_MAX,
    is_path,
)

PROTOCOL_VERSION: Final = 1

OPERATIONS_PER_PUSH_MAX: Final = 500
ENTRIES_PER_PULL_MAX: Final = 500
BODY_BYTES_MAX: Final = 4 * 1024 * 1024
"""Of a request's body as it comes, compressed or not."""
DECOMPRESSED_BYTES_MAX: Final = 16 * 1024 * 1024
NUMBER_MAX: Final = 2**53 - 1
DEPTH_MAX: Final = 16
BLOB_BYTES_MAX: Final = 64 * 1024 * 1024
BLOB_CHUNK_BYTES_MAX: Final = 8 * 1024 * 1024
BLOBS_PER_QUERY_MAX: Final = 200

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HEX_32: Final = re.compile(r"[0-9a-f]{32}")
HEX_64: Final = re.compile(r"[0-9a-f]{64}")
HEX_128: Final = re.compile(r"[0-9a-f]{128}")
CODE: Final = re.compile(r"[a-z_]{1,40}")
T = TypeVar("T")


def malformed(place: str, reason: str) -> IntegrityFault:
    """The complaint about a message: where and what."""
    return IntegrityFault("CP-3201", place=place, reason=reason)


def read_json(body: bytes) -> Any:
    """Strict JSON: UTF-8, no doubled keys, no floats, no NaN, bounded depth.

    Raises:
        IntegrityFault: CP-3201.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_no_doubles,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except IntegrityFault:
        raise
    except (ValueError, RecursionError) as error:
        raise malformed("body", f"not JSON ({type(error).__name__})") from None
    _check_depth(value, DEPTH_MAX)
    return value


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise malformed("body", "a key stands twice in one object")
    return found


def _no_number(text: str) -> Any:
    raise malformed("body", f"number {text[:20]} is not a whole number")


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise malformed("body", f"nested deeper than {DEPTH_MAX}")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            if item.__class__ in (dict, list):  # nearly everything else is a text: no call for each of them
                _check_depth(item, left - 1)


def decompress(body: bytes, limit_bytes: int = DECOMPRESSED_BYTES_MAX) -> bytes:
    """Content of a gzip body, refused as soon as it grows past the limit.

    Raises:
        IntegrityFault: CP-3201 not gzip, cut off or with a tail; CP-3205 too large.
    """
    machine = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        content = machine.decompress(body, limit_bytes + 1)
    except zlib.error:
        raise malformed("body", "not gzip") from None
    if len(content) > limit_bytes:
        raise IntegrityFault("CP-3205", what="body", size=f"> {limit_bytes}", limit=limit_bytes)
    if not machine.eof or machine.unused_data:
        raise malformed("body", "gzip is cut off or has a tail")
    return content


def compress_above(body: bytes, threshold_bytes: int = 1024) -> bytes:
    """The body as gzip, or itself when it is too short for that to help."""
    return body if len(body) <= threshold_bytes else gzip.compress(body, compresslevel=5, mtime=0)


class Reader:
    """Reads the fields of one JSON object, each once, and refuses what nobody asked for."""

    def __init__(self, value: Any, place: str, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        if not isinstance(value, dict):
            raise malformed(place, "expected an object")
        missing = [name for name in required if name not in value]
        unknown = [name for name in value if name not in required and name not in optional]
        if missing:
            raise malformed(place, f"lacks {missing[0]}")
        if unknown:
            raise malformed(place, f"unknown field {unknown[0][:40]!r}")
        self._value: dict[str, Any] = value
        self.place = place

    def has(self, name: str) -> bool:
        return self._value.get(name) is not None

    def text(self, name: str, *, most: int = NAME_CHARACTERS_MAX, least: int = 1) -> str:
        return read_text(self._value[name], f"{self.place}.{name}", most=most, least=least)

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        text = self.text(name, most=2048, least=0)
        if not pattern.fullmatch(text):
            raise malformed(f"{self.place}.{name}", f"does not match {pattern.pattern}")
        return text

    def uuid(self, name: str) -> str:
        return self.matching(name, UUID)

    def hash(self, name: str) -> str:
        return self.matching(name, HEX_64)

    def signature(self, name: str) -> str:
        return self.matching(name, HEX_128)

    def stream(self, name: str) -> str:
        return self.matching(name, STREAM)

    def whole(self, name: str, *, least: int = 0, most: int = NUMBER_MAX) -> int:
        value = self._value[name]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise malformed(f"{self.place}.{name}", f"expected a whole number from {least} to {most}")
        return value

    def flag(self, name: str) -> bool:
        value = self._value[name]
        if not isinstance(value, bool):
            raise malformed(f"{self.place}.{name}", "expected true or false")
        return value

    def list_of(self, name: str, most: int | None, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        """Each item read by `read(item, place)`; `most` None where only the body's size bounds the count."""
        value = self._value[name]
        if not isinstance(value, list) or (most is not None and len(value) > most):
            raise malformed(f"{self.place}.{name}", f"expected a list of at most {most}")
        return tuple(read(item, f"{self.place}.{name}[{number}]") for number, item in enumerate(value))

    def entries(
        self, name: str, *, least: int = 0, most: int | None = PATHS_PER_OPERATION_MAX
    ) -> dict[str, str | None]:
        """Field paths with their values; `most` None where only the body's size bounds the count."""
        place = f"{self.place}.{name}"
        value = self._value[name]
        if not isinstance(value, dict) or len(value) < least or (most is not None and len(value) > most):
            raise malformed(place, f"expected {least} to {most} paths")
        for path, entry in value.items():
            check_path(path, place)
            if entry is not None:
                read_text(entry, f"{place}.{path}", most=VALUE_CHARACTERS_MAX, least=0)
        return dict(value)

    def conflict_id(self, name: str) -> str:
        return self.matching(name, HEX_32)

    def path(self, name: str) -> str:
        return check_path(self.text(name, most=PATH_CHARACTERS_MAX), f"{self.place}.{name}")

    def value(self, name: str) -> str | None:
        if self._value[name] is None:
            return None
        return self.text(name, most=VALUE_CHARACTERS_MAX, least=0)

    def raw(self, name: str) -> Any:
        return self._value[name]

    def maybe(self, name: str, read: Callable[[str], T]) -> T | None:
        return read(name) if self.has(name) else None


def read_text(value: Any, place: str, *, most: int = NAME_CHARACTERS_MAX, least: int = 1) -> str:
    """A text of bounded length that can be written as UTF-8 (no lone surrogates)."""
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise malformed(place, f"expected a text of {least} to {most} characters")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise malformed(place, "not encodable as UTF-8") from None
    return value


def read_hash(value: Any, place: str) -> str:
    """64 lower-case hex digits."""
    if not isinstance(value, str) or not HEX_64.fullmatch(value):
        raise malformed(place, "expected 64 hex digits")
    return value


def read_stream(value: Any, place: str) -> str:
    """A township code: nine digits."""
    if not isinstance(value, str) or not STREAM.fullmatch(value):
        raise malformed(place, "expected nine digits")
    return value


def read_conflict_id(value: Any, place: str) -> str:
    """32 lower-case hex digits."""
    if not isinstance(value, str) or not HEX_32.fullmatch(value):
        raise malformed(place, "expected 32 hex digits")
    return value


def check_path(path: str, place: str) -> str:
    """A field path after the grammar of `model/records.py`."""
    if not is_path(path):
        raise malformed(place, f"not a field path: {path[:60]!r}")
    return path
