"""Indicators against hand calculations, sums year by year and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.i18n import declared_texts
from cpdesk.energy.money.indicators import (
    Flow,
    adjusted_return,
    discounted_payback,
    growth_of,
    internal_return,
    life_cycle,
    life_cycle_cost,
    present_investment,
    present_value,
    savings,
    savings_ratio,
    simple_payback,
    upv,
)
from cpdesk.energy.money.views import Terms, Works, explained, views
from cpdesk.energy.tables import EnergyTables

RATES = st.floats(0.0, 0.12)
GROWTHS = st.floats(-0.03, 0.06)
YEARS = st.integers(1, 40)


@given(rate=RATES, growth=GROWTHS, years=YEARS)
def test_upv_is_the_sum_of_the_years(rate: float, growth: float, years: int) -> None:
    summed = sum(((1 + growth) / (1 + rate)) ** year for year in range(1, years + 1))
    assert upv(rate, growth, years) == pytest.approx(summed, rel=1e-9)


def test_upv_of_published_tables() -> None:
    # Series present worth factors of every textbook: 3 % over 15 and 25 years, 8 % over 20 years.
    assert upv(0.03, 0.0, 15) == pytest.approx(11.938, abs=5e-4)
    assert upv(0.03, 0.0, 25) == pytest.approx(17.413, abs=5e-4)
    assert upv(0.08, 0.0, 20) == pytest.approx(9.8181, abs=5e-5)
    assert upv(0.05, 0.05, 12) == pytest.approx(12.0)


def test_life_cycle_by_hand() -> None:
    # 12 years of life in 15: bought again in year 12, 9 of its 12 years left at the end.
    cycle = life_cycle(0.03, 15, 12)
    assert cycle.replacements == pytest.approx(1.03**-12)
    assert cycle.residual == pytest.approx(9 / 12 * 1.03**-15)
    assert life_cycle(0.03, 15, 15).replacements == 0
    assert life_cycle(0.03, 15, 15).residual == 0
    assert life_cycle(0.0, 15, 5).replacements == 2
    assert life_cycle(0.0, 15, 25).residual == pytest.approx(0.4)
    assert life_cycle(0.0, 15, 25).replacements == 0
    with pytest.raises(ValueError, match="positive"):
        life_cycle(0.03, 15, 0)


def test_present_investment_counts_replacements_at_the_full_price() -> None:
    price, own = np.array([12000.0]), np.array([6000.0])
    short, long = life_cycle(0.03, 15, 12), life_cycle(0.03, 15, 25)
    by_hand = 6000 + 12000 * 1.03**-12 - 12000 * 0.75 * 1.03**-15
    assert present_investment(own, price, short)[0] == pytest.approx(by_hand)
    assert present_investment(own, price, long)[0] == pytest.approx(6000 - 6000 * 0.4 * 1.03**-15)


@given(own=st.floats(1, 1e5), saving=st.floats(0.1, 1e4), rate=RATES, growth=GROWTHS, years=YEARS)
def test_discounted_payback_brings_exactly_the_money_back(
    own: float, saving: float, rate: float, growth: float, years: int
) -> None:
    found = discounted_payback(np.array([own]), [Flow(np.array([saving]), growth)], rate, years).at(0)
    flows = [saving * ((1 + growth) / (1 + rate)) ** year for year in range(1, years + 1)]
    if found is None:
        assert sum(flows) < own * (1 + 1e-9)
        return
    whole, part = divmod(found, 1.0)
    back = sum(flows[: int(whole)]) + (part * flows[int(whole)] if part > 1e-12 else 0.0)
    assert back == pytest.approx(own, rel=1e-6)
    simple = simple_payback(own, saving).at(())
    assert simple is not None and (growth > rate or found >= simple - 1e-6)


def test_payback_says_where_there_is_none() -> None:
    own = np.array([10000.0, 10000.0, 10000.0, 0.0, 0.0, -50.0])
    saving = np.array([1000.0, 0.0, -200.0, 500.0, -1.0, 10.0])
    found = simple_payback(own, saving)
    assert [found.at(place) for place in range(6)] == [10.0, None, None, 0.0, None, 0.0]
    late = discounted_payback(own, [Flow(saving)], 0.03, 15)
    assert late.at(0) == pytest.approx(12.07, abs=0.01)
    assert [late.at(place) for place in (1, 2, 3, 4)] == [None, None, 0.0, None]
    assert discounted_payback(own[:1], [Flow(saving[:1])], 0.03, 12).at(0) is None
    assert not np.isnan(found.values).any() and not np.isnan(late.values).any()


def test_sir_airr_and_irr_by_hand() -> None:
    brought, invested = np.array([20000.0, 5000.0, 0.0, 100.0]), np.array([10000.0, 10000.0, 10000.0, 0.0])
    ratio = savings_ratio(brought, invested)
    assert [ratio.at(place) for place in range(4)] == [2.0, 0.5, 0.0, None]
    airr = adjusted_return(ratio, 0.03, 15)
    assert airr.at(0) == pytest.approx(1.03 * 2 ** (1 / 15) - 1)
    assert airr.at(2) is None and airr.at(3) is None


@given(rate=st.floats(-0.3, 2.0), years=YEARS)
def test_irr_finds_the_rate_that_made_the_flows(rate: float, years: int) -> None:
    worth = sum((1 + rate) ** -year for year in range(1, years + 1))
    assert internal_return(worth * 700.0, 700.0, years).at(()) == pytest.approx(rate, abs=1e-6)


def test_irr_does_not_exist_without_money_or_savings() -> None:
    found = internal_return(np.array([0.0, 100.0, 100.0, 1e9]), np.array([10.0, 0.0, -5.0, 1.0]), 10)
    assert [found.at(place) for place in range(4)] == [None] * 4
    assert not np.isnan(found.values).any()


def test_savings_by_carrier_follow_their_paths(tables: EnergyTables) -> None:
    flows = savings({"coal": np.array([3000.0])}, {"electricity": np.array([1200.0])}, "high", tables)
    assert [(float(flow.yearly[0]), flow.growth) for flow in flows] == [(3000.0, 0.03), (-1200.0, 0.02)]
    assert growth_of("coal", "low", tables) == 0.0
    by_hand = sum(3000 * (1.03 / 1.03) ** year - 1200 * (1.02 / 1.03) ** year for year in range(1, 16))
    assert present_value(flows, 0.03, 15)[0] == pytest.approx(by_hand)


def test_paths_are_ordered_for_every_carrier(tables: EnergyTables) -> None:
    for carrier in tables.factors:
        low, mid, high = (growth_of(carrier, path, tables) for path in ("low", "mid", "high"))
        assert low <= mid <= high, carrier


def _works(count: int = 3) -> Works:
    own = np.array([10000.0, 0.0, 5000.0])[:count]
    return Works(
        own=own, subsidy=np.array([8000.0, 2000.0, 0.0])[:count], present_invested=own,
        flows=(
            Flow(np.array([1500.0, 300.0, -100.0])[:count], 0.01, "coal"),
            Flow(np.array([-200.0, 0.0, 0.0])[:count], 0.0, "electricity"),
        ),
        running_subsidy_more=np.array([600.0, 0.0, 0.0])[:count],
        co2_saving_kg=np.array([4000.0, 500.0, -10.0])[:count], kgce_saving=np.array([2000.0, 100.0, 0.0])[:count],
        before=(Flow(np.array([4400.0, 900.0, 900.0])[:count], 0.01, "coal"),),
        upkeep=np.array([150.0, 0.0, 0.0])[:count],
    )  # fmt: skip


def test_the_three_views_by_hand() -> None:
    terms = Terms(0.03, 15)
    found = views(_works(), terms)
    factor = (1 - 1.03**-15) / 0.03
    household = 1500 * upv(0.03, 0.01, 15) - 200 * factor - 150 * factor - 10000
    government = -8000 - 600 * factor
    assert found.npv_household[0] == pytest.approx(household)
    assert found.npv_government[0] == pytest.approx(government)
    assert found.npv_society == pytest.approx(found.npv_household + found.npv_government)
    assert found.government_yuan_t.at(0) == pytest.approx(-government / factor / 4.0)
    assert found.government_yuan_kgce.at(0) == pytest.approx(-government / factor / 2000)
    assert found.household_yuan_t.at(0) == pytest.approx(-household / factor / 4.0)
    assert found.household_yuan_t.at(2) is None and found.government_yuan_kgce.at(2) is None
    assert found.payback_a.at(0) == pytest.approx(10000 / 1300)  # over the bill: upkeep is no part of it
    assert found.yearly_household[0] == pytest.approx(1150) and found.yearly_government[0] == -600
    assert found.yearly_society[0] == pytest.approx(550)
    costs = 2900 * upv(0.03, 0.01, 15) + 200 * factor
    assert found.present_energy[0] == pytest.approx(costs)
    assert found.lcc_after[0] == pytest.approx(10000 + costs + 150 * factor)
    assert found.lcc_before - found.lcc_after == pytest.approx(found.npv_household)
    assert found.payback_a.at(1) == 0.0 and found.payback_a.at(2) is None
    assert found.sir.at(1) is None


def test_sir_above_one_is_npv_above_zero() -> None:
    rng = np.random.default_rng(4)
    own = rng.uniform(1, 30000, 500)
    flow = Flow(rng.uniform(-100, 4000, 500), 0.01)
    works = Works(own, own, own, (flow,), own * 0, own, own, (flow,), rng.uniform(0, 300, 500))
    found = views(works, Terms(0.03, 15))
    assert ((found.sir.values > 1) == (found.npv_household > 0)).all()
    assert ((found.sir.values < 1) == (found.npv_household < 0)).all()
    paid = found.discounted_payback_a.known
    assert (paid == (found.npv_household >= -1e-9)).all()


def test_life_cycle_costs_rank_as_npv() -> None:
    before, after = Flow(np.array([3000.0]), 0.01), Flow(np.array([1200.0]), 0.01)
    invested = np.array([9000.0])
    saved = life_cycle_cost(invested * 0, [before], 0.03, 15) - life_cycle_cost(invested, [after], 0.03, 15)
    flows = (Flow(np.array([1800.0]), 0.01),)
    works = Works(invested, invested, invested, flows, invested * 0, invested, invested, (before,), invested * 0)
    found = views(works, Terms(0.03, 15))
    assert saved[0] == pytest.approx(found.npv_household[0])
    assert found.lcc_before[0] - found.lcc_after[0] == pytest.approx(found.npv_household[0])
    assert found.lcc_after[0] == pytest.approx(9000 + 1200 * upv(0.03, 0.01, 15))


def test_every_indicator_explains_itself(tables: EnergyTables) -> None:
    works, terms = _works(), Terms.of(tables)
    assert (terms.rate, terms.years) == (0.03, 15)
    texts = declared_texts()
    found = explained(views(works, terms), works, terms, 0)
    for name, figure in found.items():
        assert figure is not None and f"energy.indicator.{name}" in texts
        assert figure.formula in texts, figure.formula
        assert figure.inputs and all(key in texts for key, _, _ in figure.inputs), figure.inputs
        assert np.isfinite(figure.value)
    nothing = explained(views(works, terms), works, terms, 2)
    assert nothing["payback"] is None and nothing["society_yuan_t"] is None and nothing["npv_society"] is not None


def test_every_indicator_can_be_worked_out_from_what_it_prints(tables: EnergyTables) -> None:
    works, terms = _works(), Terms.of(tables)
    found = explained(views(works, terms), works, terms, 0)

    def inputs(name: str) -> list[tuple[str, float]]:
        figure = found[name]
        assert figure is not None
        return [(key.removeprefix("energy."), float(value)) for key, value, _ in figure.inputs]

    def value(name: str) -> float:
        figure = found[name]
        assert figure is not None
        return figure.value

    def worth(of: list[tuple[str, float]]) -> float:
        """Every yuan a year by itself, the growth that follows it counted, upkeep taken off."""
        total = 0.0
        for at, (key, amount) in enumerate(of):
            if key.startswith("carrier.") or key == "term.upkeep":
                growth = of[at + 1][1] / 100.0 if of[at + 1][0] == "term.growth" else 0.0
                sign = -1.0 if key == "term.upkeep" else 1.0
                total += sign * amount * sum(((1 + growth) / 1.03) ** year for year in range(1, 16))
        return total

    assert [key for key, _ in inputs("present_savings")] == [
        "carrier.coal", "term.growth", "carrier.electricity", "term.upkeep", "term.rate", "term.horizon",
    ]  # fmt: skip
    assert value("present_savings") == pytest.approx(worth(inputs("present_savings")))
    assert value("lcc_before") == pytest.approx(worth(inputs("lcc_before")))
    later = dict(inputs("present_invested"))
    assert value("present_invested") == pytest.approx(later["term.own_cost"] + later["term.later"])
    factor = (1 - 1.03**-15) / 0.03
    paid = dict(inputs("npv_government"))
    assert value("npv_government") == pytest.approx(-paid["term.subsidy"] - factor * paid["term.running_subsidy"])
    both = dict(inputs("npv_society"))
    assert value("npv_society") == pytest.approx(both["term.npv_household"] + both["term.npv_government"])
    coal = dict(inputs("government_yuan_kgce"))
    assert value("government_yuan_kgce") == pytest.approx(
        -coal["term.npv_government"] / factor / coal["term.kgce_saving"]
    )
    return_on = dict(inputs("airr"))
    assert value("airr") == pytest.approx(100.0 * (1.03 * return_on["term.sir"] ** (1 / 15) - 1.0))
    costs = dict(inputs("lcc_after"))
    assert value("lcc_after") == pytest.approx(
        costs["term.present_invested"] + costs["term.present_energy"] + factor * costs["term.upkeep"]
    )


def test_two_dimensions_are_as_good_as_one() -> None:
    flat = _works()

    def twice(values: np.ndarray) -> np.ndarray:
        return np.tile(values[:, None], (1, 2))

    wide = Works(
        own=twice(flat.own), subsidy=twice(flat.subsidy), present_invested=twice(flat.present_invested),
        flows=tuple(Flow(twice(flow.yearly), flow.growth) for flow in flat.flows),
        running_subsidy_more=twice(flat.running_subsidy_more), co2_saving_kg=twice(flat.co2_saving_kg),
        kgce_saving=twice(flat.kgce_saving), upkeep=twice(flat.upkeep),
        before=tuple(Flow(twice(flow.yearly), flow.growth) for flow in flat.before),
    )  # fmt: skip
    one, two = views(flat, Terms(0.03, 15)), views(wide, Terms(0.03, 15))
    assert (two.npv_society[:, 1] == one.npv_society).all()
    assert (two.discounted_payback_a.values[:, 0] == one.discounted_payback_a.values).all()


@given(rate=RATES, years=st.integers(1, 35), life=st.integers(1, 40), own=st.floats(0, 2e4), more=st.floats(0, 2e4))
def test_present_investment_is_the_sum_of_the_cash_flows(
    rate: float, years: int, life: int, own: float, more: float
) -> None:
    price = own + more
    flows = np.zeros(years + 1)
    flows[0] = last = own
    bought = 0
    for year in range(life, years, life):
        flows[year] += price
        bought, last = year, price
    flows[years] -= last * (bought + life - years) / life
    by_year = sum(flow / (1 + rate) ** year for year, flow in enumerate(flows))
    found = present_investment(np.array([own]), np.array([price]), life_cycle(rate, years, life))
    assert found[0] == pytest.approx(by_year, rel=1e-9, abs=1e-6)
