"""Page 3, the method: inputs and how sure they are, the heat month by month, factors, bills, the check by hand."""

from __future__ import annotations

from dataclasses import replace

from cpdesk.reports import charts, frame
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.sheet import NOTE, TABLE, WIDTH_MM, Sheet, Type
from cpdesk.reports.table import Column, measure, table

_BAND = Type(9.75, 14.5)
_WORDS = Type(9.75, 14.5)
_INPUTS = Type(9.2, 13)
_BAND_END_MM = 275.4
_FACTORS_MM = 60.0
"""The most the table of factors may take; then its rows get smaller."""
_SMALL_FACTORS, _SMALL_WIDTHS = Type(8.6, 11.4), (58, 28, 11, 73)
_BILLS_MM, _SMALL_WORDS = 20.0, Type(8.6, 11.6)
"""A longer note on the bills gets smaller letters."""
_CHART_HEAD_MM = 14.0
_CHART_MM = 45.0
"""The least height in which the monthly balance and its legend stand."""


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws page 3. The chart takes the height that the tables leave it."""
    method, translate = copy.content.method, copy.translate
    measured, billed, guessed, assumed = method.counts
    counts = translate(
        "report.page3.counts",
        measured=measured,
        billed=billed,
        guessed=guessed,
        assumed=assumed,
        grade=method.grade,
    )
    y = frame.section(sheet, 33.4, translate("report.page3.inputs"), counts) - 1.0
    bottom = _lower_part(sheet, copy)
    rows = [(row.name, row.value, row.basis, row.effect) for row in method.inputs]
    columns, every = _input_columns(copy), len(rows)
    room = bottom - y - _CHART_HEAD_MM - _CHART_MM
    while rows and measure(sheet, columns, rows, style=_INPUTS) + _below(sheet, copy, every - len(rows)) > room:
        rows.pop()  # the last one moves the saving least
    y = table(sheet, y, columns, rows, style=_INPUTS)
    under = _under_inputs(copy, every - len(rows))
    if under:
        y = sheet.para(0, y + 0.6, WIDTH_MM, under, NOTE)
    note = translate("report.page3.balance_note")
    head = frame.section(sheet, y + 5.2, translate("report.page3.balance"), note)
    charts.months(sheet, head, min(bottom - head, 74.0), method.balance)


def _under_inputs(copy: Copy, left_out: int) -> str:
    """What is worth measuring, and how many rows found no room."""
    told = [copy.content.method.advice] if copy.content.method.advice else []
    told += [copy.translate("report.page3.left_out", n=left_out)] if left_out else []
    return "　".join(told)


def _below(sheet: Sheet, copy: Copy, left_out: int) -> float:
    """Height of what stands under the table of inputs."""
    under = _under_inputs(copy, left_out)
    return sheet.height(under, WIDTH_MM, NOTE) + 0.6 if under else 0.0


def _input_columns(copy: Copy) -> list[Column]:
    translate = copy.translate
    widths = (56, 22, 59, 33) if translate.language == "zh" else (59, 17, 62, 32)
    heads = ("input", "value", "basis", "effect")
    return [Column(translate(f"report.page3.{head}"), width) for head, width in zip(heads, widths, strict=True)]


def _lower_part(sheet: Sheet, copy: Copy) -> float:
    """Everything under the chart, laid from the foot upward; returns where the chart must end."""
    method, translate = copy.content.method, copy.translate
    y = _BAND_END_MM
    notes = "　".join(method.notes)
    if notes:
        y -= sheet.height(notes, WIDTH_MM, NOTE)
        sheet.para(0, y, WIDTH_MM, notes, NOTE)
        y -= 2.2
    if method.check:
        y = frame.band(sheet, y, [f"**{translate('report.page3.check')}**　{method.check}"], _BAND) - 4.4
    room = _bill_room(copy)
    words = _WORDS if sheet.height(method.bill_note, room, _WORDS) <= _BILLS_MM else _SMALL_WORDS
    bars_mm = max(len(method.bills) * 6.3, sheet.height(method.bill_note, room, words))
    y -= bars_mm
    if method.bills:
        charts.bills(sheet, 0, y, 112, method.bills)
    left = 0.0 if not method.bills else 114.0
    sheet.para(left, y, room, method.bill_note, words)
    y -= 8.2
    frame.section(sheet, y, translate("report.page3.bills"), translate("report.page3.bills_note"))
    y -= 5.2
    return _factors(sheet, y, copy)


def _bill_room(copy: Copy) -> float:
    return WIDTH_MM - 114.0 if copy.content.method.bills else WIDTH_MM


def _factors(sheet: Sheet, bottom: float, copy: Copy) -> float:
    """The table of factors with its foot at `bottom`; returns where the block before it must end."""
    translate = copy.translate
    columns = [
        Column(translate("report.page3.factor"), 42),
        Column(translate("report.page3.value"), 38, "right"),
        Column(translate("report.page3.year"), 16, "centre"),
        Column(translate("report.page3.source"), 74),
    ]
    rows = [(row.name, row.value, row.year, row.source) for row in copy.content.method.factors]
    style, row_mm = TABLE, 5.9
    if measure(sheet, columns, rows) > _FACTORS_MM:
        style, row_mm = _SMALL_FACTORS, 4.9
        columns = [replace(column, width=width) for column, width in zip(columns, _SMALL_WIDTHS, strict=True)]
    top = bottom - measure(sheet, columns, rows, style=style, row_mm=row_mm)
    table(sheet, top, columns, rows, style=style, row_mm=row_mm)
    frame.section(sheet, top - 7.2, translate("report.page3.factors"))
    return top - 7.2 - 4.6
