"""Answers of many surveys as tables, and tables as answers: one row a survey, one table a repeat, nothing lost.

| table | one row is | columns besides the questions |
|---|---|---|
| `surveys` | a survey | `_id`, `_title`, `_status`, `_version` |
| name of a repeat | an item of it | `_id` (of the survey), `_item`, `_parent` (item around it) |
| `more` | an entry that fits in no other table: remarks, quality marks, answers of older versions, very long texts |
  `_id`, `_path`, `_part`, `_value` |

Columns are called by the template path of their question; the second row says what the question asks. A cell holds the
answer as the form stores it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cpdesk.forms.form import Form, Kind, NodeDef
from cpdesk.model.records import Answers, Record

SURVEYS: Final = "surveys"
MORE: Final = "more"
ID: Final = "_id"
ITEM: Final = "_item"
PARENT: Final = "_parent"
TITLE: Final = "_title"
STATUS: Final = "_status"
VERSION: Final = "_version"
PATH: Final = "_path"
PART: Final = "_part"
VALUE: Final = "_value"
NOTE_MARK: Final = "#"
"""First sign of the first cell of a row that is no data."""
CELL_CHARACTERS_MAX: Final = 4_000
"""Longer answers are cut into parts in `more`: a cell holds 32,767 signs, and a sign may take six when escaped."""
_STEP: Final = re.compile(r"([^/\[\]]+)(?:\[([^\]]*)\])?")
_SHEET_NAME_MAX: Final = 31


@dataclass(slots=True)
class AnswerTable:
    """One table: its name, its columns, what they ask, and its rows as texts."""

    name: str
    columns: tuple[str, ...]
    asked: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TableShape:
    """Which questions stand in which table. `repeat` is None for the table of surveys."""

    name: str
    repeat: NodeDef | None
    questions: tuple[NodeDef, ...]


def shapes_of(form: Form, *, personal: bool) -> list[TableShape]:
    """The tables of a form: surveys first, then its repeats in their order.

    Args:
        personal: with the questions that the form marks as personal information.
    """
    used = {SURVEYS, MORE}
    shapes = [TableShape(SURVEYS, None, tuple(_leaves(form.root, personal)))]
    for node in form.nodes:
        if node.kind is Kind.REPEAT:
            name = _sheet_name(node, used)
            shapes.append(TableShape(name, node, tuple(_leaves(node, personal))))
    return shapes


def _sheet_name(node: NodeDef, used: set[str]) -> str:
    name, number = node.name[:_SHEET_NAME_MAX], 2
    while name.lower() in used:
        name = f"{node.name[: _SHEET_NAME_MAX - 3]}_{number}"
        number += 1
    used.add(name.lower())
    return name


def _leaves(node: NodeDef, personal: bool) -> Iterator[NodeDef]:
    """Questions below a node, those of nested repeats left out."""
    for child in node.children:
        if child.is_leaf:
            if child.kind is not Kind.NOTE and (personal or not is_personal(child)):
                yield child
        elif child.kind is not Kind.REPEAT:
            yield from _leaves(child, personal)


def is_personal(node: NodeDef) -> bool:
    """Whether the form marks a question as personal information."""
    return node.attributes.get("personal", "").lower() in ("yes", "true", "1")


def tables_of(
    form: Form,
    surveys: Iterable[Record],
    *,
    forms: Mapping[str, Form],
    personal: bool,
    language: str,
    status_words: Mapping[str, str],
) -> list[AnswerTable]:
    """Surveys as tables.

    Args:
        form: the version whose questions make the columns; answers it does not know go to `more`.
        forms: the form of each survey's own version, by version.
        personal: with the questions that a form marks as personal information. Without, an answer that neither version
            knows stays at home too: nobody can say what it was.
        language: of the row that says what a column asks, "zh" or "en".
        status_words: how a status is called.
    """
    shapes = shapes_of(form, personal=personal)
    public = {version: _public(form, own) for version, own in forms.items()}
    tables = {shape.name: _empty(form, shape, language) for shape in shapes}
    by_repeat = {shape.repeat.path if shape.repeat else "": shape for shape in shapes}
    more = AnswerTable(MORE, (ID, PATH, PART, VALUE), (NOTE_MARK, "", "", ""))
    for record in surveys:
        known = public[record.version]
        left = {path: value for path, value in record.answers.items() if personal or template_of(path) in known}
        about = {ID: record.id, TITLE: record.title if personal else "", STATUS: status_words[record.status]}
        _add(tables[SURVEYS], about | {VERSION: record.version}, "", left)
        for item in [path for path in record.answers if path.endswith("]")]:
            shape = by_repeat.get(template_of(item))
            if shape is None:
                continue
            left.pop(item, None)
            _add(tables[shape.name], {ID: record.id, **_item_cells(item)}, item, left)
        more.rows.extend(_rest(record.id, left))
    return [*tables.values(), more]


def _public(*forms: Form) -> set[str]:
    """Template paths that at least one of two versions knows and neither marks as personal information."""
    nodes = [node for form in forms for node in form.nodes]
    return {node.path for node in nodes} - {node.path for node in nodes if is_personal(node)}


def _empty(form: Form, shape: TableShape, language: str) -> AnswerTable:
    keys = (ID, TITLE, STATUS, VERSION) if shape.repeat is None else (ID, ITEM, PARENT)
    columns = (*keys, *(node.path for node in shape.questions))
    asked = (NOTE_MARK, *("" for _ in keys[1:]), *(asked_words(form, node, language) for node in shape.questions))
    return AnswerTable(shape.name, columns, asked)


def asked_words(form: Form, node: NodeDef, language: str) -> str:
    """What a question asks, with its unit."""
    text = node.label.get(form.language_name(language)) or node.label.get("") or next(iter(node.label.values()), None)
    words = "".join(part for part in text.parts if isinstance(part, str)).strip() if text is not None else node.name
    return f"{words} ({node.unit})" if node.unit else words


def template_of(path: str) -> str:
    """A path without the ids of items and without a mark."""
    return re.sub(r"\[[^\]]*\]", "", path.partition("#")[0])


def item_around(path: str) -> str:
    """The path of the innermost item that a path lies in, "" outside repeats; of an item, the one around it."""
    inner = path[: path.rindex("[")] if path.endswith("]") else path
    return inner[: inner.rindex("]") + 1] if "]" in inner else ""


def _item_cells(item: str) -> dict[str, str]:
    parent = item_around(item)
    return {ITEM: _id_of(item), PARENT: _id_of(parent) if parent else ""}


def _id_of(item: str) -> str:
    return item[item.rindex("[") + 1 : -1]


def _add(table: AnswerTable, keys: Mapping[str, str], item: str, left: dict[str, str]) -> None:
    """A row; what is written goes out of `left`, save what is too long for a cell."""
    row: list[str] = []
    for column in table.columns:
        if column.startswith("_"):
            row.append(keys[column])
            continue
        path = in_item(column, item)
        value = left.get(path, "")
        if len(value) <= CELL_CHARACTERS_MAX:
            left.pop(path, None)
            row.append(value)
        else:
            row.append("")
    table.rows.append(tuple(row))


def in_item(template: str, item: str) -> str:
    """The path of a question in the item of the innermost repeat around it; "" stands for no repeat."""
    return template if not item else item + template[len(template_of(item)) :]


def _rest(record: str, left: Answers) -> Iterator[tuple[str, ...]]:
    for path, value in left.items():
        if path.endswith("]"):
            yield record, path, "1", value
            continue
        for start in range(0, len(value), CELL_CHARACTERS_MAX):
            part = value[start : start + CELL_CHARACTERS_MAX]
            yield record, path, str(start // CELL_CHARACTERS_MAX + 1), part


def joined(parts: Sequence[tuple[int, str]]) -> str:
    """The text that was cut into parts."""
    return "".join(text for _, text in sorted(parts))
