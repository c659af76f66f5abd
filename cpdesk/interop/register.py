"""Reading a register: every site that can be read, and every problem with its cell.

Nothing is decided here: a caller may take the good rows, or none as long as any is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from openpyxl.utils.cell import get_column_letter

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import LANGUAGES, Translator
from cpdesk.interop.cells import Wrong, lexical, shown
from cpdesk.interop.problems import CellProblem
from cpdesk.interop.register_tables import REGISTERS, Register, RegisterField, header_key, register
from cpdesk.interop.sheetxml import ErrorValue, RawSheet
from cpdesk.interop.workbook import open_sheets

ROWS_MAX: Final = 100_000
HEADER_ROWS: Final = 30
"""The header is looked for in this many rows: office sheets have a title, a unit and a date above it."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One site. `answers` maps register fields to lexical values; what is blank or wrong is left out."""

    row: int
    answers: dict[str, str]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """What one sheet of a register says.

    Attributes:
        kind: of the sites it lists.
        columns: register field to column letter, as recognised.
        unused: headers that mean nothing to the register, as (letter, header): shown, so that nobody misses a column.
        rows: all sites in order, the wrong ones too.
        hidden_rows: how many sites stand in hidden rows (they are read like the others).
        skipped: totals, notes and repeated headers left out.
    """

    file: str
    sheet: str
    header_row: int
    columns: dict[str, str]
    unused: tuple[tuple[str, str], ...]
    rows: tuple[RegisterRow, ...]
    problems: tuple[CellProblem, ...]
    hidden_rows: int = 0
    skipped: int = 0
    other_sheets: tuple[str, ...] = ()
    kind: str = "household"

    @property
    def good_rows(self) -> tuple[RegisterRow, ...]:
        """Sites without any problem; none when the sheet itself is wrong."""
        if any(problem.whole_sheet for problem in self.problems):
            return ()
        bad = {row for problem in self.problems for row in range(problem.row, problem.last_row + 1)}
        return tuple(row for row in self.rows if row.row not in bad)


def read_register(
    path: Path, *, this_year: int, sheet: str | None = None, defaults: Mapping[str, str] | None = None
) -> RegisterReading:
    """Read a village register from an .xlsx or .csv file: the first sheet that is one, as `read_registers`."""
    return read_registers(path, this_year=this_year, kinds=("household",), sheet=sheet, defaults=defaults)[0]


def read_registers(
    path: Path,
    *,
    this_year: int,
    kinds: Sequence[str] = REGISTERS,
    sheet: str | None = None,
    defaults: Mapping[str, str] | None = None,
) -> list[RegisterReading]:
    """Read the registers of an .xlsx or .csv file: of each kind the first sheet that is one, in the order of `kinds`.

    Args:
        path: the file.
        this_year: the calendar year, the latest anything can have been built in.
        kinds: what is looked for; of several that a header could mean, the one that knows most of its columns.
        sheet: the sheet to read; without it all.
        defaults: `township_code` and `village` of a register that has no such columns.

    Raises:
        InputFault: the file cannot be read as a register at all (CP-1101..1106, 1123..1125); wrong cells do not raise.
        EnvironmentFault: the file cannot be reached (CP-2002..2004).
    """
    sheets = open_sheets(path, only=sheet)
    found: dict[str, tuple[RawSheet, int]] = {}
    for candidate in sheets:
        header = _header(candidate, kinds)
        if header is not None:
            found.setdefault(header[0], (candidate, header[1]))
    if not found:
        expected = "、".join(register(kind).fields[0].zh for kind in kinds)
        raise InputFault("CP-1106", file=path.name, rows=HEADER_ROWS, expected=expected)
    read = {candidate.name for candidate, _ in found.values()}
    others = tuple(other.name for other in sheets if other.name not in read and other.rows)
    return [
        _Reader(path.name, *found[kind], register(kind), dict(defaults or {}), this_year).reading(others)
        for kind in kinds
        if kind in found
    ]


def _header(sheet: RawSheet, kinds: Sequence[str]) -> tuple[str, int] | None:
    """What a sheet lists, and the row number of its header: the row near the top that names most columns of one
    register, one that tells it among them."""
    best, best_count = None, 1
    for number, row in enumerate(sheet.rows[:HEADER_ROWS], 1):
        keys = [header_key(shown(value)) for value in row if value is not None]
        for kind in kinds:
            known = register(kind)
            names = {known.by_header[key].name for key in keys if key in known.by_header}
            if len(names) > best_count and names & known.known_by:
                best, best_count = (kind, number), len(names)
    return best


@cache
def _footer_words() -> tuple[str, ...]:
    return tuple(word for language in LANGUAGES for word in Translator(language)("register.footer_words").split())


