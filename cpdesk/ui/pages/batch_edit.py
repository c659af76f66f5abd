"""Changing one answer in many surveys: which question, to what, where; then what it would do; then doing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cpdesk.ui.conditions import COMPARISONS
from cpdesk.ui.language import Text, text, tr
from cpdesk.ui.pages.batch_dialog import BatchDialog, LinesBlock
from cpdesk.ui.theme import CONTROL
from cpdesk.ui.views import QuestionView
from cpdesk.ui.widgets.basic import Block, Button, CheckBox, Label, clear, column, row
from cpdesk.ui.widgets.choices import ComboBox, Option
from cpdesk.ui.widgets.controls import AnyEditor, make_editor
from cpdesk.ui.widgets.editor import Editor
from cpdesk.ui.widgets.fields import TextField
from cpdesk.ui.widgets.lookup import LookupField

_HEAD: Final = ("ui.batch.survey", "ui.batch.question", "ui.batch.before", "ui.batch.after", "ui.batch.note")
_WIDTHS: Final = (200, 220, 140, 140, 0)
_ASK: Final = CONTROL + 30
"""A label over its control."""
_BLOCK: Final = 246
"""All that is asked, each control one line high."""
_BARE: Final = ("empty", "filled")


class AnswerBox(QWidget):
    """The control of whatever question was chosen; `changed` when its answer is another."""

    changed = Signal()
    shown = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._line = row(self)
        self.setMinimumHeight(CONTROL)
        self.editor: AnyEditor | None = None
        self._value = ""

    def show_question(self, view: QuestionView | None) -> None:
        clear(self._line)
        self.editor, self._value = None, ""
        if view is not None:
            self.editor = editor = make_editor(view, self)
            editor.setAccessibleName(self._name)
            editor.chosen.connect(self._given)
            self._line.addWidget(editor, 1 if isinstance(editor, Editor) else 0)
            self._line.addStretch(0 if isinstance(editor, Editor) else 1)
        self.shown.emit()

    def beyond_a_line(self) -> int:
        """How much taller than a plain control it is, px."""
        return max(0, self.editor.sizeHint().height() - CONTROL) if self.editor is not None else 0

    def value(self) -> str:
        """The answer, also when it was typed and not left yet."""
        if self.editor is not None:
            self.editor.commit()
        return self._value

    def _given(self, value: object) -> None:
        self._value = str(value or "")
        self.changed.emit()


class ConditionLine(QWidget):
    """Another question, how it compares, with what. `built` when any of it is another."""

    question_wanted = Signal(str)
    built = Signal()

    def __init__(self, questions: Sequence[Option]) -> None:
        super().__init__()
        line = row(self, gap=8)
        self.question = LookupField(questions)
        self.question.setMinimumHeight(CONTROL)
        self.question.setAccessibleName(tr("ui.batch.where_question"))
        self.question.chosen.connect(self._chosen)
        self.comparison = ComboBox([Option(code, text(f"ui.batch.is.{code}")) for code in COMPARISONS], "=")
        self.comparison.setAccessibleName(tr("ui.batch.where_is"))
        self.comparison.setFixedWidth(112)
        self.comparison.chosen.connect(lambda _code: self._compared())
        self.answer = AnswerBox(tr("ui.batch.where_value"))
        self.answer.changed.connect(self.built)
        line.addWidget(self.question)
        line.addWidget(self.comparison)
        line.addWidget(self.answer, 1)
        self.path = ""

    def show_question(self, view: QuestionView) -> None:
        self.answer.show_question(view)
        self.built.emit()

    def _chosen(self, path: object) -> None:
        self.path = str(path or "")
        if self.path:
            self.question_wanted.emit(self.path)
        else:
            self.answer.show_question(None)
            self.built.emit()

    def _compared(self) -> None:
        self.answer.setVisible(self.comparison.currentData() not in _BARE)
        self.built.emit()


class EditDialog(BatchDialog):
    """`preview_wanted` asks what it would do; `apply_wanted` is the decision."""

    question_wanted = Signal(str)
    preview_wanted = Signal()
    apply_wanted = Signal()

    def __init__(self, parent: QWidget, scope: Text, questions: Sequence[Option]) -> None:
        super().__init__(parent, text("ui.batch.edit_title"), scope)
        self.path = ""
        ask = Block("inset")
        ask.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        stack = column(ask, (16, 12, 16, 14), 8)
        self._make_question(stack, questions)
        self._make_where(stack, questions)
        self.body.addWidget(ask)
        self._ask = ask
        for box in (self.answer, self.where.answer):
            box.shown.connect(self._fit)
        self._fit()
        self.outcome = LinesBlock(_HEAD, _WIDTHS, "ui.batch.would_table")
        self.outcome.hide()
        self.body.addWidget(self.outcome, 1)
        self.body.addStretch(0)
        self.look = Button(text("ui.batch.look"), "secondary", "eye", self.preview_wanted.emit)
        self.look.setEnabled(False)
        self.apply = Button(text("ui.batch.apply", n=0), "primary", "pencil", self.apply_wanted.emit)
        self.apply.hide()
        self.add_action(self.look)
        self.add_action(self.apply)
        self.question.setFocus()

    def _make_question(self, stack: QVBoxLayout, questions: Sequence[Option]) -> None:
        ask = QWidget()
        ask.setMinimumHeight(_ASK)
        line = row(ask, gap=16)
        left, right = column(gap=6), column(gap=6)
        left.addWidget(Label(text("ui.batch.which"), "h3"))
        self.question = LookupField(questions)
        self.question.setMinimumHeight(CONTROL)
        self.question.setAccessibleName(tr("ui.batch.which"))
        self.question.chosen.connect(self._chosen)
        left.addWidget(self.question)
        right.addWidget(Label(text("ui.batch.to_what"), "h3"))
        self.answer = AnswerBox(tr("ui.batch.to_what"))
        self.answer.changed.connect(self._stale)
        right.addWidget(self.answer)
        line.addLayout(left, 2)
        line.addLayout(right, 3)
        stack.addWidget(ask)
        checks = row(gap=20)
        self.only_empty = CheckBox(text("ui.batch.only_empty"))
        self.take_back = CheckBox(text("ui.batch.take_away"))
        self.only_empty.toggled.connect(lambda _on: self._stale())
        self.take_back.toggled.connect(self._taking_away)
        checks.addWidget(self.only_empty)
        checks.addWidget(self.take_back)
        checks.addStretch(1)
        stack.addLayout(checks)

    def _make_where(self, stack: QVBoxLayout, questions: Sequence[Option]) -> None:
        stack.addWidget(Label(text("ui.batch.where"), "h3"))
        self.where = ConditionLine(questions)
        stack.addWidget(self.where)
        line = row(gap=8)
        line.addWidget(Label("XPath", "meta", "text2"))
        self.xpath = TextField()
        self.xpath.setAccessibleName("XPath")
        self.xpath.setPlaceholderText(tr("ui.batch.xpath"))
        self.xpath.textChanged.connect(lambda _typed: self._stale())
        line.addWidget(self.xpath, 1)
        stack.addLayout(line)

    def show_result(self, title: str, lines: Sequence[tuple[str, ...]], tones: Sequence[str], changing: int) -> None:
        """What the edit would do; nothing is done yet."""
        self.show_rest()
        self.outcome.show()
        self.outcome.show_lines(title, lines, tones)
        self.apply.set_words(text("ui.batch.apply", n=changing))
        self.apply.setVisible(changing > 0)
        self.apply.setEnabled(True)

    def _fit(self) -> None:
        """Controls taller than a line need their room: a table below would take it otherwise."""
        self._ask.setMinimumHeight(_BLOCK + self.answer.beyond_a_line() + self.where.answer.beyond_a_line())

    def _chosen(self, path: object) -> None:
        self.path = str(path or "")
        self.look.setEnabled(bool(self.path))
        self._stale()
        if self.path:
            self.question_wanted.emit(self.path)
        else:
            self.answer.show_question(None)

    def _taking_away(self, on: bool) -> None:
        self.answer.setEnabled(not on)
        self.only_empty.setEnabled(not on)
        self._stale()

    def _stale(self) -> None:
        """What was looked at is no longer what is asked for."""
        self.apply.hide()
        self.outcome.hide()
