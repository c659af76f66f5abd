"""The survey page of the heating network: problems, remarks, the last visit and history, over a real store."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from real_desk import first_day
from survey_desk import SurveyDesk, inspect_again

SUPPLY, RETURN, PRESSURE = "reading/i_supply_c", "reading/i_return_c", "reading/i_supply_mpa"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def place(dressed, qtbot, tmp_path):
    ctx = first_day(tmp_path)
    made = SurveyDesk(qtbot, ctx)
    made.open(inspect_again(ctx))
    yield made
    made.close()


def press(qtbot, place, key, modifiers=Qt.KeyboardModifier.NoModifier):
    """A key where the focus is, and the moment after which a question has it."""
    place.settle()
    qtbot.keyClick(QApplication.focusWidget() or place.page, key, modifiers)
    place.settle()


def titles(place, code):
    return [line.title for line in place.lines(code)]


def show(place, tab):
    place.page.side.show_tab(tab)
    place.settle()


def line(place, code, path):
    return next(each for each in place.lines(code) if each.key == path)


def test_a_network_visit_has_an_overview_instead_of_figures(place):
    side = place.page.side
    assert side.tabs.codes()[0] == "overview" and side.tab() == "overview"
    assert not side.result.isVisible()
    assert place.page.view.crumbs == ("供热管网", "U03")
    open_lines = side.overview.open.view.lines
    assert open_lines and all("必答" in each.meta for each in open_lines[:5]), "required questions come first"
    assert open_lines[0].title == "室外温度"
    side.overview.opened.emit(open_lines[0].key)
    place.settle()
    assert place.page.body.current_path() == open_lines[0].path


def test_problems_are_listed_hard_before_soft_and_walked_both_ways(place, qtbot):
    place.presenter.answer(SUPPLY, "150")
    place.presenter.answer(RETURN, "x")
    show(place, "problems")
    found = place.lines("problems")
    assert [each.path for each in found] == [RETURN, SUPPLY], "the one that blocks first"
    assert [each.tone for each in found] == ["bad", "warn"]
    assert place.page.errors.isVisible()
    press(qtbot, place, Qt.Key.Key_F8)
    assert place.page.body.current_path() == RETURN
    press(qtbot, place, Qt.Key.Key_F8)
    assert place.page.body.current_path() == SUPPLY
    press(qtbot, place, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert place.page.body.current_path() == RETURN
    place.presenter.answer(RETURN, "46")
    assert titles(place, "problems") == ["供水温度"], "what was mended is gone at once"
    assert not place.page.errors.isVisible()


def test_an_unusual_answer_is_confirmed_until_it_changes(place):
    place.presenter.answer(SUPPLY, "150")
    place.presenter.show_question(SUPPLY)
    show(place, "problems")
    body = place.page.body
    assert body.question(SUPPLY).said("soft")
    place.page.side.lists["problems"].acted.emit(SUPPLY)
    place.settle()
    assert place.stored()[SUPPLY + "#checked"] == "150"
    assert not body.question(SUPPLY).said("soft"), "nothing amber is left"
    assert body.beside(SUPPLY).view.check == "checked"
    assert line(place, "problems", SUPPLY).faded
    assert place.presenter.panels.book.count("soft") == 0
    place.presenter.answer(SUPPLY, "151")
    assert body.beside(SUPPLY).view.check == "open", "another figure was not confirmed"
    assert body.question(SUPPLY).said("soft")


def test_a_remark_is_written_under_its_question_listed_and_taken_back(place, qtbot):
    place.presenter.show_question(SUPPLY)
    place.settle()
    press(qtbot, place, Qt.Key.Key_M, CTRL)
    editor = place.page.body.beside(SUPPLY).editor
    assert editor.field.hasFocus()
    editor.field.insertPlainText("表盘有水汽")
    qtbot.keyClick(editor.field, Qt.Key.Key_Return, CTRL)
    place.settle()
    assert place.stored()[SUPPLY + "#note"] == "表盘有水汽"
    assert place.page.body.current_path() == SUPPLY, "back in the question"
    show(place, "remarks")
    (only,) = place.lines("remarks")
    assert (only.title, only.text) == ("供水温度", "表盘有水汽") and "周敏" in only.meta
    place.page.undo_wanted.emit()
    place.settle()
    assert SUPPLY + "#note" not in place.stored()
    assert place.lines("remarks") == ()
    assert "供水温度" in place.toast()


def test_escape_leaves_a_remark_as_it_was(place, qtbot):
    place.presenter.show_question(SUPPLY)
    place.presenter.panels.remarks.edit(SUPPLY)
    editor = place.page.body.beside(SUPPLY).editor
    editor.field.insertPlainText("写错")
    qtbot.keyClick(editor.field, Qt.Key.Key_Escape)
    place.settle()
    assert SUPPLY + "#note" not in place.stored()
    assert place.page.body.beside(SUPPLY).editor is None


def test_the_last_visit_stands_beside_with_differences_and_is_taken_over(place, qtbot):
    place.presenter.show_question(SUPPLY)
    place.presenter.answer(SUPPLY, "70")
    press(qtbot, place, Qt.Key.Key_L, CTRL)
    place.settle()
    beside = place.page.body.beside(SUPPLY)
    (last,) = beside.view.lasts
    assert (last.words, last.difference, last.changed) == ("62 ℃", "+8 ℃", True)
    assert beside.card.isVisible() and beside.card.x() > place.page.body.question(SUPPLY).editor.width()
    assert SUPPLY in [each.key for each in place.lines("last")]
    assert "62 ℃ → 70 ℃" in line(place, "last", SUPPLY).text
    place.page.only_changes_wanted.emit(True)
    assert [block.view.path for block in place.page.body.blocks()] == [SUPPLY]
    place.page.only_changes_wanted.emit(False)
    beside.card.take.click()
    place.settle()
    assert place.stored()[SUPPLY] == "62"
    assert SUPPLY not in [each.key for each in place.lines("last")]
    assert not place.page.body.beside(SUPPLY).view.lasts[0].changed
    place.page.undo_wanted.emit()
    place.settle()
    assert place.stored()[SUPPLY] == "70", "taking over is an ordinary answer"
    press(qtbot, place, Qt.Key.Key_L, CTRL)
    assert not place.page.body.beside(SUPPLY).card.isVisible()


def test_history_tells_who_changed_what_and_brings_an_older_value_back(place, qtbot):
    for value in ("61", "65"):
        place.presenter.answer(SUPPLY, value)
    place.presenter.show_question(SUPPLY)
    place.settle()
    press(qtbot, place, Qt.Key.Key_H, CTRL)
    place.settle()
    found = place.lines("history")
    assert [each.text for each in found] == ["61 ℃ → 65 ℃", "— → 61 ℃"], "of this question, newest first"
    assert all("周敏" in each.meta for each in found)
    assert [bool(each.action) for each in found] == [False, True], "what stands need not be brought back"
    place.page.side.lists["history"].acted.emit(found[1].key)
    place.settle()
    assert place.stored()[SUPPLY] == "61"
    place.page.undo_wanted.emit()
    place.settle()
    assert place.stored()[SUPPLY] == "65"
    place.page.side.lists["history"].filter_wanted.emit(False)
    assert len(place.lines("history")) > len(found)


def test_completing_too_early_lists_what_blocks(place):
    place.presenter.answer(RETURN, "x")
    place.page.complete.click()
    place.settle()
    found = place.lines("problems")
    assert place.page.side.tab() == "problems"
    assert found[0].path == RETURN and found[0].tone == "bad"
    assert {each.tone for each in found[1:]} == {"info"}, "then the missing ones"
    assert len(found) > 10 and not place.left


def test_sections_that_are_not_asked_are_told_with_why(place):
    button = place.page.hidden_button
    assert button.isVisible() and "4" in button.text()
    assert place.page.hidden.lines() == ()
    button.click()
    lines = place.page.hidden.lines()
    assert [each.title for each in lines][:2] == ["管段", "部件"]
    assert "管段登记" in lines[0].text
    place.page.hidden.opened.emit(lines[0].key)
    assert place.page.why.isVisible()


def test_keys_lead_to_sections_and_questions(place, qtbot):
    press(qtbot, place, Qt.Key.Key_6, CTRL)
    assert place.page.section() == "reading"
    press(qtbot, place, Qt.Key.Key_J, CTRL)
    assert place.page.jump.hasFocus()
    qtbot.keyClicks(place.page.jump, "3.5")
    press(qtbot, place, Qt.Key.Key_Return)
    place.settle()
    assert place.page.section() == "arrival"
    assert place.page.body.current_path() == "arrival/i_outdoor_c"


def test_the_language_of_all_panels_changes_at_once(place, dressed):
    from cpdesk.ui import language

    place.presenter.answer(RETURN, "x")
    show(place, "problems")
    place.ctx.settings.set("language", "en")
    language.set_language(dressed, "en")
    place.desk.language_changed.emit()
    place.settle()
    assert titles(place, "problems") == ["Return temperature"]
    assert "number" in place.lines("problems")[0].text
    assert place.page.view.crumbs[0] == "Heating network"


@pytest.fixture
def narrow(dressed, qtbot, tmp_path):
    ctx = first_day(tmp_path)
    made = SurveyDesk(qtbot, ctx, (952, 536))
    made.open(inspect_again(ctx))
    yield made
    made.close()


def test_a_narrow_window_folds_the_panel_and_f8_still_goes_to_the_question(narrow):
    page = narrow.page
    assert narrow.shell.width() == 952 and not page.side.isVisible() and page.head.side.isVisible()
    page.head.side.click()
    assert page.side.isVisible() and page.side.geometry().right() <= page.width()
    assert page.close_layer() and not page.side.isVisible()
    narrow.presenter.answer(RETURN, "x")
    page.problem_wanted.emit(1)
    narrow.settle()
    assert page.body.current_path() == RETURN
    assert not page.side.isVisible(), "the question is not covered"
    narrow.shell.resize(1366, 768)
    narrow.settle()
    assert page.side.isVisible() and not page.head.side.isVisible()
