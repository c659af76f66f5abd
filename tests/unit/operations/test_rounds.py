"""When the next round begins by itself, and what the journal keeps of the rounds so far."""

import json

import pytest

from cpdesk.base.errors import EnvironmentFault
from cpdesk.base.paths import Paths
from cpdesk.operations import desk, register, rounds, surveys, syncing
from cpdesk.operations.overview import sync_overview
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost

TOWNSHIP = "110114110"
CHEAP = PinCost(passes=1, memory_kib=8192, lanes=1)


def new_desk(folder, person):
    paths = Paths.under(folder)
    return desk.first_start(paths, pin="258036", person=person, key_store=FileKeyStore(paths.config), cost=CHEAP)[0]


@pytest.fixture
def here(tmp_path):
    ctx = new_desk(tmp_path / "here", "周敏")
    yield ctx
    ctx.close()


def add_home(ctx):
    answers = {
        "township_code": TOWNSHIP, "village": "瓦窑村", "household_no": "001", "householder_name": "张样例",
        "door_no": "1 号",
    }  # fmt: skip
    return register.add_household(ctx, answers)[0]


def test_waits_double_up_to_half_an_hour_and_never_meet():
    waits = [rounds.next_wait_s(600, failures, "CP-2201", lambda: 0.5) for failures in range(1, 12)]
    assert waits[:5] == [15.0, 30.0, 60.0, 120.0, 240.0] and max(waits) == waits[-1] == 1800.0
    early, late = (rounds.next_wait_s(600, 1, "CP-2201", lambda at=at: at) for at in (0.0, 0.999))
    assert 11.2 < early < 11.3 and 18.7 < late < 18.8


def test_a_long_interval_is_not_shortened_by_failures():
    assert rounds.next_wait_s(7200, 30, "CP-2201", lambda: 0.5) == 7200.0


@pytest.mark.parametrize("fault", ["CP-4103", "CP-4107", "CP-4106", "CP-2204"])
def test_what_only_a_person_can_mend_is_not_tried_again(fault):
    assert rounds.next_wait_s(600, 1, fault, lambda: 0.5) is None


def test_never_is_never():
    assert rounds.next_wait_s(0, 0, "", lambda: 0.5) is None


def test_a_failed_round_is_counted_and_what_waits_is_told_in_surveys_fields_and_bytes(here):
    home = add_home(here)
    survey, _ = surveys.begin_survey(here, home)
    before = syncing.sync_state(here)
    surveys.save_answers(here, survey, {"household/consent_ok": "yes", "household/householder_phone": "13800000000"})
    here.store.blobs.put(b"x" * 2500, "image/jpeg")
    state = syncing.sync_state(here)
    assert (state.sites, state.fields - before.fields) == (1, 2), "a home and its survey are one"
    assert (state.photos, state.photo_bytes) == (1, 2500)
    for _ in range(2):
        with pytest.raises(Exception, match="CP-4107"):
            syncing.sync_now(here)
    state = syncing.sync_state(here)
    assert (state.failures, state.fault, state.last_success) == (2, "CP-4107", "")


def test_a_damaged_journal_counts_as_none(here):
    here.store.traffic.keep_note("sync.rounds", json.dumps({"rounds": 3}))
    assert rounds.journal(here) == rounds.Journal()


def test_what_went_and_what_came_stand_in_the_journal_by_person(here, tmp_path):
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    there = new_desk(tmp_path / "there", "李强")
    with running_server(config) as url, Admin(config) as admin:
        for ctx in (here, there):
            code = admin.new_enrolment_code(role="surveyor", streams=(TOWNSHIP,), person=ctx.actor)
            syncing.enrol_desk(ctx, url, code)
        survey, _ = surveys.begin_survey(here, add_home(here))
        syncing.sync_now(here)
        syncing.sync_now(there)
        surveys.save_answers(there, survey, {"household/householder_phone": "13800000002"})
        syncing.sync_now(there)
        syncing.sync_now(here)
    newest, first = rounds.journal(here).rounds
    (came,) = newest.received
    assert (came.record, came.actor, came.fields, newest.sent) == (survey, "李强", 1, ())
    assert survey in {each.record for each in first.sent} and first.received == ()
    overview = sync_overview(here)
    assert overview.titles[survey] and survey in overview.surveys and overview.waiting == ()
    begun = rounds.journal(there).rounds[-1]
    assert begun.begun >= 2, "the first sync of a desk brings the township as a whole"
    syncing.sync_state(there)
    with pytest.raises(EnvironmentFault):
        syncing.sync_now(here)
    known = rounds.journal(here)
    assert known.failures == 1 and known.last_success == newest.at, "the last success is kept while the line is gone"
    there.close()
