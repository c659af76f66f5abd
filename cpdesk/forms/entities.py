"""Entities: what long-lived things a survey makes or changes (ODK XForms specification, section Entities, 2022.1 to
2025.1). A form says with `meta/entity` that a filled copy, or an item of a repeat, tells of a thing of a dataset, and
with `saveto` which answers become its properties."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import InputFault

if TYPE_CHECKING:
    from cpdesk.forms.form import NodeDef
    from cpdesk.forms.running.instance import Instance
    from cpdesk.forms.tree import Node

CREATE: Final = "create"
UPDATE: Final = "update"
SAVE_TO: Final = "saveto"
_NEWEST: Final = (2025, 1)
_VERSION: Final = re.compile(r"(\d{4})\.(\d+)(?:\.\d+)?\Z")
_TRUE: Final = frozenset(("1", "true"))


@dataclass(frozen=True, slots=True)
class EntityDef:
    """One declaration of the form.

    Attributes:
        dataset: what kind of thing it is of.
        node: the definition of the `entity` element.
        holder: the form, group or repeat whose `meta` it stands in: a filled one tells of one thing.
        properties: which question becomes which property.
    """

    dataset: str
    node: NodeDef
    holder: NodeDef
    properties: Mapping[str, NodeDef]


@dataclass(frozen=True, slots=True)
class EntityChange:
    """One thing that a filled form makes or changes.

    Attributes:
        mode: "create" or "update".
        label: what to call it; "" leaves the label as it is.
        values: texts by property, from relevant answers only. An empty one empties the property.
        base_version: the version of the thing that the form saw, "" when it is new or unknown.
    """

    dataset: str
    id: str
    mode: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    base_version: str = ""


def read_entities(nodes: Sequence[NodeDef], version: str) -> tuple[EntityDef, ...]:
    """The entities that a form declares.

    Args:
        nodes: all definitions, the root first, in document order.
        version: `entities-version` of the model, "" when it has none.

    Raises:
        InputFault: CP-1240 a version this program does not know, or none; CP-1241 a `saveto` without an entity, or two
            of one property.
    """
    found = [
        node for node in nodes if node.name == "entity" and "dataset" in node.literal_attributes and _in_meta(node)
    ]
    if found:
        match = _VERSION.match(version)
        if match is None or (int(match[1]), int(match[2])) > _NEWEST:
            raise InputFault("CP-1240", found=version or "—", newest=".".join(map(str, _NEWEST)))
    properties: dict[NodeDef, dict[str, NodeDef]] = {_holder(node): {} for node in found}
    for node in nodes:
        name = node.attributes.get(SAVE_TO, "")
        if not name:
            continue
        holder: NodeDef | None = node
        while holder is not None and holder not in properties:
            holder = holder.parent
        if holder is None or name in properties[holder]:
            raise InputFault("CP-1241", place=node.path, property=name)
        properties[holder][name] = node
    return tuple(
        EntityDef(node.literal_attributes["dataset"], node, _holder(node), properties[_holder(node)]) for node in found
    )


def _in_meta(node: NodeDef) -> bool:
    return node.parent is not None and node.parent.name == "meta" and node.parent.parent is not None


def _holder(node: NodeDef) -> NodeDef:
    assert node.parent is not None
    assert node.parent.parent is not None
    return node.parent.parent


def entity_changes(entities: Sequence[EntityDef], instance: Instance) -> tuple[EntityChange, ...]:
    """What a filled form makes and changes, in document order. An entity without an id, or in a hidden part, does
    nothing. Where both conditions hold, both stand there, creation first, as the specification asks."""
    changes: list[EntityChange] = []
    for entity in entities:
        for node in instance.of(entity.node, instance.root):
            identity = _attribute(node, "id").strip().removeprefix("uuid:")
            if not node.relevant or not identity:
                continue
            assert node.parent is not None
            assert node.parent.parent is not None
            values = _values(entity, instance, node.parent.parent)
            label = next((child.text for child in node.children_named("label") if child.relevant), "")
            base = _attribute(node, "baseVersion")
            for mode in (CREATE, UPDATE):
                if _attribute(node, mode) in _TRUE:
                    version = base if mode == UPDATE else ""
                    changes.append(EntityChange(entity.dataset, identity, mode, label, values, version))
    return tuple(changes)


def _values(entity: EntityDef, instance: Instance, holder: Node) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, definition in entity.properties.items():
        nodes = [node for node in instance.of(definition, holder) if node.relevant]
        if nodes:
            values[name] = nodes[0].text
    return values


def _attribute(node: Node, name: str) -> str:
    return next((one.text for one in node.attribute_nodes() if one.name == name), "")
