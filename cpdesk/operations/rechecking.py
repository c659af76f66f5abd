"""Holding surveys of any age against the rules of a form version: a report, nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cpdesk.base.errors import CpdeskError
from cpdesk.base.progress import Look
from cpdesk.context import Context
from cpdesk.forms.form import Form
from cpdesk.forms.state import Problem
from cpdesk.forms.versions.migration import FormChange, compare_forms, migrate_answers
from cpdesk.model.records import Record, RecordKind, Status
from cpdesk.operations.register import save_problems
from cpdesk.operations.surveys import session_for
from cpdesk.store.lists import Query

EVERY_STATUS: Final = tuple(status for status in Status if status is not Status.NONE)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing the rules find wrong in a survey: the question as the form words it, and the sentence for people."""

    path: str
    label: str
    message: str
    blocks: bool
    code: str


@dataclass(frozen=True)
class CheckedSurvey:
    """One survey under the rules. `fault` says why it could not be checked at all."""

    record: Record
    found: tuple[Found, ...] = ()
    fault: CpdeskError | None = None


@dataclass(frozen=True)
class CheckReport:
    """All surveys of a form under the rules of one version.

    Attributes:
        version: "" when each survey was held against its own version.
    """

    form: str
    version: str
    surveys: tuple[CheckedSurvey, ...]
    stopped: bool = False

    @property
    def wrong(self) -> int:
        """Surveys with something that must be mended."""
        return sum(any(one.blocks for one in survey.found) for survey in self.surveys)

    @property
    def by_question(self) -> Mapping[str, int]:
        """How many surveys have something to mend at which question, by its label, the most frequent first."""
        counts = Counter(
            label for survey in self.surveys for label in {one.label for one in survey.found if one.blocks}
        )
        return dict(counts.most_common())


def check_surveys(
    ctx: Context,
    form_id: str,
    *,
    against: Form | None = None,
    statuses: Sequence[Status] = EVERY_STATUS,
    records: Sequence[str] | None = None,
    look: Look = lambda done, total: True,
) -> CheckReport:
    """Validate the surveys of a form anew, after a rule was changed or before a hand-in.

    Args:
        against: the version whose rules count; older answers are looked at as a migration would bring them. None holds
            each survey against its own version.
        records: only these, whatever their status.
    """
    ids = list(records or ())
    for status in statuses if records is None else ():
        ids += ctx.store.records.page(Query(kind=RecordKind.SURVEY, form=form_id, status=status, sort="title"))
    version = "" if against is None else against.version
    changes: dict[str, FormChange] = {}
    checked: list[CheckedSurvey] = []
    for number, record_id in enumerate(ids):
        if not look(number, len(ids)):
            return CheckReport(form_id, version, tuple(checked), stopped=True)
        record = ctx.store.records.get(record_id)
        try:
            checked.append(CheckedSurvey(record, _found(ctx, record, against, changes)))
        except CpdeskError as fault:
            checked.append(CheckedSurvey(record, fault=fault))
    look(len(ids), len(ids))
    return CheckReport(form_id, version, tuple(checked))


def _found(ctx: Context, record: Record, against: Form | None, changes: dict[str, FormChange]) -> tuple[Found, ...]:
    own = ctx.forms.version(record.form, record.version)
    form, answers = own, record.answers
    if against is not None and against.version != own.version:
        if own.version not in changes:
            changes[own.version] = compare_forms(own, against)
        form, answers = against, migrate_answers(changes[own.version], record.answers).answers
    session = session_for(ctx, form, record, answers)
    return tuple(_told(problem, session.state(problem.path).label, ctx.language) for problem in session.validate())


def _told(problem: Problem, label: str, language: str) -> Found:
    return Found(problem.path, label or problem.path, problem.message(language), problem.blocks, str(problem.code))


def save_check(ctx: Context, report: CheckReport, path: Path) -> None:
    """Write all findings for whoever mends them, one a row: an .xlsx, else a text with tabs.

    Raises:
        EnvironmentFault: CP-20xx when the file cannot be written.
    """
    head = [ctx.text(f"check.{column}") for column in ("survey", "status", "version", "question", "finding", "blocks")]
    rows: list[list[str]] = []
    for survey in report.surveys:
        about = [survey.record.title, ctx.text(f"status.{survey.record.status}"), survey.record.version]
        for one in survey.found:
            rows.append([*about, one.label, one.message, ctx.text("check.must" if one.blocks else "check.look")])
        if survey.fault is not None:
            rows.append([*about, "", survey.fault.message(ctx.language), ctx.text("check.must")])
    save_problems(path, head, rows)
