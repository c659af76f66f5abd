"""The farmhouse form as a surveyor fills it: a whole house, every cross-check, defaults as the engine takes them."""

from __future__ import annotations

import csv

import pytest
from form_filling import Filling, begun, shipped

from cpdesk.base.resources import resource_path
from cpdesk.context import Context
from cpdesk.forms.form import Form
from cpdesk.operations.assess import assess_survey
from cpdesk.operations.demo.village import survey_household
from cpdesk.operations.facts import is_default, read_answers
from cpdesk.operations.register import add_household
from cpdesk.operations.surveys import begin_survey, complete_survey, open_survey, save_answers, submit_survey

REGISTER = {
    "township_code": "110114118",
    "village": "样例村",
    "household_no": "032",
    "householder_name": "样例户主",
    "residents": "3",
    "build_year": "1996",
    "floor_area_m2": "105",
}
GATE = {
    "township_code": "110114118",
    "village": "样例村",
    "household_no": "032",
    "householder_name": "样例户主",
    "surveyor": "周敏",
    "consent_read": "OK",
    "consent_ok": "yes",
    "consent_photo_ok": "yes",
    "consent_absence_ok": "yes",
    "terrain": "hill",
    "photo_gate": "gate.jpg",
    "main_breaker_a": "a63",
}
HOUSE = {
    "b_build_year": 1996,
    "b_bays": 5,
    "b_photo_front": "front.jpg",
    "b_win_front_frame": "alu",
    "b_win_front_glazing": "single",
}
INSIDE = {
    "h_type": "coal_boiler",
    "h_rooms": "all",
    "h_co_risk": "no",
    "outdoor_temp_c": -3,
    "r_temp_c": 14,
    "r_heating_on": "yes",
    "feel_cold": "cool",
    "cook_fuels": "electric",
    "dhw_type": "electric_tank",
    "coal_briquette_t": 2.5,
    "elec_year_kwh": 2400,
    "elec_season_kwh": 900,
    "residents": 3,
    "photo_heater": "boiler.jpg",
    "sign_household": "a.png",
    "sign_surveyor": "b.png",
}


@pytest.fixture(scope="module")
def form() -> Form:
    return shipped("farmhouse")


def whole(form: Form) -> Filling:
    return begun(form).put({**GATE, **HOUSE, **INSIDE})


def test_a_hurried_survey_is_complete_with_its_defaults_and_nothing_is_odd(form: Form) -> None:
    filling = whole(form)
    assert [one for one in filling.session.validate() if one.blocks] == []
    assert filling.checks() == set()


def test_it_speaks_both_languages_everywhere(form: Form) -> None:
    filling = whole(form)
    said: dict[str, dict[str, str]] = {}
    for language in ("zh", "en"):
        filling.session.set_language(language)
        states = [filling.session.state(path) for path in filling.questions()]
        assert [state.path for state in states if not state.label] == []
        said[language] = {state.path: state.label for state in states}
    assert {path for path, label in said["zh"].items() if label == said["en"][path]} == set()


def test_without_consent_nothing_is_filled_in_and_nothing_told(form: Form) -> None:
    filling = begun(form).put({**GATE, "consent_ok": "no", "site_id": "01a1-known"})
    assert filling.value("b_kind") == filling.value("b_facing") == ""
    assert filling.session.entities() == ()
    assert filling.missing().keys() == set()


HARD = [
    ("household_no", "032", "32 号"),
    ("householder_phone", "010-69740000", "6974"),
    ("notice_phone", "13800000032", "138"),
    ("position", "40.22 116.23 50 5", "40.22 117.23 50 5"),
    ("b_build_year", 1996, 1849),
    ("b_heated_area_m2", 91, 120),
    ("b_heated_rooms", 5, 6),
    ("b_win_front_height_m", 1.5, 3.9),
    ("h_share_pct", 100, 101),
    ("h_end", "2026-03-15", "2025-11-01"),
    ("elec_season_kwh", 900, 2401),
    ("elec_valley_kwh", 450, 901),
    ("gas_season_m3", 100, 201),
    ("elderly_60", 2, 4),
    ("works_done", "wall roof", "none wall"),
    ("pv_panels", 10, 201),
]


