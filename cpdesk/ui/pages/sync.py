"""同步: what waits, sync now, and the conflicts, each with both values side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QWidget

from cpdesk.ui.actions import install
from cpdesk.ui.language import text
from cpdesk.ui.pages.conflict_cards import ConflictFieldBlock, ConflictListButton
from cpdesk.ui.pages.sync_state import StatePane
from cpdesk.ui.sync_views import ConflictView, SyncView
from cpdesk.ui.widgets.basic import Block, Button, Label, Line, Pill, Scroll, clear, column, row


class SyncPage(QWidget):
    """Left the list: the state of sync, then every record in conflict. Right what was chosen."""

    sync_wanted = Signal()
    cancel_wanted = Signal()
    enrol_wanted = Signal()
    resolve_wanted = Signal(str, object)
    record_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conflicts: tuple[ConflictView, ...] = ()
        self._chosen = ""
        self._blocks: list[ConflictFieldBlock] = []
        line = row(self)
        line.addWidget(self._make_list())
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_state())
        self._stack.addWidget(self._make_conflict())
        line.addWidget(self._stack, 1)
        install(self, "sync", {"sync.now": self._go})

    def minimumSizeHint(self) -> QSize:
        return QSize(760, 420)

    def show_sync(self, view: SyncView) -> None:
        self.state.show_sync(view)

    def show_conflicts(self, conflicts: Sequence[ConflictView]) -> None:
        """The records in conflict. The one that was open stays open while it is there, with what is chosen in it."""
        if conflicts and tuple(conflicts) == self._conflicts:
            return
        self._conflicts = tuple(conflicts)
        clear(self._list)
        self._group = QButtonGroup(self)
        self._count.set_words(text("ui.sync.conflict_count", n=len(conflicts)))
        self._none.setVisible(not conflicts)
        for conflict in self._conflicts:
            button = ConflictListButton(conflict)
            button.clicked.connect(lambda _checked=False, record=conflict.record: self.open_conflict(record))
            self._group.addButton(button)
            self._list.addWidget(button)
            button.setChecked(conflict.record == self._chosen)
        if self._chosen not in [conflict.record for conflict in self._conflicts]:
            self.open_state()
        else:
            self.open_conflict(self._chosen)

    def open_state(self) -> None:
        self._chosen = ""
        self.state_button.setChecked(True)
        self._stack.setCurrentIndex(0)

    def open_conflict(self, record: str) -> None:
        self._chosen = record
        for button in self._group.buttons():
            if isinstance(button, ConflictListButton):
                button.setChecked(button.view.record == record)
        self.state_button.setChecked(False)
        view = next(conflict for conflict in self._conflicts if conflict.record == record)
        self._title.set_words(view.title)
        self._pill.show_status(text("ui.sync.fields", n=len(view.fields)), "bad", "alert")
        clear(self._fields)
        self._blocks = []
        for field in view.fields:
            block = ConflictFieldBlock(field)
            block.chosen.connect(lambda _id, _side: self._show_choice())
            self._blocks.append(block)
            self._fields.addWidget(block)
        self._fields.addStretch(1)
        self._stack.setCurrentIndex(1)
        self._show_choice()
        if self._blocks:
            self._blocks[0].setFocus()

    def show_refused(self, refused: Mapping[str, str]) -> None:
        """Third values that the form does not take, by conflict, and why; nothing was settled."""
        for block in self._blocks:
            block.show_problem(refused.get(block.view.id, ""))

    # how it is made -------------------------------------------------------------------------------------------------

    def _make_list(self) -> Block:
        pane = Block("pane-left")
        pane.setFixedWidth(280)
        stack = column(pane, (16, 16, 16, 12), 8)
        self.state_button = ConflictListButton(None)
        self.state_button.clicked.connect(lambda _checked=False: self._back_to_state())
        stack.addWidget(self.state_button)
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
        self._group = QButtonGroup(self)
        return pane

    def _make_state(self) -> QWidget:
        self.state = StatePane()
        self.card = self.state.card
        self.card.sync_wanted.connect(self.sync_wanted)
        self.card.cancel_wanted.connect(self.cancel_wanted)
        self.state.record_wanted.connect(self.record_wanted)
        return self.state

    def _make_conflict(self) -> QWidget:
        page = QWidget()
        outer = column(page)
        holder = QWidget()
        stack = column(holder, (32, 20, 24, 20), 8)
        head = row(gap=12)
        self._title = Label("", "title")
        head.addWidget(self._title)
        self._pill = Pill()
        head.addWidget(self._pill)
        head.addStretch(1)
        stack.addLayout(head)
        stack.addWidget(Label(text("ui.sync.both_kept"), "table", "text2", wrap=True))
        sides = row(margins=(12, 0, 0, 0), gap=12)
        sides.addWidget(Label(text("ui.sync.standing"), "h3"), 1)
        sides.addWidget(Label(text("ui.sync.other"), "h3"), 1)
        stack.addSpacing(4)
        stack.addLayout(sides)
        stack.addWidget(Line())
        stack.addSpacing(4)
        self._fields = column(gap=16)
        stack.addLayout(self._fields, 1)
        outer.addWidget(Scroll(holder), 1)
        foot = Block("foot")
        foot.setFixedHeight(57)
        line = row(foot, (32, 0, 24, 0), 12)
        self._chosen_words = Label("", "body", "text2")
        line.addWidget(self._chosen_words)
        line.addStretch(1)
        line.addWidget(Button(text("ui.sync.leave"), "secondary", on_click=self.open_state))
        self.resolve = Button(text("ui.sync.resolve"), "primary", on_click=self._resolve)
        line.addWidget(self.resolve)
        outer.addWidget(foot)
        return page

    # what happens ---------------------------------------------------------------------------------------------------

    def _back_to_state(self) -> None:
        self.open_state()
        for button in self._group.buttons():
            button.setChecked(False)

    def _show_choice(self) -> None:
        chosen = [block for block in self._blocks if block.choice()]
        self.resolve.setEnabled(bool(chosen))
        self._chosen_words.set_words(text("ui.sync.chosen", n=len(chosen), total=len(self._blocks)))

    def _resolve(self) -> None:
        choice = {block.view.id: block.choice() for block in self._blocks if block.choice()}
        if choice:
            self.resolve_wanted.emit(self._chosen, choice)

    def _go(self) -> None:
        if self._stack.currentIndex() == 1:
            self._resolve()
        elif self.card.button.isEnabled():
            self.sync_wanted.emit()
