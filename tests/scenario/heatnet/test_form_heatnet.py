"""The heating-network form as a crew drives it: registers, the gate before a well, a desk that takes a network down."""

from __future__ import annotations

import pytest
from heatnet_visit import (
    SAFE_WELL,
    Begin,
    add_defect,
    answer,
    form,
    offered,
    only_entity,
    path,
    refused,
    said,
    shown,
    value,
)

from cpdesk.context import Context
from cpdesk.forms.session import Session
from cpdesk.operations.demo.network import sample_visits, survey_network, survey_once
from cpdesk.operations.surveys import begin_survey, open_survey

TOWNSHIP = "110114004"


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


@pytest.mark.parametrize("nonsense", ["正常", "20,8%", "-", "二十"])
def test_a_reading_that_is_no_number_keeps_the_gate_shut(at_well: Session, nonsense: str) -> None:
    answer(at_well, **SAFE_WELL)
    answer(at_well, i_gas_low_o2_pct=nonsense, i_well_air_c=nonsense)
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
    assert (well["disposal"], well["disposal_deadline"], well["i_entry_allowed"]) == ("d2", "2027-09-30", "yes")
    assert (station["worst_grade"], station["i_makeup_t_day"]) == ("3", "12.5")
    assert sites["component"].answers["k_dn"] == "dn200"


def test_the_next_visit_begins_with_the_last_one(desk: Context) -> None:
    visits = sample_visits()
    for name in ("substation", "well 1", "well 2", "segment", "inspect segment"):
        survey = survey_once(desk, TOWNSHIP, visits[name])
    site = desk.store.records.get(survey).site
    assert site is not None
    session = open_survey(desk, begin_survey(desk, site)[0]).session
    assert value(session, "record_kind") == "inspect"  # a visit to a site of the register
    assert (value(session, "i_target_kind"), value(session, "i_target")) == ("segment", "J12-J13")
    assert value(session, "i_crew") == "周敏、李强"
    assert said(session, "s_card") == "J12-J13 示例小区东门段：DN200，1998 年投运，长 104 m。"
    assert said(session, "s_last") == "上次巡检 2026-11-20，最差 3 级。"
    item = add_defect(session, d_part="ground", d_code="A_WARM", d_at_m="38")
    assert session.value_at(f"{item}/d_known") == "yes"
