"""Who pays for a package and who gains, in words: household, government and society side by side."""

from __future__ import annotations

from typing import Final

from cpdesk.model.assessment import Package, Quantity
from cpdesk.ui.figure_views import MoneyView
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.words import number
from cpdesk.ui.views import Fact

_PAYERS: Final = ("household", "government", "society")
_NOW: Final = ("own_cost_yuan", "subsidy_yuan", "investment_yuan")
_ACCOUNT: Final = (
    ("payback", 1), ("discounted_payback", 1), ("present_savings", 0), ("present_invested", 0), ("sir", 2), ("airr", 1),
    ("lcc_before", 0), ("lcc_after", 0),
)  # fmt: skip
"""Figures of the household alone, with their digits."""


def money_view(package: Package) -> MoneyView:
    """The table of one package; a figure that does not exist is a dash that opens nothing."""
    at, years = f"packages.{package.code}", _years(package)
    now = [(f"{at}.{name}", getattr(package, name)) for name in _NOW]
    rows = [
        _sums(tr("ui.packages.views.now"), now),
        _sums(tr("ui.packages.views.yearly"), _views(package, "yearly_{}")),
        _sums(tr("ui.packages.views.npv", years=years), _views(package, "npv_{}")),
        _row(tr("ui.packages.views.yuan_t"), _views(package, "{}_yuan_t"), 0),
    ]
    coal = package.views.get("government_yuan_kgce")
    coal_name = f"{at}.views.government_yuan_kgce"
    rows.append(_row(tr("ui.packages.views.yuan_kgce"), [("", None), (coal_name, coal), ("", None)], 2))
    account = tuple(
        _fact(tr(f"ui.packages.views.{code}", years=years), f"{at}.views.{code}", package.views.get(code), digits)
        for code, digits in _ACCOUNT
    )
    heads = tuple(tr(f"ui.packages.views.{payer}") for payer in _PAYERS)
    return MoneyView(package.code, tr("ui.explain.package", letter=package.code), heads, tuple(rows), account)


_Named = tuple[str, Quantity | None]


def _years(package: Package) -> str:
    """Over how many years the present values go."""
    known = {key: value for key, value, _unit in package.npv_yuan.inputs}
    return number(float(known["energy.term.horizon"]))


def _views(package: Package, code: str) -> list[_Named]:
    names = [code.format(payer) for payer in _PAYERS]
    return [(f"packages.{package.code}.views.{name}", package.views.get(name)) for name in names]


def _row(label: str, figures: list[_Named], digits: int) -> tuple[str, tuple[Fact, ...]]:
    return label, tuple(_fact(label, name, figure, digits) for name, figure in figures)


def _sums(label: str, figures: list[_Named]) -> tuple[str, tuple[Fact, ...]]:
    """Household, government and their sum in whole yuan: whoever adds up what is printed comes to the sum."""
    _, (household, government, society) = _row(label, figures, 0)
    whole = sum(round(figure.value) for _, figure in figures[:2] if figure is not None)
    return label, (household, government, Fact(label, number(float(whole)), figure=society.figure))


def _fact(label: str, name: str, figure: Quantity | None, digits: int) -> Fact:
    if figure is None:
        return Fact(label, number(None))
    value = 0.0 if round(figure.value, digits) == 0 else figure.value  # no minus before a zero
    return Fact(label, number(value, digits), figure=name)
