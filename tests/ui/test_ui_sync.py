"""The sync page at work: rounds by themselves, a line that is gone, what the server did not take; nothing waits in the
window meanwhile."""

import time
from itertools import pairwise

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from real_desk import TOWNSHIP, WAIT_MS, RealDesk, add_homes, first_day

from cpdesk.operations import rounds, stuck, surveys, syncing
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server

PHONE = "household/householder_phone"
LONGEST_MS = 50


@pytest.fixture
def server(tmp_path):
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with running_server(config) as url, Admin(config) as admin:
        yield url, admin


def enrolled(folder, server, person="周敏"):
    url, admin = server
    ctx = first_day(folder, person)
    syncing.enrol_desk(ctx, url, admin.new_enrolment_code(role="surveyor", streams=(TOWNSHIP,), person=person))
    return ctx


def test_a_round_begins_by_itself_takes_no_focus_and_says_what_came(dressed, qtbot, tmp_path, server, monkeypatch):
    monkeypatch.setattr("cpdesk.ui.presenters.sync._FIRST_WAIT_S", 0.3)
    here, there = enrolled(tmp_path / "here", server), enrolled(tmp_path / "there", server, "李强")
    (home,) = add_homes(here, "张样例")
    survey, _ = surveys.begin_survey(here, home)
    syncing.sync_now(here)
    syncing.sync_now(there)
    surveys.save_answers(there, survey, {PHONE: "13800000002"})
    syncing.sync_now(there)
    here.settings.set("sync_every_minutes", 10)
    desk = RealDesk(qtbot, here)
    desk.window.households.table.setFocus()
    focus = QApplication.focusWidget()
    qtbot.waitUntil(lambda: "李强" in desk.toast(), timeout=WAIT_MS)
    assert QApplication.focusWidget() is focus and desk.shell.current_page() == "households"
    desk.settle()
    assert here.store.records.get(survey).answers[PHONE] == "13800000002"
    timer = desk.window._sync._timer
    assert 440_000 < timer.remainingTime() < 760_000, "the next one comes in ten minutes, give or take a quarter"
    desk.window.go("sync")
    assert desk.window.sync.card.headline.words() == "都交上去了"
    desk.close()
    there.close()


def test_without_a_line_the_next_try_comes_later_each_time_and_nothing_is_red(dressed, qtbot, tmp_path, server):
    here = enrolled(tmp_path / "here", server)
    surveys.begin_survey(here, add_homes(here, "张样例")[0])
    enrolment = here.store.replica.enrolment()
    facts = {name: getattr(enrolment, name) for name in ("token", "person", "role", "streams", "extra")}
    here.store.replica.set_enrolment(type(enrolment)(server_url="http://127.0.0.1:9", **facts))
    here.settings.set("sync_every_minutes", 600)
    desk = RealDesk(qtbot, here)
    desk.window._sync._begun = True
    waits = []
    for failures in range(1, 4):
        desk.window._sync.sync(quiet=True)
        qtbot.waitUntil(lambda n=failures: rounds.journal(here).failures == n, timeout=WAIT_MS)
        desk.settle()
        waits.append(desk.window._sync._timer.remainingTime() / 1000)
    assert 9 < waits[0] < 19 and 20 < waits[1] < 38 and 43 < waits[2] < 75
    page = desk.window.sync
    assert not page.card.problem.isVisibleTo(page.card), "a round by itself complains of nothing"
    assert page.card.headline.words().startswith("还没交上去：1 户") and page.card.answer._tone == "mute"
    desk.window.go("sync")
    qtbot.mouseClick(page.card.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rounds.journal(here).failures == 4, timeout=WAIT_MS)
    desk.settle()
    assert "没连上" in page.card.problem.words()
    desk.close()


def test_what_was_not_taken_is_mended_on_the_page_and_goes(dressed, qtbot, tmp_path, server, monkeypatch):
    here = enrolled(tmp_path / "here", server)
    survey, _ = surveys.begin_survey(here, add_homes(here, "张样例")[0])
    with monkeypatch.context() as older_program:
        older_program.setattr("cpdesk.store.records.check_changes", lambda changes: None)
        here.store.records.save(survey, {PHONE: "138\x0000000000"}, here.actor)
    syncing.sync_now(here)
    desk = RealDesk(qtbot, here)
    desk.window.go("sync")
    desk.settle()
    page = desk.window.sync
    assert page.state.stuck.isVisible()
    qtbot.mouseClick(page.state.stuck.button, Qt.MouseButton.LeftButton)
    (card,) = page.stuck.cards
    qtbot.waitUntil(card.isVisible, timeout=WAIT_MS)
    assert "特殊字符" in card.view.reason and "138〓" in card.view.lines[0].text
    card.list.setFocus()
    qtbot.keyClick(card.list, Qt.Key.Key_Space)
    assert card.field.text() == "13800000000", "the sign that cannot be stored is left out already"
    card.field.setText("12")
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    desk.settle()
    assert "11 位" in card.problem.words() and len(stuck.stuck_values(here)) == 1
    card.field.setText("13800000009")
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    desk.settle()
    assert page.stuck.cards == [] and not page.stuck_button.isVisible() and "下次同步" in desk.toast()
    page.sync_wanted.emit()
    desk.settle()
    assert here.store.records.get(survey).answers[PHONE] == "13800000009" and stuck.stuck_values(here) == []
    assert page.card.headline.words() == "都交上去了"
    desk.close()


def test_a_round_is_stopped_and_the_window_paints_on_meanwhile(dressed, qtbot, tmp_path, server, monkeypatch):
    here = enrolled(tmp_path / "here", server)
    for home in add_homes(here, *(f"样例 {n}" for n in range(40))):
        surveys.begin_survey(here, home)
    monkeypatch.setattr("cpdesk.sync.client.OPERATIONS_PER_PUSH_MAX", 5)
    desk = RealDesk(qtbot, here)
    desk.window.go("sync")
    desk.settle()
    page, beats = desk.window.sync, []
    heart = QTimer()
    heart.setInterval(0)
    heart.timeout.connect(lambda: beats.append(time.thread_time()))
    heart.start()
    qtbot.mouseClick(page.card.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.card.cancel.isVisible, timeout=WAIT_MS)
    qtbot.wait(300)
    qtbot.mouseClick(page.card.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.window._sync._running, timeout=WAIT_MS)
    desk.settle()
    heart.stop()
    steps = [(after - before) * 1000 for before, after in pairwise(beats)]
    assert max(steps) < LONGEST_MS, "no step of the GUI thread takes longer, counted in its own time"
    left = syncing.sync_state(here).operations
    assert left > 0, "it was stopped before its end"
    page.sync_wanted.emit()
    desk.settle()
    assert syncing.sync_state(here).operations == 0, "the next round goes on where it stopped"
    desk.close()
