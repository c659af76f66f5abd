"""The HTTP face of the server: routes, authentication, limits, log. What the routes do is in the other modules.

Handlers answer with JSON; every fault is a problem document. Work with the database runs on worker threads, so a slow
disk does not stop the server from hearing others.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from cpdesk import __version__
from cpdesk.base.errors import AccessFault, CpdeskError, EnvironmentFault, IntegrityFault
from cpdesk.server import access, checking, exchange, openapi, ordering, published, snapshot, watching
from cpdesk.server.access import Device, iso
from cpdesk.server.blobs import BlobShelf
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.limits import OneLength, TokenBuckets, read_body
from cpdesk.server.openrosa.routes import routes as openrosa_routes
from cpdesk.server.people.masks import lens_for
from cpdesk.server.people.roles import Right, may, readable_streams
from cpdesk.server.problems import problem
from cpdesk.sync.protocol import cursor_from_text, cursor_to_text, push_answer_to_wire, push_from_wire
from cpdesk.sync.reading import (
    BLOBS_PER_QUERY_MAX,
    ENTRIES_PER_PULL_MAX,
    PROTOCOL_VERSION,
    Reader,
    compress_above,
    malformed,
    read_hash,
    read_json,
    read_stream,
)

_SMALL_BODY_BYTES: Final = 16 * 1024
_ACCESS: Final = logging.getLogger("cpdesk.server.access")
_LOG: Final = logging.getLogger("cpdesk.server")

Handler = Callable[["Service", Request], Awaitable[Response]]


class Service:
    """What the handlers share: configuration, database, blobs, seals, buckets."""

    def __init__(self, config: ServerConfig) -> None:
        self.clock = config.clock
        self.folder = config.folder
        self.database = Database.open(config.url)
        self.blobs = BlobShelf(self.database, config.blobs)
        self.meters = watching.Meters()
        self.seals = access.Seals(self.database.secret, config.token_minutes, config.challenge_seconds)
        self._desks = TokenBuckets(config.requests_per_second, config.requests_burst, config.clock)
        per_minute = config.enrolments_per_minute
        self._strangers = TokenBuckets(per_minute / 60, per_minute, config.clock)

    def now(self) -> str:
        return iso(self.clock.now())

    def admit_stranger(self, request: Request) -> None:
        """Requests without a token are counted by network address."""
        self._strangers.take(request.client.host if request.client else "")

    async def device(self, request: Request) -> Device:
        """The enrolled device that sent the request.

        Raises:
            AccessFault: CP-4102 without a valid token, CP-4103 revoked. EnvironmentFault: CP-2250 too many requests.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or len(token) > 500:
            self.admit_stranger(request)
            raise AccessFault("CP-4102")
        name, status = self.seals.device_of(token, self.clock.now())
        self._desks.take(name)
        device = await run_in_threadpool(self._find, name)
        if device.status != status:
            raise AccessFault("CP-4102")
        request.scope["cpdesk.device"] = name
        return device

    def _find(self, name: str) -> Device:
        with self.database.reading() as connection:
            device = access.find(connection, name)
        if device is None:
            raise AccessFault("CP-4102")
        access.check_standing(device, self.clock.now())
        return device

    def note_bulk_read(self, device: Device, stream: str) -> None:
        """Leave a line of who reads a township from its beginning."""
        with self.database.writing() as connection:
            access.note(connection, self.now(), "read_in_bulk", device.device, f"stream {stream}")

    def known_device(self, name: str) -> Device:
        return self._find(name)


def create_app(config: ServerConfig) -> Starlette:
    """The server over an existing database.

    Raises:
        IntegrityFault: CP-3250 or CP-3251 when the database cannot be opened.
    """
    service = Service(config)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        service.database.close()

    routes = [
        Route(path, _endpoint(service, handler), methods=methods, name=handler.__name__)
        for path, methods, handler in _ROUTES
    ]
    routes += openrosa_routes(service)
    routes += exchange.routes(service, _endpoint)
    routes += snapshot.routes(service, _endpoint)
    routes += watching.routes(service, _endpoint)
    handlers: dict[Any, Any] = {HTTPException: _http_fault}
    layers = [Middleware(OneLength)]
    app = Starlette(routes=routes, middleware=layers, exception_handlers=handlers, lifespan=lifespan)
    app.state.service = service
    return app


