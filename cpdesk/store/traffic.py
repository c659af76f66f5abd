"""What waits, went and came between this desk and the district: readings of the log for people, and a few notes of
rounds, kept in the encrypted database since they name records and people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpdesk.store.facts import get_fact, set_fact
from cpdesk.store.writer import Readers, Writer

_NOTE_PREFIX: Final = "desk."


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """A record with changes the server does not have: how many operations and fields, the first and last moment."""

    record: str
    operations: int
    fields: int
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What went or came of one record by one person: fields and the moment of the last change."""

    record: str
    actor: str
    fields: int
    at: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a survey's course: the status it got, by whom and when."""

    status: str
    actor: str
    at: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment in the log, to say later what has moved since: the last number, and what waited then."""

    number: int
    waiting: frozenset[int]


class Traffic:
    """Thread-safe. Reads the last commit."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    def waiting(self) -> list[WaitingRecord]:
        """Records with changes to send, in the order they will be sent."""
        rows = self._readers.all(
            "SELECT record, count(*), total((SELECT count(*) FROM json_each(content, '$.set'))), min(at), max(at)"
            " FROM operations WHERE own = 1 AND revision IS NULL GROUP BY record ORDER BY min(number)"
        )
        return [WaitingRecord(record, count, int(fields), since, until) for record, count, fields, since, until in rows]

    def waiting_files(self) -> tuple[int, int]:
        """Photographs and other files the server does not have: how many, and their bytes."""
        count, size = self._readers.one("SELECT count(*), total(size) FROM blobs WHERE here = 1 AND sent = 0")
        return count, int(size)

    def mark(self) -> Mark:
        """Now."""
        number = self._readers.one("SELECT coalesce(max(number), 0) FROM operations")[0]
        waiting = self._readers.column("SELECT number FROM operations WHERE own = 1 AND revision IS NULL")
        return Mark(number, frozenset(waiting))

    def sent_since(self, mark: Mark) -> list[Moved]:
        """Own changes that waited at the mark and that the server has taken since, those it refused left out."""
        still = frozenset(self._readers.column("SELECT number FROM operations WHERE own = 1 AND revision IS NULL"))
        gone = sorted(mark.waiting - still)
        found: dict[tuple[str, str], Moved] = {}
        for start in range(0, len(gone), 500):
            some = gone[start : start + 500]
            marks = ",".join("?" * len(some))
            rows = self._readers.all(
                "SELECT record, actor, (SELECT count(*) FROM json_each(content, '$.set')), at FROM operations"  # noqa: S608
                f" WHERE number IN ({marks}) AND outcome IS NOT 'quarantined' ORDER BY number",
                some,
            )
            for record, actor, fields, at in rows:
                before = found.get((record, actor))
                found[record, actor] = Moved(record, actor, fields + (before.fields if before else 0), at)
        return list(found.values())

    def came_since(self, mark: Mark) -> list[Moved]:
        """Changes of others that came in after the mark."""
        rows = self._readers.all(
            "SELECT record, actor, total((SELECT count(*) FROM json_each(content, '$.set'))), max(at) FROM operations"
            " WHERE number > ? AND own = 0 AND outcome IS NOT 'quarantined' GROUP BY record, actor"
            " ORDER BY min(number)",
            (mark.number,),
        )
        return [Moved(record, actor, int(fields), at) for record, actor, fields, at in rows]

    def steps(self, record: str) -> list[Step]:
        """The steps of a survey's course, the oldest first: in the server's order, then those it has not ordered; the
        refused ones left out."""
        rows = self._readers.all(
            "SELECT json_extract(content, '$.set.\"@status\"') AS status, actor, at FROM operations"
            " WHERE record = ? AND outcome IS NOT 'quarantined' AND status IS NOT NULL"
            " ORDER BY revision IS NULL, revision, number",
            (record,),
        )
        return [Step(*row) for row in rows]

    def note(self, name: str) -> str | None:
        """A text kept under a name, None where there is none."""
        row = self._readers.one("SELECT value FROM facts WHERE name = ?", (_NOTE_PREFIX + name,))
        return None if row is None else row[0]

    def keep_note(self, name: str, text: str | None) -> None:
        """Keep a text under a name; None forgets it."""
        self._writer.do(lambda db: set_fact(db, _NOTE_PREFIX + name, text))

    def keep_note_unless_changed(self, name: str, before: str | None, text: str | None) -> bool:
        """As `keep_note`, when what stands is still `before`; False when somebody wrote meanwhile."""

        def work(db: object) -> bool:
            if get_fact(db, _NOTE_PREFIX + name) != before:  # type: ignore[arg-type]
                return False
            set_fact(db, _NOTE_PREFIX + name, text)  # type: ignore[arg-type]
            return True

        return self._writer.do(work)
