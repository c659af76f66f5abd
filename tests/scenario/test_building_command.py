"""`cpdesk building`: what a person and another program get for a good file, a bad one, and one without weather."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cpdesk.base.errors import InputFault
from cpdesk.cli.cmd_building import app
from cpdesk.context import Context
from cpdesk.energy.multizone.read import read_building
from cpdesk.energy.multizone.spec import Site
from cpdesk.operations.building_files import export_building, level_areas_m2
from cpdesk.operations.demo.village import survey_household
from cpdesk.operations.register import add_household
from cpdesk.operations.surveys import begin_survey

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "building-file.md").read_text(encoding="utf-8"), re.DOTALL)


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small example, two weeks of January, little warming up."""
    document = json.loads(EXAMPLES[0])
    document["options"] = {"warm_up_days": 3, "last_day": 14}
    path = tmp_path_factory.mktemp("building") / "room.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def assessed(room: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The document and the hours of one run."""
    hours = room.with_name("hours.csv")
    result = run("assess", str(room), "--hourly", str(hours), "--json")
    assert result.exit_code == 0, result.output
    with hours.open(encoding="utf-8-sig", newline="") as handle:
        return json.loads(result.stdout), list(csv.DictReader(handle))


def test_a_room_in_january_needs_heat_and_its_sums_are_those_of_its_hours(
    assessed: tuple[dict[str, Any], list[dict[str, str]]],
) -> None:
    document, hours = assessed
    zone = document["zones"][0]
    assert len(hours) == 8760
    heating = [float(row["room.heating_w"]) for row in hours[: 14 * 24]]
    assert zone["heating_kwh"] == pytest.approx(sum(heating) / 1000, abs=0.01)
    assert zone["heating_kwh"] > 200
    assert zone["heating_monthly_kwh"][0] == pytest.approx(zone["heating_kwh"])
    assert sum(zone["heating_monthly_kwh"][1:]) == 0
    peak = zone["heating_peak"]
    row = next(r for r in hours if (r["month"], r["day"], r["hour"]) == ("1", str(peak["day"]), str(peak["hour"])))
    assert float(row["room.heating_w"]) == pytest.approx(peak["value_w"], abs=1e-3)
    assert document["heat_balance_residual"] < 1e-9
    assert sum(loss["share"] for loss in zone["losses"]) == pytest.approx(1.0)


def test_the_thermostat_is_held_in_every_hour(assessed: tuple[dict[str, Any], list[dict[str, str]]]) -> None:
    _, hours = assessed
    by_day = [float(row["room.air_c"]) for row in hours[: 14 * 24] if 8 <= int(row["hour"]) <= 22]
    assert min(by_day) > 17.5


def test_people_get_tables(room: Path) -> None:
    result = run("assess", str(room))
    assert result.exit_code == 0
    assert "one room" in result.output
    assert "room" in result.output


def test_a_forgotten_roof_is_asked_for(room: Path, tmp_path: Path) -> None:
    document = json.loads(room.read_text(encoding="utf-8"))
    document["zones"][0]["surfaces"] = [s for s in document["zones"][0]["surfaces"] if s["name"] != "roof"]
    path = tmp_path / "open.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    notes = json.loads(run("assess", str(path), "--json").stdout)["notes"]
    assert {"key": "building.note.open", "zone": "room", "up": 0.0, "down": 24.0} in notes


def test_partitions_close_both_zones() -> None:
    building = read_building(json.loads(EXAMPLES[1]), place=Site(40.2, 116.2, 8.0, 100.0))
    for up, down in level_areas_m2(building).values():
        assert up == pytest.approx(down, rel=0.02)


