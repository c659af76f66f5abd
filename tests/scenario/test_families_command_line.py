"""Communities from the command line: begun anew, listed, compared, remarked on, audited."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cpdesk.base.paths import Paths
from cpdesk.cli.app import build_app
from cpdesk.operations.desk import first_start
from cpdesk.store.vault import PinCost

PIN = "135790"
Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("CPDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CPDESK_PIN", PIN)
    ctx, _ = first_start(Paths.of_user(), pin=PIN, person="周敏", cost=PinCost(memory_kib=1024, passes=1, lanes=1))
    ctx.close()

    def call(*words: str) -> tuple[int, Any]:
        result = CliRunner().invoke(build_app(words[0]), [*words, "--json"])
        return result.exit_code, json.loads(result.stdout)

    return call


def test_a_new_community_is_begun_answered_remarked_on_and_audited(run: Run) -> None:
    code, begun = run("survey", "new", "--township", "110114118", "--family", "community")
    assert code == 0
    survey = begun["survey"]
    assert run("survey", "set", survey, "c_code", "X-1")[0] == 0
    assert run("survey", "set", survey, "c_name", "样例小区")[0] == 0
    code, noted = run("survey", "note", survey, "c_name", "门牌写的是旧名")
    assert code == 0
    assert [(one["text"], one["actor"]) for one in noted["comments"]] == [("门牌写的是旧名", "周敏")]
    code, told = run("survey", "history", survey)
    names = [one for one in told["entries"] if one["path"].endswith("/c_name")]
    assert code == 0
    assert [(one["before"], one["now"]) for one in names] == [("", "样例小区")]
    code, diff = run("survey", "diff", survey)
    assert (code, diff["before"], diff["differences"]) == (0, None, [])
    code, listed = run("survey", "list", "--family", "community")
    assert (code, listed["total"]) == (0, 0), "it is a site when its survey is completed"


def test_an_unknown_family_or_kind_is_refused(run: Run) -> None:
    code, answer = run("survey", "list", "--family", "bridge")
    assert (code, answer["error"]["code"]) == (2, "CP-1518")
    code, answer = run("survey", "list", "--family", "community", "--kind", "well")
    assert (code, answer["error"]["code"]) == (2, "CP-1518")
