"""Expression text to syntax tree: the whole grammar of XPath 1.0, by precedence climbing, with a bound on nesting."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.xpath.lexer import shorten, tokens
from cpdesk.forms.xpath.syntax import ANYWHERE, Ast, Call, Chain, Filter, Literal, Negate, Path, Step

DEPTH_MAX: Final = 100
"""Brackets, calls and predicates inside each other. Each costs a few frames of Python's stack."""

AXES: Final = frozenset(
    (
        "ancestor", "ancestor-or-self", "attribute", "child", "descendant", "descendant-or-self", "following",
        "following-sibling", "namespace", "parent", "preceding", "preceding-sibling", "self",
    )
)  # fmt: skip
_LEVELS: Final = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_LEVEL_OF: Final = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_DOTS: Final = {".": "self", "..": "parent"}
_GOES_ON: Final = frozenset(("[", "/", "//"))
"""What may follow the first token of an operand that is but one token otherwise."""
_NODE_TYPES: Final = frozenset(("node", "text", "comment", "processing-instruction"))


def parse(source: str) -> Ast:
    """The syntax tree of an expression.

    Raises:
        InputFault: CP-1205 syntax, with position; CP-1209 too long or too deep.
    """
    return parse_with_calls(source)[0]


@lru_cache(maxsize=4096)
def parse_with_calls(source: str) -> tuple[Ast, tuple[Call, ...]]:
    """As `parse`, and beside the tree all calls in it, inner ones first."""
    parser = _Parser(source)
    return parser.whole(), tuple(parser.calls)


@lru_cache(maxsize=4096)
def _plain_steps(path: str) -> tuple[Step, ...]:
    """The steps of a token of kind "path"."""
    return tuple(_plain_step(name) for name in path.removeprefix("/").split("/"))


