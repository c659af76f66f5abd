"""Views that are kept between answers are those that would be made anew, whatever is answered in whichever order."""

import random

import pytest

pytest.importorskip("PySide6", reason="views use QImage")

from dataclasses import replace
from datetime import datetime

from widget_samples import markdown, question, widgets_form

from cpdesk.base.clock import BEIJING, FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.ui.presenters.known import Known
from cpdesk.ui.presenters.outline import forget_counts, outline, section_page, section_views
from cpdesk.ui.views import GridView

VALUES = ["", "1", "5", "18.5", "b240", "alu", "s", "v003", "2026-11-03", "coal wood", "40.2 116.2 0 0", "样例", "x"]


def running(form, answers=None):
    clock = FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=BEIJING))
    return Session(form, answers or {}, clock=clock, new_id=IdMaker(clock).new, language="zh")


def pages(session, known):
    """All pages, with the cells of their grids made: rows compare by themselves only."""
    found = [section_page(session, section, "1", {}, (), known) for section in outline(session, known)]
    return [replace(page, items=tuple(plain(item) for item in page.items)) for page in found]


def plain(item):
    if not isinstance(item, GridView):
        return item
    return replace(item, rows=tuple((path, tuple(cells)) for path, cells in item.rows))


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
    counts = {}
    for _ in range(40):
        touched = step(session, chance)
        known.forget(touched.states | touched.values.keys())
        forget_counts(counts, touched.states | touched.values.keys())
        assert pages(session, known) == pages(session, Known())
        sections = outline(session, known)
        assert section_views(session, sections, counts) == section_views(session, sections, {})
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


@pytest.fixture(scope="module")
def community():
    return load_form(resource_path("forms/community.xml").read_text(encoding="utf-8"))


BUILDING_VALUES = {
    "cb_body/cb_no": ["", "1", "甲"],
    "cb_body/cb_use": ["", "home", "mixed", "x"],
    "cb_body/cb_year": ["", "1985", "2004"],
    "cb_body/cb_floors": ["", "6", "0"],
    "cb_heating/cb_valve_pct": ["", "40", "120"],
}


@pytest.mark.parametrize("seed", range(3))
def test_the_kept_outline_of_a_community_is_the_one_made_anew(community, seed):
    chance = random.Random(seed)
    session, known, counts = running(community), Known(), {}
    names = [name for name in BUILDING_VALUES if f"c_building/{name}" in community.by_path]
    assert len(names) >= 3
    for _ in range(60):
        buildings = session.children("c_building")
        kind = chance.random()
        if kind < 0.15 or not buildings:
            touched = session.add_item("c_building")[1]
        elif kind < 0.22:
            touched = session.remove_item(chance.choice(buildings))
        elif kind < 0.3:
            touched = session.move_item(buildings[-1], buildings[0])
        else:
            name = chance.choice(names)
            touched = session.set(f"{chance.choice(buildings)}/{name}", chance.choice(BUILDING_VALUES[name]))
        known.forget(touched.states | touched.values.keys())
        forget_counts(counts, touched.states | touched.values.keys())
        sections = outline(session, known)
        assert sections == outline(session)
        assert section_views(session, sections, counts) == section_views(session, sections, {})


def test_one_answer_in_a_large_community_makes_and_counts_its_own_sections_only(community):
    session, known, counts = running(community), Known(), {}
    for _ in range(60):
        session.add_item("c_building")
    sections = outline(session, known)
    views = section_views(session, sections, counts)
    assert len(sections) > 150 and known.made >= 60
    made, before = known.made, dict(counts)
    touched = session.set(f"{session.children('c_building')[30]}/cb_body/cb_floors", "6")
    known.forget(touched.states | touched.values.keys())
    forget_counts(counts, touched.states | touched.values.keys())
    again = section_views(session, outline(session, known), counts)
    assert known.made - made == 1, "one building was looked through"
    dropped = {path for path in before if before[path] is not counts[path]}
    assert len(dropped) <= 3
    assert sum(a != b for a, b in zip(views, again, strict=True)) == 1


def test_one_answer_in_a_large_grid_makes_and_counts_one_row():
    answers = {"repeats/walls": ""} | {
        f"repeats/walls[w{n:03d}]{name}": value
        for n in range(200)
        for name, value in (("", f"a{n:04d}"), ("/side", "s"), ("/wall_m2", "42"))
    }
    session, known, counts = running(widgets_form(), answers), Known(), {}
    section = next(each for each in outline(session) if each.path == "repeats")
    page = section_page(session, section, "1", {}, (), known)
    section_views(session, outline(session, known), counts)
    grid = next(item for item in page.items if isinstance(item, GridView))
    assert known.made >= 200
    assert sum(cells.is_made() for _path, cells in grid.rows) <= 1, "cells wait until they are looked at"
    made, before = known.made, dict(counts)
    touched = session.set("repeats/walls[w100]/window_m2", "9")
    known.forget(touched.states | touched.values.keys())
    forget_counts(counts, touched.states | touched.values.keys())
    again = section_page(session, section, "1", {}, (), known)
    section_views(session, outline(session, known), counts)
    assert known.made - made == 1
    assert {path for path in before if path.endswith("/*") and before[path] is not counts[path]} == {
        "repeats/walls[w100]/*"
    }
    after = next(item for item in again.items if isinstance(item, GridView))
    assert [a[0] for a, b in zip(grid.rows, after.rows, strict=True) if a[1] is not b[1]] == ["repeats/walls[w100]"]
