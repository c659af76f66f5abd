"""Two desks and a server: sync, an edit of the same field on both without a line, and the conflict that is kept."""

from __future__ import annotations

from dataclasses import dataclass

from cpdesk.context import Context
from cpdesk.model.replication import Conflict
from cpdesk.operations.digest import desk_digest
from cpdesk.operations.surveys import open_survey, save_answers
from cpdesk.operations.syncing import open_conflicts, sync_now


@dataclass(frozen=True)
class Clash:
    """One field that both desks changed.

    Attributes:
        first, second: what each desk wrote; `standing` is what both show afterwards, `kept` the value beside it.
    """

    title: str
    label: str
    original: str
    first: str
    second: str
    standing: str
    kept: str
    standing_by: str
    kept_by: str


def meet(first: Context, second: Context) -> tuple[int, int]:
    """Send what the first desk has to the server and on to the second. Gives operations and pictures that arrived."""
    sync_now(first)
    report, _ = sync_now(second)
    return report.pulled, report.blobs_received


def clash(first: Context, second: Context, survey: str, *, name: str = "residents") -> Clash:
    """Both desks change a whole-number question of a survey without a line, then both sync until nothing moves.

    Raises:
        ValueError: the conflict did not come about, so there is nothing to show.
    """
    opened = open_survey(first, survey)
    path = opened.form.by_name[name].path
    original = opened.session.state(path).value
    values = (str(int(original) + 1), str(int(original) + 2))
    for desk, value in ((first, values[0]), (second, values[1])):
        save_answers(desk, survey, {path: value})
    for desk in (first, second, first):
        sync_now(desk)
    found: list[Conflict] = open_conflicts(first, survey)
    if not found:
        raise ValueError(f"no conflict about {path}")
    conflict = found[0]
    return Clash(
        title=opened.record.title,
        label=opened.session.state(path).label,
        original=original,
        first=values[0],
        second=values[1],
        standing=conflict.current or "",
        kept=conflict.proposed or "",
        standing_by=conflict.current_actor,
        kept_by=conflict.proposed_actor,
    )


def same(first: Context, second: Context) -> bool:
    """Whether both desks show the same records and the same open conflicts."""
    return desk_digest(first) == desk_digest(second)
