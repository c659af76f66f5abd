"""The desk and the district: enrol, sync a round, see what waits, settle conflicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.model.records import Changes
from cpdesk.model.replication import Conflict
from cpdesk.operations.recovery import seal_for_district

if TYPE_CHECKING:
    from cpdesk.sync.client import Progress, SyncReport


@dataclass(frozen=True)
class SyncState:
    """How this desk stands with the district.

    Attributes:
        server_url: empty before the desk is enrolled.
        operations, photos: what the server does not have yet.
        conflicts: open ones on this desk.
    """

    server_url: str
    person: str
    role: str
    streams: tuple[str, ...]
    operations: int
    photos: int
    conflicts: int

    @property
    def enrolled(self) -> bool:
        return bool(self.server_url)


def sync_state(ctx: Context) -> SyncState:
    """The facts for the sync page and the pill in the window's head."""
    enrolment = ctx.store.replica.enrolment()
    waiting = ctx.store.replica.waiting()
    return SyncState(
        server_url=enrolment.server_url if enrolment else "",
        person=enrolment.person if enrolment else ctx.actor,
        role=enrolment.role if enrolment else "",
        streams=enrolment.streams if enrolment else (),
        operations=waiting.operations,
        photos=waiting.blobs,
        conflicts=len(ctx.store.conflicts.list()),
    )


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
    """One round with the district's server. What was done when a fault is raised stays done.

    Raises:
        AccessFault: CP-4107 the desk is not enrolled, CP-4103 it was revoked. EnvironmentFault: CP-22xx no line.
    """
    from cpdesk.sync.client import sync_once
    from cpdesk.sync.enrol import learn_keys
    from cpdesk.sync.snapshot import begin_with_snapshots
    from cpdesk.sync.transport import Transport

    enrolment = ctx.store.replica.enrolment()
    url = enrolment.server_url if enrolment else str(ctx.settings.get("server_url"))
    with Transport(url or "http://unset.invalid") as transport:
        begun = begin_with_snapshots(ctx.store.replica, transport)
        report = sync_once(ctx.store.replica, transport, progress, cancel)
        learn_keys(ctx.store.replica, transport)
    seal_for_district(ctx)
    return report, begun | report.changes


def open_conflicts(ctx: Context, record: str | None = None) -> list[Conflict]:
    """Fields that two people changed, both values kept, waiting for a decision."""
    return ctx.store.conflicts.list(record)


def resolve_conflict(ctx: Context, conflict: str, value: str | None) -> Changes:
    """Settle a conflict with one of its values or a third one; the decision is an operation like any other."""
    return ctx.store.conflicts.resolve(conflict, value, ctx.actor)
