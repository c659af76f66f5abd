"""A household without bills in a village whose neighbours have some."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cpdesk.base.i18n import Translator
from cpdesk.context import Context
from cpdesk.energy.certainty.village import Neighbour, t90, village_use
from cpdesk.energy.certainty.words import sentences
from cpdesk.forms.form import Form
from cpdesk.model.records import Answers
from cpdesk.operations.assess import assess_answers, assess_survey
from cpdesk.operations.demo.village import import_sample_village, survey_household
from cpdesk.operations.households import HouseholdQuery, household_ids
from cpdesk.operations.surveys import begin_survey, open_survey
from cpdesk.operations.village_use import use_of_neighbours
from cpdesk.store.shelf import Cell

DAY = "2026-11-05"


def _tell(desk: Context, home: str, told: dict[str, Cell]) -> None:
    """As if a survey of the home had been audited."""
    survey, _ = begin_survey(desk, home)
    desk.store.records.remember(survey, told)


def _without_bills(form: Form, answers: Answers) -> dict[str, str]:
    """As if the household had found no bill."""
    billed = {
        path for path, binding in form.quantities.items()
        if binding.quantity.startswith("bill.") or binding.quantity == "kitchen.lpg_bottles"
    }  # fmt: skip
    return {path: value for path, value in answers.items() if path.partition("#")[0] not in billed}


@pytest.fixture
def village(desk: Context, tmp_path: Path) -> tuple[Context, list[str], str]:
    """A desk, the homes of its village, and the survey of the first of them."""
    import_sample_village(desk, tmp_path / "register.xlsx", households=60)
    homes = household_ids(desk, HouseholdQuery())
    survey = survey_household(desk, homes[0], seed=1, finish=False)
    same = desk.store.records.rows([homes[0]])[0]
    near = [
        row.id for row in desk.store.records.rows(homes[1:])
        if (row.stream, row.columns.get("village")) == (same.stream, same.columns.get("village"))
    ]  # fmt: skip
    return desk, near, survey


def test_a_household_without_bills_gets_the_average_of_its_neighbours(village: tuple[Context, list[str], str]) -> None:
    desk, near, survey = village
    opened = open_survey(desk, survey)
    answers = _without_bills(opened.form, opened.session.counting_answers())
    alone = assess_answers(desk, opened.form, answers, record=survey)
    assert alone.calibration is None or not alone.calibration.village
    main = max(alone.baseline.carriers, key=lambda item: item.energy_kwh.value)
    carrier, use = main.carrier, 0.85 * main.amount.value / alone.floor_area_m2.value
    for at, home in enumerate(near[:12]):
        told: dict[str, Cell] = {
            "billed_carrier": carrier,
            "billed_use_m2": use * (0.8 + 0.03 * at),
            "billed_survey_day": DAY,
        }
        _tell(desk, home, told)
    found = assess_answers(desk, opened.form, answers, record=survey)
    report = found.calibration
    assert report is not None
    assert report.village
    assert (report.neighbours, report.neighbours_until) == (12, DAY)
    assert report.used
    assert any("12 户" in said and DAY in said for said in sentences(report, Translator("zh")))


def test_own_bills_come_first_and_tell_the_neighbours(village: tuple[Context, list[str], str]) -> None:
    """What an audit leaves beside its survey is a fuel, a figure and a day: nothing of a person."""
    desk, near, survey = village
    for home in near[:12]:
        told: dict[str, Cell] = {"billed_carrier": "coal", "billed_use_m2": 20.0, "billed_survey_day": DAY}
        _tell(desk, home, told)
    found, _ = assess_survey(desk, survey)
    assert found.calibration is None or not found.calibration.village
    kept = desk.store.records.rows([survey])[0].columns
    left = {name: kept[name] for name in kept if name.startswith("billed_")}
    assert set(left) <= {"billed_carrier", "billed_use_m2", "billed_survey_day"}
    register = json.dumps(desk.store.records.get(near[0]).answers, ensure_ascii=False)
    assert all(str(value) not in register for value in left.values() if isinstance(value, float))


def test_too_few_neighbours_say_nothing(village: tuple[Context, list[str], str]) -> None:
    desk, near, survey = village
    for home in near[:9]:
        told: dict[str, Cell] = {"billed_carrier": "coal", "billed_use_m2": 20.0, "billed_survey_day": DAY}
        _tell(desk, home, told)
    assert use_of_neighbours(desk, survey, desk.energy) == ()


def test_the_range_is_the_predictive_one(desk: Context) -> None:
    """Ten households by hand: mean and deviation of the logarithms, Student's t, one household more."""
    assert t90(9) == pytest.approx(1.3830, abs=2e-3)
    assert t90(29) == pytest.approx(1.3114, abs=1e-3)
    (found,) = village_use([Neighbour("coal", 20.0 * 1.5 ** (at % 2), DAY) for at in range(10)], desk.energy)
    assert found.p50_m2 == pytest.approx(20.0 * 1.5**0.5)
    deviation = 0.5 * 0.405465 * (10 / 9) ** 0.5
    assert found.p90_m2 / found.p50_m2 == pytest.approx(2.718281828 ** (1.383 * deviation * 1.1**0.5), rel=2e-3)
    assert found.p10_m2 * found.p90_m2 == pytest.approx(found.p50_m2**2)
    assert (found.unit, found.households, found.latest) == ("kg", 10, DAY)
