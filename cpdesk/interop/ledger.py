"""The ledger (台账): one row a household, written as offices print it, and read back.

The layout is that of district offices: merged title, line of facts, groups over columns, a row of units, totals by
formula, A4 landscape with the header repeated on every page. Columns an office seldom prints are folded, so that what
is printed stays readable; a click on the [+] above them opens them.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.cell import get_column_letter

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import LANGUAGES, Translator
from cpdesk.interop.cells import shown
from cpdesk.interop.sheetxml import ErrorValue
from cpdesk.interop.workbook import open_sheets

_NOTHING: Final = "—"
_TITLE_ROW, _FACTS_ROW, _GROUP_ROW, _HEAD_ROW, _UNIT_ROW, _FIRST_ROW = 1, 2, 3, 4, 5, 6
_FORMULA: Final = re.compile(
    r'<c r="(?P<cell>[A-Z]+[0-9]+)"(?P<style>(?: s="[0-9]+")?)><f>(?P<formula>[^<]*)</f><v ?/?>(?:</v>)?</c>'
)
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One household in the ledger; None is "nothing known or not applicable" and is shown as a dash, never as 0.

    Attributes:
        saving_low_yuan, saving_yuan, saving_high_yuan: a year's saving, P10, P50 and P90.
        saving_kgce: final energy saved in a year, standard coal equivalent.
        saving_tco2: carbon dioxide avoided in a year, tonnes.
        payback_a: simple payback of the household's own cost in years.
        quality: data quality, A best.
        status: how far the record has come, in the words of the window.
    """

    household_no: str
    householder_name: str
    village: str
    build_year: int | None = None
    floor_area_m2: float | None = None
    heated_area_m2: float | None = None
    heating_now: str = ""
    coal_t: float | None = None
    electricity_kwh: float | None = None
    heating_cost_yuan: float | None = None
    package: str = ""
    investment_yuan: float | None = None
    subsidy_yuan: float | None = None
    own_cost_yuan: float | None = None
    saving_low_yuan: float | None = None
    saving_yuan: float | None = None
    saving_high_yuan: float | None = None
    saving_kgce: float | None = None
    saving_tco2: float | None = None
    payback_a: float | None = None
    quality: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """What stands above the table, and in `made_by` under it. `sample` marks the sheet as made-up data."""

    title: str
    office: str = ""
    period: str = ""
    number: str = ""
    made_by: str = ""
    sample: bool = False


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    group: str
    width: float
    unit: str = ""
    shown_as: str = ""  # Excel's number format; empty for text
    total: bool = False
    align: str = "left"
    folded: bool = False


def _amount(
    name: str, group: str, width: float, unit: str, shown_as: str = "#,##0", total: bool = True, folded: bool = False
) -> _Column:
    return _Column(name, group, width, unit, shown_as, total, "right", folded)


_COLUMNS: Final = (
    _Column("serial", "household", 5, align="center"),
    _Column("household_no", "household", 6.5, align="center"),
    _Column("householder_name", "household", 10),
    _Column("village", "household", 9.5),
    _Column("build_year", "house", 6.5, shown_as="0", align="center"),
    _amount("floor_area_m2", "house", 10.5, "m2", "#,##0.0"),
    _amount("heated_area_m2", "house", 9.5, "m2", "#,##0.0", folded=True),
    _Column("heating_now", "house", 15.5),
    _amount("coal_t", "season", 8.5, "t", "#,##0.00"),
    _amount("electricity_kwh", "season", 11.5, "kwh"),
    _amount("heating_cost_yuan", "season", 11.5, "yuan"),
    _Column("package", "package", 21),
    _amount("investment_yuan", "package", 12, "yuan"),
    _amount("subsidy_yuan", "package", 11.5, "yuan"),
    _amount("own_cost_yuan", "package", 11.5, "yuan"),
    _amount("saving_low_yuan", "effect", 10.5, "yuan", folded=True),
    _amount("saving_yuan", "effect", 11.5, "yuan"),
    _amount("saving_high_yuan", "effect", 10.5, "yuan", folded=True),
    _amount("saving_kgce", "effect", 10.5, "kgce", folded=True),
    _amount("saving_tco2", "effect", 8.5, "tco2", "#,##0.0"),
    _amount("payback_a", "effect", 8.5, "a", "0.0", total=False, folded=True),
    _Column("quality", "record", 5.5, align="center"),
    _Column("status", "record", 8, align="center"),
)
_LAST: Final = get_column_letter(len(_COLUMNS))
_TEXTS: Final = frozenset(item.name for item in fields(LedgerRow) if item.type == "str")

_THIN: Final = Side(style="thin", color="8A949E")
_BOX: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_SHADE: Final = PatternFill("solid", fgColor="EDF1F4")


