"""Files of answers as they come back from spreadsheet programs and from hands that slip: named, or without a difference."""

# ruff: noqa: E501 -- rows of a form are as long as they are

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.model.records import RecordKind
from cpdesk.operations.answers_files import AnswersImport, apply_answers, export_answers, preview_answers
from cpdesk.operations.publishing import publish_form

STREAM: Final = "110114118"
FORM: Final = """\
| survey | type | name | label::中文 (zh) | label::English (en) | calculation | constraint | bind::cpdesk:personal | bind::cpdesk:formerly |
| | text | person | 户主 | Householder | | | yes | |
| | select_multiple fuel | fuels | 燃料 | Fuels | | | | |
| | select_one odd | odd | 怪 | Odd | | | | |
| | text | remark | 备注 | Remark | | | | |
| | decimal | size | 面积 | Size | | | | |
| | date | day | 日期 | Day | | | | |
| | dateTime | moment | 时刻 | Moment | | | | |
| | begin_repeat | house | 房 | House | | | | |
| | text | kind | 哪栋 | Which | | | | |
| | begin_repeat | window | 窗 | Window | | | | |
| | integer | panes | 几块 | Panes | | . < 10 | | |
| | end_repeat | | | | | | | |
| | integer | all_panes | 共几块 | All panes | sum(${panes}) | | | |
| | end_repeat | | | | | | | |
| choices | list_name | name | label::中文 (zh) | label::English (en) |
| | fuel | coal | 煤 | Coal |
| | fuel | power | 电 | Electricity |
| | odd | 1 | 2 | 2 |
| | odd | 2 | 1 | 1 |
| | odd | 3 | 同 | Same |
| | odd | 4 | 同 | Same |
| settings | form_id | version | default_language | namespaces |
| | houses | 2026112201 | 中文 (zh) | cpdesk="https://cpdesk.example/xforms" |
"""
ANSWERS: Final = {
    "person": "样本甲",
    "fuels": "coal power",
    "odd": "1",
    "remark": "第一行\n第二行",
    "remark#note": "核对过",
    "size": "0.1",
    "day": "2026-11-22",
    "moment": "2026-11-22T10:30:00.000+08:00",
    "house[h1]": "a",
    "house[h1]/kind": "正房",
    "house[h1]/kind#quality": "M",
    "house[h1]/window[w1]": "a",
    "house[h1]/window[w1]/panes": "4",
    "house[h1]/window[w2]": "b",
    "house[h1]/window[w2]/panes": "2",
    "house[h1]/all_panes": "6",
    "house[h2]": "b",
    "house[h2]/kind": "厢房",
    "house[h2]/all_panes": "0",
    "gone_question": "旧答案",
}
OTHER: Final = {
    "person": "样本乙",
    "house[k1]": "a",
    "house[k1]/kind": "新房",
    "house[k1]/window[v1]": "a",
    "house[k1]/window[v1]/panes": "1",
    "house[k1]/all_panes": "1",
}
TEXTS: Final = (
    "007", "0.1", "1e21", "TRUE", "true", "2026/1/1", "1-2", "=1+1", "+86 10", "-5", "@x", "'quoted", "  spaced  ", " ", "\u3000", "a\tb", "a\rb", "a\r\nb",
    "\u200b", "\u200f\u0645\u0631\u062d\u0628\u0627", "\u202eevil\u202c", "e\u0301\u0300", "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3fd", "\u2028\u2029", "\ufeffbom",
    "\x01\x1f\x7f\x85", "\ufffe\uffff", "_x000D_", "_x005F_x000D_", "_x005F\x08", "\u241b000D;", "\u241b\u241b", "_x_x0041_", "<b>&amp;</b>", "]]>", "#", "#REF!", "长" * 4001, "\U00020000\U0010ffff", '"a","b"', "a,b;c、d", "x",
)  # fmt: skip


