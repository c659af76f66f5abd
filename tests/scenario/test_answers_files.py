"""Answers out to a workbook or CSV files and back: untouched files change nothing, edits come back by the rules."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.interop.answer_files import escape, read_tables, unescape, write_tables
from cpdesk.interop.answer_tables import AnswerTable
from cpdesk.model.records import RecordKind, Status
from cpdesk.operations.answers_files import apply_answers, export_answers, preview_answers
from cpdesk.operations.publishing import publish_form

STREAM = "110114118"
FORM = """\
| survey | type | name | label::中文 (zh) | label::English (en) | calculation | constraint | bind::cpdesk:personal |
| | text | person | 户主 | Householder | | | yes |
| | select_multiple fuel | fuels | 燃料 | Fuels | | | |
| | text | remark | 备注 | Remark | | | |
| | begin_repeat | house | 房 | House | | | |
| | text | kind | 哪栋 | Which | | | |
| | begin_repeat | window | 窗 | Window | | | |
| | integer | panes | 几块 | Panes | | . < 10 | |
| | end_repeat | | | | | | |
| | integer | all_panes | 共几块 | All panes | sum(${panes}) | | |
| | end_repeat | | | | | | |
| choices | list_name | name | label::中文 (zh) | label::English (en) |
| | fuel | coal | 煤 | Coal |
| | fuel | power | 电 | Electricity |
| settings | form_id | version | default_language | namespaces |
| | houses | 2026112201 | 中文 (zh) | cpdesk="https://cpdesk.example/xforms" |
"""
ANSWERS = {
    "person": "样本甲",
    "fuels": "coal power",
    "remark": "=1+1\n第二行",
    "remark#note": "核对过",
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


@pytest.fixture
def form(desk: Context, tmp_path: Path) -> Context:
    file = tmp_path / "houses.md"
    file.write_text(FORM, encoding="utf-8")
    publish_form(desk, file)
    return desk


def survey(desk: Context, answers: dict[str, str] = ANSWERS) -> str:
    made, _ = desk.store.records.create_record(
        RecordKind.SURVEY, "houses", "2026112201", STREAM, answers, actor=desk.actor, sample=True
    )
    return made


def edit(path: Path, sheet: str, changes: dict[str, object]) -> None:
    """Change cells of a workbook as a person would."""
    book = openpyxl.load_workbook(path)
    for place, value in changes.items():
        book[sheet][place] = value
    book.save(path)


@pytest.mark.parametrize("suffix", [".xlsx", ".zip"])
def test_a_file_that_nobody_touched_changes_nothing(form: Context, tmp_path: Path, suffix: str) -> None:
    records = [survey(form), survey(form, {"person": "样本乙"})]
    path = tmp_path / f"answers{suffix}"
    assert export_answers(form, records, path, personal=True) == 2
    preview = preview_answers(form, path)
    assert (preview.problems, preview.changes, preview.unchanged) == ((), (), 2)


def test_edits_come_back_by_the_rules_and_are_taken_back(form: Context, tmp_path: Path) -> None:
    record = survey(form)
    path = tmp_path / "answers.xlsx"
    export_answers(form, [record], path, personal=True)
    edit(path, "surveys", {"E3": "样本丙", "F3": "电、煤", "G3": None})
    edit(path, "window", {"D3": 5, "A5": record, "C5": "h2", "D5": "３"})
    preview = preview_answers(form, path)
    assert preview.problems == ()
    result, _ = apply_answers(form, preview)
    assert result.changed == (record,)
    now = dict(form.store.records.get(record).answers)
    added = next(key for key in now if key.startswith("house[h2]/window[") and key.endswith("]"))
    assert now == {
        **{key: value for key, value in ANSWERS.items() if key != "remark"},
        "person": "样本丙",
        "fuels": "power coal",
        "house[h1]/window[w1]/panes": "5",
        "house[h1]/all_panes": "7",
        added: now[added],
        f"{added}/panes": "3",
        "house[h2]/all_panes": "3",
    }
    assert form.store.batches.newest()[0].title == "导入 answers.xlsx"
    form.store.batches.revert(result.batch, form.actor)
    assert form.store.records.get(record).answers == ANSWERS


def test_a_row_taken_out_of_a_repeat_removes_the_item(form: Context, tmp_path: Path) -> None:
    record = survey(form)
    path = tmp_path / "answers.xlsx"
    export_answers(form, [record], path, personal=True)
    book = openpyxl.load_workbook(path)
    book["window"].delete_rows(3)
    book.save(path)
    apply_answers(form, preview_answers(form, path))
    now = form.store.records.get(record).answers
    assert "house[h1]/window[w1]" not in now and now["house[h1]/all_panes"] == "2"


def test_wrong_cells_are_named_and_their_survey_left_out(form: Context, tmp_path: Path) -> None:
    wrong, right = survey(form), survey(form, {"person": "样本乙"})
    path = tmp_path / "answers.xlsx"
    export_answers(form, [wrong, right], path, personal=True)
    edit(path, "window", {"D3": "四", "D4": 12})
    edit(path, "surveys", {"F3": "wood", "E4": "样本丁"})
    preview = preview_answers(form, path)
    assert [(one.sheet, one.row, one.column, one.header, one.value) for one in preview.problems] == [
        ("surveys", 3, "F", "fuels", "wood"),
        ("window", 3, "D", "house/window/panes", "四"),
        ("window", 4, "D", "house/window/panes", "12"),
    ]
    assert "四" in preview.problems[1].message("zh") and preview.left_out == 1
    result, _ = apply_answers(form, preview)
    assert result.changed == (right,)
    assert form.store.records.get(wrong).answers == ANSWERS


def test_personal_questions_stay_at_home_unless_asked_for(form: Context, tmp_path: Path) -> None:
    record = survey(form)
    path = tmp_path / "answers.zip"
    export_answers(form, [record], path)
    with zipfile.ZipFile(path) as package:
        content = b"".join(package.read(name) for name in package.namelist()).decode("utf-8-sig")
    assert "样本甲" not in content and "person" not in content
    assert preview_answers(form, path).unchanged == 1


def test_structure_that_cannot_be(form: Context, tmp_path: Path) -> None:
    record = survey(form)
    path = tmp_path / "answers.xlsx"
    export_answers(form, [record], path, personal=True)
    edit(path, "surveys", {"A4": record, "H1": "nothing", "H3": "x"})
    edit(path, "window", {"B3": "w9", "A5": "nobody"})
    codes = {one.code for one in preview_answers(form, path).problems}
    assert codes == {"CP-1144", "CP-1148", "CP-1143", "CP-1149"}
    edit(path, "surveys", {"A3": "01900000-0000-7000-8000-000000000000", "A4": None})
    assert "CP-1145" in {one.code for one in preview_answers(form, path).problems}


def test_what_has_been_handed_in_is_not_changed(form: Context, tmp_path: Path) -> None:
    record = survey(form)
    path = tmp_path / "answers.xlsx"
    export_answers(form, [record], path, personal=True)
    edit(path, "surveys", {"E3": "样本丙"})
    form.store.records.set_status(record, Status.COMPLETE, form.actor)
    form.store.records.set_status(record, Status.SUBMITTED, form.actor)
    assert [one.code for one in preview_answers(form, path).problems] == ["CP-1146"]


def test_files_that_are_none(form: Context, tmp_path: Path) -> None:
    record = survey(form)
    for name, code in (("a.pdf", "CP-1140"),):
        with pytest.raises(InputFault) as refused:
            export_answers(form, [record], tmp_path / name)
        assert refused.value.code == code
    with pytest.raises(InputFault) as nothing:
        export_answers(form, [], tmp_path / "a.xlsx")
    assert nothing.value.code == "CP-1141"
    for name in ("b.xlsx", "b.zip"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 no file")
        with pytest.raises(InputFault) as damaged:
            preview_answers(form, tmp_path / name)
        assert damaged.value.code == "CP-1101"
    openpyxl.Workbook().save(tmp_path / "c.xlsx")
    with pytest.raises(InputFault) as other:
        preview_answers(form, tmp_path / "c.xlsx")
    assert other.value.code == "CP-1142"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(TEXTS)
def test_any_text_is_escaped_and_back(text: str) -> None:
    for mistakable in (text, f"_x005F{text}", f"{text}_x005F_x000D_"):
        assert unescape(escape(mistakable)) == mistakable
        assert unescape(escape(escape(mistakable))) == escape(mistakable)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS | st.just("-5") | st.just("=SUM(A1)") | st.just("_x000D_ ")), min_size=1))
@pytest.mark.parametrize("suffix", [".xlsx", ".zip"])
def test_any_text_comes_back_from_a_file(tmp_path: Path, suffix: str, rows: list[tuple[str, str]]) -> None:
    path = tmp_path / f"t{suffix}"
    write_tables(path, [AnswerTable("surveys", ("_id", "a"), ("#", ""), list(rows))])
    [sheet] = read_tables(path)
    assert [tuple(row) for row in sheet.rows[2:]] == rows


def test_an_answer_longer_than_a_cell_comes_back(form: Context, tmp_path: Path) -> None:
    long = {**ANSWERS, "remark": "长" * 9_999 + "尾"}
    record = survey(form, long)
    path = tmp_path / "answers.xlsx"
    export_answers(form, [record], path, personal=True)
    assert preview_answers(form, path).unchanged == 1
    form.store.records.save(record, {"remark": "短"}, form.actor)
    apply_answers(form, preview_answers(form, path))
    assert form.store.records.get(record).answers == long