def write_ledger(rows: Sequence[LedgerRow], head: LedgerHead, *, made_at: datetime, language: str = "zh") -> bytes:
    """The ledger as an .xlsx workbook.

    Texts are always stored as texts, so that a name beginning with an equals sign is no formula. Totals are formulas
    that count what the filter shows; their values stand beside them, for viewers that do not compute.
    """
    text = Translator(language)
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None)
    book.properties.title = head.title
    sheet: Any = book.active
    sheet.title = text("ledger.sheet")
    _write_head(sheet, head, text)
    for serial, row in enumerate(rows, 1):
        _write_row(sheet, _FIRST_ROW + serial - 1, serial, row)
    _write_foot(sheet, len(rows), text)
    _set_up_page(sheet, len(rows), text, one_village=len({row.village for row in rows}) == 1)
    made = f"{made_at:%Y-%m-%d %H:%M}"
    sheet.oddFooter.left.text = (
        text("ledger.made_by", person=_footer(head.made_by), at=made) if head.made_by else text("ledger.made", at=made)
    )
    buffer = io.BytesIO()
    book.save(buffer)
    return _with_values(buffer.getvalue(), _totals(rows))


def _footer(name: str) -> str:
    """A name for a page footer, where an ampersand begins a code."""
    return _CONTROL.sub("", name).replace("&", "&&")


def _totals(rows: Sequence[LedgerRow]) -> dict[str, float | None]:
    """Cell and value of each total; None where no household has a figure."""
    totals: dict[str, float | None] = {}
    for place, column in enumerate(_COLUMNS, 1):
        if column.total and rows:
            known = [value for value in (getattr(row, column.name) for row in rows) if value is not None]
            cell = f"{get_column_letter(place)}{_FIRST_ROW + len(rows)}"
            totals[cell] = round(math.fsum(known), 6) if known else None
    return totals


