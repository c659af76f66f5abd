"""What waits, went and came, with the names that people know: what the sync page shows. For a worker thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cpdesk.context import Context
from cpdesk.model.records import RecordKind, Status
from cpdesk.operations.rounds import Journal, journal
from cpdesk.operations.syncing import SyncState, sync_state
from cpdesk.store.lists import Query, Row
from cpdesk.store.traffic import WaitingRecord

_LISTED = 200


@dataclass(frozen=True)
class Overview:
    """The state in figures, and what is behind them.

    Attributes:
        waiting: what is to be sent, the record changed last first, at most 200 of them.
        titles: of every record that is named here; `sites` the site each belongs to.
        surveys: which of them are surveys; the others are sites and have no page to open.
        unsubmitted: surveys that are filled and not handed in.
    """

    state: SyncState
    waiting: tuple[WaitingRecord, ...]
    journal: Journal
    titles: Mapping[str, str]
    sites: Mapping[str, str]
    surveys: frozenset[str]
    unsubmitted: int


def sync_overview(ctx: Context) -> Overview:
    """Everything at once."""
    waiting = sorted(ctx.store.traffic.waiting(), key=lambda each: each.until, reverse=True)[:_LISTED]
    known = journal(ctx)
    moved = [each.record for each_round in known.rounds for each in (*each_round.sent, *each_round.received)]
    rows = ctx.store.records.rows(list(dict.fromkeys([*(each.record for each in waiting), *moved])))
    return Overview(
        state=sync_state(ctx),
        waiting=tuple(waiting),
        journal=known,
        titles={row.id: row.title for row in _titled(rows)},
        sites={row.id: row.site or row.id for row in rows},
        surveys=frozenset(row.id for row in rows if row.kind is RecordKind.SURVEY),
        unsubmitted=ctx.store.records.count(Query(kind=RecordKind.SURVEY, status=Status.COMPLETE)),
    )


def _titled(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if row.title)
