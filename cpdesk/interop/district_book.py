"""The district run as a workbook: summary, groups, ranking, works by household, scenarios beside each other, method.

Households are called by their number; names and telephone numbers never stand in it. Texts are stored as texts, so that
none becomes a formula; whatever is to be confirmed says so.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.cell import get_column_letter

from cpdesk.base.i18n import Translator
from cpdesk.model.assessment import Quantity
from cpdesk.model.district import PAYERS, DistrictResult, HouseFigures, Sensitivity

_THIN: Final = Side(style="thin", color="8A949E")
_BOX: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_SHADE: Final = PatternFill("solid", fgColor="EDF1F4")
_WAN: Final = 10_000.0
_LINE: Final = 13.5
Cell = str | float | int | None
Table = tuple[str, Sequence[str], list[list[Cell]]]
"""Key of the title, keys of the columns, rows."""


def write_district(
    results: Sequence[DistrictResult],
    *,
    made_at: datetime,
    townships: Mapping[str, str],
    peaks: Mapping[tuple[str, str], tuple[Quantity, Quantity]] | None = None,
    sensitivity: Sequence[Sensitivity] = (),
    sample: bool = False,
    language: str = "zh",
) -> bytes:
    """The first result in full, all of them side by side, as an .xlsx workbook.

    Args:
        townships: names by code.
        peaks: power at the transformer by township and village, today and with the split (`village_peaks`).
        sample: some household is made up; the summary says so.
    """
    text = Translator(language)
    first = results[0]
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None)
    book.properties.title = text("energy.district.title", name=first.scenario.name)
    book.remove(book.worksheets[0])
    words = _Words(text, townships)
    _sheet(book, text, "summary", _summary(first, words), heading=_heading(first, text, sample=sample))
    _sheet(book, text, "groups", [_groups(first, words)])
    if peaks:
        _sheet(book, text, "peaks", [_peaks(peaks, first, words)])
    _sheet(book, text, "ranking", [_ranking(first, words)])
    _sheet(book, text, "houses", [_houses(first, words)])
    _sheet(book, text, "compare", [_compare(results, words)])
    if sensitivity:
        _sheet(book, text, "sensitivity", [_sensitivity(sensitivity, words)])
    if first.aside:
        _sheet(book, text, "aside", [_aside(first, language)])
    _sheet(book, text, "method", [_method(first, words)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class _Words:
    """Codes in the words of an office."""

    def __init__(self, text: Translator, townships: Mapping[str, str]) -> None:
        self.text, self._townships = text, townships

    def key(self, by: str, key: str) -> str:
        """A group's code as a name."""
        if by == "township":
            return self.township(key)
        if by == "village":
            code, _, name = key.partition("/")
            return f"{self.township(code)} {name}".strip()
        return self.text(f"energy.heater.{key}") if by == "heating" else key

    def township(self, code: str) -> str:
        return self._townships.get(code, code or "—")

    def place(self, place: str) -> str:
        """What a demand is for: a payer, a township or a village."""
        return self.text(f"energy.district.payer.{place}") if place in PAYERS else self.township(place) if place else ""

    def works(self, codes: Iterable[str]) -> str:
        """Measures in the order of the work."""
        return "、".join(self.text(f"energy.measure.{code}") for code in codes) or self.text("energy.district.nothing")

    def unit(self, unit: str) -> str:
        """A unit in the language of the workbook."""
        return self.text(f"energy.district.unit.{unit}") if unit else ""

    def mark(self, status: str) -> str:
        return self.text(f"energy.district.mark.{status}")

    def basis(self, house: HouseFigures) -> str:
        return self.text("energy.district.basis.surveyed" if house.surveyed else "energy.district.basis.estimated")


def _heading(result: DistrictResult, text: Translator, *, sample: bool) -> list[str]:
    surveyed = sum(house.surveyed for house in result.houses)
    lines = [
        text("energy.district.title", name=result.scenario.name),
        text(
            "cli.district.houses", houses=len(result.houses), surveyed=surveyed,
            estimated=len(result.houses) - surveyed, aside=len(result.aside), combinations=result.combinations,
        ),
        _found(result, text),
        text("energy.district.method.marked"),
    ]  # fmt: skip
    return [*lines, text("energy.district.sample")] if sample else lines


def _found(result: DistrictResult, text: Translator) -> str:
    split = result.split
    return text(
        "cli.district.split", status=text(f"energy.district.status.{split.status}"), chosen=len(split.picks),
        money=split.own_yuan + split.subsidy_yuan, carbon=split.carbon_kg / 1000.0, saving=split.saving_yuan,
        gap=split.gap or 0.0,
    )  # fmt: skip


