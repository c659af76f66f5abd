"""An order for the rules of a form in which each comes after all that it reads.

Where there is none, the rules that read each other are found (Tarjan's strongly connected components). Some such
circles are harmless, see `graph.py`; all others are refused.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import LANGUAGES, Translator
from cpdesk.forms.form import NodeDef
from cpdesk.forms.xpath.compile import Expression


class Edge(IntEnum):
    """How a rule waits for another: always, or only when it stands in another item, or when it counts items."""

    STRICT = 0
    OTHER_ITEM = 1
    COUNT = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule that has no place yet."""

    role: str
    node: NodeDef
    expression: Expression


Needs = Sequence[Mapping[int, Edge]]
"""For each draft the drafts it reads."""


def ordered(drafts: Sequence[Draft], needs: Needs) -> tuple[list[int], dict[int, int]]:
    """Drafts in order, those left out that only show; and for each draft in a round the first of its round.

    Raises:
        InputFault: CP-1211 a circle, its members named.
    """
    every = range(len(drafts))
    order = _sorted(every, needs)
    if len(order) == len(drafts):
        return order, {}
    circles = _circles(every, needs)
    idle = {number for circle in circles for number in circle if drafts[number].role == "choices"}
    kept = [number for number in every if number not in idle]
    circles = _circles(kept, needs) if idle else circles
    return _with_rounds(kept, needs, circles, drafts)


def _with_rounds(
    kept: Sequence[int], needs: Needs, circles: Sequence[Sequence[int]], drafts: Sequence[Draft]
) -> tuple[list[int], dict[int, int]]:
    """Each circle in its own order, all its rules side by side, as if it were one rule among the others."""
    rounds: dict[int, int] = {}
    inside: dict[int, list[int]] = {}
    for circle in circles:
        strict = {number: _only_strict(needs[number]) for number in circle}
        line = _sorted(circle, strict)
        if len(line) < len(circle):
            members = _one_circle(set(circle) - set(line), strict)
            raise InputFault("CP-1211", **_named([drafts[member] for member in members]))
        inside[line[0]] = line
        rounds.update(dict.fromkeys(circle, line[0]))
    heads = [number for number in kept if rounds.get(number, number) == number]
    among: dict[int, dict[int, Edge]] = {head: {} for head in heads}
    for number in kept:
        head = rounds.get(number, number)
        for other, edge in needs[number].items():
            if other in rounds or other in among:
                among[head][rounds.get(other, other)] = edge
        among[head].pop(head, None)
    order = [number for head in _sorted(heads, among) for number in inside.get(head, [head])]
    return order, rounds


def _only_strict(needed: Mapping[int, Edge]) -> dict[int, Edge]:
    return {number: edge for number, edge in needed.items() if edge is Edge.STRICT}


def _sorted(numbers: Sequence[int], needs: Needs | Mapping[int, Mapping[int, Edge]]) -> list[int]:
    """Kahn's algorithm over some of the drafts; among those that are free, the one first in the form goes first. Those
    in circles, or behind one, are left out."""
    among = set(numbers)
    after: dict[int, list[int]] = {number: [] for number in numbers}
    waiting: dict[int, int] = {}
    for number in numbers:
        needed = [other for other in needs[number] if other in among]
        waiting[number] = len(needed)
        for other in needed:
            after[other].append(number)
    ready = [number for number in numbers if waiting[number] == 0]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        number = heapq.heappop(ready)
        order.append(number)
        for other in after[number]:
            waiting[other] -= 1
            if waiting[other] == 0:
                heapq.heappush(ready, other)
    return order


def _circles(numbers: Iterable[int], needs: Needs) -> list[list[int]]:
    """The drafts that read each other, circle by circle: Tarjan's components, without recursion."""
    among = set(numbers)
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for start in sorted(among):
        if start in index:
            continue
        work = [(start, iter([other for other in needs[start] if other in among]))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            number, others = work[-1]
            other = next(others, None)
            if other is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[number])
                if low[number] == index[number]:
                    place = stack.index(number)
                    component, stack[place:] = stack[place:], []
                    on_stack.difference_update(component)
                    if len(component) > 1 or number in needs[number]:
                        found.append(sorted(component))
            elif other not in index:
                index[other] = low[other] = len(index)
                stack.append(other)
                on_stack.add(other)
                work.append((other, iter([one for one in needs[other] if one in among])))
            elif other in on_stack:
                low[number] = min(low[number], index[other])
    return found


def _one_circle(left: set[int], needs: Mapping[int, Mapping[int, Edge]]) -> list[int]:
    """One circle among the drafts left over: walk back along what is waited for until a draft comes twice."""
    number = min(left)
    seen: list[int] = []
    while number not in seen:
        seen.append(number)
        number = min(other for other in needs[number] if other in left)
    return [*seen[seen.index(number) :], number]


def _named(members: Sequence[Draft]) -> dict[str, str]:
    """The whole circle for a message: paths and roles, and for each language with labels and roles in words."""
    fields = {"cycle": " → ".join(f"{draft.node.path} ({draft.role})" for draft in members)}
    for language in LANGUAGES:
        tr = Translator(language)
        parts: list[str] = []
        for draft in members:
            label = _label(draft.node, language)
            role = tr(f"form.rule.{draft.role}")
            key = "form.cycle.labelled" if label else "form.cycle.plain"
            parts.append(tr(key, label=label, path=draft.node.path, role=role))
        fields[f"cycle_{language}"] = " → ".join(parts)
    return fields


def _label(node: NodeDef, language: str) -> str:
    """The words of a label without what stands in it of answers, in a language where the form speaks it."""
    names = [name for name in node.label if name == language or name.endswith(f"({language})")]
    text = node.label[names[0]] if names else next(iter(node.label.values()), None)
    return "" if text is None else "".join(part if isinstance(part, str) else "…" for part in text.parts).strip()
