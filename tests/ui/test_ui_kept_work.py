"""What a key costs does not grow with the form: cells painted, rows made, sections drawn, all counted."""

import random

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QSignalSpy
from widget_samples import FormDesk

from cpdesk.ui.views import SectionView
from cpdesk.ui.widgets.choices import Option
from cpdesk.ui.widgets.grid import GridBlock
from cpdesk.ui.widgets.lookup import FINDS_MAX, Catalogue, folded
from cpdesk.ui.widgets.sections import SectionList

ROWS = 200


@pytest.fixture
def grid(dressed, qtbot):
    answers = {
        f"repeats/walls[w{n:03d}]{name}": value
        for n in range(ROWS)
        for name, value in (("", f"a{n:04d}"), ("/side", "s"), ("/wall_m2", "42"), ("/window_m2", "1"))
    }
    desk = FormDesk(answers)
    qtbot.addWidget(desk.page)
    desk.page.show()
    qtbot.waitExposed(desk.page)
    desk.show("repeats")
    block = next(each for each in desk.body.blocks() if isinstance(each, GridBlock))
    block.table.setFocus()
    qtbot.wait(20)
    block.desk = desk
    return block


def made(grid):
    return sum(cells.is_made() for _item, cells in grid.view.rows)


def test_moving_the_cursor_makes_no_rows_and_shows_the_page_not_anew(grid, qtbot):
    grid.table.setCurrentIndex(grid.model.index(2, 1))
    qtbot.wait(20)
    before, view, rows = made(grid), grid.view, grid.desk.known.made
    assert before < 30
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
        qtbot.keyClick(grid.table, key)
    qtbot.wait(20)
    assert made(grid) == before and grid.view is view and grid.desk.known.made == rows


def test_an_answer_paints_its_own_cells_anew_and_leaves_the_head(grid):
    changed, heads = QSignalSpy(grid.model.dataChanged), QSignalSpy(grid.model.headerDataChanged)
    grid.desk.answer("repeats/walls[w003]/wall_m2", "43")
    cells = {(changed.at(n)[0].row(), changed.at(n)[0].column()) for n in range(changed.count())}
    assert (3, 1) in cells and {row for row, _column in cells} == {3}
    assert all(changed.at(n)[0] == changed.at(n)[1] for n in range(changed.count()))
    assert heads.count() == 0
    assert made(grid) < 30


def test_a_whole_grid_is_added_up_in_slices(grid, qtbot):
    before = made(grid)
    grid.table.selectAll()
    assert made(grid) <= before + 20, "not all at one key"
    qtbot.waitUntil(lambda: bool(grid.sum_words.text()))
    assert grid.sum_words.text() == "选中 1200 格，合计 8,600"
    grid.table.setCurrentIndex(grid.model.index(0, 0))
    assert grid.sum_words.text() == ""


def test_the_section_list_draws_what_is_in_sight(dressed, qtbot):
    sections = SectionList()
    qtbot.addWidget(sections)
    sections.show_sections([SectionView(f"s{n}", str(n), f"第 {n} 节", 0, 4) for n in range(900)], "s5")
    sections.resize(232, sections.natural_height())
    sections.grab(QRect(0, 42 * 100, 232, 420))
    assert 10 <= sections.drawn <= 12
    picture = sections.grab(QRect(0, 42 * 100, 232, 420)).toImage()
    whole = sections.grab().toImage().copy(QRect(0, 42 * 100, 232, 420))
    assert picture == whole


def searched_one_by_one(options, typed):
    """The same by looking at each text."""
    parts = [folded(part) for part in typed.split()]
    whole, first, rest = "".join(parts), [], []
    for place, option in enumerate(options):
        words = folded(f"{option.words} {option.code}")
        if all(part in words for part in parts):
            (first if words.startswith(whole) else rest).append(place)
    return (first + rest)[:FINDS_MAX]


def test_searching_one_long_text_finds_what_looking_at_each_would():
    chance = random.Random(4)
    signs = "东西南北马池口村 ＡbＣ１2"
    options = [Option(f"v{n}", "".join(chance.choice(signs) for _ in range(chance.randint(0, 7)))) for n in range(1500)]
    catalogue = Catalogue(options)
    for _ in range(300):
        typed = "".join(chance.choice(signs + "v") for _ in range(chance.randint(0, 4)))
        if typed.split():
            assert catalogue.search(typed) == searched_one_by_one(options, typed), typed
    assert catalogue.search("  ") == list(range(FINDS_MAX))
