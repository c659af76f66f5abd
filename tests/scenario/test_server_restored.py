"""A server is set back to an old backup: desks that had nothing left to send bring again what it lost."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import IntegrityFault
from cpdesk.model.records import RecordKind
from cpdesk.server import schema
from cpdesk.server.admin import Admin, ensure_database
from cpdesk.server.backup import back_up, restore
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.store.store import Store
from cpdesk.sync.client import SyncReport, sync_once
from cpdesk.sync.enrol import enrol
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.transport import Transport

NANKOU = "110114104"
PHOTO = bytes(range(256)) * 4000


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A server process; killed at the end, as by a power cut."""
    command = [sys.executable, "-m", "cpdesk", "serve", "--data", str(folder), "--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://[0-9.]+:[0-9]+", process.stdout.readline())
        assert found is not None
        yield found[0]
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def synced(url: str, *desks: MemoryReplica | Store) -> list[SyncReport]:
    reports = []
    for desk in desks:
        with Transport(url, sleep=lambda seconds: None) as transport:
            reports.append(sync_once(desk.replica if isinstance(desk, Store) else desk, transport))
    return reports


def enrolled(config: ServerConfig, url: str, *desks: MemoryReplica | Store) -> None:
    for desk in desks:
        with Admin(config) as admin, Transport(url) as transport:
            code = admin.new_enrolment_code(role="surveyor", streams=(NANKOU,), person="sample")
            enrol(desk.replica if isinstance(desk, Store) else desk, transport, code)


def cpdesk(*arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "cpdesk", "server", *arguments, "--json"], capture_output=True, text=True, check=True
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def shown(desk: MemoryReplica | Store, record: str) -> dict[str, str]:
    """Answers by path; facts of the record itself are told elsewhere by a store."""
    values = desk.records.get(record).answers if isinstance(desk, Store) else desk.visible(record)
    return {path: value for path, value in values.items() if not path.startswith("@")}


def ids_on(config: ServerConfig) -> list[str]:
    database = Database.open(config.url)
    try:
        with database.reading() as connection:
            return sorted(connection.execute(select(schema.operations.c.op_id)).scalars())
    finally:
        database.close()


def test_nothing_is_lost_when_a_server_is_set_back_to_an_old_backup(
    tmp_path: Path, database_url: str, request: pytest.FixtureRequest
) -> None:
    config = ServerConfig(tmp_path / "server", database_url)
    ensure_database(config)
    new_url = str(request.getfixturevalue("postgres")()) if database_url else ""
    with ExitStack() as stack:
        first, second = MemoryReplica(SystemClock()), MemoryReplica(SystemClock())
        real = stack.enter_context(Store.create(tmp_path / "desk", bytes(range(32))))
        desks: tuple[MemoryReplica | Store, ...] = (first, second, real)
        shared = first.new_id()
        with serving(config.folder) as url:
            enrolled(config, url, *desks)
            first.change(shared, {"name": "张三（样例）", "area": "80", "storeys": "1"}, stream=NANKOU)
            synced(url, *desks)
            made = cpdesk("backup", "--data", str(config.folder), "--to", str(tmp_path / "backups"))
            assert (made["operations"], made["blobs_lost"]) == (1, 0)
            assert synced(url, first)[0].durable_through == 1

            # After the backup: values over values, a clash, a new house, a photograph; all of it acknowledged.
            second.change(shared, {"area": "86"}, stream=NANKOU)
            synced(url, second, first, real)
            first.change(shared, {"area": "90", "photo": first.add_blob(PHOTO)}, stream=NANKOU)
            synced(url, first, second, real)
            second.change(shared, {"storeys": "2"}, stream=NANKOU)
            real.records.save(shared, {"storeys": "3"}, "sample")
            new_house = {"kind": RecordKind.SURVEY, "form": "f", "version": "1", "stream": NANKOU, "actor": "sample"}
            (house,), _ = real.records.create_many([{**new_house, "answers": {"name": "李四（样例）"}}])
            for _ in range(2):
                synced(url, *desks)
            before = ids_on(config)
            conflicts = set(first.open_conflicts())
            assert len(before) == 6 and len(conflicts) == 1
            assert all(desk.waiting().operations == 0 for desk in (first, second, real.replica))

        new = ServerConfig(tmp_path / "again", new_url)
        database = ["--database", new_url] if new_url else []
        cpdesk("restore", str(made["path"]), "--data", str(new.folder), *database)
        assert len(ids_on(new)) == 1
        with serving(new.folder) as url:
            reports = synced(url, second, real, first)  # not in the order things were written in
            assert all(not report.problems for report in reports)
            for _ in range(2):
                synced(url, *desks)
            assert ids_on(new) == before  # each once
            fresh = MemoryReplica(SystemClock())
            enrolled(new, url, fresh)
            synced(url, fresh)
            assert fresh.blob_content(hashlib.sha256(PHOTO).hexdigest()) == PHOTO
        everyone: tuple[MemoryReplica | Store, ...] = (*desks, fresh)
        for record in (shared, house):
            expected = shown(fresh, record)
            assert [shown(desk, record) for desk in everyone] == [expected] * len(everyone)
        open_ones = {desk: set(desk.open_conflicts()) for desk in (first, second, fresh)}
        assert all(found == open_ones[fresh] for found in open_ones.values())
        assert {one.id for one in real.conflicts.list()} == open_ones[fresh]
        # What a person wrote over what they saw either stands or is asked about: nothing is silently given up.
        values = {one.proposed for one in fresh.conflicts.values()} | set(shown(fresh, shared).values())
        assert {"90", "2", "3"} <= values
        with Admin(new) as admin:
            assert admin.status().quarantined == 0


