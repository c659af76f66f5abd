"""Nonsense goes in, and nothing is computed on it without saying so: place, range and remedy, in two languages.

The three doors are the survey, the building file and the weather file.
"""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.base.i18n import Translator
from cpdesk.cli.cmd_building import app
from cpdesk.energy.house.construct import build
from cpdesk.energy.multizone.read import BuildingFaults, read_building
from cpdesk.energy.multizone.spec import Site
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.epw import read_epw
from cpdesk.model.building import Answer, BillFacts, BuildingFacts, HeaterFacts, WallFacts, WindowFacts
from cpdesk.model.energy_uses import UseFacts
from cpdesk.model.records import Quality

CHANGPING: Final = Site(40.2, 116.2, 8.0, 80.0)
LANGUAGES: Final = ("zh", "en")
EXAMPLE: Final = re.findall(
    r"```json\n(.*?)```",
    (Path(__file__).resolve().parents[3] / "docs" / "building-file.md").read_text(encoding="utf-8"),
    re.DOTALL,
)[0]


def told(fault: CpdeskError, *words: str) -> None:
    """Message and remedy stand in both languages, whole, and hold these words (`zh|en` for one in each)."""
    for at, language in enumerate(LANGUAGES):
        message = fault.message(language)
        assert fault.remedy(language)
        assert "{" not in message.replace("{…}", "")
        assert "energy." not in message
        for word in words:
            assert word.split("|")[at if "|" in word else 0] in message, (word, message)


def windows(**sides: dict[str, float]) -> dict[str, WindowFacts]:
    return {side: WindowFacts(**{key: Answer(value) for key, value in own.items()}) for side, own in sides.items()}


def block(**changes: Any) -> Callable[[BuildingFacts], BuildingFacts]:
    return lambda facts: replace(facts, blocks=(replace(facts.blocks[0], **changes),))


def heater(**changes: Any) -> Callable[[BuildingFacts], BuildingFacts]:
    return lambda facts: replace(facts, heaters=(replace(facts.heaters[0], **changes),))


def house(**changes: Any) -> Callable[[BuildingFacts], BuildingFacts]:
    return lambda facts: replace(facts, **changes)


def bills(**amounts: float) -> Callable[[BuildingFacts], BuildingFacts]:
    return house(bills=BillFacts(**{name: Answer(value) for name, value in amounts.items()}))


def wall(**layers: Any) -> Callable[[BuildingFacts], BuildingFacts]:
    return block(wall=WallFacts(**{name: Answer(value) for name, value in layers.items()}))


