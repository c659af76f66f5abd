"""What a power cut leaves of a SQLite database in write-ahead mode.

What was written before a commit was acknowledged has been flushed; of what was written since, any part may be there. So
a crash is a copy of the files whose write-ahead log ends anywhere between its length before the step that was cut
and its length after: in the middle of a frame, between two commits, or with all of the step. SQLite's own recovery then
opens the copy.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

_NOT_ON_A_DISK = shutil.ignore_patterns("*-shm", "*.lock", "lock")


def log_bytes(database: Path) -> int:
    """Length of the write-ahead log; 0 when there is none."""
    log = database.with_name(database.name + "-wal")
    return log.stat().st_size if log.exists() else 0


def copy_after_crash(database: Path, target: Path, flushed_bytes: int, rng: random.Random) -> None:
    """Copy the database's folder as a power cut would leave it.

    Args:
        flushed_bytes: length of the write-ahead log when the last step was acknowledged.
    """
    shutil.copytree(database.parent, target, ignore=_NOT_ON_A_DISK)
    written = log_bytes(target / database.name)
    fraction = rng.random()  # drawn in any case, so that the length of a log does not change what comes after
    if written > flushed_bytes:
        keep = flushed_bytes + round(fraction * (written - flushed_bytes))
        with (target / (database.name + "-wal")).open("r+b") as log:
            log.truncate(keep)
