"""Fields to type in: text, number, date, search and PIN."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QRegularExpression, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QRegularExpressionValidator,
)
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import say
from cpdesk.ui.theme import CONTROL, theme
from cpdesk.ui.widgets.basic import Words, set_property

_MINUS: Final = str.maketrans({"−": "-", "–": "-", "—": "-", "。": "."})
PIN_DIGITS: Final = 6


def normalise_number(typed: str) -> str:
    """What a person meant by a number typed with an input method on: full-width digits, `．`, `，` and spaces.

    >>> normalise_number("１２，４００．５")
    '12400.5'
    """
    plain = unicodedata.normalize("NFKC", typed).translate(_MINUS)
    return "".join(sign for sign in plain if sign not in " ,_")


def normalise_date(typed: str) -> str:
    """`20261123`, `2026.11.23`, `2026/11/23` and `2026年11月23日` as `2026-11-23`; anything else as it was.

    >>> normalise_date("2026年1月3日")
    '2026-01-03'
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    digits = "".join(sign if sign.isdigit() else " " for sign in plain).split()
    if len(digits) == 1 and len(digits[0]) == 8:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:]]
    if len(digits) != 3:
        return plain
    try:
        return date(*(int(part) for part in digits)).isoformat()
    except ValueError:
        return plain


def is_for_the_record(event: QEvent, *, typing: bool) -> bool:
    """Whether a key takes back an answer rather than a letter: Ctrl Z in a field where nothing was typed."""
    if event.type() != QEvent.Type.ShortcutOverride or typing or not isinstance(event, QKeyEvent):
        return False
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


class TextField(QLineEdit):
    """One line. `committed` carries the new value when the field is left or Enter is pressed, and only if it changed;
    `moved_on` asks for the next question."""

    committed = Signal(str)
    chosen = Signal(object)
    moved_on = Signal()

    def __init__(self, value: str = "", placeholder: Words = "", parent: QWidget | None = None) -> None:
        super().__init__(value, parent)
        self._last = value
        self._placeholder = placeholder
        self.setFont(font("body"))
        self._show_placeholder()
        self.returnPressed.connect(self._enter)

    def event(self, event: QEvent) -> bool:
        if is_for_the_record(event, typing=self.isModified()):
            event.ignore()
            return False
        return super().event(event)

    def show_value(self, value: str | None) -> None:
        """Show a value from outside; a field that is being typed in is left alone."""
        self._last = value or ""
        if not (self.hasFocus() and self.isModified()):
            self.setText(self.shown(self._last))

    def set_bad(self, bad: bool) -> None:
        set_property(self, "bad", "true" if bad else "false")

    def commit(self) -> None:
        """Give the value on, if it changed."""
        value = self.normalised(self.text())
        if self.shown(value) != self.text():
            self.setText(self.shown(value))
        self.setModified(False)
        if value != self._last:
            self._last = value
            self.committed.emit(value)
            self.chosen.emit(value or None)

    def normalised(self, typed: str) -> str:
        """The value a typed text stands for."""
        return typed.strip()

    def shown(self, value: str) -> str:
        """How a value looks in the field."""
        return value

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setFont(font("body"))
            self._show_placeholder()

    def _show_placeholder(self) -> None:
        words = say(self._placeholder)
        self.setPlaceholderText(words)
        if words and not self.accessibleName():
            self.setAccessibleName(words)

    def _enter(self) -> None:
        self.commit()
        self.moved_on.emit()


class NumberField(TextField):
    """A number, right-aligned; ↑ ↓ step whole numbers when `step` is given. `grouped` shows thousands in groups of
    three while nobody types."""

    def __init__(self, value: str = "", *, step: int = 0, grouped: bool = False, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self._step, self._grouped = step, grouped
        self.show_value(value)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)

    def normalised(self, typed: str) -> str:
        return normalise_number(typed)

    def shown(self, value: str) -> str:
        whole, point, rest = value.partition(".")
        if not self._grouped or self.hasFocus() or not whole.lstrip("-").isdecimal():
            return value
        return f"{int(whole):,}{point}{rest}"

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._grouped and not self.isModified():
            self.setText(self._last)
            self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._step and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            try:
                number = int(self.normalised(self.text()) or 0)
            except ValueError:
                return
            self.setText(str(number + (self._step if event.key() == Qt.Key.Key_Up else -self._step)))
            self.setModified(True)
            return
        super().keyPressEvent(event)


