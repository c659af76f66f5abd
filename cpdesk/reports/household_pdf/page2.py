"""Page 2, the choices: packages side by side, each measure of the one shown, cost against carbon, the waterfall."""

from __future__ import annotations

from cpdesk.reports import charts, frame
from cpdesk.reports.household_content import Choices, MeasureRow
from cpdesk.reports.household_pdf.comparison import comparison
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.household_pdf.misses import misses_table
from cpdesk.reports.sheet import TABLE, WIDTH_MM, Sheet, Type
from cpdesk.reports.table import Column, measure, table

_BAND, _SMALL_BAND = Type(10.5, 16), Type(9.4, 12.6)
_SMALL_ROWS = Type(8.8, 11.5)
_HALF_MM = 82.0
_CHARTS_MM = 66.0
"""Room that the charts with their heads want."""
_MANY = 5
"""From so many measures on the rows are lower, so that the charts keep their room."""
_BAND_END_MM = 275.4


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws page 2."""
    data, translate = copy.content.choices, copy.translate
    y = comparison(sheet, 33.0, data, copy) if data.choices else 33.0
    if data.measures:
        y = frame.section(
            sheet,
            y + 4.2,
            translate("report.page2.measures", letter=data.shown),
            translate("report.page2.measures_note"),
        )
        y = measure_table(sheet, y - 1.6, data.measures, data.total, copy)
    if data.singles:
        y = frame.section(
            sheet,
            y + (4.2 if data.choices else 0.4),
            translate("report.page2.singles"),
            translate("report.page2.singles_note"),
        )
        y = misses_table(sheet, y - 1.6, data.singles, copy, row_mm=6.8)
    reasons = [f"**{reason.head}**　{reason.sentence}" for reason in data.reasons]
    bottom = _BAND_END_MM
    if reasons:

        def crowded(style: Type) -> bool:
            return _BAND_END_MM - frame.band_height(sheet, reasons, style) - y < _CHARTS_MM

        if crowded(_SMALL_BAND):
            needed = [reason for reason in data.reasons if not reason.spare]
            reasons = [f"**{reason.head}**　{reason.sentence}" for reason in needed]
        bottom = frame.band(sheet, _BAND_END_MM, reasons, _SMALL_BAND if crowded(_BAND) else _BAND)
    _charts(sheet, y + 5.4, bottom - 3.4, data, copy)


def _charts(sheet: Sheet, top: float, bottom: float, data: Choices, copy: Copy) -> None:
    translate, right = copy.translate, _HALF_MM + 6
    height = min(bottom, top + 150) - top
    wide = not data.bars
    y = frame.section(
        sheet,
        top,
        translate("report.page2.frontier"),
        translate("report.page2.frontier_note", n=f"{data.frontier.combinations:,}"),
        width=WIDTH_MM if wide else _HALF_MM,
        note_at="below",
    )
    budget = data.frontier.budget_yuan
    names = (
        translate("report.page2.axis_co2"),
        translate("report.page2.axis_own"),
        translate("report.page2.budget", yuan=f"{budget:,}") if budget is not None else "",
    )
    charts.frontier(sheet, 0, y, WIDTH_MM if wide else 80, top + height - y, data.frontier, names=names)
    if data.bars:
        y = frame.section(
            sheet,
            top,
            translate("report.page2.waterfall", letter=data.shown),
            translate("report.page2.waterfall_note"),
            x=right,
            width=_HALF_MM,
            note_at="below",
        )
        charts.waterfall(sheet, right, y, _HALF_MM, top + height - y, data.bars)


def measure_table(sheet: Sheet, y: float, rows: tuple[MeasureRow, ...], total: MeasureRow | None, copy: Copy) -> float:
    """The measures in the order of the work with their sums; returns where the table ends."""
    translate = copy.translate
    widths = (61, 18, 18, 18, 22, 19, 14) if translate.language == "zh" else (65, 16, 20, 16, 20, 19, 14)
    heads = (
        "measure",
        "total_yuan",
        "subsidy_yuan",
        "own_yuan",
        "saving_same_yuan",
        "saving_after_yuan",
        "payback_years",
    )
    columns = [
        Column(
            translate(f"report.{head}"), width, "left" if head == "measure" else "right", head == "saving_after_yuan"
        )
        for head, width in zip(heads, widths, strict=True)
    ]
    cells = [_measure_cells(f"{number}　{row.name}", row) for number, row in enumerate(rows, 1)]
    last = _measure_cells(translate("report.sum"), total) if total else None
    row_mm = 6.8 if len(rows) < _MANY else 6.2
    wrapped = measure(sheet, columns, cells, row_mm=row_mm) > measure(
        sheet, columns, [[""] * 7] * len(cells), row_mm=row_mm
    )
    style = _SMALL_ROWS if wrapped else TABLE
    return table(sheet, y, columns, cells, total=last, row_mm=row_mm, style=style)


def _measure_cells(name: str, row: MeasureRow) -> list[str]:
    figures = (row.total, row.subsidy, row.own, row.saving_same, row.saving, row.payback_years)
    return [name, *(figure.text for figure in figures)]