@pytest.mark.parametrize(("name", "good", "bad"), HARD, ids=[case[0] for case in HARD])
def test_what_cannot_be_is_refused(form: Form, name: str, good: object, bad: object) -> None:
    filling = whole(form).put({"meter_valley": "yes", "pv_has": "yes", "b_win_front_width_m": 2.4})
    if name == "gas_season_m3":
        filling.put({"fuels_used": "electricity coal_briquette gas", "gas_year_m3": 200})
    for value, found in ((good, ""), (bad, "constraint")):
        assert filling.put({name: value}).problem(name) == found, value


def test_the_shares_of_all_heaters_are_at_most_the_whole(form: Form) -> None:
    filling = whole(form)
    filling.session.add_item("heating/heater")
    assert filling.put({"h_share_pct@2": 20}).problem("h_share_pct@2") == "constraint"
    assert filling.put({"h_share_pct": 85}).problem("h_share_pct@2") == ""


HEAT_PUMP = {"h_type": "ashp_water", "fuels_used": "electricity", "elec_year_kwh": 8000, "elec_season_kwh": 5000}
GAS = {"h_type": "gas_boiler", "fuels_used": "electricity gas", "gas_year_m3": 1100, "gas_season_m3": 1000}
SOFT = [
    ("fx_position", {"position": "40.22 116.23 50 16"}),
    ("fx_heated_share", {"b_heated_area_m2": 70}),
    ("fx_win_front_share", {"b_win_front_count": 2}),
    ("fx_floor_area", {"register_area_m2": 70}),
    ("fx_h_year", {"h_year": 1990}),
    ("fx_year", {"works_done": "wall", "works_year": 1991}),
    ("fx_rated", {"h_rated_kw": 40}),
    ("fx_flow", {"h_flow_c": 40}),
    ("fx_season", {"h_start": "2025-09-30"}),
    ("fx_co", {"h_co_risk": "yes"}),
    ("fx_plain_coal", {"terrain": "plain"}),
    ("fx_share", {"h_share_pct": 80}),
    ("fx_power", {**HEAT_PUMP, "h_count": 3}),
    ("fx_temp", {"r_temp_c": -5}),
    ("fx_coal", {"coal_briquette_t": 6}),
    ("fx_hp", {**HEAT_PUMP, "elec_season_kwh": 1500}),
    ("fx_gas", {**GAS, "gas_season_m3": 300}),
    ("fx_fuel", {"coal_briquette_t": 0}),
    ("fx_valley_share", {"meter_valley": "yes", "elec_valley_kwh": 800}),
    ("fx_absent", {"winter_absence_days": 101}),
    ("fx_pv", {"pv_has": "yes", "pv_kwp": 5, "pv_kwh": 9000}),
]


@pytest.mark.parametrize(("check", "answers"), SOFT, ids=[case[0] for case in SOFT])
def test_what_is_odd_is_asked_about_and_may_stay(form: Form, check: str, answers: dict[str, object]) -> None:
    filling = whole(form)
    assert not filling.shown(check)
    filling.put(answers)
    assert check in filling.checks()
    assert [one.path for one in filling.session.validate() if one.blocks] == []


def test_every_cross_check_of_the_form_is_tried_here(form: Form) -> None:
    declared = {node.name for node in form.nodes if node.attributes.get("check")}
    assert declared == {check for check, _ in SOFT}


@pytest.mark.parametrize(
    ("heater", "quantity"),
    [
        ("coal_stove", "coal_loose_t"),
        ("gas_boiler", "gas_year_m3"),
        ("storage_heater", "elec_season_kwh"),
        ("lpg_heater", "lpg_bottles"),
        ("kang", "wood_kg"),
        ("biomass_boiler", "pellet_kg"),
    ],
)
def test_what_the_main_heater_takes_must_have_a_quantity(form: Form, heater: str, quantity: str) -> None:
    filling = whole(form).put({"coal_briquette_t": 0, "h_type": heater})
    filling.put({"fuels_used": "electricity coal_loose gas lpg wood pellets"})
    assert filling.put({quantity: 0}).shown("fx_fuel")
    assert not filling.put({quantity: 400 if quantity != "coal_loose_t" else 3}).shown("fx_fuel")


