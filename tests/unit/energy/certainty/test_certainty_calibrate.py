"""Calibration to bills, contradictions, what bills leave for heating, and the answers worth measuring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.energy.certainty.advice import advice, influences
from cpdesk.energy.certainty.calibrate import Calibrated, calibrate, chi_square_tail, village_bills
from cpdesk.energy.certainty.draws import make_family, prior_houses
from cpdesk.energy.certainty.outcomes import Chosen, chosen, outcomes
from cpdesk.energy.certainty.response import Response
from cpdesk.energy.certainty.words import sentence, sentences
from cpdesk.energy.house.construct import build
from cpdesk.energy.retrofit.grid import Setting, evaluate, make_setting
from cpdesk.energy.retrofit.measures import judge
from cpdesk.energy.retrofit.packages import Choice
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Answer, Bill, BillFacts, BuildingFacts, HeaterFacts
from cpdesk.model.certainty import VillageUse
from cpdesk.model.records import Quality

WORKS = ("seal_strips", "wall_eps80", "roof_xps80", "win_break")
B = Quality.BILL


@pytest.fixture(scope="module")
def few_tables(tables: EnergyTables) -> EnergyTables:
    return replace(tables, measures=tuple(item for item in tables.measures if item.id in WORKS))


def _setting(facts: BuildingFacts, tables: EnergyTables) -> Setting:
    building = build(facts, tables)
    weather = make_weather(tables, building.terrain, building.height_m)
    return make_setting(building, tables, weather, judge(building, layout(building), tables, Wishes()))


def _works(setting: Setting) -> tuple[Chosen, ...]:
    held = [1] * len(setting.groups)
    grid = evaluate(setting, np.array([[0] * len(held), held], np.int16))
    return chosen(grid, [Choice("A", 1, 0, 0.0, True)])


def _calibrated(facts: BuildingFacts, bills: BillFacts, tables: EnergyTables) -> Calibrated:
    setting = _setting(replace(facts, bills=bills), tables)
    found = calibrate(setting, make_family(setting.building, tables), draws=200, seed=3)
    assert found is not None
    return found


def _expected_t(facts: BuildingFacts, tables: EnergyTables) -> float:
    """Tons of coal at the middle of the survey."""
    setting = _setting(replace(facts, bills=BillFacts()), tables)
    found = outcomes(setting, (), prior_houses(make_family(setting.building, tables), draws=96, seed=3))
    return float(np.median(found.amounts["coal"])) / 1000.0


@pytest.mark.parametrize(("value", "freedom"), [(3.841, 1), (5.991, 2), (7.815, 3), (9.488, 4), (11.070, 5)])
def test_tail_of_the_chi_square_distribution(value: float, freedom: int) -> None:
    """Table of the distribution: 5 % points."""
    assert chi_square_tail(value, freedom) == pytest.approx(0.05, abs=2e-5)


def test_bills_that_agree_narrow_the_need_and_meet_the_bill(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    billed = 0.85 * _expected_t(f5_facts, few_tables)
    found = _calibrated(f5_facts, BillFacts(coal_briquette_t=Answer(billed, B)), few_tables)
    report = found.report
    assert report.used
    assert report.agrees
    assert report.effective > 100
    assert report.need_after is not None
    before, after = report.need_before, report.need_after
    assert after.p90 - after.p10 < 0.85 * (before.p90 - before.p10)
    assert after.p50 < before.p50
    fit = report.carriers[0]
    assert fit.after is not None
    assert abs(fit.after.p50 / (1000.0 * billed) - 1.0) < 0.06
    assert fit.after.p90 - fit.after.p10 < 0.5 * (fit.before.p90 - fit.before.p10)
    assert report.moves
    assert all(move.prior[0] < move.prior[1] < move.prior[2] for move in report.moves)
    assert found.building != _setting(f5_facts, few_tables).building
    said = sentences(replace(report, saving_change_pct=-12.3), Translator("zh"))
    assert "校准" in said[0]
    assert "少 12%" in said[1]


def test_the_posterior_is_that_of_the_gaussian_case(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    """Log use is nearly linear and normal: then the posterior of the use has a known middle and width."""
    billed = 0.85 * _expected_t(f5_facts, few_tables)
    facts = replace(f5_facts, bills=BillFacts(coal_briquette_t=Answer(billed, B)))
    setting = _setting(facts, few_tables)
    family = make_family(setting.building, few_tables)
    log_use = np.log(outcomes(setting, (), prior_houses(family, draws=400, seed=3)).amounts["coal"])
    found = calibrate(setting, family, draws=400, seed=3)
    assert found is not None
    assert found.houses is not None
    after = np.log(outcomes(setting, (), found.houses).amounts["coal"])
    own, weather = np.log(1.08 / 0.92) / 2.5631, np.log(1.07 / 0.93) / 2.5631
    noise, prior = own**2 + weather**2, float(np.var(log_use))
    middle = float(log_use.mean()) + prior / (prior + noise) * (np.log(1000.0 * billed) - float(log_use.mean()))
    mean = float(found.houses.weights @ after)
    spread = float(found.houses.weights @ (after - mean) ** 2) ** 0.5
    assert mean == pytest.approx(middle, abs=0.02)
    assert spread == pytest.approx((prior * noise / (prior + noise)) ** 0.5, rel=0.15)


def test_a_bill_far_too_low_is_said_and_not_forced(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    facts = replace(f5_facts, bills=BillFacts(coal_briquette_t=Answer(1.2, B)))
    surveyed = _setting(facts, few_tables).building
    found = _calibrated(f5_facts, BillFacts(coal_briquette_t=Answer(1.2, B)), few_tables)
    report = found.report
    assert not report.used
    assert not report.agrees
    assert found.houses is None
    assert found.building == surveyed
    assert report.p_value < 0.02
    assert report.statement == "energy.calibration.low_even"
    said = sentence(report.statement, report.fields, Translator("zh"))
    assert "1200 公斤" in said
    assert "12 ℃" in said
    assert {item.quantity for item in report.questions} >= {"heater.type", "bill.coal_briquette_t"}
    for language in ("zh", "en"):
        assert all(Translator(language)(item.text) for item in report.questions)


def test_a_bill_far_too_high_asks_what_else_was_fed(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    report = _calibrated(f5_facts, BillFacts(coal_briquette_t=Answer(14.0, B)), few_tables).report
    assert not report.used
    assert report.statement == "energy.calibration.high_even"
    assert report.questions[0].quantity == "kitchen.cook_fuels"
    assert "above" not in sentence(report.statement, report.fields, Translator("zh"))


def test_two_bills_that_pull_apart_ask_for_the_shares(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    heaters = (
        HeaterFacts(type=Answer("coal_boiler"), share_pct=Answer(50.0, Quality.MEASURED)),
        HeaterFacts(type=Answer("direct_electric"), share_pct=Answer(50.0, Quality.MEASURED)),
    )
    bills = BillFacts(
        coal_briquette_t=Answer(5.5, B), elec_season_kwh=Answer(1500.0, B), elec_other_month_kwh=Answer(150.0, B)
    )
    report = _calibrated(replace(f5_facts, heaters=heaters), bills, few_tables).report
    assert len(report.carriers) == 2
    assert not report.used
    assert report.statement == "energy.calibration.shares"
    assert report.questions[0].quantity == "heater.share_pct"


def test_a_bill_that_no_heater_burns_is_told(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    report = _calibrated(f5_facts, BillFacts(wood_kg=Answer(2000.0, B)), few_tables).report
    assert report.unmatched == ("wood",)
    assert report.statement == "energy.calibration.unmatched"
    assert not report.used


def test_lamps_on_the_bill_are_no_heater_that_was_left_out(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    """A few kilowatt-hours above the base month say nothing of a coal boiler's house."""
    bills = BillFacts(elec_season_kwh=Answer(700.0, B), elec_other_month_kwh=Answer(140.0, B))
    setting = _setting(replace(f5_facts, bills=bills), few_tables)
    assert setting.building.bills
    assert calibrate(setting, make_family(setting.building, few_tables), draws=50, seed=1) is None


