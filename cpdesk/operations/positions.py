"""Known positions of a village, for the map beside a question: where the neighbours of a site were found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cpdesk.context import Context
from cpdesk.model.records import Record, RecordKind
from cpdesk.store.lists import Query

SITES_MAX: Final = 600
"""Sites looked at: a large village has four hundred homes."""
_POSITION: Final = re.compile(r"(-?\d{1,2}(?:\.\d+)?) (-?\d{1,3}(?:\.\d+)?)(?: \S+){0,2}")
_NAMES: Final = ("position", "geometry", "location")


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A site with its position, WGS 84 degrees."""

    site: str
    title: str
    latitude: float
    longitude: float


def known_places(ctx: Context, survey: Record) -> list[KnownPlace]:
    """The sites of the same kind and village as a survey's, with the position of their newest survey that has one."""
    if survey.site is None:
        return []
    home = ctx.store.records.get(survey.site)
    found: list[KnownPlace] = []
    near = Query(kind=home.kind, stream=home.stream, village=home.answers.get("village") or None)
    for site in ctx.store.records.page(near, limit=SITES_MAX):
        record = ctx.store.records.get(site)
        place = _of_site(ctx, record)
        if place is not None:
            found.append(KnownPlace(site, record.title, *place))
    return found


def _of_site(ctx: Context, site: Record) -> tuple[float, float] | None:
    newest = ctx.store.records.page(Query(kind=RecordKind.SURVEY, site=site.id), limit=3)
    for answers in (site.answers, *(ctx.store.records.get(survey).answers for survey in newest)):
        for path, value in answers.items():
            if path.rpartition("/")[2] in _NAMES and (match := _POSITION.fullmatch(value)):
                return float(match[1]), float(match[2])
    return None
