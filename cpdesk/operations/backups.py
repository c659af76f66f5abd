"""Backups of a desk: made and verified while work goes on, restored into an empty place."""

from __future__ import annotations

from pathlib import Path

from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.paths import Paths
from cpdesk.context import STORE_FOLDER, Context
from cpdesk.store.backup import BackupInfo, backups_in, restore_backup, set_aside, verify_backup
from cpdesk.store.keystores import KeyStore, key_store_here
from cpdesk.store.store import BACKUPS_NAME
from cpdesk.store.vault import Vault


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
