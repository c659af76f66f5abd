"""The whole window over a real desk in a folder of its own: unlock, list, survey, lock, and nothing is lost."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cpdesk.base.errors import InputFault
from cpdesk.base.paths import Paths
from cpdesk.operations import assess, desk, households, register, surveys
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost
from cpdesk.ui.app import Program, choose_input_method
from cpdesk.ui.language import language
from cpdesk.ui.widgets.choices import ChoiceButtons

PIN = "258036"
CHEAP = PinCost(passes=1, memory_kib=8192, lanes=1)
WAIT_MS = 20_000


@pytest.fixture
def paths(tmp_path):
    """A desk with two made-up households."""
    made = Paths.under(tmp_path)
    ctx, _code = desk.first_start(made, pin=PIN, person="周敏", key_store=FileKeyStore(made.config), cost=CHEAP)
    for number, name in (("001", "张样例"), ("002", "李样例")):
        answers = {
            "township_code": "110114110",
            "village": "瓦窑村",
            "household_no": number,
            "householder_name": name,
            "door_no": f"{int(number)} 号",
        }
        register.add_household(ctx, answers)
    ctx.close()
    return made


@pytest.fixture
def program(dressed, qtbot, paths, monkeypatch):
    """The program at its unlock page, with the energy engine standing aside."""

    def refuse(ctx, form, answers, *, record):
        raise InputFault("CP-1501", record=record)

    monkeypatch.setattr(assess, "assess_answers", refuse)
    made = Program(dressed, paths)
    made.settings.set("sync_every_minutes", 0)
    made.start()
    qtbot.waitUntil(lambda: made.unlock_page.daily.pin.isVisible() and not made.worker.is_busy(), timeout=WAIT_MS)
    yield made
    made.shell.close()


def unlock(program, qtbot):
    qtbot.keyClicks(program.unlock_page.daily.pin, PIN)
    qtbot.waitUntil(lambda: program.window is not None, timeout=WAIT_MS)
    settle(program, qtbot)
    return program.window


def settle(program, qtbot):
    qtbot.waitUntil(lambda: not program.worker.is_busy(), timeout=WAIT_MS)
    qtbot.wait(200)
    qtbot.waitUntil(lambda: not program.worker.is_busy(), timeout=WAIT_MS)


def test_the_first_day_leads_from_an_empty_folder_to_an_empty_list(dressed, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("cpdesk.store.vault.PinCost", lambda: CHEAP)
    program = Program(dressed, Paths.under(tmp_path))
    program.start()
    form = program.unlock_page.first
    qtbot.waitUntil(lambda: form.isVisible() and not program.worker.is_busy(), timeout=WAIT_MS)
    qtbot.keyClick(form.language_next, Qt.Key.Key_Return)
    qtbot.keyClicks(form.person, "Zhou Min")
    qtbot.keyClick(form.person, Qt.Key.Key_Return)
    qtbot.keyClicks(form.pin, PIN)
    qtbot.keyClicks(form.pin, PIN)
    qtbot.waitUntil(lambda: form.current_step() == "recovery", timeout=WAIT_MS)
    assert len(form.code.text()) > 20
    form.noted.setChecked(True)
    qtbot.mouseClick(form.finish_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: program.window is not None, timeout=WAIT_MS)
    settle(program, qtbot)
    assert program.window.households.model.rowCount() == 0
    assert "还没有住户" in program.window.households._empty_words.text()
    program.shell.close()


def test_a_wrong_pin_says_how_many_tries_are_left(program, qtbot):
    qtbot.keyClicks(program.unlock_page.daily.pin, "111222")
    qtbot.waitUntil(program.unlock_page.daily._problem.isVisible, timeout=WAIT_MS)
    assert "还能试 3 次" in program.unlock_page.daily._problem.label.text()
    assert program.unlock_page.daily.pin.text() == ""
    assert program.window is None


def test_find_open_answer_lock_and_find_the_answer_again(program, qtbot, paths):
    window = unlock(program, qtbot)
    assert window.households.model.rowCount() == 2
    qtbot.keyClicks(window.households.search, "002")
    qtbot.waitUntil(lambda: window.households.model.rowCount() == 1, timeout=WAIT_MS)
    qtbot.keyClick(window.households.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.shell.current_page() == "survey", timeout=WAIT_MS)
    settle(program, qtbot)
    page = window.survey
    assert [section.number for section in page.view.sections] == ["1"]
    consent = page.body.question("household/consent_ok")
    assert isinstance(consent.editor, ChoiceButtons)
    qtbot.mouseClick(consent.editor.buttons[0], Qt.MouseButton.LeftButton)
    assert len(page.view.sections) > 6, "consent opens the other sections"
    phone = page.body.question("household/householder_phone")
    phone.focus_editor()
    phone.editor.selectAll()
    qtbot.keyClicks(phone.editor, "13800000002")
    program.lock()
    assert program.window is None
    qtbot.waitUntil(program.unlock_page.daily.pin.isVisible, timeout=WAIT_MS)
    ctx = desk.unlock(paths, PIN, key_store=FileKeyStore(paths.config))
    found = households.household_ids(ctx, households.HouseholdQuery(text="002"))
    survey = surveys.open_survey(ctx, surveys.survey_of(ctx, found[0]))
    answers = survey.session.answers()
    ctx.close()
    assert answers["household/consent_ok"] == "yes"
    assert answers["household/householder_phone"] == "13800000002", "what was typed and not left is kept too"


def test_a_broken_rule_marks_question_and_section_and_f8_goes_there(program, qtbot):
    window = unlock(program, qtbot)
    window.households.opened.emit(window.households.table.current_id())
    qtbot.waitUntil(lambda: program.shell.current_page() == "survey", timeout=WAIT_MS)
    page = window.survey
    window._survey.answer("household/consent_ok", "yes")
    window._survey.answer("household/householder_phone", "12")
    phone = page.body.question("household/householder_phone")
    assert "11 位" in phone.said("problem")
    assert page.view.sections[0].problems == 1
    assert page.errors.isVisible()
    page.section_wanted.emit(page.view.sections[2].path)
    assert page.section() == page.view.sections[2].path
    page.problem_wanted.emit(1)
    assert page.section() == "household"
    settle(program, qtbot)


def test_completing_too_early_goes_to_the_first_thing_that_is_missing(program, qtbot):
    window = unlock(program, qtbot)
    window.households.opened.emit(window.households.table.current_id())
    qtbot.waitUntil(lambda: program.shell.current_page() == "survey", timeout=WAIT_MS)
    qtbot.mouseClick(window.survey.complete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(program.shell.toast.isVisible, timeout=WAIT_MS)
    assert "还差" in program.shell.toast.label.text()
    assert program.shell.current_page() == "survey"
    settle(program, qtbot)


def test_language_and_theme_change_the_open_window_and_are_kept(program, qtbot, paths):
    window = unlock(program, qtbot)
    program.shell.rail.buttons["settings"].click()
    qtbot.mouseClick(window.settings.languages.buttons["en"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: language() == "en", timeout=WAIT_MS)
    assert window.households.new_button.text() == "New home"
    qtbot.mouseClick(window.settings.themes.buttons["dark"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.desk.ctx.settings.get("theme") == "dark", timeout=WAIT_MS)
    settle(program, qtbot)
    assert QApplication.palette().window().color().lightness() < 60
    assert window.desk.ctx.settings.get("language") == "en"


def test_sync_without_a_server_is_no_error(program, qtbot):
    window = unlock(program, qtbot)
    program.shell.rail.buttons["sync"].click()
    settle(program, qtbot)
    assert not window.sync.card.problem.isVisible()
    assert not window.sync.card.button.isEnabled()
    assert "登记" in window.sync.card._why_not.text()


def test_input_method_is_pointed_to_the_portal_only_when_nobody_decided():
    chosen: dict[str, str] = {}
    choose_input_method(chosen, fcitx=True, ibus=False)
    assert chosen == {"QT_IM_MODULE": "ibus", "IBUS_USE_PORTAL": "1"}
    own = {"QT_IM_MODULE": "compose"}
    choose_input_method(own, fcitx=True, ibus=True)
    assert own == {"QT_IM_MODULE": "compose"}
    debian = {"QT_IM_MODULE": "fcitx5"}
    choose_input_method(debian, fcitx=False, ibus=False)
    assert debian == {"QT_IM_MODULE": "ibus", "IBUS_USE_PORTAL": "1"}
    plain: dict[str, str] = {}
    choose_input_method(plain, fcitx=False, ibus=False)
    assert plain == {}


def test_where_both_input_methods_are_installed_the_system_says_which_one_runs():
    with_ibus = {"XMODIFIERS": "@im=ibus"}
    choose_input_method(with_ibus, fcitx=True, ibus=True)
    assert with_ibus == {"XMODIFIERS": "@im=ibus", "QT_IM_MODULE": "ibus"}
    with_fcitx = {"XMODIFIERS": "@im=fcitx"}
    choose_input_method(with_fcitx, fcitx=True, ibus=True)
    assert with_fcitx == {"XMODIFIERS": "@im=fcitx", "QT_IM_MODULE": "ibus", "IBUS_USE_PORTAL": "1"}
