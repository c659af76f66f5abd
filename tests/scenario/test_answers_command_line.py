"""Answers out and in from the command line, beside the ledger and the registers that were there before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from cpdesk.base.paths import Paths
from cpdesk.cli.app import build_app
from cpdesk.operations import register, surveys
from cpdesk.operations.desk import first_start
from cpdesk.store.vault import PinCost

PIN = "135790"
NAMES = ("样本甲", "样本乙")
Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs one command with --json on a desk with two surveys; gives its exit code and its document."""
    monkeypatch.setenv("CPDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CPDESK_PIN", PIN)
    ctx, _ = first_start(Paths.of_user(), pin=PIN, person="周敏", cost=PinCost(memory_kib=1024, passes=1, lanes=1))
    for number, name in enumerate(NAMES, 1):
        answers = {
            "township_code": "110114110",
            "village": "黑寨村",
            "household_no": f"{number:03d}",
            "householder_name": name,
        }
        survey, _ = surveys.begin_survey(ctx, register.add_household(ctx, answers)[0])
        surveys.save_answers(ctx, survey, {"household/consent_ok": "yes"})
    ctx.close()

    def call(*words: str) -> tuple[int, Any]:
        result = CliRunner().invoke(build_app(words[0]), [*words, "--json"])
        return result.exit_code, json.loads(result.stdout)

    yield call


def edited(path: Path, values: list[object]) -> None:
    """Put values into the column of a number, one a survey from the last row up."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = [cell.value for cell in sheet[1]].index("household/altitude_m") + 1
    for row, value in zip(range(sheet.max_row, 0, -1), values, strict=False):
        sheet.cell(row, column).value = value
    book.save(path)


def test_answers_leave_without_personal_data_unless_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    code, answer = run("export", "answers", str(path))
    assert (code, answer["surveys"], answer["personal"]) == (0, 2, False)
    assert NAMES[0] not in str([list(row) for row in openpyxl.load_workbook(path).worksheets[0].values])
    code, answer = run("export", "answers", str(path), "--personal", "--text", NAMES[0])
    assert (code, answer["surveys"]) == (0, 1)
    assert NAMES[0] in str([list(row) for row in openpyxl.load_workbook(path).worksheets[0].values])
    code, answer = run("export", "answers", str(path), "--form", "community")
    assert (code, answer["error"]["code"]) == (2, "CP-1141")


def test_edited_answers_are_shown_first_then_taken_in_and_taken_back(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    run("export", "answers", str(path))
    edited(path, [560, "hoch"])
    code, answer = run("import", "answers", str(path))
    assert (code, len(answer["changing"]), answer["left_out"], answer["batch"]) == (1, 1, 1, None)
    assert answer["problems"][0]["value"] == "hoch" and answer["problems"][0]["remedy"]
    edited(path, [560, 48])
    code, answer = run("import", "answers", str(path), "--apply")
    assert (code, len(answer["changed"]), answer["problems"]) == (0, 2, [])
    code, again = run("import", "answers", str(path), "--apply")
    assert (code, again["unchanged"], again["batch"]) == (0, 2, None), "the same file once more changes nothing"
    assert run("batch", "revert", answer["batch"])[0] == 0
    assert len(run("import", "answers", str(path))[1]["changing"]) == 2


def test_the_calls_from_before_go_on_to_work(run: Run, tmp_path: Path) -> None:
    for words in (("export",), ("export", "ledger")):
        code, answer = run(*words, str(tmp_path / "template.xlsx"), "--template", "--family", "heatnet")
        assert (code, answer["family"]) == (0, "heatnet")
    assert run("export", "--template", str(tmp_path / "other.xlsx"))[1]["family"] == "farmhouse"
    code, answer = run("import", "--dry-run", str(tmp_path / "missing.xlsx"))
    assert (code, answer["error"]["code"]) == (2, "CP-2004")
    assert run("export", str(tmp_path / "ledger.xlsx"))[0] == 0
