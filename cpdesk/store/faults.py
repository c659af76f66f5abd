"""What an error of the database means to a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cpdesk.base.errors import CpdeskError, EnvironmentFault, IntegrityFault
from cpdesk.store.driver import driver_errors

# Primary result codes, https://www.sqlite.org/rescode.html
_BUSY: Final = (5, 6)
_NO_RIGHT: Final = (3, 8, 14)
_DISK: Final = 10
_DAMAGED: Final = (11, 26)
_FULL: Final = 13
_BY_MESSAGE: Final = {"disk I/O error": _DISK, "database or disk is full": _FULL}
"""The driver gives no code with what its copying of a whole database meets."""


def fault_of_database(error: Exception, path: Path) -> CpdeskError | None:
    """The coded fault behind a driver's exception; None when it is a bug of ours and must be shown as one."""
    code = (getattr(error, "sqlite_errorcode", None) or _BY_MESSAGE.get(str(error), 0)) & 0xFF
    place = str(path)
    if code == _FULL:
        return EnvironmentFault("CP-2001", path=place)
    if code in _NO_RIGHT:
        return EnvironmentFault("CP-2002", path=place)
    if code == _DISK:
        return EnvironmentFault("CP-2003", path=place, reason=str(error))
    if code in _BUSY:
        return EnvironmentFault("CP-2102", path=place)
    if code in _DAMAGED:
        return IntegrityFault("CP-3102", path=place, reason=str(error))
    return None


@contextmanager
def database_faults(path: Path) -> Iterator[None]:
    """Turn the driver's exceptions of the block into coded faults that name the path."""
    try:
        yield
    except driver_errors() as error:
        fault = fault_of_database(error, path)
        if fault is None:
            raise
        raise fault from error
