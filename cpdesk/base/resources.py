"""Where the program's data lies: forms, tables, texts, fonts, icons.

The same `resources/` folder is reached in three ways of running: from a checkout (beside the package), from an
installed wheel (inside the package) and from a frozen program (unpacked by the boot loader).
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from cpdesk.base.errors import IntegrityFault


@cache
def resources_root() -> Path:
    """The `resources` folder of this running program.

    Raises:
        IntegrityFault: CP-3001 when no resources were shipped with the program.
    """
    for candidate in _candidates():
        if (candidate / "i18n").is_dir():
            return candidate
    raise IntegrityFault("CP-3001", path=str(_candidates()[0]))


def _candidates() -> list[Path]:
    package = Path(__file__).resolve().parents[1]
    found = [package / "resources", package.parent / "resources"]
    unpacked = getattr(sys, "_MEIPASS", None)
    if unpacked is not None:
        found.insert(0, Path(unpacked) / "resources")
    return found


def resource_path(relative: str) -> Path:
    """The path of one shipped file, given relative to `resources/` with forward slashes.

    Raises:
        IntegrityFault: CP-3001 when the file is not there.
    """
    path = resources_root() / relative
    if not path.exists():
        raise IntegrityFault("CP-3001", path=relative)
    return path
