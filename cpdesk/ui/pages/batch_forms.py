"""The forms of this desk and their versions; a new version looked over, published, and what it does to the surveys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import Text, text
from cpdesk.ui.pages.batch_dialog import BatchDialog, LinesBlock
from cpdesk.ui.widgets.basic import Block, Button, CheckBox, Label, column, row

_VERSIONS: Final = ("ui.forms.form", "ui.forms.version", "ui.forms.surveys", "ui.forms.state")
_FINDINGS: Final = ("ui.forms.place", "ui.forms.finding", "ui.forms.remedy", "ui.forms.severity")
_RECORDS: Final = (
    "ui.batch.survey",
    "ui.forms.from",
    "ui.forms.changed",
    "ui.forms.aside",
    "ui.forms.what",
    "ui.forms.problems",
)


class FormsDialog(BatchDialog):
    """`file_wanted` asks for a file; `publish_wanted`, `preview_wanted` and `migrate_wanted` are decisions over it."""

    file_wanted = Signal()
    publish_wanted = Signal()
    preview_wanted = Signal()
    migrate_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, text("ui.forms.title"), text("ui.forms.about"))
        self.versions = LinesBlock(_VERSIONS, (0, 180, 120, 160), "ui.forms.title", flat=True)
        self.body.addWidget(self.versions, 1)
        self._make_new()
        self.findings = LinesBlock(_FINDINGS, (170, 300, 0, 90), "ui.forms.findings")
        self.records = LinesBlock(_RECORDS, (190, 120, 72, 72, 0, 84), "ui.forms.records")
        for block in (self.findings, self.records):
            block.hide()
            self.body.addWidget(block, 3)
        self.file = Button(text("ui.forms.choose"), "secondary", "folder", self.file_wanted.emit)
        self.add_action(self.file, first=True)
        self.preview = Button(text("ui.forms.preview"), "secondary", "eye", self.preview_wanted.emit)
        self.publish = Button(text("ui.forms.publish"), "primary", "check", self.publish_wanted.emit)
        self.migrate = Button(text("ui.forms.migrate", n=0), "primary", "check", self.migrate_wanted.emit)
        for button in (self.preview, self.publish, self.migrate):
            button.hide()
            self.add_action(button)
        self.file.setFocus()

    def _make_new(self) -> None:
        self._new = Block("inset")
        stack = column(self._new, (16, 10, 16, 12), 6)
        self._new_title = Label("", "h3", wrap=True)
        self._new_words = Label("", "table", "text2", wrap=True)
        stack.addWidget(self._new_title)
        stack.addWidget(self._new_words)
        line = row()
        self.filled = CheckBox(text("ui.forms.filled"))
        self.filled.toggled.connect(lambda _on: self._stale())
        line.addWidget(self.filled)
        line.addStretch(1)
        stack.addLayout(line)
        self._new.hide()
        self.body.addWidget(self._new)

    def show_versions(self, lines: Sequence[tuple[str, ...]]) -> None:
        """What is published here, the newest of each form first."""
        self.versions.show_lines(text("ui.forms.count", n=len(lines)), lines)

    def show_checked(
        self, title: str, words: str, lines: Sequence[tuple[str, ...]], tones: Sequence[str], *, sound: bool
    ) -> None:
        """What the look over a file found; an unsound one can be neither published nor tried."""
        self.show_rest()
        self.versions.hide()
        self._new.show()
        self._new_title.set_words(title)
        self._new_words.set_words(words)
        self.filled.setVisible(sound)
        self.records.hide()
        self.migrate.hide()
        self.findings.setVisible(bool(lines))
        self.findings.show_lines(text("ui.forms.findings_count", n=len(lines)), lines, tones)
        self.preview.setVisible(sound)
        self.publish.setVisible(sound)
        self.publish.setEnabled(True)

    def show_preview(self, title: Text | str, lines: Sequence[tuple[str, ...]], tones: Sequence[str], n: int) -> None:
        """What the new version would do to the surveys; nothing is done yet."""
        self.show_rest()
        self.findings.hide()
        self.records.show()
        self.records.show_lines(title, lines, tones)
        self.migrate.set_words(text("ui.forms.migrate", n=n))
        self.migrate.setVisible(n > 0)
        self.migrate.setEnabled(True)
        self.publish.set_kind("secondary" if n else "primary")

    def show_published(self, words: str) -> None:
        """It stands on this desk now."""
        for part in (self.publish, self.findings):
            part.hide()
        self.versions.setVisible(self.records.isHidden())
        self.show_said(words, "ok")

    def _stale(self) -> None:
        self.records.hide()
        self.migrate.hide()
