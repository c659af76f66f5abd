"""What a desk and the district server tell each other about operations.

The server orders the operations of a stream and decides, field by field, what each one did. A desk does not merge: it
replays the server's decisions in order and lays its own unsent operations on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cpdesk.model.oplog import SignedOperation


class Outcome(StrEnum):
    """What the server did with an operation it has stored."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    ERASED = "erased"


ERASED_REASON: Final = "erased"
"""Of an operation put aside because the district has erased its record; what it says is not kept either."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values for one field, both kept; the current one stays visible until a person decides.

    Attributes:
        id: made from the operation and the path, so both desks call it the same.
        original: the value both started from; `current` the value that stands, by `current_op`; `proposed` the value
            that did not get in, by `proposed_op`. None = the entry was removed or never there.
        resolved_by: op_id of the operation that settled it, else None.
    """

    id: str
    record: str
    path: str
    original: str | None
    current: str | None
    current_op: str
    current_actor: str
    current_at: str
    proposed: str | None
    proposed_op: str
    proposed_actor: str
    proposed_at: str
    resolved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation as the server has ordered and judged it.

    Attributes:
        revision: position in the stream's order, 1, 2, 3 … without gaps; becomes the record's revision.
        outcome: APPLIED, CONFLICT or QUARANTINED (a quarantined one applies nothing); ERASED where the district has
            erased the record: the operation is a skeleton that says nothing, or the erasure itself, which sets @erased.
        applied: path → value that the record now has because of this operation (fields in conflict are not in it).
        conflicts: conflicts this operation opened.
        settled: ids of conflicts this operation settled.
        reason: why it was quarantined, a code; else empty.
    """

    stream: str
    revision: int
    signed: SignedOperation
    outcome: Outcome
    applied: Mapping[str, str | None] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    settled: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PushResult:
    """The server's answer to one pushed operation."""

    op_id: str
    seq: int
    outcome: Outcome
    revision: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """A record as the server has it: what replaying all its entries comes to.

    Attributes:
        version: of the record's first operation. revision: of its last. at: the latest time among its fields.
        fields: path → value. conflicts: the open ones.
    """

    record: str
    kind: str
    form: str
    version: str
    revision: int
    at: str
    fields: Mapping[str, str]
    conflicts: tuple[Conflict, ...] = ()
