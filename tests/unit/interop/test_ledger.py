"""The ledger: what is written reads back, prints on A4, and cannot carry a formula in a name."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.interop.ledger import LedgerHead, LedgerRow, read_ledger, write_ledger

MADE_AT = datetime(2026, 11, 22, tzinfo=UTC)
HEAD = LedgerHead(
    "流村镇黑寨村农宅节能改造汇总台账", office="流村镇规建办", period="2026-11", number="样-1", sample=True
)
FULL = LedgerRow(
    household_no="032",
    householder_name="张秀兰",
    village="黑寨村",
    build_year=1996,
    floor_area_m2=118.5,
    heated_area_m2=86,
    heating_now="土暖气（烧煤）",
    coal_t=3.43,
    heating_cost_yuan=4120,
    package="密封 + 吊顶 + 外墙",
    investment_yuan=20600,
    subsidy_yuan=8200,
    own_cost_yuan=12400,
    saving_low_yuan=980,
    saving_yuan=1340,
    saving_high_yuan=1700,
    saving_kgce=1120,
    saving_tco2=2.7,
    payback_a=9.3,
    quality="B",
    status="已签字",
)
BARE = LedgerRow(household_no="088", householder_name="阿卜杜热合曼·买买提", village="奤夿屯村")


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).active


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_reads_back(tmp_path: Path, language: str) -> None:
    rows = [FULL, BARE]
    (tmp_path / "a.xlsx").write_bytes(write_ledger(rows, HEAD, made_at=MADE_AT, language=language))
    assert read_ledger(tmp_path / "a.xlsx") == rows


def test_an_empty_ledger_is_still_one(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(write_ledger([], HEAD, made_at=MADE_AT))
    assert read_ledger(tmp_path / "a.xlsx") == []


amounts = st.none() | st.integers(0, 10**9).map(lambda cents: cents / 100)  # a workbook keeps 15 digits
names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(lambda name: name != "—")


@settings(max_examples=20, deadline=None)
@given(names, amounts, amounts)
def test_any_name_and_amount_reads_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, cost: float | None, saving: float | None
) -> None:
    row = LedgerRow("007", name, "黑寨村", own_cost_yuan=cost, saving_yuan=saving)
    path = tmp_path_factory.mktemp("ledger") / "a.xlsx"
    path.write_bytes(write_ledger([row], HEAD, made_at=MADE_AT))
    assert read_ledger(path) == [row]


def test_totals_are_formulas_over_all_households() -> None:
    sheet = opened(write_ledger([FULL, BARE, FULL], HEAD, made_at=MADE_AT))
    totals = {cell.value for cell in sheet[9] if isinstance(cell.value, str) and cell.value.startswith("=")}
    assert '=IF(SUBTOTAL(102,O6:O8)=0,"—",SUBTOTAL(109,O6:O8))' in totals and len(totals) == 13
    assert sheet["A9"].value == "合计 3 户"
    content = write_ledger([FULL, BARE, FULL], HEAD, made_at=MADE_AT)
    shown = openpyxl.load_workbook(io.BytesIO(content), data_only=True).active
    assert shown is not None
    assert (shown["O9"].value, shown["I9"].value, shown["J9"].value) == (24800, 6.86, "—")  # for viewers of no sums
    assert not [cell for cell in sheet[9] if cell.data_type == "f" and cell.column_letter == "U"]  # paybacks do not add


def test_it_prints_on_a4_landscape_with_its_header_on_every_page() -> None:
    sheet = opened(write_ledger([FULL], HEAD, made_at=MADE_AT))
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$3:$5" and sheet.freeze_panes == "D6"
    assert sheet.print_area == "'台账'!$A$1:$W$10"
    assert {key for key, one in sheet.column_dimensions.items() if one.hidden} == {"D", "G", "P", "R", "S", "U"}
    assert "A1:W1" in {str(merged) for merged in sheet.merged_cells.ranges}


@pytest.mark.parametrize("name", ["=1+1", "=HYPERLINK(A1)", "+8", "@SUM", "-1"])
def test_a_name_cannot_be_a_formula(name: str) -> None:
    sheet = opened(write_ledger([LedgerRow("001", name, "黑寨村")], HEAD, made_at=MADE_AT))
    assert (sheet["C6"].value, sheet["C6"].data_type) == (name, "s")


def test_its_foot_says_who_made_it_and_when() -> None:
    head = LedgerHead("台账", made_by="R&D 周敏")
    foot = opened(write_ledger([FULL], head, made_at=MADE_AT)).oddFooter
    assert "R&&D 周敏" in foot.left.text and "2026-11-22" in foot.left.text
    assert "2026-11-22" in opened(write_ledger([FULL], HEAD, made_at=MADE_AT)).oddFooter.left.text


def test_a_long_package_gets_a_row_it_fits_in() -> None:
    long = LedgerRow("001", "李强", "黑寨村", package="密封+吊顶+外墙+前窗+后窗+热风机+门帘")
    sheet = opened(write_ledger([long, LedgerRow("002", "李强", "黑寨村")], HEAD, made_at=MADE_AT))
    assert sheet.row_dimensions[6].height > sheet.row_dimensions[7].height >= 18


def test_nothing_is_a_dash_and_zero_is_zero() -> None:
    sheet = opened(write_ledger([LedgerRow("001", "李强", "黑寨村", coal_t=0)], HEAD, made_at=MADE_AT))
    assert (sheet["I6"].value, sheet["J6"].value) == (0, "—")


def test_a_household_number_keeps_its_zeros_and_sample_data_its_mark() -> None:
    sheet = opened(write_ledger([FULL], HEAD, made_at=MADE_AT))
    assert sheet["B6"].value == "032" and "虚构数据" in sheet["A2"].value


def test_other_workbooks_and_spoiled_cells_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputFault) as fault:
        read_ledger(tmp_path / "a.xlsx")
    assert fault.value.code == "CP-1130"
    sheet = opened(write_ledger([FULL], HEAD, made_at=MADE_AT))
    sheet["O6"] = "一万二"
    sheet.parent.save(tmp_path / "b.xlsx")
    with pytest.raises(InputFault) as fault:
        read_ledger(tmp_path / "b.xlsx")
    assert fault.value.code == "CP-1131" and "自付" in fault.value.message() and "一万二" in fault.value.message()
