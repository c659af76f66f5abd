"""Backups of a server: everything in one SQLite file, whatever the database is, with the photographs beside it.

The file has all tables, so a backup of PostgreSQL can be restored to SQLite and the other way round: that is also how
a district changes over. A backup counts only after it was read again; then the desks are told by `durable_through`.
A restored server begins a new epoch, so that every desk brings again what the backup did not hold.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, bindparam, delete, func, select, text, update

from cpdesk.base.clock import Clock
from cpdesk.base.errors import IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder
from cpdesk.server import access, schema
from cpdesk.server.access import iso
from cpdesk.server.admin import note_address
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database, create, exists, is_file, shown_address
from cpdesk.server.migrations import copy_file
from cpdesk.server.ordering import upsert
from cpdesk.server.tables import METADATA

FILE_NAME: Final = "server.db"
_ROWS: Final = 2000
_READ_BYTES: Final = 1024 * 1024
_PER_DATABASE: Final = frozenset({"partitions"})  # of `meta`: belongs to where the rows lie


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A backup that was read again, or a restore. `blobs_lost`: photographs that the database names and nobody has."""

    path: Path
    operations: int
    records: int
    devices: int
    blobs: int
    blobs_lost: int


def back_up(config: ServerConfig, to: Path) -> BackupInfo:
    """Copy database and photographs of a server, which may be running, into a new folder below `to`; photographs that
    earlier backups there hold are not copied again.

    Raises:
        IntegrityFault: CP-3259 the copy is not what was copied; nothing is told to the desks.
        EnvironmentFault: CP-20xx the disk; CP-2254 the database.
    """
    moment = config.clock.now()
    folder = _free(to, f"server-{moment:%Y%m%dT%H%M%S}Z")
    part = folder.with_name(folder.name + ".part")
    with closing(Database.open(config.url)) as database:
        with disk_faults(to):
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True, mode=0o700)
        copy = part / FILE_NAME
        if is_file(config.url):
            copy_file(Path(str(database.engine.url.database)), copy)
        else:
            _copy_rows_out(database, copy)
        with closing(Database.open(f"sqlite:///{copy}")) as copied, copied.reading() as connection:
            _verify(connection, copy, copy)
            lost = _copy_blobs(_blob_names(connection), config.blobs, to / "blobs")
            info = _info(connection, folder, lost)
            heads = {row.device: row.head_seq for row in connection.execute(select(schema.devices))}
        with disk_faults(folder):
            part.rename(folder)
            flush_folder(to)
        _tell(database, heads, config.clock, info)
    return info


def _free(to: Path, name: str) -> Path:
    """A folder of this name that is not there yet; of the second one of a second the name ends in -2."""
    names = (name if number == 1 else f"{name}-{number}" for number in itertools.count(1))
    return next(to / each for each in names if not (to / each).exists())


def restore(config: ServerConfig, backup: Path) -> BackupInfo:
    """Make a server of a backup folder, in a folder and database that hold none yet, under a new epoch.

    Raises:
        IntegrityFault: CP-3255 there is a database already; CP-3251, CP-3259 it is not a sound backup.
        EnvironmentFault: CP-20xx the disk; CP-2254 the database.
    """
    source = backup / FILE_NAME
    if exists(config.url):
        raise IntegrityFault("CP-3255", path=shown_address(config.url))
    with disk_faults(config.folder):
        (config.blobs / "parts").mkdir(parents=True, exist_ok=True)
    now = iso(config.clock.now())
    with (
        _working_copy(source, config.folder) as copy,
        closing(Database.open(f"sqlite:///{copy}")) as saved,
        saved.reading() as old,
    ):
        _verify(old, copy, source)
        lost = _copy_blobs(_blob_names(old), backup.parent / "blobs", config.blobs)
        create(config.url, config.partitions, lambda new: _fill(old, new, lost, now, backup.name))
        info = _info(old, config.folder, lost)
    note_address(config)
    return info


def _fill(old: Connection, new: Connection, lost: list[str], now: str, name: str) -> None:
    _copy_rows(old, new)
    facts = {"epoch": uuid.uuid4().hex, schema.SET_BACK: now}
    upsert(new, schema.meta, [{"key": key, "value": value} for key, value in facts.items()])
    new.execute(delete(schema.uploads))  # their parts are not in a backup
    for sha256 in lost:
        new.execute(delete(schema.blobs).where(schema.blobs.c.sha256 == sha256))
    access.note(new, now, "restored", "", name)


