"""The filters over a list of sites: kind as tabs, status as chips, place and township as chips with a menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from cpdesk.ui.language import text, tr
from cpdesk.ui.site_views import FilterChip, ListQuery, SiteList
from cpdesk.ui.widgets.basic import Button
from cpdesk.ui.widgets.choices import Flow, Option, Segmented

_MENU_ROWS_MAX: Final = 400
"""A district has some 300 villages; a menu of more nobody reads, the search finds them too."""


class KindTabs(Segmented):
    """The kinds of a family's sites with their counts."""

    def __init__(self, kinds: Sequence[str], parent: QWidget | None = None) -> None:
        options = [Option(kind, text(f"site_kind.{kind}")) for kind in kinds]
        super().__init__(options, kinds[0], parent)

    def show_counts(self, chips: Sequence[FilterChip], kind: str) -> None:
        for chip in chips:
            self.buttons[chip.code].set_words(f"{chip.words} {chip.count:,}")
        self.show_value(kind)


class MenuChip(Button):
    """A chip that opens a menu of what to filter by; `picked` carries the code, empty for all."""

    picked = Signal(str)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__("", "chip", "chevron-down", self._open, parent=parent)
        self._label_key = label
        self._chips: tuple[FilterChip, ...] = ()
        self._code = ""
        self.setCheckable(True)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)

    def show_chips(self, chips: tuple[FilterChip, ...], code: str) -> None:
        """What there is to choose, and what is chosen. Hidden where there is no choice."""
        self._chips, self._code = chips, code
        chosen = next((chip.words for chip in chips if chip.code == code), "") if code else ""
        self.set_words(text("ui.sites.filter", label=tr(self._label_key), value=chosen or tr("ui.sites.any")))
        self.setChecked(bool(code))
        self.setVisible(len(chips) > 1 or bool(code))

    def _open(self) -> None:
        self.setChecked(bool(self._code))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries = (FilterChip("", tr("ui.sites.any"), 0), *self._chips[:_MENU_ROWS_MAX])
        for chip in entries:
            action = menu.addAction(f"{chip.words}  {chip.count:,}" if chip.code else chip.words)
            action.setCheckable(True)
            action.setChecked(chip.code == self._code)
            action.triggered.connect(lambda _checked=False, code=chip.code: self.picked.emit(code))
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))


class FilterLine(Flow):
    """Status, place, township, and the surveys that have no site yet. `asked` carries the query that is wanted: the
    current one of the list, which is `query`, with a filter changed."""

    asked = Signal(object)
    survey_wanted = Signal(str)

    def __init__(self, place_label: str, parent: QWidget | None = None) -> None:
        super().__init__(8, parent)
        self.chips: dict[str, Button] = {}
        self.query = ListQuery()
        self._begun: tuple[tuple[str, str], ...] = ()
        self._townships: tuple[FilterChip, ...] = ()
        self.place = MenuChip(place_label, self)
        self.place.picked.connect(lambda code: self._ask(place=code))
        self.township = MenuChip("site_field.township_code", self)
        self.township.picked.connect(lambda code: self._ask(township=code, place=""))
        self.begun = Button("", "chip", "pencil", self._open_begun, parent=self)
        for widget in (self.place, self.township, self.begun):
            widget.hide()

    def show_list(self, answer: SiteList) -> None:
        """The counts of a new answer."""
        self.query = answer.query
        if list(self.chips) != [chip.code for chip in answer.chips]:
            self._make_chips(answer.chips)
        for chip in answer.chips:
            button = self.chips[chip.code]
            button.set_words(f"{chip.words} {chip.count:,}")
            button.setChecked(chip.code == answer.query.status)
        self.place.show_chips(answer.places, answer.query.place)
        self.township.show_chips(self._townships, answer.query.township)
        self._begun = answer.begun
        self.begun.set_words(text("ui.sites.begun", n=len(answer.begun)))
        self.begun.setVisible(bool(answer.begun))

    def show_townships(self, chips: tuple[FilterChip, ...]) -> None:
        """Which townships there are, counted after the list stood."""
        self._townships = chips
        self.township.show_chips(chips, self.query.township)

    def _make_chips(self, chips: Sequence[FilterChip]) -> None:
        for old in self.chips.values():
            self.flow.removeWidget(old)
            old.deleteLater()
        for widget in (self.place, self.township, self.begun):
            self.flow.removeWidget(widget)
        self.chips = {chip.code: self._make_chip(chip.code) for chip in chips}
        for widget in (self.place, self.township, self.begun):  # behind the statuses
            self.add(widget)

    def _make_chip(self, code: str) -> Button:
        button = Button("", "chip", on_click=lambda: self._pressed(code), parent=self)
        button.setCheckable(True)
        self.add(button)
        button.show()
        return button

    def _pressed(self, code: str) -> None:
        status = "" if code == self.query.status else code
        for other, button in self.chips.items():
            button.setChecked(other == status)
        self._ask(status=status)

    def _ask(self, **fields: str) -> None:
        of = {name: getattr(self.query, name) for name in ("search", "status", "kind", "place", "township")}
        self.query = ListQuery(**{**of, **fields})
        self.asked.emit(self.query)

    def _open_begun(self) -> None:
        if len(self._begun) == 1:
            self.survey_wanted.emit(self._begun[0][0])
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for record, title in self._begun[:_MENU_ROWS_MAX]:
            action = menu.addAction(title)
            action.triggered.connect(lambda _checked=False, record=record: self.survey_wanted.emit(record))
        menu.popup(self.begun.mapToGlobal(QPoint(0, self.begun.height() + 4)))
