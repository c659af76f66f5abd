"""The window's process is killed in the middle of a survey; what was finished before stands there again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

ROOT = Path(__file__).resolve().parents[2]
PERSON = Path(__file__).with_name("window_by_keyboard.py")
PATIENCE_S = 180


@pytest.fixture
def person_at_keyboard(tmp_path):
    """Starts the window in a process of its own, with a person who has only a keyboard."""
    started = []

    def start(what):
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
        environment["PYTHONIOENCODING"] = "utf-8"
        command = [sys.executable, str(PERSON), what, str(tmp_path)]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def test_ten_fields_filled_by_keyboard_outlive_a_killed_process(person_at_keyboard):
    filled, typing = {}, ""
    process = person_at_keyboard("first")
    for line in process.stdout:
        said = json.loads(line)
        if "finished" in said:
            filled[said["finished"]] = said["value"]
        typing = said.get("typing", typing)
        if "ready" in said:
            break
    else:
        pytest.fail(process.stderr.read())
    process.kill()
    process.wait(timeout=PATIENCE_S)
    assert len(filled) == 10
    assert typing

    second = person_at_keyboard("again")
    out, err = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0, err
    answers = json.loads(out.splitlines()[-1])["answers"]
    assert {path: answers.get(path) for path in filled} == filled
    assert answers["household/village"] == "Wayao"
    assert typing not in answers, "a field nobody left is not yet an answer"
