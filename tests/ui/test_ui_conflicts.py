"""Two desks, a real server, one answer given twice: shown side by side, decided, and the same on both desks after."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from real_desk import TOWNSHIP, WAIT_MS, RealDesk, add_homes, first_day

from cpdesk.base.errors import InputFault
from cpdesk.operations import deciding, surveys, syncing
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.ui.widgets.basic import IconText

PHONE = "household/householder_phone"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def two_desks(dressed, qtbot, tmp_path):
    """A window on one desk, the context of another, both enrolled; one survey that both have and have changed."""
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with running_server(config) as url, Admin(config) as admin:
        here, there = first_day(tmp_path / "here", "周敏"), first_day(tmp_path / "there", "李强")
        for ctx in (here, there):
            code = admin.new_enrolment_code(role="surveyor", streams=(TOWNSHIP,), person=ctx.actor)
            syncing.enrol_desk(ctx, url, code)
        survey, _ = surveys.begin_survey(here, add_homes(here, "张样例")[0])
        surveys.save_answers(here, survey, {"household/consent_ok": "yes", PHONE: "13800000000"})
        syncing.sync_now(here)
        syncing.sync_now(there)
        surveys.save_answers(there, survey, {PHONE: "13800000002"})
        syncing.sync_now(there)
        surveys.save_answers(here, survey, {PHONE: "13800000001"})
        desk = RealDesk(qtbot, here)
        desk.window.go("sync")
        desk.settle()
        yield desk, there, survey
        desk.close()
        there.close()


def phone(ctx, survey):
    return ctx.store.records.get(survey).answers[PHONE]


def open_conflict(desk, qtbot):
    page = desk.window.sync
    page.sync_wanted.emit()
    qtbot.waitUntil(lambda: bool(page.conflicts), timeout=WAIT_MS)
    desk.settle()
    page.open_conflict(page.conflicts[0].record)
    (block,) = page.blocks
    qtbot.waitUntil(block.hasFocus, timeout=WAIT_MS)
    return page, block


def sync_both(desk, there):
    desk.window.sync.sync_wanted.emit()
    desk.settle()
    syncing.sync_now(there)


def test_a_side_is_picked_and_both_desks_have_it(two_desks, qtbot):
    desk, there, survey = two_desks
    page, block = open_conflict(desk, qtbot)
    assert "电话" in block.view.label
    assert (block.view.original, block.view.here.value, block.view.there.value) == (
        "13800000000",
        "13800000002",
        "13800000001",
    ), "what the server has stands; what came later is the other value"
    assert block.view.here.who.startswith("李强") and block.view.there.who.startswith("周敏")
    assert not page.resolve.isEnabled()
    block.setFocus()
    qtbot.keyClick(block, Qt.Key.Key_Right)
    qtbot.keyClick(block, Qt.Key.Key_Return, CTRL)
    desk.settle()
    (decided,) = page.conflicts
    assert decided.open == 0 and decided.fields[0].decided.side == "there" and "下次同步" in desk.toast()
    assert phone(desk.ctx, survey) == "13800000002", "what was decided stands when it is sent"
    sync_both(desk, there)
    assert phone(desk.ctx, survey) == phone(there, survey) == "13800000001"
    assert syncing.open_conflicts(desk.ctx) == syncing.open_conflicts(there) == []


def test_a_third_value_is_checked_by_the_form_and_both_desks_have_it(two_desks, qtbot):
    desk, there, survey = two_desks
    page, block = open_conflict(desk, qtbot)
    block.setFocus()
    qtbot.keyClick(block, Qt.Key.Key_E)
    assert block.third.hasFocus() and not page.resolve.isEnabled()
    qtbot.keyClicks(block.third, "12")
    qtbot.mouseClick(page.resolve, Qt.MouseButton.LeftButton)
    desk.settle()
    assert "11 位" in block.problem.words() and block.problem.isVisible()
    assert len(syncing.open_conflicts(desk.ctx)) == 1, "nothing was settled"
    block.third.selectAll()
    qtbot.keyClicks(block.third, "13800000003")
    qtbot.mouseClick(page.resolve, Qt.MouseButton.LeftButton)
    desk.settle()
    sync_both(desk, there)
    assert phone(desk.ctx, survey) == phone(there, survey) == "13800000003"
    assert syncing.open_conflicts(desk.ctx) == syncing.open_conflicts(there) == []


def test_a_decision_can_be_taken_back_until_it_is_sent_and_its_comment_goes_with_it(two_desks, qtbot):
    desk, there, survey = two_desks
    page, block = open_conflict(desk, qtbot)
    block.setFocus()
    qtbot.keyClick(block, Qt.Key.Key_2)
    qtbot.keyClick(block, Qt.Key.Key_Return)
    desk.settle()
    assert page.blocks[0].choice() == "there" and not page.resolve.isEnabled()
    qtbot.mouseClick(page.blocks[0].undo, Qt.MouseButton.LeftButton)
    desk.settle()
    assert page.conflicts[0].open == 1 and page.blocks[0].choice() is None
    block = page.blocks[0]
    qtbot.keyClick(block, Qt.Key.Key_1)
    qtbot.keyClick(block, Qt.Key.Key_C)
    assert block.comment.hasFocus()
    block.comment.setText("打电话核过")  # QtTest types no Chinese
    qtbot.mouseClick(page.resolve, Qt.MouseButton.LeftButton)
    desk.settle()
    assert "打电话核过" in page.blocks[0].decided.findChild(IconText).words()
    sync_both(desk, there)
    assert phone(desk.ctx, survey) == phone(there, survey) == "13800000002"
    assert [remark.text for remark in surveys.comments(there, survey)] == ["打电话核过"]
    with pytest.raises(InputFault, match="CP-1552"):
        deciding.take_back(desk.ctx, [block.view.id])


def test_the_history_of_the_field_opens_under_it(two_desks, qtbot):
    desk, _there, _survey = two_desks
    _page, block = open_conflict(desk, qtbot)
    assert not block.past.isVisible()
    qtbot.keyClick(block, Qt.Key.Key_H)
    assert block.past.isVisible() and len(block.view.history) == 3
    assert "周敏" in block.view.history[-1] and block.view.history[-1].endswith("13800000000")


def test_who_opens_the_survey_sees_what_was_decided(two_desks, qtbot):
    desk, _there, survey = two_desks
    page, block = open_conflict(desk, qtbot)
    qtbot.keyClick(block, Qt.Key.Key_2)
    qtbot.keyClick(block, Qt.Key.Key_Return)
    desk.settle()
    qtbot.mouseClick(page.conflict._open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.shell.current_page() == "survey", timeout=WAIT_MS)
    desk.settle()
    assert phone(desk.ctx, survey) == "13800000001"
    assert syncing.open_conflicts(desk.ctx) == []
