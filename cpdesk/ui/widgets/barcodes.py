"""A code that is typed, or scanned by a reader that types it and sends Enter."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import text
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.fields import TextField


class BarcodeField(TextField):
    """One line that takes what a reader types. Readers end a code with Enter or Tab, which moves on; a new scan
    replaces what stands there, since focus selects it. Input methods are off: they would eat the reader's keys."""

    def __init__(self, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(value, text("ui.barcode.scan"), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setTextMargins(22, 0, 0, 0)
        self.setMinimumWidth(200)
        self.setMaximumWidth(360)

    def normalised(self, typed: str) -> str:
        plain = unicodedata.normalize("NFKC", typed)
        return "".join(sign for sign in plain if sign.isprintable()).strip()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        paint_icon(painter, "barcode", theme().colour("text3"), QRectF(10, self.height() / 2 - 8, 16, 16))
        painter.end()
