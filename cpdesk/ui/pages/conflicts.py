"""待解决的冲突: the fields of one record that two people changed, and the decision on them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cpdesk.ui.language import text
from cpdesk.ui.pages.conflict_cards import PICTURE, ConflictFieldBlock
from cpdesk.ui.sync_views import ConflictView
from cpdesk.ui.widgets.basic import Block, Button, Label, Line, Pill, Scroll, clear, column, row


class ConflictPane(QWidget):
    """Enter or Ctrl Enter decides what is chosen; the rest stays open."""

    resolve_wanted = Signal(str, object, object)
    take_back_wanted = Signal(object)
    open_wanted = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.blocks: list[ConflictFieldBlock] = []
        self.view: ConflictView | None = None
        outer = column(self)
        holder = QWidget()
        stack = column(holder, (32, 20, 24, 20), 8)
        stack.addLayout(self._make_head())
        stack.addWidget(Label(text("ui.sync.both_kept"), "table", "text2", wrap=True))
        sides = row(margins=(12, 0, 0, 0), gap=12)
        sides.addWidget(Label(text("ui.sync.standing"), "h3"), 1)
        sides.addWidget(Label(text("ui.sync.other"), "h3"), 1)
        self._picture_room = QWidget()
        self._picture_room.setFixedSize(PICTURE.width(), 1)
        sides.addWidget(self._picture_room)
        stack.addSpacing(4)
        stack.addLayout(sides)
        stack.addWidget(Line())
        stack.addSpacing(4)
        self._fields = column(gap=14)
        stack.addLayout(self._fields, 1)
        self._scroll = Scroll(holder)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self._make_foot())

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 360)

    def show_conflict(self, view: ConflictView) -> None:
        """The conflicts of one record. What is chosen in it outlasts news of other fields."""
        before = {block.view.id: block for block in self.blocks if block.view.decided is None}
        same_record = self.view is not None and self.view.record == view.record
        kept = {key: (block.choice(), block.why()) for key, block in before.items()} if same_record else {}
        here = next((place for place, block in enumerate(self.blocks) if block.hasFocus()), 0) if same_record else 0
        self.view = view
        self._title.set_words(view.title)
        self._show_pill(view)
        self._open.setVisible(view.survey)
        clear(self._fields)
        self.blocks = []
        pictures = any(field.picture is not None for field in view.fields)
        self._picture_room.setVisible(pictures)
        for field in view.fields:
            block = ConflictFieldBlock(field, pictures=pictures)
            block.chosen.connect(lambda _id, _side: self._show_choice())
            block.entered.connect(self.decide)
            block.walked.connect(lambda step, block=block: self._walk(block, step))
            block.take_back_wanted.connect(lambda conflict: self.take_back_wanted.emit((conflict,)))
            self._restore(block, *kept.get(field.id, (None, "")))
            self.blocks.append(block)
            self._fields.addWidget(block)
        self._fields.addStretch(1)
        self._show_choice()
        if self.blocks:
            self.blocks[min(here, len(self.blocks) - 1)].setFocus()

    def show_refused(self, refused: Mapping[str, str]) -> None:
        """Third values that the form does not take, by conflict, and why; nothing was settled."""
        for block in self.blocks:
            block.show_problem(refused.get(block.view.id, ""))
        wrong = next((block for block in self.blocks if block.view.id in refused), None)
        if wrong is not None:
            QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(wrong, 0, 24))

    def decide(self) -> None:
        """Give on what is chosen."""
        if self.view is None:
            return
        choice = {block.view.id: block.choice() for block in self.blocks if block.choice()}
        why = {block.view.id: block.why() for block in self.blocks if block.choice() and block.why()}
        if choice:
            self.resolve_wanted.emit(self.view.record, choice, why)

    def take_back(self) -> None:
        """Ctrl Z: open again what was decided and waits to be sent."""
        decided = tuple(block.view.id for block in self.blocks if block.view.decided is not None)
        if decided:
            self.take_back_wanted.emit(decided)

    def choose_all(self, side: str) -> None:
        """The same side in every field that is open."""
        for block in self.blocks:
            block.choose(side)

    # how it is made -------------------------------------------------------------------------------------------------

    def _make_head(self) -> QHBoxLayout:
        head = row(gap=12)
        self._title = Label("", "title")
        head.addWidget(self._title)
        self._pill = Pill()
        head.addWidget(self._pill)
        head.addStretch(1)
        self._open = Button(text("ui.conflict.open"), "quiet", "chevron-right", self._open_survey)
        head.addWidget(self._open)
        return head

    def _make_foot(self) -> Block:
        foot = Block("foot")
        foot.setFixedHeight(57)
        line = row(foot, (32, 0, 24, 0), 12)
        self._chosen_words = Label("", "body", "text2")
        line.addWidget(self._chosen_words)
        line.addStretch(1)
        self.all_here = Button(text("ui.conflict.all_here"), "quiet", on_click=lambda: self.choose_all("here"))
        self.all_there = Button(text("ui.conflict.all_there"), "quiet", on_click=lambda: self.choose_all("there"))
        line.addWidget(self.all_here)
        line.addWidget(self.all_there)
        line.addWidget(Button(text("ui.sync.leave"), "secondary", on_click=self.left.emit))
        self.resolve = Button(text("ui.sync.resolve"), "primary", on_click=self.decide)
        line.addWidget(self.resolve)
        return foot

    # what happens ---------------------------------------------------------------------------------------------------

    def _restore(self, block: ConflictFieldBlock, choice: object, why: str) -> None:
        if block.view.decided is not None:
            return
        if isinstance(choice, str):
            block.choose(choice)
        if why:
            block.comment.setText(why)
            block.comment.show()

    def _walk(self, block: ConflictFieldBlock, step: int) -> None:
        place = self.blocks.index(block) + step
        if 0 <= place < len(self.blocks):
            self.blocks[place].setFocus()
            self._scroll.ensureWidgetVisible(self.blocks[place], 0, 24)

    def _show_pill(self, view: ConflictView) -> None:
        if view.open:
            self._pill.show_status(text("ui.sync.fields", n=view.open), "bad", "alert")
        else:
            self._pill.show_status(text("ui.conflict.all_decided"), "ok", "check")

    def _show_choice(self) -> None:
        chosen = [block for block in self.blocks if block.choice() and block.view.decided is None]
        free = [block for block in self.blocks if block.view.decided is None]
        self.resolve.setEnabled(bool(chosen))
        for button in (self.all_here, self.all_there):
            button.setVisible(len(free) > 1)
        self._chosen_words.set_words(text("ui.sync.chosen", n=len(chosen), total=len(free)) if free else "")

    def _open_survey(self) -> None:
        if self.view is not None:
            self.open_wanted.emit(self.view.record, "")
