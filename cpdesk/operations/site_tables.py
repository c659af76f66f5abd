"""Registers as choice files of forms: `wells.csv` is the wells of the survey's township, as they stand on this desk,
called by their numbers; `well.csv` is the entity list that the form itself declares, called by their ids.

A table is read when a form first asks for it, in one go, and kept until a site of the township changes; most forms ask
for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from cpdesk.context import Context
from cpdesk.forms.files.external import ChoiceTable, MemoryTable, Row
from cpdesk.operations.families import FAMILIES, SEGMENT, SITE_KINDS, SUBSTATION, WELL, Family, SiteKind
from cpdesk.store.lists import Query

SITES_FILE: Final = "sites.csv"
NODES_FILE: Final = "nodes.csv"
_OWN_COLUMNS: Final = ("name", "label", "id", "kind")
_ENDS: Final = ("s_from", "s_to")


def site_tables(ctx: Context, family: Family, stream: str) -> dict[str, ChoiceTable]:
    """Every choice file made of registers, by file name, restricted to one township.

    Args:
        family: `sites.csv` holds its sites; the other files are the same for all families.
    """
    stamp = ctx.store.records.stamp(Query(kinds=tuple(SITE_KINDS), stream=stream))
    known = ctx.site_tables.get((family.id, stream))
    if known is None or known[0] != stamp:
        known = ctx.site_tables[family.id, stream] = (stamp, _made(ctx, family, stream))
    return dict(known[1])


def _made(ctx: Context, family: Family, stream: str) -> dict[str, ChoiceTable]:

    def table(*kinds: SiteKind) -> ChoiceTable:
        return LazyTable(lambda: _table(_rows(ctx, kinds, stream)))

    tables: dict[str, ChoiceTable] = {}
    for site in (site for each in FAMILIES for site in each.sites):
        tables[site.file] = table(site)
        tables[f"{site.dataset}.csv"] = _by_id(tables[site.file])
    tables[SITES_FILE] = table(*family.sites)
    tables[NODES_FILE] = LazyTable(lambda: _table(_nodes(ctx, stream)))
    return tables


def _by_id(table: ChoiceTable) -> ChoiceTable:
    """The same rows, called by their ids."""
    return LazyTable(lambda: MemoryTable(table.columns, [{**row, "name": row["id"]} for row in table.rows()]))


class LazyTable:
    """A choice table that is made when it is first asked."""

    def __init__(self, make: Callable[[], ChoiceTable]) -> None:
        self._make = make

    @cached_property
    def _table(self) -> ChoiceTable:
        return self._make()

    @property
    def columns(self) -> Sequence[str]:
        """As `ChoiceTable`."""
        return self._table.columns

    def rows(self) -> Iterator[Row]:
        """As `ChoiceTable`."""
        return self._table.rows()

    def rows_where(self, column: str, value: str) -> Sequence[Row]:
        """As `ChoiceTable`."""
        return self._table.rows_where(column, value)

    def __len__(self) -> int:
        return len(self._table)


def _rows(ctx: Context, kinds: Sequence[SiteKind], stream: str) -> list[dict[str, str]]:
    declared = {site.kind: site for site in kinds}
    query = Query(kinds=tuple(declared), stream=stream, sort="title", descending=False)
    return [_row(declared[row.kind], row.id, answers) for row, answers in ctx.store.records.answers(query)]


def _row(site: SiteKind, record: str, answers: Mapping[str, str]) -> dict[str, str]:
    number = answers.get(site.number, "") or record
    label = f"{number} {answers.get(site.name, '')}".strip()
    return {**answers, "name": number, "label": label, "id": record, "kind": site.kind.value}


def _nodes(ctx: Context, stream: str) -> list[dict[str, str]]:
    """Wells and substations, then the ends of segments that are neither: a branch or building no register has, called
    by what the ledger says."""
    nodes = _rows(ctx, (WELL, SUBSTATION), stream)
    known = {row["name"] for row in nodes}
    for segment in _rows(ctx, (SEGMENT,), stream):
        for code in (segment.get(end, "") for end in _ENDS):
            if code and code not in known:
                known.add(code)
                nodes.append({"name": code, "label": code, "id": "", "kind": ""})
    return nodes


def _table(rows: list[dict[str, str]]) -> MemoryTable:
    fields = dict.fromkeys(name for row in rows for name in row)
    return MemoryTable(tuple(dict.fromkeys((*_OWN_COLUMNS, *fields))), rows)
