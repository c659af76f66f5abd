"""How a figure is known, said with one press or one letter behind the number."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import text, tr
from cpdesk.ui.widgets.basic import Button, row


class MarkSwitch(QWidget):
    """量 · 据 · 估 behind a number. Not a stop of the Tab key: in the field the letters do the same."""

    marked = Signal(str)

    def __init__(self, marks: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = row(self, gap=2)
        self._mark = ""
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when the first figure is typed
        self.setSizePolicy(policy)
        self.buttons: dict[str, Button] = {}
        for mark in marks:
            button = Button(text(f"ui.mark.{mark}"), "mark", tip=text(f"ui.mark.tip.{mark}"), parent=self)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            button.clicked.connect(lambda _checked, mark=mark: self._pressed(mark))
            self.buttons[mark] = button
            line.addWidget(button)

    def show_mark(self, mark: str, label: str) -> None:
        """Show how the answer is known; "" where nobody said."""
        self._mark = mark
        self.setAccessibleName(tr("ui.mark.group", label=label))
        self._show()

    def _show(self) -> None:
        for each, button in self.buttons.items():
            button.setChecked(each == self._mark)

    def _pressed(self, mark: str) -> None:
        self._show()  # what is shown is what was taken, not what was pressed
        self.marked.emit(mark)


class MarkKeys(QObject):
    """The letters of the marks typed into a field of numbers, where no letter belongs."""

    marked = Signal(str)

    def __init__(self, field: QWidget, marks: Sequence[str]) -> None:
        super().__init__(field)
        self._marks = marks
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            typed = event.text().upper()
            if typed in self._marks:
                self.marked.emit(typed)
                return True
        return False
