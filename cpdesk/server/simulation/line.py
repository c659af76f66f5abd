"""The line between desks and the server: the server's own application is called in this process, and the line loses,
doubles, delays and cuts what passes as it is told."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any, Final

import httpx

from cpdesk.base.clock import FixedClock
from cpdesk.server.admin import Admin
from cpdesk.server.app import Service, create_app
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.simulation.crash import copy_after_crash, log_bytes
from cpdesk.server.simulation.messages import Answer, Request
from cpdesk.server.simulation.single_thread import compile_once
from cpdesk.server.simulation.template import new_server

_UNLIMITED: Final = 10**9
FAULTS: Final = ("drop", "lost_answer", "duplicate", "truncate", "late", "server_crash")


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

    def crash_while(self, request: Request, rng: random.Random) -> None:
        """The power goes somewhere in the work on a request; the server starts again on what is left."""
        flushed = log_bytes(self.config.database)
        self.answer(request)
        old, self._lives = self.config, self._lives + 1
        self.config = self._config()
        copy_after_crash(old.database, self.config.folder, flushed, rng)
        self._stop()
        self._start()

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
            self._server.crash_while(request, self._rng)
        elif fault != "drop":
            answer = self._server.answer(request)
            if fault == "duplicate":
                return self._server.answer(request)
            if fault == "truncate" and answer.body:
                return answer.cut_at(self._rng.random())  # a share: lengths differ from run to run with keys and tokens
        raise httpx.ReadError(fault)

    def deliver_late(self) -> None:
        """What was held up comes now, in another order; nobody waits for the answers."""
        self._rng.shuffle(self._late)
        while self._late:
            self._injected["reorder"] += 1
            self._server.answer(self._late.pop())