def figures(name: str) -> list[dict[str, str]]:
    with resource_path(f"tables/energy/{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_visible_defaults_are_those_the_energy_engine_takes(form: Form) -> None:
    columns = ("year_from", "year_to", "structures", "structure", "depth_m", "height_m", "wall_type", "wall_mm",
               "roof_shape", "roof_insul_type", "roof_insul_mm", "ceiling", "floor", "door_type", "status")  # fmt: skip
    assert listed(form, "f_archetype", columns) == {
        row["id"].lower(): read(row, columns) for row in figures("archetypes")
    }
    heaters = {row["code"]: row for row in figures("systems")}
    shown = listed(form, "heater_type", ("carrier", "rated_kw", "flow_c"))
    assert shown == {
        code: [heaters[code]["carrier"], plain(heaters[code]["capacity_kw"]), plain(heaters[code]["flow_c"])]
        for code in shown
    }
    for choices, table in (("insul_type", "insulations"), ("wall_type", "walls")):
        usual = {row["code"]: row["default_mm"] for row in figures(table)}
        for code, (thickness,) in listed(form, choices, ("usual_mm",)).items():
            assert thickness == usual.get(code, ""), code


def plain(text: str) -> str:
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


def read(row: dict[str, str], columns: tuple[str, ...]) -> list[str]:
    return [plain(row[column]) for column in columns]


def listed(form: Form, name: str, columns: tuple[str, ...]) -> dict[str, list[str]]:
    """The figures of a choice list by code."""
    found: dict[str, list[str]] = {}
    for item in form.instances[name].elements()[0].elements():
        cells = {cell.local: cell.text for cell in item.elements()}
        found[cells["name"]] = [plain(cells.get(column, "")) for column in columns]
    return found


@pytest.mark.parametrize(
    ("answers", "archetype", "wall", "thickness"),
    [
        ({"b_build_year": 1955}, "f1", "brick_adobe", "450"),
        ({"b_build_year": 1975, "b_structure": "stone_wood"}, "f2", "stone", "500"),
        ({"b_era": "y1960_79"}, "f3", "brick_solid", "370"),
        ({"b_build_year": 1985}, "f4", "brick_solid", "370"),
        ({"b_build_year": 1996}, "f5", "brick_solid", "370"),
        ({"b_build_year": 2005}, "f6", "brick_solid", "370"),
        ({"b_build_year": 1985, "b_rebuild_year": 2010}, "f7", "brick_solid", "370"),
        ({"b_build_year": 2019}, "f8", "brick_solid", "370"),
        ({"b_build_year": 2016, "b_structure": "colour_steel"}, "f9", "sandwich", "85"),
    ],
)
def test_blanks_take_the_values_of_the_kind_of_house(
    form: Form, answers: dict[str, object], archetype: str, wall: str, thickness: str
) -> None:
    filling = begun(form).put({**GATE, **answers})
    assert (filling.value("b_archetype"), filling.value("b_wall_type")) == (archetype, wall)
    shown = filling.value("b_wall_mm_other") if filling.value("b_wall_mm") == "other" else filling.value("b_wall_mm")
    assert shown == thickness


def test_a_default_follows_the_answers_until_a_person_overwrites_it(form: Form) -> None:
    filling = begun(form).put({**GATE, "b_build_year": 1996, "b_bays": 5})
    assert (filling.value("b_length_m"), filling.value("b_heated_area_m2")) == ("16.5", "91")
    assert filling.put({"b_bays": 4}).value("b_length_m") == "13.2"
    filling.put({"b_length_m": 14, "b_bays": 5})
    assert filling.value("b_length_m") == "14"
    assert filling.put({"b_length_m": "", "b_bays": 6}).value("b_length_m") == "19.8"


def test_each_side_takes_the_wall_of_the_house_when_they_differ(form: Form) -> None:
    filling = whole(form).put({"b_wall_same": "no", "b_wall_back_insul_type": "eps", "b_wall_type": "stone"})
    sides = [filling.value(f"b_wall_{side}_type") for side in ("front", "back", "left", "right")]
    assert sides == ["stone"] * 4
    assert (filling.value("b_wall_back_insul_type"), filling.value("b_wall_front_insul_type")) == ("eps", "none")


def test_a_default_nobody_touched_is_no_answer_to_the_engine(form: Form) -> None:
    filling = begun(form).put({**GATE, "b_build_year": 1996, "b_bays": 5})
    path = filling.path("b_depth_m")
    assert filling.value("b_depth_m") == "6.5"
    assert is_default(form, filling.session.answers(), path)
    building = read_answers(form, filling.session.counting_answers()).of_each("building")[0]
    assert "building.depth_m" not in building
    assert "building.bays" in building
    filling.session.set(f"{path}#quality", "M")
    building = read_answers(form, filling.session.counting_answers()).of_each("building")[0]
    assert building["building.depth_m"].quality == "M"


def test_the_engine_takes_what_the_form_shows(desk: Context) -> None:
    household, _ = add_household(desk, REGISTER)
    survey, _ = begin_survey(desk, household)
    filling = Filling(open_survey(desk, survey).session)
    filling.put({**GATE, **HOUSE, **INSIDE, "survey_date": "2026-11-20", "h_end": ""})
    save_answers(desk, survey, filling.session.answers())
    audit, _ = assess_survey(desk, survey)
    taken = {item.key: item for item in audit.inputs}
    names = {"length_m": "b_length_m", "depth_m": "b_depth_m", "storey_height_m": "b_storey_height_m",
             "roof_shape": "b_roof_shape", "ceiling": "b_ceiling", "roof_insul_type": "b_roof_insul_type",
             "wall.type": "b_wall_type", "door_type": "b_door_type", "floor": "b_floor"}  # fmt: skip
    for key, question in names.items():
        entry = taken[f"main.{key}"]
        assert (plain(str(entry.value)), str(entry.quality)) == (filling.value(question), "D"), key
    rated = taken["heater1.rated_kw"]
    assert plain(str(rated.value)) == filling.value("h_rated_kw")


def test_its_entity_keeps_the_names_the_register_knows(desk: Context, form: Form) -> None:
    household, _ = add_household(desk, REGISTER)
    survey = survey_household(desk, household, seed=3, finish=False)
    session = open_survey(desk, survey).session
    (change,) = session.entities()
    assert (change.dataset, change.id, change.mode) == ("household", household, "update")
    assert {"last_survey", "heated_area_m2", "build_year", "structure", "heater_type", "wall_state"} <= set(
        change.values
    )
    assert complete_survey(desk, survey)[0] == []
    known = desk.store.records.get(household).answers
    assert (known["build_year"], known["last_survey"]) == ("1996", "2026-11-20")
    assert known["heater_type"] == change.values["heater_type"] != ""
    submit_survey(desk, survey)
    visit = Filling(open_survey(desk, begin_survey(desk, household)[0]).session)
    assert visit.value("b_bays") == ""  # hidden until the household agrees again
    visit.put({"consent_ok": "yes"})
    assert visit.value("b_bays") == Filling(session).value("b_bays") != ""
    assert visit.value("h_type") == change.values["heater_type"]
    assert visit.value("r_temp_c") == visit.value("photo_gate") == visit.value("elec_year_kwh") == ""


def test_personal_questions_are_marked(form: Form) -> None:
    marked = {node.name for node in form.nodes if node.attributes.get("personal") == "yes"}
    assert marked >= {"householder_name", "householder_phone", "residents", "winter_absence_days", "sign_household"}


def test_the_notice_names_township_office_and_telephone(desk: Context) -> None:
    desk.settings.set("office_name", "样例镇政府")
    desk.settings.set("office_phone", "010-69740000")
    household, _ = add_household(desk, REGISTER)
    filling = Filling(open_survey(desk, begin_survey(desk, household)[0]).session)
    words = filling.session.state(filling.path("notice")).label
    assert all(part in words for part in ("流村镇", "样例镇政府", "010-69740000", "不记身份证号"))
