"""Forms made up at random: whatever a person does to one, its state is that of a fresh opening of the same answers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from xml.sax.saxutils import quoteattr

from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import InputFault
from cpdesk.forms.form import Form, Kind
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form

VALUES = ("", "0", "1", "2", "3", "17.5", "abc", "a", "b", "ab", "a b", "2026-03-05", "-1")
SEEDS = st.integers(0, 2**32 - 1)
Snapshot = list[tuple[Any, ...]]


class Maker:
    """Makes one form from a seed: questions, groups, repeats and rules that read what stands before them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.binds: list[str] = []
        self.body: list[str] = []
        self.leaves: list[str] = []
        self.repeats: list[str] = []
        self.names = count()

    def xml(self) -> str:
        data = self.part("/data", 0)
        choices = "".join(
            f"<item><name>{name}</name><kind>{kind}</kind></item>"
            for name, kind in (("a", "1"), ("b", "1"), ("ab", "2"), ("1", "a"), ("2", "b"))
        )
        return (
            '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
            'xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model><instance>'
            f'<data id="t">{data}</data></instance><instance id="list"><root>{choices}</root></instance>'
            f"{''.join(self.binds)}</model></h:head><h:body>{''.join(self.body)}</h:body></h:html>"
        )

    def part(self, path: str, depth: int) -> str:
        return "".join(self.node(path, depth) for _ in range(self.chance.randint(2, 5 if depth else 7)))

    def node(self, parent: str, depth: int) -> str:
        name = f"n{next(self.names)}"
        path = f"{parent}/{name}"
        kind = self.chance.choices(("input", "select", "calculate", "group", "repeat"), (5, 3, 4, 2, 2))[0]
        if kind in ("group", "repeat") and depth < 3:
            return self.container(kind, name, path, depth)
        attributes: dict[str, str] = {}
        default = ""
        if kind == "calculate":
            attributes["calculate"] = self.running_total(path) or self.expression(path)
        elif kind == "select":
            self.select(path)
        else:
            attributes["type"] = self.chance.choice(("string", "int", "decimal", "date"))
            default = self.chance.choice(("", "", "1", "2"))
            self.body.append(
                f'<input ref="{path}"><label>{name} <output value="{self.reference(path)}"/></label></input>'
            )
        for rule in ("relevant", "readonly", "required", "constraint"):
            if kind != "calculate" and self.chance.random() < 0.2:
                own = ". != '3' and " if rule == "constraint" else ""
                attributes[rule] = own + self.condition(path)
        self.bind(path, attributes)
        self.leaves.append(path)
        attribute = ""
        if self.chance.random() < 0.15:
            attribute = ' note="1"'
            self.bind(f"{path}/@note", {"calculate": self.expression(f"{path}/@note")})
            self.leaves.append(f"{path}/@note")
        return f"<{name}{attribute}>{default}</{name}>"

    def container(self, kind: str, name: str, path: str, depth: int) -> str:
        if self.chance.random() < 0.3:
            self.bind(path, {"relevant": self.condition(path)})
        is_repeat = kind == "repeat"
        counted = f' jr:count="{self.reference(path)}"' if is_repeat and self.chance.random() < 0.4 else ""
        outside, self.body = self.body, []
        if is_repeat:
            self.repeats.append(path)
        inner = self.part(path, depth + 1)
        wrapped = "".join(self.body)
        opened = f'<repeat nodeset="{path}"{counted}>' if is_repeat else f'<group ref="{path}">'
        self.body = [*outside, f"{opened}{wrapped}</{kind}>"]
        template = f'<{name} jr:template="">{inner}</{name}>' if is_repeat and self.chance.random() < 0.7 else ""
        return f"{template}<{name}>{inner}</{name}>"

    def bind(self, path: str, attributes: dict[str, str]) -> None:
        if attributes:
            written = " ".join(f"{name}={quoteattr(text)}" for name, text in attributes.items())
            self.binds.append(f'<bind nodeset="{path}" {written}/>')

    def select(self, path: str) -> None:
        control = self.chance.choice(("select1", "select", "rank"))
        if self.chance.random() < 0.2:
            items = "".join(f"<item><value>{value}</value><label>{value}</label></item>" for value in ("a", "b", "1"))
            self.body.append(f'<{control} ref="{path}"><label>L</label>{items}</{control}>')
            return
        listed = [leaf for leaf in self.leaves if leaf.rpartition("/")[0] in self.repeats]
        if listed and self.chance.random() < 0.4:  # choices that a person has written into a repeat
            repeat, _, name = self.chance.choice(listed).rpartition("/")
            self.body.append(
                f'<{control} ref="{path}"><label>L</label><itemset nodeset="{repeat}[{name} != \'\']">'
                f'<value ref="{name}"/><label ref="{name}"/></itemset></{control}>'
            )
            return
        rule = self.chance.choice(("kind = {}", "name != {}", "selected({}, name) or kind = '1'", "true()"))
        nodeset = f"instance('list')/root/item[{rule.format(self.reference(path))}]"
        self.body.append(
            f'<{control} ref="{path}"><label>L</label><itemset nodeset="{nodeset}">'
            f'<value ref="name"/><label ref="name"/></itemset></{control}>'
        )

    def reference(self, path: str) -> str:
        """An earlier question as an absolute path, which keeps to the items around it."""
        return self.chance.choice(self.leaves) if self.leaves else "'1'"

    def running_total(self, path: str) -> str:
        """What the same calculation gives in the item before, plus something of this one."""
        inside = [repeat for repeat in self.repeats if path.startswith(f"{repeat}/")]
        if not inside or self.chance.random() < 0.6 or path.rpartition("/")[0] != inside[-1]:
            return ""
        name, repeat = path.rpartition("/")[2], inside[-1].rpartition("/")[2]
        step = self.chance.choice(("- 1", "+ 1"))
        return f"coalesce(../../{repeat}[position() = position(current()/..) {step}]/{name}, 0) + 1"

    def expression(self, path: str) -> str:
        leaf = self.reference(path)
        shapes = [
            leaf,
            f"{leaf} * 2",
            f"sum({leaf})",
            f"concat({leaf}, '-', {self.reference(path)})",
            f"if({self.condition(path)}, {leaf}, 'b')",
            f"coalesce({leaf}, '0')",
            f"count-non-empty({leaf})",
            f"join(' ', {leaf})",
            f"once({leaf})",
        ]
        around = leaf.rpartition("/")[0]
        if around in self.repeats:
            shapes += [f"indexed-repeat({leaf}, {around}, 2)", f"{around}[last()]/{leaf.rpartition('/')[2]}"]
        inside = [repeat for repeat in self.repeats if path.startswith(f"{repeat}/")]
        closed = [repeat for repeat in self.repeats if not path.startswith(f"{repeat}/")]
        if inside and path.rpartition("/")[0] == inside[-1]:
            name = inside[-1].rpartition("/")[2]
            mine = [one.rpartition("/")[2] for one in self.leaves if one.rpartition("/")[0] == inside[-1]]
            if mine and not any("@" in one for one in mine):
                axis = self.chance.choice(("preceding-sibling", "following-sibling"))
                shapes.append(f"join(',', ../{axis}::{name}/{self.chance.choice(mine)})")
            shapes += ["position(..)", f"count(../../{inside[-1].rpartition('/')[2]})"]
        shapes += [f"count({repeat})" for repeat in closed]
        if "@" not in leaf and leaf.startswith("/"):
            shapes.append(f"count(/data/descendant::{leaf.rpartition('/')[2]})")
        return self.chance.choice(shapes)

    def condition(self, path: str) -> str:
        leaf = self.reference(path)
        shape = self.chance.choice(
            ("{} != ''", "{} = '1'", "{} > 1", "not(selected({}, 'a'))", "string-length({}) < 3")
        )
        return shape.format(leaf)


