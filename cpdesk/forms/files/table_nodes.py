"""Choice tables in the node tree: `root/item/<column>`, nodes made when an expression asks for them.

`item[key = value]` asks the table, whose index answers, so that a list of 20,000 wells costs what is found and not what
it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cpdesk.forms.files.external import ChoiceTable, Row, rows_where_all
from cpdesk.forms.files.offers import Offers
from cpdesk.forms.tree import DOCUMENT, ELEMENT, Node

if TYPE_CHECKING:
    from cpdesk.forms.form import ItemSet

_FOUND_MAX: Final = 64
_MEDIA_COLUMNS: Final = ("image", "big-image", "audio", "video")
_NO_MEDIA: Final[Mapping[str, str]] = MappingProxyType({})


def table_document(table: ChoiceTable) -> Node:
    """A table as a secondary instance: the document over `root`."""
    return document_over(TableNode(table))


def document_over(root: Node) -> Node:
    """A document whose content never changes."""
    document = Node(DOCUMENT)
    document.frozen = True
    document.append(root)
    return document


class RowNode(Node):
    """An `item`; the cells become nodes when they are asked for."""

    __slots__ = ("_cells", "row")

    def __init__(self, row: Row, parent: TableNode) -> None:
        super().__init__(ELEMENT, "item", None, parent, "item")
        self.frozen = True
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
            found = [] if name not in self.row else [Node(ELEMENT, name, self.row[name], self, name)]
            for node in found:
                node.frozen = True
            self._cells[name] = found
        return found


class TableNode(Node):
    """The `root` over a choice table."""

    def __init__(self, table: ChoiceTable) -> None:
        super().__init__(ELEMENT, "root", None, None, "root")
        self.frozen = True
        self.table = table
        self._items: dict[int, RowNode] = {}  # by the identity of the row, so that a row is one node
        self._all: list[Node] | None = None
        self._found: dict[tuple[tuple[str, str], ...], list[Node]] = {}
        self._order: dict[tuple[str, str, str], tuple[str, ...]] = {}

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
            found = [self._item(row) for row in rows_where_all(self.table, key)]
        self._found[key] = found
        if len(self._found) > _FOUND_MAX:
            del self._found[next(iter(self._found))]
        return found

    def words(self, row: Row, column: str, language: str, code: str) -> tuple[str, Mapping[str, str]]:
        """The text of a row in a language, of the column `label::中文 (zh)` or `label__zh` beside `label`, or of any
        other language; and the files beside it by kind, of columns such as `image` or `media::image`.

        Args:
            language: the form's own name of the language; `code` its code.
        """
        order = self._order.get((column, language, code))
        if order is None:
            own = (f"{column}::{language}", f"{column}::{code}", f"{column}__{code}", column)
            others = (name for name in self.table.columns if name.startswith((f"{column}::", f"{column}__")))
            order = tuple(name for name in dict.fromkeys((*own, *others)) if name in self.table.columns)
            self._order[column, language, code] = order
        label = next((row[name] for name in order if row.get(name)), "")
        media = {kind: row[name] for name, kind in self._media if row.get(name)} if self._media else _NO_MEDIA
        return label, media

    @cached_property
    def _media(self) -> tuple[tuple[str, str], ...]:
        """Columns of files with their kind; worked out late, because asking some tables for columns reads them."""
        names = ((name, kind) for kind in _MEDIA_COLUMNS for name in (kind, f"media::{kind}"))
        return tuple((name, kind) for name, kind in names if name in self.table.columns)

    def offers(self, column: str) -> OfferedRows:
        """The texts of a column as the values of a select."""
        return OfferedRows(self, column)


class OfferedRows(Offers):
    """The values that an unfiltered select over a table offers, without reading all rows."""

    def __init__(self, root: TableNode, column: str) -> None:
        super().__init__()
        self._root = root
        self._column = column

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and bool(self._root.children_where("item", ((self._column, value),)))

    def _values(self) -> Iterator[str]:
        return (row.get(self._column, "") for row in self._root.table.rows())


_NAME: Final = re.compile(r"[^\W\d][\w.\-]*")


def is_column(source: str) -> bool:
    """Whether an expression is the plain name of a column."""
    return _NAME.fullmatch(source) is not None


def whole_table(itemset: ItemSet, instances: Mapping[str, Node]) -> TableNode | None:
    """The table whose rows an item set offers, all of them, valued and labelled by columns; None for any other."""
    if (
        not itemset.is_whole_list
        or itemset.label_is_itext
        or not (is_column(itemset.value.source) and is_column(itemset.label.source))
    ):
        return None
    document = instances.get(itemset.list_name)
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


def row_words(option: Node, column: str, language: str, code: str) -> tuple[str, Mapping[str, str]] | None:
    """Label and media of an item of a table in a language; None for any other node, or where the label is no column."""
    if not isinstance(option, RowNode) or not isinstance(option.parent, TableNode) or not is_column(column):
        return None
    return option.parent.words(option.row, column, language, code)
