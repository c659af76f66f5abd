"""Under the packages of the result panel: bills, what would make the figures surer, what else must be known."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.figure_views import SureView
from cpdesk.ui.language import text, tr
from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.widgets.basic import IconText, Label, Line, column
from cpdesk.ui.widgets.lines import LineList

_ICONS = {"ok": "check", "warn": "warning", "bad": "alert", "mute": "info", "info": "info"}


class SurePart(QWidget):
    """Advice and questions go to the form, figures open their proof."""

    figure_wanted = Signal(str)
    question_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stack = column(self, gap=6)
        self.view = SureView()
        self.bills = IconText("", "ok", "check", ground=True)
        stack.addWidget(self.bills)
        self.questions = self._list("ui.sure.ask_first", self.question_wanted.emit)
        stack.addWidget(self.questions)
        self._line1, self._line2 = Line(), Line()
        self._advice_title = Label(text("ui.sure.advice"), "h3")
        self.advice = self._list("ui.sure.advice", self.question_wanted.emit)
        self._more_title = Label(text("ui.sure.more"), "h3")
        self.more = self._list("ui.sure.more", self.figure_wanted.emit)
        for part in (self._line1, self._advice_title, self.advice, self._line2, self._more_title, self.more):
            stack.addWidget(part)
        self._notices = column(gap=4)
        stack.addLayout(self._notices)
        self._notice_lines: list[IconText] = []
        self.show_sure(None)

    def _list(self, name: str, wanted: object) -> LineList:
        lines = LineList()
        lines.setAccessibleName(tr(name))
        lines.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

        def opened(key: str) -> None:
            path = next(line.path for line in lines.lines() if line.key == key)
            assert callable(wanted)
            wanted(path)

        lines.opened.connect(opened)
        return lines

    def show_sure(self, view: SureView | None) -> None:
        self.view = view or SureView()
        shown = self.view
        self.setVisible(view is not None)
        self.bills.set_tone(shown.bills_tone, _ICONS[shown.bills_tone])
        self.bills.set_words(shown.bills)
        self.bills.setVisible(bool(shown.bills))
        for lines, target in ((shown.questions, self.questions), (shown.advice, self.advice), (shown.more, self.more)):
            self._fill(target, lines)
        for part in (self._line1, self._advice_title):
            part.setVisible(bool(shown.advice))
        for part in (self._line2, self._more_title):
            part.setVisible(bool(shown.more or shown.notices))
        while len(self._notice_lines) < len(shown.notices):
            made = IconText("", "warn", "warning")
            self._notice_lines.append(made)
            self._notices.addWidget(made)
        for place, line in enumerate(self._notice_lines):
            line.setVisible(place < len(shown.notices))
            tone, words = shown.notices[place] if place < len(shown.notices) else ("mute", "")
            line.set_tone(tone, _ICONS[tone])
            line.set_words(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for lines in (self.questions, self.advice, self.more):
            lines.setFixedHeight(lines.natural_height() + 2)

    def _fill(self, target: LineList, lines: tuple[PanelLine, ...]) -> None:
        target.show_lines(lines)
        target.setVisible(bool(lines))
        target.setFixedHeight(target.natural_height() + 2)
