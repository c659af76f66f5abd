"""What a new survey has filled in beforehand: from the register, from the visit before, about this desk.

A form says so by `bind::cpdesk:prefill` (docs/families.md). Several sources, divided by blanks, are tried in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from cpdesk.forms.form import Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.model.records import Answers

LAST: Final = "last"
ITEM_KEY: Final = "item_key"
REGISTER: Final = "reg."
Value = Callable[[str], str]
"""The answer at a path, "" where there is none."""
Pair = tuple[str | None, str | None]
"""An item of a repeat, and what it was at the visit before."""


@dataclass(frozen=True)
class Known:
    """What there is to fill in.

    Attributes:
        facts: by the name forms use: `reg.c_name`, `site.id`, `user.name`, `today`.
        last: answers of the visit before, with the remarks on their quality; empty on a first visit.
    """

    facts: Mapping[str, str]
    last: Answers


def prefill(session: Session, known: Known) -> None:
    """Fill a new survey. Of a repeat the register fills the first item (it knows of one house); the visit before
    brings all the items it had."""
    _Filling(session, known).group(session.form.root, "", "")


class _Filling:
    def __init__(self, session: Session, known: Known) -> None:
        self._session = session
        self._known = known
        self._items = items_of(known.last)

    def group(self, definition: NodeDef, path: str, before: str | None, *, first: bool = True) -> None:
        """The questions of a group or item at `path`; `before` is its place in the last visit, `first` says whether the
        register speaks of it."""
        for child in definition.children:
            here = f"{path}/{child.name}".lstrip("/")
            there = None if before is None else f"{before}/{child.name}".lstrip("/")
            if child.kind is Kind.REPEAT:
                self._repeat(child, here, there, first)
            elif child.is_leaf:
                self._question(child, here, there, first)
            else:
                self.group(child, here, there, first=first)

    def _repeat(self, definition: NodeDef, path: str, before: str | None, first: bool) -> None:
        old = self._items.get(before or "", ()) if asks_last(definition) else ()
        items = self._session.children(path)
        may_add = definition.count is None and not definition.no_add_remove
        if may_add:  # the items of a new form are blank: none is another one than that of the visit before
            pairs: list[Pair] = list(zip_longest(items, old))
        else:
            pairs = pair_items(definition, items, old, self._session.value_at, self._last_value)
        for here, there in pairs:
            item = self._session.add_item(path)[0] if here is None and may_add else here
            if item is not None:
                self.group(definition, item, there, first=first and item == self._session.children(path)[0])

    def _question(self, definition: NodeDef, path: str, before: str | None, first: bool) -> None:
        for source in definition.attributes.get("prefill", "").split():
            if source == LAST:
                value = "" if before is None else self._known.last.get(before, "")
            else:
                value = self._known.facts.get(source, "") if first else ""
            if value:
                self._fill(definition, path, value, before if source == LAST else None)
                return

    def _last_value(self, path: str) -> str:
        return self._known.last.get(path, "")

    def _fill(self, definition: NodeDef, path: str, value: str, before: str | None) -> None:
        if definition.calculate is not None and definition.control == "":
            return
        self._session.set(path, value)
        quality = self._known.last.get(f"{before}#quality") if before is not None else None
        if quality:
            self._session.set(f"{path}#quality", quality)


def asks_last(definition: NodeDef) -> bool:
    """Whether anything below a repeat is filled from the visit before."""
    return any(LAST in node.attributes.get("prefill", "").split() for node in definition.walk())


def items_of(answers: Answers) -> dict[str, tuple[str, ...]]:
    """Path of a repeat → paths of its items in their order, read from stored entries."""
    ranked: dict[str, list[tuple[str, str]]] = {}
    for path, rank in answers.items():
        if path.endswith("]"):
            ranked.setdefault(path[: path.rindex("[")], []).append((rank, path))
    return {repeat: tuple(path for _, path in sorted(items)) for repeat, items in ranked.items()}


def pair_items(definition: NodeDef, items: Sequence[str], old: Sequence[str], now: Value, before: Value) -> list[Pair]:
    """Which item of a repeat is which of the visit before: by the key question where the form names one, else by
    position. Items without a partner stand alone, those of the visit before at the end."""
    key = key_question(definition)
    if key is None:
        return list(zip_longest(items, old))
    free = {there: before(f"{there}/{key}") for there in old}
    pairs: list[Pair] = []
    for here in items:
        value = now(f"{here}/{key}")
        there = next((one for one, known in free.items() if known == value), None) if value else None
        free.pop(there or "", None)
        pairs.append((here, there))
    return [*pairs, *((None, there) for there in free)]


def key_question(definition: NodeDef) -> str | None:
    """Path, below an item of the repeat, of the question whose answer tells items apart."""
    for node in _outside_inner_repeats(definition):
        if ITEM_KEY in node.attributes:
            return node.path.removeprefix(f"{definition.path}/")
    return None


def _outside_inner_repeats(definition: NodeDef) -> Iterator[NodeDef]:
    for child in definition.children:
        if child.is_leaf:
            yield child
        elif child.kind is not Kind.REPEAT:
            yield from _outside_inner_repeats(child)
