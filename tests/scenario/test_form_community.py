"""The community form as a surveyor fills it: buildings, flats, items; every cross-check; defaults; the register."""

from __future__ import annotations

import pytest
from form_filling import Filling, begun, shipped

from cpdesk.base import tables
from cpdesk.context import Context
from cpdesk.forms.form import Form
from cpdesk.model.records import RecordKind
from cpdesk.operations.facts import is_default
from cpdesk.operations.surveys import begin_new, begin_survey, complete_survey, open_survey, save_answers, submit_survey

COMMUNITY = {
    "c_code": "CB-003",
    "c_name": "样例里小区",
    "township_code": "110114001",
    "c_address": "城北街道样例路 3 号",
    "surveyor": "周敏",
    "c_year_first": 1983,
    "c_year_last": 1996,
    "c_registered_heat": "yes",
    "c_management": "property",
    "c_buildings": 2,
    "c_households": 100,
    "c_area_m2": 7000,
    "c_photo_gate": "gate.jpg",
    "c_heat_source": "network",
    "c_heat_provider": "样例热力",
    "c_substation": "S-3",
    "c_system": "single_series",
    "c_supply_c": 50,
    "c_return_c": 41,
    "c_complaints": 4,
    "c_agree_pct": 80,
    "sign_surveyor": "sign.png",
}
BUILDINGS = (
    {"cb_no": "1", "cb_year": 1983, "cb_floors": 6, "cb_units": 4, "cb_households": 60, "cb_length_m": 58},
    {"cb_no": "2", "cb_year": 1996, "cb_floors": 6, "cb_units": 3, "cb_households": 40, "cb_length_m": 40},
    {"cb_no": "幼儿园", "cb_use": "school", "cb_year": 1990, "cb_floors": 3, "cb_length_m": 30,
     "cb_energy_elec_kwh": 60000},
)  # fmt: skip
EVERY_BUILDING = {"cb_win_new_pct": 40, "cb_photo_s": "s.jpg", "cb_photo_n": "n.jpg"}
FLATS = (
    {"cf_building": "1", "cf_floor": 6, "cf_place": "top_gable", "cf_temp_c": 18.5, "cf_out_c": -3,
     "cf_radiator_c": 41},
    {"cf_building": "2", "cf_floor": 1, "cf_place": "ground", "cf_temp_c": 20.5, "cf_out_c": -3},
)  # fmt: skip
ITEMS = 38


@pytest.fixture(scope="module")
def form() -> Form:
    return shipped("community")


def whole(form: Form) -> Filling:
    return filled(begun(form))


def filled(filling: Filling) -> Filling:
    filling.put(COMMUNITY)
    for repeat, entries in (("c_building", BUILDINGS), ("c_flat", FLATS)):
        for number, entry in enumerate(entries, 1):
            if number > len(filling.session.children(repeat)):
                filling.session.add_item(repeat)
            more = EVERY_BUILDING if repeat == "c_building" else {}
            filling.put({f"{name}@{number}": value for name, value in {**entry, **more}.items()})
    return filling.put({f"ci_state@{number}": "ok" for number in range(1, ITEMS + 1)})


def test_a_whole_community_is_complete_and_nothing_is_odd(form: Form) -> None:
    filling = whole(form)
    assert filling.session.validate() == []
    assert filling.checks() == set()
    values = ("c_sum_buildings", "c_sum_households", "c_sum_area_m2")
    assert [filling.value(name) for name in values] == ["2", "100", "7056"]
    assert form.instance_name(filling.session) == "样例里小区 CB-003 2026-11-22"


def test_no_flat_need_be_measured(form: Form) -> None:
    filling = whole(form)
    for flat in filling.session.children("c_flat"):
        filling.session.remove_item(flat)
    assert filling.session.validate() == []


def test_an_empty_survey_asks_for_what_is_required(form: Form) -> None:
    missing = begun(form).missing()
    assert missing["c_name"] == missing["cb_floors"] == missing["ci_state"] == "required"
    assert "cb_width_m" not in missing


def test_it_speaks_both_languages_everywhere(form: Form) -> None:
    filling = whole(form)
    said: dict[str, dict[str, tuple[str, ...]]] = {}
    for language in ("zh", "en"):
        filling.session.set_language(language)
        states = [filling.session.state(path) for path in filling.questions()]
        assert len(states) > 400
        assert [state.path for state in states if not state.label] == []
        said[language] = {state.path: (state.label, *(one.label for one in state.choices)) for state in states}
    same = {path.rpartition("/")[2] for path, words in said["zh"].items() if words == said["en"][path]}
    assert same == set()


