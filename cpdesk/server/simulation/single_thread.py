"""Everything in one thread: nothing hops, so a history is fast and cannot depend on which thread came first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio.to_thread
from sqlalchemy import Dialect, Engine

from cpdesk.base.errors import EnvironmentFault
from cpdesk.store.faults import database_faults
from cpdesk.store.store import Store
from cpdesk.store.writer import Writer

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection

T = TypeVar("T")
_COMPILED: Final[dict[Any, Any]] = {}
_FIRST_DIALECT: Final[list[Dialect]] = []


class WriterInThisThread(Writer):
    """Runs each transaction at once, where it is asked for."""

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
