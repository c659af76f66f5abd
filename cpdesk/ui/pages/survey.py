"""调查: sections at the left, questions in the middle, what they mean and what was said of them at the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.actions import install
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.form_body import FormBody
from cpdesk.ui.pages.review_bar import ReviewBar
from cpdesk.ui.pages.side_panel import SidePanel
from cpdesk.ui.pages.survey_head import CompareBar, SectionHead, WhyBlock
from cpdesk.ui.survey_views import CompareView, FrameView
from cpdesk.ui.views import SectionPage, SurveyView
from cpdesk.ui.widgets.bars import ProgressBar
from cpdesk.ui.widgets.basic import Block, Button, ElidedLabel, Label, Scroll, column, row
from cpdesk.ui.widgets.fields import SearchField
from cpdesk.ui.widgets.lines import LineList
from cpdesk.ui.widgets.sections import SectionList

_WIDE, _NARROW, _FOLDED = 1600, 1320, 1100
_HIDDEN_TALLEST = 220


class SurveyPage(QWidget):
    """Shows a survey; what a person does is emitted and comes back as new views."""

    answered = Signal(str, object)
    section_wanted = Signal(str)
    row_wanted = Signal(str)
    row_unwanted = Signal(str)
    requested = Signal(object)
    why_wanted = Signal(str)
    problem_wanted = Signal(int)
    jump_wanted = Signal(str)
    complete_wanted = Signal()
    reopen_wanted = Signal()
    beside_wanted = Signal()
    only_changes_wanted = Signal(bool)
    remark_wanted = Signal(str)
    history_wanted = Signal(str)
    hidden_wanted = Signal(bool)
    review_wanted = Signal(str)
    compare_wanted = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: SurveyView | None = None
        self._section = ""
        self._item = ""
        self.frame = FrameView(True, False, "complete", 0, 0, 0)
        self._line = row(self)
        self.left = self._make_left()
        self._line.addWidget(self.left)
        self._line.addWidget(self._make_middle(), 1)
        self.side = SidePanel(self)
        self.side.show_kind(has_result=True)
        self.side.close_wanted.connect(lambda: self.open_side(False))
        self.result = self.side.result
        self.result.compare_wanted.connect(self.compare_wanted)
        self._line.addWidget(self.side)
        self._folded = False
        self.side.close_button.hide()
        self.complete = Button(text("ui.survey.complete"), "secondary", "check", self._complete)
        install(self, "survey", self._keys())

    def _keys(self) -> dict[str, Callable[[], object]]:
        keys: dict[str, Callable[[], object]] = {
            "survey.next_section": lambda: self.walk(1),
            "survey.previous_section": lambda: self.walk(-1),
            "survey.next_problem": lambda: self.problem_wanted.emit(1),
            "survey.previous_problem": lambda: self.problem_wanted.emit(-1),
            "survey.jump": self._to_jump,
            "survey.jump_slash": self._to_jump,
            "survey.jump_words": self._to_jump,
            "survey.undo": self.undo_wanted.emit,
            "survey.redo": self.redo_wanted.emit,
            "survey.beside": self.beside_wanted.emit,
            "survey.remark": self._remark,
            "survey.history": lambda: self.history_wanted.emit(self.body.last_path()),
        }
        for number in range(1, 10):
            keys[f"survey.section_{number}"] = partial(self._to_section, number)
        return keys

    def minimumSizeHint(self) -> QSize:
        return QSize(880, 480)

    # what it shows --------------------------------------------------------------------------------------------------

    def show_survey(self, view: SurveyView, current: str) -> None:
        """The frame: section list, progress, errors."""
        self.view = view
        self.sections.show_sections(view.sections, current)
        self._progress_words.set_words(text("ui.survey.progress", answered=view.answered, asked=view.asked))
        self.progress.show_share(view.answered / view.asked if view.asked else 0.0)
        self._show_problems(view.problems)
        top, height = self.sections.current_area()
        self._section_scroll.ensureVisible(0, top + height // 2, 0, height)

    def _show_problems(self, number: int) -> None:
        self.errors.setVisible(number > 0)
        self.errors.set_words(text("ui.survey.problems", n=number))

    def show_section(self, page: SectionPage, *, focus: str | None = None) -> None:
        """The middle. `focus` names the question to go to; "" the first one; None leaves the focus where it is."""
        fresh = page.path != self._section
        if fresh:
            self.why.hide()
        self._section = page.path
        self._item = page.item
        self.head.show_section(page)
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

    def show_frame(self, frame: FrameView) -> None:
        """What there is beside the sections: which panels, what waits in them, what the button of the bar does."""
        self.frame = frame
        self.side.show_kind(has_result=frame.has_result)
        loud = frame.problems + frame.unusual
        self.side.show_counts(
            problems=(loud, "bad" if frame.problems else "warn"), remarks=(frame.remarks, "mute"), last=(0, "mute")
        )
        self._show_problems(frame.problems)
        self.complete.setEnabled(bool(frame.complete))
        self.complete.set_words(text(f"ui.survey.{frame.complete or 'complete'}"))
        self.complete.set_icon("undo" if frame.complete == "reopen" else "check")
        self.head.show_last(frame.has_last)
        self.hidden_button.setVisible(frame.hidden_sections > 0)
        self.hidden_button.set_words(text("ui.survey.hidden", n=frame.hidden_sections))
        self.hidden.show_lines(frame.hidden)
        self.hidden.setVisible(bool(frame.hidden))
        self.hidden.setFixedHeight(min(_HIDDEN_TALLEST, self.hidden.natural_height() + 4))

    def show_comparison(self, view: CompareView | None) -> None:
        """The bar above the questions while they stand beside the last visit; None takes it away."""
        self.compared.show_comparison(view)
        self.head.show_comparing(view is not None)

    def show_why(self, label: str, words: str) -> None:
        """Why a question is asked, hidden or wrong, above the questions until it is closed."""
        self.why.show_why(label, words)

    def open_side(self, wanted: bool) -> None:
        """Where the window is narrow: lay the panel over the questions, or take it away again."""
        if self._folded:
            self.side.setVisible(wanted)
            self.side.raise_()
            (self.side.focus_list if wanted else self.body.setFocus)()

    def is_side_open(self) -> bool:
        return self.side.isVisible()

    def close_layer(self) -> bool:
        """Esc: take away what lies over the questions; False when nothing does."""
        if self._folded and self.side.isVisible():
            self.open_side(False)
            return True
        if self.why.isVisible():
            self.why.hide()
            return True
        return False

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
        self.hidden = LineList()
        self.hidden.opened.connect(self.why_wanted)
        self.hidden.hide()
        self.hidden_button = Button("", "mini", "eye", self._toggle_hidden)
        self.hidden_button.setCheckable(True)
        self.hidden_button.hide()
        stack.addWidget(self.hidden_button)
        stack.addWidget(self.hidden)
        self.errors = Button("", "error", "alert", lambda: self.problem_wanted.emit(1))
        stack.addWidget(self.errors)
        return pane

    def _make_middle(self) -> QWidget:
        middle = Block("page", self)
        stack = column(middle)
        self.head = SectionHead()
        self.head.remove_wanted.connect(self._remove)
        self.head.why_wanted.connect(self._why)
        self.head.remark_wanted.connect(self._remark)
        self.head.beside_wanted.connect(self.beside_wanted)
        self.head.side_wanted.connect(lambda: self.open_side(not self.side.isVisible()))
        stack.addWidget(self.head)
        self.review_bar = ReviewBar()
        self.review_bar.wanted.connect(self.review_wanted)
        stack.addWidget(self.review_bar)
        self.compared = CompareBar()
        self.compared.closed.connect(self.beside_wanted)
        self.compared.only_changes_wanted.connect(self.only_changes_wanted)
        stack.addWidget(self.compared)
        self.why = WhyBlock()
        stack.addWidget(self.why)
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
        self.side.setFixedWidth(448 if wide else 328 if narrow else 352)
        if (window < _FOLDED) != self._folded:
            self._fold(window < _FOLDED)
        if self._folded:
            self.side.setGeometry(self.width() - self.side.width(), 0, self.side.width(), self.height())

    def _fold(self, folded: bool) -> None:
        """Below 1100 px the panel leaves the row and lies over it when it is wanted."""
        self._folded = folded
        self.head.show_folded(folded)
        self.side.close_button.setVisible(folded)
        if folded:
            self._line.removeWidget(self.side)
        else:
            self._line.addWidget(self.side)
        self.side.setVisible(not folded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys that no control took turn the section's pages, and at its end the section."""
        step = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        bar = self.form_scroll.verticalScrollBar()
        if bar.value() == (bar.maximum() if step > 0 else bar.minimum()):
            self.walk(step)
        else:
            bar.setValue(bar.value() + step * (bar.pageStep() - 48))

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

    def _to_jump(self) -> None:
        self.jump.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.jump.selectAll()

    def _to_section(self, number: int) -> None:
        """To the section of that number, as the list counts them."""
        for section in self.view.sections if self.view is not None else ():
            if section.number == str(number) or section.number == f"{number}.1":
                self._section_chosen(section.path)
                return

    def _toggle_hidden(self) -> None:
        self.hidden_wanted.emit(self.hidden_button.isChecked())

    def _complete(self) -> None:
        (self.reopen_wanted if self.frame.complete == "reopen" else self.complete_wanted).emit()

    def _remark(self) -> None:
        self.remark_wanted.emit(self.body.last_path())

    def _remove(self) -> None:
        if self._item:
            self.row_unwanted.emit(self._item)

    def _why(self) -> None:
        self.why_wanted.emit(self.body.last_path() or self._section)
