"""One thread owns the connection that writes; everybody else hands it work.

So no two transactions ever wait for each other, the window never waits for the disk, and what belongs together is one
transaction because it is one callable.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cpdesk.base.errors import EnvironmentFault, IntegrityFault
from cpdesk.store.driver import connect, driver_errors
from cpdesk.store.faults import database_faults, fault_of_database

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection

T = TypeVar("T")


class Writer:
    """Runs callables one after another, each in a transaction of its own."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._queue: queue.SimpleQueue[tuple[Callable[[Connection], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._key = key
        with database_faults(path):
            self._connect()
        self._thread = threading.Thread(target=self._run, name="cpdesk-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue `work(connection)`; the future holds its result once the transaction is on the disk.

        The future raises what `work` raised (nothing was written then), or a coded fault: disk full (CP-2001), no right
        (CP-2002), disk failing (CP-2003), locked (CP-2102), store closed (CP-2105), damaged (CP-3102).
        """
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                future.set_exception(EnvironmentFault("CP-2105"))
            else:
                self._queue.put((work, future))
        return future

    def do(self, work: Callable[[Connection], T]) -> T:
        """Run `work(connection)` on the writer thread and wait until it is on the disk. Raises as `submit` says."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("work that is running already cannot wait for other work")
        return self.submit(work).result()

    def close(self) -> None:
        """Finish what is queued, fold the write-ahead log into the database and close it. May be called twice."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _connect(self) -> None:
        self._connection: Connection = connect(self.path, self._key)

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            work, future = job
            if future.set_running_or_notify_cancel():
                self._transact(work, future)
        self._connection.close()

    def _connect_again(self) -> None:
        """SQLCipher answers nothing more on a connection that has met a damaged page; what is whole can still be read
        and written on a new one."""
        old = self._connection
        with suppress(driver_errors()):
            self._connect()
            old.close()

    def _transact(self, work: Callable[[Connection], T], future: Future[T]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            result = work(self._connection)
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            fault = fault_of_database(error, self.path) if isinstance(error, driver_errors()) else None
            if fault is not None:
                fault.__cause__ = error
                self._connect_again()
            future.set_exception(fault or error)
        else:
            future.set_result(result)


@dataclass(slots=True)
class _Reader:
    """A thread's connection. The lock keeps `close` from closing it in the middle of a query."""

    thread: threading.Thread
    connection: Connection
    lock: threading.Lock = field(default_factory=threading.Lock)
    closed: bool = False

    def close(self) -> None:
        with self.lock:
            if not self.closed:
                self.closed = True
                self.connection.close()


class Readers:
    """Connections that read, one a thread, opened when a thread first asks. They see the last commit and never wait."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self._local = threading.local()
        self._gate = threading.Lock()
        self._open: list[_Reader] = []
        self._closed = False

    def all(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """All rows of a query. Raises coded faults as `Writer.submit` says."""
        with self._reading() as connection:
            return connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The first row of a query, or None."""
        with self._reading() as connection:
            return connection.execute(sql, parameters).fetchone()

    def column(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The first column of all rows of a query."""
        with self._reading() as connection:
            return [row[0] for row in connection.execute(sql, parameters)]

    def close(self) -> None:
        """Close the connections of all threads, each after the query it is at."""
        with self._gate:
            self._closed = True
            for reader in self._open:
                reader.close()
            self._open.clear()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with database_faults(self.path):
                reader = self._mine()
                with reader.lock:
                    if reader.closed:
                        raise EnvironmentFault("CP-2105")
                    yield reader.connection
        except IntegrityFault:
            self._local.reader = None  # see Writer._connect_again; closed with the others
            raise

    def _mine(self) -> _Reader:
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            with self._gate:
                if self._closed:
                    raise EnvironmentFault("CP-2105")
                reader = _Reader(threading.current_thread(), connect(self.path, self._key, read_only=True))
                self._close_of_ended_threads()
                self._open.append(reader)
            self._local.reader = reader
        return reader

    def _close_of_ended_threads(self) -> None:
        for reader in self._open:
            if not reader.thread.is_alive():
                reader.close()
        self._open = [reader for reader in self._open if not reader.closed]
