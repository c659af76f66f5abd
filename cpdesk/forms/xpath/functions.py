"""The registry of functions: name, number of arguments, implementation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from cpdesk.base.errors import InputFault
from cpdesk.base.nearest import nearest_name
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.syntax import Ast
from cpdesk.forms.xpath.values import Value

Evaluate = Callable[[Context], Value]
Build = Callable[[Sequence[Evaluate], Sequence[Ast]], Evaluate]


@dataclass(frozen=True, slots=True)
class Function:
    """`apply` gets the context and the values of its arguments; `build` gets the arguments themselves, for functions
    that must not work all of them out. `most` is None where there is no limit; beyond `least` they come `by` at a
    time."""

    name: str
    least: int
    most: int | None
    apply: Callable[..., Value] | None = None
    build: Build | None = None
    by: int = 1

    def takes(self, arguments: int) -> bool:
        """Whether it may be called with so many arguments."""
        beyond = arguments - self.least
        return beyond >= 0 and (self.most is None or arguments <= self.most) and beyond % self.by == 0

    @property
    def expected(self) -> str:
        """The numbers of arguments it takes, for messages."""
        if self.by > 1:
            return f"{self.least}, {self.least + self.by}, {self.least + 2 * self.by}, …"
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most or '…'}"


@cache
def registry() -> dict[str, Function]:
    """All functions by name."""
    from cpdesk.forms.xpath import (
        functions_core,
        functions_dates,
        functions_forms,
        functions_geo,
        functions_numbers,
        functions_texts,
    )

    modules = (functions_core, functions_numbers, functions_dates, functions_forms, functions_geo, functions_texts)
    return {function.name: function for module in modules for function in module.FUNCTIONS}


def function_named(name: str, arguments: int) -> Function:
    """The function of that name, its number of arguments checked.

    Raises:
        InputFault: CP-1206 unknown, with the nearest name; CP-1208 number of arguments.
    """
    function = registry().get(name)
    if function is None:
        raise InputFault("CP-1206", function=name, nearest=nearest_name(name, registry(), 0.5))
    if not function.takes(arguments):
        raise InputFault("CP-1208", function=name, found=arguments, expected=function.expected)
    return function