@lru_cache(maxsize=4096)
def _plain_step(name: str) -> Step:
    axis = _DOTS.get(name)
    return Step("child", name) if axis is None else Step(axis, "node()")


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokens(source)
        self._at = 0
        self._kind, self._text, self._begin, self._end = self._tokens[0]
        self._depth = 0
        self.calls: list[Call] = []

    def whole(self) -> Ast:
        tree = self._expression()
        if self._kind != "end":
            raise self._wrong()
        return tree

    def _next(self) -> None:
        """Go on to the next token; nobody goes past the last, "end"."""
        self._at += 1
        self._kind, self._text, self._begin, self._end = self._tokens[self._at]

    def _take(self, kind: str) -> str:
        """The text of a token that must be of that kind."""
        if self._kind != kind:
            raise self._wrong(kind)
        text = self._text
        self._next()
        return text

    def _kind_behind(self) -> str:
        """The kind of the token behind this one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)][0]

    def _end_before(self) -> int:
        """Where the token before this one ends."""
        return self._tokens[self._at - 1][3]

    def _wrong(self, expected: str = "") -> InputFault:
        reason = f"“{self._text}”" if self._text else "the expression ends too early"
        if expected:
            reason += f", expected “{expected}”"
        return InputFault(
            "CP-1205", place="", expression=shorten(self._source), position=self._begin + 1, reason=reason
        )

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise InputFault("CP-1209", place="", what="nesting", found=f"> {DEPTH_MAX}", limit=DEPTH_MAX)

    def _expression(self) -> Ast:
        """All levels of precedence in one frame: a stack of open chains instead of a call a level."""
        operand = self._unary()
        if self._kind != "op":
            return operand
        firsts: list[Ast] = []
        rests: list[list[tuple[str, Ast]]] = []
        levels: list[int] = []
        while True:
            text = self._text
            found = _LEVEL_OF.get(text, -1) if self._kind == "op" else -1
            while levels and levels[-1] > found:
                operand = self._close(firsts.pop(), rests.pop(), operand)
                levels.pop()
            if found < 0:
                return operand
            self._next()
            if levels and levels[-1] == found:
                operator, _ = rests[-1][-1]
                rests[-1][-1] = (operator, operand)
                rests[-1].append((text, operand))
            else:
                levels.append(found)
                firsts.append(operand)
                rests.append([(text, operand)])
            operand = self._unary()

    @staticmethod
    def _close(first: Ast, rest: list[tuple[str, Ast]], last: Ast) -> Ast:
        """The last entry of an open chain holds its operator and waits for its operand."""
        rest[-1] = (rest[-1][0], last)
        return Chain(first, tuple(rest))

    def _unary(self) -> Ast:
        times = 0
        while self._kind == "op" and self._text == "-":
            times += 1
            self._next()
        operand = self._union()
        return Negate(operand, times) if times else operand

    def _union(self) -> Ast:
        first = self._path()
        rest: list[tuple[str, Ast]] = []
        while self._kind == "op" and self._text == "|":
            self._next()
            rest.append(("|", self._path()))
        return Chain(first, tuple(rest)) if rest else first

    def _path(self) -> Ast:
        kind, begin = self._kind, self._begin
        if kind == "path":
            return self._plain_path(self._text, begin, self._end)
        if kind in ("/", "//"):
            self._next()
            steps = [ANYWHERE] if kind == "//" else []
            if kind == "//" or self._starts_step():
                self._steps(steps)
            return Path(True, tuple(steps), None, begin, self._end_before())
        if self._starts_step() and not self._is_call():
            steps = []
            self._steps(steps)
            return Path(False, tuple(steps), None, begin, self._end_before())
        primary = self._primary()
        predicates = self._predicates()
        if predicates:
            primary = Filter(primary, predicates)
        if self._kind not in ("/", "//"):
            return primary
        steps = [ANYWHERE] if self._kind == "//" else []
        self._next()
        self._steps(steps)
        return Path(False, tuple(steps), primary, begin, self._end_before())

    def _plain_path(self, text: str, begin: int, end: int) -> Path:
        """A path that begins with plain steps, and mostly ends with them."""
        if self._kind_behind() not in _GOES_ON:
            self._next()
            return Path(text[0] == "/", _plain_steps(text), None, begin, end)
        steps: list[Step] = []
        self._steps(steps)
        return Path(text[0] == "/", tuple(steps), None, begin, self._end_before())

    def _starts_step(self) -> bool:
        return self._kind in ("path", "name", ".", "..", "@")

    def _is_call(self) -> bool:
        return self._kind == "name" and self._text not in _NODE_TYPES and self._kind_behind() == "("

    def _steps(self, steps: list[Step]) -> None:
        while True:
            if self._kind == "path":
                steps.extend(_plain_steps(self._text))
                self._next()
                if self._kind == "[":
                    last = steps.pop()
                    steps.append(Step(last.axis, last.test, self._predicates()))
            else:
                steps.append(self._step())
            if self._kind == "//":
                steps.append(ANYWHERE)
            elif self._kind != "/":
                return
            self._next()

    def _step(self) -> Step:
        if self._kind == ".":
            self._next()
            return Step("self", "node()", self._predicates())
        if self._kind == "..":
            self._next()
            return Step("parent", "node()", self._predicates())
        axis = "child"
        if self._kind == "@":
            self._next()
            axis = "attribute"
        elif self._kind_behind() == "::":
            axis = self._text
            if self._kind != "name" or axis not in AXES:
                raise self._wrong("name" if self._kind != "name" else "axis")
            self._next()
            self._next()
        name = self._take("name")
        if name in _NODE_TYPES and self._kind == "(":
            self._next()
            target = ""
            if name == "processing-instruction" and self._kind == "string":
                target = self._take("string")[1:-1]
            self._take(")")
            name = f"{name}({target})"
        return Step(axis, name, self._predicates())

    def _predicates(self) -> tuple[Ast, ...]:
        if self._kind != "[":
            return ()
        found: list[Ast] = []
        while self._kind == "[":
            self._next()
            self._enter()
            found.append(self._expression())
            self._depth -= 1
            self._take("]")
        return tuple(found)

    def _primary(self) -> Ast:
        kind, text = self._kind, self._text
        if kind == "name":
            return self._call()
        if kind not in ("number", "string", "("):
            raise self._wrong()
        self._next()
        if kind == "number":
            return Literal(float(text))
        if kind == "string":
            return Literal(text[1:-1])
        self._enter()
        inner = self._expression()
        self._depth -= 1
        self._take(")")
        return inner

    def _call(self) -> Call:
        name, begin = self._text, self._begin
        if self._kind_behind() != "(":
            raise self._wrong()
        self._next()
        self._next()
        self._enter()
        arguments: list[Ast] = []
        if self._kind != ")":
            arguments.append(self._expression())
            while self._kind == ",":
                self._next()
                arguments.append(self._expression())
        self._depth -= 1
        self._take(")")
        call = Call(name, tuple(arguments), begin, self._end_before())
        self.calls.append(call)
        return call
