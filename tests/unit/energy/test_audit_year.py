"""The whole year of a household: lines sum to totals, and one bill says what packages save."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.audit.explain import explain, names
from cpdesk.energy.audit.household import audit
from cpdesk.energy.house.construct import build
from cpdesk.energy.money.household import annual_cost
from cpdesk.energy.money.windows import NOTHING, Windows
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import Audit
from cpdesk.model.building import Answer, BillFacts, BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.energy_uses import UseFacts
from cpdesk.model.year import YEAR_USES, HouseYear, YearUse

KEPT = {
    "seal_strips", "roof_wool100", "wall_eps80", "ashp_water", "ashp_air", "pv_3", "pv_8", "solar_water_2m2",
    "cook_induction", "led_lamps",
}  # fmt: skip
SUN = UseFacts(residents=Answer(3.0), pv_has=Answer("yes"), pv_kwp=Answer(5.0), vehicle=Answer("car"))
SAID = UseFacts(residents=Answer(4.0), cook_fuels=Answer("lpg wood"), hot_water=Answer("electric_tank"))
HOUSES = {
    "coal": ("coal_boiler", SAID, BillFacts(elec_other_month_kwh=Answer(110.0))),
    "nothing_said": ("coal_boiler", None, BillFacts()),
    "electric": ("direct_electric", SAID, BillFacts()),
    "heat_pump_and_sun": ("ashp_water", SUN, BillFacts(elec_other_month_kwh=Answer(250.0))),
    "off_grid": ("direct_electric", replace(SUN, pv_mode=Answer("off_grid")), BillFacts()),
    "all_sold": ("coal_boiler", replace(SUN, pv_mode=Answer("all_grid")), BillFacts()),
    "more_sun_than_use": ("coal_boiler", replace(SUN, pv_kwp=Answer(40.0), vehicle=None), BillFacts()),
}


def _facts(house: str) -> BuildingFacts:
    heater, uses, bills = HOUSES[house]
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1996.0), structure=Answer("brick_concrete"),
        bays=Answer(4.0), length_m=Answer(13.2), depth_m=Answer(6.0), storey_height_m=Answer(3.0),
    )  # fmt: skip
    facts = BuildingFacts(blocks=(block,), heaters=(HeaterFacts(type=Answer(heater)),), bills=bills)
    return facts if uses is None else replace(facts, uses=uses)


@pytest.fixture(scope="module")
def few(tables: EnergyTables) -> EnergyTables:
    return replace(tables, measures=tuple(item for item in tables.measures if item.id in KEPT))


@pytest.fixture(scope="module")
def audits(few: EnergyTables) -> dict[str, Audit]:
    return {house: audit(build(_facts(house), few), few) for house in HOUSES}


def _year(found: Audit) -> YearUse:
    assert found.year is not None
    return found.year


def _all(found: Audit) -> list[HouseYear]:
    year = _year(found)
    return [year.now, *year.packages, *year.criteria]


@pytest.mark.parametrize("house", HOUSES)
def test_lines_sum_to_totals_exactly(audits: dict[str, Audit], house: str) -> None:
    for year in _all(audits[house]):
        assert [line.code for line in year.uses] == [code for code in YEAR_USES if code in {u.code for u in year.uses}]
        for name in ("energy_kwh", "cost_yuan", "co2_kg", "kgce"):
            total = sum(getattr(line, name).value for line in year.uses)
            if year.sun is not None and name != "energy_kwh":
                total += getattr(year.sun, name).value
            assert getattr(year, name).value == pytest.approx(total, rel=1e-12, abs=1e-9)
        for line in year.uses:
            assert line.energy_kwh.value == pytest.approx(sum(item.energy_kwh.value for item in line.carriers))
            assert line.cost_yuan.value == pytest.approx(sum(item.cost_yuan.value for item in line.carriers))
            assert all(item.energy_kwh.value > 0 for item in line.carriers)
        used = 0.0 if year.sun is None else year.sun.used_kwh.value
        assert year.bought_kwh.value == pytest.approx(year.energy_kwh.value - used)


@pytest.mark.parametrize("house", HOUSES)
def test_the_sun_is_used_sold_or_lost(audits: dict[str, Audit], house: str) -> None:
    for year in _all(audits[house]):
        sun = year.sun
        if sun is None:
            continue
        electricity = sum(
            item.energy_kwh.value for line in year.uses for item in line.carriers if item.carrier == "electricity"
        )
        assert sun.used_kwh.value + sun.sold_kwh.value + sun.unused_kwh.value == pytest.approx(
            sun.generated_kwh.value, abs=1e-6
        )
        assert 0 <= sun.heating_kwh.value <= sun.used_kwh.value <= min(electricity, sun.generated_kwh.value) + 1e-9
        assert sun.self_consumption_pct.value == pytest.approx(100 * sun.used_kwh.value / sun.generated_kwh.value)
        assert sun.self_sufficiency_pct.value == pytest.approx(100 * sun.used_kwh.value / electricity)
        assert sun.self_sufficiency_pct.value <= 100.0
        assert sun.cost_yuan.value <= -sun.sale_yuan.value + 1e-9


def test_where_the_sun_goes_follows_the_answer(audits: dict[str, Audit]) -> None:
    suns = {house: _year(audits[house]).now.sun for house in HOUSES}
    assert suns["coal"] is None
    assert suns["nothing_said"] is None
    sold, alone, large = suns["all_sold"], suns["off_grid"], suns["more_sun_than_use"]
    assert sold is not None
    assert sold.used_kwh.value == 0.0
    assert alone is not None
    assert alone.sold_kwh.value == 0.0
    assert alone.unused_kwh.value > 0.0
    assert alone.heating_kwh.value == 0.0
    assert large is not None
    assert large.generated_kwh.value > 10 * large.used_kwh.value
    served = suns["heat_pump_and_sun"]
    assert served is not None
    assert served.heating_kwh.value > 300.0


@pytest.mark.parametrize("house", HOUSES)
def test_the_year_saves_what_packages_save(audits: dict[str, Audit], house: str) -> None:
    """One price of the year: before less after is the saving that chose the package, to the cent."""
    found = audits[house]
    now = _year(found).now
    assert now.uses[0].cost_yuan.value == pytest.approx(found.baseline.cost_yuan.value)
    assert now.uses[0].co2_kg.value == pytest.approx(1000 * found.baseline.co2_t.value)
    for year, package in zip(_year(found).packages, found.packages, strict=True):
        assert year.code == package.code
        assert year.uses[0].cost_yuan.value == pytest.approx(package.after.cost_yuan.value)
        saved = now.cost_yuan.value - year.cost_yuan.value
        assert saved == pytest.approx(package.saving_yuan.value, abs=0.01)
        assert now.co2_kg.value - year.co2_kg.value == pytest.approx(1000 * package.co2_saving_t.value, abs=1e-6)
    for year, best in zip(_year(found).criteria, found.by_criterion, strict=True):
        assert year.code == best.code
        saved = now.cost_yuan.value - year.cost_yuan.value
        assert saved == pytest.approx(best.combination.saving_yuan.value, abs=0.01)
        carbon = now.co2_kg.value - year.co2_kg.value
        assert carbon == pytest.approx(1000 * best.combination.co2_saving_t.value, abs=1e-6)


@pytest.mark.parametrize("house", HOUSES)
def test_views_with_extras_are_of_the_figures_it_was_chosen_by(audits: dict[str, Audit], house: str) -> None:
    found = audits[house]
    now = _year(found).now
    factor = (1 - 1.03**-15) / 0.03
    every = [(best.combination, year) for best, year in zip(found.by_criterion, _year(found).criteria, strict=True)]
    assert any(set(one.measures) & {"pv_3", "pv_8", "solar_water_2m2", "led_lamps"} for one, _ in every)
    for one, year in every:
        views = {code: figure.value for code, figure in one.views.items() if figure is not None}
        assert views["npv_household"] == pytest.approx(one.npv_yuan.value, rel=1e-9, abs=1e-5)
        assert views["npv_society"] == pytest.approx(views["npv_household"] + views["npv_government"])
        assert views["lcc_before"] - views["lcc_after"] == pytest.approx(views["npv_household"], abs=1e-6)
        assert views["yearly_household"] <= one.saving_yuan.value + 1e-6
        assert views["npv_government"] == pytest.approx(-one.subsidy_yuan.value + views["yearly_government"] * factor)
        if one.co2_saving_t.value > 0:
            tonnes = one.co2_saving_t.value
            assert views["society_yuan_t"] == pytest.approx(-views["npv_society"] / factor / tonnes)
        coal = now.kgce.value - year.kgce.value
        if coal > 0:
            expected = -views["npv_government"] / factor / coal
            assert views["government_yuan_kgce"] == pytest.approx(expected, abs=1e-9)
    for level in found.levels:
        figure = level.combination.views["npv_household"]
        assert figure is not None
        assert figure.value == pytest.approx(level.combination.npv_yuan.value, rel=1e-9, abs=1e-5)


def test_the_government_pays_no_valley_power_that_the_sun_gave(audits: dict[str, Audit], few: EnergyTables) -> None:
    """Yearly money of the government with a heat pump: the valley subsidy of what is bought, by the tariff's rows."""
    row = next(row for row in few.tariffs if row.item == "valley_subsidy" and row.to_amount is not None)
    paid = [
        best.combination.views["yearly_government"]
        for best in audits["coal"].by_criterion
        if any(code.startswith("ashp") for code in best.combination.measures)
    ]
    assert paid
    for figure in paid:
        assert figure is not None
        assert row.price_yuan * (row.to_amount or 0.0) <= figure.value < 0


