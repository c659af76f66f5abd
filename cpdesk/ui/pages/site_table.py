"""The model and the painter of the village list: ids in SQL order, rows fetched by pages of 256 when painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.language import tr
from cpdesk.ui.theme import theme
from cpdesk.ui.views import HouseholdRow
from cpdesk.ui.widgets.bars import paint_progress
from cpdesk.ui.widgets.basic import paint_pill

Index = QModelIndex | QPersistentModelIndex
PAGE: Final = 256
_PAGES_KEPT: Final = 16
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Column(NamedTuple):
    """A column: its name, least width and whether it holds numbers."""

    name: str
    width: int
    number: bool = False


COLUMNS: Final = (
    Column("number", 82),
    Column("name", 176),
    Column("heating", 112),
    Column("status", 100),
    Column("answered", 124),
    Column("area", 74, True),
    Column("heat", 108, True),
    Column("saving", 82, True),
    Column("updated", 84, True),
)


class HouseholdModel(QAbstractTableModel):
    """Knows every id and only the rows that were looked at. `rows_wanted` asks for a page of ids."""

    rows_wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()
        self._places: dict[str, int] = {}
        self._rows: dict[str, HouseholdRow] = {}
        self._pages: OrderedDict[int, None] = OrderedDict()

    def show_ids(self, ids: Sequence[str]) -> None:
        """A new list. Rows that are known already stay known."""
        self.beginResetModel()
        self._ids = tuple(ids)
        self._places = {record: place for place, record in enumerate(self._ids)}
        self._rows = {record: row for record, row in self._rows.items() if record in self._places}
        self._pages.clear()
        self.endResetModel()

    def show_rows(self, rows: Sequence[HouseholdRow]) -> None:
        for row in rows:
            self._rows[row.id] = row
        places = [self._places[row.id] for row in rows if row.id in self._places]
        if places:
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), len(COLUMNS) - 1))

    def forget_all(self) -> None:
        """Ask for every row again as it is painted: the language changed."""
        self.show_ids(self._ids)
        self._rows.clear()

    def known(self) -> frozenset[str]:
        """The rows that are here."""
        return frozenset(self._rows)

    def forget(self, ids: frozenset[str]) -> None:
        """Ask for these rows again; the old ones are shown until the new ones come."""
        wanted = tuple(record for record in ids if record in self._rows)
        if wanted:
            self.rows_wanted.emit(wanted)

    def id_at(self, row: int) -> str:
        return self._ids[row] if 0 <= row < len(self._ids) else ""

    def place(self, record: str) -> int | None:
        """Where a household stands in the list."""
        return self._places.get(record)

    def row(self, place: int) -> HouseholdRow | None:
        """The row at a place, or None while its page is on the way."""
        record = self._ids[place]
        found = self._rows.get(record)
        page = place // PAGE
        if page in self._pages:
            self._pages.move_to_end(page)
        elif found is None:
            self._pages[page] = None
            if len(self._pages) > _PAGES_KEPT:
                oldest, _nothing = self._pages.popitem(last=False)
                for gone in self._ids[oldest * PAGE : (oldest + 1) * PAGE]:
                    self._rows.pop(gone, None)
            self.rows_wanted.emit(self._ids[page * PAGE : (page + 1) * PAGE])
        return found

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) and index.isValid():
            row = self.row(index.row())
            return cell_words(row, COLUMNS[index.column()].name) if row is not None else ""
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(f"ui.households.column.{COLUMNS[section].name}")
        return None


def cell_words(row: HouseholdRow, column: str) -> str:
    """A cell as words; what is not known is —, nought stays 0."""
    match column:
        case "number":
            return row.number
        case "name":
            return row.name
        case "heating":
            return row.heating or "—"
        case "status":
            return row.status.words
        case "answered":
            return "—" if row.answered is None else f"{row.answered:.0%}"
        case "updated":
            return row.updated or "—"
    value = {"area": row.area_m2, "heat": row.heat_kwh_m2, "saving": row.saving_yuan}[column]
    return "—" if value is None else f"{value:,.0f}"


class HouseholdDelegate(QStyledItemDelegate):
    """Paints one cell; two lines in the name column."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = QRect(option.rect)  # type: ignore[attr-defined]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        painter.save()
        painter.fillRect(area, theme().colour("weak" if selected else "surface"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        column = COLUMNS[index.column()]
        if selected and index.column() == 0:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme().colour("accent"))
        model = index.model()
        assert isinstance(model, HouseholdModel)
        row = model.row(index.row())
        if row is None:
            self._paint_waiting(painter, area)
        else:
            self._paint_cell(painter, area, column, row, selected=selected)
        painter.restore()

    def _paint_waiting(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(
            QRect(area.left() + 12, area.center().y() - 4, max(8, area.width() - 40), 8), theme().colour("sunken")
        )

    def _paint_cell(self, painter: QPainter, area: QRect, column: Column, row: HouseholdRow, *, selected: bool) -> None:
        inner = QRectF(area).adjusted(24 if column.name == "number" else 0, 0, -12, 0)
        words = cell_words(row, column.name)
        if column.name == "name":
            _write(painter, QRectF(inner.left(), inner.top() + 4, inner.width(), 19), words, "h3", "text", small=True)
            _write(painter, QRectF(inner.left(), inner.top() + 22, inner.width(), 18), row.address, "meta", "text2")
        elif column.name == "status":
            paint_pill(painter, inner, words, row.status.tone, row.status.icon, on_selected=selected)
        elif column.name == "answered":
            if row.answered is None:
                _write(painter, inner, words, "table", "text3")
                return
            _write(painter, QRectF(inner.left(), inner.top(), 40, inner.height()), words, "table", "text")
            bar = QRectF(inner.left() + 44, inner.center().y() - 2, inner.width() - 44, 4)
            paint_progress(painter, bar, row.answered, track="line2" if selected else "sunken")
        else:
            quiet = words == "—" or column.name == "updated"
            ink = "text3" if words == "—" else "text2" if quiet or column.name in ("number", "heating") else "text"
            _write(painter, inner, words, "table", ink, _RIGHT if column.number else _LEFT)


def _write(
    painter: QPainter,
    area: QRectF,
    words: str,
    style: str,
    colour: str,
    align: Qt.AlignmentFlag = _LEFT,
    *,
    small: bool = False,
) -> None:
    painter.setFont(font("table", bold=True) if small else font(style))
    painter.setPen(theme().colour(colour))
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(area.width()) + 1)
    painter.drawText(area, align, shown)


class TableHead(QHeaderView):
    """Column heads in 12 px on `subtle`, over and under a hairline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFixedHeight(36)
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(24)
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)

    def paintSection(self, painter: QPainter, rect: QRect, place: int) -> None:
        painter.save()
        painter.fillRect(rect, theme().colour("subtle"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(rect.topLeft(), rect.topRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        column = COLUMNS[place]
        inner = QRectF(rect).adjusted(24 if column.name == "number" else 0, 0, -12, 0)
        words = str(self.model().headerData(place, Qt.Orientation.Horizontal))
        _write(painter, inner, words, "meta", "text2", _RIGHT if column.number else _LEFT)
        painter.restore()
