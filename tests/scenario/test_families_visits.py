"""What a person sees of two visits of one site: differences in words, who changed what, remarks on questions."""

from __future__ import annotations

import pytest
from network_form import publish_network_form

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.model.records import RecordKind
from cpdesk.operations.sites import add_site
from cpdesk.operations.surveys import (
    begin_survey,
    comment,
    comments,
    complete_survey,
    open_survey,
    save_answers,
    submit_survey,
    undo_last,
)
from cpdesk.operations.visits import audit, differences, last_visit

WELL = {"township_code": "110114118", "w_code": "W-1", "w_kind": "valve"}


@pytest.fixture
def ctx(desk: Context) -> Context:
    publish_network_form(desk)
    return desk


def answer(ctx: Context, survey: str, path: str, value: str) -> None:
    session = open_survey(ctx, survey).session
    save_answers(ctx, survey, session.set(path, value).values)


def valves(ctx: Context, survey: str) -> list[str]:
    return open_survey(ctx, survey).session.children("valve")


def first_visit(ctx: Context) -> tuple[str, str]:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_survey(ctx, well)
    session = open_survey(ctx, survey).session
    while len(session.children("valve")) < 2:
        save_answers(ctx, survey, session.add_item("valve")[1].values)
    for number, item in enumerate(session.children("valve"), 1):
        answer(ctx, survey, f"{item}/v_no", f"F{number}")
        answer(ctx, survey, f"{item}/v_state", "good")
    answer(ctx, survey, "water_cm", "15")
    assert complete_survey(ctx, survey)[0] == []
    submit_survey(ctx, survey)
    return well, survey


def test_differences_are_told_in_words_and_items_matched_by_their_key(ctx: Context, clock: FixedClock) -> None:
    well, first = first_visit(ctx)
    assert differences(ctx, first) == []
    assert last_visit(ctx, first) is None
    clock.advance(days=30)
    second, _ = begin_survey(ctx, well)
    assert last_visit(ctx, second) == first
    session = open_survey(ctx, second).session
    gone, kept = session.children("valve")
    save_answers(ctx, second, session.remove_item(gone).values)
    item, touched = session.add_item("valve")
    save_answers(ctx, second, touched.values)
    answer(ctx, second, f"{item}/v_no", "F3")
    answer(ctx, second, f"{kept}/v_state", "bad")
    answer(ctx, second, "w_kind", "vent")
    told = [(one.label, one.before, one.now, one.unit, one.place, one.change) for one in differences(ctx, second)]
    assert told == [
        ("井类", "阀门井", "放气井", "", "", "changed"),
        ("积水", "15", "", "cm", "", "changed"),
        ("状况", "好", "坏", "", "阀门 F2", "changed"),
        ("阀门 F3", "", "", "", "", "added"),
        ("阀门 F1", "", "", "", "", "removed"),
    ]


def test_the_history_names_person_time_and_words_and_leaves_out_what_the_form_works_out(
    ctx: Context, clock: FixedClock
) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_survey(ctx, well)
    clock.advance(minutes=5)
    answer(ctx, survey, "w_kind", "vent")
    undo_last(ctx, survey)
    item = valves(ctx, survey)[0]
    answer(ctx, survey, f"{item}/v_state", "bad")
    session = open_survey(ctx, survey).session
    save_answers(ctx, survey, session.remove_item(item).values)
    answer(ctx, survey, "w_depth_m", "2.4")
    answer(ctx, survey, "w_depth_m#quality", "M")
    entries = audit(ctx, survey)
    kinds = [(one.before, one.now, one.undone) for one in entries if one.path == "w_kind"]
    assert kinds == [("", "阀门井", False), ("阀门井", "放气井", False), ("放气井", "阀门井", True)]
    assert {one.actor for one in entries} == {"周敏"}
    assert entries[-1].label == "净深 · 数据质量"
    assert (entries[-1].before, entries[-1].now, entries[-1].about) == ("", "实测", "quality")
    removed = [one for one in entries if one.about == "item" and one.now == "删除"]
    assert len(removed) == 1
    assert [one.now for one in entries if one.label == "调查状态"] == ["填写中"]
    assert not any("entity" in one.path or one.path == "water_before" for one in entries)
    assert entries[0].at < entries[-1].at


def test_a_remark_keeps_who_wrote_it_and_when_and_goes_with_an_empty_text(ctx: Context, clock: FixedClock) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_survey(ctx, well)
    comment(ctx, survey, "water_cm", "下雨后再量一次")
    clock.advance(minutes=5)
    ctx.settings.set("person", "李审")
    item = valves(ctx, survey)[0]
    comment(ctx, survey, f"{item}/v_state", "请补照片")
    found = comments(ctx, survey)
    assert [(one.label, one.text, one.actor) for one in found] == [
        ("积水", "下雨后再量一次", "周敏"),
        ("状况", "请补照片", "李审"),
    ]
    assert found[0].at < found[1].at
    comment(ctx, survey, "water_cm", "")
    assert [one.label for one in comments(ctx, survey)] == ["状况"]
    with pytest.raises(InputFault) as caught:
        comment(ctx, survey, "nothing", "x")
    assert caught.value.code == "CP-1212"