def opened(form: Form, answers: dict[str, str] | None = None) -> Session:
    """A new form, or one with stored answers: then with an entry of another version too, because no entry means new."""
    numbers = count(1)
    stored = None if answers is None else {**answers, "of_another_version": "1"}
    taken = " ".join(answers or ())

    def new_id() -> str:
        return next(name for name in (f"i{number}" for number in numbers) if f"[{name}]" not in taken)

    return Session(form, stored, clock=FixedClock(datetime(2026, 11, 22, tzinfo=UTC)), new_id=new_id)


def snapshot(session: Session) -> Snapshot:
    found: Snapshot = []
    stack = [*reversed(session.children())]
    while stack:
        path = stack.pop()
        state = session.state(path)
        problem = None if state.problem is None else (state.problem.code, state.problem.message("zh"))
        found.append((path, state.relevant, state.required, state.readonly, state.value, state.accepted))
        found.append((problem, state.label, state.choices))
        if not session.definition(path).is_leaf:
            stack.extend(reversed(session.children(path)))
    return found


def places(session: Session, wanted: Callable[[Session, str], bool]) -> list[str]:
    found: list[str] = []
    stack = [*reversed(session.children())]
    while stack:
        path = stack.pop()
        if wanted(session, path):
            found.append(path)
        if not session.definition(path).is_leaf:
            stack.extend(reversed(session.children(path)))
    return found


