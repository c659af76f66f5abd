"""The cells of a repeat for a table: what each shows, and how one is painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionViewItem, QWidget

from cpdesk.ui.fonts import font, width_px
from cpdesk.ui.icons import paint_icon
from cpdesk.ui.language import tr
from cpdesk.ui.theme import theme
from cpdesk.ui.views import GridView, QuestionView

Index = QModelIndex | QPersistentModelIndex
ROW: Final = 32
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FIXED: Final = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_EDITABLE: Final = _FIXED | Qt.ItemFlag.ItemIsEditable
_MEASURED_ROWS: Final = 14
_ROWS_APART: Final = 4
"""More changed rows than these are painted in one go."""
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class GridModel(QAbstractTableModel):
    """Cells of a grid view. `edited` carries the path of a question and its new value."""

    edited = Signal(str, object)

    def __init__(self, view: GridView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view

    def show_grid(self, view: GridView) -> None:
        """Show other cells; rows that were added or taken away in one place keep selection and scrolling."""
        old, new = [item for item, _ in self.view.rows], [item for item, _ in view.rows]
        shown, columns = dict(self.view.rows), self.view.columns
        if len(view.columns) != len(self.view.columns):
            self.beginResetModel()
            self.view = view
            self.endResetModel()
            return
        head = 0
        while head < min(len(old), len(new)) and old[head] == new[head]:
            head += 1
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        gone, come = len(old) - head - tail, len(new) - head - tail
        none = QModelIndex()
        if gone > come:
            self.beginRemoveRows(none, head + come, head + gone - 1)
            self.view = view
            self.endRemoveRows()
        elif come > gone:
            self.beginInsertRows(none, head + gone, head + come - 1)
            self.view = view
            self.endInsertRows()
        else:
            self.view = view
        self._tell_changes(shown)
        if view.columns != columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(view.columns) - 1))

    def _tell_changes(self, shown: dict[str, Sequence[QuestionView | None]]) -> None:
        """Have those cells painted anew that differ from what was shown; all when many rows were touched."""
        rows = enumerate(self.view.rows)
        changed = [(place, cells, shown[item]) for place, (item, cells) in rows if cells is not shown.get(item, cells)]
        if len(changed) > _ROWS_APART:  # comparing would make all their cells
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.view.rows) - 1, len(self.view.columns) - 1))
            return
        for place, cells, before in changed:
            for at, cell in enumerate(cells):
                if cell != before[at]:
                    self.dataChanged.emit(self.index(place, at), self.index(place, at))

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.view.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self.view.columns)

    def cell(self, index: Index) -> QuestionView | None:
        """The question of a cell; None where it is not asked."""
        return self.view.rows[index.row()][1][index.column()]

    def words(self, index: Index) -> str:
        """What a cell shows and what copying takes."""
        cell = self.cell(index)
        return cell_words(cell) if cell is not None else ""

    def width_px(self, column: int) -> float:
        """Width that the head and the first rows of a column want."""
        head = width_px(str(self.headerData(column, Qt.Orientation.Horizontal)), "meta")
        shown = (cells[column] for _item, cells in self.view.rows[:_MEASURED_ROWS])
        return max(head, *(width_px(cell_words(cell), "body") for cell in shown if cell is not None), 0.0) + 24

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(index)
        if role not in (Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        cell = self.cell(index)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            head = self.view.columns[index.column()].label
            return " ".join(part for part in (head, self.words(index), *(_said(cell) if cell else ())) if part)
        if cell is None:
            return None
        if role == Qt.ItemDataRole.EditRole:
            return cell.value or ""
        return cell.problem or cell.default or cell.assumed or None

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
        return _FIXED if cell is None or cell.readonly else _EDITABLE

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if not 0 <= section < len(self.view.columns):
            return None
        question = self.view.columns[section]
        head = f"{question.label} {question.unit}".strip()
        return f"{head}\n{question.hint}".strip() if role == Qt.ItemDataRole.ToolTipRole else head


def _said(cell: QuestionView) -> tuple[str, str]:
    return cell.problem, cell.default


def cell_words(cell: QuestionView) -> str:
    """The answer of a cell as a person reads it: the words of a choice, the text of anything else."""
    if not cell.options or not cell.value:
        return cell.value or ""
    words = {option.code: option.words for option in cell.options}
    codes = cell.value.split(" ") if cell.control in ("multi", "checklist") else [cell.value]
    return tr("ui.list_separator").join(words.get(code, code) for code in codes)


def paint_cell(painter: QPainter, option: QStyleOptionViewItem, model: GridModel, index: Index, *, here: bool) -> None:
    """Draw one cell: hatched where it is not asked, red with a mark where it is wrong, amber where the
    form filled it in, framed where the cursor is."""
    cell = model.cell(index)
    area = QRect(option.rect)  # type: ignore[attr-defined]
    state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
    bad = cell is not None and bool(cell.problem) and not cell.soft
    doubt = cell is not None and bool(cell.problem) and cell.soft
    selected = bool(state & QStyle.StateFlag.State_Selected)
    painter.save()
    ground = "bad_weak" if bad else "warn_weak" if doubt else "weak" if selected or here else "surface"
    painter.fillRect(area, theme().colour(ground))
    if cell is None:
        painter.fillRect(area, theme().colour("sunken"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("line2"))
        brush = painter.brush()
        brush.setStyle(Qt.BrushStyle.BDiagPattern)
        painter.fillRect(area, brush)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(theme().colour("line"))
    painter.drawLine(area.topRight(), area.bottomRight())
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    if bad or here:
        painter.setPen(QPen(theme().colour("bad" if bad else "accent"), 2))
        painter.drawRect(area.adjusted(1, 1, -1, -1))
    if cell is not None:
        _paint_words(painter, area, cell, bad=bad, doubt=doubt)
    painter.restore()


def _paint_words(painter: QPainter, area: QRect, cell: QuestionView, *, bad: bool, doubt: bool) -> None:
    if bad or doubt:
        place = QRectF(area.left() + 8, area.center().y() - 7, 14, 14)
        paint_icon(painter, "alert" if bad else "warning", theme().colour("bad" if bad else "warn"), place)
    painter.setFont(font("body"))
    ink = "bad" if bad else "warn" if cell.default else "text2" if cell.readonly else "text"
    painter.setPen(theme().colour(ink))
    inner = area.adjusted(26 if bad or doubt else 11, 0, -11, 0)
    words = painter.fontMetrics().elidedText(cell_words(cell), Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, _RIGHT if cell.control == "number" else _LEFT, words)


class GridHeader(QHeaderView):
    """The head of the grid, painted from tokens: labels with units, or the numbers of the rows."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        if orientation == Qt.Orientation.Horizontal:
            self.setFixedHeight(ROW)
        else:
            self.setFixedWidth(40)
            self.setDefaultSectionSize(ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The head of the first column stays with it when the others scroll sideways."""
        super().paintEvent(event)
        table = self.parent()
        frozen_px = getattr(table, "frozen_px", None)
        if self.orientation() == Qt.Orientation.Horizontal and frozen_px is not None and frozen_px():
            painter = QPainter(self.viewport())
            self.paintSection(painter, QRect(0, 0, frozen_px(), self.height()), 0)
            painter.end()

    def paintSection(self, painter: QPainter, rect: QRect, place: int) -> None:
        painter.save()
        painter.fillRect(rect, theme().colour("subtle"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.setPen(theme().colour("text2"))
        painter.setFont(font("meta"))
        words = str(self.model().headerData(place, self.orientation()) or "")
        model = self.model()
        align = _RIGHT
        if self.orientation() == Qt.Orientation.Horizontal and isinstance(model, GridModel):
            align = _RIGHT if model.view.columns[place].control == "number" else _LEFT
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, rect.width() - 20)
        painter.drawText(rect.adjusted(10, 0, -10, 0), align, shown)
        painter.restore()
