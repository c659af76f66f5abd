"""The desk and the district: enrol, sync a round, see what waits, settle conflicts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.model.records import Changes, RecordKind
from cpdesk.model.replication import Conflict
from cpdesk.operations.deciding import apply_decisions, decisions
from cpdesk.operations.families import FARMHOUSE
from cpdesk.operations.recovery import seal_for_district
from cpdesk.operations.rounds import journal, note_failure, note_success
from cpdesk.operations.stuck import stuck_values

if TYPE_CHECKING:
    from cpdesk.sync.client import Progress, SyncReport

_GLANCE_S: Final = 0.1


@dataclass(frozen=True)
class SyncState:
    """How this desk stands with the district.

    Attributes:
        server_url: empty before the desk is enrolled.
        operations, photos: what the server does not have yet.
        conflicts: open ones on this desk that nobody here has decided; `decided` those whose decision waits to be sent.
        sites, fields, photo_bytes: what waits, a site and its surveys counted as one; `homes_only` says that all of
            them are farmhouses.
        stuck: values the server keeps without taking them, which a person has to look at.
        last_success: ISO 8601 of the last round that went through, "" never; `failures` since then, `fault` the code
            of the last one.
    """

    server_url: str
    person: str
    role: str
    streams: tuple[str, ...]
    operations: int
    photos: int
    conflicts: int
    sites: int = 0
    fields: int = 0
    photo_bytes: int = 0
    stuck: int = 0
    last_success: str = ""
    failures: int = 0
    fault: str = ""
    homes_only: bool = True
    decided: int = 0

    @property
    def enrolled(self) -> bool:
        return bool(self.server_url)


def sync_state(ctx: Context) -> SyncState:
    """The facts for the sync page and the pill in the window's head."""
    enrolment = ctx.store.replica.enrolment()
    waiting = ctx.store.traffic.waiting()
    photos, photo_bytes = ctx.store.traffic.waiting_files()
    decided = decisions(ctx)
    known, (sites, homes_only) = journal(ctx), _sites_of(ctx, [each.record for each in waiting])
    return SyncState(
        server_url=enrolment.server_url if enrolment else "",
        person=enrolment.person if enrolment else ctx.actor,
        role=enrolment.role if enrolment else "",
        streams=enrolment.streams if enrolment else (),
        operations=sum(each.operations for each in waiting),
        photos=photos,
        conflicts=len(ctx.store.conflicts.list()) - len(decided),
        decided=len(decided),
        sites=sites,
        fields=sum(each.fields for each in waiting),
        photo_bytes=photo_bytes,
        stuck=len(stuck_values(ctx)),
        last_success=known.last_success,
        failures=known.failures,
        fault=known.fault,
        homes_only=homes_only,
    )


def _sites_of(ctx: Context, records: Sequence[str]) -> tuple[int, bool]:
    """How many sites these records are of, and whether all of them are farmhouses."""
    rows = ctx.store.records.rows(records)
    others = any(row.form != FARMHOUSE.id and row.kind is not RecordKind.HOUSEHOLD for row in rows)
    return len({row.site or row.id for row in rows}), not others


def enrol_desk(ctx: Context, server_url: str, code: str) -> Changes:
    """Make this desk one of the district's, with the code its administrator gave out.

    Raises:
        InputFault: CP-1516 the address is none. AccessFault: CP-4101 the code is wrong, used or expired.
        EnvironmentFault: CP-22xx the server cannot be reached.
    """
    from cpdesk.sync.enrol import enrol
    from cpdesk.sync.transport import Transport  # late: it brings the HTTP client

    if not server_url.startswith(("http://", "https://")):
        raise InputFault("CP-1516", url=server_url)
    with Transport(server_url) as transport:
        enrolment = enrol(ctx.store.replica, transport, code)
    ctx.settings.set("server_url", enrolment.server_url)
    if enrolment.person:
        ctx.settings.set("person", enrolment.person)
    seal_for_district(ctx)
    return Changes(sync=True, settings=True)


def sync_now(
    ctx: Context,
    *,
    progress: Progress = lambda phase, done, total: None,
    cancel: Callable[[], bool] = lambda: False,
) -> tuple[SyncReport, Changes]:
    """One round with the district's server, and a line of it in the journal. What was done when a fault is raised
    stays done.

    Raises:
        AccessFault: CP-4107 the desk is not enrolled, CP-4103 it was revoked. EnvironmentFault: CP-22xx no line.
    """
    decided = apply_decisions(ctx)
    mark = ctx.store.traffic.mark()
    try:
        begun, report = _round(ctx, progress, cancel)
    except CpdeskError as fault:
        note_failure(ctx, mark, fault)
        raise
    note_success(ctx, mark, report, begun=len(begun.records))
    seal_for_district(ctx)
    return report, decided | begun | report.changes


def _round(ctx: Context, progress: Progress, cancel: Callable[[], bool]) -> tuple[Changes, SyncReport]:
    from cpdesk.sync.client import sync_once
    from cpdesk.sync.enrol import authorised, learn_keys
    from cpdesk.sync.forms import fetch_forms
    from cpdesk.sync.snapshot import begin_with_snapshots
    from cpdesk.sync.transport import Transport

    enrolment = ctx.store.replica.enrolment()
    url = enrolment.server_url if enrolment else str(ctx.settings.get("server_url"))
    with Transport(url or "http://unset.invalid", sleep=lambda seconds: _sleep(seconds, cancel)) as transport:
        forms = fetch_forms(ctx.store.forms, transport, authorised(ctx.store.replica, transport), cancel)
        if forms.changes.forms:
            ctx.forms.forget()
        begun = begin_with_snapshots(ctx.store.replica, transport)
        report = sync_once(ctx.store.replica, transport, progress, cancel)
        if not report.cancelled:
            learn_keys(ctx.store.replica, transport)
    report = replace(report, problems=(*forms.problems, *report.problems))
    return forms.changes | begun, report


def _sleep(seconds: float, cancel: Callable[[], bool]) -> None:
    """Between two tries of a request; a person who stops the round does not wait for it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not cancel():
        time.sleep(min(_GLANCE_S, seconds))


def open_conflicts(ctx: Context, record: str | None = None) -> list[Conflict]:
    """Fields that two people changed, both values kept, waiting for a decision."""
    return ctx.store.conflicts.list(record)


def resolve_conflict(ctx: Context, conflict: str, value: str | None) -> Changes:
    """Settle a conflict with one of its values or a third one; the decision is an operation like any other."""
    return ctx.store.conflicts.resolve(conflict, value, ctx.actor)
