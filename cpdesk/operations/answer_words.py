"""Answers as a person reads them: labels of choices, a word for pictures, everything else as stored."""

from __future__ import annotations

import re
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.forms.form import Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.model.paths import containers
from cpdesk.operations.prefill import key_question
from cpdesk.operations.surveys import first_path

_ITEM_ID: Final = re.compile(r"\[[^\]]*\]")


class AnswerWords:
    """Words for the answers of one running survey, also for those of items that are gone."""

    def __init__(self, session: Session, language: str) -> None:
        self._session = session
        self._text = Translator(language)
        self._labels: dict[str, dict[str, str]] = {}

    def definition(self, path: str) -> NodeDef | None:
        """What the form says of a path; None when the form, of another version, has no such question."""
        return self._session.form.by_path.get(_ITEM_ID.sub("", path))

    def label(self, path: str) -> str:
        """What a question, group or item is called; its path where the form does not know it."""
        definition = self.definition(path)
        node = None if definition is None else self._standing(path, definition)
        if node is not None:
            return self._session.state(node).label
        return path if definition is None else definition.name

    def item(self, path: str) -> str:
        """An item of a repeat: by the answer that tells it from others, else by its place among its siblings."""
        label = self.label(path)
        definition = self.definition(path)
        key = None if definition is None else key_question(definition)
        number = self._session.value_at(f"{path}/{key}") if key is not None else ""
        if not number:
            siblings = self._session.children(path[: path.rindex("[")]) if self._stands(path) else []
            number = str(siblings.index(path) + 1) if path in siblings else ""
        return f"{label} {number}".strip()

    def place(self, path: str) -> str:
        """The items of repeats a path lies in, outermost first; "" outside of repeats."""
        return " › ".join(self.item(item) for item in containers(path))

    def words(self, path: str, value: str | None) -> str:
        """A value that the question at `path` has or had; "" for none."""
        definition = self.definition(path)
        if not value or definition is None:
            return value or ""
        if definition.control == "upload":
            return self._text("answer.file")
        if not definition.is_select:
            return value
        labels = self._labels_of(path, definition)
        return "、".join(labels.get(part, part) for part in value.split(" "))

    def is_question(self, path: str) -> bool:
        """Whether people see the path as a question: no note, no group, no hidden calculation."""
        definition = self.definition(path)
        return definition is not None and definition.kind is Kind.QUESTION and definition.control != ""

    def _labels_of(self, path: str, definition: NodeDef) -> dict[str, str]:
        if path not in self._labels:
            node = self._standing(path, definition)
            choices = self._session.state(node).choices if node is not None else ()
            self._labels[path] = {choice.value: choice.label for choice in choices}
        return self._labels[path]

    def _standing(self, path: str, definition: NodeDef) -> str | None:
        """The path itself; for one that is gone the same question in the first item there is."""
        return path if self._stands(path) else first_path(self._session, definition)

    def _stands(self, path: str) -> bool:
        try:
            self._session.definition(path)
        except InputFault:
            return False
        return True