SURVEY: Final[dict[str, tuple[Callable[[BuildingFacts], BuildingFacts], tuple[str, ...]]]] = {
    "windows larger than the wall": (
        block(windows=windows(front={"count": 6, "width_m": 4.5, "height_m": 2.4})),
        ("正房·前檐|Main house, front", "90"),
    ),
    "windows higher than the storey": (
        block(windows=windows(front={"count": 2, "width_m": 1, "height_m": 3.5})), ("窗高|Window height", "3.1 m"),
    ),
    "windows in a party wall": (
        block(left_adjacent=Answer("neighbour_heated"), windows=windows(left={"count": 1})),
        ("左山墙|left", "邻居采暖房|heated neighbour", "0"),
    ),
    "a window of no width": (
        block(windows=windows(front={"count": 2, "width_m": 0, "height_m": 1.5})), ("窗宽|Window width", "0.2"),
    ),
    "fewer windows than none": (block(windows=windows(front={"count": -1})), ("-1", "30")),
    "a height below zero": (block(storey_height_m=Answer(-3.0)), ("层高|", "-3 m", "2–6 m|2 to 6 m")),
    "no storey": (block(storeys=Answer(0.0)), ("层数|", "1–4|1 to 4")),
    "no bay": (block(bays=Answer(0.0)), ("开间|", "1–15|1 to 15")),
    "a length that is no number": (block(length_m=Answer(math.nan)), ("nan m", "2–60 m|2 to 60 m")),
    "an endless length": (block(length_m=Answer(math.inf)), ("inf m", "2–60 m|2 to 60 m")),
    "one room of 400 m2": (
        block(bays=Answer(1.0), length_m=Answer(25.0), depth_m=Answer(19.0)),
        ("采暖面积|", "m²", "4–60 m²|4 to 60 m²"),
    ),
    "more heated than there is": (block(heated_area_m2=Answer(400.0)), ("400 m²", "118")),
    "nothing heated by area": (block(heated_area_m2=Answer(0.0)), ("0 m²", "4–2000 m²|4 to 2000 m²")),
    "more rooms than fit": (block(bays=Answer(2.0), heated_rooms=Answer(14.0)), ("采暖间数|Heated bays", "14", "6")),
    "no building heated": (block(heated=Answer("none")), ()),
    "no building at all": (house(blocks=()), ()),
    "a wall of no thickness": (wall(mm=0.0), ("墙厚|", "0 mm", "50–1200 mm|50 to 1200 mm")),
    "insulation of no thickness": (wall(insul_type="eps", insul_mm=0.0), ("0 mm", "5–300 mm|5 to 300 mm")),
    "insulation below zero": (wall(insul_type="eps", insul_mm=-50.0), ("-50 mm", "5–300 mm|5 to 300 mm")),
    "a wall of an unknown kind": (wall(type="cheese"), ("cheese", "brick_solid")),
    "a roof with metres of insulation": (
        block(roof_insul_type=Answer("eps"), roof_insul_mm=Answer(5000.0)), ("5000 mm", "5–400 mm|5 to 400 mm"),
    ),
    "a floor with metres of insulation": (block(floor_insul_mm=Answer(9999.0)), ("9999 mm", "200 mm")),
    "a ridge under the eaves": (block(ridge_rise_m=Answer(-1.0)), ("-1 m", "0–4 m|0 to 4 m")),
    "a sunspace like a hall": (
        block(sunspace=Answer("single"), sunspace_depth_m=Answer(50.0)), ("50 m", "0.5–6 m|0.5 to 6 m"),
    ),
    "a hundred doors": (block(door_count=Answer(100.0)), ("外门|", "0–10|0 to 10")),
    "built before there were houses": (block(build_year=Answer(15.0)), ("建成年份|Year built", "1700")),
    "built after the survey": (
        lambda facts: house(survey_year=2026)(block(build_year=Answer(2050.0))(facts)), ("2050", "2026"),
    ),
    "rebuilt before it was built": (block(rebuild_year=Answer(1980.0)), ("1980", "1996")),
    "an unknown structure": (block(structure=Answer("cheese")), ("cheese", "brick_concrete")),
    "40 degrees by day": (house(temp_usual_day_c=Answer(40.0)), ("这户|Household", "40 ℃|40 °C", "30")),
    "40 degrees wished": (house(temp_wish_c=Answer(40.0)), ("40 ℃|40 °C", "10–28|10 to 28")),
    "40 degrees by night": (house(temp_usual_night_c=Answer(40.0)), ("40 ℃|40 °C", "0–30|0 to 30")),
    "on the moon": (house(terrain=Answer("moon")), ("moon", "plain")),
    "above the clouds": (house(altitude_m=Answer(9000.0)), ("9000 m", "20–1500 m|20 to 1500 m")),
    "an unknown heater": (heater(type=Answer("reactor")), ("reactor", "coal_boiler")),
    "a heater without power": (heater(rated_kw=Answer(0.0)), ("0 kW", "0.3–60 kW|0.3 to 60 kW")),
    "boiling pipes": (heater(flow_c=Answer(200.0)), ("200 ℃|200 °C", "20–95|20 to 95")),
    "a day of 30 hours": (heater(hours_day=Answer(30.0)), ("30 小时|30 h", "0–24|0 to 24")),
    "more than all the heat": (heater(share_pct=Answer(150.0)), ("150 %", "0–100|0 to 100")),
    "a heater from the future": (
        lambda facts: house(survey_year=2026)(heater(year=Answer(2100.0))(facts)), ("2100", "1950–2026|1950 to 2026"),
    ),
    "no heater when it is cold": (heater(above_c=Answer(5.0)), ("4 ℃|4 °C",)),
    "a bill below zero": (bills(elec_year_kwh=-100.0), ("全年用电|Electricity of the year", "-100", "60000")),
    "a mountain of coal": (bills(coal_briquette_t=500.0), ("500 t", "0.0–15.0 t|0.0 to 15.0 t")),
    "a season above its year": (
        bills(elec_year_kwh=1000.0, elec_season_kwh=9000.0), ("9000", "0–1000|0 to 1000"),
    ),
    "gas of the season above its year": (bills(gas_year_m3=100.0, gas_season_m3=900.0), ("900", "0–100|0 to 100")),
    "away all year": (house(winter_absence_days=Answer(400.0)), ("400 天|400 days", "181")),
    "fewer people than none": (house(residents_winter=Answer(-1.0)), ("-1", "0–30|0 to 30")),
    "no breaker": (house(main_breaker_a=Answer(0.0)), ("进户总开关|Main breaker", "5–200 A|5 to 200 A")),
    "a season that is no day": (house(season_start=Answer((13, 40))), ("采暖季长度|Length", "30–270|30 to 270")),
    "a season of no length": (
        house(season_start=Answer((11, 15)), season_end=Answer((11, 15))), ("0 天|0 days", "30–270|30 to 270"),
    ),
    "panels like a field": (
        house(uses=UseFacts(pv_has=Answer("yes"), pv_kwp=Answer(5000.0))), ("5000 kWp", "0.3–60|0.3 to 60"),
    ),
    "hot water of an unknown kind": (house(uses=UseFacts(hot_water=Answer("volcano"))), ("volcano", "electric_tank")),
}  # fmt: skip


