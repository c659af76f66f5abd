"""What a desk forgets when its server was set back, and when a township is not its any more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cpdesk.model.oplog import GENESIS_HASH, Operation, SignedOperation
from cpdesk.model.records import RecordKind
from cpdesk.model.replication import Conflict, Entry, Outcome
from cpdesk.store import Store
from cpdesk.store.replica import Enrolment

HERE, THERE = "110114104", "110114118"
RECORD_OF_OTHERS = "019abcde-0000-7000-8000-00000000000a"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "desk", bytes(32)) as made:
        made.replica.set_enrolment(Enrolment("http://sample", "t", "样例", "surveyor", (HERE, THERE)))
        yield made


def ordered(signed: SignedOperation, revision: int, **more: object) -> Entry:
    operation = signed.operation
    return replace(Entry(operation.stream, revision, signed, Outcome.APPLIED, dict(operation.set)), **more)  # type: ignore[arg-type]


def of_another(stream: str, seq: int, **values: str) -> SignedOperation:
    operation = Operation(
        op_id=f"019abcde-0000-7000-8000-0000000001{seq:02}",
        device="019abcde-0000-7000-8000-0000000000ff",
        seq=seq,
        prev_hash=GENESIS_HASH,
        record=RECORD_OF_OTHERS,
        kind="survey",
        form="sample_form",
        version="1",
        stream=stream,
        base=0,
        set=dict(values),
        old={},
        actor="样例乙",
        at="2026-11-23T06:32:01.123Z-0000",
        resolves=None,
    )
    return SignedOperation(operation, "0" * 128)


def sync(store: Store, stream: str, *others: SignedOperation) -> None:
    mine = [signed for signed in store.replica.outbox() if signed.operation.stream == stream]
    entries = [ordered(signed, number) for number, signed in enumerate((*mine, *others), 1)]
    store.replica.apply(entries, stream=stream, cursor="c")


def new_record(store: Store, stream: str, **answers: str) -> str:
    return store.records.create_record(RecordKind.SURVEY, "sample_form", "1", stream, answers, actor="样例")[0]


def test_after_a_server_was_set_back_own_work_is_sent_again_and_stays_visible(store: Store) -> None:
    photo = store.blobs.put(b"sample photograph", "image/jpeg")
    record = new_record(store, HERE, name="张三", photo=photo)
    store.replica.blob_sent(photo)
    sync(store, HERE, of_another(HERE, 1, name="别人"))
    assert store.replica.waiting().operations == 0
    store.replica.begin_anew()
    assert [signed.operation.record for signed in store.replica.outbox()] == [record]
    assert store.records.get(record).answers == {"name": "张三", "photo": photo}
    assert store.records.get(RECORD_OF_OTHERS).answers == {}, "it comes back with the server's new order"
    assert store.replica.waiting().blobs == 1
    assert store.replica.cursor(HERE) is None
    sync(store, HERE, of_another(HERE, 1, name="别人"))
    assert store.replica.waiting().operations == 0
    assert store.records.get(RECORD_OF_OTHERS).answers == {"name": "别人"}, "also at the revision it had before"
    assert store.records.get(record).answers == {"name": "张三", "photo": photo}


def test_of_a_township_left_only_own_operations_stay_and_it_can_come_back(store: Store) -> None:
    photo = store.blobs.put(b"sample photograph", "image/jpeg")
    kept = new_record(store, HERE, name="留下")
    gone = new_record(store, THERE, name="离开", photo=photo)
    store.replica.blob_sent(photo)
    sync(store, HERE)
    photo_of_others = hashlib.sha256(b"another photograph").hexdigest()
    others = of_another(THERE, 1, name="别人", photo=photo_of_others)
    store.replica.blob_received(photo_of_others, b"another photograph")
    asked = Conflict("0" * 32, gone, "name", "", "1", "x", "样例", "", "2", "y", "样例", "")
    mine = store.replica.outbox()
    entries = [ordered(signed, number) for number, signed in enumerate((*mine, others), 1)]
    store.replica.apply([entries[0], replace(entries[1], conflicts=(asked,))], stream=THERE, cursor="c")

    enrolment = store.replica.enrolment()
    assert enrolment is not None
    store.replica.set_enrolment(replace(enrolment, streams=(HERE,)))
    new_in_between = store.records.save(kept, {"name": "新"}, "样例")
    assert new_in_between is not None
    changes = store.replica.leave_other_streams()
    assert changes.records == {gone, RECORD_OF_OTHERS}
    assert store.records.get(kept).answers == {"name": "新"}
    assert store.conflicts.list() == []
    assert store.blobs.get(photo) == b"sample photograph", "a server that is set back later may lack it"
    assert store.blobs.info(photo_of_others) is None
    assert not store.blobs.path_of(photo_of_others).exists()
    assert [signed.operation.record for signed in store.replica.own_operations(0)] == [kept, gone, kept]
    assert store.replica.cursor(THERE) is None
    assert store.verify() == []

    store.replica.set_enrolment(enrolment)
    store.replica.apply(entries, stream=THERE, cursor="c")
    assert store.records.get(gone).answers == {"name": "离开", "photo": photo}
    assert store.records.get(RECORD_OF_OTHERS).answers == {"name": "别人", "photo": photo_of_others}


def test_a_township_is_left_only_when_nothing_of_it_waits(store: Store) -> None:
    record = new_record(store, THERE, name="未上传")
    enrolment = store.replica.enrolment()
    assert enrolment is not None
    store.replica.set_enrolment(replace(enrolment, streams=(HERE,)))
    assert store.replica.leave_other_streams().records == frozenset()
    assert store.records.get(record).answers == {"name": "未上传"}
    (waiting,) = store.replica.outbox()
    refused = Entry(THERE, 0, waiting, Outcome.QUARANTINED, reason="stream_forbidden")
    store.replica.apply([refused], stream=THERE, cursor=None)
    assert store.replica.leave_other_streams().records == {record}
    assert [reason for _, reason in store.replica.quarantined()] == ["stream_forbidden"]
