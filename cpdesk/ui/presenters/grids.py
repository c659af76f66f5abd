"""Repeats as grids: which are one, their rows as views, and which rows an answer makes old."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, overload

from cpdesk.forms.form import Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import NodeState
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.controls import column_view, fits_cell, question_view, shown_figure
from cpdesk.ui.presenters.defaults import with_mark
from cpdesk.ui.views import GridView, QuestionView

_COLUMNS_MAX: Final = 12
"""A repeat with more questions is filled item by item; its short questions may still stand in an overview."""
_ITEMS_MANY: Final = 8


class RowCells(Sequence[QuestionView | None]):
    """The cells of one item, made when the first of them is looked at: of a long grid only what is in sight is."""

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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowCells) and self.questions() == other.questions()

    def __hash__(self) -> int:
        return id(self)


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
    """

    rows: dict[tuple[str, str], GridRow] = field(default_factory=dict)
    questions: dict[str, tuple[object, QuestionView]] = field(default_factory=dict)

    def forget(self, touched: Iterable[str]) -> None:
        """Drop what one of the touched paths changes."""
        paths = {path.partition("#")[0] for path in touched}
        items = {path[: path.rfind("]") + 1] for path in paths if "]" in path}
        for key in [key for key in self.rows if key[0] in items]:
            del self.rows[key]
        for path in paths & self.questions.keys():
            del self.questions[path]


def fits_grid(repeat: NodeDef) -> bool:
    """Whether a repeat is one grid: a few short questions and notes, nothing else."""
    leaves = [node for node in repeat.walk() if node.kind is Kind.QUESTION]
    flat = all(node is repeat or node.kind is not Kind.REPEAT for node in repeat.walk())
    return flat and 0 < len(leaves) <= _COLUMNS_MAX and all(fits_cell(node) for node in leaves)


def has_overview(repeat: NodeDef) -> bool:
    """Whether a repeat whose items are sections also has a grid of all its short questions: where there may be many."""
    most = repeat.attributes.get("max_items", "")
    many = not most.isdigit() or int(most) > _ITEMS_MANY
    return many and repeat.count is None and len(_columns(repeat)) > 1


def grid_view(session: Session, path: str, state: NodeState, known: Known, label: str = "") -> GridView:
    """All items of a repeat with their short questions."""
    node = session.definition(path)
    leaves = _columns(node)
    names = tuple(leaf.path[len(node.path) + 1 :] for leaf in leaves)
    notes = [each.path[len(node.path) + 1 :] for each in node.walk() if each.kind is Kind.NOTE] if not label else []
    key = f"{path} {len(names)} {len(notes)}"
    items = session.children(path)
    for item in items:
        if (item, key) not in known.rows:
            known.rows[item, key] = _row(session, item, leaves, names, notes)
    rows = tuple((item, known.rows[item, key].cells) for item in items)
    heads = (
        _heads(known.rows[items[-1], key].cells) if items else tuple(column_view(session.form, leaf) for leaf in leaves)
    )
    wrong = tuple(place for place, item in enumerate(items) if known.rows[item, key].wrong)
    said = [
        tr("ui.grid.note", row=place, words=words)
        for place, item in enumerate(items, 1)
        for words in known.rows[item, key].notes
    ]
    least, most = (node.attributes.get(name, "") for name in ("min_items", "max_items"))
    add = tr("ui.survey.add_row") if can_add(session, path) else ""
    can_change = not node.no_add_remove and node.count is None
    return GridView(
        path,
        "",
        label or state.label,
        heads,
        rows,
        state.hint,
        add,
        "",
        names,
        can_change,
        "\n".join(said),
        wrong,
        int(least) if least.isdigit() else 0,
        int(most) if most.isdigit() else None,
    )


def can_add(session: Session, path: str) -> bool:
    """Whether one more item is allowed."""
    node = session.definition(path)
    if node.no_add_remove or node.count is not None:
        return False
    most = node.attributes.get("max_items", "")
    return not most.isdigit() or len(session.children(path)) < int(most)


def _columns(repeat: NodeDef) -> list[NodeDef]:
    """The short questions of a repeat, those of repeats inside it left out."""
    found: list[NodeDef] = []
    stack = list(reversed(repeat.children))
    while stack:
        node = stack.pop()
        if node.kind is Kind.GROUP:
            stack += reversed(node.children)
        elif fits_cell(node):
            found.append(node)
    return found


def _cell(session: Session, leaf: NodeDef, state: NodeState) -> QuestionView:
    """A question as a cell: with its brief label, where the form has one for heads."""
    view = with_mark(session, question_view(session.form, leaf, state))
    return replace(view, label=state.short) if state.short else view


def _heads(cells: RowCells) -> tuple[QuestionView, ...]:
    return tuple(
        replace(view, path="", value=None, problem="", soft=False, default="", mark="")
        for view, _asked in cells.questions()
    )


def _row(session: Session, item: str, leaves: list[NodeDef], names: tuple[str, ...], notes: list[str]) -> GridRow:
    def make() -> list[tuple[QuestionView, bool]]:
        states = [session.state(f"{item}/{name}") for name in names]
        pairs = zip(leaves, states, strict=True)
        return [(_cell(session, leaf, state), state.relevant) for leaf, state in pairs]

    said: list[str] = []
    for name in notes:
        note = session.state(f"{item}/{name}")
        if note.relevant:
            figure = shown_figure(session.definition(f"{item}/{name}"), note.value) if note.value else ""
            said.append(f"{note.label} {figure}".strip())
    return GridRow(RowCells(make), session.progress(item).problems > 0, tuple(said))
