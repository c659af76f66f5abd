"""Controls by hand and by key."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from ui_samples import grid, options, result

from cpdesk.ui.language import set_language, text
from cpdesk.ui.views import QuestionView
from cpdesk.ui.widgets.bars import PackageList
from cpdesk.ui.widgets.basic import Button, Label
from cpdesk.ui.widgets.choices import ChoiceButtons, ComboBox, MultiChoice, Option, Segmented
from cpdesk.ui.widgets.fields import NumberField, PinField, SearchField, normalise_date, normalise_number
from cpdesk.ui.widgets.grid import GridBlock
from cpdesk.ui.widgets.questions import QuestionBlock


def shown(qtbot, widget):
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("１２．５", "12.5"), ("１２，４００", "12400"), (" 3 ", "3"), ("−7", "-7"), ("12。5", "12.5"), ("abc", "abc")],
)
def test_numbers_typed_with_an_input_method_are_understood(typed, meant):
    assert normalise_number(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20261123", "2026-11-23"),
        ("2026.1.3", "2026-01-03"),
        ("2026年11月3日", "2026-11-03"),
        ("2026-02-30", "2026-02-30"),
    ],
)
def test_days_are_understood_in_any_usual_way(typed, meant):
    assert normalise_date(typed) == meant


def test_a_number_is_given_on_once_when_the_field_is_left(dressed, qtbot):
    field = shown(qtbot, NumberField("50"))
    given = []
    field.committed.connect(given.append)
    field.setFocus()
    field.selectAll()
    field.insert("８０")  # the test library types Latin only
    assert given == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    field.clearFocus()
    assert given == ["80"]
    assert field.text() == "80"


def test_a_field_being_typed_in_is_left_alone_by_a_new_view(dressed, qtbot):
    field = shown(qtbot, NumberField("50"))
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClicks(field, "1")
    field.show_value("50")
    assert field.text() == "501"


def test_the_pin_is_complete_with_its_sixth_digit_and_takes_digits_only(dressed, qtbot):
    field = shown(qtbot, PinField(text("ui.unlock.pin")))
    seen = []
    field.completed.connect(seen.append)
    field.setFocus()
    qtbot.keyClicks(field, "12a345")
    assert seen == []
    qtbot.keyClicks(field, "6")
    assert seen == ["123456"]


def test_choices_are_made_with_digits_and_walked_with_arrows(dressed, qtbot):
    choice = shown(qtbot, ChoiceButtons([Option("a", "甲"), Option("b", "乙"), Option("c", "丙")], "a"))
    seen, moved = [], []
    choice.chosen.connect(seen.append)
    choice.moved_on.connect(lambda: moved.append(True))
    choice.setFocus()
    qtbot.keyClick(choice.buttons[0], Qt.Key.Key_3)
    assert seen == ["c"]
    assert [button.isChecked() for button in choice.buttons] == [False, False, True]
    qtbot.keyClick(choice.buttons[2], Qt.Key.Key_Return)
    assert moved == [True]
    qtbot.mouseClick(choice.buttons[2], Qt.MouseButton.LeftButton)
    assert seen == ["c", None]


def test_a_group_of_choices_is_one_stop_of_the_tab_key(dressed, qtbot):
    choice = shown(qtbot, ChoiceButtons([Option("a", "甲"), Option("b", "乙")], "b"))
    stops = [button for button in choice.buttons if button.focusPolicy().value & Qt.FocusPolicy.TabFocus.value]
    assert stops == [choice.buttons[1]]


def test_several_choices_keep_the_order_of_the_form(dressed, qtbot):
    choice = shown(qtbot, MultiChoice([Option("a", "甲"), Option("b", "乙"), Option("c", "丙")], "c"))
    seen = []
    choice.chosen.connect(seen.append)
    qtbot.mouseClick(choice.buttons[0], Qt.MouseButton.LeftButton)
    assert seen == ["a c"]


def test_a_combo_finds_by_any_part_of_the_words(dressed, qtbot):
    combo = shown(qtbot, ComboBox([Option("1", "空气源热泵"), Option("2", "燃气壁挂炉"), Option("3", "型煤土暖气")]))
    seen = []
    combo.chosen.connect(seen.append)
    combo.lineEdit().setText("壁挂")
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    assert seen == ["2"]


def test_search_follows_typing_and_escape_empties_it(dressed, qtbot):
    field = shown(qtbot, SearchField(text("ui.sites.search.households")))
    with qtbot.waitSignal(field.searched) as caught:
        qtbot.keyClicks(field, "wy")
    assert caught.args == ["wy"]
    with qtbot.waitSignal(field.searched) as caught:
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert caught.args == [""]


def test_words_follow_the_language_at_once(dressed, qtbot):
    label, button = Label(text("ui.rail.households")), Button(text("ui.unlock.open"))
    switch = Segmented([Option("zh", text("ui.settings.light"))], "zh")
    for widget in (label, button, switch):
        shown(qtbot, widget)
    set_language(dressed, "en")
    assert label.text() == "Homes"
    assert button.text() == "Open"
    assert button.accessibleName() == "Open"
    assert switch.buttons["zh"].text() == "Light"


def test_a_question_shows_its_default_and_its_fault_in_words(dressed, qtbot):
    view = QuestionView("a", "3.2", "choice", "外墙保温", options=options("无", "不清楚"), assumed="按「无保温」算。")
    block = shown(qtbot, QuestionBlock(view))
    assert block.said("assumed") == "按「无保温」算。"
    assert block.said("problem") == ""
    editor = block.editor
    block.show_question(QuestionView("a", "3.2", "choice", "外墙保温", options=view.options, problem="请核对。"))
    assert block.editor is editor
    assert block.said("problem") == "请核对。"
    assert block.said("assumed") == ""
    assert "请核对" in editor.accessibleDescription()


def test_a_block_pasted_from_a_spreadsheet_fills_cells(dressed, qtbot):
    block = shown(qtbot, GridBlock(grid()))
    given = []
    block.requested.connect(lambda edit: given.extend(edit.cells))
    block.table.setCurrentIndex(block.model.index(0, 1))
    block.table.paste("43\t１７\n44\t6\n")
    assert given == [("wall[0]/q1", "43"), ("wall[0]/q2", "17"), ("wall[1]/q1", "44"), ("wall[1]/q2", "6")]


def test_enter_in_the_last_row_asks_for_another_and_ctrl_d_copies_from_above(dressed, qtbot):
    block = shown(qtbot, GridBlock(grid()))
    given, wanted = [], []
    block.answered.connect(lambda path, value: given.append((path, value)))
    block.row_wanted.connect(wanted.append)
    block.table.setCurrentIndex(block.model.index(2, 1))
    qtbot.keyClick(block.table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert given == [("wall[2]/q1", "42.6")]
    qtbot.keyClick(block.table, Qt.Key.Key_Return)
    assert wanted == ["wall"]


def test_packages_are_walked_with_arrows(dressed, qtbot):
    packages = shown(qtbot, PackageList())
    packages.show_packages(result().packages)
    seen = []
    packages.chosen.connect(seen.append)
    packages.setFocus()
    qtbot.keyClick(packages, Qt.Key.Key_Down)
    qtbot.keyClick(packages, Qt.Key.Key_Down)
    qtbot.keyClick(packages, Qt.Key.Key_Down)
    assert seen == ["b", "c"]
    assert packages.accessibleName().count("自付") == 3
