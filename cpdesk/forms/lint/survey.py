"""The survey sheet as a tree of questions, with what each row says: shared by all rules of the lint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from cpdesk.forms.lint.workbook import Row, Sheet

_SELECT: Final = re.compile(
    r"(select_one|select one|select1|select_multiple|select multiple|rank)(_from_file|_external)?\s+(\S+)"
)
_BEGIN: Final = re.compile(r"begin[ _](group|repeat)\Z")
_END: Final = re.compile(r"end[ _](group|repeat)\Z")


@dataclass(eq=False, slots=True)
class Question:
    """A row of the survey sheet that has a place in the form: a question, group or repeat.

    Attributes:
        type: the first word of the type ("select_one", "begin_group" gives "group").
        choices: name of its list on the choices sheet, "" for lists from files or other types.
        repeats: the repeats around it, outermost first, as their own rows.
        path: names of the groups around it and its own, joined by "/".
    """

    row: Row
    name: str
    type: str
    choices: str = ""
    file: str = ""
    repeats: tuple[Question, ...] = ()
    path: str = ""

    @property
    def is_group(self) -> bool:
        return self.type in ("group", "repeat")


@dataclass(slots=True)
class Survey:
    """All questions in order, and the begin and end rows that have no partner."""

    questions: list[Question] = field(default_factory=list)
    unmatched: list[Row] = field(default_factory=list)

    @property
    def by_name(self) -> Mapping[str, list[Question]]:
        """Questions by name; a name may come in several groups."""
        found: dict[str, list[Question]] = {}
        for question in self.questions:
            found.setdefault(question.name, []).append(question)
        return found


def read_survey(sheet: Sheet | None) -> Survey:
    """The tree of the survey sheet; rows without a type are left out."""
    survey = Survey()
    opened: list[Question] = []
    for row in sheet.rows if sheet is not None else ():
        type_ = " ".join(row.get("type").split())
        if not type_:
            continue
        end = _END.match(type_)
        if end:
            if opened and opened[-1].type == end[1]:
                opened.pop()
            else:
                survey.unmatched.append(row)
            continue
        question = _question(row, type_, opened)
        survey.questions.append(question)
        if question.is_group:
            opened.append(question)
    survey.unmatched.extend(question.row for question in opened)
    return survey


def _question(row: Row, type_: str, opened: list[Question]) -> Question:
    name = row.get("name")
    path = "/".join([*(group.name for group in opened), name])
    repeats = tuple(group for group in opened if group.type == "repeat")
    begin = _BEGIN.match(type_)
    if begin:
        return Question(row, name, begin[1], repeats=repeats, path=path)
    select = _SELECT.match(type_)
    if select:
        kind = select[1].replace(" ", "_").replace("select1", "select_one")
        if select[2] == "_from_file":
            return Question(row, name, kind, file=select[3], repeats=repeats, path=path)
        listed = "" if select[2] or select[3].startswith("${") else select[3]
        return Question(row, name, kind, choices=listed, repeats=repeats, path=path)
    return Question(row, name, type_, repeats=repeats, path=path)


def codes_by_list(choices: Sheet | None) -> dict[str, dict[str, Row]]:
    """List name → code → its row, the first one where a code comes twice."""
    found: dict[str, dict[str, Row]] = {}
    for row in choices.rows if choices is not None else ():
        name = row.get("list_name") or row.get("list name")
        if name:
            found.setdefault(name, {}).setdefault(row.get("name") or row.get("value"), row)
    return found


def listed(choices: Sheet | None) -> Iterator[tuple[str, str, Row]]:
    """List name, code and row of every row of the choices sheet."""
    for row in choices.rows if choices is not None else ():
        yield row.get("list_name") or row.get("list name"), row.get("name") or row.get("value"), row
