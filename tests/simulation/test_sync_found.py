"""What simulated histories found, each as its shortest story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import httpx
import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import IntegrityFault
from cpdesk.model.records import RecordKind
from cpdesk.server.simulation.desk import SimulatedDesk
from cpdesk.server.simulation.line import SimulatedServer
from cpdesk.server.simulation.messages import Answer, Client, Request
from cpdesk.server.simulation.oracles import ServerState, breaches
from cpdesk.server.simulation.single_thread import server_in_this_thread
from cpdesk.server.simulation.world import STREAMS
from cpdesk.sync.client import SyncReport, _Round
from cpdesk.sync.enrol import enrol
from cpdesk.sync.protocol import push_to_wire
from cpdesk.sync.transport import Transport


class Place:
    """A server, a desk, and a line that may cut answers."""

    def __init__(self, folder: Path) -> None:
        clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
        self.server = SimulatedServer(folder, clock)
        self.desk = SimulatedDesk(folder, 1, STREAMS, clock, seed=1)
        self.cut_problems = False
        client = cast(httpx.Client, Client(self.carry))
        self.transport = Transport("http://server", client=client, sleep=lambda seconds: None, tries=1)
        self.enrol(STREAMS)

    def carry(self, request: Request) -> Answer:
        answer = self.server.answer(request)
        return answer.cut_at(0.5) if self.cut_problems and answer.status_code == 409 else answer

    def enrol(self, streams: tuple[str, ...]) -> None:
        self.desk.streams = streams
        code = self.server.admin.new_enrolment_code(role="surveyor", streams=streams, person=self.desk.name)
        enrol(self.desk.store.replica, self.transport, code)

    def write(self, stream: str) -> None:
        records = self.desk.store.records
        records.create_record(RecordKind.SURVEY, "sample_form", "1", stream, {"name": "张三"}, actor="样例")
        self.desk.note_acknowledged()

    def sync(self) -> SyncReport:
        report = self.desk.sync(self.transport)
        assert isinstance(report, SyncReport)
        return report

    def breaches(self) -> list[str]:
        return breaches(ServerState(self.server.database, self.server.config.blobs), [self.desk], [])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        stack.enter_context(server_in_this_thread())
        made = Place(tmp_path)
        stack.callback(made.server.close)
        stack.callback(made.desk.store.close)
        yield made


def test_a_restored_server_gets_back_what_it_lost_from_a_desk_with_nothing_new(place: Place) -> None:
    place.server.back_up()
    place.write(STREAMS[0])
    assert place.sync().pushed == 1
    place.server.restore()
    place.enrol(STREAMS)
    assert place.sync().pushed == 1
    assert place.breaches() == []


def test_a_restored_server_gets_back_what_was_written_for_a_township_left_since(place: Place) -> None:
    place.server.back_up()
    place.write(STREAMS[0])
    place.sync()
    place.enrol(STREAMS[1:])
    place.sync()
    place.desk.lose_cursor()
    place.server.restore()
    place.enrol(STREAMS[1:])
    assert [problem.code for problem in place.sync().problems] == ["CP-3207"], "kept, in nobody's order"
    assert place.breaches() == []


def test_work_whose_answer_was_lost_before_its_township_was_left_does_not_wait_for_ever(place: Place) -> None:
    place.write(STREAMS[0])
    place.transport.post_json("/v1/push", push_to_wire(place.desk.store.replica.outbox()))
    place.enrol(STREAMS[1:])
    place.sync()
    assert place.breaches() == []


def test_a_gap_that_is_told_in_half_a_problem_is_a_problem_and_no_crash(place: Place) -> None:
    place.write(STREAMS[0])
    place.write(STREAMS[0])
    (_, second) = place.desk.store.replica.outbox()
    place.cut_problems = True
    round_ = _Round(place.desk.store.replica, place.transport, lambda phase, done, total: None, lambda: False)
    with pytest.raises(IntegrityFault) as caught:
        round_._push([second])
    assert caught.value.code == "CP-3201"
    place.cut_problems = False
    place.sync()
    assert place.breaches() == []
