"""A loaded form: immutable, shareable between any number of sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath.syntax import Call, Literal, Path, Step

if TYPE_CHECKING:
    from cpdesk.forms.entities import EntityDef
    from cpdesk.forms.files.external import ExternalInstance
    from cpdesk.forms.loading.graph import Graph
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
    media: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemSet:
    """Options drawn from a node-set. `label` gives a text, or the id of one when `label_is_itext`.

    Attributes:
        instance: id of the secondary instance the options come from, "" when they come from the answers.
    """

    nodeset: Expression
    value: Expression
    label: Expression
    label_is_itext: bool
    instance: str = ""

    @property
    def list_name(self) -> str:
        """Id of the choice list whose items are offered, all of them or those that a filter leaves; "" where the
        options come from anything else."""
        match self.nodeset.ast:
            case Path(
                start=Call(name="instance", arguments=(Literal(value=str(name)),)),
                steps=(Step("child", "root", ()), Step("child", "item")),
            ):
                return name
        return ""

    @property
    def is_whole_list(self) -> bool:
        """Whether all items of a choice list are offered."""
        return bool(self.list_name) and isinstance(self.nodeset.ast, Path) and not self.nodeset.ast.steps[-1].predicates


SETVALUE = "setvalue"
SETGEOPOINT = "setgeopoint"
RECORDAUDIO = "recordaudio"


@dataclass(frozen=True, slots=True)
class Action:
    """What happens to the node `target` when one of `events` does: `setvalue` gives it `value` (or the text `literal`),
    `setgeopoint` the place of the device, `recordaudio` a recording. The last two need a client that has the device.
    `chosen` tells which node of a repeat is meant where the form picks one, seen from the node whose event it is."""

    target: str
    value: Expression | None
    literal: str
    events: frozenset[str]
    kind: str = SETVALUE
    chosen: Expression | None = None


@dataclass(frozen=True, slots=True)
class RangeBounds:
    """What a `range` control offers: numbers from `start` to `end` (which may lie below it) in steps of `step` > 0."""

    start: float
    end: float
    step: float

    @property
    def low(self) -> float:
        return min(self.start, self.end)

    @property
    def high(self) -> float:
        return max(self.start, self.end)

    def holds(self, value: float) -> bool:
        """Whether a number lies on one of the steps, within what decimal fractions lose in binary."""
        steps = (value - self.start) / self.step
        return self.low <= value <= self.high and abs(steps - round(steps)) < 1e-6


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
        index: place in document order; `depth` counts the nodes above it, `repeat` is the innermost repeat it is in,
            itself included.
        type: data type of the bind ("string", "int", "decimal", "date", "dateTime", "time", "geopoint", "binary", ...);
            questions of `select` keep "string".
        control: "input", "select1", "select", "upload", "trigger", "range", "rank", "group", "repeat" or "".
        named: the children by name.
        attributes: attributes of other namespaces that the bind carries, by local name (quantity, unit, ask, ...).
        bound_attributes: definitions of the attributes that binds or actions speak of, named "@id"; their path is that
            of the node and "/@id". They are hidden nodes with rules of their own, no children.
        literal_attributes: attributes as the published instance writes them, by qualified name.
        parameters: further attributes of the control, by local name (rows, accuracyThreshold, accept, intent, ...).
        media: files beside the label by kind ("image", "big-image", "audio", "video"): their plain names.
        short: a brief label; `guidance`: what the hint says on paper or when asked for more.
        range: what a `range` control offers.
    """

    name: str
    path: str
    index: int
    kind: Kind
    parent: NodeDef | None
    depth: int = 0
    repeat: NodeDef | None = None
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
    guidance: Words = field(default_factory=dict)
    short: Words = field(default_factory=dict)
    media: Mapping[str, Words] = field(default_factory=dict)
    range: RangeBounds | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    bound_attributes: list[NodeDef] = field(default_factory=list)
    literal_attributes: dict[str, str] = field(default_factory=dict)
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
    def is_attribute(self) -> bool:
        return self.name.startswith("@")

    @property
    def is_leaf(self) -> bool:
        return self.kind not in (Kind.GROUP, Kind.REPEAT)

    @property
    def is_select(self) -> bool:
        return self.control in ("select", "select1", "rank")

    def walk(self) -> Iterator[NodeDef]:
        """This node, its bound attributes and all below it, in document order."""
        yield self
        yield from self.bound_attributes
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
        instances: secondary instances (choice lists) by id, those of the form's own text.
        externals: secondary instances that come from files or from the last visit, by id.
        itext_forms: the other forms of texts (short, guidance, image, ...), by language, text and form.
        first_load: actions of a new copy.
        prefixes: the namespaces that the form declares, by prefix.
        submission: attributes of the `submission` element by local name (action, auto-send, ...).
        entities: what entities the form makes or changes.
        strays: binds and controls of nodes that are not there, as (element, reference): they do nothing.
        entities_version: "2024.1.0" of the entities specification, "" without entities.
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
    externals: Mapping[str, ExternalInstance] = field(default_factory=dict)
    itext_forms: Mapping[str, Mapping[str, Mapping[str, Text]]] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    submission: Mapping[str, str] = field(default_factory=dict)
    entities: tuple[EntityDef, ...] = ()
    entities_version: str = ""
    strays: tuple[tuple[str, str], ...] = ()

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
