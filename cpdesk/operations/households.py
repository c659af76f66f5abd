"""The village list: which households there are, how far each has come, and what is known of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cpdesk.context import Context
from cpdesk.model.records import RecordKind, Status
from cpdesk.operations.photos import photos_taken
from cpdesk.operations.surveys import survey_of
from cpdesk.store.history import HistoryEntry
from cpdesk.store.lists import Query, Row

LOSS_PARTS: Final = ("wall", "roof", "window", "door", "floor", "air")
"""The parts of a house whose losses are remembered beside its survey, as `loss_<part>_pct`."""


@dataclass(frozen=True)
class HouseholdQuery:
    """What the list shows; empty means all. `status` is that of the household's newest survey."""

    text: str = ""
    township_code: str = ""
    village: str = ""
    status: Status | None = None
    sort: str = "title"
    descending: bool = False


@dataclass(frozen=True)
class HouseholdLine:
    """One household in the list. Figures are those of its newest survey; None = nobody has worked them out.

    Attributes:
        losses_pct: which part of the house loses which share of its heat, without parts that lose nothing.
    """

    id: str
    number: str
    name: str
    village: str
    door: str
    heating: str
    status: Status
    updated_at: str
    survey: str | None = None
    answered: int | None = None
    asked: int | None = None
    area_m2: float | None = None
    heat_index_w_m2: float | None = None
    heat_kwh_m2: float | None = None
    cost_yuan: float | None = None
    saving_yuan: float | None = None
    conflicts: int = 0
    unsent: int = 0
    sample: bool = False
    losses_pct: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class HouseholdCounts:
    """How many households a query finds without its own filter on status, by status, and by village."""

    total: int
    by_status: Mapping[Status, int] = field(default_factory=dict)
    by_village: Mapping[str, int] = field(default_factory=dict)


def household_ids(ctx: Context, query: HouseholdQuery) -> list[str]:
    """Ids in the order of the list."""
    return ctx.store.records.page(_store_query(query, status=query.status))


def household_lines(ctx: Context, ids: Sequence[str]) -> list[HouseholdLine]:
    """The lines of some households, in the order of `ids`."""
    return [_line(row) for row in ctx.store.records.rows(ids)]


def surveyed(ctx: Context, query: HouseholdQuery) -> list[str]:
    """The newest surveys of the households a query finds, in the list's order; the never visited are left out."""
    ids = ctx.store.records.page(_store_query(query, status=query.status))
    return [str(row.columns["visit"]) for row in ctx.store.records.rows(ids) if row.columns.get("visit")]


def household_counts(ctx: Context, query: HouseholdQuery) -> HouseholdCounts:
    """The figures on the filter chips."""
    asked = _store_query(query, status=None)
    by_status = ctx.store.records.count_by_status(asked)
    return HouseholdCounts(sum(by_status.values()), by_status, ctx.store.records.count_by_village(asked))


def household_history(ctx: Context, household: str, *, limit: int = 5) -> list[HistoryEntry]:
    """What happened last to the newest survey of a household, else to the household itself; newest first."""
    survey = survey_of(ctx, household)
    entries = ctx.store.records.history(survey or household)
    return list(reversed(entries))[:limit]


def household_photos(ctx: Context, household: str, *, limit: int = 3) -> list[str]:
    """References of the first photographs of a household's newest survey; signatures are none."""
    survey = survey_of(ctx, household)
    return photos_taken(ctx.store.records.get(survey).answers)[:limit] if survey is not None else []


def _store_query(query: HouseholdQuery, *, status: Status | None) -> Query:
    return Query(
        kind=RecordKind.HOUSEHOLD,
        stream=query.township_code or None,
        village=query.village or None,
        status=status,
        text=query.text,
        sort=query.sort,
        descending=query.descending,
    )


def _line(row: Row) -> HouseholdLine:
    of = row.columns
    return HouseholdLine(
        id=row.id,
        number=str(of.get("number") or ""),
        name=str(of.get("name") or ""),
        village=str(of.get("village") or ""),
        door=str(of.get("door") or ""),
        heating=str(of.get("heater_type") or of.get("heating") or ""),
        status=row.status,
        updated_at=str(of.get("visit_updated_at") or row.updated_at),
        survey=str(of["visit"]) if of.get("visit") else None,
        answered=_whole(of.get("answered")),
        asked=_whole(of.get("asked")),
        area_m2=_number(of.get("area_m2")),
        heat_index_w_m2=_number(of.get("heat_index_w_m2")),
        heat_kwh_m2=_number(of.get("heat_kwh_m2")),
        cost_yuan=_number(of.get("cost_yuan")),
        saving_yuan=_number(of.get("saving_yuan")),
        conflicts=row.conflicts,
        unsent=row.unsent,
        sample=row.sample,
        losses_pct={
            part: share
            for part in LOSS_PARTS
            if (share := _number(of.get(f"loss_{part}_pct"))) is not None and share > 0
        },
    )


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None


def _whole(cell: object) -> int | None:
    return int(cell) if isinstance(cell, int | float) else None
