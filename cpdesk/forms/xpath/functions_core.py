"""The core library of XPath 1.0 (section 4): node-sets, strings, booleans."""

from __future__ import annotations

import math
import re
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import ATTRIBUTE, ELEMENT, INSTRUCTION, Node
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Function
from cpdesk.forms.xpath.values import Value, date_of_text, to_boolean, to_number, to_text

SPACES: Final = " \t\r\n"
"""White space of XML; the no-break space is none."""


TEXT_MAX: Final = 1_000_000
_SPACE_RUN: Final = re.compile(f"[{SPACES}]+")


def nodes_of(function: str, value: Value) -> list[Node]:
    """An argument that must be a node-set.

    Raises:
        InputFault: CP-1218.
    """
    if isinstance(value, list):
        return value
    raise InputFault("CP-1218", function=function, value=to_text(value), expected="node-set")


def bounded(function: str, text: str) -> str:
    """A text made longer by a function; calculations that double it one after the other end here.

    Raises:
        InputFault: CP-1215 over `TEXT_MAX`.
    """
    if len(text) > TEXT_MAX:
        raise InputFault("CP-1215", path=function, found=len(text), limit=TEXT_MAX)
    return text


def round_half_up(value: float) -> float:
    """To the nearest whole number, halves upward (XPath 1.0 section 4.4)."""
    return value if math.isinf(value) or math.isnan(value) else float(math.floor(value + 0.5))


def _count(_context: Context, value: Value) -> Value:
    return float(len(nodes_of("count", value)))


def _names(context: Context, values: tuple[Value, ...]) -> Node | None:
    nodes = nodes_of("name", values[0]) if values else [context.node]
    return nodes[0] if nodes and nodes[0].kind in (ELEMENT, ATTRIBUTE, INSTRUCTION) else None


def _name(context: Context, *values: Value) -> Value:
    node = _names(context, values)
    return "" if node is None else node.name


def _local_name(context: Context, *values: Value) -> Value:
    node = _names(context, values)
    return "" if node is None else node.local


def _namespace_uri(context: Context, *values: Value) -> Value:
    node = _names(context, values)
    return "" if node is None else node.uri


def _id(context: Context, value: Value) -> Value:
    """Elements whose attribute `id` is one of the words given, in document order."""
    texts = [node.text for node in value] if isinstance(value, list) else [to_text(value)]
    wanted = {word for text in texts for word in text.split()}
    everything = list(context.environment.root.walk())
    context.environment.spend(len(everything))
    return [node for node in everything if node.attribute("id") in wanted]


def _string(context: Context, *values: Value) -> Value:
    return to_text(values[0]) if values else context.node.text


def _concat(_context: Context, *values: Value) -> Value:
    """ODK: a node-set gives the texts of all its nodes."""
    return bounded(
        "concat",
        "".join([_joined(value) if isinstance(value, list) else to_text(value) for value in values]),
    )


def _joined(nodes: list[Node]) -> str:
    return "".join([node.text for node in nodes])


def _contains(_context: Context, text: Value, part: Value) -> Value:
    return to_text(part) in to_text(text)


def _starts_with(_context: Context, text: Value, part: Value) -> Value:
    return to_text(text).startswith(to_text(part))


def _ends_with(_context: Context, text: Value, part: Value) -> Value:
    return to_text(text).endswith(to_text(part))


def _substring_before(_context: Context, text: Value, mark: Value) -> Value:
    before, found, _ = to_text(text).partition(to_text(mark)) if to_text(mark) else ("", "", "")
    return before if found else ""


def _substring_after(_context: Context, text: Value, mark: Value) -> Value:
    if not to_text(mark):
        return to_text(text)
    return to_text(text).partition(to_text(mark))[2]


def _substring(context: Context, text: Value, start: Value, length: Value | None = None) -> Value:
    """Characters whose position p meets round(start) <= p < round(start) + round(length), in IEEE arithmetic."""
    whole = to_text(text)
    zone = context.environment.zone
    first = round_half_up(to_number(start, zone))
    last = math.inf if length is None else first + round_half_up(to_number(length, zone))
    if math.isnan(first) or math.isnan(last):
        return ""
    begin = max(first, 1.0)
    end = min(last, len(whole) + 1.0)
    return whole[int(begin) - 1 : int(end) - 1] if begin < end else ""


def _string_length(context: Context, *values: Value) -> Value:
    return float(len(to_text(values[0]) if values else context.node.text))


def _normalize_space(context: Context, *values: Value) -> Value:
    text = to_text(values[0]) if values else context.node.text
    return " ".join(word for word in _SPACE_RUN.split(text) if word)


def _translate(_context: Context, text: Value, old: Value, new: Value) -> Value:
    replacements = to_text(new)
    table: dict[int, str] = {}
    for place, character in enumerate(to_text(old)):
        table.setdefault(ord(character), replacements[place] if place < len(replacements) else "")
    return to_text(text).translate(table)


def _number(context: Context, *values: Value) -> Value:
    """A text that is a moment gives whole days; `decimal-date-time` has the fraction too."""
    value = values[0] if values else [context.node]
    zone = context.environment.zone
    number = to_number(value, zone)
    if isinstance(value, str | list) and math.isfinite(number):
        text = to_text(value)
        if "T" in text and date_of_text(text, zone) is not None:
            return float(math.floor(number))
    return number


def _lang(context: Context, value: Value) -> Value:
    """Whether the context node is in that language or a variety of it, by the nearest `xml:lang`."""
    wanted = to_text(value).lower()
    node: Node | None = context.node
    while node is not None:
        if "xml:lang" in node.attributes:
            found = node.attributes["xml:lang"].lower()
            return found == wanted or found.startswith(f"{wanted}-")
        node = node.parent
    return False


FUNCTIONS: Final = (
    Function("last", 0, 0, lambda context: float(context.size)),
    Function("count", 1, 1, _count),
    Function("id", 1, 1, _id),
    Function("lang", 1, 1, _lang),
    Function("namespace-uri", 0, 1, _namespace_uri),
    Function("name", 0, 1, _name),
    Function("local-name", 0, 1, _local_name),
    Function("string", 0, 1, _string),
    Function("concat", 0, None, _concat),
    Function("contains", 2, 2, _contains),
    Function("starts-with", 2, 2, _starts_with),
    Function("ends-with", 2, 2, _ends_with),
    Function("substring-before", 2, 2, _substring_before),
    Function("substring-after", 2, 2, _substring_after),
    Function("substring", 2, 3, _substring),
    Function("string-length", 0, 1, _string_length),
    Function("normalize-space", 0, 1, _normalize_space),
    Function("translate", 3, 3, _translate),
    Function("boolean", 1, 1, lambda _context, value: to_boolean(value)),
    Function("not", 1, 1, lambda _context, value: not to_boolean(value)),
    Function("true", 0, 0, lambda _context: True),
    Function("false", 0, 0, lambda _context: False),
    Function("number", 0, 1, _number),
)
