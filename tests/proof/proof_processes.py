"""Server and desk as real processes that can be killed at any moment.

Processes are forked from one that has imported everything, so that a life takes milliseconds and thousands of kills
minutes. The parent keeps no thread and no open database, or else the children would inherit half of them.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from cpdesk.base.errors import EnvironmentFault
from cpdesk.model.records import RecordKind
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import serve
from cpdesk.store import Store
from cpdesk.sync.client import SyncReport, sync_once
from cpdesk.sync.protocol import push_answer_from_wire
from cpdesk.sync.transport import Transport

STREAM = "110114104"
ACTOR = "样例"
KEY = bytes(range(32))
_WORD_S = 30.0
_CHECK_S = 1800.0

Say = Callable[[str], None]


class Child:
    """A forked process that reports by whole lines over a pipe; what it said can be read after its death too."""

    def __init__(self, work: Callable[[Say], object]) -> None:
        self._out, into = os.pipe()
        self._left = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._out)
            _live(work, into)
        os.close(into)

    def line(self, timeout_s: float = _WORD_S) -> str | None:
        """The next whole line; None when the process has ended."""
        end = time.monotonic() + timeout_s
        while b"\n" not in self._left:
            if not select.select([self._out], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError(f"process {self.pid} said nothing for {timeout_s} s")
            got = os.read(self._out, 65536)
            if not got:
                return None
            self._left += got
        line, self._left = self._left.split(b"\n", 1)
        return line.decode()

    def rest(self, timeout_s: float = _WORD_S) -> list[str]:
        """All whole lines until the process ends."""
        lines = []
        while (line := self.line(timeout_s)) is not None:
            lines.append(line)
        return lines

    def kill(self) -> list[str]:
        """End it as a power failure would end the program; gives the lines it had still said."""
        os.kill(self.pid, signal.SIGKILL)
        lines = self.rest()
        self.reap()
        return lines

    def reap(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        os.close(self._out)
        return status


def _live(work: Callable[[Say], object], into: int) -> None:
    def say(line: str) -> None:
        os.write(into, (line + "\n").encode())

    status = 1
    try:
        work(say)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def asked(work: Callable[[], Any]) -> Any:
    """What `work` returns (as JSON carries it), run in a process of its own."""
    child = Child(lambda say: say(json.dumps(work())))
    lines = child.rest(_CHECK_S)
    if child.reap() != 0 or not lines:
        raise AssertionError("the check itself broke off")
    return json.loads(lines[-1])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def start_server(config: ServerConfig) -> Child:
    """A server process that listens; it is up when this returns."""
    child = Child(lambda say: serve(config, say))
    if child.line() is None:
        raise AssertionError("the server did not start")
    return child


class Telling(httpx.Client):
    """Tells each operation the server has acknowledged, the moment the answer is there."""

    def __init__(self, say: Say = lambda line: None) -> None:
        super().__init__(
            timeout=30, verify=False
        )  # plain HTTP: reading the machine's certificates takes longer than a life
        self._say = say

    def request(self, method: str, url: Any, **more: Any) -> httpx.Response:  # type: ignore[override]
        answer = super().request(method, url, **more)
        if str(url).endswith("/v1/push") and answer.status_code == 200:
            for result in push_answer_from_wire(answer.json()).results:
                self._say(f"acknowledged {result.op_id}")
        return answer


def synchronise(store: Store, transport: Transport) -> SyncReport | None:
    """One round; None when the server is away just now."""
    try:
        report = sync_once(store.replica, transport)
    except EnvironmentFault as fault:
        if fault.code not in ("CP-2201", "CP-2205", "CP-2206", "CP-2251"):
            raise
        return None
    if report.problems:
        raise report.problems[0]
    return report


def survey_and_sync(folder: Path, url: str, say: Say) -> None:
    """A desk at work for ever: saves answers, takes photographs, syncs; says what it has promised to its person."""
    with Store.open(folder, KEY) as store, Transport(url, client=Telling(say), tries=1, sleep=lambda _: None) as line:
        record, _ = store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", STREAM, actor=ACTOR)
        number = 0
        while True:
            number += 1
            answers: dict[str, str | None] = {"count": str(number), "note": "样" * (number * 37 % 400)}
            if number % 5 == 0:
                content = os.urandom(20_000)
                answers["photo"] = store.blobs.put(content, "image/jpeg")
            store.records.save(record, answers, ACTOR)
            say(f"saved {record} {number} {answers.get('photo', '-')}")
            if number % 3 == 0 and synchronise(store, line) is None:
                time.sleep(0.005)


def own_history(store: Store) -> list[tuple[str, str, str, str]]:
    """(op_id, record, count, photo) of every operation of the desk, in order."""
    found: list[tuple[str, str, str, str]] = []
    after = 0
    while page := store.replica.own_operations(after, 500):
        for signed in page:
            made = signed.operation
            found.append((made.op_id, made.record, made.set.get("count") or "-", made.set.get("photo") or "-"))
        after = page[-1].operation.seq
    return found


def words(lines: Sequence[str], first: str) -> list[list[str]]:
    """The words behind `first` of the lines that begin with it."""
    return [line.split()[1:] for line in lines if line.startswith(first + " ")]