@pytest.fixture
def desk_of_houses(desk: Context, tmp_path: Path) -> Context:
    file = tmp_path / "houses.md"
    file.write_text(FORM, encoding="utf-8")
    publish_form(desk, file)
    return desk


def survey(desk: Context, answers: dict[str, str]) -> str:
    made, _ = desk.store.records.create_record(
        RecordKind.SURVEY, "houses", "2026112201", STREAM, answers, actor=desk.actor, sample=True
    )
    return made


@pytest.fixture
def exported(desk_of_houses: Context, tmp_path: Path) -> tuple[Context, list[str], Path]:
    records = [survey(desk_of_houses, ANSWERS), survey(desk_of_houses, OTHER)]
    path = tmp_path / "answers.xlsx"
    export_answers(desk_of_houses, records, path, personal=True)
    return desk_of_houses, records, path


def standing(desk: Context, records: list[str]) -> list[dict[str, str]]:
    return [dict(desk.store.records.get(record).answers) for record in records]


def edited(path: Path, change: Callable[[Workbook], object]) -> None:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def column(book: Workbook, sheet: str, header: str) -> int:
    return next(cell.column for cell in book[sheet][1] if cell.value == header)


def put(book: Workbook, sheet: str, row: int, header: str, value: object) -> None:
    book[sheet].cell(row, column(book, sheet, header)).value = value  # type: ignore[assignment]


def codes(preview: AnswersImport) -> set[str]:
    for one in preview.problems:
        assert one.message("zh") and one.remedy("zh") and one.message("en")
    return {one.code for one in preview.problems}


@pytest.mark.parametrize("suffix", [".xlsx", ".zip"])
def test_texts_of_every_kind_come_back(desk_of_houses: Context, tmp_path: Path, suffix: str) -> None:
    desk = desk_of_houses
    records = [
        survey(
            desk,
            {
                "person": text,
                "remark": text,
                "house[h]": "a",
                "house[h]/kind": text,
                "fuels": text,
                "old": text,
                "remark#note": text,
            },
        )
        for text in TEXTS
    ]
    path = tmp_path / f"后缀\u202e \U0001f3e0{suffix}"
    export_answers(desk, records, path, personal=True)
    preview = preview_answers(desk, path)
    assert (codes(preview), preview.changes, preview.unchanged) == (set(), (), len(TEXTS))
    before = standing(desk, records)
    for record in records:  # and comes back whole after everything was overwritten
        desk.store.records.save(
            record, {"person": "别的", "remark": "别的", "house[h]/kind": "别的", "remark#note": "别的"}, desk.actor
        )
    apply_answers(desk, preview_answers(desk, path))
    assert standing(desk, records) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda book: put(book, "house", 1, "_id", "id"), "CP-1107"),
        (lambda book: put(book, "house", 1, "_item", "item"), "CP-1107"),
        (lambda book: put(book, "window", 1, "_item", None), "CP-1107"),
        (lambda book: book["house"].delete_rows(1), "CP-1107"),
        (lambda book: put(book, "house", 1, "_parent", "_item"), "CP-1108"),
        (lambda book: put(book, "surveys", 1, "remark", "person"), "CP-1108"),
        (lambda book: setattr(book["window"], "title", "windows"), "CP-1150"),
        (lambda book: put(book, "house", 3, "_id", "another"), "CP-1143"),
        (lambda book: put(book, "house", 3, "_id", None), "CP-1143"),
        (lambda book: put(book, "house", 3, "_id", book["surveys"]["A4"].value), "CP-1151"),
        (lambda book: put(book, "house", 4, "_item", "h1"), "CP-1152"),
        (lambda book: put(book, "house", 3, "_item", "=A1"), "CP-1116"),
        (lambda book: put(book, "window", 3, "house/window/panes", "=1+1"), "CP-1116"),
        (lambda book: put(book, "surveys", 3, "remark", "#REF!"), "CP-1115"),
        (lambda book: book["house"].merge_cells("A3:A4"), "CP-1151"),
        (lambda book: book["house"].merge_cells("D3:D4"), "CP-1110"),
        (lambda book: put(book, "surveys", 3, "odd", "同"), "CP-1147"),
        (lambda book: put(book, "surveys", 3, "size", datetime(2026, 11, 22)), "CP-1147"),
        (lambda book: put(book, "surveys", 3, "day", 1e21), "CP-1147"),
        (
            lambda book: put(book, "surveys", 1, "size", "siez"),
            "CP-1149",
        ),
        (lambda book: put(book, "more", 3, "_part", "9" * 5000), "CP-1153"),
        (lambda book: put(book, "more", 3, "_part", 2), "CP-1153"),
        (lambda book: put(book, "surveys", 3, "_id", "_xD800_"), "CP-1145"),
        (lambda book: put(book, "surveys", 3, "_id", "_x0000_"), "CP-1145"),
        (lambda book: put(book, "surveys", 3, "remark", "_x0000_"), "CP-1147"),
        (lambda book: put(book, "house", 4, "_item", "_xD800_"), "CP-1148"),
        (lambda book: put(book, "house", 4, "_item", "]/x["), "CP-1148"),
        (lambda book: book["more"].append([*[cell.value for cell in book["more"][3]][:3], "anders"]), "CP-1154"),
    ],
)
def test_a_slip_is_named_and_takes_nothing_away(
    exported: tuple[Context, list[str], Path], change: Callable[[Workbook], object], code: str
) -> None:
    desk, records, path = exported
    before = standing(desk, records)
    edited(path, change)
    preview = preview_answers(desk, path)
    assert code in codes(preview), codes(preview)
    apply_answers(desk, preview)
    assert standing(desk, records)[0] == before[0]


