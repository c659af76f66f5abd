"""Defects of the heating-network form: rules, states, the segment's class, what was there last time."""

from __future__ import annotations

import re

import pytest
from heatnet_visit import (
    CHECKS,
    SAFE_WELL,
    Begin,
    add_defect,
    answer,
    form,
    only_entity,
    path,
    refused,
    said,
    shown,
    value,
)

from cpdesk.forms.session import Session


@pytest.mark.parametrize(
    ("part", "code", "grades"),
    [
        ("pipe", "P_CORR_GEN", {"4.9": 1, "5": 2, "10": 3, "20": 4, "34.9": 4, "35": 5}),
        ("pipe", "P_LEAK", {"0.5": 2, "1": 3, "5": 4, "1499": 4, "1500": 5}),
        ("pipe", "P_CLAMP", {"0": 2, "1": 3, "3": 4, "20": 4}),
        ("pipe", "P_PAINT", {"9": 1, "10": 2, "40": 3, "100": 3}),
        ("jacket", "J_JOINT", {"1": 3, "2": 4}),
        ("jacket", "J_END", {"1": 2, "2": 3, "3": 4}),
        ("comp_sleeve", "C_TRAVEL", {"80": 1, "80.1": 2, "95": 2, "96": 3, "101": 4, "115": 4, "116": 5}),
        ("ground", "A_DIG", {"12": 1, "10": 1, "9": 2, "5": 2, "4.9": 3, "2.9": 4}),
        ("ground", "A_SINK", {"0.5": 1, "1": 2, "3": 3, "8": 4, "20": 5}),
    ],
)
def test_the_grade_follows_the_rule_of_the_code(
    on_segment: Session, part: str, code: str, grades: dict[str, int]
) -> None:
    item = add_defect(on_segment, d_part=part, d_code=code)
    for size, grade in grades.items():
        on_segment.set(f"{item}/d_size", size)
        assert on_segment.value_at(f"{item}/d_grade_rule") == str(grade), (code, size)
        assert value(on_segment, "worst_grade") == str(grade)


@pytest.mark.parametrize(
    ("part", "code", "state", "size", "grade"),
    [
        ("weld", "P_WELD", "p_weld_crack_dry", "", "4"),
        ("pipe", "P_LEAK", "p_leak_jet", "3", "5"),
        ("anchor", "S_ANCHOR", "s_anchor_hairline", "", "2"),
        ("anchor", "S_ANCHOR", "s_anchor_hairline", "6", "4"),
        ("insulation", "I_HOT", "i_hot_over50", "9", "3"),
        ("insulation", "I_HOT", "i_hot_over50", "30", "4"),
        ("shutoff", "V_STUCK", "v_stuck_stuck_isolating", "", "4"),
        ("ground", "A_BUILT", "a_built_building_leak", "", "5"),
    ],
)
def test_a_named_state_decides_where_it_is_worse(
    on_segment: Session, part: str, code: str, state: str, size: str, grade: str
) -> None:
    item = add_defect(on_segment, d_part=part, d_code=code, d_state=state)
    if size:
        on_segment.set(f"{item}/d_size", size)
    assert on_segment.value_at(f"{item}/d_grade_rule") == grade


def test_every_code_has_a_rule_that_reaches_grades_in_order() -> None:
    rules = {row["name"]: row for row in rows_of("defect")}
    states: dict[str, list[int]] = {}
    for row in rows_of("defect_state"):
        states.setdefault(row["defect"], []).append(int(row["grade"]))
    assert len(rules) == 49
    assert set(states) <= set(rules)
    for code, row in rules.items():
        assert row["status"] == "to_confirm"
        limits = [float(row[f"g{grade}"]) for grade in range(2, 6) if row.get(f"g{grade}")]
        assert limits or states.get(code), code
        assert limits == sorted(limits, reverse=row.get("test") == "below"), code
        assert bool(limits) == bool(
            row.get("size_zh") and row.get("size_en") and row.get("base") and row.get("test")
        ), code
        assert states.get(code, []) == sorted(states.get(code, [])), code
        assert all(1 <= grade <= 5 for grade in states.get(code, []))


def rows_of(name: str) -> list[dict[str, str]]:
    (root,) = form().instances[name].elements()
    return [{cell.name: cell.text for cell in item.elements()} for item in root.elements()]


def test_the_list_of_defects_is_that_of_the_part_and_the_place(at_well: Session, on_segment: Session) -> None:
    def codes(session: Session, part: str) -> set[str]:
        item = add_defect(session, d_part=part)
        return {choice.value for choice in session.state(f"{item}/d_code").choices}

    assert codes(at_well, "ladder") == {"W_LADDER"}
    assert "W_WATER" in codes(at_well, "pipe") and "W_WATER" not in codes(on_segment, "pipe")
    parts = at_well.state(f"{add_defect(at_well)}/d_part").choices
    assert "hx" not in {choice.value for choice in parts}


def test_the_size_asks_in_the_unit_of_its_code_in_both_languages(on_segment: Session) -> None:
    item = add_defect(on_segment, d_part="pipe", d_code="P_BEND", d_size="31")
    assert on_segment.state(f"{item}/d_size").label == "大小：位移 mm"
    assert on_segment.state(f"{item}/d_grade").label == "等级（规则建议 3 级）"
    on_segment.set_language("en")
    assert on_segment.state(f"{item}/d_size").label == "Size: displacement, mm"
    assert on_segment.state(f"{item}/d_grade").label == "Grade (the rule says 3)"


