"""The one place that knows which SQLite the store runs on.

SQLCipher (the package sqlcipher3-wheels) stands in as `pysqlite3` before sqlite-utils is imported, because sqlite-utils
catches the exception classes of whatever `pysqlite3` or `sqlite3` it finds: with a foreign class a full disk or a
missing table would slip through its handlers. Another driver needs another `_driver()` and `_unlock()`, no more.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Database

    Connection = sqlite3.Connection
    DatabaseError = sqlite3.Error

KEY_BYTES: Final = 32
_CACHE_KIB: Final = 32_000
_BUSY_MS: Final = 5_000


@cache
def _driver() -> ModuleType:
    import sqlcipher3
    import sqlcipher3.dbapi2

    sys.modules["pysqlite3"] = sqlcipher3
    sys.modules["pysqlite3.dbapi2"] = sqlcipher3.dbapi2
    module: ModuleType = sqlcipher3.dbapi2
    return module


def driver_errors() -> type[DatabaseError]:
    """Base class of what the driver raises."""
    errors: type[DatabaseError] = _driver().Error
    return errors


def versions() -> dict[str, str]:
    """Versions of the engine, for benches and bug reports."""
    module = _driver()
    connection = module.connect(":memory:")
    try:
        cipher = connection.execute("PRAGMA cipher_version").fetchone()
    finally:
        connection.close()
    return {"sqlite": module.sqlite_version, "sqlcipher": cipher[0] if cipher else ""}


def connect(path: Path, key: bytes, *, read_only: bool = False, immutable: bool = False) -> Connection:
    """A connection in autocommit mode that commits only what is durable (WAL, `synchronous=FULL`).

    Args:
        key: the raw 256-bit key; no key derivation happens, opening takes a fraction of a millisecond.
        read_only: queries only; sees the last commit and never waits for the writer.
        immutable: read the file as it lies, without touching write-ahead log or shared memory.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"the database key has {KEY_BYTES} bytes, not {len(key)}")
    mode = "immutable=1" if immutable else "mode=ro" if read_only else "mode=rwc"
    # Connections are used by one thread at a time, but closed by the thread that closes the store.
    connection: Connection = _driver().connect(
        f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        _unlock(connection, key)
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if read_only or immutable:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _unlock(connection: Connection, key: bytes) -> None:
    connection.execute("PRAGMA cipher_log_level = NONE")  # else a wrong key is complained of on standard error
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")


def copy_database(source: Connection, key: bytes, target: Path) -> None:
    """One whole copy of a database in use, encrypted with the same key, in a single file. Others may go on writing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    copy = connect(target, key)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # no log beside the copy
    finally:
        copy.close()


def database(connection: Connection) -> Database:
    """The sqlite-utils view of a connection, for migrations. Importing it is slow, so daily work goes without."""
    _driver()
    from sqlite_utils import Database

    return Database(connection)
