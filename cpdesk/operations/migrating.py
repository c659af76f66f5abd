"""Bringing records to a newer version of their form: first a preview, then one batch that can be taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.base.progress import Look
from cpdesk.context import Context
from cpdesk.forms.form import Form
from cpdesk.forms.state import Problem
from cpdesk.forms.versions.migration import Fate, FormChange, Line, compare_forms, migrate_answers
from cpdesk.model.records import Changes, Record, RecordKind, Status
from cpdesk.operations.surveys import session_for
from cpdesk.store.batches import BatchChange, BatchResult, Step
from cpdesk.store.lists import Query

OPEN_STATUSES: Final = (Status.DRAFT, Status.RETURNED)
"""Surveys that are still being filled: those a new version is for. What is complete was right by its own version."""
BATCH_KIND: Final = "migration"


@dataclass(frozen=True)
class RecordPreview:
    """What a new version does to one record.

    Attributes:
        lines: what becomes of each answer that does not simply stay.
        new_problems: what the new version finds wrong that the old one did not.
        fault: why the record cannot be migrated at all, else None.
    """

    record: Record
    lines: tuple[Line, ...] = ()
    new_problems: tuple[Problem, ...] = ()
    counts: Mapping[Fate, int] = field(default_factory=dict)
    change: BatchChange | None = None
    fault: CpdeskError | None = None


@dataclass(frozen=True)
class MigrationPreview:
    """What a new version does to the records of this desk, in total and one by one.

    Attributes:
        changes: what changed between each older version there are records of and the new one.
    """

    form: str
    version: str
    changes: Mapping[str, FormChange]
    records: tuple[RecordPreview, ...]
    stopped: bool = False

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many answers meet which fate."""
        total: Counter[Fate] = Counter()
        for one in self.records:
            total.update(one.counts)
        return total

    @property
    def problems(self) -> int:
        """How many problems the records have under the new version that they did not have before."""
        return sum(len(one.new_problems) for one in self.records)


def preview_migration(
    ctx: Context,
    new: Form,
    *,
    statuses: Sequence[Status] = OPEN_STATUSES,
    records: Sequence[str] | None = None,
    look: Look = lambda done, total: True,
) -> MigrationPreview:
    """What `new` would do to the records made with other versions of the same form. Changes nothing.

    Args:
        statuses: which surveys to look at.
        records: only these.

    Raises:
        InputFault: CP-1530 when this desk knows no other version of the form.
    """
    wanted = _records_of(ctx, new, statuses) if records is None else records
    changes: dict[str, FormChange] = {}
    found: list[RecordPreview] = []
    for number, record_id in enumerate(wanted):
        if not look(number, len(wanted)):
            return MigrationPreview(new.id, new.version, changes, tuple(found), stopped=True)
        record = ctx.store.records.get(record_id)
        if record.form != new.id or record.version == new.version:
            continue
        try:
            if record.version not in changes:
                changes[record.version] = compare_forms(ctx.forms.version(record.form, record.version), new)
            found.append(_previewed(ctx, record, changes[record.version]))
        except CpdeskError as fault:
            found.append(RecordPreview(record, fault=fault))
    if records is None and not changes and not found and not _other_versions(ctx, new):
        raise InputFault("CP-1530", form=new.id, version=new.version)
    look(len(wanted), len(wanted))
    return MigrationPreview(new.id, new.version, changes, tuple(found))


def apply_migration(
    ctx: Context, preview: MigrationPreview, step: Step = lambda done: True
) -> tuple[BatchResult, Changes]:
    """Do what a preview said, as one batch. Records that somebody changed since the preview are left alone.

    The new version must have been published on this desk (`publishing.publish_form`).

    Raises:
        InputFault: CP-1510 when it was not.
    """
    ctx.forms.version(preview.form, preview.version)
    changes = [one.change for one in preview.records if one.change is not None]
    title = ctx.text("migration.title", form=preview.form, version=preview.version)
    return ctx.store.batches.apply(BATCH_KIND, title, changes, ctx.actor, step)


def _records_of(ctx: Context, new: Form, statuses: Sequence[Status]) -> list[str]:
    ids: list[str] = []
    for status in statuses:
        ids += ctx.store.records.page(Query(kind=RecordKind.SURVEY, form=new.id, status=status, sort="title"))
    return ids


def _other_versions(ctx: Context, new: Form) -> bool:
    return any(form == new.id and version != new.version for form, version, _ in ctx.store.forms.list())


def _previewed(ctx: Context, record: Record, change: FormChange) -> RecordPreview:
    migrated = migrate_answers(change, record.answers)
    session = session_for(ctx, change.new, record, migrated.answers)
    after = session.answers()  # calculations are those of the new version
    before = session_for(ctx, change.old, record, record.answers).validate()
    known = {(_told(line, migrated.lines), problem.code) for problem in before for line in (problem.path,)}
    problems = [problem for problem in session.validate() if (problem.path, problem.code) not in known]
    return RecordPreview(
        record,
        lines=tuple(line for line in migrated.lines if line.fate is not Fate.KEPT),
        new_problems=tuple(problems),
        counts=Counter(line.fate for line in migrated.lines),
        change=BatchChange.between(record.id, record.answers, after, change.new.version),
    )


def _told(path: str, lines: Sequence[Line]) -> str:
    """Where a path of the old version is in the new one."""
    return next((line.new_path for line in lines if line.old_path == path), path)
