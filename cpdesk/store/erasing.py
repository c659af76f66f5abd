"""Erasing on this desk what the district has erased: rows, words of the search, conflicts, what operations said, files.

Operations of this desk keep their skeleton, because the next one is chained to the last. One that the server does not
have yet keeps what it says until the server has answered: the queue must not stop at it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from cpdesk.model.oplog import canonical_json

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection

_NAME: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def erase_record(db: Connection, record: str) -> set[str]:
    """Erase a record in the caller's transaction; the names of files that nothing else speaks of."""
    db.execute("PRAGMA secure_delete = ON")
    row = db.execute(
        "SELECT number, visible FROM records JOIN fields USING (number) WHERE id = ?", (record,)
    ).fetchone()
    said = [content for (content,) in db.execute("SELECT content FROM operations WHERE record = ?", (record,))]
    names = {name for text in [*said, *([] if row is None else [row[1]])] for name in _NAME.findall(text)}
    if row is not None:
        db.execute("DELETE FROM search WHERE rowid = ?", (row[0],))
        db.execute("DELETE FROM fields WHERE number = ?", (row[0],))
        db.execute("DELETE FROM records WHERE number = ?", (row[0],))
    db.execute("DELETE FROM conflicts WHERE record = ?", (record,))
    db.execute("DELETE FROM operations WHERE record = ? AND own = 0", (record,))
    for (op_id,) in db.execute(
        "SELECT op_id FROM operations WHERE record = ? AND revision IS NOT NULL", (record,)
    ).fetchall():
        erase_operation(db, op_id)
    return _unused(db, names, record)


def erase_operation(db: Connection, op_id: str) -> None:
    """Leave of an operation its skeleton; nothing when this desk does not have it."""
    row = db.execute("SELECT content FROM operations WHERE op_id = ?", (op_id,)).fetchone()
    if row is not None:
        left = {**json.loads(row[0]), "set": {}, "old": {}}
        db.execute("UPDATE operations SET content = ? WHERE op_id = ?", (canonical_json(left).decode(), op_id))


def _unused(db: Connection, names: set[str], record: str) -> set[str]:
    """Files among these that no other record's operations or fields speak of; their rows are deleted."""
    gone = set()
    for name in names:
        if db.execute("SELECT 1 FROM blobs WHERE sha256 = ?", (name,)).fetchone() is None:
            continue
        spoken_of = db.execute(
            "SELECT 1 FROM operations WHERE record != ? AND content LIKE ?"
            " UNION ALL SELECT 1 FROM fields WHERE visible LIKE ? LIMIT 1",
            (record, f"%{name}%", f"%{name}%"),
        ).fetchone()
        if spoken_of is None:
            db.execute("DELETE FROM blobs WHERE sha256 = ?", (name,))
            gone.add(name)
    return gone
