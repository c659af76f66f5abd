"""A short word after something was done: bottom left, one at a time, four seconds, eight with an undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import say
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Button, Label, Words, row


class Toast(QWidget):
    """Lives over `host`. Never for errors: those stand where they happened."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._undo: Callable[[], object] | None = None
        line = row(self, (16, 8, 8, 8), 12)
        self.label = Label("", "body", "text")
        self.button = Button("", "quiet", on_click=self._undone)
        line.addWidget(self.label)
        line.addWidget(self.button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    def say(self, words: Words, undo_words: Words = "", undo: Callable[[], object] | None = None) -> None:
        self._undo = undo
        self.label.set_words(words)
        self.button.set_words(undo_words)
        self.button.setVisible(undo is not None)
        self.setAccessibleName(say(words))
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._timer.start(8000 if undo is not None else 4000)

    def murmur(self, words: Words) -> None:
        """Say something that nobody asked for: it does not push a word aside that offers an undo."""
        if not (self.isVisible() and self._undo is not None):
            self.say(words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def hideEvent(self, event: QEvent) -> None:
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().colour("line2"))
        painter.setBrush(theme().colour("surface"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)
        painter.end()

    def _place(self) -> None:
        host = self.parentWidget()
        if host is not None:
            self.move(24, host.height() - self.height() - 24)

    def _undone(self) -> None:
        self.hide()
        if self._undo is not None:
            self._undo()
