"""Surveys of wells and communities: begun with what is known, completed into the register, compared with the last."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from network_form import publish_network_form

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import InputFault
from cpdesk.context import Context
from cpdesk.model.records import RecordKind, Status
from cpdesk.operations import sites
from cpdesk.operations.sites import SiteQuery, add_site, site_counts, site_ids, site_lines
from cpdesk.operations.surveys import (
    begin_new,
    begin_survey,
    complete_survey,
    open_survey,
    reopen_survey,
    save_answers,
    submit_survey,
)

STREAM = "110114118"
WELL = {"township_code": STREAM, "w_code": "W-1", "w_name": "样例路口", "w_kind": "valve"}


@pytest.fixture
def ctx(desk: Context) -> Context:
    publish_network_form(desk)
    return desk


def answer(ctx: Context, survey: str, answers: dict[str, str]) -> None:
    session = open_survey(ctx, survey).session
    for path, value in answers.items():
        save_answers(ctx, survey, session.set(path, value).values)


def complete(ctx: Context, survey: str) -> None:
    problems, _ = complete_survey(ctx, survey)
    assert [problem.path for problem in problems] == []


def test_a_survey_of_a_well_begins_with_the_register(ctx: Context) -> None:
    well, changes = add_site(ctx, RecordKind.WELL, WELL)
    assert changes.kinds == {RecordKind.WELL}
    survey, _ = begin_survey(ctx, well)
    record = ctx.store.records.get(survey)
    assert (record.form, record.site, record.stream) == ("heatnet", well, STREAM)
    assert {name: record.answers[name] for name in ("site_id", "w_code", "w_name", "w_kind")} == {
        "site_id": well,
        "w_code": "W-1",
        "w_name": "样例路口",
        "w_kind": "valve",
    }
    assert begin_survey(ctx, well)[0] == survey


def test_a_community_is_surveyed_with_the_shipped_form(ctx: Context) -> None:
    fields = {"township_code": STREAM, "c_code": "X-1", "c_name": "样例小区", "c_year_first": "1986"}
    community, _ = add_site(ctx, RecordKind.COMMUNITY, fields)
    survey, _ = begin_survey(ctx, community)
    record = ctx.store.records.get(survey)
    assert record.form == "community"
    assert record.title == "X-1 样例小区"
    values = {path.rsplit("/", 1)[-1]: value for path, value in record.answers.items() if "[" not in path}
    assert values["site_id"] == community
    assert values["c_year_first"] == "1986"


def test_completing_tells_the_register_and_completing_again_after_reopening_too(ctx: Context) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_survey(ctx, well)
    answer(ctx, survey, {"w_depth_m": "2.4", "w_kind": "vent"})
    complete(ctx, survey)
    known = ctx.store.records.get(well).answers
    assert (known["w_depth_m"], known["w_kind"], known["w_name"]) == ("2.4", "vent", "样例路口")
    entries = ctx.store.records.history(well)
    assert [sites.learned_from(entry) for entry in entries] == [None, survey]
    assert set(entries[1].operation.set) >= {"w_depth_m", "w_kind"}

    reopen_survey(ctx, survey)
    answer(ctx, survey, {"w_depth_m": "2.6"})
    complete(ctx, survey)
    assert ctx.store.records.get(well).answers["w_depth_m"] == "2.6"
    assert [sites.learned_from(entry) for entry in ctx.store.records.history(well)] == [None, survey, survey]

    reopen_survey(ctx, survey)
    complete(ctx, survey)
    assert len(ctx.store.records.history(well)) == 3, "the same lesson once more is no operation"


def test_an_answer_left_blank_takes_nothing_from_the_register(ctx: Context) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_survey(ctx, well)
    answer(ctx, survey, {"w_name": ""})
    complete(ctx, survey)
    assert ctx.store.records.get(well).answers["w_name"] == "样例路口"


def test_a_new_well_comes_into_the_register_when_its_survey_is_completed(ctx: Context) -> None:
    survey, _ = begin_new(ctx, "heatnet", STREAM)
    assert sites.new_surveys(ctx, "heatnet") == [survey]
    answer(ctx, survey, {"w_code": "W-9", "w_kind": "vent"})
    complete(ctx, survey)
    assert sites.new_surveys(ctx, "heatnet") == []
    (line,) = site_lines(ctx, site_ids(ctx, SiteQuery("heatnet")))
    assert (line.kind, line.number, line.status, line.survey) == (RecordKind.WELL, "W-9", Status.COMPLETE, survey)
    assert ctx.store.records.get(survey).site == line.id
    reopen_survey(ctx, survey)
    answer(ctx, survey, {"w_code": "W-10"})
    complete(ctx, survey)
    assert [one.number for one in site_lines(ctx, site_ids(ctx, SiteQuery("heatnet")))] == ["W-10"]


def test_a_new_site_may_not_take_the_number_of_another(ctx: Context) -> None:
    add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_new(ctx, "heatnet", STREAM)
    answer(ctx, survey, {"w_code": "W-1"})
    with pytest.raises(InputFault) as caught:
        complete_survey(ctx, survey)
    assert caught.value.code == "CP-1519"
    assert "W-1" in caught.value.message("zh")
    assert ctx.store.records.get(survey).status is Status.DRAFT
    with pytest.raises(InputFault) as again:
        add_site(ctx, RecordKind.WELL, WELL)
    assert again.value.code == "CP-1519"
    other, _ = add_site(ctx, RecordKind.WELL, {**WELL, "township_code": "110114104"})
    assert site_lines(ctx, [other])[0].township_code == "110114104"


def test_a_deleted_site_learns_nothing_and_the_survey_is_completed_all_the_same(ctx: Context) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_survey(ctx, well)
    answer(ctx, survey, {"w_depth_m": "3"})
    ctx.store.records.delete(well, ctx.actor)
    complete(ctx, survey)
    assert ctx.store.records.get(survey).status is Status.COMPLETE
    assert "w_depth_m" not in ctx.store.records.get(well).answers


def test_the_next_visit_is_filled_from_the_last_with_its_remarks_on_quality(ctx: Context, clock: FixedClock) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    first, _ = begin_survey(ctx, well)
    session = open_survey(ctx, first).session
    item, touched = session.add_item("valve") if not session.children("valve") else (session.children("valve")[0], None)
    if touched is not None:
        save_answers(ctx, first, touched.values)
    for path, value in {"w_depth_m": "2.4", "w_depth_m#quality": "M", "water_cm": "15", f"{item}/v_no": "F1"}.items():
        save_answers(ctx, first, session.set(path, value).values)
    second_item, touched = session.add_item("valve")
    save_answers(ctx, first, touched.values)
    save_answers(ctx, first, session.set(f"{second_item}/v_no", "F2").values)
    complete(ctx, first)
    submit_survey(ctx, first)

    clock.advance(days=30)
    second, _ = begin_survey(ctx, well)
    assert second != first
    assert sites.visits(ctx, well) == [second, first]
    opened = open_survey(ctx, second)
    assert opened.session.value_at("w_depth_m") == "2.4"
    assert opened.record.answers["w_depth_m#quality"] == "M"
    assert opened.session.value_at("water_cm") == "", "only what the form asks to be copied"
    assert opened.session.value_at("water_before") == "15", "but the form may look at it"
    assert [opened.session.value_at(f"{one}/v_no") for one in opened.session.children("valve")] == ["F1", "F2"]


def test_choices_come_from_the_register_of_the_same_township(ctx: Context) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    add_site(ctx, RecordKind.WELL, {**WELL, "w_code": "W-2", "w_name": ""})
    add_site(ctx, RecordKind.WELL, {**WELL, "w_code": "W-3", "township_code": "110114104"})
    pipe = {"township_code": STREAM, "s_code": "S-1", "s_from": "W-1", "s_to": "样例楼"}
    add_site(ctx, RecordKind.SEGMENT, pipe)
    survey, _ = begin_survey(ctx, well)
    choices = open_survey(ctx, survey).session.state("next").choices
    assert [(one.value, one.label) for one in choices] == [
        ("W-1", "W-1 样例路口"),
        ("W-2", "W-2"),
        ("样例楼", "样例楼"),
    ]


def test_a_well_that_is_new_or_renamed_is_among_the_choices_at_once(ctx: Context) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_survey(ctx, well)

    def labels() -> list[str]:
        return [choice.label for choice in open_survey(ctx, survey).session.state("next").choices]

    assert labels() == ["W-1 样例路口"]
    other, _ = add_site(ctx, RecordKind.WELL, {**WELL, "w_code": "W-2", "w_name": "桥头"})
    assert labels() == ["W-1 样例路口", "W-2 桥头"]
    ctx.store.records.save(other, {"w_name": "桥北"}, ctx.actor)
    assert labels() == ["W-1 样例路口", "W-2 桥北"]
    ctx.store.records.delete(other, ctx.actor)
    assert labels() == ["W-1 样例路口"]


def test_lists_show_one_kind_or_all_of_a_family(ctx: Context) -> None:
    add_site(ctx, RecordKind.SUBSTATION, {"township_code": STREAM, "u_code": "U-1", "u_name": "样例站"})
    add_site(ctx, RecordKind.WELL, {**WELL, "substation_code": "U-1"})
    add_site(ctx, RecordKind.COMMUNITY, {"township_code": STREAM, "c_code": "X-1", "c_name": "样例小区"})
    assert [one.number for one in site_lines(ctx, site_ids(ctx, SiteQuery("heatnet")))] == ["U-1", "W-1"]
    assert len(site_ids(ctx, SiteQuery("heatnet", kind=RecordKind.WELL))) == 1
    assert site_ids(ctx, SiteQuery("heatnet", text="样例小区")) == []
    counts = site_counts(ctx, SiteQuery("heatnet", place="U-1"))
    assert (counts.total, counts.by_status) == (1, {Status.NONE: 1})


def test_a_survey_is_no_site_and_no_township_no_new_site(ctx: Context) -> None:
    well, _ = add_site(ctx, RecordKind.WELL, WELL)
    survey, _ = begin_survey(ctx, well)
    with pytest.raises(InputFault) as caught:
        begin_survey(ctx, survey)
    assert caught.value.code == "CP-1525"
    with pytest.raises(InputFault) as nowhere:
        begin_new(ctx, "heatnet", "")
    assert nowhere.value.code == "CP-1526"
    with pytest.raises(InputFault) as nothing:
        add_site(ctx, RecordKind.SUBSTATION, {"township_code": STREAM, "u_code": "U-1"})
    assert nothing.value.code == "CP-1512"


def test_two_desks_and_a_backup_know_the_new_kinds(make_desk: Callable[[str], Context]) -> None:
    from cpdesk.operations.digest import desk_digest

    desk = make_desk("周敏")
    before = desk_digest(desk)
    add_site(desk, RecordKind.SEGMENT, {"township_code": STREAM, "s_code": "S-1"})
    assert desk_digest(desk) != before
