"""Blocks from spreadsheets: reading, fitting to questions, laying over a grid. Pure, no window."""

from dataclasses import replace
from datetime import datetime

import pytest

pytest.importorskip("PySide6", reason="views use QImage")

from ui_samples import options
from widget_samples import markdown, question

from cpdesk.base.clock import BEIJING, FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.ui.blocks import fitted, plan_paste, read_block, write_block
from cpdesk.ui.presenters.grid_edits import apply_edit
from cpdesk.ui.presenters.grids import grid_view
from cpdesk.ui.presenters.known import Known
from cpdesk.ui.views import GridView, OptionView, QuestionView

FRAME = (OptionView("alu", "断桥铝", ("断桥铝", "Aluminium")), OptionView("wood", "木框", ("木框", "Wood")))


def grid(rows=2, add="加一行"):
    columns = (
        QuestionView("", "", "combo", "窗框", options=FRAME),
        QuestionView("", "", "number", "面积"),
        QuestionView("", "", "date", "日期"),
        QuestionView("", "", "number", "合计", readonly=True),
    )
    cells = [
        (f"w[{at}]", tuple(QuestionView(f"w[{at}]/{n}", "", c.control, c.label, options=c.options, readonly=c.readonly)
                           for n, c in zip("abcd", columns, strict=True)))
        for at in range(rows)
    ]  # fmt: skip
    return GridView("w", "", "窗", columns, tuple(cells), "", add, "", ("a", "b", "c", "d"))


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ("a", [["a"]]),
        ("a\t\n\tb\n", [["a", ""], ["", "b"]]),
        ('"两\n行"\t"他说""好"""\tx', [["两\n行", '他说"好"', "x"]]),
        ("", []),
        ('"没有收尾', [["没有收尾"]]),
    ],
)
def test_the_clipboard_of_a_spreadsheet_is_read(text, cells):
    assert read_block(text) == cells


def test_what_is_copied_reads_back_as_it_was():
    cells = [["南", 'a"b', ""], ["多\n行", "x\ty", "1"]]
    assert read_block(write_block(cells)) == cells


@pytest.mark.parametrize(
    ("typed", "value"), [("alu", "alu"), ("断桥铝", "alu"), ("aluminium", "alu"), (" Wood ", "wood"), ("铁框", None)]
)
def test_choices_are_found_by_code_and_by_the_words_of_either_language(typed, value):
    assert fitted(QuestionView("", "", "combo", "", options=FRAME), typed) == value


@pytest.mark.parametrize(
    ("typed", "whole", "value"),
    [
        ("１，２３４．５", False, "1234.5"),
        ("−3", False, "-3"),
        ("1.20E+03", False, "1200"),
        ("12.0", True, "12"),
        ("12.5", True, None),
        ("十八", False, None),
        ("", False, ""),
    ],
)
def test_numbers_are_understood_as_spreadsheets_and_people_write_them(typed, whole, value):
    assert fitted(QuestionView("", "", "number", "", whole=whole), typed) == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [("2026/11/3", "2026-11-03"), ("2026年11月3日", "2026-11-03"), ("46329", "2026-11-03"), ("昨天", None)],
)
def test_days_are_understood_the_number_of_a_spreadsheet_too(typed, value):
    assert fitted(QuestionView("", "", "date", ""), typed) == value


def test_several_choices_in_one_cell_are_told_apart_and_put_in_the_order_of_the_form():
    question = QuestionView("", "", "multi", "", options=options("型煤", "天然气", "电"))
    assert fitted(question, "电、型煤") == "c0 c2"
    assert fitted(question, "c1 c0") == "c0 c1"
    assert fitted(question, "电、油") is None


def test_one_cell_fills_the_selection_and_rows_beyond_the_last_become_items():
    plan = plan_paste(grid(), 0, 1, [["7"]], rows=2)
    assert plan.edit.cells == (("w[0]/b", "7"), ("w[1]/b", "7"))
    plan = plan_paste(grid(), 1, 0, [["木框", "3"], ["alu", "4"], ["", "5"]])
    assert plan.edit.cells == (("w[1]/a", "wood"), ("w[1]/b", "3"))
    assert plan.edit.added == ((("a", "alu"), ("b", "4")), (("b", "5"),))
    assert plan.misfits == ()


def test_what_does_not_fit_is_named_by_row_and_column_and_the_rest_goes_on():
    plan = plan_paste(grid(), 0, 0, [["铁框", "十八", "2026-1-5", "9", "多"], ["alu", "2"]])
    assert [(each.row, each.label, each.typed, each.reason) for each in plan.misfits] == [
        (1, "窗框", "铁框", "ui.paste.choice"),
        (1, "面积", "十八", "ui.paste.number"),
        (1, "合计", "9", "ui.paste.readonly"),
        (1, "", "多", "ui.paste.no_column"),
    ]
    assert plan.edit.cells == (("w[0]/c", "2026-01-05"), ("w[1]/a", "alu"), ("w[1]/b", "2"))
    assert plan.fitting == 3


def test_no_items_are_added_where_the_form_fixes_their_number():
    plan = plan_paste(grid(rows=1, add=""), 0, 0, [["alu"], ["wood"]])
    assert plan.edit.added == ()
    assert [each.reason for each in plan.misfits] == ["ui.paste.no_row"]


def test_no_more_items_are_added_than_the_form_allows():
    plan = plan_paste(replace(grid(rows=1), most=2), 0, 0, [["alu"], ["wood"], ["alu"]])
    assert len(plan.edit.added) == 1
    assert [(each.row, each.reason) for each in plan.misfits] == [(3, "ui.paste.no_row")]


@pytest.fixture(scope="module")
def towns():
    """A grid whose villages depend on the town of their row; two villages have the same name."""
    rows = [
        question("begin repeat", "homes", "住户", "Homes"),
        question("select_one town", "town", "镇", "Town"),
        question("select_one village", "village", "村", "Village", choice_filter="starts-with(name, ${town})"),
        question("end repeat", ""),
    ]
    choices = {
        "town": [("a", "甲镇", "A"), ("b", "乙镇", "B")],
        "village": [("a1", "东村", "East"), ("a2", "河村", "River"), ("b1", "东村", "East"), ("b2", "山村", "Hill")],
    }
    return load_form(compile_xlsform(markdown(rows, choices), name="towns"))


def homes(form, answers):
    clock = FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=BEIJING))
    session = Session(form, answers, clock=clock, new_id=IdMaker(clock).new, language="zh")
    return session, grid_view(session, "homes", session.state("homes"), Known())


@pytest.mark.parametrize("rows", [0, 1])
def test_choices_that_depend_on_cells_pasted_with_them_are_looked_at_before(towns, rows):
    answers = {"homes[x]": "a0", "homes[x]/town": "a"} if rows else {}
    session, view = homes(towns, answers)
    if not rows:
        for item in session.children("homes"):
            session.remove_item(item)
        view = grid_view(session, "homes", session.state("homes"), Known())
    plan = plan_paste(view, 0, 0, read_block("乙镇\t山村\n乙镇\t东村\nB\tRiver\n甲镇\t没有的村"))
    assert [(each.row, each.typed, each.reason) for each in plan.misfits] == [(4, "没有的村", "ui.paste.choice")]
    apply_edit(session, plan.edit)
    items = session.children("homes")
    chosen = [(session.entry(f"{item}/town"), session.entry(f"{item}/village")) for item in items]
    assert chosen == [("b", "b2"), ("b", "b1"), ("b", "a2"), ("a", "")]
    assert session.state(f"{items[2]}/village").problem is not None, "the river is in the other town: red"
