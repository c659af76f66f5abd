"""Hot water, cooking, light, appliances and power: hand calculations, bills, defaults that are visible."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.energy.house.construct import build
from cpdesk.energy.systems.plants import new_plant
from cpdesk.energy.systems.power import HouseholdPower, household_power, together, village_power
from cpdesk.energy.systems.uses import OtherUses, other_uses
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather
from cpdesk.model.building import Answer, BillFacts, BlockFacts, BuildingFacts
from cpdesk.model.energy_uses import Solar, UseFacts, Uses
from cpdesk.model.records import Quality

ANSWERED = UseFacts(
    residents=Answer(3.0), cook_fuels=Answer("lpg"), hot_water=Answer("electric_tank"), showers_week=Answer(7.0),
    led=Answer("all"), appliances=Answer("fridge tv"), vehicle=Answer("car"),
)  # fmt: skip


def _uses(facts: BuildingFacts, tables: EnergyTables) -> Uses:
    found = build(facts, tables).uses
    assert found is not None
    return found


def _sun(facts: BuildingFacts, tables: EnergyTables) -> Solar:
    found = build(facts, tables).solar
    assert found is not None
    return found


def _year(facts: BuildingFacts, tables: EnergyTables, weather: Weather) -> OtherUses:
    return other_uses(build(facts, tables), tables, weather)


def test_by_hand(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    found = _year(replace(f5_facts, uses=ANSWERED, bills=BillFacts()), tables, plain)
    # three people: 3 x 220 kWh into pots / 0.55
    assert found.by_use["cooking"] == pytest.approx({"lpg": 660 / 0.55})
    # a shower of 40 l a day and 3 x 4 l: 52 l x 1.163 Wh x 27 K x 365 / 0.95 + 180 kWh of standing
    water = 52 * 1.163e-3 * 27 * 365
    assert found.by_use["hot_water"]["electricity"] == pytest.approx(water / 0.95 + 180.0)
    area = build(f5_facts, tables).floor_area_m2
    assert found.by_use["lighting"]["electricity"] == pytest.approx(1.2 * area)
    assert found.by_use["appliances"]["electricity"] == pytest.approx(250 + 120 + 60)
    assert found.by_use["vehicle"]["electricity"] == pytest.approx(1500)
    assert found.bill_factor == 1.0


def test_hours_and_months_sum_to_the_year(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    for uses in (ANSWERED, UseFacts(), replace(ANSWERED, hot_water=Answer("solar gas_heater"))):
        found = _year(replace(f5_facts, uses=uses), tables, plain)
        assert found.power_w.sum() / 1000.0 == pytest.approx(found.kwh["electricity"], abs=1e-9)
        assert np.all(found.power_w >= 0)
        for carrier, months in found.months_kwh.items():
            assert months.sum() == pytest.approx(found.kwh[carrier], abs=1e-9)


def test_lamps_burn_in_the_dark_only(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    light = _year(f5_facts, tables, plain).electricity_w["lighting"]
    assert np.all(light[plain.zenith_deg < 80] == 0)
    assert light[: 31 * 24].sum() > 1.3 * light[151 * 24 : 182 * 24].sum()  # January against June


def test_a_plain_household_lies_in_the_benchmark(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    """Farmhouse without electric heating: 900 to 3,500 kWh a year; 2 to 10 cylinders of LPG where that is the fuel."""
    found = _year(f5_facts, tables, plain)
    assert 900 < found.kwh["electricity"] < 3500
    lpg = _year(replace(f5_facts, uses=UseFacts(cook_fuels=Answer("lpg"))), tables, plain)
    bottles = lpg.kwh["lpg"] / tables.factors["lpg"].kwh_per_unit / 14.5
    assert 2 < bottles < 10


def test_counted_bottles_are_taken_as_they_are(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    facts = replace(f5_facts, uses=ANSWERED, bills=BillFacts(lpg_bottles=Answer(4.0, Quality.BILL)))
    found = _year(facts, tables, plain)
    assert found.kwh["lpg"] / tables.factors["lpg"].kwh_per_unit == pytest.approx(4 * 14.5)
    beside = replace(facts, uses=replace(ANSWERED, cook_fuels=Answer("lpg electric")))
    for bottles in (2.0, 30.0):  # thirty are more than three people need: then nothing is left for electricity
        both = _year(replace(beside, bills=BillFacts(lpg_bottles=Answer(bottles))), tables, plain)
        assert both.kwh["lpg"] / tables.factors["lpg"].kwh_per_unit == pytest.approx(bottles * 14.5)
        left = max(660 - bottles * 14.5 * tables.factors["lpg"].kwh_per_unit * 0.55, 0.0)
        assert both.by_use["cooking"]["electricity"] == pytest.approx(left / 0.8, abs=1e-6)


def test_a_fire_that_heats_the_kang_cooks_for_nothing(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts
) -> None:
    """The wood of the winter's cooking counts with the kang's heating, and only once."""
    own = replace(ANSWERED, cook_fuels=Answer("wood"), kang_count=Answer(1.0), kang_use=Answer("own_fire"))
    linked = replace(own, kang_use=Answer("cooking"))
    apart, together_ = (_year(replace(f5_facts, uses=uses), tables, plain) for uses in (own, linked))
    winter = 121  # 15 November to 15 March
    assert apart.kwh["wood"] == pytest.approx(660 / 0.18)
    assert together_.kwh["wood"] == pytest.approx(660 / 0.18 * (365 - winter) / 365)
    assert together_.months_kwh["wood"][0] == 0.0


def test_a_billed_month_sets_the_year(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    for month in (140.0, 220.0, 300.0):
        facts = replace(f5_facts, uses=ANSWERED, bills=BillFacts(elec_other_month_kwh=Answer(month, Quality.BILL)))
        found = _year(facts, tables, plain)
        if found.bill_factor > 0.2:
            assert found.kwh["electricity"] == pytest.approx(12 * month)
        else:
            assert found.kwh["electricity"] > 12 * month


def test_the_sun_saves_hot_water(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    tank = replace(ANSWERED, hot_water=Answer("electric_tank"))
    both = replace(ANSWERED, hot_water=Answer("solar electric_tank"), solar_tubes=Answer(20.0))
    broken = replace(both, solar_works=Answer("no"))
    without, sunny, out_of_use = (
        _year(replace(f5_facts, uses=uses), tables, plain).by_use["hot_water"]["electricity"]
        for uses in (tank, both, broken)
    )
    assert sunny < 0.7 * without
    assert out_of_use == pytest.approx(without)


def test_a_stove_heats_water_with_its_own_fuel(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    facts = replace(f5_facts, uses=replace(ANSWERED, hot_water=Answer("stove")))
    assert set(_year(facts, tables, plain).by_use["hot_water"]) == {"coal"}
    loose = replace(facts, bills=BillFacts(coal_loose_t=Answer(2.0)))
    assert set(_year(loose, tables, plain).by_use["hot_water"]) == {"coal_loose"}


def test_gas_or_bottles_by_what_is_there(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    facts = replace(f5_facts, uses=replace(ANSWERED, hot_water=Answer("gas_heater")))
    assert _uses(facts, tables).hot_water[0].carrier == "lpg"
    assert _uses(replace(facts, gas_available=Answer("yes")), tables).hot_water[0].carrier == "gas"


def test_no_rice_is_cooked_twice(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    uses = replace(ANSWERED, appliances=Answer("fridge cooker induction"))
    beside_gas = {item.code for item in _uses(replace(f5_facts, uses=uses), tables).appliances}
    assert {"cooker", "induction"} <= beside_gas
    electric = replace(uses, cook_fuels=Answer("electric"))
    codes = {item.code for item in _uses(replace(f5_facts, uses=electric), tables).appliances}
    assert not {"cooker", "induction"} & codes


def test_missing_answers_are_visible_defaults_with_words(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    inputs = {item.key: item for item in build(f5_facts, tables).inputs}
    for key in ("uses.residents", "uses.led", "uses.cooking_kwh", "uses.lighting_kwh", "uses.showers_week",
                "uses.fridge.appliance_kwh", "solar.roof_south_m2", "solar.pv_has", "solar.pv_strength"):  # fmt: skip
        assert inputs[key].quality is Quality.DEFAULT, key
        assert inputs[key].reason, key
    for translator in (Translator("zh"), Translator("en")):
        for item in inputs.values():
            if item.key.startswith(("uses.", "solar.", "heating.")):
                assert translator.has(item.name), item.name
                assert all(translator.has(key) for key in item.place.split()), item.place
                if isinstance(item.value, str):
                    assert translator.has(f"energy.code.{item.value}"), item.value


def test_answers_are_not_marked_as_defaults(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    uses = replace(ANSWERED, residents=Answer(4.0, Quality.MEASURED), led=Answer("none", Quality.MEASURED))
    inputs = {item.key: item for item in build(replace(f5_facts, uses=uses), tables).inputs}
    assert inputs["uses.residents"].quality is Quality.MEASURED
    assert inputs["uses.led"].value == "none"


def test_every_code_of_the_form_is_known(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    uses = UseFacts(
        cook_fuels=Answer("gas lpg electric wood coal"),
        hot_water=Answer("solar electric_tank gas_heater heat_pump stove none"),
        appliances=Answer("fridge freezer tv washer cooker induction pump computer other"), vehicle=Answer("bike"),
        led=Answer("half"), pv_has=Answer("yes"), pv_mode=Answer("off_grid"), kang_count=Answer(2.0),
        kang_use=Answer("own_fire"),
    )  # fmt: skip
    found = _uses(replace(f5_facts, uses=uses), tables)
    assert sum(way.share for way in found.cooking) == pytest.approx(1.0)
    assert sum(way.share for way in found.hot_water) == pytest.approx(1.0)
    unknown = Answer("fridge xyz")
    for wrong in (UseFacts(cook_fuels=unknown), UseFacts(hot_water=unknown), UseFacts(appliances=unknown)):
        with pytest.raises(InputFault) as caught:
            build(replace(f5_facts, uses=wrong), tables)
        assert caught.value.code == "CP-1366"
        assert "厨房" in caught.value.message("zh")


def test_photovoltaics_of_the_survey(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    uses = UseFacts(pv_has=Answer("yes"), pv_panels=Answer(12.0), pv_year=Answer(2020.0), pv_kwh=Answer(7000.0))
    sun = _sun(replace(f5_facts, uses=uses, survey_year=2026), tables)
    assert (sun.pv_kwp, sun.pv_age_a, sun.pv_billed_kwh) == pytest.approx((6.6, 6.0, 7000.0))
    block = replace(f5_facts.blocks[0], roof_south_m2=Answer(60.0), pv_strength=Answer("ok"), facing=Answer("a135"))
    found = _sun(replace(f5_facts, blocks=(block,)), tables)
    assert found.possible_kwp == pytest.approx(60 * 0.85 * 0.2)
    assert found.azimuth_deg == 135.0
    north = replace(block, facing=Answer("a000"))
    assert _sun(replace(f5_facts, blocks=(north,)), tables).azimuth_deg == 180.0
    weak = replace(block, pv_strength=Answer("no"))
    assert _sun(replace(f5_facts, blocks=(weak,)), tables).possible_kwp == 0.0


def test_usable_roof_of_the_form_by_hand(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    assert _sun(f5_facts, tables).roof_m2 == pytest.approx(18.15 * 6.5 * 0.6)  # flat by default of its time
    pitched = replace(f5_facts.blocks[0], roof_shape=Answer("pitched_tile"))
    assert _sun(replace(f5_facts, blocks=(pitched,)), tables).roof_m2 == pytest.approx(18.15 * 6.5 * 0.4)


def test_two_buildings_add_their_roofs(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    roofs = [replace(f5_facts.blocks[0], roof_south_m2=Answer(area)) for area in (30.0, 20.0)]
    shed = BlockFacts(kind=Answer("store"), heated=Answer("no"), roof_south_m2=Answer(10.0))
    assert _sun(replace(f5_facts, blocks=(*roofs, shed)), tables).roof_m2 == 60.0


def test_power_of_a_household_by_hand(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    uses = _uses(replace(f5_facts, uses=replace(ANSWERED, vehicle=Answer("none"))), tables)
    direct = new_plant("direct_electric", "x", "none", tables)
    found = household_power(direct.systems, 10000.0, uses, tables)
    assert found.heating_kw == pytest.approx(10.0 / 0.98)
    plain = sum(item.power_w for item in uses.appliances)
    assert found.others_kw == pytest.approx(0.5 * (plain + 1500.0) / 1000.0)
    storage = household_power(new_plant("storage_heater", "x", "none", tables).systems, 10000.0, uses, tables)
    assert storage.heating_kw == pytest.approx(10.0 / 0.95 * 3)
    pump = household_power(
        new_plant("ashp_water", "x", "radiator_steel", tables).systems, 10000.0, uses, tables, capacity_w=12500.0
    )
    # 10.87 kW at -7.6 C and 50 C: COP (2.3676 + 2.1036) / 2, and 80 W of the pump
    assert pump.heating_kw == pytest.approx(10.0 / 0.92 / 2.2356 + 0.08, abs=0.002)
    assert found.current_a(three_phase=False) == pytest.approx(1000 * found.total_kw / 220)
    assert found.current_a(three_phase=True) == pytest.approx(1000 * found.total_kw / 660)


def test_a_village_by_hand(tables: EnergyTables) -> None:
    households = [HouseholdPower(4.0, 1.5, 0.0)] * 100
    found = village_power(households, tables)
    expected = (400 * (0.85 + 0.15 / 10) + 150 * (0.30 + 0.70 / 10)) / 0.95
    assert found.value == pytest.approx(expected)
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high
    one = village_power(households[:1], tables)
    assert one.value == pytest.approx(5.5 / 0.95)
    assert village_power([], tables).value == 0.0
    for language in ("zh", "en"):
        assert Translator(language).has(found.formula)
        assert all(Translator(language).has(name) for name, _, _ in found.inputs)


@settings(max_examples=50, deadline=None)
@given(number=st.integers(1, 5000), share=st.floats(0, 1))
def test_more_households_draw_more_but_less_each(number: int, share: float) -> None:
    now, more = together(float(number), number, share), together(float(number + 1), number + 1, share)
    assert more >= now * (1 - 1e-12)
    assert more / (number + 1) <= now / number * (1 + 1e-12)
    assert now <= number and math.isfinite(now)
