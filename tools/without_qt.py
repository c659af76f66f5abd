"""Run the tests that need no window in an environment that has no Qt: proves that Qt stays in `cpdesk/ui`.

    python tools/without_qt.py [pytest arguments]

Makes `.venv-without-qt` once (again when the lock changes) with the packages of requirements-dev.lock less
Qt's. pypdfium2 stays: it is no Qt, and tests read the reports with it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = ("pyside6-essentials", "shiboken6", "pyqtgraph", "pytest-qt")


def lock_without_qt() -> str:
    """requirements-dev.lock without the packages of the desk."""
    text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[a-z0-9])", text)
    return "".join(block for block in blocks if not block.startswith(tuple(f"{name}==" for name in LEFT_OUT)))


def main() -> int:
    """Set up as `run.py` does, with the shorter lock, and run pytest."""
    sys.path.insert(0, str(ROOT))
    import run

    folder = ROOT / ".venv-without-qt"
    python = folder / "bin" / "python"
    lock = folder.with_suffix(".lock")
    if not lock.exists() or lock.read_text(encoding="utf-8") != lock_without_qt():
        lock.write_text(lock_without_qt(), encoding="utf-8")
    if not run.is_ready(folder, python, lock):
        run.prepare(folder, python, lock, run.wheelhouse_folder())
    for name in ("PySide6", "pyqtgraph"):
        if subprocess.call([str(python), "-c", f"import {name}"], stderr=subprocess.DEVNULL) == 0:
            sys.exit(f"{name} is in {folder}: the proof would prove nothing")
    os.chdir(ROOT)
    command = [str(python), "-m", "pytest", "-m", "not qt", "--ignore=tests/e2e"]  # e2e starts processes of its own
    return subprocess.call([*command, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