@dataclass
class _Reader:
    file: str
    sheet: RawSheet
    header_row: int
    register: Register
    defaults: dict[str, str]
    this_year: int
    fields: dict[int, RegisterField] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    skipped: int = 0

    def reading(self, others: tuple[str, ...]) -> RegisterReading:
        unused = self._columns()
        rows = self._rows()
        self._merged()
        self._duplicates(rows)
        self.problems.sort(key=lambda problem: (problem.row, len(problem.column), problem.column))
        return RegisterReading(
            file=self.file,
            sheet=self.sheet.name,
            header_row=self.header_row,
            columns={column.name: get_column_letter(place) for place, column in self.fields.items()},
            unused=unused,
            rows=tuple(rows),
            problems=tuple(self.problems),
            hidden_rows=sum(row.hidden for row in rows),
            skipped=self.skipped,
            other_sheets=others,
            kind=self.register.kind,
        )

    def _columns(self) -> tuple[tuple[str, str], ...]:
        unused: list[tuple[str, str]] = []
        taken: set[str] = set()
        for place, value in enumerate(self.sheet.rows[self.header_row - 1], 1):
            if value is None:
                continue
            column = self.register.by_header.get(header_key(shown(value)))
            if column is None:
                unused.append((get_column_letter(place), shown(value)))
            elif column.name in taken:
                self._add("CP-1108", self.header_row, place, column, value, whole_sheet=True)
            else:
                taken.add(column.name)
                self.fields[place] = column
        for column in self.register.fields:
            needed = column.required or column.name in self.register.scope
            if needed and column.name not in taken and not self.defaults.get(column.name):
                self._add("CP-1107", self.header_row, None, column, None, whole_sheet=True)
        return tuple(unused)

    def _rows(self) -> list[RegisterRow]:
        rows: list[RegisterRow] = []
        header = self.sheet.rows[self.header_row - 1]
        for number, values in enumerate(self.sheet.rows[self.header_row :], self.header_row + 1):
            if not values:
                continue
            if values == header or self._is_footer(values):
                self.skipped += 1
                continue
            if len(rows) >= ROWS_MAX:
                raise InputFault("CP-1105", sheet=self.sheet.name, limit=ROWS_MAX)
            rows.append(RegisterRow(number, self._answers(number, values), number in self.sheet.hidden_rows))
        return rows

    def _is_footer(self, values: tuple[object, ...]) -> bool:
        first = next((shown(value) for value in values if value is not None), "")
        return "".join(first.split()).lower().startswith(_footer_words())

    def _answers(self, number: int, values: tuple[object, ...]) -> dict[str, str]:
        answers = {name: value for name, value in self.defaults.items() if value}
        for place, column in self.fields.items():
            value = values[place - 1] if place <= len(values) else None
            if isinstance(value, ErrorValue):
                self._add("CP-1115", number, place, column, value.text)
            elif value is not None:
                answer = lexical(value, column, this_year=self.this_year)
                if isinstance(answer, Wrong):
                    self._add(answer.code, number, place, column, value, fields=answer.fields)
                else:
                    answers[column.name] = answer
            elif (place, number) in self.sheet.unsaved:
                self._add("CP-1116", number, place, column, None)
            elif column.required or (column.name in self.register.scope and column.name not in answers):
                self._blank(number, place, column)
        return answers

    def _blank(self, number: int, place: int, column: RegisterField) -> None:
        ranges = self.sheet.merged
        if not any(left <= place <= right and top <= number <= bottom for left, top, right, bottom in ranges):
            self._add("CP-1109", number, place, column, None)  # a merged range has a complaint of its own

    def _merged(self) -> None:
        last = len(self.sheet.rows)
        for left, top, right, bottom in self.sheet.merged:
            places = [place for place in self.fields if left <= place <= right]
            if not places or bottom <= self.header_row or top > last or self._is_footer(self._row(top)):
                continue
            reference = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
            row = max(top, self.header_row + 1)
            self._add("CP-1110", row, places[0], self.fields[places[0]], reference, last_row=min(bottom, last))

    def _row(self, number: int) -> tuple[object, ...]:
        return self.sheet.rows[number - 1] if number <= len(self.sheet.rows) else ()

    def _duplicates(self, rows: list[RegisterRow]) -> None:
        place = next((place for place, column in self.fields.items() if column.name == self.register.number), None)
        seen: dict[tuple[str, ...], list[int]] = {}
        for row in rows:
            if number := row.answers.get(self.register.number):
                scope = (row.answers.get(name, "") for name in self.register.scope)
                seen.setdefault((number, *scope), []).append(row.row)
        for (number, *_), places in seen.items():
            for index, row_number in enumerate(places if len(places) > 1 else ()):
                other = places[0] if index else places[1]
                column = self.fields[place] if place else self.register.fields[0]
                self._add("CP-1111", row_number, place, column, number, fields={"other": other})

    def _add(
        self,
        code: str,
        row: int,
        place: int | None,
        column: RegisterField,
        value: object,
        *,
        last_row: int | None = None,
        whole_sheet: bool = False,
        fields: Mapping[str, object] | None = None,
    ) -> None:
        letter = get_column_letter(place) if place else ""
        self.problems.append(
            CellProblem(
                self.sheet.name, row, letter, column.zh, shown(value), code, last_row or row, fields or {}, whole_sheet
            )
        )
