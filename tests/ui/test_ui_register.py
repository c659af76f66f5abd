"""Bringing a register in through the window: read first, decide, then it is in the store."""

import openpyxl
import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from real_desk import RealDesk, first_day

from cpdesk.operations.households import HouseholdQuery, household_ids, household_lines

HEAD = ["户编号", "户主姓名", "镇", "村", "门牌号", "联系电话", "常住人口", "建房年份"]
GOOD = [
    ["001", "样例甲", "流村镇", "黑寨村", "1 号", "13800000001", 3, 1996],
    ["002", "样例乙", "流村镇", "黑寨村", "2 号", "13800000002", 2, 1985],
]
WRONG = ["003", "样例丙", "流村镇", "黑寨村", "3 号", "电话没有", "三口", 1990]


def workbook(path, rows, head=HEAD):
    book = openpyxl.Workbook()
    book.active.title = "登记表"
    for row in (head, *rows):
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def place(dressed, qtbot, tmp_path):
    made = RealDesk(qtbot, first_day(tmp_path / "desk"))
    yield made
    made.close()


def read(place, monkeypatch, path):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(path), ""))
    place.window.households.import_wanted.emit()
    place.settle()
    return place.window._list.register.dialog


def homes(place):
    return [line.name for line in household_lines(place.ctx, household_ids(place.ctx, HouseholdQuery()))]


def test_a_register_is_shown_first_and_only_its_good_rows_go_in_when_asked(place, qtbot, monkeypatch, tmp_path):
    dialog = read(place, monkeypatch, workbook(tmp_path / "r.xlsx", [*GOOD, WRONG]))
    assert homes(place) == [], "nothing is written before the decision"
    assert dialog.counts.text() == "新增 2，更新 0，没有变化 0，有错 1。"
    assert [line[0] for line in dialog.model.lines] == ["登记表!F4", "登记表!G4"]
    assert [line[1] for line in dialog.model.lines] == ["电话没有", "三口"]
    assert all(line[2] and line[3] for line in dialog.model.lines)
    assert dialog.none_button.hasFocus(), "the safe answer has the focus"
    assert dialog.import_button.text() == "导入没问题的 2 条"
    qtbot.keyClick(dialog.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[0].startswith("登记表!F4\t电话没有\t")
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    place.settle()
    assert homes(place) == ["样例甲", "样例乙"]
    assert place.toast() == "导入完成：新增 2，更新 0，没有导入 1。"
    assert place.window.households.model.rowCount() == 2


def test_none_leaves_the_desk_as_it_was(place, qtbot, monkeypatch, tmp_path):
    dialog = read(place, monkeypatch, workbook(tmp_path / "r.xlsx", [*GOOD, WRONG]))
    qtbot.keyClick(dialog.none_button, Qt.Key.Key_Return)
    place.settle()
    assert homes(place) == []
    assert place.window._list.register.dialog is None


def test_the_same_register_again_says_what_would_change(place, qtbot, monkeypatch, tmp_path):
    dialog = read(place, monkeypatch, workbook(tmp_path / "r.xlsx", GOOD))
    assert dialog.import_button.hasFocus(), "nothing is wrong"
    qtbot.keyClick(dialog.import_button, Qt.Key.Key_Return)
    place.settle()
    changed = [[*GOOD[0][:5], "13900000001", *GOOD[0][6:]], GOOD[1]]
    dialog = read(place, monkeypatch, workbook(tmp_path / "r.xlsx", changed))
    assert dialog.counts.text() == "新增 0，更新 1，没有变化 1，有错 0。"
    qtbot.keyClick(dialog.import_button, Qt.Key.Key_Return)
    place.settle()
    assert place.toast() == "导入完成：新增 0，更新 1，没有导入 0。"


def test_a_register_without_a_village_asks_for_it_and_is_read_again(place, qtbot, monkeypatch, tmp_path):
    head = [name for name in HEAD if name not in ("镇", "村")]
    rows = [row[:2] + row[4:] for row in GOOD]
    dialog = read(place, monkeypatch, workbook(tmp_path / "r.xlsx", rows, head))
    assert dialog.place.isVisible() and dialog.township.isVisible() and dialog.village.isVisible()
    assert not dialog.import_button.isVisible(), "nothing can be taken yet"
    dialog.township.setCurrentIndex(dialog.township.findData("110114110"))
    dialog.village.setFocus()
    dialog.village.setText("黑寨村")  # QTest types only what a plain keyboard has
    qtbot.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)
    place.settle()
    assert dialog.import_button.text() == "导入 2 条"
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    place.settle()
    lines = household_lines(place.ctx, household_ids(place.ctx, HouseholdQuery(village="黑寨村")))
    assert [line.name for line in lines] == ["样例甲", "样例乙"]


@pytest.mark.parametrize("suffix", ["xlsx", "txt"])
def test_the_list_of_problems_is_saved_for_whoever_mends_the_file(place, qtbot, monkeypatch, tmp_path, suffix):
    rows = [GOOD[0], ["003", "样例丙", "流村镇", "黑寨村", "3 号", "=1+1号", 2, 1990]]
    book = openpyxl.Workbook()
    book.active.title = "登记表"
    book.active.append(HEAD)
    for row in rows:
        book.active.append(row)
    book.active["F3"].data_type = "s"
    book.save(tmp_path / "r.xlsx")
    dialog = read(place, monkeypatch, tmp_path / "r.xlsx")
    target = tmp_path / f"list.{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target), ""))
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    place.settle()
    if suffix == "txt":
        lines = [line.split("\t") for line in target.read_text(encoding="utf-8-sig").splitlines()]
    else:
        sheet = openpyxl.load_workbook(target).active
        assert sheet["B2"].data_type == "s", "a value is never a formula"
        lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0] == ["位置", "表里写的", "哪里不对", "怎么改"]
    assert lines[1][:2] == ["登记表!F3", "=1+1号"]
    dialog.reject()


def test_a_file_that_is_no_register_says_its_code_and_what_to_do(place, monkeypatch, tmp_path):
    wrong = tmp_path / "r.xlsx"
    wrong.write_bytes(b"no workbook at all")
    dialog = read(place, monkeypatch, wrong)
    assert "CP-1101" in dialog.fault.words() and "另存为" in dialog.fault.words()
    assert not dialog.import_button.isVisible()
    dialog.reject()
