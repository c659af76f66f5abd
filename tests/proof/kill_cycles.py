"""`kill -9` again and again, at a desk and at a server that are real processes at work.

    python tests/proof/kill_cycles.py --cycles 1000 --database sqlite
    python tests/proof/kill_cycles.py --uploads 1000

Prints one JSON document; `lost` must be 0. `--seed` chooses the moments.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from proof_processes import (
    ACTOR,
    KEY,
    STREAM,
    Child,
    Say,
    Telling,
    asked,
    free_port,
    own_history,
    start_server,
    survey_and_sync,
    synchronise,
    words,
)
from sqlalchemy import select

from cpdesk.model.records import RecordKind
from cpdesk.server import schema
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.store import Store
from cpdesk.sync.enrol import enrol, fresh_token
from cpdesk.sync.transport import Transport

_CHECK_EVERY = 100


@contextmanager
def world(root: Path, database: str) -> Iterator[tuple[ServerConfig, Path, str]]:
    """An empty server's configuration and an enrolled desk's folder, and the address of both."""
    config = server_config(root, database)
    asked(lambda: create_database(config))
    desk, url = root / "desk", f"http://127.0.0.1:{config.port}"
    server = start_server(config)

    def prepare() -> None:
        with Admin(config) as admin, Store.create(desk, KEY) as store, Transport(url, client=Telling()) as line:
            enrol(store.replica, line, admin.new_enrolment_code(role="surveyor", streams=(STREAM,), person=ACTOR))

    asked(prepare)
    server.kill()
    yield config, desk, url


def server_config(root: Path, database: str) -> ServerConfig:
    more: dict[str, Any] = {} if database == "sqlite" else {"database_url": database}
    return ServerConfig(
        root / "server", port=free_port(), requests_burst=10**6, requests_per_second=10**6,
        enrolments_per_minute=10**6, **more,
    )  # fmt: skip


def cycles(root: Path, count: int, seed: int, database: str) -> dict[str, Any]:
    """Kill server, desk or both, `count` times; then compare what was promised with what is there."""
    chance = random.Random(seed)
    killed = {"server": 0, "desk": 0, "both": 0}
    saved: list[list[str]] = []
    acknowledged: list[str] = []
    began = time.monotonic()
    with world(root, database) as (config, folder, url):
        work = lambda say: survey_and_sync(folder, url, say)  # noqa: E731
        server, desk = start_server(config), Child(work)

        def hear(lines: list[str]) -> None:
            saved.extend(words(lines, "saved"))
            acknowledged.extend(word for (word,) in words(lines, "acknowledged"))

        for cycle in range(1, count + 1):
            first = desk.line()  # a life that has said nothing yet would not be worth killing
            if first is None:
                raise AssertionError("the desk ended by itself")
            hear([first])
            time.sleep(chance.uniform(0.0, 0.5))
            victim = chance.choice(("server", "desk", "both"))
            killed[victim] += 1
            if victim != "desk":
                server.kill()
            if victim != "server":
                hear(desk.kill())
            if victim != "desk":
                server = start_server(config)
            if victim != "server":
                desk = Child(work)
            if cycle % _CHECK_EVERY == 0:
                hear(desk.kill())
                _hold(folder, config, saved, acknowledged)
                _progress(cycle, began)
                desk = Child(work)
        hear(desk.kill())
        result = asked(lambda: _finish(folder, url))
        _hold(folder, config, saved, acknowledged, whole=True)
        server.kill()
    facts = {"cycles": count, **{f"killed_{name}": times for name, times in killed.items()}}
    counts = {"saved": len(saved), "acknowledged": len(set(acknowledged)), **result, "lost": 0}
    return {**facts, **counts, "seconds": round(time.monotonic() - began, 1)}


def _progress(done: int, began: float) -> None:
    print(f"{done} done and nothing lost after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _finish(folder: Path, url: str) -> dict[str, int]:
    with Store.open(folder, KEY) as store, Transport(url, client=Telling()) as line:
        fresh_token(store.replica, line)
        while (waiting := store.replica.waiting()).operations or waiting.blobs:
            synchronise(store, line)
        if store.verify():
            raise AssertionError(f"the desk's store is damaged: {store.verify()}")
        photos = {photo for _, _, _, photo in own_history(store) if photo != "-"}
        for photo in photos:
            if hashlib.sha256(line.download(f"/v1/blobs/{photo}", 10**8)).hexdigest() != photo:
                raise AssertionError(f"photo {photo} has another content")
        return {"operations": len(own_history(store)), "photos_equal": len(photos)}


def _hold(
    folder: Path, config: ServerConfig, saved: list[list[str]], acknowledged: list[str], *, whole: bool = False
) -> None:
    """Everything the desk promised its person is in its store; everything the server promised is in its order once.

    `whole`: the outbox is empty, so that the server must hold the desk's whole log in the desk's order.
    """

    def of_desk() -> list[list[str]]:
        with Store.open(folder, KEY) as store:
            return [list(made) for made in own_history(store)]

    def of_server() -> list[list[Any]]:
        table = schema.operations
        with Admin(config) as admin, admin._database.reading() as connection:
            rows = connection.execute(
                select(table.c.op_id, table.c.revision, table.c.outcome).order_by(table.c.revision)
            )
            return [list(row) for row in rows]

    desk, server = asked(of_desk), asked(of_server)
    promised = {tuple(words) for words in saved}
    missing = promised - {(record, count, photo) for _, record, count, photo in desk}
    if missing:
        raise AssertionError(f"{len(missing)} saved answers are lost on the desk: {sorted(missing)[:3]}")
    ordered = [op_id for op_id, _, _ in server]
    if len(set(ordered)) != len(ordered):
        raise AssertionError("the server took an operation twice")
    if [revision for _, revision, _ in server] != list(range(1, len(server) + 1)):
        raise AssertionError("the server's order has gaps")
    if any(outcome != "applied" for _, _, outcome in server):
        raise AssertionError("one desk alone cannot be in conflict with itself")
    if lost := set(acknowledged) - set(ordered):
        raise AssertionError(f"{len(lost)} acknowledged operations are lost on the server")
    if ordered != [op_id for op_id, _, _, _ in desk][: len(ordered)] or (whole and len(ordered) != len(desk)):
        raise AssertionError("the server's order is not the desk's log")


def uploads(root: Path, count: int, seed: int, database: str) -> dict[str, Any]:
    """`count` photographs, each killed in the middle of its upload (server and desk in turn), resumed, and compared."""
    chance = random.Random(seed)
    midway, began, resumed_at = 0, time.monotonic(), 0
    with world(root, database) as (config, folder, url):
        server = start_server(config)
        parts = config.folder / "blobs" / "parts"
        for number in range(count):
            size = chance.randrange(600_000, 1_400_000)
            desk = Child(lambda say, size=size: _photograph(folder, url, size, say))  # type: ignore[misc]
            name = (desk.line() or "").removeprefix("taken ")
            at = chance.randrange(1, size)
            grown = _grown_to(parts, name, at)
            midway += 0 < grown < size
            resumed_at += grown
            if number % 2:
                desk.kill()
            else:
                server.kill()
                desk.kill()
                server = start_server(config)
            asked(lambda name=name: _resume(folder, url, name))  # type: ignore[misc]
            if (number + 1) % _CHECK_EVERY == 0:
                _progress(number + 1, began)
        server.kill()
    return {
        "uploads": count, "killed_midway": midway, "mean_bytes_at_kill": resumed_at // max(1, count),
        "hashes_equal": count, "lost": 0, "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def _photograph(folder: Path, url: str, size: int, say: Say) -> None:
    with Store.open(folder, KEY) as store, Transport(url, client=Telling(), tries=1) as line:
        name = store.blobs.put(os.urandom(size), "image/jpeg")
        store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", STREAM, {"photo": name}, actor=ACTOR)
        say(f"taken {name}")
        synchronise(store, line)


def _grown_to(parts: Path, name: str, size: int) -> int:
    """Bytes of the upload's part file once it has at least `size`, or when the upload was over before that was seen."""
    end, seen = time.monotonic() + 20, 0
    while time.monotonic() < end:
        part = next(parts.glob(f"*-{name}"), None)
        try:
            now = part.stat().st_size if part else 0
        except FileNotFoundError:
            now = 0
        if now >= size or now < seen:
            return now
        seen = now
        if not now and (parts.parent / name[:2] / name).exists():
            return 0
    raise AssertionError("the upload does not move")


