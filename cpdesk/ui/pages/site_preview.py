"""The pane beside a list of sites: how the chosen one stands."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cpdesk.ui.language import text, tr
from cpdesk.ui.site_views import SitePreview
from cpdesk.ui.views import Fact, StatusView
from cpdesk.ui.widgets.bars import ShareStrip
from cpdesk.ui.widgets.basic import Block, Button, ElidedLabel, Label, Line, Pill, Scroll, clear, column, row
from cpdesk.ui.widgets.photos import Thumbnail

_PICTURES: Final = 3


class PreviewPane(Block):
    """Title, where the heat goes, three figures, facts, what happened last; one primary button."""

    open_wanted = Signal(str)
    report_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("pane-right", parent)
        self.setFixedWidth(364)
        self._id = ""
        outer = column(self)
        body = QWidget()
        self._stack = column(body, (20, 16, 20, 12), 12)
        head = row(gap=8)
        self._title = ElidedLabel("", "h2")
        self._status = Pill()
        head.addWidget(self._title, 1)
        head.addWidget(self._status)
        self._stack.addLayout(head)
        self._address = Label("", "meta", "text2", wrap=True)
        self._stack.addWidget(self._address)
        heat = row(gap=8)
        self._heat_title = Label(text("ui.result.heat"), "h3")
        self._heat = Label("", "meta", "text2")
        heat.addWidget(self._heat_title)
        heat.addStretch(1)
        heat.addWidget(self._heat)
        self._stack.addLayout(heat)
        self._strip = ShareStrip()
        self._stack.addWidget(self._strip)
        self._line1 = Line()
        self._stack.addWidget(self._line1)
        self._make_lower()
        outer.addWidget(Scroll(body), 1)
        self._make_foot(outer)
        self.show_nothing()

    def _make_lower(self) -> None:
        self._figures = QWidget()
        self._figures_line = row(self._figures, gap=16)
        self._stack.addWidget(self._figures)
        self._line2 = Line()
        self._stack.addWidget(self._line2)
        self._facts = QWidget()
        column(self._facts, gap=4)
        self._stack.addWidget(self._facts)
        self._photos = QWidget()
        photos_line = row(self._photos, gap=8)
        self.pictures = [Thumbnail() for _place in range(_PICTURES)]
        for picture in self.pictures:
            picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            picture.setFixedSize(102, 76)
            photos_line.addWidget(picture)
        photos_line.addStretch(1)
        self._stack.addWidget(self._photos)
        self._line3 = Line()
        self._stack.addWidget(self._line3)
        self._events_title = Label(text("ui.preview.events"), "h3")
        self._stack.addWidget(self._events_title)
        self._events = QWidget()
        column(self._events, gap=2)
        self._stack.addWidget(self._events)
        self._stack.addStretch(1)

    def _make_foot(self, outer: QVBoxLayout) -> None:
        self._foot = Block("foot")
        foot = row(self._foot, (20, 12, 20, 16), 8)
        self.open_button = Button("", "primary", "pencil", lambda: self.open_wanted.emit(self._id))
        self.report_button = Button(
            text("ui.households.report"), "secondary", "report", lambda: self.report_wanted.emit(self._id)
        )
        foot.addWidget(self.open_button, 1)
        foot.addWidget(self.report_button)
        outer.addWidget(self._foot)

    def show_nothing(self) -> None:
        """No site is chosen."""
        self.show_site(SitePreview("", "", "", self._blank(), ""))

    def show_site(self, view: SitePreview) -> None:
        self._id = view.id
        self._title.set_words(view.title)
        self._status.show_status(view.status.words, view.status.tone, view.status.icon)
        self._status.setVisible(bool(view.status.words))
        self._address.set_words(view.address)
        self._heat.set_words(view.heat)
        self._strip.show_shares(view.shares)
        for part in (self._heat_title, self._heat, self._strip, self._line1):
            part.setVisible(bool(view.shares))
        self._show_figures(view.figures)
        self._figures.setVisible(bool(view.figures))
        self._line2.setVisible(bool(view.figures))
        _show_facts(self._facts, view.facts)
        self._show_photos(view.photos)
        self._events_title.setVisible(bool(view.events))
        self._line3.setVisible(bool(view.events))
        _show_facts(self._events, view.events)
        self.open_button.set_words(view.primary)
        self.report_button.setVisible(view.report)
        self._foot.setVisible(bool(view.id))

    def _show_figures(self, figures: tuple[Fact, ...]) -> None:
        clear(self._figures_line)
        for place, figure in enumerate(figures):
            block = column(gap=2)
            block.addWidget(Label(figure.label, "meta", "text2"))
            value, _space, unit = figure.value.partition(" ")
            line = row(gap=5)
            line.addWidget(Label(value, "title", "accent" if figure.tone == "info" else "text"))
            line.addWidget(Label(unit, "table", "text2"), 0, Qt.AlignmentFlag.AlignBottom)
            line.addStretch(1)
            block.addLayout(line)
            self._figures_line.addLayout(block, 0 if place == len(figures) - 1 else 1)

    def _show_photos(self, photos: tuple[QImage, ...]) -> None:
        self._photos.setVisible(bool(photos))
        for place, picture in enumerate(self.pictures):
            picture.setVisible(place < len(photos))
            picture.show_image(photos[place] if place < len(photos) else QImage(), tr("ui.preview.photo"))

    def _blank(self) -> StatusView:
        return StatusView("")


def _show_facts(holder: QWidget, facts: tuple[Fact, ...]) -> None:
    layout = holder.layout()
    assert layout is not None
    clear(layout)
    grid = QWidget(holder)
    lines = QGridLayout(grid)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setHorizontalSpacing(16)
    lines.setVerticalSpacing(6)
    lines.setColumnStretch(1, 1)
    for place, fact in enumerate(facts):
        label = Label(fact.label, "table", "text2")
        lines.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
        tone = {"bad": "bad", "warn": "warn", "ok": "ok", "info": "accent"}.get(fact.tone, "text")
        value = Label(fact.value, "table", tone, wrap=len(fact.value) > 18)
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        lines.addWidget(value, place, 1)
    layout.addWidget(grid)
    holder.setVisible(bool(facts))
