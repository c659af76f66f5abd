"""Tabs of a narrow pane, painted: equal widths, a count behind the word, the current one underlined; ← → walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.theme import theme
from cpdesk.ui.views import Tone
from cpdesk.ui.widgets.basic import Pill
from cpdesk.ui.widgets.painted import Painted


@dataclass(frozen=True, slots=True)
class TabView:
    """One tab; `tone` colours the count."""

    code: str
    words: str
    count: int = 0
    tone: Tone = "mute"


class Tabs(Painted):
    """Says by `chosen` which tab is wanted; shows what it is told."""

    chosen = Signal(str)
    _HEIGHT = 48

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs: Sequence[TabView] = ()
        self._current = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_tabs(self, tabs: Sequence[TabView], current: str) -> None:
        self._tabs, self._current = tabs, current
        here = [tab for tab in tabs if tab.code == current]
        self.setAccessibleName("，".join(_spoken(tab) for tab in tabs))
        self.setAccessibleDescription(_spoken(here[0]) if here else "")
        self.update()

    def current(self) -> str:
        return self._current

    def codes(self) -> list[str]:
        return [tab.code for tab in self._tabs]

    def natural_height(self) -> int:
        return self._HEIGHT

    def draw(self, painter: QPainter) -> None:
        if not self._tabs:
            return
        width = self.width() / len(self._tabs)
        painter.fillRect(QRectF(0, self._HEIGHT - 1, self.width(), 1), theme().colour("line"))
        for place, tab in enumerate(self._tabs):
            area = QRectF(place * width, 0, width, self._HEIGHT)
            here = tab.code == self._current
            made, small = font("table", bold=here or None), font("meta", bold=True)
            count = str(tab.count) if tab.count else ""
            room = QFontMetricsF(small).horizontalAdvance(count) + 4 if count else 0.0
            words = QFontMetricsF(made).elidedText(tab.words, Qt.TextElideMode.ElideRight, width - room - 4)
            wide = QFontMetricsF(made).horizontalAdvance(words)
            left = area.center().x() - (wide + room) / 2
            painter.setFont(made)
            painter.setPen(theme().colour("accent" if here else "text2"))
            painter.drawText(QRectF(left, 0, wide + 1, self._HEIGHT), Qt.AlignmentFlag.AlignVCenter, words)
            if count:
                painter.setFont(small)
                painter.setPen(theme().colour(Pill.TONES[tab.tone][0]))
                painter.drawText(QRectF(left + wide + 4, 0, room, self._HEIGHT), Qt.AlignmentFlag.AlignVCenter, count)
            if here:
                line = QRectF(area.left() + 6, self._HEIGHT - 3, width - 12, 3)
                painter.fillRect(line, theme().colour("accent"))
                if self.hasFocus():
                    pen = painter.pen()
                    pen.setColor(theme().colour("accent"))
                    pen.setWidthF(2)
                    painter.setPen(pen)
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRoundedRect(area.adjusted(3, 8, -3, -8), 6, 6)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._tabs:
            place = int(event.position().x() // (self.width() / len(self._tabs)))
            self.chosen.emit(self._tabs[max(0, min(len(self._tabs) - 1, place))].code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        codes = self.codes()
        if step is None or self._current not in codes:
            super().keyPressEvent(event)
            return
        self.chosen.emit(codes[(codes.index(self._current) + step) % len(codes)])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def _spoken(tab: TabView) -> str:
    return f"{tab.words} {tab.count}" if tab.count else tab.words
