"""Choosing: buttons in a row, several at once, a combo that finds by typing, and a segmented switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QSizePolicy,
    QWidget,
)

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import say, tr
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Block, Button, Words, set_property
from cpdesk.ui.widgets.editor import Editor

TILE_PICTURE: Final = QSize(72, 48)
_STEPS: Final = {
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Up: (0, -1),
}


class Option(NamedTuple):
    """One thing to choose: its code, its words, and the name of its picture."""

    code: str
    words: Words
    image: str = ""


class FlowLayout(QLayout):
    """Lays items in a row and wraps them, like words."""

    def __init__(self, parent: QWidget | None = None, gap: int = 8) -> None:
        super().__init__(parent)
        self._gap = gap
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, place=True)

    def sizeHint(self) -> QSize:
        widths = [item.sizeHint().width() for item in self._items]
        total = sum(widths) + self._gap * max(0, len(widths) - 1)
        return QSize(total, self.minimumSize().height())

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, area: QRect, *, place: bool) -> int:
        left, top, line = area.x(), area.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if left > area.x() and left + size.width() > area.x() + area.width():
                left, top, line = area.x(), top + line + self._gap, 0
            if place:
                item.setGeometry(QRect(QPoint(left, top), size))
            left += size.width() + self._gap
            line = max(line, size.height())
        return top + line - area.y()


class Flow(QWidget):
    """A widget whose children wrap."""

    def __init__(self, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = FlowLayout(self, gap)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        self.flow.addWidget(widget)


class ChoiceButtons(Editor):
    """One option of a few, as buttons: 1–9 choose, arrows walk, pressing the chosen one again takes the answer back.

    Options flow like words, or stand in `columns`; those with a picture are tiles.
    """

    several = False

    def __init__(
        self,
        options: Sequence[Option],
        value: str | None = None,
        parent: QWidget | None = None,
        *,
        columns: int = 0,
    ) -> None:
        super().__init__(parent)
        self._codes = [option.code for option in options]
        self._columns = columns
        self.buttons: list[Button] = []
        self._of_picture: dict[str, list[Button]] = {}
        layout = QGridLayout(self) if columns else FlowLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for place, option in enumerate(options):
            button = self._button(option)
            if isinstance(layout, QGridLayout):
                layout.addWidget(button, place // columns, place % columns)
                button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            else:
                layout.addWidget(button)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(not columns)
        self.setSizePolicy(policy)
        self.show_value(value)
        if columns == 1:
            self.setMaximumWidth(420)
        if self.buttons:
            self.setFocusProxy(self.buttons[0])

    def _button(self, option: Option) -> Button:
        button = Button(option.words, "tile" if option.image else "choice", parent=self)
        button.setCheckable(True)
        button.clicked.connect(lambda checked, code=option.code: self._pressed(code, checked))
        button.installEventFilter(self)
        if option.image:
            button.setIconSize(TILE_PICTURE)
            self._of_picture.setdefault(option.image, []).append(button)
        self.buttons.append(button)
        return button

    def codes(self) -> list[str]:
        return list(self._codes)

    def show_media(self, name: str, image: QImage) -> None:
        scaled = image.scaled(
            TILE_PICTURE * 2, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        picture = QPixmap.fromImage(scaled)
        picture.setDevicePixelRatio(2)
        for button in self._of_picture.get(name, ()):
            button.setIcon(QIcon(picture))

    def show_value(self, value: str | None) -> None:
        for code, button in zip(self._codes, self.buttons, strict=True):
            button.setChecked(code == value)
        first = self._codes.index(value) if value in self._codes else 0
        for place, button in enumerate(self.buttons):  # one stop of the Tab key, like a group of radio buttons
            stop = Qt.FocusPolicy.StrongFocus if place == first else Qt.FocusPolicy.ClickFocus
            button.setFocusPolicy(stop)
        if self.buttons:
            self.setFocusProxy(self.buttons[first])

    def set_bad(self, bad: bool) -> None:
        for button in self.buttons:
            set_property(button, "bad", "true" if bad else "false")

    def choose(self, place: int) -> None:
        """Choose the option at a place, as the digit keys do."""
        if 0 <= place < len(self.buttons) and self.isEnabled():
            self.buttons[place].setFocus()
            if self.several or not self.buttons[place].isChecked():
                self.buttons[place].click()
            else:
                self.chosen.emit(self._codes[place])

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched in self.buttons:
            return self._key(self.buttons.index(watched), event)
        return False

    def _key(self, place: int, event: QKeyEvent) -> bool:
        key = event.key()
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9 and key - Qt.Key.Key_1 < len(self.buttons):
            self.choose(key - Qt.Key.Key_1)
        elif key in _STEPS:
            across, down = _STEPS[Qt.Key(key)]
            step = across + down * (self._columns or 1)
            self.buttons[(place + step) % len(self.buttons)].setFocus()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.moved_on.emit()
        else:
            return False
        return True

    def _pressed(self, code: str, checked: bool) -> None:
        self.show_value(code if checked else None)
        self.chosen.emit(code if checked else None)


class MultiChoice(ChoiceButtons):
    """Several options at once; the value is their codes in form order, separated by spaces."""

    several = True

    def show_value(self, value: str | None) -> None:
        picked = set((value or "").split())
        for code, button in zip(self._codes, self.buttons, strict=True):
            button.setChecked(code in picked)
            if button.property("k") == "choice":
                button.set_icon("check" if code in picked else "")

    def _pressed(self, code: str, checked: bool) -> None:
        value = " ".join(code for code, button in zip(self._codes, self.buttons, strict=True) if button.isChecked())
        self.show_value(value)
        self.chosen.emit(value or None)


class ComboBox(QComboBox):
    """More than six options: opens with the arrow keys, finds by typing any part of the words."""

    chosen = Signal(object)
    moved_on = Signal()

    def __init__(self, options: Sequence[Option] = (), value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options: list[Option] = []
        self._last = value
        self.setFont(font("body"))
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContentsOnFirstShow)
        self.setMinimumWidth(200)
        self.setMaximumWidth(420)
        self.lineEdit().setFont(font("body"))
        self.lineEdit().setFrame(False)
        self.lineEdit().setProperty("k", "combo")
        completer = self.completer()
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.show_options(options, value)
        self.activated.connect(self._picked)
        self.lineEdit().returnPressed.connect(self._typed)

    def show_options(self, options: Sequence[Option], value: str | None) -> None:
        """Offer other options, as a cascading question does."""
        self._options = list(options)
        blocked = self.blockSignals(True)
        self.clear()
        for option in options:
            self.addItem(say(option.words), option.code)
        self.blockSignals(blocked)
        self.show_value(value)

    def codes(self) -> list[str]:
        return [option.code for option in self._options]

    def show_value(self, value: str | None) -> None:
        codes = self.codes()
        self._last = value
        self.setCurrentIndex(codes.index(value) if value in codes else -1)
        self.lineEdit().setPlaceholderText(tr("ui.choose"))

    def set_bad(self, bad: bool) -> None:
        set_property(self, "bad", "true" if bad else "false")

    def commit(self) -> None:
        """A pick is given on at once; nothing waits."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling the page must not change answers

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setFont(font("body"))
            index = self.currentIndex()
            for place, option in enumerate(self._options):
                self.setItemText(place, say(option.words))
            self.setCurrentIndex(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        area = QRectF(self.width() - 26, self.height() / 2 - 8, 16, 16)
        paint_icon(painter, "chevron-down", theme().colour("text2"), area)
        painter.end()

    def _picked(self, index: int) -> None:
        if 0 <= index < len(self._options) and self._options[index].code != self._last:
            self._last = self._options[index].code
            self.chosen.emit(self._last)

    def _typed(self) -> None:
        typed = self.lineEdit().text().strip()
        found = [place for place, option in enumerate(self._options) if typed and typed in say(option.words)]
        if len(found) == 1:
            self.setCurrentIndex(found[0])
            self._picked(found[0])
        self.moved_on.emit()


class Segmented(Block):
    """A switch between a few views or settings."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[Option], value: str, parent: QWidget | None = None) -> None:
        super().__init__("segments", parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(3, 3, 3, 3)
        line.setSpacing(2)
        self.buttons: dict[str, Button] = {}
        for option in options:
            button = Button(option.words, "segment", parent=self)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.clicked.connect(lambda _checked, code=option.code: self.chosen.emit(code))
            self.buttons[option.code] = button
            line.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_value(value)

    def show_value(self, value: str) -> None:
        if value in self.buttons:
            self.buttons[value].setChecked(True)


__all__ = ["ChoiceButtons", "ComboBox", "Flow", "FlowLayout", "MultiChoice", "Option", "Segmented"]
