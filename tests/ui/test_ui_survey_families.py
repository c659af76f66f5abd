"""The survey page of all three families over a real store: what differs, and what completing tells the registers."""

import time

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from real_desk import first_day
from survey_desk import TOWNSHIP, SurveyDesk, add_home, inspect_again, visit_network

from cpdesk.model.records import RecordKind, Status
from cpdesk.operations import surveys
from cpdesk.operations.demo import network
from cpdesk.operations.demo.community import import_sample_communities, import_sample_network, survey_communities
from cpdesk.operations.surveys import places_in
from cpdesk.ui.presenters.choices import other_words
from cpdesk.ui.views import GridView


@pytest.fixture
def place(dressed, qtbot, tmp_path):
    made = SurveyDesk(qtbot, first_day(tmp_path))
    yield made
    made.close()


def first_community(place, folder):
    import_sample_network(place.ctx, folder / "network.xlsx")
    import_sample_communities(place.ctx, folder / "communities.xlsx")
    return survey_communities(place.ctx)[0]


def test_a_farmhouse_has_figures_and_the_others_an_overview(place, tmp_path):
    page = place.begin(add_home(place.ctx))
    assert page.side.tabs.codes() == ["result", "problems", "last", "remarks", "history"]
    assert page.side.result.isVisible()
    assert page.view.crumbs == ("住户", "瓦窑村")
    page = place.open(first_community(place, tmp_path))
    assert page.side.tabs.codes()[0] == "overview"
    assert not page.side.result.isVisible()
    assert page.view.crumbs[0] == "老旧小区"
    assert place.presenter.figures.view.bars == (), "no figures of the house before are left"
    assert not page.complete.isEnabled(), "it was submitted"
    page = place.begin(add_home(place.ctx, "李样例", "002"))
    assert page.side.tab() == "result" and page.complete.isEnabled()


def test_a_first_visit_says_that_there_is_none_before(place):
    page = place.begin(add_home(place.ctx))
    assert not page.head.beside.isVisible()
    page.beside_wanted.emit()
    assert "第一次" in place.toast()
    page.side.show_tab("last")
    assert "第一次" in page.side.lists["last"].view.empty


def test_a_well_that_stands_in_no_register_is_begun_completed_and_made(place):
    visit_network(place.ctx, "substation")
    place.presenter.begin_new("heatnet", TOWNSHIP, RecordKind.WELL)
    place.settle()
    survey = place.presenter.open.record.id
    assert place.presenter.open.record.site is None
    for answer in network.sample_visits()["well 1"]:
        session = surveys.open_survey(place.ctx, survey).session
        path, made = network.placed(session, answer)
        surveys.save_answers(place.ctx, survey, made)
        value = answer.value
        if value in ("photo", "signature"):
            value = network.keep_photo(place.ctx, network._picture(value), name=value)
        surveys.save_answers(place.ctx, survey, session.set(path, network.worked_out(session, path, value)).values)
    place.open(survey)
    place.page.complete.click()
    place.settle()
    assert place.left == [True]
    assert "已新建检查井" in place.toast() and "J12" in place.toast()
    assert place.ctx.store.records.get(survey).site is not None


def test_a_filled_survey_is_opened_again_by_the_same_button(place):
    survey = inspect_again(place.ctx)
    place.ctx.store.records.set_status(survey, Status.COMPLETE, place.ctx.actor)
    page = place.open(survey)
    assert page.complete.text() == "重新打开"
    page.complete.click()
    place.settle()
    assert place.ctx.store.records.get(survey).status is Status.DRAFT
    assert page.complete.text() == "标记完成" and page.complete.isEnabled()


def test_remarks_of_another_desk_are_told_apart(place, monkeypatch):
    survey = inspect_again(place.ctx)
    real = surveys.comments
    surveys.comment(place.ctx, survey, "reading/i_supply_c", "再读一次")

    def from_another_desk(ctx, record):
        from dataclasses import replace

        return [replace(each, actor="审核员（样例）", own=False) for each in real(ctx, record)]

    monkeypatch.setattr(surveys, "comments", from_another_desk)
    page = place.open(survey)
    page.side.show_tab("remarks")
    (line,) = place.lines("remarks")
    assert line.tone == "warn" and "审核" in line.meta


