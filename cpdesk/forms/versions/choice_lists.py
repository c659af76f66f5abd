"""The choices of a select as the form writes them, without running it: for comparing versions, imports and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cpdesk.forms.form import Form, NodeDef, Text, Words
from cpdesk.forms.tree import Node


@dataclass(frozen=True, slots=True)
class ListedChoice:
    """One choice of a list.

    Attributes:
        words: its label by the form's own language names; "" where the form has but one language. Labels that depend on
            answers are left out.
        formerly: codes it had in older versions, from the column `formerly` of the choices sheet.
    """

    words: Mapping[str, str]
    formerly: tuple[str, ...] = ()

    def label(self, language_name: str) -> str:
        """Its label in a language of the form, another one where that is missing, "" without any."""
        return self.words.get(language_name) or self.words.get("") or next(iter(self.words.values()), "")


Choices = Mapping[str, ListedChoice]


def listed_choices(form: Form, node: NodeDef) -> Choices | None:
    """All choices a select can ever offer, by code, in the order of the list.

    None when the node is no select, or its choices come from a file or from other answers: then nobody can know them
    from the form alone.
    """
    if node.items:
        return {item.value: ListedChoice(_words(item.label)) for item in node.items}
    if node.itemset is None:
        return None
    instance = form.instances.get(node.itemset.list_name)
    root = instance.first("root") if instance is not None else None
    if root is None:
        return None
    value, label = node.itemset.value.source.strip(), node.itemset.label.source.strip()
    found: dict[str, ListedChoice] = {}
    for item in root.children_named("item"):
        code = item.first(value)
        if code is not None:
            words = _item_words(form, item, label, is_itext=node.itemset.label_is_itext)
            found.setdefault(code.text, ListedChoice(words, _formerly(item)))
    return found


def _item_words(form: Form, item: Node, label: str, *, is_itext: bool) -> dict[str, str]:
    text = item.first(label)
    if text is None:
        return {}
    if not is_itext:
        return {"": text.text}
    texts = {name: texts[text.text] for name, texts in form.itext.items() if text.text in texts}
    return _words(texts)


def _words(words: Words) -> dict[str, str]:
    said = {name: _plain(text) for name, text in words.items()}
    return {name: text for name, text in said.items() if text}


def _plain(text: Text) -> str:
    parts = [part for part in text.parts if isinstance(part, str)]
    return "".join(parts) if len(parts) == len(text.parts) and parts != ["-"] else ""


def _formerly(item: Node) -> tuple[str, ...]:
    node = item.first("formerly")
    return () if node is None else tuple(node.text.replace(",", " ").split())
