"""Backups of a desk: made and verified while work goes on, restored into an empty place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.errors import EnvironmentFault
from cpdesk.base.paths import Paths
from cpdesk.context import STORE_FOLDER, Context
from cpdesk.store.backup import (
    DATABASE_NAME,
    BackupInfo,
    backups_in,
    drop_backups,
    restore_backup,
    set_aside,
    verify_backup,
)
from cpdesk.store.keystores import KeyStore, key_store_here
from cpdesk.store.rotation import to_drop
from cpdesk.store.store import BACKUPS_NAME
from cpdesk.store.vault import Vault

_DUE_AFTER: Final = timedelta(hours=20)
"""Less than a day, so that somebody who starts work a little earlier each morning still gets one a day."""
_OLD_AFTER: Final = timedelta(days=3)


@dataclass(frozen=True)
class BackupState:
    """How well this desk is backed up.

    Attributes:
        newest: when the newest backup was made, ISO 8601, empty when there is none; `second_newest` that elsewhere.
        warnings: keys of sentences in the catalogue.
    """

    newest: str
    count: int
    size_bytes: int
    second_folder: str
    second_newest: str
    warnings: tuple[str, ...]


def backup_state(ctx: Context) -> BackupState:
    """The facts for the page of settings and for `cpdesk backup status`."""
    own, second = _shelf(ctx, ctx.store.folder / BACKUPS_NAME), _second(ctx)
    elsewhere = [] if second is None or not second.is_dir() else _shelf(ctx, second)
    warnings = []
    if not own or _age(ctx, own[-1][1]) > _OLD_AFTER:
        warnings.append("backup.old")
    if second is None:
        warnings.append("backup.one_disk")
    elif not second.parent.is_dir():
        warnings.append("backup.second_away")
    elif same_disk(second.parent, ctx.store.folder):
        warnings.append("backup.second_same_disk")
    elif not elsewhere or _age(ctx, elsewhere[-1][1]) > _OLD_AFTER:
        warnings.append("backup.second_old")
    return BackupState(
        newest=own[-1][1].isoformat() if own else "",
        count=len(own),
        size_bytes=sum(size for _, _, size in own),
        second_folder="" if second is None else str(second.parent),
        second_newest=elsewhere[-1][1].isoformat() if elsewhere else "",
        warnings=tuple(warnings),
    )


def back_up_when_due(ctx: Context) -> list[BackupInfo]:
    """The daily backup, at the start or when nobody works: beside the data, and in the second folder where it is there.
    The oldest ones go: seven days, four weeks, twelve months stay, within 20 GiB.

    Raises:
        EnvironmentFault: CP-20xx the disk; no backup that stands was touched. IntegrityFault: CP-3106.
    """
    made = []
    second = _second(ctx)
    folders = [ctx.store.folder / BACKUPS_NAME]
    if second is not None and second.parent.is_dir():
        folders.append(second)
    for folder in folders:
        shelf = _shelf(ctx, folder)
        if not shelf or _age(ctx, shelf[-1][1]) >= _DUE_AFTER:
            made.append(ctx.store.backup(folder))
            drop_backups(to_drop(_shelf(ctx, folder)))
    return made


def set_second_folder(ctx: Context, folder: Path | None) -> BackupState:
    """Name a folder on another disk for the daily backup, such as one on a stick; None names none.

    Raises:
        EnvironmentFault: CP-2004 there is no such folder.
    """
    if folder is not None and not folder.is_dir():
        raise EnvironmentFault("CP-2004", path=str(folder))
    ctx.settings.set("backup_folder", "" if folder is None else str(folder.absolute()))
    return backup_state(ctx)


def same_disk(one: Path, other: Path) -> bool:
    """Whether two folders lie on one disk (partitions of one disk count as two: the system does not tell)."""
    return one.stat().st_dev == other.stat().st_dev


def _second(ctx: Context) -> Path | None:
    """This desk's own folder in the second one: several laptops may share a stick."""
    named = str(ctx.settings.get("backup_folder"))
    return Path(named) / f"cpdesk-{ctx.store.replica.identity().device}" if named else None


def _shelf(ctx: Context, folder: Path) -> list[tuple[Path, datetime, int]]:
    """Backups with the time in their name and the bytes of their database (photos are shared or cannot be spared),
    oldest first. Those of a time to come, from a clock that was wrong, stand before all others and so go first."""
    found = []
    for path in backups_in(folder):
        made_at = datetime.strptime(path.name.split("-")[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        found.append((path, made_at, (path / DATABASE_NAME).stat().st_size))
    now = ctx.clock.now()
    return sorted(found, key=lambda one: (one[1] <= now, one[1]))


def _age(ctx: Context, made_at: datetime) -> timedelta:
    """How long ago; a time to come, from a clock that was wrong, is as far off as one gone by."""
    return abs(ctx.clock.now() - made_at)


def back_up(ctx: Context, folder: Path | None = None) -> BackupInfo:
    """A verified backup, beside the database or in a folder of choice (a USB stick).

    Raises:
        EnvironmentFault: CP-20xx the disk. IntegrityFault: CP-3106 the copy does not verify.
    """
    return ctx.store.backup(folder)


def check_desk(ctx: Context) -> list[str]:
    """Read the whole store back; names what is damaged, empty when all is well."""
    return ctx.store.verify()


def list_backups(paths: Paths) -> list[Path]:
    """Finished backups beside the database, oldest first."""
    return backups_in(paths.data / STORE_FOLDER / BACKUPS_NAME)


def check_backup(paths: Paths, backup: Path, pin: str, *, key_store: KeyStore | None = None) -> BackupInfo:
    """Read a backup back, every page and file of it.

    Raises:
        AccessFault: CP-4001 wrong PIN. IntegrityFault: CP-3106 it does not verify.
    """
    return verify_backup(backup, _key_of(paths, backup, pin, key_store, SystemClock()))


def restore_desk(
    paths: Paths, backup: Path, pin: str, *, clock: Clock | None = None, key_store: KeyStore | None = None
) -> tuple[BackupInfo, Path | None]:
    """Put a backup in the place of the desk. A store that stands there is moved aside whole, never overwritten.

    Returns:
        What the backup holds, and where the former store lies now.

    Raises:
        AccessFault: CP-4001 wrong PIN. IntegrityFault: CP-3106 the backup does not verify; nothing was moved then.
    """
    clock = clock or SystemClock()
    key = _key_of(paths, backup, pin, key_store, clock)
    verify_backup(backup, key)
    folder = paths.data / STORE_FOLDER
    former = set_aside(folder, clock.now()) if folder.exists() and any(folder.iterdir()) else None
    if former is not None and backup.is_relative_to(folder):
        backup = former / backup.relative_to(folder)  # it moved with the store it lies beside
    return restore_backup(backup, key, folder), former


def _key_of(paths: Paths, backup: Path, pin: str, key_store: KeyStore | None, clock: Clock) -> bytes:
    return Vault(backup, key_store or key_store_here(paths.config), clock).unlock(pin)
