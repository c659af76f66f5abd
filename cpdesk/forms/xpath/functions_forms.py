"""What surveys need beyond XPath: choices, selections, repeats, branching, secondary instances, ids and chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.base.nearest import nearest_name
from cpdesk.forms.tree import ELEMENT, Node
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Evaluate, Function
from cpdesk.forms.xpath.functions_core import bounded, nodes_of
from cpdesk.forms.xpath.syntax import Ast, Path
from cpdesk.forms.xpath.values import Value, to_boolean, to_number, to_text

_MODULUS: Final = 2**31 - 1
_MULTIPLIER: Final = 16_807


def _if(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    condition, then, otherwise = arguments
    return lambda context: then(context) if to_boolean(condition(context)) else otherwise(context)


def _coalesce(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    def coalesce(context: Context) -> Value:
        for argument in arguments:
            value = argument(context)
            if not _is_blank(value):
                return value
        return ""

    return coalesce


def _is_blank(value: Value) -> bool:
    return math.isnan(value) if isinstance(value, float) else not isinstance(value, bool) and to_text(value) == ""


def _once(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    expression = arguments[0]

    def once(context: Context) -> Value:
        text = context.origin.text
        if text:
            return text
        value = expression(context)
        return "" if _is_blank(value) else value

    return once


def _position(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    """Without argument the place in the node-set; with one the place of a repeat's item among its siblings."""
    if not arguments:
        return lambda context: float(context.position)
    which = arguments[0]

    def position(context: Context) -> Value:
        nodes = nodes_of("position", which(context))
        if not nodes:
            return 0.0
        node, parent = nodes[0], nodes[0].parent
        if parent is None or node.kind != ELEMENT:
            return 1.0
        return float(parent.place_of(node))

    return position


def _indexed_repeat(arguments: Sequence[Evaluate], asts: Sequence[Ast]) -> Evaluate:
    """`indexed-repeat(target, repeat, index, ...)`: the target inside the items chosen, in whatever order the
    repeats are named; no node where an index is blank or beyond them."""
    from cpdesk.forms.xpath.compile import compile_unbound

    unbound = [compile_unbound(ast) if isinstance(ast, Path) else None for ast in asts]
    target = unbound[0] or arguments[0]
    levels = [(unbound[place] or arguments[place], arguments[place + 1]) for place in range(1, len(arguments), 2)]

    def indexed_repeat(context: Context) -> Value:
        chosen = [(nodes_of("indexed-repeat", repeat(context)), index(context)) for repeat, index in levels]
        chosen.sort(key=lambda level: _depth(level[0]))
        inside: Node | None = None
        for nodes, index_value in chosen:
            place = to_number(index_value, context.environment.zone)
            items = [node for node in nodes if _within(node, inside)]
            if not 1 <= place < len(items) + 1:
                return []
            inside = items[int(place) - 1]
        return [node for node in nodes_of("indexed-repeat", target(context)) if _within(node, inside)]

    return indexed_repeat


def _depth(nodes: list[Node]) -> int:
    depth = 0
    node = nodes[0] if nodes else None
    while node is not None:
        depth += 1
        node = node.parent
    return depth


def _within(node: Node | None, ancestor: Node | None) -> bool:
    while ancestor is not None and node is not ancestor:
        if node is None:
            return False
        node = node.parent
    return True


def _instance(context: Context, value: Value) -> Value:
    return [_instance_named(context, to_text(value))]


def _instance_named(context: Context, name: str, shown: str = "instance") -> Node:
    instances = context.environment.instances
    found = instances.get(name)
    if found is None:
        reference = f"{shown}('{name}')"
        raise InputFault("CP-1210", place="—", reference=reference, nearest=nearest_name(name, instances, 0.3))
    return found


