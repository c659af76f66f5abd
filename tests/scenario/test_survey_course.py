"""A surveyor's day without a line: begin, fill, photograph, complete, hand in; and what is kept when the power goes."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PIL import Image

from cpdesk.base.errors import AccessFault, InputFault, IntegrityFault
from cpdesk.base.paths import Paths
from cpdesk.context import STORE_FOLDER, Context
from cpdesk.model.records import Quality, Status
from cpdesk.operations.assess import assess_survey
from cpdesk.operations.demo.photos import draw_photo
from cpdesk.operations.demo.village import survey_household
from cpdesk.operations.desk import desk_state, first_start, recover, unlock
from cpdesk.operations.facts import building_facts, read_answers
from cpdesk.operations.households import HouseholdQuery, household_counts, household_lines
from cpdesk.operations.photos import EDGE_MAX_PX, keep_photo, photo_content
from cpdesk.operations.register import add_household
from cpdesk.operations.surveys import (
    begin_survey,
    complete_survey,
    find_question,
    open_survey,
    reopen_survey,
    save_answers,
    submit_survey,
)
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost

QUICK = PinCost(memory_kib=1024, passes=1, lanes=1)
REGISTER = {
    "township_code": "110114118",
    "village": "黑寨村",
    "household_no": "032",
    "householder_name": "样例户主",
    "householder_phone": "13800000032",
    "residents": "3",
    "build_year": "1996",
}


@pytest.fixture
def household(desk: Context) -> str:
    return add_household(desk, REGISTER)[0]


def answer(desk: Context, survey: str, question: str, value: str | None) -> None:
    session = open_survey(desk, survey).session
    save_answers(desk, survey, session.set(find_question(session, question), value).values)


def test_a_new_survey_knows_what_the_register_knows(desk: Context, household: str) -> None:
    survey, _ = begin_survey(desk, household)
    session = open_survey(desk, survey).session
    known = {name: session.state(find_question(session, name)).value for name in ("household_no", "b_build_year")}
    assert known == {"household_no": "032", "b_build_year": "1996"}
    assert session.state(find_question(session, "surveyor")).value == "周敏"
    assert begin_survey(desk, household)[0] == survey


def test_a_survey_is_completed_handed_in_and_then_closed(desk: Context, household: str) -> None:
    survey, _ = begin_survey(desk, household)
    problems, changes = complete_survey(desk, survey)
    assert {problem.code for problem in problems} >= {"required"}
    assert not changes.records
    survey_household(desk, household, seed=3, finish=False)
    assert complete_survey(desk, survey)[0] == []
    assert household_lines(desk, [household])[0].status is Status.COMPLETE
    reopen_survey(desk, survey)
    assert complete_survey(desk, survey)[0] == []
    submit_survey(desk, survey)
    with pytest.raises(InputFault) as caught:
        submit_survey(desk, survey)
    assert caught.value.code == "CP-1515"
    assert household_counts(desk, HouseholdQuery()).by_status == {Status.SUBMITTED: 1}
    assert desk.store.records.get(household).answers["build_year"] == "1996"


def test_undo_takes_back_the_last_answer_also_after_a_restart(desk: Context, household: str) -> None:
    survey, _ = begin_survey(desk, household)
    answer(desk, survey, "b_bays", "5")
    answer(desk, survey, "b_bays", "50")
    desk.store.records.undo(survey, "周敏")
    session = open_survey(desk, survey).session
    assert session.state(find_question(session, "b_bays")).value == "5"


def test_quality_marks_and_hidden_answers_reach_the_engine_as_they_should(desk: Context, household: str) -> None:
    survey = survey_household(desk, household, seed=5, finish=False)
    opened = open_survey(desk, survey)
    block = building_facts(read_answers(opened.form, opened.session.counting_answers())).blocks[0]
    assert block.length_m is not None
    assert block.length_m.quality is Quality.MEASURED
    answer(desk, survey, "b_wall_insul_type", "none")
    opened = open_survey(desk, survey)
    wall = building_facts(read_answers(opened.form, opened.session.counting_answers())).blocks[0].wall
    assert wall.insul_mm is None


def test_the_audit_is_remembered_for_lists(desk: Context, household: str) -> None:
    survey = survey_household(desk, household, seed=5)
    audit, _ = assess_survey(desk, survey)
    line = household_lines(desk, [household])[0]
    assert line.cost_yuan == round(audit.baseline.cost_yuan.value)
    assert line.area_m2 is not None and line.area_m2 > 20
    assert (line.answered or 0) > 80


def test_photos_are_made_small_upright_and_kept_once(desk: Context) -> None:
    image = Image.open(io.BytesIO(draw_photo("front", 1))).resize((3000, 2000))
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x0132] = "2026:11:20 10:00:00"
    image.save(stream, "JPEG", exif=exif)
    reference = keep_photo(desk, stream.getvalue(), name="a.jpg")
    assert keep_photo(desk, stream.getvalue(), name="a.jpg") == reference
    content = photo_content(desk, reference)
    assert content is not None
    kept = Image.open(io.BytesIO(content))
    assert (max(kept.size), kept.height > kept.width) == (EDGE_MAX_PX, True)
    assert kept.getexif()[0x0132] == "2026:11:20 10:00:00"


def test_a_damaged_picture_is_refused_by_name(desk: Context) -> None:
    with pytest.raises(InputFault) as caught:
        keep_photo(desk, draw_photo("front", 1)[:2000], name="IMG_0032.jpg")
    assert caught.value.code == "CP-1513"
    assert "IMG_0032.jpg" in caught.value.message("zh")


def test_wrong_pins_are_counted_and_the_recovery_code_opens(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    store = FileKeyStore(paths.config)
    ctx, code = first_start(paths, pin="135790", person="样例", key_store=store, cost=QUICK)
    household, _ = add_household(ctx, REGISTER)
    ctx.close()
    assert desk_state(paths, key_store=store).exists
    with pytest.raises(AccessFault) as caught:
        unlock(paths, "000000", key_store=store)
    assert caught.value.code == "CP-4001"
    again, _ = recover(paths, code, "246810", key_store=store)
    assert household_lines(again, [household])[0].name == "样例户主"
    again.close()
    unlock(paths, "246810", key_store=store).close()


def test_a_damaged_database_is_said_kept_and_restored_from_its_backup(tmp_path: Path) -> None:
    from cpdesk.operations.backups import back_up, list_backups, restore_desk

    paths = Paths.under(tmp_path)
    store = FileKeyStore(paths.config)
    ctx, _ = first_start(paths, pin="135790", person="样例", key_store=store, cost=QUICK)
    household, _ = add_household(ctx, REGISTER)
    back_up(ctx)
    ctx.close()
    database = paths.data / STORE_FOLDER / "cpdesk.db"
    damaged = b"\0" * 4096 + database.read_bytes()[4096:]
    database.write_bytes(damaged)
    with pytest.raises(IntegrityFault) as caught:
        unlock(paths, "135790", key_store=store)
    assert caught.value.code == "CP-3101"
    assert database.read_bytes() == damaged
    _, former = restore_desk(paths, list_backups(paths)[-1], "135790", key_store=store)
    assert former is not None
    assert (former / "cpdesk.db").read_bytes() == damaged
    restored = unlock(paths, "135790", key_store=store)
    assert household_lines(restored, [household])[0].number == "032"
    restored.close()


def test_a_killed_program_has_everything_up_to_the_last_finished_field(tmp_path: Path) -> None:
    """A second process answers one question after the other and says so; it is killed without warning."""
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from cpdesk.base.paths import Paths
        from cpdesk.operations.desk import first_start
        from cpdesk.operations.register import add_household
        from cpdesk.operations.surveys import begin_survey, find_question, open_survey, save_answers
        from cpdesk.store.keystores import FileKeyStore
        from cpdesk.store.vault import PinCost

        paths = Paths.under(Path(sys.argv[1]))
        ctx, _ = first_start(paths, pin="135790", person="s", key_store=FileKeyStore(paths.config),
                             cost=PinCost(memory_kib=1024, passes=1, lanes=1))
        household, _ = add_household(ctx, dict(township_code="110114118", village="v", household_no="1",
                                               householder_name="n"))
        survey, _ = begin_survey(ctx, household)
        session = open_survey(ctx, survey).session
        path = find_question(session, "remark")
        for number in range(100_000):
            save_answers(ctx, survey, session.set(path, f"note {number}").values)
            print(survey, number, flush=True)
        """
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(25)]
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.readlines()
    survey, last = [line.split() for line in said if line.endswith("\n")][-1]
    paths = Paths.under(tmp_path)
    ctx = unlock(paths, "135790", key_store=FileKeyStore(paths.config))
    session = open_survey(ctx, survey).session
    kept = int(session.state(find_question(session, "remark")).value.split()[1])
    assert kept >= int(last)
    assert ctx.store.verify() == []
    ctx.close()
