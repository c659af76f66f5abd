"""Words of a form's choice codes, for lists that show a code without opening a survey."""

from __future__ import annotations

from functools import lru_cache

from cpdesk.base.clock import SystemClock
from cpdesk.base.ids import IdMaker
from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.session import Session


@lru_cache(maxsize=64)
def choice_words(form: Form, quantity: str, language: str) -> dict[str, str]:
    """Code → words of the question that gives a quantity; empty when the form has no such question."""
    template = next((path for path, binding in form.quantities.items() if binding.quantity == quantity), None)
    if template is None:
        return {}
    clock = SystemClock()
    session = Session(form, {}, clock=clock, new_id=IdMaker(clock).new, language=language)
    path = _first_path(session, form.node(template))
    return {choice.value: choice.label for choice in session.state(path).choices} if path is not None else {}


def _first_path(session: Session, node: NodeDef) -> str | None:
    if node.parent is None:
        return ""
    above = _first_path(session, node.parent)
    if above is None:
        return None
    path = f"{above}/{node.name}" if above else node.name
    if node.kind is not Kind.REPEAT:
        return path
    items = session.children(path)
    return items[0] if items else None
