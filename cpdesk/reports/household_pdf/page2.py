"""Page 2, the choices: packages side by side, each measure of the one shown, cost against carbon, the waterfall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cpdesk.reports import charts, frame
from cpdesk.reports.household_content import Choice, Choices, MeasureRow
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.household_pdf.misses import misses_table
from cpdesk.reports.sheet import BODY, MM, WIDTH_MM, Sheet, Type
from cpdesk.reports.table import Column, table

_LETTER = Type(15, 20, True)
_NAME = Type(10.5, 14.5, True)
_ROW_LABEL = Type(10.5, 15)
_SUB_LABEL = Type(10.5, 15, False, "ink2")
_MAIN = Type(13, 17, True)
_VALUE = Type(10.5, 15)
_TAG = Type(9.5, 13, True, "ink2")
_BAND = Type(10.5, 16)
_LABEL_MM = 46.0
_COLUMN_MM = (WIDTH_MM - _LABEL_MM) / 3
_ROW_MM = 7.0
_HALF_MM = 82.0
_BAND_END_MM = 275.4


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws page 2."""
    data, translate = copy.content.choices, copy.translate
    y = _comparison(sheet, 33.0, data, copy) if data.choices else 33.0
    if data.measures:
        y = frame.section(
            sheet,
            y + 4.2,
            translate("report.page2.measures", letter=data.shown),
            translate("report.page2.measures_note"),
        )
        y = measure_table(sheet, y - 1.6, data.measures, data.total, copy)
    if data.singles and not data.choices:
        y = frame.section(sheet, y + 0.4, translate("report.page2.singles"), translate("report.page2.singles_note"))
        y = misses_table(sheet, y - 1.6, data.singles, copy, row_mm=6.8)
    reasons = [f"**{reason.head}**　{reason.sentence}" for reason in data.reasons]
    bottom = _BAND_END_MM
    if reasons:
        bottom = frame.band(sheet, _BAND_END_MM, reasons, _BAND)
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
    columns = [
        Column(translate("report.measure"), 61),
        Column(translate("report.total_yuan"), 18, "right"),
        Column(translate("report.subsidy_yuan"), 18, "right"),
        Column(translate("report.own_yuan"), 18, "right"),
        Column(translate("report.saving_same_yuan"), 22, "right"),
        Column(translate("report.saving_after_yuan"), 19, "right", chosen=True),
        Column(translate("report.payback_years"), 14, "right"),
    ]
    cells = [_measure_cells(f"{number}　{row.name}", row) for number, row in enumerate(rows, 1)]
    last = _measure_cells(translate("report.sum"), total) if total else None
    return table(sheet, y, columns, cells, total=last, row_mm=6.8)


def _measure_cells(name: str, row: MeasureRow) -> list[str]:
    figures = (row.total, row.subsidy, row.own, row.saving_same, row.saving, row.payback_years)
    return [name, *(figure.text for figure in figures)]


def _comparison(sheet: Sheet, top: float, data: Choices, copy: Copy) -> float:
    """Packages as columns; returns where the table ends."""
    names = [sheet.lines(choice.name, _COLUMN_MM - 5, _NAME) for choice in data.choices]
    name_lines = min(2, max(len(lines) for lines in names))
    head_mm = 11.0 + name_lines * _NAME.leading / MM + 0.8
    rows = _rows(data, copy)
    cautions = [sheet.height(choice.caution, _COLUMN_MM - 5, _VALUE) for choice in data.choices]
    heatings = [sheet.height(choice.heating, _COLUMN_MM - 5, _VALUE) for choice in data.choices]
    tall = {len(rows) - 2: max(_ROW_MM, max(heatings) + 1.4), len(rows) - 1: max(_ROW_MM, max(cautions) + 1.4)}
    heights = [tall.get(index, _ROW_MM) for index in range(len(rows))]
    end = top + head_mm + sum(heights)
    width = _LABEL_MM + _COLUMN_MM * len(data.choices)
    for number, choice in enumerate(data.choices):
        left = _LABEL_MM + number * _COLUMN_MM
        if choice.letter == data.recommended:
            sheet.rect(left, top, _COLUMN_MM, end - top + 1.2, fill="chosen_ground")
        _choice_head(sheet, left, top, choice, choice.letter == data.recommended)
    y = top + head_mm
    sheet.line(0, y, width, y, width=0.5)
    for (label, style, cell), height in zip(rows, heights, strict=True):
        fitted = sheet.fitted(label, style, _LABEL_MM - 2)
        sheet.para(1.6, y + height / 2 - style.leading / 2 / MM, _LABEL_MM - 1.6, label, fitted, most=1)
        for number, choice in enumerate(data.choices):
            cell(sheet, _LABEL_MM + number * _COLUMN_MM + 3, y + height / 2, choice)
        y += height
        sheet.line(0, y, width, y, width=0.3, stroke="row_line")
    sheet.line(0, end, width, end, width=0.5)
    for number, choice in enumerate(data.choices):
        if choice.letter == data.recommended:
            left = _LABEL_MM + number * _COLUMN_MM
            sheet.rect(left, top, _COLUMN_MM, end - top + 1.2, stroke="accent", line=1.0)
    return end + 1.2


