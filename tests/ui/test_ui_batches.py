"""Batch work from a list over a real desk: shown first, done as one batch, taken back."""

import openpyxl
import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from real_desk import WAIT_MS, RealDesk, add_homes, first_day

from cpdesk.base.resources import resource_path
from cpdesk.operations import surveys
from cpdesk.ui.conditions import condition

NAMES = ("张样例", "李样例", "王样例")


@pytest.fixture
def place(dressed, qtbot, tmp_path):
    """Three made-up homes; the first two have a survey."""
    ctx = first_day(tmp_path / "desk")
    homes = add_homes(ctx, *NAMES)
    for home in homes[:2]:
        survey, _ = surveys.begin_survey(ctx, home)
        surveys.save_answers(ctx, survey, {"household/consent_ok": "yes", "household/consent_read": "OK"})
    made = RealDesk(qtbot, ctx)
    made.homes = homes
    made.files = tmp_path
    yield made
    made.close()


def begin(place, work):
    place.window.households.batch_wanted.emit(work)
    place.settle()
    return place.window._list._batches.work


def question(place, name):
    return place.ctx.forms.newest("farmhouse").by_name[name].path


def answers(place, home):
    return place.ctx.store.records.get(surveys.survey_of(place.ctx, home)).answers


def settle_long(place, qtbot):
    """A form is compiled and looked over: on a busy machine longer than other work."""
    qtbot.waitUntil(lambda: not place.worker.is_busy(), timeout=6 * WAIT_MS)
    place.settle()


def asked_edit(place, qtbot, value="4"):
    work = begin(place, "edit")
    dialog = work.dialog
    dialog._chosen(question(place, "residents"))
    dialog.answer.editor.setText(value)
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    place.settle()
    return work


def test_a_bulk_edit_is_shown_done_and_taken_back(place, qtbot):
    path = question(place, "residents")
    before = answers(place, place.homes[0]).get(path)
    work = asked_edit(place, qtbot)
    assert work.dialog.outcome.title.text().startswith("会改 2 份，0 份改了会出错")
    titles = {line[0] for line in work.dialog.outcome.model.lines}
    assert titles == {"001 张样例", "002 李样例"}, "a home nobody visited has no survey to change"
    assert answers(place, place.homes[0]).get(path) == before, "nothing is done before the decision"
    qtbot.mouseClick(work.dialog.apply, Qt.MouseButton.LeftButton)
    place.settle()
    assert answers(place, place.homes[0])[path] == answers(place, place.homes[1])[path] == "4"
    assert place.toast() == "已改 2 份。"
    qtbot.mouseClick(place.shell.toast.button, Qt.MouseButton.LeftButton)
    place.settle()
    assert answers(place, place.homes[0]).get(path) == before
    assert place.toast() == "已撤回 2 份。"


def test_only_marked_rows_are_changed(place, qtbot):
    place.window.households.model.toggle(1)
    work = asked_edit(place, qtbot)
    assert "选中的 1 处" in work.dialog.about.text()
    assert {line[0] for line in work.dialog.outcome.model.lines} == {"002 李样例"}
    work.dialog.reject()


def test_an_answer_the_rules_refuse_is_left_out_with_its_reason(place, qtbot):
    work = asked_edit(place, qtbot, value="400")
    dialog = work.dialog
    assert "2 份改了会出错" in dialog.outcome.title.text()
    assert all(line[4].startswith("不改：") for line in dialog.outcome.model.lines)
    assert not dialog.apply.isVisible()
    dialog.reject()


def test_an_edit_without_an_answer_says_so(place, qtbot):
    work = asked_edit(place, qtbot, value="")
    assert "还没填要改成什么" in work.dialog.said_words()
    work.dialog.take_back.setChecked(True)
    qtbot.mouseClick(work.dialog.look, Qt.MouseButton.LeftButton)
    place.settle()
    assert "份本来就这样" in work.dialog.outcome.title.text()
    work.dialog.reject()


def test_a_condition_is_put_together_and_may_be_wrong(place, qtbot):
    work = begin(place, "edit")
    dialog = work.dialog
    dialog._chosen(question(place, "residents"))
    dialog.answer.editor.setText("5")
    dialog.where._chosen(question(place, "householder_name"))
    dialog.where.answer.editor.setText("李样例")
    work._built()
    assert dialog.xpath.text().endswith("householder_name = '李样例'")
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    place.settle()
    assert {line[0] for line in dialog.outcome.model.lines} == {"002 李样例"}
    dialog.xpath.setText("((")
    assert not dialog.apply.isVisible(), "what was looked at is not what is asked for now"
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    place.settle()
    assert "CP-12" in dialog.said_words()
    dialog.reject()


@pytest.mark.parametrize(
    ("comparison", "value", "several", "expected"),
    [
        ("=", "it's", False, '../x = "it\'s"'),
        ("!=", "a", False, "../x != 'a'"),
        (">=", "1234567.5", False, "../x != '' and ../x >= 1234567.5"),
        ("<", "2020-01-31", False, "../x != '' and ../x < date('2020-01-31')"),
        ("empty", "", False, "../x = ''"),
        ("filled", "", False, "../x != ''"),
        ("has", "a", True, "selected(../x, 'a')"),
        ("has", "a", False, "contains(../x, 'a')"),
    ],
)
def test_conditions_are_xpath(comparison, value, several, expected):
    assert condition("g/y", "g/x", comparison, value, several=several) == expected


