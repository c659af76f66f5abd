"""这个数怎么来的: the proof of one figure. Figures in it open in turn, with a way back; answers go to the form."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from cpdesk.ui.figure_views import ExplanationView
from cpdesk.ui.language import text, tr
from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.widgets.basic import Block, Button, ElidedLabel, Label, Line, Pill, Scroll, column, row
from cpdesk.ui.widgets.lines import LineList


class LinesPart(QWidget):
    """A heading, what it says, and lines as high as they are."""

    opened = Signal(str)

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        stack = column(self, gap=2)
        head = row(margins=(24, 8, 24, 0), gap=8)
        self._title = Label(text(title), "h3")
        self._note = Label(text(note) if note else "", "meta", "text2")
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._note)
        stack.addLayout(head)
        self.list = LineList()
        self.list.opened.connect(self._opened)
        self._name = title
        holder = column(margins=(10, 0, 10, 0))
        holder.addWidget(self.list)
        stack.addLayout(holder)

    def show_lines(self, lines: tuple[PanelLine, ...]) -> None:
        self.setVisible(bool(lines))
        self._note.setVisible(any(line.path for line in lines))
        self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus if lines else Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(tr(self._name))
        self.list.show_lines(lines)
        self.fit()

    def fit(self) -> None:
        """As high as the lines are at this width."""
        self.list.setFixedHeight(self.list.natural_height() + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _opened(self, key: str) -> None:
        self.opened.emit(next(line.path for line in self.list.lines() if line.key == key))


class ExplanationDialog(QDialog):
    """Shows one proof after another; asks for the next by `figure_wanted`, for a question by `question_wanted`."""

    figure_wanted = Signal(str)
    question_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.view: ExplanationView | None = None
        self._way: list[ExplanationView] = []
        outer = column(self, (0, 16, 0, 0), 8)
        self._make_head(outer)
        body = QWidget()
        stack = column(body, (0, 0, 0, 12), 4)
        words = column(margins=(24, 0, 24, 4), gap=4)
        words.addWidget(Label(text("ui.explain.formula"), "h3"))
        self.formula = Label("", "body", wrap=True)
        self.source = Label("", "meta", "text2", wrap=True)
        for label in (self.formula, self.source):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(label)
        stack.addLayout(words)
        self.operands = LinesPart("ui.explain.operands", "ui.explain.operands_help")
        self.operands.opened.connect(self.figure_wanted)
        self.answers = LinesPart("ui.explain.answers", "ui.explain.answers_help")
        self.answers.opened.connect(self._to_question)
        self.factors = LinesPart("ui.explain.factors")
        for part in (self.operands, self.answers, self.factors):
            stack.addWidget(part)
        stack.addStretch(1)
        self._scroll = Scroll(body)
        outer.addWidget(self._scroll, 1)
        foot = Block("foot")
        line = row(foot, (24, 10, 24, 10), 8)
        self._qualities = Label("", "meta", "text2", wrap=True)
        line.addWidget(self._qualities, 1)
        self.copy = Button(text("ui.explain.copy"), "secondary", "copy", self._copy)
        self.close_button = Button(text("ui.close"), "secondary", on_click=self.reject)
        line.addWidget(self.copy)
        line.addWidget(self.close_button)
        outer.addWidget(foot)
        self.resize(QSize(560, 640))

    def _make_head(self, outer: QVBoxLayout) -> None:
        head = column(margins=(24, 0, 24, 0), gap=2)
        self.way = ElidedLabel("", "meta", "text2")
        self.back = Button(text("ui.explain.back"), "mini", "chevron-left", self.go_back)
        top = row(gap=8)
        top.addWidget(self.back)
        top.addWidget(self.way, 1)
        head.addLayout(top)
        self.title = Label("", "h2", wrap=True)
        head.addWidget(self.title)
        line = row(gap=12)
        self.value = Label("", "display")
        self.mark = Pill()
        line.addWidget(self.value)
        line.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        head.addLayout(line)
        self.range = Label("", "table", "text2", wrap=True)
        head.addWidget(self.range)
        outer.addLayout(head)
        outer.addWidget(Line())

    def show_proof(self, view: ExplanationView) -> None:
        """Show a figure; it stands behind those that were opened before it."""
        names = [each.name for each in self._way]
        if view.name in names:
            self._way = self._way[: names.index(view.name)]
        self._way.append(view)
        self._show(view)

    def go_back(self) -> None:
        """To the figure that this one was opened from."""
        if len(self._way) > 1:
            self._way.pop()
            self._show(self._way[-1])

    def _show(self, view: ExplanationView) -> None:
        self.view = view
        self.setWindowTitle(tr("ui.explain.title"))
        self.back.setVisible(len(self._way) > 1)
        self.way.set_words(" › ".join(each.title for each in self._way) if len(self._way) > 1 else view.place)
        self.title.set_words(view.whole if len(self._way) > 1 else view.title)
        self.value.set_words(view.value)
        self.mark.show_status(view.mark, view.tone)
        self.mark.setVisible(bool(view.mark))
        self.range.set_words(view.range)
        self.range.setVisible(bool(view.range))
        self.formula.set_words(view.formula)
        self.source.set_words(view.source)
        self.source.setVisible(bool(view.source))
        self.operands.show_lines(view.operands)
        self.answers.show_lines(view.answers)
        self.factors.show_lines(view.factors)
        self._qualities.set_words(view.qualities)
        self.setAccessibleName(f"{view.place} {view.title} {view.value} {view.range} {view.mark}".strip())
        self._scroll.verticalScrollBar().setValue(0)
        opens = any(line.path for line in view.operands)
        (self.operands.list if opens else self.close_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _to_question(self, path: str) -> None:
        self.accept()
        self.question_wanted.emit(path)

    def _copy(self) -> None:
        if self.view is not None:
            QGuiApplication.clipboard().setText(self.view.as_text())
            self.copy.set_words(text("ui.explain.copied"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self.view is not None:
            self.reject()  # its words are of the other language; opening it again costs one press