def _pulldata(context: Context, name: Value, column: Value, key: Value, value: Value) -> Value:
    """The text of `column` in the first row of a table whose `key` is `value`; blank when there is none. The table may
    be named with its ending (`wells.csv`); `@name` asks an attribute."""
    table = to_text(name).strip()
    bare = table.rpartition(".")[0]
    document = _instance_named(
        context, bare if table not in context.environment.instances and bare else table, "pulldata"
    )
    key_name, wanted = to_text(key).strip(), to_text(value)
    for root in document.elements():
        if root.frozen and not key_name.startswith("@"):
            rows = root.children_by_value("item", key_name).get(wanted, [])
        else:
            items = root.children_named("item")
            context.environment.spend(len(items))
            rows = [item for item in items if wanted in _cells(item, key_name)]
        if rows:
            return next(iter(_cells(rows[0], to_text(column).strip())), "")
    return ""


def _cells(row: Node, name: str) -> list[str]:
    if name.startswith("@"):
        return [row.attributes[name[1:]]] if name[1:] in row.attributes else []
    return [cell.text for cell in row.children_named(name)]


def _randomize(context: Context, nodes: Value, *seed: Value) -> Value:
    """The nodes in another order; with a seed always the same one, that of JavaRosa."""
    shuffled: list[Node] = []
    draw = context.environment.random if not seed else park_miller(_seed(seed[0], context.environment.zone))
    for place, node in enumerate(nodes_of("randomize", nodes)):
        other = int(draw() * (place + 1))  # the inside-out form of the shuffle by Fisher and Yates
        if other == place:
            shuffled.append(node)
        else:
            shuffled.append(shuffled[other])
            shuffled[other] = node
    context.environment.spend(len(shuffled))
    return shuffled


def _seed(value: Value, zone: tzinfo) -> int:
    """A whole number of 64 bits; a text that is no number stands for the first 8 bytes of its SHA-256."""
    number = to_number(value, zone)
    if math.isnan(number):
        text = to_text(value) if isinstance(value, str | list) else ""
        if not text:
            return 0
        import hashlib

        digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        return int.from_bytes(digest[:8], "big", signed=True)
    return int(min(max(number, -(2.0**63)), 2.0**63))


def park_miller(seed: int) -> Callable[[], float]:
    """Numbers in [0, 1) of the minimal standard generator of Park and Miller (1988), begun as JavaRosa begins it."""
    state = int(math.fmod(seed, _MODULUS))
    if state <= 0:
        state += _MODULUS - 1

    def draw() -> float:
        nonlocal state
        state = state * _MULTIPLIER % _MODULUS
        return (state - 1) / (_MODULUS - 1)

    return draw


def _selected(_context: Context, values: Value, value: Value) -> Value:
    return f" {to_text(value).strip()} " in f" {to_text(values)} "


def _selected_at(context: Context, values: Value, place: Value) -> Value:
    """From 0; a place that is no number is the first, as in JavaRosa."""
    chosen = to_text(values).split()
    index = _whole(to_number(place, context.environment.zone))
    return chosen[index] if 0 <= index < len(chosen) else ""


def _whole(number: float) -> int:
    """Toward zero; 0 for what is no number, the ends of 32 bits for what is beyond them."""
    return 0 if math.isnan(number) else int(min(max(number, -(2.0**31)), 2.0**31 - 1))


def _count_selected(_context: Context, values: Value) -> Value:
    return float(len(to_text(values).split()))


def _count_non_empty(_context: Context, value: Value) -> Value:
    return float(sum(1 for node in nodes_of("count-non-empty", value) if node.text != ""))


def _join(_context: Context, separator: Value, *values: Value) -> Value:
    """The texts of all nodes of a node-set; beside other arguments a question that is hidden counts as a blank text."""
    texts: list[str] = []
    for value in values:
        if isinstance(value, list):
            texts.extend([node.text for node in value] if value or len(values) == 1 else [""])
        else:
            texts.append(to_text(value))
    return bounded("join", to_text(separator).join(texts))


def _substr(context: Context, text: Value, start: Value, end: Value | None = None) -> Value:
    """From 0; the end is not part of it; negative places count from the end."""
    whole, zone = to_text(text), context.environment.zone
    last = len(whole) if end is None else _whole(to_number(end, zone))
    bounds = (place + len(whole) if place < 0 else place for place in (_whole(to_number(start, zone)), last))
    begin, stop = (min(max(place, 0), len(whole)) for place in bounds)
    return whole[begin:stop]


