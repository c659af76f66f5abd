"""What surveys need beyond XPath: choices, selections, repeats, branching, secondary instances, ids and chance."""

from __future__ import annotations

import base64
import difflib
import hashlib
import math
import re
import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Evaluate, Function
from cpdesk.forms.xpath.functions_core import nodes_of
from cpdesk.forms.xpath.syntax import Ast, Path
from cpdesk.forms.xpath.values import Value, to_boolean, to_number, to_text

_PATTERN_TEXT_MAX: Final = 5_000


def _if(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    condition, then, otherwise = arguments
    return lambda context: then(context) if to_boolean(condition(context)) else otherwise(context)


def _coalesce(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    def coalesce(context: Context) -> Value:
        for argument in arguments:
            value = argument(context)
            if to_text(value) not in ("", "NaN"):
                return value
        return ""

    return coalesce


def _once(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    expression = arguments[0]

    def once(context: Context) -> Value:
        return context.origin.text or expression(context)

    return once


def _position(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    """Without argument the place in the node-set; with one the place of a repeat's item among its siblings."""
    if not arguments:
        return lambda context: float(context.position)
    which = arguments[0]

    def position(context: Context) -> Value:
        nodes = nodes_of("position", which(context))
        if not nodes or nodes[0].parent is None:
            return 1.0
        siblings = nodes[0].parent.children_named(nodes[0].name)
        return float(next(place for place, node in enumerate(siblings, 1) if node is nodes[0]))

    return position


def _indexed_repeat(arguments: Sequence[Evaluate], asts: Sequence[Ast]) -> Evaluate:
    """`indexed-repeat(target, repeat, index, ...)`: the target inside the items chosen, from the outside in."""
    from cpdesk.forms.xpath.compile import compile_unbound

    if len(arguments) % 2 == 0:
        raise InputFault("CP-1208", function="indexed-repeat", found=len(arguments), expected="3, 5, 7")
    unbound = [compile_unbound(ast) if isinstance(ast, Path) else None for ast in asts]
    target = unbound[0] or arguments[0]
    levels = [(unbound[place] or arguments[place], arguments[place + 1]) for place in range(1, len(arguments), 2)]

    def indexed_repeat(context: Context) -> Value:
        inside: Node | None = None
        for repeat, index in levels:
            place = to_number(index(context))
            items = [node for node in nodes_of("indexed-repeat", repeat(context)) if _within(node, inside)]
            if math.isnan(place) or not 1 <= place <= len(items):
                return ""
            inside = items[int(place) - 1]
        return [node for node in nodes_of("indexed-repeat", target(context)) if _within(node, inside)]

    return indexed_repeat


def _within(node: Node | None, ancestor: Node | None) -> bool:
    while ancestor is not None and node is not ancestor:
        if node is None:
            return False
        node = node.parent
    return True


def _instance(context: Context, value: Value) -> Value:
    name = to_text(value)
    instances = context.environment.instances
    if name not in instances:
        nearest = difflib.get_close_matches(name, instances, 1, 0.3)
        reference = f"instance('{name}')"
        raise InputFault("CP-1210", place="—", reference=reference, nearest=nearest[0] if nearest else "—")
    return [instances[name]]


def _selected(_context: Context, values: Value, value: Value) -> Value:
    return to_text(value).strip() in to_text(values).split()


def _selected_at(_context: Context, values: Value, place: Value) -> Value:
    chosen = to_text(values).split()
    index = to_number(place)
    return chosen[int(index)] if not math.isnan(index) and 0 <= index < len(chosen) else ""


def _count_selected(_context: Context, values: Value) -> Value:
    return float(len(to_text(values).split()))


def _count_non_empty(_context: Context, value: Value) -> Value:
    return float(sum(1 for node in nodes_of("count-non-empty", value) if node.text != ""))


def _join(_context: Context, separator: Value, *values: Value) -> Value:
    texts: list[str] = []
    for value in values:
        texts.extend([node.text for node in value] if isinstance(value, list) else [to_text(value)])
    return to_text(separator).join(texts)


def _substr(_context: Context, text: Value, start: Value, end: Value | None = None) -> Value:
    """From 0; the end is not part of it; negative places count from the end."""
    whole = to_text(text)
    first = to_number(start)
    last = float(len(whole)) if end is None else to_number(end)
    if math.isnan(first) or math.isnan(last):
        return ""
    bounds = [place + len(whole) if place < 0 else place for place in (first, last)]
    begin, stop = (int(min(max(place, 0.0), len(whole))) for place in bounds)
    return whole[begin:stop]


@lru_cache(maxsize=512)
def _pattern(source: str) -> re.Pattern[str]:
    try:
        return re.compile(source)
    except (re.error, OverflowError, RecursionError) as error:
        raise InputFault("CP-1218", function="regex", value=source[:120], expected=f" regex ({error})") from None


def _regex(_context: Context, text: Value, pattern: Value) -> Value:
    """Whether the pattern takes the whole text, as in JavaRosa."""
    whole = to_text(text)
    if len(whole) > _PATTERN_TEXT_MAX:
        raise InputFault("CP-1215", path="regex", found=len(whole), limit=_PATTERN_TEXT_MAX)
    return _pattern(to_text(pattern)).fullmatch(whole) is not None


def _checklist(_context: Context, least: Value, most: Value, *answers: Value) -> Value:
    """Whether at least and at most so many answers hold; -1 is no bound."""
    return _between(float(sum(_truths(answers))), least, most)


def _weighted_checklist(_context: Context, least: Value, most: Value, *pairs: Value) -> Value:
    """Answers and weights by turns; either may be a node-set, which stands for all its nodes."""
    answers = _truths(pairs[::2])
    weights = [to_number(text) for value in pairs[1::2] for text in _texts(value)]
    held = [weight for holds, weight in zip(answers, weights, strict=False) if holds]
    return _between(math.fsum(held), least, most)


def _texts(value: Value) -> list[str]:
    return [node.text for node in value] if isinstance(value, list) else [to_text(value)]


def _between(count: float, least: Value, most: Value) -> bool:
    low, high = to_number(least), to_number(most)
    return (low < 0 or count >= low) and (high < 0 or count <= high)


def _truths(answers: tuple[Value, ...]) -> list[bool]:
    found: list[bool] = []
    for answer in answers:
        found.extend([_holds(node.text) for node in answer] if isinstance(answer, list) else [_holds(answer)])
    return found


def _holds(value: Value) -> bool:
    return to_text(value) != "false" and to_boolean(value) if isinstance(value, str | list) else to_boolean(value)


def _itext(context: Context, value: Value) -> Value:
    return context.environment.itext(to_text(value))


def _choice_name(context: Context, value: Value, path: Value) -> Value:
    return context.environment.choice_name(to_text(value), to_text(path), context.origin)


def _digest(_context: Context, text: Value, algorithm: Value, encoding: Value = "base64") -> Value:
    """MD5, SHA-1, SHA-256, SHA-384 or SHA-512 as base64 or hex."""
    name = to_text(algorithm)
    if name not in ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"):
        raise InputFault("CP-1218", function="digest", value=name, expected=" MD5, SHA-1, SHA-256, SHA-384, SHA-512")
    made = hashlib.new(name.replace("-", "").lower(), to_text(text).encode(), usedforsecurity=False).digest()
    return made.hex() if to_text(encoding) == "hex" else base64.b64encode(made).decode()


def _base64_decode(_context: Context, text: Value) -> Value:
    try:
        return base64.b64decode(to_text(text)).decode("utf-8", "replace")
    except ValueError:
        return ""


def _uuid(context: Context, *length: Value) -> Value:
    """A random identifier of version 4, or so many random characters."""
    draw = context.environment.random
    if not length:
        return str(uuid.UUID(int=int(draw() * 2**64) << 64 | int(draw() * 2**64), version=4))
    count = to_number(length[0])
    if math.isnan(count) or not 0 <= count <= 1000:
        raise InputFault("CP-1218", function="uuid", value=to_text(length[0]), expected=" 0–1000")
    letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "".join(letters[int(draw() * len(letters))] for _ in range(int(count)))


FUNCTIONS: Final = (
    Function("if", 3, 3, build=_if),
    Function("coalesce", 1, None, build=_coalesce),
    Function("once", 1, 1, build=_once),
    Function("position", 0, 1, build=_position),
    Function("indexed-repeat", 3, None, build=_indexed_repeat),
    Function("current", 0, 0, lambda context: [context.origin]),
    Function("instance", 1, 1, _instance),
    Function("selected", 2, 2, _selected),
    Function("selected-at", 2, 2, _selected_at),
    Function("count-selected", 1, 1, _count_selected),
    Function("count-non-empty", 1, 1, _count_non_empty),
    Function("join", 1, None, _join),
    Function("substr", 2, 3, _substr),
    Function("regex", 2, 2, _regex),
    Function("checklist", 2, None, _checklist),
    Function("weighted-checklist", 2, None, _weighted_checklist),
    Function("jr:itext", 1, 1, _itext),
    Function("jr:choice-name", 2, 2, _choice_name),
    Function("digest", 2, 3, _digest),
    Function("base64-decode", 1, 1, _base64_decode),
    Function("uuid", 0, 1, _uuid),
    Function("random", 0, 0, lambda context: context.environment.random()),
)
