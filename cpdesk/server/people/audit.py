"""The audit trail: who enrolled, read in bulk, exported, erased, was revoked. Ids, codes and counts, never names or
answers; each line holds the hash of the one before it, so that one that was changed or taken out shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from cpdesk.model.oplog import canonical_json
from cpdesk.server import schema
from cpdesk.server.database import lock

_LOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line, oldest first by `id`; `at` in UTC. `hash` is empty in lines older than the chain."""

    id: int
    at: str
    what: str
    device: str
    detail: str
    hash: str


def note(connection: Connection, now: str, what: str, device: str, detail: str) -> None:
    """Add a line in the caller's transaction."""
    lock(connection, [_LOCK])
    table = schema.audit
    before = connection.execute(select(table.c.hash).order_by(table.c.id.desc()).limit(1)).scalar_one_or_none() or ""
    line = {"at": now, "what": what, "device": device, "detail": detail}
    connection.execute(table.insert(), line | {"hash": _hash(before, now, what, device, detail)})


def lines(connection: Connection) -> list[Line]:
    """All lines, oldest first."""
    table = schema.audit
    rows = connection.execute(select(table).order_by(table.c.id))
    return [Line(row.id, row.at, row.what, row.device, row.detail, row.hash) for row in rows]


def first_break(trail: Iterable[Line]) -> int | None:
    """The id of the first line that does not continue the chain; None when all do.

    Who can write the database can make the whole chain anew; keep the last hash elsewhere (on paper, in a backup) to
    see that, and to see that lines are missing at the end.
    """
    before = ""
    for line in trail:
        if not line.hash and not before:
            continue  # from before there was a chain
        if line.hash != _hash(before, line.at, line.what, line.device, line.detail):
            return line.id
        before = line.hash
    return None


def _hash(before: str, *facts: str) -> str:
    return hashlib.sha256(canonical_json([before, *facts])).hexdigest()
