"""Why is this hidden, required, wrong, or this value? Told from the rules of the form and the answers they read."""

from __future__ import annotations

from typing import Final

from cpdesk.base.errors import CpdeskError
from cpdesk.base.i18n import Translator
from cpdesk.forms import checks
from cpdesk.forms.state import Explanation, Input, Reason
from cpdesk.forms.tree import Node
from cpdesk.forms.words import Speaker
from cpdesk.forms.xpath.compile import Expression, compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path
from cpdesk.forms.xpath.values import to_text

_CHAIN_MAX: Final = 4
_INPUTS_MAX: Final = 12


def explain(node: Node, speaker: Speaker, environment: Environment) -> Explanation:
    """All reasons that concern a node, in the speaker's language; chains at most four rules long."""
    teller = _Teller(speaker, environment)
    problem = checks.problem_of(node, speaker, environment, required=True)
    label = speaker.label(node)
    return Explanation(node.path, label, tuple(teller.reasons(node)), problem, speaker.language)


class _Teller:
    def __init__(self, speaker: Speaker, environment: Environment) -> None:
        self._speaker = speaker
        self._environment = environment
        self._tr = Translator(speaker.language if speaker.language in ("zh", "en") else "zh")

    def reasons(self, node: Node) -> list[Reason]:
        definition = node.definition
        assert definition is not None
        if not node.relevant:
            return [self._hidden(node, 0)]
        found: list[Reason] = []
        if definition.relevant is not None:
            found.append(self._reason("shown", node, definition.relevant, 0))
        if definition.required is not None and definition.is_leaf:
            needed = checks.holds(definition.required, node, self._environment, False)
            found.append(self._reason("required" if needed else "optional", node, definition.required, 0))
        if definition.readonly is not None and checks.holds(definition.readonly, node, self._environment, False):
            found.append(self._reason("readonly", node, definition.readonly, 0))
        if definition.constraint is not None:
            found.append(self._reason("constraint", node, definition.constraint, 0))
        if definition.calculate is not None:
            found.append(self._reason("value", node, definition.calculate, 0))
        return found

    def _hidden(self, node: Node, depth: int) -> Reason:
        """The outermost node whose own rule hides this one."""
        line: list[Node] = []
        step: Node | None = node
        while step is not None:
            line.append(step)
            step = step.parent
        culprit = next(one for one in reversed(line) if not one.shown)
        assert culprit.definition is not None
        assert culprit.definition.relevant is not None
        return self._reason("hidden", culprit, culprit.definition.relevant, depth)

    def _reason(self, rule: str, node: Node, expression: Expression, depth: int) -> Reason:
        inputs, pieces = self._read(node, expression, depth)
        return Reason(rule, node.path, self._speaker.label(node), pieces, self._result(node, expression), inputs)

    def _result(self, node: Node, expression: Expression) -> str:
        try:
            value = expression.evaluate(Context(node, self._environment))
        except CpdeskError as fault:
            return fault.message(self._speaker.language)
        if isinstance(value, bool):
            return self._tr("form.yes") if value else self._tr("form.no")
        return to_text(value)

    def _read(self, node: Node, expression: Expression, depth: int) -> tuple[tuple[Input, ...], str]:
        """The answers an expression reads, and its text with labels in place of paths."""
        inputs: dict[str, Input] = {}
        text, last = [], 0
        for path in _paths(expression.ast):
            source = expression.source[path.begin : path.end]
            nodes = [other for other in self._nodes(node, source) if other.definition is not None]
            if nodes:
                text.append(expression.source[last : path.begin])
                text.append(f"「{self._speaker.label(nodes[0])}」")
                last = path.end
            for other in nodes[:_INPUTS_MAX]:
                assert other.definition is not None
                if other.definition.is_leaf and other.path not in inputs and len(inputs) < _INPUTS_MAX:
                    inputs[other.path] = self._input(node, other, depth)
        text.append(expression.source[last:])
        return tuple(inputs.values()), " ".join("".join(text).split())

    def _nodes(self, node: Node, source: str) -> list[Node]:
        """Hidden nodes are in no node-set, yet often the very reason: then the path is followed as it stands."""
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
                because = self._reason("value", node, node.definition.calculate, depth + 1)
        value = node.value or ""
        shown = self._speaker.shown_value(node) if node.relevant else ""
        return Input(node.path, self._speaker.label(node), value, shown, because)


def _paths(ast: Ast) -> list[Path]:
    """Location paths outside predicates, in the order they are written."""
    match ast:
        case Literal():
            return []
        case Path(_, _, start):
            return [ast] if start is None or ast.end else []
        case Filter(primary):
            return _paths(primary)
        case Call(_, arguments):
            return [path for argument in arguments for path in _paths(argument)]
        case Chain(first, rest):
            return [*_paths(first), *(path for _, operand in rest for path in _paths(operand))]
        case Negate(operand):
            return _paths(operand)
