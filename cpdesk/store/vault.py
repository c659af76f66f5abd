"""The vault: the random key of the database, wrapped so that a PIN and this computer's account together open it.

    key of the database (256 bits, random)
      wrapped by  HKDF(secret in the key store, Argon2id(PIN))          every day
      wrapped by  HKDF(recovery code)                                   when the PIN or the computer's account is lost
      sealed for  the district's recovery key, once enrolled            PIN and recovery code lost

Wrapping is AES-256-GCM, so a wrong PIN is known as wrong without touching the database. `vault.json` holds the wraps
and the count of wrong PINs; none of it opens anything by itself. The delays keep people from guessing at the desk; they
cannot bind somebody who copies the file, against whom the key store's secret and Argon2id stand.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.errors import AccessFault, EnvironmentFault, IntegrityFault
from cpdesk.base.files import disk_faults, write_atomically
from cpdesk.store.keystores import KeyStore
from cpdesk.store.recovery_code import new_code, secret_of_code
from cpdesk.store.sealing import unseal

VAULT_NAME: Final = "vault.json"
RECOVERY_PURPOSE: Final = b"cpdesk district recovery"
PIN_LENGTH: Final = 6
FREE_TRIES: Final = 4
"""Wrong PINs in a row before waiting begins."""
DELAY_MAX_S: Final = 3600
_FORMAT: Final = 1
_KEY_BYTES: Final = 32
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PinCost:
    """Argon2id: RFC 9106 section 4, second recommended option (64 MiB, 3 passes, 4 lanes), about 0.1 s a try here."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