def _summary(result: DistrictResult, words: _Words) -> list[Table]:
    text, mark = words.text, words.mark("to_confirm")
    rows: list[list[Cell]] = []
    for group, found in (("total", result.totals), ("after", result.after)):
        rows += [
            [text(f"energy.district.{group}.{name}"), one.value, one.p10, one.p50, one.p90, words.unit(one.unit), mark]
            for name, one in found.items()
        ]
    obstacles: list[list[Cell]] = [
        [
            f"{text(item.demand)} {words.place(item.place)}".strip(),
            item.asked,
            text("energy.district.not_alone") if item.reachable is None else item.reachable,
            words.unit(item.unit),
        ]
        for item in result.split.obstacles
    ]
    blank = text("energy.district.plan_blank")
    targets: list[list[Cell]] = [
        [text(f"energy.district.target.{row.key}"), row.today, row.reached,
         blank if row.target is None else row.target, words.unit(row.unit), words.mark(row.status)]
        for row in result.targets
    ]  # fmt: skip
    tables: list[Table] = [("", ("item", "value", "low", "middle", "high", "unit", "status"), rows)]
    if obstacles:
        tables.append(("", ("obstacle", "asked", "reachable", "unit"), obstacles))
    return [*tables, ("", ("item", "today", "reached", "target", "unit", "status"), targets)]


def _groups(result: DistrictResult, words: _Words) -> Table:
    columns = (
        "by", "key", "houses", "surveyed", "area", "carbon_t", "cost_wan", "chosen", "own_wan", "subsidy_wan",
        "saving_wan", "carbon_saving_t", "power_kw",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [
            words.text(f"energy.district.by.{one.by}"), words.key(one.by, one.key), one.houses, one.surveyed,
            one.area_m2, one.carbon_kg / 1000.0, one.cost_yuan / _WAN, one.chosen, one.own_yuan / _WAN,
            one.subsidy_yuan / _WAN, one.saving_yuan / _WAN, one.carbon_saving_kg / 1000.0, one.power_kw,
        ]
        for one in result.groups
    ]  # fmt: skip
    return "", columns, rows


def _peaks(peaks: Mapping[tuple[str, str], tuple[Quantity, Quantity]], result: DistrictResult, words: _Words) -> Table:
    """Transformers: all uses of all households of a village in the coldest hour."""
    number: dict[tuple[str, str], int] = {}
    for house in result.houses:
        number[house.township, house.village] = number.get((house.township, house.village), 0) + 1
    rows: list[list[Cell]] = [
        [words.township(key[0]), key[1], number[key], now.value, then.value, then.low, then.high,
         words.mark(then.status)]
        for key, (now, then) in peaks.items()
    ]  # fmt: skip
    columns = ("township", "village", "houses", "peak_now", "peak_after", "peak_low", "peak_high", "status")
    return "", columns, rows


def _ranking(result: DistrictResult, words: _Words) -> Table:
    by_id = {house.id: house for house in result.houses}
    rows: list[list[Cell]] = []
    for number, one in enumerate(result.ranking, 1):
        house = by_id[one.house]
        works = words.works(house.options.measures[one.option])
        rows.append(
            [
                number, house.village, house.label, words.basis(house), one.cost_yuan_t, one.money_yuan, one.carbon_kg,
                works, words.mark("to_confirm"),
            ]
        )  # fmt: skip
    return "", ("rank", "village", "number", "basis", "yuan_t", "money", "carbon_kg", "measures", "status"), rows


def _houses(result: DistrictResult, words: _Words) -> Table:
    picks = {pick.house: pick.option for pick in result.split.picks}
    columns = (
        "village", "number", "basis", "type", "area", "measures", "own", "subsidy", "saving", "carbon_kg", "power_kw",
        "status",
    )  # fmt: skip
    rows: list[list[Cell]] = []
    for house in result.houses:
        at, of = picks.get(house.id, 0), house.options
        rows.append([
            house.village, house.label, words.basis(house), house.archetype, house.area_m2,
            words.works(of.measures[at]), of.own_yuan[at], of.subsidy_yuan[at], of.saving_yuan[at],
            of.carbon_kg[at], of.power_kw[at],
            words.mark("to_confirm"),
        ])  # fmt: skip
    return "", columns, rows


def _compare(results: Sequence[DistrictResult], words: _Words) -> Table:
    columns = ("scenario", "state", "chosen", "own_wan", "subsidy_wan", "saving_wan", "carbon_saving_t", "power_kw",
               "gap")  # fmt: skip
    rows: list[list[Cell]] = []
    for result in results:
        split = result.split
        state = words.text(f"energy.district.status.{split.status}")
        rows.append([
            result.scenario.name, state, len(split.picks), split.own_yuan / _WAN, split.subsidy_yuan / _WAN,
            split.saving_yuan / _WAN, split.carbon_kg / 1000.0, split.power_kw, split.gap,
        ])  # fmt: skip
    return "", columns, rows


