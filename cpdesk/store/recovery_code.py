"""The recovery code: 150 bits on paper, as eight groups of four characters.

Crockford's base 32 (no I, L, O, U); what people write for one of these is read as what they meant. Thirty characters
are random, the last two are a checksum, so that a slip of the pen is told from a wrong code.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from cpdesk.base.errors import AccessFault

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_LENGTH: Final = 32
_CHECK: Final = 2


def new_code() -> str:
    """A new code, `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`."""
    body = "".join(secrets.choice(_DIGITS) for _ in range(_LENGTH - _CHECK))
    whole = body + _checksum(body)
    return "-".join(whole[place : place + 4] for place in range(0, _LENGTH, 4))


def secret_of_code(code: str) -> bytes:
    """The secret of a code as typed: any case, with or without dashes and blanks.

    Raises:
        AccessFault: CP-4004 when it is not a whole code (mistyped or cut).
    """
    plain = "".join(code.upper().replace("-", " ").split()).translate(_READ_AS)
    body, check = plain[:-_CHECK], plain[-_CHECK:]
    if len(plain) != _LENGTH or not set(plain) <= set(_DIGITS) or _checksum(body) != check:
        raise AccessFault("CP-4004")
    return body.encode("ascii")


def _checksum(body: str) -> str:
    value = int.from_bytes(hashlib.sha256(b"cpdesk recovery " + body.encode("ascii")).digest()[:2], "big")
    return _DIGITS[value >> 5 & 31] + _DIGITS[value & 31]
