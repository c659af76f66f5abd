"""Bringing a database to the shape of this program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cpdesk.base.errors import IntegrityFault
from cpdesk.base.files import disk_faults
from cpdesk.store.driver import connect, copy_database, database, driver_errors
from cpdesk.store.faults import database_faults
from cpdesk.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database

    Migration = Callable[[Database], None]


def migrate(
    path: Path, key: bytes, *, backups: Path, now: datetime, migrations: Sequence[Migration] = MIGRATIONS
) -> Path | None:
    """Run the migrations a database lacks, each in one transaction, after a copy of the database was put in `backups`.

    Returns:
        The copy, or None when nothing had to be done or the database is new.

    Raises:
        IntegrityFault: CP-3101 the file cannot be read with this key; CP-3103 a newer program wrote it. In both cases
            no byte of it was touched.
        EnvironmentFault: as `faults.fault_of_database` says; the database stays as it was.
    """
    version = version_of(path, key)
    if version > len(migrations):
        raise IntegrityFault("CP-3103", path=str(path), found=version, known=len(migrations))
    if version == len(migrations):
        return None
    copy = None
    with database_faults(path), disk_faults(backups):
        connection = connect(path, key)
        try:
            if version:
                copy = backups / f"before-{version + 1:04}-{now:%Y%m%dT%H%M%S}.db"
                copy_database(connection, key, copy)
            db = database(connection)
            for number, up in enumerate(migrations[version:], version + 1):
                with db.atomic():
                    up(db)
                    db.execute(f"PRAGMA user_version = {number}")
            # The version must stand in the file itself: `version_of` reads it without the write-ahead log.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
    return copy


def version_of(path: Path, key: bytes) -> int:
    """The version of a database, 0 when there is none yet, read without touching it.

    Raises:
        IntegrityFault: CP-3101 when the file is damaged or of another key.
    """
    if not path.exists() or path.stat().st_size == 0:
        return 0
    log = path.with_name(path.name + "-wal")
    unfinished = log.exists() and log.stat().st_size > 0  # a crash left commits in the log: they count
    try:
        connection = connect(path, key, read_only=unfinished, immutable=not unfinished)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        finally:
            connection.close()
    except driver_errors() as error:
        raise IntegrityFault("CP-3101", path=str(path), reason=str(error)) from error
    return version
