"""What the server would refuse does not get into the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.model.oplog import canonical_json
from cpdesk.model.records import RecordKind
from cpdesk.store import Store
from cpdesk.store.bounds import CONTENT_BYTES_MAX
from cpdesk.sync.protocol import push_from_wire, push_to_wire
from cpdesk.sync.reading import BODY_BYTES_MAX, PATHS_PER_OPERATION_MAX, VALUE_CHARACTERS_MAX, read_json

STREAM = "110114104"
NEW = (RecordKind.SURVEY, "f", "1", STREAM)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "desk", bytes(32)) as one:
        yield one


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"note": "长" * (VALUE_CHARACTERS_MAX + 1)}, "CP-1580", "note"),
        ({"note": "a\0b"}, "CP-1581", "note"),
        ({"note": "\ud800"}, "CP-1581", "note"),
        ({f"q{n}": "1" for n in range(PATHS_PER_OPERATION_MAX + 1)}, "CP-1582", "2001"),
        ({f"q{n}": "长" * VALUE_CHARACTERS_MAX for n in range(5)}, "CP-1583", str(CONTENT_BYTES_MAX)),
        ({"q" * 513: "1"}, "CP-1503", "qqq"),
        ({"a//b": "1"}, "CP-1503", "a//b"),
        ({"1a": "1"}, "CP-1503", "1a"),
        ({"room[a b]/use": "1"}, "CP-1503", "room[a b]"),
    ],
)
def test_a_change_beyond_the_limits_is_refused_and_nothing_kept(
    store: Store, changes: dict[str, str], code: str, named: str
) -> None:
    record, _ = store.records.create_record(*NEW, {"name": "样例"}, actor="li")
    with pytest.raises(InputFault) as caught:
        store.records.save(record, changes, "li")
    assert caught.value.code == code and named in caught.value.message("zh")
    assert store.records.get(record).answers == {"name": "样例"}
    assert store.replica.waiting().operations == 1


def test_a_new_record_may_begin_with_more_than_one_operation_holds(store: Store) -> None:
    answers = {f"q{n}": "1" for n in range(2 * PATHS_PER_OPERATION_MAX + 5)}
    record, _ = store.records.create_record(*NEW, answers, actor="li")
    assert store.records.get(record).answers == answers
    entries = store.records.history(record)
    assert [len(entry.operation.set) for entry in entries] == [2000, 2000, 7]
    assert entries[0].operation.set["@status"] == "draft"
    with pytest.raises(InputFault) as caught:
        store.records.undo(record, "li")
    assert caught.value.code == "CP-1508"


@pytest.mark.parametrize(
    ("form", "version", "stream", "actor", "part"),
    [
        ("f" * 201, "1", STREAM, "li", "form"),
        ("", "1", STREAM, "li", "form"),
        ("f", "1" * 201, STREAM, "li", "version"),
        ("f", "1", "11011410", "li", "stream"),
        ("f", "1", STREAM, "\ud800", "actor"),
    ],
)
def test_a_record_that_no_server_would_take_is_not_made(
    store: Store, form: str, version: str, stream: str, actor: str, part: str
) -> None:
    with pytest.raises(InputFault, match="CP-1584") as caught:
        store.records.create_record(RecordKind.SURVEY, form, version, stream, actor=actor)
    assert caught.value.fields["part"] == part
    assert store.records.count() == 0


def test_a_longer_version_given_with_answers_is_refused(store: Store) -> None:
    record, _ = store.records.create_record(*NEW, actor="li")
    with pytest.raises(InputFault, match="CP-1584"):
        store.records.save(record, {"name": "样例"}, "li", version="1" * 201)


def test_the_largest_that_is_saved_is_read_by_the_server(store: Store) -> None:
    record, _ = store.records.create_record(*NEW, actor="li" * 100)
    store.records.save(record, {"note": "长" * VALUE_CHARACTERS_MAX, "q" * 512: "1"}, "li")
    store.records.save(record, {f"室{n}#note": "\x01" for n in range(PATHS_PER_OPERATION_MAX)}, "li")
    batch = store.replica.outbox()
    assert len(batch) == 3
    for signed in batch:
        body = canonical_json(push_to_wire([signed]))
        assert len(body) <= BODY_BYTES_MAX
        assert push_from_wire(read_json(body)) == (signed,)
