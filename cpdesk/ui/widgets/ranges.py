"""A number between bounds: a slider with its figure, or stars."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cpdesk.ui.fonts import font, width_px
from cpdesk.ui.theme import theme
from cpdesk.ui.views import Bounds
from cpdesk.ui.widgets.basic import column, row
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn
from cpdesk.ui.widgets.fields import NumberField

_TICKS_MAX = 20
_KNOB = 10.0


class Track(QWidget):
    """The line with its knob. Nothing is chosen until a person moves it: then the knob is an empty ring."""

    moved = Signal(object)

    def __init__(self, bounds: Bounds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bounds = bounds
        self._value: Decimal | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if bounds.vertical:
            self.setFixedSize(96, 200)
        else:
            self.setFixedHeight(46)
            self.setMinimumWidth(160)
            self.setMaximumWidth(360)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def value(self) -> Decimal | None:
        return self._value

    def show_number(self, value: Decimal | None) -> None:
        self._value = value
        self.update()

    def steps(self) -> int:
        """How many steps lie between the ends."""
        span = Decimal(str(self.bounds.end)) - Decimal(str(self.bounds.start))
        return max(1, int(abs(span) / abs(Decimal(str(self.bounds.step or 1)))))

    def at_step(self, step: int) -> Decimal:
        """The number after so many steps from the start."""
        start, end = Decimal(str(self.bounds.start)), Decimal(str(self.bounds.end))
        size = abs(Decimal(str(self.bounds.step or 1))) * (1 if end >= start else -1)
        return start + max(0, min(self.steps(), step)) * size

    def sizeHint(self) -> QSize:
        return QSize(280, 46) if not self.bounds.vertical else self.minimumSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = round(self._share() * self.steps()) if self._value is not None else -1
        tenth = max(1, self.steps() // 10)
        moves = {
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here + 1,
            Qt.Key.Key_Left: max(0, here - 1),
            Qt.Key.Key_Down: max(0, here - 1),
            Qt.Key.Key_PageUp: here + tenth,
            Qt.Key.Key_PageDown: max(0, here - tenth),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self.steps(),
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._move(moves[key])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._value = None
            self.update()
            self.moved.emit(None)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._move_to(event.position(), final=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move_to(event.position(), final=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._move_to(event.position(), final=True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling the page must not change answers

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, last = self._ends()
        knob = first + (last - first) * self._share()
        painter.setPen(QPen(theme().colour("field"), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(first, last)
        if self._value is not None:
            painter.setPen(QPen(theme().colour("accent"), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(first, knob)
        self._paint_marks(painter, first, last)
        painter.setPen(QPen(theme().colour("accent"), 3 if self.hasFocus() else 2))
        painter.setBrush(theme().colour("accent" if self._value is not None and self.isEnabled() else "surface"))
        painter.drawEllipse(knob, _KNOB, _KNOB)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().colour("accent", 0.4), 3))
            painter.drawEllipse(knob, _KNOB + 3, _KNOB + 3)
        painter.end()

    def _paint_marks(self, painter: QPainter, first: QPointF, last: QPointF) -> None:
        painter.setFont(font("meta"))
        if self.bounds.ticks and self.steps() <= _TICKS_MAX:
            painter.setPen(QPen(theme().colour("field"), 1.2))
            for step in range(self.steps() + 1):
                mark = first + (last - first) * (step / self.steps())
                if self.bounds.vertical:
                    painter.drawLine(mark + QPointF(14, 0), mark + QPointF(19, 0))
                else:
                    painter.drawLine(mark + QPointF(0, 12), mark + QPointF(0, 17))
        painter.setPen(theme().colour("text2"))
        for mark, value in ((first, self.bounds.start), (last, self.bounds.end)):
            words = f"{value:g}".replace("-", "−")
            wide = width_px(words, "meta") + 4
            if self.bounds.vertical:
                painter.drawText(QRectF(mark.x() + 24, mark.y() - 9, wide, 18), words)
            else:
                left = min(max(0.0, mark.x() - wide / 2), self.width() - wide)
                painter.drawText(QRectF(left, mark.y() + 15, wide, 18), Qt.AlignmentFlag.AlignCenter, words)

    def _ends(self) -> tuple[QPointF, QPointF]:
        if self.bounds.vertical:
            return QPointF(18, self.height() - 16), QPointF(18, 16)
        return QPointF(16, 15), QPointF(self.width() - 16, 15)

    def _share(self) -> float:
        if self._value is None:
            return 0.0
        span = self.bounds.end - self.bounds.start
        return max(0.0, min(1.0, (float(self._value) - self.bounds.start) / span)) if span else 0.0

    def _move_to(self, where: QPointF, *, final: bool) -> None:
        first, last = self._ends()
        line = last - first
        along = QPointF.dotProduct(where - first, line) / QPointF.dotProduct(line, line)
        self._move(round(along * self.steps()), final=final)

    def _move(self, step: int, *, final: bool = True) -> None:
        self._value = self.at_step(step)
        self.update()
        if final:
            self.moved.emit(self._value)


class RangeField(Editor):
    """A slider and its figure; each shows what the other was given. Del on the slider takes the answer back."""

    def __init__(self, bounds: Bounds, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track = Track(bounds, self)
        self.field = NumberField("", parent=self)
        self.field.setFixedWidth(84)
        if bounds.vertical:
            stack = column(self, gap=8)
            stack.addWidget(self.field)
            stack.addWidget(self.track)
        else:
            line = row(self, gap=16)
            line.addWidget(self.track, 1)
            line.addWidget(self.field, 0, Qt.AlignmentFlag.AlignTop)
            self.setMaximumWidth(460)
        self.track.moved.connect(self._moved)
        self.field.chosen.connect(self._typed)
        EnterMovesOn(self, self.track, self.field)
        self.setFocusProxy(self.track)
        self.show_value(value)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.track.setAccessibleName(name)
        self.field.setAccessibleName(name)

    def show_value(self, value: str | None) -> None:
        self.field.show_value(value)
        self.track.show_number(_decimal(value))

    def set_bad(self, bad: bool) -> None:
        self.field.set_bad(bad)

    def commit(self) -> None:
        self.field.commit()

    def _moved(self, number: Decimal | None) -> None:
        value = "" if number is None else _words(number)
        self.field.show_value(value)
        self.chosen.emit(value or None)

    def _typed(self, value: str | None) -> None:
        self.track.show_number(_decimal(value))
        self.chosen.emit(value)


class Rating(Editor):
    """Stars: digits and arrows choose, Del takes the answer back."""

    _SIZE, _GAP = 32, 8

    def __init__(self, bounds: Bounds, value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = max(1, int(bounds.end))
        self._value = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(self._count * (self._SIZE + self._GAP) + 48, self._SIZE + 6)
        self._bad = False
        EnterMovesOn(self, self)
        self.show_value(value)

    def show_value(self, value: str | None) -> None:
        number = _decimal(value)
        self._value = int(number) if number is not None else 0
        self.setAccessibleDescription(f"{self._value} / {self._count}")
        self.update()

    def set_bad(self, bad: bool) -> None:
        self._bad = bad
        self.update()

    def rate(self, stars: int) -> None:
        """Give so many stars; the same once more takes the answer back."""
        stars = 0 if stars == self._value else min(self._count, stars)
        self.show_value(str(stars))
        self.chosen.emit(str(stars) if stars else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9 and key - Qt.Key.Key_0 <= self._count:
            if key - Qt.Key.Key_0 != self._value:
                self.rate(key - Qt.Key.Key_0)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Up) and self._value < self._count:
            self.rate(self._value + 1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Down) and self._value > 1:
            self.rate(self._value - 1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_0) and self._value:
            self.rate(self._value)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = int(event.position().x() // (self._SIZE + self._GAP)) + 1
        if 1 <= place <= self._count:
            self.setFocus()
            self.rate(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(self._count):
            centre = QPointF(place * (self._SIZE + self._GAP) + self._SIZE / 2 + 2, self.height() / 2 + 1)
            full = place < self._value
            ink = "bad" if self._bad else "accent" if full or self.hasFocus() else "field"
            painter.setPen(QPen(theme().colour(ink), 2 if self.hasFocus() else 1.4))
            painter.setBrush(theme().colour("accent" if full else "surface"))
            painter.drawPolygon(_star(centre, self._SIZE / 2))
        painter.setPen(theme().colour("text2"))
        painter.setFont(font("body"))
        left = self._count * (self._SIZE + self._GAP) + 4
        words = f"{self._value}/{self._count}" if self._value else ""
        painter.drawText(QRectF(left, 0, 48, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


def _star(centre: QPointF, radius: float) -> QPolygonF:
    from math import cos, pi, sin

    corners = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.42
        angle = pi * corner / 5 - pi / 2
        corners.append(centre + QPointF(cos(angle) * reach, sin(angle) * reach))
    return QPolygonF(corners)


def _decimal(value: str | None) -> Decimal | None:
    try:
        return Decimal(value) if value else None
    except ArithmeticError:
        return None


def _words(number: Decimal) -> str:
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