def _choice_head(sheet: Sheet, left: float, top: float, choice: Choice, recommended: bool) -> None:
    charts.symbol(sheet, left + 4.8, top + 4.8, choice.letter, 2.1)
    end = left + 9 + sheet.text(left + 9, top + 6.6, choice.letter, _LETTER)
    style = replace(_TAG, colour="accent" if recommended else "ink2")
    if choice.badge:
        frame.tag(sheet, end + 2.2, top + 4.8, choice.badge, style, stroke="accent" if recommended else "field")
    name = sheet.fitted(choice.name, _NAME, 2 * (_COLUMN_MM - 6), smallest=8.6)
    sheet.para(left + 2.6, top + 10.4, _COLUMN_MM - 5, choice.name, name, most=3)


_Cell = Callable[[Sheet, float, float, Choice], None]


def _rows(data: Choices, copy: Copy) -> list[tuple[str, Type, _Cell]]:
    translate = copy.translate
    tops = [choice.high.number or 0.0 for choice in data.choices] + [
        choice.saving.number or 0.0 for choice in data.choices
    ]
    lows = [choice.low.number or 0.0 for choice in data.choices] + [0.0]
    step = charts.nice_step(max(max(tops) - min(lows), 1.0), 8)
    scale_top = -(-max(*tops, 1.0) // step) * step
    scale_low = (min(lows) // step) * step

    def pill(sheet: Sheet, left: float, middle: float, choice: Choice) -> None:
        if choice.low.number is None or choice.high.number is None:
            return
        charts.range_pill(
            sheet,
            left,
            middle,
            _COLUMN_MM - 6,
            low=choice.low.number,
            middle=choice.saving.number or 0.0,
            high=choice.high.number,
            top=scale_top,
            bottom=scale_low,
        )

    scale = f"{scale_low:,.0f}–{scale_top:,.0f}".replace("-", "−")
    return [
        (translate("report.row.own"), _ROW_LABEL, _value(lambda choice: choice.own.text, _MAIN)),
        (translate("report.row.subsidy"), _ROW_LABEL, _value(lambda choice: choice.subsidy.text, _VALUE)),
        (translate("report.row.saving"), _ROW_LABEL, _value(lambda choice: choice.saving.text, _MAIN)),
        (translate("report.row.range"), _SUB_LABEL, _value(_range, _VALUE)),
        (translate("report.row.pill", scale=scale), _SUB_LABEL, pill),
        (translate("report.row.payback"), _ROW_LABEL, _value(lambda choice: choice.payback_years.text, _MAIN)),
        (translate("report.row.coldest"), _ROW_LABEL, _value(lambda choice: choice.coldest.text, _MAIN)),
        (translate("report.row.co2"), _ROW_LABEL, _value(lambda choice: choice.co2_t.text, _VALUE)),
        (translate("report.row.heating"), _ROW_LABEL, _words(lambda choice: choice.heating)),
        (translate("report.row.caution"), _ROW_LABEL, _words(lambda choice: choice.caution)),
    ]


def _range(choice: Choice) -> str:
    if choice.low.scaled is None or choice.high.scaled is None:
        return choice.low.text
    return f"{choice.low.text}–{choice.high.text}"


def _value(text: Callable[[Choice], str], style: Type) -> _Cell:
    def draw_cell(sheet: Sheet, left: float, middle: float, choice: Choice) -> None:
        baseline = middle + style.size * 0.36 / MM
        sheet.text(left + _COLUMN_MM - 6.4, baseline, text(choice), style, align="right", room=_COLUMN_MM - 6)

    return draw_cell


def _words(text: Callable[[Choice], str]) -> _Cell:
    def draw_cell(sheet: Sheet, left: float, middle: float, choice: Choice) -> None:
        height = sheet.height(text(choice), _COLUMN_MM - 5, BODY)
        sheet.para(
            left - 1.4,
            middle - height / 2,
            _COLUMN_MM - 5,
            text(choice),
            replace(BODY, leading=15),
            align="right",
            most=3,
        )

    return draw_cell