class DateField(TextField):
    """A day, typed in any usual way, kept as ISO 8601."""

    def normalised(self, typed: str) -> str:
        return normalise_date(typed)


class LongTextField(QPlainTextEdit):
    """Several lines; Tab leaves the field, Ctrl+Enter goes on."""

    committed = Signal(str)
    chosen = Signal(object)
    moved_on = Signal()

    def __init__(self, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(value, parent)
        self._last = value
        self.setFont(font("body"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(76)

    def text(self) -> str:
        return self.toPlainText()

    def event(self, event: QEvent) -> bool:
        if is_for_the_record(event, typing=self._is_typing()):
            event.ignore()
            return False
        return super().event(event)

    def show_value(self, value: str | None) -> None:
        """Show a value from outside; a field that is being typed in is left alone."""
        value = value or ""
        typing = self.hasFocus() and self._is_typing()
        self._last = value
        if not typing and value != self.toPlainText():
            self.setPlainText(value)

    def _is_typing(self) -> bool:
        return self.toPlainText().strip() != self._last

    def set_bad(self, bad: bool) -> None:
        set_property(self, "bad", "true" if bad else "false")

    def commit(self) -> None:
        value = self.toPlainText().strip()
        if value != self._last:
            self._last = value
            self.committed.emit(value)
            self.chosen.emit(value or None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier
        ):
            self.commit()
            self.moved_on.emit()
            return
        super().keyPressEvent(event)


class SearchField(QLineEdit):
    """A search box. `searched` follows typing by 120 ms; Esc empties it."""

    searched = Signal(str)

    def __init__(self, placeholder: Words, *, delay_ms: int = 120, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placeholder = placeholder
        self.setProperty("k", "search")
        self.setTextMargins(22, 0, 0, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._announce)
        self.textChanged.connect(lambda _text: self._timer.start())
        self._show()

    def event(self, event: QEvent) -> bool:
        if is_for_the_record(event, typing=self.isModified()):
            event.ignore()
            return False
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._timer.isActive():
            self._timer.stop()
            self._announce()
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        paint_icon(painter, "search", theme().colour("text3"), QRectF(10, self.height() / 2 - 8, 16, 16))
        painter.end()

    def _announce(self) -> None:
        self.searched.emit(self.text().strip())

    def _show(self) -> None:
        self.setFont(font("body"))
        self.setPlaceholderText(say(self._placeholder))
        self.setAccessibleName(say(self._placeholder))


class PinField(QLineEdit):
    """Six boxes that are one line edit, so that pasting, screen readers and input methods that are off all work.

    `completed` is emitted with the sixth digit.
    """

    completed = Signal(str)
    _BOX, _GAP = 48, 8

    def __init__(self, name: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setProperty("k", "pin")
        self.setMaxLength(PIN_DIGITS)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{0,6}"), self))
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhHiddenText)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(PIN_DIGITS * self._BOX + (PIN_DIGITS - 1) * self._GAP, self._BOX)
        self._bad = False
        self.textEdited.connect(self._edited)
        self.setAccessibleName(say(name))

    def set_bad(self, bad: bool) -> None:
        self._bad = bad
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(say(self._name))

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        typed = len(self.text())
        for place in range(PIN_DIGITS):
            self._paint_box(painter, place, typed)
        painter.end()

    def _paint_box(self, painter: QPainter, place: int, typed: int) -> None:
        box = QRectF(place * (self._BOX + self._GAP) + 1, 1, self._BOX - 2, self._BOX - 2)
        here = self.hasFocus() and place == min(typed, PIN_DIGITS - 1)
        ink = "bad" if self._bad and not here else "accent" if here else "field"
        painter.setPen(QPen(theme().colour(ink), 2.0 if here else 1.2))
        painter.setBrush(theme().colour("surface" if self.isEnabled() else "sunken"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        if place < typed:
            painter.setBrush(theme().colour("text"))
            painter.drawEllipse(box.center(), 5, 5)
        elif here:
            painter.setBrush(theme().colour("accent"))
            painter.drawRect(QRectF(box.center().x() - 1, box.center().y() - 10, 2, 20))

    def _edited(self, typed: str) -> None:
        self._bad = False
        self.update()
        if len(typed) == PIN_DIGITS:
            self.completed.emit(typed)


__all__ = ["CONTROL", "DateField", "LongTextField", "NumberField", "PinField", "SearchField", "TextField"]
