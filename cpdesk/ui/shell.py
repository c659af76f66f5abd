"""The frame around every page: rail, top bar with path and sync pill, toast."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QMainWindow, QSizePolicy, QStackedWidget, QWidget

from cpdesk.ui.fonts import font
from cpdesk.ui.icons import paint_icon, pixmap
from cpdesk.ui.language import Text, say, text, tr
from cpdesk.ui.theme import BAR, RAIL, theme
from cpdesk.ui.views import StatusView
from cpdesk.ui.widgets.basic import Avatar, Block, ElidedLabel, Label, Pill, clear, column, row
from cpdesk.ui.widgets.faults import FaultBar
from cpdesk.ui.widgets.toast import Toast

RAIL_PAGES = (
    ("households", "home"),
    ("communities", "blocks"),
    ("network", "network"),
    ("reports", "report"),
    ("sync", "sync"),
    ("review", "review"),
)


class RailButton(QAbstractButton):
    """Icon over word; a red disc counts what waits for a person."""

    def __init__(self, words: Text, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._icon, self._count = words, icon_name, 0
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(56, 56)
        self.setAccessibleName(say(words))

    def show_count(self, count: int) -> None:
        self._count = count
        self.setAccessibleDescription(str(count) if count else "")
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(say(self._words))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(56, 56)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(theme().colour("weak" if self.isChecked() else "subtle"))
            painter.drawRoundedRect(area, 8, 8)
        if self.hasFocus():
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(theme().colour("accent"))
            pen.setWidthF(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 8, 8)
        ink = theme().colour("accent" if self.isChecked() else "text2")
        paint_icon(painter, self._icon, ink, QRectF(area.center().x() - 11, 8, 22, 22))
        painter.setPen(ink)
        painter.setFont(font("meta", bold=self.isChecked()))
        painter.drawText(area.adjusted(0, 32, 0, -3), Qt.AlignmentFlag.AlignCenter, say(self._words))
        if self._count:
            self._paint_count(painter)
        painter.end()

    def _paint_count(self, painter: QPainter) -> None:
        disc = QRectF(34, 3, 18, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("bad"))
        painter.drawRoundedRect(disc, 9, 9)
        painter.setPen(theme().colour("on_accent"))
        painter.setFont(font("meta", bold=True))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(min(self._count, 99)))


class Mark(QWidget):
    """The program's sign."""

    def __init__(self, size: int = 32, ground: str = "accent", ink: str = "on_accent", parent: QWidget | None = None):
        super().__init__(parent)
        self._ground, self._ink = ground, ink
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour(self._ground))
        painter.drawRoundedRect(area, area.width() * 0.24, area.width() * 0.24)
        inset = area.width() * 0.16
        paint_icon(painter, "house-mark", theme().colour(self._ink), area.adjusted(inset, inset, -inset, -inset))
        painter.end()


