"""How a server stands 200 desks at once, and how fast a desk fetches 100,000 records: over HTTP, in its own process."""

from __future__ import annotations

import gzip
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cpdesk.base.clock import SystemClock
from cpdesk.base.progress import Step
from cpdesk.model.oplog import canonical_json
from cpdesk.operations.bench.stopwatch import median, percentile
from cpdesk.server import access, ordering
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.checking import CheckedBatch, CheckedOperation
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.protocol import push_to_wire
from cpdesk.sync.reading import ENTRIES_PER_PULL_MAX, OPERATIONS_PER_PUSH_MAX, compress_above
from cpdesk.sync.signing import code_hash, enrolment_digest

_DESKS: Final = 200
_ROUNDS: Final = 3
_EVERY_S: Final = 10.0
_OPERATIONS_OF_A_ROUND: Final = 10
_RECORDS: Final = 100_000
_STREAM: Final = "110114118"
_TIMEOUT_S: Final = 120


@dataclass(frozen=True)
class _Desk:
    """An enrolled desk: its token, and one packed push a round."""

    token: str
    pushes: tuple[bytes, ...]


def measure_desks(folder: Path, *, step: Step) -> dict[str, float]:
    """Each of 200 desks sends ten answers and fetches a page every ten seconds; then all do so at the same moment.

    Latency is from sending a request to having its whole answer; desks and server share the machine's processors.
    """
    config = ServerConfig(folder)
    create_database(config)
    with Admin(config) as admin, closing(Database.open(config.url)) as database:
        desks = [_desk(config, admin, database) for _ in _counted(_DESKS, step)]
    with _server(folder) as url:
        spread = _run(url, desks, range(_ROUNDS), _EVERY_S)
        burst = _run(url, desks, (_ROUNDS,), 0.0)
    errors = sum(status != 200 for status, _ in (*spread, *burst))
    spent, at_once = [ms for _, ms in spread], [ms for _, ms in burst]
    return {
        "desks_200_p50_ms": median(spent),
        "desks_200_p99_ms": percentile(spent, 99),
        "desks_200_same_moment_p50_ms": median(at_once),
        "desks_200_same_moment_p99_ms": percentile(at_once, 99),
        "desks_200_requests": len(spent) + len(at_once),
        "desks_200_errors": errors,
    }


def measure_pull(folder: Path, *, step: Step) -> dict[str, float]:
    """A new desk fetches a township of 100,000 records of ten answers, page by page; bytes as they cross the line."""
    config = ServerConfig(folder)
    create_database(config)
    with Admin(config) as admin, closing(Database.open(config.url)) as database:
        token = _fill(config, admin, database, step)
    with _server(folder) as url:
        began, size, entries, cursor = time.perf_counter(), 0, 0, ""
        connection = _connect(url)
        more = True
        while more:
            path = f"/v1/pull?stream={_STREAM}&limit={ENTRIES_PER_PULL_MAX}&cursor={cursor}"
            body, status = _ask(connection, "GET", path, token)
            if status != 200:
                raise AssertionError(f"pull answered {status}")
            page = json.loads(_unpacked(body))
            size, entries = size + len(body), entries + len(page["entries"])
            cursor, more = page["cursor"], page["more"]
        seconds = time.perf_counter() - began
        connection.close()
    if entries != _RECORDS:
        raise AssertionError("the server did not give all records")
    return {"pull_100000_s": seconds, "pull_bytes_per_record": size / entries}


def _counted(count: int, step: Step) -> Iterator[int]:
    for number in range(count):
        yield number
        step(number + 1, count)


