"""The messages of sync as JSON: canonical writing and strict reading. Described in docs/sync-protocol.md."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from cpdesk.model.oplog import Operation, SignedOperation
from cpdesk.model.paths import PATHS_PER_OPERATION_MAX
from cpdesk.model.replication import Conflict, Entry, Outcome, PushResult
from cpdesk.sync.reading import (
    CODE,
    ENTRIES_PER_PULL_MAX,
    OPERATIONS_PER_PUSH_MAX,
    Reader,
    malformed,
    read_conflict_id,
)

_BLOB: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_OPERATION_FIELDS: Final = tuple(Operation.__dataclass_fields__)
_CONFLICT_FIELDS: Final = tuple(Conflict.__dataclass_fields__)
_RESULT_FIELDS: Final = tuple(PushResult.__dataclass_fields__)
ENTRY_FIELDS: Final = (
    "stream", "revision", "operation", "signature", "outcome", "applied", "conflicts", "settled", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What the server did with a batch.

    Attributes:
        have: the author's last sequence number that the server holds.
        durable_through: the author's last one that a verified backup of the server holds too.
    """

    results: tuple[PushResult, ...]
    have: int
    durable_through: int = 0


@dataclass(frozen=True, slots=True)
class PullAnswer:
    """One page of a stream. `more` says whether another page is there already; `durable_through` as in `PushAnswer`,
    of the device that asks."""

    entries: tuple[Entry, ...]
    cursor: str
    more: bool
    durable_through: int = 0


def operation_to_wire(operation: Operation) -> dict[str, Any]:
    """All fields, `resolves` also when null: exactly what the content hash is made over."""
    facts = {name: getattr(operation, name) for name in _OPERATION_FIELDS}
    return {**facts, "set": dict(operation.set), "old": dict(operation.old)}


def operation_from_wire(value: Any, place: str, *, least: int = 1) -> Operation:
    """Read an operation that sets at least so many fields; one that was erased sets none.

    Raises:
        IntegrityFault: CP-3201 when anything is not as documented.
    """
    read = Reader(value, place, _OPERATION_FIELDS)
    operation = Operation(
        op_id=read.uuid("op_id"),
        device=read.uuid("device"),
        seq=read.whole("seq", least=1),
        prev_hash=read.hash("prev_hash"),
        record=read.uuid("record"),
        kind=read.matching("kind", CODE),
        form=read.text("form"),
        version=read.text("version", least=0),
        stream=read.stream("stream"),
        base=read.whole("base"),
        set=read.entries("set", least=least),
        old=read.entries("old"),
        actor=read.text("actor", least=0),
        at=read.text("at", most=64),
        resolves=read.maybe("resolves", read.conflict_id),
    )
    if operation.set.keys() != operation.old.keys():
        raise malformed(f"{place}.old", "must have exactly the paths of set")
    return operation


def signed_to_wire(signed: SignedOperation) -> dict[str, Any]:
    message = {"operation": operation_to_wire(signed.operation), "signature": signed.signature}
    return {**message, "erased_hash": signed.erased_hash} if signed.erased_hash else message


def signed_from_wire(value: Any, place: str) -> SignedOperation:
    """Raises IntegrityFault CP-3201 when anything is not as documented."""
    read = Reader(value, place, ("operation", "signature"), ("erased_hash",))
    erased_hash = read.hash("erased_hash") if read.has("erased_hash") else ""
    operation = operation_from_wire(read.raw("operation"), f"{place}.operation", least=0 if erased_hash else 1)
    if erased_hash and operation.set:
        raise malformed(f"{place}.erased_hash", "only of an operation that sets nothing")
    return SignedOperation(operation, read.signature("signature"), erased_hash)


def push_to_wire(batch: Sequence[SignedOperation]) -> dict[str, Any]:
    return {"operations": [signed_to_wire(signed) for signed in batch]}


def push_from_wire(value: Any) -> tuple[SignedOperation, ...]:
    return Reader(value, "push", ("operations",)).list_of("operations", OPERATIONS_PER_PUSH_MAX, signed_from_wire)


def push_answer_to_wire(answer: PushAnswer) -> dict[str, Any]:
    results = [{name: getattr(result, name) for name in _RESULT_FIELDS} for result in answer.results]
    return {"results": results, "have": answer.have, "durable_through": answer.durable_through}


def push_answer_from_wire(value: Any) -> PushAnswer:
    read = Reader(value, "answer", ("results", "have"), ("durable_through",))
    results = read.list_of("results", OPERATIONS_PER_PUSH_MAX, _push_result)
    return PushAnswer(results, read.whole("have"), _durable_through(read))


