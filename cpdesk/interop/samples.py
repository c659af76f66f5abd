"""A village register as an office would send it, filled with made-up households, for demonstrations and tests.

Villages are real, people are not: names are drawn from a table, telephones begin with 1380000 and every row says in its
remark that it is a sample.
"""

from __future__ import annotations

import io
import random
from collections import defaultdict
from datetime import datetime
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils.cell import get_column_letter

from cpdesk.base import tables
from cpdesk.base.resources import resource_path
from cpdesk.interop.register_tables import register_fields

FIELDS: Final = (
    "household_no",
    "householder_name",
    "township_code",
    "village",
    "door_no",
    "householder_phone",
    "residents",
    "build_year",
    "homestead_m2",
    "heating_last",
    "support",
    "terrain",
    "remark",
)
"""The columns of the sample in their order, as fields of the register."""
_WIDTHS: Final = (9, 22, 12, 14, 10, 15, 10, 11, 13, 18, 12, 10, 20)
_MADE_AT: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's date has no zone; fixed, so the file never varies


def sample_register(households: int = 300, *, seed: int = 20261122) -> bytes:
    """An .xlsx register of made-up households in three real villages.

    The same arguments always give the same rows. Numbers begin at 001 in each village.

    Raises:
        ValueError: fewer than one household.
    """
    if households < 1:
        raise ValueError(f"households must be at least 1, not {households}")
    words = _words()
    rows = sample_rows(households, seed=seed)
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = _MADE_AT
    sheet: Any = book.active
    sheet.title = words["sheet"][0][0]
    last = get_column_letter(len(FIELDS))
    township = rows[0][FIELDS.index("township_code")]
    for number, (kind, size) in enumerate((("title", 16), ("unit", 10)), 1):
        sheet.cell(number, 1, words[kind][0][0].format(township=township)).font = Font(bold=kind == "title", size=size)
        sheet.merge_cells(f"A{number}:{last}{number}")
    sheet["A1"].alignment = Alignment(horizontal="center")
    headers = {field.name: field.zh for field in register_fields()}
    sheet.append([headers[name] for name in FIELDS])
    for row in rows:
        sheet.append(row)
    _finish(sheet, len(rows), words)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sample_rows(households: int, *, seed: int = 20261122) -> list[list[Any]]:
    """The rows of the sample register, cells in the order of `FIELDS`."""
    chance = random.Random(seed)  # noqa: S311 - made-up people, not secrets
    words = _words()
    places = _places()
    villages = [name for name, _ in words["village"]]
    in_village = -(-households // len(villages))
    rows: list[list[Any]] = []
    for index in range(households):
        village = villages[index // in_village]
        number = index % in_village + 1
        township, terrain = places[village]
        rows.append(
            [
                f"{number:03}",
                _name(chance, words, index),
                township,
                village,
                words["door"][0][0].format(number=number),
                f"1380000{index % 10_000:04}",
                chance.choices(range(1, 8), (10, 30, 20, 18, 14, 6, 2))[0],
                min(2024, max(1952, round(chance.gauss(1994, 11)))),
                round(chance.uniform(140, 420), 1),
                _drawn(chance, words["heating"]),
                _drawn(chance, words["support"]) or None,
                terrain,
                words["remark"][0][0],
            ]
        )
    return rows


def _name(chance: random.Random, words: dict[str, list[tuple[str, float]]], index: int) -> str:
    drawn = _drawn(chance, words["surname"]) + _drawn(chance, words["given"])
    rare = words["rare_name"]
    return rare[index // 20 % len(rare)][0] if index % 20 == 7 else drawn  # one household in twenty tests the fonts


def _drawn(chance: random.Random, among: list[tuple[str, float]]) -> str:
    return chance.choices([text for text, _ in among], [weight for _, weight in among])[0]


def _words() -> dict[str, list[tuple[str, float]]]:
    rows = tables.read_table(
        resource_path("tables/sample_words.csv"),
        {"kind": tables.text, "text": tables.maybe_text, "weight": tables.number},
    )
    words: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in rows:
        words[row["kind"]].append((row["text"], row["weight"]))
    return words


def _places() -> dict[str, tuple[str, str]]:
    """Township's name and terrain's word of every village we know."""
    townships = tables.read_table(
        resource_path("tables/townships.csv"), {"code": tables.text, "name": tables.text, "terrain": tables.text}
    )
    choices = tables.read_table(
        resource_path("tables/register_choices.csv"), {"list": tables.text, "code": tables.text, "words": tables.words}
    )
    terrain = {row["code"]: row["words"][0] for row in choices if row["list"] == "terrain"}
    known = {row["code"]: (row["name"], terrain[row["terrain"]]) for row in townships}
    villages = tables.read_table(
        resource_path("tables/villages.csv"), {"township_code": tables.text, "name": tables.text}
    )
    return {row["name"]: known[row["township_code"]] for row in villages}


def _finish(sheet: Any, households: int, words: dict[str, list[tuple[str, float]]]) -> None:
    """What an office adds: thin lines, widths, a total, a line for signatures."""
    thin = Side(style="thin")
    for row in sheet.iter_rows(min_row=3, max_row=3 + households, max_col=len(FIELDS)):
        for cell in row:
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            cell.alignment = Alignment(horizontal="center", vertical="center")
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    for place, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    last = 3 + households
    total = sheet.cell(last + 1, 1, words["total"][0][0])
    total.font = Font(bold=True)
    residents = get_column_letter(FIELDS.index("residents") + 1)
    sheet[f"{residents}{last + 1}"] = f"=SUM({residents}4:{residents}{last})"
    sheet.cell(last + 3, 1, words["footer"][0][0])
    sheet.freeze_panes = "C4"
