"""A list of lines as the panels of a survey show them: icon, bold title, wrapped words, small print, one action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Pill

Index = QModelIndex | QPersistentModelIndex
_LEFT: Final = 38
_LEFT_PLAIN: Final = 14
_RIGHT: Final = 12
_TOP: Final = 8
_GAP: Final = 1
_ACTION: Final = 24
_TALLEST: Final = 1000
_WRAP: Final = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class LineModel(QAbstractListModel):
    """The lines; only what differs is told to the view, so that the place in a long list stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[PanelLine, ...] = ()

    def show_lines(self, lines: tuple[PanelLine, ...]) -> None:
        if lines == self.lines:
            return
        same = [line.key for line in lines] == [line.key for line in self.lines]
        if same:
            self.lines = lines
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.spoken()
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return line.action
        return line.title if role == Qt.ItemDataRole.DisplayRole else None


class LineDelegate(QStyledItemDelegate):
    """Paints a line and knows its height and where its action stands."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = self._view.viewport().width()
        model = index.model()
        assert isinstance(model, LineModel)
        parts = _parts(model.lines[index.row()], QRect(0, 0, width, _TALLEST))
        bottom = max(area.bottom() for area, _style, _bold, _words in parts) if parts else 24
        return QSize(width, bottom + _TOP + 2)

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        model = index.model()
        assert isinstance(model, LineModel)
        line, area = model.lines[index.row()], option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        here = bool(state & QStyle.StateFlag.State_HasFocus)
        ground = QRectF(area).adjusted(4, 1, -4, -1)
        painter.setPen(QPen(theme().colour("accent"), 2) if here else Qt.PenStyle.NoPen)
        if here or state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.setBrush(theme().colour("weak" if state & QStyle.StateFlag.State_Selected else "subtle"))
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1) if here else ground, 6, 6)
        ink = Pill.TONES[line.tone][0]
        if line.icon:
            colour = theme().colour("text3" if line.faded else ink)
            paint_icon(painter, line.icon, colour, QRectF(area.left() + 14, area.top() + _TOP + 2, 16, 16))
        for where, style, bold, words in _parts(line, area):
            painter.setFont(font(style, bold=bold or None))
            colour_name = "text" if style == "table" and not line.faded else "text2"
            painter.setPen(theme().colour("text3" if line.faded and style == "meta" else colour_name))
            painter.drawText(where, int(_WRAP), words)
        if line.action:
            painter.setFont(font("table"))
            painter.setPen(theme().colour("accent"))
            painter.drawText(action_area(line, area), int(Qt.AlignmentFlag.AlignCenter), line.action)
        painter.restore()


def action_area(line: PanelLine, area: QRect) -> QRect:
    """Where the action of a line is pressed: at the right of its last row, 24 px high."""
    width = QFontMetrics(font("table")).horizontalAdvance(line.action) + 16
    return QRect(area.right() - width - 4, area.bottom() - _TOP - 24, width, 24)


def _parts(line: PanelLine, area: QRect) -> list[tuple[QRect, str, bool, str]]:
    """Title, words and small print under each other; the action stands beside the small print or below."""
    indent = _LEFT if line.icon else _LEFT_PLAIN
    left, width = area.left() + indent, area.width() - indent - _RIGHT
    top = area.top() + _TOP
    found: list[tuple[QRect, str, bool, str]] = []
    action = QFontMetrics(font("table")).horizontalAdvance(line.action) + 20 if line.action else 0
    meta = line.meta or (" " if line.action else "")
    for style, bold, words in (("table", True, line.title), ("table", False, line.text), ("meta", False, meta)):
        if not words:
            continue
        room = width - action if style == "meta" else width
        box = QFontMetrics(font(style, bold=bold or None)).boundingRect(QRect(0, 0, room, _TALLEST), int(_WRAP), words)
        height = box.height()
        if style == "meta" and line.action and height < _ACTION:
            top, height = top + 3, _ACTION - 3  # on one line with the word of the action
        found.append((QRect(left, top, room, height), style, bold, words))
        top += height + _GAP
    return found


class LineList(QListView):
    """Lines to walk with ↑ ↓; Enter goes to the question, Space does the action."""

    opened = Signal(str)
    acted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = LineModel(self)
        self.setModel(self.model_)
        self.setItemDelegate(LineDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(40)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)

    def show_lines(self, lines: Sequence[PanelLine]) -> None:
        """Show other lines; the cursor stays on its line where that is still there."""
        here = self.current()
        self.model_.show_lines(tuple(lines))
        keys = [line.key for line in lines]
        if here is not None and here.key in keys:
            self.setCurrentIndex(self.model_.index(keys.index(here.key)))
        self.scheduleDelayedItemsLayout()

    def lines(self) -> tuple[PanelLine, ...]:
        return self.model_.lines

    def current(self) -> PanelLine | None:
        place = self.currentIndex().row()
        return self.model_.lines[place] if 0 <= place < len(self.model_.lines) else None

    def go_to(self, key: str) -> None:
        """Put the cursor on a line."""
        keys = [line.key for line in self.model_.lines]
        if key in keys:
            self.setCurrentIndex(self.model_.index(keys.index(key)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self.current()
        if line is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if line.path:
                self.opened.emit(line.key)
        elif line is not None and event.key() == Qt.Key.Key_Space:
            if line.action:
                self.acted.emit(line.key)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        line = self.model_.lines[index.row()]
        if line.action and action_area(line, self.visualRect(index)).contains(event.position().toPoint()):
            self.acted.emit(line.key)
        elif line.path:
            self.opened.emit(line.key)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model_.lines:
            self.setCurrentIndex(self.model_.index(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.scheduleDelayedItemsLayout()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 60)

    def natural_height(self) -> int:
        """Height that all lines take."""
        option = QStyleOptionViewItem()
        delegate = self.itemDelegate()
        return sum(delegate.sizeHint(option, self.model_.index(row)).height() for row in range(len(self.model_.lines)))
