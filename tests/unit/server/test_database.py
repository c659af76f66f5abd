"""The server's database: one schema on SQLite and PostgreSQL, older ones brought up, numbers given without gaps."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from cpdesk.base.clock import SystemClock
from cpdesk.base.errors import EnvironmentFault, InputFault, IntegrityFault
from cpdesk.server import access, checking, database, ordering, schema
from cpdesk.server.admin import Admin, create_database, ensure_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.openrosa.admin import OpenRosaAdmin
from cpdesk.server.tables import GROWING
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.signing import code_hash, enrolment_digest

NANKOU, YANSHOU = "110114104", "110114110"
VERSION_2 = Path(__file__).with_name("version_2.sql")
DIGEST_OF_VERSION_2 = "b7a5ae0f9f43e81d422dc01b64c4943e64c1aafe5cebbc3f989dad94115afd6b"  # as the old code told it


def old_folder(folder: Path) -> ServerConfig:
    """A server's folder as version 2 left it: its own tables, filled by its own code."""
    config = ServerConfig(folder)
    config.blobs.mkdir(parents=True)
    with closing(sqlite3.connect(config.database)) as connection:
        connection.executescript(VERSION_2.read_text(encoding="utf-8"))
    return config


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, each with its columns by name, whatever order the columns are in."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            found[table] = sorted((tuple(sorted(dict(row).items())) for row in rows), key=repr)
    return found


def shape_of(opened: Database) -> dict[str, Any]:
    """Columns, keys and indexes of every table."""
    found = inspect(opened.engine)
    shape = {}
    for table in found.get_table_names():
        if table == "alembic_version":
            continue
        columns = [(each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns(table)]
        indexes = sorted(
            (str(each["name"]), tuple(each["column_names"]), bool(each["unique"])) for each in found.get_indexes(table)
        )
        unique = sorted(tuple(each["column_names"]) for each in found.get_unique_constraints(table))
        key = found.get_pk_constraint(table)["constrained_columns"]
        shape[table] = (sorted(columns), key, indexes, unique)
    return shape


def test_a_folder_of_version_2_is_brought_up_without_loss_after_a_copy(tmp_path: Path) -> None:
    config = old_folder(tmp_path / "old")
    before = rows_of(config.database)
    with Admin(config) as admin:
        counts = admin.status()
        assert admin.content_digest() == DIGEST_OF_VERSION_2
    assert (counts.devices, counts.records, counts.operations, counts.conflicts_open) == (3, 2, 5, 1)
    with OpenRosaAdmin(config) as phones:
        assert [user.person for user in phones.users()] == ["样例手机"]
    after = rows_of(config.database)
    assert after.pop("alembic_version") == [(("version_num", f"{schema.SCHEMA_VERSION:04}"),)]
    for table in set(before) - {"meta", "devices", "audit"}:
        assert after[table] == before[table], table
    for table, new in (("devices", "durable_seq"), ("audit", "hash")):
        without = [tuple(each for each in row if each[0] != new) for row in after[table]]
        assert without == before[table], table
    kept = [row for row in before["meta"] if dict(row)["key"] != "schema_version"]
    assert all(row in after["meta"] for row in kept)  # the epoch and the secret: tokens and cursors go on
    copy = config.database.with_name("server.db.version-2")
    assert rows_of(copy) == before
    assert copy.stat().st_mode & 0o077 == 0


def test_a_database_brought_up_has_the_shape_of_a_new_one(tmp_path: Path) -> None:
    old, new = old_folder(tmp_path / "old"), ServerConfig(tmp_path / "new")
    create_database(new)
    with closing(Database.open(old.url)) as brought_up, closing(Database.open(new.url)) as made:
        assert shape_of(brought_up) == shape_of(made)


def test_version_2_without_a_phone_gets_the_tables_for_phones(tmp_path: Path) -> None:
    config = old_folder(tmp_path / "old")
    with closing(sqlite3.connect(config.database)) as connection:
        for table in ("users", "submissions", "attachments", "form_files"):
            connection.execute(f"DROP TABLE openrosa_{table}")
    with OpenRosaAdmin(config) as phones:
        assert phones.users() == []
        phones.new_user(person="样例手机", streams=(NANKOU,))


def test_an_interrupted_migration_leaves_the_old_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = old_folder(tmp_path / "old")
    before = rows_of(config.database)
    from alembic import op

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(op, "add_column", interrupted)
        Database.open(config.url)
    assert rows_of(config.database) == before
    with Admin(config) as admin:
        assert admin.content_digest() == DIGEST_OF_VERSION_2


def test_two_processes_that_open_an_old_file_at_once_migrate_it_once(tmp_path: Path) -> None:
    config = old_folder(tmp_path / "old")
    faults: list[BaseException] = []

    def opened() -> None:
        try:
            Database.open(config.url).close()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=opened) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with Admin(config) as admin:
        assert admin.content_digest() == DIGEST_OF_VERSION_2


def test_growing_tables_have_the_township_first_in_their_key() -> None:
    for table in GROWING:
        assert next(iter(table.primary_key)).name == "stream", table.name


def test_postgres_cuts_growing_tables_by_township(tmp_path: Path, postgres: Callable[[], str]) -> None:
    config = ServerConfig(tmp_path / "s", postgres(), partitions=4)
    create_database(config)
    with closing(Database.open(config.url)) as opened, opened.reading() as connection:
        asked = text("SELECT partrelid::regclass::text FROM pg_partitioned_table")
        assert set(connection.execute(asked).scalars()) == {table.name for table in GROWING}
        parts = text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'operations'::regclass")
        assert connection.execute(parts).scalar_one() == 4


