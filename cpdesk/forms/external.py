"""Secondary instances from outside the form: choice files beside it, and the answers of the last visit.

A file is a `ChoiceTable`. In the node tree it stands as `root/item/<column>`, and its nodes are made when an expression
asks for them: `item[key = value]` asks the table, whose index answers, so that a list of 20,000 wells costs what is
found and not what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import DOCUMENT, ELEMENT, Node

if TYPE_CHECKING:
    from cpdesk.forms.form import Form, ItemSet, NodeDef

CSV: Final = "csv"
GEOJSON: Final = "geojson"
XML: Final = "xml"
LAST_SAVED: Final = "last-saved"
ITEMSETS: Final = "itemsets.csv"
"""What pyxform makes of the sheet external_choices: the lists of `select_one_external`, told by `list_name`."""
_FOUND_MAX: Final = 64
_MEDIA_COLUMNS: Final = ("image", "big-image", "audio", "video")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExternalInstance:
    """A secondary instance that the form names but does not hold.

    Attributes:
        id: as `instance('id')` names it.
        src: the address as the form writes it, "jr://file-csv/wells.csv".
        format: "csv", "geojson", "xml" or "last-saved".
        list_name: of a list in `itemsets.csv`, else "".
    """

    id: str
    src: str
    format: str
    list_name: str = ""

    @property
    def file(self) -> str:
        """The plain file name, "" for the last visit."""
        return "" if self.format == LAST_SAVED else self.src.rpartition("/")[2]


def external_instance(identity: str, src: str, place: str) -> ExternalInstance:
    """What an address stands for.

    Raises:
        InputFault: CP-1230 an address of no kind that the specification knows.
    """
    scheme, _, rest = src.strip().removeprefix("jr://").partition("/")
    name = rest.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower()
    if src.startswith("jr://"):
        if (scheme, rest) == ("instance", "last-saved"):
            return ExternalInstance(identity, src, LAST_SAVED)
        if scheme == "file-csv" and name:
            return ExternalInstance(identity, src, CSV)
        if scheme == "file" and name:
            return ExternalInstance(identity, src, ending if ending in (CSV, GEOJSON) else XML)
    raise InputFault("CP-1230", src=src, place=place)


@runtime_checkable
class ChoiceTable(Protocol):
    """A file of choices, a row an option. A cell that is empty or not there reads as "". The same row is the same
    mapping object whenever it is given."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns in the order of the file."""
        ...

    def rows(self) -> Iterator[Row]:
        """All rows in the order of the file."""
        ...

    def rows_where(self, column: str, value: str) -> Sequence[Row]:
        """The rows with that text in that column, in the order of the file, by an index."""
        ...

    def __len__(self) -> int: ...


@runtime_checkable
class NarrowTable(ChoiceTable, Protocol):
    """A table that answers several conditions at once better than one by one."""

    def rows_where_all(self, conditions: Sequence[tuple[str, str]]) -> Sequence[Row]:
        """The rows with each (column, text), in the order of the file."""
        ...


