"""The report of a program fault: places in the code and types, never values, which could name a person."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from cpdesk import __version__
from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.paths import Paths


def write_crash_report(error: BaseException, folder: Path | None = None, *, clock: Clock | None = None) -> Path:
    """Write a report into `folder` (this person's log folder when not given); returns its path.

    Raises:
        OSError: the folder cannot be written.
    """
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"cpdesk {__version__} python {sys.version.split()[0]} {sys.platform}", type(error).__name__]
    lines += [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    folder = Paths.of_user().logs if folder is None else folder
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"crash-{(clock or SystemClock()).now():%Y%m%d-%H%M%S}.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
