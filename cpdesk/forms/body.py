"""The body of an XForm: which control shows which node, with its label, hint, choices and actions."""

from __future__ import annotations

import re
from typing import Final, Protocol

from cpdesk.forms.form import Action, Item, ItemSet, NodeDef, Words
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.compile import Expression, compile_expression

CONTROLS: Final = frozenset(("input", "secret", "select", "select1", "upload", "trigger", "range", "rank"))
LOAD_EVENTS: Final = frozenset(("odk-instance-first-load", "odk-instance-load"))
_ITEXT_CALL: Final = re.compile(r"\s*jr:itext\((.*)\)\s*\Z", re.DOTALL)


class Loading(Protocol):
    """What reading the body needs of the loader."""

    by_path: dict[str, NodeDef]
    bind_ids: dict[str, str]
    first_load: list[Action]

    def path_of(self, reference: str, context: str, place: str) -> str: ...
    def label_of(self, element: Node | None, place: str) -> Words: ...


def read_body(loading: Loading, body: Node) -> None:
    """Fill controls, labels, choices and actions into the definitions.

    Raises:
        InputFault: CP-1210 a reference to a node that is not there; CP-1205 to CP-1209 expressions.
    """
    stack: list[tuple[Node, str, str]] = [(child, "", "") for child in reversed(body.elements())]
    while stack:
        element, context, repeat = stack.pop()
        if element.local in CONTROLS:
            _control(loading, element, context)
        elif element.local in ("group", "repeat"):
            path = _group(loading, element, context)
            inner = path if element.local == "repeat" else repeat
            stack.extend((child, path, inner) for child in reversed(element.elements()))
        elif element.local == "setvalue":
            _add_action(loading, loading.by_path[repeat], element, context)


def _reference(loading: Loading, element: Node, context: str) -> str | None:
    reference = element.attribute("ref") or element.attribute("nodeset")
    if not reference and element.attribute("bind"):
        reference = loading.bind_ids.get(element.attribute("bind"), "")
    return loading.path_of(reference, context, element.name) if reference else None


def _group(loading: Loading, element: Node, context: str) -> str:
    path = _reference(loading, element, context)
    if path is None:
        return context
    node = loading.by_path[path]
    node.control = element.local if element.local == "repeat" else node.control or "group"
    node.appearance = element.attribute("appearance") or node.appearance
    node.label = loading.label_of(element.first("label"), path) or node.label
    if element.local == "repeat":
        count = element.attribute("jr:count")
        if count:
            node.count = compile_expression(count, f"count {path}")
        node.no_add_remove = element.attribute("jr:noAddRemove").startswith("true")
    return path


def _control(loading: Loading, element: Node, context: str) -> None:
    path = _reference(loading, element, context)
    if path is None:
        return
    node = loading.by_path[path]
    node.control = element.local
    node.appearance = element.attribute("appearance")
    node.mediatype = element.attribute("mediatype")
    node.label = loading.label_of(element.first("label"), path)
    node.hint = loading.label_of(element.first("hint"), path)
    items: list[Item] = []
    for child in element.elements():
        if child.local == "item":
            value = child.first("value")
            label = loading.label_of(child.first("label"), f"item {path}")
            items.append(Item("" if value is None else value.text.strip(), label))
        elif child.local == "itemset":
            node.itemset = _itemset(child, path)
        elif child.local == "setvalue":
            _add_action(loading, node, child, path)
    node.items = tuple(items)


def _itemset(element: Node, path: str) -> ItemSet:
    place = f"itemset {path}"
    value, label = element.first("value"), element.first("label")
    source = label.attribute("ref") if label is not None else "."
    match = _ITEXT_CALL.match(source)
    return ItemSet(
        compile_expression(element.attribute("nodeset"), place),
        compile_expression(value.attribute("ref") if value is not None else ".", place),
        compile_expression(match[1] if match else source, place),
        match is not None,
    )


def _add_action(loading: Loading, node: NodeDef, element: Node, context: str) -> None:
    """An action belongs to the node whose event starts it, or to the loading of the whole form."""
    action = read_setvalue(loading, element, context)
    node.actions.append(action)
    if action.events & LOAD_EVENTS:
        loading.first_load.append(action)


def read_setvalue(loading: Loading, element: Node, context: str) -> Action:
    """One `setvalue`; its reference may be relative to the control it stands in."""
    target = _reference(loading, element, context) or context
    source = element.attribute("value")
    value: Expression | None = compile_expression(source, f"setvalue {target}") if source else None
    events = {name.rpartition(":")[2] for name in element.attribute("event").split()}
    return Action(target, value, element.text if value is None else "", frozenset(events))
