"""Labels, hints, messages and choices of a running form in the session's language."""

from __future__ import annotations

from collections.abc import Mapping

from cpdesk.base.errors import CpdeskError
from cpdesk.forms.files.external import rows_where_all
from cpdesk.forms.files.table_nodes import TableNode, is_column, row_words, whole_table
from cpdesk.forms.form import Form, ItemSet, NodeDef, Text, Words
from cpdesk.forms.loading.texts import MEDIA
from cpdesk.forms.running.instance import Instance
from cpdesk.forms.running.offers import Conditions, asked_of_list, options
from cpdesk.forms.state import Choice
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.context import Context, Environment


class Speaker:
    """Turns the form's texts into words. Changing `language` changes all it says from then on."""

    def __init__(self, form: Form, instance: Instance, environment: Environment, language: str) -> None:
        self.form = form
        self.instance = instance
        self._environment = environment
        self._fixed: dict[tuple[NodeDef, str], tuple[Choice, ...]] = {}
        self._filtered: dict[tuple[NodeDef, str], tuple[Conditions, tuple[Choice, ...]]] = {}  # the latest of each
        environment.itext = self._itext
        environment.choice_name = self._choice_name
        self.language = language

    @property
    def language(self) -> str:
        return self._language

    @language.setter
    def language(self, code: str) -> None:
        self._language = code
        self._name = self.form.language_name(code)
        self._environment.language = code

    def say(self, words: Words, node: Node, name: str | None = None) -> str:
        """A text in the session's language or the form's language `name`; another language where it is missing."""
        if not words:
            return ""
        text = words.get(self._name if name is None else name) or words.get("") or next(iter(words.values()))
        return self._render(text, node)

    def say_all(self, words: Words, node: Node) -> dict[str, str]:
        """A text in every language of the form, by language code."""
        codes = zip(self.form.languages, self.form.language_names, strict=True)
        said = {code: self.say(words, node, name) for code, name in codes} if words else {}
        if words and not said:
            said = {"zh": self.say(words, node), "en": self.say(words, node)}
        return said

    def label(self, node: Node) -> str:
        """The label of a node, its name where the form gives none."""
        assert node.definition is not None
        return self.say(node.definition.label, node) or node.definition.name

    def _render(self, text: Text, node: Node) -> str:
        parts: list[str] = []
        for part in text.parts:
            if isinstance(part, str):
                parts.append(part)
                continue
            try:
                parts.append(part.text(Context(node, self._environment)))
            except CpdeskError:
                parts.append("—")
        return "".join(parts)

    def _itext(self, key: str) -> str:
        for name in (self._name, *self.form.language_names):
            text = self.form.itext.get(name, {}).get(key)
            if text is not None and text.parts != ("-",):
                return self._render(text, self.instance.root)
        return ""

    def choices(self, node: Node) -> tuple[Choice, ...]:
        """The options of a select as filtered now; empty for other questions and for a filter that fails."""
        definition = node.definition
        assert definition is not None
        if definition.itemset is None:
            return tuple(
                Choice(item.value, self.say(item.label, node), self.media(item.media, node))
                for item in definition.items
            )
        key = (definition, self._name)
        made = self._fixed.get(key)
        if made is not None:
            return made
        try:
            rows = self._rows(node, definition.itemset)
            if rows is not None:
                return self._made_of_rows(definition, *rows)
            made = tuple(self._choice(definition, value, option) for value, option in options(node, self._environment))
        except CpdeskError:
            return ()
        if definition in self.form.graph.unfiltered and not definition.itemset.label_is_itext:
            self._fixed[key] = made  # itext may hold outputs; anything else stays as it is
        return made

    def _rows(self, node: Node, itemset: ItemSet) -> tuple[TableNode, Conditions] | None:
        """The table whose rows are the options, and which of them, where columns give value and label.

        Raises:
            InputFault: the filter cannot be worked out.
        """
        table = whole_table(itemset, self._environment.instances)
        if table is not None:
            return table, ()
        if itemset.label_is_itext or not is_column(itemset.label.source):
            return None
        asked = asked_of_list(node, self._environment)
        return (asked[0], asked[1]) if asked is not None and isinstance(asked[0], TableNode) else None

    def _made_of_rows(self, definition: NodeDef, table: TableNode, conditions: Conditions) -> tuple[Choice, ...]:
        """Options without a node for each, because there may be very many. They are kept until others are wanted."""
        itemset = definition.itemset
        assert itemset is not None
        latest = self._filtered.get((definition, self._name))
        if latest is not None and latest[0] == conditions:
            return latest[1]
        value, label = itemset.value.source, itemset.label.source
        rows = rows_where_all(table.table, conditions) if conditions else table.table.rows()
        made = tuple(Choice(row.get(value, ""), *table.words(row, label, self._name, self._language)) for row in rows)
        self._filtered[definition, self._name] = (conditions, made)
        return made

    def _labels(self, node: Node, values: list[str]) -> dict[str, str]:
        """The labels of some options, without making all of them where they are the rows of a table."""
        definition = node.definition
        assert definition is not None
        itemset = definition.itemset
        try:
            asked = None if itemset is None else self._rows(node, itemset)
        except CpdeskError:
            asked = None
        if asked is None or itemset is None:
            return {choice.value: choice.label for choice in self.choices(node)}
        table, conditions = asked
        column = itemset.value.source
        found = {value: table.children_where("item", (*conditions, (column, value))) for value in values}
        return {value: self._choice(definition, value, rows[0]).label for value, rows in found.items() if rows}

    def _choice(self, definition: NodeDef, value: str, option: Node) -> Choice:
        itemset = definition.itemset
        assert itemset is not None
        own = row_words(option, itemset.label.source, self._name, self._language)
        if own is not None:
            return Choice(value, *own)
        try:
            label = itemset.label.text(Context(option, self._environment))
        except CpdeskError:
            return Choice(value, "—")
        if not itemset.label_is_itext:
            return Choice(value, label)
        return Choice(value, self._itext(label), self._itext_media(label))

    def media(self, media: Mapping[str, Words], node: Node) -> dict[str, str]:
        """File names beside a label by kind, in the session's language."""
        return {kind: self.say(words, node) for kind, words in media.items()} if media else {}

    def _itext_media(self, key: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in (self._name, *self.form.language_names):
            forms = self.form.itext_forms.get(name, {}).get(key, {})
            for kind, text in forms.items():
                if kind in MEDIA and text.parts != ("-",):
                    found.setdefault(kind, self._render(text, self.instance.root))
        return found

    def shown_value(self, node: Node) -> str:
        """An answer as a person reads it: labels of chosen options, everything else as stored."""
        value = self.instance.raw(node) if node.value is not None else ""
        definition = node.definition
        if not value or definition is None or not definition.is_select:
            return value
        parts = value.split()
        labels = self._labels(node, parts)
        return "、".join(labels.get(part, part) for part in parts)

    def choice_label(self, definition: NodeDef, value: str, option: Node | None) -> str:
        """The label of one choice, offered now or not; the value itself where none is known."""
        if option is not None:
            return self._choice(definition, value, option).label or value
        words = next((item.label for item in definition.items if item.value == value), {})
        return self.say(words, self.instance.root) or value

    def _choice_name(self, value: str, path: str, origin: Node) -> str:
        """`jr:choice-name`: the label that a value has among the options of the question at `path`."""
        steps = [step for step in path.strip().split("/") if step]
        if path.strip().startswith("/"):
            steps = steps[1:]
            definition = self.form.by_path.get("/".join(steps))
        else:
            definition = self.form.by_name.get(steps[-1]) if steps else None
        if definition is None:
            return ""
        node: Node | None = origin
        while node is not None:
            found = self.instance.of(definition, node) if node.definition in _line(definition) else []
            if found:
                parts = value.split()
                labels = self._labels(found[0], parts)
                return "、".join(labels.get(part, "") for part in parts)
            node = node.parent
        return ""


def _line(definition: NodeDef) -> list[NodeDef]:
    found: list[NodeDef] = []
    step: NodeDef | None = definition
    while step is not None:
        found.append(step)
        step = step.parent
    return found
