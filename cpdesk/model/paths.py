"""Field paths: their grammar (`model/records.py` tells it in words), items of repeats, what one operation may hold.

The limits are those of the sync protocol. They stand here because a desk keeps them when it saves: an operation that
the server would refuse as malformed would stop everything behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

PATHS_PER_OPERATION_MAX: Final = 2000
PATH_CHARACTERS_MAX: Final = 512
VALUE_CHARACTERS_MAX: Final = 256 * 1024
NAME_CHARACTERS_MAX: Final = 200
"""Of a form's name, its version, a person's account."""
STREAM: Final = re.compile(r"[0-9]{9}")
"""A township's administrative code."""

_Value = TypeVar("_Value")

_NAME: Final = r"[^\W\d][\w.\-]*"
_NODE: Final = rf"(?:{_NAME}:)?{_NAME}"
_STEP: Final = rf"{_NODE}(?:\[[0-9A-Za-z\-]{{1,64}}\])?"
_PATH: Final = re.compile(rf"@{_NAME}|{_STEP}(?:/{_STEP})*(?:/@{_NODE}|#{_NAME})?")


def is_path(text: str) -> bool:
    """Whether a text is a field path, not too long."""
    return len(text) <= PATH_CHARACTERS_MAX and _PATH.fullmatch(text) is not None


def is_item(path: str) -> bool:
    """Whether the path is an item of a repeat itself, whose value is its rank."""
    return path.endswith("]")


def is_inside(path: str, item: str) -> bool:
    """Whether the path lies in the item: an answer, its remark, a nested item."""
    return len(path) > len(item) and path.startswith(item) and path[len(item)] in "/#"


def containers(path: str) -> Iterator[str]:
    """The items the path lies in, outermost first."""
    for place, sign in enumerate(path[:-1]):
        if sign == "]" and path[place + 1] in "/#":
            yield path[: place + 1]


def portions(fields: Mapping[str, _Value]) -> Iterator[dict[str, _Value]]:
    """Fields in their order, as many at once as one operation may hold."""
    entries = list(fields.items())
    for start in range(0, len(entries), PATHS_PER_OPERATION_MAX):
        yield dict(entries[start : start + PATHS_PER_OPERATION_MAX])