def _checklist(context: Context, least: Value, most: Value, *answers: Value) -> Value:
    """Whether at least and at most so many answers hold; below 0 is no bound."""
    zone = context.environment.zone
    low, high, count = to_number(least, zone), to_number(most, zone), sum(_truths(answers))
    return (low < 0 or count >= low) and (high < 0 or count <= high)


def _weighted_checklist(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    """Whether the weights of the answers that hold come to a sum within two bounds; -1 is no bound. Answers and weights
    by turns; either may be a node-set, which stands for all its nodes."""

    def weighted_checklist(context: Context) -> Value:
        zone = context.environment.zone
        least, most, *pairs = (argument(context) for argument in arguments)
        low, high = to_number(least, zone), to_number(most, zone)
        total = 0.0
        for answers, given in zip(pairs[::2], pairs[1::2], strict=True):
            weights = [to_number(text, zone) for text in _texts(given)]
            total += sum(weight for holds, weight in zip(_truths([answers]), weights, strict=False) if holds)
        return (low == -1 or total >= low) and (high == -1 or total <= high)

    return weighted_checklist


def _texts(value: Value) -> list[str]:
    return [node.text for node in value] if isinstance(value, list) else [to_text(value)]


def _truths(answers: Sequence[Value]) -> list[bool]:
    found: list[bool] = []
    for answer in answers:
        found.extend([_holds([node]) for node in answer] if isinstance(answer, list) else [_holds(answer)])
    return found


def _holds(value: Value) -> bool:
    return to_text(value) != "false" and to_boolean(value) if isinstance(value, str | list) else to_boolean(value)


def _itext(context: Context, value: Value) -> Value:
    return context.environment.itext(to_text(value))


def _choice_name(context: Context, value: Value, path: Value) -> Value:
    return context.environment.choice_name(to_text(value), to_text(path), context.origin)


def _property(context: Context, name: Value) -> Value:
    return context.environment.properties.get(to_text(name), "")


def _uuid(context: Context, *length: Value) -> Value:
    """A random identifier of version 4, or so many random characters."""
    draw = context.environment.random
    if not length:
        import uuid

        return str(uuid.UUID(int=int(draw() * 2**64) << 64 | int(draw() * 2**64), version=4))
    count = to_number(length[0], context.environment.zone)
    if math.isnan(count):
        return ""
    if count > 1000:
        raise InputFault("CP-1218", function="uuid", value=to_text(length[0]), expected=" 0–1000")
    letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "".join(letters[int(draw() * len(letters))] for _ in range(max(int(count), 0)))


def _depend(arguments: Sequence[Evaluate], _asts: Sequence[Ast]) -> Evaluate:
    """Its first argument; the others only make the value be worked out again when they change."""
    return arguments[0]


FUNCTIONS: Final = (
    Function("if", 3, 3, build=_if),
    Function("coalesce", 1, None, build=_coalesce),
    Function("once", 1, 1, build=_once),
    Function("position", 0, 1, build=_position),
    Function("indexed-repeat", 3, None, build=_indexed_repeat, by=2),
    Function("current", 0, 0, lambda context: [context.origin]),
    Function("instance", 1, 1, _instance),
    Function("pulldata", 4, 4, _pulldata),
    Function("randomize", 1, 2, _randomize),
    Function("depend", 1, None, build=_depend),
    Function("selected", 2, 2, _selected),
    Function("is-selected", 2, 2, _selected),
    Function("selected-at", 2, 2, _selected_at),
    Function("count-selected", 1, 1, _count_selected),
    Function("count-non-empty", 1, 1, _count_non_empty),
    Function("join", 1, None, _join),
    Function("substr", 2, 3, _substr),
    Function("checklist", 2, None, _checklist),
    Function("weighted-checklist", 2, None, build=_weighted_checklist, by=2),
    Function("jr:itext", 1, 1, _itext),
    Function("jr:choice-name", 2, 2, _choice_name),
    Function("uuid", 0, 1, _uuid),
    Function("version", 0, 0, lambda context: context.environment.version),
    Function("property", 1, 1, _property),
    Function("random", 0, 0, lambda context: context.environment.random()),
)
