"""The page on the whole year: all uses now, the year after the works, and where the sun's power goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpdesk.reports import charts, frame
from cpdesk.reports.charts import Look
from cpdesk.reports.household_content import Figure
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.sheet import NOTE, WIDTH_MM, Sheet, Type
from cpdesk.reports.table import Column, table
from cpdesk.reports.year_content import AfterRow, SunBar, YearPage, YearRow

_WORDS = Type(10.5, 15.5)
_LABEL, _VALUE = Type(10.5, 14, True), Type(9.2, 12)
_LOOKS: Final = (
    ("others", Look("accent")),
    ("heating", Look("second")),
    ("sold", Look("sun_area", "upright")),
    ("unused", Look("surface", "diagonal")),
)
_VALUE_ROOM_MM = 10.0


@dataclass(frozen=True, slots=True)
class _Room:
    """Heights in mm of a row, a bar of the sun with its words, and the gap between blocks."""

    row: float
    sun: float
    gap: float


_WIDE, _NARROW = _Room(6.6, 18.0, 8.0), _Room(5.6, 14.2, 4.6)
_MANY_MM = 200.0
"""Rows and bars that take more than this in the wide room get the narrow one."""


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws the page of a content that has one."""
    year, translate = copy.content.year, copy.translate
    assert year is not None  # `appendix.painters` looked
    rows = len(year.now) + len(year.after) + 6
    room = _NARROW if rows * _WIDE.row + len(year.suns) * _WIDE.sun > _MANY_MM - _WIDE.sun else _WIDE
    y = frame.section(sheet, 34.0, translate("report.year.now"), translate("report.year.now_note"))
    y = _now(sheet, y - 1.4, year, copy, room)
    y = frame.section(sheet, y + room.gap, translate("report.year.after"), translate("report.year.after_note"))
    y = _after(sheet, y - 1.4, year, copy, room)
    if year.best:
        y = sheet.para(0, y + 2.4, WIDTH_MM, year.best, _WORDS)
    if year.suns:
        y = frame.section(sheet, y + room.gap, translate("report.year.sun"), translate("report.year.sun_note"))
        y = _legend(sheet, y, year, copy)
        for bar in year.suns:
            y = _sun(sheet, y + 1.5, bar, room)
    sheet.para(0, y + room.gap - 2.0, WIDTH_MM, year.note, NOTE)


def _now(sheet: Sheet, y: float, year: YearPage, copy: Copy, room: _Room) -> float:
    translate = copy.translate
    columns = [
        Column(translate("report.year.use"), 30),
        Column(translate("report.year.with"), 64),
        Column(translate("report.year.kwh"), 19, "right"),
        Column(translate("report.year.yuan"), 19, "right"),
        Column(translate("report.year.co2"), 19, "right"),
        Column(translate("report.year.coal"), 19, "right"),
    ]
    return table(sheet, y, columns, [_cells(row) for row in year.now], total=_cells(year.total), row_mm=room.row)


def _cells(row: YearRow) -> list[str]:
    return [row.name, row.what, row.kwh.text, row.yuan.text, row.co2_kg.text, row.coal_kg.text]


def _after(sheet: Sheet, y: float, year: YearPage, copy: Copy, room: _Room) -> float:
    translate, count = copy.translate, len(year.columns)
    width = 140.0 / (2 * count)
    heads = [
        Column(translate(f"report.year.head_{kind}", column=name), width, "right", name == year.shown)
        for kind in ("yuan", "co2")
        for at, name in enumerate(year.columns)
    ]
    rows = [_after_cells(row) for row in year.after]
    return table(
        sheet, y, [Column(translate("report.year.use"), 30), *heads], rows, total=_after_cells(year.after_total),
        row_mm=room.row,
    )  # fmt: skip


def _after_cells(row: AfterRow) -> list[str]:
    return [row.name, *(figure.text for figure in (*row.yuan, *row.co2_kg))]


def _legend(sheet: Sheet, y: float, year: YearPage, copy: Copy) -> float:
    x = 0.0
    for name, look in _LOOKS:
        if not any(_part(bar, name).scaled for bar in year.suns):
            continue
        charts.area(sheet, x, y, 4.4, 3.2, look)
        x += 6.4 + sheet.text(x + 6.4, y + 2.9, copy.translate(f"report.year.{name}"), _VALUE) + 7.0
    return y + 5.0


def _sun(sheet: Sheet, y: float, bar: SunBar, room: _Room) -> float:
    """One generation as a bar of its parts, with its shares in words."""
    end = sheet.text(0, y + 3.6, bar.label, _LABEL)
    sheet.text(WIDTH_MM, y + 3.6, bar.shares, _VALUE, align="right", room=WIDTH_MM - end - 4)
    x, top, tall = 0.0, y + 5.4, room.sun - 11.0
    whole = float(bar.generated.scaled or 1)
    for name, look in _LOOKS:
        part = _part(bar, name)
        width = WIDTH_MM * (part.scaled or 0) / whole
        charts.area(sheet, x, top, width, tall, look)
        if width >= _VALUE_ROOM_MM:
            sheet.text(x + width / 2, top + tall + 4.2, part.text, _VALUE, align="centre")
        x += width
    return y + room.sun


def _part(bar: SunBar, name: str) -> Figure:
    found: Figure = getattr(bar, name)
    return found
