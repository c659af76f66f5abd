"""Marking a survey as filled, with what that told the sites: a person wants to know which well was changed."""

from __future__ import annotations

from dataclasses import dataclass

from cpdesk.context import Context
from cpdesk.forms.state import Problem
from cpdesk.model.records import Changes, Record, RecordKind
from cpdesk.operations.entities import lessons_of
from cpdesk.operations.sites import known_site
from cpdesk.operations.surveys import complete_survey, open_survey


@dataclass(frozen=True)
class SiteTold:
    """A site that a survey made (`new`) or changed: its kind and title."""

    site: str
    kind: RecordKind
    title: str
    new: bool


@dataclass(frozen=True)
class Completion:
    """What came of marking a survey as filled: what still blocks it, or the sites that it told something new."""

    problems: tuple[Problem, ...]
    changes: Changes
    sites: tuple[SiteTold, ...] = ()


def complete_and_tell(ctx: Context, survey: str) -> Completion:
    """Mark a survey as filled, as `complete_survey`.

    Raises:
        InputFault: CP-1515 it has been submitted already; CP-1519, CP-1511 a new site has the number of another one.
    """
    opened = open_survey(ctx, survey)
    learned = lessons_of(ctx, opened.record, opened.session.entities()).learned
    before = {one.site: known_site(ctx, one.site) for one in learned}
    problems, changes = complete_survey(ctx, survey)
    if problems:
        return Completion(tuple(problems), changes)
    told = []
    for site, was in before.items():
        now = known_site(ctx, site)
        if now is not None and (was is None or _facts(was) != _facts(now)):
            told.append(SiteTold(site, now.kind, now.title, was is None))
    return Completion((), changes, tuple(told))


def _facts(record: Record) -> dict[str, str]:
    return {path: value for path, value in record.answers.items() if not path.startswith("@")}
