"""What a power cut leaves of a SQLite database in write-ahead mode, from its files before and after one transaction.

SQLite flushes the log before a commit is acknowledged, flushes it again before a checkpoint touches the database, and
flushes the database before the log begins anew. So two things can be half done, one after the other: the log, whose
sectors of this transaction are there or not, and, once the log is whole, the pages that a checkpoint copies.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SECTOR: Final = 512
_SALTS: Final = slice(16, 24)  # of the log's header: they change when the log begins anew


@dataclass(frozen=True, slots=True)
class DatabaseFiles:
    """A database and its write-ahead log, empty when there is none, at one moment."""

    database: bytes
    log: bytes

    @classmethod
    def read(cls, path: Path) -> DatabaseFiles:
        log = _log_of(path)
        return cls(path.read_bytes(), log.read_bytes() if log.exists() else b"")

    def write(self, path: Path) -> None:
        path.write_bytes(self.database)
        if self.log:
            _log_of(path).write_bytes(self.log)


def cut_between(before: DatabaseFiles, after: DatabaseFiles, rng: random.Random) -> DatabaseFiles:
    """The files as a cut at some moment between the two leaves them."""
    checkpointed = before.database != after.database
    ended = checkpointed and len(after.log) < len(before.log)  # the log was given up behind the checkpoint
    if checkpointed and (ended or before.log == after.log or rng.random() < 0.5):
        return DatabaseFiles(_mixed(before.database, after.database, rng), before.log if ended else after.log)
    return DatabaseFiles(before.database, _log_cut(before.log, after.log, rng))


def _log_cut(before: bytes, after: bytes, rng: random.Random) -> bytes:
    """Written in order up to anywhere, or sector by sector as the disk liked."""
    if before == after or (len(after) < len(before) and not after):
        return before
    if rng.random() < 0.5:
        return _mixed(before, after, rng)
    differ = (at for at in range(0, len(after), _SECTOR) if before[at : at + _SECTOR] != after[at : at + _SECTOR])
    first = next(differ, len(after))
    last = len(after) if before[_SALTS] == after[_SALTS] else max(differ, default=first) + _SECTOR
    end = first + round(rng.random() * max(0, last - first))
    return after[:end] + before[end:]


def _mixed(before: bytes, after: bytes, rng: random.Random) -> bytes:
    """Of each sector that differs, the old content or the new; what was never written is zeros."""
    share = rng.random()
    mixed = bytearray(after)
    for at in range(0, len(after), _SECTOR):
        old = before[at : at + _SECTOR]
        if old != after[at : at + _SECTOR] and rng.random() >= share:
            mixed[at : at + _SECTOR] = old.ljust(len(mixed[at : at + _SECTOR]), b"\0")
    return bytes(mixed) + before[len(after) :]


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
