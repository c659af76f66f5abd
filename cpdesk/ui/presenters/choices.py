"""Words of a form's choice codes, for lists that show a code without opening a survey."""

from __future__ import annotations

from functools import lru_cache

from cpdesk.base.clock import SystemClock
from cpdesk.base.ids import IdMaker
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.operations.surveys import first_path


@lru_cache(maxsize=64)
def choice_words(form: Form, quantity: str, language: str) -> dict[str, str]:
    """Code → words of the question that gives a quantity; empty when the form has no such question."""
    template = next((path for path, binding in form.quantities.items() if binding.quantity == quantity), None)
    if template is None:
        return {}
    clock = SystemClock()
    session = Session(form, {}, clock=clock, new_id=IdMaker(clock).new, language=language)
    path = first_path(session, form.node(template))
    return {choice.value: choice.label for choice in session.state(path).choices} if path is not None else {}
