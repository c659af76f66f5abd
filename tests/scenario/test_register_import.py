"""A clerk brings a village register in: good rows, wrong rows, the same register again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.model.records import RecordKind
from cpdesk.operations.households import HouseholdQuery, household_counts, household_ids, household_lines
from cpdesk.operations.register import Policy, add_household, import_register
from cpdesk.store.lists import Query

HEAD = ["户编号", "户主姓名", "镇", "村", "门牌号", "联系电话", "常住人口", "建房年份"]
GOOD = [
    ["001", "样例甲", "流村镇", "黑寨村", "1 号", "13800000001", 3, 1996],
    ["002", "样例乙", "流村镇", "黑寨村", "2 号", "13800000002", 2, 1985],
]


def workbook(path: Path, rows: list[list[Any]], *, title: str = "黑寨村户籍登记表", merge: str = "") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "登记表"
    sheet.append([title])
    sheet.merge_cells("A1:H1")
    sheet.append(HEAD)
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    book.save(path)
    return path


def test_good_rows_go_in_and_wrong_cells_are_named(desk: Context, tmp_path: Path) -> None:
    rows = [*GOOD, ["003", "样例丙", "流村镇", "黑寨村", "3 号", "电话没有", "三口", 1990]]
    result, changes = import_register(desk, workbook(tmp_path / "r.xlsx", rows))
    assert (result.added, result.left_out) == (2, 1)
    assert {(one.sheet, f"{one.column}{one.row}") for one in result.problems} == {("登记表", "F5"), ("登记表", "G5")}
    for problem in result.problems:
        assert problem.message("zh") and problem.remedy("zh") and problem.message("en") and problem.remedy("en")
    assert changes.kinds == {RecordKind.HOUSEHOLD}
    assert [line.name for line in household_lines(desk, household_ids(desk, HouseholdQuery()))] == ["样例甲", "样例乙"]


def test_all_or_none_takes_nothing_while_a_cell_is_wrong(desk: Context, tmp_path: Path) -> None:
    rows = [*GOOD, ["002", "样例丙", "流村镇", "黑寨村", "3 号", "", 1, 1990]]
    result, _ = import_register(desk, workbook(tmp_path / "r.xlsx", rows), policy=Policy.ALL_OR_NONE)
    assert (result.added, result.left_out) == (0, 3)
    assert {one.code for one in result.problems} == {"CP-1111"}
    assert household_counts(desk, HouseholdQuery()).total == 0


def test_the_same_register_again_changes_nothing_and_a_new_telephone_one_household(
    desk: Context, tmp_path: Path
) -> None:
    import_register(desk, workbook(tmp_path / "r.xlsx", GOOD))
    again, _ = import_register(desk, workbook(tmp_path / "again.xlsx", GOOD))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    moved = [[*GOOD[0][:5], "13800000009", *GOOD[0][6:]], GOOD[1]]
    third, _ = import_register(desk, workbook(tmp_path / "third.xlsx", moved))
    assert (third.added, third.changed, third.unchanged) == (0, 1, 1)
    assert household_ids(desk, HouseholdQuery(text="0009")) != []


def test_merged_cells_inside_the_data_are_named_and_their_rows_stay_out(desk: Context, tmp_path: Path) -> None:
    result, _ = import_register(desk, workbook(tmp_path / "r.xlsx", GOOD, merge="E3:E4"))
    assert {one.code for one in result.problems} == {"CP-1110"}
    assert (result.added, result.left_out) == (0, 2)


def test_a_register_without_the_number_column_takes_nothing(desk: Context, tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["户主姓名", "镇", "村"])
    sheet.append(["样例甲", "流村镇", "黑寨村"])
    book.save(path)
    result, _ = import_register(desk, path)
    assert result.added == 0
    assert [one.code for one in result.problems] == ["CP-1107"]


def test_a_file_that_is_no_workbook_is_refused_with_a_remedy(desk: Context, tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"this is no workbook")
    with pytest.raises(InputFault) as caught:
        import_register(desk, path)
    assert caught.value.remedy("zh")
    assert household_counts(desk, HouseholdQuery()).total == 0


def test_dry_run_says_what_would_happen(desk: Context, tmp_path: Path) -> None:
    result, _ = import_register(desk, workbook(tmp_path / "r.xlsx", GOOD), dry_run=True)
    assert result.added == 2
    assert desk.store.records.count(Query()) == 0


def test_a_household_number_is_given_once_in_a_village(desk: Context, tmp_path: Path) -> None:
    import_register(desk, workbook(tmp_path / "r.xlsx", GOOD))
    answers = {"township_code": "110114118", "village": "黑寨村", "household_no": "001", "householder_name": "样例丁"}
    with pytest.raises(InputFault) as caught:
        add_household(desk, answers)
    assert caught.value.code == "CP-1511"
    with pytest.raises(InputFault) as missing:
        add_household(desk, {**answers, "household_no": ""})
    assert missing.value.code == "CP-1512"
    made, _ = add_household(desk, {**answers, "household_no": "003"})
    assert household_lines(desk, [made])[0].number == "003"
