"""Lists of sites of any kind: which there are, how far each has come, what happened to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.model.records import SURVEY_PREFIX, Answers, Changes, Record, RecordKind, Status
from cpdesk.operations.families import SITE_VERSION, SiteKind, family, site_kind
from cpdesk.operations.photos import photos_taken
from cpdesk.store.history import HistoryEntry
from cpdesk.store.lists import Query, Row
from cpdesk.store.shelf import Cell

COMPLETED: Final = frozenset({Status.COMPLETE, Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED})
"""Surveys that were marked as filled once; those of a visit that is still being made are not among them."""


@dataclass(frozen=True)
class SiteQuery:
    """What a list of sites shows; empty means all. `status` is that of a site's newest survey.

    Attributes:
        kind: one kind of the family's sites; None for all of them.
        place: the village, residents' committee or substation, as the family groups its sites.
        sort: `title`, `updated_at`, `status` or a column of the kind (`families`).
    """

    family: str
    kind: RecordKind | None = None
    text: str = ""
    township_code: str = ""
    place: str = ""
    status: Status | None = None
    sort: str = "title"
    descending: bool = False


@dataclass(frozen=True)
class SiteLine:
    """One site in a list. `columns` are those of its kind and the figures of its newest survey"""

    id: str
    kind: RecordKind
    number: str
    name: str
    place: str
    township_code: str
    status: Status
    updated_at: str
    survey: str | None = None
    answered: int | None = None
    asked: int | None = None
    columns: Mapping[str, Cell] = field(default_factory=dict)
    conflicts: int = 0
    unsent: int = 0
    sample: bool = False


@dataclass(frozen=True)
class SiteCounts:
    """How many sites a query finds without its own filter on status, by status, and by place."""

    total: int
    by_status: Mapping[Status, int] = field(default_factory=dict)
    by_place: Mapping[str, int] = field(default_factory=dict)


def site_ids(ctx: Context, query: SiteQuery) -> list[str]:
    """Ids in the order of the list.

    Raises:
        InputFault: CP-1518 there is no such family.
    """
    return ctx.store.records.page(_store_query(query, status=query.status))


def site_lines(ctx: Context, ids: Sequence[str]) -> list[SiteLine]:
    """The lines of some sites, in the order of `ids`."""
    return [line_of(row) for row in ctx.store.records.rows(ids)]


def site_counts(ctx: Context, query: SiteQuery) -> SiteCounts:
    """The figures on the filter chips."""
    records, asked = ctx.store.records, _store_query(query, status=None)
    by_status = records.count_by_status(asked)
    return SiteCounts(sum(by_status.values()), by_status, records.count_by_village(asked))


def township_counts(ctx: Context, family_id: str) -> dict[str, int]:
    """How many sites of a family each township has. No index serves it: 1 s for 100,000 sites, so off the way."""
    return ctx.store.records.count_by_township(_store_query(SiteQuery(family_id), status=None))


def count_by_kind(ctx: Context, query: SiteQuery) -> dict[RecordKind, int]:
    """How many sites of each kind of the family a query finds, whatever kind and status it asks for itself."""
    kinds = [site.kind for site in family(query.family).sites]
    return {kind: ctx.store.records.count(_store_query(replace(query, kind=kind), status=None)) for kind in kinds}


def newest_surveys(ctx: Context, sites: Sequence[str]) -> list[str]:
    """The newest surveys of some sites, in their order; the never visited are left out."""
    return [line.survey for line in site_lines(ctx, sites) if line.survey is not None]


def new_surveys(ctx: Context, family_id: str) -> list[str]:
    """Surveys begun without a site that made none yet, newest first: a new well, a new community."""
    return ctx.store.records.page(Query(kind=RecordKind.SURVEY, form=family(family_id).id, siteless=True))


def surveyed_sites(ctx: Context, query: SiteQuery) -> list[str]:
    """The newest surveys of the sites a query finds, in the list's order; the never visited are left out."""
    return newest_surveys(ctx, site_ids(ctx, query))


def known_site(ctx: Context, site: str) -> Record | None:
    """A site as this desk has it; None where nobody made it yet."""
    try:
        return ctx.store.records.get(site)
    except InputFault:
        return None  # CP-1501


def survey_of(ctx: Context, site: str) -> str | None:
    """The newest survey of a site, the one its row in the list shows."""
    rows = ctx.store.records.rows([site])
    visit = rows[0].columns.get("visit") if rows else None
    return str(visit) if visit else None