def test_f8_goes_into_the_cell_of_a_grid_and_its_remark_stands_under_it(place, tmp_path):
    survey = first_community(place, tmp_path)
    place.ctx.store.records.set_status(survey, Status.DRAFT, place.ctx.actor)
    page = place.open(survey)
    session = place.presenter.open.session
    grid = next(
        (section, item)
        for section in page.view.sections
        for item in section_page_items(place, section.path)
        if isinstance(item, GridView) and len(item.rows) > 1 and any(cell.control == "number" for cell in item.columns)
    )[1]
    column = next(at for at, cell in enumerate(grid.columns) if cell.control == "number")
    path = f"{grid.rows[1][0]}/{grid.names[column]}"
    place.presenter.go_to(page.view.sections[0].path)
    place.presenter.answer(path, "x")
    page.problem_wanted.emit(1)
    place.settle()
    assert page.body.current_path() == path
    assert session.state(path).problem is not None
    page.side.show_tab("problems")
    line = next(each for each in place.lines("problems") if each.path == path)
    assert "第 2 项" in line.meta
    place.presenter.panels.remarks.write(path, "表坏了")
    place.settle()
    (remark,) = page.body.beside(path).view.remarks
    assert (remark.words, remark.place) == ("表坏了", "第 2 项")


def section_page_items(place, path):
    place.presenter.go_to(path)
    return [block.view for block in place.page.body.blocks() if hasattr(block, "view")]


def test_why_is_told_for_questions_repeats_and_choices_that_are_left_out(place, tmp_path):
    page = place.open(first_community(place, tmp_path))
    session = place.presenter.open.session
    repeat = next(node.path for node in session.form.nodes if node.kind == "repeat" and node.count is not None)
    page.why_wanted.emit(repeat)
    assert page.why.isVisible() and page.why.words()
    page.why.close_button.click()
    assert not page.why.isVisible()


def test_why_names_the_choices_that_a_filter_leaves_out(place):
    page = place.open(inspect_again(place.ctx))
    session = place.presenter.open.session
    filtered = [
        path
        for path in places_in(session)
        if session.definition(path).itemset is not None
        and session.state(path).relevant
        and len(session.state(path).choices) < len(other_words(session.form, session.definition(path)))
    ]
    assert filtered, "the form has filters"
    plain = session.explain(filtered[0]).text()
    page.why_wanted.emit(filtered[0])
    told = page.why.words()
    assert told.startswith(plain) and len(told.splitlines()) > len(plain.splitlines())


def test_every_part_that_takes_the_keyboard_has_a_name_and_fits_the_smallest_window(place):
    page = place.open(inspect_again(place.ctx))
    page.beside_wanted.emit()
    for tab in page.side.tabs.codes():
        page.side.show_tab(tab)
        place.settle()
        nameless = [
            type(each).__name__
            for each in page.side.findChildren(QWidget)
            if each.isVisible()
            and each.focusPolicy() & Qt.FocusPolicy.TabFocus
            and type(each).__module__.startswith("cpdesk")
            and not each.accessibleName()
        ]
        assert nameless == [], tab
    hint = page.minimumSizeHint()
    assert hint.width() <= 880 and hint.height() <= 480


def test_an_answer_costs_the_window_little_whatever_the_form_holds(place):
    page = place.open(inspect_again(place.ctx))
    place.presenter.show_question("reading/i_supply_c")
    page.side.show_tab("problems")
    place.settle()
    times = []
    for value in range(40, 60):
        began = time.perf_counter()
        place.presenter.answer("reading/i_supply_c", str(value))
        times.append(time.perf_counter() - began)
    assert sorted(times)[len(times) // 2] < 0.05, "about 5 ms; ten times that is a walk over the whole form"
