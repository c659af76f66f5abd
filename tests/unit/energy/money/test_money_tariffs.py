"""Tariffs: editions by date, tiers at their bounds by hand, valley windows, the whole household's year."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import declared_texts
from cpdesk.energy.money.household import (
    annual_cost,
    even_windows,
    window_hours,
    windows,
)
from cpdesk.energy.money.lines import bill_lines
from cpdesk.energy.money.prices import (
    cost_by_carrier,
    marginal_price,
    rows_of,
    running_subsidy,
    tier_bounds,
    tiered,
)
from cpdesk.energy.money.windows import NO_OTHER, OtherUse, Windows
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.versions import day_from, day_to, hours, season, tariffs_on


def _total(energy: Energy, tables: EnergyTables, *, valley_meter: bool, other: OtherUse = NO_OTHER) -> np.ndarray:
    """A season over all carriers."""
    return np.sum([*cost_by_carrier(energy, tables, valley_meter=valley_meter, other=other).values()], axis=0)


def one(value: float) -> np.ndarray:
    return np.array([value])


@pytest.mark.parametrize(
    ("kwh", "yuan"),
    [
        (0, 0.0),
        (1, 0.4883),
        (2879, 1405.8157),
        (2880, 1406.304),
        (2881, 1406.8423),  # 1406.304 + 0.5383
        (4799, 2439.3017),
        (4800, 2439.84),  # 1406.304 + 1920 x 0.5383
        (4801, 2440.6283),
        (10000, 6539.0),  # 2439.84 + 5200 x 0.7883
    ],
)
def test_electricity_tiers_at_and_around_each_bound(tables: EnergyTables, kwh: float, yuan: float) -> None:
    assert tiered(one(kwh), "electricity", tables)[0] == pytest.approx(yuan, abs=1e-9)


@pytest.mark.parametrize(
    ("m3", "yuan"),
    [(1499, 3912.39), (1500, 3915.0), (1501, 3917.83), (2499, 6742.17), (2500, 6745.0), (2501, 6749.23)],
)
def test_gas_tiers_at_and_around_each_bound(tables: EnergyTables, m3: float, yuan: float) -> None:
    assert tiered(one(m3), "gas", tables)[0] == pytest.approx(yuan, abs=1e-9)


def test_gas_for_cooking_runs_through_its_own_tiers(tables: EnergyTables) -> None:
    cost = tiered(np.array([350.0, 351.0, 600.0]), "gas", tables, scheme="general")
    assert cost == pytest.approx([913.5, 916.33, 913.5 + 150 * 2.83 + 100 * 4.23])


def test_marginal_price_on_both_sides_of_a_bound(tables: EnergyTables) -> None:
    at = np.array([0.0, 2879.9, 2880.0, 2880.1, 4800.0, 9000.0])
    assert marginal_price(at, "electricity", tables) == pytest.approx([0.4883, 0.4883, 0.5383, 0.5383, 0.7883, 0.7883])
    last = marginal_price(at, "electricity", tables, unit="last")
    assert last == pytest.approx([0.4883, 0.4883, 0.4883, 0.5383, 0.5383, 0.7883])


@given(base=st.floats(0, 8000), first=st.floats(0, 8000), second=st.floats(0, 8000))
def test_buying_in_two_steps_costs_the_same(tables: EnergyTables, base: float, first: float, second: float) -> None:
    whole = tiered(one(first + second), "electricity", tables, base)[0]
    parts = tiered(one(first), "electricity", tables, base)[0] + tiered(
        one(second), "electricity", tables, base + first
    )
    assert parts[0] == pytest.approx(whole, abs=1e-6)
    assert tiered(one(-first), "electricity", tables, base)[0] <= 0.0


def test_negative_amounts_are_never_paid_out(tables: EnergyTables) -> None:
    assert tiered(np.array([-5.0, 0.0]), "electricity", tables) == pytest.approx([0.0, 0.0])
    assert tiered(one(-500.0), "electricity", tables, base=100.0)[0] == pytest.approx(-48.83)


def test_large_households_have_wider_tiers_where_the_tariff_says_so(tables: EnergyTables) -> None:
    wide = [
        replace(row, persons_from=5.0, persons_extra=350.0) if row.carrier == "gas" else row for row in tables.tariffs
    ]
    wider = replace(tables, tariffs=tuple(wide))
    assert tier_bounds("gas", wider, persons=4)[1][0] == 1500
    assert [bound for bound, _ in tier_bounds("gas", wider, persons=5)] == [0, 1850, 2850]
    assert tiered(one(1850.0), "gas", wider, persons=6)[0] == pytest.approx(1850 * 2.61)


def test_tariffs_are_those_of_the_day(tables: EnergyTables) -> None:
    early = tables.on(date(2016, 1, 15))
    assert not rows_of(early, "electricity", "heating_valley")
    assert [row.id for row in rows_of(early, "coal", "season_subsidy")] == ["coal_quality_subsidy"]
    assert "gas_tier_1" in early.early and "elec_tier_1" not in early.early
    later = tables.on(date(2024, 11, 20))
    assert [row.id for row in rows_of(later, "electricity", "feed_in")] == ["elec_feed_in_2020"]
    assert [row.id for row in rows_of(tables, "electricity", "feed_in")] == ["elec_feed_in_2025"]
    assert not rows_of(tables, "coal", "season_subsidy") and not tables.early


@pytest.mark.parametrize(("day", "price"), [("2026-12-31", 0.4883), ("2027-01-01", 0.60), ("2030-06-01", 0.60)])
def test_a_new_price_takes_over_on_its_day(tables: EnergyTables, day: str, price: float) -> None:
    new = [
        replace(row, price_yuan=0.60, valid_from=date(2027, 1, 1))
        for row in tables.tariff_versions
        if row.id == "elec_tier_1"
    ]
    new[0] = replace(new[0], to_amount=None)
    dated = replace(tables, tariff_versions=(*tables.tariff_versions, *new)).on(date.fromisoformat(day))
    assert marginal_price(0.0, "electricity", dated) == pytest.approx(price)


def test_a_valley_household_without_a_valley_tariff_pays_by_tiers(tables: EnergyTables) -> None:
    energy = Energy({"electricity": one(3000.0)}, one(1800.0))
    early = tables.on(date(2016, 1, 15))
    paid = _total(energy, early, valley_meter=True)[0]
    assert paid == pytest.approx(1406.304 + 120 * 0.5383)
    assert running_subsidy(energy, early, valley_meter=True)[0] == 0.0


def _ended(tables: EnergyTables) -> EnergyTables:
    rows = [replace(row, valid_to=date(2020, 1, 1)) if row.carrier == "lpg" else row for row in tables.tariff_versions]
    rows = [replace(row, valid_from=None) if row.carrier == "lpg" else row for row in rows]
    return replace(tables, tariff_versions=tuple(rows)).on(date(2024, 1, 1))


def _gap(tables: EnergyTables) -> EnergyTables:
    rows = [replace(row, from_amount=1600.0) if row.id == "gas_tier_2" else row for row in tables.tariff_versions]
    return replace(tables, tariff_versions=tuple(rows)).on(date(2024, 1, 1))


def _closed(tables: EnergyTables) -> EnergyTables:
    rows = [replace(row, to_amount=9000.0) if row.id == "gas_tier_3" else row for row in tables.tariff_versions]
    return replace(tables, tariff_versions=tuple(rows)).on(date(2024, 1, 1))


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [(_ended, "CP-1370", ("lpg", "2020-01-01")), (_gap, "CP-1371", ("gas_tier_2", "1500", "1600")),
     (_closed, "CP-1371", ("gas_tier_3", "9000"))],
)  # fmt: skip
def test_wrong_editions_are_refused_with_place_and_value(
    tables: EnergyTables, make: Callable[[EnergyTables], EnergyTables], code: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(InputFault) as caught:
        make(tables)
    assert caught.value.code == code
    assert all(word in caught.value.message() for word in words)
    assert caught.value.remedy()


def test_days_hours_and_seasons_are_read_and_nonsense_is_not() -> None:
    assert (day_from("2012"), day_to("2012")) == (date(2012, 1, 1), date(2012, 12, 31))
    assert (day_from(""), day_to("2025-05-31")) == (None, date(2025, 5, 31))
    assert hours("20-8") == (20, 8) and hours("") is None
    assert season("11-01/03-31") == (11, 1, 3, 31) and season("") is None
    for convert, cell in (
        (day_from, "2012/7"),
        (day_to, "soon"),
        (hours, "20"),
        (hours, "25-8"),
        (season, "13-01/03-31"),
    ):
        with pytest.raises(ValueError):
            convert(cell)


def test_tariffs_on_keeps_the_order_of_the_table(tables: EnergyTables) -> None:
    chosen, _ = tariffs_on(tables.tariff_versions, date(2026, 1, 1))
    places = [tables.tariff_versions.index(row) for row in chosen]
    assert places == sorted(places)


def test_the_valley_window_is_half_of_151_days(tables: EnergyTables) -> None:
    season_hours, valley = window_hours(tables)
    assert season_hours.sum() == 151 * 24
    assert (season_hours & valley).sum() == 151 * 12
    # The day begins at 8 and the valley at 20 o'clock; 31 March is in, 1 April is out.
    assert [bool(valley[hour]) for hour in (7, 8, 19, 20)] == [True, False, False, True]
    assert season_hours[89 * 24 + 23] and not season_hours[90 * 24]
    load = np.zeros((2, 8760))
    load[0, 7], load[0, 8], load[1, 5000] = 1000.0, 2000.0, 3000.0
    split = windows(load, tables)
    assert split.season_valley_kwh == pytest.approx([1, 0])
    assert split.season_day_kwh == pytest.approx([2, 0])
    assert split.rest_kwh == pytest.approx([0, 3])


def test_even_windows_keep_the_sum(tables: EnergyTables) -> None:
    split = even_windows(one(8760.0), tables)
    assert split.total_kwh[0] == pytest.approx(8760)
    assert split.season_valley_kwh[0] == pytest.approx(1812)


def test_the_year_of_a_valley_household_by_hand(tables: EnergyTables) -> None:
    heating = Energy({"electricity": np.array([11000.0, 0.0])}, np.array([9500.0, 0.0]))
    other = Windows(*(np.array(value) for value in (500.0, 800.0, 3000.0)))
    year = annual_cost(heating, tables, valley_meter=True, electricity=other)
    # Day 1500 + 500; valley 9500 + 800 = 10300 of which 10000 are subsidised; the rest of the year in the tiers.
    rest = 2880 * 0.4883 + 120 * 0.5383
    first = 2000 * 0.4883 + 10300 * 0.3 - 10000 * 0.2 + rest
    second = 500 * 0.4883 + 800 * 0.1 + rest
    assert year.total == pytest.approx([first, second])
    assert year.running_subsidy == pytest.approx([2000, 160])


def test_solar_power_lowers_what_is_drawn_and_is_paid_when_fed_in(tables: EnergyTables) -> None:
    heating = Energy({"coal": one(6389.0)}, one(0.0))
    own = Windows(*(np.array(value) for value in (100.0, 50.0, 350.0)))
    year = annual_cost(
        heating, tables, valley_meter=False, other_kwh={"electricity": 3000.0, "lpg": 139.56}, self_used=own,
        export_kwh=1000.0,
    )  # fmt: skip
    assert year.by_carrier["electricity"][0] == pytest.approx(2500 * 0.4883)
    assert year.by_carrier["coal"][0] == pytest.approx(1100)
    assert year.by_carrier["lpg"][0] == pytest.approx(76.7)
    assert year.feed_in[0] == pytest.approx(300)
    assert year.total[0] == pytest.approx(2500 * 0.4883 + 1100 + 76.7 - 300)


def test_zero_and_negative_quantities_are_safe(tables: EnergyTables) -> None:
    nothing = Energy({"electricity": np.zeros(3), "gas": np.array([0.0, -5.0, 0.0])}, np.zeros(3))
    own = Windows(*(np.array(value) for value in (500.0, 500.0, 500.0)))
    for meter in (False, True):
        year = annual_cost(
            nothing, tables, valley_meter=meter, other_kwh={"electricity": -10.0}, self_used=own, export_kwh=-3.0
        )
        assert year.total == pytest.approx([0, 0, 0])
        assert year.running_subsidy == pytest.approx([0, 0, 0])


def test_the_whole_year_agrees_with_heating_on_top_of_other_use(tables: EnergyTables) -> None:
    heating = Energy({"electricity": np.array([1000.0, 5000.0])}, np.array([0.0, 0.0]))
    year = annual_cost(heating, tables, valley_meter=False, other_kwh={"electricity": 1800.0})
    alone = annual_cost(replace(heating, kwh={}), tables, valley_meter=False, other_kwh={"electricity": 1800.0})
    on_top = _total(heating, tables, valley_meter=False, other=OtherUse(even_windows(1800.0, tables)))
    assert year.total - alone.total == pytest.approx(on_top)


def test_gas_of_a_kitchen_and_heat_by_area(tables: EnergyTables) -> None:
    none = Energy({}, one(0.0))
    kitchen = annual_cost(none, tables, valley_meter=False, other_kwh={"gas": 400 * 10.828})
    assert kitchen.by_carrier["gas"][0] == pytest.approx(350 * 2.61 + 50 * 2.83)
    heat = Energy({"heat": one(10000.0)}, one(0.0))
    for scheme, yuan in (("", 1600), ("metered_city", 1600 + 1200), ("area_city", 2400), ("area_boiler", 3000)):
        year = annual_cost(heat, tables, valley_meter=False, schemes={"heat": scheme}, area_m2=100.0)
        assert year.by_carrier["heat"][0] == pytest.approx(yuan)


def test_a_subsidy_of_a_season_stops_at_its_cap(tables: EnergyTables) -> None:
    energy = Energy({"gas": np.array([820.0, 1000.0]) * 10.828}, np.zeros(2))
    schemes = {"gas": "coal_to_gas"}
    cost = cost_by_carrier(energy, tables, valley_meter=False, schemes=schemes)["gas"]
    assert cost == pytest.approx([820 * 2.23, 1000 * 2.61 - 820 * 0.38])
    assert running_subsidy(energy, tables, valley_meter=False, schemes=schemes) == pytest.approx([311.6, 311.6])


def test_the_lines_of_a_bill_sum_to_its_cost(tables: EnergyTables) -> None:
    energy = Energy(
        {"electricity": np.array([0.0, 12000.0]), "gas": np.array([0.0, 21656.0])}, np.array([0.0, 10500.0])
    )
    texts = declared_texts()
    base = Windows(np.array(700.0), np.array(500.0), np.array(2800.0))
    for meter, metered, use in itertools.product((True, False), (True, False), (NO_OTHER.electricity, base)):
        other = OtherUse(use, metered, {"gas": 4000.0})
        lines = bill_lines(energy, 1, tables, valley_meter=meter, other=other)
        costs = cost_by_carrier(energy, tables, valley_meter=meter, other=other)
        for carrier, cost in costs.items():
            assert sum(line.yuan.value for line in lines[carrier]) == pytest.approx(cost[1])
        found = [line for carrier in lines for line in lines[carrier]]
        assert all(line.yuan.formula in texts and line.yuan.inputs[1][0] in texts for line in found)
        nothing = bill_lines(energy, 0, tables, valley_meter=metered, other=OtherUse(use, metered))
        assert not any(nothing.values())
    valley = bill_lines(energy, 1, tables, valley_meter=True)
    assert [(line.tariff, line.amount) for line in (*valley["electricity"], *valley["gas"])] == [
        ("elec_heat_day", 1500.0), ("elec_heat_valley", 10500.0), ("elec_valley_subsidy", 10000.0),
        ("gas_tier_1", 1500.0), ("gas_tier_2", pytest.approx(500.0)),
    ]  # fmt: skip


def test_a_new_valley_meter_takes_the_season_of_other_uses_out_of_the_tiers(tables: EnergyTables) -> None:
    """By hand: 6500 kWh of heating, 4000 in the valley; other uses 400 by day, 9000 in the valley, 2000 in the rest."""
    energy, use = (
        Energy({"electricity": one(6500.0)}, one(4000.0)),
        Windows(*(np.array(kwh) for kwh in (400.0, 9000.0, 2000.0))),
    )
    day, valley, rest = 0.4883 * (2500 + 400), 0.30 * 13000, 0.4883 * 2000
    alone = 2439.84 + (11400 - 4800) * 0.7883
    new = cost_by_carrier(energy, tables, valley_meter=True, other=OtherUse(use))["electricity"]
    assert new == pytest.approx([day + valley - 0.2 * 10000 + rest - alone])  # one cap over both
    assert running_subsidy(energy, tables, valley_meter=True, other=OtherUse(use)) == pytest.approx([2000.0])
    lines = bill_lines(energy, 0, tables, valley_meter=True, other=OtherUse(use))["electricity"]
    assert {line.tariff: line.amount for line in lines} == {
        "elec_heat_day": 2900.0, "elec_heat_valley": 13000.0, "elec_valley_subsidy": 10000.0,
        "elec_tier_1": pytest.approx(2000.0 - 2880.0), "elec_tier_2": -1920.0, "elec_tier_3": pytest.approx(-6600.0),
    }  # fmt: skip
    bought = [line.amount for line in lines if line.tariff != "elec_valley_subsidy"]
    assert sum(bought) == pytest.approx(6500.0)  # amounts of the lines are those of heating
    held = cost_by_carrier(energy, tables, valley_meter=True, other=OtherUse(use, metered=True))["electricity"]
    assert held == pytest.approx([0.4883 * 2500 + 0.30 * 4000 - 0.2 * 1000])  # the meter is there: 1000 kWh of the cap
    given_up = cost_by_carrier(
        Energy({"coal": one(0.0)}, one(0.0)), tables, valley_meter=False, other=OtherUse(use, metered=True)
    )
    by_window = 0.4883 * 400 + 0.30 * 9000 - 0.2 * 9000 + rest
    assert given_up["electricity"] == pytest.approx([alone - by_window])
