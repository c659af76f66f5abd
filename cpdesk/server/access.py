"""Who may do what: enrolment codes, tokens, challenges, scopes. What is not allowed here is denied.

A desk proves itself with its Ed25519 key. Tokens and challenges carry their own expiry and are sealed with the server's
secret (HMAC-SHA256), so they need no table; a revoked desk is refused at the device row, whatever its token says.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, select, update

from cpdesk.base.errors import AccessFault
from cpdesk.model.oplog import GENESIS_HASH
from cpdesk.server import schema
from cpdesk.server.people.audit import note
from cpdesk.server.people.roles import ACTIVE, LEAVING, Role
from cpdesk.sync.signing import code_hash, enrolment_digest, token_digest

_CODE_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I, which people confuse on paper
_CODE_LETTERS: Final = 20  # 100 bits: cannot be guessed, so a plain hash of it is enough
__all__ = ["ROLES", "Device", "Granted", "Seals", "check_standing", "enrol", "find", "iso", "new_code", "note"]
ROLES: Final = tuple(str(role) for role in Role)


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled desk and what it may read and write.

    Attributes:
        until: when one that is leaving has to have sent all.
        durable_through: its last operation that a verified backup holds.
    """

    device: str
    public_key: str
    person: str
    role: str
    streams: frozenset[str]
    status: str
    until: str = ""
    durable_through: int = 0


@dataclass(frozen=True, slots=True)
class Granted:
    """A token and the moment it ends."""

    token: str
    expires_at: str


def iso(moment: datetime) -> str:
    """UTC to the millisecond; sorts as text."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def new_code() -> str:
    """An enrolment code as it is shown to people: five groups of four."""
    letters = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LETTERS))
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LETTERS, 4))


def enrol(connection: Connection, *, code: str, device: str, public_key: str, signature: str, now: datetime) -> Device:
    """Use up a code for a device. The same device may ask again with its code when the answer was lost.

    Raises:
        AccessFault: CP-4101 code unknown, used by another device or expired; CP-4103 revoked; CP-4105 the id is taken
            by another key; CP-4106 the signature does not prove the key.
    """
    if not _verified(public_key, signature, enrolment_digest(code_hash(code), device, public_key)):
        raise AccessFault("CP-4106")
    codes = schema.enrolment_codes
    row = connection.execute(select(codes).where(codes.c.code_hash == code_hash(code)).with_for_update()).one_or_none()
    if row is None or row.expires_at < iso(now) or row.used_by not in (None, device):
        raise AccessFault("CP-4101")
    known = find(connection, device)
    if known is not None:
        if known.public_key != public_key:
            raise AccessFault("CP-4105")
        if known.status != ACTIVE:
            raise AccessFault("CP-4103")
        if row.used_by == device:
            return known
    _admit(connection, row, device, public_key, known, iso(now))
    found = find(connection, device)
    assert found is not None
    return found


def _admit(
    connection: Connection, code: Row[tuple[str, ...]], device: str, public_key: str, known: Device | None, now: str
) -> None:
    table = schema.devices
    rights = {"person": code.person, "role": code.role, "streams": code.streams}
    if known is None:
        start = {"status": "active", "flag": "", "head_seq": 0, "head_hash": GENESIS_HASH, "enrolled_at": now}
        connection.execute(table.insert(), {"device": device, "public_key": public_key, **rights, **start})
    else:
        connection.execute(update(table).where(table.c.device == device).values(**rights))
    codes = schema.enrolment_codes
    connection.execute(update(codes).where(codes.c.code_hash == code.code_hash).values(used_by=device))
    note(connection, now, "enrolled", device, f"role {code.role}, streams {code.streams}")


def find(connection: Connection, device: str) -> Device | None:
    """The device row, revoked or not."""
    row = connection.execute(select(schema.devices).where(schema.devices.c.device == device)).one_or_none()
    if row is None:
        return None
    streams = frozenset(row.streams.split())
    status, _, until = row.status.partition(" ")
    return Device(row.device, row.public_key, row.person, row.role, streams, status, until, row.durable_seq)


def check_standing(device: Device, now: datetime) -> None:
    """Raises AccessFault CP-4103 when the desk was revoked, and the days to send what it has are over."""
    if device.status != ACTIVE and not (device.status == LEAVING and iso(now) < device.until):
        raise AccessFault("CP-4103")


class Seals:
    """Issues and checks tokens and challenges with the server's secret."""

    def __init__(self, secret: bytes, token_minutes: int, challenge_seconds: int) -> None:
        self._secret = secret
        self._token_life = timedelta(minutes=token_minutes)
        self._challenge_life = timedelta(seconds=challenge_seconds)

    def token(self, device: Device, now: datetime) -> Granted:
        expires = iso(now + self._token_life)
        return Granted(self._seal(_purpose(device.status), device.device, expires), expires)

    def device_of(self, token: str, now: datetime) -> tuple[str, str]:
        """The device of a token and the status for which it was given.

        Raises:
            AccessFault: CP-4102 the token is not ours or has ended.
        """
        try:
            return self._open(_purpose(ACTIVE), token, now), ACTIVE
        except AccessFault:
            return self._open(_purpose(LEAVING), token, now), LEAVING

    def challenge(self, device: str, now: datetime) -> str:
        return self._seal("challenge", device, iso(now + self._challenge_life))

    def check_answer(self, device: Device, challenge: str, signature: str, now: datetime) -> None:
        """Raises AccessFault: CP-4102 challenge not ours, ended or of another device; CP-4106 wrong signature."""
        if self._open("challenge", challenge, now) != device.device:
            raise AccessFault("CP-4102")
        if not _verified(device.public_key, signature, token_digest(challenge)):
            raise AccessFault("CP-4106")

    def _seal(self, purpose: str, device: str, expires: str) -> str:
        content = f"{device}~{expires}~{secrets.token_hex(8)}"
        return _encode(content.encode()) + "." + _encode(self._mac(purpose, content))

    def _open(self, purpose: str, sealed: str, now: datetime) -> str:
        try:
            content, mac = (_decode(part) for part in sealed.split("."))
            device, expires, _ = content.decode("ascii").split("~")
        except ValueError:
            raise AccessFault("CP-4102") from None
        genuine = hmac.compare_digest(mac, self._mac(purpose, content.decode("ascii")))
        if not genuine or expires <= iso(now):
            raise AccessFault("CP-4102")
        return device

    def _mac(self, purpose: str, content: str) -> bytes:
        return hmac.digest(self._secret, f"cpdesk {purpose}\n{content}".encode(), "sha256")


def _purpose(status: str) -> str:
    """A desk that begins to leave needs another token: with it comes the news."""
    return "token" if status == ACTIVE else "token to leave"


def _verified(public_key: str, signature: str, digest_hex: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), bytes.fromhex(digest_hex))
    except (InvalidSignature, ValueError):
        return False
    return True


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
