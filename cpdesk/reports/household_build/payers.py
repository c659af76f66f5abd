"""Who pays and who gains, on the page of the whole year: household, government and both together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cpdesk.base.i18n import Translator
from cpdesk.model.assessment import Quantity
from cpdesk.reports.household_build.words import three_figures
from cpdesk.reports.household_content import Figure
from cpdesk.reports.rounding import money_step, to_step
from cpdesk.reports.year_content import PAYERS, Payers, PayRow

_STEP = 10


@dataclass(frozen=True, slots=True)
class Account:
    """What is said of one choice: its views, and its money as the pages print it elsewhere.

    Attributes:
        saving: a year, before the maintenance.
    """

    column: str
    views: Mapping[str, Quantity | None]
    own: int
    subsidy: int
    saving: int


def payers(accounts: Sequence[Account], shown: str, translate: Translator) -> Payers | None:
    """The table of some choices; `None` where there is none. The third figure of three is the sum of the others."""
    if not accounts:
        return None
    first = accounts[0].views["npv_household"]
    assert first is not None  # every choice has one
    terms = {name: value for name, value, _ in first.inputs}
    years = f"{float(terms['energy.term.horizon']):.0f}"
    columns = [_column(account) for account in accounts]
    rows = tuple(
        PayRow(
            translate(f"report.payers.{name}", years=years),
            tuple(figure for column in columns for figure in column[at]),
        )
        for at, name in enumerate(("now", "yearly", "npv", "yuan_t"))
    )
    return Payers(
        choices=tuple(account.column for account in accounts),
        shown=shown,
        rows=rows,
        note=translate("report.payers.note", percent=three_figures(100.0 * float(terms["energy.term.rate"]))),
    )


def _column(account: Account) -> tuple[tuple[Figure, Figure, Figure], ...]:
    yearly = to_step(account.saving - _upkeep(account.views), _STEP)
    return (
        _three(account.own, account.subsidy),
        _three(yearly, _money(account.views["yearly_government"], _STEP)),
        _three(_money(account.views["npv_household"], _STEP), _money(account.views["npv_government"], _STEP)),
        _three(*(_tonne(account.views[f"{payer}_yuan_t"]) for payer in PAYERS[:2])),
    )


def _upkeep(views: Mapping[str, Quantity | None]) -> float:
    yearly = views["yearly_household"]
    return sum(float(value) for name, value, _ in yearly.inputs if name == "energy.term.upkeep") if yearly else 0.0


def _money(figure: Quantity | None, step: int) -> int | None:
    return None if figure is None else to_step(figure.value, step)


def _tonne(figure: Quantity | None) -> int | None:
    return None if figure is None else to_step(figure.value, money_step(figure.value))


def _three(household: int | None, government: int | None) -> tuple[Figure, Figure, Figure]:
    both = None if household is None or government is None else household + government
    return Figure(household), Figure(government), Figure(both)
