"""What the server does not take never stops the rest; it is told with its reason, mended and sent again."""

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.paths import Paths
from cpdesk.operations import desk, register, stuck, surveys, syncing
from cpdesk.operations.overview import sync_overview
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost

TOWNSHIP = "110114110"
OTHER = "110114115"
PHONE = "household/householder_phone"
CHEAP = PinCost(passes=1, memory_kib=8192, lanes=1)


def new_desk(folder, person):
    paths = Paths.under(folder)
    return desk.first_start(paths, pin="258036", person=person, key_store=FileKeyStore(paths.config), cost=CHEAP)[0]


def add_home(ctx, number="001", township=TOWNSHIP):
    answers = {
        "township_code": township, "village": "瓦窑村", "household_no": number, "householder_name": "张样例",
        "door_no": "1 号",
    }  # fmt: skip
    return register.add_household(ctx, answers)[0]


@pytest.fixture
def district(tmp_path):
    """Two enrolled surveyors of a running server, and what gives a desk other rights."""
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with running_server(config) as url, Admin(config) as admin:
        here, there = new_desk(tmp_path / "here", "周敏"), new_desk(tmp_path / "there", "李强")
        for ctx in (here, there):
            enrol(ctx, url, admin)
        yield here, there, lambda ctx, **rights: enrol(ctx, url, admin, **rights)
        here.close()
        there.close()


def enrol(ctx, url, admin, role="surveyor", streams=(TOWNSHIP,)):
    """With a code of the administrator, also to be given other rights later."""
    code = admin.new_enrolment_code(role=role, streams=streams, person=ctx.actor)
    syncing.enrol_desk(ctx, url, code)


def test_a_sign_that_cannot_be_stored_is_told_mended_and_sent(district, monkeypatch):
    here, there, _rights = district
    survey, _ = surveys.begin_survey(here, add_home(here))
    syncing.sync_now(here)
    with monkeypatch.context() as older_program:
        older_program.setattr("cpdesk.store.records.check_changes", lambda changes: None)
        here.store.records.save(survey, {PHONE: "138\x0000000000"}, here.actor)
    surveys.save_answers(here, survey, {"household/consent_ok": "yes"})
    syncing.sync_now(here)
    (value,) = stuck.stuck_values(here)
    assert (value.record, value.path, value.reason, value.standing) == (survey, PHONE, "unstorable", None)
    assert syncing.sync_state(here).stuck == 1 and syncing.sync_state(here).operations == 0, "the rest went"
    wrong = stuck.wrong_with(here, {(survey, PHONE): "12"})
    assert "11 位" in wrong[survey, PHONE]
    stuck.send_again(here, [value.key], {value.key: "13800000000"})
    assert stuck.stuck_values(here) == [] and syncing.sync_state(here).operations == 1
    syncing.sync_now(here)
    syncing.sync_now(there)
    assert there.store.records.get(survey).answers[PHONE] == "13800000000"
    assert stuck.stuck_values(here) == []


def test_what_is_mended_in_the_survey_itself_counts_as_dealt_with(district, monkeypatch):
    here, _there, _rights = district
    survey, _ = surveys.begin_survey(here, add_home(here))
    with monkeypatch.context() as older_program:
        older_program.setattr("cpdesk.store.records.check_changes", lambda changes: None)
        here.store.records.save(survey, {PHONE: "138\x0000000000"}, here.actor)
    syncing.sync_now(here)
    assert len(stuck.stuck_values(here)) == 1
    surveys.save_answers(here, survey, {PHONE: "13800000001"})
    assert stuck.stuck_values(here) == []


def test_a_survey_refused_as_a_whole_goes_again_when_the_right_is_there(district):
    here, there, give_rights = district
    home = add_home(here, township=OTHER)
    survey, _ = surveys.begin_survey(here, home)
    surveys.save_answers(here, survey, {PHONE: "13800000000"})
    mine, _ = surveys.begin_survey(here, add_home(here, "002"))
    syncing.sync_now(here)
    refused = stuck.stuck_values(here)
    assert {each.record for each in refused} == {home, survey} and mine not in {each.record for each in refused}
    assert {each.reason for each in refused} == {"stream_forbidden"} and all(
        each.administrator_first for each in refused
    )
    for ctx in (here, there):
        give_rights(ctx, streams=(TOWNSHIP, OTHER))
    stuck.send_again(here, [each.key for each in refused])
    syncing.sync_now(here)
    assert stuck.stuck_values(here) == []
    syncing.sync_now(there)
    assert there.store.records.get(survey).answers[PHONE] == "13800000000"
    assert there.store.records.get(survey).site == home


def test_what_a_role_may_not_do_is_left_and_stays_in_the_history(district):
    here, _there, give_rights = district
    survey, _ = surveys.begin_survey(here, add_home(here))
    syncing.sync_now(here)
    give_rights(here, role="clerk")
    surveys.save_answers(here, survey, {PHONE: "13800000000"})
    syncing.sync_now(here)
    (value,) = stuck.stuck_values(here)
    assert value.reason == "role_forbidden"
    overview = sync_overview(here)
    assert overview.state.stuck == 1
    assert len(overview.journal.rounds) == 1, "what was refused did not go"
    stuck.lay_aside(here, [value.key])
    assert stuck.stuck_values(here) == []
    assert any("13800000000" in (each.operation.set.get(PHONE) or "") for each in here.store.records.history(survey))


def test_a_value_that_does_not_wait_is_not_sent(district):
    here, _there, _rights = district
    with pytest.raises(InputFault, match="CP-1551"):
        stuck.send_again(here, ["nothing"])
