"""The same case as an XLSForm, so that a share of the forms comes from pyxform as real ones do.

Actions and outputs that are more than a reference have no place in an XLSForm and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fuzz_expressions import Expr
from fuzz_forms import LANGUAGES, Case, Item, Said

_PATH: Final = re.compile(r"/data(?:/[a-z]\d+)*/([a-z]\d+)(?![\w/\[])")
_TYPES: Final = {
    "int": "integer",
    "string": "text",
    "trigger": "acknowledge",
    **{name: name for name in ("decimal", "date", "dateTime", "time", "geopoint", "geotrace", "geoshape", "barcode")},
}
_RULES: Final = {"readonly": "read_only", "calculate": "calculation"}
Row = dict[str, str]


def xlsform(case: Case) -> str:
    """The case as the markdown text of a workbook."""
    choices: list[Row] = [
        {"list_name": name, "name": value, "part": part, **_labels(case, (value.upper(),), "label")}
        for name, rows in case.lists.items()
        for value, part in rows
    ]
    survey = list(_rows(case, case.root.children, choices))
    settings = [{"form_id": "fuzz", "version": "1", "default_language": LANGUAGES[0] if case.languages else ""}]
    return _sheet("survey", survey) + (_sheet("choices", choices) if choices else "") + _sheet("settings", settings)


def _sheet(name: str, rows: list[Row]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [f"| {name} |", "| | " + " | ".join(columns) + " |"]
    lines += ["| | " + " | ".join(row.get(column, "") for column in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _rows(case: Case, items: list[Item], choices: list[Row]) -> Iterator[Row]:
    for item in items:
        row: Row = {
            "type": "",
            "name": item.name,
            **_labels(case, item.label, "label"),
            **_labels(case, item.hint, "hint"),
        }
        for rule, expression in item.rules.items():
            row[_RULES.get(rule, rule)] = _named(case, str(expression))
        if item.message and "constraint" in item.rules:
            row["constraint_message"] = item.message
        if item.kind == "question":
            row |= {"type": _type(case, item, choices), "default": item.default}
            if "calculate" in item.rules:
                row["bind::type"] = item.type
            if item.filter is not None:
                row["choice_filter"] = _named(case, str(item.filter))
            row["parameters"] = _parameters(item)
            yield row
        else:
            row["type"] = f"begin {item.kind}"
            if item.count is not None:
                row["repeat_count"] = _named(case, str(item.count))
            yield row
            yield from _rows(case, item.children, choices)
            yield {"type": f"end {item.kind}"}


def _type(case: Case, item: Item, choices: list[Row]) -> str:
    if "calculate" in item.rules:
        return "calculate"
    name = {"select1": "select_one", "select": "select_multiple", "odk:rank": "rank"}.get(item.control)
    if name is not None:
        listed = item.choices_from or f"own{item.name}"
        if not item.choices_from:
            choices += [
                {"list_name": listed, "name": value, **_labels(case, (value.upper(),), "label")}
                for value in item.values
            ]
        return f"{name} {listed}"
    return {"": "hidden", "range": "range", "trigger": "acknowledge"}.get(item.control) or _TYPES[item.type]


def _parameters(item: Item) -> str:
    if item.control == "range":
        return item.attributes.replace('"', "")
    return f"randomize=true, seed={item.randomize}" if item.randomize.isdecimal() else ""


def _labels(case: Case, said: Said, column: str) -> Row:
    text = "".join(part if isinstance(part, str) else _reference(part) for part in said)
    if not text:
        return {}
    return (
        {f"{column}::{language}": f"{language}:{text}" for language in LANGUAGES} if case.languages else {column: text}
    )


def _reference(part: Expr) -> str:
    match = _PATH.fullmatch(str(part))
    return f"${{{match[1]}}}" if match else "-"


def _named(case: Case, expression: str) -> str:
    """Every other form names questions as `${name}`, which pyxform makes relative inside repeats."""
    return _PATH.sub(r"${\1}", expression) if case.seed % 2 else expression