def _sensitivity(found: Sequence[Sensitivity], words: _Words) -> Table:
    rows: list[list[Cell]] = [
        [words.text(one.key), one.change, words.text(f"energy.district.status.{one.status}"), one.houses,
         one.carbon_saving_kg / 1000.0, one.money_yuan / _WAN, one.saving_yuan / _WAN]
        for one in found
    ]  # fmt: skip
    return "", ("item", "change", "state", "chosen", "carbon_saving_t", "money_wan", "saving_wan"), rows


def _aside(result: DistrictResult, language: str) -> Table:
    rows: list[list[Cell]] = [
        [one.village, one.label, one.code, getattr(one, f"message_{language}"), getattr(one, f"remedy_{language}")]
        for one in result.aside
    ]
    return "", ("village", "number", "key", "reason", "remedy"), rows


def _method(result: DistrictResult, words: _Words) -> Table:
    text = words.text
    rows: list[list[Cell]] = [
        [text(f"energy.district.method.{name}"), words.mark("own_rule")] for name in ("estimated", "ranges", "split")
    ]
    for carrier, unit, value, year, status in result.factors:
        line = text("energy.district.method.factor", carrier=text(f"energy.carrier.{carrier}"), unit=words.unit(unit),
                    value=value, year=year or "—")  # fmt: skip
        rows.append([line, words.mark(status)])
    for row in result.targets:
        name = text(f"energy.district.target.{row.key}")
        rows.append([text("energy.district.method.target", name=name, source=row.source), words.mark(row.status)])
    return "", ("item", "status"), rows


def _sheet(book: Any, text: Translator, name: str, tables: Sequence[Table], *, heading: Sequence[str] = ()) -> None:
    sheet = book.create_sheet(text(f"energy.district.sheet.{name}"))
    at = 1
    for line in heading:
        _put(sheet, at, 1, line, bold=at == 1, boxed=False)
        sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=8)
        at += 1
    at += bool(heading)
    first = at
    widths: dict[int, float] = {}
    for _, columns, rows in tables:
        for place, column in enumerate(columns, 1):
            title = text(f"energy.district.column.{column}")
            _put(sheet, at, place, title, bold=True, shaded=True)
            widths[place] = max(widths.get(place, 0.0), _width(title))
        for number, row in enumerate(rows, at + 1):
            for place, value in enumerate(row, 1):
                _put(sheet, number, place, value)
                widths[place] = max(widths.get(place, 0.0), _width(value))
        at += len(rows) + 2
    widest = {place: min(60.0, width + 4.0) for place, width in widths.items()}
    for place, width in widest.items():
        sheet.column_dimensions[get_column_letter(place)].width = width
    for row in sheet.iter_rows(min_row=first):
        # A wrapped text needs the height of its lines: programs that only print do not find it by themselves.
        lines = max(math.ceil(_width(cell.value) / (widest.get(cell.column, 60.0) - 3.0)) for cell in row)
        sheet.row_dimensions[row[0].row].height = _LINE * max(1, lines) + 3.0
    if len(tables) == 1:
        sheet.freeze_panes = f"A{first + 1}"
        sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(tables[0][1]))}{max(first, at - 2)}"
    sheet.print_title_rows = f"{first}:{first}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _width(value: Cell) -> float:
    """Columns a cell needs; Chinese characters are two wide."""
    if value is None:
        return 0.0
    if isinstance(value, str):
        return float(sum(2 if ord(letter) > 0x2E7F else 1 for letter in value))
    return 11.0


def _put(
    sheet: Any, row: int, column: int, value: Cell, *, bold: bool = False, boxed: bool = True, shaded: bool = False
) -> None:
    cell = sheet.cell(row, column)
    text = isinstance(value, str)
    cell.value = value
    if text:
        cell.data_type = "s"  # an equals sign at the front of a village's name is no formula
    elif isinstance(value, float):
        large = abs(value) >= 1000 or value == int(value)
        cell.number_format = "#,##0" if large else "0.0E+00" if 0 < abs(value) < 0.01 else "#,##0.00"
    cell.font = Font(name="SimSun", bold=bold, size=12 if bold and not boxed else 10)
    cell.alignment = Alignment(horizontal="left" if text else "right", vertical="center", wrap_text=boxed and text,
                               indent=int(boxed))  # fmt: skip
    if boxed:
        cell.border = _BOX
    if shaded:
        cell.fill = _SHADE
