"""Figures of the survey: each opens its proof, says what would make it surer, and leads to the question behind it."""

import re
from dataclasses import replace

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from real_desk import RealDesk, add_homes, first_day
from ui_samples import result

from cpdesk.base.errors import InputFault
from cpdesk.operations.assess import assess_first, assess_survey
from cpdesk.operations.demo.village import survey_household
from cpdesk.operations.surveys import open_survey
from cpdesk.ui import language
from cpdesk.ui.figure_views import SureView
from cpdesk.ui.pages.packages import PackagesPage
from cpdesk.ui.pages.result_panel import ResultPanel
from cpdesk.ui.presenters.defaults import questions
from cpdesk.ui.presenters.explanations import explanation_view, proof
from cpdesk.ui.presenters.result import WorkedOut, first_view, result_view
from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.widgets.basic import Button


class Surveyed(tuple):
    """Context, survey, open survey and audit, short in reports of failures."""

    __slots__ = ()

    def __repr__(self):
        return "Surveyed"


KEY = re.compile(r"\b(?:ui|energy|report)\.[a-z_]+\.")


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory):
    """A made-up household with its survey, session and audit."""
    ctx = first_day(tmp_path_factory.mktemp("desk"))
    home = add_homes(ctx, "张样例")[0]
    survey = survey_household(ctx, home, seed=1, finish=False)
    audit, _changes = assess_survey(ctx, survey)
    yield Surveyed((ctx, survey, open_survey(ctx, survey), audit))
    ctx.close()


def figures_of(view):
    """All figures that the panel and the packages page open."""
    names = {view.heat_figure, *view.month_figures, *(line.path for line in view.sure.more)}
    names |= {figure for bar in view.bars for figure in bar.figures}
    names |= {part.figure for part in view.shares} | {package.figure for package in view.packages}
    facts = [fact for package in view.packages for fact in package.figures]
    rows = [*view.choices.criteria, *view.choices.levels, *(row for _, rows in view.choices.shares for row in rows)]
    facts += [fact for row in rows for fact in row.figures]
    facts += [fact for money in view.choices.money for _, row in money.rows for fact in row]
    facts += [fact for money in view.choices.money for fact in money.account]
    assert all(fact.figure or fact.value == "—" for fact in facts)
    return sorted((names | {fact.figure for fact in facts}) - {""})


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_figure_opens_with_words_in_both_languages(dressed, surveyed, code):
    _ctx, _survey, opened, audit = surveyed
    language.set_language(dressed, code)
    view, _assumed = result_view(WorkedOut(audit, None, 0), opened.session)
    paths = questions(audit, opened.session, causes=True)
    names = figures_of(view)
    assert len(names) > 40
    for name in names:
        shown = explanation_view(audit, proof(audit, name), paths)
        text = shown.as_text()
        assert not KEY.search(text), (name, text)
        assert "None" not in text
        assert shown.value.strip()
        assert shown.formula, name
        for line in shown.operands:
            assert not line.path or proof(audit, line.path).figure.unit is not None


def test_a_figure_nobody_knows_is_refused(dressed, surveyed):
    with pytest.raises(InputFault, match="CP-1379"):
        proof(surveyed[3], "losses.cellar")


def test_the_share_of_a_part_is_that_of_its_heat(dressed, surveyed):
    audit = surveyed[3]
    found = proof(audit, "losses.wall")
    heat = {operand.name.rsplit(".", 1)[-1]: operand.value for operand in found.operands}
    assert found.figure.value == pytest.approx(100 * heat["wall"] / sum(heat.values()), abs=1.0)


def test_the_heating_of_a_month_is_its_balance(dressed, surveyed):
    audit = surveyed[3]
    found = proof(audit, "months.1")
    values = {operand.name: operand.value for operand in found.operands}
    lost = sum(value for name, value in values.items() if name.startswith("ui.part."))
    gained = sum(value for name, value in values.items() if name.startswith("ui.term."))
    assert found.figure.value == pytest.approx(lost - gained, rel=1e-6)


def test_the_first_figures_are_those_of_the_audit_and_keep_the_packages(dressed, surveyed):
    ctx, survey, opened, audit = surveyed
    answers = opened.session.counting_answers()
    assert assess_first(ctx, opened.form, answers, record=survey) is None  # the audit is known
    found = assess_first(ctx, opened.form, answers, record="another")
    assert found.cost_yuan.value == pytest.approx(audit.baseline.cost_yuan.value, rel=1e-6)
    last = result()
    shown = first_view(found, last)
    assert shown.packages == last.packages
    assert shown.bars[0].now == found.cost_yuan.value
    assert [bar.shown_after for bar in shown.bars] == ["2,780", "4.8"] or shown.bars[0].shown_after == "…"


