"""Backups: a folder with a copy of the database, the files it speaks of, the vault and a list of what must be in it.

A backup is as encrypted as the store and opens with the same PIN or recovery code on the computer it was made on, and
with the recovery code anywhere. It is verified by reading it back before it counts as one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import CpdeskError, EnvironmentFault, IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder, write_atomically
from cpdesk.store.blobs import is_whole
from cpdesk.store.driver import connect, copy_database, driver_errors
from cpdesk.store.facts import set_fact
from cpdesk.store.faults import database_faults
from cpdesk.store.oplog import iso

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection

DATABASE_NAME: Final = "cpdesk.db"
BLOBS_NAME: Final = "blobs"
VAULT_NAME: Final = "vault.json"
LIST_NAME: Final = "backup.json"
RESTORED_FACT: Final = "restored"
"""Set in a restored database; the store then takes a new device identity when it is opened."""
_PREFIX: Final = "backup-"
_ONE_AT_A_TIME: Final = Lock()
_PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """What a backup holds.

    Attributes:
        made_at: ISO 8601 in UTC.
        database_sha256: of the encrypted copy.
        files: encrypted files beside it; `lost` those the database speaks of that were gone or damaged when the backup
            was made: the rest is backed up nevertheless.
        head: content hash of the newest operation, empty when there is none or an older program made the backup.
    """

    path: Path
    made_at: str
    records: int
    operations: int
    files: int
    lost: int
    database_sha256: str
    head: str = ""


def make_backup(
    connection: Connection, store: Path, key: bytes, folder: Path, now: datetime, keep: int | None = None
) -> BackupInfo:
    """Copy a store that is open into a new folder under `folder`, verify the copy against what the store held at that
    moment, then drop the oldest.

    Args:
        connection: any connection to the database; others may go on writing, the copy is of one moment.
        keep: how many stay; None drops none.

    Raises:
        EnvironmentFault: CP-20xx when the disk refuses; nothing half-made stays under a backup's name.
        IntegrityFault: CP-3106 when the copy does not verify.
    """
    target = folder / f"{_PREFIX}{now:%Y%m%dT%H%M%S}-{now.microsecond:06}"
    part = target.with_name(target.name + _PART)
    with _ONE_AT_A_TIME, disk_faults(part):
        for left in folder.glob(f"{_PREFIX}*{_PART}"):  # a kill left them
            shutil.rmtree(left, ignore_errors=True)
        part.mkdir(parents=True)
        with database_faults(part):
            connection.execute("BEGIN")  # from here to COMMIT this connection sees one moment
            standing = _contents(connection)
            copy_database(connection, key, part / DATABASE_NAME)
            connection.execute("COMMIT")
        for source in _files_of(store / BLOBS_NAME):
            _share(source, part / BLOBS_NAME / source.parent.name / source.name)
        if (store / VAULT_NAME).exists():
            shutil.copy2(store / VAULT_NAME, part / VAULT_NAME)
        info = _look(part, key, iso(now))
        if (info.records, info.operations, info.head) != standing:
            raise IntegrityFault("CP-3106", path=str(part), reason="records, operations, head")
        facts = {name: value for name, value in asdict(info).items() if name != "path"}
        write_atomically(part / LIST_NAME, json.dumps(facts, indent=2).encode("ascii"))
        verify_backup(part, key)
        _flush_files(part)
        part.rename(target)
        flush_folder(folder)
        if keep is not None:
            drop_backups(backups_in(folder)[: -max(1, keep)])
    return BackupInfo(target, *list(asdict(info).values())[1:])


def drop_backups(backups: Sequence[Path]) -> None:
    """Delete backups; one that cannot be deleted stays for the next time."""
    for old in backups:
        (old / LIST_NAME).unlink(missing_ok=True)  # first: what is half deleted is no backup
        shutil.rmtree(old, ignore_errors=True)


def backups_in(folder: Path) -> list[Path]:
    """Finished backups, oldest first."""
    return sorted(path for path in folder.glob(_PREFIX + "*") if path.suffix != _PART and (path / LIST_NAME).exists())


def verify_backup(path: Path, key: bytes) -> BackupInfo:
    """Read a backup back: hash, every page, SQLite's own check, counts, every file.

    Raises:
        IntegrityFault: CP-3106 with what does not hold.
    """
    try:
        listed = BackupInfo(path, **json.loads((path / LIST_NAME).read_bytes()))
        found = _look(path, key, listed.made_at)
    except (OSError, ValueError, TypeError, driver_errors(), CpdeskError) as error:
        reason = error.code if isinstance(error, CpdeskError) else str(error)
        raise IntegrityFault("CP-3106", path=str(path), reason=reason) from error
    for name, value in asdict(listed).items():
        if asdict(found)[name] != value and (name != "head" or value):
            raise IntegrityFault("CP-3106", path=str(path), reason=f"{name}: {asdict(found)[name]} ≠ {value}")
    return listed


def restore_backup(path: Path, key: bytes, folder: Path) -> BackupInfo:
    """Put a verified backup into an empty or new folder, ready to be opened.

    The restored store takes a new device identity: the old one may have numbered operations after the backup was made.
    It has to be enrolled again before it syncs; what it had not sent is sent then.

    Raises:
        EnvironmentFault: CP-2106 the folder is not empty; CP-20xx the disk.
        IntegrityFault: CP-3106 the backup does not verify.
    """
    info = verify_backup(path, key)
    with disk_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise EnvironmentFault("CP-2106", path=str(folder))
        for source in _files_of(path / BLOBS_NAME):
            target = folder / BLOBS_NAME / source.parent.name / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
        if (path / VAULT_NAME).exists():
            shutil.copy2(path / VAULT_NAME, folder / VAULT_NAME)
        arriving = folder / (DATABASE_NAME + _PART)
        shutil.copy2(path / DATABASE_NAME, arriving)
        _mark_restored(arriving, key)
        arriving.rename(folder / DATABASE_NAME)  # last: without it the folder is no store yet
        flush_folder(folder)
    return info


def set_aside(folder: Path, now: datetime) -> Path:
    """Move a store that cannot be opened out of the way, whole, so that a backup can be restored in its place.

    Returns:
        Where it lies now: beside the folder, with `damaged` and the time in its name.
    """
    target = folder.with_name(f"{folder.name}-damaged-{now:%Y%m%dT%H%M%S}")
    with disk_faults(folder):
        folder.rename(target)
        flush_folder(folder.parent)
    return target


def _mark_restored(database_path: Path, key: bytes) -> None:
    with database_faults(database_path):
        connection = connect(database_path, key)
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            set_fact(connection, RESTORED_FACT, "1")
        finally:
            connection.close()


def _look(path: Path, key: bytes, made_at: str) -> BackupInfo:
    database_path = path / DATABASE_NAME
    connection = connect(database_path, key, immutable=True)
    try:
        problems = [row[0] for row in connection.execute("PRAGMA cipher_integrity_check")]
        problems += [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        if problems:
            raise ValueError(problems[0])
        records, operations, head = _contents(connection)
        here = [row[0] for row in connection.execute("SELECT sha256 FROM blobs WHERE here = 1")]
    finally:
        connection.close()
    whole = [sha256 for sha256 in here if is_whole(path / BLOBS_NAME / sha256[:2] / sha256, key)]
    with database_path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return BackupInfo(path, made_at, records, operations, len(whole), len(here) - len(whole), digest, head)


def _contents(connection: Connection) -> tuple[int, int, str]:
    """Records, operations, and the content hash of the newest operation: what a copy is held against."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM operations),"
        " (SELECT content_hash FROM operations ORDER BY number DESC LIMIT 1)"
    ).fetchone()
    return row[0], row[1], row[2] or ""


def _flush_files(folder: Path) -> None:
    """Make what was copied survive a power cut, before the folder gets its name. Windows takes no read-only handle."""
    if os.name == "nt":
        return
    for path in folder.rglob("*"):
        flush_folder(path)


def _files_of(folder: Path) -> Iterator[Path]:
    """Encrypted files that are whole: named by 64 hex digits in a folder named by the first two."""
    if not folder.is_dir():
        return
    for shelf in sorted(folder.iterdir()):
        if shelf.is_dir():
            yield from (path for path in sorted(shelf.iterdir()) if len(path.name) == 64)


def _share(source: Path, target: Path) -> None:
    """A second name for a file that never changes; a copy where the disk knows no second names or is another one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
