"""Many records changed as one batch, and taken back as one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.model.records import RecordKind
from cpdesk.store import batches
from cpdesk.store.batches import BatchChange
from cpdesk.store.store import Store

KEY = bytes(range(32))
STREAM = "110114118"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "desk", KEY) as store:
        yield store


def surveys(store: Store, count: int) -> list[str]:
    rows = [
        {
            "kind": RecordKind.SURVEY,
            "form": "farmhouse",
            "version": "1",
            "stream": STREAM,
            "answers": {"a": str(number)},
            "actor": "z",
        }
        for number in range(count)
    ]
    return store.records.create_many(rows)[0]


def change(record: str, value: str, seen: str) -> BatchChange:
    return BatchChange(record, {"a": None, "b": value}, {"a": seen, "b": None}, version="2")


def test_a_batch_changes_all_and_is_taken_back_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PORTION", 2)
    made = surveys(store, 5)
    told: list[int] = []
    result, changes = store.batches.apply(
        "migration",
        "1 → 2",
        [change(record, "new", str(number)) for number, record in enumerate(made)],
        "z",
        step=lambda done: told.append(done) is None,
    )
    assert result.changed == tuple(made) and result.left == () and changes.records == frozenset(made)
    assert told == [0, 2, 4, 5]
    record = store.records.get(made[3])
    assert (record.answers, record.version) == ({"b": "new"}, "2")
    [batch] = store.batches.newest()
    assert (batch.kind, batch.title, batch.records, batch.reverted_at) == ("migration", "1 → 2", 5, None)

    taken_back, _ = store.batches.revert(result.batch, "z")
    assert sorted(taken_back.changed) == sorted(made) and taken_back.left == ()
    assert [store.records.get(one).answers for one in made] == [{"a": str(number)} for number in range(5)]
    assert {store.records.get(one).version for one in made} == {"1"}
    assert store.batches.newest()[0].reverted_at is not None
    with pytest.raises(InputFault) as refused:
        store.batches.revert(result.batch, "z")
    assert refused.value.code == "CP-1585"


def test_what_was_changed_in_between_is_left_alone(store: Store) -> None:
    first, second, gone = surveys(store, 3)
    planned = [change(first, "new", "0"), change(second, "new", "1"), change(gone, "new", "2")]
    store.records.save(first, {"a": "somebody else's"}, "other")
    store.records.delete(gone, "other")
    result, _ = store.batches.apply("migration", "", planned, "z")
    assert (result.changed, result.left) == ((second,), (first, gone))
    assert store.records.get(first).answers == {"a": "somebody else's"}

    store.records.save(second, {"b": "corrected"}, "other")
    taken_back, _ = store.batches.revert(result.batch, "z")
    assert (taken_back.changed, taken_back.left) == ((second,), (second,))
    assert store.records.get(second).answers == {"a": "1", "b": "corrected"}


def test_a_batch_that_is_stopped_holds_what_it_did(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PORTION", 2)
    made = surveys(store, 5)
    planned = [change(record, "new", str(number)) for number, record in enumerate(made)]
    result, _ = store.batches.apply("bulk_edit", "", planned, "z", step=lambda done: done < 2)
    assert result.stopped and result.changed == tuple(made[:2])
    store.batches.revert(result.batch, "z")
    assert [store.records.get(one).answers for one in made] == [{"a": str(number)} for number in range(5)]


def test_a_batch_that_changes_nothing_is_not_listed(store: Store) -> None:
    [record] = surveys(store, 1)
    store.batches.apply("bulk_edit", "", [BatchChange(record, {"a": "0"}, {"a": "0"})], "z")
    assert store.batches.newest() == []


def test_one_record_of_a_batch_can_be_undone_by_itself(store: Store) -> None:
    first, second = surveys(store, 2)
    result, _ = store.batches.apply("bulk_edit", "", [change(first, "x", "0"), change(second, "y", "1")], "z")
    store.records.undo(first, "z")
    assert store.records.get(first).answers == {"a": "0"}
    taken_back, _ = store.batches.revert(result.batch, "z")
    assert (taken_back.changed, taken_back.left) == ((second,), (first,))


def test_a_record_with_more_than_one_operation_can_hold_is_changed_and_taken_back_whole(store: Store) -> None:
    [record] = surveys(store, 1)
    many = {f"item[i{number}]": "a" for number in range(1500)} | {f"item[i{n}]/x": str(n) for n in range(1500)}
    result, _ = store.batches.apply("import", "", [BatchChange(record, many, dict.fromkeys(many))], "z")
    assert result.changed == (record,) and len(store.records.get(record).answers) == 3001
    taken_back, _ = store.batches.revert(result.batch, "z")
    assert taken_back.left == () and store.records.get(record).answers == {"a": "0"}
