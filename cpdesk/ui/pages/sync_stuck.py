"""没收下: what the server keeps without taking it, why, and what to do: mend it, send it again, leave it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import text, tr
from cpdesk.ui.sync_views import StuckView
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, Scroll, clear, column, row
from cpdesk.ui.widgets.fields import TextField
from cpdesk.ui.widgets.lines import LineList

_WIDTH = 880
_TALLEST = 320


class StuckCard(Block):
    """One record and reason. Space on a value opens its editor; Enter in the editor sends what was mended."""

    send_wanted = Signal(object, object)
    aside_wanted = Signal(object)
    open_wanted = Signal(str, str)

    def __init__(self, view: StuckView, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.view = view
        self._mending = ""
        stack = column(self, (4, 14, 4, 12), 8)
        head = column(margins=(16, 0, 16, 0), gap=6)
        head.addWidget(Label(view.title, "h2", wrap=True))
        head.addWidget(IconText(view.reason, "bad", "alert"))
        head.addWidget(IconText(view.remedy, "mute", "info"))
        stack.addLayout(head)
        self.list = LineList()
        self.list.setAccessibleName(view.title)
        self.list.show_lines(view.lines)
        self.list.acted.connect(self.mend)
        self.list.opened.connect(lambda key: self.open_wanted.emit(view.record, key.partition(" ")[2]))
        stack.addWidget(self.list)
        self._editor = self._make_editor()
        stack.addWidget(self._editor)
        self.problem = IconText("", "bad", "alert")
        self.problem.hide()
        holder = column(margins=(16, 0, 16, 0))
        holder.addWidget(self.problem)
        stack.addLayout(holder)
        buttons = row(margins=(16, 4, 16, 0), gap=8)
        self.again = Button(text("ui.stuck.again"), "secondary", "sync", self._again)
        buttons.addWidget(self.again)
        if view.can_open:
            self.open = Button(
                text("ui.stuck.open"), "secondary", "pencil", lambda: self.open_wanted.emit(view.record, view.path)
            )
            buttons.addWidget(self.open)
        buttons.addStretch(1)
        self.aside = Button(text("ui.stuck.aside"), "quiet", on_click=lambda: self.aside_wanted.emit(view.keys))
        buttons.addWidget(self.aside)
        stack.addLayout(buttons)
        self._fit()
        QTimer.singleShot(0, self, self._fit)  # once more when the layout has given the list its width

    def mend(self, key: str) -> None:
        """Open the editor of one value."""
        line = next(line for line in self.view.lines if line.key == key)
        self._mending = key
        self._label.set_words(line.title)
        self.field.setText(self.view.plain.get(key, ""))
        self.field.setAccessibleName(line.title)
        self._editor.show()
        self.field.setFocus()
        self.field.selectAll()

    def show_problem(self, words: str) -> None:
        """Why the form does not take what was written."""
        self.problem.set_words(words)
        self.problem.setVisible(bool(words))

    def _make_editor(self) -> QWidget:
        holder = QWidget()
        line = row(holder, (16, 0, 16, 0), 12)
        self._label = Label("", "h3")
        self.field = TextField()
        self.field.setMaximumWidth(360)
        self.field.returnPressed.connect(self._send_mended)
        self.mended = Button(text("ui.stuck.send_mended"), "primary", on_click=self._send_mended)
        line.addWidget(self._label)
        line.addWidget(self.field, 1)
        line.addWidget(self.mended)
        line.addStretch(1)
        holder.hide()
        return holder

    def _send_mended(self) -> None:
        if self._mending:
            self.show_problem("")
            self.send_wanted.emit((self._mending,), {self._mending: self.field.text().strip()})

    def _again(self) -> None:
        self.show_problem("")
        self.send_wanted.emit(self.view.keys, {})

    def _fit(self) -> None:
        self.list.setFixedHeight(min(_TALLEST, self.list.natural_height() + 4))

    def resizeEvent(self, event: object) -> None:
        self._fit()


class StuckPane(QWidget):
    """All of them, one card for each record and reason."""

    send_wanted = Signal(object, object)
    aside_wanted = Signal(object)
    open_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[StuckCard] = []
        self._views: tuple[StuckView, ...] = ()
        outer = column(self)
        holder = QWidget()
        line = row(holder, (32, 20, 32, 24))
        inside = QWidget()
        inside.setMaximumWidth(_WIDTH)
        line.addWidget(inside, 100)
        line.addStretch(1)
        stack = column(inside, gap=12)
        stack.addWidget(Label(text("ui.stuck.title"), "title"))
        stack.addWidget(Label(text("ui.stuck.about"), "table", "text2", wrap=True))
        self._list = column(gap=16)
        stack.addLayout(self._list)
        stack.addStretch(1)
        outer.addWidget(Scroll(holder))

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 360)

    def show_stuck(self, views: Sequence[StuckView]) -> None:
        if tuple(views) == self._views:
            return
        self._views = tuple(views)
        clear(self._list)
        self.cards = [StuckCard(view) for view in views]
        for card in self.cards:
            card.send_wanted.connect(self.send_wanted)
            card.aside_wanted.connect(self.aside_wanted)
            card.open_wanted.connect(self.open_wanted)
            self._list.addWidget(card)

    def show_refused(self, problems: Sequence[tuple[str, str]]) -> None:
        """What the form finds wrong with values, by key."""
        for card in self.cards:
            card.show_problem(" ".join(words for key, words in problems if key in card.view.keys))

    def words(self) -> str:
        """How many, for the list at the left."""
        return tr("ui.stuck.count", n=sum(len(view.keys) for view in self._views))
