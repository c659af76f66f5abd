"""The section list of a survey, painted: done ✓, part ring, error mark, counts; ↑ ↓ walk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import tr
from cpdesk.ui.theme import theme
from cpdesk.ui.views import SectionView
from cpdesk.ui.widgets.painted import Painted


class SectionList(Painted):
    """Rows of 40 px with 2 px between; repeat items are indented."""

    chosen = Signal(str)
    _ROW = 42

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sections: Sequence[SectionView] = ()
        self._current = ""
        self._hover = -1
        self._dirty = QRect()
        self.drawn = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_sections(self, sections: Sequence[SectionView], current: str) -> None:
        self._sections, self._current = sections, current
        self._speak()
        self.updateGeometry()
        self.update()

    def current(self) -> str:
        return self._current

    def current_area(self) -> tuple[int, int]:
        """Top and height of the current row, so that a scroll area can keep it in sight."""
        paths = [section.path for section in self._sections]
        place = paths.index(self._current) if self._current in paths else 0
        return place * self._ROW, self._ROW

    def natural_height(self) -> int:
        return self._ROW * len(self._sections)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._dirty = event.rect()
        super().paintEvent(event)

    def draw(self, painter: QPainter) -> None:
        """Draw the rows in sight: a community of 300 buildings has nine hundred."""
        first = max(0, self._dirty.top() // self._ROW)
        last = self._dirty.bottom() // self._ROW + 1
        self.drawn = 0
        for place, section in enumerate(self._sections[first:last], first):
            self.drawn += 1
            area = QRectF(0, place * self._ROW + 1, self.width(), self._ROW - 2)
            here = section.path == self._current
            painter.setPen(Qt.PenStyle.NoPen)
            if here or place == self._hover:
                painter.setBrush(theme().colour("weak" if here else "subtle"))
                painter.drawRoundedRect(area, 6, 6)
            if here and self.hasFocus():
                pen = painter.pen()
                pen.setStyle(Qt.PenStyle.SolidLine)
                pen.setColor(theme().colour("accent"))
                pen.setWidthF(2)
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)
            self._draw_row(painter, area, section, here=here)

    def _draw_row(self, painter: QPainter, area: QRectF, section: SectionView, *, here: bool) -> None:
        indent = 18.0 * section.depth
        mark = QRectF(area.left() + 12 + indent, area.center().y() - 9, 18, 18)
        paint_mark(painter, mark, section)
        count = f"{section.answered}/{section.asked}" if section.asked else "—"
        painter.setFont(font("meta"))
        painter.setPen(theme().colour("accent" if here else "text3"))
        room = QFontMetricsF(font("meta")).horizontalAdvance(count)
        painter.drawText(
            area.adjusted(0, 0, -10, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count
        )
        painter.setFont(font("body", bold=here))
        painter.setPen(theme().colour("accent" if here else "text"))
        words = area.adjusted(40 + indent, 0, -room - 16, 0)
        if QFontMetricsF(painter.font()).horizontalAdvance(section.title) > words.width():
            painter.setFont(font("meta", bold=here))
        shown = QFontMetricsF(painter.font()).elidedText(section.title, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = int(event.position().y() // self._ROW)
        if place != self._hover and 0 <= place < len(self._sections):
            self._hover = place
            QToolTip.showText(event.globalPosition().toPoint(), self._sections[place].title, self)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = int(event.position().y() // self._ROW)
        if 0 <= place < len(self._sections):
            self.chosen.emit(self._sections[place].path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        paths = [section.path for section in self._sections]
        if step is None or self._current not in paths:
            super().keyPressEvent(event)
            return
        place = max(0, min(len(paths) - 1, paths.index(self._current) + step))
        if paths[place] != self._current:
            self.chosen.emit(paths[place])

    def _speak(self) -> None:
        titles = [section for section in self._sections if section.path == self._current]
        self.setAccessibleName(tr("ui.survey.sections"))
        if titles:
            here = titles[0]
            self.setAccessibleDescription(f"{here.title} {here.answered}/{here.asked}")


def paint_mark(painter: QPainter, area: QRectF, section: SectionView) -> None:
    """Done: filled disc with ✓. Fault: red disc with !. Part: a ring. Nothing yet: an empty ring."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    done = section.asked > 0 and section.answered >= section.asked
    if section.problems or done:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("bad" if section.problems else "accent"))
        painter.drawEllipse(area)
        if section.problems:
            painter.setPen(theme().colour("on_accent"))
            painter.setFont(font("table", bold=True))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "!")
        else:
            paint_icon(painter, "check", theme().colour("on_accent"), area.adjusted(2, 2, -2, -2))
        painter.restore()
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = painter.pen()
    pen.setStyle(Qt.PenStyle.SolidLine)
    pen.setWidthF(2 if section.answered else 1.4)
    pen.setColor(theme().colour("line2" if section.answered else "field"))
    painter.setPen(pen)
    ring = area.adjusted(1.5, 1.5, -1.5, -1.5)
    painter.drawEllipse(ring)
    if section.answered and section.asked:
        pen.setColor(theme().colour("accent"))
        pen.setWidthF(2.4)
        painter.setPen(pen)
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * section.answered / section.asked))
    painter.restore()
