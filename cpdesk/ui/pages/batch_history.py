"""Which batches were made here, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import text
from cpdesk.ui.pages.batch_dialog import BatchDialog, LinesBlock
from cpdesk.ui.widgets.basic import Button

_HEAD: Final = (
    "ui.batch.at",
    "ui.batch.kind",
    "ui.batch.what",
    "ui.batch.records",
    "ui.batch.who",
    "ui.batch.state",
)


class HistoryDialog(BatchDialog):
    """`take_back_wanted` carries the place of a batch that stands."""

    take_back_wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, text("ui.batch.history_title"), text("ui.batch.history_about"))
        self.list = LinesBlock(_HEAD, (130, 140, 0, 76, 90, 96), "ui.batch.history_title", flat=True)
        self.body.addWidget(self.list, 1)
        self._stands: Sequence[bool] = ()
        self.button = Button(text("ui.batch.take_this_back"), "primary", "undo", self._take_back)
        self.add_action(self.button)
        self.list.table.selectionModel().selectionChanged.connect(lambda _now, _before: self._selected())
        self.button.setEnabled(False)

    def show_batches(self, lines: Sequence[tuple[str, ...]], stands: Sequence[bool]) -> None:
        """All of them, newest first; `stands` says which can be taken back."""
        self._stands = stands
        title = text("ui.batch.history_count", n=len(lines)) if lines else text("ui.batch.history_none")
        self.list.show_lines(title, lines)
        if any(stands):
            self.list.table.selectRow(list(stands).index(True))
        self._selected()

    def _place(self) -> int:
        index = self.list.table.currentIndex()
        return index.row() if index.isValid() else -1

    def _selected(self) -> None:
        place = self._place()
        self.button.setEnabled(0 <= place < len(self._stands) and self._stands[place])

    def _take_back(self) -> None:
        self.button.setEnabled(False)
        self.take_back_wanted.emit(self._place())
