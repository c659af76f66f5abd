"""How much one operation may hold: the limits of the sync protocol, kept when something is saved.

The server refuses a message beyond them as malformed, and what is refused stays at the head of the queue and stops
everything behind it. So it must not get into the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.model.paths import NAME_CHARACTERS_MAX, PATHS_PER_OPERATION_MAX, STREAM, VALUE_CHARACTERS_MAX

CONTENT_BYTES_MAX: Final = 3 * 1024 * 1024
"""Of an operation written as JSON, the values before included: a request of 4 MiB takes it unpacked as well."""


def check_changes(changes: Mapping[str, str | None]) -> None:
    """Whether an operation may hold these changes.

    Raises:
        InputFault: CP-1580 a value is too long; CP-1581 it holds a character that cannot be kept everywhere (U+0000,
            half of a surrogate pair); CP-1582 too many fields at once.
    """
    if len(changes) > PATHS_PER_OPERATION_MAX:
        raise InputFault("CP-1582", count=len(changes), limit=PATHS_PER_OPERATION_MAX)
    for path, value in changes.items():
        if value is None:
            continue
        if len(value) > VALUE_CHARACTERS_MAX:
            raise InputFault("CP-1580", path=path, length=len(value), limit=VALUE_CHARACTERS_MAX)
        if not is_storable(value):
            raise InputFault("CP-1581", path=path)


def check_head(*, form: str, version: str, stream: str, actor: str) -> None:
    """Whether a record may be of this form and township, made by this person.

    Raises:
        InputFault: CP-1584 with the name of the part that is not right.
    """
    names = {"form": form, "version": version, "actor": actor}
    for part, name in names.items():
        if len(name) > NAME_CHARACTERS_MAX or not is_storable(name):
            raise InputFault("CP-1584", part=part, value=name[:40].encode("utf-8", "replace").decode())
    if not form:
        raise InputFault("CP-1584", part="form", value=form)
    if not STREAM.fullmatch(stream):
        raise InputFault("CP-1584", part="stream", value=stream[:40])


def check_content(content: bytes) -> None:
    """Whether an operation fits one request.

    Raises:
        InputFault: CP-1583 when it does not.
    """
    if len(content) > CONTENT_BYTES_MAX:
        raise InputFault("CP-1583", size=len(content), limit=CONTENT_BYTES_MAX)


def is_storable(text: str) -> bool:
    """Whether every database and every message can hold the text."""
    if text.isascii():
        return "\0" not in text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text
