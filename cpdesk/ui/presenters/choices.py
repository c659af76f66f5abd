"""Words of a form's choice codes, for lists that show a code without opening a session."""

from __future__ import annotations

from functools import lru_cache

from cpdesk.forms.form import Form, Item


@lru_cache(maxsize=64)
def choice_words(form: Form, quantity: str, language: str) -> dict[str, str]:
    """Code → words of the question that gives a quantity; empty when the form has no such question."""
    for binding in form.quantities.values():
        if binding.quantity == quantity:
            return {item.value: _words(form, item, language) for item in form.node(binding.path).items}
    return {}


def _words(form: Form, item: Item, language: str) -> str:
    spoken = item.label.get(form.language_name(language)) or next(iter(item.label.values()), None)
    return "".join(part for part in spoken.parts if isinstance(part, str)) if spoken is not None else item.value
