"""Working out rules that read other items of their own repeat: each item after the one before it, again until still.

A running total ("the balance of the item before, plus mine") has no order among rules, but one among items. A turn goes
through the items from first to last, the next one from last to first, so a form that looks only back, or only ahead, is
settled in two. What is not still after `TURNS_MAX` turns waits for itself.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import Final

from cpdesk.forms.tree import Node

TURNS_MAX: Final = 60
_Key = tuple[tuple[int, ...], int]


class Round:
    """The rules of one circle that wait at some nodes, in the order in which they are to run."""

    def __init__(self) -> None:
        self._next: dict[tuple[int, Node], None] = {}
        self._line: list[tuple[_Key, int, Node]] = []
        self._queued: set[tuple[int, Node]] = set()
        self._at: _Key | None = None
        self._forwards = False
        self._places: dict[tuple[int, str], dict[Node, int]] = {}
        self._covered: dict[tuple[int, Node], list[Node]] = {}
        self._again: set[tuple[int, Node]] = set()
        self.turns = 0

    def add(self, rule: int, node: Node) -> None:
        """Let a rule run at a node: in this turn if its item is still to come, else in the next."""
        entry = (rule, node)
        if entry in self._queued:
            return
        if self._at is not None:
            key = self._key(rule, node)
            if key > self._at:
                insort(self._line, (key, -len(self._queued), node), key=lambda line: (line[0], line[1]))
                self._queued.add(entry)
                return
        self._next[entry] = None

    def add_all(self, rule: int, anchor: Node, nodes: Callable[[], list[Node]]) -> None:
        """Let a rule run at all its nodes below an anchor. Each of thousands of items may say so of all others: after
        the first time in a turn it is enough to know that they run once more in the next."""
        whole = (rule, anchor)
        if whole in self._covered:
            self._again.add(whole)
            return
        self._covered[whole] = nodes()
        for node in self._covered[whole]:
            self.add(rule, node)

    def forget(self) -> None:
        """There are other items now."""
        for rule, anchor in self._again:
            for node in self._covered[rule, anchor]:
                self._next[rule, node] = None
        self._again.clear()
        self._covered.clear()

    def take(self) -> tuple[int, Node] | None:
        """The next rule and node; None when all is still or the turns are used up."""
        if not self._line:
            if not (self._next or self._again) or self.turns >= TURNS_MAX:
                self._at = None
                return None
            self._turn()
        key, _, node = self._line.pop(0)
        self._at = key
        entry = (key[1], node)
        self._queued.discard(entry)
        return entry

    def left(self) -> list[tuple[int, Node]]:
        """What would still have to run when the turns are used up."""
        self.forget()
        return list(self._next)

    def _turn(self) -> None:
        self.turns += 1
        self._forwards = not self._forwards
        self._places.clear()
        covered = {whole: self._covered[whole] for whole in self._again}
        self._next.update({(rule, node): None for (rule, _), nodes in covered.items() for node in nodes})
        self._covered, self._again = covered, set()
        waiting, self._next = self._next, {}
        self._queued = set(waiting)
        self._line = sorted(
            ((self._key(rule, node), -number, node) for number, (rule, node) in enumerate(waiting)),
            key=lambda line: (line[0], line[1]),
        )

    def _key(self, rule: int, node: Node) -> _Key:
        """Places of the items around a node, from the outside in; then the rule."""
        places: list[int] = []
        step: Node | None = node
        while step is not None:
            if step.rank:
                place = self._place(step)
                places.append(place if self._forwards else -place)
            step = step.parent
        return tuple(reversed(places)), rule

    def _place(self, item: Node) -> int:
        assert item.parent is not None
        places = self._places.get((id(item.parent), item.name))
        if places is None or item not in places:
            siblings = item.parent.children_named(item.name)
            places = self._places[id(item.parent), item.name] = {other: place for place, other in enumerate(siblings)}
        return places.get(item, 0)
