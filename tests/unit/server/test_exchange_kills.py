"""Real processes killed in the middle of a backup, of taking in a snapshot, of an exchange file; a full disk."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cpdesk.base.clock import SystemClock
from cpdesk.model.records import RecordKind
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.exchange import take_request
from cpdesk.server.run import running_server
from cpdesk.store import Query, Store, backups_in, verify_backup
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.exchange import take_answer, write_request
from cpdesk.sync.exchange_file import ExchangeFile
from cpdesk.sync.snapshot import take_snapshot
from cpdesk.sync.transport import Transport

KEY = bytes(range(32))
NANKOU = "110114104"
KILLS = 6

_HEAD = """
import resource, sys, time
from pathlib import Path
from cpdesk.base.clock import SystemClock
from cpdesk.store import Store
from cpdesk.sync.exchange import write_request
from cpdesk.sync.snapshot import take_snapshot
folder, other = Path(sys.argv[1]), Path(sys.argv[2])
store = Store.open(folder, bytes(range(32)))
print("ready", flush=True)
"""


def killed(program: str, folder: Path, other: Path, delay_s: float) -> bool:
    """Run a program and kill it some time after it has said that it begins; False when it had ended before."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HEAD + program, str(folder), str(other)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def fill(store: Store, count: int) -> None:
    new = {"kind": RecordKind.SURVEY, "form": "f", "version": "1", "stream": NANKOU, "actor": "sample"}
    store.records.create_many([{**new, "answers": {"name": f"样例{number}"}} for number in range(count)])


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk with 400 records that the server has, and its snapshot and server beside it."""
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with (
        running_server(config) as url,
        Admin(config) as admin,
        Transport(url) as transport,
        Store.create(tmp_path / "desk", KEY) as store,
    ):
        enrol(store.replica, transport, admin.new_enrolment_code(role="surveyor", streams=(NANKOU,), person="sample"))
        fill(store, 400)
        store.blobs.put(bytes(3_000_000), "image/jpeg")
        sync_once(store.replica, transport)
        head = transport.get_json("/v1/snapshot", {"stream": NANKOU})
        path = f"/v1/snapshot?stream={NANKOU}&sha256={head['sha256']}"
        (tmp_path / "snapshot.gz").write_bytes(transport.download(path, 10_000_000))
        fill(store, 300)
        store.blobs.put(bytes(2_000_000) + b"x", "image/jpeg")
    return tmp_path


def test_a_backup_that_is_killed_leaves_no_half_one(desk: Path) -> None:
    hit = 0
    for number in range(KILLS):
        hit += killed("while True: store.backup(other)", desk / "desk", desk / "backups", 0.02 + 0.07 * number)
        for backup in backups_in(desk / "backups"):
            verify_backup(backup, KEY)
    assert hit == KILLS
    with Store.open(desk / "desk", KEY) as store:
        info = store.backup(desk / "backups")
        assert info.records == 700 and store.verify() == []
    assert not list((desk / "backups").glob("*.part"))


def test_a_snapshot_that_is_killed_is_taken_in_whole_or_not_at_all(desk: Path) -> None:
    content = (desk / "snapshot.gz").read_bytes()
    program = f"take_snapshot(store.replica, other.read_bytes(), {NANKOU!r}); time.sleep(30)"
    Store.create(desk / "new", KEY).close()
    whole = 0
    for number in range(KILLS):
        assert killed(program, desk / "new", desk / "snapshot.gz", 0.01 + 0.05 * number)
        with Store.open(desk / "new", KEY) as store:
            count, cursor = len(list(store.records.page(Query()))), store.replica.cursor(NANKOU)
            assert (count, cursor is None) in ((0, True), (400, False)) and store.verify() == []
            whole += count == 400
    with Store.open(desk / "new", KEY) as store:
        assert (take_snapshot(store.replica, content, NANKOU) is None) == bool(whole)
        assert len(list(store.records.page(Query()))) == 400


def test_an_exchange_file_that_is_killed_has_no_name_yet(desk: Path) -> None:
    program = "while True: write_request(store.replica, other, SystemClock())"
    stick = desk / "stick" / "desk.cpdx"
    for number in range(KILLS):
        assert killed(program, desk / "desk", stick, 0.01 + 0.04 * number)
        if stick.exists():
            ExchangeFile(stick)  # whole, or it would raise
            stick.unlink()
    config, answer = ServerConfig(desk / "server"), desk / "stick" / "answer.cpdx"
    with Store.open(desk / "desk", KEY) as store:
        write_request(store.replica, stick, SystemClock())
        assert not stick.with_name("desk.cpdx.part").exists()
        server = "import sys; from pathlib import Path; from cpdesk.server.exchange import take_request;"
        server += "from cpdesk.server.config import ServerConfig; print('ready', flush=True);"
        server += "take_request(ServerConfig(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]))"
        for number in range(KILLS):  # the district's computer is switched off in the middle, again and again
            process = subprocess.Popen(
                [sys.executable, "-c", server, str(config.folder), str(stick), str(answer)], stdout=subprocess.PIPE
            )
            assert process.stdout is not None
            with process.stdout:
                process.stdout.readline()
                time.sleep(0.02 + 0.06 * number)
                process.kill()
                process.wait()
            if answer.exists():
                ExchangeFile(answer)
        taken = take_request(config, stick, answer)
        assert taken.received + taken.repeated == 300
        answered = take_answer(store.replica, answer)
        assert (answered.entries, answered.blobs_confirmed) == (300, 1)
        assert store.replica.waiting().operations == store.replica.waiting().blobs == 0


_FULL = "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\nimport signal\n" + (
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
)


@pytest.mark.parametrize(
    "work", ["store.backup(other)", "write_request(store.replica, other / 'desk.cpdx', SystemClock())"]
)
def test_a_disk_that_takes_no_more_leaves_nothing_that_looks_whole(desk: Path, work: str) -> None:
    program = _FULL + (
        "from cpdesk.base.errors import CpdeskError\n"
        f"try:\n    {work}\nexcept CpdeskError as error:\n    print(error.code)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", _HEAD + program, str(desk / "desk"), str(desk / "full")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split()[0] == "ready" and ran.stdout.split()[1].startswith("CP-20"), ran.stdout + ran.stderr
    assert backups_in(desk / "full") == [] and not list((desk / "full").glob("*.cpdx"))
    with Store.open(desk / "desk", KEY) as store:
        assert store.verify() == [] and store.replica.waiting().operations == 300
