"""The syntax tree of an expression. Chains keep operators of one level side by side, so that long sums stay shallow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | float


@dataclass(frozen=True, slots=True)
class Step:
    """`test` is a qualified name, "*", "prefix:*", or one of "node()", "text()", "comment()",
    "processing-instruction()", "processing-instruction(target)"."""

    axis: str
    test: str
    predicates: tuple[Ast, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A location path; `start` is the expression before the first slash of a filtered path, else None."""

    absolute: bool
    steps: tuple[Step, ...]
    start: Ast | None = None
    begin: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    primary: Ast
    predicates: tuple[Ast, ...]


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Ast, ...]
    begin: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one level of precedence, applied from left to right."""

    first: Ast
    rest: tuple[tuple[str, Ast], ...]


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Ast
    times: int


Ast = Literal | Path | Filter | Call | Chain | Negate
ANYWHERE = Step("descendant-or-self", "node()")
"""What `//` stands for."""
