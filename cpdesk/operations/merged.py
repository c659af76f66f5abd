"""Surveys with answers of several people: the rules over several fields are validated anew, and what breaks is told.

Two answers may each be right where they were given and wrong beside each other: one person corrected the wall, another
the window in it. The server merges field by field and knows no forms, so the desk looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.model.records import Record, RecordKind
from cpdesk.operations.deciding import rule_problems
from cpdesk.operations.rechecking import Found
from cpdesk.operations.rounds import Journal
from cpdesk.operations.surveys import open_survey

_LOOKED_AT: Final = 60

Seen = dict[str, tuple[str, tuple[Found, ...]]]
"""What was found in a survey, by record, with the stamp of the state that was looked at."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A survey whose merged answers break rules."""

    record: str
    title: str
    found: tuple[Found, ...]


def broken_after_merge(ctx: Context, known: Journal, seen: Seen) -> list[Broken]:
    """Surveys that others changed in the last rounds and that this desk changed too, with the rules they break now.

    Args:
        seen: kept by the caller from one call to the next, so that a survey is gone through again only after a change.
    """
    came = dict.fromkeys(each.record for done in known.rounds for each in done.received)
    broken = []
    for record_id in list(came)[:_LOOKED_AT]:
        try:
            record = ctx.store.records.get(record_id)
        except InputFault:
            continue
        if record.kind is not RecordKind.SURVEY or record.deleted:
            continue
        stamp = f"{record.updated_at} {record.revision} {ctx.language}"
        if record_id not in seen or seen[record_id][0] != stamp:
            seen[record_id] = (stamp, _found(ctx, record))
        if seen[record_id][1]:
            broken.append(Broken(record_id, record.title, seen[record_id][1]))
    return broken


def _found(ctx: Context, record: Record) -> tuple[Found, ...]:
    if not any(entry.own for entry in ctx.store.records.history(record.id)):
        return ()
    try:
        session = open_survey(ctx, record.id).session
        session.set_language(ctx.language)
        return tuple(
            Found(
                problem.path,
                session.state(problem.path).label or problem.path,
                problem.message(ctx.language),
                problem.blocks,
                str(problem.code),
            )
            for problem in rule_problems(session.validate())
        )
    except CpdeskError:
        return ()  # its form version has not come yet: the survey cannot be opened either
