"""同步: how things stand, what the server did not take, and the conflicts, record by record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QWidget

from cpdesk.ui.actions import install
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.conflict_cards import ConflictFieldBlock, NavButton
from cpdesk.ui.pages.conflicts import ConflictPane
from cpdesk.ui.pages.sync_state import StatePane
from cpdesk.ui.pages.sync_stuck import StuckPane
from cpdesk.ui.sync_views import ConflictView, StuckView, SyncView
from cpdesk.ui.widgets.basic import Block, Label, Scroll, clear, column, row

STATE, STUCK, CONFLICT = range(3)


class SyncPage(QWidget):
    """Left the list of what there is, right what was chosen in it."""

    sync_wanted = Signal()
    cancel_wanted = Signal()
    resolve_wanted = Signal(str, object, object)
    take_back_wanted = Signal(object)
    record_wanted = Signal(str, str)
    review_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.conflicts: tuple[ConflictView, ...] = ()
        self.chosen = ""
        self._nav: list[NavButton] = []
        self.state, self.stuck, self.conflict = StatePane(), StuckPane(), ConflictPane()
        self.card, self.resolve = self.state.card, self.conflict.resolve
        line = row(self)
        line.addWidget(self._make_list())
        self._stack = QStackedWidget()
        for pane in (self.state, self.stuck, self.conflict):
            self._stack.addWidget(pane)
        line.addWidget(self._stack, 1)
        self._connect()
        install(self, "sync", {"sync.now": self._go, "sync.undo": self.conflict.take_back})

    def minimumSizeHint(self) -> QSize:
        return QSize(760, 420)

    @property
    def blocks(self) -> list[ConflictFieldBlock]:
        """The fields of the record that is open."""
        return self.conflict.blocks

    def show_sync(self, view: SyncView) -> None:
        self.state.show_sync(view)

    def show_stuck(self, views: Sequence[StuckView]) -> None:
        """What the server did not take."""
        self.stuck.show_stuck(views)
        self.stuck_button.setVisible(bool(views))
        self.stuck_button.show_under("", self.stuck.words(), "bad")
        if not views and self._stack.currentIndex() == STUCK:
            self.open_state()

    def show_conflicts(self, conflicts: Sequence[ConflictView]) -> None:
        """The records in conflict. The one that was open stays open while it is there, with what is chosen in it."""
        if conflicts and tuple(conflicts) == self.conflicts:
            return
        self.conflicts = tuple(conflicts)
        clear(self._list)
        for button in self._nav:
            self._group.removeButton(button)
        self._nav.clear()
        self._count.set_words(text("ui.sync.conflict_count", n=len(conflicts)))
        self._none.setVisible(not conflicts)
        for conflict in self.conflicts:
            button = NavButton(conflict.title)
            button.key = conflict.record
            button.show_under(conflict.people, tr("ui.conflict.done_count") if not conflict.open else "", "ok")
            button.clicked.connect(lambda _checked=False, record=conflict.record: self.open_conflict(record))
            self._group.addButton(button)
            self._list.addWidget(button)
            self._nav.append(button)
        if self._stack.currentIndex() != CONFLICT:
            return
        if self.chosen in [conflict.record for conflict in self.conflicts]:
            self.open_conflict(self.chosen)
        else:
            self.open_state()

    def open_state(self) -> None:
        self._open(STATE, self.state_button)

    def open_stuck(self) -> None:
        self._open(STUCK, self.stuck_button)

    def open_conflict(self, record: str) -> None:
        self._open(CONFLICT, next(button for button in self._nav if button.key == record), record)
        self.conflict.show_conflict(next(each for each in self.conflicts if each.record == record))

    def show_refused(self, refused: Mapping[str, str]) -> None:
        """Third values that the form does not take; nothing was settled."""
        self.conflict.show_refused(refused)

    # how it is made -------------------------------------------------------------------------------------------------

    def _make_list(self) -> Block:
        pane = Block("pane-left")
        pane.setFixedWidth(280)
        stack = column(pane, (16, 16, 16, 12), 8)
        self._group = QButtonGroup(self)
        self.state_button = NavButton(text("ui.sync.state"), "sync")
        self.stuck_button = NavButton(text("ui.stuck.nav"), "alert")
        for button in (self.state_button, self.stuck_button):
            self._group.addButton(button)
            stack.addWidget(button)
        self.state_button.clicked.connect(lambda _checked=False: self.open_state())
        self.stuck_button.clicked.connect(lambda _checked=False: self.open_stuck())
        self.stuck_button.hide()
        self.state_button.setChecked(True)
        stack.addSpacing(8)
        head = row(gap=8)
        head.addWidget(Label(text("ui.sync.conflicts"), "h2"))
        head.addStretch(1)
        self._count = Label("", "meta", "text2")
        head.addWidget(self._count)
        stack.addLayout(head)
        self._none = Label(text("ui.sync.no_conflicts"), "meta", "text2", wrap=True)
        stack.addWidget(self._none)
        holder = QWidget()
        inner = column(holder)
        self._list = column(gap=8)
        inner.addLayout(self._list)
        inner.addStretch(1)
        stack.addWidget(Scroll(holder), 1)
        return pane

    def _connect(self) -> None:
        self.card.sync_wanted.connect(self.sync_wanted)
        self.card.cancel_wanted.connect(self.cancel_wanted)
        self.state.record_wanted.connect(self.record_wanted)
        self.state.stuck_wanted.connect(self.open_stuck)
        self.state.review_wanted.connect(self.review_wanted)
        self.stuck.open_wanted.connect(self.record_wanted)
        self.conflict.open_wanted.connect(self.record_wanted)
        self.conflict.resolve_wanted.connect(self.resolve_wanted)
        self.conflict.take_back_wanted.connect(self.take_back_wanted)
        self.conflict.left.connect(self.open_state)

    # what happens ---------------------------------------------------------------------------------------------------

    def _open(self, pane: int, button: NavButton, record: str = "") -> None:
        self.chosen = record
        button.setChecked(True)
        self._stack.setCurrentIndex(pane)

    def _go(self) -> None:
        if self._stack.currentIndex() == CONFLICT:
            self.conflict.decide()
        elif self.card.button.isEnabled():
            self.sync_wanted.emit()
