"""A repeat as one grid: Tab, Enter and arrows as in a spreadsheet, blocks pasted, Ctrl+D copies the cell above."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import text, tr
from cpdesk.ui.theme import theme
from cpdesk.ui.views import GridEdit, GridView, QuestionView
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, column, row
from cpdesk.ui.widgets.choices import ComboBox, Option
from cpdesk.ui.widgets.fields import DateField, NumberField, TextField, normalise_number

Index = QModelIndex | QPersistentModelIndex
_ROW = 32


class GridModel(QAbstractTableModel):
    """Cells of a grid view."""

    edited = Signal(str, object)

    def __init__(self, view: GridView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view

    def show_grid(self, view: GridView) -> None:
        same = len(view.rows) == len(self.view.rows) and len(view.columns) == len(self.view.columns)
        if same:
            self.view = view
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
        else:
            self.beginResetModel()
            self.view = view
            self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.view.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self.view.columns)

    def cell(self, index: Index) -> QuestionView | None:
        return self.view.rows[index.row()][1][index.column()]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index)
        if cell is None:
            return "—" if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            words = {option.code: option.words for option in cell.options}
            value = cell.value or ""
            return " ".join(words.get(code, code) for code in value.split(" ")) if cell.options else value
        if role == Qt.ItemDataRole.EditRole:
            return cell.value or ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.problem or cell.assumed or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{cell.label} {self.data(index)} {cell.problem}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        cell = self.cell(index)
        if cell is None or cell.readonly:
            return False
        new = str(value).strip() or None
        if new != (cell.value or None):
            self.edited.emit(cell.path, new)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        cell = self.cell(index)
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return base if cell is None or cell.readonly else base | Qt.ItemFlag.ItemIsEditable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            question = self.view.columns[section]
            return f"{question.label} {question.unit}".strip()
        return None


class CellDelegate(QStyledItemDelegate):
    """Paints cells and makes their editors."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, GridModel)
        cell = model.cell(index)
        area = QRect(option.rect)  # type: ignore[attr-defined]
        current = self._table.currentIndex() == index
        painter.save()
        bad = cell is not None and bool(cell.problem) and not cell.soft
        painter.fillRect(area, theme().colour("bad_weak" if bad else "weak" if current else "surface"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(area.topRight(), area.bottomRight())
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if bad or current:
            painter.setPen(QPen(theme().colour("bad" if bad else "accent"), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        if bad:
            place = QRectF(area.left() + 8, area.center().y() - 7, 14, 14)
            paint_icon(painter, "alert", theme().colour("bad"), place)
        number = cell is not None and cell.control == "number"
        align = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        painter.setFont(font("body"))
        painter.setPen(theme().colour("bad" if bad else "text3" if cell is None else "text"))
        words = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, area.width() - 20)
        painter.drawText(area.adjusted(11, 0, -11, 0), align | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, GridModel)
        cell = model.cell(index)
        assert cell is not None
        if cell.options:
            combo = ComboBox([Option(each.code, each.words) for each in cell.options], cell.value, parent)
            combo.setMinimumWidth(0)
            combo.chosen.connect(lambda _code: self.commitData.emit(combo))
            return combo
        kinds: dict[str, type[TextField]] = {"number": NumberField, "date": DateField}
        return kinds.get(cell.control, TextField)(cell.value or "", parent=parent)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, TextField):
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        if isinstance(editor, ComboBox):
            model.setData(index, editor.currentData() or "")
        elif isinstance(editor, TextField):
            model.setData(index, editor.normalised(editor.text()))

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect  # type: ignore[attr-defined]
        editor.setGeometry(area.adjusted(0, -2, 0, 2))


class GridTable(QTableView):
    """The cells."""

    row_wanted = Signal()
    row_unwanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        head = GridHeader(self)
        self.setHorizontalHeader(head)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setTabKeyNavigation(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        model = self.model()
        here = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if here.row() == model.rowCount() - 1:
                self.row_wanted.emit()
            else:
                self.setCurrentIndex(model.index(here.row() + 1, here.column()))
        elif control and event.key() == Qt.Key.Key_D and here.row() > 0:
            above = model.index(here.row() - 1, here.column())
            model.setData(here, above.data(Qt.ItemDataRole.EditRole))
        elif control and event.key() == Qt.Key.Key_Minus and here.isValid():
            self.row_unwanted.emit(here.row())
        elif control and event.key() == Qt.Key.Key_V:
            self.paste(QGuiApplication.clipboard().text())
        else:
            super().keyPressEvent(event)

    def paste(self, block: str) -> None:
        """Lay a block copied from a spreadsheet over the cells from the current one on."""
        model, here = self.model(), self.currentIndex()
        assert isinstance(model, GridModel)
        for down, line in enumerate(block.rstrip("\n").split("\n")):
            for right, typed in enumerate(line.rstrip("\r").split("\t")):
                place = model.index(here.row() + down, here.column() + right)
                cell = model.cell(place) if place.isValid() else None
                if cell is None:
                    continue
                codes = {option.words: option.code for option in cell.options}
                value = codes.get(typed.strip(), typed.strip())
                model.setData(place, normalise_number(value) if cell.control == "number" else value)


class GridHeader(QHeaderView):
    """The head of the grid, painted from tokens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFixedHeight(_ROW)

    def paintSection(self, painter: QPainter, rect: QRect, place: int) -> None:
        painter.save()
        painter.fillRect(rect, theme().colour("subtle"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(theme().colour("text2"))
        painter.setFont(font("meta"))
        words = str(self.model().headerData(place, Qt.Orientation.Horizontal))
        model = self.model()
        number = isinstance(model, GridModel) and model.view.columns[place].control == "number"
        align = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, rect.width() - 20)
        painter.drawText(rect.adjusted(11, 0, -11, 0), align | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()


class GridBlock(QWidget):
    """Label, cells, add a row, and the sentence of the first fault."""

    answered = Signal(str, object)
    row_wanted = Signal(str)
    requested = Signal(object)
    moved_on = Signal(str)

    def __init__(self, view: GridView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        stack = column(self, gap=8)
        head = row(gap=6)
        self._number, self._label = Label(view.number, "h3", "text2"), Label(view.label, "h3")
        self._hint = Label(view.hint, "meta", "text2")
        head.addWidget(self._number)
        head.addWidget(self._label)
        head.addStretch(1)
        head.addWidget(self._hint)
        stack.addLayout(head)
        frame = Block("grid", self)  # 4 px corners: the square cells must not cover rounder ones
        inner = column(frame, (2, 2, 2, 2))
        self.table = GridTable(frame)
        self.model = GridModel(view, self)
        self.table.setModel(self.model)
        self.table.row_wanted.connect(lambda: self.row_wanted.emit(self.view.path))
        self.table.row_unwanted.connect(
            lambda place: self.requested.emit(GridEdit(self.view.path, removed=(self.view.rows[place][0],)))
        )
        self.model.edited.connect(self.answered)
        inner.addWidget(self.table)
        foot = row(margins=(4, 2, 8, 2), gap=8)
        self.add_button = Button("", "quiet", "plus", lambda: self.row_wanted.emit(self.view.path))
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        foot.addWidget(Label(text("ui.grid.keys"), "meta", "text3"))
        inner.addLayout(foot)
        stack.addWidget(frame)
        self._problem = IconText("", "bad", "alert")
        stack.addWidget(self._problem)
        self.show_grid(view)

    def show_grid(self, view: GridView) -> None:
        self.view = view
        self.model.show_grid(view)
        self._number.set_words(view.number)
        self._label.set_words(view.label)
        self._hint.set_words(view.hint)
        self.add_button.set_words(view.add_words)
        self.add_button.setVisible(bool(view.add_words))
        self._problem.set_words(view.problem)
        self._problem.setVisible(bool(view.problem))
        self.table.setAccessibleName(f"{view.label}, {tr('ui.grid.rows', n=len(view.rows))}")
        self.table.setFixedHeight(_ROW * (len(view.rows) + 1) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, super().minimumSizeHint().height())

    def focus_editor(self, path: str = "") -> None:
        """Put the cursor into the grid, into the cell of a question when it is one of them."""
        for row_place, (_item, cells) in enumerate(self.view.rows):
            for place, cell in enumerate(cells):
                if cell is not None and path and cell.path == path:
                    self.table.setCurrentIndex(self.model.index(row_place, place))
        self.table.setFocus()

    def current_path(self) -> str:
        """The question whose cell is the current one."""
        here = self.table.currentIndex()
        cell = self.model.cell(here) if here.isValid() else None
        return cell.path if cell is not None else ""

    def commit(self) -> None:
        """Editors in a grid give their value on when they close; nothing waits."""
