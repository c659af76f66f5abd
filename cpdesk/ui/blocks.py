"""Blocks of cells as spreadsheets put them on the clipboard, and what becomes of one that is pasted into a grid. No Qt.

Excel and WPS give tab-separated lines; a cell with a line break or a tab stands in quotes, its own quotes doubled.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from cpdesk.ui.requests import GridEdit
from cpdesk.ui.views import GridView, OptionView, QuestionView

Block = list[list[str]]
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\Z")
_MINUS: Final = str.maketrans({"−": "-", "–": "-", "—": "-", "。": "."})
_SEVERAL: Final = re.compile(r"[、,，;；/\s]+")
_DAY_ONE: Final = date(1899, 12, 30).toordinal()
"""Spreadsheets count days from here."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A cell of the block that cannot be pasted: its row in the grid (from 1), the column's label, what stood there,
    and the key of the sentence that says why."""

    row: int
    label: str
    typed: str
    reason: str


@dataclass(frozen=True, slots=True)
class PastePlan:
    """What pasting a block would do: the edit without the misfits, how many cells it fills, and the misfits."""

    edit: GridEdit
    fitting: int
    misfits: tuple[Misfit, ...] = ()


def read_block(text: str) -> Block:
    """The cells of a clipboard text, row by row.

    >>> read_block('南\\t42.6\\n"两\\n行"\\t5')
    [['南', '42.6'], ['两\\n行', '5']]
    """
    rows: Block = []
    cells: list[str] = []
    place, length = 0, len(text)
    while place < length:
        cell, place = _read_cell(text, place)
        cells.append(cell)
        if place >= length or text[place] in "\r\n":
            rows.append(cells)
            cells = []
            place += 2 if text[place : place + 2] == "\r\n" else 1
        else:
            place += 1
            if place >= length:
                rows.append([*cells, ""])
    return rows


def write_block(rows: Sequence[Sequence[str]]) -> str:
    """Cells as a clipboard text that spreadsheets read back as they were."""
    return "\n".join("\t".join(_quoted(cell) for cell in row) for row in rows)


def fitted(question: QuestionView, typed: str) -> str | None:
    """The value that a pasted or typed text stands for in a question; None when it fits none. Empty stays empty."""
    plain = typed.strip()
    if not plain:
        return ""
    if question.options:
        return _codes(question, plain)
    match question.control:
        case "number":
            return _number(plain, whole=question.whole)
        case "date":
            return _date(plain)
        case "time":
            return _time(plain)
    return plain


def plan_paste(view: GridView, row: int, column: int, block: Block, *, rows: int = 1, columns: int = 1) -> PastePlan:
    """What pasting a block at a cell does.

    One cell fills the whole selection of `rows` × `columns`; a larger block lies from the cell on, and rows beyond the
    last become new items where the form lets items be added.
    """
    if len(block) == 1 and len(block[0]) == 1:
        block = [block[0] * columns for _ in range(rows)]
    paste = _Paste(view, column)
    for down, line in enumerate(block):
        paste.lay(row + down, line)
    edit = GridEdit(view.path, cells=tuple(paste.cells), added=tuple(paste.added))
    return PastePlan(edit, paste.fitting, tuple(paste.misfits))


class _Paste:
    """Collects what a block does, row by row."""

    def __init__(self, view: GridView, column: int) -> None:
        self.view, self.column = view, column
        self.cells: list[tuple[str, str | None]] = []
        self.added: list[tuple[tuple[str, str], ...]] = []
        self.misfits: list[Misfit] = []
        self.fitting = 0

    def lay(self, row: int, line: list[str]) -> None:
        """Lay one line of the block over a row of the grid, or behind the last one."""
        beyond = row >= len(self.view.rows)
        full = self.view.most is not None and row >= self.view.most
        if beyond and (full or not self.view.add_words):
            self.misfits.append(Misfit(row + 1, "", "\t".join(line).strip(), "ui.paste.no_row"))
            return
        new: list[tuple[str, str]] = []
        for right, typed in enumerate(line):
            place = self.column + right
            if place >= len(self.view.columns):
                if typed.strip():
                    self.misfits.append(Misfit(row + 1, "", typed.strip(), "ui.paste.no_column"))
                continue
            head = self.view.columns[place]
            cell = head if beyond else self.view.rows[row][1][place] or head
            value = self._value(cell, head, row, typed, self.view.words[place] if self.view.words else {})
            if value is None:
                continue
            if not beyond:
                item = self.view.rows[row][0]
                self.cells.append((f"{item}/{self.view.names[place]}", value or None))
            elif value:
                new.append((self.view.names[place], value))
            self.fitting += 1
        if beyond:
            self.added.append(tuple(new))

    def _value(
        self, cell: QuestionView, head: QuestionView, row: int, typed: str, words: Mapping[str, tuple[str, ...]]
    ) -> str | None:
        if cell.readonly:
            if typed.strip() and typed.strip() != (cell.value or ""):
                self.misfits.append(Misfit(row + 1, head.label, typed.strip(), "ui.paste.readonly"))
            return None
        value = fitted(cell, typed)
        if typed.strip() and cell.cascades and cell.control not in ("multi", "checklist"):
            value = _known(typed.strip(), words, value)
        if value is None:
            kind = "choice" if cell.options or cell.cascades else cell.control
            self.misfits.append(Misfit(row + 1, head.label, typed.strip(), f"ui.paste.{kind}"))
        return value


def _read_cell(text: str, place: int) -> tuple[str, int]:
    if text[place : place + 1] != '"':
        end = place
        while end < len(text) and text[end] not in "\t\r\n":
            end += 1
        return text[place:end], end
    parts: list[str] = []
    place += 1
    while True:
        end = text.find('"', place)
        if end < 0:
            return "".join(parts) + text[place:], len(text)
        parts.append(text[place:end])
        if text[end + 1 : end + 2] != '"':
            return "".join(parts), end + 1
        parts.append('"')
        place = end + 2


def _quoted(cell: str) -> str:
    if any(sign in cell for sign in '\t\r\n"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _codes(question: QuestionView, plain: str) -> str | None:
    if question.control not in ("multi", "checklist"):
        return _code(question.options, plain)
    whole = _code(question.options, plain)
    found = [whole] if whole else [_code(question.options, part) for part in _SEVERAL.split(plain) if part]
    if None in found:
        return None
    picked = {code for code in found if code}
    return " ".join(option.code for option in question.options if option.code in picked)


def _code(options: Sequence[OptionView], plain: str) -> str | None:
    """A code, or the words of an option in any language of the form; case and width do not matter."""
    for option in options:
        if option.code == plain:
            return option.code
    same = folded(plain)
    for option in options:
        if same in (folded(option.words), *map(folded, option.also), folded(option.code)):
            return option.code
    return None


def folded(words: str) -> str:
    """Words of a choice as they are compared: full width made plain, no case, no spaces."""
    return unicodedata.normalize("NFKC", words).casefold().replace(" ", "")


def _known(typed: str, words: Mapping[str, tuple[str, ...]], offered: str | None) -> str | None:
    """What is meant among all choices that a column may ever offer, since which are offered depends on cells that are
    pasted with it: a code; the words themselves where several have the same; None where they name no choice at all.
    Where the form does not hold the list, what is offered now, else the words."""
    if not words:
        return typed if offered is None else offered
    codes = words.get(folded(typed), ())
    return codes[0] if len(codes) == 1 else typed if codes else None


def _number(plain: str, *, whole: bool) -> str | None:
    text = unicodedata.normalize("NFKC", plain).translate(_MINUS).replace(",", "").replace(" ", "")
    if not _NUMBER.match(text):
        return None
    value = float(text)
    if whole:
        return f"{value:.0f}" if value.is_integer() else None
    return f"{value:.10f}".rstrip("0").rstrip(".") if "e" in text.lower() else text.lstrip("+")


def _date(plain: str) -> str | None:
    text = unicodedata.normalize("NFKC", plain)
    digits = re.findall(r"\d+", text)
    try:
        if len(digits) == 1 and len(digits[0]) == 5:
            return date.fromordinal(_DAY_ONE + int(digits[0])).isoformat()
        if len(digits) == 1 and len(digits[0]) == 8:
            digits = [digits[0][:4], digits[0][4:6], digits[0][6:]]
        return date(int(digits[0]), int(digits[1]), int(digits[2])).isoformat()
    except (ValueError, IndexError):
        return None


def _time(plain: str) -> str | None:
    match = re.fullmatch(r"(\d{1,2})[:点时](\d{1,2})分?(?::\d+)?", unicodedata.normalize("NFKC", plain))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return f"{int(match[1]):02}:{int(match[2]):02}"
