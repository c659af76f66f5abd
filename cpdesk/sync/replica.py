"""What sync needs of a desk's store: the replication door, seen from sync's side.

`store/replica.py` implements it over the encrypted database, `sync/memory.py` in memory. Returned values are described
by what sync reads of them, so that an implementation may give its own types.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cpdesk.model.oplog import SignedOperation
from cpdesk.model.records import Changes
from cpdesk.model.replication import Entry


class DeviceIdentity(Protocol):
    """Who this desk is: a UUID and the Ed25519 public key (64 hex digits)."""

    @property
    def device(self) -> str: ...
    @property
    def public_key_hex(self) -> str: ...


class Waiting(Protocol):
    """How much has not reached the server yet."""

    @property
    def operations(self) -> int: ...
    @property
    def blobs(self) -> int: ...


class BlobInfo(Protocol):
    """A photograph, signature or scan: SHA-256 of its content (64 hex digits), size in bytes, media type."""

    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def mime(self) -> str: ...


class Enrolment(Protocol):
    """Which server this desk belongs to and what it may do there."""

    @property
    def server_url(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def streams(self) -> Sequence[str]: ...


class Replica(Protocol):
    """A desk's store as sync sees it; every method is one transaction and may be called from any thread."""

    def identity(self) -> DeviceIdentity: ...

    def sign(self, content_hash_hex: str, /) -> str:
        """Ed25519 signature (128 hex digits) over the 32 bytes that the hash stands for."""
        ...

    def outbox(self, limit: int, /) -> Sequence[SignedOperation]:
        """Own operations that the server has not ordered yet, by sequence number."""
        ...

    def own_operations(self, after_seq: int, limit: int, /) -> Sequence[SignedOperation]:
        """Own operations above a sequence number, acknowledged or not: for a server that lacks them."""
        ...

    def waiting(self) -> Waiting: ...

    def apply(self, entries: Sequence[Entry], *, stream: str, cursor: str | None) -> Changes:
        """Take the server's decisions in order and remember the cursor; idempotent; own entries acknowledge.

        An entry of revision 0 was refused for a stream this desk may not write: it acknowledges and changes nothing.
        """
        ...

    def cursor(self, stream: str, /) -> str | None: ...
    def blobs_to_send(self, limit: int, /) -> Sequence[BlobInfo]: ...
    def blob_content(self, sha256: str, /) -> bytes: ...
    def blob_sent(self, sha256: str, /) -> object: ...
    def blobs_to_fetch(self, limit: int, /) -> Sequence[str]: ...
    def blob_received(self, sha256: str, path_or_bytes: Path | bytes, /) -> object: ...
    def streams(self) -> Sequence[str]: ...
    def enrolment(self) -> Enrolment | None: ...

    def set_enrolment(
        self, *, server_url: str, token: str, person: str, role: str, streams: Sequence[str]
    ) -> object: ...
