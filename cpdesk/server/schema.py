"""The server's tables, in SQLAlchemy Core: SQLite here, and written so that PostgreSQL takes the same.

Every table that grows carries its stream (township), so that it can be partitioned by it. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.exc import DatabaseError

from cpdesk.base.errors import IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder

SCHEMA_VERSION: Final = 2
APPLICATION_ID: Final = 0x63706473  # "cpds", so that another program's file is not taken for ours

metadata = MetaData()

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

streams = Table(
    "streams",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device", Text, primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("streams", Text, nullable=False),  # codes separated by spaces
    Column("status", Text, nullable=False),  # active, revoked
    Column("flag", Text, nullable=False),  # empty, or chain_fork: two computers write under this id
    Column("head_seq", BigInteger, nullable=False),
    Column("head_hash", Text, nullable=False),
    Column("enrolled_at", Text, nullable=False),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("streams", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_by", Text),
)

records = Table(
    "records",
    metadata,
    Column("record", Text, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("form", Text, nullable=False),
)

operations = Table(
    "operations",
    metadata,
    Column("device", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", Text, primary_key=True),  # a fork gives one number two contents, and both are kept
    Column("op_id", Text, nullable=False, index=True),
    Column("stream", Text, nullable=False),
    Column("revision", BigInteger),  # null: kept, but refused for this stream and in nobody's order
    Column("record", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("entry", LargeBinary, nullable=False),  # canonical JSON as pulls serve it
    Column("received_at", Text, nullable=False),
    UniqueConstraint("stream", "revision"),
    Index("operations_of_record", "record", "revision"),
)

field_states = Table(
    "field_states",
    metadata,
    Column("record", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("value", Text),
    Column("revision", BigInteger, nullable=False),
    Column("op_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("device", Text, nullable=False),  # empty: nobody's own, see sync/merge.py
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("record", Text, nullable=False, index=True),
    Column("device", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # canonical JSON of the conflict
    Column("settled_by", Text),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Text, nullable=False),
)

blob_owners = Table(
    "blob_owners",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("device", Text, primary_key=True),
)

blob_references = Table(
    "blob_references",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
)

uploads = Table(
    "uploads",
    metadata,
    Column("device", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("length", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("updated_at", Text, nullable=False),
)

forms = Table(
    "forms",
    metadata,
    Column("form", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("published_at", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("detail", Text, nullable=False),
)


class Database:
    """The server's store. Writes go one after another; reads see one moment each."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._one_writer = Lock()  # in order of arrival, instead of SQLite's polling
        with self.reading() as connection:
            facts = {row.key: row.value for row in connection.execute(select(meta))}
        self.epoch = facts["epoch"]
        self.secret = bytes.fromhex(facts["secret"])

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its first statement on."""
        with self._one_writer, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(cpdesk_reading=True) as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def create(path: Path) -> None:
    """Make a new, empty database. It gets its name once it is whole: what an interruption leaves is made anew.

    Raises:
        IntegrityFault: CP-3255 when there is one already.
        EnvironmentFault: disk full, no right and the like (CP-20xx).
    """
    if path.exists():
        raise IntegrityFault("CP-3255", path=str(path))
    part = path.with_name(path.name + ".part")
    with disk_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        _fill(part)
        part.rename(path)
        flush_folder(path.parent)


def _fill(path: Path) -> None:
    engine = _engine(path)
    facts = {"schema_version": str(SCHEMA_VERSION), "epoch": uuid.uuid4().hex, "secret": secrets.token_hex(32)}
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
            connection.execute(meta.insert(), [{"key": key, "value": value} for key, value in facts.items()])
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    finally:
        engine.dispose()  # closing the last connection folds the write-ahead log into the file


def open_database(path: Path) -> Database:
    """Open an existing database.

    Raises:
        IntegrityFault: CP-3251 not one of ours; CP-3250 made by another version, and left untouched.
    """
    if not path.is_file():
        raise IntegrityFault("CP-3251", path=str(path))
    engine = _engine(path)
    try:
        with engine.connect().execution_options(cpdesk_reading=True) as connection:
            if not inspect(connection).has_table("meta"):
                raise IntegrityFault("CP-3251", path=str(path))
            found = connection.execute(select(meta.c.value).where(meta.c.key == "schema_version")).scalar_one()
    except DatabaseError:
        engine.dispose()
        raise IntegrityFault("CP-3251", path=str(path)) from None
    except IntegrityFault:
        engine.dispose()
        raise
    if found != str(SCHEMA_VERSION):
        engine.dispose()
        raise IntegrityFault("CP-3250", path=str(path), found=found, expected=SCHEMA_VERSION)
    return Database(engine)


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=8,
        max_overflow=0,
        pool_timeout=30,
        hide_parameters=True,  # parameters are people's answers and do not belong into error texts
        connect_args={"timeout": 30, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("cpdesk_reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
