"""A grid over a running form, by keyboard: what the form holds after each key."""

import os
from dataclasses import replace

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit
from widget_samples import FormDesk

from cpdesk.base.settings import Settings
from cpdesk.ui.presenters.grid_widths import read_widths, width_key, with_widths, write_widths
from cpdesk.ui.presenters.known import Known
from cpdesk.ui.presenters.outline import outline, section_page
from cpdesk.ui.requests import ColumnsSized, Marked
from cpdesk.ui.widgets.grid import GridBlock

WALLS = "repeats/walls"
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def walls(*rows):
    answers = {}
    for place, (side, wall, window) in enumerate(rows):
        item = f"{WALLS}[{'abcdefgh'[place]}]"
        answers |= {item: f"a{place}", f"{item}/side": side, f"{item}/wall_m2": wall, f"{item}/window_m2": window}
    return answers


@pytest.fixture
def desk(dressed, qtbot):
    made = FormDesk(walls(("s", "42.6", "16.8"), ("e", "16.2", "18.5"), ("w", "16.2", "0")))
    qtbot.addWidget(made.page)
    made.page.show()
    qtbot.waitExposed(made.page)
    made.show("repeats")
    made.grid = next(block for block in made.body.blocks() if isinstance(block, GridBlock))
    made.table = made.grid.table
    made.table.setFocus()
    made.here = lambda row, column: made.table.setCurrentIndex(made.grid.model.index(row, column))
    made.rows = lambda name: [made.value(f"{item}/{name}") for item in made.session.children(WALLS)]
    made.keys = lambda key, mod=Qt.KeyboardModifier.NoModifier: qtbot.keyClick(made.table, key, mod)
    return made


def place(desk):
    index = desk.table.currentIndex()
    return index.row(), index.column()


