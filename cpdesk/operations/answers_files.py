"""Answers of many surveys out to a workbook or CSV files, and back: only what was changed there changes here.

Coming back, each survey is filled in by its own form version, so that rules, calculations and types count as when a
person types. A survey with a wrong cell is left out and the cell is named; all others are one batch that can be taken
back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.base.progress import Look
from cpdesk.context import Context
from cpdesk.forms.form import NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import Touched
from cpdesk.forms.versions.choice_lists import listed_choices
from cpdesk.model.records import Changes, Record, Status
from cpdesk.operations.answer_reading import Cell, Filled, Item, Reading, typed
from cpdesk.operations.bulk import EDITABLE
from cpdesk.operations.surveys import session_for
from cpdesk.store.batches import BatchChange, BatchResult, Step

if TYPE_CHECKING:
    from cpdesk.interop.problems import CellProblem

BATCH_KIND: Final = "import"
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
    forms = {survey.version: ctx.forms.version(survey.form, survey.version) for survey in surveys}
    tables = tables_of(form, surveys, forms=forms, personal=personal, language=ctx.language, status_words=words)
    write_tables(path, tables)
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


def preview_answers(ctx: Context, path: Path, look: Look = lambda done, total: True) -> AnswersImport:
    """What the answers in a file would change. Nothing is changed yet.

    Blank cells take an answer back; columns that the file does not have are left alone; items that are no longer in the
    table of their repeat are removed; a row without `_item` is a new item.

    Raises:
        InputFault: CP-11xx the file as a whole; wrong cells are in the result instead.
    """
    from cpdesk.interop.answer_files import read_tables

    reading = Reading(read_tables(path), path.name)
    changes: list[BatchChange] = []
    unchanged = left_out = 0
    for number, (record_id, filled) in enumerate(reading.surveys.items()):
        if not look(number, len(reading.surveys)):
            return AnswersImport(path.name, reading.told(), tuple(changes), unchanged, left_out, stopped=True)
        before = reading.count
        change = _change_of(ctx, record_id, filled, reading)
        if reading.count > before:
            left_out += 1
        elif change is None or not change.values:
            unchanged += 1
        else:
            changes.append(change)
    look(len(reading.surveys), len(reading.surveys))
    return AnswersImport(path.name, reading.told(), tuple(changes), unchanged, left_out)


def apply_answers(ctx: Context, preview: AnswersImport, step: Step = lambda done: True) -> tuple[BatchResult, Changes]:
    """Take in what a preview said, as one batch that can be taken back."""
    title = ctx.text("answers.title", file=preview.file)
    return ctx.store.batches.apply(BATCH_KIND, title, preview.changes, ctx.actor, step)


def _change_of(ctx: Context, record_id: str, filled: Filled, reading: Reading) -> BatchChange | None:
    try:
        record = ctx.store.records.get(record_id)
        form = ctx.forms.version(record.form, record.version)
    except CpdeskError as fault:
        reading.problem(filled.row, filled.row.fault or "CP-1145", reason=fault.message(ctx.language))
        return None
    if not reading.is_sound(filled):
        return None
    session = session_for(ctx, form, record, record.answers)
    before = session.answers()
    filling = _Filling(session, record.answers, reading, ctx.language)
    filling.fill(filled)
    change = BatchChange.between(record.id, before, session.answers())
    stored = {path: record.answers.get(path) for path in change.values}  # opening may have worked out more
    change = replace(change, seen=stored)
    if change.values and record.status not in EDITABLE:
        reading.problem(filled.row, "CP-1146", status=ctx.text(f"status.{record.status}"))
    return change


class _Filling:
    """Puts the cells of one survey into its session, where they differ from what stands there."""

    def __init__(self, session: Session, stored: Mapping[str, str], reading: Reading, language: str) -> None:
        self._session = session
        self._stored = stored
        self._reading = reading
        self._language = language
        self._places: dict[str, Cell] = {}
        self._standing: dict[str, str] = session.answers()
        self._waiting: dict[str, str] = {}

    def _took(self, touched: Touched) -> None:
        for path, value in touched.values.items():
            if value is None:
                self._standing.pop(path, None)
            else:
                self._standing[path] = value

    def fill(self, filled: Filled) -> None:
        from cpdesk.interop.answer_tables import joined, shapes_of

        known = {(one.path, one.code) for one in self._session.validate()}
        long = {path: joined(list(parts.items())) for path, parts in filled.more.items()}
        self._cells(filled.cells, "", long)
        shapes = {shape.name: shape.repeat for shape in shapes_of(self._session.form, personal=True)[1:]}
        for name, repeat in shapes.items():
            if repeat is not None and self._reading.is_whole(name, filled):
                self._repeat(name, repeat, filled.items.get(name, []), long)
        for name, rows in filled.items.items():
            if name not in shapes:
                self._reading.problem(rows[0].row, "CP-1150")
        self._settle()
        for path, text in long.items():
            self._entry(path, text)
        for problem in self._session.validate():
            if problem.blocks and (problem.path, problem.code) not in known:
                cell = self._places.get(problem.path, filled.row)
                self._reading.problem(cell, "CP-1147", reason=problem.message(self._language))

    def _repeat(self, table: str, repeat: NodeDef, rows: Sequence[Item], long: Mapping[str, str]) -> None:
        from cpdesk.interop.answer_tables import template_of

        by_id = {
            path[path.rindex("[") + 1 : -1]: path
            for path in self._standing
            if path.endswith("]") and template_of(path) == repeat.path
        }
        kept = {row.id for row in rows}
        for item, path in by_id.items():
            elsewhere = self._reading.rows_of_items.get((table, item), [])
            if item in kept:
                continue
            if elsewhere:  # the row is there, under the id of another survey: nobody wanted to remove the item
                self._reading.problem(elsewhere[0], "CP-1151", item=item)
            else:
                self._removed(path)
        for row in rows:
            place = by_id.get(row.id) if row.id else self._added(repeat, row.parent, row)
            if place is not None:
                self._cells(row.cells, place, long)
            elif row.id:
                self._reading.problem(row.row, "CP-1148", item=row.id)

    def _removed(self, path: str) -> None:
        try:
            self._took(self._session.remove_item(path))
        except InputFault:
            return  # how many items there are follows from another answer

    def _added(self, repeat: NodeDef, parent: str, row: Item) -> str | None:
        from cpdesk.interop.answer_tables import template_of

        around = [path for path in self._standing if path.endswith(f"[{parent}]")] if parent else []
        stands = [
            f"{path}{repeat.path[len(template_of(path)) :]}"
            for path in around
            if repeat.path.startswith(template_of(path) + "/")
        ] or [repeat.path]
        try:
            path, touched = self._session.add_item(stands[0])
        except InputFault as fault:
            self._reading.problem(row.row, "CP-1147", reason=fault.message(self._language))
            return None
        self._took(touched)
        return path

    def _cells(self, cells: Sequence[Cell], item: str, long: Mapping[str, str]) -> None:
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
            if cell.fault:
                self._reading.problem(cell, cell.fault)
            elif self._stored.get(path, "") != (cell.value or ""):  # what was not touched is not read anew
                self._set(cell, path, self._lexical(cell, node))

    def _set(self, cell: Cell, path: str, text: str) -> None:
        self._places[path] = cell
        if self._standing.get(path, "") != text:
            self._waiting[path] = text

    def _settle(self) -> None:
        """All changed cells at once; where one cannot be answered, one by one, so that its cell can be named."""
        try:
            self._took(self._session.set_many(self._waiting))
        except InputFault:
            for path, text in self._waiting.items():
                try:
                    self._took(self._session.set(path, text))
                except InputFault as fault:
                    self._reading.problem(self._places[path], "CP-1147", reason=fault.message(self._language))
        self._waiting.clear()

    def _entry(self, path: str, text: str) -> None:
        """A remark, a mark, an answer of another version or a very long one."""
        if path.endswith("]") or (path.startswith(("@", "#")) and path not in self._standing):
            return
        try:
            if self._standing.get(path, "") != text:
                self._took(self._session.set(path, text))
        except InputFault:
            return  # of another version: it is kept as it is here

    def _lexical(self, cell: Cell, node: NodeDef) -> str:
        """What a cell says as the form stores it: choices may be given by words that only one of them has."""
        text = typed(cell.value, node.type)
        choices = listed_choices(self._session.form, node) if text and node.is_select else None
        if choices is None or text in choices:
            return text
        codes: dict[str, str | None] = {}
        for code, choice in choices.items():
            for word in {*choice.words.values()}:
                codes[word] = code if word not in codes else None
        codes |= {code: code for code in choices}
        found = codes.get(text)
        if found is not None:
            return found
        parts = [part for part in _APART.split(text) if part]
        return " ".join(codes.get(part) or part for part in parts) if node.control != "select1" else text
