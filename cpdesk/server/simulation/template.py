"""Stores and servers to begin with: made once in a process by the program's own code, then copied."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from cpdesk.server.admin import create_database
from cpdesk.server.config import ServerConfig
from cpdesk.store.backup import DATABASE_NAME
from cpdesk.store.migrate import migrate

KEY: Final = bytes(range(32))
"""Of every simulated desk: whose key it is does not matter here."""
_ANY_TIME: Final = datetime(2026, 11, 23, tzinfo=UTC)


def new_desk(folder: Path) -> None:
    """A database of a desk that was never opened, without an identity."""
    folder.mkdir(parents=True)
    (folder / DATABASE_NAME).write_bytes(_desk())


def new_server(folder: Path) -> None:
    """A server's folder as `create_database` makes it."""
    for name, content in _server().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            (folder / name).mkdir(exist_ok=True)
        else:
            (folder / name).write_bytes(content)


@cache
def _desk() -> bytes:
    with tempfile.TemporaryDirectory(prefix="cpdesk-simulation-") as folder:
        database = Path(folder) / DATABASE_NAME
        migrate(database, KEY, backups=Path(folder), now=_ANY_TIME)
        return database.read_bytes()


@cache
def _server() -> dict[str, bytes | None]:
    with tempfile.TemporaryDirectory(prefix="cpdesk-simulation-") as folder:
        place = Path(folder) / "server"
        create_database(ServerConfig(place))
        return {
            str(path.relative_to(place)): path.read_bytes() if path.is_file() else None
            for path in sorted(place.rglob("*"))
        }
