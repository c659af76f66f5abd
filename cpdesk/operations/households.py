"""The village list: the sites of the farmhouse family with the figures of their audits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cpdesk.context import Context
from cpdesk.model.records import Status
from cpdesk.operations import sites
from cpdesk.operations.families import FARMHOUSE
from cpdesk.operations.sites import SiteLine, SiteQuery
from cpdesk.store.history import HistoryEntry

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
    return sites.site_ids(ctx, _site_query(query))


def household_lines(ctx: Context, ids: Sequence[str]) -> list[HouseholdLine]:
    """The lines of some households, in the order of `ids`."""
    return [_line(line) for line in sites.site_lines(ctx, ids)]


def surveyed(ctx: Context, query: HouseholdQuery) -> list[str]:
    """The newest surveys of the households a query finds, in the list's order; the never visited are left out."""
    return sites.surveyed_sites(ctx, _site_query(query))


def household_counts(ctx: Context, query: HouseholdQuery) -> HouseholdCounts:
    """The figures on the filter chips."""
    counts = sites.site_counts(ctx, _site_query(query))
    return HouseholdCounts(counts.total, counts.by_status, counts.by_place)


def household_history(ctx: Context, household: str, *, limit: int = 5) -> list[HistoryEntry]:
    """What happened last to the newest survey of a household, else to the household itself; newest first."""
    return sites.site_history(ctx, household, limit=limit)


def household_photos(ctx: Context, household: str, *, limit: int = 3) -> list[str]:
    """References of the first photographs of a household's newest survey; signatures are none."""
    return sites.site_photos(ctx, household, limit=limit)


def _site_query(query: HouseholdQuery) -> SiteQuery:
    return SiteQuery(
        family=FARMHOUSE.id,
        text=query.text,
        township_code=query.township_code,
        place=query.village,
        status=query.status,
        sort=query.sort,
        descending=query.descending,
    )


def _line(site: SiteLine) -> HouseholdLine:
    of = site.columns
    return HouseholdLine(
        id=site.id,
        number=site.number,
        name=site.name,
        village=site.place,
        door=str(of.get("door") or ""),
        heating=str(of.get("heater_type") or of.get("heating") or ""),
        status=site.status,
        updated_at=site.updated_at,
        survey=site.survey,
        answered=site.answered,
        asked=site.asked,
        area_m2=_number(of.get("area_m2")),
        heat_index_w_m2=_number(of.get("heat_index_w_m2")),
        heat_kwh_m2=_number(of.get("heat_kwh_m2")),
        cost_yuan=_number(of.get("cost_yuan")),
        saving_yuan=_number(of.get("saving_yuan")),
        conflicts=site.conflicts,
        unsent=site.unsent,
        sample=site.sample,
        losses_pct={
            part: share
            for part in LOSS_PARTS
            if (share := _number(of.get(f"loss_{part}_pct"))) is not None and share > 0
        },
    )


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None
