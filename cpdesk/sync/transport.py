"""HTTP to the district server, with time limits, retries and faults in plain words."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from cpdesk.base.errors import AccessFault, CpdeskError, EnvironmentFault, IntegrityFault
from cpdesk.base.i18n import declared_error_codes
from cpdesk.model.oplog import canonical_json
from cpdesk.sync.reading import PROTOCOL_VERSION, compress_above, read_json

_TRIES: Final = 4
_EPOCH_MOST: Final = 100
_WAIT_FIRST_S: Final = 0.5
_WAIT_MOST_S: Final = 30
_ANSWER_BYTES_MAX: Final = 32 * 1024 * 1024
_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
_BUSY: Final = (423, 429, 502, 503, 504)


class Transport:
    """One server as a desk reaches it. Every call of the protocol is idempotent, so each may be tried again.

    `sleep` waits between tries and `client` speaks HTTP; both are passed in by tests.
    """

    def __init__(
        self,
        url: str,
        *,
        client: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
        tries: int = _TRIES,
    ) -> None:
        self.url = url.rstrip("/")
        self.token = ""
        self._client = client or httpx.Client(timeout=_TIMEOUT, follow_redirects=False)
        self._sleep = sleep
        self._tries = tries

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def check_server(self) -> str:
        """Whether a cpdesk server of our protocol answers there.

        Returns:
            Its epoch, which changes when older data came back from a backup; empty where the server tells none.

        Raises:
            EnvironmentFault: CP-2201 away, CP-2202 certificate, CP-2203 another server, CP-2204 another protocol.
        """
        facts = self.get_json("/v1/health")
        if not isinstance(facts, dict) or facts.get("server") != "cpdesk":
            raise EnvironmentFault("CP-2203", url=self.url)
        epoch = facts.get("epoch", "")
        return epoch if isinstance(epoch, str) and len(epoch) <= _EPOCH_MOST else ""

    def get_json(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        return read_json(self.send("GET", path, query=query).content)

    def post_json(self, path: str, message: Mapping[str, Any]) -> Any:
        body = canonical_json(message)
        packed = compress_above(body)
        headers = {"Content-Type": "application/json"}
        if packed is not body:
            headers["Content-Encoding"] = "gzip"
        return read_json(self.send("POST", path, content=packed, headers=headers).content)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """An answer below 400, after retries.

        Raises:
            EnvironmentFault: CP-2201 to CP-2206. Others as the server's problem document says.
        """
        sent = {**(headers or {}), "Cpdesk-Protocol": str(PROTOCOL_VERSION)}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        fault: CpdeskError = EnvironmentFault("CP-2201", url=self.url, reason="—")
        for attempt in range(self._tries):
            wait = min(_WAIT_MOST_S, _WAIT_FIRST_S * 2**attempt) * random.uniform(0.5, 1.0)  # noqa: S311 # spreads load
            try:
                answer = self._client.request(method, self.url + path, params=query, content=content, headers=sent)
            except httpx.RequestError as error:
                fault = self._fault_of_line(error)
                if fault.code == "CP-2202":
                    raise fault from error
            except httpx.InvalidURL as error:
                raise EnvironmentFault("CP-2203", url=self.url) from error
            else:
                if answer.status_code not in _BUSY:
                    return self._checked(answer)
                seconds = answer.headers.get("Retry-After", "")
                wait = min(_WAIT_MOST_S, max(wait, float(seconds) if seconds.isdecimal() else 0.0))
                fault = EnvironmentFault("CP-2205", status=answer.status_code, seconds=round(wait))
            if attempt + 1 < self._tries:
                self._sleep(wait)
        raise fault

    def download(self, path: str, limit_bytes: int) -> bytes:
        """A whole file; when the line breaks the next try goes on behind the bytes that came. Kept in memory only, so
        that no photograph lies unencrypted on the disk.

        Raises:
            As `send`. IntegrityFault: CP-3205 larger than the limit.
        """
        content = bytearray()
        for attempt in range(self._tries):
            try:
                self._download_rest(path, content, limit_bytes)
                return bytes(content)
            except httpx.RequestError as error:
                fault = self._fault_of_line(error)
                if fault.code == "CP-2202" or attempt + 1 == self._tries:
                    raise fault from error
                self._sleep(_WAIT_FIRST_S * 2**attempt)
        raise EnvironmentFault("CP-2201", url=self.url, reason="—")

    def _download_rest(self, path: str, content: bytearray, limit_bytes: int) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Encoding": "identity"}
        if content:
            headers["Range"] = f"bytes={len(content)}-"
        with self._client.stream("GET", self.url + path, headers=headers) as answer:
            if answer.status_code >= 400:
                answer.read()
                self._checked(answer)
            if answer.status_code != 206:
                content.clear()  # the server gives all of it again
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > limit_bytes:
                    raise IntegrityFault("CP-3205", what="blob", size=len(content), limit=limit_bytes)

    def _fault_of_line(self, error: httpx.RequestError) -> EnvironmentFault:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return EnvironmentFault("CP-2202", url=self.url, reason=cause.verify_message)
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.UnsupportedProtocol):
            return EnvironmentFault("CP-2203", url=self.url)
        return EnvironmentFault("CP-2201", url=self.url, reason=str(error) or type(error).__name__)

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        spoken = answer.headers.get("Cpdesk-Protocol")
        if spoken is None and "Cpdesk-Problem" not in answer.headers:
            raise EnvironmentFault("CP-2203", url=self.url)
        if spoken is not None and spoken != str(PROTOCOL_VERSION):
            raise EnvironmentFault("CP-2204", url=self.url, found=spoken[:10], expected=PROTOCOL_VERSION)
        if len(answer.content) > _ANSWER_BYTES_MAX:
            raise IntegrityFault("CP-3205", what="answer", size=len(answer.content), limit=_ANSWER_BYTES_MAX)
        if answer.status_code < 400:
            return answer
        raise self._fault_of_problem(answer)

    def _fault_of_problem(self, answer: httpx.Response) -> CpdeskError:
        code, fields = answer.headers.get("Cpdesk-Problem", ""), {}
        if answer.content:
            try:
                problem = read_json(answer.content)
            except IntegrityFault:
                problem = None
            if isinstance(problem, dict) and isinstance(problem.get("fields"), dict):
                fields = problem["fields"]
        if code not in declared_error_codes() or code == "CP-3254":
            return EnvironmentFault("CP-2206", status=answer.status_code)
        kind = {"4": AccessFault, "2": EnvironmentFault}.get(code[3], IntegrityFault)
        return kind(code, **{str(name): value for name, value in fields.items()})
