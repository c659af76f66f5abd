"""Deleting against changing, and a row taken away while somebody fills it, told in words and decided, with a real
server between two desks."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from real_desk import TOWNSHIP, add_homes, first_day

from cpdesk.operations import deciding, surveys, syncing
from cpdesk.operations.deciding import Decision
from cpdesk.operations.demo.village import survey_household
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.run import running_server
from cpdesk.ui.presenters.conflicts import conflicts_of


@pytest.fixture
def desks(dressed, tmp_path):
    """Two desks with one survey."""
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with running_server(config) as url, Admin(config) as admin:
        here, there = first_day(tmp_path / "here", "周敏"), first_day(tmp_path / "there", "李强")
        for ctx in (here, there):
            code = admin.new_enrolment_code(role="surveyor", streams=(TOWNSHIP,), person=ctx.actor)
            syncing.enrol_desk(ctx, url, code)
        survey = survey_household(here, add_homes(here, "张样例")[0], seed=2, finish=False)
        syncing.sync_now(here)
        syncing.sync_now(there)
        yield here, there, survey
        here.close()
        there.close()


def only_field(ctx):
    (view,), _known = conflicts_of(ctx)
    (field,) = view.fields
    return field


def decide_and_sync(here, there, value):
    (conflict,) = syncing.open_conflicts(here)
    deciding.decide(here, [Decision(conflict.id, value)])
    syncing.sync_now(here)
    syncing.sync_now(there)
    assert syncing.open_conflicts(here) == syncing.open_conflicts(there) == []


@pytest.mark.parametrize("deleted", [True, False])
def test_deleting_against_changing_is_asked_in_words(desks, deleted):
    here, there, survey = desks
    there.store.records.delete(survey, there.actor)
    syncing.sync_now(there)
    surveys.save_answers(here, survey, {"household/householder_phone": "13800000001"})
    syncing.sync_now(here)
    field = only_field(here)
    assert field.label == "整份要不要" and field.explanation.startswith("李强删了这一份，周敏同时在改")
    assert {field.here.value, field.there.value} == {"删掉", "留着"} and field.original == ""
    assert not field.can_write and not field.can_comment
    decide_and_sync(here, there, "1" if deleted else None)
    for ctx in (here, there):
        record = ctx.store.records.get(survey)
        assert record.deleted is deleted and record.answers["household/householder_phone"] == "13800000001"


@pytest.mark.parametrize("kept", [True, False])
def test_a_row_taken_away_while_somebody_fills_it_is_asked_in_words(desks, kept):
    here, there, survey = desks
    item, answer = a_row(here, survey)
    inside = {path: None for path in there.store.records.get(survey).answers if path.startswith(item)}
    surveys.save_answers(here, survey, {answer: "37"})
    syncing.sync_now(here)
    surveys.save_answers(there, survey, inside)
    syncing.sync_now(there)
    syncing.sync_now(here)
    field = only_field(here)
    assert field.explanation.startswith("李强去掉了这一项，周敏同时在改里面的内容")
    assert {field.here.value, field.there.value} == {"留着这一项", "去掉这一项"}
    (conflict,) = syncing.open_conflicts(here)
    decide_and_sync(here, there, conflict.current or conflict.proposed if kept else None)
    for ctx in (here, there):
        answers = ctx.store.records.get(survey).answers
        assert (item in answers) is kept and (answers.get(answer) == "37") is kept


def a_row(ctx, survey):
    """An item of a repeat and a question in it."""
    answers = ctx.store.records.get(survey).answers
    for item in (path for path in answers if path.endswith("]") and path.count("[") == 1):
        inside = [
            path for path in answers if path.startswith(f"{item}/") and "#" not in path and "[" not in path[len(item) :]
        ]
        numbers = [path for path in inside if answers[path].isdecimal()]
        if numbers:
            return item, numbers[0]
    raise AssertionError("the sample has no repeat")
