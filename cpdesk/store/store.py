"""The store of one person on one desk: a folder with the encrypted database, the files beside it and its backups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Self

from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.errors import EnvironmentFault
from cpdesk.base.files import disk_faults
from cpdesk.base.ids import IdMaker
from cpdesk.model.records import Record
from cpdesk.store.backup import BLOBS_NAME, DATABASE_NAME, RESTORED_FACT, BackupInfo, make_backup
from cpdesk.store.batches import Batches
from cpdesk.store.blobs import Blobs
from cpdesk.store.conflicts import Conflicts
from cpdesk.store.driver import connect
from cpdesk.store.facts import get_fact, set_fact
from cpdesk.store.faults import database_faults
from cpdesk.store.form_versions import FormVersions
from cpdesk.store.lock import StoreLock
from cpdesk.store.migrate import migrate
from cpdesk.store.oplog import OperationLog
from cpdesk.store.records import Records
from cpdesk.store.replica import ENROLMENT_FACT, Replica
from cpdesk.store.sealing import seal
from cpdesk.store.shelf import Describe, Description, Shelf
from cpdesk.store.traffic import Traffic
from cpdesk.store.vault import RECOVERY_PURPOSE
from cpdesk.store.writer import Readers, Writer

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection
BACKUPS_NAME: Final = "backups"


def describe_by_id(record: Record) -> Description:
    """The description where nobody knows the forms: the id."""
    return Description(record.id)


class Store:
    """Composes the parts: `records`, `batches`, `conflicts`, `replica`, `traffic`, `blobs`, `forms`.

    Thread-safe. What a method has returned is on the disk. `close` it, or use it in a `with` block.

    Attributes:
        writer_class: who writes; a simulation that must repeat itself puts one without a thread.
    """

    writer_class: ClassVar[type[Writer]] = Writer

    def __init__(self, folder: Path, key: bytes, clock: Clock, new_id: Callable[[], str], describe: Describe) -> None:
        """Use `create` or `open`."""
        self.folder = folder
        self.database = folder / DATABASE_NAME
        self._key = key
        self._clock = clock
        self._lock = StoreLock(folder)
        try:
            self.migrated_copy = migrate(self.database, key, backups=folder / BACKUPS_NAME, now=clock.now())
            self._writer = self.writer_class(self.database, key)
        except BaseException:
            self._lock.release()
            raise
        self._readers = Readers(self.database, key)
        log = OperationLog(clock, new_id)
        try:
            self._writer.do(lambda db: _load_identity(db, log))
        except BaseException:
            self.close()
            raise
        shelf = Shelf(describe)
        self.blobs = Blobs(folder / BLOBS_NAME, key, self._writer, self._readers, clock)
        self.records = Records(self._writer, self._readers, shelf, log, clock=clock, new_id=new_id)
        self.batches = Batches(self._writer, self._readers, shelf, self.records, clock=clock, new_id=new_id)
        self.conflicts = Conflicts(self._writer, self._readers, shelf, self.records)
        self.forms = FormVersions(self._writer, self._readers, clock)
        self.replica = Replica(self._writer, self._readers, shelf, log, self.blobs, clock)
        self.traffic = Traffic(self._writer, self._readers)

    @classmethod
    def create(
        cls,
        folder: Path,
        key: bytes,
        clock: Clock | None = None,
        new_id: Callable[[], str] | None = None,
        describe: Describe = describe_by_id,
    ) -> Self:
        """A new, empty store in a folder, which is made.

        Args:
            key: 32 random bytes, see `store.vault`.

        Raises:
            EnvironmentFault: CP-2104 when there is a store already.
            EnvironmentFault: disk full and the like (CP-20xx); CP-2101 another window has it open.
        """
        if (folder / DATABASE_NAME).exists():
            raise EnvironmentFault("CP-2104", path=str(folder))
        with disk_faults(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return cls._made(folder, key, clock, new_id, describe)

    @classmethod
    def open(
        cls,
        folder: Path,
        key: bytes,
        clock: Clock | None = None,
        new_id: Callable[[], str] | None = None,
        describe: Describe = describe_by_id,
    ) -> Self:
        """The store in a folder, brought to the shape of this program.

        Raises:
            EnvironmentFault: CP-2103 no store there; CP-2101 another window of cpdesk has it open; CP-20xx the disk.
            IntegrityFault: CP-3101 damaged, or not of this key; CP-3103 written by a newer program. In both cases
                nothing of it was touched.
        """
        if not (folder / DATABASE_NAME).exists():
            raise EnvironmentFault("CP-2103", path=str(folder))
        return cls._made(folder, key, clock, new_id, describe)

    @classmethod
    def _made(
        cls, folder: Path, key: bytes, clock: Clock | None, new_id: Callable[[], str] | None, describe: Describe
    ) -> Self:
        clock = clock or SystemClock()
        return cls(folder, key, clock, new_id or IdMaker(clock).new, describe)

    def backup(self, folder: Path | None = None, *, keep: int | None = None) -> BackupInfo:
        """Make a verified backup in a folder (by default beside the database) while work goes on; the oldest above
        `keep` are dropped, None drops none. Raises as `backup.make_backup`."""
        with database_faults(self.database):
            connection = connect(self.database, self._key, read_only=True)
        try:
            backups = folder or self.folder / BACKUPS_NAME
            return make_backup(connection, self.folder, self._key, backups, self._clock.now(), keep)
        finally:
            connection.close()

    def key_sealed_for(self, public_key: bytes) -> bytes:
        """The key of this store, sealed for the district's recovery key."""
        return seal(self._key, public_key, RECOVERY_PURPOSE)

    def verify(self) -> list[str]:
        """Check every page and every file; what is wrong, in technical words. Empty = all is well."""
        problems = [f"page: {row[0]}" for row in self._readers.all("PRAGMA cipher_integrity_check")]
        if not problems:  # else the second check would read the same damage again
            problems = [f"database: {row[0]}" for row in self._readers.all("PRAGMA integrity_check") if row[0] != "ok"]
        return problems + [f"file: {sha256}" for sha256 in self.blobs.verify()]

    def close(self) -> None:
        """Finish what is queued and close. May be called twice."""
        self._readers.close()
        self._writer.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _load_identity(db: Connection, log: OperationLog) -> None:
    log.load(db)
    if get_fact(db, RESTORED_FACT) is not None:
        log.renew(db)
        set_fact(db, ENROLMENT_FACT, None)  # it was given to the old identity
        set_fact(db, RESTORED_FACT, None)
