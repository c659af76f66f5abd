"""Running the server: in the foreground until told to stop, or on a thread for a demonstration and for tests."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from cpdesk.base.errors import EnvironmentFault
from cpdesk.server.app import create_app
from cpdesk.server.config import ServerConfig

_DRAIN_SECONDS: Final = 10
_START_SECONDS: Final = 10


def serve(config: ServerConfig, on_ready: Callable[[str], None] = lambda url: None) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished first, for at most ten seconds.

    `on_ready` is told the address once the port is open; it takes connections from then on.

    Raises:
        EnvironmentFault: CP-2253 the address cannot be listened on. IntegrityFault: CP-3250, CP-3251 the database.
    """
    server, listener, url = _prepare(config)
    with listener:
        on_ready(url)
        server.run(sockets=[listener])


@contextmanager
def running_server(config: ServerConfig) -> Iterator[str]:
    """A server on a thread of this process; gives its address and stops it at the end of the block."""
    server, listener, url = _prepare(config)
    with listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="cpdesk-server")
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield url
        finally:
            server.should_exit = True
            thread.join()


def _prepare(config: ServerConfig) -> tuple[uvicorn.Server, socket.socket, str]:
    app = create_app(config)
    settings = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # uvicorn's own would write query texts and addresses
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        timeout_keep_alive=15,
        limit_concurrency=1000,
        ssl_certfile=config.certificate,
        ssl_keyfile=config.private_key,
    )
    listener = _listen(config.host, config.port)
    scheme = "https" if config.certificate else "http"
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return uvicorn.Server(settings), listener, f"{scheme}://{shown}:{port}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise EnvironmentFault("CP-2253", host=host, port=port, reason=error.strerror or str(error)) from error


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise EnvironmentFault("CP-2251")
        time.sleep(0.01)
