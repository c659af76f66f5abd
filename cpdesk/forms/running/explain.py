"""Why is this hidden, required, wrong, or this value? Told from the rules of the form and the answers they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cpdesk.base.errors import CpdeskError
from cpdesk.base.i18n import LANGUAGES, Translator
from cpdesk.forms.form import SETGEOPOINT, Action, Kind, NodeDef
from cpdesk.forms.running import checks
from cpdesk.forms.running.instance import Instance
from cpdesk.forms.running.phrases import Phrases
from cpdesk.forms.running.words import Speaker
from cpdesk.forms.state import Explanation, Input, ProblemCode, Reason
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.compile import Expression, compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path
from cpdesk.forms.xpath.unparse import without_last_predicates, written
from cpdesk.forms.xpath.values import to_boolean, to_text

_CHAIN_MAX: Final = 4
_INPUTS_MAX: Final = 12
_LABEL_MAX: Final = 40
_SOURCES_MAX: Final = 4


def explain(node: Node, speaker: Speaker, environment: Environment, choice: str | None = None) -> Explanation:
    """All reasons that concern a node, in the speaker's language, chains at most four rules long; or, with `choice`,
    why that value is not among its choices."""
    teller = _Teller(speaker, environment)
    label = speaker.label(node)
    if choice is not None:
        return Explanation(node.path, label, tuple(teller.choice(node, choice)), None, teller.language)
    problem = checks.problem_of(node, speaker, environment, required=True)
    reasons = teller.reasons(node)
    if problem is not None and problem.code is ProblemCode.REQUIRED:
        reasons = [reason for reason in reasons if reason.rule != "required_always"]  # the problem says it
    return Explanation(node.path, label, tuple(reasons), problem, teller.language)


class _Teller:
    def __init__(self, speaker: Speaker, environment: Environment) -> None:
        self._speaker = speaker
        self._environment = environment
        self.language = speaker.language if speaker.language in LANGUAGES else "zh"
        self._tr = Translator(self.language)

    def reasons(self, node: Node) -> list[Reason]:
        """What decides whether and how a node is asked, then where its value comes from."""
        definition = node.definition
        assert definition is not None
        if not node.relevant:
            return [self._hidden(node, 0)]
        found: list[Reason] = []
        if definition.relevant is not None:
            found.append(self._shown(node, definition.relevant))
        if definition.required is not None and definition.is_leaf:
            found.append(self._required(node, definition.required))
        found.extend(self._readonly(node))
        if definition.itemset is not None and definition.is_select:
            found.extend(self._choices(node, definition.itemset.nodeset))
        if definition.constraint is not None:
            rule = "constraint" if node.value else "constraint_unanswered"
            found.append(self._reason(rule, node, definition.constraint, 0))
        if definition.kind is Kind.REPEAT:
            found.extend(self._count(node, definition))
        found.extend(self._origins(node, definition))
        return found

    def _shown(self, node: Node, rule: Expression) -> Reason:
        """A rule that cannot be worked out hides nothing; that is said."""
        try:
            rule.boolean(Context(node, self._environment))
        except CpdeskError:
            return self._reason("failed", node, rule, 0)
        return self._reason("shown", node, rule, 0)

    def _required(self, node: Node, rule: Expression) -> Reason:
        if rule.source == "true()":
            return Reason("required_always", node.path, self._label(node), "", "")
        needed = checks.holds(rule, node, self._environment, False)
        return self._reason("required" if needed else "optional", node, rule, 0)

    def _label(self, node: Node) -> str:
        return _short(self._speaker.label(node))

    def _hidden(self, node: Node, depth: int) -> Reason:
        """The outermost node whose own rule hides this one."""
        culprit = next(one for one in reversed(_line(node)) if not one.shown)
        assert culprit.definition is not None
        assert culprit.definition.relevant is not None
        return self._reason("hidden", culprit, culprit.definition.relevant, depth)

    def _readonly(self, node: Node) -> Iterator[Reason]:
        """The node's own rule, or that of the group it lies in."""
        for step in _line(node):
            rule = step.definition.readonly if step.definition is not None else None
            if rule is not None and checks.holds(rule, step, self._environment, False):
                yield self._reason("readonly_always" if rule.source == "true()" else "readonly", step, rule, 0)
                return

    def _choices(self, node: Node, nodeset: Expression) -> Iterator[Reason]:
        _, filters = without_last_predicates(nodeset.ast)
        if not filters:
            return
        said = self._phrases(node).sentence(*filters, inside=True)
        count = str(len(self._speaker.choices(node)))
        inputs = self._inputs(node, [path for one in filters for path in _paths(one, True)], 0)
        yield Reason("choices", node.path, self._label(node), said, count, inputs)

    def choice(self, node: Node, value: str) -> Iterator[Reason]:
        """Why a value is not offered: not in the list at all, or which filter leaves it out."""
        definition = node.definition
        assert definition is not None
        label = self._label(node)
        option = self._option(node, value)
        if option is None:
            if all(item.value != value for item in definition.items):
                yield Reason("no_choice", node.path, label, value, "")
            return
        assert definition.itemset is not None
        shown = self._speaker.choice_label(definition, value, option)
        for one in without_last_predicates(definition.itemset.nodeset.ast)[1]:
            if not self._keeps(one, option, node):
                said = self._phrases(node, option).sentence(one, inside=True)
                inputs = self._inputs(node, list(_paths(one, True)), 0)
                yield Reason("not_offered", node.path, label, said, shown, inputs)

    def _option(self, node: Node, value: str) -> Node | None:
        """The node of a choice, whether the filter lets it through or not."""
        assert node.definition is not None
        itemset = node.definition.itemset
        if itemset is None:
            return None
        try:
            whole = compile_expression(written(without_last_predicates(itemset.nodeset.ast)[0]))
            options = whole.nodes(Context(node, self._environment))
            texts = ((itemset.value.text(Context(one, self._environment)), one) for one in options)
            return next((one for text, one in texts if text == value), None)
        except CpdeskError:
            return None

    def _keeps(self, predicate: Ast, option: Node, origin: Node) -> bool:
        try:
            found = compile_expression(written(predicate)).evaluate(Context(option, self._environment, origin))
        except CpdeskError:
            return True
        return to_boolean(found)

    def _count(self, node: Node, definition: NodeDef) -> Iterator[Reason]:
        if definition.count is not None:
            nodes = self._speaker.instance.nodes
            around = node if Instance.is_stand(node) else nodes[node.path[: node.path.rindex("[")]]
            yield self._reason("count", around, definition.count, 0)
        elif definition.no_add_remove:
            yield Reason("count_fixed", node.path, self._label(node), "", "")

    def _origins(self, node: Node, definition: NodeDef) -> Iterator[Reason]:
        """Where a value comes from: a calculation, an action, a default, a fact filled in at the start."""
        label = self._label(node)
        if definition.calculate is not None:
            yield self._value(node, definition.calculate, 0)
        yield from self._told(definition, node)
        if definition.preload[0]:
            yield Reason("preload", node.path, label, self._tr(f"form.preload.{_preload(definition)}"), "")
        raw = self._speaker.instance.raw(node) if definition.is_leaf else ""
        if definition.default and raw == definition.default and definition.calculate is None:
            yield Reason("default", node.path, label, "", self._speaker.shown_value(node))

    def _value(self, node: Node, calculate: Expression, depth: int) -> Reason:
        """What a calculation gives, or gave before somebody wrote over it."""
        reason = self._reason("value", node, calculate, depth)
        assert node.definition is not None
        raw = self._speaker.instance.raw(node)
        if node.definition.control and node.fault is None and raw and raw != reason.result:
            return Reason("overwritten", reason.path, reason.label, reason.expression, reason.result, reason.inputs)
        return reason

    def _actions(self, target: NodeDef) -> Iterator[tuple[Action, NodeDef | None]]:
        form = self._speaker.form
        seen: set[int] = set()
        for around, actions in (*((one, one.actions) for one in form.nodes), (None, form.first_load)):
            for action in actions:
                if action.target == target.path and id(action) not in seen:
                    seen.add(id(action))
                    yield action, around

    def _told(self, definition: NodeDef, node: Node) -> Iterator[Reason]:
        """The actions that may fill a question; those that fill in the same are told together."""
        told: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for action, around in self._actions(definition):
            event, source = "load", ""
            if "xforms-value-changed" in action.events and around is not None:
                label = _short(self._speaker.say(around.label, node) or around.name)
                event, source = "changed", self._tr("form.words.question", text=label)
            elif "odk-new-repeat" in action.events:
                event = "new_item"
            said = action.literal if action.value is None else self._phrases(node).sentence(action.value.ast)
            rule = "location" if action.kind == SETGEOPOINT else "action"
            told.setdefault((rule, said), []).append((event, source))
        for (rule, said), events in told.items():
            yield Reason(rule, node.path, self._label(node), said, self._when(events))

    def _when(self, events: list[tuple[str, str]]) -> str:
        """What starts an action, the first of many questions by name."""
        sources = list(dict.fromkeys(source for event, source in events if event == "changed"))
        when = [self._tr(f"form.event.{event}") for event in ("load", "new_item") if (event, "") in events]
        if sources:
            named = self._tr("form.event.and").join(sources[:_SOURCES_MAX])
            key = "form.event.changed" if len(sources) <= _SOURCES_MAX else "form.event.changed_many"
            when.append(self._tr(key, labels=named, count=len(sources)))
        return self._tr("form.event.or").join(when)

    def _reason(self, rule: str, node: Node, expression: Expression, depth: int) -> Reason:
        said = self._phrases(node).sentence(expression.ast)
        inputs = self._inputs(node, list(_paths(expression.ast)), depth)
        return Reason(rule, node.path, self._label(node), said, self._result(node, expression), inputs)

    def _result(self, node: Node, expression: Expression) -> str:
        try:
            value = expression.evaluate(Context(node, self._environment))
        except CpdeskError as fault:
            return fault.message(self.language)
        if isinstance(value, bool):
            return self._tr("form.yes") if value else self._tr("form.no")
        text = to_text(value)
        return "" if text == "NaN" else text

    def _phrases(self, node: Node, option: Node | None = None) -> Phrases:
        def label_of(path: Path, inside: bool) -> str:
            nodes = [] if inside and not _is_fixed(path) else self._nodes(node, path)
            if nodes == [node]:
                return self._tr("form.words.it")
            labels = [self._label(one) for one in nodes if one.definition is not None]
            name = path.steps[-1].test if path.steps else ""
            definition = self._speaker.form.by_name.get(name)
            if not labels and inside and option is not None:
                cells = option.children_named(name)
                shown = cells[0].text if cells else ""
                return self._tr("form.words.cell", name=name, text=shown)
            if not labels and definition is not None:
                labels = [_short(self._speaker.say(definition.label, node) or name)]
            return self._tr("form.words.question", text=labels[0]) if labels else name or written(path)

        def choice_of(path: Path, value: str) -> str:
            asked = next((one for one in self._nodes(node, path) if one.definition is not None), None)
            if asked is None or asked.definition is None or not asked.definition.is_select:
                return value
            return self._speaker.choice_label(asked.definition, value, self._option(asked, value))

        return Phrases(self._tr, label_of, choice_of)

    def _inputs(self, node: Node, paths: list[Path], depth: int) -> tuple[Input, ...]:
        """The answers that an expression reads, the first of many."""
        inputs: dict[str, Input] = {}
        for path in paths:
            for other in self._nodes(node, path)[:_INPUTS_MAX]:
                if other is node and depth == 0 and not node.value:
                    continue  # that it is empty was said
                if other.definition is not None and other.definition.is_leaf and len(inputs) < _INPUTS_MAX:
                    inputs.setdefault(other.path, self._input(node, other, depth))
        return tuple(inputs.values())

    def _nodes(self, node: Node, path: Path) -> list[Node]:
        """Hidden nodes are in no node-set, yet often the very reason: then the path is followed as it stands."""
        source = written(path)
        try:
            found = compile_expression(source).nodes(Context(node, self._environment))
        except CpdeskError:
            return []
        return found or self._speaker.instance.hidden_at(source, node)

    def _input(self, asking: Node, node: Node, depth: int) -> Input:
        because: Reason | None = None
        assert node.definition is not None
        if depth + 1 < _CHAIN_MAX and node is not asking:
            if not node.relevant:
                because = self._hidden(node, depth + 1)
            elif node.definition.calculate is not None:
                because = self._value(node, node.definition.calculate, depth + 1)
        raw = self._speaker.instance.raw(node)
        shown = self._speaker.shown_value(node) if node.relevant else ""
        counts = not raw or bool(node.value)
        return Input(node.path, self._label(node), node.value or "", shown, because, counts)


