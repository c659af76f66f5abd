"""The demonstration, small: everything it promises is there afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest
from typer.testing import CliRunner

from cpdesk.cli.app import build_app
from cpdesk.interop.ledger import read_ledger


def test_demo_ends_with_equal_desks_a_kept_conflict_reports_and_a_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CPDESK_HOME", str(tmp_path / "home"))
    words = ["demo", "--out", str(tmp_path / "out"), "--households", "20", "--surveys", "2", "--json"]
    result = CliRunner().invoke(build_app("demo"), words)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["households"], told["surveys"], told["reports"], told["equal"]) == (20, 2, 2, True)
    assert (told["communities"], told["network"], told["visits"]) == (3, 15, 10)
    conflict = told["conflict"]
    assert {conflict["standing"], conflict["kept"]} == {conflict["first"], conflict["second"]}
    folder = Path(told["folder"])
    reports = sorted((folder / "reports").glob("*.pdf"))
    assert [len(pypdfium2.PdfDocument(path)) for path in reports] == [5, 5]
    assert len(read_ledger(folder / "ledger.xlsx")) == 2
    assert not (tmp_path / "home" / "data").exists()
