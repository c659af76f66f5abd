"""Conflicts: two values for one field, both kept until a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import InputFault
from cpdesk.model.masking import is_masked
from cpdesk.model.paths import containers, is_inside, is_item
from cpdesk.model.ranks import rank_between
from cpdesk.model.records import Changes, RecordKind
from cpdesk.model.replication import Conflict
from cpdesk.store.oplog import operation_of
from cpdesk.store.records import Records
from cpdesk.store.shelf import Shelf, Shelved
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

        An answer never stands without its item: a value inside an item that was removed meanwhile brings the item back,
        with what the removal took out of it, and removing an item removes what is in it.

        An ordinary operation of this desk that the server orders like any other; until then other desks see it open.

        Raises:
            InputFault: CP-1504 there is no open conflict of that id; CP-1586 the value is masked for this person.
        """

        def work(db: Connection) -> Changes:
            row = db.execute(
                "SELECT record, path, current_op FROM conflicts WHERE id = ? AND resolved_by IS NULL", (conflict,)
            ).fetchone()
            if row is None:
                raise InputFault("CP-1504", conflict=conflict)
            record, path, current_op = row
            if is_masked(value):
                raise InputFault("CP-1586", path=path)
            shelved = self._shelf.need(db, record)
            shelved.conflicts -= 1
            beside = _taken_along(shelved, path) if not value else _brought_back(db, shelved, path, current_op)
            wanted = {**beside, path: value}
            operation = self._records.change(db, shelved, wanted, actor=actor, resolves=conflict, role="barrier")
            assert operation is not None
            db.execute("UPDATE conflicts SET resolved_by = ? WHERE id = ?", (operation.op_id, conflict))
            kinds = frozenset({RecordKind(shelved.head.kind)})
            return Changes(records=frozenset({record}), kinds=kinds, conflicts=True)

        return self._writer.do(work)


def _taken_along(shelved: Shelved, path: str) -> dict[str, str | None]:
    """What goes when the entry is removed: everything in it, where it is an item."""
    return {inner: None for inner in shelved.visible if is_item(path) and is_inside(inner, path)}


def _brought_back(db: Connection, shelved: Shelved, path: str, removal: str) -> dict[str, str | None]:
    """What has to come back so that a value can stand at the path: the items it lies in that were removed, with the
    answers the removal took out of them. Answers with a conflict of their own wait for their own decision."""
    gone = [item for item in (*containers(path), path) if is_item(item) and item not in shelved.visible]
    if not gone:
        return {}
    row = db.execute("SELECT content FROM operations WHERE op_id = ?", (removal,)).fetchone()
    before = operation_of(row[0]).old if row is not None else {}
    asked = db.execute(
        "SELECT path FROM conflicts WHERE record = ? AND resolved_by IS NULL", (shelved.head.record,)
    ).fetchall()
    waiting = {other for (other,) in asked}
    back = {
        inner: value
        for inner, value in before.items()
        if value is not None and is_inside(inner, gone[0]) and inner not in shelved.visible and inner not in waiting
    }
    return {**back, **{item: before.get(item) or _rank_at_the_end(shelved, item) for item in gone}}


def _rank_at_the_end(shelved: Shelved, item: str) -> str:
    siblings = item[: item.rindex("[") + 1]
    ranks = [
        rank
        for path, rank in shelved.visible.items()
        if is_item(path) and path.startswith(siblings) and "/" not in path[len(siblings) :]
    ]
    return rank_between(max(ranks, default=None), None)


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
