"""Ranks: texts between which there is always room for another, so an item can move without renumbering its siblings.

A rank is a string over 0-9a-z that never ends in `0`; plain string order is item order.
"""

from __future__ import annotations

from typing import Final

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def rank_between(before: str | None, after: str | None) -> str:
    """A rank strictly between two ranks; None stands for the start or the end.

    Raises:
        ValueError: when `before` is not below `after`.
    """
    if before and after is None:
        return _next_rank(before)
    low, high = before or "", after
    if high is not None and low >= high:
        raise ValueError(f"no rank between {low!r} and {high!r}")
    rank = ""
    position = 0
    while True:
        floor = _DIGITS.index(low[position]) if position < len(low) else 0
        ceiling = _DIGITS.index(high[position]) if high is not None and position < len(high) else len(_DIGITS)
        if ceiling - floor > 1:
            return rank + _DIGITS[(floor + ceiling) // 2]
        rank += _DIGITS[floor]
        if ceiling > floor:
            high = None  # already below the upper bound: from here on only the lower one binds
        position += 1


def _next_rank(rank: str) -> str:
    """A rank above all others for an item put last: counted on by one, so that thousands of items put last one after
    the other keep ranks of a few digits."""
    digits = list(rank)
    for place in range(len(digits) - 1, -1, -1):
        if digits[place] != _DIGITS[-1]:
            digits[place] = _DIGITS[_DIGITS.index(digits[place]) + 1]
            following = ["0"] * (len(digits) - place - 1)
            return "".join(digits[: place + 1] + following[:-1] + ["1"] * bool(following))
    return rank + "0" * (len(rank) - 1) + "1"


def ranks_after(before: str | None, count: int) -> list[str]:
    """`count` ranks in order, all above `before`."""
    if before is None:
        return rank_list(count)
    ranks: list[str] = []
    for _ in range(count):
        before = _next_rank(before)
        ranks.append(before)
    return ranks


def rank_list(count: int) -> list[str]:
    """`count` ranks in order, short and with room between them."""
    width = 1
    while (len(_DIGITS) - 1) ** width <= count:
        width += 1
    step = (len(_DIGITS) ** width) / (count + 1)
    return [_fixed(max(1, round(step * (index + 1))), width) for index in range(count)]


def _fixed(value: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        value, digit = divmod(value, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits.rstrip("0") or "1"
