"""Views that are kept between answers are those that would be made anew, whatever is answered in whichever order."""

import random

import pytest

pytest.importorskip("PySide6", reason="views use QImage")

from datetime import datetime

from widget_samples import markdown, question, widgets_form

from cpdesk.base.clock import BEIJING, FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.ui.presenters.grids import Known
from cpdesk.ui.presenters.outline import outline, section_page

VALUES = ["", "1", "5", "18.5", "b240", "alu", "s", "v003", "2026-11-03", "coal wood", "40.2 116.2 0 0", "样例", "x"]


def running(form, answers=None):
    clock = FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=BEIJING))
    return Session(form, answers or {}, clock=clock, new_id=IdMaker(clock).new, language="zh")


def pages(session, known):
    return [section_page(session, section, "1", {}, (), known) for section in outline(session)]


def step(session, chance):
    """One random thing a person may do; gives what it touched."""
    walls = session.children("repeats/walls")
    kind = chance.random()
    if kind < 0.1:
        return session.add_item("repeats/walls")[1]
    if kind < 0.15 and len(walls) > 1:
        return session.remove_item(chance.choice(walls))
    if kind < 0.2 and len(walls) > 1:
        return session.move_item(walls[-1], walls[0])
    if kind < 0.6 and walls:
        name = chance.choice(["side", "wall_m2", "window_m2", "window_frame", "checked_on", "remark"])
        return session.set(f"{chance.choice(walls)}/{name}", chance.choice(VALUES))
    path = chance.choice(["typed/people", "typed/area", "one/village", "several/villages", "one/wall", "scales/warm"])
    return session.set(path, chance.choice(VALUES))


@pytest.mark.parametrize("seed", range(6))
def test_kept_views_are_those_made_anew(seed):
    chance = random.Random(seed)
    session, known = running(widgets_form()), Known()
    pages(session, known)
    for _ in range(40):
        touched = step(session, chance)
        known.forget(touched.states | touched.values.keys())
        assert pages(session, known) == pages(session, Known())
    assert known.questions and (known.rows or not session.children("repeats/walls"))


def test_a_kept_list_of_choices_follows_what_filters_and_hides_it():
    rows = [
        question("begin group", "g", "组", "Group"),
        question("select_one town", "town", "镇", "Town"),
        question("select_one village", "village", "村", "Village", relevant="${town} != ''",
                 choice_filter="starts-with(name, ${town})"),
        question("end group", ""),
    ]  # fmt: skip
    choices = {
        "town": [("a", "甲镇", "A"), ("b", "乙镇", "B")],
        "village": [(f"{town}{n}", f"{town} {n} 村", f"{town} {n}") for town in "ab" for n in range(150)],
    }
    session, known = running(load_form(compile_xlsform(markdown(rows, choices), name="towns"))), Known()
    seen = []
    for town in ("a", "b", "", "a"):
        touched = session.set("g/town", town)
        known.forget(touched.states | touched.values.keys())
        shown = [item for item in pages(session, known)[0].items if item.path == "g/village"]
        seen.append(shown[0].options[0].code if shown else "")
        assert pages(session, known) == pages(session, Known())
    assert seen == ["a0", "b0", "", "a0"]
