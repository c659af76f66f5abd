"""The server's store: one SQLite file, or one PostgreSQL database that several processes share.

`writing` is one transaction. On SQLite writers go one after another; on PostgreSQL those of different townships go side
by side, and what belongs together is locked by rows: a device, then its streams (see ordering.py).
"""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from cpdesk.base.errors import EnvironmentFault, InputFault, IntegrityFault
from cpdesk.base.files import disk_faults, flush_folder
from cpdesk.server import schema
from cpdesk.server.tables import GROWING, METADATA

APPLICATION_ID: Final = 0x63706473  # "cpds", so that another program's file is not taken for ours
PARTITIONS: Final = 16
_POOL: Final = 8
_LOCKS: Final = 0x63706473  # our own numbers among a PostgreSQL database's advisory locks
_SETUP_LOCK: Final = 0
_POSTGRES_SETTINGS: Final = "-c lock_timeout=30s -c idle_in_transaction_session_timeout=120s -c timezone=UTC"


class Database:
    """An opened database. Reads see one moment each."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_shared = engine.dialect.name == "postgresql"
        self._one_writer = nullcontext() if self.is_shared else Lock()  # in order of arrival, not by SQLite's polling
        with self.reading() as connection:
            facts = {row.key: row.value for row in connection.execute(select(schema.meta))}
        self.epoch = facts["epoch"]
        self.secret = bytes.fromhex(facts["secret"])

    @classmethod
    def open(cls, url: str) -> Self:
        """Open an existing database (`sqlite:///…` or `postgresql://…`). One of an older version is brought up to this
        one in one transaction, an SQLite file after a copy of it was put beside it.

        Raises:
            IntegrityFault: CP-3251 not one of ours; CP-3250 of a version that this program cannot use, left untouched.
            EnvironmentFault: CP-2254 PostgreSQL cannot be reached; CP-20xx the disk.
            InputFault: CP-1689 another kind of address.
        """
        address = _address(url)
        shown = shown_address(url)
        if address.database and address.get_backend_name() == "sqlite" and not Path(address.database).is_file():
            raise IntegrityFault("CP-3251", path=shown)
        engine = _engine(address)
        try:
            found = _version_of(engine, shown)
            if not schema.OLDEST_VERSION <= found <= schema.SCHEMA_VERSION:
                raise IntegrityFault("CP-3250", path=shown, found=found, expected=schema.SCHEMA_VERSION)
            if found < schema.SCHEMA_VERSION:
                _bring_up(engine, address, found)
            return cls(engine)
        except BaseException:
            engine.dispose()
            raise

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction; on SQLite it holds the write lock from its first statement on."""
        with self._one_writer, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        options: dict[str, Any] = {"cpdesk_reading": True}
        if self.is_shared:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def shown_address(url: str) -> str:
    """An address as it may be shown and logged: the path of an SQLite file, or an address without its password."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return str(address.database)
    return address.set(drivername="postgresql", password=None, query={}).render_as_string()


def is_file(url: str) -> bool:
    """Whether it is the address of an SQLite file."""
    return _address(url).get_backend_name() == "sqlite"


def exists(url: str) -> bool:
    """Whether there is a database of ours, or for SQLite a file of any kind.

    Raises:
        EnvironmentFault: CP-2254. InputFault: CP-1689.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return Path(str(address.database)).exists()
    engine = _engine(address)
    try:
        with engine.connect() as connection:
            return inspect(connection).has_table("meta")
    except OperationalError as error:
        raise _unreachable(url, error) from None
    finally:
        engine.dispose()


