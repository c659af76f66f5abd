"""What a new version of a form does to answers given with an older one. Pure: two forms and the answers go in.

Questions are known again by their path; by `bind::cpdesk:formerly` in the new form, which names what a question, group
or repeat was called before; or by a name that either form has but once. What the new form does not know is left aside:
it stays among the entries of the record, unseen, and comes back with a form that knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.versions.conversion import Conversion, conversion_between

FORMERLY: Final = "formerly"
ASIDE_SUFFIX: Final = ".aside"
"""Behind the path of an answer that was left aside, where the new form has another question of that path."""
_ITEM: Final = re.compile(r"\[([^\]]*)\]")


class Fate(StrEnum):
    """What becomes of an answer."""

    KEPT = "kept"
    RENAMED = "renamed"
    CONVERTED = "converted"
    UNFIT = "unfit"
    ASIDE = "aside"
    RETURNED = "returned"


class Why(StrEnum):
    """Why a question of the old form has no place in the new one."""

    GONE = "gone"
    REPEAT = "repeat"
    UNIT = "unit"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Move:
    """Where the answers of one node of the old form go.

    Attributes:
        old, new: template paths; `new` is None when the new form has no place for them, `why` says why.
        conversion: what happens to each value on the way.
    """

    old: str
    new: str | None
    conversion: Conversion = field(default_factory=Conversion)
    why: Why | None = None

    @property
    def renamed(self) -> bool:
        return self.new is not None and self.new != self.old


@dataclass(frozen=True, slots=True)
class FormChange:
    """What changed between two versions of a form.

    Attributes:
        moves: one for each node of the old form that can have entries, by template path.
        added: questions that are new, by template path.
    """

    old: Form
    new: Form
    moves: Mapping[str, Move]
    added: tuple[str, ...]

    @property
    def aside(self) -> tuple[Move, ...]:
        """Questions whose answers the new form would leave aside."""
        return tuple(move for move in self.moves.values() if move.new is None)


@dataclass(frozen=True, slots=True)
class Line:
    """The fate of one entry of a record."""

    fate: Fate
    old_path: str
    new_path: str
    before: str
    after: str
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Migrated:
    """A record's entries as the new form has them, and what became of each."""

    answers: Mapping[str, str]
    lines: tuple[Line, ...]


def compare_forms(old: Form, new: Form) -> FormChange:
    """Which question of the new form takes the answers of which question of the old one."""
    matches = _matches(old, new)
    moves: dict[str, Move] = {}
    for node in old.nodes:
        if node.kind is Kind.GROUP:
            continue
        target = matches.get(node.path)
        moves[node.path] = _move(old, node, new, target, matches)
    taken = {move.new for move in moves.values()}
    known = set(moves)
    added = [node.path for node in new.nodes if node.control and node.is_leaf and node.path not in taken | known]
    return FormChange(old, new, moves, tuple(added))


def _matches(old: Form, new: Form) -> dict[str, NodeDef]:
    """Old template path → node of the new form; each node of the new form is given out once."""
    found: dict[str, NodeDef] = {}
    taken: set[str] = set()

    def match(node: NodeDef, target: NodeDef | None) -> None:
        if target is not None and target.path not in taken and node.path not in found and _alike(node, target):
            found[node.path] = target
            taken.add(target.path)

    for target in new.nodes:  # what the author says goes before what looks alike
        for name in target.attributes.get(FORMERLY, "").replace(",", " ").split():
            former = old.by_path.get(name) or _only(old, name)
            if former is not None:
                match(former, target)
    for node in old.nodes:
        match(node, new.by_path.get(node.path))
    for node in old.nodes:
        match(node, _only(new, node.name) if _only(old, node.name) is node else None)
    return found


def _only(form: Form, name: str) -> NodeDef | None:
    """The node of a name, where the form has that name once."""
    nodes = [node for node in form.nodes if node.name == name]
    return nodes[0] if len(nodes) == 1 else None


def _alike(node: NodeDef, target: NodeDef) -> bool:
    """A group can only become a group, a repeat a repeat, a leaf a leaf."""
    return node.is_leaf == target.is_leaf and (node.is_leaf or node.kind is target.kind)


def _move(old: Form, node: NodeDef, new: Form, target: NodeDef | None, matches: Mapping[str, NodeDef]) -> Move:
    if target is None:
        return Move(node.path, None, why=Why.GONE)
    repeats = [matches.get(above.path) for above in _repeats(node)]
    if repeats != list(_repeats(target)):
        return Move(node.path, None, why=Why.REPEAT)
    if not node.is_leaf:
        return Move(node.path, target.path)
    conversion = conversion_between(old, node, new, target)
    return Move(node.path, None, why=Why.UNIT) if conversion is None else Move(node.path, target.path, conversion)


