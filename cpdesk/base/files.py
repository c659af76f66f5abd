"""Writing files so that a power cut leaves either the old content or the new, never half of it."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cpdesk.base.errors import CpdeskError, EnvironmentFault


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the target, flush to disk, rename over it, flush the folder.

    Raises:
        EnvironmentFault: disk full (CP-2001), no right to write (CP-2002), or another fault of the disk (CP-2003).
    """
    with disk_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut (a no-op where folders cannot be opened, as on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Turn operating-system errors of the block into `EnvironmentFault` that names the path."""
    try:
        yield
    except OSError as error:
        raise fault_of(error, path) from error


def fault_of(error: OSError, path: Path) -> CpdeskError:
    """The `EnvironmentFault` that an operating-system error on `path` means to a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EnvironmentFault("CP-2001", path=str(path))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EnvironmentFault("CP-2002", path=str(path))
    if error.errno == errno.ENOENT:
        return EnvironmentFault("CP-2004", path=str(path))
    return EnvironmentFault("CP-2003", path=str(path), reason=error.strerror or str(error))
