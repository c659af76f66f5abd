"""The whole desk from the command line: every answer as JSON, every fault with code and remedy, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cpdesk.base.paths import Paths
from cpdesk.base.resources import resource_path
from cpdesk.cli.app import COMMANDS, build_app
from cpdesk.interop.samples import sample_register
from cpdesk.operations.demo.photos import draw_photo
from cpdesk.operations.desk import first_start
from cpdesk.store.vault import PinCost

PIN = "135790"
Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs one command with --json; gives its exit code and its document."""
    monkeypatch.setenv("CPDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CPDESK_PIN", PIN)

    def call(*words: str) -> tuple[int, Any]:
        result = CliRunner().invoke(build_app(words[0]), [*words, "--json"])
        return result.exit_code, json.loads(result.stdout)

    yield call


@pytest.fixture
def village(run: Run, tmp_path: Path) -> Path:
    ctx, _ = first_start(Paths.of_user(), pin=PIN, person="周敏", cost=PinCost(memory_kib=1024, passes=1, lanes=1))
    ctx.close()
    path = tmp_path / "register.xlsx"
    path.write_bytes(sample_register(30))
    return path


def test_without_a_desk_the_remedy_is_the_first_start(run: Run) -> None:
    code, answer = run("survey", "list")
    assert (code, answer["error"]["code"]) == (2, "CP-1702")
    assert answer["error"]["remedy"]


def test_a_village_goes_in_is_listed_and_surveyed(run: Run, village: Path) -> None:
    code, answer = run("import", str(village), "--sample")
    assert (code, answer["added"], answer["problems"]) == (0, 30, [])
    code, answer = run("survey", "list", "黑寨", "--limit", "3")
    assert (code, answer["total"], len(answer["households"])) == (0, 10, 3)
    assert answer["households"][0]["village"] == "黑寨村"

    who = answer["households"][0]["id"]
    code, answer = run("survey", "set", who, "b_bays", "5")
    assert (code, answer["value"], answer["problem"]) == (0, "5", "")
    code, answer = run("survey", "set", who, "household_no", "12 #")
    assert (code, answer["value"]) == (1, "12 #")
    assert answer["problem"]
    code, answer = run("survey", "complete", who)
    assert (code, answer["complete"]) == (1, False)
    assert "household/consent_read" in {problem["path"] for problem in answer["problems"]}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("survey", "set", "没有这户", "b_bays", "5"), "CP-1704"),
        (("survey", "set", "001", "b_bays", "5"), "CP-1705"),
        (("report", "household", "没有这户", "--out", "x.pdf"), "CP-1704"),
        (("report", "verify", "not a code"), "CP-1602"),
        (("sync", "now"), "CP-4107"),
        (("sync", "enrol", "--server", "nowhere", "--code", "X"), "CP-1516"),
        (("bench", "nothing"), "CP-1703"),
        (("verify", "nothing"), "CP-1703"),
        (("form", "lint", "missing.md"), "CP-2004"),
        (("import", "missing.xlsx"), "CP-2004"),
        (("backup", "check", "missing"), "CP-2103"),
        (("admin", "status", "--data", "missing"), "CP-3251"),
    ],
)
def test_every_fault_is_a_code_with_a_remedy(run: Run, village: Path, words: tuple[str, ...], error: str) -> None:
    assert run("import", str(village))[0] == 0
    code, answer = run(*words)
    assert (code, answer["error"]["code"]) == (2, error)
    assert answer["error"]["message"] and answer["error"]["remedy"]


