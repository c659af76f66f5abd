"""What `sensitivity` changes, one circumstance at a time, and what it tells of each."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from cpdesk.model.district import DistrictResult, Scenario, Split
from cpdesk.operations.district import sensitivity

BASE = Scenario("base", budget_yuan={"total": 1000.0, "own": 600.0}, subsidy_factor=0.5, warmer_k=1.0,
                price_factors={"coal": 2.0}, carbon_factors={"electricity": 0.9})  # fmt: skip


def result(scenario: Scenario, carbon_kg: float = 1.0) -> DistrictResult:
    split = Split("optimal", (), carbon_kg, carbon_kg, 0.0, 1, 1, own_yuan=30.0, subsidy_yuan=12.0, saving_yuan=7.0,
                  carbon_kg=carbon_kg)  # fmt: skip
    return DistrictResult(scenario, (), (), {}, (), split, {}, (), (), (), 0)


def test_each_circumstance_is_changed_alone_down_and_up() -> None:
    asked: list[Scenario] = []
    steps: list[tuple[int, int]] = []

    def run(scenario: Scenario) -> DistrictResult:
        asked.append(scenario)
        return result(scenario, 100.0 + len(asked))

    found = sensitivity(result(BASE), run, step=lambda done, total: steps.append((done, total)))
    assert (found[0].key, found[0].change, found[0].carbon_saving_kg) == ("energy.district.as_asked", "", 1.0)
    assert [one.carbon_saving_kg for one in found[1:]] == [101.0 + at for at in range(len(asked))]
    assert all((one.money_yuan, one.saving_yuan, one.status) == (42.0, 7.0, "optimal") for one in found)
    assert steps == [(at, len(asked)) for at in range(1, len(asked) + 1)]
    changed: dict[tuple[str, str], dict[str, Any]] = {
        (one.key.removeprefix("energy.district.sense_"), one.change): {
            item.name: getattr(scenario, item.name)
            for item in fields(Scenario)
            if getattr(scenario, item.name) != getattr(BASE, item.name)
        }
        for one, scenario in zip(found[1:], asked, strict=True)
    }
    expected: dict[tuple[str, str], dict[str, Any]] = {}
    for change, factor in (("-20 %", 0.8), ("+20 %", 1.2)):
        expected |= {
            ("budget", change): {"budget_yuan": {"total": factor * 1000.0, "own": factor * 600.0}},
            ("subsidy", change): {"subsidy_factor": factor * 0.5},
            ("price_electricity", change): {"price_factors": {"coal": 2.0, "electricity": factor}},
            ("price_coal", change): {"price_factors": {"coal": factor * 2.0}},
            ("grid", change): {"carbon_factors": {"electricity": factor * 0.9}},
        }
    expected |= {("warmth", "-1 K"): {"warmer_k": 0.0}, ("warmth", "+1 K"): {"warmer_k": 2.0}}
    assert changed.keys() == expected.keys()
    for key, values in expected.items():
        assert changed[key] == values, key


def test_a_scenario_without_a_budget_has_none_to_change() -> None:
    found = sensitivity(result(BASE), lambda scenario: result(replace(scenario, budget_yuan={})))
    assert sum(one.key.endswith("sense_budget") for one in found) == 2
    free = replace(BASE, budget_yuan={})
    assert not any(one.key.endswith("sense_budget") for one in sensitivity(result(free), result))
