"""What those who run a server look at: whether it can work, and how much it does (Prometheus text format 0.0.4).

Counts and times only: no person, device or township can be told from them.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from threading import Lock
from typing import Any, Final, TextIO

from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cpdesk import __version__
from cpdesk.base.errors import IntegrityFault
from cpdesk.server import schema
from cpdesk.server.access import iso

_BOUNDS_S: Final = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class _OneObject(logging.Formatter):
    """A line of the log as one JSON object. Only message texts made here go in: never arguments of a foreign fault."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = {
            "time": iso(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        about = getattr(record, "facts", None)
        return json.dumps(facts | about if isinstance(about, dict) else {**facts, "text": record.getMessage()})


@contextmanager
def logging_to(stream: TextIO) -> Iterator[None]:
    """Write what the server logs to a stream, for as long as it runs."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_OneObject())
    log = logging.getLogger("cpdesk.server")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


class Meters:
    """Requests of this process since it started."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._within: Counter[float] = Counter()
        self._seconds = 0.0

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        with self._lock:
            self._requests[route, method, status] += 1
            self._within.update(bound for bound in _BOUNDS_S if seconds <= bound)
            self._seconds += seconds

    def lines(self) -> list[str]:
        """Samples with their help, as Prometheus reads them."""
        with self._lock:
            requests, within, seconds = sorted(self._requests.items()), dict(self._within), self._seconds
        total = sum(count for _, count in requests)
        found = [*_head("cpdesk_requests_total", "counter", "Requests answered.")]
        found += [
            f'cpdesk_requests_total{{route="{route}",method="{method}",status="{status}"}} {count}'
            for (route, method, status), count in requests
        ]
        found += _head("cpdesk_request_seconds", "histogram", "How long answers took.")
        found += [f'cpdesk_request_seconds_bucket{{le="{bound}"}} {within.get(bound, 0)}' for bound in _BOUNDS_S]
        found += [f'cpdesk_request_seconds_bucket{{le="+Inf"}} {total}']
        return [*found, f"cpdesk_request_seconds_sum {seconds:.6f}", f"cpdesk_request_seconds_count {total}"]


def _head(name: str, kind: str, words: str) -> tuple[str, str]:
    return f"# HELP {name} {words}", f"# TYPE {name} {kind}"


def routes(service: Any, endpoint: Any) -> list[Route]:
    """`GET /v1/ready` for whoever sends requests here, `GET /v1/metrics` for this computer alone."""
    return [
        Route("/v1/ready", endpoint(service, _ready), methods=["GET"], name="ready"),
        Route("/v1/metrics", endpoint(service, _metrics), methods=["GET"], name="metrics"),
    ]


async def _ready(service: Any, request: Request) -> Response:
    """A database that does not answer is told as CP-2251, 503."""
    service.admit_stranger(request)

    def work() -> None:
        with service.database.reading() as connection:
            connection.execute(select(schema.meta.c.key).limit(1)).all()

    await run_in_threadpool(work)
    return JSONResponse({"ready": True})


async def _metrics(service: Any, request: Request) -> Response:
    if not _is_from_here(request):
        raise IntegrityFault("CP-3252", what="/v1/metrics")

    def work() -> list[str]:
        devices, uploads = schema.devices, schema.uploads
        behind = func.coalesce(func.sum(devices.c.head_seq - devices.c.durable_seq), 0)
        with service.database.reading() as connection:
            return [
                *_head("cpdesk_streams_revisions", "gauge", "Operations in the order of all townships."),
                f"cpdesk_streams_revisions {_number(connection, func.sum(schema.streams.c.revision))}",
                *_head("cpdesk_devices", "gauge", "Desks and phones that may send."),
                f"cpdesk_devices {_number(connection, func.count(), devices.c.status == 'active')}",
                *_head("cpdesk_uploads_unfinished", "gauge", "Photographs under way."),
                f"cpdesk_uploads_unfinished {_number(connection, func.count(uploads.c.sha256))}",
                *_head("cpdesk_operations_without_backup", "gauge", "Operations that no verified backup holds."),
                f"cpdesk_operations_without_backup {_number(connection, behind)}",
            ]

    version = [*_head("cpdesk_info", "gauge", "Version."), f'cpdesk_info{{version="{__version__}"}} 1']
    lines = [*version, *service.meters.lines(), *await run_in_threadpool(work)]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _number(connection: Any, what: Any, *where: Any) -> int:
    return int(connection.execute(select(what).where(*where)).scalar_one() or 0)


def _is_from_here(request: Request) -> bool:
    """Whether this computer asks by itself: what a proxy passes on comes from here too, but says so."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
