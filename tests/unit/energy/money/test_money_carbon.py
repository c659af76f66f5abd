"""Standard coal, carbon by year and region, biogenic carbon, pollutants, units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import declared_texts
from cpdesk.energy.money.carbon import (
    biogenic_co2_kg,
    energy_kwh,
    grid_regions,
    heat_of_kgce,
    kgce_of_heat,
    primary_kgce,
)
from cpdesk.energy.money.pollutants import POLLUTANTS, emissions, factor_of, grams_per_kwh, printed
from cpdesk.energy.money.prices import amount, co2_kg, kgce
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables


@given(kwh=st.floats(0, 1e6))
def test_units_come_back(tables: EnergyTables, kwh: float) -> None:
    for carrier in tables.factors:
        assert energy_kwh(carrier, amount(carrier, np.array([kwh]), tables), tables)[0] == pytest.approx(kwh)
    assert heat_of_kgce(kgce_of_heat(np.array([kwh])))[0] == pytest.approx(kwh)


def test_standard_coal_agrees_with_its_heat_value(tables: EnergyTables) -> None:
    # 7000 kcal = 29.3076 MJ: heat, coal, gas, LPG, pellets and electricity by their own calorific values.
    for carrier in ("electricity", "heat", "coal", "coal_loose", "gas", "lpg", "wood", "pellets"):
        row = tables.factors[carrier]
        by_heat = float(kgce_of_heat(np.array([row.kwh_per_unit]))[0])
        assert row.kgce_per_unit == pytest.approx(by_heat, rel=0.003), carrier


def test_equivalent_and_primary_value_of_electricity(tables: EnergyTables) -> None:
    kwh = {"electricity": np.array([1000.0]), "coal": np.array([638.9])}
    assert kgce(Energy(kwh, np.zeros(1)), tables)[0] == pytest.approx(122.9 + 78.48)
    assert primary_kgce(kwh, tables)[0] == pytest.approx(300.7 + 78.48)


@pytest.mark.parametrize(
    ("day", "region", "year", "factor", "code"),
    [
        (date(2026, 11, 1), "beijing", None, 0.5580, "electricity_beijing_2022"),
        (date(2021, 11, 1), "beijing", None, 0.5688, "electricity_beijing_2021"),
        (date(2019, 1, 1), "beijing", None, 0.5688, "electricity_beijing_2021"),  # before the first: the first
        (date(2026, 1, 1), "north_china", None, 0.6361, "electricity_north_china_2023"),
        (date(2026, 1, 1), "china", 2021, 0.5568, "electricity_china_2021"),
    ],
)
def test_grid_factor_of_day_region_and_year(
    tables: EnergyTables, day: date, region: str, year: int | None, factor: float, code: str
) -> None:
    chosen = tables.on(day, region=region, factor_year=year)
    assert chosen.factors["electricity"].id == code
    assert co2_kg(Energy({"electricity": np.array([1000.0])}, np.zeros(1)), chosen)[0] == pytest.approx(1000 * factor)


@pytest.mark.parametrize(("region", "year"), [("beijing", 1999), ("mars", None)])
def test_an_unknown_region_or_year_is_refused(tables: EnergyTables, region: str, year: int | None) -> None:
    with pytest.raises(InputFault) as caught:
        tables.on(date(2026, 1, 1), region=region, factor_year=year)
    assert caught.value.code == "CP-1374" and region in caught.value.message()
    assert "beijing 2022" in caught.value.message()


def test_regions_that_can_be_chosen_have_a_name(tables: EnergyTables) -> None:
    regions = grid_regions(tables)
    assert regions["beijing"] == (2021, 2022) and regions["north_china"] == (2021, 2022, 2023)
    assert all(f"energy.region.{region}" in declared_texts() for region in regions)


def test_biogenic_carbon_stands_apart(tables: EnergyTables) -> None:
    kwh = {"wood": np.array([4639.0]), "pellets": np.array([4583.0]), "coal": np.array([6389.0])}
    assert biogenic_co2_kg(kwh, tables)[0] == pytest.approx(1870.4 + 1699.5)
    assert co2_kg(Energy(kwh, np.zeros(1)), tables)[0] == pytest.approx(2550.2)


def test_pollutants_of_a_tonne_of_coal_by_hand(tables: EnergyTables) -> None:
    found = {item.pollutant: item for item in emissions({("coal", "coal_boiler"): np.array([6389.0])}, tables)}
    for pollutant, kg in (("so2", 1.91), ("nox", 0.901), ("co", 37.3), ("pm25", 1.5)):
        assert found[pollutant].chimney_kg[0] == pytest.approx(kg)
        assert found[pollutant].upstream_kg[0] == 0.0 and not found[pollutant].missing
    shown = printed(found["pm25"], 0)
    assert shown is not None and [shown.low, shown.high] == pytest.approx([0.5, 3.5])
    assert shown.status == "to_confirm"


def test_a_factor_of_the_device_goes_before_that_of_the_fuel(tables: EnergyTables) -> None:
    thousand = {("gas", "gas_boiler"): np.array([10828.0]), ("gas", ""): np.array([10828.0])}
    nox = next(item for item in emissions(thousand, tables) if item.pollutant == "nox")
    assert nox.chimney_kg[0] == pytest.approx(0.62 + 1.506)


def test_power_stations_stand_apart(tables: EnergyTables) -> None:
    found = {item.pollutant: item for item in emissions({("electricity", "ashp_water"): np.array([5000.0])}, tables)}
    assert found["nox"].upstream_kg[0] == pytest.approx(5000 * 0.133e-3 * 0.70)
    assert found["nox"].chimney_kg[0] == 0.0
    assert found["co"].missing == ("electricity",) and not found["co"].known
    assert printed(found["nox"], 0) is None and printed(found["nox"], 0, upstream=True) is not None


def test_no_factor_is_never_zero(tables: EnergyTables) -> None:
    kwh = {("pellets", "biomass_boiler"): np.array([4583.0]), ("lpg", ""): np.array([100.0])}
    found = {item.pollutant: item for item in emissions(kwh, tables)}
    assert found["so2"].missing == ("pellets", "lpg")
    assert printed(found["so2"], 0) is None
    assert found["pm25"].missing == ("lpg",)
    assert found["pm25"].chimney_kg[0] == pytest.approx(1000 * 16.5 * 0.146e-3, rel=1e-3)
    assert factor_of("lpg", "", "co", tables) is None


def test_what_is_not_used_is_not_missing(tables: EnergyTables) -> None:
    kwh = {("lpg", ""): np.zeros(2), ("solar", "solar_heating"): np.ones(2), ("coal", ""): np.array([0.0, 638.9])}
    for item in emissions(kwh, tables):
        assert not item.missing and item.chimney_kg.shape == (2,)
        assert item.chimney_kg[0] == 0.0 and item.chimney_kg[1] > 0


def test_pollutant_texts_and_tables_agree(tables: EnergyTables) -> None:
    texts = declared_texts()
    assert {row.pollutant for row in tables.pollutants} == set(POLLUTANTS)
    assert all(f"energy.pollutant.{name}" in texts for name in (*POLLUTANTS, "chimney", "upstream", "no_factor"))
    for row in tables.pollutants:
        assert grams_per_kwh(row, tables) > 0
        emission = next(item for item in emissions({(row.carrier, row.device): np.ones(1)}, tables)
                        if item.pollutant == row.pollutant)  # fmt: skip
        figure = printed(emission, 0, upstream=row.place == "upstream")
        assert figure is not None and figure.formula in texts and all(key in texts for key, _, _ in figure.inputs)


def test_every_edition_says_where_it_comes_from(tables: EnergyTables) -> None:
    rows: list[Any] = [*tables.factor_versions, *tables.tariff_versions, *tables.subsidy_versions, *tables.price_paths,
            *tables.pollutants]  # fmt: skip
    assert all(row.id and row.source and row.status for row in rows)
    ids = [row.id for row in tables.factor_versions]
    assert len(ids) == len(set(ids))
    assert replace(tables, day=date(2020, 1, 1)).day == date(2020, 1, 1)
