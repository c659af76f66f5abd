"""The table of measures by themselves: own money and saving, payback beside life."""

from __future__ import annotations

from cpdesk.reports.household_content import NearMiss
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.sheet import Sheet, Type
from cpdesk.reports.table import Column, table

_ROWS = Type(10.5, 15.5)


def misses_table(sheet: Sheet, top: float, misses: tuple[NearMiss, ...], copy: Copy, *, row_mm: float = 7.8) -> float:
    """Draws the table; returns where it ends."""
    translate = copy.translate
    columns = [
        Column(translate("report.measure"), 70),
        Column(translate("report.own_yuan"), 25, "right"),
        Column(translate("report.saving_yuan"), 25, "right"),
        Column(translate("report.payback_years"), 25, "right"),
        Column(translate("report.life_years"), 25, "right"),
    ]
    rows = [
        (miss.name, miss.own.marked, miss.saving.text, miss.payback_years.text, miss.life_years.text) for miss in misses
    ]
    return table(sheet, top, columns, rows, row_mm=row_mm, style=_ROWS)
