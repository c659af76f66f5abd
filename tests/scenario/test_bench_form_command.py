"""`cpdesk bench form`: our figures always, those of JavaRosa where Java is."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cpdesk.cli.app import build_app
from cpdesk.operations.bench import forms
from cpdesk.operations.bench.javarosa import missing_part

OURS = {"load_ms", "answer_ms_median", "answer_ms_p95", "cascade_20000_ms", "cascade_file_20000_ms"}
THEIRS = {"javarosa_load_ms", "javarosa_answer_ms_median", "javarosa_answer_ms_p95"}


def test_without_java_the_bench_says_so_and_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "missing_part", lambda: "javac")
    done = CliRunner().invoke(build_app("bench"), ["bench", "form", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["metrics"].keys() >= OURS
    assert not found["metrics"].keys() & THEIRS
    assert found["notes"] == {"cli.bench.no_javarosa": "javac"}
    assert (found["metrics"]["questions"], found["metrics"]["expressions"]) == (300, 400)
    assert found["metrics"]["cascade_choices_median"] == 50


@pytest.mark.slow
def test_javarosa_answers_the_same_form_beside_us() -> None:
    if missing_part():
        pytest.skip(f"JavaRosa cannot run here: {missing_part()} is missing")
    done = CliRunner().invoke(build_app("bench"), ["bench", "form", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["metrics"].keys() >= OURS | THEIRS
    assert all(found["metrics"][name] > 0 for name in THEIRS)
    assert found["notes"] == {}
