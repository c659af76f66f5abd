"""Words of a form's choice codes: for lists that show a code without opening a survey, and in the other languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cpdesk.base.clock import SystemClock
from cpdesk.base.ids import IdMaker
from cpdesk.forms.form import Form, NodeDef, Text, Words
from cpdesk.forms.session import Session
from cpdesk.operations.surveys import first_path
from cpdesk.ui.blocks import folded


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


def other_words(form: Form, node: NodeDef) -> Mapping[str, tuple[str, ...]]:
    """Code → all words the form's languages have for it, so that what is pasted in either language is understood.

    Only labels that are plain text; those that are worked out have but the words that are shown.
    """
    return _words_by_code(form, node)


@lru_cache(maxsize=256)
def codes_by_words(form: Form, node: NodeDef) -> Mapping[str, tuple[str, ...]]:
    """Codes of a question's choices by their folded codes and words in any language, offered now or not."""
    found: dict[str, dict[str, None]] = {}
    for code, words in other_words(form, node).items():
        for each in (code, *words):
            found.setdefault(folded(each), {})[code] = None
    return {words: tuple(codes) for words, codes in found.items()}


def choice_label(form: Form, node: NodeDef, code: str, language: str) -> str:
    """The words of a code where they stand in the form as plain text; "" where they must be worked out."""
    return _labels(form, node, form.language_name(language)).get(code, "")


@lru_cache(maxsize=2048)
def _labels(form: Form, node: NodeDef, language_name: str) -> dict[str, str]:
    texts = form.itext.get(language_name, {})
    return {code: _plain(texts[key]) for code, key in _itext_ids(form, node) if key in texts}


def said(form: Form, words: Words, language: str) -> str:
    """A text of the form without what is worked out in it; another language where the asked one is missing."""
    text = words.get(form.language_name(language)) or words.get("") or next(iter(words.values()), None)
    return _plain(text) if text is not None else ""


@lru_cache(maxsize=2048)
def _words_by_code(form: Form, node: NodeDef) -> dict[str, tuple[str, ...]]:
    if node.itemset is None:
        return {item.value: tuple(dict.fromkeys(map(_plain, item.label.values()))) for item in node.items}
    found: dict[str, tuple[str, ...]] = {}
    for code, key in _itext_ids(form, node):
        texts = [itext[key] for itext in form.itext.values() if key in itext]
        found[code] = tuple(dict.fromkeys(map(_plain, texts)))
    return found


def _itext_ids(form: Form, node: NodeDef) -> list[tuple[str, str]]:
    """Code and text id of each choice of a list that stands in the form."""
    if node.itemset is None or not node.itemset.label_is_itext:
        return []
    listed = form.instances.get(node.itemset.list_name)
    if listed is None or len(listed.children) != 1:
        return []
    found: list[tuple[str, str]] = []
    for option in listed.children[0].children:
        fields = {child.name: child.value or "" for child in option.children}
        if "itextId" in fields:
            found.append((fields.get(node.itemset.value.source, ""), fields["itextId"]))
    return found


def _plain(text: Text) -> str:
    return "".join(part for part in text.parts if isinstance(part, str))
