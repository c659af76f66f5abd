"""改造方案: every combination as a dot, the frontier, three packages side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cpdesk.ui.figure_views import ChoicesView
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.choice_tables import choice_table, figure_cell, level_table, share_table
from cpdesk.ui.pages.money_table import MoneyTable
from cpdesk.ui.views import PackageView, ResultView
from cpdesk.ui.widgets.basic import Block, Button, Label, Line, Scroll, clear, column, row
from cpdesk.ui.widgets.tabs import Tabs, TabView

if TYPE_CHECKING:
    from cpdesk.ui.widgets.plots import FrontierPlot, MonthPlot


class PackagesPage(QWidget):
    """The tables beside the charts are the text alternative of the charts. `figure_wanted` asks for a proof."""

    back_wanted = Signal()
    figure_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = ResultView()
        self.frontier: FrontierPlot | None = None
        self.months: MonthPlot | None = None
        self.back = Button(text("ui.packages.back"), "secondary", "chevron-left", self.back_wanted.emit)
        outer = column(self)
        holder = QWidget()
        line = row(holder, (24, 16, 24, 16), 16)
        left = column(gap=16)
        self._cloud_card, self._cloud = self._card("ui.packages.frontier", "ui.packages.frontier_help")
        self._month_card, self._month = self._card("ui.packages.months", "ui.packages.months_help")
        left.addWidget(self._cloud_card, 3)
        left.addWidget(self._month_card, 2)
        line.addLayout(left, 52)
        table_card = Block("card")
        stack = column(table_card, (20, 8, 20, 16), 8)
        self.tabs = Tabs()
        self.tabs.chosen.connect(self.show_tab)
        stack.addWidget(self.tabs)
        self._about = Label("", "meta", "text2", wrap=True)
        stack.addWidget(self._about)
        self._table = QWidget()
        column(self._table)
        stack.addWidget(self._table)
        stack.addStretch(1)
        self._note = Label(text("ui.packages.note"), "meta", "text2", wrap=True)
        stack.addWidget(self._note)
        self._tab = "compare"
        line.addWidget(table_card, 48)
        outer.addWidget(Scroll(holder))

    def minimumSizeHint(self) -> QSize:
        return QSize(760, 420)

    def show_result(self, view: ResultView) -> None:
        """Show one audit. The chart library is loaded at the first call."""
        from cpdesk.ui.widgets.plots import FrontierPlot, MonthPlot  # late: 0.3 s

        self._view = view
        if self.frontier is None or self.months is None:
            self.frontier, self.months = FrontierPlot(), MonthPlot()
            self._cloud.addWidget(self.frontier, 1)
            self._month.addWidget(self.months, 1)
            self.months.figure_wanted.connect(self.figure_wanted)
        self._count.set_words(text("ui.packages.count", n=view.combinations))
        self.frontier.show_points(view.cloud, view.frontier, view.packages)
        self.months.show_months(view.monthly, view.month_figures)
        self.show_tab(self._tab)

    def show_tab(self, code: str) -> None:
        """Which of the tables stands beside the charts."""
        self._tab = code
        self.tabs.show_tabs([TabView(each, tr(f"ui.packages.tab.{each}")) for each in _TABS], code)
        about = f"ui.packages.{code}_help"
        self._about.set_words("" if code == "compare" else tr(about))
        self._about.setVisible(code != "compare")
        layout = self._table.layout()
        assert layout is not None
        clear(layout)
        choices = self._view.choices or ChoicesView()
        if code == "compare":
            layout.addWidget(self._compared(self._view.packages))
        elif code == "criteria":
            layout.addWidget(choice_table(choices.criteria, self.figure_wanted.emit))
        elif code == "levels":
            layout.addWidget(level_table(choices.levels, self.figure_wanted.emit))
        elif code == "views":
            layout.addWidget(MoneyTable(choices.money, self.figure_wanted.emit))
        else:
            layout.addWidget(share_table(choices.shares, self.figure_wanted.emit))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange) and self.frontier is not None:
            self.show_result(self._view)

    def _card(self, title: str, help_key: str) -> tuple[Block, QVBoxLayout]:
        card = Block("card")
        stack = column(card, (20, 14, 20, 12), 4)
        head = row(gap=8)
        head.addWidget(Label(text(title), "h2"))
        head.addStretch(1)
        if title == "ui.packages.frontier":
            self._count = Label("", "meta", "text2")
            head.addWidget(self._count)
        stack.addLayout(head)
        stack.addWidget(Label(text(help_key), "meta", "text2", wrap=True))
        return card, stack

    def _compared(self, packages: tuple[PackageView, ...]) -> QWidget:
        grid = QWidget()
        lines = QGridLayout(grid)
        lines.setContentsMargins(0, 4, 0, 0)
        lines.setHorizontalSpacing(16)
        lines.setVerticalSpacing(4)
        lines.setColumnStretch(0, 1)
        for place, package in enumerate(packages, 1):
            lines.addWidget(Label(package.letter, "h2", "accent" if place == 1 else "text"), 0, place, _RIGHT)
        measures = list(dict.fromkeys(name for package in packages for name in package.measures))
        number = 1
        for name in measures:
            lines.addWidget(Label(name, "table", wrap=True), number, 0)
            for place, package in enumerate(packages, 1):
                mark = Label("✓" if name in package.measures else "", "body", "accent", bold=True)
                mark.setAccessibleName(tr("ui.packages.has" if name in package.measures else "ui.packages.has_not"))
                lines.addWidget(mark, number, place, _RIGHT)
            number += 1
        lines.addWidget(Line(), number, 0, 1, len(packages) + 1)
        for index in range(len(packages[0].figures) if packages else 0):
            number += 1
            lines.addWidget(Label(packages[0].figures[index].label, "table", "text2"), number, 0)
            for place, package in enumerate(packages, 1):
                made = figure_cell(package.figures[index], self.figure_wanted.emit, of=package.letter)
                lines.addWidget(made, number, place, _RIGHT)
        return grid


_TABS = ("compare", "views", "criteria", "levels", "shares")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
