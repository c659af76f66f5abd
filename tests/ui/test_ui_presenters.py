"""From forms and operations to views, without widgets."""

from datetime import UTC, datetime

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import InputFault
from cpdesk.base.ids import IdMaker
from cpdesk.base.resources import resource_path
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.operations.syncing import SyncState
from cpdesk.ui.presenters.choices import choice_words
from cpdesk.ui.presenters.outline import forget_counts, outline, section_page, section_views
from cpdesk.ui.presenters.sync_words import sync_view
from cpdesk.ui.presenters.words import duration, fault_words, moment, moment_long, number, unit_words
from cpdesk.ui.views import GridView, QuestionView, RepeatView

CLOCK = FixedClock(datetime(2026, 11, 23, 6, 32, tzinfo=UTC))


@pytest.fixture(scope="module")
def form():
    return load_form(resource_path("forms/farmhouse.xml").read_text(encoding="utf-8"))


@pytest.fixture
def session(form, dressed):
    made = Session(form, {}, clock=CLOCK, new_id=IdMaker(CLOCK).new)
    made.set("household/consent_ok", "yes")
    return made


def items_of(session, place):
    sections = outline(session)
    views = section_views(session, sections, {})
    return section_page(session, sections[place], views[place].number, {}).items


def test_what_is_not_asked_has_no_section(session):
    assert len(outline(session)) > 8
    session.set("household/consent_ok", "no")
    assert [section.path for section in outline(session)] == ["household"]


def test_every_question_that_is_asked_stands_in_exactly_one_section(session):
    def asked(path):
        found = []
        for child in session.children(path):
            below = asked(child)
            state, node = session.state(child), session.definition(child)
            if not below and state.relevant and node.kind.value == "question":
                found.append(child)
            found += below
        return found

    shown = []
    sections = outline(session)
    for place in range(len(sections)):
        for item in items_of(session, place):
            if isinstance(item, QuestionView):
                shown.append(item.path)
            elif isinstance(item, GridView):
                shown += [cell.path for _row, cells in item.rows for cell in cells if cell is not None]
    wanted = [path for path in asked("") if session.definition(path).control]
    readonly = [path for path in wanted if session.definition(path).readonly is not None]
    assert sorted(shown) == sorted(path for path in wanted if path not in readonly)


def test_a_second_building_brings_its_own_sections_with_its_name(session):
    before = [section.title for section in outline(session)]
    session.add_item("building")
    after = [section.title for section in outline(session)]
    assert len(after) > len(before)
    assert any("·" in title for title in after)


def test_the_last_section_of_a_repeat_offers_another_item(session):
    adds = [
        item for place in range(len(outline(session))) for item in items_of(session, place) if type(item) is RepeatView
    ]
    assert {item.path for item in adds} >= {"building", "heating/heater"}
    assert all(item.add_words for item in adds)


def test_few_short_choices_are_buttons_and_many_a_combo(session):
    controls = {item.path: item.control for item in items_of(session, 0) if isinstance(item, QuestionView)}
    assert controls["household/township_code"] == "combo"
    assert controls["household/consent_ok"] == "choice"
    assert controls["household/survey_date"] == "date"


def test_counts_are_kept_until_an_answer_touches_their_section(session):
    sections = outline(session)
    counts = {}
    section_views(session, sections, counts)
    kept = dict(counts)
    touched = session.set("household/householder_name", "张样例")
    forget_counts(counts, touched.states)
    assert "household" not in counts
    assert set(kept) - set(counts) <= {"household", "people", "finish"}
    views = section_views(session, sections, counts)
    assert views[0].answered == kept["household"][0] + 1


def test_codes_of_lists_are_said_in_words(form, dressed):
    words = choice_words(form, "heater.type", "zh")
    assert len(words) > 5
    assert all(word and word != code for code, word in words.items())
    assert choice_words(form, "no.such.quantity", "zh") == {}


def test_times_are_said_as_people_say_them(dressed):
    assert moment("2026-11-23T01:05:00Z", CLOCK) == "09:05"
    assert moment("2026-11-22T01:05:00+00:00", CLOCK) == "昨天"
    assert moment("2026-11-20T01:05:00.123Z-0004", CLOCK) == "11-20"
    assert moment("2025-11-20T01:05:00Z", CLOCK) == "2025-11-20"
    assert moment_long("2026-11-23T06:32:00Z", CLOCK) == "今天 14:32"
    assert moment("", CLOCK) == ""


def test_figures_and_units_keep_the_rules_of_print(dressed):
    assert number(None) == "—"
    assert number(-1234.5, 1) == "−1,234.5"
    assert number(0) == "0"
    assert (unit_words("1"), unit_words("m2"), unit_words("year")) == ("", "m²", "年")
    assert (duration(30), duration(61)) == ("30 秒", "2 分钟")


def test_a_fault_says_what_to_do_and_a_bug_is_called_one(dressed):
    words = fault_words(InputFault("CP-1508"))
    assert "没有可以撤销" in words
    assert "CP-1508" in words
    assert "程序自己出了错" in fault_words(ZeroDivisionError())


@pytest.mark.parametrize(
    ("url", "waiting", "offline", "tone", "can"),
    [("", 3, True, "mute", False), ("https://a", 3, True, "mute", True), ("https://a", 3, False, "info", True),
     ("https://a", 0, False, "ok", True)],
)  # fmt: skip
def test_being_offline_is_grey_and_never_red(dressed, url, waiting, offline, tone, can):
    state = SyncState(url, "周敏", "surveyor", (), waiting, 0, 0)
    view = sync_view(state, CLOCK, offline=offline)
    assert view.pill.tone == tone
    assert view.can_sync is can
    assert bool(view.why_not) is not can
