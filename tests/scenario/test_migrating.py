"""Bringing the surveys of a desk to a new version of their form, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.forms.versions.migration import Fate
from cpdesk.model.records import RecordKind, Status
from cpdesk.operations.migrating import apply_migration, preview_migration
from cpdesk.operations.publishing import publish_form, read_form

HEAD = (
    "| survey | type | name | label::中文 (zh) | label::English (en) "
    "| calculation | constraint | bind::cpdesk:formerly |\n"
)
OLD = """
| | decimal | thick_mm | 墙厚 | Thickness | | | |
| | text | colour | 颜色 | Colour | | | |
| | integer | rooms | 几间 | Rooms | | | |
| | integer | twice | 两倍 | Twice | ${rooms} * 2 | | |
"""
NEW = """
| | begin_group | wall | 墙 | Wall | | | |
| | decimal | wall_mm | 墙厚 | Thickness | | . < 1000 | thick_mm |
| | end_group | | | | | | |
| | integer | rooms | 几间 | Rooms | | | |
| | integer | twice | 三倍 | Thrice | ${rooms} * 3 | | |
| | text | fresh | 新问题 | Fresh | | | |
"""
STREAM = "110114118"


def write(folder: Path, rows: str, version: str) -> Path:
    file = folder / f"walls{version}.md"
    settings = "| settings | form_id | version | default_language | namespaces |\n"
    settings += f'| | walls | {version} | 中文 (zh) | cpdesk="https://cpdesk.example/xforms" |\n'
    file.write_text(HEAD + rows.strip() + "\n" + settings, encoding="utf-8")
    return file


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path, OLD, "2026112201"), write(tmp_path, NEW, "2026112202")


def survey(desk: Context, status: Status = Status.DRAFT, **answers: str) -> str:
    made, _ = desk.store.records.create_record(
        RecordKind.SURVEY, "walls", "2026112201", STREAM, answers, actor=desk.actor, sample=True
    )
    if status is not Status.DRAFT:
        desk.store.records.set_status(made, status, desk.actor)
    return made


def test_preview_apply_and_back(desk: Context, versions: tuple[Path, Path]) -> None:
    old, new = versions
    publish_form(desk, old)
    first = survey(desk, thick_mm="370", colour="白", rooms="3", twice="6", **{"thick_mm#quality": "M"})
    wide = survey(desk, thick_mm="2500", rooms="1", twice="2")
    filled = survey(desk, Status.COMPLETE, thick_mm="240")
    before = {record: desk.store.records.get(record) for record in (first, wide, filled)}

    preview = preview_migration(desk, read_form(new))
    assert {one.record.id for one in preview.records} == {first, wide}
    assert preview.counts == {Fate.RENAMED: 2, Fate.ASIDE: 1, Fate.KEPT: 4}
    assert [(one.record.id, problem.path) for one in preview.records for problem in one.new_problems] == [
        (wide, "wall/wall_mm")
    ]
    assert desk.store.records.get(first) == before[first]  # looking changes nothing
    with pytest.raises(InputFault) as unpublished:
        apply_migration(desk, preview)
    assert unpublished.value.code == "CP-1510"

    publish_form(desk, new)
    result, changes = apply_migration(desk, preview)
    assert set(result.changed) == {first, wide} == changes.records and result.left == ()
    record = desk.store.records.get(first)
    assert record.version == "2026112202"
    assert record.answers == {
        "wall/wall_mm": "370",
        "wall/wall_mm#quality": "M",
        "colour": "白",
        "rooms": "3",
        "twice": "9",
    }
    assert desk.store.records.get(filled) == before[filled]

    taken_back, _ = desk.store.batches.revert(result.batch, desk.actor)
    assert set(taken_back.changed) == {first, wide} and taken_back.left == ()
    for one in (first, wide):
        now = desk.store.records.get(one)
        assert (now.answers, now.version) == (before[one].answers, before[one].version)


def test_a_survey_changed_since_the_preview_is_left_alone(desk: Context, versions: tuple[Path, Path]) -> None:
    publish_form(desk, versions[0])
    record = survey(desk, thick_mm="370")
    preview = preview_migration(desk, read_form(versions[1]))
    publish_form(desk, versions[1])
    desk.store.records.save(record, {"thick_mm": "490"}, "somebody")
    result, _ = apply_migration(desk, preview)
    assert (result.changed, result.left) == ((), (record,))
    assert desk.store.records.get(record).answers == {"thick_mm": "490"}


def test_a_form_this_desk_has_no_other_version_of(desk: Context, versions: tuple[Path, Path]) -> None:
    with pytest.raises(InputFault) as refused:
        preview_migration(desk, read_form(versions[1]))
    assert refused.value.code == "CP-1530"


def test_a_survey_whose_form_is_not_here_does_not_stop_the_others(desk: Context, versions: tuple[Path, Path]) -> None:
    publish_form(desk, versions[0])
    good = survey(desk, thick_mm="370")
    lost, _ = desk.store.records.create_record(RecordKind.SURVEY, "walls", "2020010101", STREAM, {"a": "1"}, actor="z")
    preview = preview_migration(desk, read_form(versions[1]))
    faults = {one.record.id: one.fault.code for one in preview.records if one.fault is not None}
    assert faults == {lost: "CP-1510"}
    publish_form(desk, versions[1])
    assert apply_migration(desk, preview)[0].changed == (good,)


def test_looking_can_be_stopped(desk: Context, versions: tuple[Path, Path]) -> None:
    publish_form(desk, versions[0])
    for number in range(3):
        survey(desk, rooms=str(number))
    preview = preview_migration(desk, read_form(versions[1]), look=lambda done, total: done < 2)
    assert preview.stopped and len(preview.records) == 2
