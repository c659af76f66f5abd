"""What dialogs of batch work share: what it is for, a body, progress that can be stopped, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.lines_table import LinesModel, LinesTable
from cpdesk.ui.widgets.bars import ProgressBar
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, Words, clear, column, row

_ICONS: Final = {"ok": "check", "info": "info", "warn": "warning", "bad": "alert"}


class BatchDialog(QDialog):
    """It stays beside the window, so that a person goes on working meanwhile. `stop_wanted` asks to stop what runs."""

    stop_wanted = Signal()

    def __init__(self, parent: QWidget, title: Words, about: Words) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title if isinstance(title, str) else tr(title.key, **title.fields))
        self.resize(960, 640)
        outer = column(self, (24, 20, 24, 20), 12)
        outer.addWidget(Label(title, "title"))
        self.about = Label(about, "table", "text2", wrap=True)
        outer.addWidget(self.about)
        self.body: QVBoxLayout = column(gap=10)
        outer.addLayout(self.body, 1)
        self.said: IconText | None = None
        self._said_place = column()
        outer.addLayout(self._said_place)
        self._running = QWidget()
        line = row(self._running, gap=12)
        self._bar = ProgressBar()
        self._step = Label("", "meta", "text2")
        self.stop = Button(text("ui.batch.stop"), "secondary", on_click=self.stop_wanted.emit)
        line.addWidget(self._bar, 1)
        line.addWidget(self._step)
        line.addWidget(self.stop)
        self._running.hide()
        outer.addWidget(self._running)
        self.foot: QHBoxLayout = row(gap=12)
        self.foot.addStretch(1)
        self.close_button = Button(text("ui.batch.close"), "secondary", on_click=self.reject)
        self.foot.addWidget(self.close_button)
        outer.addLayout(self.foot)
        self.finished.connect(lambda _result: self.stop_wanted.emit())

    def add_action(self, button: Button, *, first: bool = False) -> None:
        """Put a button into the foot: at its left end, or as what the dialog is for."""
        self.foot.insertWidget(0 if first else self.foot.count(), button)

    def show_progress(self, done: int, total: int) -> None:
        """Something runs: how far it has come."""
        self._say("", "ok")
        self._running.show()
        self._bar.show_share(done / total if total else 0.0)
        self._step.set_words(tr("ui.batch.progress", done=done, total=total) if total else tr("ui.batch.working"))

    def show_rest(self) -> None:
        """Nothing runs any more."""
        self._running.hide()

    def is_running(self) -> bool:
        return self._running.isVisibleTo(self)

    def show_said(self, words: str, tone: str = "ok") -> None:
        """What came of it."""
        self.show_rest()
        self._say(words, tone)

    def said_words(self) -> str:
        """What the dialog says above its foot."""
        return self.said.words() if self.said is not None else ""

    def _say(self, words: str, tone: str) -> None:
        clear(self._said_place)
        self.said = IconText(words, tone, _ICONS[tone], ground=True) if words else None
        if self.said is not None:
            self._said_place.addWidget(self.said)

    def show_fault(self, words: str) -> None:
        """It could not be done: why, and what to do."""
        self.show_said(words, "bad")


class LinesBlock(QWidget):
    """A table of words in a frame under a heading."""

    def __init__(self, heads: Sequence[str], widths: Sequence[int], name: str, *, flat: bool = False) -> None:
        super().__init__()
        stack = column(self, gap=8)
        self.title = Label("", "h3", wrap=True)
        stack.addWidget(self.title)
        self.model = LinesModel(lambda: [tr(key) for key in heads], self)
        self.table = LinesTable(self.model, widths, tr(name), flat=flat)
        frame = Block("grid")
        column(frame, (1, 1, 1, 1)).addWidget(self.table)
        stack.addWidget(frame, 1)

    def show_lines(self, title: Words, lines: Sequence[tuple[str, ...]], tones: Sequence[str] = ()) -> None:
        self.title.set_words(title)
        self.model.show_lines(lines, tones)
