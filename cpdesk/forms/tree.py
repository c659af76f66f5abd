"""The small node tree that expressions walk, and the guarded reading of XML into it.

One class serves instances, choice lists and the form's own XML. A leaf keeps its text in `value`; only mixed content
and documents read with `keep_text` have nodes of text. Reading refuses document types and entities outright, so no
entity can ever expand, and bounds size, depth and number of elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from cpdesk.base.errors import InputFault

if TYPE_CHECKING:
    from cpdesk.forms.form import NodeDef

DOCUMENT: Final = 0
ELEMENT: Final = 1
TEXT: Final = 2
ATTRIBUTE: Final = 3
COMMENT: Final = 4
INSTRUCTION: Final = 5
NO_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType({})

PREFIXES: Final[Mapping[str, str]] = {
    "http://openrosa.org/javarosa": "jr",
    "http://openrosa.org/xforms": "orx",
    "http://openrosa.org/xforms/": "orx",
    "http://www.opendatakit.org/xforms": "odk",
    "http://www.opendatakit.org/xforms/entities": "entities",
    "http://www.w3.org/2001/xml-events": "ev",
}
"""Usual prefixes by namespace."""
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_EAST_ASIAN: Final = frozenset(("gbk", "gb2312", "gb18030", "big5", "big5-hkscs", "shift_jis", "euc-jp", "euc-kr"))
_BYTES_MAX: Final = 30_000_000
_DEPTH_MAX: Final = 100
_ELEMENTS_MAX: Final = 1_000_000
_WORDS: Final = frozenset(("label", "hint", "value"))


class Node:
    """A node of a document or of a running form.

    Attributes:
        kind: one of DOCUMENT, ELEMENT, TEXT, ATTRIBUTE, COMMENT, INSTRUCTION.
        name: qualified name as written; `local` and `uri` are its parts.
        attributes: texts by qualified name; `attribute_uris` the namespaces of those that have one.
        value: own text of a leaf; None for an element with children.
        relevant: effective relevance; always True outside a running form. Irrelevant nodes are in no node-set.
        shown: a running form's own relevance, before its ancestors are asked.
        path: path of the answer in a running form, else "".
        rank: rank of a repeat's item among its siblings, else "".
        fault: why the calculation of this node failed, else None.
        keyed: indexes over the children of a node that never changes (choice lists), made when first asked for.
    """

    # Slots, because a form has many thousand nodes, and its expressions read little else.
    __slots__ = (
        "_attribute_nodes", "_places", "attribute_uris", "attributes", "children", "definition", "fault", "frozen",
        "keyed", "kind", "local", "name", "named", "parent", "path", "rank", "relevant", "shown", "uri", "value",
    )  # fmt: skip

    def __init__(
        self, kind: int, name: str = "", value: str | None = None, parent: Node | None = None, local: str = ""
    ) -> None:
        self.kind = kind
        self.name = name
        self.value = value
        self.parent = parent
        self.local = local
        self.uri = ""
        self.children: list[Node] = []
        self.attributes: Mapping[str, str] = NO_ATTRIBUTES
        self.attribute_uris: Mapping[str, str] = NO_ATTRIBUTES
        self.definition: NodeDef | None = None
        self.relevant = True
        self.shown = True
        self.path = ""
        self.rank = ""
        self.fault: InputFault | None = None
        self.frozen = False
        self.named: dict[str, list[Node]] | None = None
        self.keyed: dict[tuple[str, str], dict[str, list[Node]]] | None = None
        self._attribute_nodes: list[Node] | None = None
        self._places: dict[str, tuple[list[Node], dict[Node, int]]] | None = None

    def __repr__(self) -> str:
        return f"<Node {self.path or self.name}>"

    def insert(self, position: int, child: Node) -> None:
        self.children.insert(position, child)
        child.parent = self
        self.named = None

    def append(self, child: Node) -> None:
        self.children.append(child)
        child.parent = self
        self.named = None

    def remove(self, child: Node) -> None:
        self.children.remove(child)
        self.named = None

    def children_named(self, name: str) -> list[Node]:
        """Child elements of that qualified name, in order; "@name" finds the attribute if it is bound."""
        named = self.named
        if named is None:
            named = {}
            for child in self.children:
                if child.kind == ELEMENT:
                    named.setdefault(child.name, []).append(child)
            for attribute in self.bound_attributes():
                named[f"@{attribute.name}"] = [attribute]
            self.named = named
        return named.get(name, _NONE)

    def place_of(self, child: Node) -> int:
        """The place of a child element among those of its name, counted from 1. Many items are counted but once."""
        siblings = self.children_named(child.name)
        if self._places is None:
            self._places = {}
        counted = self._places.get(child.name)
        if counted is None or counted[0] is not siblings:
            counted = siblings, {node: place for place, node in enumerate(siblings, 1)}
            self._places[child.name] = counted
        return counted[1].get(child, 1)

    def children_by_value(self, name: str, key: str) -> Mapping[str, list[Node]]:
        """Child elements `name` of a frozen node by the text of their own child `key`."""
        if self.keyed is None:
            self.keyed = {}
        index = self.keyed.get((name, key))
        if index is None:
            index = {}
            for child in self.children_named(name):
                for text in {grandchild.text for grandchild in child.children_named(key)} or {""}:
                    index.setdefault(text, []).append(child)
            self.keyed[name, key] = index
        return index

    def children_where(self, name: str, conditions: Sequence[tuple[str, str]]) -> list[Node]:
        """Child elements `name` of a frozen node that have, for each (key, text), a child `key` of that text; a missing
        child counts as an empty one."""
        found = min((self.children_by_value(name, key).get(text, _NONE) for key, text in conditions), key=len)
        return found if len(conditions) == 1 else [child for child in found if child.agrees(conditions)]

    def agrees(self, conditions: Sequence[tuple[str, str]]) -> bool:
        """Whether this element has, for each (key, text), a child `key` of that text."""
        return all(text in ({leaf.text for leaf in self.children_named(key)} or {""}) for key, text in conditions)

    @property
    def text(self) -> str:
        """The string-value of XPath."""
        if self.value is not None:
            return self.value
        return "".join(node.value or "" for node in self.walk() if node.kind in (ELEMENT, TEXT))

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in document order, attributes left out."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def attribute(self, name: str, default: str = "") -> str:
        """The text of an attribute by its qualified name."""
        return self.attributes.get(name, default)

    def attribute_nodes(self) -> list[Node]:
        """The attributes as nodes; made when an expression first asks for them."""
        if self._attribute_nodes is None:
            self._attribute_nodes = [Node(ATTRIBUTE, name, text, self) for name, text in self.attributes.items()]
            for node in self._attribute_nodes:
                node.local = node.name.rpartition(":")[2]
                node.uri = self.attribute_uris.get(node.name, "")
        return self._attribute_nodes

    def bind_attribute(self, attribute: Node) -> None:
        """Let an attribute be a node of the running form: it stands for the text of that name from now on."""
        others = [other for other in self.attribute_nodes() if other.name != attribute.name]
        self._attribute_nodes = [*others, attribute]
        attribute.parent = self
        self.named = None

    def bound_attributes(self) -> list[Node]:
        """Those of `bind_attribute`, in order."""
        attributes = self._attribute_nodes
        return [node for node in attributes if node.definition is not None] if attributes else _NONE

    def first(self, local: str) -> Node | None:
        """The first child element of that local name."""
        return next((child for child in self.children if child.local == local and child.kind == ELEMENT), None)

    def elements(self) -> list[Node]:
        return [child for child in self.children if child.kind == ELEMENT]

    def freeze(self) -> None:
        """Promise that this subtree changes no more, so that indexes may be kept over it."""
        for node in self.walk():
            node.frozen = True


_NONE: Final[list[Node]] = []


def order_key(node: Node) -> tuple[int, ...]:
    """A key that sorts nodes of one tree in document order."""
    places: list[int] = []
    while node.parent is not None:
        if node.kind == ATTRIBUTE:
            places.append(-1)
        else:
            places.append(next((index for index, child in enumerate(node.parent.children) if child is node), 0))
        node = node.parent
    return tuple(reversed(places))


def read_xml(xml: str | bytes, *, keep_text: bool = False) -> tuple[Node, dict[str, str]]:
    """The document node of an XML text, and all namespace prefixes it declares.

    Raises:
        InputFault: CP-1201 not well-formed; CP-1202 a document type or an entity; CP-1203 too large or too deep.
    """
    if len(xml) > _BYTES_MAX:
        raise InputFault("CP-1203", what="size", found=len(xml), limit=_BYTES_MAX)
    content, encoding = _encoded(xml)
    reader = _Reader(keep_text)
    parser = expat.ParserCreate(encoding, " ")
    parser.namespace_prefixes = True
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    parser.StartNamespaceDeclHandler = reader.prefix
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    if keep_text:
        parser.CommentHandler = reader.comment
        parser.ProcessingInstructionHandler = reader.instruction
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code, "not XML")
        raise InputFault("CP-1201", line=error.lineno, reason=reason) from None
    except (LookupError, ValueError) as error:  # how expat says that it knows an encoding not or not well enough
        raise InputFault("CP-1201", line=1, reason=str(error)) from None
    return reader.document, reader.prefixes


def _encoded(xml: str | bytes) -> tuple[bytes, str | None]:
    """The bytes for expat, and the encoding that overrides what the text declares: a text that is decoded already says
    nothing by its declaration, and the encodings of East Asia are beyond expat."""
    if isinstance(xml, str):
        return xml.encode("utf-8", "surrogatepass"), "utf-8"
    declared = _DECLARED.match(xml)
    name = declared[1].decode("ascii").lower() if declared is not None else ""
    if name not in _EAST_ASIAN:
        return xml, None
    try:  # what calls itself GB2312 is often its superset
        return xml.decode("gb18030" if name.startswith("gb") else name).encode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        raise InputFault("CP-1201", line=xml.count(b"\n", 0, error.start) + 1, reason=f"not {name}") from None


class _Reader:
    def __init__(self, keep_text: bool) -> None:
        self.document = Node(DOCUMENT)
        self.prefixes: dict[str, str] = {}
        self._keep_text = keep_text
        self._blank = None if keep_text else ""
        self._open: list[Node] = [self.document]
        self._elements = 0
        self._names: dict[str, tuple[str, str, str]] = {}
        self._plain: set[str] = set()  # names of attributes that are as expat gives them
        self._attributes: dict[str, str] = {}
        self._uris: dict[str, str] = {}  # of all attributes of the document, shared by its nodes

    def refuse(self, name: str, *_rest: object) -> None:
        raise InputFault("CP-1202", name=name)

    def prefix(self, prefix: str | None, uri: str | None) -> None:
        self.prefixes.setdefault(prefix or "", uri or "")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _ELEMENTS_MAX:
            raise InputFault("CP-1203", what="elements", found=self._elements, limit=_ELEMENTS_MAX)
        if len(self._open) > _DEPTH_MAX:
            raise InputFault("CP-1203", what="depth", found=len(self._open), limit=_DEPTH_MAX)
        parent = self._open[-1]
        if parent.value is not None:
            self._split(parent)
        qualified, local, uri = self._names.get(name) or self._name(name)
        node = Node(ELEMENT, qualified, self._blank, parent, local)
        if uri:
            node.uri = uri
        if attributes:
            if attributes.keys() <= self._plain:
                node.attributes = attributes
            else:
                node.attributes = {self._attribute(key): text for key, text in attributes.items()}
                node.attribute_uris = self._uris
        parent.children.append(node)
        self._open.append(node)

    def _name(self, name: str) -> tuple[str, str, str]:
        """expat gives `uri local prefix`, `uri local` for the default namespace, or `local`."""
        parts = name.split(" ")
        if len(parts) == 1:
            found = (name, name, "")
        else:
            found = (f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[1], parts[1], parts[0])
        self._names[name] = found
        return found

    def _attribute(self, name: str) -> str:
        """Attributes of the namespaces that forms use go by their usual prefixes, whatever the form calls them."""
        found = self._attributes.get(name)
        if found is None:
            qualified, local, uri = self._names.get(name) or self._name(name)
            prefix = PREFIXES.get(uri)
            found = self._attributes[name] = qualified if prefix is None else f"{prefix}:{local}"
            if uri:
                self._uris[found] = uri
            else:
                self._plain.add(name)
        return found

    def end(self, _name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        node = self._open[-1]
        if node.value is not None:
            node.value += text
        elif self._keep_text or text.strip():
            self._text(node, text)
        elif node.local in _WORDS:
            self._text(node, " ")  # between two outputs a blank is a blank, elsewhere it is layout

    def comment(self, text: str) -> None:
        self._open[-1].children.append(Node(COMMENT, "", text, self._open[-1]))

    def instruction(self, target: str, text: str) -> None:
        self._open[-1].children.append(Node(INSTRUCTION, target, text, self._open[-1]))

    def _split(self, parent: Node) -> None:
        """The parent turns out to have children: blank text before them is layout, other text a node of its own."""
        text, parent.value = parent.value, None
        if text and text.strip():
            self._text(parent, text)

    def _text(self, parent: Node, text: str) -> None:
        last = parent.children[-1] if parent.children else None
        if last is not None and last.kind == TEXT:
            last.value = (last.value or "") + text
        else:
            parent.children.append(Node(TEXT, "", text, parent))
