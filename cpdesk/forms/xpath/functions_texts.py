"""Patterns, check sums, encodings and signatures of texts."""

from __future__ import annotations

import binascii
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Function
from cpdesk.forms.xpath.functions_core import bounded
from cpdesk.forms.xpath.values import Value, to_text

_ALGORITHMS: Final = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
_ENCODINGS: Final = ("base64", "hex")
_SIGNATURE_BYTES: Final = 64
_KEY_BYTES: Final = 32


def _regex(context: Context, text: Value, pattern: Value) -> Value:
    """Whether the pattern takes the whole text, as in JavaRosa."""
    from cpdesk.forms.xpath.patterns import takes_whole

    return takes_whole(to_text(pattern), to_text(text), context.environment)


def _digest(_context: Context, text: Value, algorithm: Value, encoding: Value = "base64") -> Value:
    """The check sum of a text in UTF-8, as base64 or hexadecimal digits (XForms 1.1 section 7.8.2)."""
    name, form = to_text(algorithm).upper(), to_text(encoding).lower()
    if name not in _ALGORITHMS:
        raise InputFault("CP-1218", function="digest", value=name[:40], expected=f" {', '.join(_ALGORITHMS)}")
    if form not in _ENCODINGS:
        raise InputFault("CP-1218", function="digest", value=form[:40], expected=f" {', '.join(_ENCODINGS)}")
    import hashlib

    made = hashlib.new(name.replace("-", ""), _bytes(to_text(text)), usedforsecurity=False).digest()
    return made.hex() if form == "hex" else _base64(made)


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _base64_encode(_context: Context, text: Value) -> Value:
    return bounded("base64-encode", _base64(_bytes(to_text(text))))


def _base64_decode(_context: Context, text: Value) -> Value:
    return _decoded(to_text(text)).decode("utf-8", "replace")


def _decoded(text: str) -> bytes:
    """The bytes that base64 stands for; none when it is not base64."""
    try:
        return binascii.a2b_base64(_bytes(text))
    except binascii.Error:
        return b""


def _extract_signed(_context: Context, contents: Value, public_key: Value) -> Value:
    """What was signed, when the signature before it is that of the key; else a blank text. Both arguments are base64:
    the 64 bytes of an Ed25519 signature (RFC 8032) with the text behind them, and the 32 bytes of a public key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signed, key = _decoded(to_text(contents)), _decoded(to_text(public_key))
    if len(signed) < _SIGNATURE_BYTES or len(key) != _KEY_BYTES:
        return ""
    signature, message = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return ""
    return message.decode("utf-8", "replace")


FUNCTIONS: Final = (
    Function("regex", 2, 2, _regex),
    Function("digest", 2, 3, _digest),
    Function("base64-encode", 1, 1, _base64_encode),
    Function("base64-decode", 1, 1, _base64_decode),
    Function("extract-signed", 2, 2, _extract_signed),
)