def _short(label: str) -> str:
    """A note may have a page of words; its beginning names it."""
    line = " ".join(label.split())
    return line if len(line) <= _LABEL_MAX else f"{line[: _LABEL_MAX - 1]}…"


def _line(node: Node) -> list[Node]:
    """The node and what it lies in, from the inside out."""
    found: list[Node] = []
    step: Node | None = node
    while step is not None:
        found.append(step)
        step = step.parent
    return found


def _preload(definition: NodeDef) -> str:
    kind, parameter = definition.preload
    return {"timestamp": f"timestamp_{parameter}", "property": "property"}.get(kind, kind) if parameter else kind


def _is_fixed(path: Path) -> bool:
    """Whether a path inside a predicate starts at the question all the same."""
    return path.absolute or (isinstance(path.start, Call) and path.start.name == "current")


def _paths(ast: Ast, inside: bool = False) -> Iterator[Path]:
    """Location paths in the order they are written; `inside` a predicate those only that start at the question."""
    match ast:
        case Literal():
            return
        case Path(_, steps, start):
            if not inside or _is_fixed(ast):
                yield ast
            if start is not None:
                yield from _paths(start, inside)
            for step in steps:
                for predicate in step.predicates:
                    yield from _paths(predicate, True)
        case Filter(primary, predicates):
            yield from _paths(primary, inside)
            for predicate in predicates:
                yield from _paths(predicate, True)
        case Call(_, arguments):
            for argument in arguments:
                yield from _paths(argument, inside)
        case Chain(first, rest):
            yield from _paths(first, inside)
            for _, operand in rest:
                yield from _paths(operand, inside)
        case Negate(operand):
            yield from _paths(operand, inside)
