"""Records: what is saved, what the log says of it, undo and redo, lists and search."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import EnvironmentFault, InputFault, IntegrityFault
from cpdesk.model.oplog import GENESIS_HASH
from cpdesk.model.records import Record, RecordKind, Status
from cpdesk.store import Description, Query, Store

KEY = bytes(range(32))
SURVEY = RecordKind.SURVEY


def describe(record: Record) -> Description:
    name = record.answers.get("name", "")
    return Description(
        title=name,
        search_texts=(record.answers.get("phone", ""), record.answers.get("address", "")),
        columns={"village": record.answers.get("village"), "area_m2": float(record.answers.get("area", "0"))},
    )


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 32, 1, 123000, UTC))


@pytest.fixture
def open_store(tmp_path: Path, clock: FixedClock) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def make() -> Store:
        folder = tmp_path / "desk"
        for store in opened:
            store.close()
        one = Store.open if (folder / "cpdesk.db").exists() else Store.create
        opened.append(one(folder, KEY, clock, describe=describe))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


def survey(store: Store, **answers: str) -> str:
    record, _ = store.records.create_record(SURVEY, "farmhouse", "3", "110114000", answers, actor="li")
    return record


def test_saves_only_what_changes_and_logs_old_values(store: Store) -> None:
    record = survey(store, name="王小明", area="80")
    changes = store.records.save(record, {"area": "95", "name": "王小明", "roof": None, "wall": ""}, "li")
    assert changes.records == {record} and changes.kinds == {SURVEY}
    last = store.records.history(record)[-1].operation
    assert (last.set, last.old) == ({"area": "95"}, {"area": "80"})
    assert not store.records.save(record, {"area": "95"}, "li").records
    assert store.records.get(record).answers == {"name": "王小明", "area": "95"}


def test_operations_form_a_signed_chain(store: Store) -> None:
    record = survey(store, name="王小明")
    for area in range(5):
        store.records.save(record, {"area": str(area)}, "li")
    signed = store.replica.outbox()
    identity = store.replica.identity()
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(identity.public_key_hex))
    before = GENESIS_HASH
    for seq, one in enumerate(signed, 1):
        assert (one.operation.seq, one.operation.prev_hash) == (seq, before)
        assert one.operation.device == identity.device
        before = one.operation.content_hash()
        public.verify(bytes.fromhex(one.signature), bytes.fromhex(before))
    times = [one.operation.at for one in signed]
    assert times == sorted(set(times)) and times[0] == "2026-11-23T06:32:01.123Z-0000"


def test_chain_and_identity_go_on_after_reopening(open_store: Callable[[], Store]) -> None:
    store = open_store()
    record, identity = survey(store), store.replica.identity()
    store = open_store()
    store.records.save(record, {"area": "1"}, "li")
    first, second = store.replica.outbox()
    assert store.replica.identity() == identity
    assert second.operation.prev_hash == first.operation.content_hash()


def test_undo_and_redo_also_after_reopening(open_store: Callable[[], Store]) -> None:
    store = open_store()
    record = survey(store, name="王小明")
    for area in ("1", "2", "3"):
        store.records.save(record, {"area": area}, "li")

    def area_after(step: Callable[[str, str], object]) -> str | None:
        step(record, "li")
        return store.records.get(record).answers.get("area")

    assert area_after(store.records.undo) == "2"
    store = open_store()
    assert area_after(store.records.undo) == "1"
    assert area_after(store.records.redo) == "2"
    assert area_after(store.records.redo) == "3"
    with pytest.raises(InputFault, match="CP-1509"):
        store.records.redo(record, "li")
    assert [area_after(store.records.undo) for _ in range(3)] == ["2", "1", None]
    with pytest.raises(InputFault, match="CP-1508"):
        store.records.undo(record, "li")
    store.records.save(record, {"area": "9"}, "li")
    with pytest.raises(InputFault, match="CP-1509"):
        store.records.redo(record, "li")


def test_undo_leaves_what_others_changed_and_never_crosses_a_status(store: Store) -> None:
    record = survey(store, name="王小明")
    store.records.save(record, {"area": "1", "wall": "brick"}, "li")
    store.records.save(record, {"area": "2"}, "zhao")
    store.records.undo(record, "li")
    assert store.records.get(record).answers == {"name": "王小明", "area": "2"}
    store.records.save(record, {"area": "3"}, "li")
    store.records.set_status(record, Status.COMPLETE, "li")
    with pytest.raises(InputFault, match="CP-1508"):
        store.records.undo(record, "li")


def test_delete_hides_and_undo_brings_back(store: Store) -> None:
    record = survey(store, name="王小明")
    store.records.delete(record, "li")
    assert store.records.get(record).deleted
    assert store.records.page(Query()) == [] and store.records.find("小明") == []
    with pytest.raises(InputFault, match="CP-1505"):
        store.records.save(record, {"area": "1"}, "li")
    store.records.undo(record, "li")
    assert store.records.page(Query()) == [record] == store.records.find("小明")


def test_refuses_paths_that_are_facts_of_the_record(store: Store) -> None:
    record = survey(store)
    for path in ("@status", "", " area"):
        with pytest.raises(InputFault, match="CP-1503"):
            store.records.save(record, {path: "1"}, "li")
    with pytest.raises(InputFault, match="CP-1501"):
        store.records.get("nowhere")


def test_lists_filter_sort_and_count_in_sql(store: Store, clock: FixedClock) -> None:
    made = []
    for number, village in enumerate(("A", "B", "A", "B", "C")):
        clock.advance(seconds=1)
        made.append(survey(store, name=f"户{number}", village=village, area=str((number * 7) % 5)))
    clock.advance(seconds=1)
    store.records.set_status(made[2], Status.COMPLETE, "li")
    page, query = store.records.page, Query
    assert page(query(sort="title", descending=False)) == made
    assert page(query(sort="area_m2", descending=False)) == [made[n] for n in (0, 3, 1, 4, 2)]
    assert page(query(village="A", sort="title")) == [made[2], made[0]]
    assert page(query(status=Status.COMPLETE)) == [made[2]] == page(query())[:1]
    assert page(query(sort="title"), limit=2, offset=1) == [made[3], made[2]]
    assert store.records.count_by_status() == {Status.DRAFT: 4, Status.COMPLETE: 1}
    assert store.records.count_by_village() == {"A": 2, "B": 2, "C": 1}
    assert store.records.count_by_village_and_status()["A"] == {Status.DRAFT: 1, Status.COMPLETE: 1}
    rows = store.records.rows([made[4], "gone", made[0]])
    assert [(row.title, row.columns["village"], row.unsent) for row in rows] == [("户4", "C", 1), ("户0", "A", 1)]
    with pytest.raises(InputFault, match="CP-1507"):
        page(query(sort="title; DROP TABLE records"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("小明", "xy"), ("王小明", "x"), ("明", "xy"), ("王", "xy"), ("小亮", "z"), ("王小亮", ""), ("2345", "xy"),
        ("138", "x"), ("13810", "x"), ("10012345", "x"), ("12345", "xy"), ("长陵 12", "x"), ("１３８", "x"),
        ("ROOM", "y"), ("𠮷野", "y"), ("，", ""),
    ],
)  # fmt: skip
def test_search_finds_names_numbers_and_endings(store: Store, text: str, found: str) -> None:
    records = {
        "x": survey(store, name="王小明", phone="13810012345", address="长陵镇12号"),
        "y": survey(store, name="李小明王大", phone="13900012345", address="𠮷野 Room 7"),
        "z": survey(store, name="小小亮亮", phone="", address="十三陵"),
    }
    expected = {records[name] for name in found}
    assert set(store.records.find(text)) == expected
    assert store.records.find_rows(text) == store.records.rows(store.records.find(text))
    assert set(store.records.page(Query(text=text))) == expected


def test_search_follows_changes(store: Store) -> None:
    record = survey(store, name="王小明")
    store.records.save(record, {"name": "赵大海"}, "li")
    assert store.records.find("小明") == [] and store.records.find("大海") == [record]


def test_many_are_created_or_none(store: Store) -> None:
    new = {"kind": SURVEY, "form": "farmhouse", "version": "3", "stream": "110114000", "actor": "li"}
    made, changes = store.records.create_many([{**new, "answers": {"name": f"户{n}"}} for n in range(3)])
    assert changes.records == set(made) and store.records.count() == 3
    with pytest.raises(InputFault, match="CP-1503"):
        store.records.create_many([new, {**new, "answers": {"@status": "accepted"}}])
    assert store.records.count() == 3 == store.replica.waiting().operations


def test_a_description_that_fails_loses_no_answer(tmp_path: Path) -> None:
    def broken(record: Record) -> Description:
        raise ValueError(record.answers["name"])

    with Store.create(tmp_path / "desk", KEY, describe=broken) as store:
        record = survey(store, name="王小明")
        assert store.records.get(record).answers == {"name": "王小明"}
    with Store.open(tmp_path / "desk", KEY, describe=describe) as store:
        assert store.records.describe_again(batch=1) == 1
        assert store.records.find("小明") == [record] and store.records.get(record).title == "王小明"


def test_forms_are_kept_and_never_changed(store: Store) -> None:
    assert store.forms.add("farmhouse", "3", "<h:html/>", "farmhouse.xlsx").forms
    assert not store.forms.add("farmhouse", "3", "<h:html/>", "again.xlsx").forms
    with pytest.raises(InputFault, match="CP-1506"):
        store.forms.add("farmhouse", "3", "<other/>", "farmhouse.xlsx")
    form = store.forms.get("farmhouse", "3")
    assert form is not None and form.xml == "<h:html/>" and store.forms.latest("farmhouse") == form
    assert store.forms.get("farmhouse", "4") is None


def test_opening_says_what_is_wrong(tmp_path: Path, store: Store) -> None:
    folder = store.folder
    with pytest.raises(EnvironmentFault, match="CP-2101"):
        Store.open(folder, KEY)
    with pytest.raises(EnvironmentFault, match="CP-2104"):
        Store.create(folder, KEY)
    with pytest.raises(EnvironmentFault, match="CP-2103"):
        Store.open(tmp_path / "nowhere", KEY)
    record = survey(store)
    store.close()
    with pytest.raises(EnvironmentFault, match="CP-2105"):
        store.records.save(record, {"area": "1"}, "li")
    with pytest.raises(EnvironmentFault, match="CP-2105"):
        store.records.get(record)
    with pytest.raises(IntegrityFault, match="CP-3101"):
        Store.open(folder, bytes(32))


def test_nothing_readable_lies_on_the_disk(store: Store) -> None:
    survey(store, name="王小明", phone="13810012345", address="Changping test village")
    store.close()
    for path in store.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"Changping" not in content and "小明".encode() not in content and b"SQLite" not in content


def test_operation_content_is_json_of_all_its_fields(store: Store) -> None:
    survey(store, name="王小明")
    operation = store.replica.outbox()[0].operation
    assert json.loads(json.dumps(asdict(operation)))["set"]["@status"] == "draft"
