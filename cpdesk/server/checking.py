"""What can be checked of a pushed batch without the database's write lock: hashes and signatures, the slow part.

Other desks' pushes go on meanwhile. What depends on the state of the author's chain is decided later, under the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from cpdesk.base.errors import AccessFault
from cpdesk.model.oplog import SignedOperation
from cpdesk.server.access import Device, find
from cpdesk.sync.reading import malformed


@dataclass(frozen=True, slots=True)
class CheckedOperation:
    """An operation, its content hash, and whether its signature fits its author's key (which never changes)."""

    signed: SignedOperation
    content_hash: str
    is_signed: bool


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """Operations of one enrolled author."""

    author: str
    operations: tuple[CheckedOperation, ...]


def author_of(connection: Connection, carrier: Device, batch: Sequence[SignedOperation]) -> Device:
    """The device whose operations these are: mostly the carrier itself.

    Raises:
        AccessFault: CP-4106 the author is not enrolled. IntegrityFault: CP-3201 no operations or several authors.
    """
    authors = {signed.operation.device for signed in batch}
    if len(authors) != 1:
        raise malformed("push.operations", "expected operations of one device")
    author = carrier if authors == {carrier.device} else find(connection, authors.pop())
    if author is None:
        raise AccessFault("CP-4106")
    return author


def check(author: Device, batch: Sequence[SignedOperation]) -> CheckedBatch:
    """Hash every operation and verify its signature. A wrong one is noted, not refused: it is kept in quarantine."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(author.public_key))
    checked = []
    for signed in batch:
        content_hash = signed.erased_hash or signed.operation.content_hash()
        checked.append(CheckedOperation(signed, content_hash, _fits(key, signed.signature, content_hash)))
    return CheckedBatch(author.device, tuple(checked))


def _fits(key: Ed25519PublicKey, signature: str, content_hash: str) -> bool:
    try:
        key.verify(bytes.fromhex(signature), bytes.fromhex(content_hash))
    except InvalidSignature:
        return False
    return True
