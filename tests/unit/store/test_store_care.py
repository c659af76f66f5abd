"""Migrations, damage, backups and restore."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import CpdeskError, EnvironmentFault, IntegrityFault
from cpdesk.model.records import RecordKind
from cpdesk.store import Enrolment, Query, Store, backups_in, restore_backup, set_aside, verify_backup
from cpdesk.store.driver import connect, database, versions
from cpdesk.store.faults import database_faults
from cpdesk.store.migrate import migrate, version_of
from cpdesk.store.migrations import MIGRATIONS

KEY = bytes(range(32))
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[Store]:
    with Store.create(tmp_path / "desk", KEY, clock) as one:
        yield one


def fill(store: Store, count: int = 3, size: int = 500) -> list[str]:
    new = {"kind": RecordKind.SURVEY, "form": "f", "version": "1", "stream": "110114000", "actor": "li"}
    return store.records.create_many([{**new, "answers": {"note": "x" * size}} for _ in range(count)])[0]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_migrations_run_once_each_with_a_copy_before(store: Store) -> None:
    fill(store)
    store.close()
    path, backups = store.database, store.folder / "backups"
    ran: list[int] = []

    def second(db: Any) -> None:
        ran.append(2)
        db["extra"].create({"id": int}, pk="id")

    copy = migrate(path, KEY, backups=backups, now=NOW, migrations=(*MIGRATIONS, second))
    assert version_of(path, KEY) == len(MIGRATIONS) + 1 and ran == [2]
    assert copy is not None and version_of(copy, KEY) == len(MIGRATIONS)
    assert migrate(path, KEY, backups=backups, now=NOW, migrations=(*MIGRATIONS, second)) is None and ran == [2]


def test_a_migration_that_fails_leaves_the_database_as_it_was(store: Store) -> None:
    made = fill(store)
    store.close()

    def bad(db: Any) -> None:
        db["extra"].create({"id": int}, pk="id")
        db.execute("DELETE FROM fields")
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        migrate(store.database, KEY, backups=store.folder / "backups", now=NOW, migrations=(*MIGRATIONS, bad))
    with Store.open(store.folder, KEY) as again:
        assert len(again.records.get(made[0]).answers["note"]) == 500 and again.verify() == []


@pytest.mark.parametrize("crashed", [False, True])
def test_a_newer_database_is_refused_byte_for_byte_untouched(store: Store, tmp_path: Path, crashed: bool) -> None:
    fill(store)
    store.close()
    connection = connect(store.database, KEY)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    folder = store.folder
    if crashed:  # the version stands in the write-ahead log only
        folder = tmp_path / "crashed"
        shutil.copytree(store.folder, folder)
        assert (folder / "cpdesk.db-wal").stat().st_size > 0
        (folder / "cpdesk.db-shm").unlink()
    connection.close()
    before = bytes_of(folder)
    with pytest.raises(IntegrityFault, match="CP-3103"):
        Store.open(folder, KEY)
    after = bytes_of(folder)
    after.pop("cpdesk.db-shm", None)  # SQLite's scratch page, holds no data
    before.pop("cpdesk.db-shm", None)
    assert after == before


def test_a_damaged_database_is_told_and_left_alone(store: Store) -> None:
    fill(store)
    store.close()
    content = bytearray(store.database.read_bytes())
    content[100] ^= 1
    store.database.write_bytes(content)
    before = bytes_of(store.folder)
    with pytest.raises(IntegrityFault, match="CP-3101"):
        Store.open(store.folder, KEY)
    assert bytes_of(store.folder) == before
    aside = set_aside(store.folder, NOW)
    assert bytes_of(aside) == before and not store.folder.exists()


def test_damage_inside_is_told_when_it_is_met_and_spares_the_rest(store: Store) -> None:
    before, (long,), after = fill(store, 2), fill(store, 1, 250_000), fill(store, 2)
    store.close()
    content = bytearray(store.database.read_bytes())
    middle = len(content) // 4096 // 2  # nearly all pages are those of the long record: these are, too
    for page in range(middle, middle + 5):
        content[page * 4096 + 50] ^= 1
    store.database.write_bytes(content)
    with Store.open(store.folder, KEY) as again:
        for record in before:
            assert len(again.records.get(record).answers["note"]) == 500
        with pytest.raises(IntegrityFault, match="CP-3102"):
            again.records.get(long)
            again.records.history(long)
        for record in (*before, *after):
            assert len(again.records.get(record).answers["note"]) == 500
            assert len(again.records.history(record)) == 1
        assert again.verify()[0].startswith("page: ")


def test_a_full_disk_is_told_and_nothing_is_half_written(store: Store) -> None:
    (record,) = fill(store, 1)

    def limit(pages: int | None) -> None:
        def work(db: Any) -> None:
            count = db.execute("PRAGMA page_count").fetchone()[0]
            db.execute(f"PRAGMA max_page_count = {count + 2 if pages is None else pages}")

        store._writer.do(work)

    limit(None)
    with pytest.raises(EnvironmentFault, match="CP-2001"):
        store.records.save(record, {"note": "y" * 100_000}, "li")
    limit(1_000_000)
    assert store.records.get(record).answers == {"note": "x" * 500}
    store.records.save(record, {"note": "y" * 100_000}, "li")
    assert [entry.operation.seq for entry in store.records.history(record)] == [1, 2]
    assert store.verify() == []


def test_a_bug_is_not_hidden_as_a_fault_of_the_disk(store: Store) -> None:
    with pytest.raises(Exception, match="no such table") as caught, database_faults(store.database):
        database(connect(store.database, KEY)).execute("SELECT * FROM nowhere")
    assert not isinstance(caught.value, CpdeskError)


def test_a_backup_restores_everything_with_a_new_identity(store: Store, tmp_path: Path) -> None:
    made = fill(store)
    photo = store.blobs.put(b"photo" * 1000, "image/jpeg")
    store.replica.set_enrolment(Enrolment("https://district.example", "secret", "li", "surveyor", ("110114000",)))
    (store.folder / "vault.json").write_text("{}")
    info = store.backup(tmp_path / "usb")
    assert (info.records, info.operations, info.files, info.lost) == (3, 3, 1, 0)
    assert verify_backup(info.path, KEY) == info
    late = fill(store, 1)[0]
    with pytest.raises(EnvironmentFault, match="CP-2106"):
        restore_backup(info.path, KEY, store.folder)
    restore_backup(info.path, KEY, tmp_path / "again")
    with Store.open(tmp_path / "again", KEY) as again:
        assert sorted(again.records.page(Query())) == sorted(made)
        assert again.blobs.get(photo) == b"photo" * 1000 and again.verify() == []
        assert again.replica.identity() != store.replica.identity() and again.replica.enrolment() is None
        assert [one.operation.device for one in again.replica.outbox()] == [store.replica.identity().device] * 3
        fill(again, 1)
        newest = again.replica.outbox()[-1].operation
        assert (newest.device, newest.seq) == (again.replica.identity().device, 1)
        identity = again.replica.identity()
    with Store.open(tmp_path / "again", KEY) as again:
        assert again.replica.identity() == identity
    assert late in store.records.page(Query())


def test_backups_rotate_and_a_bad_one_is_told(store: Store, tmp_path: Path, clock: FixedClock) -> None:
    fill(store)
    photo = store.blobs.put(b"photo" * 1000, "image/jpeg")
    for _ in range(4):
        clock.advance(hours=1)
        store.backup(tmp_path / "usb", keep=2)
    kept = backups_in(tmp_path / "usb")
    assert [path.name for path in kept] == ["backup-20261123T090000-000000", "backup-20261123T100000-000000"]
    for name in ("cpdesk.db", f"blobs/{photo[:2]}/{photo}"):
        bad = tmp_path / "bad"
        shutil.rmtree(bad, ignore_errors=True)
        shutil.copytree(kept[-1], bad)
        content = bytearray((bad / name).read_bytes())
        content[len(content) // 2] ^= 1
        (bad / name).write_bytes(content)
        with pytest.raises(IntegrityFault, match="CP-3106"):
            verify_backup(bad, KEY)
        with pytest.raises(IntegrityFault, match="CP-3106"):
            restore_backup(bad, KEY, tmp_path / "never")
        assert not (tmp_path / "never").exists()
    with pytest.raises(IntegrityFault, match="CP-3106"):
        verify_backup(tmp_path, KEY)


def test_a_lost_photo_does_not_keep_the_rest_from_being_backed_up(store: Store, tmp_path: Path) -> None:
    fill(store)
    store.blobs.path_of(store.blobs.put(b"photo", "image/jpeg")).unlink()
    info = store.backup(tmp_path / "usb")
    assert (info.records, info.files, info.lost) == (3, 0, 1)


def test_the_key_is_never_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        with Store.create(tmp_path / "desk", KEY) as store:
            fill(store)
        with pytest.raises(IntegrityFault, match="CP-3101"):
            Store.open(tmp_path / "desk", bytes(32))
    said = capfd.readouterr()
    assert KEY.hex() not in caplog.text + said.out + said.err and said.err == ""


def test_the_engine_is_sqlcipher() -> None:
    assert versions()["sqlcipher"].startswith("4.")


def test_opening_a_store_imports_nothing_heavy(store: Store) -> None:
    store.close()
    program = (
        "import sys; from pathlib import Path; from cpdesk.store import Store;"
        f"Store.open(Path({str(store.folder)!r}), {KEY!r}).close();"
        "print(*sorted({'sqlite_utils', 'click', 'numpy', 'PySide6'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
