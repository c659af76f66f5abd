"""Prove that Qt stays in `cpdesk/ui`: in an environment without Qt everything else imports and does a person's work.

    python tools/without_qt.py [pytest arguments]

Makes `.venv-without-qt` once (again when the lock changes) with the packages of requirements-dev.lock less
Qt's. pypdfium2 stays: it is no Qt, and tests read the reports with it.

First every module outside `cpdesk/ui` is imported. Then the tests run that reach what is imported late or by name:
those of operations, store, sync, server, reports and of the commands, which work through the engines below as well.
The tests of the computing rooms alone and of the sources (`REPEATED`) are left out: they have just run beside Qt, the
import contracts keep Qt out of those rooms, and without it they go through the same lines once more. Those of
`tests/e2e` start processes of their own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = ("pyside6-essentials", "shiboken6", "pyqtgraph", "pytest-qt")
REPEATED = (
    "tests/reference", "tests/fuzz", "tests/simulation", "tests/unit/energy", "tests/unit/forms", "tests/test_tidy.py",
    "tests/test_locks.py",
)  # fmt: skip
IMPORT_ALL = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
loaded = sorted(name for name in sys.modules if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"))
sys.exit(f"loaded all the same: {loaded}" if loaded else 0)
"""


def lock_without_qt() -> str:
    """requirements-dev.lock without the packages of the desk."""
    text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[a-z0-9])", text)
    return "".join(block for block in blocks if not block.startswith(tuple(f"{name}==" for name in LEFT_OUT)))


def modules_below_the_window() -> list[str]:
    """Every module of the program outside its window."""
    files = sorted(path.relative_to(ROOT) for path in (ROOT / "cpdesk").rglob("*.py"))
    return [".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in files if file.parts[1] != "ui"]


def main() -> int:
    """Set up as `run.py` does, with the shorter lock; import everything and run pytest."""
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
    modules = modules_below_the_window()
    print(f"importing {len(modules)} modules", flush=True)
    if subprocess.call([str(python), "-W", "error", "-c", IMPORT_ALL, *modules]) != 0:
        return 1
    left_out = [f"--ignore={folder}" for folder in (*REPEATED, "tests/e2e")]
    return subprocess.call([str(python), "-m", "pytest", *run.PARALLEL, "-m", "not qt", *left_out, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
