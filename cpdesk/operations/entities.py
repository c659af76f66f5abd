"""What completing a survey tells the sites: the entities a form names, laid on records of the register.

A form's entity list is called as a kind of site; the entity's id is the site's. Laying the same twice changes nothing,
so a survey may be reopened and completed again. An answer left blank takes nothing away: what the register knows stays.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cpdesk.context import Context
from cpdesk.forms.entities import EntityChange
from cpdesk.model.paths import is_path
from cpdesk.model.records import Record
from cpdesk.operations.families import SITE_VERSION, SiteKind, site_kind_of_dataset
from cpdesk.operations.sites import known_site, refuse_double
from cpdesk.store.records import Learned

_log: Final = logging.getLogger(__name__)
_RECORD_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What the server takes as the id of a record; another one would stop everything behind it."""


@dataclass(frozen=True)
class SiteLessons:
    """What to lay on sites, and the site the survey is of: the one it makes or changes, where that is but one."""

    learned: tuple[Learned, ...] = ()
    site: str | None = None


def lessons_of(ctx: Context, survey: Record, changes: Sequence[EntityChange]) -> SiteLessons:
    """What a survey's entities mean to this desk's sites.

    An entity of a list that is no kind of site, one whose id no record can have, and one that tells too little to make
    a site of are left out; a site of another township is out of the survey's reach.

    Raises:
        InputFault: CP-1519, CP-1511 a new site has the number of another one.
    """
    learned = [one for change in changes if (one := _lesson(ctx, survey, change)) is not None]
    told = {one.site for one in learned}
    site = survey.site
    if site not in told and len(told) == 1:
        site = next(iter(told))
    return SiteLessons(tuple(learned), site)


def _lesson(ctx: Context, survey: Record, change: EntityChange) -> Learned | None:
    kind, identity = site_kind_of_dataset(change.dataset), change.id.lower()
    values = {name: value for name, value in change.values.items() if value and is_path(name) and name[0] != "@"}
    if kind is None or not _RECORD_ID.fullmatch(identity):
        _log.warning("an entity of list %s in form %s can be no site", change.dataset, survey.form)
        return None
    known = known_site(ctx, identity)
    if known is None:
        values.setdefault("township_code", survey.stream)
        if not all(values.get(name) for name in kind.needed):
            _log.info("too little is told of a new %s to make one", kind.kind)
            return None
        refuse_double(ctx, kind, survey.stream, values)
    elif known.kind is not kind.kind or known.stream != survey.stream:
        _log.info("an entity of list %s is another site's", change.dataset)
        return None
    return _learned(kind, identity, values)


def _learned(kind: SiteKind, site: str, values: Mapping[str, str]) -> Learned:
    return Learned(site=site, kind=kind.kind, form=kind.kind.value, version=SITE_VERSION, values=values)