@pytest.mark.parametrize("case", SURVEY)
def test_the_survey_refuses_nonsense(case: str, f5_facts: BuildingFacts, tables: EnergyTables) -> None:
    change, words = SURVEY[case]
    with pytest.raises(InputFault) as caught:
        build(change(f5_facts), tables)
    told(caught.value, *words)


@pytest.mark.parametrize(
    ("change", "key"),
    [(house(heaters=()), "heater1.type"), (house(township_code="999999999"), "terrain"),
     (block(windows={}), "main.win.front.count")],
)  # fmt: skip
def test_what_nobody_said_stands_as_a_default_with_its_reason(
    change: Callable[[BuildingFacts], BuildingFacts], key: str, f5_facts: BuildingFacts, tables: EnergyTables
) -> None:
    """No heater, a township the program does not know, no windows: computed with a default that is seen."""
    found = {item.key: item for item in build(change(f5_facts), tables).inputs}
    assert found[key].quality is Quality.DEFAULT
    for language in LANGUAGES:
        words = Translator(language)
        assert words.has(found[key].name)
        assert words.has(found[key].reason)


def test_every_input_has_a_name_people_read(f5_facts: BuildingFacts, tables: EnergyTables) -> None:
    every = bills(
        coal_briquette_t=1.0, coal_loose_t=0.5, elec_year_kwh=3000.0, gas_year_m3=300.0, lpg_bottles=4.0,
        wood_kg=500.0, pellet_kg=100.0,
    )  # fmt: skip
    houses = [
        f5_facts, every(f5_facts), bills(elec_season_kwh=2000.0, gas_season_m3=200.0)(f5_facts),
        bills(elec_valley_kwh=900.0, elec_other_month_kwh=80.0)(f5_facts),
        house(heaters=(HeaterFacts(type=Answer("gas_boiler")), HeaterFacts(type=Answer("kang"))))(f5_facts),
        block(sunspace=Answer("single"), roof_shape=Answer("pitched_tile"), heated=Answer("part"))(f5_facts),
    ]  # fmt: skip
    for facts in houses:
        for item in build(facts, tables).inputs:
            for language in LANGUAGES:
                assert Translator(language).has(item.name), item.key
                assert all(Translator(language).has(key) for key in item.place.split()), item.key


