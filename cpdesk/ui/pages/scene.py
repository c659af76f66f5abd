"""The picture beside the PIN: hills and farmhouses, painted from the scene tokens, with three promises."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cpdesk.ui.icons import pixmap
from cpdesk.ui.language import text
from cpdesk.ui.shell import Mark
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Label, column, row

_HOUSES: Final = ((70, 86, 64), (150, 94, 52), (300, 84, 72), (392, 96, 48))
"""Left edge, foot above the ground line in per cent of the picture's lower third, width."""


class Scene(QWidget):
    """480 px wide; the page hides it below 960."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(480)
        stack = column(self, (56, 56, 40, 40), 20)
        brand = row(gap=12)
        brand.addWidget(Mark(40, "scene.chip", "scene.mark"))
        brand.addWidget(Label(text("ui.app.title"), "h2", "scene.ink"))
        brand.addStretch(1)
        stack.addLayout(brand)
        stack.addSpacing(40)
        stack.addWidget(Label(text("ui.unlock.motto"), "display", "scene.ink", wrap=True))
        stack.addSpacing(8)
        for number in (1, 2, 3):
            line = row(gap=10)
            tick = Label("")
            tick.setPixmap(pixmap("check", "scene.ink2", 18))
            line.addWidget(tick, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Label(text(f"ui.unlock.promise{number}"), "body", "scene.ink2", wrap=True), 1)
            stack.addLayout(line)
        stack.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        return QSize(480, 360)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = float(self.width()), float(self.height())
        sky = QLinearGradient(0, 0, 0, height)
        sky.setColorAt(0, theme().colour("scene.sky_top"))
        sky.setColorAt(0.85, theme().colour("scene.sky_bottom"))
        painter.fillRect(self.rect(), sky)
        painter.setPen(Qt.PenStyle.NoPen)
        hills = (
            ("scene.hill_far", ((0, 0.66), (0.16, 0.61), (0.36, 0.685), (0.6, 0.675), (0.86, 0.775), (1, 0.735))),
            ("scene.hill_middle", ((0, 0.76), (0.2, 0.765), (0.44, 0.80), (0.6, 0.83), (0.82, 0.765), (1, 0.76))),
            ("scene.hill_near", ((0, 0.88), (0.2, 0.885), (0.42, 0.905), (0.66, 0.88), (0.85, 0.868), (1, 0.87))),
        )
        for colour, points in hills:
            painter.setBrush(theme().colour(colour))
            painter.drawPath(_hill([QPointF(x * width, y * height) for x, y in points], width, height))
        painter.setPen(QPen(theme().colour("scene.ink2"), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for left, foot, size in _HOUSES:
            _house(painter, QRectF(left, height * (0.63 + foot * 0.003) - size * 0.62, size, size * 0.62))
        painter.end()


def _hill(points: list[QPointF], width: float, height: float) -> QPainterPath:
    """A smooth line through the points, closed along the bottom."""
    path = QPainterPath(points[0])
    for place in range(len(points) - 1):  # Catmull-Rom through the points, as cubic pieces
        one, two = points[max(0, place - 1)], points[place]
        three, four = points[place + 1], points[min(len(points) - 1, place + 2)]
        path.cubicTo(two + (three - one) * (1 / 6), three - (four - two) * (1 / 6), three)
    path.lineTo(width, height)
    path.lineTo(0, height)
    path.closeSubpath()
    return path


def _house(painter: QPainter, area: QRectF) -> None:
    eaves = area.top() + area.height() * 0.42
    roof = QPainterPath(QPointF(area.left(), eaves))
    roof.lineTo(area.center().x(), area.top())
    roof.lineTo(area.right(), eaves)
    roof.closeSubpath()
    painter.drawPath(roof)
    inset = area.width() * 0.1
    painter.drawRect(QRectF(area.left() + inset, eaves, area.width() - 2 * inset, area.bottom() - eaves))
    door = area.width() * 0.15
    top = eaves + (area.bottom() - eaves) * 0.36
    painter.drawRect(QRectF(area.center().x() - door / 2, top, door, area.bottom() - top))
