"""Answers of many surveys out to a workbook or CSV files, and back: only what was changed there changes here.

Coming back, each survey is filled in by its own form version, so that rules, calculations and types count as when a
person types. A survey with a wrong cell is left out and the cell is named; all others are one batch that can be taken
back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.forms.choice_lists import listed_choices
from cpdesk.forms.form import NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import Touched
from cpdesk.model.records import Changes, Record, Status
from cpdesk.operations.bulk import EDITABLE
from cpdesk.operations.surveys import session_for
from cpdesk.store.batches import BatchChange, BatchResult, Step

if TYPE_CHECKING:
    from cpdesk.interop.problems import CellProblem
    from cpdesk.interop.sheetxml import RawSheet

BATCH_KIND: Final = "import"
Look = Callable[[int, int], bool]
"""Told how many of how many surveys are done; answers whether to go on."""
_APART: Final = re.compile(r"[\s、，,;；]+")


def export_answers(
    ctx: Context,
    records: Sequence[str],
    path: Path,
    *,
    personal: bool = False,
    look: Look = lambda done, total: True,
) -> int:
    """Write the answers of surveys of one form to an .xlsx, or a .zip of CSV files. Gives how many surveys.

    Args:
        personal: with the questions the form marks as personal information.

    Raises:
        InputFault: CP-1140 the kind of file; CP-1141 no surveys, or of several forms. EnvironmentFault: the disk.
    """
    from cpdesk.interop.answer_files import write_tables
    from cpdesk.interop.answer_tables import tables_of

    surveys: list[Record] = []
    for number, record in enumerate(records):
        look(number, len(records))
        surveys.append(ctx.store.records.get(record))
    if len({survey.form for survey in surveys}) != 1:
        raise InputFault("CP-1141", forms="、".join(sorted({survey.form for survey in surveys})) or "—")
    form = ctx.forms.version(surveys[0].form, max(survey.version for survey in surveys))
    words = {status.value: ctx.text(f"status.{status}") for status in Status}
    write_tables(path, tables_of(form, surveys, personal=personal, language=ctx.language, status_words=words))
    look(len(records), len(records))
    return len(surveys)


@dataclass(frozen=True)
class AnswersImport:
    """What a file would change.

    Attributes:
        changes: one for each survey that changes.
        unchanged: surveys of the file that are as they are here.
        left_out: surveys with a wrong cell, which stay as they are.
    """

    file: str
    problems: tuple[CellProblem, ...] = ()
    changes: tuple[BatchChange, ...] = ()
    unchanged: int = 0
    left_out: int = 0
    stopped: bool = False


@dataclass(slots=True)
class _Cell:
    """One cell with its place."""

    sheet: str
    row: int
    column: str
    header: str
    value: object


@dataclass(slots=True)
class _Item:
    row: _Cell
    cells: list[_Cell]


@dataclass(slots=True)
class _Filled:
    """What a file says of one survey: cells of its row, items by table, entries of `more`."""

    row: _Cell
    cells: list[_Cell] = field(default_factory=list)
    items: dict[str, list[tuple[str, str, _Item]]] = field(default_factory=dict)
    more: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


def preview_answers(ctx: Context, path: Path, look: Look = lambda done, total: True) -> AnswersImport:
    """What the answers in a file would change. Nothing is changed yet.

    Blank cells take an answer back; columns that the file does not have are left alone; items that are no longer in the
    table of their repeat are removed; a row without `_item` is a new item.

    Raises:
        InputFault: CP-11xx the file as a whole; wrong cells are in the result instead.
    """
    from cpdesk.interop.answer_files import read_tables

    reading = _Reading(read_tables(path), path.name)
    changes: list[BatchChange] = []
    unchanged = left_out = 0
    for number, (record_id, filled) in enumerate(reading.surveys.items()):
        if not look(number, len(reading.surveys)):
            return AnswersImport(path.name, tuple(reading.problems), tuple(changes), unchanged, left_out, stopped=True)
        before = len(reading.problems)
        change = _change_of(ctx, record_id, filled, reading)
        if len(reading.problems) > before:
            left_out += 1
        elif change is None or not change.values:
            unchanged += 1
        else:
            changes.append(change)
    look(len(reading.surveys), len(reading.surveys))
    return AnswersImport(path.name, tuple(reading.problems), tuple(changes), unchanged, left_out)


def apply_answers(ctx: Context, preview: AnswersImport, step: Step = lambda done: True) -> tuple[BatchResult, Changes]:
    """Take in what a preview said, as one batch that can be taken back."""
    title = ctx.text("answers.title", file=preview.file)
    return ctx.store.batches.apply(BATCH_KIND, title, preview.changes, ctx.actor, step)


class _Reading:
    """The tables of a file put together by survey."""

    def __init__(self, sheets: Sequence[RawSheet], file: str) -> None:
        from cpdesk.interop import answer_tables as at

        self.problems: list[CellProblem] = []
        self.surveys: dict[str, _Filled] = {}
        self.columns: dict[str, set[str]] = {}
        by_name = {sheet.name: sheet for sheet in sheets}
        if at.SURVEYS not in by_name or not by_name[at.SURVEYS].rows:
            raise InputFault("CP-1142", file=file, sheet=at.SURVEYS)
        for row, cells in self._rows(by_name.pop(at.SURVEYS)):
            if row.value in self.surveys:
                self.problem(row, "CP-1144")
            else:
                self.surveys[str(row.value)] = _Filled(row, cells)
        more = by_name.pop(at.MORE, None)
        for name, sheet in by_name.items():
            for row, cells in self._rows(sheet):
                self._item(name, row, cells)
        for row, cells in self._rows(more) if more is not None else ():
            said = {cell.header: _shown(cell.value) for cell in cells}
            filled = self.surveys.get(str(row.value))
            if filled is not None and said.get(at.PATH):
                part = said.get(at.PART, "1")
                place = int(part) if part.isdecimal() else 1
                filled.more.setdefault(said[at.PATH], []).append((place, said.get(at.VALUE, "")))

    def problem(self, cell: _Cell, code: str, **fields: object) -> None:
        from cpdesk.interop.problems import CellProblem

        self.problems.append(
            CellProblem(cell.sheet, cell.row, cell.column, cell.header, _shown(cell.value), code, cell.row, fields)
        )

    def _item(self, table: str, row: _Cell, cells: list[_Cell]) -> None:
        from cpdesk.interop.answer_tables import ITEM, PARENT

        filled = self.surveys.get(str(row.value))
        if filled is None:
            self.problem(row, "CP-1143")
            return
        said = {cell.header: _shown(cell.value) for cell in cells}
        item = _Item(row, [cell for cell in cells if not cell.header.startswith("_")])
        filled.items.setdefault(table, []).append((said.get(ITEM, ""), said.get(PARENT, ""), item))

    def _rows(self, sheet: RawSheet) -> Iterator[tuple[_Cell, list[_Cell]]]:
        """Rows of data: the cell of the survey's id, and all others."""
        from openpyxl.utils import get_column_letter

        from cpdesk.interop.answer_tables import ID, NOTE_MARK

        header = [_shown(value) for value in sheet.rows[0]] if sheet.rows else []
        self.columns[sheet.name] = set(header)
        if ID not in header:
            return
        place = header.index(ID)
        for number, values in enumerate(sheet.rows[1:], 2):
            padded = [*values, *[None] * (len(header) - len(values))]
            record = _shown(padded[place])
            if not any(value is not None for value in padded) or record.startswith(NOTE_MARK):
                continue
            cells = [
                _Cell(sheet.name, number, get_column_letter(index + 1), name, padded[index])
                for index, name in enumerate(header)
                if name
            ]
            row = cells[[cell.header for cell in cells].index(ID)]
            row.value = record
            yield row, [cell for cell in cells if cell is not row]


