"""The server process killed outright (SIGKILL) in the middle of pushes and uploads: what it acknowledged is there."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import EnvironmentFault
from cpdesk.model.oplog import canonical_json
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.sync.client import sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.protocol import push_answer_from_wire, push_to_wire
from cpdesk.sync.transport import Transport

STREAM = "110114104"
SERVE = """
import sys
from pathlib import Path
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import serve
config = ServerConfig(Path(sys.argv[1]), port=int(sys.argv[2]), requests_burst=100_000)
serve(config, lambda url: print(url, flush=True))
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


class Process:
    """A server in a process of its own, on one port through all its lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.url = ""

    def start(self) -> None:
        command = [sys.executable, "-c", SERVE, str(self.folder), str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self.port = int(self.url.rsplit(":", 1)[1])

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._reap()

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        self.terminate()
        self._reap()

    def _reap(self) -> None:
        self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()


def desk_at(config: ServerConfig, process: Process) -> tuple[MemoryReplica, Transport]:
    with Admin(config) as admin:
        code = admin.new_enrolment_code(role="surveyor", streams=(STREAM,), person="样例")
    replica, transport = MemoryReplica(SystemClock()), Transport(process.url, tries=1)
    enrol(replica, transport, code)
    return replica, transport


def test_pushes_acknowledged_before_a_kill_are_there_after_it(tmp_path: Path) -> None:
    config, process = ServerConfig(tmp_path / "s", port=0), Process(tmp_path / "s")
    create_database(config)
    process.start()
    replica, transport = desk_at(config, process)
    for number in range(400):
        replica.change(replica.new_id(), {"n": str(number)}, stream=STREAM)
    waiting, acknowledged, chance = replica.outbox(400), 0, random.Random(4)
    for _ in range(2):
        killer = threading.Timer(0.05 + chance.random() * 0.3, process.kill)
        killer.start()
        try:
            while acknowledged < 400:
                batch = waiting[acknowledged : acknowledged + 20]
                push_answer_from_wire(transport.post_json("/v1/push", push_to_wire(batch)))
                acknowledged += len(batch)
        except EnvironmentFault as fault:
            assert fault.code == "CP-2201"
        killer.join()
        process.start()
        with Admin(config) as admin:
            assert admin.status().operations in (acknowledged, acknowledged + 20), "all of a batch or nothing of it"
    report = sync_once(replica, transport)
    assert report.problems == ()
    assert report.pulled == 400
    assert [replica.visible(record) for record in sorted(replica.records())] == [{"n": str(n)} for n in range(400)]
    transport.close()
    process.stop()


def test_an_upload_survives_kills_and_ends_with_the_right_content(tmp_path: Path) -> None:
    config, process = ServerConfig(tmp_path / "s", port=0), Process(tmp_path / "s")
    create_database(config)
    process.start()
    replica, transport = desk_at(config, process)
    content = random.Random(5).randbytes(8_000_000)
    name, chance, kills = replica.add_blob(content), random.Random(6), 0
    while replica.waiting().blobs and kills < 2:
        killer = threading.Timer(0.03 + chance.random() * 0.15, process.kill)
        killer.start()
        try:
            sync_once(replica, transport)
        except EnvironmentFault as fault:
            assert fault.code == "CP-2201"
        killer.join()
        kills += 1
        process.start()
    sync_once(replica, transport)
    assert kills > 0
    assert replica.waiting().blobs == 0
    assert hashlib.sha256(transport.download(f"/v1/blobs/{name}", 10**8)).hexdigest() == name
    transport.close()
    process.stop()


def test_a_server_told_to_stop_finishes_what_it_has_begun(tmp_path: Path) -> None:
    config, process = ServerConfig(tmp_path / "s", port=0), Process(tmp_path / "s")
    create_database(config)
    process.start()
    replica, transport = desk_at(config, process)
    replica.change(replica.new_id(), {"n": "1"}, stream=STREAM)
    body = canonical_json(push_to_wire(replica.outbox(1)))

    def interrupted() -> Iterator[bytes]:
        yield body[:100]
        process.terminate()
        time.sleep(0.3)
        yield body[100:]

    headers = {"Authorization": f"Bearer {transport.token}"}
    answer = httpx.post(f"{process.url}/v1/push", content=interrupted(), headers=headers, timeout=30)
    assert answer.json()["results"][0]["outcome"] == "applied"
    process.stop()
    transport.close()
