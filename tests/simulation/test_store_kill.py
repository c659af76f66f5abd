"""The power goes: a process that saves is killed at random moments, and nothing it called saved is missing."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cpdesk.base.errors import EnvironmentFault
from cpdesk.model.oplog import GENESIS_HASH
from cpdesk.model.records import RecordKind
from cpdesk.store import Query, Store

KEY = bytes(range(32))

SAVING = """
import sys
from pathlib import Path
from cpdesk.model.records import RecordKind
from cpdesk.store import Query, Store

with Store.open(Path(sys.argv[1]), bytes(range(32))) as store:
    (record,) = store.records.page(Query())
    number = int(store.records.get(record).answers.get("count", "0"))
    while True:
        number += 1
        store.records.save(record, {"count": str(number), "note": "x" * (number % 3000)}, "li")
        photo = store.blobs.put(b"%d" % number, "image/jpeg") if number % 5 == 0 else "-"
        print(number, photo, flush=True)
"""


def save_until_killed(folder: Path, after_s: float) -> list[tuple[int, str]]:
    """What the process said was saved. The clock runs from its first word on, so that each round saves something."""
    process = subprocess.Popen([sys.executable, "-c", SAVING, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(after_s)
    process.kill()
    said = first + process.stdout.read()
    process.stdout.close()
    process.wait()
    whole = [line.split() for line in said.splitlines(keepends=True) if line.endswith("\n")]
    return [(int(number), photo) for number, photo in whole]


def check(folder: Path, acknowledged: list[tuple[int, str]]) -> None:
    with Store.open(folder, KEY) as store:
        assert store.verify() == []
        (record,) = store.records.page(Query())
        count = int(store.records.get(record).answers["count"])
        assert acknowledged[-1][0] <= count <= acknowledged[-1][0] + 1, "all that was acknowledged, at most one more"
        for number, photo in acknowledged:
            if photo != "-":
                assert store.blobs.get(photo) == b"%d" % number
        before = GENESIS_HASH
        history = store.records.history(record)
        assert len(history) == count + 1 == store.replica.waiting().operations
        for seq, entry in enumerate(history, 1):
            assert (entry.operation.seq, entry.operation.prev_hash) == (seq, before)
            before = entry.operation.content_hash()


@pytest.mark.parametrize("rounds", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_what_was_acknowledged_survives_being_killed(tmp_path: Path, rounds: int) -> None:
    folder = tmp_path / "desk"
    with Store.create(folder, KEY) as store:
        store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", "110114000", actor="li")
    moments = random.Random(20261123)
    acknowledged: list[tuple[int, str]] = []
    for _ in range(rounds):
        said = save_until_killed(folder, moments.uniform(0.0, 0.6))
        assert said, "the process saved something before it was killed"
        acknowledged += said
        check(folder, acknowledged)


def test_a_second_process_is_told_that_the_store_is_open(tmp_path: Path) -> None:
    with Store.create(tmp_path / "desk", KEY) as store:
        store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", "110114000", actor="li")
        program = [sys.executable, "-c", SAVING, str(tmp_path / "desk")]
        second = subprocess.run(program, capture_output=True, text=True, check=False)
    assert second.returncode != 0 and EnvironmentFault.__name__ in second.stderr and "CP-2101" in second.stderr


def test_many_threads_read_while_one_writes(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with Store.create(tmp_path / "desk", KEY) as store:
        record, _ = store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", "110114000", actor="li")

        def write(thread: int) -> None:
            for number in range(20):
                store.records.save(record, {f"field{thread}": str(number)}, f"person{thread}")

        def read(_: int) -> int:
            return max(len(store.records.history(record)) for _ in range(20))

        with ThreadPoolExecutor(8) as pool:
            seen = pool.map(read, range(4))
            list(pool.map(write, range(4)))
            assert max(seen) <= 81
        assert store.records.get(record).answers == {f"field{thread}": "19" for thread in range(4)}
        assert [entry.operation.seq for entry in store.records.history(record)] == list(range(1, 82))
