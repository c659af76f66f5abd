"""The OpenRosa addresses: lists of forms, forms, manifests, files, submissions.

    /openrosa/<township>/…               with Digest or, under TLS, Basic
    /openrosa/key/<token>/<township>/…   with the token of an app user

A township is what OpenRosa servers call a project. Answers that a person may see come in Chinese or English.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from cpdesk.base.errors import AccessFault, CpdeskError, EnvironmentFault, IntegrityFault
from cpdesk.base.i18n import Translator
from cpdesk.model.paths import STREAM
from cpdesk.server.limits import TokenBuckets
from cpdesk.server.openrosa import answers_xml, catalogue
from cpdesk.server.openrosa.authentication import Doorkeeper, StaleNonce
from cpdesk.server.openrosa.intake import QUARANTINED, Intake
from cpdesk.server.openrosa.reading import FormShelf
from cpdesk.server.openrosa.receiving import BODY_BYTES_MAX, Received, Spool, receive
from cpdesk.server.openrosa.users import AppUser
from cpdesk.server.people.roles import Right, may

if TYPE_CHECKING:
    from cpdesk.server.app import Service

_ACCESS: Final = logging.getLogger("cpdesk.server.access")
_LOG: Final = logging.getLogger("cpdesk.server")
_XML: Final = "text/xml; charset=utf-8"
_REQUESTS_PER_SECOND: Final = 20.0
_REQUESTS_BURST: Final = 200
_STATUS: Final = {
    "CP-2001": 507, "CP-2250": 429, "CP-2251": 503, "CP-2252": 503, "CP-3205": 413, "CP-3252": 404, "CP-3260": 404,
    "CP-3261": 409, "CP-3262": 409, "CP-3263": 400, "CP-3264": 415, "CP-4104": 403, "CP-4110": 401, "CP-4111": 403,
    "CP-4112": 403, "CP-4113": 401,
}  # fmt: skip
_PATHS_NAMED: Final = ("CP-2001", "CP-2002", "CP-2003", "CP-2004")

Handler = Callable[["Face", Request, AppUser, str], Awaitable[Response]]


class Face:
    """What the handlers share."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.database = service.database
        self.shelf = FormShelf()
        self.spool = Spool(service.blobs)
        self.intake = Intake(service.database, service.clock, self.shelf)
        self.doorkeeper = Doorkeeper(service.database, service.clock)
        self._users = TokenBuckets(_REQUESTS_PER_SECOND, _REQUESTS_BURST, service.clock)
        self.spool.sweep()

    async def user(self, request: Request) -> AppUser:
        """The app user that sent the request.

        Raises:
            AccessFault: CP-411x not proved. EnvironmentFault: CP-2250 too many requests.
        """
        token = request.path_params.get("token")
        try:
            if token is not None:
                user = await run_in_threadpool(self.doorkeeper.by_token, token)
            else:
                user = await run_in_threadpool(self.doorkeeper.by_header, request)
        except AccessFault:
            self.service.admit_stranger(request)
            raise
        self._users.take(user.device.device)
        request.scope["cpdesk.device"] = user.device.device
        return user


def routes(service: Service) -> list[Route]:
    """The routes of the OpenRosa face over a server's database and blobs."""
    face = Face(service)
    return [
        Route(prefix + path, _endpoint(face, handler), methods=methods, name=f"openrosa{handler.__name__}")
        for prefix in ("/openrosa/{project}", "/openrosa/key/{token}/{project}")
        for path, methods, handler in _ROUTES
    ]


def _endpoint(face: Face, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        started = time.perf_counter()
        response = await _guarded(face, handler, request)
        facts = {
            "route": "openrosa" + handler.__name__,
            "method": request.method,
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000),
            "device": request.scope.get("cpdesk.device", ""),
        }
        _ACCESS.info("%s", json.dumps(facts))
        response.headers["X-OpenRosa-Version"] = "1.0"
        response.headers["X-OpenRosa-Accept-Content-Length"] = str(BODY_BYTES_MAX)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return answer


async def _guarded(face: Face, handler: Handler, request: Request) -> Response:
    """A handler's answer, or a message that tells a person what went wrong in it."""
    language = language_of(request.headers.get("accept-language", ""))
    try:
        user = await face.user(request)
        project = request.path_params["project"]
        if not STREAM.fullmatch(project) or not may(user.device, Right.READ, project):
            raise AccessFault("CP-4104", stream=project[:20])
        return await handler(face, request, user, project)
    except CpdeskError as fault:
        return _told(face, request, fault, language)
    except (OperationalError, PoolTimeout) as error:
        _LOG.error("database: %s", type(error).__name__)
        return _told(face, request, EnvironmentFault("CP-2251"), language)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody hears it
    except Exception as error:
        incident = secrets.token_hex(4)
        frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        _LOG.error("incident %s: %s at %s", incident, type(error).__name__, " < ".join(reversed(frames)))
        return _told(face, request, IntegrityFault("CP-3254", incident=incident), language)


