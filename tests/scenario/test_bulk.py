"""One answer changed in many surveys by rule, and surveys of any age held against the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.model.records import Quality, RecordKind, Status
from cpdesk.operations.bulk import Edit, apply_edit, preview_edit
from cpdesk.operations.publishing import publish_form, read_form
from cpdesk.operations.rechecking import check_surveys, save_check

STREAM = "110114118"
FORM = """\
| survey | type | name | label::中文 (zh) | label::English (en) | calculation | constraint | required | readonly |
| | select_one era | era | 年代 | Era | | | yes | |
| | text | remark | 备注 | Remark | | | | | |
| | begin_repeat | room | 屋 | Room | | | | | |
| | integer | temp | 温度 | Temperature | | LIMIT | | | |
| | integer | double | 两倍 | Double | ${temp} * 2 | | | | |
| | end_repeat | | | | | | | |
| | text | fixed | 固定 | Fixed | | | | ${era} = 'old' |
| choices | list_name | name | label::中文 (zh) | label::English (en) |
| | era | old | 老 | Old |
| | era | new | 新 | New |
| settings | form_id | version | default_language |
| | rooms | VERSION | 中文 (zh) |
"""


def write(folder: Path, version: str, limit: str) -> Path:
    file = folder / f"rooms{version}.md"
    file.write_text(FORM.strip().replace("LIMIT", limit).replace("VERSION", version) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def form(desk: Context, tmp_path: Path) -> Path:
    file = write(tmp_path, "2026112201", ". < 40")
    publish_form(desk, file)
    return file


def survey(desk: Context, *temps: str, era: str = "old", status: Status = Status.DRAFT) -> str:
    answers = {"era": era}
    for number, temp in enumerate(temps):
        answers |= {f"room[i{number}]": f"{number}", f"room[i{number}]/temp": temp}
        answers[f"room[i{number}]/double"] = str(int(temp) * 2) if temp else ""
    kept = {path: value for path, value in answers.items() if value}
    made, _ = desk.store.records.create_record(
        RecordKind.SURVEY, "rooms", "2026112201", STREAM, kept, actor=desk.actor, sample=True
    )
    if status is not Status.DRAFT:
        desk.store.records.set_status(made, status, desk.actor)
    return made


def test_an_edit_goes_into_every_item_that_is_meant_and_back(desk: Context, form: Path) -> None:
    first, second = survey(desk, "12", "", "18"), survey(desk, "20", era="new")
    before = {record: desk.store.records.get(record).answers for record in (first, second)}
    edit = Edit("temp", "16", where="../../era = 'old' and not(. > 17)", quality=Quality.ESTIMATED)
    preview = preview_edit(desk, [first, second], edit)
    assert (preview.label, preview.changing, preview.refused) == ("温度", 1, 0)
    [line_of_first] = [one for one in preview.records if one.lines]
    assert [(line.path, line.before, line.after, line.follows) for line in line_of_first.lines] == [
        ("room[i0]/temp", "12", "16", False),
        ("room[i0]/double", "24", "32", True),
        ("room[i1]/temp", "", "16", False),
        ("room[i1]/double", "", "32", True),
    ]
    assert desk.store.records.get(first).answers == before[first]
    result, _ = apply_edit(desk, preview)
    assert result.changed == (first,)
    now = desk.store.records.get(first).answers
    assert (now["room[i0]/temp"], now["room[i0]/double"], now["room[i0]/temp#quality"]) == ("16", "32", "E")
    assert now["room[i2]/temp"] == "18"
    assert desk.store.batches.newest()[0].title == "温度 改为 16"
    desk.store.batches.revert(result.batch, desk.actor)
    assert {record: desk.store.records.get(record).answers for record in before} == before


def test_only_what_is_empty(desk: Context, form: Path) -> None:
    record = survey(desk, "12", "")
    preview = preview_edit(desk, [record], Edit("room/temp", "16", only_empty=True))
    assert [line.path for line in preview.records[0].lines if not line.follows] == ["room[i1]/temp"]


def test_an_edit_that_breaks_a_rule_is_refused_where_it_does(desk: Context, form: Path) -> None:
    record = survey(desk, "12")
    too_warm = preview_edit(desk, [record], Edit("temp", "60"))
    assert too_warm.changing == 0 and [one.path for one in too_warm.records[0].refused] == ["room[i0]/temp"]
    taken_back = preview_edit(desk, [record], Edit("era", None))
    assert taken_back.refused == 1  # it is required
    assert preview_edit(desk, [record], Edit("era", "older")).refused == 1  # no such choice
    assert apply_edit(desk, too_warm)[0].changed == ()


def test_what_has_been_handed_in_is_left(desk: Context, form: Path) -> None:
    handed_in = survey(desk, "12")
    desk.store.records.set_status(handed_in, Status.COMPLETE, desk.actor)
    desk.store.records.set_status(handed_in, Status.SUBMITTED, desk.actor)
    preview = preview_edit(desk, [handed_in], Edit("temp", "16"))
    assert preview.changing == 0 and preview.records[0].fault is not None
    assert preview.records[0].fault.code == "CP-1532"


@pytest.mark.parametrize("question", ["nothing", "double/x", "room"])
def test_a_question_nobody_asks(desk: Context, form: Path, question: str) -> None:
    record = survey(desk, "12")
    with pytest.raises(InputFault) as refused:
        preview_edit(desk, [record], Edit(question, "1"))
    assert refused.value.code == "CP-1531"


def test_a_read_only_question_is_not_touched(desk: Context, form: Path) -> None:
    record = survey(desk, "12")
    assert preview_edit(desk, [record], Edit("fixed", "1")).changing == 0


def test_a_wrong_condition_is_said_at_once(desk: Context, form: Path) -> None:
    record = survey(desk, "12")
    with pytest.raises(InputFault) as refused:
        preview_edit(desk, [record], Edit("temp", "16", where="nosuch(1)"))
    assert refused.value.code == "CP-1206"


def test_old_surveys_are_held_against_a_changed_rule(desk: Context, form: Path, tmp_path: Path) -> None:
    cold, warm = survey(desk, "12", status=Status.COMPLETE), survey(desk, "30", "31")
    own = check_surveys(desk, "rooms")
    assert own.wrong == 0 and len(own.surveys) == 2
    stricter = read_form(write(tmp_path, "2026112202", ". < 25"))
    report = check_surveys(desk, "rooms", against=stricter)
    assert report.wrong == 1
    [found] = [survey for survey in report.surveys if survey.found]
    assert found.record.id == warm and [one.path for one in found.found] == ["room[i0]/temp", "room[i1]/temp"]
    assert report.by_question == {"温度": 1}
    assert desk.store.records.get(cold).version == "2026112201"


def test_the_report_of_a_check_is_a_table_for_whoever_mends(desk: Context, form: Path, tmp_path: Path) -> None:
    survey(desk, "60")
    target = tmp_path / "report.txt"
    save_check(desk, check_surveys(desk, "rooms"), target)
    head, row = target.read_text(encoding="utf-8-sig").splitlines()
    assert head.split("\t")[3:] == ["问题", "哪里不对", "要不要改"]
    assert row.split("\t")[3] == "温度" and row.endswith("必须改")
