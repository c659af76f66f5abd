"""The whole year of a household in words: every use with energy, money and carbon, and the sun on the roof."""

from __future__ import annotations

from typing import Final

from cpdesk.model.assessment import Audit, Quantity
from cpdesk.model.year import HouseYear, SunLine
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
    rows = [
        YearRow(
            tr(f"energy.use.{line.code}"),
            tuple(
                _fact(label, getattr(line, name), f"year.now.uses.{line.code}.{name}") for name, label in _COLUMNS
            ),
        )
        for line in now.uses
    ]  # fmt: skip
    if now.sun is not None:
        sun = now.sun
        given = Fact(tr("ui.year.kwh"), number(-sun.used_kwh.value), figure="year.now.sun.used_kwh")
        others = tuple(_fact(label, getattr(sun, name), f"year.now.sun.{name}") for name, label in _COLUMNS[1:])
        rows.append(YearRow(tr("energy.use.sun"), (given, *others)))
    bought = now.energy_kwh if now.sun is None else now.bought_kwh
    name = "energy_kwh" if now.sun is None else "bought_kwh"
    total = (
        _fact("ui.year.kwh", bought, f"year.now.{name}"),
        *(_fact(label, getattr(now, name), f"year.now.{name}") for name, label in _COLUMNS[1:]),
    )
    rows.append(YearRow(tr("ui.year.total"), total, strong=True))
    return YearView(tuple(rows), _lines(audit))


def _fact(label: str, figure: Quantity, name: str) -> Fact:
    return Fact(tr(label), number(figure.value), figure=name)


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
