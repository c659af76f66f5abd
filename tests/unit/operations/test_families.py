"""Families and what lists show of their records, kinds of a newer program included."""

from __future__ import annotations

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import LANGUAGES, Translator
from cpdesk.model.records import Record, RecordKind, Status
from cpdesk.operations.describe import describe_record
from cpdesk.operations.families import FAMILIES, family, family_of, site_kind, site_kind_of_dataset


def record(kind: RecordKind, answers: dict[str, str], form: str = "") -> Record:
    status = Status.DRAFT if kind is RecordKind.SURVEY else Status.NONE
    return Record("r1", kind, form or kind.value, "1", "110114118", status, "", answers)


def test_every_kind_of_site_belongs_to_one_family_and_has_a_name_in_both_languages() -> None:
    kinds = [site.kind for each in FAMILIES for site in each.sites]
    assert sorted(kinds) == sorted(set(RecordKind) - {RecordKind.SURVEY, RecordKind.UNKNOWN})
    for each in FAMILIES:
        assert family(each.id) is each
        for language in LANGUAGES:
            assert Translator(language)(each.name_key)
            assert all(Translator(language)(site.name_key) for site in each.sites)


def test_a_site_needs_what_tells_it_from_others() -> None:
    for each in FAMILIES:
        for site in each.sites:
            assert {"township_code", site.number, *site.scope} <= set(site.needed)
            assert site_kind_of_dataset(site.dataset) is site


def test_an_unknown_family_is_refused_by_name() -> None:
    with pytest.raises(InputFault) as caught:
        family("bridge")
    assert caught.value.code == "CP-1518"
    assert "bridge" in caught.value.message("en")


def test_a_kind_of_a_newer_program_is_kept_and_shown_nowhere() -> None:
    assert RecordKind("pump") is RecordKind.UNKNOWN
    assert site_kind(RecordKind.UNKNOWN) is None
    assert family_of(record(RecordKind.UNKNOWN, {})) is None
    assert describe_record(record(RecordKind.UNKNOWN, {"p_code": "1"})).title == "r1"


def test_a_community_shows_number_name_committee_and_figures() -> None:
    answers = {
        "c_code": "X-07",
        "c_name": "样例小区",
        "c_committee": "样例社区",
        "c_address": "样例路 1 号",
        "c_year_first": "1986",
        "c_area_m2": "48210.5",
        "c_households": "很多",
    }
    shown = describe_record(record(RecordKind.COMMUNITY, answers))
    assert shown.title == "X-07 样例小区"
    assert (shown.columns["village"], shown.columns["build_year"]) == ("样例社区", 1986)
    assert (shown.columns["floor_area_m2"], shown.columns["households"]) == (48210.5, None)
    assert "样例路 1 号" in shown.search_texts


def test_a_survey_is_described_by_its_questions_in_whatever_section_but_not_by_those_of_repeats() -> None:
    answers = {"visit/target/w_code": "W-12", "leaks/leak[a1]/s_code": "S-1", "t_label": "样例路口"}
    shown = describe_record(record(RecordKind.SURVEY, answers, "heatnet"))
    assert shown.title == "W-12 样例路口"
    only_item = describe_record(record(RecordKind.SURVEY, {"leaks/leak[a1]/s_code": "S-1"}, "heatnet"))
    assert only_item.title == "r1"


def test_a_survey_of_a_form_without_family_is_listed_by_its_id() -> None:
    assert describe_record(record(RecordKind.SURVEY, {"a": "1"}, "own_form")).title == "r1"
