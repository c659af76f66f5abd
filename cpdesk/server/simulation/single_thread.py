"""Everything in one thread: nothing hops, so a history is fast and cannot depend on which thread came first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio.to_thread
from sqlalchemy import Dialect, Engine

from cpdesk.base.errors import EnvironmentFault
from cpdesk.server.simulation.power import PowerCut
from cpdesk.store.faults import database_faults
from cpdesk.store.store import Store
from cpdesk.store.writer import Writer
from cpdesk.sync import blobs

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection

T = TypeVar("T")
_PIECE_BYTES: Final = 4096
_COMPILED: Final[dict[Any, Any]] = {}
_FIRST_DIALECT: Final[list[Dialect]] = []


class WriterInThisThread(Writer):
    """Runs each transaction at once, where it is asked for.

    Attributes:
        around: entered around each transaction, for who watches.
    """

    around: Callable[[], AbstractContextManager[None]] = nullcontext

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self._closed = False
        with database_faults(path):
            self._connect()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        future: Future[T] = Future()
        if self._closed:
            future.set_exception(EnvironmentFault("CP-2105"))
        else:
            with self.around():
                self._transact(work, future)
        return future

    def do(self, work: Callable[[Connection], T]) -> T:
        return self.submit(work).result()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._connection.close()


class StoreInThisThread(Store):
    """The real store without its thread."""

    writer_class = WriterInThisThread
    _writer: WriterInThisThread

    @contextmanager
    def watched(self, cut: PowerCut) -> Iterator[None]:
        """Let a power cut be drawn among all that this store writes inside the block."""
        self._writer.around = cut.transaction
        try:
            with cut.watching():
                yield
        finally:
            self._writer.around = nullcontext

    def checkpoint(self) -> None:
        """Fold the log into the database, as SQLite does by itself at every thousandth page."""
        with self._writer.around():
            self._writer._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def uploads_in_small_pieces() -> Iterator[None]:
    """So that a small photograph takes several requests, and can break off between them."""
    before = blobs._CHUNK_BYTES
    blobs._CHUNK_BYTES = _PIECE_BYTES  # type: ignore[misc]
    try:
        yield
    finally:
        blobs._CHUNK_BYTES = before  # type: ignore[misc]


@contextmanager
def server_in_this_thread() -> Iterator[None]:
    """The server hands work with its database to threads through anyio; inside this block it is done on the spot."""
    before = anyio.to_thread.run_sync

    async def on_the_spot(work: Callable[..., T], *arguments: Any, **_: object) -> T:
        return work(*arguments)

    anyio.to_thread.run_sync = on_the_spot  # type: ignore[assignment]
    try:
        yield
    finally:
        anyio.to_thread.run_sync = before


def compile_once(engine: Engine) -> None:
    """Let all engines of this process share the statements they have compiled: each start of a server would compile
    them anew."""
    _FIRST_DIALECT.append(engine.dialect)
    engine.dialect = _FIRST_DIALECT[0]  # part of the cache's key
    del _FIRST_DIALECT[1:]
    engine.update_execution_options(compiled_cache=_COMPILED)
