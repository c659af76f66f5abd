"""XLSForms broken at random, as markdown and as workbooks, through lint, convert and migrate.

Whatever comes out is a coded error or findings whose places exist. 150 seeds run every day, 5,000 with --slow.
"""

# ruff: noqa: E501 -- the rows of an XLSForm are as long as they are

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string

from cpdesk.base.errors import CpdeskError
from cpdesk.forms.form import Form
from cpdesk.forms.lint.findings import Finding
from cpdesk.forms.versions.migration import compare_forms
from cpdesk.operations.linting import lint_file
from cpdesk.operations.publishing import convert_form, read_form

SECONDS_MAX: Final = 8.0  # a lint compiles the form as well; the machine does other things
Cell = object
Rows = list[list[Cell]]

SURVEY: Final = """\
type | name | label::中文 (zh) | label::English (en) | hint::中文 (zh) | hint::English (en) | relevant | required | constraint | constraint_message::中文 (zh) | constraint_message::English (en) | calculation | choice_filter | repeat_count | appearance | default | bind::cpdesk:unit | bind::cpdesk:formerly
today | today | | | | | | | | | | | | | | | |
text | head | 户主 | Householder | 写全名 | Full name | | yes | string-length(.) < 20 | 太长 | Too long | | | | | | |
begin_group | yard | 院子 | Yard | | | | | | | | | | | field-list | | |
select_one wall | wall | 墙 | Wall | | | ${head} != '' | | | | | | | | minimal | | |
select_one wall | inner | 内墙 | Inner wall | | | selected(${wall}, 'brick') | | | | | | kind = ${wall} | | | | |
integer | count | 几间 | Rooms | | | | | . >= 0 and . < 10 | 0 到 9 | 0 to 9 | | | | | 2 | |
begin_repeat | room | 房间 | Room | | | | | | | | | | ${count} | | | |
decimal | area | 面积 | Area | | | | | . > 0 | 大于 0 | Above 0 | | | | | | m2 | size
end_repeat | | | | | | | | | | | | | | | | |
calculate | total | | | | | | | | | | sum(${area}) | | | | | |
end_group | | | | | | | | | | | | | | | | |
select_multiple fuel | fuels | 燃料 | Fuels | | | | | | | | | | | | | |
date | day | 日期 | Day | | | | | . <= today() | 不能晚于今天 | Not later | | | | | today() | |
geopoint | place | 位置 | Place | | | | | | | | | | | | | |
image | photo | 照片 | Photo | | | | | | | | | | | | | |
note | sum | 合计 ${total} | Total ${total} | | | | | | | | | | | | | |"""
CHOICES: Final = """\
list_name | name | label::中文 (zh) | label::English (en) | kind
wall | brick | 砖 | Brick | brick
wall | stone | 石 | Stone | stone
fuel | coal | 煤 | Coal |
fuel | wood | 柴 | Wood |"""
SETTINGS: Final = """\
form_title | form_id | version | default_language | namespaces
农宅 | broken | 2026112201 | 中文 (zh) | cpdesk="https://cpdesk.example/xforms\""""
WORDS: Final[tuple[Cell, ...]] = (
    None, "", " ", "head", "房间", "1a", "a b", "a" * 300, "${head}", "${none}", "${", "}", "${ head }", "${head", "$ {head}", "${}", "${head}${head}",
    "${last-saved#head}", "${a${b}}", "()", "((", "'", '"', "=1+1", "=SUM(A1:A9)", "#REF!", "＝（）", ". ＞ 1", "${head} == 1", "a && b", "not(", "if(1)", "nope(1)",
    "select_one", "select_one ", "select_one wall or_other", "select_one none", "select_one ${wall}", "select_multiple_from_file x.csv", "select_one_external v",
    "rank fuel", "begin_repeat", "end_repeat", "begin group", "end group", "begin_loop over x", "note", "calculate", "audit", "xml-external", "csv-external",
    "range", "geoshape", "trigger", "entity", "osm tags", "select_one wall randomize", "yes", "no", "true()", "today()", "once(today())", "uuid()", "brick coal",
    1, 0, -3, 1.5, 1e21, 0.1, True, False, datetime(2026, 11, 22, 8, 30), date(2026, 11, 22), "2026-11-22", "00012",
    "\u202eevil", "e\u0301\u0301", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u200b", "\ufeffname", "a\u2028b", "\u0645\u0631\u062d\u0628\u0627", "\xa0", "\u3000head\u3000",
    "label:zh", "label", "label::", "::", "label::中文 (zh)::x", "类型", "名称", "bind::jr:preload", "bind::none:x", "bind::", "instance::x", "body::x", "media::image::中文 (zh)",
    "(" * 200 + ")" * 200, "not(" * 150 + "1" + ")" * 150, "1" + " + 1" * 500, "x" * 33_000, "|", "\\|", "<b>&</b>", "&amp;", "{0}", "{name}", "%s", "\x0b", "\x00", "\ud800",
    "instance('wall')/root/item[name = ${wall}]", "pulldata('x', 'a', 'b', ${head})", "indexed-repeat(${area}, ${room}, 1)", "position(..)", "../area", ".", "..", "/data/head",
)  # fmt: skip


def table(text: str) -> Rows:
    return [[cell.strip() or None for cell in line.split("|")] for line in text.splitlines()]


def whole() -> dict[str, Rows]:
    return {"survey": table(SURVEY), "choices": table(CHOICES), "settings": table(SETTINGS)}


