"""What the lists of sites show: frozen facts in the language of the window, made by the presenters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtGui import QImage

from cpdesk.ui.views import Fact, Share, StatusView


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list of sites is asked for. Each is a code, or empty for all."""

    search: str = ""
    status: str = ""
    kind: str = ""
    place: str = ""
    township: str = ""


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One row of a list of sites. `answered` is a share 0–1, None where nothing is known.

    Attributes:
        cells: words of the columns of its kind by their names; what is not there is not known.
    """

    id: str
    number: str
    name: str
    address: str
    status: StatusView
    answered: float | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    updated: str = ""


@dataclass(frozen=True, slots=True)
class FilterChip:
    """A filter with the number of rows behind it."""

    code: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class SiteList:
    """The answer to a query: ids in the order of the list, and the counts of the filters.

    Attributes:
        kinds, places: empty where there is nothing to choose between.
        begun: surveys of sites that no register has yet, which are still being filled: id and title.
    """

    query: ListQuery
    ids: tuple[str, ...]
    chips: tuple[FilterChip, ...]
    kinds: tuple[FilterChip, ...] = ()
    places: tuple[FilterChip, ...] = ()
    begun: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SitePreview:
    """What the pane beside the list says of the chosen site."""

    id: str
    title: str
    address: str
    status: StatusView
    primary: str
    heat: str = ""
    shares: tuple[Share, ...] = ()
    figures: tuple[Fact, ...] = ()
    facts: tuple[Fact, ...] = ()
    events: tuple[Fact, ...] = ()
    photos: tuple[QImage, ...] = ()
    report: bool = False
    """Whether a report can be made of it."""


@dataclass(frozen=True, slots=True)
class ImportView:
    """What a register would bring. `problems` are lines of place, value, what is wrong, what to do."""

    file: str
    new: int
    changed: int
    unchanged: int
    wrong: int
    problems: tuple[tuple[str, str, str, str], ...] = ()
    lacks_township: bool = False
    lacks_village: bool = False
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> int:
        return self.new + self.changed
