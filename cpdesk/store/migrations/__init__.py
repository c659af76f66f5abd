"""The shapes the database has had, oldest first. Append only: a shape that was shipped is never edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from cpdesk.store.migrations import m0001_first, m0002_batches, m0003_form_files

if TYPE_CHECKING:
    from sqlite_utils import Database

MIGRATIONS: Final[tuple[Callable[[Database], None], ...]] = (
    m0001_first.up,
    m0002_batches.up,
    m0003_form_files.up,
)
"""Migration n brings a database of version n - 1 to version n (`PRAGMA user_version`)."""
