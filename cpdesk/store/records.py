"""Records as people change them: every change is a row and an operation in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpdesk.base.clock import Clock
from cpdesk.base.errors import InputFault
from cpdesk.model.masking import is_masked
from cpdesk.model.oplog import Operation
from cpdesk.model.paths import is_path, portions
from cpdesk.model.records import (
    DELETED_FIELD,
    FORM_VERSION_FIELD,
    SAMPLE_FIELD,
    SITE_FIELD,
    STATUS_FIELD,
    SURVEY_PREFIX,
    Answers,
    Changes,
    Record,
    RecordKind,
    Status,
)
from cpdesk.store.bounds import check_changes, check_head
from cpdesk.store.history import HistoryEntry, history_of, step_back, step_forward
from cpdesk.store.lists import Lists
from cpdesk.store.oplog import OperationLog, RecordHead, iso, operation_of
from cpdesk.store.shelf import COLUMNS, Cell, Fields, Shelf, Shelved, lay, record_of
from cpdesk.store.writer import Readers, Writer

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection
YES = "1"
"""Value of the `@` entries that are there or not."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a survey says of a site: `values` are laid on the site of that id; where there is none, it is made."""

    site: str
    kind: RecordKind
    form: str
    version: str
    values: Mapping[str, str]


class Records(Lists):
    """All records of a desk. Thread-safe; every method that changes something returns when it is on the disk.

    The texts of changes are the lexical values of the form; None and the empty text remove an entry.
    """

    def __init__(
        self,
        writer: Writer,
        readers: Readers,
        shelf: Shelf,
        log: OperationLog,
        *,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        super().__init__(readers)
        self._writer = writer
        self._shelf = shelf
        self._log = log
        self._clock = clock
        self._new_id = new_id

    def get(self, record: str) -> Record:
        """One record, deleted ones too.

        Raises:
            InputFault: CP-1501 when this desk has none of that id.
        """
        row = self._readers.one(
            f"SELECT {COLUMNS}, visible FROM records JOIN fields USING (number) WHERE id = ?",  # noqa: S608
            (record,),
        )
        if row is None:
            raise InputFault("CP-1501", record=record)
        head = RecordHead(record=row[1], kind=row[2], form=row[3], version=row[4], stream=row[5], revision=row[9])
        return record_of(Shelved(row[0], head, json.loads(row[15]), None, row[13], row[14]), row[10], row[8])

    def create_record(
        self,
        kind: RecordKind,
        form: str,
        version: str,
        stream: str,
        answers: Answers | None = None,
        *,
        actor: str,
        site: str | None = None,
        sample: bool = False,
        record: str | None = None,
    ) -> tuple[str, Changes]:
        """A new record; a survey starts as a draft.

        Args:
            record: its id where the caller has one already (a phone's submission), else one is made.

        Returns:
            Its id and what changed.

        Raises:
            InputFault: CP-1502 when there is a record of that id; CP-1503 when an answer's path is not one;
                CP-158x what no operation may hold (`bounds`).
        """
        return self._writer.do(
            lambda db: self.create_within(db, kind, form, version, stream, answers, actor, site, sample, record)
        )

    def create_within(
        self,
        db: Connection,
        kind: RecordKind,
        form: str,
        version: str,
        stream: str,
        answers: Answers | None,
        actor: str,
        site: str | None,
        sample: bool,
        record: str | None,
    ) -> tuple[str, Changes]:
        """`create_record` as a part of the caller's transaction."""
        record = record or self._new_id()
        if self._shelf.take(db, record) is not None:
            raise InputFault("CP-1502", record=record)
        facts: dict[str, str | None] = {
            STATUS_FIELD: Status.DRAFT.value if kind is RecordKind.SURVEY else Status.NONE.value,
            FORM_VERSION_FIELD: version,
            SITE_FIELD: site,
            SAMPLE_FIELD: YES if sample else None,
        }
        shelved = self._shelf.add(db, RecordHead(record, kind.value, form, version, stream, 0))
        fields = {path: value for path, value in (facts | _checked(answers or {})).items() if value}
        for portion in portions(fields):
            self.change(db, shelved, portion, actor=actor, role="barrier")
        return record, Changes(records=frozenset({record}), kinds=frozenset({kind}))

    def create_many(self, new: Iterable[Mapping[str, object]]) -> tuple[list[str], Changes]:
        """Many records in one transaction (an imported village); each mapping holds the arguments of `create_record`.

        Raises:
            InputFault: as `create_record`; nothing is created then.
        """
        rows = list(new)

        def work(db: Connection) -> tuple[list[str], Changes]:
            made = [self._create_one(db, **row) for row in rows]  # type: ignore[arg-type]
            changes = Changes()
            kinds = frozenset(kind for _, one in made for kind in one.kinds)
            return [record for record, _ in made], changes | Changes(frozenset(record for record, _ in made), kinds)

        return self._writer.do(work)

    def _create_one(
        self,
        db: Connection,
        *,
        kind: RecordKind,
        form: str,
        version: str,
        stream: str,
        actor: str,
        answers: Answers | None = None,
        site: str | None = None,
        sample: bool = False,
        record: str | None = None,
    ) -> tuple[str, Changes]:
        return self.create_within(db, kind, form, version, stream, answers, actor, site, sample, record)

    def save(
        self,
        record: str,
        changes: Mapping[str, str | None],
        actor: str,
        *,
        version: str | None = None,
        seen: Mapping[str, str | None] | None = None,
    ) -> Changes:
        """Set fields; only those that really change become part of the operation, none at all makes none.

        Args:
            seen: what the person had before the eyes, by path, where a sync may have brought something else meanwhile:
                the server then asks which of the two holds instead of taking one for the other's correction.
            version: the form version the answers were given with, when it is another than before.

        Raises:
            InputFault: CP-1501 no such record; CP-1503 a path that is none or stands for a fact of the record;
                CP-1505 the record is deleted; CP-158x what no operation may hold (`bounds`).
        """
        wanted: dict[str, str | None] = _checked(changes)
        if version is not None:
            wanted[FORM_VERSION_FIELD] = version
        return self._changing(record, lambda db, shelved: self.change(db, shelved, wanted, actor=actor, seen=seen))

    def set_status(
        self, record: str, status: Status, actor: str, *, changes: Mapping[str, str | None] | None = None
    ) -> Changes:
        """Move a survey on its course, together with answers where they belong together (a reason for returning).

        Which course is allowed to whom is for `operations` to say. Undo never crosses a change of status.

        Raises:
            InputFault: as `save`.
        """
        wanted = {**_checked(changes or {}), STATUS_FIELD: status.value}
        return self._changing(record, lambda db, shelved: self.change(db, shelved, wanted, actor=actor, role="barrier"))

    def complete(
        self,
        survey: str,
        actor: str,
        *,
        changes: Mapping[str, str | None],
        learned: Sequence[Learned] = (),
        site: str | None = None,
    ) -> Changes:
        """Mark a survey as complete and lay on sites what it says of them: all of it or, after a power cut, nothing.

        An operation on a site carries `@survey.<id>` where it changes anything, so that its history says whence the
        values came. A deleted site is left alone.

        Args:
            site: the site of a survey that had none.

        Raises:
            InputFault: as `save`.
        """

        def work(db: Connection) -> Changes:
            shelved = self._shelf.need(db, survey)
            if DELETED_FIELD in shelved.visible:
                raise InputFault("CP-1505", record=survey)
            touched = {one.site: one.kind for one in learned if self._learn(db, shelved, one, actor)}
            wanted = {**_checked(changes), STATUS_FIELD: Status.COMPLETE.value}
            if site is not None:
                wanted[SITE_FIELD] = site
            self.change(db, shelved, wanted, actor=actor, role="barrier")
            touched[survey] = RecordKind.SURVEY
            return Changes(records=frozenset(touched), kinds=frozenset(touched.values()))

        return self._writer.do(work)

    def _learn(self, db: Connection, survey: Shelved, one: Learned, actor: str) -> bool:
        values: dict[str, str | None] = _checked(one.values)
        sample = YES if SAMPLE_FIELD in survey.visible else None
        shelved = self._shelf.take(db, one.site)
        role = "edit"
        if shelved is None:
            role = "barrier"
            head = RecordHead(one.site, one.kind.value, one.form, one.version, survey.head.stream, 0)
            shelved = self._shelf.add(db, head)
            values |= {STATUS_FIELD: Status.NONE.value, FORM_VERSION_FIELD: one.version, SAMPLE_FIELD: sample}
        elif DELETED_FIELD in shelved.visible:
            return False
        values = {path: value for path, value in values.items() if value and shelved.visible.get(path) != value}
        if not values:
            return False
        values |= dict.fromkeys(path for path in shelved.visible if path.startswith(SURVEY_PREFIX))
        values[SURVEY_PREFIX + survey.head.record] = self._new_id()  # another value each time: it is in each operation
        return self.change(db, shelved, values, actor=actor, role=role) is not None

    def put_again(self, record: str, values: Mapping[str, str | None], actor: str) -> Changes:
        """Lay values on a record that the server refused before, facts of the record (`@status`) among them. Undo never
        crosses it.

        Raises:
            InputFault: CP-1501 no such record; CP-1503 a path is none; CP-158x what no operation may hold.
        """
        for path in values:
            if not is_path(path):
                raise InputFault("CP-1503", path=path[:60])

        def work(db: Connection) -> Changes:
            shelved = self._shelf.take(db, record) or self._shelf.add(db, _head_in_log(db, record))
            self.change(db, shelved, values, actor=actor, role="barrier")
            return Changes(records=frozenset({record}), kinds=frozenset({RecordKind(shelved.head.kind)}))

        return self._writer.do(work)

    def set_site(self, record: str, site: str | None, actor: str) -> Changes:
        """Say of which site a survey was made."""
        return self._changing(record, lambda db, shelved: self.change(db, shelved, {SITE_FIELD: site}, actor=actor))

    def delete(self, record: str, actor: str) -> Changes:
        """Take a record out of lists and search. Nothing is erased: `restore` and undo bring it back.

        Raises:
            InputFault: CP-1501 no such record; CP-1505 it is deleted already.
        """
        return self._changing(record, lambda db, shelved: self.change(db, shelved, {DELETED_FIELD: YES}, actor=actor))

    def restore(self, record: str, actor: str) -> Changes:
        """Bring a deleted record back.

        Raises:
            InputFault: CP-1501 no such record.
        """
        return self._changing(
            record, lambda db, shelved: self.change(db, shelved, {DELETED_FIELD: None}, actor=actor), deleted=True
        )

    def history(self, record: str) -> list[HistoryEntry]:
        """All operations of a record: in the server's order, then those it has not ordered yet."""
        return history_of(self._readers, record)

    def undo(self, record: str, actor: str) -> Changes:
        """Take back what this person did last to a record on this desk, by an operation that sets the old values.

        Fields that somebody else has changed since stay as they are. Creation, changes of status and settled conflicts
        are not undone, nor anything before them.

        Raises:
            InputFault: CP-1501 no such record; CP-1508 nothing to undo.
        """
        return self._changing(record, lambda db, shelved: step_back(db, shelved, actor, self.change), deleted=True)

    def redo(self, record: str, actor: str) -> Changes:
        """Do again what was undone last, as long as nothing else was changed since.

        Raises:
            InputFault: CP-1501 no such record; CP-1509 nothing to redo.
        """
        return self._changing(record, lambda db, shelved: step_forward(db, shelved, actor, self.change), deleted=True)

    def remember(self, record: str, figures: Mapping[str, Cell]) -> Changes:
        """Keep figures that this desk worked out beside a record, for the columns of lists: its own and those of its
        site, whose row shows its newest survey. None forgets one. They are no part of the record and are not synced.

        Raises:
            InputFault: CP-1501 no such record.
        """
        self._writer.do(lambda db: self._shelf.remember(db, record, figures))
        return Changes(records=frozenset({record}))

    def describe_again(self, batch: int = 500, progress: Callable[[int], None] | None = None) -> int:
        """Make titles, list columns and search words of all records anew, after a program that describes them
        otherwise. Other work gets its turn between batches. Returns how many records there are."""
        done, last = 0, 0
        while True:
            count, last = self._writer.do(lambda db, after=last: self._describe_some(db, after, batch))  # type: ignore[misc]
            done += count
            if progress is not None:
                progress(done)
            if count < batch:
                return done

    def _describe_some(self, db: Connection, after: int, batch: int) -> tuple[int, int]:
        rows = db.execute(
            "SELECT number, id, updated_at FROM records WHERE number > ? ORDER BY number LIMIT ?", (after, batch)
        ).fetchall()
        for _, record, updated_at in rows:
            self._shelf.put(db, self._shelf.need(db, record), updated_at, terms_anew=True)
        return len(rows), rows[-1][0] if rows else after

    def _changing(
        self, record: str, work: Callable[[Connection, Shelved], Operation | None], *, deleted: bool = False
    ) -> Changes:
        def run(db: Connection) -> Changes:
            shelved = self._shelf.need(db, record)
            if DELETED_FIELD in shelved.visible and not deleted:
                raise InputFault("CP-1505", record=record)
            if work(db, shelved) is None:
                return Changes()
            return Changes(records=frozenset({record}), kinds=frozenset({RecordKind(shelved.head.kind)}))

        return self._writer.do(run)

    def change(
        self,
        db: Connection,
        shelved: Shelved,
        wanted: Mapping[str, str | None],
        *,
        actor: str,
        resolves: str | None = None,
        role: str = "edit",
        target: str | None = None,
        seen: Mapping[str, str | None] | None = None,
    ) -> Operation | None:
        """Lay changes on a record and log them, in the caller's transaction. None when nothing really changes."""
        before: Fields = shelved.visible
        # A mask stands for a number that this desk may not see. It comes back where a form works with it, where a step
        # is undone, where a site learns from a survey: nobody answered it, and what it stands for stays as it is.
        changes = {path: value or None for path, value in wanted.items() if not is_masked(value)}
        if resolves is None:  # a conflict is also settled by keeping what stands
            changes = {path: value for path, value in changes.items() if before.get(path) != value}
        if not changes:
            return None
        check_changes(changes)
        shelved.server = shelved.server_fields
        shelved.visible = lay(before, changes)
        head = RecordHead(
            shelved.head.record,
            shelved.head.kind,
            shelved.head.form,
            shelved.visible.get(FORM_VERSION_FIELD, shelved.head.version),
            shelved.head.stream,
            shelved.head.revision,
        )
        check_head(form=head.form, version=head.version, stream=head.stream, actor=actor)
        old = {path: before.get(path) for path in changes} | {
            path: was for path, was in (seen or {}).items() if path in changes
        }
        operation = self._log.append(db, head, changes, old, actor=actor, resolves=resolves, role=role, target=target)
        shelved.unsent += 1
        self._shelf.put(db, shelved, iso(self._clock.now()))
        return operation


def _head_in_log(db: Connection, record: str) -> RecordHead:
    """Of a record that left this desk with its township, from the operations that stayed."""
    row = db.execute(
        "SELECT content FROM operations WHERE record = ? ORDER BY number DESC LIMIT 1", (record,)
    ).fetchone()
    if row is None:
        raise InputFault("CP-1501", record=record)
    last = operation_of(row[0])
    return RecordHead(record, last.kind, last.form, last.version, last.stream, 0)


def _checked(changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """Changes of answers, as they may come from outside."""
    for path, value in changes.items():
        if path.startswith("@") or not is_path(path):
            raise InputFault("CP-1503", path=path[:60])
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{path}: values are texts or None, not {type(value).__name__}")
    return dict(changes)
