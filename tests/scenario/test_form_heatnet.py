"""The heating-network form as a crew drives it: registers, the gate before a well, defects, leaks, disposal."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.context import Context
from cpdesk.forms.entities import EntityChange
from cpdesk.forms.external import MemoryTable
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.operations.demo.network import sample_visits, survey_network, survey_once
from cpdesk.operations.surveys import begin_survey, open_survey

TOWNSHIP = "110114004"
SEGMENT = {
    "name": "J12-J13", "label": "J12-J13 东门段", "id": "segment-1", "kind": "segment", "s_code": "J12-J13",
    "s_dn": "dn200", "s_od_mm": "219", "s_wall_mm": "6", "s_length_m": "104", "s_year": "1998", "s_repairs_5y": "1",
    "s_design_supply_c": "75", "s_design_return_c": "50", "substation_code": "U03",
}  # fmt: skip
WELL = {"name": "J12", "label": "J12", "id": "well-1", "kind": "well", "w_code": "J12", "w_depth_m": "2.4"}
STATION = {
    "name": "U03", "label": "U03 建材城西站", "id": "station-1", "kind": "substation", "u_code": "U03",
    "u_area_m2": "98000", "u_households": "1150", "u_volume_m3": "180",
}  # fmt: skip
CHECKS = (
    "fence", "traffic", "open_air", "ventilate", "detector", "harness", "light", "watcher", "isolated", "rescue",
)  # fmt: skip
PLACES = ("top", "mid", "low")
CLEAN_AIR = {"o2_pct": "20.8", "lel_pct": "0", "co_mg_m3": "2", "h2s_mg_m3": "0"}
SAFE_WELL = {
    "i_well_air_c": "24", "i_well_water_cm": "8", "i_leak_above": "no", "i_enter_plan": "yes", "i_permit": "permit.jpg",
    **{f"i_ck_{check}": "yes" for check in CHECKS},
    "i_detector_no": "G-07", "i_detector_due": "2027-04-01",
    **{f"i_gas_{place}_{gas}": value for place in PLACES for gas, value in CLEAN_AIR.items()},
}  # fmt: skip
Begin = Callable[..., Session]


@cache
def form() -> Form:
    return load_form(resource_path("forms/heatnet.xml").read_text(encoding="utf-8"))


def table(*rows: Mapping[str, str]) -> MemoryTable:
    return MemoryTable(tuple(dict.fromkeys(name for row in rows for name in row)), rows)


@pytest.fixture
def begin() -> Begin:
    clock = FixedClock(datetime(2026, 11, 20, 2, tzinfo=UTC))
    files = {
        "segments.csv": table(SEGMENT), "wells.csv": table(WELL), "substations.csv": table(STATION),
        "components.csv": table(), "sites.csv": table(SEGMENT, WELL, STATION),
        "nodes.csv": table(WELL, {**WELL, "name": "J13", "label": "J13", "id": "well-2"}, STATION),
    }  # fmt: skip

    def begin(last: Mapping[str, str] | None = None, language: str = "zh", **answers: object) -> Session:
        new_id = IdMaker(clock).new
        session = Session(form(), {}, clock=clock, new_id=new_id, language=language, files=files, last_saved=last or {})
        answer(session, **answers)
        return session

    return begin


@pytest.fixture
def at_well(begin: Begin) -> Session:
    return begin(record_kind="inspect", i_target_kind="well", i_target="J12", i_crew="王刚、李明")


@pytest.fixture
def on_segment(begin: Begin) -> Session:
    return begin(record_kind="inspect", i_target_kind="segment", i_target="J12-J13", i_season="running")


@pytest.fixture
def in_station(begin: Begin) -> Session:
    return begin(record_kind="inspect", i_target_kind="substation", i_target="U03", i_season="running")


def path(name: str) -> str:
    return form().by_name[name].path


def answer(session: Session, **answers: object) -> None:
    for name, value in answers.items():
        session.set(path(name), str(value))


def value(session: Session, name: str) -> str:
    return session.value_at(path(name))


def shown(session: Session, name: str) -> bool:
    return session.state(path(name)).relevant


def said(session: Session, name: str) -> str:
    return session.state(path(name)).label


def offered(session: Session, name: str) -> str:
    return session.evaluate(form().by_name[name].attributes["suggest"], path(name))


def refused(session: Session, name: str) -> dict[str, str]:
    problem = session.state(path(name)).problem
    return dict(problem.words) if problem is not None and problem.blocks else {}


def add_defect(session: Session, **answers: object) -> str:
    """One more defect; gives the path of its item."""
    answer(session, i_defects="yes")
    items = session.children(path("defect"))
    blank = [item for item in items if not session.value_at(f"{item}/d_code")]
    item = blank[0] if blank else session.add_item(path("defect"))[0]
    for name, text in answers.items():
        session.set(f"{item}/{name}", str(text))
    return item


def only_entity(session: Session) -> EntityChange:
    (change,) = session.entities()
    return change


# --- registers


def test_a_new_well_becomes_a_site(begin: Begin) -> None:
    session = begin(record_kind="well", w_code="J14", w_kind="valve", w_depth_m="2.1", w_substation="U03")
    change = only_entity(session)
    assert (change.dataset, change.mode, change.label) == ("well", "create", "J14")
    assert len(change.id) == 36
    assert change.values["w_depth_m"] == "2.1"
    assert change.values["substation_code"] == "U03"


def test_the_register_of_a_known_well_changes_that_well(begin: Begin) -> None:
    session = begin(record_kind="well", site_id="well-1", w_code="J12", w_depth_m="2.6")
    assert (only_entity(session).id, only_entity(session).mode) == ("well-1", "update")
    assert refused(session, "w_code") == {}


def test_a_number_is_given_once(begin: Begin) -> None:
    session = begin(record_kind="well", w_code="J12")
    words = refused(session, "w_code")
    assert "已经登记过" in words["zh"]
    assert "is taken" in words["en"]
    answer(session, w_code="J 12")
    assert refused(session, "w_code")


def test_a_segment_offers_what_is_usual_for_its_diameter(begin: Begin) -> None:
    session = begin(record_kind="segment", s_dn="dn200", s_year="1998", s_level="secondary", s_length_m="104")
    assert [offered(session, name) for name in ("s_od_mm", "s_wall_mm")] == ["219", "6"]
    assert offered(session, "s_insul") == "pu"
    answer(session, s_insul="pu", s_od_mm="219")
    assert offered(session, "s_insul_mm") == "48"  # (315 - 219) / 2
    assert float(offered(session, "s_spacing_m")) == pytest.approx(0.315 + 0.25, abs=0.006)
    assert [offered(session, f"s_design_{what}") for what in ("supply_c", "return_c", "mpa")] == ["75", "50", "1"]
    assert offered(session, "s_fittings") == "7"  # 104 / 15
    answer(session, s_level="primary", s_year="1992")
    assert [offered(session, f"s_design_{what}") for what in ("supply_c", "return_c", "mpa")] == ["130", "70", "1.6"]
    assert offered(session, "s_insul") == "mineral_wool"


def test_a_segment_ends_elsewhere_than_it_begins(begin: Begin) -> None:
    session = begin(record_kind="segment", s_code="J12-3#", s_name="三号楼支线", s_from="J12", s_to="J12")
    assert "不能和起点一样" in refused(session, "s_to")["zh"]
    answer(session, s_to="", s_to_new="3#楼")
    assert not refused(session, "s_to_new")
    values = only_entity(session).values
    assert (values["s_from"], values["s_to"]) == ("J12", "3#楼")
    assert session.state(path("s_to")).required is False


def test_cross_checks_of_a_segment_warn_and_do_not_block(begin: Begin) -> None:
    session = begin(record_kind="segment", s_dn="dn200", s_od_mm="273", s_year="2004", s_pre2000_list="yes")
    assert "219" in said(session, "fx_od")
    assert shown(session, "fx_od") and shown(session, "fx_pre2000")
    answer(session, s_repairs="2", s_repairs_5y="3")
    assert "不能多于" in refused(session, "s_repairs_5y")["zh"]
    answer(session, s_line="40.2208 116.2312 0 0;40.2217 116.2312 0 0", s_length_m="200")
    assert float(value(session, "s_line_m")) == pytest.approx(100, abs=1)  # 0.0009 degrees of latitude
    assert shown(session, "fx_length")


# --- the gate before a well


def test_the_gate_is_closed_until_everything_is_in_order(at_well: Session) -> None:
    answer(at_well, i_enter_plan="yes")
    assert value(at_well, "i_entry_allowed") == "no"
    assert not shown(at_well, "hands")
    reason = said(at_well, "gate_refused")
    assert reason.startswith("不得下井：没有审批单照片；")
    assert "围挡、警示牌没摆好" in reason and "底部硫化氢没测" in reason
    answer(at_well, **SAFE_WELL)
    assert value(at_well, "i_entry_allowed") == "yes"
    assert shown(at_well, "hands") and not shown(at_well, "gate_refused")
    assert only_entity(at_well).values["i_entry_allowed"] == "yes"


@pytest.mark.parametrize(
    ("name", "wrong", "zh", "en"),
    [
        ("i_permit", "", "没有审批单照片", "no photo of the permit"),
        ("i_crew", "王刚", "到场不足 2 人", "fewer than 2 people"),
        ("i_crew", "Wang Gang", "到场不足 2 人", "fewer than 2 people"),
        ("i_detector_no", "", "检测仪没登记", "detector not entered"),
        ("i_detector_due", "2026-11-19", "过了有效期", "out of date"),
        ("i_well_air_c", "41", "井内气温 41 ℃，超过 40 ℃", "air 41 °C, over 40 °C"),
        ("i_well_water_cm", "31", "积水 31 cm，超过 30 cm", "water 31 cm, over 30 cm"),
        ("i_leak_above", "yes", "井口看到漏水冒汽", "seen from above"),
        ("i_gas_mid_o2_pct", "19.4", "中部氧气 19.4%，应在 19.5–23.5%", "middle oxygen 19.4%, must be 19.5 to 23.5%"),
        ("i_gas_top_o2_pct", "23.6", "上部氧气 23.6%", "top oxygen 23.6%"),
        ("i_gas_low_lel_pct", "10", "底部可燃气 10%LEL，应小于 10", "bottom combustible gas 10 %LEL"),
        ("i_gas_low_co_mg_m3", "20.1", "底部一氧化碳 20.1 mg/m³，不能超过 20", "bottom carbon monoxide 20.1 mg/m³"),
        ("i_gas_low_h2s_mg_m3", "10", "底部硫化氢 10 mg/m³，应小于 10", "bottom hydrogen sulphide 10 mg/m³"),
        ("i_gas_low_h2s_mg_m3", "-1", "底部硫化氢 -1 mg/m³", "bottom hydrogen sulphide -1 mg/m³"),
    ],
)
def test_one_thing_wrong_closes_the_gate_and_is_named(
    at_well: Session, name: str, wrong: str, zh: str, en: str
) -> None:
    answer(at_well, **SAFE_WELL)
    answer(at_well, **{name: wrong})
    assert value(at_well, "i_entry_allowed") == "no"
    assert not shown(at_well, "hands")
    assert zh in said(at_well, "gate_refused")
    at_well.set_language("en")
    assert en in said(at_well, "gate_refused")


@pytest.mark.parametrize("name", [name for name in SAFE_WELL if name.startswith(("i_ck_", "i_gas_"))])
def test_nothing_left_out_opens_the_gate(at_well: Session, name: str) -> None:
    answer(at_well, **SAFE_WELL)
    answer(at_well, **{name: ""})
    assert value(at_well, "i_entry_allowed") == "no"
    if name.startswith("i_ck_"):
        answer(at_well, **{name: "no"})
        assert value(at_well, "i_entry_allowed") == "no"


def test_nobody_can_overrule_the_gate(at_well: Session) -> None:
    assert form().by_name["i_entry_allowed"].control == ""
    answer(at_well, i_enter_plan="no")
    assert not shown(at_well, "hands") and not shown(at_well, "i_permit")


def test_limits_that_are_still_allowed(at_well: Session) -> None:
    answer(at_well, **SAFE_WELL)
    answer(at_well, i_well_air_c="40", i_well_water_cm="30", i_gas_low_o2_pct="19.5", i_gas_top_o2_pct="23.5")
    answer(at_well, i_gas_mid_lel_pct="9.9", i_gas_low_co_mg_m3="20", i_gas_low_h2s_mg_m3="9.9")
    assert value(at_well, "i_entry_allowed") == "yes"


def test_a_stay_is_timed_and_the_gases_read_again(at_well: Session) -> None:
    answer(at_well, **SAFE_WELL)
    answer(at_well, i_entry_time="10:05", i_exit_time="10:01")
    assert "出井要晚于下井" in refused(at_well, "i_exit_time")["zh"]
    answer(at_well, i_exit_time="11:10")
    assert not refused(at_well, "i_exit_time")
    assert value(at_well, "i_stay_min") == "65"
    assert shown(at_well, "fx_stay") and shown(at_well, "fx_gas_round")
    (item,) = at_well.children(path("gas_round"))
    for name, text in {"time": "10:30", "o2_pct": "20.5", "lel_pct": "0", "co_mg_m3": "3", "h2s_mg_m3": "12"}.items():
        at_well.set(f"{item}/gr_{name}", text)
    assert not shown(at_well, "fx_gas_round")
    assert at_well.state(f"{item}/gr_leave").label == "气体不合格，人员立即出井。"
    assert at_well.state(f"{item}/gr_leave").relevant


# --- defects and their grades


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


# --- the segment's condition


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


# --- leaks


@pytest.mark.parametrize(("hole_mm", "about_l_h"), [("3", 540), ("5", 1500), ("10", 6000)])
def test_a_hole_under_pressure(on_segment: Session, hole_mm: str, about_l_h: float) -> None:
    answer(on_segment, leak_has="body", leak_hole_mm=hole_mm, i_supply_mpa="0.6", i_return_mpa="0.3")
    area_m2 = math.pi / 4 * (float(hole_mm) / 1000) ** 2
    by_hand = 0.6 * area_m2 * math.sqrt(2 * 0.6e6 / 958) * 3_600_000
    found = float(value(on_segment, "leak_l_h"))
    assert found == pytest.approx(by_hand, abs=0.06)
    assert found == pytest.approx(about_l_h, rel=0.01)
    assert float(value(on_segment, "leak_p10_l_h")) == pytest.approx(0.6 * found, abs=0.06)
    assert float(value(on_segment, "leak_p90_l_h")) == pytest.approx(1.5 * found, abs=0.06)
    answer(on_segment, leak_line="return")
    assert float(value(on_segment, "leak_l_h")) == pytest.approx(by_hand / math.sqrt(2), abs=0.06)


def test_a_bucket_goes_before_the_hole(on_segment: Session) -> None:
    answer(on_segment, leak_has="flange", leak_class="trickle", leak_hole_mm="3", i_supply_mpa="0.6")
    answer(on_segment, leak_bucket_s="20")
    assert (value(on_segment, "leak_method"), value(on_segment, "leak_l_h")) == ("bucket", "180")  # 3600 / 20
    assert (value(on_segment, "leak_p10_l_h"), value(on_segment, "leak_p90_l_h")) == ("162", "198")
    assert shown(on_segment, "fx_leak_class")  # a trickle is 5 to 60 L/h


@pytest.mark.parametrize(("size", "range_l_h", "grade"), [
    ("seep", ("0.05", "0.3", "1"), "2"), ("drip", ("0.2", "1", "5"), "3"), ("trickle", ("5", "20", "60"), "4"),
    ("stream", ("60", "300", "1500"), "4"), ("jet", ("500", "2000", "20000"), "5"),
])  # fmt: skip
def test_a_class_alone_gives_its_range(
    on_segment: Session, size: str, range_l_h: tuple[str, str, str], grade: str
) -> None:
    answer(on_segment, leak_has="valve", leak_class=size)
    assert tuple(value(on_segment, f"leak_{name}") for name in ("p10_l_h", "l_h", "p90_l_h")) == range_l_h
    assert value(on_segment, "leak_grade") == grade


def test_a_buried_leak_is_make_up_less_what_is_known(on_segment: Session, in_station: Session) -> None:
    answer(on_segment, leak_has="buried", leak_class="buried", leak_station_t_day="12", leak_known_l_h="60")
    assert value(on_segment, "leak_l_h") == "440"  # 12,000 / 24 - 60
    answer(in_station, i_makeup_t_day="24", leak_has="buried", leak_class="buried")
    assert value(in_station, "leak_l_h") == "1000"


def test_no_leak_no_estimate(on_segment: Session) -> None:
    answer(on_segment, leak_has="none", i_supply_mpa="0.6")
    assert value(on_segment, "leak_l_h") == "" and value(on_segment, "leak_method") == ""


# --- disposal


@pytest.mark.parametrize(("size", "season", "disposal", "latest"), [
    ("4", "running", "d0", "2026-11-27"), ("4", "stopped", "d0", "2026-12-20"),
    ("5", "running", "d1", "2027-02-18"), ("15", "running", "d2", "2027-10-01"),
    ("25", "running", "d3", "2026-11-27"), ("25", "stopped", "d3", "2026-12-20"),
    ("40", "running", "d4", "2026-11-20"),
])  # fmt: skip
def test_disposal_and_deadline_follow_the_worst_grade(
    on_segment: Session, size: str, season: str, disposal: str, latest: str
) -> None:
    answer(on_segment, i_season=season)
    add_defect(on_segment, d_part="pipe", d_code="P_CORR_GEN", d_size=size)
    assert offered(on_segment, "disposal") == disposal
    answer(on_segment, disposal=disposal)
    assert offered(on_segment, "disposal_deadline") == latest


def test_disposal_is_never_lighter_than_the_worst_grade(on_segment: Session) -> None:
    add_defect(on_segment, d_part="pipe", d_code="P_CORR_GEN", d_size="25")
    answer(on_segment, disposal="d2")
    words = refused(on_segment, "disposal")
    assert "不能比最差等级要求的轻" in words["zh"] and "Not lighter" in words["en"]
    answer(on_segment, disposal="d3", disposal_deadline="2026-11-28")
    assert not refused(on_segment, "disposal")
    assert "2026-11-27" in refused(on_segment, "disposal_deadline")["zh"]
    answer(on_segment, disposal_deadline="2026-11-26")
    assert not refused(on_segment, "disposal_deadline")
    answer(on_segment, disposal="r2", disposal_deadline="2027-09-01")
    assert not refused(on_segment, "disposal_deadline")  # a renewal comes with the next plan


def test_a_worse_leak_decides_over_lighter_defects(on_segment: Session) -> None:
    add_defect(on_segment, d_part="pipe", d_code="P_CORR_GEN", d_size="5")
    answer(on_segment, leak_has="body", leak_class="jet")
    assert (value(on_segment, "worst_grade"), value(on_segment, "act_grade")) == ("2", "5")
    assert offered(on_segment, "disposal") == "d4"
    assert shown(on_segment, "reported_to") and shown(on_segment, "reported_time")
    assert said(on_segment, "act_says") == "按 5 级处置：2 小时内报告，马上派人抢修。"
    on_segment.set_language("en")
    assert said(on_segment, "act_says") == "Disposal by grade 5: report within 2 hours, a crew at once."


def test_nobody_leaves_an_open_cover(at_well: Session) -> None:
    answer(at_well, cover_closed="no")
    assert "井盖没盖好不能离开" in refused(at_well, "cover_closed")["zh"]


# --- against the last visit


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


# --- readings


def test_readings_that_cannot_be_are_refused_and_odd_ones_questioned(on_segment: Session, in_station: Session) -> None:
    answer(on_segment, i_supply_c="60", i_return_c="70", i_supply_mpa="0.3", i_return_mpa="0.4")
    assert "填反了" in refused(on_segment, "i_return_c")["zh"]
    assert "填反了" in refused(on_segment, "i_return_mpa")["zh"]
    answer(on_segment, i_supply_c="40", i_return_c="38", i_flow_m3_h="600")
    assert shown(on_segment, "fx_supply_design")  # 40 is under 0.7 × 75
    assert float(value(on_segment, "flow_m_s")) == pytest.approx(600 / 3600 / (math.pi / 4 * 0.207**2), abs=0.01)
    assert shown(on_segment, "fx_velocity")
    answer(in_station, i_makeup_t_day="12.5")
    assert value(in_station, "makeup_ratio") == "1.16"  # 12.5 / 24 over 0.25 % of 180 m³
    assert shown(in_station, "fx_makeup")


def test_wall_readings_give_the_loss(on_segment: Session) -> None:
    first = on_segment.children(path("wall_point"))[0]
    second, _ = on_segment.add_item(path("wall_point"))
    on_segment.set(f"{first}/i_wall_mm", "5.4")
    on_segment.set(f"{second}/i_wall_mm", "2.7")
    assert (value(on_segment, "wall_min_mm"), value(on_segment, "wall_loss_pct")) == ("2.7", "55")
    assert on_segment.state(f"{second}/fx_wall_point").relevant
    assert not on_segment.state(f"{first}/fx_wall_point").relevant


# --- on a desk


def test_a_network_is_taken_down_and_inspected_on_a_desk(desk: Context) -> None:
    surveys = survey_network(desk, TOWNSHIP)
    sites = {
        name: desk.store.records.get(desk.store.records.get(survey).site or "") for name, survey in surveys.items()
    }
    assert sites["well 1"].id == sites["inspect well"].id
    assert sites["segment"].id == sites["inspect segment"].id
    segment, well, station = (sites[name].answers for name in ("segment", "inspect well", "substation"))
    assert (segment["s_from"], segment["s_to"], segment["substation_code"]) == ("J12", "J13", "U03")
    assert (segment["s_od_mm"], segment["s_wall_mm"], segment["s_insul_mm"]) == ("219", "6", "48")
    assert (segment["worst_grade"], segment["s_class"], segment["s_inferred"]) == ("3", "B", "inferred")
    assert segment["last_visit"] == "2026-11-20"
    assert (well["worst_grade"], well["leak_l_h"], well["wall_min_mm"]) == ("3", "0.8", "5.1")
    assert (well["disposal"], well["disposal_deadline"], well["i_entry_allowed"]) == ("d2", "2027-10-01", "yes")
    assert (station["worst_grade"], station["i_makeup_t_day"]) == ("3", "12.5")
    assert sites["component"].answers["k_dn"] == "dn200"


def test_the_next_visit_begins_with_the_last_one(desk: Context) -> None:
    visits = sample_visits()
    for name in ("substation", "well 1", "well 2", "segment", "inspect segment"):
        survey = survey_once(desk, TOWNSHIP, visits[name])
    site = desk.store.records.get(survey).site
    assert site is not None
    session = open_survey(desk, begin_survey(desk, site)[0]).session
    assert not shown(session, "i_target")  # until it is said that this is an inspection
    answer(session, record_kind="inspect")
    assert (value(session, "i_target_kind"), value(session, "i_target")) == ("segment", "J12-J13")
    assert value(session, "i_crew") == "周敏、李强"
    assert said(session, "s_card") == "J12-J13 示例小区东门段：DN200，1998 年投运，长 104 m。"
    assert said(session, "s_last") == "上次巡检 2026-11-20，最差 3 级。"
    item = add_defect(session, d_part="ground", d_code="A_WARM", d_at_m="38")
    assert session.value_at(f"{item}/d_known") == "yes"
