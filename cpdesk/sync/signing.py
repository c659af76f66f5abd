"""What a desk signs besides its operations. Each digest starts with its own words, so none stands for another."""

from __future__ import annotations

import hashlib


def enrolment_digest(code_hash: str, device: str, public_key: str) -> str:
    """SHA-256 (64 hex digits) that an enrolling desk signs to prove it holds the key."""
    return _digest("cpdesk enrolment", code_hash, device, public_key)


def token_digest(challenge: str) -> str:
    """SHA-256 (64 hex digits) that a desk signs to get a new token."""
    return _digest("cpdesk token", challenge)


def exchange_digest(file_hash: str) -> str:
    """SHA-256 (64 hex digits) that the maker of an exchange file signs."""
    return _digest("cpdesk exchange", file_hash)


def code_hash(code: str) -> str:
    """SHA-256 of an enrolment code; spaces, hyphens and case do not matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _digest(*lines: str) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
