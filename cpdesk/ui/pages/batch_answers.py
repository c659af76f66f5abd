"""Answers out to a file, asked with or without personal data; and answers of a file in, shown first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import Text, text
from cpdesk.ui.pages.batch_dialog import BatchDialog, LinesBlock
from cpdesk.ui.widgets.basic import Block, Button, Label, column
from cpdesk.ui.widgets.choices import ChoiceButtons, Option

_PROBLEM_HEAD = ("ui.import.place", "ui.import.value", "ui.import.wrong_how", "ui.import.remedy")


class ExportDialog(BatchDialog):
    """`file_wanted` asks where to; whether personal data goes out must be said first."""

    file_wanted = Signal()

    def __init__(self, parent: QWidget, scope: Text) -> None:
        super().__init__(parent, text("ui.batch.export_title"), scope)
        self.resize(640, 360)
        ask = Block("inset")
        stack = column(ask, (16, 14, 16, 16), 8)
        stack.addWidget(Label(text("ui.batch.personal"), "h3"))
        stack.addWidget(Label(text("ui.batch.personal_what"), "table", "text2", wrap=True))
        self.personal: bool | None = None
        self.choice = ChoiceButtons(
            [Option("no", text("ui.batch.personal_no")), Option("yes", text("ui.batch.personal_yes"))]
        )
        self.choice.setAccessibleName(text("ui.batch.personal").key)
        self.choice.chosen.connect(self._chosen)
        stack.addWidget(self.choice)
        self.body.addWidget(ask)
        self.body.addWidget(Label(text("ui.batch.export_kinds"), "table", "text2", wrap=True))
        self.body.addStretch(1)
        self.save = Button(text("ui.batch.export_to"), "primary", "download", self.file_wanted.emit)
        self.save.setEnabled(False)
        self.add_action(self.save)
        self.choice.setFocus()

    def _chosen(self, code: object) -> None:
        self.personal = None if code is None else code == "yes"
        self.save.setEnabled(self.personal is not None)


class ImportAnswersDialog(BatchDialog):
    """`apply_wanted` decides over what a file would change; `save_wanted` asks for the list of what is wrong."""

    apply_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, parent: QWidget, file: str) -> None:
        super().__init__(parent, text("ui.batch.import_title", file=file), text("ui.batch.import_about"))
        self.counts = Label("", "h3", wrap=True)
        self.counts.hide()
        self.body.addWidget(self.counts)
        self.problems = LinesBlock(_PROBLEM_HEAD, (150, 140, 300, 0), "ui.batch.import_problems")
        self.problems.hide()
        self.body.addWidget(self.problems, 1)
        self.body.addStretch(0)
        self.save = Button(text("ui.import.save"), "quiet", "download", self.save_wanted.emit)
        self.save.hide()
        self.add_action(self.save, first=True)
        self.apply = Button(text("ui.batch.apply", n=0), "primary", "pencil", self.apply_wanted.emit)
        self.apply.hide()
        self.add_action(self.apply)

    def show_reading(self, counts: str, lines: Sequence[tuple[str, ...]], changing: int) -> None:
        """What the file would change, and the cells that are wrong."""
        self.show_rest()
        self.counts.set_words(counts)
        self.counts.show()
        self.problems.setVisible(bool(lines))
        self.problems.show_lines(text("ui.import.problem_count", n=len(lines)), lines)
        self.save.setVisible(bool(lines))
        self.apply.set_words(text("ui.batch.apply_good" if lines else "ui.batch.apply", n=changing))
        self.apply.setVisible(changing > 0)
        self.apply.setEnabled(True)
        (self.apply if changing and not lines else self.close_button).setFocus()