def test_a_fuel_without_a_price_is_told(tables: EnergyTables) -> None:
    ended = tuple(
        replace(row, valid_to=date(2020, 1, 1)) if row.carrier == "gas" and row.item == "tier" else row
        for row in tables.tariff_versions
    )
    with pytest.raises(InputFault) as caught:
        replace(tables, tariff_versions=ended).on(date(2026, 11, 23))
    told(caught.value, "gas", "2026-11-23", "2020-01-01")


def put(path: str, value: object) -> dict[str, Any]:
    """The example of the manual with one value set."""
    document: dict[str, Any] = json.loads(EXAMPLE)
    place: Any = document
    steps = path.split(".")
    for step in steps[:-1]:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    place[steps[-1]] = copy.deepcopy(value)
    return document


FILE: Final[dict[str, tuple[str, object, tuple[str, ...]]]] = {
    "windows larger than the wall": ("zones.0.surfaces.0.windows", [
        {"name": "w", "area_m2": 90, "glazing": {"u_value_w_m2k": 2.8, "g_normal": 0.7}}
    ], ("zones[0].surfaces[0]", "90")),
    "a U of zero": ("constructions.bad", {"u_value_w_m2k": 0}, ("constructions.bad.u_value_w_m2k", "0.02")),
    "a U below zero": ("constructions.bad", {"u_value_w_m2k": -1}, ("constructions.bad.u_value_w_m2k", "0.02")),
    "a U above what surfaces allow": ("constructions.bad", {"u_value_w_m2k": 9}, ("u_value_w_m2k", "5.8")),
    "a room of 400 m2": ("zones.0.floor_area_m2", 400, ("zones[0].floor_area_m2", "400", "300")),
    "a room of no size": ("zones.0.floor_area_m2", 0, ("zones[0].floor_area_m2", "0.5")),
    "a room that is no number": ("zones.0.floor_area_m2", math.nan, ("zones[0].floor_area_m2", "0.5", "300")),
    "a room in words": ("zones.0.floor_area_m2", "twenty", ("zones[0].floor_area_m2", "twenty", "0.5", "300")),
    "a height below zero": ("zones.0.height_m", -2.8, ("zones[0].height_m", "-2.8", "10")),
    "a layer of no thickness": (
        "constructions.bad", {"layers": [{"thickness_m": 0, "conductivity_w_mk": 1, "density_kg_m3": 1,
                                          "specific_heat_j_kgk": 900}]},
        ("constructions.bad.layers[0].thickness_m", "0.0001"),
    ),
    "a material that conducts nothing": (
        "materials.bad", {"conductivity_w_mk": 0, "density_kg_m3": 1000, "specific_heat_j_kgk": 900},
        ("materials.bad.conductivity_w_mk", "0.005"),
    ),
    "an absorptance of 1.5": (
        "zones.0.surfaces.0.absorptance_outside", 1.5, ("absorptance_outside", "1.5", "0–1|0 to 1"),
    ),
    "a g of 1.5": ("glazings.bad", {"u_value_w_m2k": 2, "g_normal": 1.5}, ("glazings.bad.g_normal", "0.95")),
    "a surface turned over": ("zones.0.surfaces.0.tilt_deg", 270, ("tilt_deg", "180")),
    "a set point of 80": ("zones.0.thermostat", {"heating_c": 80}, ("heating_c", "80", "40")),
    "heating above cooling": ("zones.0.thermostat", {"heating_c": 28, "cooling_c": 20}, ("28", "20")),
    "air that flows backwards": ("zones.0.infiltration", {"air_change_1_h": -1}, ("air_change_1_h", "-1", "30")),
    "beyond the pole": ("site.latitude_deg", 140, ("site.latitude_deg", "140", "90")),
}  # fmt: skip