HARD = [
    ("c_code", "CB-003", "3 号"),
    ("c_year_last", 1996, 1975),
    ("c_year_first", 1983, 1948),
    ("c_heat_area_m2", 7700, 7701),
    ("c_return_c", 41, 51),
    ("c_lpg_households", 3, 101),
    ("c_yard_pipe_year", 1990, 2027),
    ("c_vacancy_pct", 10, 91),
    ("survey_date", "2026-11-22", "2026-11-23"),
    ("cb_no", "3", "2"),
    ("cb_position", "40.22 116.23 50 5", "39.2 116.23 50 5"),
    ("cb_floors", 7, 41),
    ("cb_year", 1984, 2027),
    ("cb_wall_insul_year", 2012, 1984),
    ("cb_win_ratio_s_pct", 40, 96),
    ("cf_temp_c", 17, 41),
    ("ci_year", 2020, 2027),
]


@pytest.mark.parametrize(("name", "good", "bad"), HARD, ids=[case[0] for case in HARD])
def test_what_cannot_be_is_refused(form: Form, name: str, good: object, bad: object) -> None:
    filling = whole(form)
    filling.put({"cb_wall_insul_type": "eps", "ci_state": "done"})
    for value, found in ((good, ""), (bad, "constraint")):
        assert filling.put({name: value}).problem(name) == found, value


SOFT = [
    ("fx_c_registered", {"c_year_first": 2001, "c_year_last": 2003}),
    ("fx_c_per_home", {"c_households": 40}),
    ("fx_c_power", {"c_power_kva": 500}),
    ("fx_c_heat_area", {"c_heat_area_m2": 5000}),
    ("fx_c_meter", {"c_metering": "building"}),
    ("fx_c_heat_gj", {"c_heat_meter": "yes", "c_heat_gj": 9000}),
    ("fx_c_gas", {"c_heat_source": "own_gas", "c_gas_m3": 200000}),
    ("fx_c_delta", {"c_return_c": 48}),
    ("fx_c_yard", {"c_yard_pipe_m": 900}),
    ("fx_c_makeup", {"c_makeup_t_day": 9}),
    ("fx_cb_year", {"cb_year": 1999}),
    ("fx_cb_area", {"cb_area_m2": 6000}),
    ("fx_cb_insul_year", {"cb_year": 1993, "cb_wall_insul_type": "eps", "cb_wall_insul_year": 1990}),
    ("fx_cb_windows", {"cb_win_ratio_n_pct": 40}),
    ("fx_cb_valve", {"cb_valve_pct": 20}),
    ("fx_cb_elec", {"cb_energy_elec_kwh@3": 900}),
    ("fx_cb_heat", {"cb_energy_heat_gj@3": 2000}),
    ("fx_c_sum_buildings", {"c_buildings": 3}),
    ("fx_c_sum_households", {"cb_households": 90}),
    ("fx_c_sum_area", {"c_area_m2": 9500}),
    ("fx_cf_building", {"cf_building": "9"}),
    ("fx_cf_floor", {"cf_floor": 7}),
    ("fx_cf_cold", {"cf_temp_c": 17.9}),
    ("fx_cf_temp", {"cf_temp_c": 5, "cf_out_c": 8}),
    ("fx_cf_radiator", {"cf_radiator_c": 15}),
    ("fx_c_complaints", {"c_complaints": 9}),
    ("fx_cip_item", {"cip_item": "b_roof"}),
    ("fx_c_item_wall", {"ci_state@16": "done"}),
    ("fx_c_item_gas", {"ci_state@4": "none"}),
]


@pytest.mark.parametrize(("check", "answers"), SOFT, ids=[case[0] for case in SOFT])
def test_what_is_odd_is_asked_about_and_may_stay(form: Form, check: str, answers: dict[str, object]) -> None:
    filling = whole(form)
    assert not filling.shown(check if check not in ("fx_cb_elec", "fx_cb_heat") else f"{check}@3")
    filling.put(answers)
    assert check in filling.checks()
    assert [one for one in filling.session.validate() if one.blocks] == []


def test_every_cross_check_of_the_form_is_tried_here(form: Form) -> None:
    declared = {node.name for node in form.nodes if node.attributes.get("check")}
    assert declared == {check for check, _ in SOFT}


@pytest.mark.parametrize(
    ("year", "structure", "insulated", "archetype", "wall"),
    [
        (1962, "brick_concrete", "none", "c1", "b370"),
        (1975, "brick_concrete", "none", "c2", "b370"),
        (1982, "big_panel", "none", "c3", "panel_sandwich"),
        (1988, "cast_panel", "none", "c4", "panel_280"),
        (1985, "brick_concrete", "none", "c5", "b370"),
        (1995, "cast_brick", "none", "c6", "kp1_370"),
        (2001, "shear", "eps", "c7", "kp1_240"),
        (2008, "shear", "eps", "c8", "concrete_160_200"),
        (1985, "brick_concrete", "rock_wool", "c9", "b370"),
    ],
)
def test_blanks_take_the_values_of_the_kind_of_building(
    form: Form, year: int, structure: str, insulated: str, archetype: str, wall: str
) -> None:
    filling = begun(form).put({"cb_year": year, "cb_structure": structure, "cb_wall_insul_type": insulated})
    assert (filling.value("cb_archetype"), filling.value("cb_wall_type")) == (archetype, wall)
    assert float(filling.value("cb_u_wall_w_m2k")) > 0.3
    assert is_default(form, filling.session.answers(), filling.path("cb_wall_type"))


