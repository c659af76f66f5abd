"""What a desk forgets: the decisions of a server that was set back, and the townships it has no part in any more.

Its own operations and their files are never forgotten: a server that was set back may need them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpdesk.store.shelf import Shelf, Shelved

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection
_BLOB: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_ELSEWHERE: Final = 0  # a revision that no place in an order has: coming back, the entry counts as new


def begin_anew(db: Connection, shelf: Shelf, lay_on_top: Callable[[Connection, Shelved], None]) -> None:
    """Forget all that the server had decided. Own operations wait to be sent again, and people see them; what others
    did comes back with the new order, or when their desks send it again."""
    db.execute(
        "UPDATE operations SET revision = CASE own WHEN 1 THEN NULL ELSE ? END, outcome = NULL, reason = ''",
        (_ELSEWHERE,),
    )
    db.execute("UPDATE blobs SET sent = 0 WHERE here = 1")
    db.execute("DELETE FROM conflicts")
    for (record,) in db.execute("SELECT id FROM records").fetchall():
        shelved = shelf.need(db, record)
        shelved.head, shelved.server = replace(shelved.head, revision=0), {}
        lay_on_top(db, shelved)
    db.execute("DELETE FROM cursors")


def leave_all_but(db: Connection, streams: Sequence[str]) -> tuple[list[str], list[str]]:
    """Delete what lies here of other streams, each once nothing of it waits to be sent.

    Returns:
        The records that are gone, and the hashes of the files that nothing speaks of any more: their rows are gone too.
    """
    keep = ", ".join("?" * len(streams))
    known = "SELECT stream FROM records UNION SELECT stream FROM cursors"
    gone = [
        stream
        for (stream,) in db.execute(f"SELECT stream FROM ({known}) WHERE stream NOT IN ({keep})", streams)  # noqa: S608
        if not _waits(db, stream)
    ]
    records: list[str] = []
    spoken_of: set[str] = set()
    for stream in gone:
        for number, record in db.execute("SELECT number, id FROM records WHERE stream = ?", (stream,)).fetchall():
            records.append(record)
            db.execute("DELETE FROM search WHERE rowid = ?", (number,))
            db.execute("DELETE FROM fields WHERE number = ?", (number,))
            db.execute("DELETE FROM records WHERE number = ?", (number,))
            db.execute("DELETE FROM conflicts WHERE record = ?", (record,))
        of_stream = "json_extract(content, '$.stream') = ?"
        for (content,) in db.execute(f"SELECT content FROM operations WHERE {of_stream}", (stream,)):  # noqa: S608
            spoken_of.update(_BLOB.findall(content))
        db.execute(f"DELETE FROM operations WHERE own = 0 AND {of_stream}", (stream,))  # noqa: S608
        db.execute(f"UPDATE operations SET revision = ? WHERE {of_stream}", (_ELSEWHERE, stream))  # noqa: S608
        db.execute("DELETE FROM cursors WHERE stream = ?", (stream,))
    return records, [sha256 for sha256 in sorted(spoken_of) if _forgotten(db, sha256)]


def _waits(db: Connection, stream: str) -> bool:
    query = "SELECT 1 FROM operations WHERE own = 1 AND revision IS NULL AND json_extract(content, '$.stream') = ?"
    return db.execute(query, (stream,)).fetchone() is not None


def _forgotten(db: Connection, sha256: str) -> bool:
    """Whether the row of a file was deleted; not while it is unsent, or an operation that is kept speaks of it."""
    gone = db.execute(
        "DELETE FROM blobs WHERE sha256 = ? AND (sent = 1 OR here = 0)"
        " AND NOT EXISTS (SELECT 1 FROM operations WHERE instr(content, ?))",
        (sha256, sha256),
    )
    return bool(gone.rowcount)
