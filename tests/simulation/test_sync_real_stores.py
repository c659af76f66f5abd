"""Two desks with their real encrypted stores, and a real server: a clash, a removed room, a photograph."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cpdesk.model.records import RecordKind
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.store import Store
from cpdesk.sync.client import SyncReport, sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.transport import Transport

STREAM = "110114104"


class Desk:
    def __init__(self, store: Store, transport: Transport, actor: str) -> None:
        self.store = store
        self.transport = transport
        self.actor = actor

    def save(self, record: str, **values: str | None) -> None:
        self.store.records.save(record, dict(values), self.actor)

    def sync(self) -> SyncReport:
        report = sync_once(self.store.replica, self.transport)
        assert report.problems == ()
        return report

    def answers(self, record: str) -> dict[str, str]:
        return dict(self.store.records.get(record).answers)


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with ExitStack() as stack:
        url = stack.enter_context(running_server(config))
        admin = stack.enter_context(Admin(config))
        made = []
        for number, actor in enumerate(("样例甲", "样例乙")):
            store = stack.enter_context(Store.create(tmp_path / actor, bytes([number + 1]) * 32))
            transport = stack.enter_context(Transport(url))
            code = admin.new_enrolment_code(role="surveyor", streams=(STREAM,), person=actor)
            assert enrol(store.replica, transport, code).person == actor
            made.append(Desk(store, transport, actor))
        yield made[0], made[1]


def new_record(desk: Desk, answers: dict[str, str]) -> str:
    return desk.store.records.create_record(RecordKind.SURVEY, "sample_form", "1", STREAM, answers, actor=desk.actor)[0]


def test_a_clash_is_kept_shown_and_settled_on_both_desks(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    photo = first.store.blobs.put(b"sample photograph" * 1000, "image/jpeg")
    record = new_record(first, {"head_name": "张三（样例）", "photo": photo})
    assert first.sync().blobs_sent == 1
    report = second.sync()
    assert (report.pulled, report.blobs_received) == (1, 1)
    assert second.answers(record) == first.answers(record)
    assert second.store.blobs.get(photo) == b"sample photograph" * 1000

    first.save(record, head_name="张三丰")
    second.save(record, head_name="张叁", area="86")
    first.sync()
    assert second.sync().conflicts == 1
    first.sync()
    assert first.answers(record) == second.answers(record) == {"head_name": "张三丰", "area": "86", "photo": photo}
    (conflict,) = first.store.conflicts.list()
    assert (conflict.original, conflict.current, conflict.proposed) == ("张三（样例）", "张三丰", "张叁")
    first.store.conflicts.resolve(conflict.id, "张叁", first.actor)
    first.sync()
    second.sync()
    for desk in desks:
        assert desk.answers(record)["head_name"] == "张叁"
        assert desk.store.conflicts.list() == []
        assert desk.store.replica.waiting().operations == 0


def test_a_room_removed_here_and_surveyed_there_is_asked_about(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    record = new_record(first, {"room[a]": "i", "room[a]/use": "bed", "name": "1"})
    first.sync()
    second.sync()
    second.save(record, **{"room[a]/use": "kitchen"})
    first.save(record, **{"room[a]": None, "room[a]/use": None, "name": "2"})
    second.sync()
    assert first.sync().conflicts == 1
    second.sync()
    assert first.answers(record) == second.answers(record) == {"room[a]": "i", "room[a]/use": "kitchen", "name": "2"}
    (conflict,) = second.store.conflicts.list()
    assert (conflict.path, conflict.proposed) == ("room[a]", None)


def test_a_value_for_a_removed_room_brings_the_room_back(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    room = {
        "room[a]": "i",
        "room[a]/use": "bed",
        "room[a]/area": "20",
        "room[a]/bed[x]": "i",
        "room[a]/bed[x]/size": "2",
    }
    record = new_record(first, {**room, "room[b]": "r", "room[b]/use": "hall"})
    first.sync()
    second.sync()
    first.save(record, **dict.fromkeys(room))
    second.save(record, **{"room[a]/use": "kitchen", "room[a]/bed[x]/size": "3"})
    first.sync()
    assert second.sync().conflicts == 2
    assert second.answers(record) == {"room[b]": "r", "room[b]/use": "hall"}, "the removal stands for now"
    use, size = sorted(second.store.conflicts.list(), key=lambda one: one.path, reverse=True)
    second.store.conflicts.resolve(use.id, use.proposed, second.actor)
    back = {**room, "room[a]/use": "kitchen", "room[b]": "r", "room[b]/use": "hall"}
    del back["room[a]/bed[x]/size"]
    assert second.answers(record) == back, "the size waits for its own decision"
    second.sync()
    first.sync()
    assert first.answers(record) == second.answers(record) == back
    first.store.conflicts.resolve(size.id, size.proposed, first.actor)
    first.sync()
    second.sync()
    assert first.answers(record) == second.answers(record) == {**back, "room[a]/bed[x]/size": "3"}
    assert first.store.conflicts.list() == second.store.conflicts.list() == []


def test_deciding_for_the_removal_of_a_room_leaves_nothing_of_it(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    record = new_record(first, {"room[a]": "i", "room[a]/use": "bed", "name": "1"})
    first.sync()
    second.sync()
    second.save(record, **{"room[a]/area": "20"})
    first.save(record, **{"room[a]": None, "room[a]/use": None})
    second.sync()
    first.sync()
    (conflict,) = first.store.conflicts.list()
    first.store.conflicts.resolve(conflict.id, None, first.actor)
    assert first.answers(record) == {"name": "1"}
    first.sync()
    second.sync()
    assert first.answers(record) == second.answers(record) == {"name": "1"}


def test_random_offline_days_end_equal(desks: tuple[Desk, Desk]) -> None:
    chance = random.Random(7)
    records = [new_record(desks[0], {"name": "0"}) for _ in range(3)]
    desks[0].sync()
    desks[1].sync()
    for number in range(60):
        desk = chance.choice(desks)
        if chance.random() < 0.2:
            desk.sync()
        elif conflicts := [one for one in desk.store.conflicts.list() if chance.random() < 0.3]:
            desk.store.conflicts.resolve(conflicts[0].id, chance.choice([conflicts[0].current, "new"]), desk.actor)
        else:
            desk.save(chance.choice(records), **{chance.choice("abc"): f"{desk.actor}{number}"})
    for desk in (*desks, *desks):
        desk.sync()
    for record in records:
        assert desks[0].answers(record) == desks[1].answers(record)
    open_conflicts = [{one.id for one in desk.store.conflicts.list()} for desk in desks]
    assert open_conflicts[0] == open_conflicts[1]
