"""Tokens of XPath 1.0, with the disambiguation of section 3.7 (is `*` a star or a product, is `div` a name?)."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.base.errors import InputFault

LENGTH_MAX: Final = 20_000

_NAME: Final = r"[^\W\d][\w.\-·]*"
_STEP: Final = rf"(?:(?>{_NAME}(?::(?!:){_NAME})?)(?!\s*[(:])|\.\.|\.(?!\d))"
_PATH: Final = rf"(?P<path>/?{_STEP}(?:/{_STEP})*)"
"""What most of all forms consists of, `/data/yard/area` or `../area`, in one token: no calls, axes or wildcards."""
_OTHER: Final = rf"""
      (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<string>"[^"]*"|'[^']*')
    | (?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)
    | (?P<mark>::|//|\.\.|!=|<=|>=|[/()\[\].@,|+\-=<>*])
    | (?P<end>$)
    """
_TOKEN: Final = re.compile(rf"\s*(?:{_OTHER})", re.VERBOSE)
_TOKEN_OR_PATH: Final = re.compile(rf"\s*(?:{_PATH}|{_OTHER})", re.VERBOSE)
_BEFORE_OPERAND: Final = frozenset(("", "@", "::", "(", "[", ",", "op", "/", "//"))
_BEFORE_PATH: Final = _BEFORE_OPERAND - {"@", "::"}
_OPERATOR: Final = re.compile(r"(?:and|or|mod|div)(?=\d|\Z)")
_OPERATOR_MARKS: Final = frozenset(("|", "+", "-", "=", "!=", "<", "<=", ">", ">=", "*"))


Token = tuple[str, str, int, int]
"""Kind, text, begin, end. The kind is "path" (plain steps), "number", "string", "name" (of a call, an axis, a test),
"op", "end" or the mark itself."""


def tokens(source: str, place: str = "") -> list[Token]:
    """All tokens of an expression, the last of kind "end".

    Raises:
        InputFault: CP-1205 a character that starts no token; CP-1209 an expression over the limit.
    """
    if len(source) > LENGTH_MAX:
        raise InputFault("CP-1209", place=place, what="length", found=len(source), limit=LENGTH_MAX)
    found: list[Token] = []
    position = 0
    previous = ""
    while True:
        match = _TOKEN_OR_PATH.match(source, position)
        if match is not None and match.lastgroup == "path" and not _may_be_path(match[1], previous):
            match = _TOKEN.match(source, position)
        if match is None:
            rest = source[position:].lstrip()
            at = len(source) - len(rest) + 1
            raise InputFault("CP-1205", place=place, expression=shorten(source), position=at, reason=rest[:1])
        kind = match.lastgroup or ""
        begin, position = match.span(kind)
        text = source[begin:position]
        if kind == "end":
            found.append(("end", "", position, position))
            return found
        if kind == "name" and previous not in _BEFORE_OPERAND:
            match_operator = _OPERATOR.match(text)
            if match_operator:
                kind, text = "op", match_operator[0]
                position = begin + len(text)
        elif kind == "mark":
            is_star = text == "*" and previous in _BEFORE_OPERAND
            kind = "name" if is_star else "op" if text in _OPERATOR_MARKS else text
        found.append((kind, text, begin, position))
        previous = kind


def _may_be_path(text: str, previous: str) -> bool:
    """Whether what looks like a path may stand behind a token: not behind an operand, where `div` is an operator and a
    slash goes on, and no second slash."""
    return previous in _BEFORE_PATH and not (text[0] == "/" and previous in ("/", "//"))


def shorten(source: str) -> str:
    """An expression for a message."""
    flat = " ".join(source.split())
    return flat if len(flat) <= 120 else flat[:117] + "..."
