"""Every printed figure opens: formula, source and unit are there in both languages, and operands lead on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.energy.audit.explain import explain, names
from cpdesk.energy.audit.household import audit
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import Audit, Quantity, Wishes
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, HeaterFacts

KEPT = {"seal_strips", "roof_wool100", "wall_eps80", "win_pvc", "ashp_water", "pv_3", "led_lamps", "floor_edge"}


@pytest.fixture(scope="module")
def found(tables: EnergyTables) -> Audit:
    block = BlockFacts(
        kind=Answer("main"), heated=Answer("full"), build_year=Answer(1996.0), structure=Answer("brick_concrete"),
        bays=Answer(5.0), length_m=Answer(18.15), depth_m=Answer(6.5), storey_height_m=Answer(3.1),
    )  # fmt: skip
    heater = HeaterFacts(type=Answer("coal_boiler"), emitter=Answer("radiator_steel"))
    few = replace(tables, measures=tuple(item for item in tables.measures if item.id in KEPT))
    return audit(BuildingFacts(blocks=(block,), heaters=(heater,)), few, wishes=Wishes(budget_yuan=20000.0))


def test_no_figure_is_without_provenance(found: Audit) -> None:
    zh, en = Translator("zh"), Translator("en")
    figures = list(names(found))
    assert len(figures) > 150
    assert len({name for name, _ in figures}) == len(figures)
    for name, figure in figures:
        assert figure.formula, name
        assert figure.source, name
        assert zh.has(figure.formula), figure.formula
        assert zh(figure.formula) != en(figure.formula), figure.formula
        assert figure.status in ("confirmed", "computed", "to_confirm", "own_rule"), name
        assert np.isfinite(figure.value), name
        for key, _, _ in figure.inputs:
            assert zh.has(key), key
            assert zh(key), key
            assert en(key), key


MONEY = ("investment_yuan", "subsidy_yuan", "own_cost_yuan", "saving_yuan", "saving_same_yuan", "co2_saving_t",
         "kgce_saving", "payback_a", "npv_yuan", "take_back_yuan")  # fmt: skip


def test_every_figure_of_a_choice_names_what_it_was_made_of(found: Audit) -> None:
    """Packages, and the best by each criterion with photovoltaics and the rest; parts sum to the whole."""
    choices = [*found.packages, *(best.combination for best in found.by_criterion)]
    choices += [level.combination for level in found.levels]
    assert len(choices) > 6
    for choice in choices:
        for name in MONEY:
            figure = getattr(choice, name, None)
            assert figure is None or figure.inputs, name
        for figure in choice.views.values():
            assert figure is None or figure.inputs or figure.formula == "energy.formula.lcc_before"
        for whole in (choice.investment_yuan, choice.subsidy_yuan):
            parts = sum(float(value) for _, value, _ in whole.inputs)
            assert parts == pytest.approx(whole.value, abs=1e-6)
    for package in found.packages:
        (_, before, _), (_, after, _) = package.co2_saving_t.inputs
        assert float(before) - float(after) == pytest.approx(package.co2_saving_t.value)
        shown = explain(found, f"packages.{package.code}.investment_yuan")
        assert [operand.opens for operand in shown.operands] == [
            f"packages.{package.code}.items.{item.code}.investment_yuan" for item in package.items
        ]
        for item in package.items:
            assert item.own_cost_yuan.inputs


def test_a_saving_opens_down_to_the_heat_of_the_house(found: Audit) -> None:
    top = explain(found, "packages.A.saving_yuan")
    by_name = {operand.name: operand for operand in top.operands}
    before = by_name["energy.term.cost_before"]
    assert before.opens == "baseline.cost_yuan"
    assert by_name["energy.term.cost_after"].opens == "packages.A.after.cost_yuan"
    assert before.value == pytest.approx(found.baseline.cost_yuan.value)
    cost = explain(found, before.opens)
    heat = next(operand for operand in cost.operands if operand.name == "energy.term.heat_need")
    assert heat.opens == "baseline.heat_need_kwh"
    need = explain(found, heat.opens)
    assert next(operand.opens for operand in need.operands) == "floor_area_m2"
    assert any(factor.name == "energy.factor.price" for factor in top.factors)
    assert all(factor.year or factor.status for factor in top.factors)
    assert len(top.answers) == 5
    assert all(item.quality.value in "MBED" for item in top.answers)
    assert sum(top.qualities.values()) == len(found.inputs)


def test_what_opens_has_the_value_of_the_operand(found: Audit) -> None:
    figures = dict(names(found))
    opened = 0
    for name in figures:
        for operand in explain(found, name).operands:
            if operand.opens:
                opened += 1
                assert figures[operand.opens].value == pytest.approx(operand.value)
                assert operand.opens != name
    assert opened > 60


def test_own_money_of_a_package_opens_to_its_own_investment(found: Audit) -> None:
    for package in found.packages:
        shown = explain(found, f"packages.{package.code}.own_cost_yuan")
        assert [operand.opens for operand in shown.operands] == [
            f"packages.{package.code}.investment_yuan", f"packages.{package.code}.subsidy_yuan",
        ]  # fmt: skip


def test_an_unknown_name_is_refused(found: Audit) -> None:
    with pytest.raises(InputFault) as caught:
        explain(found, "packages.Z.saving_yuan")
    assert caught.value.code == "CP-1379"
    assert "packages.Z.saving_yuan" in caught.value.message("zh")


def _blocks(figure: Quantity) -> list[dict[str, list[float | str]]]:
    """The inputs of a figure by fuel, as a person reads them down the page."""
    found: list[dict[str, list[float | str]]] = []
    for key, value, _ in figure.inputs:
        if key.startswith("energy.carrier."):
            found.append({"kwh": [value]})
        elif found:
            found[-1].setdefault(key.removeprefix("energy.term."), []).append(value)
    return found


@pytest.mark.parametrize("which", ["before", "after"])
def test_cost_and_carbon_are_recomputed_from_their_inputs_alone(found: Audit, which: str) -> None:
    state = found.baseline if which == "before" else found.packages[0].after
    cost = 0.0
    for block in _blocks(state.cost_yuan):
        assert sum(float(one) for one in block["line_yuan"]) == pytest.approx(
            sum(float(amount) * float(price) for amount, price in zip(block["amount"], block["price"], strict=True))
        )
        bought = float(block["kwh"][0]) / float(block["calorific_value"][0])
        paid = [
            float(amount) for amount, price in zip(block["amount"], block["price"], strict=True) if float(price) > 0
        ]
        assert sum(paid) == pytest.approx(bought)
        cost += sum(float(one) for one in block["line_yuan"])
    assert state.cost_yuan.value == pytest.approx(cost)
    carbon = 0.0
    for block in _blocks(state.co2_t):
        assert float(block["amount"][0]) == pytest.approx(float(block["kwh"][0]) / float(block["calorific_value"][0]))
        assert str(block["factor_year"][0])[:2] == "20"
        carbon += float(block["amount"][0]) * float(block["co2_factor"][0]) / 1000.0
    assert state.co2_t.value == pytest.approx(carbon)


def test_take_back_is_recomputed_from_its_inputs_alone(found: Audit) -> None:
    for package in found.packages:
        of = {key.removeprefix("energy.term."): float(value) for key, value, _ in package.take_back_yuan.inputs}
        assert package.take_back_yuan.value == pytest.approx(of["cost_kept"] - of["cost_usual"])
        assert 0.0 <= of["warmth"] <= 1.0
        assert of["usual_c"] <= of["wished_c"]


def test_the_energy_of_a_fuel_opens(found: Audit) -> None:
    operand = next(item for item in explain(found, "baseline.cost_yuan").operands if "carrier" in item.name)
    assert operand.opens == f"baseline.carriers.{operand.name.rpartition('.')[2]}.energy_kwh"
