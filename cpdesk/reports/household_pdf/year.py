"""The page on the whole year: all uses now, the year after the works, and where the sun's power goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpdesk.reports import charts, frame
from cpdesk.reports.charts import Look
from cpdesk.reports.household_content import Figure
from cpdesk.reports.household_pdf.copy import Copy
from cpdesk.reports.sheet import CONTENT_END_MM, NOTE, TABLE, WIDTH_MM, Sheet, Type
from cpdesk.reports.table import Column, Group, measure, table
from cpdesk.reports.year_content import PAYERS, AfterRow, Payers, SunBar, YearPage, YearRow

_WORDS = Type(10.5, 15.5)
_LABEL, _VALUE = Type(10.5, 14, True), Type(9.2, 12)
_LOOKS: Final = (
    ("others", Look("accent")),
    ("heating", Look("second")),
    ("sold", Look("sun_area", "upright")),
    ("unused", Look("surface", "diagonal")),
)
_TOP_MM = 34.0
_SHARES_MM = 84.0
"""What the words on shares may take of their line before the label gives way."""


@dataclass(frozen=True, slots=True)
class _Room:
    """Heights in mm of a row, a bar of the sun with its words, and the gap between blocks; type of tables and words."""

    row: float
    sun: float
    gap: float
    style: Type = TABLE
    words: Type = _WORDS


_ROOMS: Final = (
    _Room(6.6, 18.0, 8.0),
    _Room(5.6, 14.2, 4.6),
    _Room(4.9, 13.4, 3.4, Type(9, 12.4), Type(9.5, 13.5)),
    _Room(4.3, 12.6, 2.8, Type(8, 10.8), Type(8.6, 11.6)),
)
"""From the widest to the narrowest; the page takes the first in which everything finds its place."""


def draw(sheet: Sheet, copy: Copy) -> None:
    """Draws the page of a content that has one."""
    year, translate = copy.content.year, copy.translate
    assert year is not None  # `appendix.painters` looked
    most = CONTENT_END_MM - _TOP_MM
    room = next((one for one in _ROOMS if _height(sheet, year, copy, one) <= most), _ROOMS[-1])
    y = frame.section(sheet, _TOP_MM, translate("report.year.now"), translate("report.year.now_note"))
    rows = [_cells(row) for row in year.now]
    y = table(
        sheet, y - 1.4, _now_columns(copy), rows, total=_cells(year.total), row_mm=room.row, style=room.style
    )  # fmt: skip
    y = frame.section(sheet, y + room.gap, translate("report.year.after"), translate("report.year.after_note"))
    rows, total = [_after_cells(row) for row in year.after], _after_cells(year.after_total)
    y = table(
        sheet, y - 1.4, _after_columns(year, copy), rows, total=total, row_mm=room.row, style=room.style,
        groups=_after_groups(year, copy),
    )  # fmt: skip
    if year.best:
        y = sheet.para(0, y + 2.4, WIDTH_MM, year.best, room.words)
    if year.suns:
        y = frame.section(sheet, y + room.gap, translate("report.year.sun"), translate("report.year.sun_note"))
        y = _legend(sheet, y, year, copy)
        for bar in year.suns:
            y = _sun(sheet, y + 1.5, bar, room)
    if year.payers is not None and not apart(year):
        y = _payers(sheet, y + room.gap, year.payers, copy, room, 4 if year.suns else 3)
    sheet.para(0, y + room.gap - 2.0, WIDTH_MM, year.note, NOTE)


def _height(sheet: Sheet, year: YearPage, copy: Copy, room: _Room) -> float:
    """Height in mm that the whole page will take."""
    head = 8.2 - 1.4
    rows = [_cells(row) for row in year.now]
    tall = head + measure(
        sheet, _now_columns(copy), rows, total=_cells(year.total), row_mm=room.row, style=room.style
    )  # fmt: skip
    rows, total = [_after_cells(row) for row in year.after], _after_cells(year.after_total)
    tall += room.gap + head
    tall += measure(
        sheet, _after_columns(year, copy), rows, total=total, row_mm=room.row, style=room.style,
        groups=_after_groups(year, copy),
    )  # fmt: skip
    if year.best:
        tall += 2.4 + sheet.height(year.best, WIDTH_MM, room.words)
    if year.suns:
        tall += room.gap + 8.2 + 5.0 + len(year.suns) * (1.5 + room.sun)
    if year.payers is not None and not apart(year):
        columns, cells = _payer_columns(year.payers, copy), _payer_cells(year.payers)
        tall += room.gap + head + measure(
            sheet, columns, cells, row_mm=room.row, style=room.style, groups=_payer_groups(year.payers)
        )  # fmt: skip
        tall += 1.6 + sheet.height(year.payers.note, WIDTH_MM, NOTE)
    return tall + room.gap - 2.0 + sheet.height(year.note, WIDTH_MM, NOTE)


def _now_columns(copy: Copy) -> list[Column]:
    translate = copy.translate
    return [
        Column(translate("report.year.use"), 30),
        Column(translate("report.year.with"), 64),
        Column(translate("report.year.kwh"), 19, "right"),
        Column(translate("report.year.yuan"), 19, "right"),
        Column(translate("report.year.co2"), 19, "right"),
        Column(translate("report.year.coal"), 19, "right"),
    ]


def _cells(row: YearRow) -> list[str]:
    return [row.name, row.what, row.kwh.text, row.yuan.text, row.co2_kg.text, row.coal_kg.text]


def _after_columns(year: YearPage, copy: Copy) -> list[Column]:
    width = 140.0 / (2 * len(year.columns))
    heads = [Column(name, width, "right", name == year.shown) for name in (*year.columns, *year.columns)]
    return [Column(copy.translate("report.year.use"), 30), *heads]


def _after_groups(year: YearPage, copy: Copy) -> list[Group]:
    kinds = [Group(copy.translate(f"report.year.{kind}"), len(year.columns)) for kind in ("yuan", "co2")]
    return [Group("", 1), *kinds]


def _after_cells(row: AfterRow) -> list[str]:
    return [row.name, *(figure.text for figure in (*row.yuan, *row.co2_kg))]


def apart(year: YearPage) -> bool:
    """Whether who pays and who gains stands on a page of its own: beside several bars of the sun there is no room."""
    return year.payers is not None and len(year.suns) > 1


def draw_payers(sheet: Sheet, copy: Copy) -> None:
    """Draws the page of its own of who pays and who gains."""
    year = copy.content.year
    assert year is not None and year.payers is not None  # `appendix.painters` looked
    _payers(sheet, _TOP_MM, year.payers, copy, _ROOMS[0], 0)


def _payers(sheet: Sheet, y: float, payers: Payers, copy: Copy, room: _Room, number: int) -> float:
    """The table with its head (numbered from 1 on) and its note."""
    translate = copy.translate
    title = translate("report.payers.numbered", n=number) if number else translate("report.payers.title")
    y = frame.section(sheet, y, title, translate("report.payers.title_note"))
    y = table(
        sheet, y - 1.4, _payer_columns(payers, copy), _payer_cells(payers), row_mm=room.row, style=room.style,
        groups=_payer_groups(payers),
    )  # fmt: skip
    return sheet.para(0, y + 1.6, WIDTH_MM, payers.note, NOTE)


def _payer_columns(payers: Payers, copy: Copy) -> list[Column]:
    translate = copy.translate
    heads = [
        Column(translate(f"report.payers.{one}"), 135.0 / (3 * len(payers.choices)), "right", choice == payers.shown)
        for choice in payers.choices
        for one in PAYERS
    ]
    return [Column(translate("report.payers.whose"), 35), *heads]


def _payer_groups(payers: Payers) -> list[Group]:
    return [Group("", 1), *(Group(choice, len(PAYERS)) for choice in payers.choices)]


def _payer_cells(payers: Payers) -> list[list[str]]:
    return [[row.name, *(figure.text for figure in row.figures)] for row in payers.rows]


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
    shares = min(sheet.width(bar.shares, _VALUE), _SHARES_MM)
    end = sheet.text(0, y + 3.6, bar.label, _LABEL, room=WIDTH_MM - shares - 4)
    sheet.text(WIDTH_MM, y + 3.6, bar.shares, _VALUE, align="right", room=WIDTH_MM - end - 4)
    x, top, tall = 0.0, y + 5.4, room.sun - 11.0
    whole = float(bar.generated.scaled or 1)
    for name, look in _LOOKS:
        part = _part(bar, name)
        width = WIDTH_MM * (part.scaled or 0) / whole
        charts.area(sheet, x, top, width, tall, look)
        if width >= sheet.width(part.text, _VALUE) + 0.6:
            sheet.text(x + width / 2, top + tall + 4.2, part.text, _VALUE, align="centre")
        x += width
    return y + room.sun


def _part(bar: SunBar, name: str) -> Figure:
    found: Figure = getattr(bar, name)
    return found
