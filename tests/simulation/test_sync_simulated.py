"""Simulated histories of desks and a server: every promise holds under faults, and a seed always tells the same."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cpdesk.server.simulation.line import FAULTS
from cpdesk.server.simulation.many import verify_sync
from cpdesk.server.simulation.world import run_history

KINDS = set(FAULTS) | {"reorder", "crash_in_recovery", "crash_in_checkpoint", "crash_in_sync", "desk_crash"}
KINDS |= {"disk_full", "clock", "lost_cursor", "token", "revocation", "server_restored", "township_moved", "cloned"}
KINDS |= {f"{end}_crash_at_{moment}" for end in ("desk", "server") for moment in ("commit", "checkpoint")}


@pytest.mark.parametrize(
    ("seeds", "operations"), [(200, 12), pytest.param(1000, 40, marks=pytest.mark.slow)], ids=["sample", "all"]
)
def test_every_promise_holds_in_every_history(seeds: int, operations: int) -> None:
    found = verify_sync(seeds, operations)
    assert [(case.name, case.found) for case in found.cases if not case.passed] == []
    assert found.operations >= seeds * operations
    assert found.conflicts > 0
    assert set(dict(found.faults)) >= KINDS


def test_the_same_seed_tells_the_same_in_another_process() -> None:
    here = run_history(5, 40)
    program = "import json; from cpdesk.server.simulation.world import run_history as r; h = r(5, 40)"
    program += "; print(json.dumps([h.trace, h.faults]))"
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(there.stdout.splitlines()[-1]) == [here.trace, here.faults]
    assert run_history(6, 40).trace != here.trace
