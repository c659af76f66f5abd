"""Bringing a server's database to the shape of this program, with Alembic (`versions/`).

`meta.schema_version` says which shape a database has, also to programs that know nothing of Alembic; its own table is
set from that before it runs.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, select, update
from sqlalchemy.schema import SchemaItem

from cpdesk.base.errors import IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder
from cpdesk.server import schema


def version_in(connection: Connection) -> int:
    """The version that a database says it has."""
    table = schema.meta
    return int(connection.execute(select(table.c.value).where(table.c.key == "schema_version")).scalar_one())


def partitions_in(connection: Connection) -> int:
    """Into how many parts a database cuts its growing tables; 0 where it does not."""
    table = schema.meta
    found = connection.execute(select(table.c.value).where(table.c.key == "partitions")).scalar_one_or_none()
    return int(found or 0)


def upgrade(connection: Connection) -> None:
    """Run the migrations that a database lacks, in the caller's transaction; nothing when it lacks none."""
    version = version_in(connection)
    if version >= schema.SCHEMA_VERSION:  # another process was quicker
        return
    config = Config()
    config.set_main_option("script_location", "cpdesk.server:migrations")
    config.attributes["connection"] = connection
    command.stamp(config, f"{version:04}", purge=True)
    command.upgrade(config, f"{schema.SCHEMA_VERSION:04}")
    table = schema.meta
    new = {"value": str(schema.SCHEMA_VERSION)}
    connection.execute(update(table).where(table.c.key == "schema_version").values(**new))


def create_growing(name: str, *items: SchemaItem) -> None:
    """Make a table that grows with the surveys, in a migration; it is cut into parts where the others are."""
    partitions = partitions_in(op.get_bind())
    if not partitions:
        op.create_table(name, *items)
        return
    op.create_table(name, *items, postgresql_partition_by="HASH (stream)")
    cut(op.get_bind(), name, partitions)


def cut(connection: Connection, name: str, partitions: int) -> None:
    """Make the parts of a PostgreSQL table that is partitioned by its stream."""
    for number in range(partitions):
        connection.exec_driver_sql(
            f"CREATE TABLE {name}_{number} PARTITION OF {name}"
            f" FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})"
        )


def copy_file(path: Path, copy: Path) -> None:
    """A sound copy of an SQLite database that may be in use; a copy of this name that is there stays.

    Raises:
        IntegrityFault: CP-3257. EnvironmentFault: CP-20xx.
    """
    if copy.exists():
        return
    part = copy.with_name(copy.name + ".part")
    with disk_faults(copy):
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")
                sound = target.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        except sqlite3.DatabaseError as error:
            raise IntegrityFault("CP-3257", path=str(path), reason=type(error).__name__) from None
        if not sound:
            raise IntegrityFault("CP-3257", path=str(path), reason="integrity_check")
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.rename(copy)
        flush_folder(copy.parent)