def _resume(folder: Path, url: str, name: str) -> None:
    with Store.open(folder, KEY) as store, Transport(url, client=Telling()) as line:
        fresh_token(store.replica, line)
        while (waiting := store.replica.waiting()).operations or waiting.blobs:
            synchronise(store, line)
        if hashlib.sha256(line.download(f"/v1/blobs/{name}", 10**8)).hexdigest() != name:
            raise AssertionError(f"photo {name} has another content")


@contextmanager
def database_of(kind: str) -> Iterator[str]:
    """`sqlite`, or the address of a real PostgreSQL that lives as long as the block."""
    if kind == "sqlite":
        yield kind
        return
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from postgres_of_tests import running_postgres

    with running_postgres() as new_database:
        yield new_database()


def main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--cycles", type=int, default=0)
    read.add_argument("--uploads", type=int, default=0)
    read.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    read.add_argument("--seed", type=int, default=20261123)
    given = read.parse_args()
    results: dict[str, Any] = {"database": given.database, "seed": given.seed}
    with database_of(given.database) as database:
        for name, work, count in (("kills", cycles, given.cycles), ("uploads", uploads, given.uploads)):
            if count:
                with tempfile.TemporaryDirectory(prefix="cpdesk-kill-") as root:
                    results[name] = work(Path(root), count, given.seed, database)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
