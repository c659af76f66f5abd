"""The dependency graph of a form: which rule must run when an answer changes, and in what order.

A rule is one expression that changes the form's state: a calculation, a relevance, a repeat count. Rules are ordered
so that each comes after all it reads; a circle has no such order and is refused with its members named. Expressions
that only show something (required, readonly, constraint, labels, choices) are worked out when asked for; the graph
knows whom an answer touches.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from cpdesk.base.errors import InputFault
from cpdesk.forms.form import NodeDef
from cpdesk.forms.references import Reference, references_of
from cpdesk.forms.xpath.compile import Expression

CALCULATE = "calculate"
RELEVANT = "relevant"
COUNT = "count"
SHOW = -1


@dataclass(frozen=True, slots=True)
class Rule:
    """`index` is its place in the order of recalculation."""

    index: int
    role: str
    node: NodeDef
    expression: Expression


@dataclass(frozen=True, slots=True)
class Reader:
    """A rule (or `SHOW`) at `node` that reads something within one item of `scope` (None: anywhere in the form)."""

    rule: int
    node: NodeDef
    scope: NodeDef | None


@dataclass(slots=True)
class Graph:
    """Made once a form.

    Attributes:
        rules: in order of recalculation.
        of_node: the rules at a node.
        value_readers: who reads the value of a node; `items_readers` who reads which items a repeat has.
        reads: what each rule or shown expression of a node reads, by (role, path), for explanations.
    """

    rules: list[Rule] = field(default_factory=list)
    of_node: dict[NodeDef, list[Rule]] = field(default_factory=dict)
    value_readers: dict[NodeDef, list[Reader]] = field(default_factory=dict)
    items_readers: dict[NodeDef, list[Reader]] = field(default_factory=dict)


def build_graph(root: NodeDef, root_name: str) -> Graph:
    """Find all references and put the rules in order.

    Raises:
        InputFault: CP-1210 a reference that leads nowhere; CP-1211 a circle.
    """
    nodes = [node for node in root.walk() if node is not root]
    drafts = [(role, node, expression) for node in nodes for role, expression in _rules_of(node)]
    places = {(role, node): number for number, (role, node, _) in enumerate(drafts)}
    reads = [references_of(expression, node, root, root_name) for _, node, expression in drafts]
    before = [_needed(references, places) for references in reads]
    order = _ordered(before, drafts)
    graph = Graph()
    index_of = {draft: index for index, draft in enumerate(order)}
    for index, draft in enumerate(order):
        role, node, expression = drafts[draft]
        rule = Rule(index, role, node, expression)
        graph.rules.append(rule)
        graph.of_node.setdefault(node, []).append(rule)
    for draft, references in enumerate(reads):
        for reference in references:
            _add_reader(graph, reference, Reader(index_of[draft], drafts[draft][1], reference.scope))
    for node in nodes:
        for expression in _shown(node):
            for reference in references_of(expression, node, root, root_name):
                _add_reader(graph, reference, Reader(SHOW, node, reference.scope))
    return graph


def _add_reader(graph: Graph, reference: Reference, reader: Reader) -> None:
    table = graph.items_readers if reference.items else graph.value_readers
    readers = table.setdefault(reference.target, [])
    if reader not in readers:
        readers.append(reader)


def _rules_of(node: NodeDef) -> Iterator[tuple[str, Expression]]:
    if node.relevant is not None:
        yield RELEVANT, node.relevant
    if node.calculate is not None and node.is_leaf:
        yield CALCULATE, node.calculate
    if node.count is not None:
        yield COUNT, node.count


def _shown(node: NodeDef) -> Iterator[Expression]:
    for expression in (node.required, node.readonly, node.constraint):
        if expression is not None:
            yield expression
    if node.itemset is not None:
        yield node.itemset.nodeset
    words = (node.label, node.hint, node.constraint_message, node.required_message, *(i.label for i in node.items))
    for text in (text for words_of in words for text in words_of.values()):
        for part in text.parts:
            if isinstance(part, Expression):
                yield part


def _needed(references: list[Reference], places: dict[tuple[str, NodeDef], int]) -> set[int]:
    """The rules that decide what is read: its calculation, its and its ancestors' relevance, the counts of repeats."""
    needed: set[int] = set()
    for reference in references:
        node: NodeDef | None = reference.target
        roles: tuple[str, ...] = (COUNT, RELEVANT) if reference.items else (CALCULATE, RELEVANT)
        while node is not None:
            needed.update(places[role, node] for role in roles if (role, node) in places)
            node, roles = node.parent, (RELEVANT,)
    return needed


def _ordered(before: list[set[int]], drafts: list[tuple[str, NodeDef, Expression]]) -> list[int]:
    """Kahn's algorithm; among rules that are free, the one first in the form goes first."""
    after: list[list[int]] = [[] for _ in before]
    waiting = [len(needed) for needed in before]
    for rule, needed in enumerate(before):
        for other in needed:
            after[other].append(rule)
    ready = [rule for rule, count in enumerate(waiting) if count == 0]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        rule = heapq.heappop(ready)
        order.append(rule)
        for other in after[rule]:
            waiting[other] -= 1
            if waiting[other] == 0:
                heapq.heappush(ready, other)
    if len(order) < len(before):
        raise InputFault("CP-1211", cycle=_circle(before, set(order), drafts))
    return order


def _circle(before: list[set[int]], done: set[int], drafts: list[tuple[str, NodeDef, Expression]]) -> str:
    """One circle among the rules left over: walk back along what is waited for until a rule comes twice."""
    rule = next(number for number in range(len(before)) if number not in done)
    seen: list[int] = []
    while rule not in seen:
        seen.append(rule)
        rule = min(other for other in before[rule] if other not in done)
    members = [*seen[seen.index(rule) :], rule]
    return " → ".join(f"{drafts[member][1].path} ({drafts[member][0]})" for member in members)
