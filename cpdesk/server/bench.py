"""How long a server takes for 10,000 operations of one desk, for 200 desks, and for a desk that fetches everything."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cpdesk.base.clock import SystemClock
from cpdesk.base.progress import Step
from cpdesk.model.oplog import SignedOperation, canonical_json
from cpdesk.model.ranks import rank_list
from cpdesk.operations.bench.stopwatch import BenchResult, time_once_ms
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.bench_desks import measure_desks, measure_pull
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.protocol import push_answer_from_wire, push_to_wire
from cpdesk.sync.reading import OPERATIONS_PER_PUSH_MAX, compress_above
from cpdesk.sync.transport import Transport

_OPERATIONS: Final = 10_000
_OPERATIONS_OF_A_SURVEY: Final = 50
_STREAM: Final = "110114118"


def measure_sync(*, step: Step, database_url: str = "") -> BenchResult:
    """200 surveys of 50 saved steps each: sent over HTTP until the last batch is on the server's disk, then fetched by
    another desk in one round of sync. Server and desks share this process, so both sides' work counts.

    Args:
        database_url: an empty PostgreSQL database, for this alone; without it SQLite, then 200 desks and a long pull.
    """
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="cpdesk-bench-") as folder:
        config = ServerConfig(Path(folder), database_url, port=0, requests_burst=10_000, clock=clock)
        create_database(config)
        with running_server(config) as url, Admin(config) as admin, Transport(url) as here, Transport(url) as there:
            desk, other = MemoryReplica(clock), MemoryReplica(clock)
            for replica, transport in ((desk, here), (other, there)):
                code = admin.new_enrolment_code(role="surveyor", streams=(_STREAM,), person="sample")
                enrol(replica, transport, code)
            batch = _made_up(desk)
            size = sum(len(compress_above(canonical_json(push_to_wire(part)))) for part in _parts(batch))
            sent = time_once_ms(lambda: _push(here, batch, step))
            fetched = time_once_ms(lambda: sync_once(other, there))
            if admin.status().operations != _OPERATIONS or len(other.records()) != len(desk.records()):
                raise AssertionError("the server does not hold what was sent")
    kind = "postgresql" if database_url else "sqlite"
    metrics = {
        "operations": _OPERATIONS,
        f"push_10000_{kind}_s": sent / 1000,
        f"pull_10000_{kind}_s": fetched / 1000,
        "push_bytes_per_operation": size / _OPERATIONS,
    }
    if database_url:
        return BenchResult("sync", metrics)
    with tempfile.TemporaryDirectory(prefix="cpdesk-bench-") as folder:
        metrics |= measure_desks(Path(folder) / "desks", step=step)
        metrics |= measure_pull(Path(folder) / "pull", step=step)
    return BenchResult("sync", metrics)


def _made_up(desk: MemoryReplica) -> Sequence[SignedOperation]:
    """Operations as surveying makes them: a survey with its first facts, then two to four answers at a time."""
    for _ in range(_OPERATIONS // _OPERATIONS_OF_A_SURVEY):
        record = desk.new_id()
        rooms = {f"group/room[{part}]": rank for part, rank in enumerate(rank_list(4))}
        desk.change(record, {**rooms, **{f"group/fact{n}": f"sample {n}" for n in range(20)}}, stream=_STREAM)
        for number in range(1, _OPERATIONS_OF_A_SURVEY):
            answers = {f"group/room[{part}]/q{number}": f"{number}.{part}" for part in range(2 + number % 3)}
            desk.change(record, answers, stream=_STREAM)
    return desk.outbox(_OPERATIONS)


def _push(transport: Transport, batch: Sequence[SignedOperation], step: Step) -> None:
    done = 0
    for part in _parts(batch):
        push_answer_from_wire(transport.post_json("/v1/push", push_to_wire(part)))
        done += len(part)
        step(done, len(batch))


def _parts(batch: Sequence[SignedOperation]) -> list[Sequence[SignedOperation]]:
    return [batch[at : at + OPERATIONS_PER_PUSH_MAX] for at in range(0, len(batch), OPERATIONS_PER_PUSH_MAX)]
