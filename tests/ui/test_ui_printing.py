"""Reports on paper and several in one file, through the window, with made-up surveys in a real store."""

import pypdfium2
import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog
from real_desk import WAIT_MS, RealDesk, first_day

from cpdesk.operations.demo.village import import_sample_village, survey_household
from cpdesk.operations.households import HouseholdQuery, household_ids
from cpdesk.ui import printing


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    """Four made-up households, three of them surveyed."""
    folder = tmp_path_factory.mktemp("village")
    ctx = first_day(folder)
    import_sample_village(ctx, folder / "register.xlsx", households=4)
    for seed, household in enumerate(household_ids(ctx, HouseholdQuery())[:3], 1):
        survey_household(ctx, household, seed=seed)
    yield ctx
    ctx.close()


@pytest.fixture
def place(dressed, qtbot, village):
    made = RealDesk(qtbot, village)
    made.window.go("reports")
    qtbot.waitUntil(made.window.reports.sheet.has_image, timeout=3 * WAIT_MS)
    made.settle()
    yield made
    made.settle()
    made.shell.hide()
    made.window._sync.stop()
    made.worker.finish()
    made.shell.remove_pages()
    made.worker.stop()


def paper(path, first=0, last=0):
    """A printer that prints into a file, and the pages asked for."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setFromTo(first, last)
    return printer


def darkness(path, page):
    """Share of dark pixels of a page: more than nothing, less than a black sheet."""
    document = pypdfium2.PdfDocument(path)
    try:
        image = document[page].render(scale=0.5).to_pil().convert("L")
        return sum(count for value, count in enumerate(image.histogram()) if value < 128) / (image.width * image.height)
    finally:
        document.close()


def pages_of(path):
    document = pypdfium2.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


def choose(place, count):
    view = place.window.reports.list
    for row in range(count):
        view.selectionModel().select(place.window.reports.model.index(row, 0), QItemSelectionModel.SelectionFlag.Select)
    place.settle()


def test_a_report_is_printed_as_it_is_shown(place, qtbot, monkeypatch, tmp_path):
    target = tmp_path / "paper.pdf"
    monkeypatch.setattr(printing, "choose_printer", lambda owner, pages: paper(target))
    pages = place.window.reports._pages
    qtbot.mouseClick(place.window.reports.print_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "已打印" in place.toast(), timeout=WAIT_MS)
    assert pages_of(target) == pages > 1
    assert all(0.002 < darkness(target, page) < 0.5 for page in range(pages))


def test_only_the_pages_asked_for_are_printed(place, qtbot, monkeypatch, tmp_path):
    target = tmp_path / "paper.pdf"
    monkeypatch.setattr(printing, "choose_printer", lambda owner, pages: paper(target, 2, 2))
    qtbot.mouseClick(place.window.reports.print_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "已打印 1 页" in place.toast(), timeout=WAIT_MS)
    assert pages_of(target) == 1


def test_a_printer_that_takes_nothing_says_its_code(place, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(printing, "choose_printer", lambda owner, pages: paper(tmp_path / "no" / "where" / "x.pdf"))
    qtbot.mouseClick(place.window.reports.print_button, Qt.MouseButton.LeftButton)
    place.settle()
    assert "CP-2401" in place.shell.faults.label.text() and place.shell.faults.isVisible()


def test_several_households_go_into_one_file(place, qtbot, monkeypatch, tmp_path):
    target = tmp_path / "village.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target), ""))
    choose(place, 3)
    assert place.window.reports.save_button.text() == "选中的 3 户存成一份 PDF"
    qtbot.mouseClick(place.window.reports.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "已把 3 户存成 village.pdf" in place.toast(), timeout=3 * WAIT_MS)
    assert pages_of(target) >= 6
    assert not place.window.reports.progress.isVisible()


def test_a_batch_that_is_stopped_writes_no_file(place, qtbot, monkeypatch, tmp_path):
    target = tmp_path / "village.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(target), ""))
    choose(place, 3)
    qtbot.mouseClick(place.window.reports.save_button, Qt.MouseButton.LeftButton)
    assert place.window.reports.cancel_button.isVisible()
    qtbot.mouseClick(place.window.reports.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "已停下" in place.toast(), timeout=3 * WAIT_MS)
    assert not target.exists()
