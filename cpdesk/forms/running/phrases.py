"""Expressions of a form in words: questions by their labels, choices by theirs, operators as people say them.

What has no words of its own stays as it is written. The words stand in `resources/i18n/texts/forms_words.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from cpdesk.base.i18n import Translator
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path, Step
from cpdesk.forms.xpath.unparse import bare, written
from cpdesk.forms.xpath.values import number_text

_STRENGTH: Final = {"or": 0, "and": 1, "=": 2, "!=": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4}
_LOGIC: Final = frozenset(("=", "!=", "<", "<=", ">", ">=", "and", "or"))
_NAMES: Final = {
    "=": "is",
    "!=": "is_not",
    "<": "below",
    "<=": "at_most",
    ">": "above",
    ">=": "at_least",
    "and": "and",
    "or": "or",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "div": "divided",
    "mod": "remainder",
    "|": "together",
}
_OPPOSITE: Final = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

LabelOf = Callable[[Path, bool], str]
"""The label of what a path leads to; the flag says that it starts at an option or another item, not at the question."""
ChoiceOf = Callable[[Path, str], str]
"""The label of a choice of the question that a path leads to, or the value itself."""


class Phrases:
    """Turns syntax trees into phrases of one language."""

    def __init__(self, tr: Translator, label_of: LabelOf, choice_of: ChoiceOf) -> None:
        self._tr = tr
        self._label_of = label_of
        self._choice_of = choice_of

    def sentence(self, *conditions: Ast, inside: bool = False) -> str:
        """Trees in words, all of which must hold."""
        said = self._tr("form.words.also").join(self.say(ast, inside) for ast in conditions)
        return " ".join(said.split())

    def say(self, ast: Ast, inside: bool = False, above: int = -1) -> str:
        """A tree in words; `inside` a predicate, `above` is how strongly the operator around it binds."""
        match ast:
            case Literal(value):
                if isinstance(value, float):
                    return self._word("number", text=number_text(value))
                return self._word("text", text=value)
            case Path():
                return self._path(ast, inside)
            case Filter(primary, predicates):
                return self._chosen(self.say(primary, inside), predicates)
            case Call():
                return self._call(ast, inside)
            case Chain():
                said, strength = self._chain(ast, inside)
                return self._word("brackets", text=said) if strength < above else said
            case Negate(operand, times):
                return "-" * (times % 2) + self.say(operand, inside, 5)

    def _word(self, key: str, /, **fields: str) -> str:
        return self._tr(f"form.words.{key}", **fields)

    def _chain(self, ast: Chain, inside: bool) -> tuple[str, int]:
        operator, right = ast.rest[0]
        strength = _STRENGTH.get(operator, 5)
        if len(ast.rest) == 1 and operator in ("=", "!="):
            return self._equality(ast.first, operator, right, inside), strength
        said = self.say(ast.first, inside, strength)
        for sign, operand in ast.rest:
            other = self.say(operand, inside, strength + (sign in ("-", "div", "mod")))
            said = self._word(_NAMES[sign], left=said, right=other)
        return said, strength

    def _equality(self, left: Ast, operator: str, right: Ast, inside: bool) -> str:
        """Comparisons with nothing, and with a choice of a question, have words of their own."""
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right = right, left
        if right == Literal(""):
            return self._word("unanswered" if operator == "=" else "answered", left=self.say(left, inside, 3))
        said = self.say(right, inside, 3)
        if isinstance(left, Path) and isinstance(right, Literal) and isinstance(right.value, str) and not inside:
            said = self._word("text", text=self._choice_of(left, right.value))
        return self._word(_NAMES[operator], left=self.say(left, inside, 3), right=said)

    def _path(self, path: Path, inside: bool) -> str:
        place = next((number for number, step in enumerate(path.steps) if step.predicates), None)
        if isinstance(path.start, Call) and path.start.name == "instance" and path.start.arguments:
            return self._from_list(path, path.start.arguments[0])
        if place is None or place == len(path.steps) - 1:
            said = self._label_of(bare(path), inside)
            return said if place is None else self._chosen(said, path.steps[place].predicates)
        neighbour = _neighbour(path.steps[place])
        label = self._label_of(bare(path), inside)
        if neighbour:
            return self._word(neighbour, label=label)
        among = self._label_of(bare(Path(path.absolute, path.steps[: place + 1], path.start)), inside)
        return self._chosen(among, path.steps[place].predicates, label)

    def _from_list(self, path: Path, name: Ast) -> str:
        """What is looked up in a choice list: its column in the rows that fit."""
        table = name.value if isinstance(name, Literal) and isinstance(name.value, str) else written(name)
        predicates = [predicate for step in path.steps for predicate in step.predicates]
        last = path.steps[-1] if path.steps else None
        part = "" if last is None or last.predicates or len(path.steps) < 3 else last.test
        return self._chosen(self._word("list", text=str(table)), predicates, part)

    def _chosen(self, whole: str, predicates: Sequence[Ast], part: str = "") -> str:
        """Some of many by a condition, and perhaps one part of these."""
        if not predicates:
            return self._word("of", whole=whole, part=part) if part else whole
        said = self._tr("form.words.also").join(self._place_or(predicate) for predicate in predicates)
        return self._word("chosen_part" if part else "chosen", whole=whole, condition=said, part=part)

    def _place_or(self, predicate: Ast) -> str:
        is_place = isinstance(predicate, Literal) or (
            isinstance(predicate, Chain) and predicate.rest[0][0] not in _LOGIC and predicate.rest[0][0] != "|"
        )
        return self._word("place", text=self.say(predicate, True)) if is_place else self.say(predicate, True)

    def _call(self, call: Call, inside: bool) -> str:
        name, arguments = call.name, call.arguments
        if name == "not" and len(arguments) == 1:
            return self._not(arguments[0], inside)
        if name in ("selected", "jr:selected") and len(arguments) == 2:
            return self._selected("selected", arguments, inside)
        if name in ("string", "number", "boolean", "once", "int") and len(arguments) == 1:
            return self.say(arguments[0], inside)
        said = [self.say(argument, inside) for argument in arguments]
        if name == "if":
            nested = [isinstance(argument, Call) and argument.name == "if" for argument in arguments]
            said = [self._word("brackets", text=one) if deep else one for one, deep in zip(said, nested, strict=True)]
        key = f"form.words.call.{name.replace(':', '_')}.{len(arguments)}"
        if self._tr.has(key):
            return self._tr(key, **{f"a{number}": text for number, text in enumerate(said, 1)})
        return f"{name}({self._tr('form.words.comma').join(said)})"

    def _not(self, inner: Ast, inside: bool) -> str:
        if isinstance(inner, Call) and inner.name == "selected" and len(inner.arguments) == 2:
            return self._selected("not_selected", inner.arguments, inside)
        if isinstance(inner, Call) and inner.name == "not" and len(inner.arguments) == 1:
            return self.say(inner.arguments[0], inside)
        if isinstance(inner, Chain) and len(inner.rest) == 1 and inner.rest[0][0] in _OPPOSITE:
            operator, right = inner.rest[0]
            if operator in ("=", "!="):
                return self.say(Chain(inner.first, ((_OPPOSITE[operator], right),)), inside)
        return self._word("not", text=self.say(inner, inside))

    def _selected(self, key: str, arguments: tuple[Ast, ...], inside: bool) -> str:
        question, value = arguments
        said = self.say(value, inside)
        if isinstance(question, Path) and isinstance(value, Literal) and isinstance(value.value, str):
            said = self._word("text", text=self._choice_of(question, value.value))
        return self._word(key, left=self.say(question, inside), right=said)


def _neighbour(step: Step) -> str:
    """`[position() = position(current()/..) - 1]` is the item before."""
    sources = {written(predicate) for predicate in step.predicates}
    for sign, word in (("-", "item_before"), ("+", "item_after")):
        for here in ("..", "current()/.."):
            if sources == {f"position() = (position({here}) {sign} 1)"}:
                return word
    return ""
