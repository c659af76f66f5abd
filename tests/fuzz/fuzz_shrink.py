"""Making a case that differs as small as it can be while it differs in the same way."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Final

from fuzz_compare import Difference, Engine, compare
from fuzz_expressions import Expr
from fuzz_forms import Case, Item

from cpdesk.base.errors import CpdeskError

_NAMES: Final = re.compile(r"(?<=[/'\[ ])(?:list|[a-u])\d+(?=[/'\]\s,)\"=!])")
_TRIALS_MAX: Final = 600
Edit = Callable[[Case], None]
Kind = Callable[[Difference], object]


def shrink(case: Case, engine: Engine, difference: Difference, kind: Kind) -> tuple[Case, Difference]:
    """The smallest case found with a difference of the same kind, and that difference."""
    trials = 0
    again = True
    while again and trials < _TRIALS_MAX:
        again = False
        number = 0
        while trials < _TRIALS_MAX:
            edit = next((edit for index, edit in enumerate(edits(case, difference)) if index == number), None)
            if edit is None:
                break
            smaller = copy.deepcopy(case)
            edit(smaller)
            if not _is_whole(smaller):
                number += 1
                continue
            trials += 1
            found = compare(smaller, engine)
            if found is not None and kind(found) == kind(difference):
                case, difference, again = smaller, found, True
            else:
                number += 1
    return case, difference


def _is_whole(case: Case) -> bool:
    """Whether the form still has all nodes and lists its expressions name; names are used once in a form."""
    try:
        text = case.xml()
    except CpdeskError:
        return False
    names = {item.name for item in case.root.walk()} | case.lists.keys()
    return all(name in names for name in _NAMES.findall(text))


def edits(case: Case, difference: Difference) -> Iterator[Edit]:
    """All single steps that make a case smaller, the greatest first."""
    if case.from_xlsform:
        yield lambda one: setattr(one, "from_xlsform", False)
    if len(case.operations) > difference.step:
        yield lambda one: one.operations.__delitem__(slice(difference.step, None))
    for number in range(len(list(case.root.walk()))):
        item = _at(case, number)
        for child in range(len(item.children)):
            yield lambda one, n=number, c=child: _at(one, n).children.__delitem__(c)
    for number in reversed(range(len(case.operations))):
        yield lambda one, n=number: one.operations.__delitem__(n)
    if case.actions:
        yield lambda one: one.actions.clear()
    if case.languages:
        yield lambda one: setattr(one, "languages", False)
    for number, item in enumerate(case.root.walk()):
        yield from _of_item(number, item)
    for number, item in enumerate(case.root.walk()):
        yield from _of_expressions(number, item)
    for name in case.lists:
        yield lambda one, n=name: one.lists.__delitem__(n)


def _of_item(number: int, item: Item) -> Iterator[Edit]:
    for rule in item.rules:
        yield lambda one, n=number, r=rule: _at(one, n).rules.__delitem__(r)
    plain: dict[str, object] = {"hint": (), "default": "", "count": None, "filter": None, "template": True}
    if item.kind == "question":
        plain["label"] = ("L",)
    for name, value in plain.items():
        if getattr(item, name) != value and not (name == "label" and not item.label):
            yield lambda one, n=number, a=name, v=value: setattr(_at(one, n), a, v)
    if item.actions:
        yield lambda one, n=number: _at(one, n).actions.clear()


def _of_expressions(number: int, item: Item) -> Iterator[Edit]:
    for rule, expression in item.rules.items():
        for smaller in expression.smaller():
            yield lambda one, n=number, r=rule, e=smaller: _at(one, n).rules.__setitem__(r, e)
    if item.filter is not None:
        for smaller in item.filter.smaller():
            yield lambda one, n=number, e=smaller: setattr(_at(one, n), "filter", e)
    for name in ("label", "hint"):
        said = getattr(item, name)
        for place, part in enumerate(said):
            if isinstance(part, Expr):
                for smaller in part.smaller():
                    new = (*said[:place], smaller, *said[place + 1 :])
                    yield lambda one, n=number, a=name, v=new: setattr(_at(one, n), a, v)
    for place, (event, target, value) in enumerate(item.actions):
        for smaller in value.smaller():
            action = (event, target, smaller)
            yield lambda one, n=number, p=place, a=action: _at(one, n).actions.__setitem__(p, a)


def _at(case: Case, number: int) -> Item:
    return list(case.root.walk())[number]
