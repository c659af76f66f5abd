"""Who pays for a package and who gains: one package at a time, household, government and society side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from cpdesk.ui.figure_views import MoneyView
from cpdesk.ui.language import text, tr
from cpdesk.ui.pages.choice_tables import Wanted, figure_cell
from cpdesk.ui.views import Fact
from cpdesk.ui.widgets.basic import IconText, Label, Line, column
from cpdesk.ui.widgets.choices import Option, Segmented

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_COLUMN_PX = 84
_INSET_PX = 4  # a figure to press has this between its digits and its edge


class MoneyTable(QWidget):
    """The table of the package that is chosen above it; the first one at the beginning."""

    def __init__(self, packages: Sequence[MoneyView], wanted: Wanted, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._packages = {package.code: package for package in packages}
        self._wanted = wanted
        self._stack = column(self, gap=8)
        self._shown: QWidget | None = None
        self.choice: Segmented | None = None
        if not packages:
            self._stack.addWidget(IconText(tr("ui.packages.views.none"), "mute", "info"))
            return
        if len(packages) > 1:
            options = [Option(package.code, package.title) for package in packages]
            self.choice = Segmented(options, packages[0].code)
            self.choice.chosen.connect(self.show_package)
            self._stack.addWidget(self.choice)
        self.show_package(packages[0].code)

    def show_package(self, code: str) -> None:
        """Whose table stands there."""
        if self._shown is not None:
            self._stack.removeWidget(self._shown)
            self._shown.deleteLater()
        self._shown = _table(self._packages[code], self._wanted)
        self._stack.addWidget(self._shown)


def _table(package: MoneyView, wanted: Wanted) -> QWidget:
    holder = QWidget()
    lines = QGridLayout(holder)
    lines.setContentsMargins(0, 4, 0, 0)
    lines.setHorizontalSpacing(16)
    lines.setVerticalSpacing(4)
    lines.setColumnStretch(0, 1)
    width = len(package.heads) + 1
    for place, head in enumerate(package.heads, 1):
        lines.setColumnMinimumWidth(place, _COLUMN_PX)
        lines.addWidget(_inset(Label(head, "h3")), 0, place, _RIGHT)
    number = 0
    for label, facts in package.rows:
        number += 1
        lines.addWidget(Label(label, "table", "text2"), number, 0)
        for place, (head, fact) in enumerate(zip(package.heads, facts, strict=True), 1):
            lines.addWidget(_cell(fact, wanted, f"{package.title} {head}"), number, place, _RIGHT)
    lines.addWidget(Line(), number + 1, 0, 1, width)
    lines.addWidget(Label(text("ui.packages.views.account"), "h3"), number + 2, 0, 1, width)
    for at, fact in enumerate(package.account, number + 3):
        lines.addWidget(Label(fact.label, "table", "text2"), at, 0, 1, width - 1)
        lines.addWidget(_cell(fact, wanted, package.title), at, width - 1, _RIGHT)
    return holder


def _cell(fact: Fact, wanted: Wanted, of: str) -> QWidget:
    made = figure_cell(fact, wanted, of=of)
    return made if fact.figure else _inset(made)


def _inset(label: QWidget) -> QWidget:
    """In line with the digits of figures to press."""
    label.setContentsMargins(0, 0, _INSET_PX, 0)
    return label
