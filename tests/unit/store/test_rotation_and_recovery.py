"""Daily backups that rotate, and a PIN that was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import AccessFault, EnvironmentFault
from cpdesk.base.paths import Paths
from cpdesk.context import Context
from cpdesk.operations.backups import (
    back_up_when_due,
    backup_state,
    list_backups,
    restore_desk,
    same_disk,
    set_second_folder,
)
from cpdesk.operations.desk import first_start, recover, unlock
from cpdesk.operations.recovery import new_recovery_key, open_vault, seal_for_district
from cpdesk.store import Enrolment, backups_in, verify_backup
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.rotation import to_drop
from cpdesk.store.sealing import public_of, seal, unseal
from cpdesk.store.vault import PinCost

PIN = "135790"
QUICK = PinCost(passes=1, memory_kib=64, lanes=1)
START = datetime(2026, 1, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 1, tzinfo=UTC))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    home = tmp_path / "home"
    return Paths(data=home / "data", config=home / "config", cache=home / "cache", logs=home / "logs")


@pytest.fixture
def ctx(paths: Paths, clock: FixedClock) -> Iterator[Context]:
    store = FileKeyStore(paths.config)
    made, _ = first_start(paths, pin=PIN, person="sample", clock=clock, key_store=store, cost=QUICK)
    yield made
    made.close()


def test_seven_days_four_weeks_twelve_months_stay() -> None:
    kept: list[tuple[int, datetime, int]] = []
    for day in range(500):
        kept.append((day, START + timedelta(days=day), 1))
        dropped = set(to_drop(kept))
        kept = [one for one in kept if one[0] not in dropped]
        assert kept[-1][0] == day
    days = [day for day, _, _ in kept]
    assert days[-7:] == list(range(493, 500)) and len(days) <= 7 + 4 + 12
    assert {START + timedelta(days=day) for day in days} >= {START + timedelta(days=499)}
    assert len({(at.year, at.month) for _, at, _ in kept}) == 12


def test_space_is_bounded_and_the_last_two_always_stay() -> None:
    shelf = [(day, START + timedelta(days=day), 10) for day in range(7)]
    assert to_drop(shelf, bytes_max=35) == [0, 1, 2, 3]
    assert to_drop(shelf, bytes_max=1) == [0, 1, 2, 3, 4]
    wrong_clock = [(1, START + timedelta(days=4000), 1), (2, START, 1), (3, START - timedelta(days=4000), 1)]
    assert 3 not in to_drop(wrong_clock) and 2 not in to_drop(wrong_clock)


def test_a_backup_a_day_here_and_on_the_stick(ctx: Context, clock: FixedClock, tmp_path: Path) -> None:
    assert set(backup_state(ctx).warnings) == {"backup.old", "backup.one_disk"}
    stick = tmp_path / "stick"
    with pytest.raises(EnvironmentFault, match="CP-2004"):
        set_second_folder(ctx, stick)
    stick.mkdir()
    assert same_disk(stick, ctx.store.folder) and "backup.second_same_disk" in set_second_folder(ctx, stick).warnings
    (stick / "backup-20200101T000000-000000").mkdir()  # somebody else's: never touched
    assert len(back_up_when_due(ctx)) == 2 and back_up_when_due(ctx) == []
    for _ in range(10):
        clock.advance(hours=23)
        assert len(back_up_when_due(ctx)) == 2
    # Seven days; the newest of the week before is one of them.
    assert len(list_backups(ctx.paths)) == 7
    (second,) = stick.glob("cpdesk-*")
    assert len(backups_in(second)) == 7 and (stick / "backup-20200101T000000-000000").is_dir()
    second.parent.rename(tmp_path / "pulled")
    clock.advance(days=1)
    assert len(back_up_when_due(ctx)) == 1 and "backup.second_away" in backup_state(ctx).warnings
    clock.advance(days=-3650)
    assert len(back_up_when_due(ctx)) == 1 and back_up_when_due(ctx) == []


def test_a_restored_desk_is_a_new_device_with_everything(ctx: Context, paths: Paths, clock: FixedClock) -> None:
    key_store = FileKeyStore(paths.config)
    identity = ctx.store.replica.identity()
    (info,) = back_up_when_due(ctx)
    assert verify_backup(info.path, ctx.store._key) == info
    ctx.close()
    _, former = restore_desk(paths, info.path, PIN, clock=clock, key_store=key_store)
    assert former is not None and former.is_dir()
    again = unlock(paths, PIN, clock=clock, key_store=key_store)
    try:
        assert again.store.replica.identity() != identity and again.store.verify() == []
    finally:
        again.close()


def test_a_forgotten_pin_is_opened_by_the_district_alone(ctx: Context, paths: Paths, tmp_path: Path) -> None:
    vault = ctx.store.folder
    private, other = tmp_path / "safe.key", tmp_path / "other.key"
    public = new_recovery_key(private)
    new_recovery_key(other)
    with pytest.raises(EnvironmentFault, match="CP-2107"):
        new_recovery_key(private)
    assert private.stat().st_mode & 0o077 == 0 and not seal_for_district(ctx)
    with pytest.raises(AccessFault, match="CP-4007"):
        open_vault(vault, private)
    extra = (("recovery_key", public),)
    enrolment = Enrolment("https://district.example", "t", "sample", "surveyor", ("110114104",), extra)
    ctx.store.replica.set_enrolment(enrolment)
    assert seal_for_district(ctx)
    before = (vault / "vault.json").read_bytes()
    assert seal_for_district(ctx) and (vault / "vault.json").read_bytes() == before
    key = ctx.store._key
    ctx.close()
    for wrong, code in ((other, "CP-4008"), (vault / "vault.json", "CP-4009")):
        with pytest.raises(AccessFault, match=code):
            open_vault(vault, wrong)
    assert (vault / "vault.json").read_bytes() == before

    code = open_vault(vault, private)
    again, _ = recover(paths, code, "246802", key_store=FileKeyStore(paths.config))
    try:
        assert again.store._key == key and again.store.verify() == []
        assert again.store.replica.enrolment() == enrolment
    finally:
        again.close()
    unlock(paths, "246802", key_store=FileKeyStore(paths.config)).close()


def test_a_seal_opens_for_its_key_and_purpose_only() -> None:
    private = bytes(range(32))
    sealed = seal(b"secret", public_of(private), b"one")
    assert unseal(sealed, private, b"one") == b"secret"
    assert unseal(sealed, private, b"other") is None and unseal(sealed, bytes(31) + b"\1", b"one") is None
    for place in range(len(sealed)):
        assert unseal(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], private, b"one") is None
        assert unseal(sealed[:place], private, b"one") is None