def visits(ctx: Context, site: str) -> list[str]:
    """All surveys of a site, newest first."""
    return sorted(ctx.store.records.page(Query(kind=RecordKind.SURVEY, site=site)), reverse=True)


def completed_visit(ctx: Context, site: str, form: str, before: str | None = None) -> str | None:
    """The newest completed survey of a site by one form, begun before another one where that is given."""
    for row in ctx.store.records.rows(visits(ctx, site)):
        earlier = before is None or row.id < before
        if earlier and row.form == form and row.status in COMPLETED:
            return row.id
    return None


def site_history(ctx: Context, site: str, *, limit: int = 5) -> list[HistoryEntry]:
    """What happened last to the newest survey of a site, else to the site itself; newest first."""
    entries = ctx.store.records.history(survey_of(ctx, site) or site)
    return list(reversed(entries))[:limit]


def learned_from(entry: HistoryEntry) -> str | None:
    """The survey whose completion changed a site by this operation; None when it was changed otherwise."""
    for path, value in entry.operation.set.items():
        if path.startswith(SURVEY_PREFIX) and value is not None:
            return path.removeprefix(SURVEY_PREFIX)
    return None


def site_photos(ctx: Context, site: str, *, limit: int = 3) -> list[str]:
    """References of the first photographs of a site's newest survey; signatures are none."""
    survey = survey_of(ctx, site)
    return photos_taken(ctx.store.records.get(survey).answers)[:limit] if survey is not None else []


def site_with_number(ctx: Context, kind: SiteKind, stream: str, answers: Answers) -> str | None:
    """The site of a kind that has the number these answers give, in the same scope of a township."""
    number = answers.get(kind.number, "")
    found = ctx.store.records.page(Query(kind=kind.kind, stream=stream, text=number))
    for row in ctx.store.records.rows(found):
        same = row.columns.get("number") == number
        if same and ("village" not in kind.scope or row.columns.get("village") == answers.get("village", "")):
            return row.id
    return None


def add_site(ctx: Context, kind: RecordKind, answers: Answers) -> tuple[str, Changes]:
    """A site that no register has.

    Raises:
        InputFault: CP-1518 no such kind; CP-1512 a field it needs is empty; CP-1519 its number is given already.
    """
    declared = site_kind(kind)
    if declared is None:
        raise InputFault("CP-1518", family=kind, known="—")
    for name in declared.needed:
        if not answers.get(name):
            raise InputFault("CP-1512", field=ctx.text(f"site_field.{name}"))
    refuse_double(ctx, declared, answers["township_code"], answers)
    return ctx.store.records.create_record(
        kind, kind.value, SITE_VERSION, answers["township_code"], answers, actor=ctx.actor
    )


def refuse_double(ctx: Context, kind: SiteKind, stream: str, answers: Answers) -> None:
    """See that no site of the kind has the number already.

    Raises:
        InputFault: CP-1519 one has; CP-1511 a household has, in the village.
    """
    if site_with_number(ctx, kind, stream, answers) is None:
        return
    if kind.kind is RecordKind.HOUSEHOLD:
        raise InputFault("CP-1511", number=answers[kind.number], village=answers.get("village", ""))
    raise InputFault("CP-1519", kind=ctx.text(kind.name_key), number=answers[kind.number])


def line_of(row: Row) -> SiteLine:
    """The line of one row."""
    of = row.columns
    return SiteLine(
        id=row.id,
        kind=row.kind,
        number=str(of.get("number") or ""),
        name=str(of.get("name") or ""),
        place=str(of.get("village") or ""),
        township_code=str(of.get("township") or row.stream),
        status=row.status,
        updated_at=str(of.get("visit_updated_at") or row.updated_at),
        survey=str(of["visit"]) if of.get("visit") else None,
        answered=_whole(of.get("answered")),
        asked=_whole(of.get("asked")),
        columns=of,
        conflicts=row.conflicts,
        unsent=row.unsent,
        sample=row.sample,
    )


def _store_query(query: SiteQuery, *, status: Status | None) -> Query:
    kinds = tuple(site.kind for site in family(query.family).sites)
    only = query.kind if query.kind is not None else kinds[0] if len(kinds) == 1 else None
    return Query(
        kind=only,
        kinds=() if only is not None else kinds,
        stream=query.township_code or None,
        village=query.place or None,
        status=status,
        text=query.text,
        sort=query.sort,
        descending=query.descending,
    )


def _whole(cell: Cell) -> int | None:
    return int(cell) if isinstance(cell, int | float) else None
