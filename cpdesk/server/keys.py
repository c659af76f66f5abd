"""The district's public keys: for what desks send it on a stick, for what it answers, for a forgotten PIN.

The first two pairs are made from the server's secret, so that they are backed up with it. Of the recovery key only the
public half is here: the private one never touches the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from cpdesk.server import schema
from cpdesk.server.database import Database
from cpdesk.server.ordering import upsert
from cpdesk.store.sealing import derived_private_key, public_of

_RECOVERY: Final = "recovery_key"


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """The two pairs of a server: `exchange` X25519, `signing` Ed25519."""

    exchange: bytes
    signing: Ed25519PrivateKey

    @classmethod
    def of(cls, secret: bytes) -> ServerKeys:
        """The keys that belong to a server's secret."""
        signing = derived_private_key(secret, b"cpdesk exchange signing key")
        return cls(derived_private_key(secret, b"cpdesk exchange key"), Ed25519PrivateKey.from_private_bytes(signing))

    def sign(self, digest_hex: str) -> str:
        return self.signing.sign(bytes.fromhex(digest_hex)).hex()


def public_keys(database: Database) -> dict[str, str]:
    """Public halves as 64 hex digits; `recovery` is empty where the district has made none."""
    keys = ServerKeys.of(database.secret)
    with database.reading() as connection:
        found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == _RECOVERY))
        recovery = found.scalar_one_or_none()
    return {
        "exchange": public_of(keys.exchange).hex(),
        "signing": keys.signing.public_key().public_bytes_raw().hex(),
        "recovery": recovery or "",
    }


def set_recovery_key(database: Database, public_key: str) -> None:
    """Offer desks a recovery key (64 hex digits) from now on; each wraps its key anew at its next round."""
    with database.writing() as connection:
        upsert(connection, schema.meta, [{"key": _RECOVERY, "value": public_key}])