def _push_result(value: Any, place: str) -> PushResult:
    read = Reader(value, place, _RESULT_FIELDS)
    return PushResult(
        read.uuid("op_id"), read.whole("seq"), _outcome(read), read.whole("revision"), read.text("reason", least=0)
    )


def _outcome(read: Reader) -> Outcome:
    text = read.text("outcome")
    try:
        return Outcome(text)
    except ValueError:
        raise malformed(f"{read.place}.outcome", f"unknown outcome {text[:20]!r}") from None


def entry_to_wire(entry: Entry) -> dict[str, Any]:
    """One operation with the server's judgement, as JSON carries it."""
    return {
        "stream": entry.stream,
        "revision": entry.revision,
        **signed_to_wire(entry.signed),
        "outcome": str(entry.outcome),
        "applied": dict(entry.applied),
        "conflicts": [asdict(conflict) for conflict in entry.conflicts],
        "settled": list(entry.settled),
        "reason": entry.reason,
    }


def entry_from_wire(value: Any, place: str) -> Entry:
    """The same, read strictly. Raises IntegrityFault CP-3201 with the place of what is wrong."""
    read = Reader(value, place, ENTRY_FIELDS)
    signed = SignedOperation(
        operation_from_wire(read.raw("operation"), f"{place}.operation", least=0), read.signature("signature")
    )
    return Entry(
        stream=read.stream("stream"),
        revision=read.whole("revision", least=1),
        signed=signed,
        outcome=_outcome(read),
        applied=read.entries("applied", most=None),
        conflicts=read.list_of("conflicts", PATHS_PER_OPERATION_MAX + 1, conflict_from_wire),
        settled=read.list_of("settled", None, read_conflict_id),
        reason=read.text("reason", least=0),
    )


def conflict_from_wire(value: Any, place: str) -> Conflict:
    """One conflict, read strictly. Raises IntegrityFault CP-3201 with the place of what is wrong."""
    read = Reader(value, place, _CONFLICT_FIELDS)
    return Conflict(
        id=read.conflict_id("id"),
        record=read.uuid("record"),
        path=read.path("path"),
        original=read.value("original"),
        current=read.value("current"),
        current_op=read.uuid("current_op"),
        current_actor=read.text("current_actor", least=0),
        current_at=read.text("current_at", most=64),
        proposed=read.value("proposed"),
        proposed_op=read.uuid("proposed_op"),
        proposed_actor=read.text("proposed_actor", least=0),
        proposed_at=read.text("proposed_at", most=64),
        resolved_by=read.maybe("resolved_by", read.uuid),
    )


def pull_answer_from_wire(value: Any) -> PullAnswer:
    read = Reader(value, "answer", ("entries", "cursor", "more"), ("durable_through",))
    entries = read.list_of("entries", ENTRIES_PER_PULL_MAX, entry_from_wire)
    return PullAnswer(entries, read.text("cursor"), read.flag("more"), _durable_through(read))


def _durable_through(read: Reader) -> int:
    return read.whole("durable_through") if read.has("durable_through") else 0


def cursor_to_text(epoch: str, revision: int) -> str:
    """Opaque to desks: which life of the server's data, and the last revision the desk has."""
    return base64.urlsafe_b64encode(f"{epoch}:{revision}".encode()).decode("ascii").rstrip("=")


def cursor_from_text(text: str) -> tuple[str, int]:
    """Raises IntegrityFault CP-3201 for what this server never gave out."""
    try:
        epoch, revision = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(":")
        if not revision.isdecimal() or len(revision) > 16:
            raise ValueError
        return epoch, int(revision)
    except (ValueError, binascii.Error):
        raise malformed("cursor", "not a cursor of this server") from None


def blob_references(operation: Operation) -> set[str]:
    """SHA-256 names of the blobs that the new values speak of."""
    return blobs_in(operation.set.values())


def blobs_in(values: Iterable[str | None]) -> set[str]:
    """SHA-256 names of the blobs that values speak of."""
    long = (value for value in values if value is not None and len(value) >= 64)
    return {found for value in long for found in _BLOB.findall(value)}


def fault_to_wire(code: str, status: int, title: str, detail: str, fields: Mapping[str, object]) -> dict[str, Any]:
    """A problem after RFC 9457 with our code and the facts that a desk needs to word it in its own language."""
    return {
        "type": f"urn:cpdesk:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "fields": {name: value if isinstance(value, int) else str(value) for name, value in fields.items()},
    }
