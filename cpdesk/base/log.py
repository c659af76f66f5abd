"""The program's log: what happened and when, never who.

Personal data is kept out at the source (events carry codes, counts and ids). A filter stands behind that as a second
wall: telephone and identity numbers that slip into a message are struck out.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
from pathlib import Path
from typing import Final

_BYTES_MAX: Final = 2_000_000
_FILES_KEPT: Final = 5
_PERSONAL: Final = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


class StrikeOutPersonalData(logging.Filter):
    """Replaces mobile and identity numbers in the finished message."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        struck = _PERSONAL.sub("***", message)
        if struck != message:
            record.msg, record.args = struck, ()
        return True


def start_log(folder: Path, level: int = logging.INFO) -> logging.Handler:
    """Send the program's log to rotating files in `folder`; returns the handler so that a caller can close it."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "cpdesk.log", maxBytes=_BYTES_MAX, backupCount=_FILES_KEPT, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(StrikeOutPersonalData())
    root = logging.getLogger("cpdesk")
    root.addHandler(handler)
    root.setLevel(level)
    return handler
