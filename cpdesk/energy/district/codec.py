"""Facts back from JSON: dataclasses, enumerations, mappings and tuples by their declared types."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Made = TypeVar("Made")


def decode(kind: type[Made], value: Any) -> Made:
    """The object that `model.assessment.as_json` wrote.

    Raises:
        TypeError, ValueError, KeyError: the value does not fit the type.
    """
    made: Made = _decode(kind, value)
    return made


def _decode(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _decode(next(item for item in get_args(kind) if item is not type(None)), value)
    if origin is tuple:
        of = get_args(kind)
        each = [of[0]] * len(value) if len(of) == 2 and of[1] is Ellipsis else list(of)
        return tuple(_decode(one, item) for one, item in zip(each, value, strict=True))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _decode(get_args(kind)[1], item) for key, item in value.items()}
    target = origin or kind
    if is_dataclass(target) and isinstance(target, type):
        return _made(kind, target, value)
    if isinstance(target, type) and issubclass(target, Enum):
        return target(value)
    return float(value) if target is float else value


def _made(kind: Any, target: type, value: Mapping[str, Any]) -> Any:
    hints = _hints(target)
    names = {item.name for item in fields(target)}
    unknown = set(value) - names
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    # `Answer[float]`: the parameter stands for the type variable of its field.
    of = get_args(kind)
    return target(**{key: _decode(of[0] if isinstance(hints[key], TypeVar) and of else hints[key], item)
                     for key, item in value.items()})  # fmt: skip


@cache
def _hints(target: type) -> dict[str, Any]:
    return get_type_hints(target)
