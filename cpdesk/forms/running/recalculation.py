"""Running the rules that an answer touches, in the order of the graph, and keeping book of what changed."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.forms.form import SETGEOPOINT, SETVALUE, Action, Form, Kind, NodeDef
from cpdesk.forms.lexical import calculated
from cpdesk.forms.loading.graph import CALCULATE, CHOICES, COUNT, RELEVANT, SHOW, Reader, Rule
from cpdesk.forms.running.instance import Instance
from cpdesk.forms.running.rounds import Round
from cpdesk.forms.state import Touched
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.compile import Expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import Value, to_number

ITEMS_MAX: Final = 10_000
VALUE_CHANGED: Final = "xforms-value-changed"
NEW_REPEAT: Final = "odk-new-repeat"


class Recalculation:
    """One operation on a form: feed it changes, `run`, then read `touched`."""

    def __init__(self, form: Form, instance: Instance, environment: Environment, position: str = "") -> None:
        self._form = form
        self._position = position
        self._graph = form.graph
        self._instance = instance
        self._environment = environment
        self._values: dict[str, str | None] = {}
        self._states: set[str] = set()
        self._waiting: dict[int, dict[Node, None]] = {}
        self._heap: list[int] = []
        self._rounds: dict[int, Round] = {}
        self._changed: list[Node] = []
        self._acted: set[Node] = set()
        environment.steps = 0

    def touched(self) -> Touched:
        """What changed; paths that were removed meanwhile are in no state."""
        nodes = self._instance.nodes
        return Touched(self._values, frozenset(path for path in self._states if path in nodes))

    def note(self, path: str, value: str | None) -> None:
        """An entry that changed without the engine's doing: ranks, remarks, removed answers."""
        self._values[path] = value
        self._states.add(path.partition("#")[0])

    def set_value(self, node: Node, text: str) -> None:
        """Give a leaf a text, if it differs, and wake whoever reads it."""
        instance = self._instance
        if instance.raw(node) == text:
            return
        before = node.value
        instance.put(node, text, self._taken(node))
        self._written(node, text, before)

    def _taken(self, node: Node) -> Mapping[str, int] | None:
        """The choices that an answer is held to; None where it may be anything."""
        if node.definition in self._graph.mutual:
            return None
        return self._instance.offered(node, self._environment)

    def _written(self, node: Node, text: str, before: str | None) -> None:
        node.fault = None
        self._values[node.path] = text or None
        self._states.add(node.path)
        if node.value != before:
            self._changed.append(node)
            self.wake_readers(node)

    def _calculated(self, node: Node, text: str, fault: InputFault | None) -> None:
        """Write what a calculation gives."""
        if fault is not None or node.fault is not None:
            self._states.add(node.path)
        before = self._instance.raw(node)
        if before != text or node.value != text:
            old = node.value
            self._instance.put(node, text)
            self._written(node, text, old)
        node.fault = fault

    def wake_readers(self, node: Node) -> None:
        assert node.definition is not None
        self._wake(self._graph.value_readers.get(node.definition, ()), node)

    def wake_item_readers(self, stand: Node) -> None:
        """The items of a repeat changed; their own labels may count them."""
        for line in self._rounds.values():
            line.forget()
        assert stand.definition is not None
        self._states.add(stand.path)
        self._states.update(item.path for item in self._instance.items(stand))
        self._wake(self._graph.items_readers.get(stand.definition, ()), stand)

    def wake_all(self, node: Node) -> None:
        """Everything at and below a node, as when it has just been made."""
        for below in self._instance.below(node):
            definition = below.definition
            assert definition is not None
            self._states.add(below.path)
            stand = Instance.is_stand(below)
            for rule in self._graph.of_node.get(definition, ()):
                if rule.role == CHOICES and not below.value and below.path not in self._instance.kept:
                    continue
                if rule.role == RELEVANT or (rule.role == COUNT) == stand:
                    self._queue(rule.index, below)

    def _wake(self, readers: Iterable[Reader], node: Node) -> None:
        for reader in readers:
            anchor = self._anchor(node, reader.scope)
            if reader.rule == SHOW:
                self._states.update(other.path for other in self._instance.of(reader.node, anchor, stands=True))
                continue
            role = self._graph.rules[reader.rule].role
            if reader.rule in self._graph.rounds and role == CALCULATE:
                self._round_of(reader.rule).add_all(
                    reader.rule, anchor, partial(self._instance.of, reader.node, anchor)
                )
                continue
            for other in self._instance.of(reader.node, anchor, stands=role in (RELEVANT, COUNT)):
                if role != COUNT or Instance.is_stand(other):
                    self._queue(reader.rule, other)

    def _anchor(self, node: Node, scope: NodeDef | None) -> Node:
        around: Node | None = node
        while scope is not None and around is not None:
            if around.definition is scope and around.rank:
                return around
            around = around.parent
        return self._instance.root

    def _queue(self, rule: int, node: Node) -> None:
        if rule in self._graph.rounds:
            self._round_of(rule).add(rule, node)
            return
        nodes = self._waiting.get(rule)
        if nodes is None:
            nodes = self._waiting[rule] = {}
            heapq.heappush(self._heap, rule)
        nodes[node] = None

    def _round_of(self, rule: int) -> Round:
        head = self._graph.rounds[rule]
        line = self._rounds.get(head)
        if line is None:
            line = self._rounds[head] = Round()
            heapq.heappush(self._heap, head)
        return line

    def run(self) -> None:
        """Until nothing waits: rules in their order, then the actions of what changed, then their rules again."""
        while True:
            while self._heap:
                index = heapq.heappop(self._heap)
                if index in self._rounds:
                    self._run_round(index)
                    continue
                rule = self._graph.rules[index]
                for node in self._waiting.pop(index):
                    if self._instance.nodes.get(node.path) is node:
                        self._apply(rule, node)
            changed, self._changed = self._changed, []
            for node in changed:
                if node not in self._acted and node.definition is not None and node.definition.actions:
                    self._acted.add(node)
                    self.act(node.definition.actions, VALUE_CHANGED, node)
            if not self._heap and not self._changed:
                return

    def _run_round(self, head: int) -> None:
        """Rules that read other items, item by item; those that never come to rest are at fault."""
        line = self._rounds[head]
        entry = line.take()
        while entry is not None:
            rule, node = self._graph.rules[entry[0]], entry[1]
            if self._instance.nodes.get(node.path) is node:
                self._apply(rule, node)
            if self._heap and self._heap[0] < head:
                heapq.heappush(self._heap, head)  # what an earlier rule gives is read here: it goes first
                return
            entry = line.take()
        del self._rounds[head]
        for index, node in line.left():
            if self._graph.rules[index].role == CALCULATE:
                node.value = ""
                self._values[node.path] = None
                self._blame(node, InputFault("CP-1221", path=node.path))

    def calculate_once_more(self, root: Node) -> None:
        """Let what `once()` gave be worked out anew, because the first answers have only just been filled in."""
        for rule in self._graph.rules:
            if rule.role == CALCULATE and "once(" in rule.expression.source and not rule.node.default:
                for node in self._instance.of(rule.node, root):
                    if node.value:
                        self._calculated(node, "", None)
                        self._queue(rule.index, node)

    def _apply(self, rule: Rule, node: Node) -> None:
        if rule.role == CALCULATE:
            if not node.relevant:
                return  # as on phones: it is worked out when it is shown
            self._calculated(node, *self.worked_out(rule.expression, node))
        elif rule.role == CHOICES:
            self._offer(node)
        elif rule.role == RELEVANT:
            try:
                shown = rule.expression.boolean(Context(node, self._environment))
            except CpdeskError:
                shown = True  # a rule that cannot be worked out must not make an answer vanish
            if shown != node.shown:
                node.shown = shown
                self.refresh_relevance(node)
        else:
            self._count(rule, node)

    def _offer(self, node: Node) -> None:
        """Other choices are offered: the form reads of an answer what is among them, and what was kept aside again when
        it is offered again."""
        text = self._instance.raw(node)
        if not text:
            return
        before = node.value
        self._instance.put(node, text, self._instance.offered(node, self._environment))
        if node.value != before:
            self._states.add(node.path)
            self.wake_readers(node)

    def worked_out(
        self, expression: Expression, node: Node, origin: Node | None = None
    ) -> tuple[str, InputFault | None]:
        """The lexical value of a calculation for a node, and what went wrong with it."""
        assert node.definition is not None
        try:
            value = expression.evaluate(Context(node, self._environment, origin))
            return calculated(value, node.definition.type, self._environment.zone), None
        except InputFault as fault:
            return "", fault

    def refresh_relevance(self, node: Node) -> None:
        """Bring the effective relevance of a subtree up to date and wake the readers of what changed."""
        parent = node.parent
        relevant = node.shown and (parent is None or parent.relevant)
        if relevant == node.relevant:
            return
        node.relevant = relevant
        self._states.add(node.path)
        assert node.definition is not None
        if Instance.is_stand(node):
            return
        if relevant:
            for rule in self._graph.of_node.get(node.definition, ()):
                if rule.role == CALCULATE:
                    self._queue(rule.index, node)
        if node.definition.kind is Kind.REPEAT:
            self._wake(self._graph.items_readers.get(node.definition, ()), node)
        self.wake_readers(node)
        for child in (*node.bound_attributes(), *node.children):
            self.refresh_relevance(child)
        for definition in node.definition.children:
            if definition.kind is Kind.REPEAT:
                self.refresh_relevance(self._instance.nodes[f"{node.path}/{definition.name}".lstrip("/")])

    def _count(self, rule: Rule, stand: Node) -> None:
        """Make a repeat have as many items as its count says; those added or taken are the last ones. A blank count
        changes nothing: who clears a number to type it anew must not lose the items. Nor does one that is too large:
        who types a digit too many gets a problem, not thousands of items."""
        try:
            value = rule.expression.evaluate(Context(stand, self._environment))
            wanted = to_number(value)
        except InputFault as fault:
            self._blame(stand, fault)
            return
        too_many = wanted > ITEMS_MAX
        self._blame(stand, InputFault("CP-1220", path=stand.path, limit=ITEMS_MAX) if too_many else None)
        if math.isnan(wanted) or too_many:
            return
        count = int(max(wanted, 0))
        items = self._instance.items(stand)
        if count > len(items):
            for item in self._instance.new_items(stand, count - len(items)):
                self._begin_item(stand, item)
        elif count < len(items) and not self._is_kept_aside(value):
            self._take_items(stand, items[count:])
        else:
            return
        self.wake_item_readers(stand)

    def _is_kept_aside(self, value: Value) -> bool:
        """Whether a value comes from an answer that does not fit: it is to be mended, no item goes for its sake."""
        return isinstance(value, list) and bool(value) and value[0].path in self._instance.kept

    def _blame(self, node: Node, fault: InputFault | None) -> None:
        if fault is not None or node.fault is not None:
            node.fault = fault
            self._states.add(node.path)

    def add_item(self, stand: Node, after: Node | None) -> Node:
        """Add an item and wake all that it brings.

        Raises:
            InputFault: CP-1220 too many items.
        """
        if len(self._instance.items(stand)) >= ITEMS_MAX:
            raise InputFault("CP-1220", path=stand.path, limit=ITEMS_MAX)
        item = self._instance.new_item(stand, after)
        self._begin_item(stand, item)
        self.wake_item_readers(stand)
        return item

    def _begin_item(self, stand: Node, item: Node) -> None:
        """Note all that a new item holds, let its rules run and its actions."""
        for node in self._instance.below(item):
            node.relevant = node.parent is None or node.parent.relevant
            if node.rank:
                self._values[node.path] = node.rank
            elif text := self._instance.raw(node):
                self._values[node.path] = text
        self.wake_all(item)
        assert stand.definition is not None
        self.act(stand.definition.actions, NEW_REPEAT, item)

    def drop_item(self, item: Node) -> None:
        """Remove an item with all it holds and wake the readers of its repeat and of the repeats in it."""
        stand = self._instance.nodes[item.path[: item.path.rindex("[")]]
        self._take_items(stand, [item])
        self.wake_item_readers(stand)

    def _take_items(self, stand: Node, items: Sequence[Node]) -> None:
        nested = dict.fromkeys(
            node.definition for item in items for node in self._instance.below(item) if Instance.is_stand(node)
        )
        for path in self._instance.drop(items):
            self.note(path, None)
        for definition in nested:
            assert definition is not None
            self._wake(self._graph.items_readers.get(definition, ()), stand)

    def act(self, actions: Iterable[Action], event: str, around: Node) -> None:
        """Carry out the actions of an event; their targets are those in the same items as `around`."""
        for action in actions:
            if event not in action.events:
                continue
            for node in self._targets(action, around):
                if node.relevant:
                    self._carry_out(action, node, around if _items_around(around) > _items_around(node) else node)

    def _targets(self, action: Action, around: Node) -> list[Node]:
        definition = self._form.by_path[action.target]
        if action.chosen is None:
            return self._instance.of(definition, self._nearest(around, definition))
        try:
            nodes = action.chosen.nodes(Context(around, self._environment))
        except CpdeskError:
            return []
        return [node for node in nodes if node.definition is definition]

    def _carry_out(self, action: Action, node: Node, origin: Node) -> None:
        """Fill the target; seen from outside a repeat, absolute paths mean the item that the event came from."""
        if action.kind == SETGEOPOINT:
            if self._position:
                self.set_value(node, self._position)
        elif action.kind == SETVALUE and action.value is None:
            self.set_value(node, action.literal)
        elif action.kind == SETVALUE and action.value is not None:
            text, fault = self.worked_out(action.value, node, origin)
            self.set_value(node, text)
            node.fault = fault

    def _nearest(self, around: Node, definition: NodeDef) -> Node:
        """The lowest ancestor-or-self of a node that is also above a definition."""
        line: set[NodeDef] = set()
        step: NodeDef | None = definition
        while step is not None:
            line.add(step)
            step = step.parent
        node: Node | None = around
        while node is not None:
            if node.definition in line and (node.definition is None or not Instance.is_stand(node)):
                return node
            node = node.parent
        return self._instance.root

    def prefill(self, values: Mapping[str, str]) -> None:
        """Given facts into the questions of that path or name."""
        for key, value in values.items():
            definition = self._form.by_path.get(key) or self._form.by_name.get(key)
            if definition is not None and definition.is_leaf:
                for node in self._instance.of(definition, self._instance.root):
                    self.set_value(node, value)


def _items_around(node: Node) -> int:
    """In how many repeat items a node lies."""
    count = 0
    step: Node | None = node
    while step is not None:
        count += step.rank != ""
        step = step.parent
    return count
