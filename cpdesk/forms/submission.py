"""A finished survey as the XML that servers of the ODK ecosystem take, and such XML back into answers.

The same answers give the same bytes: no layout, attributes in the order of the form, namespaces sorted. Reading what
was written and writing it again changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Protocol

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.lexical import LENGTH_MAX
from cpdesk.forms.running.recalculation import ITEMS_MAX
from cpdesk.forms.tree import PREFIXES, Node, read_xml
from cpdesk.model.ranks import rank_list

_XFORMS: Final = "http://www.w3.org/2002/xforms"
_OPENROSA: Final = "http://openrosa.org/xforms"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)
_INSTANCE_ID: Final = ("meta/instanceID", "orx:meta/orx:instanceID")


class Filled(Protocol):
    """What writing needs of a session."""

    @property
    def root(self) -> Node: ...


def submission_xml(form: Form, session: Filled, *, instance_id: str = "") -> bytes:
    """The submission of a filled form: its relevant nodes in document order, unanswered ones empty, hidden ones left
    out. A character that XML cannot carry is written as U+FFFD.

    Args:
        instance_id: what to call this filling where the form has no place for an `instanceID`.
    """
    writing = _Writing()
    content = writing.inside(session.root)
    if instance_id and not any(path in form.by_path for path in _INSTANCE_ID):
        content += writing.element("orx:meta", "", writing.element("orx:instanceID", "", _text(instance_id)))
    name, attributes = form.primary.name, writing.attributes(session.root)
    writing.note(name)
    spaces = "".join(_namespaces(form, writing.prefixes))
    return f"{_HEAD}<{name}{spaces}{attributes}>{content}</{name}>".encode()


def _namespaces(form: Form, prefixes: Iterable[str]) -> Iterator[str]:
    """Declarations: of the form's own default namespace, if it has one, and of the prefixes that are used."""
    uri = form.primary.uri
    if uri not in ("", _XFORMS) and ":" not in form.primary.name:
        yield f' xmlns="{uri.translate(_ATTRIBUTE)}"'
    usual = {prefix: uri for uri, prefix in PREFIXES.items() if not uri.endswith("/")}
    for prefix in sorted(prefixes):
        uri = form.prefixes.get(prefix) or usual.get(prefix) or f"urn:{prefix}"
        yield f' xmlns:{prefix}="{uri.translate(_ATTRIBUTE)}"'


class _Writing:
    """Writes elements and notes which prefixes they use."""

    def __init__(self) -> None:
        self.prefixes: set[str] = set()

    def note(self, name: str) -> str:
        prefix = name.rpartition(":")[0]
        if prefix and prefix != "xml":
            self.prefixes.add(prefix)
        return name

    def element(self, name: str, attributes: str, inside: str) -> str:
        tag = f"{self.note(name)}{attributes}"
        return f"<{tag}>{inside}</{name}>" if inside else f"<{tag}/>"

    def inside(self, node: Node) -> str:
        """What stands between the tags of a node: its text, or its relevant children."""
        if node.value is not None:
            return _text(node.value)
        return "".join(
            self.element(child.name, self.attributes(child), self.inside(child))
            for child in node.children
            if child.relevant
        )

    def attributes(self, node: Node) -> str:
        bound = {one.name: one for one in node.bound_attributes()}
        found = [(name, text) for name, text in node.attributes.items() if name not in bound]
        found += [(name, one.text) for name, one in bound.items() if one.relevant]
        return "".join(f' {self.note(name)}="{_clean(text).translate(_ATTRIBUTE)}"' for name, text in found)


def _text(text: str) -> str:
    return _clean(text).translate(_TEXT)


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def answers_of_submission(form: Form, xml: str | bytes, new_id: Callable[[], str]) -> dict[str, str]:
    """The answers that a submission holds, by field path; items of repeats get new ids. What this version of the form
    does not know is kept under its own path, as answers of other versions are.

    Raises:
        InputFault: CP-1244 a submission of another form, or an encrypted one; CP-1201 to CP-1203 no proper XML, too
            large or too deep; CP-1215 a text too long; CP-1220 too many items.
    """
    document, _ = read_xml(xml)
    root = next(iter(document.elements()))
    if root.local != form.primary.local or (root.attribute("id") or form.id) != form.id:
        raise InputFault("CP-1244", found=root.attribute("id") or root.name, form=form.id)
    if root.attribute("encrypted") == "yes":
        raise InputFault("CP-1244", found="encrypted", form=form.id)
    return _Reading(form, new_id).read(root)


class _Reading:
    def __init__(self, form: Form, new_id: Callable[[], str]) -> None:
        self._form = form
        self._new_id = new_id
        self._answers: dict[str, str] = {}

    def read(self, root: Node) -> dict[str, str]:
        self._inside(root, self._form.root, "")
        return self._answers

    def _inside(self, element: Node, definition: NodeDef | None, path: str) -> None:
        """The children of an element that is (or, with None, is not) in the form."""
        children = element.elements()
        names = [self._named(child, definition) for child in children]
        times = Counter(name for name, _ in names)
        ranks = {name: iter(rank_list(count)) for name, count in times.items()}
        for child, (name, known) in zip(children, names, strict=True):
            below = f"{path}/{name}".lstrip("/")
            repeats = times[name] > 1 if known is None else known.kind is Kind.REPEAT
            if repeats:
                if times[name] > ITEMS_MAX:
                    raise InputFault("CP-1220", path=below, limit=ITEMS_MAX)
                below = f"{below}[{self._new_id()}]"
                self._answers[below] = next(ranks[name])
            elif below in self._answers:
                continue  # the form has the node once: the first counts
            self._one(child, known, below)

    def _one(self, element: Node, definition: NodeDef | None, path: str) -> None:
        for attribute in definition.bound_attributes if definition is not None else ():
            self._keep(f"{path}/{attribute.name}", element.attribute(attribute.name[1:]))
        is_leaf = not element.elements() if definition is None else definition.is_leaf
        if not is_leaf:
            self._inside(element, definition, path)
        else:
            # The entry of an item is its rank: the text of an unknown leaf that comes several times stands below it.
            self._keep(f"{path}/value" if path.endswith("]") else path, element.text)

    def _keep(self, path: str, text: str) -> None:
        if len(text) > LENGTH_MAX:
            raise InputFault("CP-1215", path=path, found=len(text), limit=LENGTH_MAX)
        if text:
            self._answers[path] = text

    def _named(self, element: Node, parent: NodeDef | None) -> tuple[str, NodeDef | None]:
        """What the form calls an element, whatever prefix stands for its namespace here."""
        if parent is None:
            return element.name, None
        known = parent.named.get(element.name)
        if known is None and element.uri:
            known = next((child for child in parent.children if self._is(child.name, element)), None)
        return (element.name, None) if known is None else (known.name, known)

    def _is(self, name: str, element: Node) -> bool:
        prefix, _, local = name.rpartition(":")
        return local == element.local and (not prefix or self._uri(prefix) == element.uri)

    def _uri(self, prefix: str) -> str:
        declared: Mapping[str, str] = self._form.prefixes
        return declared.get(prefix, _OPENROSA if prefix == "orx" else "")
