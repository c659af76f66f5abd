"""The sample register is what the register reader takes, and its people are made up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cpdesk.base import tables
from cpdesk.base.resources import resource_path
from cpdesk.interop.register import read_register
from cpdesk.interop.samples import sample_register, sample_rows


def test_the_sample_reads_back_without_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(sample_register())
    reading = read_register(tmp_path / "a.xlsx", this_year=2026)
    assert reading.problems == () and reading.unused == ()
    assert len(reading.rows) == 300 and reading.skipped == 2
    villages = {row["name"] for row in tables.read_table(resource_path("tables/villages.csv"), {"name": tables.text})}
    answers = [row.answers for row in reading.rows]
    assert {answer["village"] for answer in answers} <= villages
    assert {"奤夿屯村"} <= {answer["village"] for answer in answers}
    assert answers[0]["household_no"] == "001" and answers[0]["township_code"] == "110114003"
    names = {answer["householder_name"] for answer in answers}
    assert "阿卜杜热合曼·买买提" in names
    assert any(ord(character) > 0xFFFF for name in names for character in name)


def test_nobody_in_the_sample_is_real() -> None:
    for row in sample_rows(300):
        assert "样例" in row[-1]
        assert any(isinstance(cell, str) and re.fullmatch(r"1380000\d{4}", cell) for cell in row)


def test_the_seed_decides() -> None:
    assert sample_rows(40) == sample_rows(40)
    assert sample_rows(40) != sample_rows(40, seed=1)


@pytest.mark.parametrize("households", [1, 2, 3, 7])
def test_any_number_of_households(tmp_path: Path, households: int) -> None:
    (tmp_path / "a.xlsx").write_bytes(sample_register(households))
    assert len(read_register(tmp_path / "a.xlsx", this_year=2026).good_rows) == households


def test_no_household_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        sample_register(0)
