"""One window a store: a second process that opens it is told so instead of both writing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO

from cpdesk.base.errors import EnvironmentFault
from cpdesk.base.files import disk_faults


class StoreLock:
    """Holds the lock file of a store. The system lets go of it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            EnvironmentFault: CP-2101 when another process (or another `Store` of this one) holds it.
        """
        path = folder / "store.lock"
        with disk_faults(path):
            self._handle: BinaryIO | None = path.open("ab")
        try:
            _lock(self._handle)
        except OSError:
            self._handle.close()
            raise EnvironmentFault("CP-2101", path=str(folder)) from None

    def release(self) -> None:
        """Let go. May be called twice."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: BinaryIO) -> None:
        handle.seek(0, os.SEEK_SET)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: BinaryIO) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
