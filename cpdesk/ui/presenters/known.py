"""What the survey page keeps until an answer touches it: rows of grids, long lists of choices, items of the outline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from cpdesk.ui.views import QuestionView


@dataclass
class Section:
    """One section: its path (of a group, a repeat item, or an added mark for what stands at the root)."""

    path: str
    title: str
    depth: int = 0
    members: list[str] = field(default_factory=list)
    repeat: str = ""


@dataclass(frozen=True, slots=True)
class ItemPart:
    """One item of a repeat in the outline: the words that name it, its loose questions, the sections of its groups."""

    words: str
    loose: list[str]
    groups: list[list[Section]]


class RowCells(Sequence[QuestionView | None]):
    """The cells of one item, made when the first of them is looked at: of a long grid only what is in sight is.

    Rows are equal when they are the same row: comparing cells would make all of them.
    """

    def __init__(self, make: Callable[[], list[tuple[QuestionView, bool]]]) -> None:
        self._make = make
        self._made: list[tuple[QuestionView, bool]] | None = None
        self._cells: list[QuestionView | None] = []

    def questions(self) -> list[tuple[QuestionView, bool]]:
        """All questions of the row, and whether each is asked."""
        if self._made is None:
            self._made = self._make()
            self._cells = [view if asked else None for view, asked in self._made]
        return self._made

    @overload
    def __getitem__(self, place: int) -> QuestionView | None: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[QuestionView | None]: ...
    def __getitem__(self, place: int | slice) -> QuestionView | Sequence[QuestionView | None] | None:
        if self._made is None:
            self.questions()
        return self._cells[place]

    def __len__(self) -> int:
        return len(self.questions())

    def is_made(self) -> bool:
        """Whether the cells were looked at already."""
        return self._made is not None


@dataclass(frozen=True, slots=True)
class GridRow:
    """One item of a repeat: its cells, whether one of its answers is to be mended, and what its notes say."""

    cells: RowCells
    wrong: bool
    notes: tuple[str, ...]


@dataclass
class Known:
    """Views that are not made anew until an answer touches them.

    Attributes:
        rows: of grids, by the path of their item and the grid they are of.
        questions: those with many choices by their path, each with what it was made from beside its state.
        items: of repeats whose items are sections, by their path.
        made: how many items and rows were made so far.
        widths: of the columns of grids that a person dragged, by their key (`grid_widths.width_key`), px.
    """

    rows: dict[str, dict[str, GridRow]] = field(default_factory=dict)
    questions: dict[str, tuple[object, QuestionView]] = field(default_factory=dict)
    items: dict[str, ItemPart] = field(default_factory=dict)
    made: int = 0
    widths: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def forget(self, touched: Iterable[str]) -> None:
        """Drop what one of the touched paths lies in."""
        for place in {place for path in touched for place in around_of(path)}:
            self.rows.pop(place, None)
            self.items.pop(place, None)
            self.questions.pop(place, None)


def around_of(path: str) -> Iterator[str]:
    """A touched path without its remark (`#…`), and all that it lies in: groups, items, repeats and the form (``).

    Of an item that is touched itself only its place among the others is another; what it holds is touched by name.

    >>> list(around_of("yard/wall[a]/window_m2#quality"))
    ['yard/wall[a]/window_m2', 'yard/wall[a]', 'yard/wall', 'yard', '']
    >>> list(around_of("yard/wall[a]"))
    ['yard/wall', 'yard', '']
    """
    place = path.partition("#")[0]
    if place.endswith("]"):
        place = place[: place.rfind("[")]
    while place:
        yield place
        place = place[: max(place.rfind("/"), place.rfind("["), 0)]
    yield ""
