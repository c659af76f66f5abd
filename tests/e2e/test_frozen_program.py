"""The frozen program, built for real and run without this Python: it finds its resources and does the whole way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PyInstaller", reason="PyInstaller freezes the program; it comes with the development packages")

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_frozen_program_verifies_its_forms_and_runs_the_demonstration(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "installers" / "freeze.py"), str(tmp_path)], check=True)
    program = tmp_path / "cpdesk" / ("cpdesk.exe" if os.name == "nt" else "cpdesk")
    environment = {"PATH": os.environ.get("PATH", ""), "CPDESK_HOME": str(tmp_path / "home"), "LANG": "C.UTF-8"}

    def run(*words: str) -> dict[str, object]:
        command = [program, *words, "--json"]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=True)
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    assert run("verify", "forms")["failed"] == 0
    told = run("demo", "--out", str(tmp_path / "out"), "--households", "20", "--surveys", "2")
    assert (told["reports"], told["equal"]) == (2, True)
