"""A new site by hand: what the register would say of a home at least; of what else is surveyed, kind and township."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from cpdesk.ui.language import say, text, tr
from cpdesk.ui.widgets.basic import Button, IconText, Label, column, row
from cpdesk.ui.widgets.choices import ChoiceButtons, ComboBox, Option
from cpdesk.ui.widgets.fields import TextField

_FIELDS = ("village", "household_no", "householder_name", "door_no")


class NewHouseholdDialog(QDialog):
    """`wanted` carries the answers; the dialog stays open until they are taken."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget, townships: Sequence[Option], township_code: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("ui.new.title"))
        self.setFixedWidth(440)
        stack = column(self, (24, 20, 24, 20), 6)
        stack.addWidget(Label(text("ui.new.title"), "title"))
        stack.addSpacing(6)
        self.fields: dict[str, TextField] = {}
        stack.addWidget(Label(text("household.field.township_code"), "h3"))
        self.township = ComboBox(townships, township_code or None)
        self.township.setMaximumWidth(392)
        self.township.setAccessibleName(tr("household.field.township_code"))
        stack.addWidget(self.township)
        stack.addSpacing(4)
        for name in _FIELDS:
            label = text(f"household.field.{name}") if name != "door_no" else text("ui.new.door")
            stack.addWidget(Label(label, "h3"))
            field = TextField()
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
        (self.fields["village"] if township_code else self.township).setFocus()

    def show_problem(self, words: str) -> None:
        self._problem.set_words(words)
        self._problem.setVisible(bool(words))
        self.make.setEnabled(True)

    def _make(self) -> None:
        self._problem.hide()
        self.make.setEnabled(False)
        answers = {name: field.text().strip() for name, field in self.fields.items()}
        answers["township_code"] = str(self.township.currentData() or "")
        self.wanted.emit({name: value for name, value in answers.items() if value})


class NewSiteDialog(QDialog):
    """What is new, and in which township. `wanted` carries kind and township; the dialog stays open until its survey is
    begun."""

    wanted = Signal(str, str)

    def __init__(
        self,
        parent: QWidget,
        page: str,
        kinds: Sequence[str],
        kind: str,
        townships: Sequence[Option],
        township_code: str,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr(f"ui.sites.new.{page}"))
        self.setFixedWidth(440)
        stack = column(self, (24, 20, 24, 20), 6)
        stack.addWidget(Label(text(f"ui.sites.new.{page}"), "title"))
        stack.addWidget(Label(text(f"ui.sites.new_how.{page}"), "table", "text2", wrap=True))
        stack.addSpacing(6)
        options = [Option(code, text(f"site_kind.{code}")) for code in kinds]
        self._kind = kind
        self.kinds = ChoiceButtons(options, kind)
        self.kinds.setAccessibleName(tr("ui.new.kind"))
        self.kinds.chosen.connect(self._chosen)
        if len(kinds) > 1:
            stack.addWidget(Label(text("ui.new.kind"), "h3"))
            stack.addWidget(self.kinds)
            stack.addSpacing(4)
        else:
            self.kinds.setParent(self)
            self.kinds.hide()
        stack.addWidget(Label(text("site_field.township_code"), "h3"))
        self.township = ComboBox(townships, township_code or None)
        self.township.setMaximumWidth(392)
        self.township.setAccessibleName(tr("site_field.township_code"))
        stack.addWidget(self.township)
        self._problem = IconText("", "bad", "alert")
        self._problem.hide()
        stack.addWidget(self._problem)
        stack.addSpacing(10)
        buttons = row(gap=12)
        buttons.addStretch(1)
        buttons.addWidget(Button(text("ui.new.cancel"), "secondary", on_click=self.reject))
        self.make = Button(text("ui.new.begin"), "primary", on_click=self._make)
        buttons.addWidget(self.make)
        stack.addLayout(buttons)
        (self.make if township_code else self.township).setFocus()

    def show_problem(self, words: str) -> None:
        self._problem.set_words(words)
        self._problem.setVisible(bool(words))
        self.make.setEnabled(True)

    def _chosen(self, code: str | None) -> None:
        if code is None:  # one kind there must be
            self.kinds.show_value(self._kind)
        else:
            self._kind = code

    def _make(self) -> None:
        self._problem.hide()
        self.make.setEnabled(False)
        self.wanted.emit(self._kind, str(self.township.currentData() or ""))