def test_without_bills_there_is_nothing_to_calibrate_but_the_village(
    f5_facts: BuildingFacts, few_tables: EnergyTables
) -> None:
    setting = _setting(replace(f5_facts, bills=BillFacts()), few_tables)
    family = make_family(setting.building, few_tables)
    assert calibrate(setting, family, draws=100, seed=1) is None
    area = setting.building.floor_area_m2
    use = 1000.0 * _expected_t(f5_facts, few_tables) / area
    village = (VillageUse("coal", "kg", 0.6 * use, 0.9 * use, 1.4 * use, 40),)
    found = calibrate(setting, family, draws=100, seed=1, village=village)
    assert found is not None
    assert found.report.village
    assert found.report.used
    own = _calibrated(f5_facts, BillFacts(coal_briquette_t=Answer(0.9 * use * area / 1000.0, B)), few_tables)
    assert found.report.need_after is not None
    assert own.report.need_after is not None
    weak, strong = (item.p90 - item.p10 for item in (found.report.need_after, own.report.need_after))
    assert weak > strong
    with pytest.raises(InputFault, match="CP-1380"):
        village_bills((VillageUse("coal", "kg", 30.0, 20.0, 40.0, 5),), setting.building)


def test_bills_of_the_year_lose_what_is_used_without_heating(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    def bills(facts: BillFacts) -> dict[str, Bill]:
        return {item.carrier: item for item in build(replace(f5_facts, bills=facts), few_tables).bills}

    season = bills(BillFacts(elec_season_kwh=Answer(5000.0, B), elec_other_month_kwh=Answer(200.0, B)))["electricity"]
    assert season.amount == pytest.approx(5000.0 - 4 * 200.0)
    year = bills(BillFacts(elec_year_kwh=Answer(7000.0, B), elec_other_month_kwh=Answer(200.0, B)))["electricity"]
    assert year.amount == pytest.approx(7000.0 - 12 * 200.0)
    assert year.key == "bill.elec_year_kwh"
    half = np.hypot(0.02 * 7000.0, 12 * 0.1 * 200.0)
    assert year.high == pytest.approx(year.amount + half)
    unknown = bills(BillFacts(elec_year_kwh=Answer(7000.0, B)))["electricity"]
    assert unknown.low is not None
    assert year.low is not None
    assert unknown.low < year.low
    valley = bills(BillFacts(elec_valley_kwh=Answer(2600.0, B), elec_other_month_kwh=Answer(200.0, B)))["electricity"]
    assert valley.amount == pytest.approx(2600.0 / 0.52 - 4 * 200.0)
    assert valley.high is not None
    assert valley.high > 1.3 * valley.amount
    gas = bills(BillFacts(gas_year_m3=Answer(1500.0, B)))["gas"]
    assert gas.amount == pytest.approx(1500.0 - 12 * few_tables.rule("base_month_gas_m3"))
    bottles = bills(BillFacts(lpg_bottles=Answer(30.0, B)))["lpg"]
    assert bottles.amount == pytest.approx(30 * 15.0 - 12 * few_tables.rule("base_month_lpg_kg"))
    wood = bills(BillFacts(wood_kg=Answer(1000.0, Quality.ESTIMATED)))["wood"]
    assert wood.low is not None
    assert wood.high is not None
    assert wood.low < 0.7 * wood.amount < wood.amount < 1.3 * wood.amount < wood.high
    assert bills(BillFacts(lpg_bottles=Answer(2.0, B))) == {}


def test_knowing_a_dimension_takes_its_part_of_the_variance() -> None:
    """Three independent parts of 30, 40 and 120 yuan: 130 yuan together; the largest measured to a third of itself."""
    whole = Response(np.array([30.0, 40.0, 120.0]), np.eye(3), 0.0)
    assert whole.variance**0.5 == pytest.approx(130.0)
    share = (1.0 / 3.0) ** 2
    after = whole.knowing(np.array([0.0, 0.0, 1.0]), share / (1.0 - share))
    assert after.variance**0.5 == pytest.approx((30.0**2 + 40.0**2 + 40.0**2) ** 0.5)
    assert whole.knowing(np.array([0.0, 0.0, 1.0]), 0.0).variance == pytest.approx(2500.0)


def test_advice_names_questions_and_keeps_what_it_promises(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    told = replace(f5_facts, bills=BillFacts(), temp_usual_day_c=Answer(15.0, Quality.ESTIMATED))

    def half(facts: BuildingFacts) -> tuple[float, tuple[object, ...], tuple[object, ...]]:
        setting = _setting(facts, few_tables)
        packages = _works(setting)
        houses = prior_houses(make_family(setting.building, few_tables), draws=400, seed=2)
        found = outcomes(setting, packages, houses)
        saving = found.saving[:, 0]
        width = 0.5 * float(np.subtract(*np.quantile(saving, (0.9, 0.1))))
        return width, advice(saving, houses, setting, found.amounts), influences(saving, houses)

    before, given, moving = half(told)
    assert 0 < len(given) <= 5
    halves = [item.half_after_yuan for item in given]  # type: ignore[attr-defined]
    assert halves == sorted(halves)
    by_question = {item.question: item for item in given}  # type: ignore[attr-defined]
    assert "bill.coal_briquette_t" in by_question
    thermometer = by_question["temperature.usual_day_c"]
    after, _, _ = half(replace(told, temp_usual_day_c=Answer(15.0, Quality.MEASURED)))
    assert thermometer.half_yuan == pytest.approx(before, rel=0.02)  # type: ignore[attr-defined]
    assert thermometer.half_after_yuan == pytest.approx(after, rel=0.05)  # type: ignore[attr-defined]
    for language in ("zh", "en"):
        assert "±" in sentence(thermometer.text, thermometer.fields, Translator(language))  # type: ignore[attr-defined]
    effects = [abs(item.saving_high_yuan) for item in moving]  # type: ignore[attr-defined]
    assert effects == sorted(effects, reverse=True)
    assert {"price", "heater1.efficiency"} <= {item.key for item in moving}  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_there_can_be_is_written(language: str) -> None:
    translator = Translator(language)
    told = [
        "agrees",
        "agrees_up",
        "agrees_down",
        "village",
        "low",
        "low_even",
        "high",
        "high_even",
        "shares",
        "unmatched",
    ]
    fields: dict[str, str | float] = dict.fromkeys(
        ("change", "narrower", "billed", "low", "high", "at", "used", "percent"), 12.0
    )
    coal = "energy.carrier.coal"
    fields |= {"households": 12.0, "until": "2026-11-05"}
    fields |= {"carriers": f"{coal} energy.carrier.gas", "carrier": coal, "more": coal, "less": coal}
    for unit in ("kg", "kWh", "m3"):
        for key in told:
            assert "{" not in sentence(
                f"energy.calibration.{key}", fields | {"unit": f"energy.unit.{unit}"}, translator
            )
    place: dict[str, str | float] = {"place": "", "name": "energy.input.day_c", "before": 1770.0, "after": 895.4}
    for way in ("measure", "look", "ask", "bill"):
        for key in (way, f"{way}_halves"):
            assert "895" in sentence(f"energy.advice.{key}", place, translator)
