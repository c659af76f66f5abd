"""The table of a grid: cursor, editors and keys as in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from cpdesk.ui.blocks import fitted, read_block, write_block
from cpdesk.ui.theme import theme
from cpdesk.ui.views import QuestionView
from cpdesk.ui.widgets.choices import Option
from cpdesk.ui.widgets.fields import DateField, NumberField, TextField
from cpdesk.ui.widgets.grid_model import GridHeader, GridModel, Index, cell_words, paint_cell
from cpdesk.ui.widgets.lookup import FindLine
from cpdesk.ui.widgets.temporal import TimeField

_FIELDS: Final[dict[str, type[TextField]]] = {"number": NumberField, "date": DateField, "time": TimeField}
_NARROW, _WIDE = 72, 240
_RESTS_MS: Final = 300
_FROZEN_MAX: Final = 0.4
"""Of the width of the grid; a wider first column scrolls with the others."""


class CellDelegate(QStyledItemDelegate):
    """Paints cells and makes their editors. Enter goes down, Tab to the right, Esc puts back; in a text that was begun
    by typing the arrows leave the cell too."""

    def __init__(self, table: GridTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        here = self._table.currentIndex() == index and self._table.hasFocus()
        paint_cell(painter, option, self._table.grid(), index, here=here)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        cell = self._table.grid().cell(index)
        assert cell is not None
        editor = _editor_for(cell, parent)
        editor.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        if isinstance(editor, FindLine):
            editor.taken.connect(lambda _code: self.commitData.emit(editor))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, TextField) and not isinstance(editor, FindLine) and not editor.isModified():
            cell = self._table.grid().cell(index)
            several = cell is not None and bool(cell.options)
            editor.setText(cell_words(cell) if cell is not None and several else str(index.data(_EDIT)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        cell = self._table.grid().cell(index)
        if isinstance(editor, FindLine):
            editor.commit()
            model.setData(index, editor.code or "")
        elif isinstance(editor, TextField) and cell is not None:
            typed = editor.normalised(editor.text())
            value = fitted(cell, typed)
            if value is not None or not cell.options:
                model.setData(index, typed if value is None else value)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(0, -2, 0, 2))  # type: ignore[attr-defined]

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and isinstance(editor, TextField):
            step = self._step(editor, event)
            if step is not None:
                if isinstance(editor, FindLine):
                    editor.take_current()
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
                self._table.leave_cell(*step)
                return True
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not isinstance(editor, FindLine):
                return True
        return super().eventFilter(editor, event)

    def _step(self, editor: TextField, event: QKeyEvent) -> tuple[int, int] | None:
        """Rows and columns that a key goes on by; None when it stays in the editor."""
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return (-1 if back else 1, 0)
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return (0, -1 if key == Qt.Key.Key_Backtab else 1)
        if isinstance(editor, FindLine) or not self._table.began_by_typing:
            return None
        return _ARROWS.get(Qt.Key(key))


_EDIT: Final = Qt.ItemDataRole.EditRole
_CONTROL_KEYS: Final = (
    Qt.Key.Key_C,
    Qt.Key.Key_X,
    Qt.Key.Key_V,
    Qt.Key.Key_D,
    Qt.Key.Key_R,
    Qt.Key.Key_Plus,
    Qt.Key.Key_Equal,
    Qt.Key.Key_Minus,
)
_ARROWS: Final = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


def _is_own(event: QKeyEvent) -> bool:
    """Whether a key belongs to the grid while the cursor is in it."""
    modifiers, key = event.modifiers(), event.key()
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return key in _CONTROL_KEYS
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
    return key in (Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


def _editor_for(cell: QuestionView, parent: QWidget) -> TextField:
    if cell.options and cell.control not in ("multi", "checklist"):
        return FindLine([Option(each.code, each.words) for each in cell.options], cell.value, parent)
    return _FIELDS.get(cell.control, TextField)(parent=parent)


class GridTable(QTableView):
    """The cells. What changes more than one cell is asked of the block around it."""

    row_wanted = Signal()
    left_end = Signal()
    pasted = Signal(object)
    cleared = Signal()
    filled = Signal()
    rows_unwanted = Signal()
    row_inserted = Signal()
    row_doubled = Signal()
    row_moved = Signal(int)
    agreed = Signal()
    sized = Signal()

    def __init__(self, model: GridModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.began_by_typing = False
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalHeader(GridHeader(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(GridHeader(Qt.Orientation.Vertical, self))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setTabKeyNavigation(False)
        self._fitting = False
        self._told = QTimer(self)
        self._told.setSingleShot(True)
        self._told.setInterval(_RESTS_MS)
        self._told.timeout.connect(self.sized)
        self.horizontalHeader().sectionResized.connect(lambda *_: self._resized())
        self.selectionModel().selectionChanged.connect(lambda *_: self._repaint_frozen())
        self.selectionModel().currentChanged.connect(lambda *_: self._repaint_frozen())
        model.dataChanged.connect(lambda *_: self._repaint_frozen())
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.AnyKeyPressed | trigger.DoubleClicked | trigger.EditKeyPressed)

    def grid(self) -> GridModel:
        """The model with its own type."""
        return self._model

    def area(self) -> tuple[int, int, int, int]:
        """The selection: first row, first column, number of rows and columns; the current cell when nothing is."""
        selection = self.selectionModel().selection()
        ranges = [selection.at(place) for place in range(selection.count())]
        if ranges:  # one as a rule: selections are contiguous
            top, left = min(each.top() for each in ranges), min(each.left() for each in ranges)
            bottom, right = max(each.bottom() for each in ranges), max(each.right() for each in ranges)
            return top, left, bottom - top + 1, right - left + 1
        here = self.currentIndex()
        return max(0, here.row()), max(0, here.column()), 1, 1

    def selected_cells(self) -> Iterator[QuestionView | None]:
        """The questions of the selection, row by row."""
        top, left, rows, columns = self.area()
        for _item, cells in self._model.view.rows[top : top + rows]:
            for place in range(left, left + columns):
                yield cells[place]

    def fit_columns(self) -> None:
        """Give columns the widths a person gave them; else those their heads and first rows want, and what is left over
        in equal parts."""
        head = self.horizontalHeader()
        count = self._model.columnCount()
        self._fitting = True
        if len(self._model.view.widths) == count:
            for place, width in enumerate(self._model.view.widths):
                head.resizeSection(place, width)
            self._fitting = False
            return
        wide = [max(_NARROW, min(_WIDE, round(self._model.width_px(place)) + 12)) for place in range(count)]
        spare = self.viewport().width() - sum(wide)
        more = max(0, spare) // max(1, len(wide))
        for place, width in enumerate(wide):
            head.resizeSection(place, width + more)
        self._fitting = False

    def _resized(self) -> None:
        """A person drags: what the columns are given is told once the mouse rests."""
        if not self._fitting:
            self._told.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._told.isActive():
            self._told.stop()
            self.sized.emit()

    def widths(self) -> tuple[int, ...]:
        """Widths of the columns, px."""
        return tuple(self.columnWidth(place) for place in range(self._model.columnCount()))

    # the first column stays ---------------------------------------------------------------------------------------

    def frozen_px(self) -> int:
        """Width of the first column when it stands over the others: it names the rows and stays while the rest scrolls
        sideways."""
        width = self.columnWidth(0) if self._model.columnCount() > 1 else 0
        room = self.viewport().width()
        return width if self.horizontalScrollBar().value() > 0 and width <= room * _FROZEN_MAX else 0

    def indexAt(self, pos: QPoint) -> QModelIndex:
        if pos.x() < self.frozen_px():
            row = self.rowAt(pos.y())
            return self._model.index(row, 0) if row >= 0 else QModelIndex()
        return super().indexAt(pos)

    def visualRect(self, index: Any) -> QRect:
        area = super().visualRect(index)
        if index.column() == 0 and self.frozen_px():
            area.moveLeft(0)
        return area

    def scrollTo(self, index: Any, hint: Any = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        """Bring a cell into sight, also from behind the first column; that column itself needs no scrolling."""
        bar = self.horizontalScrollBar()
        before = bar.value()
        super().scrollTo(index, hint)
        if index.column() == 0:
            bar.setValue(before if self.frozen_px() else bar.value())
            return
        behind = self.columnWidth(0) - super().visualRect(index).left()
        if bar.value() > 0 and self.frozen_px() and behind > 0:
            bar.setValue(bar.value() - behind)

    def scrollContentsBy(self, right: int, down: int) -> None:
        super().scrollContentsBy(right, down)
        if right or self.frozen_px():  # what stands still must not be moved along with the rest
            self.viewport().update()
            self.horizontalHeader().viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        width = self.frozen_px()
        if not width:
            return
        painter = QPainter(self.viewport())
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        for row in range(max(0, first), (last if last >= 0 else self._model.rowCount() - 1) + 1):
            index = self._model.index(row, 0)
            option = QStyleOptionViewItem()
            option.rect = QRect(0, self.rowViewportPosition(row), width, self.rowHeight(row))  # type: ignore[attr-defined]
            if self.selectionModel().isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected  # type: ignore[attr-defined]
            self.itemDelegate().paint(painter, option, index)
        painter.setPen(theme().colour("line2"))
        painter.drawLine(width - 1, 0, width - 1, self.viewport().height())
        painter.end()

    def _repaint_frozen(self) -> None:
        if self.frozen_px():
            self.viewport().update(0, 0, self.frozen_px(), self.viewport().height())

    def leave_cell(self, down: int, right: int) -> None:
        """Go on from a cell that was edited: down with Enter, right with Tab; past the end, a new row or the next
        question."""
        here = self.currentIndex()
        row, column = here.row() + down, here.column() + right
        if column >= self._model.columnCount():
            row, column = row + 1, 0
        elif column < 0:
            row, column = row - 1, self._model.columnCount() - 1
        self.setFocus()
        if row >= self._model.rowCount():
            if down:
                self.row_wanted.emit()
            else:
                self.left_end.emit()
        elif row >= 0:
            self.setCurrentIndex(self._model.index(row, column))

    def edit(self, index: Any, trigger: Any = None, event: Any = None) -> Any:
        if trigger is None:
            return super().edit(index)
        self.began_by_typing = trigger == QAbstractItemView.EditTrigger.AnyKeyPressed
        return super().edit(index, trigger, event)

    def event(self, event: QEvent) -> bool:
        """Keys of the grid come before those of the page around it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.agreed.emit()
            self.leave_cell(-1 if back else 1, 0)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            if not self._tab(-1 if key == Qt.Key.Key_Backtab else 1):
                super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cleared.emit()
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.row_moved.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Cut):
            self.copy()
            self.cleared.emit()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste(QGuiApplication.clipboard().text())
        elif control and self._row_key(key):
            pass
        else:
            super().keyPressEvent(event)

    def _row_key(self, key: int) -> bool:
        """Keys with Ctrl that change rows: D fills from above, − removes, + inserts, R doubles."""
        actions = {
            Qt.Key.Key_D: self.filled,
            Qt.Key.Key_Minus: self.rows_unwanted,
            Qt.Key.Key_Plus: self.row_inserted,
            Qt.Key.Key_Equal: self.row_inserted,
            Qt.Key.Key_R: self.row_doubled,
        }
        signal = actions.get(Qt.Key(key))
        if signal is not None:
            signal.emit()
        return signal is not None

    def _tab(self, step: int) -> bool:
        """Tab goes through the cells and, behind the last one, to the next question."""
        here = self.currentIndex()
        place = here.row() * self._model.columnCount() + here.column() + step
        if not here.isValid() or place < 0:
            return False
        self.leave_cell(0, step)
        return True

    def focusNextPrevChild(self, forward: bool) -> bool:
        here = self.currentIndex()
        inside = self._model.rowCount() and here.isValid()
        at_start = not forward and here.row() == 0 and here.column() == 0
        if inside and not at_start and self.hasFocus():
            self.leave_cell(0, 1 if forward else -1)
            return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._model.rowCount():
            self.setCurrentIndex(self._model.index(0, 0))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def copy(self) -> None:
        """Put the selection on the clipboard, as words."""
        top, left, rows, columns = self.area()
        model = self._model
        lines = [
            [model.words(model.index(row, column)) for column in range(left, left + columns)]
            for row in range(top, top + rows)
        ]
        QGuiApplication.clipboard().setText(write_block(lines))

    def paste(self, text: str) -> None:
        """Lay a block copied from a spreadsheet over the cells from the selection's corner on."""
        block = read_block(text)
        if block:
            self.pasted.emit(block)
