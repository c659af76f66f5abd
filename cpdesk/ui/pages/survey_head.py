"""What stands above the questions of a section: its title and what can be done, the comparison, the explanation."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from cpdesk.ui.language import text
from cpdesk.ui.survey_views import CompareView
from cpdesk.ui.views import SectionPage
from cpdesk.ui.widgets.basic import Block, Button, CheckBox, ElidedLabel, Label, Scroll, column, row

_WHY_TALLEST = 200


class SectionHead(Block):
    """Number, title and note of the section; remove, remark, compare, why."""

    remove_wanted = Signal()
    why_wanted = Signal()
    remark_wanted = Signal()
    beside_wanted = Signal()
    side_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bar", parent)
        self.setFixedHeight(57)
        line = row(self, (32, 0, 16, 1), 4)
        self._number, self._title = Label("", "title"), ElidedLabel("", "title")
        self._note = ElidedLabel("", "meta", "text2")
        line.addWidget(self._number)
        line.addSpacing(6)
        line.addWidget(self._title)
        line.addSpacing(6)
        line.addWidget(self._note, 1)
        self.remove = Button(text("ui.survey.remove_item"), "quiet", "trash", self.remove_wanted.emit)
        self.remark = Button(text("ui.remark.write"), "quiet", "note", self.remark_wanted.emit, tip="Ctrl M")
        self.beside = Button(text("ui.last.compare"), "quiet", "clock", self.beside_wanted.emit, tip="Ctrl L")
        self.beside.setCheckable(True)
        self.why = Button(text("ui.survey.why"), "quiet", "info", self.why_wanted.emit, tip="F1")
        self.side = Button(text("ui.survey.panel"), "quiet", "chevron-left", self.side_wanted.emit)
        self.side.hide()
        for button in (self.remove, self.remark, self.beside, self.why, self.side):
            line.addWidget(button)

    def show_section(self, page: SectionPage) -> None:
        self._number.set_words(page.number)
        self._title.set_words(page.title)
        self._note.set_words(page.note)
        self.remove.setVisible(bool(page.item))

    def show_last(self, has_last: bool) -> None:
        """Comparing is offered where there was a visit before."""
        self.beside.setVisible(has_last)

    def show_comparing(self, comparing: bool) -> None:
        self.beside.setChecked(comparing)

    def show_folded(self, folded: bool) -> None:
        """Where the panel is folded away a button brings it, and the words of the others must be short."""
        self.side.setVisible(folded)
        self.why.set_words(text("ui.survey.why_short" if folded else "ui.survey.why"))


class CompareBar(QWidget):
    """With which visit is compared, how much is other, and whether only that is shown."""

    closed = Signal()
    only_changes_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = row(self, (32, 8, 32, 0))
        block = Block("inset")
        line = row(block, (16, 4, 4, 4), 12)
        self._headline = ElidedLabel("", "table", "text2")
        self.only_changes = CheckBox(text("ui.last.only_changes"))
        self.only_changes.toggled.connect(self.only_changes_wanted)
        line.addWidget(self._headline, 1)
        line.addWidget(self.only_changes)
        line.addWidget(Button("", "quiet", "close", self.closed.emit, tip=text("ui.close")))
        outer.addWidget(block)
        self.hide()

    def show_comparison(self, view: CompareView | None) -> None:
        self.setVisible(view is not None)
        if view is not None:
            self._headline.set_words(view.headline)
            self.only_changes.blockSignals(True)
            self.only_changes.setChecked(view.only_changes)
            self.only_changes.blockSignals(False)


class WhyBlock(QWidget):
    """Why a question is asked, hidden or wrong, until it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = row(self, (32, 8, 32, 0))
        block = Block("inset")
        line = row(block, (16, 10, 8, 10), 12)
        words = column(gap=2)
        self._title = Label("", "h3", wrap=True)
        self._words = Label("", "table", "text2", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._scroll = Scroll(self._words)
        words.addWidget(self._title)
        words.addWidget(self._scroll)
        line.addLayout(words, 1)
        self.close_button = Button("", "quiet", "close", self.hide, tip=text("ui.close"))
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        outer.addWidget(block)
        self.hide()

    def show_why(self, label: str, words: str) -> None:
        self._title.set_words(label)
        self._words.set_words(words)
        self.show()
        self._fit()
        QTimer.singleShot(0, self, self._fit)  # once more when the layout has given it its width

    def words(self) -> str:
        return self._words.words()

    def _fit(self) -> None:
        height = self._words.heightForWidth(max(200, self._scroll.viewport().width())) + 6
        policy = Qt.ScrollBarPolicy
        self._scroll.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if height > _WHY_TALLEST else policy.ScrollBarAlwaysOff
        )
        self._scroll.setFixedHeight(min(_WHY_TALLEST, height))

    def resizeEvent(self, event: object) -> None:
        self._fit()
