"""Expressions as they stand in the cells: syntax, functions, references, codes of choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.lint.context import Look
from cpdesk.forms.lint.survey import Question
from cpdesk.forms.lint.workbook import Row
from cpdesk.forms.xpath.functions import function_named
from cpdesk.forms.xpath.parser import parse
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path

EXPRESSIONS: Final = (
    "relevant", "required", "readonly", "read_only", "constraint", "calculation", "choice_filter", "repeat_count",
)  # fmt: skip
_REFERENCE: Final = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_DYNAMIC: Final = re.compile(r"\$\{|\w\s*\(|^\s*\.\.?\s*/")
_PLAIN: Final = frozenset(("yes", "no", "true", "false", "true()", "false()", "TRUE", "FALSE"))
_WIDE: Final = dict(zip("（），＝＞＜＋－＊“”‘’｛｝＄！［］\u3000。", "(),=><+-*''''{}$![] .", strict=True))
"""Signs that a Chinese keyboard gives and no expression can hold, and what is meant."""
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_OVER_ITEMS: Final = frozenset(
    (
        "sum", "count", "min", "max", "join", "count-non-empty", "indexed-repeat", "position", "concat", "area",
        "distance", "boolean", "not", "randomize", "geofence",
    )
)  # fmt: skip
"""Functions that read all items of a repeat, or choose one."""
_FAULT_RULES: Final = {"CP-1206": "function_unknown", "CP-1208": "function_arguments"}


def look_at_expressions(look: Look) -> None:
    """Every expression of the survey sheet."""
    for question in look.survey.questions:
        for column, source in _expressions(question.row):
            _look_at(look, question, column, source)
        for column, text in question.row.cells.items():
            if column.split(":")[0] in ("label", "hint", "constraint_message", "required_message", "guidance_hint"):
                for name in _REFERENCE.findall(text):
                    _reference(look, question, column, name)
        for name in _REFERENCE.findall(question.row.get("trigger")):
            _reference(look, question, "trigger", name)
    for row, column, source in _other_expressions(look):
        for name in _REFERENCE.findall(source):
            _known(look, row, column, name)


def _expressions(row: Row) -> Iterator[tuple[str, str]]:
    for column in EXPRESSIONS:
        source = row.get(column)
        if source and source not in _PLAIN:
            yield column, source
    default = row.get("default")
    if _DYNAMIC.search(default):
        yield "default", default


def _other_expressions(look: Look) -> Iterator[tuple[Row, str, str]]:
    for sheet, columns in (
        ("settings", ("instance_name",)),
        ("entities", ("label", "entity_id", "create_if", "update_if")),
    ):
        for row in look.sheets[sheet].rows if sheet in look.sheets else ():
            for column in columns:
                if row.get(column):
                    yield row, column, row.get(column)


def _look_at(look: Look, question: Question, column: str, source: str) -> None:
    place = question.row.place(column)
    wide = [sign for sign in _QUOTED.sub("", source) if sign in _WIDE]
    if wide:
        look.error("full_width", place, sign=wide[0], instead=_WIDE[wide[0]])
        return
    if column == "repeat_count" and source.isdigit():
        return
    names = _REFERENCE.findall(source)
    known = [_reference(look, question, column, name) for name in names]
    if source.count("${") != len(names):
        look.error("reference_unclosed", place, expression=source)
        return
    try:
        tree = parse(_REFERENCE.sub(_stand_in, source))
    except InputFault as fault:
        _unparsed(look, question, column, source, fault)
        return
    _Reader(look, question, column, source).visit(tree)
    if all(known):
        _reads_items(look, question, column, source, tree)


def _stand_in(match: re.Match[str]) -> str:
    """A name of the same length, so that positions stay those of the cell."""
    return "r" * (match.start(1) - match.start()) + match[1].replace("#", "-") + "_" * (match.end() - match.end(1))


def _unparsed(look: Look, question: Question, column: str, source: str, fault: InputFault) -> None:
    place = question.row.place(column)
    bare = _QUOTED.sub("", source)
    if source.count("'") % 2 and '"' not in source:
        look.error("quote_unclosed", place, expression=source)
    elif bare.count("(") != bare.count(")"):
        look.error("brackets", place, expression=source, opened=str(bare.count("(")), closed=str(bare.count(")")))
    elif "==" in bare:
        look.error("double_equals", place, expression=source)
    elif "&&" in bare or "||" in bare:
        look.error("and_or", place, expression=source)
    else:
        look.error("syntax", place, expression=source, position=str(fault.fields.get("position", "")))


def _reference(look: Look, question: Question, column: str, name: str) -> bool:
    return _known(look, question.row, column, name)


def _known(look: Look, row: Row, column: str, name: str) -> bool:
    name = name.removeprefix("last-saved#")
    found = look.by_name.get(name, [])
    if not found:
        look.error("reference_unknown", row.place(column), name=name, nearest=look.nearest(name, look.by_name))
    elif len(found) > 1:
        look.error("reference_ambiguous", row.place(column), name=name, count=str(len(found)))
    return len(found) == 1


class _Reader:
    """Walks one expression."""

    def __init__(self, look: Look, question: Question, column: str, source: str) -> None:
        self._look = look
        self._question = question
        self._place = question.row.place(column)
        self._names = {_stand_in_name(name): name for name in _REFERENCE.findall(source)}

    def visit(self, ast: Ast) -> None:
        if isinstance(ast, Call):
            self._call(ast)
        elif isinstance(ast, Chain):
            self._compared(ast)
        for below in _below(ast):
            self.visit(below)

    def _call(self, call: Call) -> None:
        try:
            function_named(call.name, len(call.arguments))
        except InputFault as fault:
            fields = {name: str(value) for name, value in fault.fields.items()}
            self._look.error(_FAULT_RULES[fault.code], self._place, **fields)
            return
        if call.name == "selected" and len(call.arguments) == 2:
            self._code(call.arguments[0], call.arguments[1])

    def _compared(self, chain: Chain) -> None:
        left = chain.first
        for operator, right in chain.rest:
            if operator in ("=", "!="):
                self._code(left, right)
                self._code(right, left)
            left = right

    def _code(self, asked: Ast, code: Ast) -> None:
        """An answer held against a text that is no code of its list."""
        if not isinstance(code, Literal) or not isinstance(code.value, str) or not code.value:
            return
        question = self._question if _is_self(asked) else self._asked(asked)
        if question is None or not question.choices or question.choices not in self._look.codes:
            return
        codes = self._look.codes[question.choices]
        if code.value not in codes and not (question.type == "select_multiple" and " " in code.value):
            self._look.error(
                "code_unknown",
                self._place,
                code=code.value,
                question=question.name,
                list=question.choices,
                nearest=self._look.nearest(code.value, codes),
            )

    def _asked(self, ast: Ast) -> Question | None:
        if not isinstance(ast, Path) or ast.absolute or ast.start is not None or len(ast.steps) != 1:
            return None
        name = self._names.get(ast.steps[0].test)
        found = self._look.by_name.get(name, []) if name else []
        return found[0] if len(found) == 1 else None


def _stand_in_name(name: str) -> str:
    match = _REFERENCE.fullmatch(f"${{{name}}}")
    return _stand_in(match) if match else name


def _is_self(ast: Ast) -> bool:
    return isinstance(ast, Path) and len(ast.steps) == 1 and ast.steps[0].axis == "self"


def _below(ast: Ast) -> Iterator[Ast]:
    if isinstance(ast, Call):
        yield from ast.arguments
    elif isinstance(ast, Chain):
        yield ast.first
        for _, operand in ast.rest:
            yield operand
    elif isinstance(ast, Negate):
        yield ast.operand
    elif isinstance(ast, Filter):
        yield ast.primary
        yield from ast.predicates
    elif isinstance(ast, Path):
        if ast.start is not None:
            yield ast.start
        for step in ast.steps:
            yield from step.predicates


def _reads_items(look: Look, question: Question, column: str, source: str, tree: Ast) -> None:
    """A question outside a repeat that reads one inside as if there were but one item."""
    stand_ins = {_stand_in_name(name): name for name in _REFERENCE.findall(source)}
    for name in dict.fromkeys(_read_alone(tree, stand_ins)):
        asked = look.by_name[name][0]
        inner = [repeat for repeat in asked.repeats if repeat not in question.repeats and repeat is not question]
        if inner and asked.type != "repeat":
            look.warning(
                "repeat_reference", question.row.place(column), name=name, repeat=inner[-1].name, column=column
            )


def _read_alone(ast: Ast, names: dict[str, str]) -> Iterator[str]:
    if isinstance(ast, Call) and ast.name in _OVER_ITEMS:
        return
    if isinstance(ast, Path) and ast.start is None and len(ast.steps) == 1 and ast.steps[0].test in names:
        name = names[ast.steps[0].test]
        if not name.startswith("last-saved#"):
            yield name
    for below in _below(ast):
        yield from _read_alone(below, names)
