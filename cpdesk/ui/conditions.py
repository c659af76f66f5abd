"""Simple conditions in words and as the XPath that a bulk edit takes. No Qt."""

from __future__ import annotations

import re
from typing import Final

COMPARISONS: Final = ("=", "!=", "<", "<=", ">", ">=", "empty", "filled", "has")
"""How an answer can be compared; `has` is for several choices and for parts of a text."""
_FIGURE: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def condition(target: str, question: str, comparison: str, value: str, *, several: bool = False) -> str:
    """The XPath that holds at `target` where the answer of `question` compares so; both are template paths.

    Args:
        several: the question takes several choices.

    >>> condition("house/wall/kind", "house/wall/year", "<", "1980")
    "../year != '' and ../year < 1980"
    >>> condition("a/b", "a/b", "=", "old")
    ". = 'old'"
    """
    at = relative(target, question)
    match comparison:
        case "empty":
            return f"{at} = ''"
        case "filled":
            return f"{at} != ''"
        case "has" if several:
            return f"selected({at}, {quoted(value)})"
        case "has":
            return f"contains({at}, {quoted(value)})"
        case "=" | "!=":
            return f"{at} {comparison} {quoted(value)}"
    return f"{at} != '' and {at} {comparison} {_number(value)}"


def relative(target: str, question: str) -> str:
    """The way from one question to another through their nearest common section, so that repeats stay within an item.

    >>> relative("a/b/c", "a/d")
    '../../d'
    """
    if target == question:
        return "."
    here, there = target.split("/"), question.split("/")
    common = 0
    while common < min(len(here), len(there)) - 1 and here[common] == there[common]:
        common += 1
    return "/".join([".."] * (len(here) - common) + there[common:])


def quoted(value: str) -> str:
    """A text as XPath writes it.

    >>> quoted("it's")
    '"it\\'s"'
    """
    return f'"{value}"' if "'" in value else f"'{value}'"


def _number(value: str) -> str:
    """Figures stand bare, days are compared as days."""
    plain = value.strip()
    return plain if _FIGURE.fullmatch(plain) else f"date({quoted(plain)})"
