"""Values that the form filled in: what the window says of them, and how a person agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cpdesk.base.clock import FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.operations.facts import is_default
from cpdesk.ui.presenters.defaults import agree, give, is_filled_in, marks_of
from cpdesk.ui.presenters.outline import outline, section_page
from cpdesk.ui.requests import Marked
from cpdesk.ui.views import OptionView, QuestionView
from cpdesk.ui.widgets.basic import Button
from cpdesk.ui.widgets.marks import MarkSwitch
from cpdesk.ui.widgets.questions import QuestionBlock


@pytest.fixture
def session() -> Session:
    clock = FixedClock(datetime(2026, 11, 23, 6, 32, tzinfo=UTC))
    form = load_form(resource_path("forms/farmhouse.xml").read_text(encoding="utf-8"))
    session = Session(form, {}, clock=clock, new_id=IdMaker(clock).new)
    session.set("household/consent_ok", "yes")
    session.set(f"{body(session)}/b_build_year", "1996")
    return session


def body(session: Session) -> str:
    return f"{session.children('building')[0]}/b_body"


def shown(session: Session, path: str, assumed: dict[str, str] | None = None) -> QuestionView:
    pages = [section_page(session, section, "1", assumed or {}) for section in outline(session)]
    return next(item for page in pages for item in page.items if isinstance(item, QuestionView) and item.path == path)


def test_a_value_the_form_filled_in_says_so_until_a_person_changes_or_confirms_it(
    dressed: object, session: Session
) -> None:
    depth, height = f"{body(session)}/b_depth_m", f"{body(session)}/b_storey_height_m"
    assert "核实" in shown(session, depth).default and "核实" in shown(session, height).default
    assert shown(session, f"{body(session)}/b_build_year").default == ""
    give(session, depth, "7")
    agree(session, height)
    assert shown(session, depth).default == shown(session, height).default == ""
    assert not is_default(session.form, session.counting_answers(), height)


def test_a_default_that_was_agreed_with_stays_when_its_reasons_change(dressed: object, session: Session) -> None:
    depth, height = f"{body(session)}/b_depth_m", f"{body(session)}/b_storey_height_m"
    before = session.value_at(height)
    agree(session, height)
    session.set(f"{body(session)}/b_build_year", "1970")
    assert session.value_at(height) == before
    assert is_filled_in(session, depth)
    again = Session(session.form, session.answers(), clock=session_clock(), new_id=IdMaker(session_clock()).new)
    again.set(f"{body(again)}/b_build_year", "2010")
    assert again.value_at(height) == before and again.value_at(depth) != session.value_at(depth)


def session_clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 24, 6, 32, tzinfo=UTC))


def test_agreeing_is_measured_where_the_hint_says_so_seen_for_a_choice_and_else_estimated(
    dressed: object, session: Session
) -> None:
    of = body(session)
    session.set(f"{of}/b_roof_shape", "pitched_tile")
    for name, mark in (("b_depth_m", "M"), ("b_ridge_rise_m", "E"), ("b_structure", "M")):
        assert is_filled_in(session, f"{of}/{name}"), name
        assert agree(session, f"{of}/{name}").values[f"{of}/{name}#quality"] == mark
    assert agree(session, f"{of}/b_depth_m", "B").values == {f"{of}/b_depth_m#quality": "B"}


def test_a_typed_figure_under_a_hint_to_measure_is_marked_and_the_mark_goes_with_it(
    dressed: object, session: Session
) -> None:
    depth, rooms = f"{body(session)}/b_depth_m", f"{body(session)}/b_bays"
    assert give(session, depth, "6.4").values[f"{depth}#quality"] == "M"
    agree(session, depth, "B")
    assert f"{depth}#quality" not in give(session, depth, "6.5").values, "what a person said stays"
    assert shown(session, depth).mark == "B"
    assert give(session, depth, None).values[f"{depth}#quality"] is None
    assert f"{rooms}#quality" not in give(session, rooms, "5").values
    assert shown(session, rooms).marks == (), "a count is a count"


def test_bills_have_one_source_for_all_figures_and_no_marks_of_their_own(dressed: object, session: Session) -> None:
    kwh = session.form.by_name["elec_year_kwh"]
    assert kwh.attributes["quantity"].startswith("bill.") and marks_of(kwh) == ()
    assert marks_of(session.form.by_name["b_depth_m"]) == ("M", "B", "E")
    assert marks_of(session.form.by_name["b_build_year"]) == ("B", "E"), "a year is not measured"


def test_not_known_keeps_the_sentence_on_what_is_taken_for_it(dressed: object, session: Session) -> None:
    roof = next(path for path in session.children(session.children("building")[0]) if path.endswith("b_roof"))
    path = f"{roof}/b_roof_insul_type"
    assumed = {path: "先按「无」算"}
    session.set(path, "unknown")
    assert shown(session, path, assumed).assumed == assumed[path]
    session.set(path, "eps")
    assert shown(session, path, assumed).assumed == ""


def test_enter_agrees_and_so_do_one_press_on_the_mark_or_on_the_chosen_option(dressed: object, qtbot: QtBot) -> None:
    options = (OptionView("none", "无"), OptionView("eps", "聚苯"))
    number = QuestionView("d", "1", "number", "进深", value="6", default="先填的", marks=("M", "B", "E"))
    choice = QuestionView("i", "2", "choice", "保温", value="none", options=options, default="先填的")
    asked: list[object] = []
    for view, act, wanted in (
        (number, lambda block: QTest.keyClick(block.editor, Qt.Key.Key_Return), Marked("d")),
        (number, lambda block: QTest.keyClicks(block.editor, "b"), Marked("d", "B")),
        (number, lambda block: block.findChild(MarkSwitch).buttons["E"].click(), Marked("d", "E")),
        (choice, lambda block: block.editor.buttons[0].click(), Marked("i")),
        (choice, lambda block: block.editor.choose(0), Marked("i")),
        (choice, lambda block: QTest.keyClick(block.editor.buttons[0], Qt.Key.Key_Return), Marked("i")),
        (choice, lambda block: default_button(block).click(), Marked("i")),
    ):
        block = QuestionBlock(view)
        qtbot.addWidget(block)
        block.show()
        block.requested.connect(asked.append)
        block.answered.connect(lambda *answer: asked.append(answer))
        asked.clear()
        act(block)
        assert asked == [wanted]
        block.show_question(replace(view, default="", mark="E"))
        asked.clear()
        block.editor.moved_on.emit()
        assert asked == [], "what was agreed with is not agreed with again"
        assert not default_button(block).isVisible()


def default_button(block: QuestionBlock) -> Button:
    return next(button for button in block.findChildren(Button) if button.property("k") == "doubt")