@pytest.mark.parametrize("sheet", ["surveys"])
def test_a_file_without_its_first_table_is_refused(exported: tuple[Context, list[str], Path], sheet: str) -> None:
    desk, _, path = exported
    edited(path, lambda book: put(book, sheet, 1, "_id", "id"))
    with pytest.raises(InputFault) as refused:
        preview_answers(desk, path)
    assert refused.value.code == "CP-1142"


@pytest.mark.parametrize(
    ("header", "value", "stored"),
    [
        ("size", 0.1, "0.1"),
        ("size", 1e21, "1000000000000000000000"),
        ("size", 12, "12"),
        ("remark", 1e21, "1000000000000000000000"),
        ("remark", 0.1, "0.1"),
        ("remark", True, "true"),
        ("remark", "007", "007"),
        ("remark", datetime(2026, 11, 22, 8, 30), "2026-11-22T08:30:00"),
        ("remark", date(2026, 11, 22), "2026-11-22"),
        ("day", datetime(2026, 11, 23), "2026-11-23"),
        ("moment", datetime(2026, 11, 23, 8, 30), "2026-11-23T08:30:00"),
        ("remark", "_xD800_", "_xD800_"),
        ("odd", "2", "2"),
        ("odd", 2, "2"),
        ("fuels", "电，煤", "power coal"),
    ],
)
def test_values_typed_in_excel_are_taken_as_meant(
    exported: tuple[Context, list[str], Path], header: str, value: object, stored: str
) -> None:
    desk, records, path = exported
    edited(path, lambda book: put(book, "surveys", 3, header, value))
    preview = preview_answers(desk, path)
    assert codes(preview) == set()
    apply_answers(desk, preview)
    now = standing(desk, records)
    assert now == [{**ANSWERS, header: stored}, OTHER]


def test_rows_in_another_order_change_nothing(exported: tuple[Context, list[str], Path]) -> None:
    desk, _, path = exported

    def shuffled(book: Workbook) -> None:
        for sheet in book.worksheets:
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
            random.Random(1).shuffle(rows)
            for number, row in enumerate(rows, 3):
                for place, value in enumerate(row, 1):
                    sheet.cell(number, place).value = value

    edited(path, shuffled)
    preview = preview_answers(desk, path)
    assert (codes(preview), preview.changes, preview.unchanged) == (set(), (), 2)


