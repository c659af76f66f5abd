"""History, undo and redo, read from the log of operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from cpdesk.base.errors import InputFault
from cpdesk.model.oplog import Operation
from cpdesk.model.replication import Outcome
from cpdesk.store.oplog import operation_of
from cpdesk.store.shelf import Shelved
from cpdesk.store.writer import Readers

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One operation of a record.

    Attributes:
        own: made on this desk.
        revision: its place in the server's order; None = not there yet.
        outcome: what the server did with it; None = not there yet. `reason`: why it was quarantined, a code.
        undoes: id of the operation that this one took back or, for a redo, did again.
    """

    operation: Operation
    own: bool
    revision: int | None
    outcome: Outcome | None
    reason: str
    undoes: str | None


def history_of(readers: Readers, record: str) -> list[HistoryEntry]:
    """All operations of a record: in the server's order, then those it has not ordered yet."""
    rows = readers.all(
        "SELECT content, own, revision, outcome, reason, target FROM operations WHERE record = ?"
        " ORDER BY revision IS NULL, revision, number",
        (record,),
    )
    return [
        HistoryEntry(operation_of(content), bool(own), revision, outcome and Outcome(outcome), reason, target)
        for content, own, revision, outcome, reason, target in rows
    ]


class Change(Protocol):
    """`Records.change`."""

    def __call__(
        self, db: Connection, shelved: Shelved, wanted: Mapping[str, str | None], *, actor: str, role: str, target: str
    ) -> Operation | None: ...


def step_back(db: Connection, shelved: Shelved, actor: str, change: Change) -> Operation:
    """Undo the person's latest operation that still stands; one of which nothing stands any more is passed over."""
    done, _ = _stacks(db, shelved.head.record, actor)
    for operation in reversed(done):
        inverse = {
            path: operation.old[path] for path, value in operation.set.items() if shelved.visible.get(path) == value
        }
        undoing = change(db, shelved, inverse, actor=actor, role="undo", target=operation.op_id)
        if undoing is not None:
            return undoing
    raise InputFault("CP-1508")


def step_forward(db: Connection, shelved: Shelved, actor: str, change: Change) -> Operation:
    """Do the operation again that was undone last."""
    _, undone = _stacks(db, shelved.head.record, actor)
    for operation in reversed(undone):
        again = {
            path: value for path, value in operation.set.items() if shelved.visible.get(path) == operation.old[path]
        }
        redoing = change(db, shelved, again, actor=actor, role="redo", target=operation.op_id)
        if redoing is not None:
            return redoing
    raise InputFault("CP-1509")


def _stacks(db: Connection, record: str, actor: str) -> tuple[list[Operation], list[Operation]]:
    """What can be undone and what redone, each with the next one last."""
    done: list[Operation] = []
    undone: list[Operation] = []
    rows = db.execute(
        "SELECT content, role, target FROM operations WHERE record = ? AND own = 1 AND actor = ? ORDER BY number",
        (record, actor),
    ).fetchall()
    for content, role, target in rows:
        if role == "undo":
            done, undone = _moved(done, undone, target)
        elif role == "redo":
            undone, done = _moved(undone, done, target)
        else:
            undone = []
            done = [] if role == "barrier" else [*done, operation_of(content)]
    return done, undone


def _moved(source: list[Operation], target: list[Operation], op_id: str) -> tuple[list[Operation], list[Operation]]:
    """The operation goes over to the other stack; those above it, passed over, go out of reach."""
    for place, operation in enumerate(source):
        if operation.op_id == op_id:
            return source[:place], [*target, operation]
    return source, target
