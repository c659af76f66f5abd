"""The whole year of a household in words: every use with energy, money and carbon, and the sun on the roof."""

from __future__ import annotations

from typing import Final

from cpdesk.model.assessment import Audit
from cpdesk.model.year import HouseYear, SunLine
from cpdesk.reports.rounding import parts_of, rounded
from cpdesk.ui.figure_views import YearRow, YearView
from cpdesk.ui.language import tr
from cpdesk.ui.presenters.words import number
from cpdesk.ui.survey_views import PanelLine
from cpdesk.ui.views import Fact

_COLUMNS: Final = (("energy_kwh", "ui.year.kwh"), ("cost_yuan", "ui.year.yuan"), ("co2_kg", "ui.year.co2"))
_GOAL: Final = "npv"


def year_view(audit: Audit) -> YearView | None:
    """The table of the year as it is, and lines on the sun and on what the most profitable choice makes of it."""
    if audit.year is None:
        return None
    now = audit.year.now
    titles = [tr(f"energy.use.{line.code}") for line in now.uses]
    columns = [_column(now, name, label) for name, label in _COLUMNS]
    if now.sun is not None:
        titles.append(tr("energy.use.sun"))
    titles.append(tr("ui.year.total"))
    rows = zip(titles, zip(*columns, strict=True), strict=True)
    return YearView(
        tuple(YearRow(title, figures, strong=at == len(titles) - 1) for at, (title, figures) in enumerate(rows)),
        _lines(audit),
    )


def _column(year: HouseYear, name: str, label: str) -> tuple[Fact, ...]:
    """Uses, the sun and the total in whole numbers; whoever adds them up comes to the total."""
    figures = [(getattr(line, name), f"year.now.uses.{line.code}.{name}") for line in year.uses]
    values = [figure.value for figure, _ in figures]
    names = [where for _, where in figures]
    total, whole = getattr(year, name), f"year.now.{name}"
    if year.sun is not None and name == "energy_kwh":
        values.append(-year.sun.used_kwh.value)
        names.append("year.now.sun.used_kwh")
        total, whole = year.bought_kwh, "year.now.bought_kwh"
    elif year.sun is not None:
        values.append(getattr(year.sun, name).value)
        names.append(f"year.now.sun.{name}")
    printed = rounded(total.value)
    shown = [*parts_of(printed, values), printed]
    return tuple(
        Fact(tr(label), number(float(value)), figure=where) for value, where in zip(shown, [*names, whole], strict=True)
    )


def _lines(audit: Audit) -> tuple[PanelLine, ...]:
    """The sun of today, then the year after the most profitable combination with its sun."""
    assert audit.year is not None  # the caller looked
    found = []
    if audit.year.now.sun is not None:
        found.append(_sun_line("year.now", "ui.year.sun_now", audit.year.now.sun, ""))
    best = next((year for year in audit.year.criteria if year.code == _GOAL), None)
    if best is not None:
        goal = next(tr(one.name) for one in audit.by_criterion if one.code == _GOAL)
        found.append(_after_line(best, goal))
        if best.sun is not None and audit.year.now.sun is None:
            found.append(_sun_line(f"year.criteria.{_GOAL}", "ui.year.sun_best", best.sun, goal))
    return tuple(found)


def _after_line(year: HouseYear, goal: str) -> PanelLine:
    words = tr(
        "ui.year.after", goal=goal, yuan=number(year.cost_yuan.value), tonnes=number(year.co2_kg.value / 1000.0, 1)
    )
    return PanelLine("after", f"year.criteria.{year.code}.cost_yuan", "", words, icon="function")


def _sun_line(where: str, key: str, sun: SunLine, goal: str) -> PanelLine:
    words = tr(
        key,
        goal=goal,
        generated=number(sun.generated_kwh.value),
        used=number(sun.used_kwh.value),
        heating=number(sun.heating_kwh.value),
        sold=number(sun.sold_kwh.value),
    )
    return PanelLine(f"{where}.sun", f"{where}.sun.used_kwh", "", words, icon="function")