def _endpoint(service: Service, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        started = time.perf_counter()
        response = await _guarded(service, handler, request)
        route, seconds = handler.__name__.strip("_"), time.perf_counter() - started
        service.meters.note(route, request.method, response.status_code, seconds)
        facts = {
            "route": route,
            "method": request.method,
            "status": response.status_code,
            "ms": round(seconds * 1000),
            "device": request.scope.get("cpdesk.device", ""),
        }
        _ACCESS.info("%s", json.dumps(facts), extra={"facts": facts})
        response.headers["Cpdesk-Protocol"] = str(PROTOCOL_VERSION)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


async def _guarded(service: Service, handler: Handler, request: Request) -> Response:
    """A handler's answer, or the problem document of what went wrong in it."""
    try:
        return await handler(service, request)
    except CpdeskError as fault:
        return problem(fault)
    except (OperationalError, PoolTimeout) as error:
        _LOG.error("database: %s", type(error).__name__)
        return problem(EnvironmentFault("CP-2251"))
    except ClientDisconnect:
        return Response(status_code=400)  # nobody hears it
    except Exception as error:
        incident = secrets.token_hex(4)
        # Frames only: the message of an unforeseen exception may hold people's answers.
        frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        _LOG.error("incident %s: %s at %s", incident, type(error).__name__, " < ".join(reversed(frames)))
        return problem(IntegrityFault("CP-3254", incident=incident))


async def _http_fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return problem(IntegrityFault("CP-3253", method=request.method))
    return problem(IntegrityFault("CP-3252", what=request.url.path[:100]))


async def _health(service: Service, request: Request) -> Response:
    facts = {"server": "cpdesk", "protocol": PROTOCOL_VERSION, "version": __version__, "time": service.now()}
    return JSONResponse({**facts, "epoch": service.database.epoch})


async def _openapi(service: Service, request: Request) -> Response:
    return JSONResponse(openapi.document((path, methods) for path, methods, _ in _ROUTES))


async def _enrol(service: Service, request: Request) -> Response:
    service.admit_stranger(request)
    body = read_json(await read_body(request, _SMALL_BODY_BYTES))
    read = Reader(body, "enrol", ("code", "device", "public_key", "signature"))
    facts = {
        "code": read.text("code"),
        "device": read.uuid("device"),
        "public_key": read.hash("public_key"),
        "signature": read.signature("signature"),
    }

    def work() -> Device:
        with service.database.writing() as connection:
            return access.enrol(connection, **facts, now=service.clock.now())

    device = await run_in_threadpool(work)
    granted = service.seals.token(device, service.clock.now())
    return JSONResponse(
        {
            "device": device.device,
            "person": device.person,
            "role": device.role,
            "streams": sorted(device.streams),
            "token": granted.token,
            "expires_at": granted.expires_at,
        }
    )


async def _token(service: Service, request: Request) -> Response:
    """Without a challenge: gives one. With a signed challenge: gives a token."""
    service.admit_stranger(request)
    body = read_json(await read_body(request, _SMALL_BODY_BYTES))
    read = Reader(body, "token", ("device",), ("challenge", "signature"))
    name, now = read.uuid("device"), service.clock.now()
    if not read.has("challenge"):
        return JSONResponse({"challenge": service.seals.challenge(name, now)})
    device = await run_in_threadpool(service.known_device, name)
    service.seals.check_answer(device, read.text("challenge", most=500), read.signature("signature"), now)
    granted = service.seals.token(device, now)
    return JSONResponse(
        {
            "token": granted.token,
            "expires_at": granted.expires_at,
            "person": device.person,
            "role": device.role,
            "streams": sorted(readable_streams(device)),
        }
    )


async def _push(service: Service, request: Request) -> Response:
    device = await service.device(request)
    body = await read_body(request)

    def work() -> dict[str, Any]:
        batch = push_from_wire(read_json(body))
        with service.database.reading() as connection:
            author = checking.author_of(connection, device, batch)
        checked = checking.check(author, batch)
        with service.database.writing() as connection:
            return push_answer_to_wire(ordering.push(connection, device, checked, service.now()))

    return JSONResponse(await run_in_threadpool(work))


async def _pull(service: Service, request: Request) -> Response:
    device = await service.device(request)
    query = _query(request, ("stream", "cursor", "limit"))
    stream = read_stream(query.get("stream"), "stream")
    if not may(device, Right.READ, stream):
        raise AccessFault("CP-4104", stream=stream)
    after = _after(service, query.get("cursor", ""))
    limit = _whole(query.get("limit", str(ENTRIES_PER_PULL_MAX)), "limit", ENTRIES_PER_PULL_MAX)

    def work() -> Response:
        with service.database.reading() as connection:
            page, last, more = ordering.pull(connection, stream, after, limit)
            lens = lens_for(connection, device, stream)
        if lens is not None:
            page = [lens.entry(entry) for entry in page]
        if after == 0 and page:
            service.note_bulk_read(device, stream)
        cursor = cursor_to_text(service.database.epoch, last)
        tail = json.dumps({"cursor": cursor, "more": more, "durable_through": device.durable_through})
        return _packed(request, b'{"entries":[' + b",".join(page) + b"]," + tail[1:].encode())

    return await run_in_threadpool(work)


def _packed(request: Request, body: bytes) -> Response:
    """JSON as gzip for who takes it: a page of entries has the same names and ids again and again."""
    takes = [each.split(";")[0].strip() for each in request.headers.get("accept-encoding", "").lower().split(",")]
    packed = compress_above(body) if "gzip" in takes else body
    headers = {"Vary": "Accept-Encoding"} | ({} if packed is body else {"Content-Encoding": "gzip"})
    return Response(packed, headers=headers, media_type="application/json")


def _after(service: Service, cursor: str) -> int:
    if not cursor:
        return 0
    epoch, revision = cursor_from_text(cursor)
    if epoch != service.database.epoch:
        raise IntegrityFault("CP-3203")
    return revision


def _whole(text: str, place: str, most: int) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 15 or not 1 <= int(text) <= most:
        raise malformed(place, f"expected a whole number from 1 to {most}")
    return int(text)


def _query(request: Request, allowed: tuple[str, ...]) -> dict[str, str]:
    query = dict(request.query_params.multi_items())
    unknown = [name for name in query if name not in allowed]
    if unknown or len(query) != len(request.query_params.multi_items()):
        raise malformed("query", f"expected each of {', '.join(allowed)} at most once")
    return query


async def _missing_blobs(service: Service, request: Request) -> Response:
    device = await service.device(request)
    asked = [text for text in _query(request, ("missing",)).get("missing", "").split(",") if text]
    if len(asked) > BLOBS_PER_QUERY_MAX:
        raise malformed("missing", f"expected at most {BLOBS_PER_QUERY_MAX}")
    hashes = [read_hash(text, "missing") for text in asked]
    return JSONResponse({"missing": await run_in_threadpool(service.blobs.missing, device, hashes)})


async def _head_blob(service: Service, request: Request) -> Response:
    device = await service.device(request)
    sha256 = read_hash(request.path_params["sha256"], "sha256")
    upload = await run_in_threadpool(service.blobs.upload, device, sha256)
    if upload is None:
        raise IntegrityFault("CP-3252", what=sha256)
    return Response(headers={"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length)})


async def _patch_blob(service: Service, request: Request) -> Response:
    device = await service.device(request)
    sha256 = read_hash(request.path_params["sha256"], "sha256")
    offset = _header(request, "upload-offset")
    if offset is None:
        raise malformed("Upload-Offset", "needed")
    length = _header(request, "upload-length")
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise malformed("Content-Type", "expected application/offset+octet-stream")
    upload = await service.blobs.receive(device, sha256, offset, length, request.stream(), service.now())
    return Response(status_code=204, headers={"Upload-Offset": str(upload.offset)})


def _header(request: Request, name: str) -> int | None:
    text = request.headers.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise malformed(name, "expected a whole number")
    return int(text)


async def _get_blob(service: Service, request: Request) -> Response:
    device = await service.device(request)
    sha256 = read_hash(request.path_params["sha256"], "sha256")
    if await run_in_threadpool(service.blobs.readable_size, device, sha256) is None:
        raise IntegrityFault("CP-3252", what=sha256)
    if not await run_in_threadpool(service.blobs.path_of(sha256).is_file):
        raise IntegrityFault("CP-3252", what=sha256)  # a disk that lost it: FileResponse would break off without a word
    return FileResponse(service.blobs.path_of(sha256), media_type="application/octet-stream")


async def _list_forms(service: Service, request: Request) -> Response:
    await service.device(request)

    def work() -> list[dict[str, Any]]:
        with service.database.reading() as connection:
            return published.listing_with_files(connection)

    return JSONResponse({"forms": await run_in_threadpool(work)})


async def _get_form(service: Service, request: Request) -> Response:
    await service.device(request)
    form, version = request.path_params["form"], request.path_params["version"]

    def work() -> bytes | None:
        with service.database.reading() as connection:
            return published.body(connection, form, version)

    content = await run_in_threadpool(work)
    if content is None:
        raise IntegrityFault("CP-3252", what=f"{form} {version}"[:100])
    digest = hashlib.sha256(content).hexdigest()
    return Response(content, media_type="application/xml", headers={"Content-SHA256": digest})


async def _get_form_file(service: Service, request: Request) -> Response:
    await service.device(request)
    form, version, name = (request.path_params[part] for part in ("form", "version", "name"))

    def work() -> bytes | None:
        with service.database.reading() as connection:
            return published.file_body(connection, form, version, name)

    content = await run_in_threadpool(work)
    if content is None:
        raise IntegrityFault("CP-3252", what=name[:100])
    return Response(content, media_type="application/octet-stream")


_ROUTES: Final[tuple[tuple[str, list[str], Handler], ...]] = (
    ("/v1/health", ["GET"], _health),
    ("/v1/openapi.json", ["GET"], _openapi),
    ("/v1/enrol", ["POST"], _enrol),
    ("/v1/token", ["POST"], _token),
    ("/v1/push", ["POST"], _push),
    ("/v1/pull", ["GET"], _pull),
    ("/v1/blobs", ["GET"], _missing_blobs),
    ("/v1/blobs/{sha256}", ["HEAD"], _head_blob),
    ("/v1/blobs/{sha256}", ["PATCH"], _patch_blob),
    ("/v1/blobs/{sha256}", ["GET"], _get_blob),
    ("/v1/forms", ["GET"], _list_forms),
    ("/v1/forms/{form}/{version}", ["GET"], _get_form),
    ("/v1/forms/{form}/{version}/files/{name}", ["GET"], _get_form_file),
)
