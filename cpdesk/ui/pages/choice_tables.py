"""Tables of the packages page: the best by each goal, the levels, the shares. Every figure in them opens its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from cpdesk.ui.figure_views import ChoiceRow
from cpdesk.ui.language import text, tr
from cpdesk.ui.views import Fact
from cpdesk.ui.widgets.basic import Button, IconText, Label, Line, Pill, column, row, set_property

Wanted = Callable[[str], object]
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TOP_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop


class FigureButton(Button):
    """A figure that opens its proof; a screen reader says what it is a figure of, not only its digits."""

    def __init__(self, fact: Fact, wanted: Wanted, spoken: str) -> None:
        self._spoken = spoken
        super().__init__(fact.value, "figure", on_click=lambda: wanted(fact.figure), tip=text("ui.explain.open_figure"))

    def _show(self) -> None:
        super()._show()
        self.setAccessibleName(self._spoken)


def figure_cell(fact: Fact, wanted: Wanted, *, of: str = "") -> QWidget:
    """A figure to press; `of` says to a screen reader what it belongs to."""
    if not fact.figure:
        return Label(fact.value, "table")
    made = FigureButton(fact, wanted, " ".join(part for part in (of, fact.label, fact.value) if part))
    if fact.tone in ("ok", "bad"):
        set_property(made, "c", fact.tone)
    return made


def choice_table(rows: Sequence[ChoiceRow], wanted: Wanted) -> QWidget:
    """One combination a row: goal and measures at the left, figures at the right."""
    grid = QWidget()
    lines = _grid(grid)
    if rows:
        for place, fact in enumerate(rows[0].figures, 1):
            lines.addWidget(Label(fact.label, "meta", "text2"), 0, place, _RIGHT)
    for number, each in enumerate(rows):
        line = 1 + number * 3
        lines.addWidget(_title(each), line, 0)
        for place, fact in enumerate(each.figures, 1):
            lines.addWidget(figure_cell(fact, wanted, of=each.title), line, place, _TOP_RIGHT)
        if each.note:
            lines.addWidget(Label(each.note, "meta", "text2", wrap=True), line + 1, 0, 1, len(each.figures) + 1)
        if number + 1 < len(rows):
            lines.addWidget(Line(), line + 2, 0, 1, len(each.figures) + 1)
    return grid


def level_table(rows: Sequence[ChoiceRow], wanted: Wanted) -> QWidget:
    """Each level with its requirements and the way there."""
    holder = QWidget()
    stack = column(holder, gap=4)
    for number, each in enumerate(rows):
        if number:
            stack.addWidget(Line())
        stack.addWidget(_title(each, style="h3"))
        for fact in each.figures:
            line = row(gap=8)
            line.addWidget(Label(fact.label, "table", "text2", wrap=True), 1)
            line.addWidget(figure_cell(fact, wanted, of=each.title))
            stack.addLayout(line)
        stack.addWidget(Label(each.note, "meta", "text2", wrap=True))
    return holder


def share_table(parts: Sequence[tuple[str, Sequence[ChoiceRow]]], wanted: Wanted) -> QWidget:
    """The measures of each package: saving in the order of the works beside the order-free share."""
    holder = QWidget()
    stack = column(holder, gap=12)
    for title, rows in parts:
        stack.addWidget(Label(title, "h3"))
        if len(rows) < 2:
            stack.addWidget(IconText(tr("ui.packages.no_shares"), "mute", "info"))
        else:
            stack.addWidget(choice_table(rows, wanted))
    return holder


def _title(each: ChoiceRow, style: str = "table") -> QWidget:
    holder = QWidget()
    line = row(holder, gap=8)
    title = Label(each.title, style, bold=True, wrap=not each.verdict)
    line.addWidget(title, 0 if each.verdict else 1)
    if each.verdict:
        line.addWidget(Pill(each.verdict, each.tone))
        line.addStretch(1)
    return holder


def _grid(of: QWidget) -> QGridLayout:
    lines = QGridLayout(of)
    lines.setContentsMargins(0, 4, 0, 0)
    lines.setHorizontalSpacing(12)
    lines.setVerticalSpacing(4)
    lines.setColumnStretch(0, 1)
    return lines
