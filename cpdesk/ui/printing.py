"""Paper: the printer a person chooses, and the pages of a PDF painted on it one by one, rendered off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtWidgets import QWidget

from cpdesk.base.errors import EnvironmentFault
from cpdesk.ui.pdf import PDF_KEY, render_page
from cpdesk.ui.worker import Worker

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter  # late: a desk that prints nothing needs none of it

_DPI_MAX: Final = 300
"""Rendered no finer: at 1,200 dpi a page of A4 would take half a gigabyte, and text at 300 is sharp on paper."""
_INCH_MM: Final = 25.4


def choose_printer(owner: QWidget, pages: int) -> QPrinter | None:
    """Ask for printer, copies and pages; None when the person went back."""
    from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    dialog = QPrintDialog(printer, owner)
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintPageRange)
    dialog.setMinMax(1, pages)
    return printer if dialog.exec() else None


class PrintJob(QObject):
    """Prints page after page. `told` is called with pages done and all pages; at the end with both equal."""

    def __init__(
        self,
        worker: Worker,
        pdf: bytes,
        printer: QPrinter,
        pages: int,
        *,
        told: Callable[[int, int], object],
        failed: Callable[[Exception], object],
    ) -> None:
        super().__init__(worker)
        first = max(1, printer.fromPage()) - 1
        last = printer.toPage() or pages
        self._worker, self._pdf, self._printer = worker, pdf, printer
        self._pages = range(first, min(last, pages))
        self._told, self._failed = told, failed
        self._painter = QPainter()

    def start(self) -> None:
        """Begin; faults go to `failed`, CP-2401 when the printer takes nothing."""
        self._printer.setFullPage(True)
        self._printer.setPageOrientation(QPageLayout.Orientation.Portrait)
        if not self._pages or not self._painter.begin(self._printer):
            self._failed(EnvironmentFault("CP-2401", name=self._printer.printerName() or "PDF"))
            return
        self._render(0)

    def _render(self, done: int) -> None:
        dpi = min(self._printer.resolution(), _DPI_MAX)
        paper: QSizeF = self._printer.pageLayout().pageSize().size(QPageSize.Unit.Millimeter)
        width_px, page = round(paper.width() / _INCH_MM * dpi), self._pages[done]
        self._worker.run(
            lambda: render_page(self._pdf, page, width_px),
            lambda image: self._paint(done, image),
            self._stop,
            key=PDF_KEY,
        )

    def _paint(self, done: int, image: QImage) -> None:
        if done and not self._printer.newPage():
            self._stop(EnvironmentFault("CP-2401", name=self._printer.printerName() or "PDF"))
            return
        paper = QRectF(self._painter.viewport())
        height = paper.width() * image.height() / image.width()
        self._painter.drawImage(QRectF(0, 0, paper.width(), height), image)
        if done + 1 < len(self._pages):
            self._told(done + 1, len(self._pages))
            self._render(done + 1)
        else:
            self._painter.end()
            self._told(len(self._pages), len(self._pages))
            self.deleteLater()

    def _stop(self, error: Exception) -> None:
        self._painter.end()
        self._failed(error)
        self.deleteLater()
