"""Every page: small enough, nothing clipped in either language, keys, accessible names."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from ui_samples import household_list, household_rows, network_list, network_rows, preview, result, section_page, survey

from cpdesk.ui.language import set_language, text
from cpdesk.ui.pages.first_start import FirstStart
from cpdesk.ui.pages.reports import ReportsPage
from cpdesk.ui.pages.settings import SettingsPage
from cpdesk.ui.pages.sites import NETWORK, SitesPage
from cpdesk.ui.pages.survey import SurveyPage
from cpdesk.ui.pages.sync import SyncPage
from cpdesk.ui.pages.unlock import UnlockPage
from cpdesk.ui.shell import Shell
from cpdesk.ui.site_views import ListQuery
from cpdesk.ui.sync_views import ConflictFieldView, ConflictView, SideView, SyncView
from cpdesk.ui.theme import apply_theme
from cpdesk.ui.views import Fact, StatusView, UnlockView
from cpdesk.ui.widgets.basic import ElidedLabel

CLIENT = QSize(1366, 697)
"""What a Windows laptop leaves of 1366×768 for a window."""


def conflicts():
    field = ConflictFieldView(
        "1", "户内人数", "基本情况", "2", SideView("3", "周敏，今天"), SideView("4", "李强，昨天")
    )
    other = ConflictFieldView(
        "2", "窗面积", "门窗", "—", SideView("1.85", "周敏，今天"), SideView("18.5", "李强，昨天")
    )
    return (ConflictView("r1", "032 样例", "周敏 与 李强·2 处", (field, other)),)


def make_households():
    page = SitesPage()
    rows = {row.id: row for row in household_rows()}
    page.rows_wanted.connect(lambda ids: page.show_rows([rows[record] for record in ids]))
    page.show_list(household_list())
    page.show_preview(preview())
    return page


def make_network():
    page = SitesPage(NETWORK)
    rows = {row.id: row for row in network_rows()}
    page.rows_wanted.connect(lambda ids: page.show_rows([rows[record] for record in ids]))
    page.show_list(network_list())
    page.show_preview(preview())
    return page


def make_survey():
    page = SurveyPage()
    page.show_survey(survey(), "envelope")
    page.show_section(section_page())
    page.result.show_result(result())
    page.show_saved("14:32")
    return page


def make_sync():
    page = SyncPage()
    facts = (Fact("待发送的修改", "12 项"), Fact("服务器", "—"))
    page.show_sync(SyncView(StatusView("离线", "mute", "cloud-off"), "离线，数据都在本机", "不影响填写。", facts))
    page.show_conflicts(conflicts())
    return page


def make_unlock():
    page = UnlockPage()
    page.show_daily(UnlockView("周敏", "样例", (("check", "都在本机。"), ("lock", "会自动锁上。"))))
    page.show_problem(text("ui.unlock.wrong", left=3))
    return page


def make_first():
    page = UnlockPage()
    page.show_first_start()
    return page


def make_settings():
    page = SettingsPage()
    page.show_settings(person="周敏", township="110114115", lock_minutes=15, sync_minutes=10)
    page.show_server("", "")
    return page


MAKERS = {
    "households": make_households,
    "network": make_network,
    "survey": make_survey,
    "reports": ReportsPage,
    "sync": make_sync,
    "settings": make_settings,
    "unlock": make_unlock,
    "first": make_first,
}


def in_shell(qtbot, name, size=CLIENT):
    shell = Shell()
    qtbot.addWidget(shell)
    page = MAKERS[name]()
    if name in ("unlock", "first"):
        shell.show_alone(page)
    else:
        shell.add_page(name, page)
        shell.show_page(name)
    shell.bar.show_path(("流村镇", "瓦窑村", "032 样例"))
    shell.resize(size)
    shell.show()
    qtbot.waitExposed(shell)
    QApplication.processEvents()
    return shell, page


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", MAKERS)
def test_a_page_asks_for_no_more_than_a_small_laptop_has(dressed, qtbot, name, language):
    set_language(dressed, language)
    shell, _page = in_shell(qtbot, name)
    least = shell.minimumSizeHint()
    assert least.width() <= CLIENT.width()
    assert least.height() <= CLIENT.height()
    assert shell.size() == CLIENT


@pytest.mark.parametrize("size", [CLIENT, QSize(1280, 720), QSize(1920, 1080)], ids=["1366", "1280", "1920"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", MAKERS)
def test_no_text_is_clipped(dressed, qtbot, name, language, size):
    set_language(dressed, language)
    _shell, page = in_shell(qtbot, name, size)
    clipped = []
    for label in page.findChildren(QLabel):
        if not label.isVisible() or isinstance(label, ElidedLabel) or not label.text():
            continue
        if label.wordWrap():
            if label.height() < label.heightForWidth(label.width()) - 1:
                clipped.append((label.text(), label.size(), label.heightForWidth(label.width())))
        elif label.width() < QFontMetricsF(label.font()).horizontalAdvance(label.text()) - 1:
            clipped.append((label.text(), label.size()))
    for button in page.findChildren(QPushButton):
        if button.isVisible() and button.width() < button.sizeHint().width():
            clipped.append((button.text(), button.size(), button.sizeHint()))
    assert clipped == []


@pytest.mark.parametrize("name", MAKERS)
def test_every_control_that_takes_the_keyboard_has_a_name(dressed, qtbot, name):
    _shell, page = in_shell(qtbot, name)
    nameless = [
        type(widget).__name__
        for widget in page.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and not widget.accessibleName()
        and not getattr(widget, "text", lambda: "")()
        and type(widget).__module__.startswith("cpdesk")
    ]
    assert nameless == []


@pytest.mark.parametrize("name", MAKERS)
def test_a_page_survives_the_dark_theme_and_another_language_while_shown(dressed, qtbot, name):
    shell, _page = in_shell(qtbot, name)
    light = shell.grab().toImage()
    apply_theme(dressed, "dark")
    set_language(dressed, "en")
    QApplication.processEvents()
    dark = shell.grab().toImage()
    place = (shell.width() - 20, shell.height() - 100)
    assert dark.pixelColor(*place).lightness() < 60 < light.pixelColor(*place).lightness()


def test_the_list_asks_for_rows_by_pages_and_keeps_few(dressed, qtbot):
    page = SitesPage()
    qtbot.addWidget(page)
    asked = []
    page.rows_wanted.connect(asked.append)
    page.show_list(household_list(100_000))
    page.resize(1200, 700)
    page.show()
    qtbot.waitExposed(page)
    qtbot.waitUntil(lambda: [len(ids) for ids in asked] == [256])
    page.table.scrollToBottom()
    qtbot.waitUntil(lambda: asked[-1][-1] == "id99999")
    assert len(asked) <= 4


def test_the_list_is_used_by_keys_alone(dressed, qtbot):
    _shell, page = in_shell(qtbot, "households")
    opened = []
    page.opened.connect(opened.append)
    page.focus_first()
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.table.hasFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.preview_wanted) as caught:
        qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert caught.args == [page.table.current_id()]
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert opened == [page.table.current_id()]
    qtbot.keyClick(page.table, Qt.Key.Key_W)
    assert page.search.text() == "w"


def test_filters_ask_a_new_question_and_a_second_press_takes_them_back(dressed, qtbot):
    _shell, page = in_shell(qtbot, "households")
    asked = []
    page.query_changed.connect(asked.append)
    chip = page.filters.chips["returned"]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert asked == [ListQuery("", "returned"), ListQuery("", "")]


def test_enter_walks_the_questions_and_answers_come_once(dressed, qtbot):
    _shell, page = in_shell(qtbot, "survey")
    answers = []
    page.answered.connect(lambda path, value: answers.append((path, value)))
    question = page.body.question("ceiling_mm")
    question.focus_editor()
    question.editor.selectAll()
    qtbot.keyClicks(question.editor, "80")
    qtbot.keyClick(question.editor, Qt.Key.Key_Return)
    assert answers == [("ceiling_mm", "80")]
    assert page.body.current_path() == "door_leak"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_1)
    assert answers[-1] == ("door_leak", "c0")


def test_a_wrong_answer_dims_the_last_figures_and_says_what_is_left_out(dressed, qtbot):
    _shell, page = in_shell(qtbot, "survey")
    from dataclasses import replace

    page.result.show_result(replace(result(), left_out="有 1 处待改。"))
    assert page.result.left_out.isVisible()
    assert page.result.bars._dim
    assert page.result.bars._bars == result().bars


def test_conflicts_are_settled_by_keys_and_nothing_is_chosen_beforehand(dressed, qtbot):
    _shell, page = in_shell(qtbot, "sync")
    page.open_conflict("r1")
    assert not page.resolve.isEnabled()
    decided = []
    page.resolve_wanted.connect(lambda record, choice, _why: decided.append((record, choice)))
    first, second = page.blocks
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Left)
    qtbot.keyClick(first, Qt.Key.Key_Down)
    qtbot.keyClick(second, Qt.Key.Key_Right)
    qtbot.keyClick(second, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert decided == [("r1", {"1": "here", "2": "there"})]


def test_what_is_chosen_in_a_conflict_outlasts_news_of_other_things(dressed, qtbot):
    _shell, page = in_shell(qtbot, "sync")
    page.open_conflict("r1")
    page.blocks[0].choose("there")
    page.show_conflicts(conflicts())
    assert page.blocks[0].choice() == "there" and page.resolve.isEnabled()
    page.show_conflicts(())
    assert page.chosen == "", "settled elsewhere: back to the state of sync"


def test_first_start_refuses_weak_and_differing_pins_and_shows_the_code_once(dressed, qtbot):
    form = FirstStart()
    qtbot.addWidget(form)
    form.show()
    qtbot.waitExposed(form)
    wanted = []
    form.start_wanted.connect(lambda person, pin: wanted.append((person, pin)))
    qtbot.mouseClick(form.language_next, Qt.MouseButton.LeftButton)
    qtbot.keyClick(form.person, Qt.Key.Key_Return)
    assert form.current_step() == "person"
    form.person.setText("周敏")
    qtbot.keyClick(form.person, Qt.Key.Key_Return)
    for typed in ("123456", "777777", "258036", "258037", "258036", "258036"):
        assert wanted == []
        qtbot.keyClicks(form.pin, typed)
    assert wanted == [("周敏", "258036")]
    form.show_recovery_code("AAAA-BBBB")
    assert form.code.text() == "AAAA-BBBB"
    assert not form.finish_button.isEnabled()
    form.noted.setChecked(True)
    assert form.finish_button.isEnabled()