def _change_of(ctx: Context, record_id: str, filled: _Filled, reading: _Reading) -> BatchChange | None:
    try:
        record = ctx.store.records.get(record_id)
        form = ctx.forms.version(record.form, record.version)
    except CpdeskError as fault:
        reading.problem(filled.row, "CP-1145", reason=fault.message(ctx.language))
        return None
    session = session_for(ctx, form, record, record.answers)
    before = session.answers()
    filling = _Filling(session, reading, ctx.language)
    filling.fill(filled)
    change = BatchChange.between(record.id, before, session.answers())
    if change.values and record.status not in EDITABLE:
        reading.problem(filled.row, "CP-1146", status=ctx.text(f"status.{record.status}"))
    return change


class _Filling:
    """Puts the cells of one survey into its session, where they differ from what stands there."""

    def __init__(self, session: Session, reading: _Reading, language: str) -> None:
        self._session = session
        self._reading = reading
        self._language = language
        self._places: dict[str, _Cell] = {}
        self._standing: dict[str, str] = session.answers()

    def _took(self, touched: Touched) -> None:
        for path, value in touched.values.items():
            if value is None:
                self._standing.pop(path, None)
            else:
                self._standing[path] = value

    def fill(self, filled: _Filled) -> None:
        from cpdesk.interop.answer_tables import joined, shapes_of

        known = {(one.path, one.code) for one in self._session.validate()}
        long = {path: joined(parts) for path, parts in filled.more.items()}
        self._cells(filled.cells, "", long)
        for shape in shapes_of(self._session.form, personal=True)[1:]:
            if shape.repeat is not None and shape.name in self._reading.columns:
                self._repeat(shape.repeat, filled.items.get(shape.name, []), long)
        for path, text in long.items():
            self._entry(path, text)
        for problem in self._session.validate():
            if problem.blocks and (problem.path, problem.code) not in known:
                cell = self._places.get(problem.path, filled.row)
                self._reading.problem(cell, "CP-1147", reason=problem.message(self._language))

    def _repeat(self, repeat: NodeDef, rows: list[tuple[str, str, _Item]], long: Mapping[str, str]) -> None:
        from cpdesk.interop.answer_tables import template_of

        present = {
            path: path[path.rindex("[") + 1 : -1]
            for path in self._standing
            if path.endswith("]") and template_of(path) == repeat.path
        }
        kept = {item for item, _, _ in rows if item}
        for path, item in present.items():
            if item not in kept:
                self._removed(path)
        by_id = {item: path for path, item in present.items()}
        for item, parent, row in rows:
            place = by_id.get(item) if item else self._added(repeat, parent, row)
            if place is not None:
                self._cells(row.cells, place, long)
            elif item:
                self._reading.problem(row.row, "CP-1148", item=item)

    def _removed(self, path: str) -> None:
        try:
            self._took(self._session.remove_item(path))
        except InputFault:
            return  # how many items there are follows from another answer

    def _added(self, repeat: NodeDef, parent: str, row: _Item) -> str | None:
        from cpdesk.interop.answer_tables import template_of

        stands = [
            f"{path}{repeat.path[len(template_of(path)) :]}"
            for path in self._standing
            if parent and path.endswith(f"[{parent}]") and repeat.path.startswith(template_of(path) + "/")
        ] or [repeat.path]
        try:
            path, touched = self._session.add_item(stands[0])
        except InputFault as fault:
            self._reading.problem(row.row, "CP-1147", reason=fault.message(self._language))
            return None
        self._took(touched)
        return path

    def _cells(self, cells: Sequence[_Cell], item: str, long: Mapping[str, str]) -> None:
        from cpdesk.interop.answer_tables import in_item

        for cell in cells:
            if cell.header.startswith("_"):
                continue
            node = self._session.form.by_path.get(cell.header)
            if node is None or not node.is_leaf:
                self._reading.problem(cell, "CP-1149")
                continue
            path = in_item(cell.header, item)
            if path in long or node.control == "":
                continue  # told in parts below; or worked out, not answered
            self._set(cell, path, self._lexical(cell, node))

    def _set(self, cell: _Cell, path: str, text: str) -> None:
        self._places[path] = cell
        try:
            if self._standing.get(path, "") != text:
                self._took(self._session.set(path, text))
        except InputFault as fault:
            self._reading.problem(cell, "CP-1147", reason=fault.message(self._language))

    def _entry(self, path: str, text: str) -> None:
        """A remark, a mark, an answer of another version or a very long one."""
        if path.endswith("]"):
            return
        try:
            if self._standing.get(path, "") != text:
                self._took(self._session.set(path, text))
        except InputFault:
            return  # of another version: it is kept as it is here

    def _lexical(self, cell: _Cell, node: NodeDef) -> str:
        """What a cell says as the form stores it: choices may be given by their words."""
        text = _shown(cell.value)
        choices = listed_choices(self._session.form, node) if text and node.is_select else None
        if choices is None:
            return text
        codes = {word: code for code, choice in choices.items() for word in (*choice.words.values(), code)}
        if text in codes:
            return codes[text]
        parts = [part for part in _APART.split(text) if part]
        return " ".join(codes.get(part, part) for part in parts) if node.control != "select1" else text


def _shown(value: object) -> str:
    from cpdesk.interop.cells import shown

    return value if isinstance(value, str) else shown(value)
