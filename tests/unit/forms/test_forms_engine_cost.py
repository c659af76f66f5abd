"""Only what an answer touches is worked out anew: shown by counting, which no busy machine can blur."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cpdesk.forms.form import Form
from cpdesk.forms.running.recalculation import Recalculation
from cpdesk.forms.session import Session

Load = Callable[..., Form]
Open = Callable[..., Session]


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Role and path of every rule that runs, in order."""
    ran: list[str] = []
    original = Recalculation._apply

    def apply(self: Recalculation, rule: Any, node: Any) -> None:
        ran.append(f"{rule.role} {node.path}")
        original(self, rule, node)

    monkeypatch.setattr(Recalculation, "_apply", apply)
    yield ran


def test_an_answer_runs_the_rules_that_read_it_only(load: Load, open_session: Open, worked_out: list[str]) -> None:
    rows = [f"integer | q{number} | Q | | " for number in range(50)]
    rows += [f"calculate | c{number} | | ${{q{number}}} + 1 | " for number in range(50)]
    rows += ["calculate | both | | ${c3} + coalesce(${c4}, 0) | ", "text | t | T | | ${both} > 10"]
    session = open_session(form=load("type | name | label | calculation | relevant", *rows))
    worked_out.clear()
    session.set("q7", "1")
    assert worked_out == ["calculate c7"]
    worked_out.clear()
    session.set("q3", "1")
    assert worked_out == ["calculate c3", "calculate both", "relevant t"]


def test_what_comes_out_the_same_goes_no_further(load: Load, open_session: Open, worked_out: list[str]) -> None:
    form = load(
        "type | name | label | calculation",
        "integer | a | A | ",
        "calculate | large | | if(${a} > 10, 'yes', 'no')",
        "calculate | words | | concat(${large}, '!')",
    )
    session = open_session(form=form)
    session.set("a", "3")
    worked_out.clear()
    session.set("a", "4")
    assert worked_out == ["calculate large"]


def test_an_answer_in_one_item_leaves_the_others_alone(load: Load, open_session: Open, worked_out: list[str]) -> None:
    form = load(
        "type | name | label | calculation | relevant | repeat_count",
        "integer | n | N | | | ",
        "begin_repeat | room | Room | | | ${n}",
        "decimal | width | W | | | ",
        "decimal | depth | D | | ${width} > 0 | ",
        "calculate | area | | ${width} * ${depth} | | ",
        "end_repeat | | | | | ",
        "calculate | total | | sum(${area}) | | ",
    )
    session = open_session(form=form)
    session.set("n", "200")
    room = session.children("room")[120]
    session.set(f"{room}/width", "3")
    worked_out.clear()
    touched = session.set(f"{room}/depth", "4")
    assert worked_out == [f"calculate {room}/area", "calculate total"]
    assert touched.values == {f"{room}/depth": "4", f"{room}/area": "12", "total": "12"}
    assert touched.states == {f"{room}/depth", f"{room}/area", "total"}


def test_a_running_total_runs_from_the_changed_item_on(load: Load, open_session: Open, worked_out: list[str]) -> None:
    """Each item after the one before it, and no item a hundred times over."""
    form = load(
        "type | name | label | calculation | repeat_count",
        "integer | n | N | | ",
        "begin_repeat | month | Month | | ${n}",
        "decimal | used | U | | ",
        "calculate | before | | coalesce(../../month[position() = position(current()/..) - 1]/after, 0) | ",
        "calculate | after | | ${before} + coalesce(${used}, 0) | ",
        "end_repeat | | | | ",
    )
    session = open_session(form=form)
    session.set("n", "50")
    months = session.children("month")
    for month in months:
        session.set(f"{month}/used", "2")
    assert session.state(f"{months[-1]}/after").value == "100"
    worked_out.clear()
    session.set(f"{months[10]}/used", "3")
    assert [session.state(f"{month}/after").value for month in (months[9], months[10], months[-1])] == [
        "20",
        "23",
        "101",
    ]
    assert len(worked_out) <= 50 * 2 * 3
    assert session.validate() == []
    session.set("n", "3000")
    worked_out.clear()
    session.set(f"{months[0]}/used", "12")
    assert session.state(f"{session.children('month')[-1]}/after").value == "111"
    assert len(worked_out) <= 3000 * 2 * 3


def test_rules_that_need_themselves_are_at_fault_not_endless(load: Load, open_session: Open) -> None:
    form = load(
        "type | name | label | calculation",
        "begin_repeat | r | R | ",
        "text | t | T | ",
        "calculate | c | | sum(../../r[position() <= position(current()/..)]/c) + 1",
        "end_repeat | | | ",
    )
    session = open_session(form=form)
    item, _ = session.add_item("r")
    (first, second) = session.validate()
    assert (first.path, first.code, second.path) == (f"{session.children('r')[0]}/c", "calculation", f"{item}/c")
    assert "c" in first.message("zh")
    session.set(f"{item}/t", "x")
    assert session.state(f"{item}/t").value == "x"


def test_rounds_count_items_until_they_are_enough(load: Load, open_session: Open) -> None:
    form = load(
        "type | name | label | calculation | repeat_count",
        "calculate | have | | count(${r}) | ",
        "calculate | want | | if(${have} = 0 or ${r}[position() = ${have}]/more = 'yes', ${have} + 1, ${have}) | ",
        "begin_repeat | r | R | | ${want}",
        "text | more | More | | ",
        "end_repeat | | | | ",
    )
    session = open_session(form=form)
    assert len(session.children("r")) == 1
    for number in (2, 3, 4):
        session.set(f"{session.children('r')[-1]}/more", "yes")
        assert len(session.children("r")) == number
    session.set(f"{session.children('r')[-1]}/more", "no")
    assert (session.state("have").value, session.state("want").value) == ("4", "4")


def test_every_way_to_the_items_follows_them(load: Load, open_session: Open) -> None:
    """Adding, moving and removing items is seen through siblings, descendants and predicates."""
    form = load(
        "type | name | label | calculation",
        "begin_repeat | r | R | ",
        "text | a | A | ",
        "calculate | before | | count(../preceding-sibling::r)",
        "calculate | after | | join(',', ../following-sibling::r/a)",
        "calculate | others | | join(',', ../../r[position() != position(current()/..)]/a)",
        "end_repeat | | | ",
        "calculate | anywhere | | count(/data/descendant::a)",
        "calculate | deep | | join(',', //a)",
    )
    session = open_session(form=form)
    for _ in range(2):
        session.add_item("r")
    for item, text in zip(session.children("r"), "xyz", strict=True):
        session.set(f"{item}/a", text)

    def seen() -> list[str]:
        items = [(session.state(f"{item}/{name}").value) for item in session.children("r") for name in NAMES]
        return [*items, session.state("anywhere").value, session.state("deep").value]

    assert seen() == ["0", "y,z", "y,z", "1", "z", "x,z", "2", "", "x,y", "3", "x,y,z"]
    session.move_item(session.children("r")[2], session.children("r")[0])
    assert seen() == ["0", "x,y", "x,y", "1", "y", "z,y", "2", "", "z,x", "3", "z,x,y"]
    session.remove_item(session.children("r")[0])
    assert seen() == ["0", "y", "y", "1", "", "x", "2", "x,y"]


NAMES = ("before", "after", "others")
