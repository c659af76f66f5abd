"""Painted parts of a page. Figures in them open their proof: by a press, or with the arrow keys and Enter."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cpdesk.ui.theme import theme


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that stands for a figure: its dotted name in the audit, and how a screen reader says it."""

    area: QRectF
    figure: str
    spoken: str


class Painted(QWidget):
    """Base of painted parts: fixed height, whole width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(160, self.natural_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.natural_height())

    def natural_height(self) -> int:
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        raise NotImplementedError


class Opening(Painted):
    """A painted part whose figures open. `figure_wanted` names the figure."""

    figure_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at = 0

    def spots(self) -> list[Spot]:
        """The figures that can be opened, in the order of the arrow keys."""
        return []

    def take_spots(self) -> None:
        """Other figures are shown: whether there is anything to walk through."""
        found = self.spots()
        self._at = min(self._at, max(0, len(found) - 1))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if found else Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(bool(found))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        found = self.spots() if self.hasFocus() else []
        if found:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            area = found[min(self._at, len(found) - 1)].area
            painter.drawRoundedRect(area.intersected(QRectF(self.rect())).adjusted(1, 1, -1, -1), 4, 4)
            painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = any(spot.area.contains(event.position()) for spot in self.spots())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        for place, spot in enumerate(self.spots()):
            if spot.area.contains(event.position()):
                self._walk_to(place)
                self.figure_wanted.emit(spot.figure)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        found, key = self.spots(), event.key()
        step = {
            Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1,
        }.get(Qt.Key(key))  # fmt: skip
        if found and step is not None and 0 <= self._at + step < len(found):
            self._walk_to(self._at + step)
        elif found and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.figure_wanted.emit(found[min(self._at, len(found) - 1)].figure)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._walk_to(self._at)

    def _walk_to(self, place: int) -> None:
        found = self.spots()
        if found:
            self._at = min(place, len(found) - 1)
            self.setAccessibleDescription(found[self._at].spoken)
        self.update()