class MemoryTable:
    """A choice table in memory, for small lists and tests. An index over a column is made when it is first asked."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Row]) -> None:
        self.columns = tuple(columns)
        self._rows = tuple(rows)
        self._indexes: dict[str, dict[str, list[Row]]] = {}

    def rows(self) -> Iterator[Row]:
        """All rows in order."""
        return iter(self._rows)

    def rows_where(self, column: str, value: str) -> Sequence[Row]:
        """The rows with that text in that column."""
        index = self._indexes.get(column)
        if index is None:
            index = self._indexes[column] = {}
            for row in self._rows:
                index.setdefault(row.get(column, ""), []).append(row)
        return index.get(value, ())

    def __len__(self) -> int:
        return len(self._rows)


class XmlTable(MemoryTable):
    """A choice file in XML: its tree as it stands, and as rows what lies two steps below its document."""

    def __init__(self, document: Node) -> None:
        self.document = document
        rows = [
            {leaf.name: leaf.text for leaf in item.elements()}
            for root in document.elements()
            for item in root.elements()
        ]
        super().__init__(list(dict.fromkeys(name for row in rows for name in row)), rows)


class _OneList(MemoryTable):
    """One list of `itemsets.csv`."""

    def __init__(self, table: ChoiceTable, list_name: str) -> None:
        super().__init__(table.columns, table.rows_where("list_name", list_name))


class RowNode(Node):
    """An `item`; the cells become nodes when they are asked for."""

    local = "item"
    frozen = True

    def __init__(self, row: Row, parent: TableNode) -> None:
        # Without the base's __init__, whose list of children is not wanted: a file has many rows.
        self.kind = ELEMENT
        self.name = "item"
        self.value = None
        self.parent = parent
        self.row = row
        self._cells: dict[str, list[Node]] = {}

    @property
    def children(self) -> list[Node]:
        """One leaf a cell."""
        return [node for name in self.row for node in self.children_named(name)]

    @children.setter
    def children(self, _children: list[Node]) -> None:
        """The row decides; a list given when the node is made stays unused."""

    def children_named(self, name: str) -> list[Node]:
        """The cell of a column."""
        found = self._cells.get(name)
        if found is None:
            found = [] if name not in self.row else [Node(ELEMENT, name, self.row[name], self)]
            for node in found:
                node.local = name
                node.frozen = True
            self._cells[name] = found
        return found


class TableNode(Node):
    """The `root` over a choice table."""

    local = "root"
    frozen = True

    def __init__(self, table: ChoiceTable) -> None:
        super().__init__(ELEMENT, "root")
        self.table = table
        self._items: dict[int, RowNode] = {}  # by the identity of the row, so that a row is one node
        self._all: list[Node] | None = None
        self._found: dict[tuple[tuple[str, str], ...], list[Node]] = {}

    @property
    def children(self) -> list[Node]:
        """All items; asking for them makes them all."""
        if self._all is None:
            self._all = [self._item(row) for row in self.table.rows()]
        return self._all

    @children.setter
    def children(self, _children: list[Node]) -> None:
        """The table decides; a list given when the node is made stays unused."""

    def _item(self, row: Row) -> Node:
        item = self._items.get(id(row))
        if item is None:
            item = self._items[id(row)] = RowNode(row, self)
        return item

    def children_named(self, name: str) -> list[Node]:
        """All items, if that is the name."""
        return self.children if name == "item" else []

    def children_by_value(self, name: str, key: str) -> Mapping[str, list[Node]]:
        """As for every frozen node, answered by the table."""
        return _ByValue(self, key if name == "item" else "")

    def children_where(self, name: str, conditions: Sequence[tuple[str, str]]) -> list[Node]:
        """As for every frozen node, answered by the table. The latest finds are kept, because a select asks several
        times."""
        if name != "item":
            return []
        key = tuple(conditions)
        found = self._found.pop(key, None)
        if found is None:
            found = [self._item(row) for row in self._rows_where(key)]
        self._found[key] = found
        if len(self._found) > _FOUND_MAX:
            del self._found[next(iter(self._found))]
        return found

    def offers(self, column: str) -> OfferedRows:
        """The texts of a column as the values of a select."""
        return OfferedRows(self, column)

    def _rows_where(self, conditions: Sequence[tuple[str, str]]) -> Sequence[Row]:
        if len(conditions) == 1:
            return self.table.rows_where(*conditions[0])
        if isinstance(self.table, NarrowTable):
            return self.table.rows_where_all(conditions)
        found = min((self.table.rows_where(*condition) for condition in conditions), key=len)
        return [row for row in found if all(row.get(column, "") == text for column, text in conditions)]


class OfferedRows(Mapping[str, int]):
    """The values that an unfiltered select over a table offers, with their places, without reading all rows: what is
    asked is looked up, and places are counted only where somebody wants them."""

    def __init__(self, root: TableNode, column: str) -> None:
        self._root = root
        self._column = column
        self._places: dict[str, int] | None = None

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and bool(self._root.children_where("item", ((self._column, value),)))

    def _counted(self) -> dict[str, int]:
        if self._places is None:
            self._places = {}
            for place, row in enumerate(self._root.table.rows()):
                self._places.setdefault(row.get(self._column, ""), place)
        return self._places

    def __getitem__(self, value: str) -> int:
        return self._counted()[value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counted())

    def __len__(self) -> int:
        return len(self._counted())


_WHOLE_LIST: Final = re.compile(r"""\s*instance\(\s*(?:'([^']*)'|"([^"]*)")\s*\)/root/item\s*\Z""")
_NAME: Final = re.compile(r"[^\W\d][\w.\-]*")