def _repeats(node: NodeDef) -> Iterator[NodeDef]:
    """The repeats around a node, innermost first, without the node itself."""
    step = node.parent
    while step is not None:
        if step.kind is Kind.REPEAT:
            yield step
        step = step.parent


def migrate_answers(change: FormChange, answers: Mapping[str, str]) -> Migrated:
    """The entries of one record under the new form.

    Marks and remarks (`#quality`, `#note`) go where their answer goes; `@…` entries stay. An entry the old form did
    not know comes back when the new form has its question.
    """
    plains = dict.fromkeys(path.partition("#")[0] for path in answers if not path.startswith("@"))
    lines = {
        plain: _line(change, plain, answers.get(plain, ""), answers, is_mark=plain not in answers) for plain in plains
    }
    taken: set[str] = set()
    for plain, line in sorted(lines.items(), key=lambda one: one[1].fate is Fate.ASIDE):
        place = line.new_path
        while place in taken:
            place = _beside(place)
        taken.add(place)
        if place != line.new_path:
            lines[plain] = Line(Fate.ASIDE, plain, place, line.before, line.before, Why.TAKEN)
    found: dict[str, str] = {}
    for path, value in answers.items():
        plain, sign, mark = path.partition("#")
        known = lines.get(plain)
        if known is None:
            found[path] = value
        elif sign:
            found[f"{known.new_path}#{mark}"] = value
        else:
            found[known.new_path] = known.after
    return Migrated(found, tuple(lines[path] for path in lines if path in answers))


def _beside(place: str) -> str:
    """Another path for an entry whose own is taken."""
    name, bracket, item = place.rpartition("[") if place.endswith("]") else (place, "", "")
    return f"{name}{ASIDE_SUFFIX}{bracket}{item}"


def _line(change: FormChange, path: str, value: str, answers: Mapping[str, str], *, is_mark: bool) -> Line:
    template = _ITEM.sub("", path)
    move = change.moves.get(template)
    if move is None:  # left aside by an earlier version
        node = change.new.by_path.get(template)
        if node is not None and node.is_leaf != path.endswith("]"):
            return Line(Fate.RETURNED, path, path, value, value)
        return Line(Fate.ASIDE, path, path, value, value, Why.GONE)
    if move.new is None:
        return _aside(change, path, value, move.why)
    if not _has_all_items(move.new, path, change.new):  # no form ever wrote it: which item it is of is unknown
        return _aside(change, path, value, Why.GONE)
    target = _with_items(move.new, path, change.new)
    if target != path and target in answers and move.new not in change.moves:
        return _aside(change, path, value, Why.TAKEN)
    if is_mark or path.endswith("]"):
        return Line(Fate.RENAMED if move.renamed else Fate.KEPT, path, target, value, value)
    after, fits = move.conversion.convert(value)
    fate = Fate.UNFIT if not fits else Fate.CONVERTED if after != value else Fate.RENAMED if move.renamed else Fate.KEPT
    return Line(fate, path, target, value, after)


def _aside(change: FormChange, path: str, value: str, why: Why | None) -> Line:
    """An answer without a place: it stays in its item, wherever that went, and never where the new form would read it
    as an answer to something else."""
    place = path
    cut = path.rfind("]/") + 1
    move = change.moves.get(_ITEM.sub("", path[:cut])) if cut else None
    if move is not None and move.new is not None and _has_all_items(move.new, path[:cut], change.new):
        place = _with_items(move.new, path[:cut], change.new) + path[cut:]
    if _ITEM.sub("", place) in change.new.by_path and not place.endswith("]"):
        place += ASIDE_SUFFIX
    return Line(Fate.ASIDE, path, place, value, value, why)


def _has_all_items(template: str, path: str, form: Form) -> bool:
    node = form.by_path[template]
    return len(_ITEM.findall(path)) == len(list(_repeats(node))) + (node.kind is Kind.REPEAT)


def _with_items(template: str, path: str, form: Form) -> str:
    """A template path with the item ids of a path, which lies in as many repeats."""
    ids = iter(_ITEM.findall(path))
    steps: list[str] = []
    node = form.root
    for name in template.split("/"):
        node = node.named[name]
        is_item = node.kind is Kind.REPEAT
        steps.append(f"{name}[{next(ids)}]" if is_item else name)
    return "/".join(steps)