@pytest.mark.parametrize("house", ["coal", "nothing_said", "all_sold", "more_sun_than_use"])
def test_without_a_valley_meter_it_is_the_bill_of_the_whole_year(
    audits: dict[str, Audit], few: EnergyTables, house: str
) -> None:
    """`money.household.annual_cost`, which knows nothing of packages, comes to the same year."""
    now = _year(audits[house]).now
    heating = {item.carrier: np.array([item.energy_kwh.value]) for item in now.uses[0].carriers}
    other: dict[str, float] = {}
    for line in now.uses[1:]:
        for item in line.carriers:
            other[item.carrier] = other.get(item.carrier, 0.0) + item.energy_kwh.value
    used, sold = (0.0, 0.0) if now.sun is None else (now.sun.used_kwh.value, now.sun.sold_kwh.value)
    year = annual_cost(
        Energy(heating, np.zeros(1)), few, valley_meter=False, other_kwh=other, export_kwh=sold,
        electricity=Windows(np.zeros(1), np.zeros(1), np.array([other["electricity"]])),
        self_used=Windows(np.zeros(1), np.zeros(1), np.array([used])) if used else NOTHING,
    )  # fmt: skip
    assert float(year.total[0]) == pytest.approx(now.cost_yuan.value, rel=1e-9)


