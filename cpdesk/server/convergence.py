"""Desks that edit at random without a line and then meet over a real server: they must all end the same, and no value
may be lost that nobody had seen."""

from __future__ import annotations

import random
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from cpdesk.base.clock import SystemClock
from cpdesk.operations.verification.cases import Case, Verification
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.transport import Transport

_STREAM: Final = "110114118"
_DESKS: Final = 3
_STEPS: Final = 60
_FIELDS: Final = ("a", "b", "room[1]", "room[1]/t", "room[2]", "room[2]/t")


def verify_sync(seeds: int = 8) -> Verification:
    """One case a seed: sixty random edits and syncs of three desks, then a last round until nothing moves."""
    with tempfile.TemporaryDirectory(prefix="cpdesk-verify-") as folder:
        return Verification("sync", tuple(_case(Path(folder) / str(seed), seed) for seed in range(seeds)))


def _case(folder: Path, seed: int) -> Case:
    rng = random.Random(seed)  # noqa: S311 - histories, not secrets
    config = ServerConfig(folder, port=0, requests_burst=100_000)
    create_database(config)
    with ExitStack() as stack:
        url = stack.enter_context(running_server(config))
        admin = stack.enter_context(Admin(config))
        desks = []
        for number in range(_DESKS):
            desk, line = MemoryReplica(SystemClock(), person=f"desk {number}"), stack.enter_context(Transport(url))
            enrol(desk, line, admin.new_enrolment_code(role="surveyor", streams=(_STREAM,), person=f"desk {number}"))
            desks.append((desk, line))
        records = [desks[0][0].new_id() for _ in range(3)]
        written: set[tuple[str, str, str]] = set()
        for step in range(_STEPS):
            desk, line = rng.choice(desks)
            if rng.random() < 0.3:
                sync_once(desk, line)
                continue
            record, path = rng.choice(records), rng.choice(_FIELDS)
            value = f"{seed}.{step}" if rng.random() < 0.85 else None
            desk.change(record, {path: value}, stream=_STREAM)
            if value is not None:
                written.add((record, path, value))
        for _ in range(2):
            for desk, line in desks:
                sync_once(desk, line)
        return _judge(seed, [desk for desk, _ in desks], records, written)


def _judge(seed: int, desks: list[MemoryReplica], records: list[str], written: set[tuple[str, str, str]]) -> Case:
    first = desks[0]
    same = all(
        desk.visible(record) == first.visible(record) and desk.open_conflicts().keys() == first.open_conflicts().keys()
        for desk in desks
        for record in records
    )
    waiting = sum(desk.waiting().operations for desk in desks)
    conflicts = len(first.conflicts)
    found = f"{len(written)} values, {conflicts} conflicts kept, {waiting} waiting, {'equal' if same else 'different'}"
    return Case(f"random history {seed}", same and waiting == 0, found, "equal, 0 waiting")
