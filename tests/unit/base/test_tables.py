"""A table says which cell is wrong: file, row, column, what stands there and what belongs there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base import tables
from cpdesk.base.errors import InputFault


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "fuels.csv"
    path.write_text(text, encoding=encoding)
    return path


COLUMNS = {"code": tables.text, "co2_kg": tables.maybe_number, "status": tables.status}


def test_reads_the_asked_columns_and_leaves_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, "code,remark,co2_kg,status\ncoal,block,2.5,confirmed\n\ngas,,,to_confirm\n")
    assert tables.read_table(path, COLUMNS) == [
        {"code": "coal", "co2_kg": 2.5, "status": "confirmed"},
        {"code": "gas", "co2_kg": None, "status": "to_confirm"},
    ]


def test_reads_what_excel_saves(tmp_path: Path) -> None:
    path = write(tmp_path, 'code,co2_kg,status\r\n"散煤，块", 2.5 ,confirmed\r\n', encoding="utf-8-sig")
    assert tables.read_table(path, COLUMNS) == [{"code": "散煤，块", "co2_kg": 2.5, "status": "confirmed"}]


def test_names_all_missing_columns(tmp_path: Path) -> None:
    with pytest.raises(InputFault) as caught:
        tables.read_table(write(tmp_path, "code\ncoal\n"), COLUMNS)
    assert caught.value.code == "CP-1001"
    assert "co2_kg、status" in caught.value.message("zh")


def test_an_empty_file_lacks_its_columns(tmp_path: Path) -> None:
    with pytest.raises(InputFault) as caught:
        tables.read_table(write(tmp_path, ""), COLUMNS)
    assert caught.value.code == "CP-1001"


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (",2.5,confirmed", "code", ""),
        ("coal,much,confirmed", "co2_kg", "much"),
        ("coal,nan,confirmed", "co2_kg", "nan"),
        ("coal,inf,confirmed", "co2_kg", "inf"),
        ("coal,2.5,sure", "status", "sure"),
    ],
)
def test_a_wrong_cell_is_named_with_row_column_and_value(tmp_path: Path, row: str, column: str, value: str) -> None:
    path = write(tmp_path, f"code,co2_kg,status\ngas,1,confirmed\n{row}\n")
    with pytest.raises(InputFault) as caught:
        tables.read_table(path, COLUMNS)
    assert caught.value.code == "CP-1002"
    assert caught.value.fields["row"] == 3
    assert caught.value.fields["column"] == column
    assert caught.value.fields["value"] == value
    assert "fuels.csv" in caught.value.message("zh")


@pytest.mark.parametrize("row", ["coal,2.5", "coal,2,5,confirmed"])
def test_a_row_of_another_length_is_refused(tmp_path: Path, row: str) -> None:
    with pytest.raises(InputFault) as caught:
        tables.read_table(write(tmp_path, f"code,co2_kg,status\n{row}\n"), COLUMNS)
    assert caught.value.code == "CP-1003"
    assert caught.value.fields["row"] == 2


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_as_written(value: float) -> None:
    assert tables.number(repr(value)) == value


def test_whole_numbers_words_and_codes() -> None:
    assert tables.whole("-12") == -12
    assert tables.maybe_whole("") is None
    assert tables.words(" a  b ") == ("a", "b")
    assert tables.maybe_text("") == ""
    with pytest.raises(ValueError, match="whole"):
        tables.whole("1.5")
    with pytest.raises(ValueError, match="one of a, b"):
        tables.one_of("a", "b")("c")