def test_a_faulty_file_is_told_fault_by_fault_and_not_computed(room: Path, tmp_path: Path) -> None:
    document = json.loads(room.read_text(encoding="utf-8"))
    document["zones"][0]["floor_area_m2"] = 400
    document["constructions"]["roof"]["u_value_w_m2k"] = 0
    document["zones"][0]["surfaces"][0]["windows"][0]["width_m"] = 20
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = run("assess", str(path), "--json")
    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert error["code"] == "CP-1330"
    places = {fault["path"]: fault["code"] for fault in error["faults"]}
    assert places["zones[0].floor_area_m2"] == "CP-1331"
    assert places["constructions.roof.u_value_w_m2k"] == "CP-1331"
    assert places["zones[0].surfaces[0]"] == "CP-1338"
    assert all(fault["remedy"] for fault in error["faults"])


def test_a_file_without_weather_is_told_so_together_with_its_faults(room: Path, tmp_path: Path) -> None:
    document = json.loads(room.read_text(encoding="utf-8"))
    document["site"] = {}
    path = tmp_path / "nowhere.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert "CP-1349" in run("assess", str(path)).output
    document["zones"][0]["height_m"] = 0
    path.write_text(json.dumps(document), encoding="utf-8")
    faults = json.loads(run("assess", str(path), "--json").stdout)["error"]["faults"]
    assert [fault["code"] for fault in faults] == ["CP-1349", "CP-1331"]


def test_a_township_nobody_knows_gets_the_nearest_name(room: Path, tmp_path: Path) -> None:
    document = json.loads(room.read_text(encoding="utf-8"))
    document["site"]["weather"] = "南口真"
    path = tmp_path / "typo.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    output = run("assess", str(path)).output
    assert "CP-1353" in output
    assert "南口镇" in output


def test_a_township_has_the_weather_of_its_terrain(room: Path, tmp_path: Path) -> None:
    document = json.loads(room.read_text(encoding="utf-8"))
    document["site"]["weather"] = "南口镇"
    path = tmp_path / "nankou.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert run("check", str(path)).exit_code == 0


def test_an_epw_with_hours_missing_is_refused(room: Path, tmp_path: Path) -> None:
    epw = tmp_path / "short.epw"
    epw.write_text("LOCATION,Somewhere\n", encoding="utf-8")
    result = run("assess", str(room), "--weather", str(epw))
    assert result.exit_code == 2
    assert "CP-131" in result.output


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = run("check", str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert "CP-1352" in result.output


def test_the_cases_of_the_standard_are_written_as_files(tmp_path: Path) -> None:
    from cpdesk.cli.cmd_verify import app as verify

    result = CliRunner().invoke(verify, ["bestest", "--write", str(tmp_path), "--json"], catch_exceptions=False)
    files = json.loads(result.stdout)["files"]
    assert len(files) == 52
    assert run("check", files[0]).exit_code == 0


@pytest.fixture
def household(desk: Context) -> str:
    register = {
        "township_code": "110114118",
        "village": "黑寨村",
        "household_no": "032",
        "householder_name": "样例户主",
    }
    return add_household(desk, register)[0]


def test_a_surveyed_house_is_written_as_a_building_file(desk: Context, household: str, tmp_path: Path) -> None:
    survey = survey_household(desk, household, seed=1, finish=False)
    path = tmp_path / "house.json"
    made = export_building(desk, survey, path)
    assert made.zones[0].name == "main"
    text = path.read_text(encoding="utf-8")
    assert "样例户主" not in text and "黑寨" not in text
    assert len(text.splitlines()) < 1200  # schedules of a year stand on one line
    result = run("check", str(path), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["zones"] == len(made.zones)
    with pytest.raises(InputFault) as caught:
        export_building(desk, survey, tmp_path / "nowhere" / "house.json")
    assert caught.value.code == "CP-1352"


def test_a_survey_without_a_heated_house_is_not_written(desk: Context, household: str, tmp_path: Path) -> None:
    survey, _ = begin_survey(desk, household)
    with pytest.raises(InputFault) as caught:
        export_building(desk, survey, tmp_path / "house.json")
    assert caught.value.code == "CP-1303"
    assert not list(tmp_path.glob("*.json"))
