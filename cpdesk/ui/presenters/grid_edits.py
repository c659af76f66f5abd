"""Carrying out one change of a grid in a running form, so that it is stored, and taken back, as one step."""

from __future__ import annotations

from cpdesk.base.errors import InputFault
from cpdesk.forms.session import Session
from cpdesk.forms.state import NodeState, Touched
from cpdesk.ui.presenters.defaults import give
from cpdesk.ui.requests import GridEdit


def apply_edit(session: Session, edit: GridEdit) -> Touched:
    """Do all of an edit; gives what it touched.

    Values of choices may be codes or the words of an option as it stands by then, so that a row can be pasted whose
    choices depend on its own earlier cells. What may not be written any more is left as it is.

    Raises:
        InputFault: CP-1214 the number of items is fixed; CP-1217 an item is gone; CP-1220 too many.
    """
    touched = Touched()
    for path, value in edit.cells:
        touched |= _write(session, path, value)
    after = edit.after
    for values in edit.added:
        item, more = session.add_item(edit.repeat, after)
        touched |= more
        after = item if after is not None else None
        for name, value in values:
            touched |= _write(session, f"{item}/{name}", value)
    for item in edit.removed:
        touched |= session.remove_item(item)
    if edit.moved is not None:
        touched |= session.move_item(*edit.moved)
    return touched


def _write(session: Session, path: str, value: str | None) -> Touched:
    state = session.state(path)
    if state.readonly:
        return Touched()
    try:
        return give(session, path, _code(state, value) if value and state.choices else value)
    except InputFault as fault:
        if fault.code == "CP-1213":
            return Touched()
        raise


def _code(state: NodeState, value: str) -> str:
    codes = {choice.value for choice in state.choices}
    if set(value.split()) <= codes:
        return value
    return next((choice.value for choice in state.choices if choice.label == value), value)
