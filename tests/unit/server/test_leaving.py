"""Revoking a desk: lost, it is refused at once; leaving, it sends what it has, hears nothing more and erases it all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import AccessFault, InputFault
from cpdesk.base.ids import IdMaker
from cpdesk.model.records import RecordKind
from cpdesk.operations.describe import describe_record
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.store import Store
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol, fresh_token
from cpdesk.sync.transport import Transport

STREAM = "110114104"
PHOTO = b"sample photograph"


class District:
    def __init__(self, admin: Admin, url: str, stack: ExitStack, folder: Path, clock: FixedClock) -> None:
        self.admin, self.url, self.stack, self.folder, self.clock = admin, url, stack, folder, clock

    def desk(self, name: str) -> tuple[Store, Transport]:
        store = Store.create(self.folder / name, bytes(32), self.clock, IdMaker(self.clock).new, describe_record)
        self.stack.callback(store.close)
        line = self.stack.enter_context(Transport(self.url))
        enrol(store.replica, line, self.admin.new_enrolment_code(role="surveyor", streams=[STREAM], person=name))
        return store, line


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    config = ServerConfig(tmp_path / "server", port=0, clock=clock, requests_burst=10**6, enrolments_per_minute=10**6)
    create_database(config)
    with ExitStack() as stack:
        url = stack.enter_context(running_server(config))
        yield District(stack.enter_context(Admin(config)), url, stack, tmp_path, clock)


def survey(store: Store, **answers: str) -> str:
    return store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", STREAM, answers, actor="样例")[0]


def device_of(store: Store) -> str:
    return store.replica.identity().device


def test_a_desk_that_leaves_sends_all_it_has_reads_nothing_and_then_holds_nothing(district: District) -> None:
    store, line = district.desk("a")
    other, to_other = district.desk("b")
    synced = survey(store, name="张三（样例）")
    sync_once(store.replica, line)
    unsent = survey(store, name="李四（样例）", photo=store.blobs.put(PHOTO, "image/jpeg"))
    store.records.save(synced, {"name": "张三丰（样例）"}, "样例")
    hidden = survey(other, name="王五（样例）")
    sync_once(other.replica, to_other)
    district.admin.revoke_device(device_of(store), drain_days=14)
    report = sync_once(store.replica, line)
    assert (report.pushed, report.blobs_sent, report.pulled) == (2, 1, 0)
    sync_once(other.replica, to_other)
    assert other.records.get(unsent).answers["name"] == "李四（样例）"
    assert other.records.get(synced).answers["name"] == "张三丰（样例）"
    for record in (synced, unsent, hidden):
        with pytest.raises(InputFault):
            store.records.get(record)
        assert all(not entry.operation.set for entry in store.records.history(record))
    assert not [path for path in store.blobs.folder.rglob("*") if path.is_file()]
    for path in ("/v1/pull", "/v1/snapshot"):
        with pytest.raises(AccessFault) as caught:
            line.get_json(path, {"stream": STREAM})
        assert caught.value.code == "CP-4104"
    assert store.verify() == []
    sync_once(store.replica, line)
    assert other.records.get(unsent).answers["name"] == "李四（样例）"


def test_nothing_is_erased_before_all_is_sent(district: District) -> None:
    store, line = district.desk("a")
    first = survey(store, name="张三（样例）")
    sync_once(store.replica, line)
    second = survey(store, name="李四（样例）")
    district.admin.revoke_device(device_of(store), drain_days=14)
    assert sync_once(store.replica, line, cancel=lambda: True).cancelled
    fresh_token(store.replica, line)
    assert store.replica.streams() == []
    store.replica.leave_other_streams()
    assert [store.records.get(record).answers["name"][:2] for record in (first, second)] == ["张三", "李四"]
    sync_once(store.replica, line)
    assert store.replica.waiting().operations == 0
    with pytest.raises(InputFault):
        store.records.get(first)


def test_a_lost_desk_is_refused_at_once_and_a_leaving_one_when_its_days_are_over(district: District) -> None:
    for days in (0, 14):
        store, line = district.desk(f"days{days}")
        survey(store, name="张三（样例）")
        district.admin.revoke_device(device_of(store), drain_days=days)
        district.clock.advance(days=days)
        with pytest.raises(AccessFault) as caught:
            sync_once(store.replica, line)
        assert caught.value.code == "CP-4103"
        assert store.replica.waiting().operations == 1, "what it has stays where it is"
    with pytest.raises(InputFault):
        district.admin.revoke_device(device_of(store), drain_days=91)


def test_a_token_from_before_is_worth_nothing_and_a_new_one_names_no_township(district: District) -> None:
    store, line = district.desk("a")
    before = line.token
    district.admin.revoke_device(device_of(store), drain_days=1)
    with pytest.raises(AccessFault) as caught:
        line.get_json("/v1/pull", {"stream": STREAM})
    assert caught.value.code == "CP-4102"
    sync_once(store.replica, line)
    enrolment = store.replica.enrolment()
    assert enrolment is not None
    assert enrolment.streams == () and enrolment.token != before
