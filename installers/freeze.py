"""Freeze cpdesk into a folder that runs without Python: `python installers/freeze.py OUT`.

PyInstaller's one-dir form: it starts faster than one file and lets an office's virus scanner look at each part. The
result is `OUT/cpdesk/`, with the program `cpdesk` (`cpdesk.exe`) in it. numpy's libraries are never stripped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import PyInstaller.__main__

ROOT = Path(__file__).resolve().parents[1]
EXCLUDED = (
    "tkinter", "pytest", "_pytest", "hypothesis", "mypy", "IPython", "matplotlib", "PySide6.QtQml",
    "pandas", "scipy", "pvlib", "pybuildingenergy", "dask", "distributed", "pyarrow",
)  # fmt: skip
"""Of no use to a desk, but found by PyInstaller where they are installed: tests, oracles, and what a city runs on."""


def freeze(out: Path) -> Path:
    """Build into `out`; gives the program's file."""
    commands = sorted(path.stem for path in (ROOT / "cpdesk" / "cli").glob("cmd_*.py"))
    PyInstaller.__main__.run(
        [
            "--noconfirm",
            "--clean",
            "--log-level=WARN",
            "--onedir",
            "--name=cpdesk",
            f"--distpath={out}",
            f"--workpath={out / 'build'}",
            f"--specpath={out / 'build'}",
            f"--paths={ROOT}",
            f"--add-data={ROOT / 'resources'}{os.pathsep}resources",
            *(f"--hidden-import=cpdesk.cli.{name}" for name in commands),
            "--collect-data=pyxform",
            "--collect-submodules=sqlcipher3",
            "--collect-submodules=reportlab.graphics.barcode",
            *(f"--exclude-module={name}" for name in EXCLUDED),
            str(ROOT / "cpdesk" / "__main__.py"),
        ]
    )
    return out / "cpdesk" / ("cpdesk.exe" if os.name == "nt" else "cpdesk")


if __name__ == "__main__":
    sys.stdout.write(f"{freeze(Path(sys.argv[1]).resolve())}\n")
