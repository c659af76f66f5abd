"""The body of an XForm: which control shows which node, with its label, hint, choices, media, bounds and actions."""

from __future__ import annotations

import math
import re
from typing import Final, Protocol

from cpdesk.base.errors import InputFault
from cpdesk.forms.files.external import CSV, ITEMSETS, ExternalInstance
from cpdesk.forms.form import RECORDAUDIO, SETGEOPOINT, SETVALUE, Action, Item, ItemSet, NodeDef, RangeBounds
from cpdesk.forms.loading.texts import Texts
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.compile import Expression, compile_expression
from cpdesk.forms.xpath.syntax import Path
from cpdesk.forms.xpath.unparse import bare, written

CONTROLS: Final = frozenset(("input", "secret", "select", "select1", "upload", "trigger", "range", "rank"))
ACTIONS: Final = frozenset((SETVALUE, SETGEOPOINT, RECORDAUDIO))
NEW_REPEAT: Final = "odk-new-repeat"
LOAD_EVENTS: Final = frozenset(("odk-instance-first-load", "odk-instance-load"))
_OWN_ATTRIBUTES: Final = frozenset(
    ("ref", "nodeset", "bind", "appearance", "mediatype", "query", "count", "noAddRemove", "start", "end", "step")
)
_BOUNDS: Final = {"start": 1.0, "end": 10.0, "step": 1.0}
"""What XLSForm says where a range does not."""
_ITEXT_CALL: Final = re.compile(r"\s*jr:itext\((.*)\)\s*\Z", re.DOTALL)
_INSTANCE_CALL: Final = re.compile(r"""\binstance\(\s*(?:'([^']*)'|"([^"]*)")\s*\)""")


class Loading(Protocol):
    """What reading the body needs of the loader."""

    by_path: dict[str, NodeDef]
    bind_ids: dict[str, str]
    first_load: list[Action]
    texts: Texts
    instances: dict[str, Node]
    externals: dict[str, ExternalInstance]

    def path_of(self, reference: str, context: str, place: str) -> str: ...
    def path_or_stray(self, reference: str, context: str, what: str) -> str | None: ...


def read_body(loading: Loading, body: Node) -> None:
    """Fill controls, labels, choices and actions into the definitions.

    Raises:
        InputFault: CP-1210 a reference to a node that is not there; CP-1205 to CP-1209 expressions; CP-1239 bounds.
    """
    stack: list[tuple[Node, str, str]] = [(child, "", "") for child in reversed(body.elements())]
    while stack:
        element, context, repeat = stack.pop()
        if element.local in CONTROLS:
            _control(loading, element, context, repeat)
        elif element.local in ("group", "repeat"):
            path = _group(loading, element, context)
            inner = path if element.local == "repeat" and path else repeat
            path = context if path is None else path
            stack.extend((child, path, inner) for child in reversed(element.elements()))
        elif element.local in ACTIONS:
            _add_action(loading, element, context, "", repeat)


def _reference(loading: Loading, element: Node) -> str:
    reference = element.attribute("ref") or element.attribute("nodeset")
    if not reference and element.attribute("bind"):
        reference = loading.bind_ids.get(element.attribute("bind"), "")
    return reference


def _path(loading: Loading, element: Node, context: str) -> str | None:
    reference = _reference(loading, element)
    return loading.path_or_stray(reference, context, element.name) if reference else None


def _group(loading: Loading, element: Node, context: str) -> str | None:
    path = _path(loading, element, context)
    if path is None:
        return None
    node = loading.by_path[path]
    is_repeat = element.local == "repeat" and path != ""  # the whole form cannot repeat
    node.control = "repeat" if is_repeat else node.control or "group"
    node.appearance = element.attribute("appearance") or node.appearance
    label = element.first("label")
    if label is not None:
        node.label = loading.texts.label_of(label, path) or node.label
        node.short = loading.texts.short_of(label)
        node.media = loading.texts.media_of(label)
    node.parameters |= _parameters(element)
    if is_repeat:
        count = element.attribute("jr:count")
        if count:
            node.count = compile_expression(count, f"count {path}")
        node.no_add_remove = element.attribute("jr:noAddRemove").startswith("true")
    return path


def _parameters(element: Node) -> dict[str, str]:
    found = {name.rpartition(":")[2]: text for name, text in element.attributes.items()}
    return {name: text for name, text in found.items() if name not in _OWN_ATTRIBUTES}


