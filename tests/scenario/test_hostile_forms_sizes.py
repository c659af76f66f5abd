"""Very many items and very long answers through the store: kept whole, or refused with a code; never half."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.forms.submission import answers_of_submission, submission_xml
from cpdesk.model.records import RecordKind
from cpdesk.operations.answers_files import export_answers, preview_answers
from cpdesk.operations.bulk import Edit, apply_edit, preview_edit
from cpdesk.operations.migrating import apply_migration, preview_migration
from cpdesk.operations.publishing import publish_form, read_form
from cpdesk.operations.surveys import open_survey

STREAM: Final = "110114118"
ITEMS: Final = 5_000
FORM: Final = """\
| survey | type | name | label::中文 (zh) | label::English (en) | calculation | bind::cpdesk:formerly |
| | begin_repeat | room | 房间 | Room | | |
| | decimal | area | 面积 | Area | | |
| | end_repeat | | | | | |
| | text | story | 记事 | Story | | |
| | calculate | total | | | sum(${area}) | |
| settings | form_id | version | default_language | namespaces |
| | rooms | 2026112201 | 中文 (zh) | cpdesk="https://cpdesk.example/xforms" |
"""
MANY: Final = {f"room[n{n}]": f"i{n:05d}x" for n in range(ITEMS)} | {f"room[n{n}]/area": "2" for n in range(ITEMS)}


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < 30  # some ten operations, on a machine that does other things


@pytest.fixture
def rooms(desk: Context, tmp_path: Path) -> Context:
    file = tmp_path / "rooms.md"
    file.write_text(FORM, encoding="utf-8")
    publish_form(desk, file)
    return desk


def survey(desk: Context) -> str:
    """A survey of 5,000 rooms, saved in as many operations as it takes."""
    record, _ = desk.store.records.create_record(
        RecordKind.SURVEY, "rooms", "2026112201", STREAM, {}, actor=desk.actor, sample=True
    )
    entries = list(MANY.items())
    for start in range(0, len(entries), 2_000):
        desk.store.records.save(record, dict(entries[start : start + 2_000]), desk.actor)
    return record


def test_five_thousand_items_through_everything(rooms: Context, tmp_path: Path) -> None:
    record = survey(rooms)
    opened = open_survey(rooms, record)
    touched = opened.session.set("room[n7]/area", "5")
    assert touched.values["total"] == str(2 * ITEMS + 3)
    rooms.store.records.save(record, touched.values, rooms.actor)
    added, touched = opened.session.add_item("room")
    rooms.store.records.save(record, touched.values, rooms.actor)
    rooms.store.records.save(record, opened.session.remove_item(added).values, rooms.actor)
    assert opened.session.validate() == []
    assert open_survey(rooms, record).session.answers() == opened.session.answers()

    xml = submission_xml(opened.form, opened.session)
    numbers = iter(range(ITEMS + 10))
    read = answers_of_submission(opened.form, xml, lambda: f"m{next(numbers)}")
    areas = [value for path, value in read.items() if path.endswith("/area")]
    assert len(areas) == ITEMS and areas[7] == "5"

    path = tmp_path / "rooms.xlsx"
    export_answers(rooms, [record], path)
    assert preview_answers(rooms, path).unchanged == 1


def test_five_thousand_items_are_edited_and_migrated_and_taken_back(rooms: Context, tmp_path: Path) -> None:
    record = survey(rooms)
    before = rooms.store.records.get(record)
    one = Edit("area", "3", where="position(..) > 4980")
    edit = apply_edit(rooms, preview_edit(rooms, [record], one))[0]
    assert rooms.store.records.get(record).answers["room[n4999]/area"] == "3"
    rooms.store.batches.revert(edit.batch, rooms.actor)
    assert rooms.store.records.get(record).answers == before.answers

    newer = tmp_path / "newer.md"
    text = FORM.replace("2026112201", "2026112202").replace(
        "| room | 房间 | Room | | |", "| chamber | 房间 | Room | | room |"
    )
    newer.write_text(text, encoding="utf-8")
    preview = preview_migration(rooms, read_form(newer))
    publish_form(rooms, newer)
    result, _ = apply_migration(rooms, preview)
    now = rooms.store.records.get(record).answers
    assert sum(path.startswith("chamber[") for path in now) == 2 * ITEMS and "room[n1]" not in now
    rooms.store.batches.revert(result.batch, rooms.actor)
    after = rooms.store.records.get(record)
    assert (after.answers, after.version) == (before.answers, before.version)


def test_more_than_an_operation_holds_is_refused_whole(rooms: Context) -> None:
    record, _ = rooms.store.records.create_record(
        RecordKind.SURVEY, "rooms", "2026112201", STREAM, {"story": "x"}, actor=rooms.actor, sample=True
    )
    for changes, code in (
        (MANY, "CP-1582"),
        ({"story": "长" * 10_000_000}, "CP-1580"),
        ({f"room[n{n}]/area": "长" * 250_000 for n in range(10)}, "CP-1583"),
    ):
        with pytest.raises(InputFault) as refused:
            rooms.store.records.save(record, changes, rooms.actor)
        assert refused.value.code == code and refused.value.remedy("zh")
    assert rooms.store.records.get(record).answers == {"story": "x"}
    session = open_survey(rooms, record).session
    with pytest.raises(InputFault) as long:
        session.set("story", "长" * 10_000_000)
    assert long.value.code == "CP-1215" and session.answers()["story"] == "x"


def test_ten_megabytes_of_answers_are_kept_exported_and_sent(rooms: Context, tmp_path: Path) -> None:
    record, _ = rooms.store.records.create_record(
        RecordKind.SURVEY, "rooms", "2026112201", STREAM, {}, actor=rooms.actor, sample=True
    )
    answers: dict[str, str] = {}
    for number in range(50):  # 50 remarks of 200,000 bytes
        path = "story" if not number else f"story#note{number}"
        answers[path] = chr(0x4E00 + number) * 66_000 + "\u202e\U0001f468\u200d\U0001f469\u2028"
        rooms.store.records.save(record, {path: answers[path]}, rooms.actor)
    assert sum(len(text.encode()) for text in answers.values()) > 9_900_000
    assert rooms.store.records.get(record).answers == answers
    opened = open_survey(rooms, record)
    assert answers.items() <= opened.session.answers().items()
    assert answers["story"].encode() in submission_xml(opened.form, opened.session)
    for suffix in (".xlsx", ".zip"):
        path = tmp_path / f"long{suffix}"
        export_answers(rooms, [record], path)
        assert preview_answers(rooms, path).unchanged == 1
