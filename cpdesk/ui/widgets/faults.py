"""The bar above a page for a fault that stands in nobody's field: disk full, server away, a bug."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import text
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Button, Label, row


class FaultBar(QWidget):
    """Stays until it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = row(self, (52, 8, 12, 8), 12)
        self.label = Label("", "table", "bad", wrap=True)
        line.addWidget(self.label, 1)
        self.close_button = Button("", "quiet", "close", self.hide, tip=text("ui.close"))
        line.addWidget(self.close_button)
        self.hide()

    def show_fault(self, words: str) -> None:
        self.label.set_words(words)
        self.setAccessibleName(words)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("bad_weak"))
        paint_icon(painter, "alert", theme().colour("bad"), QRectF(24, self.height() / 2 - 9, 18, 18))
        painter.end()
