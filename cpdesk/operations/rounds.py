"""Rounds of sync as people follow them: what each carried, when the last one went well, when the next is due."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cpdesk.base.errors import CpdeskError
from cpdesk.context import Context
from cpdesk.store.traffic import Mark, Moved

if TYPE_CHECKING:
    from cpdesk.sync.client import SyncReport

_JOURNAL: Final = "sync.rounds"
_KEPT: Final = 30
_RECORDS_KEPT: Final = 200
RETRY_FIRST_S: Final = 15.0
RETRY_MOST_S: Final = 1_800.0
_JITTER: Final = 0.25
_NEEDS_A_PERSON: Final = ("CP-4103", "CP-4106", "CP-4107", "CP-2204")
"""Faults that asking again does not mend: revoked, unknown key, not enrolled, another protocol. (A certificate or an
answer that is not the district's often comes from a network that wants a login first: that is tried again.)"""


@dataclass(frozen=True, slots=True)
class Round:
    """One round that carried something.

    Attributes:
        at: ISO 8601 in UTC, when it ended.
        sent, received: by record and person; own changes that the server took, those of others that came.
        begun: records that came as a whole at the first sync of a township.
    """

    at: str
    sent: tuple[Moved, ...] = ()
    received: tuple[Moved, ...] = ()
    photos_sent: int = 0
    photos_received: int = 0
    conflicts: int = 0
    begun: int = 0

    @property
    def carried(self) -> bool:
        return bool(
            self.sent or self.received or self.photos_sent or self.photos_received or self.conflicts or self.begun
        )


@dataclass(frozen=True, slots=True)
class Journal:
    """What is known of the rounds so far.

    Attributes:
        last_success: when a round last went through, "" never.
        failures: how many have failed since; `fault` is the code of the last one, `failed_at` its moment.
        rounds: those that carried something, newest first.
    """

    last_success: str = ""
    failures: int = 0
    fault: str = ""
    failed_at: str = ""
    rounds: tuple[Round, ...] = field(default=())


def journal(ctx: Context) -> Journal:
    """The rounds of this desk; a damaged note counts as none."""
    text = ctx.store.traffic.note(_JOURNAL)
    if text is None:
        return Journal()
    try:
        return _read(json.loads(text))
    except (ValueError, TypeError, KeyError):
        return Journal()


def note_success(ctx: Context, mark: Mark, report: SyncReport, *, begun: int = 0) -> Round:
    """Write down what a round that began at `mark` has carried."""
    traffic = ctx.store.traffic
    done = Round(
        at=ctx.clock.now().isoformat(),
        sent=tuple(traffic.sent_since(mark)[:_RECORDS_KEPT]),
        received=tuple(traffic.came_since(mark)[:_RECORDS_KEPT]),
        photos_sent=report.blobs_sent,
        photos_received=report.blobs_received,
        conflicts=report.conflicts,
        begun=begun,
    )
    before = journal(ctx)
    rounds = (done, *before.rounds)[:_KEPT] if done.carried else before.rounds
    success = before.last_success if report.cancelled else done.at
    _write(ctx, Journal(last_success=success, rounds=rounds))
    return done


def note_failure(ctx: Context, mark: Mark, fault: CpdeskError) -> None:
    """Write down that a round failed, and what it had carried by then: that stays carried."""
    before, traffic, now = journal(ctx), ctx.store.traffic, ctx.clock.now().isoformat()
    partly = Round(
        now, tuple(traffic.sent_since(mark)[:_RECORDS_KEPT]), tuple(traffic.came_since(mark)[:_RECORDS_KEPT])
    )
    rounds = (partly, *before.rounds)[:_KEPT] if partly.carried else before.rounds
    _write(ctx, Journal(before.last_success, before.failures + 1, fault.code, now, rounds))


def next_wait_s(every_s: float, failures: int, fault: str, random: Callable[[], float]) -> float | None:
    """Seconds to the next round by itself; None when a person has to do something first, or none is wanted.

    After a round that went well the set interval; after n failures 15 s, 30 s, 1 min … at most half an hour, or the
    interval where that is longer; each give or take a quarter, so that the desks of a district do not all come at once
    when the line is back.

    Args:
        every_s: as set; 0 is never.
        random: uniform in [0, 1).

    >>> next_wait_s(600, 0, "", lambda: 0.5)
    600.0
    >>> next_wait_s(600, 3, "CP-2201", lambda: 0.5)
    60.0
    >>> next_wait_s(600, 20, "CP-2201", lambda: 0.5)
    1800.0
    """
    if every_s <= 0 or (failures and fault in _NEEDS_A_PERSON):
        return None
    plain = every_s if not failures else min(max(RETRY_MOST_S, every_s), RETRY_FIRST_S * 2.0 ** min(failures - 1, 20))
    return plain * (1.0 + _JITTER * (2.0 * random() - 1.0))


def _write(ctx: Context, found: Journal) -> None:
    ctx.store.traffic.keep_note(_JOURNAL, json.dumps(asdict(found), ensure_ascii=False))


def _read(told: dict[str, Any]) -> Journal:
    rounds = tuple(
        Round(**{**each, "sent": _moved(each["sent"]), "received": _moved(each["received"])})
        for each in told.pop("rounds")
    )
    return Journal(**told, rounds=rounds)


def _moved(told: Sequence[dict[str, Any]]) -> tuple[Moved, ...]:
    return tuple(Moved(**each) for each in told)