def _with_values(workbook: bytes, totals: dict[str, float | None]) -> bytes:
    """The workbook with the value of each formula written beside it, which openpyxl cannot do."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = _FORMULA.sub(lambda found: _valued(found, totals), content.decode()).encode()
            made.writestr(part, content)
    return target.getvalue()


def _valued(found: re.Match[str], totals: dict[str, float | None]) -> str:
    cell, style, formula = found["cell"], found["style"], found["formula"]
    value = totals.get(cell)
    if value is None:
        return f'<c r="{cell}"{style} t="str"><f>{formula}</f><v>{_NOTHING}</v></c>'
    return f'<c r="{cell}"{style}><f>{formula}</f><v>{value!r}</v></c>'


def read_ledger(path: Path) -> list[LedgerRow]:
    """The households of a ledger that `write_ledger` made, whichever language it was written in.

    Raises:
        InputFault: CP-1101..1104 and 1125 the file cannot be opened; CP-1130 it is no ledger; CP-1131 a cell that
            should hold a number does not.
    """
    sheet = open_sheets(path)[0]
    text = next((text for text in map(Translator, LANGUAGES) if _has_head_of(sheet.rows, text)), None)
    if text is None:
        raise InputFault("CP-1130", file=path.name, reason=Translator()("ledger.unreadable"))
    rows: list[LedgerRow] = []
    for number, values in enumerate(sheet.rows[_FIRST_ROW - 1 :], _FIRST_ROW):
        if not values or not isinstance(values[0], int | float):
            break  # the total follows the last household
        rows.append(_read_row(number, values, text))
    return rows


def _has_head_of(rows: Sequence[tuple[object, ...]], text: Translator) -> bool:
    heads = tuple(text(f"ledger.column.{column.name}") for column in _COLUMNS)
    return len(rows) >= _UNIT_ROW and tuple(rows[_HEAD_ROW - 1][: len(heads)]) == heads


def _read_row(number: int, values: tuple[object, ...], text: Translator) -> LedgerRow:
    answers: dict[str, Any] = {}
    for place, column in enumerate(_COLUMNS):
        value = values[place] if place < len(values) else None
        if column.name == "serial":
            continue
        if value == _NOTHING:
            value = None
        if column.name in _TEXTS:
            answers[column.name] = shown(value)
        elif value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            answers[column.name] = value
        else:
            cell = value.text if isinstance(value, ErrorValue) else shown(value)
            raise InputFault("CP-1131", row=number, header=text(f"ledger.column.{column.name}"), value=cell)
    return LedgerRow(**answers)


def _write_head(sheet: Any, head: LedgerHead, text: Translator) -> None:
    _put(sheet, _TITLE_ROW, 1, head.title, font=_font(bold=True, size=16), align="center")
    sheet.merge_cells(f"A{_TITLE_ROW}:{_LAST}{_TITLE_ROW}")
    sheet.row_dimensions[_TITLE_ROW].height = 30
    facts = [text("ledger.unit_of", office=head.office)] if head.office else []
    facts += [text("ledger.period", period=head.period)] if head.period else []
    facts += [text("ledger.number", number=head.number)] if head.number else []
    facts += [text("ledger.sample")] if head.sample else []
    _put(sheet, _FACTS_ROW, 1, "　　".join(facts), font=_font(size=10, color="55606B"))
    sheet.merge_cells(f"A{_FACTS_ROW}:{_LAST}{_FACTS_ROW}")
    bold = _font(bold=True, size=10)
    start = 1
    for place, column in enumerate(_COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
        unit = text(f"ledger.unit.{column.unit}") if column.unit else ""
        _put(sheet, _GROUP_ROW, place, "", font=bold, align="center", boxed=True, shaded=True)
        _put(sheet, _HEAD_ROW, place, text(f"ledger.column.{column.name}"), font=bold, align="center", boxed=True,
             shaded=True)  # fmt: skip
        _put(sheet, _UNIT_ROW, place, unit, font=_font(size=9, color="55606B"), align="center", boxed=True, shaded=True)
        if place == len(_COLUMNS) or _COLUMNS[place].group != column.group:
            sheet.cell(_GROUP_ROW, start).value = text(f"ledger.group.{column.group}")
            sheet.merge_cells(start_row=_GROUP_ROW, end_row=_GROUP_ROW, start_column=start, end_column=place)
            start = place + 1
    sheet.row_dimensions[_HEAD_ROW].height = 30


def _write_row(sheet: Any, number: int, serial: int, row: LedgerRow) -> None:
    texts = [(getattr(row, column.name), column.width) for column in _COLUMNS if column.name in _TEXTS]
    lines = max(math.ceil(_cells_wide(text) / (width - 1)) for text, width in texts)
    sheet.row_dimensions[number].height = 18 if lines <= 1 else 5 + 13 * lines
    for place, column in enumerate(_COLUMNS, 1):
        value = serial if column.name == "serial" else getattr(row, column.name)
        if value is None or value == "":
            value = _NOTHING
        cell = _put(sheet, number, place, value, font=_font(size=10), align=column.align, boxed=True)
        if column.shown_as:
            cell.number_format = column.shown_as
        elif column.name != "serial":
            cell.number_format = "@"


def _cells_wide(text: str) -> int:
    """Width of a text in digits; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _write_foot(sheet: Any, count: int, text: Translator) -> None:
    number = _FIRST_ROW + count
    bold = _font(bold=True, size=10)
    for place, column in enumerate(_COLUMNS, 1):
        cell = _put(sheet, number, place, "", font=bold, align=column.align, boxed=True, shaded=True)
        if column.total and count:
            letter = get_column_letter(place)
            cells = f"{letter}{_FIRST_ROW}:{letter}{number - 1}"
            cell.value = f'=IF(SUBTOTAL(102,{cells})=0,"{_NOTHING}",SUBTOTAL(109,{cells}))'
            cell.number_format = column.shown_as
    _put(sheet, number, 1, text("ledger.total", n=count), font=bold, boxed=True, shaded=True)
    sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=4)
    for below, key in ((1, "ledger.note"), (3, "ledger.signatures")):
        _put(sheet, number + below, 1, text(key), font=_font(size=9 if below == 1 else 10))
        sheet.merge_cells(f"A{number + below}:{_LAST}{number + below}")


def _set_up_page(sheet: Any, count: int, text: Translator, *, one_village: bool) -> None:
    sheet.freeze_panes = f"D{_FIRST_ROW}"
    sheet.auto_filter.ref = f"A{_UNIT_ROW}:{_LAST}{max(_FIRST_ROW, _FIRST_ROW + count - 1)}"
    sheet.print_area = f"A1:{_LAST}{_FIRST_ROW + count + 3}"
    sheet.print_title_rows = f"{_GROUP_ROW}:{_UNIT_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left, margins.right = 0.78, 0.4  # the left edge is bound
    margins.top, margins.bottom = 0.6, 0.7
    for place, column in enumerate(_COLUMNS, 1):
        if column.folded or (one_village and column.name == "village"):
            folded = sheet.column_dimensions[get_column_letter(place)]
            folded.outlineLevel, folded.hidden = 1, True
    sheet.oddFooter.right.text = text("ledger.page")


def _font(**style: Any) -> Font:
    return Font(
        name="SimSun", **style
    )  # on every office computer; without it Excel draws Latin figures and Chinese apart


def _put(
    sheet: Any,
    row: int,
    column: int,
    value: object,
    *,
    font: Font,
    align: str = "left",
    boxed: bool = False,
    shaded: bool = False,
) -> Any:
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = _CONTROL.sub("", value)
        cell.data_type = "s"  # an equals sign at the front of a name is no formula
    else:
        cell.value = value
    cell.font = font
    indent = 1 if boxed and align == "right" else 0
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=boxed, indent=indent)
    if boxed:
        cell.border = _BOX
    if shaded:
        cell.fill = _SHADE
    return cell
