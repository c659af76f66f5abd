"""Erasing a person: nothing of the content is left on the server or on desks, chains and counters stay whole."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import InputFault
from cpdesk.base.ids import IdMaker
from cpdesk.model.oplog import GENESIS_HASH
from cpdesk.model.records import RecordKind, Status
from cpdesk.operations.describe import describe_record
from cpdesk.server import schema
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.people.administration import Due, PeopleAdmin
from cpdesk.server.run import running_server
from cpdesk.store import Store
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.protocol import pull_answer_from_wire, push_to_wire
from cpdesk.sync.snapshot import begin_with_snapshots
from cpdesk.sync.transport import Transport

STREAM = "110114104"
NAME, PHONE = "欧阳样例", "13800001234"
PHOTO, SHARED = b"sample photograph of the house", b"sample photograph of the lane"


class District:
    def __init__(self, config: ServerConfig, url: str, stack: ExitStack, folder: Path, clock: FixedClock) -> None:
        self.config, self.url, self.stack, self.folder, self.clock = config, url, stack, folder, clock
        self.admin = stack.enter_context(Admin(config))
        self.people = stack.enter_context(PeopleAdmin(config))

    def desk(self, name: str) -> Desk:
        store = Store.create(self.folder / name, bytes(32), self.clock, IdMaker(self.clock).new, describe_record)
        self.stack.callback(store.close)
        line = self.stack.enter_context(Transport(self.url))
        code = self.admin.new_enrolment_code(role="surveyor", streams=[STREAM], person=name)
        enrol(store.replica, line, code)
        return Desk(store, line)

    def bytes_at_rest(self) -> bytes:
        files = [path for path in self.config.folder.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in files)


def breaks_in_chains(config: ServerConfig) -> list[str]:
    """Operations that do not name the hash of the one before, and revisions that leave a gap."""
    database, table = Database.open(config.url), schema.operations
    with database.reading() as connection:
        rows = connection.execute(select(table).order_by(table.c.device, table.c.seq)).all()
    database.close()
    found, hashes = [], {(row.device, row.seq): row.hash for row in rows}
    for row in rows:
        operation = json.loads(row.entry)["operation"]
        if operation["prev_hash"] != hashes.get((row.device, row.seq - 1), GENESIS_HASH):
            found.append(row.op_id)
    revisions = sorted(row.revision for row in rows)
    return found if revisions == list(range(1, len(rows) + 1)) else [*found, "gap"]


class Desk:
    def __init__(self, store: Store, line: Transport) -> None:
        self.store, self.line = store, line

    def sync(self) -> None:
        report = sync_once(self.store.replica, self.line)
        assert not [fault for fault in report.problems if fault.code != "CP-3207"]

    def household(self) -> tuple[str, str]:
        facts = {"householder_name": NAME, "householder_phone": PHONE, "village": "样例村", "household_no": "1"}
        site, _ = self.store.records.create_record(RecordKind.HOUSEHOLD, "household", "1", STREAM, facts, actor="样例")
        photos = {
            "photo": self.store.blobs.put(PHOTO, "image/jpeg"),
            "lane": self.store.blobs.put(SHARED, "image/jpeg"),
        }
        survey, _ = self.store.records.create_record(
            RecordKind.SURVEY, "farmhouse", "1", STREAM, {"name": NAME, **photos}, actor="样例", site=site
        )
        return site, survey


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    config = ServerConfig(tmp_path / "server", port=0, clock=clock, requests_burst=10**6, enrolments_per_minute=10**6)
    create_database(config)
    with ExitStack() as stack:
        url = stack.enter_context(running_server(config))
        yield District(config, url, stack, tmp_path, clock)


def test_a_household_is_erased_everywhere_and_what_is_around_it_stays(district: District) -> None:
    first, second = district.desk("a"), district.desk("b")
    site, survey = first.household()
    other, _ = first.store.records.create_record(
        RecordKind.SURVEY, "farmhouse", "1", STREAM, {"lane": f"{hashlib.sha256(SHARED).hexdigest()}.jpg"}, actor="样例"
    )
    first.sync()
    second.sync()
    second.store.records.save(site, {"householder_phone": "13900005678"}, "样例")
    first.store.records.save(site, {"householder_phone": "13700004321"}, "样例")
    for desk in (second, first, second):
        desk.sync()
    assert second.store.conflicts.list(site)
    assert second.line.get_json("/v1/snapshot", {"stream": STREAM})["revision"] > 0
    before = district.admin.status()

    erased = district.people.erase(site)
    assert (set(erased.records), erased.blobs) == ({site, survey}, 1)
    assert district.people.erase(site).records == (), "again changes nothing"
    kept = district.bytes_at_rest()
    for said in (NAME, PHONE, "13900005678", "13700004321"):
        assert said.encode() not in kept
    assert PHOTO not in kept and SHARED in kept
    assert district.admin.status().operations == before.operations + 2

    assert breaks_in_chains(district.config) == []
    for desk in (first, second):
        desk.sync()
        records = desk.store.records
        for record in (site, survey):
            with pytest.raises(InputFault):
                records.get(record)
        assert desk.store.conflicts.list() == []
        assert records.get(other).answers
        assert not any(NAME in json.dumps(dict(one.operation.set), ensure_ascii=False) for one in records.history(site))
        assert not desk.store.blobs.path_of(hashlib.sha256(PHOTO).hexdigest()).exists()
        assert desk.store.blobs.get(hashlib.sha256(SHARED).hexdigest()) == SHARED
        assert desk.store.verify() == []
        assert desk.store.replica.waiting().operations == 0


def test_work_on_an_erased_record_that_comes_late_is_not_kept_and_stops_nothing(district: District) -> None:
    first, late = district.desk("a"), district.desk("b")
    site, _ = first.household()
    first.sync()
    late.sync()
    late.store.records.save(site, {"householder_name": f"{NAME}又名"}, "样例")
    after, _ = late.store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", STREAM, {"a": "b"}, actor="样例")
    district.people.erase(site)
    for desk in (late, first):
        desk.sync()
    assert f"{NAME}又名".encode() not in district.bytes_at_rest()
    assert first.store.records.get(after).answers == {"a": "b"}
    history = late.store.records.history(site)
    assert all(NAME not in str(one.operation.set) for one in history)
    assert late.store.replica.waiting().operations == 0
    late.store.records.save(after, {"a": "c"}, "样例")
    late.sync()
    first.sync()
    assert first.store.records.get(after).answers == {"a": "c"}, "the chain goes on behind what was erased"


def test_a_server_that_was_set_back_gets_skeletons_again_and_the_queue_goes_on(district: District) -> None:
    desk = district.desk("a")
    site, _ = desk.household()
    desk.sync()
    district.people.erase(site)
    desk.sync()
    desk.store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", STREAM, {"a": "b"}, actor="样例")
    sent = desk.store.replica.own_operations(0, 50)
    assert [bool(one.erased_hash) for one in sent] == [True, True, False]
    empty = ServerConfig(district.folder / "empty", port=0, clock=district.clock)
    create_database(empty)
    with running_server(empty) as url, Admin(empty) as admin, Transport(url) as line:
        enrol(desk.store.replica, line, admin.new_enrolment_code(role="surveyor", streams=[STREAM], person="a"))
        answer = line.post_json("/v1/push", push_to_wire(sent))
        assert [one["reason"] or one["outcome"] for one in answer["results"]] == ["erased", "erased", "applied"]
        entries = pull_answer_from_wire(line.get_json("/v1/pull", {"stream": STREAM})).entries
        assert [entry.reason for entry in entries] == ["erased", "erased", ""]
        forged = replace(sent[0], erased_hash="0" * 64)
        again = line.post_json("/v1/push", push_to_wire([forged]))
        assert again["results"][0]["reason"] in ("signature", "chain_fork")


@pytest.mark.parametrize("with_snapshot", [True, False])
def test_a_new_desk_hears_nothing_of_who_was_erased(district: District, with_snapshot: bool) -> None:
    first = district.desk("a")
    site, _ = first.household()
    first.sync()
    district.people.erase(site)
    fresh = district.desk("b")
    if with_snapshot:
        begin_with_snapshots(fresh.store.replica, fresh.line)
    fresh.sync()
    assert fresh.store.records.history(site) == []
    first.sync()
    page = fresh.line.get_json("/v1/pull", {"stream": STREAM})
    assert NAME not in json.dumps(page, ensure_ascii=False)
    revisions = [entry["revision"] for entry in page["entries"]]
    assert revisions == list(range(1, len(revisions) + 1))
    assert {entry["outcome"] for entry in page["entries"]} == {"erased"}


def test_a_desk_cannot_erase(district: District) -> None:
    desk = district.desk("a")
    site, _ = desk.household()
    desk.sync()
    shelved = {"@erased": "1"}

    def work(db: object) -> object:
        records = desk.store.records
        return records.change(db, records._shelf.need(db, site), shelved, actor="样例")  # type: ignore[arg-type]

    desk.store._writer.do(work)
    sync_once(desk.store.replica, desk.line)
    assert [reason for _, reason in desk.store.replica.quarantined()] == ["role_forbidden"]
    assert district.people.about(site)


def test_everything_held_about_a_household_is_given_out(district: District, tmp_path: Path) -> None:
    desk = district.desk("a")
    site, survey = desk.household()
    desk.sync()
    assert {(held.record, path) for held, path in district.people.find(NAME)} == {
        (site, "householder_name"),
        (survey, "name"),
    }
    assert district.people.export(site, tmp_path / "person.zip") == 2
    with zipfile.ZipFile(tmp_path / "person.zip") as archive:
        held = {one["record"]: one for one in json.loads(archive.read("records.json"))["records"]}
        readers = json.loads(archive.read("readers.json"))
        photos = {name: archive.read(name) for name in archive.namelist() if name.startswith("photographs/")}
    assert held[site]["fields"]["householder_phone"] == PHONE
    assert [entry["operation"]["actor"] for entry in held[survey]["history"]] == ["样例"]
    assert set(photos.values()) == {PHOTO, SHARED}
    assert [(reader["person"], reader["role"]) for reader in readers] == [("a", "surveyor")]
    assert readers[0]["read_in_bulk"]
    with pytest.raises(InputFault, match=site[:-1]):
        district.people.export(site[:-1] + "x", tmp_path / "nobody.zip")


def test_the_audit_trail_shows_what_was_done_and_what_was_changed_in_it(district: District, tmp_path: Path) -> None:
    desk = district.desk("a")
    site, _ = desk.household()
    desk.sync()
    district.people.export(site, tmp_path / "person.zip")
    district.people.erase(site)
    district.admin.revoke_device(desk.store.replica.identity().device)
    trail, broken = district.people.audit_trail()
    assert [line.what for line in trail] == [
        "code_made", "enrolled", "read_in_bulk", "exported", "erased", "erased", "revoked",
    ]  # fmt: skip
    assert broken is None
    assert NAME not in str(trail) and PHONE not in str(trail)
    database = Database.open(district.config.url)
    with database.writing() as connection:
        connection.execute(update(schema.audit).where(schema.audit.c.id == trail[3].id).values(detail="record x"))
    assert district.people.audit_trail()[1] == trail[3].id
    with database.writing() as connection:
        connection.execute(text("DELETE FROM audit WHERE id = :id"), {"id": trail[3].id})
    assert district.people.audit_trail()[1] == trail[4].id
    database.close()


def test_what_is_over_its_days_ends_and_a_dry_run_only_says_so(district: District) -> None:
    desk = district.desk("a")
    draft, _ = desk.store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", STREAM, {"a": NAME}, actor="样例")
    done, _ = desk.store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", STREAM, {"a": "b"}, actor="样例")
    desk.store.records.set_status(done, Status.COMPLETE, "样例")
    desk.sync()
    district.admin.new_enrolment_code(role="surveyor", streams=[STREAM], person="样例", hours=1)
    district.clock.advance(days=40)
    assert district.people.due() == Due((), 0, 0), "nothing ends by itself until it is set"
    with pytest.raises(InputFault):
        district.people.set_retention({"surveys": 1})
    with pytest.raises(InputFault):
        district.people.set_retention({"drafts": -1})
    district.people.set_retention({"drafts": 30, "codes": 30})
    assert district.people.retention() == {"drafts": 30, "codes": 30, "uploads": 0}
    assert district.people.due() == Due((draft,), 2, 0)
    assert NAME.encode() in district.bytes_at_rest()
    assert district.people.end_what_is_due() == Due((draft,), 2, 0)
    assert district.people.due() == Due((), 0, 0)
    assert NAME.encode() not in district.bytes_at_rest()
    desk.sync()
    assert desk.store.records.get(done).answers == {"a": "b"}
