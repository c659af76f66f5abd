"""The right pane of the survey: what the answers mean, moving with each of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.result_sure import SurePart
from cpdesk.ui.pages.result_year import YearPart
from cpdesk.ui.views import ResultView
from cpdesk.ui.widgets.bars import NowAfterBars, PackageList, ProgressBar, ShareBars
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, Line, Pill, Scroll, column, row


class ResultPanel(Block):
    """Now/after bars, heat-loss bars, three packages, how sure it is, the whole year. While an answer is wrong the last
    good figures stay, dimmed. `figure_wanted` asks for the proof of a figure."""

    compare_wanted = Signal()
    figure_wanted = Signal(str)
    question_wanted = Signal(str)
    package_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.view = ResultView()
        outer = column(self)
        self._busy = ProgressBar(0.0, 2, self)
        self._busy.hide()
        self._busy_after = QTimer(self)
        self._busy_after.setSingleShot(True)
        self._busy_after.setInterval(300)
        self._busy_after.timeout.connect(self._show_busy)
        outer.addWidget(self._busy)
        body = QWidget()
        stack = column(body, (20, 16, 20, 16), 8)
        head = row(gap=8)
        head.addWidget(Label(text("ui.result.title"), "h2"))
        head.addStretch(1)
        self.quality = Pill()
        head.addWidget(self.quality)
        stack.addLayout(head)
        self.waiting = IconText("", "info", "info", ground=True)
        self.left_out = IconText("", "warn", "warning", ground=True)
        stack.addWidget(self.waiting)
        stack.addWidget(self.left_out)
        self._figures = QWidget()
        stack.addWidget(self._figures)
        stack.addStretch(1)
        self._fill_figures()
        outer.addWidget(Scroll(body), 1)
        self.foot = Block("foot")
        foot = row(self.foot, (20, 12, 20, 12), 8)
        self.compare = Button(text("ui.result.compare"), "secondary", on_click=self.compare_wanted.emit)
        foot.addWidget(self.compare, 1)
        outer.addWidget(self.foot)
        self.show_result(ResultView(missing=""))

    def _fill_figures(self) -> None:
        stack = column(self._figures, gap=8)
        self.bars = NowAfterBars()
        self.shares = ShareBars()
        self.packages = PackageList()
        self.packages.chosen.connect(self.package_chosen)
        stack.addWidget(self.bars)
        self._line1 = Line()
        stack.addWidget(self._line1)
        heat = row(gap=8)
        heat.addWidget(Label(text("ui.result.heat"), "h3"))
        heat.addStretch(1)
        self._heat_note = Button("", "mini", on_click=self._open_heat, style="meta", tip=text("ui.explain.open_figure"))
        heat.addWidget(self._heat_note)
        stack.addLayout(heat)
        stack.addWidget(self.shares)
        self._line2 = Line()
        stack.addWidget(self._line2)
        packages = row(gap=8)
        self._packages_title = Label(text("ui.result.packages"), "h3")
        self._packages_note = Label(text("ui.result.range"), "meta", "text2")
        packages.addWidget(self._packages_title)
        packages.addStretch(1)
        packages.addWidget(self._packages_note)
        stack.addLayout(packages)
        stack.addWidget(self.packages)
        self.sure = SurePart()
        self.sure.figure_wanted.connect(self.figure_wanted)
        self.sure.question_wanted.connect(self.question_wanted)
        stack.addWidget(self.sure)
        self.year = YearPart()
        self.year.figure_wanted.connect(self.figure_wanted)
        stack.addWidget(self.year)
        self._notes = Label("", "meta", "text3", wrap=True)
        stack.addWidget(self._notes)
        for part in (self.bars, self.shares, self.packages):
            part.figure_wanted.connect(self.figure_wanted)

    def show_busy(self, busy: bool) -> None:
        """A thin line after 0.3 s of work; the old figures stay."""
        if busy:
            self._busy_after.start()
        else:
            self._busy_after.stop()
            self._busy.hide()

    def show_result(self, view: ResultView) -> None:
        """Show new figures, or what is still missing while there are none."""
        self.show_busy(False)
        has_figures = bool(view.bars or view.shares)
        if has_figures or not self.view.bars:
            self.view = view
        shown = self.view
        self.waiting.set_words(view.missing)
        self.waiting.setVisible(bool(view.missing))
        self.left_out.set_words(view.left_out)
        self.left_out.setVisible(bool(view.left_out))
        self._figures.setVisible(bool(shown.bars or shown.shares))
        self.quality.setVisible(shown.quality is not None)
        if shown.quality is not None:
            self.quality.show_status(shown.quality.words, shown.quality.tone, shown.quality.icon)
        self.bars.show_bars(
            shown.bars, tr("ui.result.now"), tr("ui.result.after"), dim=bool(view.left_out) or not has_figures
        )
        self._heat_note.set_words(shown.heat_note)
        self.shares.show_shares(shown.shares)
        self.packages.show_packages(shown.packages)
        for part in (self._line2, self._packages_title, self._packages_note, self.packages):
            part.setVisible(bool(shown.packages))
        self.sure.show_sure(shown.sure)
        self.year.show_year(shown.year)
        self._notes.set_words(" ".join(shown.notes))
        self._notes.setVisible(bool(shown.notes))
        self.foot.setVisible(bool(shown.packages))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.show_result(self.view)

    def _open_heat(self) -> None:
        if self.view.heat_figure:
            self.figure_wanted.emit(self.view.heat_figure)

    def _show_busy(self) -> None:
        self._busy.show_share(0.6)
        self._busy.show()
