"""App users: people who fill forms on a phone. Each is a device of its own, whose key the server keeps.

Rights, status and the chain of operations stand in `devices`, as for desks, so one list shows both and revoking works
alike. A login's password is kept as digest authentication needs it, which is as good as the password itself for this
server: therefore the server makes the passwords, and nobody uses one of theirs here.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import Connection, select, update

from cpdesk.base.clock import Clock
from cpdesk.base.errors import InputFault
from cpdesk.base.ids import IdMaker
from cpdesk.model.oplog import GENESIS_HASH
from cpdesk.model.paths import NAME_CHARACTERS_MAX, STREAM
from cpdesk.server import access, schema
from cpdesk.server.access import Device, iso
from cpdesk.server.database import Database
from cpdesk.server.openrosa.tables import users
from cpdesk.server.ordering import insert_missing

REALM: Final = "cpdesk"
FAILURES_MAX: Final = 10
LOCKED_FOR: Final = timedelta(minutes=15)
_LOGIN_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_WORD_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_WORD_LENGTH: Final = 20  # 115 bits: its MD5 cannot be searched through


@dataclass(frozen=True, slots=True)
class AppUser:
    """An app user as requests find it."""

    device: Device
    login: str
    password_digest: str
    private_key: str
    locked_until: str


@dataclass(frozen=True, slots=True)
class NewAppUser:
    """What the administrator hands to a person, shown once: the server keeps hashes of the secrets.

    Attributes:
        paths: addresses for the phone behind the server's own, by township; they hold the token, so they are secret.
    """

    device: str
    login: str
    password: str
    paths: dict[str, str]


@dataclass(frozen=True, slots=True)
class AppUserRow:
    """One app user as the administrator sees it."""

    device: str
    login: str
    person: str
    role: str
    streams: tuple[str, ...]
    status: str
    operations: int
    locked_until: str


def password_digest(login: str, password: str) -> str:
    """HA1 of RFC 7616 for MD5: all that Digest, and Basic with it, need."""
    return hashlib.md5(f"{login}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def token_hash(token: str) -> str:
    """What is kept of a token of 256 random bits: it cannot be searched through."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make(database: Database, clock: Clock, *, person: str, streams: Sequence[str], role: str) -> NewAppUser:
    """A new app user with a key of its own.

    Raises:
        InputFault: CP-1690 a stream is not nine digits, CP-1692 no such role, CP-1694 no person's name or a long one.
    """
    if not 1 <= len(person.strip()) <= NAME_CHARACTERS_MAX:
        raise InputFault("CP-1694", name=person[:60])
    if role not in access.ROLES:
        raise InputFault("CP-1692", role=role, expected="、".join(access.ROLES))
    for stream in streams or ("",):
        if not STREAM.fullmatch(stream):
            raise InputFault("CP-1690", stream=stream)
    key = Ed25519PrivateKey.generate()
    login = "".join(secrets.choice(_LOGIN_LETTERS) for _ in range(8))
    password = "".join(secrets.choice(_WORD_LETTERS) for _ in range(_WORD_LENGTH))
    token, device, now = secrets.token_urlsafe(32), IdMaker(clock).new(), iso(clock.now())
    rights = {"person": person.strip(), "role": role, "streams": " ".join(sorted(set(streams)))}
    chain = {"status": "active", "flag": "", "head_seq": 0, "head_hash": GENESIS_HASH, "enrolled_at": now}
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    row = {
        "device": device,
        "login": login,
        "password_digest": password_digest(login, password),
        "token_hash": token_hash(token),
        "private_key": key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()).hex(),
        "failures": 0,
        "locked_until": "",
    }
    with database.writing() as connection:
        new = [{"stream": stream, "revision": 0} for stream in sorted(set(streams))]
        insert_missing(connection, schema.streams, new)
        connection.execute(schema.devices.insert(), {"device": device, "public_key": public, **rights, **chain})
        connection.execute(users.insert(), row)
        access.note(connection, now, "app_user_made", device, f"role {role}, streams {rights['streams']}")
    return NewAppUser(device, login, password, {stream: f"/openrosa/key/{token}/{stream}" for stream in streams})


def listing(database: Database) -> list[AppUserRow]:
    """All app users, oldest first."""
    devices = schema.devices
    with database.reading() as connection:
        rows = connection.execute(
            select(devices, users.c.login, users.c.locked_until)
            .join(users, users.c.device == devices.c.device)
            .order_by(devices.c.enrolled_at, devices.c.device)
        ).all()
    return [
        AppUserRow(
            row.device,
            row.login,
            row.person,
            row.role,
            tuple(row.streams.split()),
            row.status,
            row.head_seq,
            row.locked_until,
        )
        for row in rows
    ]


def unlock(database: Database, clock: Clock, login: str) -> None:
    """Let a locked login try again.

    Raises:
        InputFault: CP-1695 there is no such login.
    """
    with database.writing() as connection:
        found = connection.execute(update(users).where(users.c.login == login).values(failures=0, locked_until=""))
        if found.rowcount != 1:
            raise InputFault("CP-1695", login=login[:60])
        access.note(connection, iso(clock.now()), "app_user_unlocked", "", "")


def by_token(connection: Connection, token: str) -> AppUser | None:
    """The app user whose token this is, revoked or not."""
    return _found(connection, users.c.token_hash, token_hash(token))


def by_login(connection: Connection, login: str) -> AppUser | None:
    """The app user of a login, revoked or not."""
    return _found(connection, users.c.login, login)


def by_device(connection: Connection, device: str) -> AppUser | None:
    """The app user of a device id, revoked or not."""
    return _found(connection, users.c.device, device)


def _found(connection: Connection, column: object, value: str) -> AppUser | None:
    row = connection.execute(select(users).where(column == value)).one_or_none()  # type: ignore[arg-type]
    device = access.find(connection, row.device) if row is not None else None
    if row is None or device is None:
        return None
    return AppUser(device, row.login, row.password_digest, row.private_key, row.locked_until)


def note_failure(database: Database, login: str, now: datetime) -> None:
    """Count a wrong password; the tenth in a row locks the login for a while. Unknown logins are not written down."""
    with database.writing() as connection:
        failures = connection.execute(
            select(users.c.failures).where(users.c.login == login).with_for_update()
        ).scalar_one_or_none()
        if failures is None:
            return
        locked = failures + 1 >= FAILURES_MAX
        values: dict[str, int | str] = {"failures": 0 if locked else failures + 1}
        if locked:
            values["locked_until"] = iso(now + LOCKED_FOR)
        connection.execute(update(users).where(users.c.login == login).values(**values))
        if locked:
            access.note(connection, iso(now), "app_user_locked", "", f"{FAILURES_MAX} wrong passwords")


def note_success(database: Database, login: str) -> None:
    """Forget wrong passwords after a right one; writes only where there were some."""
    with database.reading() as connection:
        failures = connection.execute(select(users.c.failures).where(users.c.login == login)).scalar_one_or_none()
    if failures:
        with database.writing() as connection:
            connection.execute(update(users).where(users.c.login == login).values(failures=0))