def test_a_check_lists_what_must_be_mended_and_goes_there(place, qtbot, monkeypatch):
    work = begin(place, "check")
    dialog = work.dialog
    qtbot.mouseClick(dialog.begin, Qt.MouseButton.LeftButton)
    place.settle()
    assert dialog.found.title.text().startswith("查了 2 份，2 份有必须改的地方。最多的是：「")
    assert dialog.found.model.lines[0][4] == "必须改"
    file = place.files / "report.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(file), ""))
    qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    place.settle()
    assert openpyxl.load_workbook(file).active.max_row == 1 + len(dialog.found.model.lines)
    survey, path = work._places[0]
    qtbot.keyClick(dialog.found.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: place.shell.current_page() == "survey", timeout=WAIT_MS)
    place.settle()
    assert place.window._survey.open.record.id == survey
    assert place.window.survey.body.current_path() == path
    assert not dialog.isVisible(), "the list steps aside"
    assert begin(place, "check") is work and dialog.isVisible(), "and is still there"
    dialog.reject()


def test_answers_go_out_without_names_and_come_back_changed(place, qtbot, monkeypatch):
    file = place.files / "answers.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(file), ""))
    work = begin(place, "export")
    assert not work.dialog.save.isEnabled(), "personal data or not must be said first"
    qtbot.mouseClick(work.dialog.choice.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(work.dialog.save, Qt.MouseButton.LeftButton)
    place.settle()
    assert place.toast() == "2 份答案已导出为 answers.xlsx，不含个人信息。"
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert not any(name in cell for name in NAMES for cell in cells)
    path = question(place, "altitude_m")
    ids = [str(cell.value) for cell in sheet["A"]]
    column = [cell.value for cell in sheet[1]].index(path) + 1
    for home, typed in zip(place.homes[:2], ("560", "viel"), strict=True):
        sheet.cell(ids.index(surveys.survey_of(place.ctx, home)) + 1, column).value = typed
    book.save(file)
    work = begin(place, "import")
    assert work.dialog.counts.text() == "会改 1 份，0 份没有变化，1 份有错、不导。"
    assert work.dialog.problems.model.lines[0][1] == "viel"
    qtbot.mouseClick(work.dialog.apply, Qt.MouseButton.LeftButton)
    place.settle()
    assert answers(place, place.homes[0])[path] == "560"
    work = begin(place, "history")
    assert [line[1] for line in work.dialog.list.model.lines] == ["导入答案"]
    qtbot.mouseClick(work.dialog.button, Qt.MouseButton.LeftButton)
    place.settle()
    assert answers(place, place.homes[0]).get(path) != "560"
    assert work.dialog.list.model.lines[0][5] == "已撤回" and not work.dialog.button.isEnabled()
    work.dialog.reject()


def test_work_that_is_stopped_says_how_far_it_came(place, qtbot):
    work = begin(place, "check")
    work.dialog.begin.click()
    work.stop()
    place.settle()
    assert work.dialog.found.title.text().startswith("中途停下") or "查了 0 份" in work.dialog.said_words()
    work.dialog.reject()


def test_a_form_is_looked_over_published_tried_and_migrated(place, qtbot):
    source = resource_path("forms/farmhouse.md").read_text(encoding="utf-8")
    version = place.ctx.forms.newest("farmhouse").version
    work = begin(place, "forms")
    dialog = work.dialog
    assert ("农宅", version, "2", "新调查用这一版") in dialog.versions.model.lines
    bad = place.files / "bad.md"
    bad.write_text(source.replace("${residents}", "${residentz}"), encoding="utf-8")
    work.read(bad)
    settle_long(place, qtbot)
    assert dialog.findings.model.lines and not dialog.publish.isVisible()
    assert any("residentz" in line[1] for line in dialog.findings.model.lines)
    good = place.files / "good.md"
    good.write_text(source.replace(version, "2099010101"), encoding="utf-8")
    work.read(good)
    settle_long(place, qtbot)
    qtbot.mouseClick(dialog.preview, Qt.MouseButton.LeftButton)
    place.settle()
    assert dialog.records.title.text().startswith("2 份旧调查换到 2099010101 版。")
    assert place.ctx.forms.newest("farmhouse").version == version, "looking publishes nothing"
    qtbot.mouseClick(dialog.migrate, Qt.MouseButton.LeftButton)
    place.settle()
    record = place.ctx.store.records.get(surveys.survey_of(place.ctx, place.homes[0]))
    assert record.version == "2099010101" and place.ctx.forms.newest("farmhouse").version == "2099010101"
    assert place.toast() == "已改 2 份。"
    qtbot.mouseClick(place.shell.toast.button, Qt.MouseButton.LeftButton)
    place.settle()
    assert place.ctx.store.records.get(record.id).version == version


def test_a_batch_is_told_to_the_list_and_a_closed_dialog_harms_nothing(place, qtbot):
    work = asked_edit(place, qtbot)
    work.dialog.apply.click()
    work.dialog.reject()
    place.settle()
    assert not work.is_open()
    assert place.toast().endswith("份。") or "停下" in place.toast() or place.toast() == ""
    place.window.households.batch_wanted.emit("history")
    place.settle()
    place.window._list._batches.work.dialog.reject()


def test_the_lock_stops_what_runs_and_closes_its_dialog(dressed, qtbot, tmp_path):
    ctx = first_day(tmp_path / "desk")
    for home in add_homes(ctx, *NAMES):
        surveys.begin_survey(ctx, home)
    place = RealDesk(qtbot, ctx)
    work = begin(place, "check")
    work.dialog.begin.click()
    course = work._course
    place.shell.hide()
    place.window.close()
    place.worker.stop()
    assert not course.look(0, 1), "nobody waits for a check of many surveys before the desk is locked"
