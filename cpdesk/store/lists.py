"""Lists of records: ids in the order of SQL, rows for what is on the screen, counts, search.

A list of 100,000 records is an array of ids; rows are read as they come into view.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.model.records import RecordKind, Status
from cpdesk.store.search import match_of, must_contain, normalise
from cpdesk.store.shelf import COLUMNS, Cell
from cpdesk.store.writer import Readers

SORTED_BY_COLUMN: Final = (
    "updated_at",
    "title",
    "status",
    "village",
    "stream",
    "version",
    "form",
    "conflicts",
    "unsent",
)
_COLUMN_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_IDS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows. None and empty mean: all.

    Attributes:
        kinds: any of these, where one `kind` is too few.
        siteless: only surveys that belong to no site yet.
        text: as typed: Chinese, digits (beginning or end of a number), letters.
        sort: one of `SORTED_BY_COLUMN` or the name of a column of the description.
        sample: True only samples, False only real records.
        open_conflicts: only records with conflicts nobody has settled.
        unsent: only records with changes the server does not have.
    """

    kind: RecordKind | None = None
    kinds: tuple[RecordKind, ...] = ()
    stream: str | None = None
    village: str | None = None
    status: Status | None = None
    form: str | None = None
    site: str | None = None
    siteless: bool = False
    text: str = ""
    sort: str = "updated_at"
    descending: bool = True
    sample: bool | None = None
    open_conflicts: bool = False
    unsent: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. `columns` are those of the description; `unsent` counts changes the server does not have."""

    id: str
    kind: RecordKind
    form: str
    version: str
    stream: str
    status: Status
    title: str
    site: str | None
    revision: int
    updated_at: str
    deleted: bool
    sample: bool
    conflicts: int
    unsent: int
    columns: Mapping[str, Cell] = field(default_factory=dict)


class Lists:
    """Reads lists. Thread-safe; sees the last commit."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def page(self, query: Query, *, limit: int | None = None, offset: int = 0) -> list[str]:
        """Ids in order.

        Raises:
            InputFault: CP-1507 when `query.sort` is no name of a column.
        """
        where, parameters = _where(query)
        order = _order(query)
        paging = "" if limit is None else f" LIMIT {int(limit)} OFFSET {int(offset)}"
        return self._readers.column(f"SELECT id FROM records WHERE {where} ORDER BY {order}{paging}", parameters)  # noqa: S608

    def count(self, query: Query | None = None) -> int:
        """How many records a query finds."""
        where, parameters = _where(query or Query())
        count: int = self._readers.one(f"SELECT count(*) FROM records WHERE {where}", parameters)[0]  # noqa: S608
        return count

    def count_by_status(self, query: Query | None = None) -> dict[Status, int]:
        """Status → how many."""
        return {Status(value): count for value, count in self._counted("status", query)}

    def count_by_village(self, query: Query | None = None) -> dict[str, int]:
        """The description's `village` → how many, the empty text for records without one."""
        return dict(self._counted("village", query))

    def count_by_township(self, query: Query | None = None) -> dict[str, int]:
        """Township code → how many."""
        return dict(self._counted("stream", query))

    def count_by_version(self, query: Query | None = None) -> dict[str, int]:
        """Form version → how many."""
        return dict(self._counted("version", query))

    def count_by_village_and_status(self, query: Query | None = None) -> dict[str, dict[Status, int]]:
        """Village → status → how many, for a progress board."""
        where, parameters = _where(query or Query())
        sql = f"SELECT village, status, count(*) FROM records WHERE {where} GROUP BY village, status"  # noqa: S608
        board: dict[str, dict[Status, int]] = {}
        for village, status, count in self._readers.all(sql, parameters):
            board.setdefault(village, {})[Status(status)] = count
        return board

    def _counted(self, column: str, query: Query | None) -> list[tuple[str, int]]:
        where, parameters = _where(query or Query())
        sql = f"SELECT {column}, count(*) FROM records WHERE {where} GROUP BY {column} ORDER BY {column}"  # noqa: S608
        return self._readers.all(sql, parameters)

    def rows(self, ids: Sequence[str]) -> list[Row]:
        """The rows of these ids, in their order; ids this desk does not have are left out."""
        found: dict[str, Row] = {}
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = list(ids[start : start + _IDS_AT_ONCE])
            marks = ",".join("?" * len(some))
            sql = f"SELECT {COLUMNS}, summary FROM records WHERE id IN ({marks})"  # noqa: S608
            found.update((row[1], _row(row)) for row in self._readers.all(sql, some))
        return [found[one] for one in ids if one in found]

    def stamp(self, query: Query) -> tuple[object, ...]:
        """Something that is another as soon as a record the query finds is another: for what is made of many records
        and kept."""
        where, parameters = _where(query)
        sql = f"SELECT count(*), max(updated_at), total(revision), total(unsent) FROM records WHERE {where}"  # noqa: S608
        return tuple(self._readers.one(sql, parameters))

    def answers(self, query: Query) -> Iterator[tuple[Row, dict[str, str]]]:
        """Row and answers of every record a query finds, in its order, read in one go: a table made of a register."""
        where, parameters = _where(query)
        sql = (
            f"SELECT {COLUMNS}, summary, visible FROM records JOIN fields USING (number)"  # noqa: S608
            f" WHERE {where} ORDER BY {_order(query)}"
        )
        for row in self._readers.all(sql, parameters):
            fields = json.loads(row[-1])
            yield _row(row[:-1]), {path: value for path, value in fields.items() if not path.startswith("@")}

    def find(self, text: str, *, kind: RecordKind | None = None, limit: int = 50) -> list[str]:
        """Ids of the newest records that hold a text, at most `limit`. For a search box: the time does not grow with
        the number of finds."""
        sql, parameters = _found("id", text, kind, limit)
        return self._readers.column(sql, parameters)

    def find_rows(self, text: str, *, kind: RecordKind | None = None, limit: int = 50) -> list[Row]:
        """As `find`, with the rows: one query, half the pages of `find` and `rows` one after the other."""
        sql, parameters = _found(f"{COLUMNS}, summary", text, kind, limit)
        return [_row(row) for row in self._readers.all(sql, parameters)]


