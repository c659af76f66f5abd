"""Repeats as grids: which are one, their rows as views, and which rows an answer makes old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from cpdesk.forms.form import Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import NodeState
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.controls import column_view, fits_cell, question_view, shown_figure
from cpdesk.ui.views import GridView, QuestionView

_COLUMNS_MAX: Final = 12
"""A repeat with more questions is filled item by item; its short questions may still stand in an overview."""
_ITEMS_MANY: Final = 8


@dataclass(frozen=True, slots=True)
class GridRow:
    """One item of a repeat: its cells (None where a question is not asked), the heads as they stand in it, and what its
    notes say."""

    cells: tuple[QuestionView | None, ...]
    heads: tuple[QuestionView, ...]
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
        paths = set(touched)
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
    heads = known.rows[items[-1], key].heads if items else tuple(column_view(session.form, leaf) for leaf in leaves)
    said = [
        tr("ui.grid.note", row=place, words=words)
        for place, item in enumerate(items, 1)
        for words in known.rows[item, key].notes
    ]
    add = tr("ui.survey.add_row") if can_add(session, path) else ""
    can_change = not node.no_add_remove and node.count is None
    return GridView(
        path, "", label or state.label, heads, rows, state.hint, add, "", names, can_change, "\n".join(said)
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


def _row(session: Session, item: str, leaves: list[NodeDef], names: tuple[str, ...], notes: list[str]) -> GridRow:
    states = [session.state(f"{item}/{name}") for name in names]
    views = [question_view(session.form, leaf, each) for leaf, each in zip(leaves, states, strict=True)]
    heads = tuple(replace(view, path="", value=None, problem="", soft=False) for view in views)
    cells = tuple(view if each.relevant else None for view, each in zip(views, states, strict=True))
    said: list[str] = []
    for name in notes:
        note = session.state(f"{item}/{name}")
        if note.relevant:
            figure = shown_figure(session.definition(f"{item}/{name}"), note.value) if note.value else ""
            said.append(f"{note.label} {figure}".strip())
    return GridRow(cells, heads, tuple(said))
