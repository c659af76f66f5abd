"""Requests and answers as the line carries them, and the client that a desk's transport speaks to instead of httpx: of
every request, building it in httpx took longer than the server needed to answer."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode, urlsplit

import httpx

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: bytes
    headers: Headers
    content: bytes


@dataclass(frozen=True)
class Answer:
    """What `httpx.Response` offers to the transport, and no more."""

    status_code: int
    raw_headers: Headers
    pieces: Sequence[bytes]

    @cached_property
    def headers(self) -> httpx.Headers:
        return httpx.Headers(list(self.raw_headers))

    @cached_property
    def body(self) -> bytes:
        """As it came over the line."""
        return b"".join(self.pieces)

    @cached_property
    def content(self) -> bytes:
        """Unpacked, as far as it came.

        Raises:
            httpx.DecodingError: it is not what its header says.
        """
        if (b"content-encoding", b"gzip") not in self.raw_headers:
            return self.body
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            return unpacking.decompress(self.body) + unpacking.flush()
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from error

    def read(self) -> bytes:
        return self.content

    def iter_bytes(self) -> Iterator[bytes]:
        yield self.content

    def cut_at(self, share: float) -> Answer:
        """The line breaks after a share of the bytes, and nobody tells the reader."""
        return replace(self, pieces=[self.body[: int(share * len(self.body))]])


class Client:
    """What the transport uses of `httpx.Client`."""

    def __init__(self, carry: Callable[[Request], Answer]) -> None:
        self._carry = carry

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return self._carry(
            _request(method, url, params, content or b"", {"accept-encoding": "gzip", **(headers or {})})
        )

    @contextmanager
    def stream(self, method: str, url: str, *, headers: Mapping[str, str]) -> Iterator[Answer]:
        yield self._carry(_request(method, url, None, b"", headers))

    def close(self) -> None:
        pass


def _request(
    method: str, url: str, params: Mapping[str, str] | None, content: bytes, headers: Mapping[str, str]
) -> Request:
    given = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    if content or method in ("POST", "PATCH"):
        given.append((b"content-length", str(len(content)).encode()))
    return Request(method, urlsplit(url).path, urlencode(params or {}).encode(), given, content)
