"""The lists of communities and of the network, over a real desk: find, filter, open, begin what is new, import."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from real_desk import TOWNSHIP, WAIT_MS, RealDesk, add_homes, first_day
from ui_samples import network_list, network_rows

from cpdesk.interop.register_sheets import sample_site_register
from cpdesk.operations import surveys
from cpdesk.operations.demo.community import import_sample_communities, import_sample_network
from cpdesk.operations.demo.network import survey_network
from cpdesk.operations.families import SITE_KINDS
from cpdesk.operations.sites import SiteQuery, site_ids
from cpdesk.ui.pages.new_site import NewSiteDialog
from cpdesk.ui.pages.site_columns import COLUMNS, fitting
from cpdesk.ui.pages.sites import COMMUNITIES, NETWORK, SitesPage
from cpdesk.ui.presenters.sites import township_options
from cpdesk.ui.site_views import ListQuery


@pytest.fixture
def place(dressed, qtbot, tmp_path):
    ctx = first_day(tmp_path / "desk")
    import_sample_network(ctx, tmp_path / "network.xlsx")
    import_sample_communities(ctx, tmp_path / "communities.xlsx")
    made = RealDesk(qtbot, ctx)
    yield made
    made.close()


def go(place, name):
    place.window.go(name)
    place.settle()
    return place.window.list_page()


def names(page):
    return [page.model.row(row).name for row in range(page.model.rowCount())]


def test_the_network_is_listed_by_kind_and_searched_with_two_keys(place, qtbot):
    page = go(place, "network")
    assert page.model.rowCount() == 8
    assert page.tabs.buttons["well"].text() == "检查井 6"
    qtbot.mouseClick(page.tabs.buttons["well"], Qt.MouseButton.LeftButton)
    place.settle()
    assert page.model.rowCount() == 6
    assert [page.model.headerData(at, Qt.Orientation.Horizontal) for at in (2, 6)] == ["等级", "井深 m"]
    assert page.model.row(0).cells["type"], "codes are shown in the words of the form"
    assert not page.model.row(0).cells["type"].isascii()
    qtbot.keyClicks(page.search, "03")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=WAIT_MS)
    place.settle()
    assert page.model.row(0).number == "W-03"


def test_enter_begins_the_survey_of_a_site_and_back_leads_to_its_list(place, qtbot):
    page = go(place, "communities")
    assert names(page) == ["样例一区", "样例二区", "样例家园"]
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: place.shell.current_page() == "survey", timeout=WAIT_MS)
    place.settle()
    begun = site_ids(place.ctx, SiteQuery("community"))[0]
    assert surveys.survey_of(place.ctx, begun) == place.window._survey.open.record.id
    place.window._back()
    assert place.shell.current_page() == "communities"


def test_what_no_register_has_is_begun_as_a_survey_and_can_be_found_again(place, qtbot):
    page = go(place, "network")
    place.window._network.ask_new(township_options(place.ctx))
    dialog = page.findChild(NewSiteDialog)
    dialog.kinds.choose(1)
    qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    place.settle()
    assert dialog._problem.isVisible(), "a township is asked for"
    dialog.township.setCurrentIndex(dialog.township.findData(TOWNSHIP))
    qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: place.shell.current_page() == "survey", timeout=WAIT_MS)
    place.settle()
    record = place.window._survey.open.record
    assert (record.form, record.site, record.stream) == ("heatnet", None, TOWNSHIP)
    page = go(place, "network")
    assert page.filters.begun.text() == "还没入册 1"
    qtbot.mouseClick(page.filters.begun, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: place.shell.current_page() == "survey", timeout=WAIT_MS)
    place.settle()
    assert place.window._survey.open.record.id == record.id


def test_the_preview_says_what_the_last_visit_found(place):
    survey_network(place.ctx, TOWNSHIP)
    page = go(place, "network")
    page.tabs.buttons["well"].click()
    place.settle()
    page.table.selectRow(names(page).index("东门外 5 米"))
    place.settle()
    view = place.window._network.make_preview(page.table.current_id())
    facts = {fact.label: (fact.value, fact.tone) for fact in view.facts}
    assert facts["最差等级"] == ("3 级", "warn")
    assert facts["漏没漏"][1] == "bad" and "0.8 L/h" in facts["漏没漏"][0]
    assert page.preview._title.text() == view.title


def test_a_place_and_a_status_filter_the_list_and_say_how_many(place):
    survey_network(place.ctx, TOWNSHIP)
    page = go(place, "network")
    page.filters.place.picked.emit("U03")
    place.settle()
    assert page.model.rowCount() == 1 and page.filters.place.isChecked()
    page.filters.place.picked.emit("")
    place.settle()
    page.filters.chips["none"].click()
    place.settle()
    assert page.model.rowCount() == 8


def test_a_ledger_of_a_network_goes_in_through_the_same_dialog(dressed, qtbot, tmp_path, monkeypatch):
    place = RealDesk(qtbot, first_day(tmp_path / "desk"))
    file = tmp_path / "ledger.xlsx"
    file.write_bytes(sample_site_register(("substation", "well", "segment")))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(file), ""))
    page = go(place, "network")
    assert "还没有" in page._empty_words.text() and page._empty_action.isVisible()
    page.import_wanted.emit()
    place.settle()
    dialog = place.window._network.register.dialog
    assert dialog.notes.text().splitlines()[0] == "读到：换热站 1 条、检查井 6 条、管段 8 条。"
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    place.settle()
    assert page.model.rowCount() == 8
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(tmp_path / "empty.xlsx"), ""))
    page.template_wanted.emit()
    place.settle()
    assert (tmp_path / "empty.xlsx").exists() and "empty.xlsx" in place.toast()
    place.close()


def test_rows_are_marked_by_space_and_marks_of_rows_that_leave_are_lost(dressed, qtbot):
    page = SitesPage(NETWORK)
    qtbot.addWidget(page)
    rows = {row.id: row for row in network_rows()}
    page.rows_wanted.connect(lambda ids: page.show_rows([rows[record] for record in ids]))
    page.show_list(network_list())
    page.resize(1200, 700)
    page.show()
    qtbot.waitExposed(page)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert page.model.marked_ids() == ("id0",)
    assert page.batch_button.text() == "批量 1" and "选中 1 处" in page._marked.text()
    qtbot.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(page.model.marked_ids()) == 40
    page.show_list(network_list(10))
    assert len(page.model.marked) == 10
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.model.marked_ids() == ()


def test_columns_give_way_in_their_order_and_what_stays_fits():
    for columns in COLUMNS.values():
        for width in (1400, 930, 700):
            shown = fitting(columns, width)
            dropped = [item for item in columns if item not in shown]
            assert sum(item.width for item in shown) <= width or not any(item.drop for item in shown)
            assert all(item.drop for item in dropped)
        assert fitting(columns, 4000) == list(columns)
        assert {item.name for item in fitting(columns, 300)} >= {"number", "name", "status"}


def test_every_kind_of_site_has_columns_and_the_lists_cover_all_kinds():
    listed = {"household", *COMMUNITIES.kinds, *NETWORK.kinds}
    assert listed == set(COLUMNS) == {kind.value for kind in SITE_KINDS}


def test_homes_still_have_their_own_list_beside_the_others(place):
    add_homes(place.ctx, "张样例")
    page = go(place, "communities")
    assert page.query() == ListQuery()
    place.window._list.refresh()
    page = go(place, "households")
    assert names(page) == ["张样例"]