def mutate(sheets: dict[str, Rows], chance: random.Random) -> dict[str, Rows]:  # noqa: PLR0912 -- a list of slips
    """One to five changes a person or a tool might make."""
    for _ in range(chance.randint(1, 5)):
        name = chance.choice(list(sheets) or ["survey"])
        rows = sheets.get(name) or [[None]]
        row = chance.randrange(len(rows))
        column = chance.randrange(len(rows[row]) or 1)
        what = chance.randrange(13)
        if what < 5:
            if rows[row]:
                rows[row][column] = chance.choice(WORDS)
        elif what == 5:
            del rows[row]
        elif what == 6:
            rows.insert(chance.randrange(len(rows) + 1), list(rows[row]))
        elif what == 7:
            other = chance.randrange(len(rows))
            rows[row], rows[other] = rows[other], rows[row]
        elif what == 8:
            for cells in rows:
                if column < len(cells):
                    del cells[column]
        elif what == 9:
            rows.insert(row, [None] * len(rows[0] if rows else []))
        elif what == 10:
            sheets[
                chance.choice(("Survey", "survey ", "choice", "entities", "external_choices", "x", "osm", "设置"))
            ] = sheets.pop(name, rows)
        elif what == 11:
            word = chance.choice(WORDS)
            for number, cells in enumerate(rows):
                cells.insert(min(column, len(cells)), word if number == 0 or chance.random() < 0.3 else None)
        else:
            text = rows[row][column] if rows[row] else None
            if isinstance(text, str) and text:
                place = chance.randrange(len(text))
                rows[row][column] = (
                    text[:place] + chance.choice(("", " ", "(", "'", "}", "\u200b", "：", "\t")) + text[place + 1 :]
                )
    return sheets


def write_markdown(path: Path, sheets: dict[str, Rows], chance: random.Random) -> None:
    lines: list[str] = []
    for name, rows in sheets.items():
        first = True
        for cells in rows:
            lines.append(
                "| "
                + (name if first else "")
                + " | "
                + " | ".join("" if cell is None else str(cell) for cell in cells)
                + " |"
            )
            first = False
    end = chance.choice(("\n", "\r\n", "\n", " \n"))
    text = chance.choice(("", "", "\ufeff")) + end.join(lines) + end
    path.write_bytes(text.encode("utf-8", "surrogatepass" if chance.random() < 0.5 else "replace"))


def write_workbook(path: Path, sheets: dict[str, Rows], chance: random.Random) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append([_storable(cell) for cell in cells])
        if chance.random() < 0.1:
            sheet.merge_cells(start_row=2, start_column=1, end_row=3, end_column=2)
        if chance.random() < 0.1:
            sheet.insert_rows(1, chance.choice((1, 3)))
        if chance.random() < 0.1:
            sheet.insert_cols(1)
    if chance.random() < 0.3 or not book.worksheets:
        book.create_sheet("笔记").append(["x"])
    if chance.random() < 0.1:
        chance.choice(book.worksheets[:-1] or book.worksheets).sheet_state = "hidden"
        book.create_sheet("seen")
        book.active = len(book.worksheets) - 1
    book.save(path)


def _storable(cell: Cell) -> Cell:
    """What a workbook can hold at all."""
    if not isinstance(cell, str):
        return cell
    return "".join(sign for sign in cell if sign >= " " and not "\ud800" <= sign <= "\udfff")[:32_000]


def check_places(findings: Sequence[Finding], path: Path) -> None:
    """A finding names a cell, row or sheet that is there (or a sheet or column that is missing), in both languages."""
    if path.suffix == ".md":
        text = path.read_text(encoding="utf-8", errors="replace")
        sizes = {finding.place.sheet: (len(text.splitlines()), 0) for finding in findings}
    else:
        book = openpyxl.load_workbook(path)
        sizes = {sheet.title.strip().lower(): (sheet.max_row, sheet.max_column) for sheet in book.worksheets}
    for finding in findings:
        rows, columns = sizes.get(finding.place.sheet, (0, 0))
        assert 0 <= finding.place.row <= rows, finding
        if finding.place.letter:
            assert column_index_from_string(finding.place.letter) <= columns, finding
        for language in ("zh", "en"):
            assert finding.message(language)
            assert finding.remedy(language)
            assert finding.where(language)


def run(seed: int, folder: Path, former: Form) -> str:
    chance = random.Random(seed)
    sheets = mutate(whole(), chance)
    path = folder / f"f{seed}{'.md' if seed % 2 else '.xlsx'}"
    (write_markdown if seed % 2 else write_workbook)(path, sheets, chance)
    started = time.process_time()
    try:
        report = lint_file(path, previous=former if chance.random() < 0.5 else None)
        check_places(report.findings, path)
        result = "sound" if report.sound else "unsound"
        assert report.findings or report.sound
    except CpdeskError as fault:
        assert fault.message("zh") and fault.message("en")
        result = fault.code
    try:
        convert_form(path, folder / "out.xml")
        form = read_form(folder / "out.xml")
        compare_forms(former, form)
        compare_forms(form, former)
    except CpdeskError as fault:
        assert fault.message("zh") and fault.message("en")
        assert result != "sound", f"seed {seed}: the lint found nothing, yet {fault}"
    finally:
        path.unlink()
    spent = time.process_time() - started
    assert spent < SECONDS_MAX, f"seed {seed} took {spent:.1f} s"
    return result


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Form:
    path = tmp_path_factory.mktemp("former") / "former.md"
    write_markdown(path, whole(), random.Random(4))
    return read_form(path)


def test_broken_sheets_are_named_or_run(tmp_path: Path, former: Form) -> None:
    results = [run(seed, tmp_path, former) for seed in range(150)]
    assert results.count("sound") > 10 and results.count("unsound") > 30


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_many_broken_sheets_are_named_or_run(tmp_path: Path, former: Form, block: int) -> None:
    for seed in range(1000 + block * 500, 1500 + block * 500):
        run(seed, tmp_path, former)
