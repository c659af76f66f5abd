"""Tables on paper: rules instead of boxes, heads that wrap, rows that grow with their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cpdesk.reports.sheet import LEAST_PT, MM, TABLE, TABLE_HEAD, Sheet, Type

PAD_MM = 1.6
_GROUP_MM = 5.2


@dataclass(frozen=True, slots=True)
class Column:
    """Head, width in mm and alignment of a column; `chosen` gives it a ground of its own."""

    head: str
    width: float
    align: str = "left"
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A head over so many columns; an empty one is not drawn."""

    head: str
    columns: int


def table(
    sheet: Sheet,
    y: float,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    total: Sequence[str] | None = None,
    x: float = 0.0,
    row_mm: float = 5.9,
    style: Type = TABLE,
    groups: Sequence[Group] = (),
) -> float:
    """Draws the table with its top at `y`; returns where it ends."""
    width = sum(column.width for column in columns)
    head_mm = _head_height(sheet, columns, groups)
    heights = [_row_height(sheet, columns, row, style, row_mm) for row in rows]
    total_mm = _row_height(sheet, columns, total, replace(style, bold=True), row_mm) if total else 0.0
    end = y + head_mm + sum(heights) + total_mm
    sheet.rect(x, y, width, head_mm, fill="head_ground")
    left = x
    for column in columns:
        if column.chosen:
            sheet.rect(left, y, column.width, end - y, fill="chosen_ground")
        left += column.width
    _groups(sheet, x, y, columns, groups)
    _cells(sheet, x, y + head_mm - 1.1, columns, [column.head for column in columns], TABLE_HEAD, at_foot=True)
    top = y + head_mm
    for number, (row, height) in enumerate(zip(rows, heights, strict=True)):
        if number:
            sheet.line(x, top, x + width, top, width=0.3, stroke="row_line")
        _cells(sheet, x, top + height / 2, columns, row, style)
        top += height
    if total:
        sheet.line(x, top, x + width, top, width=0.5)
        _cells(sheet, x, top + total_mm / 2, columns, total, replace(style, bold=True))
    sheet.line(x, y, x + width, y, width=0.9)
    sheet.line(x, y + head_mm, x + width, y + head_mm, width=0.5)
    sheet.line(x, end, x + width, end, width=0.9)
    return end


def measure(
    sheet: Sheet,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    total: Sequence[str] | None = None,
    row_mm: float = 5.9,
    style: Type = TABLE,
    groups: Sequence[Group] = (),
) -> float:
    """Height in mm that `table` will take."""
    last = _row_height(sheet, columns, total, replace(style, bold=True), row_mm) if total else 0.0
    return (
        _head_height(sheet, columns, groups)
        + sum(_row_height(sheet, columns, row, style, row_mm) for row in rows)
        + last
    )


def _head_height(sheet: Sheet, columns: Sequence[Column], groups: Sequence[Group]) -> float:
    most = max(
        len(sheet.lines(column.head, column.width - 2 * PAD_MM, _head_style(sheet, column))) for column in columns
    )
    return most * TABLE_HEAD.leading / MM + 2.2 + (_GROUP_MM if groups else 0.0)


def _groups(sheet: Sheet, x: float, y: float, columns: Sequence[Column], groups: Sequence[Group]) -> None:
    """Heads over several columns, a rule under each."""
    at = 0
    for group in groups:
        width = sum(column.width for column in columns[at : at + group.columns])
        if group.head:
            style = sheet.fitted(group.head, TABLE_HEAD, width - 2 * PAD_MM)
            sheet.text(x + width / 2, y + 4.1, group.head, style, align="centre", room=width)
            sheet.line(x + PAD_MM, y + _GROUP_MM + 0.4, x + width - PAD_MM, y + _GROUP_MM + 0.4, width=0.4)
        x += width
        at += group.columns


def _head_style(sheet: Sheet, column: Column) -> Type:
    """No word is parted: a head with one wider than its column is set smaller. Chinese parts anywhere."""
    if not column.head.isascii():
        return TABLE_HEAD
    longest = max(column.head.split(), key=lambda word: sheet.width(word, TABLE_HEAD), default="")
    return sheet.fitted(longest, TABLE_HEAD, column.width - 2 * PAD_MM, smallest=LEAST_PT)


def _row_height(sheet: Sheet, columns: Sequence[Column], row: Sequence[str], style: Type, row_mm: float) -> float:
    most = max(
        len(sheet.lines(cell, column.width - 2 * PAD_MM, _style(sheet, column, cell, style)))
        for cell, column in zip(row, columns, strict=True)
    )
    return max(row_mm, most * style.leading / MM + 0.8)


def _style(sheet: Sheet, column: Column, cell: str, style: Type) -> Type:
    """A number is never parted: one wider than its column is set smaller."""
    if column.align != "right" or " " in cell:
        return style
    return sheet.fitted(cell, style, column.width - 2 * PAD_MM, smallest=LEAST_PT)


def _cells(
    sheet: Sheet,
    x: float,
    y: float,
    columns: Sequence[Column],
    cells: Sequence[str],
    style: Type,
    *,
    at_foot: bool = False,
) -> None:
    """One row of cells, their middle at `y`, or their foot there."""
    for column, cell in zip(columns, cells, strict=True):
        inner = column.width - 2 * PAD_MM
        fitted = _head_style(sheet, column) if at_foot else _style(sheet, column, cell, style)
        height = sheet.height(cell, inner, fitted)
        sheet.para(x + PAD_MM, y - (height if at_foot else height / 2), inner, cell, fitted, align=column.align)
        x += column.width
