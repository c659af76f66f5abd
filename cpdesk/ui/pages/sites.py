"""A list of sites: find one in two keystrokes, see how it stands, open it. Homes, communities and the network each
have one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QEvent, QItemSelection, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QWidget

from cpdesk.ui.actions import install
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.site_filters import FilterLine, KindTabs
from cpdesk.ui.pages.site_preview import PreviewPane
from cpdesk.ui.pages.site_table import SiteModel, SiteTable
from cpdesk.ui.site_views import ListQuery, SiteList, SitePreview, SiteRow
from cpdesk.ui.widgets.basic import Block, Button, Label, column, row
from cpdesk.ui.widgets.fields import SearchField

_DRAWER: Final = 1280
_PREVIEW_DELAY_MS: Final = 80
BATCH_WORK: Final = ("edit", "check", "export", "import", "forms", "history")
"""What the menu of batch work offers, in its order."""


@dataclass(frozen=True, slots=True)
class ListKind:
    """What makes one list of sites different from another.

    Attributes:
        name: of the page, and the end of its texts' keys.
        kinds: of the sites it lists; tabs where there are several.
        reports: whether its sites have a report and a ledger.
    """

    name: str
    kinds: tuple[str, ...]
    reports: bool = False


HOMES: Final = ListKind("households", ("household",), reports=True)
COMMUNITIES: Final = ListKind("communities", ("community",))
NETWORK: Final = ListKind("network", ("segment", "well", "component", "substation"))
_Handlers = list[tuple[str, Callable[[], object]]]


class SitesPage(QWidget):
    """A list. `query_changed`, `rows_wanted` and `preview_wanted` ask; `show_*` answer."""

    query_changed = Signal(object)
    rows_wanted = Signal(object)
    preview_wanted = Signal(str)
    opened = Signal(str)
    survey_wanted = Signal(str)
    report_wanted = Signal(str)
    new_wanted = Signal()
    import_wanted = Signal()
    template_wanted = Signal()
    export_wanted = Signal()
    batch_wanted = Signal(str)
    undo_wanted = Signal(str)
    redo_wanted = Signal(str)

    def __init__(self, kind: ListKind = HOMES, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._query = ListQuery(kind=kind.kinds[0] if len(kind.kinds) > 1 else "")
        line = row(self)
        line.addWidget(self._make_list(), 1)
        self.preview = PreviewPane(self)
        self.preview.open_wanted.connect(self.opened)
        self.preview.report_wanted.connect(self.report_wanted)
        line.addWidget(self.preview)
        self.new_button = Button(text(f"ui.sites.new.{kind.name}"), "secondary", "plus", self.new_wanted.emit)
        self._preview_timer = QTimer(self)
        self._preview_timer.setSingleShot(True)
        self._preview_timer.setInterval(_PREVIEW_DELAY_MS)
        self._preview_timer.timeout.connect(self._ask_preview)
        handlers = {
            "sites.search": self._focus_search,
            "sites.new": self.new_wanted.emit,
            "sites.batch": self._show_batch_menu,
            "sites.undo": lambda: self.undo_wanted.emit(self.table.current_id()),
            "sites.redo": lambda: self.redo_wanted.emit(self.table.current_id()),
        }
        install(self, "sites", handlers)

    def minimumSizeHint(self) -> QSize:
        return QSize(720, 420)

    # what it shows --------------------------------------------------------------------------------------------------

    def show_list(self, answer: SiteList) -> None:
        """A new list: ids and counts. The selection stays on the same site when it is still there."""
        kept = self.table.current_id()
        self.model.show_ids(answer.ids, answer.query.kind or self.kind.kinds[0])
        self.filters.show_list(answer)
        if self.tabs is not None:
            self.tabs.show_counts(answer.kinds, answer.query.kind)
        self.count.set_words(text(f"ui.sites.count.{self.kind.name}", n=len(answer.ids)))
        self._stack.setCurrentIndex(0 if answer.ids else 1)
        query = answer.query
        searching = bool(query.search or query.status or query.place or query.township)
        self._empty_words.set_words(
            text(f"ui.sites.nothing_found.{self.kind.name}" if searching else f"ui.sites.empty.{self.kind.name}")
        )
        self._empty_action.setVisible(not searching)
        place = answer.ids.index(kept) if kept in answer.ids else 0
        if answer.ids:
            self.table.selectRow(place)
        else:
            self.preview.show_nothing()
        self.preview.setVisible(bool(answer.ids) and self.width() + 72 >= _DRAWER)
        self._show_position()

    def show_rows(self, rows: Sequence[SiteRow]) -> None:
        self.model.show_rows(rows)

    def show_preview(self, preview: SitePreview) -> None:
        if preview.id == self.table.current_id():
            self.preview.show_site(preview)

    def query(self) -> ListQuery:
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
        top.addLayout(self._make_tools())
        self.tabs: KindTabs | None = None
        if len(self.kind.kinds) > 1:
            self.tabs = KindTabs(self.kind.kinds)
            self.tabs.chosen.connect(lambda kind: self._ask(replace(self._query, kind=kind, status="")))
            top.addWidget(self.tabs)
        self.filters = FilterLine(f"ui.sites.place.{self.kind.name}")
        self.filters.query = self._query
        self.filters.asked.connect(self._ask)
        self.filters.survey_wanted.connect(self.survey_wanted)
        top.addWidget(self.filters)
        stack.addLayout(top)
        self._make_table(pane)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._make_empty())
        stack.addWidget(self._stack, 1)
        foot = Block("foot")
        foot.setFixedHeight(35)
        foot_line = row(foot, (24, 0, 20, 0), 12)
        self._position = Label("", "meta", "text2")
        foot_line.addWidget(self._position)
        self._marked = Label("", "meta", "accent")
        foot_line.addWidget(self._marked)
        foot_line.addStretch(1)
        foot_line.addWidget(Label(text("ui.sites.keys"), "meta", "text3"))
        stack.addWidget(foot)
        return pane

    def _make_tools(self) -> QHBoxLayout:
        line = row(gap=12)
        self.search = SearchField(text(f"ui.sites.search.{self.kind.name}"))
        self.search.searched.connect(lambda words: self._ask(replace(self._query, search=words)))
        self.search.installEventFilter(self)
        line.addWidget(self.search, 1)
        self.count = Label("", "h3")
        line.addWidget(self.count)
        self.import_button = Button(text("ui.sites.import"), "secondary", "folder", self._show_import_menu)
        line.addWidget(self.import_button)
        if self.kind.reports:
            line.addWidget(Button(text("ui.households.export"), "secondary", "report", self.export_wanted.emit))
        self.batch_button = Button(text("ui.sites.batch"), "secondary", "copy", self._show_batch_menu)
        line.addWidget(self.batch_button)
        return line

    def _make_table(self, pane: QWidget) -> None:
        self.model = SiteModel(self, self.kind.kinds[0])
        self.model.rows_wanted.connect(self.rows_wanted)
        self.model.marks_changed.connect(self._show_marked)
        self.table = SiteTable(self.model, pane)
        self.table.setAccessibleName(tr(f"ui.rail.{self.kind.name}"))
        self.table.opened.connect(self.opened)
        self.table.menu_wanted.connect(self._show_menu)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(lambda _where: self._show_menu(self.table.current_id()))
        self.table.drawer_wanted.connect(lambda: self.preview.setVisible(True))
        self.table.search_wanted.connect(self._type_in_search)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.verticalScrollBar().valueChanged.connect(lambda _value: self._show_position())

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        stack = column(empty, (24, 48, 24, 24), 16)
        self._empty_words = Label("", "body", "text2", wrap=True)
        self._empty_words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        stack.addWidget(self._empty_words)
        self._empty_action = QWidget()
        line = row(self._empty_action, gap=8)
        line.addStretch(1)
        line.addWidget(Button(text("ui.sites.template"), "quiet", "download", self.template_wanted.emit))
        line.addWidget(Button(text("ui.sites.import_from"), "secondary", "folder", self.import_wanted.emit))
        line.addWidget(Button(text(f"ui.sites.new.{self.kind.name}"), "primary", "plus", self.new_wanted.emit))
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
                self.table.open_current()
                return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.preview.setVisible(self.model.rowCount() > 0 and self.width() + 72 >= _DRAWER)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_position()
            self._show_marked()

    def focus_first(self) -> None:
        self.search.setFocus()

    def _ask(self, query: ListQuery) -> None:
        if query != self._query:
            self._query = self.filters.query = query
            self.query_changed.emit(query)

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
        words = tr("ui.sites.position", first=first + 1, last=last + 1, total=total) if total and first >= 0 else ""
        self._position.set_words(words)

    def _show_marked(self) -> None:
        count = len(self.model.marked)
        self._marked.set_words(tr("ui.sites.marked", n=count) if count else "")
        self.batch_button.set_words(text("ui.sites.batch_of", n=count) if count else text("ui.sites.batch"))

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _type_in_search(self, typed: str) -> None:
        self.search.setFocus()
        self.search.setText(typed)

    # menus ----------------------------------------------------------------------------------------------------------

    def _show_menu(self, record_id: str) -> None:
        if not record_id:
            return
        entries: _Handlers = [("ui.sites.open", lambda: self.opened.emit(record_id))]
        if self.kind.reports:
            entries.append(("ui.households.report", lambda: self.report_wanted.emit(record_id)))
        place = self.model.place(record_id) or 0
        marked = record_id in self.model.marked
        entries.append(("ui.sites.unmark" if marked else "ui.sites.mark", lambda: self.model.toggle(place)))
        where = self.table.visualRect(self.table.currentIndex()).center()
        self._popup(entries, self.table.viewport().mapToGlobal(where))

    def _show_import_menu(self) -> None:
        entries: _Handlers = [
            ("ui.sites.import_from", self.import_wanted.emit),
            ("ui.sites.template", self.template_wanted.emit),
        ]
        self._popup(entries, self.import_button.mapToGlobal(QPoint(0, self.import_button.height() + 4)))

    def _show_batch_menu(self) -> None:
        entries: _Handlers = [
            (f"ui.batch.{work}", lambda work=work: self.batch_wanted.emit(work))  # type: ignore[misc]
            for work in BATCH_WORK
        ]
        self._popup(entries, self.batch_button.mapToGlobal(QPoint(0, self.batch_button.height() + 4)))

    def _popup(self, entries: _Handlers, where: QPoint) -> None:
        menu = QMenu(self)
        for key, do in entries:
            menu.addAction(tr(key)).triggered.connect(lambda _checked=False, do=do: do())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)
