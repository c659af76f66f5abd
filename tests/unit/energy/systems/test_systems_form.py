"""The farmhouse form against the engine: kitchen, hot water and sun arrive, and every choice is known."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.forms.form import Form
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.model.answer import Answer
from cpdesk.operations.facts import Reading, building_facts

HOUSEHOLD = {
    "people.residents": "4", "heating.kang_count": "2", "heating.kang_use": "own_fire",
    "kitchen.cook_fuels": "lpg wood",
    "dhw.type": "solar electric_tank", "dhw.showers_week": "9", "dhw.solar_tubes": "30", "dhw.solar_works": "yes",
    "kitchen.led": "half", "kitchen.appliances": "fridge tv pump", "kitchen.ev": "tricycle", "pv.has": "yes",
    "pv.kwp": "5.5", "pv.panels": "10", "pv.mode": "self_rest", "pv.year": "2021", "pv.kwh": "6200",
    "supply.village_weak": "no",
}  # fmt: skip
BLOCK = {"building.kind": "main", "building.roof.south_m2": "45", "building.roof.pv_strength": "ok"}


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(resource_path("forms/farmhouse.xml").read_text(encoding="utf-8"))


def _answers(values: dict[str, str]) -> dict[str, Answer[str]]:
    return {name: Answer(value) for name, value in values.items()}


def test_every_answer_arrives(tables: EnergyTables) -> None:
    facts = building_facts(Reading(_answers(HOUSEHOLD), {"building": (_answers(BLOCK),)}))
    assert all(getattr(facts.uses, item.name) is not None for item in fields(facts.uses))
    building = build(facts, tables)
    assert building.uses is not None and building.solar is not None
    assert building.uses.residents == 4
    assert {way.code for way in building.uses.cooking} == {"lpg", "wood"}
    assert building.solar.pv_kwp == 5.5
    assert building.solar.roof_m2 == 45
    assert building.solar.collector_m2 == pytest.approx(3.0)
    assert any(item.type == "kang" for item in building.systems)


def test_the_form_asks_for_each_of_them(form: Form) -> None:
    asked = {binding.quantity for binding in form.quantities.values()}
    assert set(HOUSEHOLD) | set(BLOCK) <= asked


@pytest.mark.parametrize("quantity", ["kitchen.cook_fuels", "dhw.type", "kitchen.appliances", "kitchen.led",
                                      "kitchen.ev", "pv.mode", "heating.kang_use"])  # fmt: skip
def test_every_choice_of_the_form_can_be_computed(form: Form, tables: EnergyTables, quantity: str) -> None:
    clock = FixedClock(datetime(2026, 1, 10, tzinfo=UTC))
    session = Session(form, clock=clock, new_id=IdMaker(clock).new)
    path = next(path for path, binding in form.quantities.items() if binding.quantity == quantity)
    codes = [choice.value for choice in session.state(path).choices]
    assert codes
    for code in codes:
        facts = building_facts(Reading(_answers(HOUSEHOLD | {quantity: code}), {"building": (_answers(BLOCK),)}))
        build(facts, tables)
