"""What sync needs of a desk's store: the replication door, seen from sync's side.

`store/replica.py` implements it over the encrypted database, `sync/memory.py` in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cpdesk.model.oplog import SignedOperation
from cpdesk.model.records import Changes
from cpdesk.model.replication import Entry
from cpdesk.store.blobs import BlobInfo
from cpdesk.store.oplog import DeviceIdentity
from cpdesk.store.replica import Enrolment, Waiting


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

    def begin_anew(self) -> Changes:
        """Forget what the server had decided, with the cursors: its data was replaced by older data. Own operations and
        files wait to be sent again."""
        ...

    def leave_other_streams(self) -> Changes:
        """Delete what is here of streams the enrolment does not name, each once nothing of it waits to be sent."""
        ...

    def cursor(self, stream: str, /) -> str | None: ...
    def blobs_to_send(self, limit: int, /) -> Sequence[BlobInfo]: ...
    def blob_content(self, sha256: str, /) -> bytes: ...
    def blob_sent(self, sha256: str, /) -> object: ...
    def expect_blobs(self, sha256s: Sequence[str], /) -> object: ...
    def blobs_to_fetch(self, limit: int, /) -> Sequence[str]: ...
    def blob_received(self, sha256: str, content: bytes | Path, /) -> object: ...
    def streams(self) -> Sequence[str]: ...
    def enrolment(self) -> Enrolment | None: ...

    def set_enrolment(self, enrolment: Enrolment | None, /) -> object: ...
