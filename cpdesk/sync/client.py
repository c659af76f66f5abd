"""One round of sync: send what the server lacks, take what it has ordered, exchange photographs.

Every step may be cut at any point and begun again: a repeated batch is answered as a duplicate, a page is taken in with
its cursor in one transaction, an upload goes on at the server's offset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Final, TypeVar

from cpdesk.base.errors import AccessFault, CpdeskError, IntegrityFault
from cpdesk.model.oplog import Operation, SignedOperation
from cpdesk.model.records import Changes
from cpdesk.model.replication import Entry, Outcome, PushResult
from cpdesk.store.replica import Enrolment
from cpdesk.sync.blobs import Exchange
from cpdesk.sync.enrol import EPOCH, fresh_token
from cpdesk.sync.protocol import (
    PullAnswer,
    blob_references,
    pull_answer_from_wire,
    push_answer_from_wire,
    push_to_wire,
)
from cpdesk.sync.reading import DECOMPRESSED_BYTES_MAX, ENTRIES_PER_PULL_MAX, OPERATIONS_PER_PUSH_MAX, malformed
from cpdesk.sync.replica import Replica
from cpdesk.sync.transport import Transport

_BATCH_BYTES: Final = DECOMPRESSED_BYTES_MAX // 4  # also uncompressed it then fits the limit of a body
_IDS_BYTES_MAX: Final = 1024  # what an operation always has: names of fields, ids, hash, signature
_GAPS_MAX: Final = 3

Progress = Callable[[str, int, int], None]
"""Told the phase (`push`, `pull`, `blobs_send`, `blobs_fetch`), how much is done and of how much (0: not known)."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one round did.

    Attributes:
        pushed: own operations the server has newly taken; `pulled` entries taken in, own ones among them.
        conflicts: conflicts that came in with them. blobs_sent, blobs_received: photographs.
        problems: what went wrong without stopping the round.
        cancelled: whether the round was broken off on request.
        changes: what the store has changed, for the views.
        durable_through: number of this desk's last operation that a verified backup of the server holds.
    """

    pushed: int = 0
    pulled: int = 0
    conflicts: int = 0
    blobs_sent: int = 0
    blobs_received: int = 0
    problems: tuple[CpdeskError, ...] = ()
    cancelled: bool = False
    changes: Changes = field(default_factory=lambda: Changes(sync=True))
    durable_through: int = 0


def sync_once(
    replica: Replica,
    transport: Transport,
    progress: Progress = lambda phase, done, total: None,
    cancel: Callable[[], bool] = lambda: False,
) -> SyncReport:
    """Run one round. What was done when a fault is raised stays done.

    Raises:
        AccessFault: CP-4107 not enrolled, CP-4103 revoked, CP-4106 the server does not know the desk's key.
        EnvironmentFault: CP-2201 to CP-2206, the server is away, untrusted, another one, of another version, or busy.
    """
    return _Round(replica, transport, progress, cancel).run()


class _Cancelled(Exception):
    """Ends a round from within; never leaves this module."""


class _Round:
    def __init__(self, replica: Replica, transport: Transport, progress: Progress, cancel: Callable[[], bool]) -> None:
        self.replica = replica
        self.transport = transport
        self.progress = progress
        self.cancel = cancel
        self.report = SyncReport()
        self.set_back = False

    def run(self) -> SyncReport:
        enrolment = self.replica.enrolment()
        if enrolment is None:
            raise AccessFault("CP-4107")
        self._know(self.transport.check_server(), enrolment)
        self.transport.token = enrolment.token
        try:
            self._push_and_pull()
            self._blobs()
            self._changed(self.replica.leave_other_streams())
        except _Cancelled:
            self.report = replace(self.report, cancelled=True)
        return self.report

    def _know(self, epoch: str, enrolment: Enrolment) -> None:
        """Cursors tell too that the server was set back, but a desk may have none: of a township it has left."""
        known = dict(enrolment.extra).get(EPOCH, "")
        if epoch in ("", known):
            return
        if known:
            self._changed(self.replica.begin_anew())
        self.replica.set_enrolment(replace(enrolment, extra=tuple({**dict(enrolment.extra), EPOCH: epoch}.items())))

    def _push_and_pull(self) -> None:
        """Send and take in; once more when the server turns out to have been set back: it lacks what it had."""
        self._push_all()
        self._pull_all()
        if self.set_back:
            self._push_all()
            self._pull_all()

    def _push_all(self) -> None:
        """Push a batch, pull to have it acknowledged, until nothing waits."""
        total = self.replica.waiting().operations
        self.progress("push", 0, total)
        last_head = ""
        while batch := list(self.replica.outbox(OPERATIONS_PER_PUSH_MAX)):
            if batch[0].operation.op_id == last_head:
                break  # the server did not acknowledge it: stop here instead of asking for ever
            last_head = batch[0].operation.op_id
            try:
                for part in parts_of(batch):
                    self._push(part)
            except IntegrityFault as fault:
                self._problem(fault)
                break
            self._pull_all()
            self.progress("push", self.report.pushed, total)

    def _push(self, batch: Sequence[SignedOperation]) -> None:
        for _ in range(_GAPS_MAX):
            self._check_cancel()
            try:
                answer = self._send(batch)
            except IntegrityFault as fault:
                if fault.code != "CP-3202":
                    raise
                self._fill_gap(fault, batch)
                continue
            results = push_answer_from_wire(answer).results
            self._take_results(batch, results)
            if len(results) == len(batch):
                return
            batch = batch[len(results) :]
        raise IntegrityFault("CP-3202", expected="—", found=batch[0].operation.seq)

    def _fill_gap(self, fault: IntegrityFault, batch: Sequence[SignedOperation]) -> None:
        """Send again what a server that was set back has lost, up to where the batch begins."""
        if batch[0].operation.device != self.replica.identity().device:
            raise fault
        expected = str(fault.fields.get("expected", ""))
        if not expected.isascii() or not expected.isdecimal():
            raise malformed("problem.fields.expected", "expected a whole number")
        have, first = int(expected) - 1, batch[0].operation.seq
        while have + 1 < first:
            self._check_cancel()
            lost = [
                signed
                for signed in self.replica.own_operations(have, OPERATIONS_PER_PUSH_MAX)
                if signed.operation.seq < first
            ]
            if not lost or lost[0].operation.seq != have + 1:
                raise fault
            part = next(parts_of(lost))
            answer = push_answer_from_wire(self._send(part))
            if answer.have <= have:
                raise fault
            have = answer.have

    def _send(self, batch: Sequence[SignedOperation]) -> Any:
        return self._authorised(lambda: self.transport.post_json("/v1/push", push_to_wire(batch)))

    def _take_results(self, batch: Sequence[SignedOperation], results: Sequence[PushResult]) -> None:
        if len(results) > len(batch):
            raise malformed("answer.results", "more than were sent")
        refused: dict[str, int] = {}
        readable = set(self.replica.streams())
        for signed, result in zip(batch, results, strict=False):
            operation = signed.operation
            if result.op_id != operation.op_id:
                raise IntegrityFault("CP-3208", op_id=result.op_id)
            if result.outcome is Outcome.QUARANTINED:
                refused[result.reason] = refused.get(result.reason, 0) + 1
            if result.revision == 0:
                reason = result.reason or "stream_forbidden"
                entry = Entry(operation.stream, 0, signed, Outcome.QUARANTINED, reason=reason)
                self._changed(self.replica.apply([entry], stream=operation.stream, cursor=None))
            elif operation.stream not in readable:  # the server has it, and no pull will ever say so
                entry = Entry(operation.stream, 0, signed, result.outcome)
                self._changed(self.replica.apply([entry], stream=operation.stream, cursor=None))
        for reason, count in sorted(refused.items()):
            self._problem(IntegrityFault("CP-3207", count=count, reason=reason))
        new = sum(result.outcome is not Outcome.DUPLICATE for result in results)
        self.report = replace(self.report, pushed=self.report.pushed + new)

    def _pull_all(self) -> None:
        for stream in self.replica.streams():
            try:
                self._pull(stream)
            except AccessFault as fault:
                if fault.code != "CP-4104":
                    raise
                self._problem(fault)

    def _pull(self, stream: str) -> None:
        cursor = self.replica.cursor(stream)
        while True:
            self._check_cancel()
            try:
                page = self._page(stream, cursor)
            except IntegrityFault as fault:
                if fault.code != "CP-3203" or cursor is None:
                    raise
                self._changed(self.replica.begin_anew())
                self.set_back = True
                cursor = None
                continue
            self._take_page(stream, page)
            cursor = page.cursor
            if not page.more:
                return

    def _page(self, stream: str, cursor: str | None) -> PullAnswer:
        query = {"stream": stream, "limit": str(ENTRIES_PER_PULL_MAX)}
        if cursor is not None:
            query["cursor"] = cursor
        page = pull_answer_from_wire(self._authorised(lambda: self.transport.get_json("/v1/pull", query)))
        revisions = [entry.revision for entry in page.entries]
        first = revisions[0] if revisions else 0
        if revisions != list(range(first, first + len(revisions))):
            raise malformed("answer.entries", "revisions are not in order without gaps")
        if any(entry.stream != stream for entry in page.entries) or (page.more and not page.entries):
            raise malformed("answer.entries", "not the page that was asked for")
        return page

    def _take_page(self, stream: str, page: PullAnswer) -> None:
        self._changed(self.replica.apply(page.entries, stream=stream, cursor=page.cursor))
        spoken_of = {found for entry in page.entries for found in blob_references(entry.signed.operation)}
        if spoken_of:
            self.replica.expect_blobs(sorted(spoken_of))
        conflicts = sum(len(entry.conflicts) for entry in page.entries)
        self.report = replace(
            self.report,
            pulled=self.report.pulled + len(page.entries),
            durable_through=page.durable_through,
            conflicts=self.report.conflicts + conflicts,
        )
        self.progress("pull", self.report.pulled, 0)

    def _blobs(self) -> None:
        exchange = Exchange(self.replica, self.transport, self._authorised, self._check_cancel, self.progress)
        try:
            exchange.send()
            exchange.fetch()
        finally:
            self.report = replace(
                self.report,
                blobs_sent=exchange.sent,
                blobs_received=exchange.received,
                problems=(*self.report.problems, *exchange.problems),
            )

    def _authorised(self, call: Callable[[], T]) -> T:
        """Run a call; when the token has ended, get a new one with the desk's key and run it again."""
        try:
            return call()
        except AccessFault as fault:
            if fault.code != "CP-4102":
                raise
        fresh_token(self.replica, self.transport)
        return call()

    def _check_cancel(self) -> None:
        if self.cancel():
            raise _Cancelled

    def _problem(self, fault: CpdeskError) -> None:
        self.report = replace(self.report, problems=(*self.report.problems, fault))

    def _changed(self, changes: Changes) -> None:
        self.report = replace(self.report, changes=self.report.changes | changes)


def parts_of(batch: Sequence[SignedOperation]) -> Iterator[list[SignedOperation]]:
    """Pieces of one author each, and small enough for one request."""
    for _, run in groupby(batch, key=lambda signed: signed.operation.device):
        part: list[SignedOperation] = []
        size = 0
        for signed in run:
            weight = _bytes_at_most(signed.operation)
            if part and size + weight > _BATCH_BYTES:
                yield part
                part, size = [], 0
            part.append(signed)
            size += weight
        yield part


def _bytes_at_most(operation: Operation) -> int:
    """A bound of what an operation takes up in a request, without writing it out: JSON gives no character more than six
    bytes."""
    names = len(operation.form) + len(operation.version) + len(operation.actor)
    pairs = (text for changes in (operation.set, operation.old) for pair in changes.items() for text in pair if text)
    return _IDS_BYTES_MAX + 6 * (names + sum(len(text) + 2 for text in pairs))