def is_question(session: Session, path: str) -> bool:
    return session.definition(path).kind is Kind.QUESTION


def is_repeat(session: Session, path: str) -> bool:
    return session.definition(path).kind is Kind.REPEAT and not path.endswith("]")


def act(session: Session, chance: random.Random, stored: dict[str, str]) -> None:
    """One step of a person; what it touched is stored."""
    kind = chance.choices(("set", "add", "remove", "move"), (6, 2, 1, 1))[0]
    repeats = places(session, is_repeat)
    try:
        if kind == "set" or not repeats:
            touched = session.set(chance.choice(places(session, is_question)), chance.choice(VALUES))
        else:
            repeat = chance.choice(repeats)
            items = session.children(repeat)
            if kind == "add" and len(items) < 4:
                _, touched = session.add_item(repeat, chance.choice([None, *items]))
            elif kind == "remove" and items:
                touched = session.remove_item(chance.choice(items))
            elif kind == "move" and items:
                touched = session.move_item(chance.choice(items), chance.choice([None, *items]))
            else:
                return
    except InputFault as fault:
        assert fault.code in ("CP-1213", "CP-1214")  # read-only, or the number of items is fixed
        return
    except IndexError:
        return
    for path, text in touched.values.items():
        if text is None:
            stored.pop(path, None)
        else:
            stored[path] = text


@settings(max_examples=120, deadline=None)
@given(seed=SEEDS)
def test_any_course_through_any_form_ends_like_a_fresh_opening(seed: int) -> None:
    form = load_form(Maker(seed).xml())
    session = opened(form)
    stored = {path: text for path, text in session.opened.values.items() if text is not None}
    assert stored == session.answers()
    chance = random.Random(seed)
    before: list[tuple[dict[str, str], Snapshot]] = []
    for _ in range(8):
        before.append((session.answers(), snapshot(session)))
        act(session, chance, stored)
        assert stored == session.answers()
    fresh = opened(form, session.answers())
    assert fresh.opened.values == {}
    assert fresh.answers() == session.answers() | {"of_another_version": "1"}
    assert snapshot(fresh) == snapshot(session)
    assert fresh.submission_answers() == session.submission_answers()
    assert [problem.path for problem in fresh.validate()] == [problem.path for problem in session.validate()]
    older, state = chance.choice(before)  # undone: what a store holds of then opens as it was then
    assert snapshot(opened(form, older)) == state


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_independent_answers_does_not_matter(seed: int) -> None:
    form = load_form(Maker(seed).xml())
    chance = random.Random(seed)
    first = opened(form)
    counts = {draft.source for node in form.nodes if (draft := node.count) is not None}
    questions = [path for path in places(first, is_question) if "[" not in path and f"/data/{path}" not in counts]
    if len(questions) < 2:
        return
    answers = [(path, chance.choice(VALUES)) for path in chance.sample(questions, 2)]
    second = opened(form, first.answers())
    try:
        for path, value in answers:
            first.set(path, value)
        for path, value in reversed(answers):
            second.set(path, value)
    except InputFault as fault:
        assert fault.code == "CP-1213"  # one made the other read-only: they are not independent
        return
    assert _seen(first) == _seen(second)


def _seen(session: Session) -> Snapshot:
    """What a person sees; a calculation that is hidden keeps what it gave when it was last shown."""
    shown = places(session, lambda one, path: one.state(path).relevant)
    states = [session.state(path) for path in shown]
    return [(re.sub(r"\[i\d+\]", "[]", state.path), state.value, state.required) for state in states]
