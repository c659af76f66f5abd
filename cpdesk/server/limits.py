"""Bounds on what one desk may ask of the server: rate and size."""

from __future__ import annotations

from collections import OrderedDict
from math import ceil
from threading import Lock
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from cpdesk.base.clock import Clock
from cpdesk.base.errors import EnvironmentFault, IntegrityFault
from cpdesk.server.problems import problem
from cpdesk.sync.reading import BODY_BYTES_MAX, decompress, malformed

_KEYS_MAX: Final = 10_000


class TokenBuckets:
    """One bucket a key: `burst` requests at once, refilled at `per_second`. The longest unused keys are forgotten."""

    def __init__(self, per_second: float, burst: int, clock: Clock) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> None:
        """Raises EnvironmentFault CP-2250 with the seconds to wait when the bucket is empty."""
        now = self._clock.monotonic_s()
        with self._lock:
            left, at = self._buckets.pop(key, (float(self._burst), now))
            left = min(float(self._burst), left + (now - at) * self._per_second)
            empty = left < 1
            self._buckets[key] = (left if empty else left - 1, now)
            if len(self._buckets) > _KEYS_MAX:
                self._buckets.popitem(last=False)
        if empty:
            raise EnvironmentFault("CP-2250", seconds=max(1, ceil((1 - left) / self._per_second)))


class OneLength:
    """Refuses a request that gives its length in two ways, and ends the connection.

    A proxy may read such a request otherwise than we do, and take for one request what are two to us: the second would
    come past the proxy's own checks (RFC 9112, section 6.1).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = [name for name, _ in scope.get("headers", ())]
        if b"transfer-encoding" in names and b"content-length" in names:
            answer = problem(malformed("Content-Length", "not beside Transfer-Encoding"))
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def read_body(request: Request, limit_bytes: int = BODY_BYTES_MAX) -> bytes:
    """The body, unpacked when it is gzip.

    Raises:
        IntegrityFault: CP-3205 larger than the limits, CP-3201 another encoding than gzip or not gzip inside.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise IntegrityFault("CP-3205", what="body", size=f"> {limit_bytes}", limit=limit_bytes)
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "gzip":
        return decompress(bytes(body))
    if encoding != "identity":
        raise malformed("Content-Encoding", "expected gzip or identity")
    return bytes(body)
