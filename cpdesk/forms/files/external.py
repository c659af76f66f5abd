"""Secondary instances from outside the form: choice files beside it, and the answers of the last visit.

A file is a `ChoiceTable`; `table_nodes.py` puts it into the tree that expressions walk, `secondary.py` gathers what a
form needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import Node

CSV: Final = "csv"
GEOJSON: Final = "geojson"
XML: Final = "xml"
LAST_SAVED: Final = "last-saved"
ITEMSETS: Final = "itemsets.csv"
"""What pyxform makes of the sheet external_choices: the lists of `select_one_external`, told by `list_name`."""

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


class ListTable:
    """One list of `itemsets.csv`."""

    def __init__(self, table: ChoiceTable, list_name: str) -> None:
        self.columns = table.columns
        self._table = table
        self._own = ("list_name", list_name)

    def rows(self) -> Iterator[Row]:
        """The rows of the list in the order of the file."""
        return iter(self._table.rows_where(*self._own))

    def rows_where(self, column: str, value: str) -> Sequence[Row]:
        """Those with that text in that column."""
        return rows_where_all(self._table, (self._own, (column, value)))

    def rows_where_all(self, conditions: Sequence[tuple[str, str]]) -> Sequence[Row]:
        """Those with each (column, text)."""
        return rows_where_all(self._table, (self._own, *conditions))

    def __len__(self) -> int:
        return len(self._table.rows_where(*self._own))


def rows_where_all(table: ChoiceTable, conditions: Sequence[tuple[str, str]]) -> Sequence[Row]:
    """The rows of a table with each (column, text), in the order of the file."""
    if len(conditions) == 1:
        return table.rows_where(*conditions[0])
    if isinstance(table, NarrowTable):
        return table.rows_where_all(conditions)
    found = min((table.rows_where(*condition) for condition in conditions), key=len)
    return [row for row in found if all(row.get(column, "") == text for column, text in conditions)]
