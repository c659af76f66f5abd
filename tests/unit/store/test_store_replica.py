"""The replication door: replaying the server's decisions under this desk's own unsent operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.model.oplog import GENESIS_HASH, Operation, SignedOperation
from cpdesk.model.records import RecordKind, Status
from cpdesk.model.replication import Conflict, Entry, Outcome
from cpdesk.store import Enrolment, Query, Store, Waiting

STREAM = "110114000"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "desk", bytes(32)) as one:
        yield one


def make(store: Store, **answers: str) -> str:
    return store.records.create_record(RecordKind.SURVEY, "farmhouse", "3", STREAM, answers, actor="li")[0]


def ordered(signed: SignedOperation, revision: int, outcome: Outcome = Outcome.APPLIED, **facts: object) -> Entry:
    facts.setdefault("applied", dict(signed.operation.set) if outcome is Outcome.APPLIED else {})
    return Entry(STREAM, revision, signed, outcome, **facts)  # type: ignore[arg-type]


def foreign(record: str, seq: int, changes: dict[str, str | None], *, resolves: str | None = None) -> SignedOperation:
    operation = Operation(
        op_id=f"foreign-{seq}", device="elsewhere", seq=seq, prev_hash=GENESIS_HASH, record=record, kind="survey",
        form="farmhouse", version="3", stream=STREAM, base=1, set=changes, old=dict.fromkeys(changes), actor="zhao",
        at=f"2026-11-23T06:32:01.123Z-{seq:04}", resolves=resolves,
    )  # fmt: skip
    return SignedOperation(operation, "00" * 64)


def clash(record: str, **facts: str | None) -> Conflict:
    conflict = Conflict("c1", record, "area", "80", "90", "foreign-1", "zhao", "t1", "95", "mine", "li", "t2")
    return replace(conflict, **facts)  # type: ignore[arg-type]


def test_own_entries_acknowledge_and_raise_the_revision(store: Store) -> None:
    record = make(store, area="80")
    store.records.save(record, {"area": "95"}, "li")
    assert store.replica.waiting() == Waiting(2, 0)
    first, second = store.replica.outbox()
    changes = store.replica.apply([ordered(first, 1)], stream=STREAM, cursor="e1:1")
    assert changes.records == {record} and changes.sync
    assert store.records.get(record).answers == {"area": "95"}, "the unsent operation stays on top"
    assert [one.operation.op_id for one in store.replica.outbox()] == [second.operation.op_id]
    assert store.records.rows([record])[0].unsent == 1
    store.replica.apply([ordered(second, 2)], stream=STREAM, cursor="e1:2")
    assert store.replica.outbox() == [] and store.replica.cursor(STREAM) == "e1:2"
    assert store.records.get(record).revision == 2
    store.records.save(record, {"area": "96"}, "li")
    assert store.replica.outbox()[0].operation.base == 2
    assert [one.operation.seq for one in store.replica.own_operations(1)] == [2, 3]


def test_applying_twice_is_applying_once(store: Store) -> None:
    record = make(store, area="80")
    entries = [ordered(store.replica.outbox()[0], 1), ordered(foreign(record, 1, {"area": "90", "wall": "brick"}), 2)]
    store.replica.apply(entries, stream=STREAM, cursor="e1:2")
    before = store.records.get(record), store.records.history(record)
    again = store.replica.apply(entries, stream=STREAM, cursor="e1:2")
    assert not again.records
    assert (store.records.get(record), store.records.history(record)) == before
    assert before[0].answers == {"area": "90", "wall": "brick"}


def test_a_record_made_elsewhere_arrives(store: Store) -> None:
    entry = ordered(foreign("r9", 1, {"@status": "submitted", "@site": "s1", "name": "王小明", "gone": None}), 7)
    store.replica.apply([entry], stream=STREAM, cursor="e1:7")
    record = store.records.get("r9")
    assert (record.status, record.site, record.revision) == (Status.SUBMITTED, "s1", 7)
    assert record.answers == {"name": "王小明"}
    assert store.records.page(Query(status=Status.SUBMITTED)) == ["r9"]
    assert store.replica.waiting().operations == 0 and not store.records.history("r9")[0].own


def test_conflict_keeps_both_and_shows_the_current_value(store: Store) -> None:
    record = make(store, area="80")
    store.replica.apply([ordered(store.replica.outbox()[0], 1)], stream=STREAM, cursor="1")
    store.records.save(record, {"area": "95", "wall": "brick"}, "li")
    mine = store.replica.outbox()[0]
    store.replica.apply([ordered(foreign(record, 1, {"area": "90"}), 2)], stream=STREAM, cursor="2")
    assert store.records.get(record).answers["area"] == "95"
    entry = ordered(mine, 3, Outcome.CONFLICT, applied={"wall": "brick"}, conflicts=(clash(record),))
    changes = store.replica.apply([entry], stream=STREAM, cursor="3")
    found = store.records.get(record)
    assert changes.conflicts and found.conflicts == 1
    assert found.answers == {"area": "90", "wall": "brick"}
    assert store.conflicts.list(record) == [clash(record)] == store.conflicts.list()
    assert store.records.page(Query(open_conflicts=True)) == [record]


def test_resolving_is_an_operation_that_the_server_settles(store: Store) -> None:
    record = make(store, area="90")
    entry = ordered(store.replica.outbox()[0], 1, conflicts=(clash(record),))
    store.replica.apply([entry], stream=STREAM, cursor="1")
    assert store.conflicts.resolve("c1", "90", "li").conflicts, "keeping what stands settles it too"
    signed = store.replica.outbox()[0]
    assert (signed.operation.resolves, signed.operation.set) == ("c1", {"area": "90"})
    assert store.records.get(record).conflicts == 0 and store.conflicts.list() == []
    with pytest.raises(InputFault, match="CP-1504"):
        store.conflicts.resolve("c1", "95", "li")
    store.replica.apply([ordered(signed, 2, settled=("c1",))], stream=STREAM, cursor="2")
    assert store.conflicts.list(open_only=False)[0].resolved_by == signed.operation.op_id


def test_a_settlement_the_server_refused_leaves_the_conflict_open(store: Store) -> None:
    record = make(store, area="90")
    store.replica.apply([ordered(store.replica.outbox()[0], 1, conflicts=(clash(record),))], stream=STREAM, cursor="1")
    store.conflicts.resolve("c1", "95", "li")
    refused = ordered(store.replica.outbox()[0], 2, Outcome.QUARANTINED, reason="no_right")
    store.replica.apply([refused], stream=STREAM, cursor="2")
    assert store.records.get(record).conflicts == 1 and store.records.get(record).answers == {"area": "90"}
    assert [reason for _, reason in store.replica.quarantined()] == ["no_right"]


def test_settled_elsewhere(store: Store) -> None:
    record = make(store, area="90")
    store.replica.apply([ordered(store.replica.outbox()[0], 1, conflicts=(clash(record),))], stream=STREAM, cursor="1")
    entry = ordered(foreign(record, 1, {"area": "95"}, resolves="c1"), 2, settled=("c1",))
    store.replica.apply([entry], stream=STREAM, cursor="2")
    assert store.records.get(record).conflicts == 0 and store.records.get(record).answers == {"area": "95"}


def test_a_restored_server_orders_anew(store: Store) -> None:
    record = make(store, area="80")
    signed = store.replica.outbox()[0]
    store.replica.apply([ordered(signed, 41)], stream=STREAM, cursor="e1:41")
    store.replica.apply([ordered(signed, 12)], stream=STREAM, cursor="e2:12")
    assert store.records.get(record).revision == 12
    refused = make(store, area="1")
    store.replica.apply(
        [ordered(store.replica.outbox()[0], 0, Outcome.QUARANTINED, reason="stream")], stream=STREAM, cursor=None
    )
    assert store.replica.outbox() == [] and store.records.get(refused).answers == {}
    assert store.replica.cursor(STREAM) == "e2:12"


def test_undo_after_sync_is_an_ordinary_operation(store: Store) -> None:
    record = make(store, area="80")
    store.records.save(record, {"area": "95"}, "li")
    entries = [ordered(one, number) for number, one in enumerate(store.replica.outbox(), 1)]
    store.replica.apply(entries, stream=STREAM, cursor="2")
    store.records.undo(record, "li")
    assert store.replica.outbox()[0].operation.set == {"area": "80"}
    assert store.records.get(record).answers == {"area": "80"}


def test_enrolment_is_kept_and_forgotten(store: Store) -> None:
    assert store.replica.enrolment() is None and store.replica.streams() == []
    make(store)
    assert store.replica.streams() == [STREAM]
    enrolment = Enrolment(
        "https://district.example", "secret", "li", "surveyor", ("110114001", STREAM), (("key", "ab"),)
    )
    store.replica.set_enrolment(enrolment)
    assert store.replica.enrolment() == enrolment and store.replica.streams() == ["110114001", STREAM]
    store.replica.set_enrolment(None)
    assert store.replica.enrolment() is None
