"""Exchange files at the district: what a desk without a line sends on a stick, and the answer it gets back.

Everything goes the way of push, pull and blobs. Taking a file in twice repeats them, which changes nothing; the answer
is written only after all of it is durably stored.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from cpdesk.base.clock import Clock
from cpdesk.base.errors import AccessFault, IntegrityFault
from cpdesk.base.files import disk_faults
from cpdesk.base.ids import IdMaker
from cpdesk.server import access, checking, ordering
from cpdesk.server.access import Device, iso
from cpdesk.server.blobs import BlobShelf
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.keys import ServerKeys, public_keys
from cpdesk.server.people.masks import lens_for
from cpdesk.server.people.roles import ACTIVE, readable_streams
from cpdesk.sync.exchange_file import (
    ANSWER,
    BLOB_PIECE_BYTES,
    FILE_BYTES_MAX,
    REQUEST,
    SERVER,
    BlobPiece,
    ExchangeFile,
    Header,
    write_exchange,
)
from cpdesk.sync.protocol import cursor_from_text, cursor_to_text, push_answer_to_wire, push_from_wire
from cpdesk.sync.reading import ENTRIES_PER_PULL_MAX, Reader, read_hash, read_json, read_stream

_STREAMS_MAX: Final = 500
_WANTED_MAX: Final = 5000
_ANSWER_BLOB_BYTES_MAX: Final = 1024 * 1024 * 1024


@dataclass
class Taken:
    """What one request brought: `received` operations that are new, `repeated` ones that were there already."""

    device: str
    received: int = 0
    repeated: int = 0
    blobs: int = 0
    entries: int = 0
    answers: list[Any] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)


class Desk:
    """The server's side of exchange files, over its database and its folder of blobs."""

    def __init__(self, database: Database, blobs: BlobShelf, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._keys = ServerKeys.of(database.secret)

    def take(self, path: Path, answer: Path) -> Taken:
        """Take a request in and write the answer for the desk that made it.

        Raises:
            AccessFault: CP-4103 revoked, CP-4108 not by an enrolled desk, or damaged; CP-4109 for another district.
            IntegrityFault: CP-327x no whole exchange file, CP-3275 an answer; CP-3201 malformed.
            EnvironmentFault: CP-20xx the disk; no answer was written then.
        """
        file = ExchangeFile(path)
        if file.header.kind != REQUEST:
            raise IntegrityFault("CP-3275", path=path.name)
        device = self._maker(file)
        parts = file.parts(self._keys.exchange)
        head = Reader(next(parts, None), "request", ("reply_key", "cursors", "wanted", "offered"))
        reply_key = head.hash("reply_key")
        wanted = head.list_of("wanted", _WANTED_MAX, read_hash)
        offered = head.list_of("offered", None, read_hash)
        cursors = _cursors(head.raw("cursors"))
        taken = Taken(device.device, offered=set(offered))
        for part in parts:
            if isinstance(part, BlobPiece):
                self._take_blob(device, part, taken)
            else:
                self._take_push(device, part, taken)
        header, fresh = self._answer_header(file, reply_key)
        write_exchange(answer, header, fresh, self._answer(device, taken, cursors, wanted), self._keys.sign)
        return taken

    def _maker(self, file: ExchangeFile) -> Device:
        with self._database.reading() as connection:
            device = access.find(connection, file.header.by)
        if device is None:
            raise AccessFault("CP-4108", path=file.path.name)
        file.check_signature(device.public_key)
        if device.status != ACTIVE:
            raise AccessFault("CP-4103")
        return device

    def _answer_header(self, file: ExchangeFile, reply_key: str) -> tuple[Header, bytes]:
        fresh = X25519PrivateKey.generate()
        header = Header(
            id=IdMaker(self._clock).new(),
            kind=ANSWER,
            by=SERVER,
            device=file.header.device,
            to=reply_key,
            fresh=fresh.public_key().public_bytes_raw().hex(),
            made_at=iso(self._clock.now()),
            request=file.header.id,
        )
        return header, fresh.private_bytes_raw()

    def _take_push(self, carrier: Device, message: Any, taken: Taken) -> None:
        batch = push_from_wire(message)
        with self._database.reading() as connection:
            author = checking.author_of(connection, carrier, batch)
        checked = checking.check(author, batch)
        try:
            with self._database.writing() as connection:
                answer = ordering.push(connection, carrier, checked, iso(self._clock.now()))
        except IntegrityFault as fault:
            if fault.code != "CP-3202":
                raise
            gap = {"device": author.device, "have": int(str(fault.fields["expected"])) - 1}
            taken.answers.append({"gap": gap})
            return
        repeated = sum(result.outcome.value == "duplicate" for result in answer.results)
        taken.repeated += repeated
        taken.received += len(answer.results) - repeated
        taken.answers.append({"results": push_answer_to_wire(answer)})

    def _take_blob(self, device: Device, piece: BlobPiece, taken: Taken) -> None:
        """The next bytes of a photograph; those that are here already are passed over."""
        known = self._blobs.upload(device, piece.sha256)
        offset = 0 if known is None else known.offset
        if piece.offset != offset or (known is not None and known.offset == known.length):
            return  # sent before, or the pieces before it are in another file: the desk sends it again

        async def chunks() -> AsyncIterator[bytes]:
            yield piece.content

        now = iso(self._clock.now())
        with suppress(IntegrityFault):  # not what its name says: forgotten, and not among those the answer confirms
            receive = self._blobs.receive(device, piece.sha256, piece.offset, piece.size, chunks(), now)
            upload = asyncio.run(receive)
            taken.blobs += upload.offset == upload.length

    def _answer(
        self, device: Device, taken: Taken, cursors: dict[str, str | None], wanted: tuple[str, ...]
    ) -> Iterator[Any]:
        offered = sorted(taken.offered)
        missing: set[str] = set()
        for start in range(0, len(offered), 200):
            missing.update(self._blobs.missing(device, offered[start : start + 200]))
        yield {"have": [sha256 for sha256 in offered if sha256 not in missing]}
        yield from taken.answers
        for stream in sorted(readable_streams(device)):
            yield from self._pages(device, stream, cursors.get(stream), taken)
        yield from self._wanted_blobs(device, wanted)

    def _pages(self, device: Device, stream: str, cursor: str | None, taken: Taken) -> Iterator[Any]:
        epoch, after = cursor_from_text(cursor) if cursor else (self._database.epoch, 0)
        if epoch != self._database.epoch:
            after = 0  # the server's data was replaced: the desk gets it from the start
        more = True
        while more:
            with self._database.reading() as connection:
                try:
                    page, last, more = ordering.pull(connection, stream, after, ENTRIES_PER_PULL_MAX)
                except IntegrityFault:  # the desk has seen more than is here
                    page, last, more = ordering.pull(connection, stream, 0, ENTRIES_PER_PULL_MAX)
                    after = 0
                lens = lens_for(connection, device, stream)
            if lens is not None:
                page = [lens.entry(entry) for entry in page]
            taken.entries += len(page)
            cursor = cursor_to_text(self._database.epoch, last)
            entries = [read_json(entry) for entry in page]
            yield {"page": {"stream": stream, "after": after, "entries": entries, "cursor": cursor}}
            after = last

    def _wanted_blobs(self, device: Device, wanted: tuple[str, ...]) -> Iterator[BlobPiece]:
        left = _ANSWER_BLOB_BYTES_MAX
        for sha256 in wanted:
            size = self._blobs.readable_size(device, sha256)
            if size is None or size > left:
                continue
            left -= size
            path = self._blobs.path_of(sha256)
            with disk_faults(path), path.open("rb") as stream:
                offset = 0
                while content := stream.read(BLOB_PIECE_BYTES):
                    yield BlobPiece(sha256, offset, size, content)
                    offset += len(content)


def _cursors(value: Any) -> dict[str, str | None]:
    if not isinstance(value, dict) or len(value) > _STREAMS_MAX:
        raise IntegrityFault("CP-3201", place="request.cursors", reason="expected an object")
    read = Reader(value, "request.cursors", tuple(value))
    return {read_stream(code, "request.cursors"): read.maybe(code, read.text) for code in value}


def take_request(config: ServerConfig, path: Path, answer: Path) -> Taken:
    """Take a request in at the server's own computer, whether the server runs or not. Raises as `Desk.take`."""
    database = Database.open(config.url)
    try:
        return Desk(database, BlobShelf(database, config.blobs), config.clock).take(path, answer)
    finally:
        database.close()


def routes(service: Any, endpoint: Any) -> list[Route]:
    """`GET /v1/keys`, and `POST /v1/exchange` for a desk with a line that carries another's file."""
    return [
        Route("/v1/keys", endpoint(service, _keys), methods=["GET"], name="keys"),
        Route("/v1/exchange", endpoint(service, _exchange), methods=["POST"], name="exchange"),
    ]


async def _keys(service: Any, request: Request) -> Response:
    await service.device(request)
    return JSONResponse(await run_in_threadpool(public_keys, service.database))


async def _exchange(service: Any, request: Request) -> Response:
    """The body is an exchange file, the answer another. Who carries it can open neither."""
    await service.device(request)
    folder = tempfile.TemporaryDirectory(prefix="cpdesk-exchange-")
    arrived, answer = Path(folder.name) / "request.cpdx", Path(folder.name) / "answer.cpdx"
    try:
        size = 0
        with disk_faults(arrived), arrived.open("wb") as stream:
            async for chunk in request.stream():
                size += len(chunk)
                if size > FILE_BYTES_MAX:
                    raise IntegrityFault("CP-3205", what="body", size=f"> {FILE_BYTES_MAX}", limit=FILE_BYTES_MAX)
                await run_in_threadpool(stream.write, chunk)
        desk = Desk(service.database, service.blobs, service.clock)
        await run_in_threadpool(desk.take, arrived, answer)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(answer, media_type="application/octet-stream", background=BackgroundTask(folder.cleanup))