@pytest.mark.parametrize("case", FILE)
def test_the_building_file_refuses_nonsense(case: str) -> None:
    path, value, words = FILE[case]
    with pytest.raises(BuildingFaults) as caught:
        read_building(put(path, value), place=CHANGPING)
    assert len(caught.value.faults) == 1, caught.value.message("en")
    told(caught.value.faults[0], *words)
    told(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [("zones.0.floor_area_m2", 400, ("zones[0].floor_area_m2", "300")), ("site.weather", "某某镇", ("某某镇",))],
)
def test_the_command_computes_nothing_and_says_why(
    path: str, value: object, words: tuple[str, ...], tmp_path: Path
) -> None:
    """As a person at the terminal gets it: the field, its range, and an exit code that is not success."""
    file = tmp_path / "house.json"
    file.write_text(json.dumps(put(path, value), ensure_ascii=False), encoding="utf-8")
    result = CliRunner().invoke(app, ["assess", str(file), "--json"])
    assert result.exit_code != 0
    if isinstance(result.exception, CpdeskError):
        faults = result.exception.faults if isinstance(result.exception, BuildingFaults) else (result.exception,)
        told(faults[0], *words)
    else:
        assert all(word in result.output for word in words)
    assert "heating_kwh" not in result.stdout


def lines_of(text: str, change: Callable[[list[str]], list[str]]) -> str:
    return "\n".join(change(text.splitlines()))


def cell(line: int, column: int, value: str) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        cells = lines[line].split(",")
        cells[column] = value
        return [*lines[:line], ",".join(cells), *lines[line + 1 :]]

    return change


def long_gap(lines: list[str]) -> list[str]:
    for line in range(50, 60):
        lines = cell(line, 6, "9999")(lines)
    return lines


WEATHER: Final[dict[str, tuple[Callable[[list[str]], list[str]], tuple[str, ...]]]] = {
    "8,759 hours, one missing": (lambda lines: [*lines[:100], *lines[101:]], ("101",)),
    "8,759 hours, cut at the end": (lambda lines: lines[:-1], ("12-31 24:00",)),
    "an hour twice": (lambda lines: [*lines[:100], lines[99], *lines[100:]], ("101",)),
    "no hour at all": (lambda lines: lines[:8], ()),
    "a gap of ten hours": (long_gap, ("51", "10", "-60", "60")),
    "a temperature of 75": (cell(50, 6, "75"), ("51", "75", "-60", "60")),
    "a temperature in words": (cell(50, 6, "cold"), ("51", "cold")),
    "more sun than there is": (cell(20, 14, "9000"), ("21", "9000")),
    "a place beyond the pole": (cell(0, 6, "140"), ("140", "-90", "90")),
    "no EPW": (lambda lines: ["date;temperature", "1;2"], ()),
}


@pytest.mark.parametrize("case", WEATHER)
def test_the_weather_file_refuses_nonsense(case: str, sample_epw: str) -> None:
    change, words = WEATHER[case]
    with pytest.raises(InputFault) as caught:
        read_epw(lines_of(sample_epw, change))
    told(caught.value, *words)


@pytest.mark.parametrize("missing", ["99.9", "9999"])
def test_a_missing_hour_is_filled_and_said(missing: str, sample_epw: str) -> None:
    weather = read_epw(lines_of(sample_epw, cell(50, 6, missing)))
    assert -30.0 < float(weather.temperature_c.min()) < float(weather.temperature_c.max()) < 45.0
    for language in LANGUAGES:
        words = Translator(language)
        assert any(words.has(note.text_key) for note in weather.notes)
