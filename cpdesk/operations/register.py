"""Bringing registers into the desk: a village's households, a list of communities, the ledger of a heating network."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpdesk.base.clock import today_beijing
from cpdesk.base.files import write_atomically
from cpdesk.base.progress import Step
from cpdesk.context import Context
from cpdesk.model.records import Answers, Changes, RecordKind
from cpdesk.operations.families import FAMILIES, FARMHOUSE, SITE_VERSION, SiteKind, family, site_kind
from cpdesk.operations.sites import add_site
from cpdesk.store.lists import Query

if TYPE_CHECKING:
    from cpdesk.interop.problems import CellProblem
    from cpdesk.interop.register import RegisterReading, RegisterRow

HOUSEHOLD_FORM: Final = RecordKind.HOUSEHOLD.value
HOUSEHOLD_FORM_VERSION: Final = SITE_VERSION
_SEPARATORS: Final = re.compile(r"[\s,，、;；]+")
_ORDER: Final = ("substation", "well", "segment", "component", "community", "household")
"""Registers are taken in this order, so that what a row names has been read before."""
_Key = tuple[str, ...]


class Policy(StrEnum):
    """What happens to the good rows of a register that has wrong ones too."""

    GOOD_ROWS = "good_rows"
    ALL_OR_NONE = "all_or_none"


@dataclass(frozen=True)
class RegisterImport:
    """What an import did. `left_out` counts sites that stayed outside because their row is wrong.

    Attributes:
        readings: one a sheet that was read.
        sites: ids of those added.
    """

    readings: tuple[RegisterReading, ...]
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    sites: tuple[str, ...] = field(default=())

    @property
    def reading(self) -> RegisterReading:
        """The first sheet that was read."""
        return self.readings[0]

    @property
    def problems(self) -> tuple[CellProblem, ...]:
        return tuple(problem for reading in self.readings for problem in reading.problems)


@dataclass(frozen=True)
class _Taken:
    """Rows of one register that go in: new ones, and those of sites that are here already."""

    kind: SiteKind
    new: list[RegisterRow]
    again: list[tuple[str, RegisterRow]]


def import_register(
    ctx: Context,
    path: Path,
    *,
    family_id: str | None = FARMHOUSE.id,
    policy: Policy = Policy.GOOD_ROWS,
    sheet: str | None = None,
    township_code: str = "",
    village: str = "",
    sample: bool = False,
    dry_run: bool = False,
    step: Step = lambda done, total: None,
) -> tuple[RegisterImport, Changes]:
    """Add the sites of a register, and bring up to date those that are here already.

    A site is known again by township and number, a household by its village too. Fields that the register leaves blank
    stay as they are. What is new goes in as one transaction: all of it is in, or nothing of it is.

    Args:
        family_id: whose register it is; None finds out from the columns. The ledger of a network has a sheet a kind.
        township_code, village: of a register that has no such columns.
        sample: marks the sites as made up.
        dry_run: only say what would happen; the counts are those a real run would give.

    Raises:
        InputFault: CP-11xx when the file is no register at all; wrong cells are in the result instead. CP-1518 there is
            no such family.
    """
    from cpdesk.interop.register import read_registers  # late: it brings openpyxl

    defaults = {"township_code": township_code or str(ctx.settings.get("township_code")), "village": village}
    families = [family(family_id)] if family_id is not None else list(FAMILIES)
    kinds = [site.kind.value for each in families for site in each.sites]
    this_year = today_beijing(ctx.clock).year
    found = read_registers(path, this_year=this_year, kinds=kinds, sheet=sheet, defaults=defaults)
    readings = _referred(ctx, sorted(found, key=lambda reading: _ORDER.index(reading.kind)))
    rows_read = sum(len(reading.rows) for reading in readings)
    stopped = policy is Policy.ALL_OR_NONE and any(reading.problems for reading in readings)
    taken = [] if stopped else [_taken(ctx, reading) for reading in readings]
    left_out = rows_read - sum(len(one.new) + len(one.again) for one in taken)
    if dry_run:
        again = [(site, row) for one in taken for site, row in one.again]
        changed = sum(_differs(ctx, site, row) for site, row in again)
        added = sum(len(one.new) for one in taken)
        return RegisterImport(readings, added, changed, len(again) - changed, left_out), Changes()
    return _carried_out(ctx, readings, taken, left_out, sample, step)


def _carried_out(
    ctx: Context,
    readings: tuple[RegisterReading, ...],
    taken: Sequence[_Taken],
    left_out: int,
    sample: bool,
    step: Step,
) -> tuple[RegisterImport, Changes]:
    ids, changes = ctx.store.records.create_many(
        {
            "kind": one.kind.kind,
            "form": one.kind.kind.value,
            "version": SITE_VERSION,
            "stream": row.answers["township_code"],
            "answers": row.answers,
            "actor": ctx.actor,
            "sample": sample,
        }
        for one in taken
        for row in one.new
    )
    again = [(site, row) for one in taken for site, row in one.again]
    changed = 0
    for number, (site, row) in enumerate(again, 1):
        saved = ctx.store.records.save(site, row.answers, ctx.actor)
        changed += bool(saved.records)
        changes |= saved
        step(len(ids) + number, len(ids) + len(again))
    return RegisterImport(readings, len(ids), changed, len(again) - changed, left_out, tuple(ids)), changes


def _taken(ctx: Context, reading: RegisterReading) -> _Taken:
    kind = _kind_of(reading)
    rows = reading.good_rows
    known = _known_sites(ctx, kind, {row.answers["township_code"] for row in rows})
    new: list[RegisterRow] = []
    again: list[tuple[str, RegisterRow]] = []
    for row in rows:
        site = known.get(_key(kind, row.answers))
        if site is None:
            new.append(row)
        else:
            again.append((site, row))
    return _Taken(kind, new, again)


def _kind_of(reading: RegisterReading) -> SiteKind:
    kind = site_kind(RecordKind(reading.kind))
    assert kind is not None  # registers are read of declared kinds only
    return kind


def _differs(ctx: Context, site: str, row: RegisterRow) -> bool:
    known = ctx.store.records.get(site).answers
    return any(known.get(name) != value for name, value in row.answers.items())


def _known_sites(ctx: Context, kind: SiteKind, streams: Iterable[str]) -> dict[_Key, str]:
    known: dict[_Key, str] = {}
    for stream in streams:
        ids = ctx.store.records.page(Query(kind=kind.kind, stream=stream))
        for row in ctx.store.records.rows(ids):
            scope = (str(row.columns.get("village")),) if kind.scope else ()
            known[stream, *scope, str(row.columns.get("number"))] = row.id
    return known


def _key(kind: SiteKind, answers: Answers) -> _Key:
    scope = tuple(answers.get(name, "") for name in kind.scope)
    return answers["township_code"], *scope, answers.get(kind.number, "")


def _referred(ctx: Context, readings: Sequence[RegisterReading]) -> tuple[RegisterReading, ...]:
    """Readings whose cells that name other sites hold their numbers; a name nothing is called by is a problem."""
    from cpdesk.interop.register_tables import REFERENCES, register

    called: dict[tuple[str, str], dict[str, str]] = {}
    done: list[RegisterReading] = []
    for reading in readings:
        referring = {column.name: column for column in register(reading.kind).fields if column.kind in REFERENCES}
        rows, problems = [], list(reading.problems)
        for row in reading.rows:
            answers = dict(row.answers)
            for name, column in referring.items():
                if name not in answers:
                    continue
                stream = answers.get("township_code", "")
                where = (REFERENCES[column.kind], stream)
                if where not in called:
                    called[where] = _called(ctx, where[0], stream, readings)
                parts = _SEPARATORS.split(answers[name]) if column.kind == "segments" else [answers[name]]
                numbers = [called[where].get(part) for part in parts if part]
                if None in numbers:
                    problems.append(_unknown(reading, row, name, column.zh))
                    continue
                answers[name] = " ".join(number for number in numbers if number)
            rows.append(replace(row, answers=answers))
        problems.sort(key=lambda problem: (problem.row, len(problem.column), problem.column))
        done.append(replace(reading, rows=tuple(rows), problems=tuple(problems)))
    return tuple(done)


def _unknown(reading: RegisterReading, row: RegisterRow, name: str, header: str) -> CellProblem:
    from cpdesk.interop.problems import CellProblem

    column = reading.columns.get(name, "")
    return CellProblem(reading.sheet, row.row, column, header, row.answers[name], "CP-1126", row.row)


def _called(ctx: Context, kind: str, stream: str, readings: Sequence[RegisterReading]) -> dict[str, str]:
    """Number or name → number, of the sites of a kind in a township: those on this desk and those of the same file."""
    declared = site_kind(RecordKind(kind))
    assert declared is not None  # REFERENCES names kinds that are declared
    called: dict[str, str] = {}
    for row in ctx.store.records.rows(ctx.store.records.page(Query(kind=declared.kind, stream=stream))):
        number = str(row.columns.get("number") or "")
        called |= {str(row.columns.get("name") or ""): number, number: number}
    for reading in readings:
        for read in reading.rows if reading.kind == kind else ():
            number = read.answers.get(declared.number, "")
            if read.answers.get("township_code") == stream and number:
                called.setdefault(read.answers.get(declared.name, ""), number)
                called[number] = number
    called.pop("", None)
    return called


def save_problems(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write the list of what is wrong in a register, for whoever mends it: an .xlsx, else a text with tabs.

    Raises:
        EnvironmentFault: CP-20xx when the file cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        write_atomically(path, "".join("\t".join(line) + "\r\n" for line in (head, *rows)).encode("utf-8-sig"))
        return
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for width, letter in zip((16, 20, 40, 48), "ABCD", strict=True):
        sheet.column_dimensions[letter].width = width
    for line in (head, *rows):
        cells = [WriteOnlyCell(sheet, value=value) for value in line]
        for cell in cells:
            cell.data_type = "s"  # what stood in a register is never a formula here
        sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    write_atomically(path, stream.getvalue())


def add_household(ctx: Context, answers: Answers) -> tuple[str, Changes]:
    """A household that no register has.

    Raises:
        InputFault: CP-1511 when a household of that number is in the village already; CP-1512 without number, name,
            village or township.
    """
    return add_site(ctx, RecordKind.HOUSEHOLD, answers)
