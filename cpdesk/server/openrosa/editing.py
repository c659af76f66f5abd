"""A submission that replaces an earlier one: which answers are really different, item by item of repeats."""

from __future__ import annotations

from collections.abc import Mapping

from cpdesk.model.paths import is_item
from cpdesk.model.ranks import ranks_after


def aligned(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The answers of now with the items of before where there are such: the first is the first.

    Phones know no ids of items, so reading a submission makes new ones; without this every item would be removed and
    made again, and what others wrote in it would be lost sight of.
    """
    result = dict(now)
    depth = 1
    while any(path.count("[") >= depth for path in result):
        for stand, items in _items(result, depth).items():
            old = _items(before, depth).get(stand, [])
            ranks = [before[item] for item in old[: len(items)]]
            ranks += ranks_after(ranks[-1] if ranks else None, len(items) - len(ranks))
            renamed = {}
            for place, item in enumerate(items):
                renamed[item] = old[place] if place < len(old) else item
            result = _renamed(result, renamed)
            for item, rank in zip(items, ranks, strict=True):
                result[renamed[item]] = rank
        depth += 1
    return result


def difference(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str | None]:
    """What must be set to come from one to the other; None takes an answer away."""
    changed: dict[str, str | None] = {path: text for path, text in now.items() if before.get(path) != text}
    return changed | {path: None for path in before if path not in now}


def _items(answers: Mapping[str, str], depth: int) -> dict[str, list[str]]:
    """Items at a depth of nesting by the repeat they stand in, in their order."""
    found: dict[str, list[str]] = {}
    for path in answers:
        if is_item(path) and path.count("[") == depth:
            found.setdefault(path[: path.rindex("[")], []).append(path)
    for items in found.values():
        items.sort(key=lambda item: (answers[item], item))
    return found


def _renamed(answers: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    result = {}
    for path, text in answers.items():
        head, bracket, tail = _split(path, renamed)
        result[renamed[head] + tail if bracket else path] = text
    return result


def _split(path: str, renamed: Mapping[str, str]) -> tuple[str, bool, str]:
    for place, sign in enumerate(path):
        if sign == "]" and path[: place + 1] in renamed:
            return path[: place + 1], True, path[place + 1 :]
    return path, False, ""