@contextmanager
def _working_copy(source: Path, folder: Path) -> Iterator[Path]:
    """A copy to read from: one of an older version is brought up before, and the backup stays as it is."""
    if not source.is_file():
        raise IntegrityFault("CP-3251", path=str(source))
    copy = folder / "restoring.db"
    try:
        with disk_faults(copy):
            copy.unlink(missing_ok=True)
        copy_file(source, copy)
        yield copy
    finally:
        for left in folder.glob("restoring.db*"):
            left.unlink(missing_ok=True)


def _copy_rows_out(database: Database, copy: Path) -> None:
    """A PostgreSQL database at one moment, as an SQLite file."""
    with database.reading() as old:
        create(f"sqlite:///{copy}", 0, lambda new: _copy_rows(old, new))
    with disk_faults(copy), copy.open("rb+") as stream:
        os.fsync(stream.fileno())


def _copy_rows(old: Connection, new: Connection) -> None:
    for table in METADATA.sorted_tables:
        if table is schema.meta:
            rows = [row._asdict() for row in old.execute(select(table)) if row.key not in _PER_DATABASE]
            upsert(new, table, rows)
            continue
        streamed = old.execute(select(table).execution_options(yield_per=_ROWS))
        for part in streamed.partitions(_ROWS):
            new.execute(table.insert(), [row._asdict() for row in part])
        if new.dialect.name == "postgresql" and table is schema.audit:  # or else the next line takes a number again
            new.execute(text("SELECT setval(pg_get_serial_sequence('audit', 'id'), coalesce(max(id), 1)) FROM audit"))


def _verify(connection: Connection, copy: Path, named: Path) -> None:
    """That the file is whole, and every township's order has no gap."""
    with closing(sqlite3.connect(copy)) as raw:
        if raw.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise IntegrityFault("CP-3259", path=str(named), reason="integrity_check")
    table, streams = schema.operations, schema.streams
    asked = (
        select(streams.c.stream, streams.c.revision, func.count(table.c.revision), func.max(table.c.revision))
        .join_from(streams, table, table.c.stream == streams.c.stream, isouter=True)
        .group_by(streams.c.stream, streams.c.revision)
    )
    for stream, revision, count, last in connection.execute(asked):
        if not revision == count == (last or 0):
            raise IntegrityFault("CP-3259", path=str(named), reason=f"{stream}: {revision}, {count}, {last}")


def _blob_names(connection: Connection) -> list[str]:
    table = schema.blobs
    return list(connection.execute(select(table.c.sha256).order_by(table.c.sha256)).scalars())


def _copy_blobs(names: list[str], source: Path, target: Path) -> list[str]:
    """Copy what is not there yet, each checked against its name; those that are missing or spoiled are returned."""
    return [name for name in names if not _copy_blob(name, source / name[:2] / name, target / name[:2] / name)]


def _copy_blob(name: str, source: Path, target: Path) -> bool:
    with disk_faults(target):
        if target.is_file() and _hash_of(target) == name:
            return True
        if not source.is_file():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{name}.part")
        with source.open("rb") as reading, part.open("wb") as writing:
            shutil.copyfileobj(reading, writing, _READ_BYTES)
            writing.flush()
            os.fsync(writing.fileno())
        if _hash_of(part) != name:
            part.unlink()
            return False
        part.rename(target)
        flush_folder(target.parent)
    return True


def _hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _info(connection: Connection, folder: Path, lost: list[str]) -> BackupInfo:
    def count(table: Table) -> int:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    of = schema
    return BackupInfo(folder, count(of.operations), count(of.records), count(of.devices), count(of.blobs), len(lost))


def _tell(database: Database, heads: dict[str, int], clock: Clock, info: BackupInfo) -> None:
    """Note for each desk how far the backup goes; it may be an older one than the last that was made."""
    table = schema.devices
    higher = update(table).where(table.c.device == bindparam("of"), table.c.durable_seq < bindparam("through"))
    with database.writing() as connection:
        if heads:
            rows = [{"of": device, "through": head} for device, head in sorted(heads.items())]
            connection.execute(higher.values(durable_seq=bindparam("through")), rows)
        access.note(connection, iso(clock.now()), "backed_up", "", f"{info.operations} operations, {info.blobs} blobs")
