"""Putting options in order: drag, Alt+↑ ↓, or digits for the place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import say, text, tr
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Button, Label, column, row
from cpdesk.ui.widgets.choices import Option
from cpdesk.ui.widgets.editor import Editor, EnterMovesOn

_ROW = 40


class RankList(Editor):
    """All options in order; the value is all codes. Until something is moved or the order confirmed it is no answer."""

    def __init__(self, options: Sequence[Option], value: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = {option.code: option for option in options}
        stack = column(self, gap=6)
        self.rows = _Rows(self)
        stack.addWidget(self.rows)
        line = row(gap=8)
        self.confirm = Button(text("ui.rank.confirm"), "secondary", "check", self._confirm)
        self.clear_button = Button(text("ui.rank.clear"), "quiet", on_click=self._clear)
        line.addWidget(self.confirm)
        line.addWidget(self.clear_button)
        line.addWidget(Label(text("ui.rank.keys"), "meta", "text2"))
        line.addStretch(1)
        stack.addLayout(line)
        self.setFocusProxy(self.rows)
        EnterMovesOn(self, self.rows)
        self.show_value(value)

    def order(self) -> list[str]:
        return list(self.rows.codes)

    def words(self, code: str) -> str:
        return say(self._options[code].words)

    def show_value(self, value: str | None) -> None:
        given = [code for code in (value or "").split() if code in self._options]
        self.rows.codes = given + [code for code in self._options if code not in given]
        self.rows.settled = bool(given)
        self.rows.setFixedHeight(_ROW * len(self.rows.codes) + 2)
        self.rows.update()
        self.confirm.setVisible(not given)
        self.clear_button.setVisible(bool(given))
        self.rows.describe()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.rows.setAccessibleName(name)

    def set_bad(self, bad: bool) -> None:
        self.rows.bad = bad
        self.rows.update()

    def shift(self, place: int, target: int) -> None:
        """Put the option at `place` where `target` is."""
        codes = self.order()
        if place == target or not (0 <= place < len(codes) and 0 <= target < len(codes)):
            return
        codes.insert(target, codes.pop(place))
        self.rows.current = target
        self.show_value(" ".join(codes))
        self.chosen.emit(" ".join(codes))

    def _confirm(self) -> None:
        self.show_value(" ".join(self.rows.codes))
        self.chosen.emit(" ".join(self.rows.codes))

    def _clear(self) -> None:
        self.show_value(None)
        self.chosen.emit(None)


class _Rows(QWidget):
    def __init__(self, owner: RankList) -> None:
        super().__init__(owner)
        self._owner = owner
        self.codes: list[str] = []
        self.current = 0
        self.settled = False
        self.bad = False
        self._grabbed = -1
        self._at = QPoint()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaximumWidth(480)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(360, _ROW * len(self.codes) + 2)

    def describe(self) -> None:
        listed = [f"{place}. {self._owner.words(code)}" for place, code in enumerate(self.codes, 1)]
        self.setAccessibleDescription(", ".join(listed) + ("" if self.settled else f" ({tr('ui.rank.open')})"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, moving = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key), 0)
        if step and moving:
            self._owner.shift(self.current, self.current + step)
        elif step:
            self.current = max(0, min(len(self.codes) - 1, self.current + step))
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self._owner.shift(self.current, key - Qt.Key.Key_1)
        elif key == Qt.Key.Key_Space and not self.settled:
            self._owner.confirm.click()
        else:
            super().keyPressEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grabbed = self.current = self._place(event.position().toPoint())
        self._at = event.position().toPoint()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position().toPoint()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        grabbed, self._grabbed = self._grabbed, -1
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._owner.shift(grabbed, self._place(event.position().toPoint()))
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("bad" if self.bad else "field"), 1.2))
        painter.setBrush(theme().colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        target = self._place(self._at) if self._grabbed >= 0 else -1
        for place, code in enumerate(self.codes):
            self._paint_row(painter, QRect(1, 1 + place * _ROW, self.width() - 2, _ROW), place, code)
        if target >= 0 and target != self._grabbed:
            edge = 1 + (target + (1 if target > self._grabbed else 0)) * _ROW
            painter.setPen(QPen(theme().colour("accent"), 3))
            painter.drawLine(6, edge, self.width() - 6, edge)
        painter.end()

    def _paint_row(self, painter: QPainter, area: QRect, place: int, code: str) -> None:
        here = place == self.current and self.hasFocus()
        if here or place == self._grabbed:
            painter.setPen(QPen(theme().colour("accent"), 2))
            painter.setBrush(theme().colour("weak"))
            painter.drawRoundedRect(QRectF(area).adjusted(2, 2, -2, -2), 4, 4)
        elif place:
            painter.setPen(theme().colour("line"))
            painter.drawLine(area.left() + 10, area.top(), area.right() - 10, area.top())
        painter.setFont(font("body", bold=True))
        painter.setPen(theme().colour("accent" if self.settled else "text3"))
        number = str(place + 1) if self.settled else "–"
        painter.drawText(area.adjusted(14, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, number)
        painter.setFont(font("body"))
        painter.setPen(theme().colour("text"))
        words = painter.fontMetrics().elidedText(
            self._owner.words(code), Qt.TextElideMode.ElideRight, area.width() - 96
        )
        painter.drawText(area.adjusted(44, 0, -48, 0), Qt.AlignmentFlag.AlignVCenter, words)
        handle = QRectF(area.right() - 34, area.center().y() - 9, 18, 18)
        paint_icon(painter, "grip", theme().colour("text3"), handle)

    def _place(self, where: QPoint) -> int:
        return max(0, min(len(self.codes) - 1, where.y() // _ROW))
