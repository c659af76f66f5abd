"""Who sends a request: a token in the path, Digest (RFC 7616 with MD5, as phones speak it), or Basic under TLS.

Deny by default: what is not proved is nobody, and what a user may not see does not exist for them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from starlette.requests import Request

from cpdesk.base.clock import Clock
from cpdesk.base.errors import AccessFault
from cpdesk.server.access import iso
from cpdesk.server.database import Database
from cpdesk.server.openrosa import users
from cpdesk.server.openrosa.users import REALM, AppUser

NONCE_LIFE: Final = timedelta(minutes=10)
_NONCES_MAX: Final = 10_000
_HEADER_CHARACTERS_MAX: Final = 2_000
_PARAMETER: Final = re.compile(r'([a-zA-Z0-9]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_NOBODY: Final = users.password_digest("nobody", secrets.token_hex(16))


class StaleNonce(AccessFault):
    """The answer was made with a nonce that has ended or was used already: the phone asks again by itself."""


class Doorkeeper:
    """Proves app users against the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def by_token(self, token: str) -> AppUser:
        """Raises AccessFault: CP-4110 no such token, CP-4111 revoked."""
        with self._database.reading() as connection:
            user = users.by_token(connection, token) if len(token) <= 200 else None
        if user is None:
            raise AccessFault("CP-4110")
        return _active(user)

    def by_header(self, request: Request) -> AppUser:
        """Prove a login by the Authorization header.

        Raises:
            AccessFault: CP-4110 not proved, CP-4111 revoked, CP-4112 locked for a while, CP-4113 Basic without TLS.
            StaleNonce: the nonce has ended or was used.
        """
        header = request.headers.get("authorization", "")
        scheme, _, rest = header.partition(" ")
        if len(header) > _HEADER_CHARACTERS_MAX:
            raise AccessFault("CP-4110")
        if scheme.lower() == "digest":
            return self._digest(request, rest)
        if scheme.lower() == "basic":
            if request.url.scheme != "https":
                raise AccessFault("CP-4113")
            return self._basic(rest)
        raise AccessFault("CP-4110")

    def challenges(self, request: Request, *, stale: bool = False) -> list[str]:
        """Values of WWW-Authenticate; Basic is offered only where nobody can listen."""
        nonce = self._nonce(self._clock.now())
        digest = f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"' + ", stale=true" * stale
        basic = [f'Basic realm="{REALM}", charset="UTF-8"'] if request.url.scheme == "https" else []
        return [digest, *basic]

    def _basic(self, credentials: str) -> AppUser:
        try:
            login, _, password = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
        except ValueError:
            raise AccessFault("CP-4110") from None
        user = self._user_to_prove(login)
        expected = user.password_digest if user is not None else _NOBODY
        return self._proved(user, login, hmac.compare_digest(users.password_digest(login, password), expected))

    def _digest(self, request: Request, rest: str) -> AppUser:
        given = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
        needed = ("username", "realm", "nonce", "uri", "qop", "nc", "cnonce", "response")
        if any(not given.get(name) for name in needed) or given["realm"] != REALM or given["qop"] != "auth":
            raise AccessFault("CP-4110")
        if given.get("algorithm", "MD5").upper() != "MD5" or not _is_target(request, given["uri"]):
            raise AccessFault("CP-4110")
        if not re.fullmatch(r"[0-9a-fA-F]{8}", given["nc"]):
            raise AccessFault("CP-4110")
        if not self._is_ours(given["nonce"]):
            raise StaleNonce("CP-4110")
        login = given["username"]
        user = self._user_to_prove(login)
        first = user.password_digest if user is not None else _NOBODY
        second = _md5(f"{request.method}:{given['uri']}")
        parts = (first, given["nonce"], given["nc"], given["cnonce"], "auth", second)
        right = hmac.compare_digest(_md5(":".join(parts)).encode(), given["response"].lower().encode())
        proved = self._proved(user, login, right)
        self._count(given["nonce"], int(given["nc"], 16))
        return proved

    def _user_to_prove(self, login: str) -> AppUser | None:
        with self._database.reading() as connection:
            user = users.by_login(connection, login)
        if user is not None and user.locked_until > iso(self._clock.now()):
            raise AccessFault("CP-4112")
        return user

    def _proved(self, user: AppUser | None, login: str, right: bool) -> AppUser:
        if user is None or not right:
            users.note_failure(self._database, login, self._clock.now())
            raise AccessFault("CP-4110")
        users.note_success(self._database, login)
        return _active(user)

    def _nonce(self, now: datetime) -> str:
        content = f"{iso(now + NONCE_LIFE)}~{secrets.token_hex(8)}".encode()
        return base64.urlsafe_b64encode(content + self._mac(content)).decode("ascii")

    def _is_ours(self, nonce: str) -> bool:
        try:
            sealed = base64.urlsafe_b64decode(nonce)
        except ValueError:
            return False
        content, mac = sealed[:-32], sealed[-32:]
        if not hmac.compare_digest(mac, self._mac(content)):
            return False
        return content.decode("ascii").partition("~")[0] > iso(self._clock.now())

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self._database.secret, b"cpdesk openrosa nonce\n" + content, "sha256")

    def _count(self, nonce: str, number: int) -> None:
        """Each number of a nonce once, rising: a request somebody listened to cannot be sent again."""
        with self._lock:
            last = self._counts.pop(nonce, 0)
            self._counts[nonce] = max(last, number)
            if len(self._counts) > _NONCES_MAX:
                self._counts.popitem(last=False)
        if number <= last:
            raise StaleNonce("CP-4110")


def _active(user: AppUser) -> AppUser:
    if user.device.status != "active":
        raise AccessFault("CP-4111")
    return user


def _is_target(request: Request, uri: str) -> bool:
    """Whether the answer was made for this very address; some clients write it whole."""
    path = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope.get("query_string", b"")
    target = path + (b"?" + query if query else b"")
    return re.sub(r"^https?://[^/]*", "", uri).encode("utf-8", "replace") == target


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
