"""Who pays and who gains: the table adds up, changes with the package, and every figure opens its own proof."""

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from dataclasses import replace

from cpdesk.model.assessment import Quantity
from cpdesk.ui import language
from cpdesk.ui.pages.money_table import MoneyTable
from cpdesk.ui.presenters.result_money import money_view
from cpdesk.ui.widgets.basic import Button, Label


class _Package:
    """As much of a package as the table reads."""

    def __init__(self, code, own, subsidy, views):
        self.code, self.views = code, views
        self.own_cost_yuan, self.subsidy_yuan = Quantity(own, "CNY"), Quantity(subsidy, "CNY")
        self.investment_yuan = Quantity(own + subsidy, "CNY")
        self.npv_yuan = views["npv_household"]


def _package(code="A", shift=0.0):
    views = {
        "npv_household": 14244.6 + shift, "npv_government": -26750.3, "npv_society": -12505.7 + shift,
        "yearly_household": 2579.4, "yearly_government": -800.4, "yearly_society": 1779.0, "household_yuan_t": -181.5,
        "government_yuan_t": 340.9, "society_yuan_t": 159.3, "government_yuan_kgce": 0.957, "payback": 9.28,
        "discounted_payback": None, "present_savings": 37271.9, "present_invested": 23027.3, "sir": 1.6186,
        "airr": -0.04, "lcc_before": 56620.6, "lcc_after": 42376.0,
    }  # fmt: skip
    found = {name: None if value is None else Quantity(value, "CNY") for name, value in views.items()}
    found["npv_household"] = replace(found["npv_household"], inputs=(("energy.term.horizon", 15.0, "a"),))
    return _Package(code, 25800.4, 17200.4, found)


def _number(shown):
    return float(shown.replace(",", "").replace("−", "-"))


def test_what_is_printed_adds_up(dressed):
    view = money_view(_package())
    assert view.heads == ("住户", "政府", "全社会")
    for _label, facts in view.rows[:3]:
        household, government, society = (_number(fact.value) for fact in facts)
        assert household + government == society
    assert [fact.value for fact in view.rows[2][1]] == ["14,245", "−26,750", "−12,505"]
    assert [fact.figure for fact in view.rows[2][1]] == [
        f"packages.A.views.npv_{payer}" for payer in ("household", "government", "society")
    ]
    assert view.rows[0][1][2].figure == "packages.A.investment_yuan"


def test_what_does_not_exist_is_a_dash_and_no_zero_is_negative(dressed):
    account = {fact.figure.rsplit(".", 1)[-1]: fact for fact in money_view(_package()).account}
    assert account["airr"].value == "0.0"
    assert account[""].value == "—"
    assert "15" in account["lcc_before"].label


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_package_is_chosen_above_and_figures_open(dressed, qtbot, code):
    language.set_language(dressed, code)
    wanted = []
    table = MoneyTable([money_view(_package()), money_view(_package("B", 1000.0))], wanted.append)
    qtbot.addWidget(table)
    table.show()
    figures = [button for button in table.findChildren(Button) if button.text() == "14,245"]
    assert len(figures) == 1
    figures[0].click()
    assert wanted == ["packages.A.views.npv_household"]
    assert "14,245" in figures[0].accessibleName()
    table.choice.buttons["B"].click()
    qtbot.waitUntil(lambda: not [one for one in table.findChildren(Button) if one.text() == "14,245"])
    next(one for one in table.findChildren(Button) if one.text() == "15,245").click()
    assert wanted[-1] == "packages.B.views.npv_household"


def test_one_package_needs_no_choice_and_none_says_so(dressed, qtbot):
    one, none = MoneyTable([money_view(_package())], print), MoneyTable([], print)
    qtbot.addWidget(one)
    qtbot.addWidget(none)
    assert one.choice is None
    assert none.findChildren(Label)[0].text() == "没有可比的方案。"