def _control(loading: Loading, element: Node, context: str, repeat: str) -> None:
    path = _path(loading, element, context)
    if path is None:
        return
    node = loading.by_path[path]
    texts, label, hint = loading.texts, element.first("label"), element.first("hint")
    node.control = element.local
    node.appearance = element.attribute("appearance")
    node.mediatype = element.attribute("mediatype")
    node.label = texts.label_of(label, path)
    node.short = texts.short_of(label)
    node.media = texts.media_of(label)
    node.hint = texts.label_of(hint, path)
    node.guidance = texts.guidance_of(hint)
    node.parameters = _parameters(element)
    if element.local == "range":
        node.range = _bounds(element, node)
    if element.attribute("query"):
        _external_select(loading, element, node)
    items: list[Item] = []
    for child in element.elements():
        if child.local == "item":
            items.append(_item(texts, child, path))
        elif child.local == "itemset":
            node.itemset = _itemset(child, path)
        elif child.local in ACTIONS:
            _add_action(loading, child, path, path, repeat)
    node.items = tuple(items)


def _item(texts: Texts, element: Node, path: str) -> Item:
    value, label = element.first("value"), element.first("label")
    said = texts.label_of(label, f"item {path}")
    return Item("" if value is None else value.text.strip(), said, texts.media_of(label))


def _itemset(element: Node, path: str) -> ItemSet:
    place = f"itemset {path}"
    value, label = element.first("value"), element.first("label")
    source = label.attribute("ref") if label is not None else "."
    match = _ITEXT_CALL.match(source)
    nodeset = element.attribute("nodeset") or element.attribute("ref")
    return ItemSet(
        compile_expression(nodeset, place),
        compile_expression(value.attribute("ref") if value is not None else ".", place),
        compile_expression(match[1] if match else source or ".", place),
        match is not None,
        _instance_named(nodeset),
    )


def _instance_named(nodeset: str) -> str:
    match = _INSTANCE_CALL.search(nodeset)
    return "" if match is None else match[1] if match[1] is not None else match[2]


def _external_select(loading: Loading, element: Node, node: NodeDef) -> None:
    """`<input query="instance('villages')/...">`, as pyxform writes `select_one_external`: a select whose lists lie in
    itemsets.csv."""
    source, place = element.attribute("query"), f"itemset {node.path}"
    list_name = _instance_named(source)
    node.control = "select" if element.local == "select" else "select1"
    node.itemset = ItemSet(
        compile_expression(source, place),
        compile_expression("name", place),
        compile_expression("label", place),
        False,
        list_name,
    )
    if list_name not in loading.instances and list_name not in loading.externals:
        loading.externals[list_name] = ExternalInstance(list_name, f"jr://file-csv/{ITEMSETS}", CSV, list_name)


def _bounds(element: Node, node: NodeDef) -> RangeBounds:
    """Start, end and step of a range; XLSForm's defaults where one is not written."""
    found: dict[str, float] = {}
    for name, default in _BOUNDS.items():
        text = element.attribute(name).strip()
        try:
            found[name] = float(text) if text else default
        except ValueError:
            raise InputFault("CP-1239", place=node.path, name=name, value=text) from None
        if not math.isfinite(found[name]) or (node.type == "int" and found[name] != int(found[name])):
            raise InputFault("CP-1239", place=node.path, name=name, value=text)
    if found["step"] == 0:
        raise InputFault("CP-1239", place=node.path, name="step", value="0")
    return RangeBounds(found["start"], found["end"], abs(found["step"]))


def _add_action(loading: Loading, element: Node, context: str, control: str, repeat: str) -> None:
    """An action belongs to the control whose value starts it, to the repeat around it whose new items do, or to the
    loading of the whole form."""
    action = read_action(loading, element, context)
    if control or not repeat:
        loading.by_path[control].actions.append(action)
    if repeat and (not control or NEW_REPEAT in action.events):
        loading.by_path[repeat].actions.append(action)
    if action.events & LOAD_EVENTS:
        loading.first_load.append(action)


def read_action(loading: Loading, element: Node, context: str) -> Action:
    """One `setvalue`, `setgeopoint` or `recordaudio`; its reference may be relative to the control it stands in.

    Raises:
        InputFault: CP-1210 it speaks of a node that is not there or takes no value; CP-1205 to CP-1209 its expression.
    """
    reference = _reference(loading, element)
    chosen: Expression | None = None
    if reference and "[" in reference:
        chosen = compile_expression(reference, element.name)
        reference = written(bare(chosen.ast)) if isinstance(chosen.ast, Path) else reference
    target = loading.path_of(reference, context, element.name) if reference else context
    if not target or not loading.by_path[target].is_leaf:
        raise InputFault("CP-1210", place=element.name, reference=reference or "—", nearest="—")
    source = element.attribute("value") if element.local == SETVALUE else ""
    value: Expression | None = compile_expression(source, f"setvalue {target}") if source else None
    literal = element.text if value is None and element.local == SETVALUE else ""
    names = (element.attribute("event") or element.attribute("ev:event")).split()
    events = frozenset(name.rpartition(":")[2] for name in names)
    return Action(target, value, literal, events, element.local, chosen)
