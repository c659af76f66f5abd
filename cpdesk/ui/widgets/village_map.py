"""The village map: known places, a grid with degrees, a scale bar, and the points that are being placed. Offline."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, floor, log10, radians
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cpdesk.ui.coordinates import DISTRICT, EARTH_RADIUS_M, Position
from cpdesk.ui.fonts import font, width_px
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import tr
from cpdesk.ui.theme import theme
from cpdesk.ui.views import PlaceView

_M_PER_DEGREE: Final = EARTH_RADIUS_M * 3.141592653589793 / 180
_NEAREST_M_PX, _FARTHEST_M_PX = 0.05, 120.0
_CLOSEST_M_PX: Final = 1.0
"""As near as the map goes by itself: a yard and its neighbours."""
_NAMES_MAX: Final = 60
_DRAG: Final = 5


class VillageMap(QWidget):
    """A flat map around its middle. A click, or Enter at the cross, places a point; Backspace takes the last away."""

    placed = Signal(object)
    taken_back = Signal()

    def __init__(self, places: Sequence[PlaceView] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places = tuple(places)
        self._points: list[Position] = []
        self._shape = "point"
        self._middle = Position((DISTRICT[0] + DISTRICT[1]) / 2, (DISTRICT[2] + DISTRICT[3]) / 2)
        self._m_px = 60.0
        self._cross: QPointF | None = None
        self._pressed: QPointF | None = None
        self._under_press = QPointF()
        self._dragged = False
        self.setFixedHeight(300)
        self.setMinimumWidth(280)
        self.setMaximumWidth(720)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("ui.map.name", n=len(self._places)))
        self._fitted = False

    # what it shows --------------------------------------------------------------------------------------------------

    def show_places(self, places: Sequence[PlaceView]) -> None:
        """Show these known places; without points the map goes where they are."""
        self._places = tuple(places)
        self.setAccessibleName(tr("ui.map.name", n=len(self._places)))
        if not self._points and self._fitted:
            self.fit()
        self.update()

    def show_points(self, points: Sequence[Position], shape: str) -> None:
        """Show the points of a `point`, `trace` or `shape`; the map stays where it is while they are in sight."""
        self._points, self._shape = list(points), shape
        area = QRectF(self.rect())
        if self._fitted and any(not area.contains(self.at(point)) for point in points):
            self.fit()
        self.update()

    def fit(self) -> None:
        """Show all points; without any, the own place or all known places, else the district."""
        own = [place for place in self._places if place.own]
        near = self._points or [Position(place.latitude, place.longitude) for place in own or self._places]
        if not near:
            self._middle = Position((DISTRICT[0] + DISTRICT[1]) / 2, (DISTRICT[2] + DISTRICT[3]) / 2)
            self._m_px = (DISTRICT[1] - DISTRICT[0]) * _M_PER_DEGREE / max(80, self.height() - 40)
            self.update()
            return
        south, north = min(each.latitude for each in near), max(each.latitude for each in near)
        west, east = min(each.longitude for each in near), max(each.longitude for each in near)
        self._middle = Position((south + north) / 2, (west + east) / 2)
        high = (north - south) * _M_PER_DEGREE / max(80, self.height() - 90)
        wide = (east - west) * _M_PER_DEGREE * self._shrink() / max(80, self.width() - 120)
        self._m_px = min(_FARTHEST_M_PX, max(high, wide, _CLOSEST_M_PX))
        self.update()

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Nearer with a factor below 1; the place under `around` stays where it is."""
        fixed = around or QRectF(self.rect()).center()
        before = self.position_at(fixed)
        self._m_px = max(_NEAREST_M_PX, min(_FARTHEST_M_PX, self._m_px * factor))
        after = self.position_at(fixed)
        self._middle = Position(
            self._middle.latitude + before.latitude - after.latitude,
            self._middle.longitude + before.longitude - after.longitude,
        )
        self.update()

    def at(self, position: Position) -> QPointF:
        """Where a position lies on the widget, px."""
        east_m = (position.longitude - self._middle.longitude) * _M_PER_DEGREE * self._shrink()
        north_m = (position.latitude - self._middle.latitude) * _M_PER_DEGREE
        return QPointF(self.width() / 2 + east_m / self._m_px, self.height() / 2 - north_m / self._m_px)

    def position_at(self, where: QPointF) -> Position:
        """The position under a place of the widget."""
        north_m = (self.height() / 2 - where.y()) * self._m_px
        east_m = (where.x() - self.width() / 2) * self._m_px
        longitude = self._middle.longitude + east_m / (_M_PER_DEGREE * self._shrink())
        return Position(round(self._middle.latitude + north_m / _M_PER_DEGREE, 7), round(longitude, 7))

    # what happens ---------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: object) -> None:
        if not self._fitted and self.width() > 100:
            self._fitted = True
            self.fit()

    def sizeHint(self) -> QSize:
        return QSize(640, 300)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        far = 40 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 10
        moves = {
            Qt.Key.Key_Left: QPointF(-far, 0),
            Qt.Key.Key_Right: QPointF(far, 0),
            Qt.Key.Key_Up: QPointF(0, -far),
            Qt.Key.Key_Down: QPointF(0, far),
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._move_cross(moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.placed.emit(self.position_at(self._cross or QRectF(self.rect()).center()))
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.taken_back.emit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(0.7, self._cross)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / 0.7, self._cross)
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed, self._dragged = event.globalPosition(), False
        self._under_press = event.position()  # the page may scroll before the button is let go

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        moved = event.globalPosition() - self._pressed
        if not self._dragged and moved.manhattanLength() < _DRAG:
            return
        self._dragged = True
        self._pressed = event.globalPosition()
        self._pan(-moved)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and not self._dragged:
            self._cross = self._under_press
            self.placed.emit(self.position_at(self._under_press))
        self._pressed = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()  # until it is pressed, scrolling scrolls the page
            return
        self.zoom(0.8 if event.angleDelta().y() > 0 else 1.25, event.position())

    def _move_cross(self, step: QPointF) -> None:
        middle = QRectF(self.rect()).center()
        cross = (self._cross or middle) + step
        inner = QRectF(self.rect()).adjusted(24, 24, -24, -24)
        if not inner.contains(cross):
            self._pan(step)
            cross = cross - step
        self._cross = cross
        self.update()

    def _pan(self, by: QPointF) -> None:
        self._middle = self.position_at(QRectF(self.rect()).center() + by)
        self.update()

    def _shrink(self) -> float:
        return cos(radians(self._middle.latitude))

    # painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme().colour("sunken"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setClipRect(self.rect().adjusted(1, 1, -1, -1))
        self._paint_grid(painter)
        self._paint_places(painter)
        self._paint_points(painter)
        if self.hasFocus():
            self._paint_cross(painter)
        painter.setClipping(False)
        self._paint_scale(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().colour("accent" if self.hasFocus() else "field"), 2 if self.hasFocus() else 1.2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _paint_grid(self, painter: QPainter) -> None:
        step = _round_step(self._m_px * 140 / _M_PER_DEGREE)
        digits = max(0, -floor(log10(step)))
        corner, far = self.position_at(QPointF(0, self.height())), self.position_at(QPointF(self.width(), 0))
        painter.setFont(font("meta"))
        for line in range(floor(corner.longitude / step), floor(far.longitude / step) + 1):
            left = self.at(Position(self._middle.latitude, line * step)).x()
            painter.setPen(theme().colour("line2"))
            painter.drawLine(QPointF(left, 0), QPointF(left, self.height()))
            painter.setPen(theme().colour("text3"))
            painter.drawText(QPointF(left + 4, 16), f"{line * step:.{digits}f}°")
        for line in range(floor(corner.latitude / step), floor(far.latitude / step) + 1):
            top = self.at(Position(line * step, self._middle.longitude)).y()
            painter.setPen(theme().colour("line2"))
            painter.drawLine(QPointF(0, top), QPointF(self.width(), top))
            painter.setPen(theme().colour("text3"))
            painter.drawText(QPointF(6, top - 4), f"{line * step:.{digits}f}°")

    def _paint_places(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(-20, -20, 20, 20)
        seen = [(place, self.at(Position(place.latitude, place.longitude))) for place in self._places]
        seen = [(place, where) for place, where in seen if area.contains(where)]
        taken: list[QRectF] = []
        painter.setFont(font("meta"))
        for place, where in sorted(seen, key=lambda each: not each[0].own):
            painter.setPen(QPen(theme().colour("surface"), 1.5))
            painter.setBrush(theme().colour("accent" if place.own else "present"))
            painter.drawEllipse(where, 6 if place.own else 4.5, 6 if place.own else 4.5)
            if len(seen) > _NAMES_MAX and not place.own:
                continue
            name = QRectF(where.x() + 8, where.y() - 9, width_px(place.words, "meta") + 2, 18)
            if any(name.intersects(other) for other in taken):
                continue
            taken.append(name)
            painter.setPen(theme().colour("text" if place.own else "text2"))
            painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, place.words)

    def _paint_points(self, painter: QPainter) -> None:
        corners = [self.at(point) for point in self._points]
        if self._shape != "point" and len(corners) > 1:
            painter.setPen(QPen(theme().colour("series2"), 3))
            if self._shape == "shape":
                painter.setBrush(theme().colour("series2", 0.18))
                painter.drawPolygon(QPolygonF(corners))
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline(QPolygonF(corners))
        painter.setFont(font("meta", bold=True))
        for place, where in enumerate(corners, 1):
            if self._shape == "point":
                paint_icon(painter, "pin", theme().colour("bad"), QRectF(where.x() - 14, where.y() - 25, 28, 28))
                continue
            painter.setPen(QPen(theme().colour("surface"), 1.5))
            painter.setBrush(theme().colour("series2"))
            painter.drawEllipse(where, 5, 5)
            painter.setPen(theme().colour("text"))
            painter.drawText(where + QPointF(7, -6), str(place))

    def _paint_cross(self, painter: QPainter) -> None:
        where = self._cross or QRectF(self.rect()).center()
        painter.setPen(QPen(theme().colour("accent"), 2))
        for reach, gap in ((QPointF(14, 0), QPointF(4, 0)), (QPointF(0, 14), QPointF(0, 4))):
            painter.drawLine(where - reach, where - gap)
            painter.drawLine(where + gap, where + reach)

    def _paint_scale(self, painter: QPainter) -> None:
        metres = _round_step(self._m_px * 110)
        wide = metres / self._m_px
        right, low = self.width() - 14.0, self.height() - 12.0
        words = f"{metres:g} m" if metres < 1000 else f"{metres / 1000:g} km"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("surface", 0.85))
        painter.drawRoundedRect(QRectF(right - wide - 8, low - 24, wide + 16, 32), 4, 4)
        painter.setPen(QPen(theme().colour("text2"), 1.6))
        painter.drawPolyline(
            [QPointF(right - wide, low - 5), QPointF(right - wide, low), QPointF(right, low), QPointF(right, low - 5)]
        )
        painter.setFont(font("meta"))
        painter.drawText(QRectF(right - wide, low - 22, wide, 16), Qt.AlignmentFlag.AlignCenter, words)


def _round_step(least: float) -> float:
    """The next of 1, 2, 5 · 10ⁿ."""
    power: float = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)
