"""Conflicts: two values for one field, both kept until a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import InputFault
from cpdesk.model.records import Changes, RecordKind
from cpdesk.model.replication import Conflict
from cpdesk.store.records import Records
from cpdesk.store.shelf import Shelf
from cpdesk.store.writer import Readers, Writer

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection
_COLUMNS: Final = (
    "id, record, path, original, current, current_op, current_actor, current_at,"
    " proposed, proposed_op, proposed_actor, proposed_at"
)


class Conflicts:
    """The conflicts of all records. Thread-safe."""

    def __init__(self, writer: Writer, readers: Readers, shelf: Shelf, records: Records) -> None:
        self._writer = writer
        self._readers = readers
        self._shelf = shelf
        self._records = records

    def list(self, record: str | None = None, *, open_only: bool = True) -> list[Conflict]:
        """Conflicts, oldest first; of one record or of all."""
        parts = ["1"] + ["record = ?"] * (record is not None) + ["resolved_by IS NULL"] * open_only
        sql = f"SELECT {_COLUMNS}, resolved_by FROM conflicts WHERE {' AND '.join(parts)} ORDER BY number"  # noqa: S608
        return [Conflict(*row) for row in self._readers.all(sql, () if record is None else (record,))]

    def resolve(self, conflict: str, value: str | None, actor: str) -> Changes:
        """Settle a conflict with one of its two values or a third; None removes the entry.

        An ordinary operation of this desk that the server orders like any other; until then other desks see it open.

        Raises:
            InputFault: CP-1504 there is no open conflict of that id.
        """

        def work(db: Connection) -> Changes:
            row = db.execute(
                "SELECT record, path FROM conflicts WHERE id = ? AND resolved_by IS NULL", (conflict,)
            ).fetchone()
            if row is None:
                raise InputFault("CP-1504", conflict=conflict)
            record, path = row
            shelved = self._shelf.need(db, record)
            shelved.conflicts -= 1
            operation = self._records.change(db, shelved, {path: value}, actor=actor, resolves=conflict, role="barrier")
            assert operation is not None
            db.execute("UPDATE conflicts SET resolved_by = ? WHERE id = ?", (operation.op_id, conflict))
            kinds = frozenset({RecordKind(shelved.head.kind)})
            return Changes(records=frozenset({record}), kinds=kinds, conflicts=True)

        return self._writer.do(work)


def keep_conflict(db: Connection, conflict: Conflict) -> None:
    """Write a conflict the server has opened, unless it is known."""
    db.execute(
        f"INSERT OR IGNORE INTO conflicts ({_COLUMNS}, settled_by, resolved_by) VALUES (?{', ?' * 13})",  # noqa: S608
        (
            conflict.id,
            conflict.record,
            conflict.path,
            conflict.original,
            conflict.current,
            conflict.current_op,
            conflict.current_actor,
            conflict.current_at,
            conflict.proposed,
            conflict.proposed_op,
            conflict.proposed_actor,
            conflict.proposed_at,
            conflict.resolved_by,
            conflict.resolved_by,
        ),
    )


def settle_conflict(db: Connection, conflict: str, by: str) -> None:
    """Note that the server took an operation as the settlement of a conflict."""
    db.execute("UPDATE conflicts SET settled_by = ? WHERE id = ?", (by, conflict))


def refresh_resolved(db: Connection, record: str, resolving: dict[str, str]) -> int:
    """Work out anew what people see as settled: what the server has, and unsent operations on top.

    Args:
        resolving: conflict → this desk's unsent operation that settles it.

    Returns:
        How many conflicts of the record are open.
    """
    still_open = 0
    rows = db.execute("SELECT id, settled_by, resolved_by FROM conflicts WHERE record = ?", (record,)).fetchall()
    for conflict, settled_by, resolved_by in rows:
        seen = settled_by or resolving.get(conflict)
        still_open += seen is None
        if seen != resolved_by:
            db.execute("UPDATE conflicts SET resolved_by = ? WHERE id = ?", (seen, conflict))
    return still_open
