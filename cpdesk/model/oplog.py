"""The operation: one field-level change of one record, with what stood there before.

History, undo, review and sync are readings of the log of operations. An operation is signed by its device and chained
to the device's previous one, so a copied laptop shows as a fork and a lost operation as a gap.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

GENESIS_HASH: Final = "0" * 64
"""`prev_hash` of a device's first operation."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One change.

    Attributes:
        op_id: UUIDv7.
        device: id of the device that made it.
        seq: 1, 2, 3 … on that device without gaps.
        prev_hash: `content_hash` of the device's operation before this one.
        record, kind, form, version, stream: of the record it changes; the first operation of a record creates it.
        base: the server's revision of the record that the device had seen when it made the change; 0 = none.
        set: path → new value; None removes the entry.
        old: path → value before, for exactly the paths of `set`; None = there was none.
        actor: name of the person's account.
        at: hybrid logical time `2026-11-23T06:32:01.123Z-0004`, for display only.
        resolves: id of the conflict that this change settles, else None.
    """

    op_id: str
    device: str
    seq: int
    prev_hash: str
    record: str
    kind: str
    form: str
    version: str
    stream: str
    base: int
    set: Mapping[str, str | None]
    old: Mapping[str, str | None]
    actor: str
    at: str
    resolves: str | None = None

    def content(self) -> bytes:
        """The canonical JSON of all fields."""
        # Not `asdict`: it copies deeply, which took longer than all the rest of storing an operation.
        return canonical_json({name: getattr(self, name) for name in _FIELDS})

    def content_hash(self) -> str:
        """SHA-256 of the content, as 64 hex digits. The signature is made over these 32 bytes."""
        return hashlib.sha256(self.content()).hexdigest()


_FIELDS: Final = tuple(each.name for each in fields(Operation))


@dataclass(frozen=True, slots=True)
class SignedOperation:
    """An operation with its Ed25519 signature (64 bytes, as 128 hex digits).

    `erased_hash` is empty, or the content hash of an operation whose content was erased: the signature is over that.
    """

    operation: Operation
    signature: str
    erased_hash: str = ""


_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_json(value: object) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8 unescaped: the same bytes for the same content everywhere.

    Only texts, whole numbers, booleans, None, lists and mappings are allowed, so no float formatting can differ.
    """
    _refuse_floats(value)
    return _encode(value).encode("utf-8")


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON takes no floats: give a text with the digits that are meant")
    if isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            if item is not None and item.__class__ not in (str, int):  # nearly everything is: no call for each
                _refuse_floats(item)
