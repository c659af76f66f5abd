"""The log of operations of this desk: identity, chain, signature, time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cpdesk.base.clock import Clock
from cpdesk.model.oplog import GENESIS_HASH, Operation, SignedOperation
from cpdesk.store.bounds import check_content
from cpdesk.store.facts import get_fact, set_fact
from cpdesk.store.sealing import derived_private_key

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection
_TIME_SEEN: Final = "time_seen"
_AHEAD_MAX: Final = timedelta(minutes=5)
"""A clock elsewhere that runs further ahead than this is not followed."""


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """Who signs on this desk."""

    device: str
    public_key_hex: str


@dataclass(frozen=True, slots=True)
class RecordHead:
    """What every operation says of the record it changes."""

    record: str
    kind: str
    form: str
    version: str
    stream: str
    revision: int


class OperationLog:
    """Appends this desk's operations. Every method that takes a database runs in the caller's transaction."""

    def __init__(self, clock: Clock, new_id: Callable[[], str]) -> None:
        self._clock = clock
        self._new_id = new_id
        self._identity: DeviceIdentity | None = None
        self._key: Ed25519PrivateKey | None = None

    @property
    def identity(self) -> DeviceIdentity:
        """This desk's identity, once `load` has run."""
        assert self._identity is not None
        return self._identity

    def load(self, db: Connection) -> None:
        """Take up the identity kept in the database; the first time, make one."""
        row = db.execute(
            "SELECT device, private_key, public_key FROM identities ORDER BY number DESC LIMIT 1"
        ).fetchone()
        if row is None:
            self.renew(db)
        else:
            self._key = Ed25519PrivateKey.from_private_bytes(row[1])
            self._identity = DeviceIdentity(row[0], row[2])

    def renew(self, db: Connection) -> None:
        """Make a new identity. A database that came back from a backup needs one: going on with the old one would
        number operations twice and look like a copied laptop."""
        key = Ed25519PrivateKey.generate()
        identity = DeviceIdentity(self._new_id(), key.public_key().public_bytes_raw().hex())
        db.execute(
            "INSERT INTO identities (device, private_key, public_key, made_at) VALUES (?, ?, ?, ?)",
            (identity.device, key.private_bytes_raw(), identity.public_key_hex, iso(self._clock.now())),
        )
        self._key, self._identity = key, identity

    def sign(self, content_hash_hex: str) -> str:
        """Ed25519 signature of the 32 bytes of a content hash, as 128 hex digits."""
        assert self._key is not None
        return self._key.sign(bytes.fromhex(content_hash_hex)).hex()

    def reply_key(self) -> bytes:
        """X25519 private key (32 bytes) for which the district seals what it sends this desk on a stick. Made from the
        signing key, so that it is kept, backed up and given up together with it."""
        assert self._key is not None
        return derived_private_key(self._key.private_bytes_raw(), b"cpdesk reply key")

    def append(
        self,
        db: Connection,
        head: RecordHead,
        changes: Mapping[str, str | None],
        old: Mapping[str, str | None],
        *,
        actor: str,
        resolves: str | None = None,
        role: str = "edit",
        target: str | None = None,
    ) -> Operation:
        """Add one operation at the end of this device's chain.

        Raises:
            InputFault: CP-1583 when it would be too large for one request.
        """
        device = self.identity.device
        last = db.execute(
            "SELECT seq, content_hash, at FROM operations WHERE own = 1 AND device = ? ORDER BY seq DESC LIMIT 1",
            (device,),
        ).fetchone()
        seq, prev_hash, last_at = last or (0, GENESIS_HASH, "")
        operation = Operation(
            op_id=self._new_id(),
            device=device,
            seq=seq + 1,
            prev_hash=prev_hash,
            record=head.record,
            kind=head.kind,
            form=head.form,
            version=head.version,
            stream=head.stream,
            base=head.revision,
            set=dict(changes),
            old=dict(old),
            actor=actor,
            at=next_time(self._clock.now(), max(last_at, get_fact(db, _TIME_SEEN) or "")),
            resolves=resolves,
        )
        content = operation.content()
        check_content(content)
        signed = SignedOperation(operation, self.sign(hashlib.sha256(content).hexdigest()))
        insert_operation(db, signed, content, own=True, role=role, target=target)
        return operation

    def see_time(self, db: Connection, at: str) -> None:
        """Keep later operations of this desk after one that was received, as far as its clock is believable."""
        if at > (get_fact(db, _TIME_SEEN) or "") and at < iso(self._clock.now() + _AHEAD_MAX):
            set_fact(db, _TIME_SEEN, at)


def insert_operation(
    db: Connection,
    signed: SignedOperation,
    content: bytes,
    *,
    own: bool,
    role: str = "edit",
    target: str | None = None,
    revision: int | None = None,
    outcome: str | None = None,
    reason: str = "",
) -> None:
    """Write one row of the log; `content` is that of the operation."""
    operation = signed.operation
    db.execute(
        "INSERT INTO operations (op_id, device, seq, record, actor, at, own, content, content_hash, signature,"
        " revision, outcome, reason, role, target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            operation.op_id,
            operation.device,
            operation.seq,
            operation.record,
            operation.actor,
            operation.at,
            int(own),
            content.decode("utf-8"),
            hashlib.sha256(content).hexdigest(),
            signed.signature,
            revision,
            outcome,
            reason,
            role,
            target,
        ),
    )


def operation_of(content: str) -> Operation:
    """The operation behind the `content` column."""
    facts: dict[str, Any] = json.loads(content)
    return Operation(**facts)


def iso(moment: datetime) -> str:
    """`2026-11-23T06:32:01.123Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def next_time(now: datetime, last: str) -> str:
    """The hybrid logical time after `last`: wall time while it moves on, else the last one with its counter raised."""
    wall = iso(now)
    if not last or wall > last[: len(wall)]:
        return f"{wall}-0000"
    moment, _, counter = last.rpartition("-")
    return f"{moment}-{int(counter) + 1:04}"
