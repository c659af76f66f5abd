"""Subsidy programmes: caps, order, exclusive groups, who they are for, and the proof of each payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import declared_texts
from cpdesk.energy.audit.household import audit
from cpdesk.energy.house.construct import build
from cpdesk.energy.money.prices import subsidies
from cpdesk.energy.money.programmes import Applicant, applicant_of, for_applicant, granted, payments, unanswered
from cpdesk.energy.rows import Subsidy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.versions import check_dates
from cpdesk.model.building import Answer, BuildingFacts

COSTS = {"wall_eps80": np.array([10000.0, 0.0, 30000.0]), "ashp_water": np.array([20000.0, 20000.0, 0.0])}


def programme(code: str, **changes: object) -> Subsidy:
    row = Subsidy(
        id=code, measures=("wall_eps80", "ashp_water"), rate=0.3, basis="share_of_cost", cap_yuan=None,
        applies_to="full", exclusive_group="", order=1, household_cap_yuan=None, townships=(), households=(),
        payer="city", valid_from=None, valid_to=None, status="own_rule", source="made up",
    )  # fmt: skip
    return replace(row, **changes)  # type: ignore[arg-type]


def with_rows(tables: EnergyTables, *rows: Subsidy) -> EnergyTables:
    return replace(tables, subsidy_versions=rows).on(date(2026, 1, 1))


def totals(tables: EnergyTables, **others: object) -> dict[str, np.ndarray]:
    found = subsidies(COSTS, 80.0, tables, **others)  # type: ignore[arg-type]
    return {code: np.sum(list(paid.values()), axis=0) for code, paid in found.items()}


@pytest.mark.parametrize(
    ("changes", "paid"),
    [
        ({}, [9000, 6000, 9000]),
        ({"cap_yuan": 8000.0}, [8000, 6000, 8000]),
        ({"basis": "yuan_per_m2", "rate": 100.0}, [8000, 8000, 8000]),
        ({"basis": "yuan_per_household", "rate": 25000.0}, [25000, 20000, 25000]),
        ({"basis": "yuan_per_m2", "rate": 1000.0}, [30000, 20000, 30000]),
        ({"measures": ("wall_eps80",)}, [3000, 0, 9000]),
    ],
)
def test_each_basis_keeps_cap_and_cost(tables: EnergyTables, changes: dict[str, object], paid: list[float]) -> None:
    assert totals(with_rows(tables, programme("a", **changes)))["a"] == pytest.approx(paid)


def test_a_programme_by_power_needs_the_power(tables: EnergyTables) -> None:
    row = programme("kw", basis="yuan_per_kw", rate=500.0, measures=("ashp_water",))
    power = {"ashp_water": np.array([12.0, 8.0, 0.0])}
    assert totals(with_rows(tables, row), power_kw=power)["kw"] == pytest.approx([6000, 4000, 0])
    with pytest.raises(InputFault) as caught:
        totals(with_rows(tables, row))
    assert caught.value.code == "CP-1373" and "ashp_water" in caught.value.message()


def test_the_second_programme_counts_on_the_full_cost_or_on_the_rest(tables: EnergyTables) -> None:
    first = programme("first", rate=0.5)
    full = totals(with_rows(tables, first, programme("second", rate=0.8, order=2)))
    assert full["second"] == pytest.approx([15000, 10000, 15000])  # 80 % wanted, half is left
    rest = totals(with_rows(tables, first, programme("second", rate=0.8, order=2, applies_to="rest")))
    assert rest["second"] == pytest.approx([12000, 8000, 12000])


def test_order_is_that_of_the_table_not_of_the_rows(tables: EnergyTables) -> None:
    late, soon = programme("late", order=9), programme("soon", order=1, rate=0.9)
    assert totals(with_rows(tables, late, soon))["late"] == pytest.approx([3000, 2000, 3000])


def test_of_an_exclusive_group_the_best_is_paid_in_each_combination(tables: EnergyTables) -> None:
    share = programme("share", exclusive_group="works", rate=0.25)
    lump = programme("lump", exclusive_group="works", basis="yuan_per_household", rate=6000.0, order=2)
    beside = programme("beside", rate=0.01, order=3)
    paid = totals(with_rows(tables, share, lump, beside))
    assert paid["share"] == pytest.approx([7500, 0, 7500])
    assert paid["lump"] == pytest.approx([0, 6000, 0])
    assert paid["beside"] == pytest.approx([300, 200, 300])


def test_the_household_cap_counts_all_programmes(tables: EnergyTables) -> None:
    rows = (programme("a", rate=0.4), programme("b", rate=0.4, order=2, household_cap_yuan=15000.0))
    paid = totals(with_rows(tables, *rows))
    assert paid["a"] + paid["b"] == pytest.approx([15000, 15000, 15000])


def test_townships_and_households_are_kept_to(tables: EnergyTables) -> None:
    here = with_rows(tables, programme("t", townships=("110114119",)), programme("poor", households=("low_income",)))
    assert set(totals(here)) == set()
    assert set(totals(here, applicant=Applicant("110114119"))) == {"t"}
    assert set(totals(here, applicant=Applicant("110114100", frozenset({"low_income"})))) == {"poor"}


def test_programmes_pay_in_their_days_only(tables: EnergyTables) -> None:
    row = programme("a", valid_from=date(2024, 1, 1), valid_to=date(2025, 12, 31))
    dated = replace(tables, subsidy_versions=(row,))
    paid = {day: bool(dated.on(date.fromisoformat(day)).subsidies) for day in
            ("2023-12-31", "2024-01-01", "2025-12-31", "2026-01-01")}  # fmt: skip
    assert list(paid.values()) == [False, True, True, False]


def test_a_new_edition_of_a_programme_stands_alone(tables: EnergyTables) -> None:
    new = programme("a", rate=0.1, valid_from=date(2025, 1, 1))
    assert totals(with_rows(tables, programme("a"), new))["a"] == pytest.approx([3000, 2000, 3000])


def test_a_row_that_ends_before_it_begins_is_refused(tables: EnergyTables) -> None:
    with pytest.raises(InputFault) as caught:
        check_dates("subsidies", [programme("bad", valid_from=date(2026, 1, 1), valid_to=date(2025, 1, 1))])
    assert caught.value.code == "CP-1372" and "bad" in caught.value.message()


def test_each_payment_says_what_it_rests_on_and_what_held_it(tables: EnergyTables) -> None:
    rows = (
        programme("a", rate=0.9, exclusive_group="g"),
        programme("b", rate=0.2, exclusive_group="g"),
        programme("c", basis="yuan_per_household", rate=9000.0, order=2),
        programme("d", basis="yuan_per_m2", rate=2.0, order=3, cap_yuan=50.0),
        programme("e", basis="yuan_per_m2", rate=2.0, order=4, household_cap_yuan=1.0),
    )
    found = payments(granted(COSTS, 80.0, with_rows(tables, *rows)), 0)
    assert [(item.programme, item.yuan.value, item.limit) for item in found] == [
        ("a", pytest.approx(27000), "rate"),
        ("b", 0.0, "other_programme"),
        ("c", pytest.approx(3000), "cost"),
        ("d", 0.0, "cost"),
        ("e", 0.0, "household_cap"),
    ]
    texts = declared_texts()
    for item in found:
        assert item.yuan.formula in texts and f"energy.subsidy_limit.{item.limit}" in texts
        assert all(name in texts for name, _, _ in item.yuan.inputs)
        assert item.yuan.source == "made up" and item.yuan.status == "own_rule"


@given(
    rates=st.lists(st.floats(0, 1.5), min_size=1, max_size=4),
    caps=st.lists(st.one_of(st.none(), st.floats(0, 50000)), min_size=4, max_size=4),
    groups=st.lists(st.sampled_from(["", "g"]), min_size=4, max_size=4),
    bases=st.lists(st.sampled_from(["share_of_cost", "yuan_per_household"]), min_size=4, max_size=4),
)
def test_nobody_is_paid_more_than_it_costs(
    tables: EnergyTables, rates: list[float], caps: list[float | None], groups: list[str], bases: list[str]
) -> None:
    rows = [
        programme(str(at), rate=rate, cap_yuan=caps[at], exclusive_group=groups[at], order=at, basis=bases[at])
        for at, rate in enumerate(rates)
    ]
    paid = subsidies(COSTS, 80.0, with_rows(tables, *rows))
    for code, cost in COSTS.items():
        given_ = np.sum([programme_paid[code] for programme_paid in paid.values()], axis=0)
        assert (given_ >= 0).all() and (given_ <= cost * (1 + 1e-12) + 1e-9).all()


def test_conditions_are_met_once_for_a_household_and_then_open(tables: EnergyTables) -> None:
    here = with_rows(
        tables, programme("all"), programme("there", townships=("110114100",)),
        programme("poor", households=("dibao", "wubao")), programme("coal", fuels=("coal", "coal_loose")),
    )  # fmt: skip
    asked = Applicant("110114119", frozenset({"dibao"}), frozenset({"coal"}))
    kept = for_applicant(here, asked)
    assert {row.id for row in kept.subsidies} == {"all", "poor", "coal"}
    assert set(totals(kept)) == {"all", "poor", "coal"}  # nobody need be asked again
    assert {row.id for row in for_applicant(here, Applicant("110114100", frozenset(), frozenset())).subsidies} == {
        "all", "there",
    }  # fmt: skip
    assert for_applicant(tables, asked) is tables  # today's programmes have no conditions


def test_a_programme_is_left_out_visibly_where_nobody_asked(tables: EnergyTables) -> None:
    here = with_rows(tables, programme("poor", households=("dibao",)), programme("all"))
    assert [row.id for row in unanswered(here, Applicant("110114119"))] == ["poor"]
    assert unanswered(here, Applicant("110114119", frozenset({"none"}))) == ()


def test_the_applicant_is_the_surveyed_household(f5_facts: BuildingFacts, tables: EnergyTables) -> None:
    asked = applicant_of(build(replace(f5_facts, support=Answer("dibao")), tables))
    assert asked.township == f5_facts.township_code
    assert asked.kinds == frozenset({"dibao"})
    assert "coal" in asked.fuels
    assert applicant_of(build(f5_facts, tables)).kinds is None


def test_an_audit_pays_a_poor_household_what_is_for_it_and_says_when_it_was_not_asked(
    f5_facts: BuildingFacts, tables: EnergyTables
) -> None:
    few = tuple(item for item in tables.measures if item.id in {"seal_strips", "wall_eps60", "ashp_air"})
    extra = programme("poor", measures=("wall_eps60",), rate=0.3, basis="share_of_cost", households=("dibao",))
    here = replace(tables, measures=few, subsidies=(*tables.subsidies, extra))
    given = []
    for support in (None, "none", "dibao"):
        facts = replace(f5_facts, support=None if support is None else Answer(support))
        found = audit(facts, here)
        offer = next(item for item in found.offers if item.code == "wall_eps60")
        assert offer.subsidy_yuan is not None
        given.append(offer.subsidy_yuan.value)
        said = ["energy.notice.subsidy_support" in package.notices for package in found.packages]
        assert said and all(one == (support is None) for one in said)
    assert given[0] == given[1] < given[2]
