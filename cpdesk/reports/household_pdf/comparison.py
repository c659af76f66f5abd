"""The packages side by side: one column each, the recommended one framed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cpdesk.base.i18n import Translator
from cpdesk.reports import charts, frame
from cpdesk.reports.household_content import Choice, Choices
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.sheet import MM, WIDTH_MM, Sheet, Type

_LETTER = Type(15, 20, True)
_NAME = Type(10.5, 14.5, True)
_ROW_LABEL = Type(10.5, 15)
_SUB_LABEL = Type(10.5, 15, False, "ink2")
_MAIN = Type(13, 17, True)
_VALUE = Type(10.5, 15)
_TAG = Type(9.5, 13, True, "ink2")
_LABEL_MM, _WIDEST_MM, _PAD_MM = 46.0, 62.0, 3.0
_ROW_MM, _LOW_ROW_MM, _MANY = 7.0, 6.2, 5
_OVERHANG_MM = 1.2

_Cell = Callable[[Sheet, float, float, float, Choice], None]
"""Draws one cell: sheet, its left edge, its width, the height of its middle, the package."""


def comparison(sheet: Sheet, top: float, data: Choices, copy: Copy) -> float:
    """Draws the table with its top at `top`; returns where it ends. Many measures below it make its rows lower."""
    row_mm = _ROW_MM if len(data.measures) < _MANY and copy.translate.language == "zh" else _LOW_ROW_MM
    column = min(_WIDEST_MM, (WIDTH_MM - _LABEL_MM) / len(data.choices))
    inner = column - 2 * _PAD_MM
    names = max(len(sheet.lines(choice.name, inner, _name_style(sheet, choice, inner))) for choice in data.choices)
    head_mm = 11.0 + names * _NAME.leading / MM + 0.8
    rows = _rows(data, copy.translate)
    heights = [row_mm] * (len(rows) - 2) + [
        max(row_mm, *(sheet.height(text, inner, _VALUE) + 1.4 for text in texts))
        for texts in ([choice.heating for choice in data.choices], [choice.caution for choice in data.choices])
    ]
    end = top + head_mm + sum(heights)
    width = _LABEL_MM + column * len(data.choices)
    lefts = {choice.letter: _LABEL_MM + number * column for number, choice in enumerate(data.choices)}
    chosen = lefts.get(data.recommended)
    if chosen is not None:
        sheet.rect(chosen, top, column, end - top + _OVERHANG_MM, fill="chosen_ground")
    for choice in data.choices:
        _head(sheet, lefts[choice.letter], top, inner, choice, choice.letter == data.recommended)
    y = top + head_mm
    sheet.line(0, y, width, y, width=0.5)
    for (label, style, cell), height in zip(rows, heights, strict=True):
        fitted = sheet.fitted(label, style, _LABEL_MM - 2)
        sheet.para(1.6, y + height / 2 - style.leading / 2 / MM, _LABEL_MM - 1.6, label, fitted, most=1)
        for choice in data.choices:
            cell(sheet, lefts[choice.letter] + _PAD_MM, inner, y + height / 2, choice)
        y += height
        sheet.line(0, y, width, y, width=0.3, stroke="row_line")
    sheet.line(0, end, width, end, width=0.5)
    if chosen is not None:
        sheet.rect(chosen, top, column, end - top + _OVERHANG_MM, stroke="accent", line=1.0)
    return end + _OVERHANG_MM


def _name_style(sheet: Sheet, choice: Choice, inner: float) -> Type:
    return sheet.fitted(choice.name, _NAME, 2 * inner - 4, smallest=8.6)


def _head(sheet: Sheet, left: float, top: float, inner: float, choice: Choice, recommended: bool) -> None:
    charts.symbol(sheet, left + 4.8, top + 4.8, choice.letter, 2.1)
    end = left + 9 + sheet.text(left + 9, top + 6.6, choice.letter, _LETTER)
    if choice.badge:
        style = replace(_TAG, colour="accent" if recommended else "ink2")
        frame.tag(sheet, end + 2.2, top + 4.8, choice.badge, style, stroke="accent" if recommended else "field")
    sheet.para(left + _PAD_MM, top + 10.4, inner, choice.name, _name_style(sheet, choice, inner), most=4)


def _rows(data: Choices, translate: Translator) -> list[tuple[str, Type, _Cell]]:
    pill, scale = _pills(data)
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


def _pills(data: Choices) -> tuple[_Cell, str]:
    """The cell that draws ranges, and the scale that all of them share."""
    values = [figure.number or 0.0 for choice in data.choices for figure in (choice.low, choice.saving, choice.high)]
    least, most = min(*values, 0.0), max(*values, 1.0)
    step = charts.nice_step(most - least, 8)
    top, bottom = -(-most // step) * step, (least // step) * step

    def pill(sheet: Sheet, left: float, width: float, middle: float, choice: Choice) -> None:
        low, high = choice.low.number, choice.high.number
        if low is not None and high is not None:
            saving = choice.saving.number or 0.0
            charts.range_pill(sheet, left, middle, width, low=low, middle=saving, high=high, top=top, bottom=bottom)

    dash = " – " if bottom < 0 else "–"
    return pill, f"{bottom:,.0f}".replace("-", "−") + f"{dash}{top:,.0f}"


def _range(choice: Choice) -> str:
    if choice.low.scaled is None or choice.high.scaled is None:
        return choice.low.text
    dash = " – " if choice.low.scaled < 0 else "–"
    return f"{choice.low.text}{dash}{choice.high.text}"


def _value(text: Callable[[Choice], str], style: Type) -> _Cell:
    def draw_cell(sheet: Sheet, left: float, width: float, middle: float, choice: Choice) -> None:
        baseline = middle + style.size * 0.36 / MM
        sheet.text(left + width, baseline, text(choice), style, align="right", room=width)

    return draw_cell


def _words(text: Callable[[Choice], str]) -> _Cell:
    def draw_cell(sheet: Sheet, left: float, width: float, middle: float, choice: Choice) -> None:
        height = sheet.height(text(choice), width, _VALUE)
        sheet.para(left, middle - height / 2, width, text(choice), _VALUE, align="right", most=3)

    return draw_cell