_TEXT: Final = "number IN (SELECT rowid FROM search WHERE search MATCH ?)"


def _where(query: Query) -> tuple[str, list[object]]:
    text = normalise([query.text])
    # With a text the search index leads: the plus keeps SQLite from walking all records by another index instead.
    plus = "+" if text else ""
    parts = [f"{plus}deleted = {int(query.deleted)}"]
    values: list[object] = []
    for column in ("kind", "stream", "village", "status", "form", "site", "sample"):
        value = getattr(query, column)
        if value is not None:
            parts.append(f"{plus}{column} = ?")
            values.append(value)
    if query.kinds:
        parts.append(f"{plus}kind IN ({','.join('?' * len(query.kinds))})")
        values += query.kinds
    parts += ["site IS NULL"] * query.siteless
    parts += ["conflicts > 0"] * query.open_conflicts + ["unsent > 0"] * query.unsent
    if text:
        match = match_of(text)
        if not match:
            return "0", []  # only signs and blanks: nothing holds them
        parts.append(_TEXT)
        values.append(match)
        for run in must_contain(text):
            parts.append("instr(search_text, ?)")
            values.append(run)
    return " AND ".join(parts), values


def _found(columns: str, text: str, kind: RecordKind | None, limit: int) -> tuple[str, list[object]]:
    where, parameters = _where(Query(kind=kind, text=text)) if normalise([text]) else ("0", [])
    # The index of the search delivers rows from the newest on and stops at the limit.
    join = where.replace(_TEXT, "search MATCH ?")
    sql = (
        f"SELECT {columns} FROM search CROSS JOIN records ON number = search.rowid WHERE {join}"  # noqa: S608
        " ORDER BY search.rowid DESC LIMIT ?"
    )
    return sql, [*parameters, limit]


def _order(query: Query) -> str:
    if not _COLUMN_NAME.fullmatch(query.sort):
        raise InputFault("CP-1507", column=query.sort)
    way = "DESC" if query.descending else "ASC"
    if query.sort in SORTED_BY_COLUMN:
        return f"{query.sort} {way}, id {way}"
    value = f"json_extract(summary, '$.{query.sort}')"
    return f"{value} IS NULL, {value} {way}, id {way}"


def _row(row: Sequence[object]) -> Row:
    _, record, kind, form, version, stream, status, site, title, revision, updated_at, deleted, sample, *rest = row
    conflicts, unsent, summary = rest
    return Row(
        id=str(record),
        kind=RecordKind(str(kind)),
        form=str(form),
        version=str(version),
        stream=str(stream),
        status=Status(str(status)),
        title=str(title),
        site=None if site is None else str(site),
        revision=int(str(revision)),
        updated_at=str(updated_at),
        deleted=bool(deleted),
        sample=bool(sample),
        conflicts=int(str(conflicts)),
        unsent=int(str(unsent)),
        columns=json.loads(str(summary)),
    )
