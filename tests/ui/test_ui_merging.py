"""A survey is open while a round brings what others changed in it: it is shown, and nothing unseen is written over."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from real_desk import TOWNSHIP, WAIT_MS, RealDesk, add_homes, first_day

from cpdesk.operations import merged, rounds, surveys, syncing
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server

PHONE = "household/householder_phone"


@pytest.fixture
def two_desks(dressed, qtbot, tmp_path):
    """A window on one desk with a survey open, the context of another desk that has it too."""
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with running_server(config) as url, Admin(config) as admin:
        here, there = first_day(tmp_path / "here", "周敏"), first_day(tmp_path / "there", "李强")
        for ctx in (here, there):
            code = admin.new_enrolment_code(role="surveyor", streams=(TOWNSHIP,), person=ctx.actor)
            syncing.enrol_desk(ctx, url, code)
        (home,) = add_homes(here, "张样例")
        survey, _ = surveys.begin_survey(here, home)
        surveys.save_answers(here, survey, {"household/consent_ok": "yes", PHONE: "13800000000"})
        syncing.sync_now(here)
        syncing.sync_now(there)
        desk = RealDesk(qtbot, here)
        desk.open_survey(home)
        yield desk, there, survey
        desk.close()
        there.close()


def test_what_a_round_brings_is_shown_in_the_survey_that_is_open(two_desks, qtbot):
    desk, there, survey = two_desks
    surveys.save_answers(there, survey, {PHONE: "13800000002"})
    syncing.sync_now(there)
    desk.window._sync.sync(quiet=True)
    page = desk.window.survey
    qtbot.waitUntil(lambda: page.body.question(PHONE).view.value == "13800000002", timeout=WAIT_MS)
    desk.settle()
    assert desk.shell.current_page() == "survey", "nobody is taken away from where they work"
    desk.window._survey.answer(PHONE, "13800000003")
    desk.settle()
    syncing.sync_now(desk.ctx)
    assert syncing.open_conflicts(desk.ctx) == [], "who had it before the eyes corrects it"


def test_an_answer_given_before_the_other_one_was_seen_is_laid_beside_it(two_desks, qtbot):
    desk, there, survey = two_desks
    surveys.save_answers(there, survey, {PHONE: "13800000002"})
    syncing.sync_now(there)
    syncing.sync_now(desk.ctx)  # a round ends; the page has not been told yet
    desk.window._survey.answer(PHONE, "13800000001")
    desk.settle()
    syncing.sync_now(desk.ctx)
    (conflict,) = syncing.open_conflicts(desk.ctx)
    assert {conflict.current, conflict.proposed} == {"13800000001", "13800000002"}
    assert conflict.original == "13800000000"


def test_two_answers_that_break_a_rule_together_are_told_after_the_round(two_desks, qtbot):
    desk, there, survey = two_desks
    residents, over_60 = paths_of(desk.ctx, survey, "residents", "elderly_60")
    surveys.save_answers(desk.ctx, survey, {residents: "5", over_60: "2"})
    syncing.sync_now(desk.ctx)
    syncing.sync_now(there)
    assert merged.broken_after_merge(desk.ctx, rounds.journal(desk.ctx), {}) == []
    surveys.save_answers(there, survey, {over_60: "4"})
    syncing.sync_now(there)
    surveys.save_answers(desk.ctx, survey, {residents: "3"})
    desk.window._sync.sync()
    desk.settle()
    (line,) = desk.window.sync.state.broken.list.lines()
    assert "不能超过常住人数" in line.text and line.path == over_60
    assert syncing.open_conflicts(desk.ctx) == [], "each is right alone"
    surveys.save_answers(desk.ctx, survey, {over_60: "2"})
    syncing.sync_now(desk.ctx)
    assert merged.broken_after_merge(desk.ctx, rounds.journal(desk.ctx), {}) == []


def paths_of(ctx, survey, *names):
    session = surveys.open_survey(ctx, survey).session
    return tuple(surveys.find_question(session, name) for name in names)