def test_a_default_follows_the_year_until_a_person_overwrites_it(form: Form) -> None:
    filling = begun(form).put({"c_year_first": 1985})
    assert (filling.value("cb_year"), filling.value("cb_structure")) == ("1985", "brick_concrete")
    filling.put({"cb_wall_type": "kp1_370", "cb_year": 1962})
    assert (filling.value("cb_wall_type"), filling.value("cb_win_old_frame")) == ("kp1_370", "wood")
    assert not is_default(form, filling.session.answers(), filling.path("cb_wall_type"))
    frame = filling.path("cb_win_old_frame")
    assert is_default(form, filling.session.answers(), frame)
    filling.session.set(f"{frame}#quality", "M")
    assert not is_default(form, filling.session.answers(), frame)
    assert filling.put({"cb_archetype_seen": "c8"}).value("cb_air_change_1_h") == "0.5"


def test_the_last_of_a_chain_of_defaults_is_never_stale(form: Form) -> None:
    filling = begun(form).put({"cb_length_m": 50, "cb_floors": 6})
    for year in (2005, 1985, 1962, 2001, 1975, 2010, 1996):
        filling.put({"cb_year": year})
        for name in ("cb_structure", "cb_wall_insul_type", "cb_wall_type", "cb_roof_insul_mm", "cb_win_old_frame"):
            assert filling.value(name) == filling.value(f"{name}_now"), (year, name)


def test_there_is_one_row_for_each_item_with_its_class(form: Form) -> None:
    filling = begun(form)
    items = range(1, ITEMS + 1)
    assert len(filling.session.children("c_item")) == ITEMS
    codes = [filling.value(f"ci_code@{number}") for number in items]
    assert len(set(codes)) == ITEMS
    classes = {"b": "basic", "w": "improving", "t": "upgrading"}
    assert [filling.value(f"ci_class@{number}") for number in items] == [classes[code[0]] for code in codes]
    state = filling.session.state(filling.path("ci_code@16"))
    assert state.readonly
    assert {one.value: one.label for one in state.choices}[state.value] == "外墙保温"


def test_public_buildings_tell_their_energy_and_homes_their_households(form: Form) -> None:
    filling = whole(form)
    assert (filling.shown("cb_units"), filling.shown("cb_units@3")) == (True, False)
    assert (filling.shown("cb_energy_elec_kwh"), filling.shown("cb_energy_elec_kwh@3")) == (False, True)
    assert filling.value("cb_base_year@3") == "2025"


def test_its_entity_is_updated_and_made_when_nobody_knows_it(form: Form) -> None:
    filling = whole(form)
    (made,) = filling.session.entities()
    assert (made.dataset, made.mode, made.label) == ("community", "create", "样例里小区")
    assert made.id
    filling.put({"site_id": "01a1-known"})
    (changed,) = filling.session.entities()
    assert (changed.id, changed.mode) == ("01a1-known", "update")
    values = changed.values
    assert values["c_households"] == "100"
    assert values["c_heat_source"] == "network"
    assert values["last_survey"] == "2026-11-22"
    assert "w_energy_wall:ok" in values["c_item_states"].split()


def test_figures_nobody_confirmed_say_so(form: Form) -> None:
    statuses = {node.attributes["status"] for node in form.nodes if "status" in node.attributes}
    assert statuses == {"to_confirm", "own_rule"}
    assert statuses <= set(tables.STATUSES)
    kinds = form.instances["c_archetype"].elements()[0].elements()
    assert [one.first("status").text for one in kinds if one.first("status") is not None] == ["to_confirm"] * 9


def test_a_completed_survey_makes_the_community_and_the_next_visit_begins_with_it(desk: Context) -> None:
    survey, _ = begin_new(desk, "community", "110114001")
    filling = filled(Filling(open_survey(desk, survey).session)).put({"c_substation": ""})
    save_answers(desk, survey, filling.session.answers())
    problems, _ = complete_survey(desk, survey)
    assert problems == []
    submit_survey(desk, survey)
    site = desk.store.records.get(survey).site
    assert site is not None
    known = desk.store.records.get(site)
    assert (known.kind, known.answers["c_name"]) == (RecordKind.COMMUNITY, "样例里小区")
    again, _ = begin_survey(desk, site)
    assert again != survey
    visit = Filling(open_survey(desk, again).session)
    assert [visit.value(name) for name in ("c_households", "c_heat_source", "site_id")] == ["100", "network", site]
    assert [visit.value(f"cb_no@{number}") for number in (1, 2, 3)] == ["1", "2", "幼儿园"]
    assert (visit.value("cb_length_m@2"), visit.value("ci_state@38")) == ("40", "ok")
    assert (visit.value("cb_photo_s"), visit.value("c_supply_c"), visit.value("c_complaints")) == ("", "", "")