def test_another_grade_than_the_rule_needs_a_reason(on_segment: Session) -> None:
    item = add_defect(on_segment, d_part="pipe", d_code="P_BEND", d_size="31", d_grade="3")
    assert not on_segment.state(f"{item}/d_grade_reason").relevant
    on_segment.set(f"{item}/d_grade", "2")
    state = on_segment.state(f"{item}/d_grade_reason")
    assert state.relevant and state.required
    assert value(on_segment, "worst_grade") == "2"
    assert any(problem.path == f"{item}/d_grade_reason" for problem in on_segment.validate())
    on_segment.set(f"{item}/d_size", "70")
    assert on_segment.state(f"{item}/d_grade_reason").relevant


def test_photos_are_asked_from_grade_two(on_segment: Session) -> None:
    item = add_defect(on_segment, d_part="pipe", d_code="P_BEND", d_size="5")
    assert not on_segment.state(f"{item}/d_photo").relevant
    on_segment.set(f"{item}/d_size", "10")
    assert on_segment.state(f"{item}/d_photo").required and on_segment.state(f"{item}/d_photo_far").required


def test_none_is_an_answer_and_no_answer_is_none(on_segment: Session) -> None:
    assert value(on_segment, "worst_grade") == ""
    answer(on_segment, i_defects="no")
    assert value(on_segment, "worst_grade") == "0"


def test_class_and_mean_of_the_worst_five(on_segment: Session) -> None:
    for size in ("40", "25", "15", "15", "6", "1", "1"):  # grades 5 4 3 3 2 1 1
        add_defect(on_segment, d_part="pipe", d_code="P_CORR_GEN", d_size=size)
    assert value(on_segment, "s_mean5") == "3.4"  # (5 + 4 + 3 + 3 + 2) / 5
    assert value(on_segment, "s_class") == "C"
    answer(on_segment, i_seen_pct="20")
    assert "推断" in said(on_segment, "s_inferred_note") and shown(on_segment, "s_inferred_note")
    values = only_entity(on_segment).values
    assert (values["worst_grade"], values["s_class"], values["s_inferred"]) == ("5", "C", "inferred")


@pytest.mark.parametrize(("size", "leak", "expected"), [("6", "none", "A"), ("15", "none", "B"), ("25", "none", "C"),
                                                        ("6", "body", "C")])  # fmt: skip
def test_two_leaks_in_five_years_make_the_last_class(on_segment: Session, size: str, leak: str, expected: str) -> None:
    add_defect(on_segment, d_part="pipe", d_code="P_CORR_GEN", d_size=size)
    answer(on_segment, leak_has=leak)  # the register knows of one repair in five years
    if leak != "none":
        answer(on_segment, leak_class="seep")
    assert value(on_segment, "s_class") == expected


def visit_before(session: Session) -> dict[str, str]:
    return dict(session.answers())


def test_meters_do_not_run_back(begin: Begin, in_station: Session) -> None:
    answer(in_station, i_makeup_meter_m3="8421", i_heat_gj="15230")
    now = begin(visit_before(in_station), record_kind="inspect", i_target_kind="substation", i_target="U03")
    assert now.state(path("i_makeup_meter_m3")).hint == "上次 8421"
    answer(now, i_makeup_meter_m3="8400", i_heat_gj="15300")
    assert "不会比上次小" in refused(now, "i_makeup_meter_m3")["zh"]
    assert not refused(now, "i_heat_gj")
    answer(now, i_meters_new="makeup")
    assert not refused(now, "i_makeup_meter_m3")


def test_another_station_s_meter_is_not_compared(begin: Begin, in_station: Session) -> None:
    answer(in_station, i_makeup_meter_m3="8421")
    last = {**visit_before(in_station), path("i_target"): "U09"}
    now = begin(last, record_kind="inspect", i_target_kind="substation", i_target="U03", i_makeup_meter_m3="12")
    assert not refused(now, "i_makeup_meter_m3")


def test_a_defect_is_known_again_within_two_metres(begin: Begin, on_segment: Session) -> None:
    add_defect(on_segment, d_part="pipe", d_code="P_CORR_GEN", d_size="15", d_at_m="38")
    now = begin(visit_before(on_segment), record_kind="inspect", i_target_kind="segment", i_target="J12-J13")
    assert "1 处缺陷" in said(now, "last_defects_note")
    item = add_defect(now, d_part="pipe", d_code="P_CORR_GEN", d_at_m="40", d_size="25")
    assert now.value_at(f"{item}/d_known") == "yes"
    assert now.state(f"{item}/d_changed").required
    now.set(f"{item}/d_at_m", "40.1")
    assert now.value_at(f"{item}/d_known") == "no"
    now.set(f"{item}/d_at_m", "36")
    now.set(f"{item}/d_changed", "repaired")
    assert not now.state(f"{item}/d_grade").relevant
    assert value(now, "worst_grade") == "0"


def test_crew_and_instruments_come_from_the_last_visit(begin: Begin, at_well: Session) -> None:
    answer(at_well, kit_have="gas4 ir", **SAFE_WELL)
    now = begin(visit_before(at_well), record_kind="inspect", i_target_kind="well", i_target="J12")
    assert value(now, "i_crew") == "王刚、李明"
    assert value(now, "kit_have") == "gas4 ir"
    assert re.match(r"2026-11-20T10:00", value(now, "i_time"))
    assert [value(now, f"i_ck_{check}") for check in CHECKS] == [""] * 10  # a safety answer never comes by itself
