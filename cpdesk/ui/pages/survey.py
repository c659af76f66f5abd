"""调查: sections at the left, questions in the middle, what they mean at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.actions import install
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.form_body import FormBody
from cpdesk.ui.pages.result_panel import ResultPanel
from cpdesk.ui.views import SectionPage, SurveyView
from cpdesk.ui.widgets.bars import ProgressBar
from cpdesk.ui.widgets.basic import Block, Button, ElidedLabel, Label, Scroll, column, row
from cpdesk.ui.widgets.fields import SearchField
from cpdesk.ui.widgets.sections import SectionList

_WIDE, _NARROW, _STRIP, _NO_LIST = 1600, 1320, 1100, 900


class SurveyPage(QWidget):
    """Shows a survey; what a person does is emitted and comes back as new views."""

    answered = Signal(str, object)
    section_wanted = Signal(str)
    row_wanted = Signal(str)
    row_unwanted = Signal(str)
    requested = Signal(object)
    why_wanted = Signal(str)
    next_problem_wanted = Signal()
    jump_wanted = Signal(str)
    complete_wanted = Signal()
    compare_wanted = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: SurveyView | None = None
        self._section = ""
        self._item = ""
        line = row(self)
        self.left = self._make_left()
        line.addWidget(self.left)
        line.addWidget(self._make_middle(), 1)
        self.result = ResultPanel(self)
        self.result.compare_wanted.connect(self.compare_wanted)
        line.addWidget(self.result)
        self.complete = Button(text("ui.survey.complete"), "secondary", "check", self.complete_wanted.emit)
        install(
            self,
            "survey",
            {
                "survey.next_section": lambda: self.walk(1),
                "survey.previous_section": lambda: self.walk(-1),
                "survey.next_problem": self.next_problem_wanted.emit,
                "survey.jump": self.jump.setFocus,
                "survey.undo": self.undo_wanted.emit,
                "survey.redo": self.redo_wanted.emit,
            },
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(880, 480)

    # what it shows --------------------------------------------------------------------------------------------------

    def show_survey(self, view: SurveyView, current: str) -> None:
        """The frame: section list, progress, errors."""
        self.view = view
        self.sections.show_sections(view.sections, current)
        self._progress_words.set_words(text("ui.survey.progress", answered=view.answered, asked=view.asked))
        self.progress.show_share(view.answered / view.asked if view.asked else 0.0)
        self.errors.setVisible(view.problems > 0)
        self.errors.set_words(text("ui.survey.problems", n=view.problems))
        self.complete.setEnabled(view.can_complete)
        top, height = self.sections.current_area()
        self._section_scroll.ensureVisible(0, top + height // 2, 0, height)

    def show_section(self, page: SectionPage, *, focus: str | None = None) -> None:
        """The middle. `focus` names the question to go to; "" the first one; None leaves the focus where it is."""
        fresh = page.path != self._section
        if fresh:
            self.why.hide()
        self._section = page.path
        self._number.set_words(page.number)
        self._title.set_words(page.title)
        self._note.set_words(page.note)
        self._item = page.item
        self.remove.setVisible(bool(page.item))
        self.body.show_page(page, fresh=fresh)
        if fresh:
            self.form_scroll.verticalScrollBar().setValue(0)
        self._show_neighbours()
        if focus is not None:
            QTimer.singleShot(0, self, lambda: self._focus(focus))

    def show_saved(self, at: str, problem: str = "") -> None:
        """When the last answer reached this computer, or why it did not."""
        self._saved.set_words(problem or (text("ui.survey.saved", at=at) if at else ""))
        self._saved.set_colour("bad" if problem else "text2")

    def show_why(self, label: str, words: str) -> None:
        """Why a question is asked, hidden or wrong, above the questions until it is closed."""
        self._why_title.set_words(label)
        self._why_words.set_words(words)
        self.why.show()

    def section(self) -> str:
        return self._section

    def commit(self) -> None:
        """Give on what is typed but not yet left: before another page, a lock, the end of the program."""
        self.body.commit()

    def walk(self, step: int) -> None:
        """To the next or previous section."""
        target = self._neighbour(step)
        if target:
            self.commit()
            self.section_wanted.emit(target)

    # how it is made -------------------------------------------------------------------------------------------------

    def _make_left(self) -> Block:
        pane = Block("pane-left", self)
        pane.setFixedWidth(232)
        stack = column(pane, (8, 16, 8, 12), 8)
        top = column(margins=(12, 4, 12, 4), gap=6)
        self._progress_words = Label("", "h3")
        self.progress = ProgressBar()
        top.addWidget(self._progress_words)
        top.addWidget(self.progress)
        stack.addLayout(top)
        self.jump = SearchField(text("ui.survey.jump"))
        self.jump.returnPressed.connect(lambda: self.jump_wanted.emit(self.jump.text().strip()))
        stack.addWidget(self.jump)
        self.sections = SectionList()
        self.sections.chosen.connect(self._section_chosen)
        holder = QWidget()
        inner = column(holder)
        inner.addWidget(self.sections)
        inner.addStretch(1)
        self._section_scroll = Scroll(holder)
        stack.addWidget(self._section_scroll, 1)
        self.errors = Button("", "error", "alert", self.next_problem_wanted.emit)
        stack.addWidget(self.errors)
        return pane

    def _make_middle(self) -> QWidget:
        middle = Block("page", self)
        stack = column(middle)
        head = Block("bar")
        head.setFixedHeight(57)
        line = row(head, (32, 0, 24, 1), 10)
        self._number, self._title = Label("", "title"), Label("", "title")
        self._note = ElidedLabel("", "meta", "text2")
        line.addWidget(self._number)
        line.addWidget(self._title)
        line.addWidget(self._note, 1)
        self.remove = Button(text("ui.survey.remove_item"), "quiet", "trash", self._remove)
        line.addWidget(self.remove)
        line.addWidget(Button(text("ui.survey.why"), "quiet", "info", self._why))
        stack.addWidget(head)
        stack.addWidget(self._make_why())
        self.body = FormBody()
        self.body.answered.connect(self.answered)
        self.body.row_wanted.connect(self.row_wanted)
        self.body.requested.connect(self.requested)
        self.body.left_last.connect(lambda: self.walk(1))
        holder = QWidget()
        inner = row(holder, (32, 16, 32, 24))
        inner.addWidget(self.body, 100)
        inner.addStretch(1)
        self.body.setMaximumWidth(960)
        self.form_scroll = Scroll(holder)
        stack.addWidget(self.form_scroll, 1)
        stack.addWidget(self._make_foot())
        return middle

    def _make_why(self) -> QWidget:
        self.why = Block("inset")
        line = row(self.why, (16, 10, 8, 10), 12)
        words = column(gap=2)
        self._why_title = Label("", "h3")
        self._why_words = Label("", "table", "text2", wrap=True)
        words.addWidget(self._why_title)
        words.addWidget(self._why_words)
        line.addLayout(words, 1)
        close = Button("", "quiet", "close", self.why.hide, tip=text("ui.close"))
        line.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        holder = QWidget()
        outer = row(holder, (32, 8, 32, 0))
        outer.addWidget(self.why)
        self.why.hide()
        return holder

    def _make_foot(self) -> Block:
        foot = Block("foot")
        foot.setFixedHeight(57)
        line = row(foot, (32, 1, 24, 0), 16)
        self.previous = Button(text("ui.survey.previous"), "secondary", "chevron-left", lambda: self.walk(-1))
        self._saved = ElidedLabel("", "meta", "text2")
        self._saved.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.next = Button("", "primary", on_click=lambda: self.walk(1))
        line.addWidget(self.previous)
        line.addWidget(self._saved, 1)
        line.addWidget(self.next)
        return foot

    # what happens ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        window = self.width() + 72
        wide, narrow = window >= _WIDE, window < _NARROW
        self.left.setFixedWidth(264 if wide else 216 if narrow else 232)
        self.result.setFixedWidth(448 if wide else 328 if narrow else 352)
        self.result.setVisible(window >= _STRIP)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_neighbours()

    def _section_chosen(self, path: str) -> None:
        self.commit()
        self.section_wanted.emit(path)

    def _neighbour(self, step: int) -> str:
        paths = [section.path for section in self.view.sections] if self.view is not None else []
        if self._section not in paths:
            return ""
        place = paths.index(self._section) + step
        return paths[place] if 0 <= place < len(paths) else ""

    def _show_neighbours(self) -> None:
        following = self._neighbour(1)
        titles = {section.path: section.title for section in self.view.sections} if self.view is not None else {}
        self.previous.setEnabled(bool(self._neighbour(-1)))
        self.next.set_words(tr("ui.survey.next", title=titles[following]) if following else tr("ui.survey.last"))
        self.next.setEnabled(bool(following))

    def _focus(self, path: str) -> None:
        self.body.focus_question(path)
        widget = self.focusWidget()
        if widget is not None and self.form_scroll.isAncestorOf(widget):
            self.form_scroll.ensureWidgetVisible(widget, 0, 72)

    def _remove(self) -> None:
        if self._item:
            self.row_unwanted.emit(self._item)

    def _why(self) -> None:
        self.why_wanted.emit(self.body.current_path() or self._section)
