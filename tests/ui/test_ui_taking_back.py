"""Undo, redo and the progress of a draft, over a real store."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from real_desk import RealDesk, add_homes, first_day, next_day

from cpdesk.operations import households, surveys

PHONE = "household/householder_phone"
BACK = Qt.KeyboardModifier.ControlModifier
AGAIN = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def folder(tmp_path):
    ctx = first_day(tmp_path)
    add_homes(ctx, "张样例", "李样例")
    ctx.close()
    return tmp_path


@pytest.fixture
def place(dressed, qtbot, folder):
    made = RealDesk(qtbot, next_day(folder))
    yield made
    made.close()


def home(place, text="001"):
    return households.household_ids(place.ctx, households.HouseholdQuery(text=text))[0]


def stored(ctx, household):
    return surveys.open_survey(ctx, surveys.survey_of(ctx, household)).session.answers()


def line(place, household):
    return households.household_lines(place.ctx, [household])[0]


def test_ctrl_z_takes_answers_back_one_by_one_and_ctrl_shift_z_brings_them_again(place, qtbot):
    page = place.open_survey(home(place))
    presenter = place.window._survey
    presenter.answer("household/consent_ok", "yes")
    presenter.answer(PHONE, "13800000001")
    presenter.answer(PHONE, "13800000002")
    place.settle()
    page.body.focus_question(PHONE)
    field = page.body.question(PHONE).editor
    qtbot.keyClick(field, Qt.Key.Key_Z, BACK)
    place.settle()
    assert stored(place.ctx, home(place))[PHONE] == "13800000001"
    assert page.body.question(PHONE).editor.text() == "13800000001", "the page shows what the store has"
    assert "电话" in place.toast() and "1 处" in place.toast()
    assert page.section() == "household"
    qtbot.keyClick(field, Qt.Key.Key_Z, AGAIN)
    place.settle()
    assert stored(place.ctx, home(place))[PHONE] == "13800000002"
    for _ in range(3):
        page.undo_wanted.emit()
        place.settle()
    assert PHONE not in stored(place.ctx, home(place))
    assert stored(place.ctx, home(place)).get("household/consent_ok") != "yes"
    assert len(page.view.sections) == 1, "the sections that consent opens are closed again"
    page.undo_wanted.emit()
    place.settle()
    assert place.toast() == "没有可以撤销的修改。"


def test_letters_being_typed_are_taken_back_as_letters(place, qtbot):
    page = place.open_survey(home(place))
    place.window._survey.answer("household/consent_ok", "yes")
    place.settle()
    field = page.body.question(PHONE).editor
    page.body.focus_question(PHONE)
    qtbot.keyClicks(field, "138")
    qtbot.keyClick(field, Qt.Key.Key_Z, BACK)
    place.settle()
    assert field.text() == ""
    assert stored(place.ctx, home(place))["household/consent_ok"] == "yes"


def test_what_was_done_yesterday_is_taken_back_today(dressed, qtbot, folder):
    first = RealDesk(qtbot, next_day(folder))
    household = home(first)
    first.open_survey(household)
    first.window._survey.answer("household/consent_ok", "yes")
    first.window._survey.answer(PHONE, "13800000001")
    first.close()
    second = RealDesk(qtbot, next_day(folder))
    second.open_survey(household)
    second.window.survey.undo_wanted.emit()
    second.settle()
    assert PHONE not in stored(second.ctx, household)
    second.window.survey.redo_wanted.emit()
    second.settle()
    assert stored(second.ctx, household)[PHONE] == "13800000001"
    second.close()


def test_the_list_takes_back_the_last_change_of_the_chosen_household(place, qtbot):
    household = home(place)
    place.open_survey(household)
    place.window._survey.answer("household/consent_ok", "yes")
    place.window._survey.answer(PHONE, "13800000001")
    place.window.go("households")
    place.settle()
    search = place.window.households.search
    assert search.hasFocus() and place.window.households.table.current_id() == household
    qtbot.keyClick(search, Qt.Key.Key_Z, BACK)
    place.settle()
    assert PHONE not in stored(place.ctx, household)
    assert "张样例" in place.toast()
    qtbot.keyClick(search, Qt.Key.Key_Z, AGAIN)
    place.settle()
    assert stored(place.ctx, household)[PHONE] == "13800000001"


def test_the_list_says_how_far_a_draft_has_come_once_its_page_or_section_is_left(place, qtbot):
    household = home(place)
    page = place.open_survey(household)
    place.window._survey.answer("household/consent_ok", "yes")
    place.settle()
    assert line(place, household).asked is None, "not at each answer"
    page.walk(1)
    place.settle()
    begun = line(place, household)
    assert begun.asked > 10 and begun.answered > 0
    place.window._survey.answer(PHONE, "13800000001")
    place.window.go("households")
    place.settle()
    assert line(place, household).answered == begun.answered + 1
    row = place.window.households.model.row(0)
    assert row.answered == pytest.approx((begun.answered + 1) / begun.asked)


def test_locking_keeps_the_progress_too(dressed, qtbot, folder):
    first = RealDesk(qtbot, next_day(folder))
    household = home(first)
    first.open_survey(household)
    first.window._survey.answer("household/consent_ok", "yes")
    first.close()
    ctx = next_day(folder)
    assert households.household_lines(ctx, [household])[0].asked > 10
    ctx.close()
