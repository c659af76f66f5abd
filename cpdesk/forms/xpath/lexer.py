"""Tokens of XPath 1.0, with the disambiguation of section 3.7 (is `*` a star or a product, is `div` a name?)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from cpdesk.base.errors import InputFault

LENGTH_MAX: Final = 20_000

_NAME: Final = r"[^\W\d][\w.\-·]*"
_STEP: Final = rf"(?:(?>{_NAME}(?::(?!:){_NAME})?)(?!\s*[(:])|\.\.|\.(?!\d))"
_PATH: Final = re.compile(rf"\s*(/?{_STEP}(?:/{_STEP})*)")
"""What most of all forms consists of, `/data/yard/area` or `../area`, in one token: no calls, axes or wildcards."""
_TOKEN: Final = re.compile(
    rf"""\s*(?:
      (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<string>"[^"]*"|'[^']*')
    | (?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)
    | (?P<mark>::|//|\.\.|!=|<=|>=|[/()\[\].@,|+\-=<>*])
    | (?P<end>$)
    )""",
    re.VERBOSE,
)
_BEFORE_OPERAND: Final = frozenset(("", "@", "::", "(", "[", ",", "op", "/", "//"))
_BEFORE_PATH: Final = _BEFORE_OPERAND - {"@", "::"}
_OPERATOR: Final = re.compile(r"(?:and|or|mod|div)(?=\d|\Z)")
_OPERATOR_MARKS: Final = frozenset(("|", "+", "-", "=", "!=", "<", "<=", ">", ">=", "*"))


class Token(NamedTuple):
    """`kind` is "path" (plain steps), "number", "string", "name" (of a call, an axis, a test), "op", "end" or the mark
    itself."""

    kind: str
    text: str
    begin: int
    end: int


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
        match = _PATH.match(source, position) if previous in _BEFORE_PATH else None
        if match is not None and not (previous in ("/", "//") and match[1].startswith("/")):
            position = match.end()
            found.append(Token("path", match[1], match.start(1), position))
            previous = "path"
            continue
        match = _TOKEN.match(source, position)
        if match is None:
            rest = source[position:].lstrip()
            at = len(source) - len(rest) + 1
            raise InputFault("CP-1205", place=place, expression=shorten(source), position=at, reason=rest[:1])
        kind = match.lastgroup or ""
        text = match[kind]
        begin, position = match.start(match.lastgroup or 0), match.end()
        if kind == "end":
            found.append(Token("end", "", position, position))
            return found
        after_operand = previous not in _BEFORE_OPERAND
        if kind == "name" and after_operand:
            match_operator = _OPERATOR.match(text)
            if match_operator:
                kind, text = "op", match_operator[0]
                position = begin + len(text)
        elif kind == "mark":
            is_star = text == "*" and not after_operand
            kind = "name" if is_star else "op" if text in _OPERATOR_MARKS else text
        found.append(Token(kind, text, begin, position))
        previous = kind


def shorten(source: str) -> str:
    """An expression for a message."""
    flat = " ".join(source.split())
    return flat if len(flat) <= 120 else flat[:117] + "..."
