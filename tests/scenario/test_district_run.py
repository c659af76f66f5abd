"""The district run as an office does it: a register, some surveys, scenarios, a workbook; bad data, workers, order."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from cpdesk.base.errors import InputFault
from cpdesk.cli import cmd_district
from cpdesk.context import Context, load_energy_tables
from cpdesk.energy.audit.household import assess_baseline
from cpdesk.energy.district.estimate import Registered, registered_facts
from cpdesk.energy.district.run import run
from cpdesk.energy.district.scenario import read_scenario
from cpdesk.energy.tables import EnergyTables
from cpdesk.interop.district_book import write_district
from cpdesk.model.building import Answer
from cpdesk.model.district import DistrictResult, House, Scenario
from cpdesk.operations import district
from cpdesk.operations.demo.village import import_sample_village, survey_household
from cpdesk.operations.households import HouseholdQuery, household_ids

# Few measures, so that a house takes a fraction of a second.
FEW = ("seal_strips", "night_curtain", "wall_eps100", "roof_ceiling_eps80", "win_pvc", "ashp_water", "pv_3")
SCENARIO = Scenario("few", measures=FEW, budget_yuan={"total": 80_000.0})


@pytest.fixture(scope="module")
def tables() -> EnergyTables:
    return load_energy_tables()


@pytest.fixture(scope="module")
def stock(tables: EnergyTables) -> list[House]:
    """Three surveyed houses and seven of the register, two of them alike; one surveyed one is impossible."""
    figures = district.district_figures()
    found = []
    for number, (year, area, heater) in enumerate([
        (1985, 110.0, "coal_boiler"), (1955, 90.0, "coal_stove"), (2005, 150.0, "ashp_water"), (1995, 118.0, ""),
        (1996, 118.0, ""), (1970, 100.0, "coal_boiler"), (2012, 160.0, "gas_boiler"), (None, None, ""),
    ]):  # fmt: skip
        known = Registered(build_year=year, gross_area_m2=area, heater=heater, township="110114116")
        facts = registered_facts(known, tables, figures)
        found.append(
            House(f"h{number}", facts, "110114116", "东新城村（样例）" if number % 2 else "=样例村", f"{number:03}",
                  surveyed=number < 3, poor=number % 3 == 0)
        )  # fmt: skip
    block = replace(found[0].facts.blocks[0], depth_m=Answer(400.0))
    bad = replace(found[0], id="h9", label="009", facts=replace(found[0].facts, blocks=(block,)))
    return [*found, bad]


@pytest.fixture(scope="module")
def result(stock: list[House], tables: EnergyTables) -> DistrictResult:
    return district.run_district(
        district.Stock(tuple(stock)), tables, SCENARIO, figures=district.district_figures(), workers=1
    )


def test_one_bad_house_is_named_and_stops_nothing(result: DistrictResult) -> None:
    (bad,) = result.aside
    assert (bad.id, bad.code) == ("h9", "CP-1301")
    assert "400" in bad.message_zh and bad.remedy_zh
    assert len(result.houses) == 8


def test_the_result_is_bitwise_the_same_on_any_number_of_workers_and_in_any_order(
    result: DistrictResult, stock: list[House], tables: EnergyTables
) -> None:
    mixed = list(stock)
    random.Random(5).shuffle(mixed)
    steps: list[tuple[int, int]] = []
    other = district.run_district(
        district.Stock(tuple(mixed)), tables, SCENARIO, figures=district.district_figures(), workers=2,
        step=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert other == result
    assert steps[-1] == (len(stock), len(stock))


def test_figures_of_a_house_are_those_of_its_audit(
    result: DistrictResult, stock: list[House], tables: EnergyTables
) -> None:
    for house in result.houses[:3]:
        facts = next(one.facts for one in stock if one.id == house.id)
        audit = assess_baseline(facts, tables)
        assert house.need_kwh == pytest.approx(audit.heat_need_kwh.value, rel=1e-6)
        assert house.cost_yuan == pytest.approx(audit.cost_yuan.value, rel=1e-6)
        assert house.heating_kg == pytest.approx(1000 * audit.co2_t.value, rel=1e-6)


def test_sums_ranges_and_groups_belong_together(result: DistrictResult) -> None:
    carbon = result.totals["carbon_kg"]
    assert carbon.value == pytest.approx(sum(house.carbon_kg for house in result.houses))
    assert carbon.p10 < carbon.p50 < carbon.p90
    for by in ("township", "village", "archetype", "era", "heating"):
        parts = [group for group in result.groups if group.by == by]
        assert sum(group.houses for group in parts) == 8
        assert sum(group.carbon_saving_kg for group in parts) == pytest.approx(result.split.carbon_kg)
    assert result.split.status == "optimal"
    assert result.split.own_yuan + result.split.subsidy_yuan <= 80_000.0 * (1 + 1e-9)
    assert result.split.carbon_kg > 0
    assert [one.cost_yuan_t for one in result.ranking] == sorted(one.cost_yuan_t for one in result.ranking)
    reached = {row.key: row.reached for row in result.targets}
    today = {row.key: row.today for row in result.targets}
    assert reached["carbon"] == pytest.approx(today["carbon"] - result.split.carbon_kg / 1000)


def test_estimated_houses_are_marked_less_sure_and_alike_ones_get_the_same(result: DistrictResult) -> None:
    by_id = {house.id: house for house in result.houses}
    assert by_id["h3"].need_kwh == by_id["h4"].need_kwh
    assert by_id["h3"].spread > by_id["h0"].spread
    assert not by_id["h3"].surveyed and by_id["h0"].surveyed


def test_no_house_one_house_no_money_and_too_much_money_are_safe(stock: list[House], tables: EnergyTables) -> None:
    figures = district.district_figures()
    empty = run([], tables, SCENARIO, figures=figures)
    assert empty.houses == () and empty.totals["carbon_kg"].value == 0 and empty.split.status == "optimal"
    one = run(stock[1:2], tables, replace(SCENARIO, budget_yuan={"total": 0.0}), figures=figures)
    assert one.split.picks == () and one.totals["carbon_kg"].p10 < one.totals["carbon_kg"].p90
    rich = run(stock[1:2], tables, replace(SCENARIO, budget_yuan={"total": 1e12}), figures=figures)
    assert rich.split.carbon_kg == max(rich.houses[0].options.carbon_kg)


def test_the_example_of_the_documentation_runs(stock: list[House], tables: EnergyTables, checkout: Path) -> None:
    text = (checkout / "docs" / "district.md").read_text(encoding="utf-8")
    scenario = read_scenario(json.loads(text.split("```json")[1].split("```")[0]), tables)
    found = run(stock[:4], tables, scenario, figures=district.district_figures())
    assert found.split.status == "optimal" and found.split.picks
    missing = {item.name for item in fields(Scenario)} - set(re.findall(r"`([a-z0-9_]+)`", text))
    assert not missing


def test_a_run_can_be_cancelled(stock: list[House], tables: EnergyTables) -> None:
    with pytest.raises(InputFault, match="CP-1393"):
        district.run_district(
            district.Stock(tuple(stock)), tables, SCENARIO, figures=district.district_figures(), workers=1,
            cancel=lambda: True,
        )  # fmt: skip


def test_the_workbook_says_everything_and_no_text_becomes_a_formula(result: DistrictResult, clock: Any) -> None:
    content = write_district(
        [result, replace(result, scenario=replace(SCENARIO, name="第二"))], made_at=clock.now(),
        townships={"110114116": "兴寿镇"}, sample=True,
    )  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["汇总", "分类统计", "减碳成本排序", "逐户方案", "方案对比", "未计算农户", "方法和数据"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell.value for cell in cells if isinstance(cell.value, str) and "energy." in cell.value]
    houses = book["逐户方案"]
    assert houses.max_row == 1 + len(result.houses)
    total = sum(row[6].value + row[7].value for row in houses.iter_rows(min_row=2))
    assert total == pytest.approx(result.split.own_yuan + result.split.subsidy_yuan)
    assert any(cell.value == "待核" for cell in cells)
    units = {row[5].value for row in book["汇总"].iter_rows(min_row=8, max_row=17)}
    assert {"度/年", "元/年", "公斤/年", "㎡"} <= units and not units & {"kWh/a", "CNY/a", "kg/a"}
    assert "编造" in str(book["汇总"]["A5"].value)


@pytest.fixture
def told(desk: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """A made-up village of six households, two of them surveyed; the command line with its desk open."""
    from contextlib import contextmanager

    import_sample_village(desk, tmp_path / "register.xlsx", households=6)
    for seed, household in enumerate(household_ids(desk, HouseholdQuery())[:2], 1):
        survey_household(desk, household, seed=seed)

    @contextmanager
    def opened(_out: object) -> Iterator[Context]:
        yield desk

    monkeypatch.setattr(cmd_district, "opened_desk", opened)
    yield lambda *words: CliRunner().invoke(cmd_district.app, list(words), catch_exceptions=False)


def test_a_village_from_register_to_workbook(told: Callable[..., Any], tmp_path: Path) -> None:
    file, book = tmp_path / "scenario.json", tmp_path / "village.xlsx"
    assert told("template", str(file), "--json").exit_code == 0
    document = json.loads(file.read_text(encoding="utf-8"))
    document |= {"measures": list(FEW), "poor_share_min": 0.0, "uptake": 1.0, "without": []}
    file.write_text(json.dumps(document), encoding="utf-8")
    answer = told("run", str(file), "--excel", str(book), "--workers", "1", "--json")
    assert answer.exit_code == 0, answer.output
    (result,) = json.loads(answer.stdout)["results"]
    assert len(result["houses"]) + len(result["aside"]) == 6
    assert sum(house["surveyed"] for house in result["houses"]) == 2
    assert book.stat().st_size > 5000
    assert "householder" not in answer.stdout
    document["carbon_target_t"] = 1e6
    file.write_text(json.dumps(document), encoding="utf-8")
    answer = told("run", str(file), "--workers", "1")
    assert answer.exit_code == 1
    assert "减碳目标" in answer.output


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"budget": 1}, "CP-1385", "budget"),
        ({"budget_yuan": {"totall": 1}}, "CP-1385", "budget_yuan.totall"),
        ({"budget_yuan": {"total": -1}}, "CP-1386", "budget_yuan.total"),
        ({"uptake": 60}, "CP-1386", "uptake"),
        ({"measures": ["walls"]}, "CP-1385", "measures[0]"),
        ({"objective": "cost"}, "CP-1387", "objective"),
        ({"factor_year": 1999}, "CP-1374", ""),
        ({"day": "2026-13-01"}, "CP-1386", "day"),
        ({"name": ""}, "CP-1386", "name"),
    ],
)
def test_a_wrong_scenario_is_told_by_place(
    change: dict[str, object], code: str, place: str, tmp_path: Path, tables: EnergyTables
) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps({"name": "x", **change}), encoding="utf-8")
    with pytest.raises(InputFault) as caught:
        district.read_scenario_file(file, tables)
    assert caught.value.code == code
    assert place in caught.value.message("zh")
    assert caught.value.remedy("zh")
    file.write_text('{"name": "x",\n "uptake": }', encoding="utf-8")
    with pytest.raises(InputFault, match="line 2"):
        district.read_scenario_file(file, tables)
