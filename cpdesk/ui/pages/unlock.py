"""Opening the desk: the daily PIN, the way in with the recovery code, and (in `first_start`) the first day."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from cpdesk.ui.icons import pixmap
from cpdesk.ui.language import language, text
from cpdesk.ui.pages.first_start import FirstStart
from cpdesk.ui.pages.scene import Scene
from cpdesk.ui.views import UnlockView
from cpdesk.ui.widgets.basic import (
    Avatar,
    Block,
    Button,
    IconText,
    Label,
    Line,
    Scroll,
    Words,
    clear,
    column,
    row,
    set_property,
)
from cpdesk.ui.widgets.fields import PinField, TextField

_PICTURE_FROM = 960


class DailyPin(QWidget):
    """Who, six boxes, what is the matter, two facts."""

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximumWidth(456)
        stack = column(self, gap=8)
        who = row(gap=14)
        self._avatar = Avatar("", 48)
        who.addWidget(self._avatar)
        names = column(gap=0)
        self._name, self._role = Label("", "title"), Label("", "meta", "text2")
        names.addWidget(self._name)
        names.addWidget(self._role)
        who.addLayout(names, 1)
        stack.addLayout(who)
        stack.addSpacing(16)
        stack.addWidget(Label(text("ui.unlock.pin"), "h3"))
        self.pin = PinField(text("ui.unlock.pin"))
        self.pin.completed.connect(self._enter)
        stack.addWidget(self.pin)
        self._problem = IconText("", "bad", "alert")
        self._problem.hide()
        stack.addWidget(self._problem)
        self.open_button = Button(text("ui.unlock.open"), "primary", on_click=self._pressed)
        self.open_button.setFixedWidth(self.pin.width())
        stack.addWidget(self.open_button)
        stack.addSpacing(8)
        stack.addWidget(Line())
        self._facts = column(gap=6)
        stack.addLayout(self._facts)

    def show_person(self, view: UnlockView) -> None:
        self._avatar.set_name(view.person)
        self._name.set_words(view.person)
        self._role.set_words(view.role)
        clear(self._facts)
        for icon_name, sentence in view.facts:
            line = row(gap=8)
            mark = Label("")
            mark.setPixmap(pixmap(icon_name, "ok" if icon_name == "check" else "text3", 16))
            line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Label(sentence, "meta", "text2", wrap=True), 1)
            self._facts.addLayout(line)
        self.show_problem("")
        self.pin.clear()

    def show_problem(self, words: Words) -> None:
        self._problem.set_words(words)
        self._problem.setVisible(bool(words))
        self.pin.set_bad(bool(words))

    def show_busy(self, busy: bool) -> None:
        """The boxes stay as they are while the key is worked out; a second Enter does nothing."""
        self.pin.setEnabled(not busy)
        self.open_button.setEnabled(not busy)
        if not busy:
            self.pin.clear()
            self.pin.setFocus()

    def _enter(self, pin: str) -> None:
        self.show_problem("")
        self.entered.emit(pin)

    def _pressed(self) -> None:
        if len(self.pin.text()) == self.pin.maxLength():
            self._enter(self.pin.text())
        else:
            self.show_problem(text("ui.unlock.six"))
            self.pin.setFocus()


class RecoveryForm(QWidget):
    """The recovery code and a new PIN."""

    entered = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximumWidth(456)
        stack = column(self, gap=8)
        stack.addWidget(Label(text("ui.unlock.recovery_title"), "title"))
        stack.addWidget(Label(text("ui.unlock.recovery_help"), "table", "text2", wrap=True))
        stack.addSpacing(8)
        stack.addWidget(Label(text("ui.unlock.recovery_code"), "h3"))
        self.code = TextField()
        stack.addWidget(self.code)
        stack.addSpacing(8)
        stack.addWidget(Label(text("ui.unlock.new_pin"), "h3"))
        self.pin = PinField(text("ui.unlock.new_pin"))
        stack.addWidget(self.pin)
        self._problem = IconText("", "bad", "alert")
        self._problem.hide()
        stack.addWidget(self._problem)
        buttons = row(gap=12)
        self.open_button = Button(text("ui.unlock.open"), "primary", on_click=self._pressed)
        buttons.addWidget(self.open_button)
        buttons.addWidget(Button(text("ui.unlock.back_to_pin"), "secondary", on_click=self.left.emit))
        buttons.addStretch(1)
        stack.addLayout(buttons)

    def show_problem(self, words: Words) -> None:
        self._problem.set_words(words)
        self._problem.setVisible(bool(words))

    def show_busy(self, busy: bool) -> None:
        self.open_button.setEnabled(not busy)

    def _pressed(self) -> None:
        if not self.code.text().strip():
            self.show_problem(text("ui.unlock.code_missing"))
            self.code.setFocus()
        elif len(self.pin.text()) < self.pin.maxLength():
            self.show_problem(text("ui.unlock.six"))
            self.pin.setFocus()
        else:
            self.show_problem("")
            self.entered.emit(self.code.text().strip(), self.pin.text())


Form = TypeVar("Form", DailyPin, FirstStart, RecoveryForm)


class UnlockPage(Block):
    """The picture, and beside it whichever form it takes to get in. A form is made when it is needed: every morning
    needs the PIN alone."""

    pin_entered = Signal(str)
    recovery_entered = Signal(str, str)
    start_wanted = Signal(str, str)
    finished = Signal()
    language_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        line = row(self)
        self.scene = Scene(self)
        line.addWidget(self.scene)
        side = column()
        line.addLayout(side, 1)
        self._forms = QStackedWidget()
        self._places: dict[DailyPin | FirstStart | RecoveryForm, Scroll] = {}
        side.addWidget(self._forms, 1)
        foot = row(margins=(32, 8, 32, 24), gap=8)
        foot.addStretch(1)
        self.language_button = Button("", "quiet", "globe", self._other_language)
        self.recovery_button = Button(
            text("ui.unlock.with_recovery"), "quiet", "key", lambda: self._show(self.recovery)
        )
        foot.addWidget(self.language_button)
        foot.addWidget(self.recovery_button)
        side.addLayout(foot)
        self._show_language()
        self._show(self.daily)

    @cached_property
    def daily(self) -> DailyPin:
        """The six boxes."""
        form = DailyPin()
        form.entered.connect(self.pin_entered)
        return self._lodge(form)

    @cached_property
    def first(self) -> FirstStart:
        """The four steps of a new desk."""
        form = FirstStart()
        form.language_wanted.connect(self.language_wanted)
        form.start_wanted.connect(self.start_wanted)
        form.finished.connect(self.finished)
        return self._lodge(form)

    @cached_property
    def recovery(self) -> RecoveryForm:
        """The way in without the PIN."""
        form = RecoveryForm()
        form.entered.connect(self.recovery_entered)
        form.left.connect(lambda: self._show(self.daily))
        return self._lodge(form)

    def minimumSizeHint(self) -> QSize:
        return QSize(560, 420)

    def show_daily(self, view: UnlockView) -> None:
        """The page of every morning."""
        self.daily.show_person(view)
        self._show(self.daily)
        self.daily.pin.setFocus()

    def show_first_start(self) -> None:
        self._show(self.first)
        self.first.focus_step()

    def show_problem(self, words: Words) -> None:
        for form in self._places:
            form.show_problem(words)

    def show_busy(self, busy: bool) -> None:
        for form in self._places:
            form.show_busy(busy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scene.setVisible(self.width() >= _PICTURE_FROM)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_language()

    def _lodge(self, form: Form) -> Form:
        holder = QWidget()
        across = row(holder, (32, 32, 32, 16))
        across.addStretch(1)
        down = column()
        down.addStretch(2)
        down.addWidget(form)
        down.addStretch(3)
        across.addLayout(down, 100)
        across.addStretch(1)
        self._places[form] = Scroll(holder)
        self._forms.addWidget(self._places[form])
        return form

    def _show(self, form: DailyPin | FirstStart | RecoveryForm) -> None:
        self._forms.setCurrentWidget(self._places[form])
        self.recovery_button.setVisible(form is self.daily)

    def _show_language(self) -> None:
        self.language_button.set_words(text("ui.unlock.other_language"))
        set_property(self.language_button, "lang", language())

    def _other_language(self) -> None:
        self.language_wanted.emit("en" if language() == "zh" else "zh")