def test_a_folder_knows_its_database(tmp_path: Path, postgres: Callable[[], str]) -> None:
    folder, url = tmp_path / "s", postgres()
    ensure_database(ServerConfig(folder, url))
    assert ServerConfig(folder).url == url
    assert ServerConfig(folder).note.stat().st_mode & 0o077 == 0
    ensure_database(ServerConfig(folder))
    with pytest.raises(IntegrityFault) as empty:
        ensure_database(ServerConfig(folder, postgres()))  # another database, with nothing of ours
    assert empty.value.code == "CP-3258"
    old = ServerConfig(tmp_path / "t")
    ensure_database(old)
    with pytest.raises(IntegrityFault) as other:
        ensure_database(ServerConfig(tmp_path / "t", url))
    assert other.value.code == "CP-3258"
    ensure_database(old)


def test_addresses_that_cannot_be_used_are_told_without_the_password(tmp_path: Path) -> None:
    away = f"postgresql://someone:secret-word@/none?host={tmp_path}"
    for call in (Database.open, database.exists, database.create):
        with pytest.raises(EnvironmentFault) as fault:
            call(away)
        assert fault.value.code == "CP-2254"
        assert "secret-word" not in str(fault.value)
    with pytest.raises(InputFault) as unknown:
        Database.open("mysql://someone:secret-word@host/name")
    assert unknown.value.code == "CP-1689"
    assert "secret-word" not in str(unknown.value)


# Many at once


def desk_of(opened: Database, admin: Admin, *streams: str) -> MemoryReplica:
    desk = MemoryReplica(SystemClock())
    code = admin.new_enrolment_code(role="surveyor", streams=streams, person="sample")
    identity = desk.identity()
    facts = {
        "device": identity.device,
        "public_key": identity.public_key_hex,
        "signature": desk.sign(enrolment_digest(code_hash(code), identity.device, identity.public_key_hex)),
    }
    with opened.writing() as connection:
        access.enrol(connection, code=code, **facts, now=SystemClock().now())
    return desk


def push_all(opened: Database, desk: MemoryReplica, size: int) -> None:
    """Everything a desk has, in small batches, each sent twice as after a lost answer."""
    waiting = desk.outbox(10_000)
    for start in range(0, len(waiting), size):
        part = waiting[start : start + size]
        for _ in range(2):
            with opened.reading() as connection:
                device = access.find(connection, desk.identity().device)
                assert device is not None
                author = checking.author_of(connection, device, part)
            checked = checking.check(author, part)
            with opened.writing() as connection:
                ordering.push(connection, device, checked, access.iso(SystemClock().now()))


def test_many_threads_get_numbers_without_gaps_or_duplicates(tmp_path: Path, database_url: str) -> None:
    config = ServerConfig(tmp_path / "s", database_url)
    create_database(config)
    shared = MemoryReplica(SystemClock()).new_id()
    with closing(Database.open(config.url)) as opened, Admin(config) as admin:
        desks = [desk_of(opened, admin, NANKOU, YANSHOU) for _ in range(8)]
        for number, desk in enumerate(desks):
            desk.change(shared, {f"field_{number}": "1"}, stream=NANKOU)  # all make the same record at once
            for turn in range(30):
                stream = (NANKOU, YANSHOU)[(turn + number) % 2]  # in both orders
                desk.change(desk.new_id(), {"name": f"样例{turn}"}, stream=stream)
        faults: list[BaseException] = []

        def work(desk: MemoryReplica) -> None:
            try:
                push_all(opened, desk, 7)
            except BaseException as fault:
                faults.append(fault)

        threads = [threading.Thread(target=work, args=(desk,)) for desk in desks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        table = schema.operations
        with opened.reading() as connection:
            for stream in (NANKOU, YANSHOU):
                taken = connection.execute(
                    select(table.c.revision, table.c.op_id).where(table.c.stream == stream)
                ).all()
                head = connection.execute(
                    select(schema.streams.c.revision).where(schema.streams.c.stream == stream)
                ).scalar_one()
                assert sorted(row.revision for row in taken) == list(range(1, head + 1))
                assert len({row.op_id for row in taken}) == len(taken)
            heads = dict(connection.execute(select(schema.devices.c.device, schema.devices.c.head_seq)).all())
        assert set(heads.values()) == {31}
        status = admin.status()
        assert (status.operations, status.records, status.quarantined) == (8 * 31, 8 * 30 + 1, 0)


def test_one_id_made_in_two_townships_at_once_stands_in_one(tmp_path: Path, database_url: str) -> None:
    config = ServerConfig(tmp_path / "s", database_url)
    create_database(config)
    with closing(Database.open(config.url)) as opened, Admin(config) as admin:
        here, there = desk_of(opened, admin, NANKOU), desk_of(opened, admin, YANSHOU)
        for _ in range(20):
            record = here.new_id()
            here.change(record, {"name": "甲"}, stream=NANKOU)
            there.change(record, {"name": "乙"}, stream=YANSHOU)
        threads = [threading.Thread(target=push_all, args=(opened, desk, 1)) for desk in (here, there)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (admin.status().records, admin.status().quarantined) == (20, 20)
