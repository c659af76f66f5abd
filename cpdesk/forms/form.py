"""A loaded form: immutable, shareable between any number of sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from cpdesk.base.errors import InputFault

if TYPE_CHECKING:
    from cpdesk.forms.graph import Graph
    from cpdesk.forms.tree import Node
    from cpdesk.forms.xpath.compile import Expression


class Kind(StrEnum):
    """What a node of the form is."""

    GROUP = "group"
    REPEAT = "repeat"
    QUESTION = "question"
    NOTE = "note"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Text:
    """A label, hint or message: parts that are literal text or expressions (`<output>`)."""

    parts: tuple[str | Expression, ...] = ()


Words = Mapping[str, Text]
"""A text by the form's own language name; key "" where the form has but one language."""


@dataclass(frozen=True, slots=True)
class Item:
    """One fixed option of a select."""

    value: str
    label: Words


@dataclass(frozen=True, slots=True)
class ItemSet:
    """Options drawn from a node-set. `label` gives a text, or the id of one when `label_is_itext`."""

    nodeset: Expression
    value: Expression
    label: Expression
    label_is_itext: bool


@dataclass(frozen=True, slots=True)
class Action:
    """`setvalue`: the node `target` gets `value` when one of `events` happens."""

    target: str
    value: Expression | None
    literal: str
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class QuantityBinding:
    """Which model quantity a question gives, in which unit."""

    path: str
    quantity: str
    unit: str


@dataclass(eq=False, slots=True)
class NodeDef:
    """One node of the form's definition. Not changed once `load_form` has returned.

    Attributes:
        path: template path without root and item ids (`yard/building/b_area`); "" for the root.
        index: place in document order.
        type: data type of the bind ("string", "int", "decimal", "date", "dateTime", "time", "geopoint", "binary", ...);
            questions of `select` keep "string".
        control: "input", "select1", "select", "upload", "trigger", "range", "rank", "group", "repeat" or "".
        named: the children by name.
        attributes: attributes of other namespaces that the bind carries, by local name (quantity, unit, ask, ...).
    """

    name: str
    path: str
    index: int
    kind: Kind
    parent: NodeDef | None
    children: list[NodeDef] = field(default_factory=list)
    named: dict[str, NodeDef] = field(default_factory=dict)
    type: str = "string"
    control: str = ""
    appearance: str = ""
    mediatype: str = ""
    default: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    relevant: Expression | None = None
    required: Expression | None = None
    readonly: Expression | None = None
    constraint: Expression | None = None
    calculate: Expression | None = None
    constraint_message: Words = field(default_factory=dict)
    required_message: Words = field(default_factory=dict)
    label: Words = field(default_factory=dict)
    hint: Words = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    itemset: ItemSet | None = None
    actions: list[Action] = field(default_factory=list)
    preload: tuple[str, str] = ("", "")
    count: Expression | None = None
    no_add_remove: bool = False
    soft_min: float | None = None
    soft_max: float | None = None

    @property
    def ask(self) -> str:
        """R must be asked, S should be, O may be; "" where the form does not say."""
        return self.attributes.get("ask", "")

    @property
    def unit(self) -> str:
        return self.attributes.get("unit", "")

    @property
    def is_leaf(self) -> bool:
        return self.kind not in (Kind.GROUP, Kind.REPEAT)

    @property
    def is_select(self) -> bool:
        return self.control in ("select", "select1", "rank")

    def walk(self) -> Iterator[NodeDef]:
        """This node and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


class Running(Protocol):
    """What `Form.instance_name` needs of a session."""

    def value_at(self, path: str) -> str: ...


@dataclass(eq=False, slots=True)
class Form:
    """A form as published. Made by `xform.load_form`.

    Attributes:
        languages: codes such as "zh"; `language_names` are the form's own names for them ("中文 (zh)").
        nodes: all definitions but the root, in document order; `by_path` finds them by template path, `by_name` by name
            (the first one where names repeat).
        quantities: which question gives which model quantity, by template path.
        primary: the instance as published: defaults and the items a new copy starts with.
        instances: secondary instances (choice lists) by id.
        first_load: actions of a new copy.
    """

    id: str
    version: str
    title_text: str
    languages: tuple[str, ...]
    root: NodeDef
    nodes: tuple[NodeDef, ...]
    by_path: Mapping[str, NodeDef]
    by_name: Mapping[str, NodeDef]
    quantities: Mapping[str, QuantityBinding]
    itext: Mapping[str, Mapping[str, Text]]
    language_names: tuple[str, ...]
    default_language: str
    primary: Node
    instances: Mapping[str, Node]
    first_load: tuple[Action, ...]
    graph: Graph

    def title(self, _language: str = "zh") -> str:
        """The form's title; XForms know but one for all languages."""
        return self.title_text

    def node(self, path_template: str) -> NodeDef:
        """The definition at a path without item ids.

        Raises:
            InputFault: CP-1212 when the form has no such node.
        """
        try:
            return self.by_path[path_template]
        except KeyError:
            raise InputFault("CP-1212", form=self.id, path=path_template) from None

    def instance_name(self, session: Running) -> str:
        """What the form calls one filled copy of itself; "" when it does not say."""
        for path in ("meta/instanceName", "orx:meta/orx:instanceName"):
            if path in self.by_path:
                return session.value_at(path)
        return ""

    def language_name(self, language: str) -> str:
        """The form's own name ("中文 (zh)") for a language code ("zh"), else its default language."""
        for name in self.language_names:
            if name == language or name.endswith(f"({language})"):
                return name
        return self.default_language
