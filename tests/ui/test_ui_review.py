"""A reviewer and a surveyor, a real server between them: sent back with a remark, mended offline, submitted again,
accepted. By mouse and by keyboard."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from real_desk import TOWNSHIP, WAIT_MS, RealDesk, add_homes, first_day

from cpdesk.model.records import Status
from cpdesk.operations import review, surveys, syncing
from cpdesk.operations.demo.village import survey_household
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server

SURVEYOR, REVIEWER = "周敏", "郑审"


def enrolled(folder, person, role, url, admin):
    ctx = first_day(folder, person)
    syncing.enrol_desk(ctx, url, admin.new_enrolment_code(role=role, streams=(TOWNSHIP,), person=person))
    return ctx


@pytest.fixture
def district(dressed, tmp_path):
    """A surveyor with one filled survey, and a reviewer, at a running server."""
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with running_server(config) as url, Admin(config) as admin:
        surveyor = enrolled(tmp_path / "surveyor", SURVEYOR, "surveyor", url, admin)
        reviewer = enrolled(tmp_path / "reviewer", REVIEWER, "reviewer", url, admin)
        home, other = add_homes(surveyor, "张样例", "李样例")
        survey = survey_household(surveyor, home, seed=2, finish=True)
        second = survey_household(surveyor, other, seed=3, finish=True)
        for each in (survey, second):
            if surveyor.store.records.get(each).status is Status.COMPLETE:
                surveys.submit_survey(surveyor, each)
        syncing.sync_now(surveyor)
        syncing.sync_now(reviewer)
        yield surveyor, reviewer, survey, second


def question(ctx, survey, name):
    return next(path for path in ctx.store.records.get(survey).answers if path.split("/")[-1] == name)


def opened(qtbot, desk, survey):
    desk.window.open_survey(survey)
    qtbot.waitUntil(lambda: desk.shell.current_page() == "survey", timeout=WAIT_MS)
    desk.settle()
    return desk.window.survey


def test_sent_back_mended_submitted_again_and_accepted(district, qtbot):
    surveyor, reviewer, survey, second = district
    path = question(reviewer, survey, "residents_winter")
    before = len(reviewer.store.records.history(survey))
    desk = RealDesk(qtbot, reviewer)
    desk.window.go("review")
    desk.settle()
    inbox = desk.window.review
    assert {line.key for line in inbox.view.lines} == {survey, second}
    inbox.list.go_to(survey)
    desk.settle()
    assert inbox.preview.survey == survey and inbox.preview.open_words == "打开审核"
    inbox.list.setFocus()
    qtbot.keyClick(inbox.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.shell.current_page() == "survey", timeout=WAIT_MS)
    desk.settle()
    page = desk.window.survey
    assert len(reviewer.store.records.history(survey)) == before, "who only reads writes nothing"
    assert not page.review_bar.buttons["return"].isEnabled(), "nothing says yet what is to be mended"
    desk.window._survey.answer(path, "9")
    desk.settle()
    assert reviewer.store.records.get(survey).answers[path] != "9" and "只能看" in desk.toast()
    desk.window._survey.show_question(path)
    desk.settle()
    assert page.body.edit_remark(path, "")
    page.body.remarked.emit(path, "和户口本对不上")
    desk.settle()
    qtbot.mouseClick(page.review_bar.buttons["return"], Qt.MouseButton.LeftButton)
    desk.settle()
    assert reviewer.store.records.get(survey).status is Status.RETURNED
    desk.close()
    surveyor.close()


def test_the_surveyor_finds_what_came_back_on_top_walks_to_it_mends_and_submits(district, qtbot):
    surveyor, reviewer, _survey, second = district
    path = question(reviewer, second, "residents_winter")
    surveys.comment(reviewer, second, path, "和户口本对不上")
    review.send_back(reviewer, second)
    syncing.sync_now(reviewer)
    syncing.sync_now(surveyor)
    desk = RealDesk(qtbot, surveyor)
    table = desk.window.households.table
    assert table.current_id() == surveyor.store.records.get(second).site, "returned stands on top"
    assert desk.shell.rail.buttons["review"].accessibleDescription() == "1"
    desk.window.go("review")
    desk.settle()
    inbox = desk.window.review
    assert [line.key for line in inbox.view.lines] == [second] and inbox.preview.open_words == "打开去改"
    qtbot.mouseClick(inbox.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.shell.current_page() == "survey", timeout=WAIT_MS)
    desk.settle()
    page = desk.window.survey
    assert page.side.tab() == "remarks" and "1 条没改" in page.review_bar.view.words
    qtbot.mouseClick(page.review_bar.buttons["next"], Qt.MouseButton.LeftButton)
    desk.settle()
    assert page.body.question(path) is not None
    old = surveyor.store.records.get(second).answers[path]
    desk.window._survey.answer(path, str(int(old) + 1))
    desk.settle()
    assert "都改了" in page.review_bar.view.words
    qtbot.mouseClick(page.complete, Qt.MouseButton.LeftButton)
    desk.settle()
    assert surveyor.store.records.get(second).status is Status.COMPLETE
    desk.window.go("review")
    desk.settle()
    qtbot.mouseClick(inbox.chips["complete"], Qt.MouseButton.LeftButton)
    desk.settle()
    qtbot.mouseClick(inbox.submit, Qt.MouseButton.LeftButton)
    desk.settle()
    assert surveyor.store.records.get(second).status is Status.SUBMITTED and "已提交 1 份" in desk.toast()
    syncing.sync_now(surveyor)
    syncing.sync_now(reviewer)
    state = review.review_state(reviewer, second)
    assert state.open_remarks == () and state.remarks[0].now == str(int(old) + 1)
    assert (path, old, str(int(old) + 1)) in {(each.path, each.before, each.now) for each in state.changed}
    review.accept(reviewer, second)
    syncing.sync_now(reviewer)
    syncing.sync_now(surveyor)
    assert surveyor.store.records.get(second).status is Status.ACCEPTED
    opened(qtbot, desk, second)
    assert "已通过" in page.review_bar.view.words and desk.window._survey.is_locked()
    desk.close()
    reviewer.close()


def test_the_page_begins_where_there_is_something(district, qtbot):
    surveyor, reviewer, survey, second = district
    reviewer.close()
    desk = RealDesk(qtbot, surveyor)
    desk.window.go("review")
    desk.settle()
    inbox = desk.window.review
    assert inbox.status == Status.SUBMITTED and {line.key for line in inbox.view.lines} == {survey, second}
    inbox.chips[Status.RETURNED.value].click()
    desk.settle()
    assert inbox.status == Status.RETURNED and not inbox.view.lines, "what somebody chose stays chosen"
    desk.close()
