"""Bringing a village register into the desk."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpdesk.base.clock import today_beijing
from cpdesk.base.files import write_atomically
from cpdesk.context import Context
from cpdesk.model.records import Answers, Changes, RecordKind
from cpdesk.operations.sites import add_site
from cpdesk.store.lists import Query

if TYPE_CHECKING:
    from cpdesk.interop.problems import CellProblem
    from cpdesk.interop.register import RegisterReading, RegisterRow

HOUSEHOLD_FORM: Final = "household"
HOUSEHOLD_FORM_VERSION: Final = "1"
Step = Callable[[int, int], None]
_Key = tuple[str, str, str]


class Policy(StrEnum):
    """What happens to the good rows of a register that has wrong ones too."""

    GOOD_ROWS = "good_rows"
    ALL_OR_NONE = "all_or_none"


@dataclass(frozen=True)
class RegisterImport:
    """What an import did. `left_out` counts households that stayed outside because their row is wrong."""

    reading: RegisterReading
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    households: tuple[str, ...] = field(default=())

    @property
    def problems(self) -> tuple[CellProblem, ...]:
        return self.reading.problems


def import_register(
    ctx: Context,
    path: Path,
    *,
    policy: Policy = Policy.GOOD_ROWS,
    sheet: str | None = None,
    township_code: str = "",
    village: str = "",
    sample: bool = False,
    dry_run: bool = False,
    step: Step = lambda done, total: None,
) -> tuple[RegisterImport, Changes]:
    """Add the households of a register, and bring up to date those that are here already.

    A household is known again by township, village and household number. Fields that the register leaves blank stay as
    they are. All of it is one transaction: it is in, or nothing of it is.

    Args:
        township_code, village: of a register that has no such columns.
        sample: marks the households as made up.
        dry_run: only say what would happen; the counts are those a real run would give.

    Raises:
        InputFault: CP-11xx when the file is no register at all; wrong cells are in the result instead.
    """
    from cpdesk.interop.register import read_register  # late: it brings openpyxl

    defaults = {"township_code": township_code or str(ctx.settings.get("township_code")), "village": village}
    reading = read_register(path, this_year=today_beijing(ctx.clock).year, sheet=sheet, defaults=defaults)
    rows = reading.good_rows
    left_out = len(reading.rows) - len(rows)
    if policy is Policy.ALL_OR_NONE and reading.problems:
        rows, left_out = (), len(reading.rows)
    known = _known_households(ctx, {row.answers["township_code"] for row in rows})
    new, again = _sorted_out(rows, known)
    if dry_run:
        changed = sum(_differs(ctx, household, row) for household, row in again)
        return RegisterImport(reading, len(new), changed, len(again) - changed, left_out), Changes()
    ids, changes = ctx.store.records.create_many(
        {
            "kind": RecordKind.HOUSEHOLD,
            "form": HOUSEHOLD_FORM,
            "version": HOUSEHOLD_FORM_VERSION,
            "stream": row.answers["township_code"],
            "answers": row.answers,
            "actor": ctx.actor,
            "sample": sample,
        }
        for row in new
    )
    changed = 0
    for number, (household, row) in enumerate(again, 1):
        saved = ctx.store.records.save(household, row.answers, ctx.actor)
        changed += bool(saved.records)
        changes |= saved
        step(len(new) + number, len(rows))
    result = RegisterImport(reading, len(new), changed, len(again) - changed, left_out, tuple(ids))
    return result, changes


def _differs(ctx: Context, household: str, row: RegisterRow) -> bool:
    known = ctx.store.records.get(household).answers
    return any(known.get(name) != value for name, value in row.answers.items())


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


def _known_households(ctx: Context, streams: set[str]) -> dict[_Key, str]:
    known: dict[_Key, str] = {}
    for stream in streams:
        ids = ctx.store.records.page(Query(kind=RecordKind.HOUSEHOLD, stream=stream))
        for row in ctx.store.records.rows(ids):
            known[stream, str(row.columns.get("village")), str(row.columns.get("number"))] = row.id
    return known


def _sorted_out(
    rows: tuple[RegisterRow, ...], known: Mapping[_Key, str]
) -> tuple[list[RegisterRow], list[tuple[str, RegisterRow]]]:
    new: list[RegisterRow] = []
    again: list[tuple[str, RegisterRow]] = []
    for row in rows:
        household = known.get(_key(row.answers))
        if household is None:
            new.append(row)
        else:
            again.append((household, row))
    return new, again


def _key(answers: Answers) -> _Key:
    return answers["township_code"], answers.get("village", ""), answers.get("household_no", "")


def add_household(ctx: Context, answers: Answers) -> tuple[str, Changes]:
    """A household that no register has.

    Raises:
        InputFault: CP-1511 when a household of that number is in the village already; CP-1512 without number, name,
            village or township.
    """
    return add_site(ctx, RecordKind.HOUSEHOLD, answers)
