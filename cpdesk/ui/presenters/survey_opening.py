"""A survey read from the store for the page, what the page says above it, and its answers written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cpdesk.base.errors import CpdeskError
from cpdesk.context import Context
from cpdesk.forms.session import Session
from cpdesk.model.paths import portions
from cpdesk.model.records import Changes, Record, Status
from cpdesk.operations import surveys
from cpdesk.operations.deciding import apply_decisions
from cpdesk.operations.families import FARMHOUSE, family_of
from cpdesk.ui.language import language, tr
from cpdesk.ui.presenters.survey_book import Book


@dataclass(frozen=True)
class Opened:
    """A survey ready to be shown: its session, what is to be mended in it, and the place that lists group it by."""

    survey: surveys.OpenSurvey
    book: Book
    place: str


def read_survey(ctx: Context, survey: str) -> Opened:
    """A survey from the store, in the language of the window; for a worker thread."""
    apply_decisions(ctx, survey)  # who opens it wants to see what was decided
    opened = surveys.open_survey(ctx, survey)
    opened.session.set_language(language())
    family, place = family_of(opened.record), ""
    if family is not None:
        for name in family.survey_place:
            node = opened.form.by_name.get(name)
            path = surveys.first_path(opened.session, node) if node is not None else None
            place = place or (opened.session.value_at(path) if path else "")
    return Opened(opened, Book(opened.session), place)


def save_all(
    ctx: Context, record: str, values: Mapping[str, str | None], seen: Mapping[str, str | None] | None = None
) -> Changes:
    """One operation as a rule; a block too large for one is stored in several, and taken back in as many steps."""
    changes = Changes()
    for part in portions(values):
        changes |= surveys.save_answers(ctx, record, part, seen=seen)
    return changes


def crumbs(ctx: Context, record: Record, place: str) -> tuple[str, ...]:
    """The list a survey came from, and the village, committee or substation."""
    family = family_of(record)
    first = tr("ui.rail.households") if family is None or family is FARMHOUSE else ctx.text(family.name_key)
    return (first, place) if place else (first,)


def what_completes(status: Status) -> Literal["", "complete", "reopen"]:
    """What the button of the top bar does to a survey of a status."""
    if status in (Status.DRAFT, Status.RETURNED):
        return "complete"
    return "reopen" if status is Status.COMPLETE else ""


def changed_label(sessions: Sequence[Session], different: Mapping[str, str | None]) -> str:
    """The question a step changed, as the form words it: in the newer session or, when it is gone, the older."""
    for path in different:
        for session in sessions:
            try:
                label = session.state(path.partition("#")[0]).label
            except CpdeskError:
                continue
            if label:
                return label
    return "—"
