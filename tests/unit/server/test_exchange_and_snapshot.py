"""A new laptop that begins with a snapshot, and villages whose only line is a stick."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import AccessFault, CpdeskError, IntegrityFault
from cpdesk.model.records import RecordKind
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.exchange import take_request
from cpdesk.server.run import running_server
from cpdesk.store import Query, Store
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.exchange import take_answer, write_request
from cpdesk.sync.exchange_file import ExchangeFile
from cpdesk.sync.snapshot import begin_with_snapshots, take_snapshot
from cpdesk.sync.transport import Transport

KEY = bytes(range(32))
NANKOU = "110114104"


class District:
    """A running server and desks with real stores."""

    def __init__(self, folder: Path, stack: ExitStack, database_url: str) -> None:
        self.folder = folder
        self.stack = stack
        self.config = ServerConfig(
            folder / "server", database_url, port=0, requests_burst=10_000, enrolments_per_minute=1000
        )
        create_database(self.config)
        self.url = stack.enter_context(running_server(self.config))
        self.admin = stack.enter_context(Admin(self.config))
        self.transports: dict[str, Transport] = {}

    def desk(self, name: str) -> Store:
        store = self.stack.enter_context(Store.create(self.folder / name, KEY))
        code = self.admin.new_enrolment_code(role="surveyor", streams=(NANKOU,), person=name)
        transport = self.stack.enter_context(Transport(self.url, sleep=lambda seconds: None))
        enrol(store.replica, transport, code)
        self.transports[name] = transport
        return store

    def sync(self, store: Store) -> Any:
        return sync_once(store.replica, self.transports[store.folder.name])

    def taken(self, path: Path) -> tuple[Any, Path]:
        answer = path.with_name(f"answer-{path.name}")
        return take_request(self.config, path, answer), answer


@pytest.fixture
def district(tmp_path: Path, database_url: str) -> Iterator[District]:
    with ExitStack() as stack:
        yield District(tmp_path, stack, database_url)


def add(store: Store, **answers: str) -> str:
    new = {"kind": RecordKind.SURVEY, "form": "f", "version": "1", "stream": NANKOU, "actor": "sample"}
    return store.records.create_many([{**new, "answers": answers}])[0][0]


def state(store: Store) -> list[Any]:
    """Everything people see of a desk: records with revisions, and open conflicts."""
    found: list[Any] = []
    for deleted in (False, True):
        for record in store.records.page(Query(deleted=deleted)):
            one = store.records.get(record)
            facts = (one.id, one.kind, one.form, one.version, one.status, one.revision, one.deleted, one.conflicts)
            found.append((*facts, sorted(one.answers.items()), sorted(one.facts.items())))
    return [sorted(found), sorted(store.conflicts.list(), key=lambda conflict: conflict.id)]


def fault_of(call: Any) -> CpdeskError:
    with pytest.raises(CpdeskError) as caught:
        call()
    return caught.value


# Snapshot


@pytest.mark.parametrize("seed", range(8))
def test_a_snapshot_and_a_pull_behind_it_equal_a_full_replay(district: District, seed: int) -> None:
    chance = random.Random(seed)
    first, second = district.desk("first"), district.desk("second")
    for _ in range(12):
        desk = chance.choice((first, second))
        mine = list(desk.records.page(Query()))
        action = chance.random()
        if action < 0.3 or not mine:
            add(desk, name=f"样例{chance.random()}", area=str(chance.randrange(200)))
        elif action < 0.4:
            desk.records.delete(chance.choice(mine), "sample")
        elif action < 0.5 and desk.conflicts.list():
            desk.conflicts.resolve(chance.choice(desk.conflicts.list()).id, "决定", "sample")
        else:
            path = chance.choice(("name", "area", "room[a]", "room[a]/width"))
            values = {path: chance.choice(("甲", "乙", "丙", None))}
            desk.records.save(chance.choice(mine), values, "sample")
        if chance.random() < 0.4:
            district.sync(desk)
    for desk in (first, second, first):
        district.sync(desk)

    late = district.desk("late")
    begin_with_snapshots(late.replica, district.transports["late"])
    assert late.replica.cursor(NANKOU) is not None and state(late) == state(first)
    add(first, name="在快照之后")
    district.sync(first)
    district.sync(late)
    replayed = district.desk("replayed")
    district.sync(replayed)
    assert state(late) == state(replayed) == state(first)
    assert late.verify() == []


def test_a_snapshot_is_resumed_at_the_byte_it_had_while_others_write(district: District) -> None:
    desk = district.desk("desk")
    for number in range(30):
        add(desk, name=f"样例{number}", note=str(random.Random(number).random()))
    district.sync(desk)
    transport = district.transports["desk"]
    head = transport.get_json("/v1/snapshot", {"stream": NANKOU})
    query = {"stream": NANKOU, "sha256": head["sha256"]}
    start = transport.send("GET", "/v1/snapshot", query=query, headers={"Range": "bytes=0-99"})
    add(desk, name="其间")
    district.sync(desk)
    assert transport.get_json("/v1/snapshot", {"stream": NANKOU})["sha256"] != head["sha256"]
    rest = transport.send("GET", "/v1/snapshot", query=query, headers={"Range": "bytes=100-"})
    assert (start.status_code, rest.status_code) == (206, 206)
    content = start.content + rest.content
    assert len(content) == head["size"]

    late = district.desk("late")
    for broken in (content[:-20], content[:200], content[:300] + b"x" + content[301:]):
        fault_of(lambda broken=broken: take_snapshot(late.replica, broken, NANKOU))
        assert late.replica.cursor(NANKOU) is None and list(late.records.page(Query())) == []
    assert take_snapshot(late.replica, content, NANKOU) is not None
    assert take_snapshot(late.replica, content, NANKOU) is None
    assert len(list(late.records.page(Query()))) == 30


def test_a_snapshot_is_for_those_who_may_read_the_township(district: District) -> None:
    district.desk("desk")
    transport = district.transports["desk"]
    assert fault_of(lambda: transport.get_json("/v1/snapshot", {"stream": "110114110"})).code == "CP-4104"
    assert fault_of(lambda: transport.get_json("/v1/snapshot", {"stream": "../x"})).code == "CP-3201"
    transport.token = ""
    assert fault_of(lambda: transport.get_json("/v1/snapshot", {"stream": NANKOU})).code == "CP-4102"


def test_a_desk_with_work_of_its_own_replays_instead(district: District) -> None:
    first, second = district.desk("first"), district.desk("second")
    add(first, name="样例")
    district.sync(first)
    mine = add(second, name="自己的")
    begin_with_snapshots(second.replica, district.transports["second"])
    assert second.replica.cursor(NANKOU) is None and list(second.records.page(Query())) == [mine]
    district.sync(second)
    district.sync(first)
    assert state(first) == state(second)


# Exchange files


def test_a_village_without_a_line_exchanges_by_stick(district: District, tmp_path: Path) -> None:
    far, near = district.desk("far"), district.desk("near")
    photo = random.Random(3).randbytes(2_300_000)
    record = add(far, name="张三（样例）", photo=far.blobs.put(photo, "image/jpeg"))
    other = add(near, name="李四（样例）", photo=near.blobs.put(photo[:50_000], "image/jpeg"))
    district.sync(near)

    request = tmp_path / "stick" / "far.cpdx"
    written = write_request(far.replica, request, SystemClock())
    assert (written.operations, written.blobs, written.blobs_left) == (1, 1, 0)
    assert "张三".encode() not in request.read_bytes() and photo[:100] not in request.read_bytes()
    assert far.replica.waiting().operations == 1  # nothing counts as sent because it was written to a stick
    taken, answer = district.taken(request)
    assert (taken.received, taken.blobs) == (1, 1)
    answered = take_answer(far.replica, answer)
    assert (answered.entries, answered.blobs_confirmed) == (2, 1)
    assert far.replica.waiting().operations == far.replica.waiting().blobs == 0
    assert far.records.get(other).answers["name"] == "李四（样例）"

    second = tmp_path / "stick" / "far2.cpdx"
    write_request(far.replica, second, SystemClock())
    _, answer2 = district.taken(second)
    assert take_answer(far.replica, answer2).blobs_received == 1
    district.sync(near)
    assert state(near) == state(far)
    assert near.blobs.get(far.records.get(record).answers["photo"]) == photo

    # All of it again, in any order: nothing changes.
    before = state(far), district.admin.content_digest(), district.admin.status()
    for again in (request, second, request):
        repeated, answer3 = district.taken(again)
        assert (repeated.received, repeated.blobs) == (0, 0)
        take_answer(far.replica, answer3)
    for again in (answer, answer2, answer):
        assert take_answer(far.replica, again).entries == 0
    district.sync(far)
    assert (state(far), district.admin.content_digest(), district.admin.status()) == before


def test_whatever_is_wrong_with_a_file_nothing_of_it_is_taken(district: District, tmp_path: Path) -> None:
    desk, other = district.desk("desk"), district.desk("other")
    add(desk, name="样例")
    whole = tmp_path / "whole.cpdx"
    write_request(desk.replica, whole, SystemClock())
    content = whole.read_bytes()
    codes, bad = set(), tmp_path / "bad.cpdx"
    for place in [*range(0, len(content), 7), *range(len(content) - 64, len(content))]:
        bad.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        codes.add(fault_of(lambda: district.taken(bad)).code)
        bad.write_bytes(content[:place])
        assert fault_of(lambda: district.taken(bad)).code in ("CP-3271", "CP-3270")
    assert codes <= {"CP-3270", "CP-3271", "CP-3272", "CP-4108"}
    assert district.admin.status().operations == 0

    _, answer = district.taken(whole)
    assert fault_of(lambda: take_answer(other.replica, answer)).code == "CP-4109"
    assert fault_of(lambda: take_answer(desk.replica, whole)).code == "CP-3275"
    assert fault_of(lambda: district.taken(answer)).code == "CP-3275"
    text = answer.read_bytes()
    answer.write_bytes(text[:-1] + bytes([text[-1] ^ 1]))
    assert fault_of(lambda: take_answer(desk.replica, answer)).code == "CP-4108"
    assert desk.replica.waiting().operations == 1


def test_a_revoked_desk_and_another_district_are_refused(district: District, tmp_path: Path) -> None:
    desk = district.desk("desk")
    add(desk, name="样例")
    request = tmp_path / "request.cpdx"
    write_request(desk.replica, request, SystemClock())
    elsewhere = ServerConfig(tmp_path / "elsewhere")
    create_database(elsewhere)
    assert fault_of(lambda: take_request(elsewhere, request, tmp_path / "answer")).code == "CP-4108"
    district.admin.revoke_device(desk.replica.identity().device)
    assert fault_of(lambda: district.taken(request)).code == "CP-4103"
    with pytest.raises(AccessFault, match="CP-4107"), Store.create(tmp_path / "new", KEY) as stranger:
        write_request(stranger.replica, tmp_path / "never.cpdx", SystemClock())


def test_an_answer_that_does_not_join_on_is_refused(district: District, tmp_path: Path) -> None:
    desk, near = district.desk("desk"), district.desk("near")
    add(near, name="样例")
    district.sync(near)
    district.sync(desk)
    add(near, name="第二户")
    district.sync(near)
    request = tmp_path / "request.cpdx"
    write_request(desk.replica, request, SystemClock())
    _, answer = district.taken(request)
    desk.replica.apply([], stream=NANKOU, cursor=None)
    desk._writer.do(lambda db: db.execute("DELETE FROM cursors"))
    assert fault_of(lambda: take_answer(desk.replica, answer)).code == "CP-3273"


def test_an_office_desk_carries_a_file_it_cannot_read(district: District, tmp_path: Path) -> None:
    far, office = district.desk("far"), district.desk("office")
    add(far, name="样例")
    request = tmp_path / "far.cpdx"
    write_request(far.replica, request, SystemClock())
    sent = district.transports["office"].send("POST", "/v1/exchange", content=request.read_bytes())
    answer = tmp_path / "answer.cpdx"
    answer.write_bytes(sent.content)
    assert fault_of(lambda: take_answer(office.replica, answer)).code == "CP-4109"
    assert take_answer(far.replica, answer).entries == 1
    assert far.replica.waiting().operations == 0
    assert isinstance(ExchangeFile(answer).header.made_at, str)
    with pytest.raises(IntegrityFault):
        district.transports["office"].send("POST", "/v1/exchange", content=b"CPDX\x01rubbish")
