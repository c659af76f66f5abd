"""The wire format: what is written is read back; what is malformed is refused with its place, and only so."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import IntegrityFault
from cpdesk.model.oplog import canonical_json
from cpdesk.model.replication import Conflict, Entry, Outcome, PushResult
from cpdesk.sync.memory import MemoryReplica
from cpdesk.sync.protocol import (
    PullAnswer,
    PushAnswer,
    blob_references,
    cursor_from_text,
    cursor_to_text,
    entry_to_wire,
    operation_from_wire,
    operation_to_wire,
    pull_answer_from_wire,
    push_answer_from_wire,
    push_answer_to_wire,
    push_from_wire,
    push_to_wire,
)
from cpdesk.sync.reading import compress_above, decompress, read_json

CLOCK = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))


def desk() -> MemoryReplica:
    return MemoryReplica(CLOCK, key=b"\7" * 32)


def signed_operation() -> MemoryReplica:
    replica = desk()
    replica.change(
        replica.new_id(),
        {"yard/building[018f-a]/wall/b_wall_type": "砖墙", "name#note": None, "@status": "draft"},
        stream="110114100",
    )
    return replica


def test_a_batch_survives_the_wire_with_its_hash() -> None:
    batch = signed_operation().outbox(10)
    read = push_from_wire(read_json(canonical_json(push_to_wire(batch))))
    assert list(read) == batch
    assert read[0].operation.content_hash() == batch[0].operation.content_hash()


def test_answers_survive_the_wire() -> None:
    signed = signed_operation().outbox(1)[0]
    op_id = signed.operation.op_id
    conflict = Conflict(
        "0" * 32, signed.operation.record, "name", None, "1", op_id, "甲", "t", None, op_id, "乙", "t", op_id
    )
    entry = Entry("110114100", 7, signed, Outcome.CONFLICT, {"name": None}, (conflict,), ("1" * 32,), "")
    page = PullAnswer((entry,), "c", True)
    wire = {"entries": [entry_to_wire(entry)], "cursor": "c", "more": True}
    assert pull_answer_from_wire(read_json(canonical_json(wire))) == page
    answer = PushAnswer((PushResult(op_id, 3, Outcome.DUPLICATE, 4, ""),), 9)
    assert push_answer_from_wire(read_json(canonical_json(push_answer_to_wire(answer)))) == answer


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("op_id", "018F0000-0000-7000-8000-000000000000"),
        ("op_id", 7),
        ("seq", 0),
        ("seq", True),
        ("seq", 2**53),
        ("prev_hash", "0" * 63),
        ("stream", "11011410"),
        ("kind", "Survey!"),
        ("set", {}),
        ("set", {"a b": "1"}),
        ("set", {"../etc": "1"}),
        ("set", {"room[]/use": "1"}),
        ("set", {"name": 1}),
        ("set", {"name": "x" * 300_000}),
        ("set", {f"p{number}": "1" for number in range(2001)}),
        ("old", {"other": None}),
        ("resolves", "abc"),
        ("actor", "x" * 201),
        ("at", ""),
        ("surprise", "1"),
    ],
)
def test_a_wrong_field_is_refused_and_named(field: str, value: object) -> None:
    wire = operation_to_wire(signed_operation().outbox(1)[0].operation)
    wire[field] = value
    with pytest.raises(IntegrityFault) as caught:
        operation_from_wire(wire, "operation")
    assert caught.value.code == "CP-3201"
    assert field in f"{caught.value.fields}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{",
        b'{"a": 1.5}',
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b"[" * 20 + b"]" * 20,
        b"1" * 5000,
    ],
)
def test_json_that_is_not_strict_is_refused(body: bytes) -> None:
    with pytest.raises(IntegrityFault):
        read_json(body)


def test_a_lone_surrogate_is_refused_before_it_breaks_a_hash() -> None:
    wire = operation_to_wire(signed_operation().outbox(1)[0].operation)
    wire["set"] = {"name": "\ud800"}
    wire["old"] = {"name": None}
    with pytest.raises(IntegrityFault):
        operation_from_wire(read_json(json.dumps(wire).encode()), "operation")


def test_gzip_is_bounded_whole_and_nothing_else() -> None:
    assert decompress(compress_above(b"x" * 5000)) == b"x" * 5000
    assert compress_above(b"short") == b"short"
    with pytest.raises(IntegrityFault) as bomb:
        decompress(gzip.compress(b"0" * 10_000_000), limit_bytes=1_000_000)
    assert bomb.value.code == "CP-3205"
    for broken in (b"plain", gzip.compress(b"x" * 5000)[:-9], gzip.compress(b"x") + b"tail"):
        with pytest.raises(IntegrityFault):
            decompress(broken)


def test_cursors_are_read_back_and_others_refused() -> None:
    assert cursor_from_text(cursor_to_text("abc", 12)) == ("abc", 12)
    for text in ("", "!!", "YWJj", cursor_to_text("abc", -1), "é"):
        with pytest.raises(IntegrityFault):
            cursor_from_text(text)


def test_blobs_are_found_in_values() -> None:
    operation = signed_operation().outbox(1)[0].operation
    name = "ab" * 32
    spoken = replace(operation, set={"photo": f"{name}.jpg", "short": "ab", "gone": None, "longer": "a" * 65})
    assert blob_references(spoken) == {name}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(value=JSON, field=st.sampled_from(sorted(operation_to_wire(signed_operation().outbox(1)[0].operation))))
@settings(max_examples=200, deadline=None)
def test_any_json_in_any_field_is_read_or_refused_with_a_code(value: object, field: str) -> None:
    signed = push_to_wire(signed_operation().outbox(1))
    signed["operations"][0]["operation"][field] = value
    try:
        push_from_wire(signed)
    except IntegrityFault as fault:
        assert fault.code == "CP-3201"
