"""What is taken off a bill for other uses, and where the month comes from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BillFacts, Building, BuildingFacts
from cpdesk.model.energy_uses import UseFacts
from cpdesk.model.records import Quality

SAID = UseFacts(
    residents=Answer(2.0, Quality.MEASURED), cook_fuels=Answer("electric", Quality.MEASURED),
    hot_water=Answer("electric_tank", Quality.MEASURED), led=Answer("all", Quality.MEASURED),
    appliances=Answer("fridge tv", Quality.MEASURED), showers_week=Answer(7.0, Quality.MEASURED),
)  # fmt: skip


def _entry(building: Building, key: str = "bill.elec_other_month_kwh") -> tuple[float, str]:
    item = next(item for item in building.inputs if item.key == key)
    return float(item.value), item.reason


def test_month_of_electricity_by_hand(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    """Two people: pots, a tank for 7 showers, lamps, fridge, television, what always runs."""
    building = build(replace(f5_facts, uses=SAID), tables)
    cooking = 220.0 * 2 / tables.cookers["electric"].efficiency
    litres = 7 * 40 / 7 + 2 * 4
    water = 365 * litres * 1.163e-3 * (40 - 13) / tables.water_heaters["electric_tank"].efficiency
    water += tables.water_heaters["electric_tank"].standby_kwh
    expected = (cooking + water + 1.2 * building.floor_area_m2 + 250 + 120 + 60) / 12
    assert building.base_month_kwh == pytest.approx(expected)
    assert _entry(building) == (pytest.approx(expected), "energy.default.uses")


def test_a_billed_month_stands_and_silence_keeps_the_rule(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    billed = replace(f5_facts.bills, elec_other_month_kwh=Answer(96.0, Quality.BILL))
    assert build(replace(f5_facts, uses=SAID, bills=billed), tables).base_month_kwh == 96.0
    silent = build(f5_facts, tables)
    assert _entry(silent) == (tables.rule("base_month_kwh"), "energy.default.rule")
    panels = replace(SAID, pv_has=Answer("yes"), pv_kwp=Answer(6.0))
    assert _entry(build(replace(f5_facts, uses=panels), tables))[1] == "energy.default.rule"


def test_an_electric_car_is_not_taken_for_heating(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    """A year's bill less twelve base months: the car's 1500 kWh leave the heating what it was."""
    bills = BillFacts(elec_year_kwh=Answer(9000.0, Quality.BILL))

    def heating(uses: UseFacts) -> float:
        return next(bill.amount for bill in build(replace(f5_facts, bills=bills, uses=uses), tables).bills)

    assert heating(SAID) - heating(replace(SAID, vehicle=Answer("car"))) == pytest.approx(1500.0)


def test_what_was_said_makes_the_heating_bill_surer(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    bills = BillFacts(elec_year_kwh=Answer(9000.0, Quality.BILL))

    def width(uses: UseFacts) -> float:
        bill = build(replace(f5_facts, bills=bills, uses=uses), tables).bills[0]
        assert bill.low is not None
        assert bill.high is not None
        assert bill.low < bill.amount < bill.high
        return bill.high - bill.low

    assert width(SAID) < width(UseFacts())


def test_gas_that_cooks_is_taken_off(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    bills = BillFacts(gas_year_m3=Answer(1500.0, Quality.BILL))
    uses = replace(SAID, cook_fuels=Answer("gas", Quality.MEASURED))
    facts = replace(f5_facts, bills=bills, uses=uses, gas_available=Answer("yes"))
    bill = next(bill for bill in build(facts, tables).bills if bill.carrier == "gas")
    cooked = 220.0 * 2 / tables.cookers["gas"].efficiency / tables.factors["gas"].kwh_per_unit
    assert bill.amount == pytest.approx(1500.0 - cooked)
