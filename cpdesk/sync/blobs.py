"""Photographs, signatures and scans between a desk and the server, each named by the SHA-256 of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final, Protocol

from cpdesk.base.errors import CpdeskError, EnvironmentFault, IntegrityFault
from cpdesk.store.blobs import BlobInfo
from cpdesk.sync.reading import BLOB_BYTES_MAX, Reader, read_hash
from cpdesk.sync.replica import Replica
from cpdesk.sync.transport import Transport

_PAGE: Final = 50
_CHUNK_BYTES: Final = 1024 * 1024
_CORRECTIONS_MAX: Final = 5


class Authorised(Protocol):
    """Runs a call, with a fresh token when the old one has ended."""

    def __call__(self, call: Callable[[], Any], /) -> Any: ...


class Exchange:
    """Sends and fetches blobs one by one; a fault of one blob is noted in `problems` and the others go on."""

    def __init__(
        self,
        replica: Replica,
        transport: Transport,
        authorised: Authorised,
        check_cancel: Callable[[], None],
        progress: Callable[[str, int, int], None],
    ) -> None:
        self._replica = replica
        self._transport = transport
        self._authorised = authorised
        self._check_cancel = check_cancel
        self._progress = progress
        self.sent = 0
        self.received = 0
        self.problems: list[CpdeskError] = []

    def send(self) -> None:
        """Bring the server every blob it lacks.

        Raises:
            EnvironmentFault: the line or the server failed.
        """
        tried: set[str] = set()
        total = self._replica.waiting().blobs
        while True:
            page = [info for info in self._replica.blobs_to_send(_PAGE + len(tried)) if info.sha256 not in tried]
            if not page:
                return
            page = page[:_PAGE]
            missing = self._missing([info.sha256 for info in page])
            for info in page:
                self._check_cancel()
                tried.add(info.sha256)
                if info.sha256 not in missing:
                    self._replica.blob_sent(info.sha256)
                elif self._noted(lambda blob=info: self._upload(blob)):  # type: ignore[misc]
                    self._replica.blob_sent(info.sha256)
                    self.sent += 1
                self._progress("blobs_send", self.sent, total)

    def fetch(self) -> None:
        """Get every blob that records speak of and this desk lacks; those the server does not have yet are left.

        Raises:
            EnvironmentFault: the line or the server failed.
        """
        tried: set[str] = set()
        while True:
            page = [sha256 for sha256 in self._replica.blobs_to_fetch(_PAGE + len(tried)) if sha256 not in tried]
            if not page:
                return
            for sha256 in page[:_PAGE]:
                self._check_cancel()
                tried.add(sha256)
                if self._noted(lambda name=sha256: self._download(name)):  # type: ignore[misc]
                    self.received += 1
                    self._progress("blobs_fetch", self.received, 0)

    def _noted(self, work: Callable[[], None]) -> bool:
        """Whether the work succeeded; a fault of the blob itself is noted, one of the line is raised."""
        try:
            work()
        except IntegrityFault as fault:
            if fault.code != "CP-3252":  # another desk has spoken of it and not sent it yet
                self.problems.append(fault)
            return False
        return True

    def _missing(self, hashes: list[str]) -> set[str]:
        query = {"missing": ",".join(hashes)}
        answer = self._authorised(lambda: self._transport.get_json("/v1/blobs", query))
        return set(Reader(answer, "answer", ("missing",)).list_of("missing", len(hashes), read_hash))

    def _upload(self, info: BlobInfo) -> None:
        content = self._replica.blob_content(info.sha256)
        if not 1 <= len(content) <= BLOB_BYTES_MAX:
            raise IntegrityFault("CP-3205", what=info.sha256, size=len(content), limit=BLOB_BYTES_MAX)
        offset = self._offset(info.sha256)
        corrections = 0
        while True:
            self._check_cancel()
            try:
                reached = self._patch(info.sha256, content, offset)
            except IntegrityFault as fault:
                corrections += 1
                if fault.code not in ("CP-3204", "CP-3206") or corrections > _CORRECTIONS_MAX:
                    raise
                offset = self._offset(info.sha256)  # after CP-3204 the server has forgotten it: from the start
                continue
            if reached == len(content):
                return
            if reached <= offset:
                raise EnvironmentFault("CP-2206", status=204)
            offset = reached

    def _patch(self, sha256: str, content: bytes, offset: int) -> int:
        headers = {
            "Upload-Offset": str(offset),
            "Upload-Length": str(len(content)),
            "Content-Type": "application/offset+octet-stream",
        }
        chunk = content[offset : offset + _CHUNK_BYTES]
        answer = self._authorised(
            lambda: self._transport.send("PATCH", f"/v1/blobs/{sha256}", content=chunk, headers=headers)
        )
        return _number(answer.headers.get("Upload-Offset"))

    def _offset(self, sha256: str) -> int:
        try:
            answer = self._authorised(lambda: self._transport.send("HEAD", f"/v1/blobs/{sha256}"))
        except IntegrityFault as fault:
            if fault.code != "CP-3252":
                raise
            return 0
        return _number(answer.headers.get("Upload-Offset"))

    def _download(self, sha256: str) -> None:
        content = self._authorised(lambda: self._transport.download(f"/v1/blobs/{sha256}", BLOB_BYTES_MAX))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise IntegrityFault("CP-3204", sha256=sha256)
        self._replica.blob_received(sha256, content)


def _number(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise IntegrityFault("CP-3201", place="Upload-Offset", reason="expected a whole number")
    return int(text)
