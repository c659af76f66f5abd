"""The shipped farmhouse and community forms: each compiles to what is shipped, is whole in both languages, and every
name is known; the defaults of the farmhouse are those of the energy tables."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from pyxform.xls2json_backends import md_to_dict
from pyxform.xls2xform import convert

from cpdesk.base import tables
from cpdesk.base.clock import FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form

LANGUAGES = ("中文 (zh)", "English (en)")
XPATH_FUNCTIONS = {
    "selected",
    "if",
    "coalesce",
    "today",
    "now",
    "sum",
    "count",
    "round",
    "int",
    "number",
    "string",
    "concat",
    "regex",
    "starts-with",
    "string-length",
    "position",
    "format-date",
    "decimal-date-time",
    "count-selected",
    "min",
    "max",
    "not",
    "substring-before",
    "substring-after",
    "selected-at",
    "join",
    "normalize-space",
    "once",
    "uuid",
    "jr:choice-name",
    "instance",
    "current",
    "true",
    "contains",
    "indexed-repeat",
}
ASCII_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EXPRESSIONS = ("relevant", "constraint", "calculation", "default")
FORMS = ("farmhouse", "community")
TABLES = {"farmhouse": "tables/quantities.csv", "community": "tables/quantities_community.csv"}


@pytest.fixture(scope="module", params=FORMS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def source(name: str) -> str:
    return resource_path(f"forms/{name}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sheets(source: str) -> dict[str, list[dict[str, str]]]:
    return dict(md_to_dict(source))


@pytest.fixture(scope="module")
def questions(sheets: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return [row for row in sheets["survey"] if "name" in row and row["type"] != "csv-external"]


def test_the_shipped_xform_is_the_compiled_source(source: str, name: str) -> None:
    warnings: list[str] = []
    convert(source, warnings=warnings, file_type=".md")
    assert warnings == []
    compiled = compile_xlsform(source, name=name)
    assert compiled == resource_path(f"forms/{name}.xml").read_text(encoding="utf-8")


def test_names_are_ascii_and_unique(questions: list[dict[str, str]]) -> None:
    names = [row["name"] for row in questions]
    assert [name for name in names if not ASCII_NAME.fullmatch(name)] == []
    assert [name for name, times in Counter(names).items() if times > 1] == []


STEPS = {
    "farmhouse": (
        {"building", "heater", "room"},
        {"household", "b_body", "b_roof", "b_wall", "b_open", "heating", "temperature", "kitchen", "bills", "people",
         "finish"},
    ),
    "community": (
        {"c_building", "c_flat", "c_item", "c_item_photo"},
        {"community", "c_heating", "cb_body", "cb_envelope", "cb_heating", "cb_energy", "c_check", "c_voice",
         "c_finish"},
    ),
}  # fmt: skip


def test_the_groups_are_those_that_record_paths_rely_on(questions: list[dict[str, str]], name: str) -> None:
    steps = {row["name"]: row["type"] for row in questions if row["type"].startswith("begin ")}
    repeats, groups = STEPS[name]
    assert {step for step, kind in steps.items() if kind == "begin repeat"} == repeats
    assert set(steps) - repeats == groups


def test_a_default_is_filled_in_until_a_person_overwrites_it(questions: list[dict[str, str]]) -> None:
    """`x_now` works it out, `x_offer` keeps what is filled in or that a person wrote something else, `x` follows."""
    rows = {row["name"]: row for row in questions}
    order = list(rows)
    offered = [row for row in questions if "bind::cpdesk:offered" in row]
    assert len(offered) >= 10
    for row in offered:
        own = row["name"]
        assert row["bind::cpdesk:offered"] == f"{own}_offer"
        assert row["calculation"] == f"if(${{{own}_offer}} = '-', ${{{own}}}, ${{{own}_now}})"
        kept = rows[f"{own}_offer"]
        assert kept["calculation"] == f"if(${{{own}}} = '' or ${{{own}}} = ${{{own}_offer}}, ${{{own}_now}}, '-')"
        assert (kept["trigger"], kept.get("relevant")) == (row["trigger"], row.get("relevant"))
        assert order.index(f"{own}_offer") < order.index(own)
        read = set(re.findall(r"\$\{(\w+)\}", rows[f"{own}_now"]["calculation"] + row.get("relevant", "")))
        asked = {one for one in read if rows[one]["type"] != "calculate"}
        repeats = {one for one in asked if rows[one]["type"] == "begin repeat"}
        assert asked - repeats <= set(re.findall(r"\w+", row["trigger"])) | {own}, own


def test_both_languages_are_complete(sheets: dict[str, list[dict[str, str]]]) -> None:
    rows = [row for row in sheets["survey"] if "name" in row and row["type"] not in ("start", "csv-external")]
    for column in ("label", "hint", "constraint_message"):
        present = [[f"{column}::{language}" in row for language in LANGUAGES] for row in rows]
        assert all(zh == en for zh, en in present), column
    assert [row["name"] for row in rows if f"label::{LANGUAGES[0]}" not in row] == []
    words = {"list_name", "name", *(f"label::{language}" for language in LANGUAGES)}
    assert [row for row in sheets["choices"] if not words <= set(row)] == []


def test_every_constraint_says_what_is_usual(questions: list[dict[str, str]]) -> None:
    for row in questions:
        assert ("constraint" in row) == ("constraint_message::中文 (zh)" in row), row["name"]
        if "constraint" in row:
            message = row["constraint_message::中文 (zh)"]
            assert re.search("一般|比如|常见", message) or "可填" in message, row["name"]
            assert "您" not in message and "！" not in message


def test_every_choice_list_is_used_and_every_used_list_exists(sheets: dict[str, list[dict[str, str]]]) -> None:
    rows = sheets["survey"]
    used = {row["type"].split()[1] for row in rows if row["type"].startswith(("select_one ", "select_multiple "))}
    used |= {one for row in rows for one in re.findall(r"instance\('(\w+)'\)", row.get("calculation", ""))}
    listed = {row["list_name"] for row in sheets["choices"]}
    assert used == listed
    codes = Counter((row["list_name"], row["name"]) for row in sheets["choices"])
    assert [code for code, times in codes.items() if times > 1] == []


def test_a_list_with_other_has_a_required_text_beside_it(sheets: dict[str, list[dict[str, str]]]) -> None:
    with_other = {row["list_name"] for row in sheets["choices"] if row["name"] == "other"}
    by_name = {row["name"]: row for row in sheets["survey"] if "name" in row}
    asked = [row for row in by_name.values() if row["type"].split()[-1] in with_other]
    assert len(asked) >= 2
    for row in asked:
        beside = by_name[f"{row['name']}_other"]
        assert beside["required"] == "yes"
        assert "'other'" in beside["relevant"] and f"${{{row['name']}}}" in beside["relevant"]


def test_defaults_of_choices_are_choices(sheets: dict[str, list[dict[str, str]]]) -> None:
    codes = {(row["list_name"], row["name"]) for row in sheets["choices"]}
    for row in sheets["survey"]:
        default = row.get("default", "")
        if row["type"].startswith("select_") and default and "(" not in default:
            assert all((row["type"].split()[1], code) in codes for code in default.split()), row["name"]


def test_codes_compared_in_expressions_are_choices_of_the_question(sheets: dict[str, list[dict[str, str]]]) -> None:
    codes = {(row["list_name"], row["name"]) for row in sheets["choices"]}
    lists = {row["name"]: row["type"].split()[1] for row in sheets["survey"] if row["type"].startswith("select_")}
    found = 0
    for row in sheets["survey"]:
        for column in EXPRESSIONS:
            text = row.get(column, "")
            pairs = re.findall(r"\$\{(\w+)\}\s*!?=\s*'([^']+)'", text)
            pairs += re.findall(r"selected\(\$\{(\w+)\},\s*'([^']+)'\)", text)
            pairs += [(name, code) for listed, name in re.findall(r"selected\('([^']+)', \$\{(\w+)\}\)", text)
                      for code in listed.split()]  # fmt: skip
            for name, code in pairs:
                if name in lists:
                    found += 1
                    assert (lists[name], code) in codes, (row["name"], column, name, code)
    assert found > 30


def test_only_known_xpath_functions_are_used(sheets: dict[str, list[dict[str, str]]]) -> None:
    used = {
        name
        for row in sheets["survey"]
        for column in EXPRESSIONS
        for name in re.findall(r"([a-z][a-z:-]*)\(", re.sub(r"'[^']*'", "", row.get(column, "")))
    }
    assert used - XPATH_FUNCTIONS - {"or", "and"} == set()


def test_ask_and_required_agree(questions: list[dict[str, str]]) -> None:
    for row in questions:
        assert (row.get("bind::cpdesk:ask") == "R") == (row.get("required") == "yes"), row["name"]


def test_soft_ranges_lie_inside_hard_ranges(questions: list[dict[str, str]]) -> None:
    for row in questions:
        low, high = row.get("bind::cpdesk:soft_min"), row.get("bind::cpdesk:soft_max")
        hard_low = re.search(r"\. >= (-?[\d.]+)", row.get("constraint", ""))
        hard_high = re.search(r"\. <= (-?[\d.]+)(?: |$)", row.get("constraint", ""))
        if low and hard_low:
            assert float(low) >= float(hard_low[1]), row["name"]
        if high and hard_high:
            assert float(high) <= float(hard_high[1]), row["name"]
        if low and high:
            assert float(low) < float(high), row["name"]


def quantities(name: str) -> list[dict[str, str]]:
    return tables.read_table(
        resource_path(TABLES[name]),
        {
            "name": tables.text,
            "unit": tables.maybe_text,
            "kind": tables.one_of("number", "code", "codes", "text", "date", "image"),
            "where": tables.one_of("household", *STEPS[name][0]),
            "zh": tables.text,
            "en": tables.text,
        },
    )


def test_form_and_table_of_quantities_agree(sheets: dict[str, list[dict[str, str]]], name: str) -> None:
    declared = {row["name"]: row for row in quantities(name)}
    bound: dict[str, tuple[str, str]] = {}
    repeat = "household"
    for row in sheets["survey"]:
        if row["type"] == "begin repeat":
            repeat = row["name"]
        elif row["type"] == "end repeat":
            repeat = "household"
        quantity = row.get("bind::cpdesk:quantity")
        if quantity:
            assert quantity not in bound
            bound[quantity] = (row.get("bind::cpdesk:unit", ""), repeat)
    assert bound == {name: (row["unit"], row["where"]) for name, row in declared.items()}


def test_prefill_names_a_field_of_the_site_or_a_fact_about_the_desk(questions: list[dict[str, str]], name: str) -> None:
    fields = {row["field"] for row in tables.read_table(resource_path("tables/register_fields.csv"), {"field": str})}
    if name == "community":  # a site's field is called as the question that fills it
        fields = {row["name"] for row in questions}
    named = {one for row in questions for one in row.get("bind::cpdesk:prefill", "").split()}
    assert {"site.id", "last"} <= named
    facts = {"site.id", "user.name", "last", "office.name", "office.phone"}
    assert {one.removeprefix("reg.") for one in named - facts} <= fields


def test_a_visit_brings_along_what_stays_and_nothing_of_the_day(questions: list[dict[str, str]]) -> None:
    of_the_day = [row for row in questions if row["type"] in ("image", "date") or row["name"].startswith("consent")]
    assert of_the_day
    assert [row["name"] for row in of_the_day if "last" in row.get("bind::cpdesk:prefill", "")] == []


def test_townships_are_the_choices_and_villages_lie_in_them(sheets: dict[str, list[dict[str, str]]]) -> None:
    terrain = tables.one_of("plain", "foothill", "hill")
    columns = {"code": tables.text, "terrain": terrain, "status": tables.status}
    townships = tables.read_table(resource_path("tables/townships.csv"), columns)
    codes = [row["code"] for row in townships]
    assert len(codes) == 22
    assert codes == [row["name"] for row in sheets["choices"] if row["list_name"] == "township"]
    villages = tables.read_table(
        resource_path("tables/villages.csv"),
        {
            "township_code": tables.one_of(*codes),
            "name": tables.text,
            "code": tables.maybe_text,
            "status": tables.status,
        },
    )
    assert len({(row["township_code"], row["name"]) for row in villages}) == len(villages) > 30
    assert all(row["code"].startswith(row["township_code"]) for row in villages if row["code"])


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form(resource_path("forms/farmhouse.xml").read_text(encoding="utf-8"))


@pytest.fixture
def survey(form: Form) -> Session:
    clock = FixedClock(datetime(2026, 11, 22, 4, tzinfo=UTC))
    session = Session(form, {}, clock=clock, new_id=IdMaker(clock).new)
    session.set("household/consent_ok", "yes")
    return session


def item(survey: Session, start: str) -> str:
    return next(path for path in survey.answers() if re.fullmatch(rf"{start}\[[^]/]+\]", path))


def fill(survey: Session, group: str, **answers: object) -> None:
    for name, value in answers.items():
        survey.set(f"{group}/{name}", str(value))


def wrong(survey: Session, path: str) -> bool:
    problem = survey.state(path).problem
    return problem is not None and problem.code == "constraint"


def test_without_consent_nothing_further_is_asked(survey: Session) -> None:
    survey.set("household/consent_ok", "no")
    assert not survey.state("bills/fuels_used").relevant
    assert not survey.state("household/position").relevant
    assert survey.state("household/household_no").relevant


def test_areas_follow_from_lengths_and_cannot_exceed_the_house(survey: Session) -> None:
    house = item(survey, "building")
    fill(survey, f"{house}/b_body", b_bays=5, b_length_m=16.5, b_depth_m=6, b_storey_height_m=3, b_heated_rooms=4)
    fill(survey, f"{house}/b_body", b_roof_shape="pitched_tile", b_ridge_rise_m=1.6)
    answers = survey.answers()
    assert answers[f"{house}/b_body/b_floor_area_m2"] == "99"
    assert answers[f"{house}/b_body/b_wall_long_m2"] == "49.5"
    assert answers[f"{house}/b_body/b_wall_gable_m2"] == "22.8"
    fill(survey, f"{house}/b_body", b_heated_area_m2=100)
    assert wrong(survey, f"{house}/b_body/b_heated_area_m2")
    fill(survey, f"{house}/b_body", b_heated_area_m2=60)
    assert not wrong(survey, f"{house}/b_body/b_heated_area_m2")
    assert survey.state(f"{house}/b_body/fx_heated_share").relevant
    assert survey.answers()["heating/heated_total_m2"] == "60"
    fill(survey, f"{house}/b_open", b_win_front_count=5, b_win_front_width_m=3.9, b_win_front_height_m=2.4)
    assert wrong(survey, f"{house}/b_open/b_win_front_height_m")
    fill(survey, f"{house}/b_open", b_win_front_width_m=1.8, b_win_front_height_m=1.5)
    assert not wrong(survey, f"{house}/b_open/b_win_front_height_m")
    assert survey.answers()[f"{house}/b_open/b_win_front_area_m2"] == "13.5"


def test_a_tight_house_breathes_less(survey: Session) -> None:
    house = item(survey, "building")
    tests = ("hand", "paper", "light", "frame", "ceiling", "pipe")
    for level, quilt, expected in (("l0", "yes", "0.4"), ("l1", "no", "1.1"), ("l2", "no", "1.7")):
        fill(survey, f"{house}/b_open", b_door_curtain=quilt, **{f"b_leak_{name}": level for name in tests})
        assert survey.answers()[f"{house}/b_open/b_air_change_1_h"] == expected


def test_bills_are_checked_against_house_and_heater(survey: Session) -> None:
    house = item(survey, "building")
    fill(survey, f"{house}/b_body", b_bays=5, b_length_m=16.5, b_depth_m=6, b_storey_height_m=3, b_heated_area_m2=60)
    survey.set(f"{item(survey, 'heating/heater')}/h_type", "coal_boiler")
    survey.set("bills/fuels_used", "electricity")
    assert survey.state("bills/fx_fuel").relevant
    survey.set("bills/fuels_used", "electricity coal_briquette")
    fill(survey, "bills", coal_briquette_t=9, elec_year_kwh=3000, elec_season_kwh=4000)
    assert not survey.state("bills/fx_fuel").relevant
    assert survey.state("bills/fx_coal").relevant
    assert wrong(survey, "bills/elec_season_kwh")
    fill(survey, "bills", coal_briquette_t=2.5, elec_season_kwh=1200)
    assert not survey.state("bills/fx_coal").relevant
    assert not wrong(survey, "bills/elec_season_kwh")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("position", "40.22 116.23 50 5", "39.2 116.23 50 5"),
        ("household_no", "032", "32号"),
        ("householder_phone", "010-69740000", "6974"),
        ("altitude_m", "45", "1501"),
        ("survey_date", "2026-11-22", "2026-11-23"),
    ],
)
def test_limits_of_the_gate(survey: Session, name: str, good: str, bad: str) -> None:
    for value, refused in ((good, False), (bad, True)):
        survey.set(f"household/{name}", value)
        assert wrong(survey, f"household/{name}") is refused
