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
from cpdesk.server.admin import create_database
from cpdesk.server.app import create_app
from cpdesk.server.config import ServerConfig
from cpdesk.server.simulation.crash import copy_after_crash, log_bytes

_UNLIMITED: Final = 10**9
FAULTS: Final = ("drop", "lost_answer", "duplicate", "truncate", "late", "server_crash")


class SimulatedServer:
    """A server on a folder of its own, without a port."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self._folder = folder
        self._clock = clock
        self._lives = 0
        self.config = self._config()
        create_database(self.config)
        self._app = create_app(self.config)
        self._loop = asyncio.new_event_loop()

    def _config(self) -> ServerConfig:
        return ServerConfig(
            self._folder / f"server-{self._lives}",
            requests_per_second=_UNLIMITED,
            requests_burst=_UNLIMITED,
            enrolments_per_minute=_UNLIMITED,
            clock=self._clock,
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run_until_complete(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
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
        body = b"".join(message.get("body", b"") for message in outgoing)
        return httpx.Response(outgoing[0]["status"], headers=outgoing[0]["headers"], content=body, request=request)

    def crash_while(self, request: httpx.Request, rng: random.Random) -> None:
        """The power goes somewhere in the work on a request; the server starts again on what is left."""
        flushed = log_bytes(self.config.database)
        self.answer(request)
        old, self._lives = self.config, self._lives + 1
        self.config = self._config()
        copy_after_crash(old.database, self.config.folder, flushed, rng)
        self._app.state.service.database.close()
        self._app = create_app(self.config)

    def close(self) -> None:
        self._app.state.service.database.close()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


class FaultyLine(httpx.BaseTransport):
    """One line that all desks share."""

    def __init__(self, server: SimulatedServer, rng: random.Random, injected: Counter[str]) -> None:
        self._server = server
        self._rng = rng
        self._injected = injected
        self._late: list[httpx.Request] = []
        self.fault_share = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
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
            if fault == "truncate" and answer.content:
                cut = self._rng.randrange(len(answer.content))
                headers = {
                    name: value
                    for name, value in answer.headers.items()
                    if name not in ("content-length", "content-encoding")
                }
                return httpx.Response(answer.status_code, headers=headers, content=answer.content[:cut])
        raise httpx.ReadError(fault, request=request)

    def deliver_late(self) -> None:
        """What was held up comes now, in another order; nobody waits for the answers."""
        self._rng.shuffle(self._late)
        while self._late:
            self._injected["reorder"] += 1
            self._server.answer(self._late.pop())
