"""A register that has been read: what it would bring, everything that is wrong in it, and the decision."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from cpdesk.ui.language import say, text, tr
from cpdesk.ui.pages.lines_table import LinesModel, LinesTable
from cpdesk.ui.site_views import ImportView
from cpdesk.ui.widgets.bars import ProgressBar
from cpdesk.ui.widgets.basic import Block, Button, IconText, Label, column, row
from cpdesk.ui.widgets.choices import ComboBox, Option
from cpdesk.ui.widgets.fields import TextField

_WIDTHS = (112, 132, 288, 0)


def problem_head() -> tuple[str, str, str, str]:
    """What stands above the columns of the list."""
    return tr("ui.import.place"), tr("ui.import.value"), tr("ui.import.wrong_how"), tr("ui.import.remedy")


class ImportDialog(QDialog):
    """`place_given` carries township code and village of a register without them; `import_wanted` is the decision."""

    place_given = Signal(str, str)
    import_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, parent: QWidget, file: str, townships: Sequence[Option], township_code: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("ui.sites.import_from"))
        self.resize(920, 580)
        self.view: ImportView | None = None
        stack = column(self, (24, 20, 24, 20), 12)
        stack.addWidget(Label(text("ui.import.title", file=file), "title"))
        self.counts = Label("", "h3", wrap=True)
        stack.addWidget(self.counts)
        self.notes = Label("", "table", "text2", wrap=True)
        stack.addWidget(self.notes)
        stack.addWidget(self._make_place(townships, township_code))
        self.fault = IconText("", "bad", "alert", ground=True)
        stack.addWidget(self.fault)
        self._make_list()
        stack.addWidget(self.list, 1)
        self.progress = ProgressBar()
        stack.addWidget(self.progress)
        stack.addStretch(0)
        buttons = row(gap=12)
        self.copy_button = Button(text("ui.import.copy"), "quiet", on_click=self.table.copy)
        self.save_button = Button(text("ui.import.save"), "quiet", "download", self.save_wanted.emit)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.save_button)
        buttons.addStretch(1)
        self.none_button = Button("", "secondary", on_click=self.reject)
        self.import_button = Button("", "primary", on_click=self.import_wanted.emit)
        buttons.addWidget(self.none_button)
        buttons.addWidget(self.import_button)
        stack.addLayout(buttons)
        self.show_reading()

    def show_reading(self) -> None:
        """The file is being read."""
        self.counts.set_words(text("ui.import.reading"))
        for part in (self.notes, self.place, self.fault, self.list, self.progress, self.copy_button, self.save_button):
            part.hide()
        self.none_button.set_words(text("ui.import.cancel"))
        self.import_button.hide()
        self.none_button.setFocus()

    def show_view(self, view: ImportView) -> None:
        """What the register would bring; the safe answer has the focus while anything is wrong."""
        self.view = view
        self.fault.hide()
        self.progress.hide()
        self.counts.set_words(
            text("ui.import.counts", new=view.new, changed=view.changed, unchanged=view.unchanged, wrong=view.wrong)
        )
        self.notes.set_words("\n".join(view.notes))
        self.notes.setVisible(bool(view.notes))
        self.place.setVisible(view.lacks_township or view.lacks_village)
        for label, field, lacks in (
            (self._township_label, self.township, view.lacks_township),
            (self._village_label, self.village, view.lacks_village),
        ):
            label.setVisible(lacks)
            field.setVisible(lacks)
        wrong = bool(view.problems)
        self.model.show_lines(view.problems)
        self.list_title.set_words(text("ui.import.problem_count", n=len(view.problems)))
        for widget in (self.list, self.copy_button, self.save_button):
            widget.setVisible(wrong)
        self.import_button.set_words(text("ui.import.take_good" if wrong else "ui.import.take", n=view.usable))
        self.import_button.setVisible(view.usable > 0)
        self.import_button.setEnabled(True)
        self.none_button.set_words(text("ui.import.take_none" if view.usable else "ui.batch.close"))
        if self.place.isVisibleTo(self) and not self.village.text() and view.lacks_village:
            self.village.setFocus()
        else:
            (self.import_button if view.usable and not wrong else self.none_button).setFocus()

    def show_fault(self, words: str) -> None:
        """The file could not be read, or nothing could be written: why, and what to do."""
        self.show_reading()
        self.counts.set_words(text("ui.import.not_read"))
        self.fault.set_words(words)
        self.fault.show()

    def show_progress(self, done: int, total: int) -> None:
        """The import runs; it is one answer to one press."""
        self.import_button.setEnabled(False)
        self.progress.show()
        self.progress.show_share(done / total if total else 0.0)

    def _make_list(self) -> None:
        self.list = QWidget()
        stack = column(self.list, gap=8)
        self.list_title = Label("", "h3")
        stack.addWidget(self.list_title)
        self.model = LinesModel(problem_head, self)
        self.table = LinesTable(self.model, _WIDTHS, tr("ui.import.problems"))
        frame = Block("grid")
        column(frame, (1, 1, 1, 1)).addWidget(self.table)
        stack.addWidget(frame, 1)

    def _make_place(self, townships: Sequence[Option], township_code: str) -> QWidget:
        self.place = Block("inset")
        stack = column(self.place, (16, 12, 16, 12), 8)
        stack.addWidget(Label(text("ui.import.ask_place"), "table", "text2", wrap=True))
        line = row(gap=12)
        self.township = ComboBox(townships, township_code or None)
        self.township.setMaximumWidth(240)
        self._township_label = Label(text("site_field.township_code"), "h3")
        self.township.setAccessibleName(say(text("site_field.township_code")))
        self.village = TextField()
        self.village.setMaximumWidth(240)
        self._village_label = Label(text("site_field.village"), "h3")
        self.village.setAccessibleName(say(text("site_field.village")))
        self.village.moved_on.connect(self._give_place)
        for part in (self._township_label, self.township, self._village_label, self.village):
            line.addWidget(part)
        self.again_button = Button(text("ui.import.again"), "secondary", on_click=self._give_place)
        line.addWidget(self.again_button)
        line.addStretch(1)
        stack.addLayout(line)
        return self.place

    def _give_place(self) -> None:
        self.place_given.emit(str(self.township.currentData() or ""), self.village.text().strip())
