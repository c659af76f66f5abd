"""The right pane of a survey: figures or how far it has come, problems, the last visit, remarks, history."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.result_panel import ResultPanel
from cpdesk.ui.survey_views import OverviewView, PanelView, Tab
from cpdesk.ui.views import Tone
from cpdesk.ui.widgets.bars import ProgressBar
from cpdesk.ui.widgets.basic import Block, Button, CheckBox, Label, Line, column, row
from cpdesk.ui.widgets.lines import LineList
from cpdesk.ui.widgets.tabs import Tabs, TabView

LISTS: Final[tuple[Tab, ...]] = ("problems", "last", "remarks", "history")


class ListPanel(QWidget):
    """A sentence, a switch where there is one, and lines."""

    opened = Signal(str)
    acted = Signal(str)
    filter_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stack = column(self, (0, 12, 0, 8), 6)
        top = column(margins=(20, 0, 16, 0), gap=6)
        self.headline = Label("", "table", "text2", wrap=True)
        self.switch = CheckBox("")
        self.switch.toggled.connect(self.filter_wanted)
        top.addWidget(self.headline)
        top.addWidget(self.switch)
        stack.addLayout(top)
        self.list = LineList()
        self.list.opened.connect(self.opened)
        self.list.acted.connect(self.acted)
        stack.addWidget(self.list, 1)
        self.empty = Label("", "body", "text2", wrap=True)
        holder = column(margins=(20, 4, 16, 4))
        holder.addWidget(self.empty)
        stack.addLayout(holder)
        stack.addStretch(0)
        self.view = PanelView()
        self.show_panel(self.view)

    def show_panel(self, view: PanelView) -> None:
        self.view = view
        self.headline.set_words(view.headline)
        self.headline.set_colour({"bad": "bad", "warn": "warn", "ok": "ok"}.get(view.tone, "text2"))
        self.headline.setVisible(bool(view.headline))
        self.switch.setVisible(bool(view.filter))
        self.switch.set_words(view.filter)
        self.switch.blockSignals(True)
        self.switch.setChecked(view.filtered)
        self.switch.blockSignals(False)
        self.list.show_lines(view.lines)
        self.list.setVisible(bool(view.lines))
        self.list.setAccessibleName(view.headline or view.empty)
        self.empty.set_words(view.empty)
        self.empty.setVisible(not view.lines and bool(view.empty))
        self.layout().setAlignment(Qt.AlignmentFlag.AlignTop if not view.lines else Qt.AlignmentFlag(0))


class OverviewPanel(QWidget):
    """Where answers give no figures: how far the survey has come, and what is still worth asking."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stack = column(self)
        top = column(margins=(20, 16, 20, 12), gap=8)
        line = row(gap=8)
        self.figure = Label("", "display")
        self.words = Label("", "body", "text2")
        line.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignBottom)
        line.addWidget(self.words, 1, Qt.AlignmentFlag.AlignBottom)
        top.addLayout(line)
        self.bar = ProgressBar()
        top.addWidget(self.bar)
        self.left = Label("", "table", "text2", wrap=True)
        top.addWidget(self.left)
        stack.addLayout(top)
        stack.addWidget(Line())
        self.open = ListPanel()
        self.open.opened.connect(self.opened)
        stack.addWidget(self.open, 1)

    def show_overview(self, view: OverviewView) -> None:
        share = view.answered / view.asked if view.asked else 0.0
        self.figure.set_words(f"{share:.0%}")
        self.words.set_words(tr("ui.survey.progress", answered=view.answered, asked=view.asked))
        self.bar.show_share(share)
        if view.required_open or view.problems:
            said = tr("ui.overview.left", required=view.required_open, problems=view.problems)
        else:
            said = tr("ui.overview.ready" if view.may_complete else "ui.overview.all_required")
        self.left.set_words(said)
        self.left.set_colour("text2" if view.required_open or view.problems else "ok")
        self.open.show_panel(view.open)


class SidePanel(Block):
    """Tabs over panels. Says which tab is shown, since a panel that nobody sees need not be made."""

    shown = Signal(str)
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("pane-right", parent)
        stack = column(self, (1, 0, 0, 0))  # the lists must not cover the line at the left
        head = row(margins=(0, 0, 0, 0))
        self.tabs = Tabs()
        self.tabs.chosen.connect(self.show_tab)
        head.addWidget(self.tabs, 1)
        self.close_button = Button("", "quiet", "close", self.close_wanted.emit, tip=text("ui.close"))
        head.addWidget(self.close_button)
        stack.addLayout(head)
        self._stack = QStackedWidget()
        stack.addWidget(self._stack, 1)
        self.result = ResultPanel()
        self.overview = OverviewPanel()
        self.lists: dict[str, ListPanel] = {code: ListPanel() for code in LISTS}
        self._pages: dict[str, QWidget] = {"result": self.result, "overview": self.overview, **self.lists}
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._codes: tuple[Tab, ...] = ()
        self._counts: dict[str, tuple[int, Tone]] = {}
        self._tab: str = "result"

    def show_kind(self, *, has_result: bool) -> None:
        """Which tabs there are: figures or an overview first."""
        codes: tuple[Tab, ...] = ("result" if has_result else "overview", *LISTS)
        if codes != self._codes:
            self._codes = codes
            self.show_tab(codes[0])

    def show_counts(self, **counts: tuple[int, Tone]) -> None:
        """Figures behind the words of the tabs."""
        if counts != self._counts:
            self._counts = counts
            self._show_tabs()

    def tab(self) -> str:
        return self._tab

    def show_tab(self, code: str) -> None:
        if code not in self._codes:
            code = self._codes[0]
        self._tab = code
        self._stack.setCurrentWidget(self._pages[code])
        self._show_tabs()
        self.shown.emit(code)

    def focus_list(self) -> None:
        """Into the panel that is shown."""
        page = self._pages[self._tab]
        target = page.list if isinstance(page, ListPanel) else self.overview.open.list
        (self.tabs if page is self.result else target).setFocus(Qt.FocusReason.TabFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_tabs()

    def _show_tabs(self) -> None:
        tabs = [TabView(code, tr(f"ui.tab.{code}"), *self._counts.get(code, (0, "mute"))) for code in self._codes]
        self.tabs.show_tabs(tabs, self._tab)