def create(url: str, partitions: int = PARTITIONS, fill: Callable[[Connection], None] = lambda new: None) -> None:
    """Make the tables in a new file, or in a PostgreSQL database that has none of ours. What an interruption leaves is
    made anew.

    Args:
        partitions: PostgreSQL cuts the growing tables into so many by township; 0 leaves them whole (for Citus).
        fill: puts in more, in the same transaction.

    Raises:
        IntegrityFault: CP-3255 when there is one already.
        EnvironmentFault: CP-2254; disk full, no right and the like (CP-20xx).
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        _create_file(Path(str(address.database)), fill)
        return
    engine = _engine(address)
    try:
        with engine.begin() as connection:
            lock(connection, [_SETUP_LOCK])
            if inspect(connection).has_table("meta"):
                raise IntegrityFault("CP-3255", path=shown_address(url))
            _create_partitioned(connection, partitions)
            _fill(connection, partitions)
            fill(connection)
    except OperationalError as error:
        raise _unreachable(url, error) from None
    finally:
        engine.dispose()


def lock(connection: Connection, numbers: list[int]) -> None:
    """Hold locks of our own until the transaction ends, taken in order. Only PostgreSQL needs them: on SQLite whoever
    writes is alone."""
    if connection.dialect.name == "postgresql":
        taken = text("SELECT pg_advisory_xact_lock(:ours, n) FROM (SELECT unnest(:numbers) AS n ORDER BY 1) AS sorted")
        connection.execute(taken, {"ours": _LOCKS, "numbers": sorted(set(numbers))})


def _create_file(path: Path, fill: Callable[[Connection], None]) -> None:
    if path.exists():
        raise IntegrityFault("CP-3255", path=str(path))
    part = path.with_name(path.name + ".part")
    with disk_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        engine = _engine(make_url(f"sqlite:///{part}"))
        try:
            with engine.begin() as connection:
                METADATA.create_all(connection)
                _fill(connection, 0)
                fill(connection)
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        finally:
            engine.dispose()  # closing the last connection folds the write-ahead log into the file
        part.rename(path)
        flush_folder(path.parent)


def _create_partitioned(connection: Connection, partitions: int) -> None:
    from cpdesk.server.migrations import cut

    made = MetaData()
    for table in METADATA.sorted_tables:
        copy = table.to_metadata(made)
        if partitions and table in GROWING:
            copy.dialect_options["postgresql"]["partition_by"] = "HASH (stream)"
    made.create_all(connection)
    for table in GROWING if partitions else ():
        cut(connection, table.name, partitions)


def _bring_up(engine: Engine, address: URL, found: int) -> None:
    from cpdesk.server import migrations  # Alembic takes a while to load, and is seldom needed

    with engine.begin() as connection:
        lock(connection, [_SETUP_LOCK])
        if address.get_backend_name() == "sqlite":
            path = Path(str(address.database))
            # Within the transaction: nobody writes between the copy and the change.
            migrations.copy_file(path, path.with_name(f"{path.name}.version-{found}"))
        migrations.upgrade(connection)


def _fill(connection: Connection, partitions: int) -> None:
    facts = {
        "schema_version": str(schema.SCHEMA_VERSION),
        "epoch": uuid.uuid4().hex,
        "secret": secrets.token_hex(32),
        "partitions": str(partitions),
    }
    connection.execute(schema.meta.insert(), [{"key": key, "value": value} for key, value in facts.items()])


def _version_of(engine: Engine, shown: str) -> int:
    try:
        with engine.connect().execution_options(cpdesk_reading=True) as connection:
            if not inspect(connection).has_table("meta"):
                raise IntegrityFault("CP-3251", path=shown)
            table = schema.meta
            return int(connection.execute(select(table.c.value).where(table.c.key == "schema_version")).scalar_one())
    except (DatabaseError, ValueError) as error:
        if engine.dialect.name == "postgresql" and isinstance(error, OperationalError):
            raise EnvironmentFault("CP-2254", address=shown, reason=_reason(error)) from None
        raise IntegrityFault("CP-3251", path=shown) from None


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise InputFault("CP-1689", scheme="—") from None
    if address.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return address.set(drivername="postgresql+psycopg")
    if address.drivername == "sqlite" and address.database:
        return address
    raise InputFault("CP-1689", scheme=address.drivername[:40])


def _engine(address: URL) -> Engine:
    common: dict[str, Any] = {
        "pool_size": _POOL,
        "max_overflow": 0,
        "pool_timeout": 30,
        "hide_parameters": True,  # parameters are people's answers and do not belong into error texts
    }
    if address.get_backend_name() == "postgresql":
        options = {"connect_timeout": 10, "options": _POSTGRES_SETTINGS, "application_name": "cpdesk"}
        return create_engine(address, pool_pre_ping=True, connect_args=options, **common)
    engine = create_engine(address, connect_args={"timeout": 30, "isolation_level": None}, **common)

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


def _unreachable(url: str, error: OperationalError) -> EnvironmentFault:
    return EnvironmentFault("CP-2254", address=shown_address(url), reason=_reason(error))


def _reason(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0][:200] if error.orig is not None else "—"
