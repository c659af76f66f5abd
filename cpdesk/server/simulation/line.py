"""The line between desks and the server: the server's own application is called in this process, and the line loses,
doubles, delays and cuts what passes as it is told."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import Connection, event

from cpdesk.base.clock import FixedClock
from cpdesk.server.admin import Admin
from cpdesk.server.app import Service, create_app
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.simulation.messages import Answer, Request
from cpdesk.server.simulation.power import PowerCut
from cpdesk.server.simulation.single_thread import compile_once
from cpdesk.server.simulation.template import new_server

_UNLIMITED: Final = 10**9
logging.getLogger("cpdesk.server").addHandler(logging.NullHandler())  # its faults are made here by the hundred
FAULTS: Final = ("drop", "lost_answer", "duplicate", "truncate", "late", "server_crash", "server_full")


class SimulatedServer:
    """A server on a folder of its own, without a port.

    Attributes:
        admin: the administrator at its database.
    """

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self._folder = folder
        self._clock = clock
        self._lives = 0
        self._loop = asyncio.new_event_loop()
        self.config = self._config()
        new_server(self.config.folder)
        self._start()

    def _config(self) -> ServerConfig:
        return ServerConfig(
            self._folder / f"server-{self._lives}",
            requests_per_second=_UNLIMITED,
            requests_burst=_UNLIMITED,
            enrolments_per_minute=_UNLIMITED,
            clock=self._clock,
        )

    def _start(self) -> None:
        self._app = create_app(self.config)
        compile_once(self.database.engine)
        self.admin = Admin(self.config)

    def _stop(self) -> None:
        self.admin.__exit__()
        self.database.close()

    @property
    def database(self) -> Database:
        service: Service = self._app.state.service
        return service.database

    def answer(self, request: Request) -> Answer:
        return self._loop.run_until_complete(self._answer(request))

    async def _answer(self, request: Request) -> Answer:
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": request.path,
            "raw_path": request.path.encode(),
            "query_string": request.query,
            "root_path": "",
            "headers": request.headers,
            "client": ("desk", 1),
            "server": ("server", 80),
        }
        incoming = [{"type": "http.request", "body": request.content, "more_body": False}]
        outgoing: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            outgoing.append(message)

        await self._app(scope, receive, send)
        return Answer(outgoing[0]["status"], outgoing[0]["headers"], [message.get("body", b"") for message in outgoing])

    def crash_while(self, request: Request, rng: random.Random, *, again: bool = False) -> str:
        """The power goes at one moment of the work on a request; the server starts again on what is left.

        Args:
            again: it goes a second time, while the server recovers from the first.

        Returns:
            What the cut hit.
        """
        cut = PowerCut(self.config.database, rng)
        with cut.watching(), self._watched(cut):
            self.answer(request)
        self._go_on_with(cut)
        if again:
            cut = PowerCut(self.config.database, rng)
            with cut.transaction(), closing(sqlite3.connect(self.config.database)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._go_on_with(cut)
        return cut.kind

    @contextmanager
    def _watched(self, cut: PowerCut) -> Iterator[None]:
        database, writing = self.database, self.database.writing

        @contextmanager
        def watched() -> Iterator[Connection]:
            with cut.transaction(), writing() as connection:
                yield connection

        database.writing = watched  # type: ignore[method-assign]
        try:
            yield
        finally:
            del database.writing

    def _go_on_with(self, cut: PowerCut) -> None:
        self._lives += 1
        self.config = self._config()
        cut.leave(self.config.folder)
        self._stop()
        self._start()

    def back_up(self) -> None:
        """Keep a copy of all it has."""
        self._lives += 1
        self._backup = self._folder / f"backup-{self._lives}"
        PowerCut(self.config.database, random.Random(0)).leave(self._backup)  # noqa: S311 - nothing is drawn

    def restore(self) -> None:
        """The disk is lost: the backup comes back, under a new epoch."""
        self._lives += 1
        self.config = self._config()
        shutil.copytree(self._backup, self.config.folder)
        with closing(sqlite3.connect(self.config.database)) as connection, connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (f"{self._lives:032x}",))
        self._stop()
        self._start()

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Neither its database nor a file can grow inside the block."""
        sizes: list[Any] = []

        def limit(connection: Connection) -> None:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            if raw not in sizes:
                sizes.append(raw)
                raw.execute("PRAGMA max_page_count = 1")

        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "no space", str(descriptor))

        event.listen(self.database.engine, "begin", limit, insert=True)
        fsync = os.fsync
        os.fsync = full  # type: ignore[assignment]
        try:
            yield
        finally:
            os.fsync = fsync
            event.remove(self.database.engine, "begin", limit)
            for raw in sizes:
                raw.execute("PRAGMA max_page_count = 1073741823")

    def close(self) -> None:
        self._stop()
        self._loop.close()


class FaultyLine:
    """One line that all desks share."""

    def __init__(self, server: SimulatedServer, rng: random.Random, injected: Counter[str]) -> None:
        self._server = server
        self._rng = rng
        self._injected = injected
        self._late: list[Request] = []
        self.fault_share = 0.0

    def carry(self, request: Request) -> Answer:
        """The answer, or what httpx raises when there is none."""
        if self._rng.random() >= self.fault_share:
            return self._server.answer(request)
        fault = self._rng.choice(FAULTS)
        self._injected[fault] += 1
        if fault == "late":  # it comes after all, when its sender has long gone on
            self._late.append(request)
        elif fault == "server_crash":
            again = self._rng.random() < 0.25
            self._injected["crash_in_recovery"] += again
            hit = self._server.crash_while(request, self._cut_rng(), again=again)
            self._injected[f"server_crash_at_{hit or 'nothing'}"] += 1
        elif fault == "server_full":
            with self._server.full_disk():
                return self._server.answer(request)
        elif fault != "drop":
            answer = self._server.answer(request)
            if fault == "duplicate":
                return self._server.answer(request)
            if fault == "truncate" and answer.body:
                return answer.cut_at(self._rng.random())  # a share: lengths differ from run to run with keys and tokens
        raise httpx.ReadError(fault)

    def _cut_rng(self) -> random.Random:
        """Of its own for each cut: how many numbers a cut takes depends on lengths that differ from run to run."""
        return random.Random(self._rng.getrandbits(64))  # noqa: S311 - histories, not secrets

    def deliver_late(self) -> None:
        """What was held up comes now, in another order; nobody waits for the answers."""
        self._rng.shuffle(self._late)
        while self._late:
            self._injected["reorder"] += 1
            self._server.answer(self._late.pop())
