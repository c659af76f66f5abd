"""Changes of many records that belong together: a migration to a new form version, a bulk edit, an import of answers.

Each record gets an ordinary operation, so history, merging and sync know nothing of batches. The batch remembers which
operations it made, on this desk only, and can take them back together. Records are changed in portions, each a
transaction of its own, so that other work gets its turn; a batch that was interrupted holds what it had done by then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self, TypeVar

from cpdesk.base.clock import Clock
from cpdesk.base.errors import InputFault
from cpdesk.model.oplog import Operation
from cpdesk.model.paths import is_item, portions
from cpdesk.model.records import DELETED_FIELD, FORM_VERSION_FIELD, Changes, RecordKind
from cpdesk.store.oplog import iso, operation_of
from cpdesk.store.records import Records
from cpdesk.store.shelf import Shelf, Shelved
from cpdesk.store.writer import Readers, Writer

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection

T = TypeVar("T")
PORTION: Final = 200
Step = Callable[[int], bool]
"""Told how many records are done; answers whether to go on."""


@dataclass(frozen=True, slots=True)
class BatchChange:
    """What one record gets.

    Attributes:
        values: path → value; None removes the entry.
        seen: what the entries of `values` were when the change was planned; a record where one of them is another now
            is left alone, so that nothing that came in between is overwritten.
        version: the form version the record is of from now on, None = as it is.
    """

    record: str
    values: Mapping[str, str | None]
    seen: Mapping[str, str | None]
    version: str | None = None

    @classmethod
    def between(
        cls, record: str, before: Mapping[str, str], after: Mapping[str, str], version: str | None = None
    ) -> Self:
        """What brings a record's entries from `before` to `after`."""
        paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
        return cls(
            record, {path: after.get(path) for path in paths}, {path: before.get(path) for path in paths}, version
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch. `records` is how many it changed; `reverted_at` is None as long as it stands."""

    id: str
    kind: str
    title: str
    actor: str
    at: str
    reverted_at: str | None
    records: int


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch, or taking it back, did: ids of the records.

    Attributes:
        changed: changed as wanted.
        left: left alone wholly or in part, because somebody changed or deleted them since.
        stopped: `step` asked to stop before the end.
    """

    batch: str
    changed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
    record: str
    wholly: bool
    made: Sequence[Operation]


class Batches:
    """The batches of a desk. Thread-safe; what a method has returned is on the disk."""

    def __init__(
        self,
        writer: Writer,
        readers: Readers,
        shelf: Shelf,
        records: Records,
        *,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._writer = writer
        self._readers = readers
        self._shelf = shelf
        self._records = records
        self._clock = clock
        self._new_id = new_id

    def apply(
        self,
        kind: str,
        title: str,
        changes: Sequence[BatchChange],
        actor: str,
        step: Step = lambda done: True,
    ) -> tuple[BatchResult, Changes]:
        """Change records as one batch.

        Raises:
            InputFault: CP-1501, CP-1503, CP-158x as `Records.save`; portions before stand, and can be taken back.
        """
        batch = self._new_id()
        self._writer.do(
            lambda db: db.execute(
                "INSERT INTO batches (id, kind, title, actor, at) VALUES (?, ?, ?, ?, ?)",
                (batch, kind, title, actor, iso(self._clock.now())),
            )
        )

        def one(db: Connection, change: BatchChange) -> _Outcome:
            shelved = self._shelf.need(db, change.record)
            standing = DELETED_FIELD not in shelved.visible
            if not standing or any(shelved.visible.get(path) != value for path, value in change.seen.items()):
                return _Outcome(change.record, False, [])
            wanted = dict(change.values)
            if change.version is not None:
                wanted[FORM_VERSION_FIELD] = change.version
            return _Outcome(change.record, True, self._change(db, shelved, wanted, actor, None))

        return self._portions(batch, changes, one, step)

    def revert(self, batch: str, actor: str, step: Step = lambda done: True) -> tuple[BatchResult, Changes]:
        """Set every entry that a batch changed back to what it was, unless somebody has changed it since.

        Raises:
            InputFault: CP-1585 no such batch, or it was taken back already.
        """
        known = self._readers.one("SELECT number, reverted_at FROM batches WHERE id = ?", (batch,))
        if known is None or known[1] is not None:
            raise InputFault("CP-1585", batch=batch)
        operations = [
            operation_of(content)
            for content in self._readers.column(
                "SELECT content FROM batch_operations JOIN operations USING (op_id) WHERE batch = ?"
                " ORDER BY operations.number DESC",
                (known[0],),
            )
        ]

        def one(db: Connection, operation: Operation) -> _Outcome:
            shelved = self._shelf.need(db, operation.record)
            inverse = {
                path: operation.old[path] for path, value in operation.set.items() if shelved.visible.get(path) == value
            }
            undoing = self._change(db, shelved, inverse, actor, operation.op_id)
            return _Outcome(operation.record, len(inverse) == len(operation.set), undoing)

        result, changes = self._portions(batch, operations, one, step, remember=False)
        if not result.stopped:
            now = iso(self._clock.now())
            self._writer.do(lambda db: db.execute("UPDATE batches SET reverted_at = ? WHERE id = ?", (now, batch)))
        return result, changes

    def newest(self, limit: int = 50) -> list[Batch]:
        """The newest batches that changed anything, newest first."""
        rows = self._readers.all(
            "SELECT id, kind, title, actor, at, reverted_at,"
            " (SELECT count(DISTINCT record) FROM batch_operations WHERE batch = batches.number) AS records"
            " FROM batches WHERE records > 0 ORDER BY number DESC LIMIT ?",
            (limit,),
        )
        return [Batch(*row) for row in rows]

    def _change(
        self, db: Connection, shelved: Shelved, wanted: Mapping[str, str | None], actor: str, target: str | None
    ) -> list[Operation]:
        """One operation, or several where one may not hold so much; items of repeats come before what lies in them."""
        made: list[Operation] = []
        paths = sorted(wanted, key=lambda path: (not is_item(path), path))
        for part in portions({path: wanted[path] for path in paths}):
            operation = self._records.change(db, shelved, part, actor=actor, target=target)
            if operation is not None:
                made.append(operation)
        return made

    def _portions(
        self,
        batch: str,
        work: Sequence[T],
        one: Callable[[Connection, T], _Outcome],
        step: Step,
        *,
        remember: bool = True,
    ) -> tuple[BatchResult, Changes]:
        changed: dict[str, None] = {}
        left: dict[str, None] = {}
        done = 0
        for portion in _portioned(work):
            if not step(done):
                return BatchResult(batch, tuple(changed), tuple(left), stopped=True), _changes(changed)

            def transact(db: Connection, portion: Sequence[T] = portion) -> list[_Outcome]:
                outcomes = [one(db, item) for item in portion]
                if remember:
                    db.executemany(
                        "INSERT INTO batch_operations (batch, op_id, record)"
                        " SELECT number, ?, ? FROM batches WHERE id = ?",
                        [(made.op_id, outcome.record, batch) for outcome in outcomes for made in outcome.made],
                    )
                return outcomes

            for outcome in self._writer.do(transact):
                if outcome.made:
                    changed[outcome.record] = None
                if not outcome.wholly:
                    left[outcome.record] = None
            done += len(portion)
        step(done)
        return BatchResult(batch, tuple(changed), tuple(left)), _changes(changed)


def _portioned(work: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(work), PORTION):
        yield work[start : start + PORTION]


def _changes(records: Collection[str]) -> Changes:
    return Changes(records=frozenset(records), kinds=frozenset({RecordKind.SURVEY})) if records else Changes()