def test_cells_swapped_at_random_are_named_or_taken_back_whole(exported: tuple[Context, list[str], Path]) -> None:
    desk, records, path = exported
    content, before = path.read_bytes(), standing(desk, records)
    for seed in range(40):
        chance = random.Random(seed)
        path.write_bytes(content)

        def swapped(book: Workbook, chance: random.Random = chance) -> None:
            for _ in range(chance.randint(1, 4)):
                sheet = chance.choice(book.worksheets)
                places = [(chance.randint(1, sheet.max_row), chance.randint(1, sheet.max_column)) for _ in range(2)]
                one, other = (sheet.cell(*place) for place in places)
                one.value, other.value = other.value, chance.choice((one.value, None, "=A1", 7, "x", True))

        edited(path, swapped)
        try:
            preview = preview_answers(desk, path)
        except CpdeskError as fault:
            assert fault.message("zh")
            continue
        codes(preview)
        result, _ = apply_answers(desk, preview)
        if result.changed:
            desk.store.batches.revert(result.batch, desk.actor)
        assert standing(desk, records) == before, seed


@pytest.mark.parametrize(("surveys", "rows"), [(20, 500), pytest.param(1, 10_000, marks=pytest.mark.slow)])
def test_ten_thousand_rows_come_in(desk_of_houses: Context, tmp_path: Path, surveys: int, rows: int) -> None:
    desk = desk_of_houses
    records = [survey(desk, {"person": "样本甲"}) for _ in range(surveys)]
    path = tmp_path / "rows.xlsx"
    export_answers(desk, records, path, personal=True)

    def filled(book: Workbook) -> None:
        for number in range(rows):
            for record in records:
                book["house"].append([record, None, None, f"第{number}栋"])

    edited(path, filled)
    started = time.process_time()
    preview = preview_answers(desk, path)
    assert time.process_time() - started < 60
    assert codes(preview) == set() and {len(change.values) for change in preview.changes} == {rows * 3}
    apply_answers(desk, preview)
    for record in records:
        answers = desk.store.records.get(record).answers
        assert [text for path, text in answers.items() if path.endswith("/kind")] == [f"第{n}栋" for n in range(rows)]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_has_no_difference(desk_of_houses: Context, tmp_path: Path) -> None:
    desk = desk_of_houses
    records = [survey(desk, ANSWERS), survey(desk, OTHER)]
    records += [survey(desk, {"person": text, "remark": text, "remark#note": text}) for text in TEXTS]
    path = tmp_path / "answers.xlsx"
    export_answers(desk, records, path, personal=True)
    saved = tmp_path / "saved"
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(saved),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    preview = preview_answers(desk, saved / "answers.xlsx")
    assert (codes(preview), preview.changes, preview.unchanged) == (set(), (), len(records))


def test_personal_answers_of_an_older_version_stay_at_home(desk_of_houses: Context, tmp_path: Path) -> None:
    desk = desk_of_houses
    record = survey(desk, ANSWERS | {"person.aside": "样本丙", "person#note": "样本丁"})
    newer = tmp_path / "newer.md"
    newer.write_text(FORM.replace("2026112201", "2026112202").replace("| person |", "| name |"), encoding="utf-8")
    publish_form(desk, newer)
    fresh, _ = desk.store.records.create_record(
        RecordKind.SURVEY, "houses", "2026112202", STREAM, {"name": "样本戊"}, actor=desk.actor, sample=True
    )
    path = tmp_path / "answers.xlsx"
    export_answers(desk, [record, fresh], path)
    book = openpyxl.load_workbook(path)
    cells = {str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not [cell for cell in cells if "样本" in cell] and "核对过" in cells
    assert preview_answers(desk, path).changes == ()
