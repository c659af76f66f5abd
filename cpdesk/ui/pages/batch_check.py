"""Holding surveys against the rules: what is wrong where, and the way to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import Text, text, tr
from cpdesk.ui.pages.batch_dialog import BatchDialog, LinesBlock
from cpdesk.ui.widgets.basic import Button, Label, row
from cpdesk.ui.widgets.choices import Option, Segmented

_HEAD: Final = ("check.survey", "check.status", "check.question", "check.finding", "check.blocks")


class CheckDialog(BatchDialog):
    """`check_wanted` asks to begin, `taken` to open what a line is about, `save_wanted` for the report as a file."""

    check_wanted = Signal()
    taken = Signal(int)
    save_wanted = Signal()

    def __init__(self, parent: QWidget, scope: Text, version: str) -> None:
        super().__init__(parent, text("ui.batch.check_title"), scope)
        line = row(gap=12)
        line.addWidget(Label(text("ui.batch.by_rules"), "h3"))
        self.rules = Segmented(
            [
                Option("own", text("ui.batch.rules_own")),
                Option("newest", text("ui.batch.rules_newest", version=version)),
            ],
            "own",
        )
        self.against = "own"
        self.rules.chosen.connect(self._chosen)
        line.addWidget(self.rules)
        line.addStretch(1)
        self.body.addLayout(line)
        self.found = LinesBlock(_HEAD, (190, 84, 210, 0, 112), "ui.batch.check_title")
        self.found.table.taken.connect(self.taken)
        self.found.hide()
        self.body.addWidget(self.found, 1)
        self.body.addStretch(0)
        self.save = Button(text("ui.batch.save_report"), "quiet", "download", self.save_wanted.emit)
        self.save.hide()
        self.add_action(self.save, first=True)
        self.open_button = Button(text("ui.batch.go_there"), "secondary", "pencil", self._open)
        self.open_button.hide()
        self.add_action(self.open_button)
        self.begin = Button(text("ui.batch.check_now"), "primary", "check", self.check_wanted.emit)
        self.add_action(self.begin)
        self.begin.setFocus()

    def show_found(self, title: str, lines: Sequence[tuple[str, ...]], tones: Sequence[str]) -> None:
        """All that was found, what must be mended first."""
        self.show_rest()
        self.found.setVisible(bool(lines))
        self.found.show_lines(title, lines, tones)
        self.save.setVisible(bool(lines))
        self.open_button.setVisible(bool(lines))
        self.begin.set_kind("secondary" if lines else "primary")
        if lines:
            self.found.table.selectRow(0)
            self.found.table.setFocus()
        else:
            self.show_said(title or tr("ui.batch.nothing_wrong"), "ok")

    def _chosen(self, code: str) -> None:
        self.against = code

    def _open(self) -> None:
        index = self.found.table.currentIndex()
        if index.isValid():
            self.taken.emit(index.row())