def select(desk, top, left, bottom, right):
    model = desk.grid.model
    desk.here(top, left)
    span = QItemSelection(model.index(top, left), model.index(bottom, right))
    desk.table.selectionModel().select(span, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def editor_in(desk):
    return next(each for each in desk.table.viewport().findChildren(QLineEdit) if each.isVisible())


def test_typing_starts_editing_and_enter_goes_down(desk, qtbot):
    desk.here(0, 1)
    qtbot.keyClicks(desk.table, "4")
    editor = editor_in(desk)
    assert editor.text() == "4", "what was there is replaced, as in a spreadsheet"
    qtbot.keyClicks(editor, "3.5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert desk.rows("wall_m2") == ["43.5", "16.2", "16.2"]
    assert place(desk) == (1, 1)
    assert desk.table.hasFocus()


def test_f2_keeps_what_is_there_and_escape_puts_it_back(desk, qtbot):
    desk.here(0, 1)
    desk.keys(Qt.Key.Key_F2)
    editor = editor_in(desk)
    assert editor.text() == "42.6"
    qtbot.keyClick(editor, Qt.Key.Key_End)
    qtbot.keyClicks(editor, "9")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert desk.answers == []
    desk.keys(Qt.Key.Key_F2)
    qtbot.keyClick(editor_in(desk), Qt.Key.Key_Tab)
    assert place(desk) == (0, 2)


def test_keys_of_the_grid_come_before_those_of_the_page(desk, qtbot):
    taken = []
    for keys in ("F2", "Ctrl+D", "Ctrl+R"):
        QShortcut(QKeySequence(keys), desk.page, lambda keys=keys: taken.append(keys))
    desk.here(1, 1)
    desk.keys(Qt.Key.Key_D, CTRL)
    assert desk.rows("wall_m2") == ["42.6", "42.6", "16.2"]
    desk.keys(Qt.Key.Key_R, CTRL)
    assert len(desk.rows("wall_m2")) == 4
    desk.keys(Qt.Key.Key_F2)
    assert editor_in(desk).text() == "42.6"
    assert taken == []


def test_a_choice_is_typed_by_its_words_or_walked_to(desk, qtbot):
    desk.here(0, 0)
    desk.keys(Qt.Key.Key_F2)
    editor = editor_in(desk)
    editor.selectAll()
    editor.insert("北")
    editor.textEdited.emit("北")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert desk.rows("side") == ["n", "e", "w"]
    assert place(desk) == (1, 0)
    desk.keys(Qt.Key.Key_F2)
    qtbot.keyClick(editor_in(desk), Qt.Key.Key_Down)
    qtbot.keyClick(editor_in(desk), Qt.Key.Key_Tab)
    assert desk.rows("side") == ["n", "s", "w"]
    assert place(desk) == (1, 1)


def test_tab_behind_the_last_cell_leaves_the_grid_and_enter_adds_a_row(desk, qtbot):
    left = []
    desk.grid.moved_on.connect(left.append)
    desk.here(2, 5)
    desk.keys(Qt.Key.Key_Tab)
    assert left == [WALLS]
    desk.table.setFocus()
    desk.here(2, 1)
    desk.keys(Qt.Key.Key_Return)
    assert len(desk.session.children(WALLS)) == 4
    assert place(desk) == (3, 0)


def test_delete_clears_the_selection_in_one_step(desk):
    select(desk, 0, 1, 1, 2)
    touches = len(desk.touches)
    desk.keys(Qt.Key.Key_Delete)
    assert desk.rows("wall_m2") == ["", "", "16.2"]
    assert desk.rows("window_m2") == ["", "", "0"]
    assert len(desk.touches) == touches + 1


def test_a_block_pasted_beyond_the_last_row_adds_items_in_one_step(desk):
    QGuiApplication.clipboard().setText("北\t３８．５\t6\nSouth\t40\t7\r\ne\t12\t1\tAluminium\t2026/11/3\n")
    desk.here(2, 0)
    touches = len(desk.touches)
    desk.keys(Qt.Key.Key_V, CTRL)
    assert desk.rows("side") == ["s", "e", "n", "s", "e"]
    assert desk.rows("wall_m2") == ["42.6", "16.2", "38.5", "40", "12"]
    assert desk.rows("window_frame")[-1] == "alu", "asked only because of the window pasted before it"
    assert desk.rows("checked_on")[-1] == "2026-11-03"
    assert len(desk.touches) == touches + 1


def test_what_does_not_fit_is_shown_before_anything_is_pasted(desk, qtbot):
    QGuiApplication.clipboard().setText("上\t二十\t3")
    desk.here(0, 0)
    desk.keys(Qt.Key.Key_V, CTRL)
    assert desk.rows("window_m2")[0] == "16.8"
    assert desk.grid.preview.isVisible()
    assert "第 1 行「朝向」：没有「上」这个选项。" in desk.grid._preview_lines.text()
    assert "第 1 行「墙面积」：「二十」不是数" in desk.grid._preview_lines.text()
    qtbot.keyClick(desk.grid.paste_button, Qt.Key.Key_Return)
    assert not desk.grid.preview.isVisible()
    assert desk.rows("window_m2")[0] == "3"
    assert (desk.rows("side")[0], desk.rows("wall_m2")[0]) == ("s", "42.6")


def test_copying_gives_words_that_paste_back(desk):
    select(desk, 0, 0, 1, 2)
    desk.keys(Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "南\t42.6\t16.8\n东\t16.2\t18.5"
    desk.here(2, 0)
    desk.keys(Qt.Key.Key_V, CTRL)
    assert desk.rows("side") == ["s", "e", "s", "e"]


def test_rows_are_inserted_doubled_moved_and_removed_with_keys(desk):
    desk.here(1, 0)
    desk.keys(Qt.Key.Key_R, CTRL)
    assert desk.rows("wall_m2") == ["42.6", "16.2", "16.2", "16.2"]
    assert desk.rows("side") == ["s", "e", "e", "w"]
    desk.here(0, 0)
    desk.keys(Qt.Key.Key_Plus, CTRL)
    assert desk.rows("side") == ["", "s", "e", "e", "w"]
    desk.here(4, 0)
    desk.keys(Qt.Key.Key_Up, ALT)
    assert desk.rows("side") == ["", "s", "e", "w", "e"]
    assert place(desk) == (3, 0)
    select(desk, 0, 0, 2, 0)
    desk.keys(Qt.Key.Key_Minus, CTRL)
    assert desk.rows("side") == ["w", "e"]


def test_ctrl_d_fills_a_selection_from_its_first_row(desk):
    select(desk, 0, 1, 2, 1)
    desk.keys(Qt.Key.Key_D, CTRL)
    assert desk.rows("wall_m2") == ["42.6", "42.6", "42.6"]


def test_hidden_cells_take_no_typing_and_wrong_ones_say_row_and_column(desk, qtbot):
    assert desk.grid.model.cell(desk.grid.model.index(2, 3)) is None, "no window, no frame"
    desk.here(2, 3)
    qtbot.keyClicks(desk.table, "x")
    assert not [each for each in desk.table.viewport().findChildren(QLineEdit) if each.isVisible()]
    assert desk.grid._problem.words() == "第 2 行「窗面积」：窗比墙还大，请核对小数点。"
    desk.here(1, 2)
    assert "窗比墙还大" in desk.table.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)


def test_selected_numbers_are_summed(desk):
    select(desk, 0, 1, 2, 1)
    assert desk.grid.sum_words.text() == "选中 3 格，合计 75"


def test_an_empty_repeat_takes_a_pasted_block(dressed, qtbot):
    desk = FormDesk({"typed/short": "样例"})
    qtbot.addWidget(desk.page)
    desk.page.show()
    desk.show("repeats")
    grid = next(block for block in desk.body.blocks() if isinstance(block, GridBlock))
    assert [column.label for column in grid.view.columns] == ["朝向", "墙面积", "窗面积", "窗框", "查看日期", "备注"]
    grid.table.paste("北\t12\n南\t14")
    sides = [desk.value(f"{item}/side") for item in desk.session.children(WALLS)]
    assert sides == ["n", "s"]


def test_a_filled_in_cell_is_agreed_with_by_enter(desk):
    asked = []
    desk.grid.requested.disconnect()
    desk.grid.requested.connect(asked.append)
    item, cells = desk.grid.view.rows[0]
    cells = (cells[0], replace(cells[1], default="先填的"), *cells[2:])
    desk.grid.show_grid(replace(desk.grid.view, rows=((item, cells), *desk.grid.view.rows[1:])))
    desk.here(0, 0)
    desk.keys(Qt.Key.Key_Return)
    assert asked == [], "the first cell was answered by a person"
    desk.here(0, 1)
    assert "先填的" in desk.table.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    desk.keys(Qt.Key.Key_Return)
    assert asked == [Marked(f"{item}/wall_m2")]
    assert place(desk) == (1, 1)


@pytest.fixture
def narrow(desk, qtbot):
    """The same grid where its columns have no room."""
    for column in range(6):
        desk.table.horizontalHeader().resizeSection(column, 100 if column == 0 else 180)
    desk.page.resize(900, 700)
    qtbot.wait(20)
    desk.grid._fitted = (tuple(each.label for each in desk.grid.view.columns), desk.grid.width(), True)
    for column in range(6):
        desk.table.horizontalHeader().resizeSection(column, 100 if column == 0 else 180)
    qtbot.wait(20)
    return desk


def test_the_first_column_stays_while_the_others_scroll(narrow, qtbot):
    table, model = narrow.table, narrow.grid.model
    narrow.here(1, 1)
    qtbot.wait(20)
    assert table.frozen_px() == 0
    still = table.viewport().grab(QRect(0, 0, 98, 96)).toImage()
    narrow.here(1, 5)
    qtbot.wait(20)
    assert table.horizontalScrollBar().value() > 100 and table.frozen_px() == 100
    assert table.viewport().grab(QRect(0, 0, 98, 96)).toImage() == still
    if folder := os.environ.get("CPDESK_PICTURES"):
        narrow.page.grab().save(f"{folder}/frozen.png")
    head = table.horizontalHeader().viewport().grab(QRect(0, 0, 98, 30)).toImage()
    assert table.indexAt(QPoint(10, 40)) == model.index(1, 0)
    assert table.visualRect(model.index(2, 0)).left() == 0
    narrow.here(1, 2)
    qtbot.wait(20)
    assert table.visualRect(model.index(1, 2)).left() >= table.frozen_px(), "nothing hides behind it"
    table.horizontalScrollBar().setValue(0)
    qtbot.wait(20)
    assert table.horizontalHeader().viewport().grab(QRect(0, 0, 98, 30)).toImage() == head
    assert table.indexAt(QPoint(10, 40)) == model.index(1, 0)


def test_dragged_widths_are_told_and_kept(desk, qtbot):
    with qtbot.waitSignal(desk.grid.requested) as told:
        desk.table.horizontalHeader().resizeSection(1, 222)
    request = told.args[0]
    assert isinstance(request, ColumnsSized) and request.path == WALLS and request.widths[1] == 222
    desk.grid.show_grid(replace(desk.grid.view, widths=request.widths))
    desk.grid._fitted = ()
    desk.page.resize(desk.page.width() + 40, 700)
    qtbot.wait(20)
    assert desk.table.widths() == request.widths
    key = width_key(desk.session, WALLS)
    known = Known(widths={key: request.widths})
    section = next(each for each in outline(desk.session) if each.path == "repeats")
    shown = section_page(desk.session, section, "1", {}, (), known).items[0]
    assert shown.widths == request.widths


def test_kept_widths_survive_the_program_and_damage(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    assert read_widths(settings) == {}
    write_widths(settings, with_widths({"a:x": (50, 60)}, "b:y", (70,)))
    assert read_widths(Settings(tmp_path / "settings.json")) == {"a:x": (50, 60), "b:y": (70,)}
    for damaged in ("{", "[1]", '{"a": "x", "b": [5], "c": [50, "x"], "d": [80]}'):
        settings.set("grid_columns", damaged)
        assert set(read_widths(settings)) <= {"d"}
    many = {f"f:{n}": (50,) for n in range(200)}
    kept = with_widths(many, "f:0", (90,))
    assert len(kept) == 200 and list(kept)[-1] == "f:0"
    assert "f:1" not in with_widths(kept, "new", (50,))
