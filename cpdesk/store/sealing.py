"""Sealing for one X25519 public key: whoever has the key may seal, only who has its private half can open.

A fresh key pair for every seal; the key comes from HKDF-SHA256 over both public keys and a purpose, so that a seal made
for one thing never opens as another.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def agreed_key(private: X25519PrivateKey, public: bytes, salt: bytes, purpose: bytes) -> AESGCM:
    """The cipher that both sides of one X25519 agreement come to.

    Raises:
        ValueError: not a usable public key.
    """
    shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    return AESGCM(HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=purpose).derive(shared))


def derived_private_key(secret: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose from a secret that is kept anyway, so that no second secret has to be kept."""
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(secret)


def public_of(private: bytes) -> bytes:
    """The public half of an X25519 private key, both as 32 raw bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal(content: bytes, public: bytes, purpose: bytes) -> bytes:
    """Fresh public key (32 bytes), nonce (12), AES-256-GCM of the content."""
    fresh = X25519PrivateKey.generate()
    sender = fresh.public_key().public_bytes_raw()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return sender + nonce + agreed_key(fresh, public, sender + public, purpose).encrypt(nonce, content, purpose)


def unseal(sealed: bytes, private: bytes, purpose: bytes) -> bytes | None:
    """The content; None when it was sealed for another key or purpose, or is damaged."""
    if len(sealed) < _KEY_BYTES + _NONCE_BYTES:
        return None
    sender, nonce = sealed[:_KEY_BYTES], sealed[_KEY_BYTES : _KEY_BYTES + _NONCE_BYTES]
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        cipher = agreed_key(key, sender, sender + public_of(private), purpose)
        return cipher.decrypt(nonce, sealed[_KEY_BYTES + _NONCE_BYTES :], purpose)
    except (InvalidTag, ValueError):
        return None
