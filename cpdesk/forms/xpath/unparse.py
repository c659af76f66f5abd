"""Syntax trees as expressions again, and location paths without their filters."""

from __future__ import annotations

from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path, Step
from cpdesk.forms.xpath.values import number_text


def bare(path: Path) -> Path:
    """The path without its predicates."""
    return Path(path.absolute, tuple(Step(step.axis, step.test) for step in path.steps), path.start)


def without_last_predicates(ast: Ast) -> tuple[Ast, tuple[Ast, ...]]:
    """A node-set before its last step is filtered, and the filters."""
    if isinstance(ast, Filter):
        return ast.primary, ast.predicates
    if isinstance(ast, Path) and ast.steps and ast.steps[-1].predicates:
        last = ast.steps[-1]
        return Path(ast.absolute, (*ast.steps[:-1], Step(last.axis, last.test)), ast.start), last.predicates
    return ast, ()


def written(ast: Ast) -> str:
    """A tree as an expression again."""
    match ast:
        case Literal(value):
            if isinstance(value, float):
                return number_text(value)
            return f'"{value}"' if "'" in value else f"'{value}'"
        case Path():
            return _written_path(ast)
        case Filter(primary, predicates):
            return f"({written(primary)})" + "".join(f"[{written(predicate)}]" for predicate in predicates)
        case Call(name, arguments):
            return f"{name}({', '.join(written(argument) for argument in arguments)})"
        case Chain(first, rest):
            return " ".join([_closed(first), *(f"{operator} {_closed(operand)}" for operator, operand in rest)])
        case Negate(operand, times):
            return "-" * times + _closed(operand)


def _closed(ast: Ast) -> str:
    return f"({written(ast)})" if isinstance(ast, Chain) else written(ast)


def _written_path(path: Path) -> str:
    steps: list[str] = []
    for step in path.steps:
        name = {("self", "node()"): ".", ("parent", "node()"): ".."}.get((step.axis, step.test))
        if name is None or step.predicates:
            prefix = {"child": "", "attribute": "@"}.get(step.axis, f"{step.axis}::")
            name = prefix + step.test
        steps.append(name + "".join(f"[{written(predicate)}]" for predicate in step.predicates))
    start = "/" if path.absolute else ""
    if path.start is not None:
        inner = written(path.start)
        start = f"{inner}/" if isinstance(path.start, Call | Filter) else f"({inner})/"
    return start + "/".join(steps)
