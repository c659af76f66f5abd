"""At the end of the result panel: the whole year of the household, every use with energy, money and carbon."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from cpdesk.ui.figure_views import YearRow, YearView
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.choice_tables import figure_cell
from cpdesk.ui.widgets.basic import Label, Line, column, row
from cpdesk.ui.widgets.lines import LineList

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class YearPart(QWidget):
    """A table of uses, and lines on the sun; every figure opens its proof."""

    figure_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: YearView | None = None
        self._stack = column(self, gap=6)
        self._stack.addWidget(Line())
        head = row(gap=8)
        head.addWidget(Label(text("ui.year.title"), "h3"))
        head.addStretch(1)
        head.addWidget(Label(text("ui.year.now"), "meta", "text2"))
        self._stack.addLayout(head)
        self._table = QWidget()
        self._stack.addWidget(self._table)
        self.lines = LineList()
        self.lines.setAccessibleName(tr("ui.year.title"))
        self.lines.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines.opened.connect(self._opened)
        self._stack.addWidget(self.lines)
        self.show_year(None)

    def show_year(self, view: YearView | None) -> None:
        """A new year in place of the last one; the same one is left standing."""
        self.setVisible(view is not None)
        if view is None or view == self.view:
            return
        self.view = view
        made = _table(view.rows, self.figure_wanted.emit)
        self._stack.replaceWidget(self._table, made)
        self._table.deleteLater()
        self._table = made
        self.lines.show_lines(view.lines)
        self.lines.setVisible(bool(view.lines))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.lines.setFixedHeight(self.lines.natural_height() + 2)

    def _opened(self, key: str) -> None:
        self.figure_wanted.emit(next(line.path for line in self.lines.lines() if line.key == key))


def _table(rows: tuple[YearRow, ...], wanted: object) -> QWidget:
    """Uses down the side, figures at the right; the total under a hairline."""
    assert callable(wanted)
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(0, 1)
    if rows:
        for place, fact in enumerate(rows[0].figures, 1):
            grid.addWidget(Label(fact.label, "meta", "text2"), 0, place, _RIGHT)
    line = 1
    for each in rows:
        if each.strong:
            grid.addWidget(Line(), line, 0, 1, len(each.figures) + 1)
            line += 1
        grid.addWidget(Label(each.title, "table", bold=each.strong), line, 0)
        for place, fact in enumerate(each.figures, 1):
            grid.addWidget(figure_cell(fact, wanted, of=each.title), line, place, _RIGHT)
        line += 1
    return holder
