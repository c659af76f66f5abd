"""The bar above the questions of a survey that is filled, submitted, returned or accepted, with what is to be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from cpdesk.ui.review_views import ReviewBarView
from cpdesk.ui.widgets.basic import Block, Button, IconText, clear, row


class ReviewBar(QWidget):
    """`wanted` carries the code of the button."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: ReviewBarView | None = None
        self.buttons: dict[str, Button] = {}
        outer = row(self, (32, 8, 32, 0))
        block = Block("inset")
        line = row(block, (14, 4, 6, 4), 8)
        self.sentence = IconText("", "info", "info")
        line.addWidget(self.sentence, 1, Qt.AlignmentFlag.AlignVCenter)
        self._actions = row(gap=6)
        line.addLayout(self._actions)
        outer.addWidget(block)
        self.hide()

    def show_bar(self, view: ReviewBarView | None) -> None:
        """None takes it away."""
        self.setVisible(view is not None)
        if view is None or view == self.view:
            self.view = view
            return
        self.view = view
        self.sentence.set_tone(view.tone, view.icon)
        self.sentence.set_words(view.words)
        clear(self._actions)
        self.buttons = {}
        for action in view.actions:
            button = Button(action.words, action.kind, action.icon, tip=action.why_not)
            button.clicked.connect(lambda _checked=False, code=action.code: self.wanted.emit(code))
            button.setEnabled(not action.why_not)
            self.buttons[action.code] = button
            self._actions.addWidget(button)
