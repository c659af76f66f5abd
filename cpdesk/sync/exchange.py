"""A round of sync through files: a desk without a line writes a request, somebody carries it, the answer comes back.

The desk keeps everything it sent until the answer says that the district has it, exactly as it does on the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cpdesk.base.clock import Clock
from cpdesk.base.errors import AccessFault, IntegrityFault
from cpdesk.base.ids import IdMaker
from cpdesk.model.oplog import SignedOperation
from cpdesk.model.records import Changes
from cpdesk.model.replication import Entry, Outcome
from cpdesk.store.oplog import iso
from cpdesk.store.replica import Enrolment, Replica
from cpdesk.store.sealing import public_of
from cpdesk.sync.client import parts_of
from cpdesk.sync.exchange_file import (
    ANSWER,
    BLOB_PIECE_BYTES,
    REQUEST,
    BlobPiece,
    ExchangeFile,
    Header,
    write_exchange,
)
from cpdesk.sync.protocol import (
    blob_references,
    cursor_from_text,
    entry_from_wire,
    push_answer_from_wire,
    push_to_wire,
)
from cpdesk.sync.reading import (
    BLOB_BYTES_MAX,
    ENTRIES_PER_PULL_MAX,
    OPERATIONS_PER_PUSH_MAX,
    Reader,
    malformed,
    read_hash,
)

EXCHANGE_KEY: Final = "exchange_key"
SIGNING_KEY: Final = "signing_key"
_HAVE: Final = "exchange_have"
_ALL: Final = 10_000_000
_REQUEST_BLOB_BYTES_MAX: Final = 1024 * 1024 * 1024
_WANTED_MAX: Final = 5000


@dataclass(frozen=True, slots=True)
class Written:
    """A request: `blobs_left` photographs did not fit and go with the next file."""

    operations: int
    blobs: int
    blobs_left: int
    size_bytes: int


@dataclass(slots=True)
class Answered:
    """What an answer brought. `refused` operations the district keeps without applying them; `gap`: it lacks older
    ones, which go with the next file; `repeated`: it held nothing that was not here."""

    entries: int = 0
    conflicts: int = 0
    refused: int = 0
    blobs_confirmed: int = 0
    blobs_received: int = 0
    gap: bool = False
    changes: Changes = field(default_factory=lambda: Changes(sync=True))

    @property
    def repeated(self) -> bool:
        return not (self.entries or self.blobs_confirmed or self.blobs_received or self.refused or self.gap)


def write_request(replica: Replica, path: Path, clock: Clock) -> Written:
    """Write what waits on this desk into a file only the district can open.

    Raises:
        AccessFault: CP-4107 not enrolled; CP-4120 the district's keys are not known here yet.
        EnvironmentFault: CP-20xx the disk; there is no file then.
    """
    enrolment = _enrolled(replica)
    waiting = replica.outbox(_ALL)
    batch = [*_lost(replica, enrolment, waiting), *waiting]
    offered = replica.blobs_to_send(_ALL)
    carried, left = [], _REQUEST_BLOB_BYTES_MAX
    for info in offered:
        if info.size <= min(left, BLOB_BYTES_MAX):
            carried.append(info.sha256)
            left -= info.size
    head = {
        "reply_key": public_of(replica.reply_key()).hex(),
        "cursors": {stream: replica.cursor(stream) for stream in replica.streams()},
        "wanted": replica.blobs_to_fetch(_WANTED_MAX),
        "offered": [info.sha256 for info in offered],
    }

    def parts() -> Iterator[Any]:
        yield head
        for part in parts_of(batch):
            for start in range(0, len(part), OPERATIONS_PER_PUSH_MAX):
                yield push_to_wire(part[start : start + OPERATIONS_PER_PUSH_MAX])
        for sha256 in carried:
            content = replica.blob_content(sha256)
            for offset in range(0, len(content), BLOB_PIECE_BYTES):
                yield BlobPiece(sha256, offset, len(content), content[offset : offset + BLOB_PIECE_BYTES])

    fresh = X25519PrivateKey.generate()
    device = replica.identity().device
    header = Header(
        id=IdMaker(clock).new(),
        kind=REQUEST,
        by=device,
        device=device,
        to=dict(enrolment.extra)[EXCHANGE_KEY],
        fresh=fresh.public_key().public_bytes_raw().hex(),
        made_at=iso(clock.now()),
    )
    size = write_exchange(path, header, fresh.private_bytes_raw(), parts(), replica.sign)
    return Written(len(batch), len(carried), len(offered) - len(carried), size)


def take_answer(replica: Replica, path: Path) -> Answered:
    """Take in what the district answered. Twice is harmless.

    Raises:
        AccessFault: CP-4107, CP-4120 as above; CP-4108 not the district's, or damaged; CP-4109 for another desk.
        IntegrityFault: CP-327x no whole exchange file; CP-3273 the desk lacks what came before it; CP-3275 a request.
    """
    enrolment = _enrolled(replica)
    file = ExchangeFile(path)
    if file.header.kind != ANSWER:
        raise IntegrityFault("CP-3275", path=path.name)
    if file.header.device != replica.identity().device:
        raise AccessFault("CP-4109", path=path.name)
    file.check_signature(dict(enrolment.extra)[SIGNING_KEY])
    return _Taking(replica, path.name).take(file.parts(replica.reply_key()))


class _Taking:
    def __init__(self, replica: Replica, name: str) -> None:
        self._replica = replica
        self._name = name
        self._answered = Answered()
        self._blob = bytearray()
        self._own: dict[str, SignedOperation] | None = None

    def take(self, parts: Iterator[Any]) -> Answered:
        for part in parts:
            if isinstance(part, BlobPiece):
                self._take_blob(part)
                continue
            read = Reader(part, "answer", (), ("have", "gap", "results", "page"))
            if read.has("have"):
                self._confirm(read.list_of("have", None, read_hash))
            elif read.has("gap"):
                self._note_gap(read.raw("gap"))
            elif read.has("results"):
                self._take_results(read.raw("results"))
            else:
                self._take_page(Reader(read.raw("page"), "page", ("stream", "after", "entries", "cursor")))
        return self._answered

    def _confirm(self, hashes: tuple[str, ...]) -> None:
        waiting = {info.sha256 for info in self._replica.blobs_to_send(_ALL)}
        for sha256 in waiting.intersection(hashes):
            self._replica.blob_sent(sha256)
            self._answered.blobs_confirmed += 1

    def _note_gap(self, value: Any) -> None:
        read = Reader(value, "gap", ("device", "have"))
        if read.uuid("device") == self._replica.identity().device:
            _set_extra(self._replica, _HAVE, str(read.whole("have")))
        self._answered.gap = True

    def _take_results(self, value: Any) -> None:
        for result in push_answer_from_wire(value).results:
            if result.outcome is not Outcome.QUARANTINED:
                continue
            if self._own is None:
                self._own = {signed.operation.op_id: signed for signed in self._replica.outbox(_ALL)}
            signed = self._own.get(result.op_id)
            if signed is None:
                continue
            self._answered.refused += 1
            if result.revision == 0:  # in nobody's order: no page brings it back
                stream, reason = signed.operation.stream, result.reason or "stream_forbidden"
                entry = Entry(stream, 0, signed, Outcome.QUARANTINED, reason=reason)
                self._changed(self._replica.apply([entry], stream=stream, cursor=None))

    def _take_page(self, read: Reader) -> None:
        stream, after, cursor = read.stream("stream"), read.whole("after"), read.text("cursor")
        entries = read.list_of("entries", ENTRIES_PER_PULL_MAX, entry_from_wire)
        if [entry.revision for entry in entries] != list(range(after + 1, after + 1 + len(entries))):
            raise malformed("page.entries", "revisions are not in order without gaps")
        if any(entry.stream != stream for entry in entries):
            raise malformed("page.entries", "not of its stream")
        epoch, last = cursor_from_text(cursor)
        mine = self._replica.cursor(stream)
        my_epoch, seen = cursor_from_text(mine) if mine else (epoch, 0)
        if my_epoch != epoch:
            seen = 0  # the district's data was replaced: only its whole order from the start leads on
        if after > seen:
            raise IntegrityFault("CP-3273", path=self._name, stream=stream)
        if my_epoch != epoch:
            self._changed(self._replica.begin_anew())
        new = [entry for entry in entries if entry.revision > seen]
        if not new and my_epoch == epoch and mine is not None:
            return
        self._changed(self._replica.apply(new, stream=stream, cursor=cursor if last >= seen else None))
        spoken_of = {found for entry in new for found in blob_references(entry.signed.operation)}
        if spoken_of:
            self._replica.expect_blobs(sorted(spoken_of))
        self._answered.entries += len(new)
        self._answered.conflicts += sum(len(entry.conflicts) for entry in new)
        _set_extra(self._replica, _HAVE, None)

    def _take_blob(self, piece: BlobPiece) -> None:
        if piece.offset == 0:
            self._blob = bytearray()
        if piece.offset != len(self._blob) or piece.size > BLOB_BYTES_MAX:
            raise malformed("blob", "pieces are not in order")
        self._blob += piece.content
        if len(self._blob) == piece.size:
            self._replica.blob_received(piece.sha256, bytes(self._blob))
            self._answered.blobs_received += 1

    def _changed(self, changes: Changes) -> None:
        self._answered.changes |= changes


def _enrolled(replica: Replica) -> Enrolment:
    enrolment = replica.enrolment()
    if enrolment is None:
        raise AccessFault("CP-4107")
    if not {EXCHANGE_KEY, SIGNING_KEY} <= dict(enrolment.extra).keys():
        raise AccessFault("CP-4120")
    return enrolment


def _lost(replica: Replica, enrolment: Enrolment, waiting: list[SignedOperation]) -> list[SignedOperation]:
    """Operations the district had once and lacks now, because it was set back: from where its last answer said."""
    have = dict(enrolment.extra).get(_HAVE)
    if have is None:
        return []
    standing = {signed.operation.op_id for signed in waiting}
    own = replica.own_operations(int(have), _ALL)
    return [signed for signed in own if signed.operation.op_id not in standing]


def _set_extra(replica: Replica, name: str, value: str | None) -> None:
    enrolment = replica.enrolment()
    assert enrolment is not None
    extra = dict(enrolment.extra)
    if extra.get(name) == value:
        return
    extra.pop(name, None)
    if value is not None:
        extra[name] = value
    replica.set_enrolment(replace(enrolment, extra=tuple(extra.items())))
