"""Cross-checks of a form stand out: a doubt is marked, a refusal is red."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from real_desk import TOWNSHIP, RealDesk, first_day

from cpdesk.operations import surveys
from cpdesk.operations.demo.network import placed, sample_visits, survey_once, worked_out
from cpdesk.operations.families import WELL
from cpdesk.operations.sites import site_with_number
from cpdesk.ui.pages.form_body import HeadingBlock
from cpdesk.ui.widgets.basic import IconText


@pytest.fixture
def desk(dressed, qtbot, tmp_path):
    """A well whose entry is refused for one reading."""
    ctx = first_day(tmp_path)
    visits = sample_visits()
    for name in ("substation", "well 1", "well 2", "segment"):
        survey_once(ctx, TOWNSHIP, visits[name])
    well = site_with_number(ctx, WELL, TOWNSHIP, {"w_code": "J12"})
    survey, _ = surveys.begin_survey(ctx, well)
    session = surveys.open_survey(ctx, survey).session
    for answer in visits["inspect well"]:
        path, made = placed(session, answer)
        value = "18" if answer.question == "i_gas_low_o2_pct" else worked_out(session, path, answer.value)
        surveys.save_answers(ctx, survey, {**made, **session.set(path, value).values})
    made = RealDesk(qtbot, ctx)
    made.open_survey(well)
    yield made
    made.close()


def notices(desk):
    """What stands out on the page, with its icon's tone."""
    blocks = [block for block in desk.window.survey.findChildren(HeadingBlock) if block.isVisible()]
    return {block.view.tone: block.findChild(IconText).words() for block in blocks if block.view.tone != "mute"}


def test_a_refused_entry_is_said_in_red_with_its_reason(desk):
    desk.window.survey.section_wanted.emit("gate")
    desk.settle()
    assert notices(desk) == {"bad": "不得下井：底部氧气 18%，应在 19.5–23.5%。"}
    desk.window.survey.answered.emit("gate/i_gas_low_o2_pct", "20.8")
    desk.settle()
    assert notices(desk) == {}
