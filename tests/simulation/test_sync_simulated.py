"""Simulated histories of desks and a server: every promise holds under faults, and a seed always tells the same."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cpdesk.server.simulation.many import verify_sync
from cpdesk.server.simulation.world import run_history


@pytest.mark.parametrize(
    ("seeds", "operations"), [(12, 40), pytest.param(200, 40, marks=pytest.mark.slow)], ids=["sample", "all"]
)
def test_every_promise_holds_in_every_history(seeds: int, operations: int) -> None:
    found = verify_sync(seeds, operations)
    assert [(case.name, case.found) for case in found.cases if not case.passed] == []
    assert found.operations >= seeds * operations
    assert found.conflicts > 0
    kinds = dict(found.faults)
    assert {"drop", "lost_answer", "duplicate", "server_crash"} <= kinds.keys()


def test_the_same_seed_tells_the_same_in_another_process() -> None:
    here = run_history(5, 40)
    program = "import json; from cpdesk.server.simulation.world import run_history as r; h = r(5, 40)"
    program += "; print(json.dumps([h.trace, h.faults]))"
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(there.stdout.splitlines()[-1]) == [here.trace, here.faults]
    assert run_history(6, 40).trace != here.trace
