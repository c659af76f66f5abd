"""Leaks, readings and disposal of the heating-network form, held against figures worked out by hand."""

from __future__ import annotations

import math

import pytest
from heatnet_visit import add_defect, answer, offered, path, refused, said, shown, value

from cpdesk.forms.session import Session


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


@pytest.mark.parametrize(("size", "season", "disposal", "latest"), [
    ("4", "running", "d0", "2026-11-27"), ("4", "stopped", "d0", "2026-12-20"),
    ("5", "running", "d1", "2027-02-18"), ("15", "running", "d2", "2027-09-30"),
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
