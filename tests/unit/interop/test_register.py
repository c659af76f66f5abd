"""Reading village registers as offices really send them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cpdesk.base.errors import EnvironmentFault, InputFault
from cpdesk.interop.register import RegisterReading, read_register

HEADER = ["户号", "户主", "镇街", "行政村", "联系方式", "人口", "建成年份", "宅基地\n面积（㎡）", "备注"]
GOOD = ["032", "张秀兰", "流村镇", "黑寨村", "13800001234", 3, 1996, 268.5, None]
PLACE = {"township_code": "110114118", "village": "黑寨村"}

Edit = Callable[[Any], None]


def book(path: Path, rows: list[list[object]], *, edit: Edit = lambda sheet: None) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "名册"
    sheet.append(["流村镇黑寨村农户名册（样例）"])
    sheet.merge_cells("A1:I1")
    sheet.append(["单位：流村镇", None, "2026-11"])
    for row in rows:
        sheet.append(row)
    edit(sheet)
    workbook.save(path)
    return path


def read(path: Path, **named: Any) -> RegisterReading:
    return read_register(path, this_year=2026, **named)


def codes(reading: RegisterReading) -> list[tuple[str, int, str]]:
    return [(problem.code, problem.row, problem.column) for problem in reading.problems]


def test_a_sound_register_with_a_title_above(tmp_path: Path) -> None:
    reading = read(book(tmp_path / "a.xlsx", [HEADER, GOOD, ["033", "李强", 110114118, "黑寨村"]]))
    assert reading.problems == ()
    assert (reading.sheet, reading.header_row) == ("名册", 3)
    assert reading.rows[0].answers == {
        "household_no": "032",
        "householder_name": "张秀兰",
        "township_code": "110114118",
        "village": "黑寨村",
        "householder_phone": "13800001234",
        "residents": "3",
        "build_year": "1996",
        "homestead_m2": "268.5",
    }
    assert reading.rows[1].answers["township_code"] == "110114118"
    assert reading.good_rows == reading.rows


def test_numbers_stored_as_text_and_full_width_digits_are_taken(tmp_path: Path) -> None:
    row = ["０３２", "张秀兰", "流村镇", "黑寨村", "１３８ 0000-1234", "３", "１９９６年", "1,268.50", None]
    reading = read(book(tmp_path / "a.xlsx", [HEADER, row]))
    assert reading.problems == ()
    answers = reading.rows[0].answers
    assert (answers["household_no"], answers["householder_phone"]) == ("032", "13800001234")
    assert (answers["residents"], answers["build_year"], answers["homestead_m2"]) == ("3", "1996", "1268.5")


def test_a_number_shown_with_leading_zeros_keeps_them(tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet["A4"].number_format = "000"

    reading = read(book(tmp_path / "a.xlsx", [HEADER, [32, *GOOD[1:]], [33, *GOOD[1:]]], edit=edit))
    assert [row.answers["household_no"] for row in reading.rows] == ["032", "33"]


def test_a_date_as_year_and_a_telephone_that_excel_made_a_number(tmp_path: Path) -> None:
    row = ["032", "张秀兰", "流村镇", "黑寨村", 13800001234.0, 3.0, datetime(1996, 5, 1), 268, None]
    answers = read(book(tmp_path / "a.xlsx", [HEADER, row])).rows[0].answers
    assert (answers["build_year"], answers["householder_phone"], answers["residents"]) == ("1996", "13800001234", "3")


def test_rare_and_padded_names_stay_as_written(tmp_path: Path) -> None:
    names = ["𬱖某", "阿卜杜热合曼·买买提", "张　兰", "﨑某"]
    rows: list[list[object]] = [[f"{n:03}", name, "马池口镇", "奤夿屯村"] for n, name in enumerate(names, 1)]
    reading = read(book(tmp_path / "a.xlsx", [HEADER, *rows]))
    assert [row.answers["householder_name"] for row in reading.rows] == ["𬱖某", "阿卜杜热合曼·买买提", "张兰", "﨑某"]
    assert reading.rows[0].answers["village"] == "奤夿屯村"


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (0, None, "CP-1109"),
        (0, "32号", "CP-1120"),
        (1, None, "CP-1109"),
        (1, "甲" * 31, "CP-1121"),
        (2, "回龙观镇", "CP-1117"),
        (2, 110114117, "CP-1117"),
        (3, None, "CP-1109"),
        (4, "13800", "CP-1114"),
        (4, "没有", "CP-1114"),
        (5, "三口", "CP-1112"),
        (5, 2.5, "CP-1113"),
        (5, 31, "CP-1113"),
        (6, "96", "CP-1119"),
        (6, 2027, "CP-1119"),
        (6, "九十年代", "CP-1119"),
        (7, "268平", "CP-1112"),
        (7, 9, "CP-1113"),
        (7, True, "CP-1112"),
    ],
)
def test_a_wrong_cell_is_named_with_its_place(tmp_path: Path, place: int, value: object, code: str) -> None:
    row = [*GOOD[:place], value, *GOOD[place + 1 :]]
    reading = read(book(tmp_path / "a.xlsx", [HEADER, ["001", *GOOD[1:]], row]))
    assert codes(reading) == [(code, 5, "ABCDEFGHI"[place])]
    assert [row.row for row in reading.good_rows] == [4]
    problem = reading.problems[0]
    assert "5" in problem.message("zh") and "5" in problem.message("en")
    assert problem.remedy("zh") and problem.remedy("en")
    assert "—" not in problem.message("zh")


def test_duplicates_name_both_rows(tmp_path: Path) -> None:
    other_village = [*GOOD[:3], "漆园村", *GOOD[4:]]
    reading = read(book(tmp_path / "a.xlsx", [HEADER, GOOD, other_village, GOOD]))
    assert codes(reading) == [("CP-1111", 4, "A"), ("CP-1111", 6, "A")]
    assert "第 6 行" in reading.problems[0].message() and "第 4 行" in reading.problems[1].message()
    assert [row.row for row in reading.good_rows] == [5]


def test_merged_cells_are_named_and_not_spread(tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet.merge_cells("D4:D5")

    rows = [HEADER, GOOD, ["033", *GOOD[1:]], ["034", *GOOD[1:]]]
    reading = read(book(tmp_path / "a.xlsx", rows, edit=edit))
    assert codes(reading) == [("CP-1110", 4, "D")]
    assert "D4:D5" in reading.problems[0].message()
    assert "village" not in reading.rows[1].answers
    assert [row.row for row in reading.good_rows] == [6]


def test_formula_errors_and_unsaved_formulas(tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet["F4"] = "#REF!"
        sheet["F4"].data_type = "e"
        sheet["G4"] = "=1990+6"

    reading = read(book(tmp_path / "a.xlsx", [HEADER, GOOD], edit=edit))
    assert codes(reading) == [("CP-1115", 4, "F"), ("CP-1116", 4, "G")]
    assert "#REF!" in reading.problems[0].message()


def test_missing_and_repeated_columns_spoil_the_sheet(tmp_path: Path) -> None:
    reading = read(book(tmp_path / "a.xlsx", [["户号", "户主", "姓名", "人口"], ["001", "张秀兰", "李强", 3]]))
    assert sorted(code for code, _, _ in codes(reading)) == ["CP-1107", "CP-1107", "CP-1108"]
    assert reading.good_rows == ()
    assert "镇" in "".join(problem.message() for problem in reading.problems)


def test_defaults_stand_in_for_missing_columns(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["户号", "户主", "门楼"], ["001", "张秀兰", "一"]])
    reading = read(path, defaults=PLACE)
    assert reading.problems == ()
    assert reading.rows[0].answers["village"] == "黑寨村"
    assert reading.unused == (("C", "门楼"),)


def test_totals_footers_repeated_headers_and_blank_rows_are_no_households(tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet["A900"].number_format = "@"
        sheet.row_dimensions[4].hidden = True
        sheet.merge_cells("A9:C9")

    rows: list[list[object]] = [HEADER, GOOD, [], HEADER, ["033", *GOOD[1:]], ["合 计", "2户"], ["填表人：王某"]]
    reading = read(book(tmp_path / "a.xlsx", rows, edit=edit))
    assert reading.problems == ()
    assert [(row.row, row.hidden) for row in reading.rows] == [(4, True), (7, False)]
    assert (reading.hidden_rows, reading.skipped) == (1, 3)


def test_the_right_sheet_is_found_and_can_be_named(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    cover = workbook.active
    assert cover is not None
    cover.title = "封面"
    cover["A1"] = "说明"
    for name in ("一组", "二组"):
        sheet = workbook.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(GOOD)
    workbook.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").sheet == "一组"
    assert read(tmp_path / "a.xlsx").other_sheets == ("封面", "二组")
    assert read(tmp_path / "a.xlsx", sheet="二组").sheet == "二组"
    with pytest.raises(InputFault) as fault:
        read(tmp_path / "a.xlsx", sheet="三组")
    assert fault.value.code == "CP-1124" and "二组" in fault.value.message()


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8-sig", ","), ("gb18030", ","), ("utf-8", "\t")])
def test_csv_in_the_encodings_offices_use(tmp_path: Path, encoding: str, separator: str) -> None:
    header = ["户号", "户主", "镇街", "行政村", "人口"]
    text = "\r\n".join(separator.join(row) for row in (header, ["032", "张秀兰", "流村镇", "黑寨村", "3"]))
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    reading = read(tmp_path / "a.csv")
    assert reading.problems == ()
    assert reading.rows[0].answers["household_no"] == "032"


def zipped(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "CP-1101"),
        ("a.xlsx", b"not a workbook", "CP-1101"),
        ("a.xlsx", zipped(other=b"x"), "CP-1101"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "CP-1102"),
        ("a.xls", OLE, "CP-1103"),
        ("a.xlsx", zipped(bomb=bytes(3_000_000)), "CP-1104"),
        ("a.docx", b"PK", "CP-1125"),
        ("a.csv", b"\x81\xff\xff\x00", "CP-1123"),
        ("a.csv", "甲,乙\r\n1,2".encode(), "CP-1106"),
    ],
)
def test_files_that_are_no_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, code: str
) -> None:
    monkeypatch.setattr("cpdesk.interop.workbook.UNPACKED_BYTES_MAX", 2_000_000)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputFault) as fault:
        read(tmp_path / name)
    assert fault.value.code == code
    assert name in fault.value.message("zh") and fault.value.remedy("en")


def test_a_truncated_workbook_and_one_with_an_entity_bomb(tmp_path: Path) -> None:
    sound = book(tmp_path / "a.xlsx", [HEADER, GOOD]).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(sound[: len(sound) // 2])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package, zipfile.ZipFile(tmp_path / "c.xlsx", "w") as copy:
        for name in package.namelist():
            content = package.read(name)
            if name == "xl/workbook.xml":
                content = content.replace(b"<workbook", b'<!DOCTYPE w [<!ENTITY a "b">]><workbook', 1)
            copy.writestr(name, content)
    for name in ("b.xlsx", "c.xlsx"):
        with pytest.raises(InputFault) as fault:
            read(tmp_path / name)
        assert fault.value.code == "CP-1101"


def test_a_missing_file_is_nobodys_mistake(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as fault:
        read(tmp_path / "none.xlsx")
    assert fault.value.code == "CP-2004"


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpdesk.interop.register.ROWS_MAX", 2)
    with pytest.raises(InputFault) as fault:
        read(book(tmp_path / "a.xlsx", [HEADER, *([f"{n:03}", *GOOD[1:]] for n in range(3))]))
    assert fault.value.code == "CP-1105"
