"""Make both locks from pyproject.toml: every version fixed, every file hashed, no URL.

    python tools/lock.py [--upgrade] [PACKAGE ...]

Without arguments the versions in the locks stay as far as pyproject.toml allows; `--upgrade` takes the newest of
everything, a PACKAGE only the newest of that one. Needs `uv` (pip install uv); it asks whatever index uv is configured
for, and writes down no address, so the locks serve any mirror and any wheelhouse.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements.lock": ["--extra", "desk", "--extra", "server"],
    "requirements-dev.lock": ["--extra", "desk", "--extra", "server", "--extra", "city", "--group", "dev"],
}
PINS = ["PySide6-Essentials==6.8.0.2"]
"""The one release of Qt that covers glibc 2.28 on x86-64, 2.31 on ARM64 and Windows 10 1809 on (Kylin V10, UOS 20)."""

HEAD = """\
# Every package cpdesk needs{what}, with the hashes of its files; for Python 3.11 to 3.13 on Linux, Windows and macOS.
# Made by `python tools/lock.py` from pyproject.toml; do not edit by hand.
"""


def find_uv() -> str:
    """The `uv` beside this Python or on the search path."""
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    uv = beside or shutil.which("uv")
    if uv is None:
        sys.exit("uv is not installed: python -m pip install uv")
    return uv


def compile_lock(uv: str, name: str, chosen: list[str], upgrade: list[str], constraints: list[Path]) -> None:
    """Write one lock; `chosen` are the extras and groups it holds."""
    target = ROOT / name
    command = [uv, "pip", "compile", "pyproject.toml", *chosen, "--output-file", name, "--universal"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11"]
    command += ["--no-header", "--quiet", *upgrade]
    for constraint in constraints:
        command += ["--constraint", str(constraint)]
    subprocess.run(command, cwd=ROOT, check=True)
    what = ", and its tests need" if name == "requirements-dev.lock" else ""
    lines = [line for line in target.read_text(encoding="utf-8").splitlines() if "-c " not in line]
    target.write_text(HEAD.format(what=what) + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Make both locks, the second with the versions of the first."""
    parser = argparse.ArgumentParser(description="Make both locks from pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest version of everything")
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="take the newest version of these only")
    wishes = parser.parse_args()
    upgrade = ["--upgrade"] if wishes.upgrade else []
    for package in wishes.packages:
        upgrade += ["--upgrade-package", package]
    uv = find_uv()
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text("\n".join(PINS) + "\n", encoding="utf-8")
        constraints = [pins]
        for name, chosen in LOCKS.items():
            compile_lock(uv, name, chosen, upgrade, constraints)
            constraints = [pins, ROOT / name]


if __name__ == "__main__":
    main()
