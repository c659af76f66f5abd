"""The table of a list of sites: ids in SQL order, rows fetched by pages of 256 when painted, marks for batch work."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPalette, QResizeEvent
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
from cpdesk.ui.language import tr
from cpdesk.ui.pages.site_columns import COLUMNS, Column, fitting
from cpdesk.ui.site_views import SiteRow
from cpdesk.ui.theme import ROW, theme
from cpdesk.ui.widgets.bars import paint_progress
from cpdesk.ui.widgets.basic import paint_check, paint_pill

Index = QModelIndex | QPersistentModelIndex
PAGE: Final = 256
_PAGES_KEPT: Final = 16
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CHECK: Final = 17
_CHECK_LEFT: Final = 24
_AFTER_CHECK: Final = 50
_GAP: Final = 12


class SiteModel(QAbstractTableModel):
    """Knows every id and only the rows that were looked at. `rows_wanted` asks for a page of ids.

    Marked rows are those a batch is for; marks of rows that leave the list are lost, so that nothing is changed that a
    person does not see. `columns` are those of the kind of site that is listed.
    """

    rows_wanted = Signal(object)
    marks_changed = Signal()

    def __init__(self, parent: QObject | None = None, kind: str = "household") -> None:
        super().__init__(parent)
        self.columns = COLUMNS[kind]
        self.marked: set[str] = set()
        self._ids: tuple[str, ...] = ()
        self._places: dict[str, int] = {}
        self._rows: dict[str, SiteRow] = {}
        self._pages: OrderedDict[int, None] = OrderedDict()

    def show_ids(self, ids: Sequence[str], kind: str | None = None) -> None:
        """A new list. Rows that are known already stay known."""
        self.beginResetModel()
        if kind is not None:
            self.columns = COLUMNS[kind]
        self._ids = tuple(ids)
        self._places = {record: place for place, record in enumerate(self._ids)}
        self._rows = {record: row for record, row in self._rows.items() if record in self._places}
        self._pages.clear()
        self.marked &= self._places.keys()
        self.endResetModel()
        self.marks_changed.emit()

    def show_rows(self, rows: Sequence[SiteRow]) -> None:
        for row in rows:
            self._rows[row.id] = row
        places = [self._places[row.id] for row in rows if row.id in self._places]
        if places:
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), len(self.columns) - 1))

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

    def ids(self) -> tuple[str, ...]:
        """All sites of the list, in its order."""
        return self._ids

    def id_at(self, row: int) -> str:
        return self._ids[row] if 0 <= row < len(self._ids) else ""

    def place(self, record: str) -> int | None:
        """Where a site stands in the list."""
        return self._places.get(record)

    def row(self, place: int) -> SiteRow | None:
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

    # marks ----------------------------------------------------------------------------------------------------------

    def toggle(self, place: int) -> None:
        """Mark a row, or take its mark away."""
        record = self.id_at(place)
        if record:
            self.marked ^= {record}
            self._marks_moved(place, place)

    def mark_all(self, *, marked: bool) -> None:
        """Mark every row of the list, or none."""
        self.marked = set(self._ids) if marked else set()
        self._marks_moved(0, len(self._ids) - 1)

    def marked_ids(self) -> tuple[str, ...]:
        """The marked rows in the order of the list."""
        return tuple(record for record in self._ids if record in self.marked) if self.marked else ()

    def _marks_moved(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, 0))
        self.marks_changed.emit()

    # what Qt asks ---------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) and index.isValid():
            row = self.row(index.row())
            return cell_words(row, self.columns[index.column()].name) if row is not None else ""
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(f"ui.sites.column.{self.columns[section].name}")
        return None


def cell_words(row: SiteRow, column: str) -> str:
    """A cell as words; what is not known is —, nought stays 0."""
    match column:
        case "number":
            return row.number
        case "name":
            return row.name or "—"
        case "status":
            return row.status.words
        case "answered":
            return "—" if row.answered is None else f"{row.answered:.0%}"
        case "updated":
            return row.updated or "—"
    return row.cells.get(column) or "—"


class SiteTable(QTableView):
    """The rows. Enter opens, Space marks, Ctrl A marks all, Shift+F10 or the right button shows the menu, → opens the
    preview drawer; letters go to the search."""

    opened = Signal(str)
    menu_wanted = Signal(str)
    drawer_wanted = Signal()
    search_wanted = Signal(str)

    def __init__(self, model: SiteModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sites = model
        self.setModel(model)
        self.setItemDelegate(SiteDelegate(self))
        self.setHorizontalHeader(TableHead(self))
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setMinimumSectionSize(ROW)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.doubleClicked.connect(self._open)
        model.modelReset.connect(self.share_width)

    def current_id(self) -> str:
        index = self.currentIndex()
        return self.sites.id_at(index.row()) if index.isValid() else ""

    def open_current(self) -> None:
        """As Enter does."""
        self._open(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Space:
            self.sites.toggle(self.currentIndex().row())
        elif control and event.key() == Qt.Key.Key_A:
            self.sites.mark_all(marked=len(self.sites.marked) < self.sites.rowCount())
        elif event.key() == Qt.Key.Key_Escape and self.sites.marked:
            self.sites.mark_all(marked=False)
        elif event.key() == Qt.Key.Key_Right:
            self.drawer_wanted.emit()
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.menu_wanted.emit(self.current_id())
        elif event.text().strip() and not control:
            self.search_wanted.emit(event.text())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        on_check = index.isValid() and index.column() == 0 and event.position().x() < _AFTER_CHECK
        super().mousePressEvent(event)
        if on_check and event.button() == Qt.MouseButton.LeftButton:
            self.sites.toggle(index.row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share_width()

    def share_width(self) -> None:
        """Hide what does not fit and let the columns that may grow take what is left."""
        width = self.viewport().width()
        columns = self.sites.columns
        shown = fitting(columns, width)
        spare = max(0, width - sum(item.width for item in shown))
        total = sum(item.grow for item in shown) or 1.0
        for place, item in enumerate(columns):
            self.setColumnHidden(place, item not in shown)
            self.setColumnWidth(place, item.width + int(spare * item.grow / total))

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.sites.id_at(index.row()))


class SiteDelegate(QStyledItemDelegate):
    """Paints one cell; two lines in the name column."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = QRect(option.rect)  # type: ignore[attr-defined]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        painter.save()
        painter.fillRect(area, theme().colour("weak" if selected else "surface"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        model = index.model()
        assert isinstance(model, SiteModel)
        column = model.columns[index.column()]
        if index.column() == 0:
            if selected:
                painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme().colour("accent"))
            box = QRectF(area.left() + _CHECK_LEFT, area.center().y() - _CHECK / 2, _CHECK, _CHECK)
            paint_check(painter, box, checked=model.id_at(index.row()) in model.marked)
        row = model.row(index.row())
        if row is None:
            self._paint_waiting(painter, area.adjusted(_AFTER_CHECK - 12 if index.column() == 0 else 0, 0, 0, 0))
        else:
            self._paint_cell(painter, area.adjusted(_gap_before(model, index.column()), 0, 0, 0), column, row, selected)
        painter.restore()

    def _paint_waiting(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(
            QRect(area.left() + 12, area.center().y() - 4, max(8, area.width() - 40), 8), theme().colour("sunken")
        )

    def _paint_cell(self, painter: QPainter, area: QRect, column: Column, row: SiteRow, selected: bool) -> None:
        inner = QRectF(area).adjusted(_AFTER_CHECK if column.name == "number" else 0, 0, -12, 0)
        words = cell_words(row, column.name)
        if column.name == "name":
            _write(painter, QRectF(inner.left(), inner.top() + 4, inner.width(), 19), words, "h3", "text", small=True)
            _write(painter, QRectF(inner.left(), inner.top() + 22, inner.width(), 18), row.address, "meta", "text2")
        elif column.name == "status":
            paint_pill(painter, inner, words, row.status.tone, row.status.icon, on_selected=selected)
        elif column.name == "grade" and words in "12345":
            paint_grade(painter, QRectF(inner.left(), inner.center().y() - 10, 26, 20), words)
        elif column.name == "answered":
            if row.answered is None:
                _write(painter, inner, words, "table", "text3")
                return
            _write(painter, QRectF(inner.left(), inner.top(), 40, inner.height()), words, "table", "text")
            bar = QRectF(inner.left() + 44, inner.center().y() - 2, inner.width() - 44, 4)
            paint_progress(painter, bar, row.answered, track="line2" if selected else "sunken")
        else:
            quiet = column.name in ("number", "heating", "updated", "last_visit")
            ink = "text3" if words == "—" else "text2" if quiet else "text"
            _write(painter, inner, words, "table", ink, _RIGHT if column.number else _LEFT)


def _gap_before(model: SiteModel, place: int) -> int:
    """Words behind a column of figures stand off from them."""
    return _GAP if place and model.columns[place - 1].number and not model.columns[place].number else 0


def paint_grade(painter: QPainter, area: QRectF, grade: str) -> None:
    """A grade 1–5 of condition: its numeral on its colour, in the ink that stands out more."""
    ground = theme().colour(f"grade{grade}")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(area, 4, 4)
    inks = [theme().colour(name) for name in ("text", "bg")]
    painter.setPen(max(inks, key=lambda ink: _contrast(ink, ground)))
    painter.setFont(font("table", bold=True))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, grade)
    painter.restore()


def _contrast(one: QColor, other: QColor) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    """Relative luminance of WCAG 2."""
    red, green, blue = (_linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)


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
        model = self.model()
        assert isinstance(model, SiteModel)
        column = model.columns[place]
        left = _AFTER_CHECK if column.name == "number" else _gap_before(model, place)
        inner = QRectF(rect).adjusted(left, 0, -12, 0)
        words = str(model.headerData(place, Qt.Orientation.Horizontal))
        _write(painter, inner, words, "meta", "text2", _RIGHT if column.number else _LEFT)
        painter.restore()
