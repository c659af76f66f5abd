"""审核: surveys by where they stand in the review, and the one that is chosen with its remarks beside."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from cpdesk.ui.actions import install
from cpdesk.ui.language import Text, text, tr
from cpdesk.ui.pages.sync_state import LinesCard
from cpdesk.ui.review_views import ReviewList, ReviewPreview
from cpdesk.ui.views import Fact, OptionView
from cpdesk.ui.widgets.basic import Block, Button, Label, Pill, Scroll, clear, column, row
from cpdesk.ui.widgets.choices import ComboBox, FlowLayout, Option
from cpdesk.ui.widgets.fields import SearchField
from cpdesk.ui.widgets.lines import LineList


class ReviewPage(QWidget):
    """Left the list with its filters, right the survey that is chosen. Enter opens it."""

    asked = Signal()
    chosen = Signal(str)
    open_wanted = Signal(str, str)
    submit_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = ""
        self.view: ReviewList | None = None
        self.preview: ReviewPreview | None = None
        line = row(self)
        line.addWidget(self._make_list())
        line.addWidget(self._make_preview(), 1)
        install(self, "review", {"review.search": self._search})
        self.show_preview(None)

    def minimumSizeHint(self) -> QSize:
        return QSize(760, 420)

    def show_list(self, view: ReviewList) -> None:
        """The surveys of a status; the one that is chosen stays chosen while it is there."""
        self.view, self.status = view, view.status
        self._show_chips(view)
        _offer(self.township, view.townships, text("ui.review.all_townships"))
        _offer(self.form, view.forms, text("ui.review.all_forms"))
        self._headline.set_words(view.headline)
        self.list.show_lines(view.lines)
        self.list.setVisible(bool(view.lines))
        self._empty.set_words(view.empty)
        self._empty.setVisible(not view.lines)
        self.submit_all.setVisible(bool(view.submit) and len(view.lines) > 1)
        self.submit_all.set_words(view.submit)
        if not view.lines:
            self.show_preview(None)
        elif self.list.current() is None:
            self.list.go_to(view.lines[0].key)

    def show_preview(self, view: ReviewPreview | None) -> None:
        """The survey that is chosen."""
        self.preview = view
        self._inside.setVisible(view is not None)
        if view is None:
            return
        self._title.set_words(view.title)
        self._pill.show_status(view.status.words, view.status.tone, view.status.icon)
        clear(self._facts)
        for fact in view.facts:
            self._facts.addLayout(_fact_line(fact))
        self.open_button.set_words(view.open_words)
        self.submit.setVisible(bool(view.submit))
        self.submit.set_words(view.submit)
        for card, panel in ((self.remarks, view.remarks), (self.changed, view.changed)):
            card.setVisible(bool(panel.lines))
            card.show_panel(panel)

    def township_code(self) -> str:
        return str(self.township.currentData() or "")

    def form_id(self) -> str:
        return str(self.form.currentData() or "")

    # how it is made -------------------------------------------------------------------------------------------------

    def _make_list(self) -> Block:
        pane = Block("pane-left")
        pane.setFixedWidth(400)
        stack = column(pane, (16, 16, 8, 8), 8)
        chips = QWidget()
        self._chips = FlowLayout(chips)
        self._group = QButtonGroup(self)
        self.chips: dict[str, Button] = {}
        stack.addWidget(chips)
        filters = row(margins=(0, 0, 8, 0), gap=8)
        self.search = SearchField(text("ui.review.search"))
        self.search.searched.connect(lambda _words: self.asked.emit())
        self.township, self.form = ComboBox(), ComboBox()
        for combo, name in ((self.township, "ui.review.all_townships"), (self.form, "ui.review.all_forms")):
            combo.setAccessibleName(tr(name))
            combo.setMinimumWidth(0)
            combo.activated.connect(lambda _place: self.asked.emit())
            filters.addWidget(combo, 1)
        box = row(margins=(0, 0, 8, 0))
        box.addWidget(self.search)
        stack.addLayout(box)
        stack.addLayout(filters)
        self._headline = Label("", "meta", "text2", wrap=True)
        stack.addWidget(self._headline)
        self.list = LineList()
        self.list.opened.connect(lambda key: self.open_wanted.emit(key, ""))
        self.list.selectionModel().currentChanged.connect(lambda _now, _before: self._choose())
        stack.addWidget(self.list, 1)
        self._empty = Label("", "body", "text2", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        stack.addWidget(self._empty, 1)
        self.submit_all = Button("", "primary", "arrow-up", self._submit_all)
        stack.addWidget(self.submit_all)
        return pane

    def _make_preview(self) -> QWidget:
        holder = QWidget()
        line = row(holder, (32, 20, 32, 24))
        self._inside = QWidget()
        self._inside.setMaximumWidth(760)
        line.addWidget(self._inside, 100)
        line.addStretch(1)
        stack = column(self._inside, gap=12)
        head = row(gap=12)
        self._title = Label("", "title")
        self._pill = Pill()
        head.addWidget(self._title)
        head.addWidget(self._pill)
        head.addStretch(1)
        stack.addLayout(head)
        self._facts = column(gap=4)
        stack.addLayout(self._facts)
        buttons = row(gap=8)
        self.open_button = Button("", "primary", on_click=lambda: self._open(""))
        self.submit = Button("", "secondary", "arrow-up", self._submit)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.submit)
        buttons.addStretch(1)
        stack.addLayout(buttons)
        self.remarks, self.changed = LinesCard("ui.review.remarks"), LinesCard("ui.review.changed")
        for card in (self.remarks, self.changed):
            card.list.opened.connect(self._open)
            stack.addWidget(card)
        stack.addStretch(1)
        return Scroll(holder)

    # what happens ---------------------------------------------------------------------------------------------------

    def _show_chips(self, view: ReviewList) -> None:
        codes = [chip.code for chip in view.chips]
        if codes != list(self.chips):
            clear(self._chips)
            self.chips = {}
            for code in codes:
                button = Button("", "chip")
                button.setCheckable(True)
                button.clicked.connect(lambda _checked=False, code=code: self._filter(code))
                self._group.addButton(button)
                self.chips[code] = button
                self._chips.addWidget(button)
        for chip in view.chips:
            self.chips[chip.code].set_words(f"{chip.words} {chip.count}")
            self.chips[chip.code].setChecked(chip.code == view.status)

    def _filter(self, code: str) -> None:
        self.status = code
        self.asked.emit()

    def _choose(self) -> None:
        line = self.list.current()
        if line is not None:
            self.chosen.emit(line.key)

    def _open(self, key: str) -> None:
        if self.preview is not None:
            self.open_wanted.emit(self.preview.survey, key.partition(" ")[2])

    def _submit(self) -> None:
        if self.preview is not None:
            self.submit_wanted.emit((self.preview.survey,))

    def _submit_all(self) -> None:
        if self.view is not None:
            self.submit_wanted.emit(tuple(line.key for line in self.view.lines))

    def _search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()


def _offer(combo: ComboBox, options: tuple[OptionView, ...], every: Text) -> None:
    """A filter with one choice is none."""
    combo.setVisible(len(options) > 1)
    if combo.codes() != ["", *(option.code for option in options)]:
        before = str(combo.currentData() or "")
        combo.show_options([Option("", every), *(Option(option.code, option.words) for option in options)], before)


def _fact_line(fact: Fact) -> QHBoxLayout:
    line = row(gap=12)
    label = Label(fact.label, "table", "text2")
    label.setFixedWidth(96)
    line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
    ink = {"bad": "bad", "warn": "warn", "ok": "ok"}.get(fact.tone, "text")
    line.addWidget(Label(fact.value, "table", ink, wrap=True), 1)
    return line
