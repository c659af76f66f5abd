"""Sites of every kind between two desks, the server and a backup; two surveys of one site completed without a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from network_form import publish_network_form

from cpdesk.context import Context
from cpdesk.model.records import RecordKind
from cpdesk.operations.backups import back_up, restore_desk
from cpdesk.operations.desk import unlock
from cpdesk.operations.digest import desk_digest
from cpdesk.operations.families import FAMILIES
from cpdesk.operations.sites import SiteQuery, add_site, learned_from, site_ids, site_lines
from cpdesk.operations.surveys import begin_survey, complete_survey, open_survey, save_answers, submit_survey
from cpdesk.operations.syncing import enrol_desk, open_conflicts, sync_now
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.store.keystores import FileKeyStore

STREAM = "110114118"
PIN = "135790"  # of the desks that `conftest` makes
SITES = {
    RecordKind.HOUSEHOLD: {"village": "黑寨村", "household_no": "001", "householder_name": "样例甲"},
    RecordKind.COMMUNITY: {"c_code": "X-1", "c_name": "样例小区"},
    RecordKind.SEGMENT: {"s_code": "S-1"},
    RecordKind.WELL: {"w_code": "W-1", "w_kind": "valve"},
    RecordKind.COMPONENT: {"k_code": "K-1"},
    RecordKind.SUBSTATION: {"u_code": "U-1", "u_name": "样例站"},
}
Meeting = tuple[Context, Context, Callable[[], str]]


@pytest.fixture
def meeting(make_desk: Callable[[str], Context], tmp_path: Path) -> Iterator[Meeting]:
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with ExitStack() as stack:
        url = stack.enter_context(running_server(config))
        admin = stack.enter_context(Admin(config))
        desks = [make_desk("周敏"), make_desk("李强")]
        for desk, person in zip(desks, ("周敏", "李强"), strict=True):
            publish_network_form(desk)
            enrol_desk(desk, url, admin.new_enrolment_code(role="surveyor", streams=[STREAM], person=person))
        yield desks[0], desks[1], admin.content_digest


def add_all(desk: Context) -> dict[RecordKind, str]:
    return {kind: add_site(desk, kind, {"township_code": STREAM, **fields})[0] for kind, fields in SITES.items()}


def test_sites_of_every_kind_reach_the_other_desk(meeting: Meeting) -> None:
    first, second, server_digest = meeting
    made = add_all(first)
    sync_now(first)
    sync_now(second)
    for family in FAMILIES:
        ids = site_ids(second, SiteQuery(family.id))
        assert {line.id for line in site_lines(second, ids)} == {made[site.kind] for site in family.sites}
    assert desk_digest(first) == desk_digest(second) == server_digest()


def visited(desk: Context, well: str, depth_m: str) -> str:
    survey, _ = begin_survey(desk, well)
    session = open_survey(desk, survey).session
    save_answers(desk, survey, session.set("w_depth_m", depth_m).values)
    assert complete_survey(desk, survey)[0] == []
    submit_survey(desk, survey)
    return survey


def test_two_visits_completed_without_a_line_contradict_each_other_in_what_they_measured_only(meeting: Meeting) -> None:
    first, second, server_digest = meeting
    well = add_all(first)[RecordKind.WELL]
    visited(first, well, "2.0")
    sync_now(first)
    sync_now(second)
    mine, yours = visited(first, well, "2.4"), visited(second, well, "2.6")
    for desk in (first, second, first):
        sync_now(desk)
    assert [conflict.path for conflict in open_conflicts(first, well)] == ["w_depth_m"]
    assert [conflict.path for conflict in open_conflicts(second, well)] == ["w_depth_m"]
    sources = [learned_from(entry) for entry in first.store.records.history(well)]
    assert {mine, yours} <= set(sources)
    assert desk_digest(first) == desk_digest(second) == server_digest()


def test_a_kind_of_a_newer_program_is_taken_along_and_breaks_nothing(meeting: Meeting) -> None:
    first, second, server_digest = meeting
    newer = RecordKind.UNKNOWN
    first.store.records.create_record(newer, "pump", "1", STREAM, {"p_code": "P-1"}, actor="周敏")
    sync_now(first)
    sync_now(second)
    assert all(site_ids(second, SiteQuery(family.id)) == [] for family in FAMILIES)
    assert desk_digest(first) == desk_digest(second) == server_digest()


def test_a_backup_brings_all_kinds_back(desk: Context, tmp_path: Path) -> None:
    made = add_all(desk)
    before = desk_digest(desk)
    back_up(desk, tmp_path / "stick")
    (backup,) = (tmp_path / "stick").iterdir()
    for site in made.values():
        desk.store.records.delete(site, desk.actor)
    assert desk_digest(desk) != before
    paths, keys = desk.paths, FileKeyStore(desk.paths.config)
    desk.close()
    restore_desk(paths, backup, PIN, key_store=keys)
    again = unlock(paths, PIN, key_store=keys)
    try:
        assert desk_digest(again) == before
        assert {line.kind for line in site_lines(again, list(made.values()))} == set(SITES)
    finally:
        again.close()