class Rail(Block):
    """The pages of the program down the left side."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("rail", parent)
        self.setFixedWidth(RAIL)
        stack = column(self, (8, 12, 7, 12), 8)
        stack.addWidget(Mark(parent=self), 0, Qt.AlignmentFlag.AlignHCenter)
        stack.addSpacing(12)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, RailButton] = {}
        for name, icon_name in RAIL_PAGES:
            stack.addWidget(self._add(name, icon_name))
        stack.addStretch(1)
        stack.addWidget(self._add("settings", "settings"))

    def _add(self, name: str, icon_name: str) -> RailButton:
        button = RailButton(text(f"ui.rail.{name}"), icon_name, self)
        button.clicked.connect(lambda _checked=False: self.chosen.emit(name))
        self._group.addButton(button)
        self.buttons[name] = button
        return button

    def show_current(self, name: str) -> None:
        if name in self.buttons:
            self.buttons[name].setChecked(True)


class TopBar(Block):
    """Where one is, how the server is doing, the page's one action, who one is."""

    pill_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bar", parent)
        self.setFixedHeight(BAR)
        line = row(self, (24, 0, 24, 1), 12)
        self._path = QWidget(self)
        self._path_line = row(self._path, gap=10)
        line.addWidget(self._path, 1)
        self.pill = Pill(parent=self)
        self.pill.setCursor(Qt.CursorShape.PointingHandCursor)
        self.pill.mouseReleaseEvent = lambda _event: self.pill_pressed.emit()  # type: ignore[method-assign,assignment]
        line.addWidget(self.pill)
        self._actions = QWidget(self)
        self._actions_line = row(self._actions, gap=8)
        line.addWidget(self._actions)
        self.avatar = Avatar(parent=self)
        line.addWidget(self.avatar)

    def show_path(self, crumbs: Sequence[str], status: StatusView | None = None) -> None:
        """The last crumb is where one is."""
        clear(self._path_line)
        for place, crumb in enumerate(crumbs):
            last = place == len(crumbs) - 1
            if place:
                arrow = Label("", parent=self._path)
                arrow.setPixmap(pixmap("chevron-right", "text3", 14))
                self._path_line.addWidget(arrow)
            label = ElidedLabel(crumb, "h2" if last else "body", "text" if last else "text2", parent=self._path)
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
            self._path_line.addWidget(label)
        if status is not None:
            self._path_line.addWidget(Pill(status.words, status.tone, status.icon, self._path))
        self._path_line.addStretch(1)

    def show_action(self, widget: QWidget | None) -> None:
        """The page's own button; it belongs to the page and is only lodged here."""
        while self._actions_line.count():
            lodged = self._actions_line.takeAt(0).widget()
            if lodged is not None:
                lodged.setParent(None)
        self._actions.setVisible(widget is not None)
        if widget is not None:
            self._actions_line.addWidget(widget)
            widget.show()


class Shell(QMainWindow):
    """The window: unlock page alone, or rail, bar and pages."""

    page_chosen = Signal(str)
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._outer = QStackedWidget(self)
        self.setCentralWidget(self._outer)
        self.desk = Block("page")
        self._outer.addWidget(self.desk)
        line = row(self.desk)
        self.rail = Rail(self.desk)
        self.rail.chosen.connect(self.page_chosen)
        line.addWidget(self.rail)
        right = column()
        line.addLayout(right, 1)
        self.bar = TopBar(self.desk)
        right.addWidget(self.bar)
        self.faults = FaultBar(self.desk)
        right.addWidget(self.faults)
        self.stack = QStackedWidget(self.desk)
        right.addWidget(self.stack, 1)
        self.toast = Toast(self.stack)
        self._pages: dict[str, QWidget] = {}
        self.setWindowIcon(pixmap("house-mark", "accent", 32))
        self.setWindowTitle(tr("ui.app.title"))
        self.resize(1366, 768)

    def add_page(self, name: str, page: QWidget) -> None:
        self._pages[name] = page
        self.stack.addWidget(page)

    def remove_pages(self) -> None:
        """Take all pages away, at the lock."""
        for page in self._pages.values():
            self.stack.removeWidget(page)
            page.deleteLater()
        self._pages.clear()

    def page(self, name: str) -> QWidget:
        return self._pages[name]

    def show_page(self, name: str, *, rail: str | None = None) -> None:
        self.show_desk()
        self.rail.show_current(rail or name)
        self.stack.setCurrentWidget(self._pages[name])
        self.toast.raise_()

    def current_page(self) -> str:
        names = [name for name, page in self._pages.items() if page is self.stack.currentWidget()]
        return names[0] if names else ""

    def show_alone(self, page: QWidget) -> None:
        """A page without rail and bar: unlock, first start."""
        if self._outer.indexOf(page) < 0:
            self._outer.addWidget(page)
        self._outer.setCurrentWidget(page)

    def show_desk(self) -> None:
        self._outer.setCurrentWidget(self.desk)

    def is_alone(self) -> bool:
        return self._outer.currentWidget() is not self.desk

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setWindowTitle(tr("ui.app.title"))

    def closeEvent(self, event: QEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)  # type: ignore[arg-type]
