"""The dependency graph of a form: which rule must run when an answer changes, and in what order.

A rule is one expression that changes the form's state: a calculation, a relevance, a repeat count, or which choices an
answer may be of. Rules are ordered so that each comes after all it reads; a circle has no such order and is refused
with its members named, with three exceptions. Items of a repeat may read *other* items of it that they pick (the one
before, say): such rules make a *round* and are worked out item by item (`rounds.py`). So may rules that make a repeat
longer. And choices that depend on their own answers only show, they take no answer away.

Expressions that only show something (required, readonly, constraint, labels) are worked out when asked for; the graph
knows whom an answer touches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cpdesk.forms.form import NodeDef
from cpdesk.forms.loading.ordering import Draft, Edge, ordered
from cpdesk.forms.loading.references import Reference, references_of, references_of_options
from cpdesk.forms.xpath.compile import Expression

CALCULATE = "calculate"
RELEVANT = "relevant"
COUNT = "count"
CHOICES = "choices"
SHOW = -1
_Places = dict[NodeDef, dict[str, int]]
"""Numbers of the drafts at a node, by role."""
_NO_RULES: Final[dict[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """`index` is its place in the order of recalculation."""

    index: int
    role: str
    node: NodeDef
    expression: Expression


class Reader(NamedTuple):
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
        rounds: rules that read themselves by way of other items, to the first rule of their round.
        unfiltered: selects whose options are always the same.
        mutual: selects whose options depend on their own answers, which therefore take any.
    """

    rules: list[Rule] = field(default_factory=list)
    of_node: dict[NodeDef, list[Rule]] = field(default_factory=dict)
    value_readers: dict[NodeDef, list[Reader]] = field(default_factory=dict)
    items_readers: dict[NodeDef, list[Reader]] = field(default_factory=dict)
    rounds: dict[int, int] = field(default_factory=dict)
    unfiltered: set[NodeDef] = field(default_factory=set)
    mutual: set[NodeDef] = field(default_factory=set)


def build_graph(root: NodeDef, root_name: str) -> Graph:
    """Find all references and put the rules in order.

    Raises:
        InputFault: CP-1210 a reference that leads nowhere; CP-1211 a circle.
    """
    nodes = [node for node in root.walk() if node is not root]
    graph = Graph()
    drafts: list[Draft] = []
    reads: list[list[Reference]] = []
    for node in nodes:
        for role, expression in _rules_of(node):
            drafts.append(Draft(role, node, expression))
            reads.append(references_of(expression, node, root, root_name))
        if node.itemset is not None and node.is_select:
            read = references_of_options(node.itemset, node, root, root_name)
            if not read:
                graph.unfiltered.add(node)
            drafts.append(Draft(CHOICES, node, node.itemset.nodeset))
            reads.append(read)
    places: _Places = {}
    for number, draft in enumerate(drafts):
        places.setdefault(draft.node, {})[draft.role] = number
    needs = [_needed(references, places) for references in reads]
    for draft, needed in zip(drafts, needs, strict=True):
        if draft.role == CALCULATE:
            needed.update(_own_relevance(draft.node, places))
    order, rounds = ordered(drafts, needs)
    readers = _Readers()
    _add_rules(graph, readers, drafts, reads, order, rounds)
    for node in nodes:
        for expression in _shown(node):
            for reference in references_of(expression, node, root, root_name):
                readers.add(reference, SHOW, node)
        if node.readonly is not None and not node.is_leaf:  # what lies in it is read-only with it
            for reference in references_of(node.readonly, node, root, root_name):
                for below in node.walk():
                    readers.add(reference, SHOW, below)
    graph.value_readers = {node: list(found) for node, found in readers.of_values.items()}
    graph.items_readers = {node: list(found) for node, found in readers.of_items.items()}
    return graph


class _Readers:
    """Who reads what, each reader once, in order."""

    def __init__(self) -> None:
        self.of_values: dict[NodeDef, dict[Reader, None]] = {}
        self.of_items: dict[NodeDef, dict[Reader, None]] = {}

    def add(self, reference: Reference, rule: int, node: NodeDef) -> None:
        table = self.of_items if reference.items else self.of_values
        table.setdefault(reference.target, {})[Reader(rule, node, reference.scope)] = None


def _add_rules(
    graph: Graph,
    readers: _Readers,
    drafts: list[Draft],
    reads: list[list[Reference]],
    order: list[int],
    rounds: dict[int, int],
) -> None:
    index_of = {number: index for index, number in enumerate(order)}
    for index, number in enumerate(order):
        draft = drafts[number]
        rule = Rule(index, draft.role, draft.node, draft.expression)
        graph.rules.append(rule)
        graph.of_node.setdefault(draft.node, []).append(rule)
        if number in rounds:
            graph.rounds[index] = index_of[rounds[number]]
    for number, references in enumerate(reads):
        draft = drafts[number]
        if number not in index_of:
            graph.mutual.add(draft.node)
        for reference in references:
            if number in index_of:
                readers.add(reference, index_of[number], draft.node)
            if draft.role == CHOICES:
                readers.add(reference, SHOW, draft.node)


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
    words = (node.label, node.hint, node.constraint_message, node.required_message, *(i.label for i in node.items))
    for words_of in words:
        for text in words_of.values():
            for part in text.parts:
                if not isinstance(part, str):
                    yield part


def _own_relevance(node: NodeDef, places: _Places) -> dict[int, Edge]:
    """What is hidden is not calculated, so whether it is hidden is found out first."""
    found: dict[int, Edge] = {}
    step: NodeDef | None = node
    while step is not None:
        roles = places.get(step)
        if roles is not None and RELEVANT in roles:
            found[roles[RELEVANT]] = Edge.STRICT
        step = step.parent
    return found


def _needed(references: list[Reference], places: _Places) -> dict[int, Edge]:
    """The rules that decide what is read: its calculation and choices, its and its ancestors' relevance, the counts of
    repeats; and how strictly each must run before."""
    needed: dict[int, Edge] = {}
    for reference in references:
        node: NodeDef | None = reference.target
        inside = reference.chosen is not None
        roles: tuple[str, ...] = (COUNT, RELEVANT) if reference.items else (CALCULATE, CHOICES, RELEVANT)
        while node is not None:
            for role, number in places.get(node, _NO_RULES).items():
                if role in roles:
                    edge = Edge.COUNT if role == COUNT else Edge.OTHER_ITEM if inside else Edge.STRICT
                    needed[number] = min(edge, needed.get(number, edge))
            inside = inside and node is not reference.chosen
            node, roles = node.parent, (RELEVANT,)
    return needed
