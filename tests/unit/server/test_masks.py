"""Masks over a real server: who sees telephones in full, and that a mask never comes back as a value."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import InputFault
from cpdesk.base.ids import IdMaker
from cpdesk.model.masking import is_masked
from cpdesk.model.records import RecordKind
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.people.masks import marks_in
from cpdesk.server.run import running_server
from cpdesk.store import Store
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.protocol import push_answer_from_wire, push_to_wire
from cpdesk.sync.snapshot import begin_with_snapshots
from cpdesk.sync.transport import Transport

STREAM = "110114104"
PHONE, OTHER, MASKED = "13800001234", "13900005678", "138████1234"
FORM = (
    b'<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
    b'xmlns:c="urn:cpdesk:xlsform">'
    b'<h:head><model><instance><data id="own"><tel/><meter/></data></instance>'
    b'<bind nodeset="/data/tel" c:personal="yes"/><bind nodeset="/data/meter" type="int"/></model></h:head></h:html>'
)


class District:
    def __init__(self, url: str, admin: Admin, stack: ExitStack, folder: Path) -> None:
        self.url, self.admin, self.stack, self.folder = url, admin, stack, folder

    def line(self) -> Transport:
        return self.stack.enter_context(Transport(self.url))

    def memory(self, role: str) -> tuple[MemoryReplica, Transport]:
        replica, line = MemoryReplica(SystemClock()), self.line()
        enrol(replica, line, self.admin.new_enrolment_code(role=role, streams=[STREAM], person=f"样例{role}"))
        return replica, line

    def store(self, role: str) -> tuple[Store, Transport]:
        clock = SystemClock()
        store = Store.create(self.folder / role, bytes(32), clock, IdMaker(clock).new)
        self.stack.callback(store.close)
        line = self.line()
        enrol(store.replica, line, self.admin.new_enrolment_code(role=role, streams=[STREAM], person=f"样例{role}"))
        return store, line


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10**6, enrolments_per_minute=10**6)
    create_database(config)
    with ExitStack() as stack:
        url = stack.enter_context(running_server(config))
        yield District(url, stack.enter_context(Admin(config)), stack, tmp_path)


def household(replica: MemoryReplica, **values: str) -> str:
    record = replica.new_id()
    replica.change(record, {"householder_phone": PHONE, **values}, stream=STREAM, kind="household", form="household")
    return record


@pytest.mark.parametrize("role", ["surveyor", "clerk", "inspector", "reviewer", "administrator"])
def test_pull_and_snapshot_show_telephones_to_those_who_call_or_print(district: District, role: str) -> None:
    writer, line = district.memory("surveyor")
    record = household(writer, householder_name="张三（样例）", household_no="110114104001023", remark=f"打 {OTHER}")
    sync_once(writer, line)
    reader, to_reader = district.memory(role)
    sync_once(reader, to_reader)
    made = to_reader.get_json("/v1/snapshot", {"stream": STREAM})
    packed = to_reader.download(f"/v1/snapshot?stream={STREAM}&sha256={made['sha256']}", 10**6)
    (line_of_record,) = (json.loads(one) for one in gzip.decompress(packed).split(b"\n")[1:2])
    whole = role in ("surveyor", "clerk")
    for fields in (reader.visible(record), line_of_record["fields"]):
        assert fields == {
            "householder_phone": PHONE if whole else MASKED,
            "householder_name": "张三（样例）",
            "household_no": "110114104001023",
            "remark": f"打 {OTHER}" if whole else "打 139████5678",
        }
    page = to_reader.get_json("/v1/pull", {"stream": STREAM})
    assert (PHONE in json.dumps(page)) == whole
    assert (OTHER in json.dumps(page)) == whole


def test_a_plain_snapshot_is_not_given_to_who_may_not_see_numbers_though_its_name_is_known(district: District) -> None:
    writer, line = district.memory("surveyor")
    household(writer)
    sync_once(writer, line)
    plain = line.get_json("/v1/snapshot", {"stream": STREAM})["sha256"]
    _, to_reviewer = district.memory("reviewer")
    masked = to_reviewer.get_json("/v1/snapshot", {"stream": STREAM})["sha256"]
    assert masked != plain
    for asking, name in ((to_reviewer, plain), (line, masked)):
        with pytest.raises(Exception, match=name):
            asking.download(f"/v1/snapshot?stream={STREAM}&sha256={name}", 10**6)


def test_a_form_of_the_districts_own_says_what_is_personal(district: District) -> None:
    marks = marks_in(FORM)
    assert (marks.personal, marks.plain) == ({"tel"}, {"meter"})
    district.admin.publish_form(form="own", version="1", title="样例", content=FORM)
    writer, line = district.memory("surveyor")
    record, values = writer.new_id(), {"tel": "69740000", "meter": PHONE, "meter#note": PHONE, "unknown": PHONE}
    writer.change(record, dict(values), stream=STREAM, form="own")
    sync_once(writer, line)
    reader, to_reader = district.memory("reviewer")
    sync_once(reader, to_reader)
    assert reader.visible(record) == {"tel": "69████00", "meter": PHONE, "meter#note": MASKED, "unknown": MASKED}


def test_what_a_desk_wrote_itself_it_gets_back_as_it_wrote_it(district: District) -> None:
    reviewer, line = district.memory("reviewer")
    record = household(reviewer)
    sync_once(reviewer, line)
    assert reviewer.visible(record)["householder_phone"] == PHONE
    second, to_second = district.memory("reviewer")
    sync_once(second, to_second)
    assert second.visible(record)["householder_phone"] == MASKED


def test_a_mask_that_is_sent_is_put_aside_and_a_number_over_a_mask_is_a_question(district: District) -> None:
    surveyor, line = district.memory("surveyor")
    record = household(surveyor)
    sync_once(surveyor, line)
    reviewer, to_reviewer = district.memory("reviewer")
    sync_once(reviewer, to_reviewer)
    said = []
    for value in (MASKED, OTHER):
        reviewer.change(record, {"householder_phone": value}, stream=STREAM, kind="household", form="household")
        message = push_to_wire(reviewer.outbox(1))
        (result,) = push_answer_from_wire(to_reviewer.post_json("/v1/push", message)).results
        said.append(result.reason or str(result.outcome))
        sync_once(reviewer, to_reviewer)
    assert said == ["masked", "conflict"]
    sync_once(surveyor, line)
    assert surveyor.visible(record)["householder_phone"] == PHONE
    (conflict,) = surveyor.open_conflicts().values()
    assert (conflict.current, conflict.proposed) == (PHONE, OTHER), "who may see numbers decides"
    (masked,) = reviewer.open_conflicts().values()
    assert (masked.current, masked.proposed) == (MASKED, OTHER)


@pytest.mark.parametrize("with_snapshot", [True, False])
def test_a_desk_takes_no_mask_for_a_value(district: District, with_snapshot: bool) -> None:
    surveyor, line = district.memory("surveyor")
    record = household(surveyor, village="样例村", door_no="1 号")
    sync_once(surveyor, line)
    store, to_store = district.store("reviewer")
    if with_snapshot:
        begin_with_snapshots(store.replica, to_store)
    sync_once(store.replica, to_store)
    assert store.records.get(record).answers["householder_phone"] == MASKED
    store.records.save(record, {"householder_phone": f"电话 {MASKED}", "village": "另村"}, "样例")
    assert store.records.get(record).answers["householder_phone"] == MASKED, "a mask is no answer"
    made, _ = store.records.create_record(
        RecordKind.SURVEY, "farmhouse", "1", STREAM, {"household/householder_phone": MASKED, "a": "b"}, actor="样例"
    )
    assert store.records.get(made).answers == {"a": "b"}
    waiting = [signed.operation.set for signed in store.replica.outbox(50)]
    assert not any(is_masked(value) for changes in waiting for value in changes.values())
    surveyor.change(record, {"householder_phone": OTHER}, stream=STREAM, kind="household", form="household")
    sync_once(surveyor, line)
    sync_once(store.replica, to_store)
    sync_once(surveyor, line)
    assert surveyor.visible(record) == {"householder_phone": OTHER, "village": "另村", "door_no": "1 号"}
    assert store.records.get(record).answers["householder_phone"] == "139████5678"


def test_a_masked_side_of_a_conflict_cannot_be_decided_for(district: District) -> None:
    first, to_first = district.memory("surveyor")
    second, to_second = district.memory("surveyor")
    record = household(first)
    for replica, line in ((first, to_first), (second, to_second)):
        sync_once(replica, line)
    for replica, line, phone in ((first, to_first, OTHER), (second, to_second, "13700004321")):
        replica.change(record, {"householder_phone": phone}, stream=STREAM, kind="household", form="household")
        sync_once(replica, line)
    store, to_store = district.store("reviewer")
    sync_once(store.replica, to_store)
    (conflict,) = store.conflicts.list()
    assert (conflict.current, conflict.proposed) == ("139████5678", "137████4321")
    for side in (conflict.current, conflict.proposed):
        with pytest.raises(InputFault) as caught:
            store.conflicts.resolve(conflict.id, side, "样例")
        assert caught.value.code == "CP-1586"
    assert store.conflicts.list() == [conflict], "nothing was changed"
