"""A new household by hand: what the register would say of it at least."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from cpdesk.ui.language import say, text, tr
from cpdesk.ui.widgets.basic import Button, IconText, Label, column, row
from cpdesk.ui.widgets.fields import TextField

_FIELDS = ("township_code", "village", "household_no", "householder_name", "door_no")


class NewHouseholdDialog(QDialog):
    """`wanted` carries the answers; the dialog stays open until they are taken."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget, township_code: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("ui.new.title"))
        self.setFixedWidth(440)
        stack = column(self, (24, 20, 24, 20), 6)
        stack.addWidget(Label(text("ui.new.title"), "title"))
        stack.addSpacing(6)
        self.fields: dict[str, TextField] = {}
        for name in _FIELDS:
            label = text(f"household.field.{name}") if name != "door_no" else text("ui.new.door")
            stack.addWidget(Label(label, "h3"))
            field = TextField(township_code if name == "township_code" else "")
            field.setAccessibleName(say(label))
            field.moved_on.connect(self.focusNextChild)
            self.fields[name] = field
            stack.addWidget(field)
            stack.addSpacing(4)
        self._problem = IconText("", "bad", "alert")
        self._problem.hide()
        stack.addWidget(self._problem)
        stack.addSpacing(6)
        buttons = row(gap=12)
        buttons.addStretch(1)
        buttons.addWidget(Button(text("ui.new.cancel"), "secondary", on_click=self.reject))
        self.make = Button(text("ui.new.make"), "primary", on_click=self._make)
        buttons.addWidget(self.make)
        stack.addLayout(buttons)
        first = "village" if township_code else "township_code"
        self.fields[first].setFocus()

    def show_problem(self, words: str) -> None:
        self._problem.set_words(words)
        self._problem.setVisible(bool(words))
        self.make.setEnabled(True)

    def _make(self) -> None:
        self._problem.hide()
        self.make.setEnabled(False)
        self.wanted.emit({name: field.text().strip() for name, field in self.fields.items() if field.text().strip()})