def _told(face: Face, request: Request, fault: CpdeskError, language: str) -> Response:
    if fault.code in _PATHS_NAMED[1:]:
        fault = EnvironmentFault("CP-2251")
    default = 400 if fault.code.startswith("CP-1") else 500
    status = _STATUS.get(fault.code, default)
    if status == 401 and "token" in request.path_params:
        status = 403  # there is no other way to prove it at this address
    if fault.code == "CP-2001":
        fault.fields["path"] = "—"
    text = f"{fault.message(language)}{fault.remedy(language)}" if language == "zh" else str(fault).partition(": ")[2]
    response = Response(answers_xml.message("error", text), status, media_type=_XML)
    response.headers["Cpdesk-Problem"] = fault.code
    response.headers["Content-Language"] = language
    if status == 401:
        for challenge in face.doorkeeper.challenges(request, stale=isinstance(fault, StaleNonce)):
            response.headers.append("WWW-Authenticate", challenge)
    if "seconds" in fault.fields:
        response.headers["Retry-After"] = str(fault.fields["seconds"])
    return response


def language_of(header: str) -> str:
    """zh or en, whichever an Accept-Language prefers; zh where it says neither."""
    best, language = 0.0, "zh"
    for part in header[:500].split(","):
        name, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        found = name.strip().lower().partition("-")[0]
        try:
            asked = float(weight)
        except ValueError:
            continue
        if found in ("zh", "en") and asked > best:
            best, language = asked, found
    return language


def _here(request: Request, user_path: str) -> str:
    """The address of a path of this project, as the phone reached the server."""
    base = str(request.base_url).rstrip("/")
    token = request.path_params.get("token")
    key = f"/key/{quote(token, safe='')}" if token is not None else ""
    return f"{base}/openrosa{key}/{request.path_params['project']}{user_path}"


def _kept(request: Request, content: bytes, media_type: str) -> Response:
    """Content with its tag; 304 where the phone has it already."""
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    asked = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in asked or "*" in asked:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type=media_type, headers={"ETag": tag})


async def _form_list(face: Face, request: Request, user: AppUser, project: str) -> Response:
    only = request.query_params.get("formID", "")

    def work() -> bytes:
        with face.database.reading() as connection:
            return catalogue.form_list(connection, face.shelf, only, lambda path: _here(request, path))

    return _kept(request, await run_in_threadpool(work), _XML)


async def _form(face: Face, request: Request, user: AppUser, project: str) -> Response:
    form, version = request.path_params["form"], request.path_params["version"]

    def work() -> bytes:
        with face.database.reading() as connection:
            return catalogue.form_xml(connection, form, version)

    return _kept(request, await run_in_threadpool(work), _XML)


async def _manifest(face: Face, request: Request, user: AppUser, project: str) -> Response:
    form, version = request.path_params["form"], request.path_params["version"]

    def work() -> bytes:
        with face.database.reading() as connection:
            return catalogue.manifest(connection, face.shelf, form, version, project, lambda path: _here(request, path))

    return _kept(request, await run_in_threadpool(work), _XML)


async def _file(face: Face, request: Request, user: AppUser, project: str) -> Response:
    form, version, name = (request.path_params[key] for key in ("form", "version", "name"))

    def work() -> bytes:
        with face.database.reading() as connection:
            return catalogue.file(connection, face.shelf, form, version, name, project)

    media_type = "text/csv; charset=utf-8" if name.endswith(".csv") else "application/octet-stream"
    return _kept(request, await run_in_threadpool(work), media_type)


async def _ask_submission(face: Face, request: Request, user: AppUser, project: str) -> Response:
    return Response(status_code=204, headers={"Location": _here(request, "/submission")})


async def _submission(face: Face, request: Request, user: AppUser, project: str) -> Response:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise IntegrityFault("CP-3264")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 15 or int(length) > BODY_BYTES_MAX):
        raise IntegrityFault("CP-3205", what="body", size=length[:15], limit=BODY_BYTES_MAX)
    received = Received()
    try:
        await receive(face.spool, request.headers.get("content-type", ""), request.stream(), received)

        def work() -> tuple[str, str]:
            files = face.spool.shelve(received)
            taken = face.intake.take(user, project, received.xml, files)
            return taken.state, taken.record

        state, _ = await run_in_threadpool(work)
    finally:
        await run_in_threadpool(face.spool.drop, received)
    language = language_of(request.headers.get("accept-language", ""))
    key = (
        "openrosa.quarantined"
        if state == QUARANTINED
        else "openrosa.more"
        if received.is_incomplete
        else "openrosa.taken"
    )
    text = Translator(language)(key)
    response = Response(
        answers_xml.message("submit_success", text), 202 if received.is_incomplete else 201, media_type=_XML
    )
    response.headers["Location"] = _here(request, "/submission")
    response.headers["Content-Language"] = language
    return response


_ROUTES: Final[tuple[tuple[str, list[str], Handler], ...]] = (
    ("/formList", ["GET"], _form_list),
    ("/submission", ["HEAD"], _ask_submission),
    ("/submission", ["POST"], _submission),
    ("/forms/{form}/{version}/form.xml", ["GET"], _form),
    ("/forms/{form}/{version}/manifest", ["GET"], _manifest),
    ("/forms/{form}/{version}/files/{name}", ["GET"], _file),
)