def test_a_wrong_pin_says_how_many_tries_are_left(run: Run, village: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPDESK_PIN", "000000")
    code, answer = run("survey", "list")
    assert (code, answer["error"]["code"]) == (2, "CP-4001")


def test_a_backup_is_made_checked_and_restored(run: Run, village: Path) -> None:
    run("import", str(village))
    code, made = run("backup", "make")
    assert (code, made["records"]) == (0, 30)
    assert run("backup", "check", made["path"])[0] == 0
    assert run("backup", "check") == (0, {"damaged": []})
    code, restored = run("backup", "restore", made["path"])
    assert (code, restored["records"]) == (0, 30)
    assert Path(restored["former"]).is_dir()
    assert run("survey", "list")[1]["total"] == 30


def test_a_fault_of_the_program_leaves_a_report_without_values(
    run: Run, village: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("张三 13800000001")

    monkeypatch.setattr("cpdesk.operations.households.household_ids", broken)
    code, answer = run("survey", "list")
    assert (code, answer["error"]["code"]) == (70, "CP-9000")
    report = Path(answer["error"]["report"]).read_text(encoding="utf-8")
    assert "RuntimeError" in report
    assert "张三" not in report and "138" not in report


def test_shipped_forms_pass_their_validation(run: Run) -> None:
    code, answer = run("verify", "forms")
    assert code == 0
    assert [case["name"] for case in answer["cases"] if not (case["passed"] or case["admitted"])] == []
    assert answer["passed"] >= 5


def test_form_lint_names_the_place(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "f.md"
    source.write_text(
        "| survey | type | name | label | relevant |\n| | integer | a | A | |\n"
        "| | integer | b | B | frobnicate(${a}) |\n",
        encoding="utf-8",
    )
    code, answer = run("form", "lint", str(source))
    assert code == 1 and answer["sound"] is False
    [finding] = [one for one in answer["findings"] if one["rule"] == "function_unknown"]
    assert (finding["sheet"], finding["row"], finding["column"]) == ("survey", 3, "relevant")
    assert "frobnicate" in finding["message"]


def test_many_surveys_are_edited_checked_and_brought_to_a_new_version(run: Run, village: Path, tmp_path: Path) -> None:
    run("import", str(village), "--sample")
    _, listed = run("survey", "list", "黑寨", "--limit", "1")
    household = listed["households"][0]["id"]
    run("survey", "set", household, "surveyor", "样本甲")
    code, answer = run("batch", "edit", "surveyor", "样本乙", "--where", ". = '样本甲'", "--apply")
    assert (code, answer["changing"], len(answer["changed"])) == (0, 1, 1)
    code, answer = run("batch", "check")
    assert code == 1 and answer["wrong"] == 1 and answer["by_question"]

    source = resource_path("forms/farmhouse.md").read_text(encoding="utf-8")
    _, form = run("form", "lint", str(resource_path("forms/farmhouse.md")))
    newer = tmp_path / "farmhouse.md"
    newer.write_text(source.replace(form["version"], "2099010101"), encoding="utf-8")
    code, answer = run("form", "migrate", str(newer), "--apply")
    assert (code, answer["version"], len(answer["records"])) == (0, "2099010101", 1)
    assert set(answer["counts"]) == {"kept"}
    code, batches = run("batch", "list")
    assert [one["kind"] for one in batches["batches"]] == ["migration", "bulk_edit"]
    for batch in batches["batches"]:
        code, answer = run("batch", "revert", batch["id"])
        assert (code, len(answer["reverted"]), answer["left"]) == (0, 1, [])
    code, answer = run("batch", "revert", "nothing")
    assert (code, answer["error"]["code"]) == (2, "CP-1585")


def test_help_lists_every_command_without_loading_them() -> None:
    shown = CliRunner().invoke(build_app(None), ["--help"]).stdout
    assert all(name in shown for name in COMMANDS)


def test_a_desk_is_made_filled_undone_and_recovered_without_a_window(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, made = run("account", "create", "--person", "样例员", "--township", "110114118")
    assert code == 0
    assert run("account", "settings", "lock_after_minutes", "5") == (0, {"lock_after_minutes": 5})
    assert run("account", "settings", "theme", "pink")[1]["error"]["code"] == "CP-1004"
    words = ("--township", "110114118", "--village", "黑寨村", "--number", "007", "--name", "样例户主")
    assert run("survey", "add", *words)[0] == 0
    assert run("survey", "add", *words)[1]["error"]["code"] == "CP-1511"

    for way in ("undo", "complete", "submit", "reopen"):
        assert run("survey", way, "007")[1]["error"]["code"] == "CP-1706"
    run("survey", "set", "007", "door_no", "7 号")
    code, undone = run("survey", "undo", "007")
    assert (code, len(undone["changed"])) == (0, 1)
    assert run("survey", "undo", "007", "--again")[0] == 0
    picture = tmp_path / "gate.jpg"
    picture.write_bytes(draw_photo("gate", 1))
    assert run("survey", "photo", "007", "photo_gate", str(picture))[1]["value"].endswith(".jpg")
    picture.write_bytes(b"no picture")
    assert run("survey", "photo", "007", "photo_gate", str(picture))[1]["error"]["code"] == "CP-1513"
    assert run("survey", "submit", "007")[1]["error"]["code"] == "CP-1515"

    monkeypatch.setenv("CPDESK_NEW_PIN", "864209")
    assert run("account", "pin")[0] == 0
    monkeypatch.setenv("CPDESK_PIN", "864209")
    assert run("survey", "list")[1]["total"] == 1
    monkeypatch.setenv("CPDESK_RECOVERY_CODE", made["recovery_code"])
    monkeypatch.setenv("CPDESK_NEW_PIN", "135791")
    code, recovered = run("account", "recover")
    assert (code, recovered["recovery_code"] != made["recovery_code"]) == (0, True)
    monkeypatch.setenv("CPDESK_PIN", "135791")
    assert run("survey", "list")[1]["total"] == 1