def test_a_billed_month_is_what_the_other_uses_buy(audits: dict[str, Audit]) -> None:
    for house, month in (("coal", 110.0), ("heat_pump_and_sun", 250.0)):
        now = _year(audits[house]).now
        other = sum(
            item.energy_kwh.value for line in now.uses[1:] for item in line.carriers if item.carrier == "electricity"
        )
        own = 0.0 if now.sun is None else now.sun.used_kwh.value - now.sun.heating_kwh.value
        assert other - own == pytest.approx(12 * month, rel=1e-6)


def test_every_figure_opens_and_totals_lead_to_their_lines(audits: dict[str, Audit]) -> None:
    found = audits["heat_pump_and_sun"]
    ours = [(name, figure) for name, figure in names(found) if name.startswith("year.")]
    assert len({name for name, _ in ours}) == len(ours) > 100
    for name, figure in ours:
        assert figure.formula, name
        assert figure.source, name
        assert np.isfinite(figure.value), name
    total = explain(found, "year.now.cost_yuan")
    assert [operand.opens for operand in total.operands] == [
        *(f"year.now.uses.{line.code}.cost_yuan" for line in _year(found).now.uses), "year.now.sun.cost_yuan",
    ]  # fmt: skip
    heating = explain(found, "year.now.sun.used_kwh")
    assert "year.now.sun.heating_kwh" in [operand.opens for operand in heating.operands]


def test_fuels_of_the_kitchen_show_their_factors(audits: dict[str, Audit]) -> None:
    found = audits["coal"]
    cooking = {factor.code for factor in explain(found, "year.now.uses.cooking.co2_kg").factors}
    assert "lpg.carbon" in cooking
    assert "wood.carbon" in cooking
    assert "coal.carbon" not in cooking
    heating = {factor.code for factor in explain(found, "year.now.uses.heating.co2_kg").factors}
    assert "coal.carbon" in heating
    assert "lpg.carbon" not in heating
    package = _year(found).packages[0].code
    assert explain(found, f"year.packages.{package}.cost_yuan").factors


def test_nothing_is_counted_twice_over_packages(audits: dict[str, Audit]) -> None:
    """Packages hold nothing beside heating: their other uses are those of today."""
    for found in audits.values():
        year = _year(found)
        for one, other in itertools.pairwise([year.now, *year.packages]):
            assert [line.energy_kwh.value for line in one.uses[1:]] == [
                line.energy_kwh.value for line in other.uses[1:]
            ]
