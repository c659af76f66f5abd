"""住户: find a household in two keystrokes, see how it stands, open it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QStackedWidget, QTableView, QWidget

from cpdesk.ui.actions import install
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.household_preview import PreviewPane
from cpdesk.ui.pages.household_table import COLUMNS, HouseholdDelegate, HouseholdModel, TableHead
from cpdesk.ui.theme import ROW
from cpdesk.ui.views import HouseholdList, HouseholdPreview, HouseholdQuery, HouseholdRow
from cpdesk.ui.widgets.basic import Block, Button, Label, column, row
from cpdesk.ui.widgets.choices import Flow
from cpdesk.ui.widgets.fields import SearchField

_DRAWER = 1280
_PREVIEW_DELAY_MS = 80


class HouseholdTable(QTableView):
    """The rows. Enter opens, Shift+F10 or the right button shows the menu, → opens the preview drawer."""

    opened = Signal(str)
    menu_wanted = Signal(str)
    drawer_wanted = Signal()
    search_wanted = Signal(str)

    def __init__(self, model: HouseholdModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(HouseholdDelegate(self))
        head = TableHead(self)
        self.setHorizontalHeader(head)
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

    def current_id(self) -> str:
        model = self.model()
        assert isinstance(model, HouseholdModel)
        index = self.currentIndex()
        return model.id_at(index.row()) if index.isValid() else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Right:
            self.drawer_wanted.emit()
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.menu_wanted.emit(self.current_id())
        elif event.text().strip() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.search_wanted.emit(event.text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share_width()

    def share_width(self) -> None:
        """Hide what does not fit (更新, 年省, 现有采暖 in this order) and let the name take what is left."""
        width = self.viewport().width()
        shown = list(COLUMNS)
        for droppable in ("updated", "saving", "heating", "heat"):
            if sum(item.width for item in shown) <= width:
                break
            shown = [item for item in shown if item.name != droppable]
        spare = max(0, width - sum(item.width for item in shown))
        for place, item in enumerate(COLUMNS):
            self.setColumnHidden(place, item not in shown)
            grows = {"name": 0.5, "heating": 0.3, "answered": 0.2}
            total = sum(grows.get(each.name, 0) for each in shown) or 1
            self.setColumnWidth(place, item.width + int(spare * grows.get(item.name, 0) / total))

    def _open(self, index: QModelIndex) -> None:
        model = self.model()
        assert isinstance(model, HouseholdModel)
        if index.isValid():
            self.opened.emit(model.id_at(index.row()))


class HouseholdsPage(QWidget):
    """The village list. `query_changed`, `rows_wanted` and `preview_wanted` ask; `show_*` answer."""

    query_changed = Signal(object)
    rows_wanted = Signal(object)
    preview_wanted = Signal(str)
    opened = Signal(str)
    report_wanted = Signal(str)
    new_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal()
    undo_wanted = Signal(str)
    redo_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query = HouseholdQuery()
        self._chips: dict[str, Button] = {}
        line = row(self)
        line.addWidget(self._make_list(), 1)
        self.preview = PreviewPane(self)
        self.preview.open_wanted.connect(self.opened)
        self.preview.report_wanted.connect(self.report_wanted)
        line.addWidget(self.preview)
        self.new_button = Button(text("ui.households.new"), "secondary", "plus", self.new_wanted.emit)
        self._preview_timer = QTimer(self)
        self._preview_timer.setSingleShot(True)
        self._preview_timer.setInterval(_PREVIEW_DELAY_MS)
        self._preview_timer.timeout.connect(self._ask_preview)
        handlers = {
            "households.search": self._focus_search,
            "households.new": self.new_wanted.emit,
            "households.undo": lambda: self.undo_wanted.emit(self.table.current_id()),
            "households.redo": lambda: self.redo_wanted.emit(self.table.current_id()),
        }
        install(self, "households", handlers)

    def minimumSizeHint(self) -> QSize:
        return QSize(720, 420)

    # what it shows --------------------------------------------------------------------------------------------------

    def show_list(self, answer: HouseholdList) -> None:
        """A new list: ids and counts. The selection stays on the same household when it is still there."""
        kept = self.table.current_id()
        self.model.show_ids(answer.ids)
        self._show_chips(answer)
        self.count.set_words(text("ui.households.count", n=len(answer.ids)))
        self._stack.setCurrentIndex(0 if answer.ids else 1)
        searching = bool(answer.query.search or answer.query.status)
        self._empty_words.set_words(text("ui.households.nothing_found" if searching else "ui.households.empty"))
        self._empty_action.setVisible(not searching)
        place = answer.ids.index(kept) if kept in answer.ids else 0
        if answer.ids:
            self.table.selectRow(place)
        else:
            self.preview.show_nothing()
        self.preview.setVisible(bool(answer.ids) and self.width() + 72 >= _DRAWER)
        self._show_position()

    def show_rows(self, rows: Sequence[HouseholdRow]) -> None:
        self.model.show_rows(rows)

    def show_preview(self, preview: HouseholdPreview) -> None:
        if preview.id == self.table.current_id():
            self.preview.show_household(preview)

    def query(self) -> HouseholdQuery:
        return self._query

    def forget_rows(self, ids: frozenset[str] | None) -> None:
        """Rows that changed elsewhere (None: all): asked for again when they are painted."""
        ids = self.model.known() if ids is None else ids
        self.model.forget(ids)
        if self.table.current_id() in ids:
            self._preview_timer.start()

    # how it is made -------------------------------------------------------------------------------------------------

    def _make_list(self) -> QWidget:
        pane = Block("surface", self)
        stack = column(pane)
        top = column(margins=(24, 14, 20, 12), gap=12)
        line = row(gap=12)
        self.search = SearchField(text("ui.households.search"))
        self.search.searched.connect(self._searched)
        self.search.installEventFilter(self)
        line.addWidget(self.search, 1)
        self.count = Label("", "h3")
        line.addWidget(self.count)
        line.addWidget(Button(text("ui.households.import_short"), "secondary", "folder", self.import_wanted.emit))
        line.addWidget(Button(text("ui.households.export"), "secondary", "report", self.export_wanted.emit))
        top.addLayout(line)
        self.chips = Flow(8)
        top.addWidget(self.chips)
        stack.addLayout(top)
        self.model = HouseholdModel(self)
        self.model.rows_wanted.connect(self.rows_wanted)
        self.table = HouseholdTable(self.model, pane)
        self.table.setAccessibleName(tr("ui.rail.households"))
        self.table.opened.connect(self.opened)
        self.table.menu_wanted.connect(self._show_menu)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(lambda _where: self._show_menu(self.table.current_id()))
        self.table.drawer_wanted.connect(lambda: self.preview.setVisible(True))
        self.table.search_wanted.connect(self._type_in_search)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.verticalScrollBar().valueChanged.connect(lambda _value: self._show_position())
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._make_empty())
        stack.addWidget(self._stack, 1)
        foot = Block("foot")
        foot.setFixedHeight(35)
        foot_line = row(foot, (24, 0, 20, 0), 12)
        self._position = Label("", "meta", "text2")
        foot_line.addWidget(self._position)
        foot_line.addStretch(1)
        foot_line.addWidget(Label(text("ui.households.keys"), "meta", "text3"))
        stack.addWidget(foot)
        return pane

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        stack = column(empty, (24, 48, 24, 24), 16)
        self._empty_words = Label("", "body", "text2", wrap=True)
        self._empty_words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        stack.addWidget(self._empty_words)
        self._empty_action = QWidget()
        line = row(self._empty_action, gap=8)
        line.addStretch(1)
        line.addWidget(Button(text("ui.households.import"), "secondary", "folder", self.import_wanted.emit))
        line.addWidget(Button(text("ui.households.new"), "primary", "plus", self.new_wanted.emit))
        line.addStretch(1)
        stack.addWidget(self._empty_action)
        stack.addStretch(1)
        return empty

    # what happens ---------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.table.setFocus()
                self.table.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.text() == self._query.search:
                self.table._open(self.table.currentIndex())
                return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.preview.setVisible(self.model.rowCount() > 0 and self.width() + 72 >= _DRAWER)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_position()

    def focus_first(self) -> None:
        self.search.setFocus()

    def _searched(self, words: str) -> None:
        self._ask(HouseholdQuery(words, self._query.status))

    def _ask(self, query: HouseholdQuery) -> None:
        if query != self._query:
            self._query = query
            self.query_changed.emit(query)

    def _show_chips(self, answer: HouseholdList) -> None:
        if list(self._chips) != [chip.code for chip in answer.chips]:
            for old in self._chips.values():
                self.chips.flow.removeWidget(old)
                old.deleteLater()
            self._chips = {chip.code: self._make_chip(chip.code) for chip in answer.chips}
        for chip in answer.chips:
            button = self._chips[chip.code]
            button.set_words(f"{chip.words} {chip.count:,}")
            button.setChecked(chip.code == answer.query.status)

    def _make_chip(self, code: str) -> Button:
        button = Button("", "chip", on_click=lambda: self._chip_pressed(code), parent=self.chips)
        button.setCheckable(True)
        self.chips.add(button)
        button.show()
        return button

    def _chip_pressed(self, code: str) -> None:
        status = "" if code == self._query.status else code
        for other, button in self._chips.items():
            button.setChecked(other == status)
        self._ask(HouseholdQuery(self._query.search, status))

    def _selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self._preview_timer.start()

    def _ask_preview(self) -> None:
        chosen = self.table.current_id()
        if chosen:
            self.preview_wanted.emit(chosen)

    def _show_position(self) -> None:
        total = self.model.rowCount()
        first = self.table.rowAt(0)
        last = self.table.rowAt(self.table.viewport().height() - 1)
        last = total - 1 if last < 0 else last
        words = (
            tr("ui.households.position", first=first + 1, last=last + 1, total=total) if total and first >= 0 else ""
        )
        self._position.set_words(words)

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _type_in_search(self, typed: str) -> None:
        self.search.setFocus()
        self.search.setText(typed)

    def _show_menu(self, record_id: str) -> None:
        if not record_id:
            return
        menu = QMenu(self)
        entries: list[tuple[str, Callable[[], object]]] = [
            ("ui.households.open", lambda: self.opened.emit(record_id)),
            ("ui.households.report", lambda: self.report_wanted.emit(record_id)),
        ]
        for key, do in entries:
            menu.addAction(tr(key)).triggered.connect(lambda _checked=False, do=do: do())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(self.table.visualRect(self.table.currentIndex()).center()))