def whole_table(itemset: ItemSet, instances: Mapping[str, Node]) -> TableNode | None:
    """The table whose rows an item set offers, all of them, each valued by a column; None for any other item set."""
    match = _WHOLE_LIST.match(itemset.nodeset.source)
    if match is None or not _NAME.fullmatch(itemset.value.source):
        return None
    document = instances.get(match[1] or match[2])
    root = document.children[0] if document is not None and document.children else None
    return root if isinstance(root, TableNode) else None


class _ByValue(Mapping[str, list[Node]]):
    """What `Node.children_by_value` gives for a table: each look-up asks the table."""

    def __init__(self, root: TableNode, column: str) -> None:
        self._root = root
        self._column = column

    def __getitem__(self, value: str) -> list[Node]:
        if not self._column:
            raise KeyError(value)
        return self._root.children_where("item", ((self._column, value),))

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(row.get(self._column, "") for row in self._root.table.rows()))

    def __len__(self) -> int:
        return len(list(iter(self)))


def instance_nodes(
    form: Form, files: Mapping[str, ChoiceTable], last_saved: Mapping[str, str]
) -> tuple[dict[str, Node], dict[str, str]]:
    """The documents of a form's external instances by id, and the files that were not given, by instance id. The
    instance of a file that is not given is an empty list."""
    documents: dict[str, Node] = {}
    missing: dict[str, str] = {}
    for external in form.externals.values():
        if external.format == LAST_SAVED:
            documents[external.id] = _document_over(_visit(form, last_saved))
            continue
        table = files.get(external.file)
        if table is None:
            missing[external.id] = external.file
            table = MemoryTable((), ())
        if isinstance(table, XmlTable):
            documents[external.id] = table.document
        else:
            documents[external.id] = table_document(
                _OneList(table, external.list_name) if external.list_name else table
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


def table_document(table: ChoiceTable) -> Node:
    """A table as a secondary instance: the document over `root`."""
    return _document_over(TableNode(table))


def _document_over(root: Node) -> Node:
    document = Node(DOCUMENT)
    document.frozen = True
    document.append(root)
    return document


_ITEM: Final = re.compile(r"(.*)\[[^\[\]/]+\]\Z", re.DOTALL)


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
            entries = [entry for _, entry in sorted(items.get(below, ()))] if child.kind == "repeat" else [below]
            for entry in entries:
                node.append(made(child, entry))
        return node

    return made(form.root, "")


def translated(option: Node, column: str, language: str, code: str) -> str | None:
    """The text of an item in a language: of the column `label::中文 (zh)` or `label__zh` beside `label`. None when the
    item is no row or its file speaks one language only.

    Args:
        language: the form's own name of the language; `code` its code.
    """
    if not isinstance(option, RowNode):
        return None
    for name in (f"{column}::{language}", f"{column}::{code}", f"{column}__{code}"):
        if option.row.get(name):
            return option.row[name]
    if option.row.get(column):
        return None
    beside = (f"{column}::", f"{column}__")
    return next((text for name, text in option.row.items() if name.startswith(beside) and text), None)


def media_of_row(option: Node) -> dict[str, str]:
    """Files beside the label of an item from a file: columns `image` or `media::image` and so on."""
    if not isinstance(option, RowNode):
        return {}
    columns = option.row
    return {
        kind: columns.get(kind) or columns[f"media::{kind}"]
        for kind in _MEDIA_COLUMNS
        if columns.get(kind) or columns.get(f"media::{kind}")
    }
