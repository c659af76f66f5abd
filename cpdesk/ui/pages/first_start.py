"""The first day: language, who one is, a PIN twice, the recovery code once. The current step is opened in place."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import language, text
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Block, Button, CheckBox, IconText, Label, Words, column, row
from cpdesk.ui.widgets.choices import Option, Segmented
from cpdesk.ui.widgets.fields import PinField, TextField

STEPS = ("language", "person", "pin", "recovery")


class StepMark(QWidget):
    """✓ done, a ring with its number for the current one, grey for what is to come."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._state = number, "later"
        self.setFixedSize(30, 30)

    def show_state(self, state: str) -> None:
        self._state = state
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        ink = "accent" if self._state != "later" else "text3"
        painter.setPen(QPen(theme().colour("line2" if self._state == "later" else "accent"), 2))
        painter.setBrush(theme().colour("accent") if self._state == "done" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(area)
        if self._state == "done":
            paint_icon(painter, "check", theme().colour("on_accent"), area.adjusted(4, 4, -4, -4))
        else:
            painter.setPen(theme().colour(ink))
            painter.setFont(font("h3"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.end()


class Step(QWidget):
    """One step: mark, title, a line of help, and its form when it is the current one."""

    def __init__(self, number: int, name: str, form: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = row(self, gap=10)
        self.mark = StepMark(number)
        line.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        stack = column(gap=2)
        self.title = Label(text(f"ui.first.{name}"), "h3")
        self.help = Label(text(f"ui.first.{name}_help"), "meta", "text2", wrap=True)
        stack.addWidget(self.title)
        stack.addWidget(self.help)
        self.form = form
        stack.addSpacing(4)
        stack.addWidget(form)
        line.addLayout(stack, 1)

    def show_state(self, state: str, result: Words = "") -> None:
        self.mark.show_state(state)
        self.form.setVisible(state == "current")
        self.title.set_colour("text" if state != "later" else "text2")
        if state == "done" and result:
            self.help.set_words(result)


class FirstStart(QWidget):
    """Emits `start_wanted(person, pin)`; `show_recovery_code` opens the last step; `finished` ends it."""

    language_wanted = Signal(str)
    start_wanted = Signal(str, str)
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximumWidth(560)
        self._current = 0
        self._first_pin = ""
        self._code = ""
        self.code = Label("", "h2", "accent", wrap=True)
        self.noted = CheckBox(text("ui.first.code_noted"))
        stack = column(self, gap=14)
        self._title = Label("", "title")
        stack.addWidget(self._title)
        stack.addWidget(Label(text("ui.first.encrypted"), "body", "text2", wrap=True))
        forms = (self._make_language(), self._make_person(), self._make_pin(), self._make_recovery())
        self.steps = [Step(place + 1, name, form) for place, (name, form) in enumerate(zip(STEPS, forms, strict=True))]
        for step in self.steps:
            stack.addWidget(step)
        self._show_step(0)

    def show_problem(self, words: Words) -> None:
        self._pin_problem.set_words(words)
        self._pin_problem.setVisible(bool(words))

    def show_busy(self, busy: bool) -> None:
        self.pin_button.setEnabled(not busy)
        self.pin.setEnabled(not busy)

    def show_recovery_code(self, code: str) -> None:
        """The desk is made; the code is shown this once."""
        self.code.set_words(code)
        self._code = code
        self._show_step(3)
        self.noted.setFocus()

    def focus_step(self) -> None:
        """Put the cursor where the current step is answered."""
        (self.language_next, self.person, self.pin, self.noted)[self._current].setFocus()

    def current_step(self) -> str:
        return STEPS[self._current]

    def _make_language(self) -> QWidget:
        form = Block("inset")
        stack = column(form, (20, 16, 20, 16), 12)
        self.languages = Segmented(
            [Option("zh", text("ui.language.zh")), Option("en", text("ui.language.en"))], language()
        )
        self.languages.chosen.connect(self.language_wanted)
        stack.addWidget(self.languages)
        self.language_next = Button(text("ui.first.continue"), "primary", on_click=lambda: self._show_step(1))
        stack.addLayout(_left(self.language_next))
        return form

    def _make_person(self) -> QWidget:
        form = Block("inset")
        stack = column(form, (20, 16, 20, 16), 8)
        stack.addWidget(Label(text("ui.first.name"), "h3"))
        self.person = TextField()
        self.person.setMaximumWidth(320)
        self.person.moved_on.connect(self._person_done)
        stack.addWidget(self.person)
        self._person_problem = IconText(text("ui.first.name_missing"), "bad", "alert")
        self._person_problem.hide()
        stack.addWidget(self._person_problem)
        self.person_next = Button(text("ui.first.continue"), "primary", on_click=self._person_done)
        stack.addSpacing(4)
        stack.addLayout(_left(self.person_next, self._back()))
        return form

    def _make_pin(self) -> QWidget:
        form = Block("inset")
        stack = column(form, (20, 16, 20, 16), 8)
        self._pin_title = Label(text("ui.first.pin_first"), "h3")
        stack.addWidget(self._pin_title)
        self.pin = PinField(text("ui.first.pin_first"))
        self.pin.completed.connect(self._pin_done)
        stack.addWidget(self.pin)
        self._pin_problem = IconText("", "bad", "alert")
        self._pin_problem.hide()
        stack.addWidget(self._pin_problem)
        stack.addWidget(IconText(text("ui.first.pin_advice"), "mute", "info"))
        self.pin_button = Button(text("ui.first.continue"), "primary", on_click=lambda: self._pin_done(self.pin.text()))
        stack.addSpacing(4)
        stack.addLayout(_left(self.pin_button, self._back()))
        return form

    def _make_recovery(self) -> QWidget:
        form = Block("inset")
        stack = column(form, (20, 16, 20, 16), 10)
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        stack.addWidget(self.code)
        stack.addWidget(Label(text("ui.first.code_advice"), "table", "text2", wrap=True))
        stack.addWidget(self.noted)
        self.finish_button = Button(text("ui.first.finish"), "primary", on_click=self.finished.emit)
        self.finish_button.setEnabled(False)
        self.noted.toggled.connect(self.finish_button.setEnabled)
        copy = Button(text("ui.first.copy"), "secondary", "copy", self._copy)
        stack.addLayout(_left(self.finish_button, copy))
        return form

    def _back(self) -> Button:
        return Button(text("ui.first.back"), "secondary", on_click=lambda: self._show_step(self._current - 1))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)

    def _show_step(self, current: int) -> None:
        self._current = current
        self._first_pin = ""
        self._pin_title.set_words(text("ui.first.pin_first"))
        self.pin.clear()
        left = len(STEPS) - current
        self._title.set_words(text("ui.first.title", n=left))
        results: list[Words] = [text(f"ui.language.{language()}"), self.person.text(), text("ui.first.pin_done"), ""]
        for place, step in enumerate(self.steps):
            step.show_state("done" if place < current else "current" if place == current else "later", results[place])
        self.focus_step()

    def _person_done(self) -> None:
        known = bool(self.person.text().strip())
        self._person_problem.setVisible(not known)
        if known:
            self._show_step(2)

    def _pin_done(self, pin: str) -> None:
        if len(pin) < self.pin.maxLength():
            self.show_problem(text("ui.unlock.six"))
        elif _is_weak(pin):
            self.pin.clear()
            self.show_problem(text("ui.first.pin_weak"))
        elif not self._first_pin:
            self._first_pin = pin
            self.pin.clear()
            self.show_problem("")
            self._pin_title.set_words(text("ui.first.pin_again"))
        elif pin != self._first_pin:
            self._first_pin = ""
            self.pin.clear()
            self._pin_title.set_words(text("ui.first.pin_first"))
            self.show_problem(text("ui.first.pin_differs"))
        else:
            self.show_problem("")
            self.start_wanted.emit(self.person.text().strip(), pin)


def _is_weak(pin: str) -> bool:
    """One digit six times, or six in a row up or down: what anyone tries first."""
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return steps in ({0}, {1}, {-1})


def _left(*buttons: QWidget) -> QHBoxLayout:
    line = row(gap=12)
    for button in buttons:
        line.addWidget(button)
    line.addStretch(1)
    return line