def test_a_backup_goes_from_one_database_to_the_other(tmp_path: Path, postgres: Callable[[], str]) -> None:
    small = ServerConfig(tmp_path / "small")
    ensure_database(small)
    desk = MemoryReplica(SystemClock())
    with serving(small.folder) as url:
        enrolled(small, url, desk)
        desk.change(desk.new_id(), {"name": "张三（样例）", "photo": desk.add_blob(PHOTO)}, stream=NANKOU)
        synced(url, desk)
    backups = tmp_path / "backups"
    first = back_up(small, backups)
    city = ServerConfig(tmp_path / "city", postgres())
    assert restore(city, first.path).operations == 1
    second = back_up(city, backups)
    again = ServerConfig(tmp_path / "again")
    restore(again, second.path)
    digests = []
    for config in (small, city, again):
        with Admin(config) as admin:
            digests.append((admin.content_digest(), admin.status().devices, admin.status().blobs))
    assert len(set(digests)) == 1
    with pytest.raises(IntegrityFault) as twice:
        restore(again, second.path)
    assert twice.value.code == "CP-3255"
    for config in (city, again):  # new lines of the audit trail find their number
        with Admin(config) as admin:
            admin.new_enrolment_code(role="surveyor", streams=(NANKOU,), person="sample")


def test_a_spoiled_backup_is_refused_and_a_lost_photograph_is_told(tmp_path: Path) -> None:
    config = ServerConfig(tmp_path / "server")
    ensure_database(config)
    desk = MemoryReplica(SystemClock())
    with serving(config.folder) as url:
        enrolled(config, url, desk)
        desk.change(desk.new_id(), {"photo": desk.add_blob(PHOTO)}, stream=NANKOU)
        synced(url, desk)
    made = back_up(config, tmp_path / "backups")
    name = hashlib.sha256(PHOTO).hexdigest()
    (tmp_path / "backups" / "blobs" / name[:2] / name).write_bytes(b"spoiled")
    new = ServerConfig(tmp_path / "new")
    assert restore(new, made.path).blobs_lost == 1
    with serving(new.folder) as url:
        assert synced(url, desk)[0].blobs_sent == 1  # the desk brings it again
    content = bytearray((made.path / "server.db").read_bytes())
    content[5000:9000] = bytes(4000)
    (made.path / "server.db").write_bytes(content)
    with pytest.raises(IntegrityFault):
        restore(ServerConfig(tmp_path / "third"), made.path)
    assert not ServerConfig(tmp_path / "third").database.exists()
