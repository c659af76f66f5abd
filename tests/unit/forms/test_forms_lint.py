"""The lint of XLSForms: each rule on a sheet that breaks it, the place it names, and silence on what is sound."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.base.resources import resource_path
from cpdesk.context import SHIPPED_FORMS
from cpdesk.forms.lint.findings import Finding, Severity
from cpdesk.forms.lint.run import LintReport, lint_xlsform
from cpdesk.forms.lint.workbook import markdown_sheets, workbook_sheets
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.xform import load_form
from cpdesk.interop.workbook import workbook_sheets as read_workbook
from cpdesk.operations.linting import lint_file

ZH, EN = "label::中文 (zh)", "label::English (en)"
CHOICES = ["w", "brick", "砖", "Brick"], ["w", "mud", "土坯", "Adobe"]
HEAD = ("type", "name", ZH, EN)


def book(
    *rows: dict[str, str],
    choices: tuple[list[str], ...] = CHOICES,
    settings: dict[str, str] | None = None,
) -> bytes:
    """A workbook with one survey row for each mapping; labels are filled in where a row gives none."""
    workbook = openpyxl.Workbook()
    survey = workbook.active
    survey.title = "survey"
    columns = list(dict.fromkeys([*HEAD, *(column for row in rows for column in row)]))
    survey.append(columns)
    for row in rows:
        whole = row if row["type"].startswith("end") else {ZH: "题", EN: "Question", **row}
        survey.append([whole.get(column) or None for column in columns])
    sheet = workbook.create_sheet("choices")
    sheet.append(["list_name", "name", ZH, EN])
    for choice in choices:
        sheet.append(choice)
    sheet = workbook.create_sheet("settings")
    said = settings or {"form_id": "t", "version": "2026112201", "default_language": "中文 (zh)"}
    said = {**said, "namespaces": 'cpdesk="https://cpdesk.example/xforms"'}
    sheet.append(list(said))
    sheet.append(list(said.values()))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def lint(source: bytes | str, **more: object) -> LintReport:
    if isinstance(source, str):
        sheets = markdown_sheets(source)
    else:
        raw = read_workbook(Path("t.xlsx"), source, hidden=True)
        sheets = workbook_sheets((sheet.name, sheet.rows) for sheet in raw)
    return lint_xlsform(source, sheets, name="t", **more)  # type: ignore[arg-type]


def only(report: LintReport, rule: str) -> Finding:
    found = [finding for finding in report.findings if finding.rule == rule]
    assert len(found) == 1, [(finding.rule, dict(finding.fields)) for finding in report.findings]
    return found[0]


WALL = {"type": "select_one w", "name": "wall"}
AGE = {"type": "integer", "name": "age"}


def test_a_sound_form_has_no_findings() -> None:
    rule = {"type": "decimal", "name": "thick", "relevant": "${wall} = 'brick' and ${age} > 3"}
    report = lint(book(WALL, AGE, rule))
    assert report.findings == () and report.sound
    assert report.form is not None and report.form.version == "2026112201"


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ({"type": "text", "name": "a", "relevant": "${walls} = 'x'"}, "reference_unknown", "relevant"),
        ({"type": "text", "name": "a", "relevant": "${wall = 'brick'"}, "reference_unclosed", "relevant"),
        ({"type": "text", "name": "a", "relevant": "${wall} = 'brik'"}, "code_unknown", "relevant"),
        ({"type": "text", "name": "a", "relevant": "selected(${wall}, 'stone')"}, "code_unknown", "relevant"),
        ({"type": "text", "name": "a", "relevant": "${wall} = “brick”"}, "full_width", "relevant"),
        ({"type": "text", "name": "a", "relevant": "selected（${wall}，'brick')"}, "full_width", "relevant"),
        ({"type": "text", "name": "a", "relevant": "${age} == 3"}, "double_equals", "relevant"),
        ({"type": "text", "name": "a", "relevant": "${age} > 3 && ${age} < 5"}, "and_or", "relevant"),
        ({"type": "text", "name": "a", "relevant": "(${age} > 3"}, "brackets", "relevant"),
        ({"type": "text", "name": "a", "relevant": "${wall} = 'brick"}, "quote_unclosed", "relevant"),
        ({"type": "text", "name": "a", "relevant": "${age} > > 3"}, "syntax", "relevant"),
        ({"type": "calculate", "name": "a", "calculation": "summ(${age})"}, "function_unknown", "calculation"),
        ({"type": "calculate", "name": "a", "calculation": "round(${age}, 1, 2)"}, "function_arguments", "calculation"),
        ({"type": "text", "name": "甲"}, "name_not_ascii", "name"),
        ({"type": "text", "name": "1a"}, "name_odd", "name"),
        ({"type": "text", "name": "wall"}, "name_twice", "name"),
        ({"type": "text", "name": ""}, "name_missing", "name"),
        ({"type": "intger", "name": "a"}, "type_unknown", "type"),
        ({"type": "select_one v", "name": "a"}, "list_missing", "type"),
        ({"type": "begin_group", "name": "g"}, "group_unbalanced", "type"),
        ({"type": "end_repeat", "name": ""}, "group_unbalanced", "type"),
        ({"type": "text", "name": "a", ZH: "", EN: ""}, "label_missing", "label"),
        ({"type": "integer", "name": "a", "bind::cpdesk:soft_min": "x"}, "limit_no_number", "bind::cpdesk:soft_min"),
        ({"type": "integer", "name": "a", "bind::cpdesk:ask": "X"}, "ask_unknown", "bind::cpdesk:ask"),
        ({"type": "text", "name": "a", ZH: "看${walls}"}, "reference_unknown", ZH),
    ],
)
def test_errors_name_the_cell(row: dict[str, str], rule: str, column: str) -> None:
    report = lint(book(WALL, AGE, row))
    finding = only(report, rule)
    assert finding.severity is Severity.ERROR and not report.sound
    assert (finding.place.sheet, finding.place.row, finding.place.column) == ("survey", 4, column)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"type": "select_one w or_other", "name": "a"}, "or_other"),
        ({"type": "text", "name": "Wall"}, "name_case"),
        ({"type": "text", "name": "a", "constraint": ". != 'x'"}, "message_missing"),
        ({"type": "text", "name": "a", "bind::cpdesk:soft_min": "1"}, "limit_on_text"),
        ({"type": "text", "name": "a", "bind::cpdesk:qantity": "x"}, "binding_unknown"),
        ({"type": "text", "name": "a", "relevnt": "1"}, "column_unknown"),
        ({"type": "text", "name": "a", EN: ""}, "translation_missing"),
    ],
)
def test_warnings(row: dict[str, str], rule: str) -> None:
    assert only(lint(book(WALL, AGE, row)), rule).severity is Severity.WARNING


def test_one_answer_of_many_items_is_suspicious() -> None:
    rows = (
        {"type": "begin_repeat", "name": "room"},
        AGE,
        {"type": "integer", "name": "double", "calculation": "${age} * 2"},
        {"type": "end_repeat", "name": ""},
        {"type": "calculate", "name": "all", "calculation": "sum(${age})"},
        {"type": "calculate", "name": "one", "calculation": "${age} + 1"},
    )
    finding = only(lint(book(*rows)), "repeat_reference")
    assert (finding.place.row, finding.fields["repeat"]) == (7, "room")


def test_a_circle_is_named() -> None:
    rows = (
        {"type": "integer", "name": "a", "calculation": "${b} + 1"},
        {"type": "integer", "name": "b", "calculation": "${a} + 1"},
    )
    finding = only(lint(book(*rows)), "circle")
    assert "a" in finding.fields["circle"] and "b" in finding.fields["circle"] and finding.place.row in (2, 3)


def test_codes_that_come_twice_or_cannot_be() -> None:
    choices = (
        *CHOICES,
        ["w", "mud", "泥", "Mud"],
        ["w", "砖", "砖", "Brick"],
        ["w", "", "空", "Empty"],
        ["u", "x", "甲", "X"],
    )
    report = lint(book(WALL, choices=choices))
    assert only(report, "choice_twice").place.row == 4
    assert only(report, "choice_not_ascii").place.row == 5
    assert only(report, "choice_without_code").place.row == 6
    assert only(report, "list_unused").severity is Severity.NOTE


def test_a_code_with_a_space_breaks_several_answers() -> None:
    choices = (["w", "old brick", "旧砖", "Old brick"],)
    several = {"type": "select_multiple w", "name": "a"}
    assert only(lint(book(several, choices=choices)), "choice_with_space").severity is Severity.ERROR
    assert only(lint(book(WALL, choices=choices)), "choice_with_space").severity is Severity.WARNING


def test_settings() -> None:
    report = lint(book(WALL, settings={"form_title": "t"}))
    assert {"form_id_missing", "version_missing", "language_no_default"} <= {one.rule for one in report.findings}
    report = lint(book(WALL, settings={"form_id": "t", "version": "1", "default_language": "中文(zh)"}))
    assert only(report, "language_default").severity is Severity.ERROR
    assert only(report, "version_odd").severity is Severity.NOTE


def test_bindings_are_held_against_what_calculations_know() -> None:
    rows = (
        {"type": "decimal", "name": "a", "bind::cpdesk:quantity": "wall.thick", "bind::cpdesk:unit": "mm"},
        {"type": "decimal", "name": "b", "bind::cpdesk:quantity": "wall.thickness", "bind::cpdesk:unit": "m"},
        {"type": "decimal", "name": "c", "bind::cpdesk:quantity": "wall.area", "bind::cpdesk:unit": "m²"},
    )
    report = lint(book(*rows), quantities={"wall.thickness": "mm", "wall.area": "m²"})
    assert only(report, "quantity_unknown").fields["nearest"] == "wall.thickness"
    assert only(report, "unit_differs").place.row == 3


def test_what_would_orphan_answers_is_said() -> None:
    before = load_form(compile_xlsform(book(WALL, AGE, {"type": "text", "name": "gone", ZH: "旧问题"}), name="t"))
    later = {"form_id": "t", "version": "2026112202", "default_language": "中文 (zh)"}
    rows = (WALL, {**AGE, "type": "text"})
    report = lint(book(*rows, choices=CHOICES[:1], settings=later), previous=before)
    assert only(report, "orphan").fields == {"name": "gone", "label": "旧问题"}
    assert only(report, "choice_gone").fields["code"] == "mud"
    assert only(report, "type_changed").fields["before"] == "int"
    assert report.sound
    assert only(lint(book(*rows), previous=before), "version_not_newer").severity is Severity.ERROR


def test_markdown_is_named_by_its_lines() -> None:
    source = f"| survey | type | name | {ZH} | relevant |\n| | text | a | 甲 | ${{b}} = 1 |\n"
    source += "| settings | form_id | version |\n| | t | 2026112201 |\n"
    finding = only(lint(source), "reference_unknown")
    assert (finding.place.row, finding.place.column, finding.place.letter) == (2, "relevant", "")


def test_every_finding_has_its_sentences_in_both_languages() -> None:
    rules = {
        match
        for path in Path(lint_xlsform.__code__.co_filename).parent.glob("*.py")
        for match in re.findall(r"(?:error|warning|note|rule)\(\s*\"([a-z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert len(rules) > 50
    for language in ("zh", "en"):
        say = Translator(language)
        for rule in rules:
            assert say(f"lint.{rule}") and say(f"lint.{rule}.remedy")


def test_sentences_name_the_place_as_a_spreadsheet_does() -> None:
    finding = only(lint(book(WALL, AGE, {"type": "text", "name": "甲"})), "name_not_ascii")
    assert finding.where("zh") == "survey 表 B4 单元格（name）"
    assert finding.where("en") == "sheet survey, cell B4 (name)"
    assert finding.message("zh") == "名字「甲」里有英文字母、数字以外的字符"


@pytest.mark.parametrize("name", SHIPPED_FORMS)
def test_the_forms_that_ship_are_sound(name: str) -> None:
    report = lint_file(resource_path(f"forms/{name}.md"))
    assert [(one.where("en"), one.message("en")) for one in report.findings] == []
    assert report.sound


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "CP-1101"),
        (b"PK\x03\x04", "CP-1101"),
        (b"no workbook", "CP-1101"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "CP-1103"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, source: bytes, code: str) -> None:
    file = tmp_path / "t.xlsx"
    file.write_bytes(source)
    with pytest.raises(InputFault) as refused:
        lint_file(file)
    assert refused.value.code == code


def test_columns_are_lettered_as_a_spreadsheet_does() -> None:
    header = [f"c{number}" for number in range(703)]
    sheet = workbook_sheets([("survey", [header])])["survey"]
    assert [sheet.letters[f"c{place}"] for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
