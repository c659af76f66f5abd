"""Repeats as grids: which are one, their rows as views, and which rows an answer makes old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cpdesk.forms.form import Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import NodeState
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.choices import codes_by_words
from cpdesk.ui.presenters.controls import column_view, fits_cell, question_view, shown_figure
from cpdesk.ui.presenters.defaults import with_mark
from cpdesk.ui.presenters.grid_widths import width_key
from cpdesk.ui.presenters.known import GridRow, Known, RowCells
from cpdesk.ui.views import GridView, QuestionView

_COLUMNS_MAX: Final = 12
"""A repeat with more questions is filled item by item; its short questions may still stand in an overview."""
_ITEMS_MANY: Final = 8


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
    made: list[GridRow] = []
    for item in items:
        of_item = known.rows.setdefault(item, {})
        if key not in of_item:
            of_item[key] = _row(session, item, leaves, names, notes)
            known.made += 1
        made.append(of_item[key])
    rows = tuple((item, row.cells) for item, row in zip(items, made, strict=True))
    heads = _heads(made[-1].cells) if made else tuple(column_view(session.form, leaf) for leaf in leaves)
    wrong = tuple(place for place, row in enumerate(made) if row.wrong)
    said = [tr("ui.grid.note", row=place, words=words) for place, row in enumerate(made, 1) for words in row.notes]
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
        tuple(_words(session, leaf, blank=not items) for leaf in leaves),
        known.widths.get(width_key(session, path), ()),
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


def _words(session: Session, leaf: NodeDef, *, blank: bool) -> Mapping[str, tuple[str, ...]]:
    """All choices of a column that no row of the grid can tell."""
    depends = leaf.itemset is not None and "[" in leaf.itemset.nodeset.source
    return codes_by_words(session.form, leaf) if depends or (blank and leaf.is_select) else {}


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