class Vault:
    """Opens the key of one store. Methods that take a PIN or a code wait for Argon2id: not for the window's thread."""

    def __init__(self, folder: Path, key_store: KeyStore, clock: Clock | None = None) -> None:
        """The vault in a folder, which may be there or not (`exists`)."""
        self._path = folder / VAULT_NAME
        self._key_store = key_store
        self._clock = clock or SystemClock()

    @property
    def exists(self) -> bool:
        """Whether a vault was created here."""
        return self._path.exists()

    def create(self, pin: str, cost: PinCost | None = None) -> tuple[bytes, str]:
        """Make a key, wrap it, write the vault.

        Returns:
            The key, and the recovery code, which is shown to the person once and kept nowhere.

        Raises:
            AccessFault: CP-4003 when the PIN is not six digits.
            EnvironmentFault: CP-2104 when there is a vault already; CP-20xx when the disk refuses.
        """
        _check_pin(pin)
        if self.exists:
            raise EnvironmentFault("CP-2104", path=str(self._path.parent))
        key = secrets.token_bytes(_KEY_BYTES)
        code = new_code()
        facts = _Facts(id=secrets.token_hex(16), kind=self._key_store.name_of_kind, cost=cost or PinCost())
        self._key_store.set(facts.id, secrets.token_bytes(_KEY_BYTES))
        facts.by_pin = self._wrap_by_pin(facts, key, pin)
        facts.by_code = _wrap_by_code(key, code)
        self._write(facts)
        return key, code

    def unlock(self, pin: str) -> bytes:
        """The key, for the right PIN.

        Raises:
            AccessFault: CP-4001 wrong PIN; CP-4002 too soon after wrong ones; CP-4006 the key store has lost its secret
                (another account, system set up anew): only the recovery code helps.
            EnvironmentFault: CP-2103 no vault here. IntegrityFault: CP-3107 the vault cannot be read.
        """
        facts = self._read()
        self._refuse_while_waiting(facts)
        # Counted before the try, so that ending the program in between wins nothing.
        facts.wrong += 1
        facts.waits_from, facts.wait_s = self._clock.now(), delay_s(facts.wrong)
        self._write(facts)
        key = _unwrap(facts.by_pin, self._kek_of_pin(facts, pin))
        if key is None:
            raise AccessFault("CP-4001", left=max(0, FREE_TRIES - facts.wrong), seconds=facts.wait_s)
        facts.wrong, facts.wait_s = 0, 0
        self._write(facts)
        return key

    def wait_s(self) -> int:
        """Seconds until the next try is allowed; 0 = now."""
        return self._left(self._read())

    def change_pin(self, old: str, new: str) -> None:
        """Wrap the key by another PIN; the recovery code stays. Raises as `unlock`, and CP-4003."""
        _check_pin(new)
        self._set_pin(self.unlock(old), new)

    def recover(self, code: str, new_pin: str) -> tuple[bytes, str]:
        """Open with the recovery code and set a new PIN, with a new secret in the key store of this account.

        Returns:
            The key, and a new recovery code: the old one was read by whoever helped, and opens nothing any more.

        Raises:
            AccessFault: CP-4003 the PIN is not six digits; CP-4004 not a whole code; CP-4005 the code is of another
                vault or was used before.
            EnvironmentFault, IntegrityFault: as `unlock`.
        """
        _check_pin(new_pin)
        facts = self._read()
        key = _unwrap(facts.by_code, _kek(secret_of_code(code), b"cpdesk recovery"))
        if key is None:
            raise AccessFault("CP-4005")
        # A new name: were the power cut now, the old vault would still find the old secret.
        facts.id, facts.kind = secrets.token_hex(16), self._key_store.name_of_kind
        self._key_store.set(facts.id, secrets.token_bytes(_KEY_BYTES))
        facts.by_pin = self._wrap_by_pin(facts, key, new_pin)
        fresh = new_code()
        facts.by_code = _wrap_by_code(key, fresh)
        facts.wrong, facts.wait_s = 0, 0
        self._write(facts)
        return key, fresh

    def new_recovery_code(self, pin: str) -> str:
        """Another recovery code instead of the lost one. Raises as `unlock`."""
        key = self.unlock(pin)
        facts, code = self._read(), new_code()
        facts.by_code = _wrap_by_code(key, code)
        self._write(facts)
        return code

    def set_district_wrap(self, wrapped: bytes, public_key: str = "") -> None:
        """Keep the key as it is sealed for the district's recovery key, and which key that is (64 hex digits)."""
        facts = self._read()
        facts.sealed_for = public_key
        facts.by_district = base64.b64encode(wrapped).decode("ascii")
        self._write(facts)

    def sealed_for(self) -> str:
        """The recovery key that the district's wrap was made for, empty when there is none."""
        return self._read().sealed_for

    def district_wrap(self) -> bytes | None:
        """What `set_district_wrap` kept."""
        wrapped = self._read().by_district
        return None if wrapped is None else base64.b64decode(wrapped)

    def open_for_district(self, private_key: bytes) -> str:
        """Open with the district's recovery key and give the vault a new recovery code, with which its person sets a
        new PIN. The former code opens nothing any more; the key itself is never shown.

        Returns:
            The new recovery code.

        Raises:
            AccessFault: CP-4007 the desk was never enrolled where there was a recovery key; CP-4008 another district's.
            EnvironmentFault, IntegrityFault: as `unlock`.
        """
        facts = self._read()
        if facts.by_district is None:
            raise AccessFault("CP-4007", path=str(self._path))
        key = unseal(base64.b64decode(facts.by_district), private_key, RECOVERY_PURPOSE)
        if key is None:
            raise AccessFault("CP-4008", path=str(self._path))
        code = new_code()
        facts.by_code = _wrap_by_code(key, code)
        self._write(facts)
        return code

    def kind_of_key_store(self) -> str:
        """`system` or `file`: where the account's part lies, for a page that says how well the data is guarded."""
        return self._read().kind

    def _set_pin(self, key: bytes, pin: str) -> None:
        facts = self._read()
        facts.by_pin = self._wrap_by_pin(facts, key, pin)
        self._write(facts)

    def _wrap_by_pin(self, facts: _Facts, key: bytes, pin: str) -> dict[str, str]:
        facts.salt = secrets.token_hex(16)
        return _wrap(key, self._kek_of_pin(facts, pin))

    def _kek_of_pin(self, facts: _Facts, pin: str) -> bytes:
        from argon2.low_level import Type, hash_secret_raw

        secret = self._key_store.get(facts.id)
        if secret is None:
            raise AccessFault("CP-4006")
        stretched = hash_secret_raw(
            pin.encode("utf-8"),
            bytes.fromhex(facts.salt),
            time_cost=facts.cost.passes,
            memory_cost=facts.cost.memory_kib,
            parallelism=facts.cost.lanes,
            hash_len=_KEY_BYTES,
            type=Type.ID,
        )
        return _kek(secret + stretched, b"cpdesk pin")

    def _refuse_while_waiting(self, facts: _Facts) -> None:
        left = self._left(facts)
        if left:
            raise AccessFault("CP-4002", seconds=left)

    def _left(self, facts: _Facts) -> int:
        """Seconds still to wait. A clock that was set back starts the wait anew instead of making it endless; one that
        was set forward shortens it, which the store cannot know better."""
        if not facts.wait_s:
            return 0
        now = self._clock.now()
        if now < facts.waits_from - timedelta(seconds=1):
            facts.waits_from = now
            self._write(facts)
        left = facts.waits_from + timedelta(seconds=facts.wait_s) - now
        return max(0, -int(-left.total_seconds() // 1))

    def _read(self) -> _Facts:
        if not self.exists:
            raise EnvironmentFault("CP-2103", path=str(self._path.parent))
        with disk_faults(self._path):
            content = self._path.read_bytes()
        try:
            return _Facts.from_json(json.loads(content))
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityFault("CP-3107", path=str(self._path)) from error

    def _write(self, facts: _Facts) -> None:
        write_atomically(self._path, json.dumps(facts.to_json(), indent=2, sort_keys=True).encode("ascii"))


@dataclass
class _Facts:
    """What `vault.json` holds. `id` names the secret in the key store."""

    id: str
    kind: str
    cost: PinCost
    salt: str = ""
    by_pin: dict[str, str] | None = None
    by_code: dict[str, str] | None = None
    by_district: str | None = None
    sealed_for: str = ""
    wrong: int = 0
    waits_from: datetime = _LONG_AGO
    wait_s: int = 0

    def to_json(self) -> dict[str, Any]:
        cost = {"passes": self.cost.passes, "memory_kib": self.cost.memory_kib, "lanes": self.cost.lanes}
        return {**vars(self), "format": _FORMAT, "cost": cost, "waits_from": self.waits_from.isoformat()}

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        if facts.pop("format") != _FORMAT:
            raise ValueError("another format")
        cost, waits_from = PinCost(**facts.pop("cost")), datetime.fromisoformat(facts.pop("waits_from"))
        return cls(**facts, cost=cost, waits_from=waits_from)


def delay_s(wrong: int) -> int:
    """Seconds to wait after that many wrong PINs in a row: none at first, then 15, 30, 60 … up to an hour."""
    if wrong < FREE_TRIES:
        return 0
    return int(min(DELAY_MAX_S, 15 * 2 ** min(wrong - FREE_TRIES, 10)))


def _check_pin(pin: str) -> None:
    if len(pin) != PIN_LENGTH or not (pin.isascii() and pin.isdigit()):
        raise AccessFault("CP-4003", length=PIN_LENGTH)


def _kek(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(secret)


def _wrap_by_code(key: bytes, code: str) -> dict[str, str]:
    return _wrap(key, _kek(secret_of_code(code), b"cpdesk recovery"))


def _wrap(key: bytes, kek: bytes) -> dict[str, str]:
    nonce = secrets.token_bytes(12)
    return {"nonce": nonce.hex(), "wrapped": AESGCM(kek).encrypt(nonce, key, b"cpdesk vault").hex()}


def _unwrap(wrap: dict[str, str] | None, kek: bytes) -> bytes | None:
    if wrap is None:
        return None
    try:
        return AESGCM(kek).decrypt(bytes.fromhex(wrap["nonce"]), bytes.fromhex(wrap["wrapped"]), b"cpdesk vault")
    except InvalidTag:
        return None