def _enrolled(config: ServerConfig, admin: Admin, database: Database) -> tuple[MemoryReplica, str]:
    """Enrolled past the network: the allowance of one address would not let 200 desks in within a minute."""
    desk = MemoryReplica(config.clock)
    code = admin.new_enrolment_code(role="surveyor", streams=(_STREAM,), person="sample")
    identity = desk.identity()
    digest = enrolment_digest(code_hash(code), identity.device, identity.public_key_hex)
    now = config.clock.now()
    with database.writing() as connection:
        device = access.enrol(
            connection,
            code=code,
            device=identity.device,
            public_key=identity.public_key_hex,
            signature=desk.sign(digest),
            now=now,
        )
    seals = access.Seals(database.secret, config.token_minutes, config.challenge_seconds)
    return desk, seals.token(device, now).token


def _desk(config: ServerConfig, admin: Admin, database: Database) -> _Desk:
    desk, token = _enrolled(config, admin, database)
    record = desk.new_id()
    for number in range((_ROUNDS + 1) * _OPERATIONS_OF_A_ROUND):
        desk.change(record, {f"group/q{number}": f"{number} m", f"group/q{number}#note": "样例"}, stream=_STREAM)
    waiting = desk.outbox(OPERATIONS_PER_PUSH_MAX)
    parts = [waiting[at : at + _OPERATIONS_OF_A_ROUND] for at in range(0, len(waiting), _OPERATIONS_OF_A_ROUND)]
    return _Desk(token, tuple(compress_above(canonical_json(push_to_wire(part))) for part in parts))


def _fill(config: ServerConfig, admin: Admin, database: Database, step: Step) -> str:
    desk, token = _enrolled(config, admin, database)
    with database.reading() as connection:
        device = access.find(connection, desk.identity().device)
    assert device is not None
    for start in range(0, _RECORDS, OPERATIONS_PER_PUSH_MAX):
        for number in range(start, start + OPERATIONS_PER_PUSH_MAX):
            desk.change(desk.new_id(), {f"group/q{n}": f"样例 {number} {n}" for n in range(10)}, stream=_STREAM)
        made = desk.own_operations(start, OPERATIONS_PER_PUSH_MAX)
        batch = CheckedBatch(
            device.device, tuple(CheckedOperation(one, one.operation.content_hash(), is_signed=True) for one in made)
        )
        with database.writing() as connection:
            ordering.push(connection, device, batch, access.iso(config.clock.now()))
        step(start + OPERATIONS_PER_PUSH_MAX, _RECORDS)
    return token


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "cpdesk", "serve", "--data", str(folder), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this program itself
        assert process.stdout is not None
        said = ""
        while not said.rstrip().endswith("}"):
            line = process.stdout.readline()
            if not line:
                raise AssertionError("the server did not start")
            said += line
        try:
            yield json.loads(said)["url"]
        finally:
            process.terminate()


def _run(url: str, desks: Sequence[_Desk], rounds: Sequence[int], every_s: float) -> list[tuple[int, float]]:
    """(status, milliseconds) of every request; the desks' rounds are spread evenly over `every_s`."""
    start = SystemClock().monotonic_s() + 1.0

    def work(index: int) -> list[tuple[int, float]]:
        found = []
        connection = _connect(url)
        desk = desks[index]
        for turn, number in enumerate(rounds):
            at = start + every_s * (turn + index / len(desks))
            time.sleep(max(0.0, at - SystemClock().monotonic_s()))
            for method, path, body in (
                ("POST", "/v1/push", desk.pushes[number]),
                ("GET", f"/v1/pull?stream={_STREAM}&limit=50", None),
            ):
                began = time.perf_counter()
                try:
                    _, status = _ask(connection, method, path, desk.token, body)
                except OSError:
                    connection, status = _connect(url), 0
                found.append((status, (time.perf_counter() - began) * 1000))
        connection.close()
        return found

    with ThreadPoolExecutor(len(desks)) as pool:
        return [one for found in pool.map(work, range(len(desks))) for one in found]


def _connect(url: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=_TIMEOUT_S)


def _ask(
    connection: http.client.HTTPConnection, method: str, path: str, token: str, body: bytes | None = None
) -> tuple[bytes, int]:
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.read(), answer.status


def _unpacked(body: bytes) -> bytes:

    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
