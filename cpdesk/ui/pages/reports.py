"""报告: choose a household, see its report as it will be printed, print it or keep it as PDF."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cpdesk.ui.actions import install
from cpdesk.ui.fonts import font
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.site_table import SiteModel
from cpdesk.ui.site_views import ListQuery, SiteList, SiteRow
from cpdesk.ui.theme import theme
from cpdesk.ui.views import Fact
from cpdesk.ui.widgets.bars import ProgressBar
from cpdesk.ui.widgets.basic import (
    Block,
    Button,
    ElidedLabel,
    IconText,
    Label,
    Scroll,
    clear,
    column,
    paint_pill,
    pill_width,
    row,
)
from cpdesk.ui.widgets.fields import SearchField

_A4 = 297 / 210


class ReportDelegate(QStyledItemDelegate):
    """Number and name left, how far it has come as pill right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, 36)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        area = QRect(option.rect)  # type: ignore[attr-defined]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        model = index.model()
        assert isinstance(model, SiteModel)
        item = model.row(index.row())
        painter.save()
        painter.fillRect(area, theme().colour("weak" if selected else "surface"))
        painter.setPen(theme().colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if selected:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme().colour("accent"))
        if item is not None:
            width = pill_width(item.status.words, item.status.icon)
            pill = QRectF(area.right() - width - 12, area.top(), width, area.height())
            paint_pill(painter, pill, item.status.words, item.status.tone, item.status.icon, on_selected=selected)
            painter.setFont(font("body"))
            painter.setPen(theme().colour("text"))
            room = QRectF(area).adjusted(20, 0, -width - 20, 0)
            words = painter.fontMetrics().elidedText(
                f"{item.number} {item.name}", Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


class Sheet(QWidget):
    """One page of the PDF, white in both themes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._words = ""

    def show_image(self, image: QImage) -> None:
        self._image, self._words = image, ""
        self.update()

    def show_words(self, words: str) -> None:
        """Why there is no page."""
        self._image, self._words = QImage(), words
        self.update()

    def has_image(self) -> bool:
        return not self._image.isNull()

    def sheet_area(self) -> QRectF:
        """Where the page stands: as large as fits, at the page's own proportion."""
        room = QRectF(self.rect()).adjusted(16, 16, -16, -16)
        width = min(room.width(), room.height() / _A4)
        return QRectF(room.center().x() - width / 2, room.top(), width, width * _A4)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image.isNull():
            painter.setPen(theme().colour("text2"))
            painter.setFont(font("body"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(40, 0, -40, 0), flags, self._words)
        else:
            area = self.sheet_area()
            painter.drawImage(area, self._image)
            painter.setPen(QPen(theme().colour("line2"), 1))
            painter.drawRect(area)
        painter.end()


class ReportsPage(QWidget):
    """Left whose report, middle the page, right what can be done with it."""

    query_changed = Signal(object)
    rows_wanted = Signal(object)
    report_wanted = Signal(str)
    page_wanted = Signal(int, int)
    print_wanted = Signal()
    save_wanted = Signal()
    save_many_wanted = Signal(object)
    print_many_wanted = Signal(object)
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page, self._pages = 0, 0
        line = row(self)
        line.addWidget(self._make_list())
        line.addWidget(self._make_preview(), 1)
        line.addWidget(self._make_side())
        self._resize_timer = QTimer(self)
        self._resize_timer.setSingleShot(True)
        self._resize_timer.setInterval(120)
        self._resize_timer.timeout.connect(self._ask_page)
        self._select_timer = QTimer(self)
        self._select_timer.setSingleShot(True)
        self._select_timer.setInterval(120)
        self._select_timer.timeout.connect(self._ask_report)
        handlers = {
            "reports.print": self._print,
            "reports.next_page": lambda: self.turn(1),
            "reports.previous_page": lambda: self.turn(-1),
            "reports.next_household": lambda: self.walk(1),
            "reports.previous_household": lambda: self.walk(-1),
        }
        install(self, "reports", handlers)
        self.show_nothing(tr("ui.reports.choose"))

    def minimumSizeHint(self) -> QSize:
        return QSize(840, 420)

    # what it shows --------------------------------------------------------------------------------------------------

    def show_list(self, answer: SiteList) -> None:
        kept = self.current_id()
        self.model.show_ids(answer.ids)
        self.count.set_words(text("ui.sites.count.households", n=len(answer.ids)))
        if answer.ids:
            self.choose(kept if kept in answer.ids else answer.ids[0])

    def show_rows(self, rows: Sequence[SiteRow]) -> None:
        self.model.show_rows(rows)

    def choose(self, record: str) -> None:
        """Select a household; its report is asked for."""
        place = self.model.place(record)
        if place is not None:
            self.list.setCurrentIndex(self.model.index(place, 0))

    def show_report(self, title: str, pages: int, facts: Sequence[Fact], warnings: Sequence[str]) -> None:
        """A report is ready; its first page is asked for."""
        self._page, self._pages = 0, pages
        self._title.set_words(title)
        self._show_buttons()
        self._show_facts(facts)
        self.warnings.set_words("\n".join(warnings))
        self.warnings.setVisible(bool(warnings))
        self._show_page_number()
        self._ask_page()

    def show_page(self, page: int, image: QImage) -> None:
        if page == self._page:
            self.sheet.show_image(image)

    def show_nothing(self, words: str) -> None:
        """There is no report: why, and what to do."""
        self._page, self._pages = 0, 0
        self._title.set_words("")
        self.sheet.show_words(words)
        self._show_buttons()
        self._show_facts(())
        self.warnings.hide()
        self._show_page_number()

    def show_making(self) -> None:
        """The report is being made; the old page stays until the new one comes."""
        if not self.sheet.has_image():
            self.sheet.show_words(tr("ui.reports.making"))

    def show_progress(self, done: int, total: int) -> None:
        """How far a batch has come, in households; a total of 0 ends it."""
        for part in (self.progress, self._progress_words, self.cancel_button):
            part.setVisible(total > 0)
        self.progress.show_share(done / total if total else 0.0)
        self._progress_words.set_words(text("ui.reports.progress", done=done, total=total))
        self._show_buttons()

    def show_failures(self, lines: Sequence[str]) -> None:
        """Households of a batch that could not be printed, and why."""
        self.warnings.set_words("\n".join(lines))
        self.warnings.setVisible(bool(lines))

    def current_id(self) -> str:
        index = self.list.currentIndex()
        return self.model.id_at(index.row()) if index.isValid() else ""

    # how it is made -------------------------------------------------------------------------------------------------

    def _make_list(self) -> Block:
        pane = Block("pane-left")
        pane.setFixedWidth(284)
        stack = column(pane, (0, 16, 0, 0), 10)
        head = row(margins=(20, 0, 16, 0), gap=8)
        head.addWidget(Label(text("ui.reports.homes"), "h2"))
        head.addStretch(1)
        self.count = Label("", "meta", "text2")
        head.addWidget(self.count)
        stack.addLayout(head)
        search_line = row(margins=(20, 0, 16, 0))
        self.search = SearchField(text("ui.sites.search.households"))
        self.search.searched.connect(lambda words: self.query_changed.emit(ListQuery(words)))
        search_line.addWidget(self.search)
        stack.addLayout(search_line)
        self.model = SiteModel(self)
        self.model.rows_wanted.connect(self.rows_wanted)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(ReportDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("ui.reports.homes"))
        self.list.selectionModel().selectionChanged.connect(self._selected)
        stack.addWidget(self.list, 1)
        return pane

    def _make_preview(self) -> QWidget:
        middle = Block("desk")
        stack = column(middle)
        bar = Block("bar")
        bar.setFixedHeight(49)
        line = row(bar, (12, 0, 12, 1), 8)
        line.addWidget(
            Button("", "quiet", "chevron-left", lambda: self.walk(-1), tip=text("ui.action.previous_household"))
        )
        self._title = ElidedLabel("", "h3")
        line.addWidget(self._title)
        line.addWidget(Button("", "quiet", "chevron-right", lambda: self.walk(1), tip=text("ui.action.next_household")))
        line.addStretch(1)
        self.back_button = Button("", "quiet", "chevron-up", lambda: self.turn(-1), tip=text("ui.action.previous_page"))
        self._number = Label("", "body", "text2")
        self.on_button = Button("", "quiet", "chevron-down", lambda: self.turn(1), tip=text("ui.action.next_page"))
        line.addWidget(self.back_button)
        line.addWidget(self._number)
        line.addWidget(self.on_button)
        stack.addWidget(bar)
        self.sheet = Sheet()
        stack.addWidget(self.sheet, 1)
        return middle

    def _make_side(self) -> Block:
        pane = Block("pane-right")
        pane.setFixedWidth(296)
        outer = column(pane)
        body = QWidget()
        stack = column(body, (20, 16, 20, 16), 12)
        stack.addWidget(Label(text("ui.reports.about"), "h2"))
        self._facts = column(gap=8)
        stack.addLayout(self._facts)
        self.warnings = IconText("", "warn", "warning", ground=True)
        stack.addWidget(self.warnings)
        stack.addStretch(1)
        outer.addWidget(Scroll(body), 1)
        foot = Block("foot")
        buttons = column(foot, (20, 12, 20, 16), 8)
        self.print_button = Button(text("ui.reports.print"), "primary", "printer", self._print)
        self.save_button = Button(text("ui.reports.save"), "secondary", "download", self._save)
        buttons.addWidget(self.print_button)
        buttons.addWidget(self.save_button)
        self.progress = ProgressBar()
        self._progress_words = Label("", "meta", "text2")
        self.cancel_button = Button(text("ui.reports.stop"), "quiet", on_click=self.cancel_wanted.emit)
        for part in (self.progress, self._progress_words, self.cancel_button):
            part.hide()
            buttons.addWidget(part)
        outer.addWidget(foot)
        return pane

    # what happens ---------------------------------------------------------------------------------------------------

    def turn(self, step: int) -> None:
        """To the next or previous page."""
        page = self._page + step
        if 0 <= page < self._pages:
            self._page = page
            self._show_page_number()
            self._ask_page()

    def walk(self, step: int) -> None:
        """To the next or previous household."""
        place = self.list.currentIndex().row() + step
        if 0 <= place < self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(place, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._pages:
            self._resize_timer.start()

    def focus_first(self) -> None:
        self.list.setFocus()

    def _selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self._show_buttons()
        self._select_timer.start()

    def _ask_report(self) -> None:
        if self.current_id() and self.isVisible():
            self.report_wanted.emit(self.current_id())

    def _ask_page(self) -> None:
        width = round(self.sheet.sheet_area().width() * self.devicePixelRatioF())
        if self._pages and width > 0:
            self.page_wanted.emit(self._page, width)

    def chosen_ids(self) -> tuple[str, ...]:
        """The households selected, in the order of the list."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return tuple(self.model.id_at(place) for place in rows)

    def _print(self) -> None:
        if not self.print_button.isEnabled():
            return
        chosen = self.chosen_ids()
        if len(chosen) > 1:
            self.print_many_wanted.emit(chosen)
        else:
            self.print_wanted.emit()

    def _save(self) -> None:
        chosen = self.chosen_ids()
        if len(chosen) > 1:
            self.save_many_wanted.emit(chosen)
        else:
            self.save_wanted.emit()

    def _show_buttons(self) -> None:
        many = len(self.chosen_ids())
        ready = many > 1 or self._pages > 0
        self.print_button.set_words(text("ui.reports.print_many", n=many) if many > 1 else text("ui.reports.print"))
        self.save_button.set_words(text("ui.reports.save_many", n=many) if many > 1 else text("ui.reports.save"))
        running = self.progress.isVisibleTo(self)
        self.print_button.setEnabled(ready and not running)
        self.save_button.setEnabled(ready and not running)

    def _show_page_number(self) -> None:
        words = text("ui.reports.page", page=self._page + 1, pages=self._pages) if self._pages else ""
        self._number.set_words(words)
        self.back_button.setEnabled(self._page > 0)
        self.on_button.setEnabled(self._page + 1 < self._pages)

    def _show_facts(self, facts: Sequence[Fact]) -> None:
        clear(self._facts)
        for fact in facts:
            line = row(gap=12)
            line.addWidget(Label(fact.label, "table", "text2"), 0, Qt.AlignmentFlag.AlignTop)
            value = Label(fact.value, "table", wrap=True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.addWidget(value, 1)
            self._facts.addLayout(line)