def test_answers_of_a_figure_know_their_question(dressed, surveyed):
    _ctx, _survey, opened, audit = surveyed
    paths = questions(audit, opened.session, causes=True)
    assert paths["main.wall.mm"].endswith("/b_wall_mm")
    assert paths["main.wall.wall_u"].endswith("/b_wall_type")
    assert paths["heater1.efficiency"].endswith("/h_type")
    assert paths["bill.coal_briquette_t"] == "bills/coal_briquette_t"
    assert "main.wall.wall_u" not in questions(audit, opened.session)


def test_bars_open_by_press_and_by_keys(dressed, qtbot):
    panel = ResultPanel()
    qtbot.addWidget(panel)
    view = result()
    bars = tuple(replace(bar, figures=(f"now.{at}", f"after.{at}")) for at, bar in enumerate(view.bars))
    shares = tuple(replace(part, figure=f"losses.{at}") for at, part in enumerate(view.shares))
    panel.show_result(replace(view, bars=bars, shares=shares))
    panel.resize(360, 700)
    panel.show()
    wanted = []
    panel.figure_wanted.connect(wanted.append)
    panel.bars.setFocus()
    qtbot.keyClick(panel.bars, Qt.Key.Key_Down)
    qtbot.keyClick(panel.bars, Qt.Key.Key_Return)
    assert "2,780" in panel.bars.accessibleDescription()
    qtbot.mouseClick(panel.shares, Qt.MouseButton.LeftButton, pos=panel.shares.rect().center())
    assert wanted[0] == "after.0"
    assert wanted[1].startswith("losses.")


def test_the_panel_says_bills_advice_and_notices(dressed, qtbot):
    panel = ResultPanel()
    qtbot.addWidget(panel)
    sure = SureView(
        bills="型煤账单和现场情况对不上。",
        bills_tone="warn",
        questions=(PanelLine("ask0", "bills/coal", "", "是不是漏记了一个炉子？"),),
        advice=(PanelLine("advice0", "b/wall_mm", "", "量准墙厚"),),
        notices=(("warn", "电表和进户线要够大"),),
    )
    panel.show_result(replace(result(), sure=sure))
    panel.resize(360, 700)
    panel.show()
    asked = []
    panel.question_wanted.connect(asked.append)
    for lines in (panel.sure.advice, panel.sure.questions):
        lines.setCurrentIndex(lines.model_.index(0))
        qtbot.keyClick(lines, Qt.Key.Key_Return)
    assert asked == ["b/wall_mm", "bills/coal"]
    assert panel.sure.bills.words() == sure.bills
    assert not panel.sure.more.isVisible()
    panel.show_result(replace(result(), sure=None))
    assert not panel.sure.isVisible()


def test_the_packages_page_opens_figures_of_each_table(dressed, qtbot, surveyed):
    _ctx, _survey, opened, audit = surveyed
    page = PackagesPage()
    qtbot.addWidget(page)
    page.resize(1280, 700)
    view, _assumed = result_view(WorkedOut(audit, None, 0), opened.session)
    page.show_result(view)
    page.show()
    wanted = []
    page.figure_wanted.connect(wanted.append)
    for tab, begins in (("compare", "packages."), ("criteria", "by_criterion."), ("levels", "levels.")):
        page.show_tab(tab)
        qtbot.wait(20)  # the layout shows what was put into it
        button = next(each for each in page.findChildren(Button) if each.property("k") == "figure" and each.isVisible())
        assert len(button.accessibleName()) > len(button.text())
        qtbot.keyClick(button, Qt.Key.Key_Return)
        assert wanted[-1].startswith(begins)
    page.show_tab("shares")
    assert page.minimumSizeHint().width() <= 1366


def test_a_figure_opens_goes_deeper_back_and_to_its_question(dressed, qtbot, tmp_path):
    ctx = first_day(tmp_path)
    home = add_homes(ctx, "张样例")[0]
    survey_household(ctx, home, seed=1, finish=False)
    desk = RealDesk(qtbot, ctx)
    try:
        page = desk.open_survey(home)
        figures = desk.window._survey.figures
        desk.window.survey.compare_wanted.emit()
        desk.settle()
        desk.window.packages.figure_wanted.emit("packages.A.saving_yuan")
        desk.settle()
        dialog = figures.dialog
        assert dialog.isVisible()
        first = dialog.view
        assert not dialog.back.isVisible()
        dialog.operands.list.opened.emit(first.operands[0].key)
        desk.settle()
        assert dialog.view.name == "baseline.cost_yuan"
        dialog.copy.click()
        assert QGuiApplication.clipboard().text() == dialog.view.as_text()
        dialog.back.click()
        assert dialog.view == first
        line = next(line for line in first.answers if line.path)
        dialog.answers.list.opened.emit(line.key)
        desk.settle()
        assert figures.dialog is None
        assert desk.shell.current_page() == "survey"
        assert page.section() in line.path or line.path.startswith(page.section().partition("/")[0])
    finally:
        desk.close()
