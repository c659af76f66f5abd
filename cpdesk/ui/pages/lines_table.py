"""A table of words: what a batch would do, what is wrong in a file, which versions there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from cpdesk.ui.fonts import font
from cpdesk.ui.theme import theme
from cpdesk.ui.widgets.basic import Pill

_Index = QModelIndex | QPersistentModelIndex
_LINE: Final = 46
_FLAT: Final = 32
_PAD: Final = 12
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LinesModel(QAbstractTableModel):
    """Lines of words under a head; `tones` colours a whole line: mute, info, ok, warn, bad."""

    def __init__(self, head: Callable[[], Sequence[str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._head = head
        self.lines: tuple[tuple[str, ...], ...] = ()
        self.tones: tuple[str, ...] = ()

    def show_lines(self, lines: Sequence[tuple[str, ...]], tones: Sequence[str] = ()) -> None:
        self.beginResetModel()
        self.lines, self.tones = tuple(lines), tuple(tones)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return len(self.lines)

    def columnCount(self, parent: _Index | None = None) -> int:
        return len(self._head())

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.lines[index.row()][index.column()]
        return None

    def ink(self, index: _Index) -> str:
        """The colour of a cell: the last column says what is the matter, so it alone carries the tone."""
        tone = self.tones[index.row()] if index.row() < len(self.tones) else "mute"
        if tone == "mute" or index.column() != self.columnCount() - 1:
            return "text"
        return Pill.TONES[tone][0]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._head()[section]
        return None


class LinesHead(QHeaderView):
    """Heads in 12 px on `subtle` over a hairline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFixedHeight(32)
        self.setSectionsClickable(False)
        self.setHighlightSections(False)

    def paintSection(self, painter: QPainter, rect: QRect, place: int) -> None:
        painter.save()
        painter.fillRect(rect, theme().colour("subtle"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(theme().colour("text2"))
        painter.setFont(font("meta"))
        words = str(self.model().headerData(place, Qt.Orientation.Horizontal))
        painter.drawText(rect.adjusted(_PAD, 0, -4, 0), _LEFT, words)
        painter.restore()


class LinesDelegate(QStyledItemDelegate):
    """Words that wrap into two lines, over a hairline; what still does not fit stands in the tool tip."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        area: QRect = QRect(option.rect)  # type: ignore[attr-defined]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        model = index.model()
        assert isinstance(model, LinesModel)
        painter.save()
        painter.fillRect(area, theme().colour("weak" if selected else "surface"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if selected and index.column() == 0:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme().colour("accent"))
        painter.setPen(theme().colour(model.ink(index)))
        painter.setFont(font("table"))
        inner = area.adjusted(_PAD, 2, -4, -3)
        words = str(index.data())
        metrics = painter.fontMetrics()
        if area.height() <= _FLAT or metrics.horizontalAdvance(words) <= inner.width():
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, _LEFT, shown)
        else:
            room = int(inner.width() * 1.9)  # two lines, less what their break leaves blank
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(inner, _LEFT | Qt.TextFlag.TextWordWrap, shown)
        painter.restore()


class LinesTable(QTableView):
    """The lines. Ctrl C copies the chosen ones, all of them when none is chosen; Enter or a double click takes one.

    Args:
        widths: of the columns, px; 0 takes what is left over.
        flat: lines of one row of words instead of two.
    """

    taken = Signal(int)

    def __init__(
        self,
        model: LinesModel,
        widths: Sequence[int],
        name: str,
        parent: QWidget | None = None,
        *,
        flat: bool = False,
    ) -> None:
        super().__init__(parent)
        self._lines = model
        self.setModel(model)
        self.setFont(font("table"))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_FLAT if flat else _LINE)
        head = LinesHead(self)
        self.setHorizontalHeader(head)
        self.setItemDelegate(LinesDelegate(self))
        for place, width in enumerate(widths):
            if width:
                self.setColumnWidth(place, width)
            else:
                head.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        self.setAccessibleName(name)
        self.doubleClicked.connect(lambda index: self.taken.emit(index.row()))

    def minimumSizeHint(self) -> QSize:
        """Head and one line; Qt would ask for more than what stands above the table can spare."""
        return QSize(200, 32 + _LINE)

    def copy(self) -> None:
        """Put lines on the clipboard, cells parted by tabs."""
        chosen = sorted({index.row() for index in self.selectedIndexes()}) or range(len(self._lines.lines))
        words = "\n".join("\t".join(self._lines.lines[place]) for place in chosen)
        QGuiApplication.clipboard().setText(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.taken.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
