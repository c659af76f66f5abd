"""The secondary instances of a form that come from outside, put into the tree for one filled copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cpdesk.forms.files.external import LAST_SAVED, ChoiceTable, ListTable, MemoryTable, XmlTable
from cpdesk.forms.files.table_nodes import document_over, table_document
from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.forms.tree import ELEMENT, Node

_ITEM: Final = re.compile(r"(.*)\[[^\[\]/]+\]\Z", re.DOTALL)


def instance_nodes(
    form: Form, files: Mapping[str, ChoiceTable], last_saved: Mapping[str, str]
) -> tuple[dict[str, Node], dict[str, str]]:
    """The documents of a form's external instances by id, and the files that were not given, by instance id. The
    instance of a file that is not given is an empty list."""
    documents: dict[str, Node] = {}
    missing: dict[str, str] = {}
    for external in form.externals.values():
        if external.format == LAST_SAVED:
            documents[external.id] = document_over(_visit(form, last_saved))
            continue
        table = files.get(external.file)
        if table is None:
            missing[external.id] = external.file
            table = MemoryTable((), ())
        if isinstance(table, XmlTable):
            documents[external.id] = table.document
        else:
            documents[external.id] = table_document(
                ListTable(table, external.list_name) if external.list_name else table
            )
    return documents, missing


def nodes_lacking(form: Form, missing: Mapping[str, str]) -> dict[NodeDef, str]:
    """The definitions whose options or rules ask an instance whose file is missing, with the file's name."""
    if not missing:
        return {}
    names = "|".join(re.escape(name) for name in missing)
    asks = re.compile(rf"""\b(?:instance|pulldata)\(\s*['"]({names})['"]""")
    lacking: dict[NodeDef, str] = {}
    for node in form.nodes:
        nodeset = None if node.itemset is None else node.itemset.nodeset
        rules = (nodeset, node.calculate, node.relevant, node.constraint, node.required, node.readonly, node.count)
        match = next((found for rule in rules if rule is not None and (found := asks.search(rule.source))), None)
        if match is not None and not node.is_attribute:  # a thing's version is known where it is updated, or not at all
            lacking[node] = missing[match[1]]
    return lacking


def _visit(form: Form, answers: Mapping[str, str]) -> Node:
    """The answers of an earlier visit as a tree of plain nodes, items of repeats in the order of their ranks."""
    items: dict[str, list[tuple[str, str]]] = {}
    for entry, rank in answers.items():
        match = _ITEM.match(entry)
        if match:
            items.setdefault(match[1], []).append((rank, entry))

    def made(definition: NodeDef, path: str) -> Node:
        node = Node(ELEMENT, definition.name or form.primary.name)
        node.local = node.name.rpartition(":")[2]
        node.frozen = True
        if definition.is_leaf:
            node.value = answers.get(path, "")
        bound = {one.name[1:]: answers.get(f"{path}/{one.name}", "") for one in definition.bound_attributes}
        node.attributes = {**definition.literal_attributes, **bound}
        for child in definition.children:
            below = f"{path}/{child.name}".lstrip("/")
            entries = [entry for _, entry in sorted(items.get(below, ()))] if child.kind is Kind.REPEAT else [below]
            for entry in entries:
                node.append(made(child, entry))
        return node

    return made(form.root, "")
