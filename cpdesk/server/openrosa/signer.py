"""Operations of app users: chained and signed with the key that the server keeps, then ordered like any desk's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from cpdesk.model.oplog import Operation, SignedOperation
from cpdesk.model.paths import portions
from cpdesk.model.replication import Outcome, PushResult
from cpdesk.server import checking, ordering, schema
from cpdesk.server.openrosa.users import AppUser


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed of one record. `old` is what the person had before their eyes, `base` the server's
    revision when they had."""

    record: str
    kind: str
    form: str
    version: str
    set: Mapping[str, str | None]
    old: Mapping[str, str | None] = field(default_factory=dict)
    base: int = 0


def push_changes(
    connection: Connection,
    user: AppUser,
    stream: str,
    changes: list[Change],
    *,
    now: str,
    new_id: Callable[[], str],
) -> tuple[PushResult, ...]:
    """Order changes in the caller's write transaction; their results in order, none when nothing changes."""
    devices = schema.devices
    head = connection.execute(
        select(devices.c.head_seq, devices.c.head_hash).where(devices.c.device == user.device.device).with_for_update()
    ).one()
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(user.private_key))
    batch: list[SignedOperation] = []
    seq, prev_hash = head.head_seq, head.head_hash
    for change in changes:
        for part in portions(change.set):
            seq += 1
            operation = Operation(
                op_id=new_id(),
                device=user.device.device,
                seq=seq,
                prev_hash=prev_hash,
                record=change.record,
                kind=change.kind,
                form=change.form,
                version=change.version,
                stream=stream,
                base=change.base,
                set=part,
                old={path: change.old.get(path) for path in part},
                actor=user.device.person,
                at=f"{now}-0000",
            )
            prev_hash = operation.content_hash()
            batch.append(SignedOperation(operation, key.sign(bytes.fromhex(prev_hash)).hex()))
    if not batch:
        return ()
    checked = checking.check(user.device, batch)
    return tuple(ordering.push(connection, user.device, checked, now).results)


def refused(results: tuple[PushResult, ...]) -> str:
    """Why the server would not apply one of the operations; empty when it applied all (conflicts are kept, too)."""
    return next((one.reason for one in results if one.outcome is Outcome.QUARANTINED), "")
