"""What is the matter with an answer, and the state of a node as clients see it. Worked out when asked for."""

from __future__ import annotations

from cpdesk.base.errors import CpdeskError
from cpdesk.forms.form import Kind, NodeDef
from cpdesk.forms.lexical import fits
from cpdesk.forms.running.words import Speaker
from cpdesk.forms.state import NodeState, Problem, ProblemCode
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.compile import Expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import number_text, to_number


def holds(expression: Expression | None, node: Node, environment: Environment, default: bool) -> bool:
    """Whether a rule holds at a node; `default` without a rule or when it cannot be worked out."""
    if expression is None:
        return default
    try:
        return expression.boolean(Context(node, environment))
    except CpdeskError:
        return default


def is_readonly(node: Node, environment: Environment) -> bool:
    """By its own rule or by an ancestor's."""
    step: Node | None = node
    while step is not None:
        if step.definition is not None and holds(step.definition.readonly, step, environment, False):
            return True
        step = step.parent
    return False


def is_asked(node: Node, environment: Environment) -> bool:
    """Whether a person is to answer this now: a relevant question, not read-only, and not the mere head of a table (a
    select of appearance `label` shows the choices that the questions below it share)."""
    definition = node.definition
    return (
        definition is not None
        and definition.kind is Kind.QUESTION
        and node.relevant
        and not (definition.is_select and "label" in definition.appearance.split())
        and not is_readonly(node, environment)
    )


def problem_of(node: Node, speaker: Speaker, environment: Environment, *, required: bool = False) -> Problem | None:
    """The most serious thing to mend at a node; hidden nodes have none."""
    definition = node.definition
    if definition is None or not node.relevant:
        return None
    found = _mistake(node, definition, speaker, environment, required)
    file = speaker.instance.lacking.get(definition)
    if file is not None and (found is None or not found.blocks):
        return Problem(node.path, ProblemCode.FILE, fields={"label": speaker.label(node), "file": file})
    return found


def _mistake(
    node: Node, definition: NodeDef, speaker: Speaker, environment: Environment, required: bool
) -> Problem | None:
    if node.fault is not None:
        fields = {"label": speaker.label(node), "reason": node.fault.message(speaker.language)}
        key = "" if definition.is_leaf else "form.problem.count"
        return Problem(node.path, ProblemCode.CALCULATION, fields=fields, key=key)
    if not definition.is_leaf:
        return None
    text = speaker.instance.raw(node)
    if not text:
        if required and holds(definition.required, node, environment, False):
            words = speaker.say_all(definition.required_message, node)
            return Problem(node.path, ProblemCode.REQUIRED, words, {"label": speaker.label(node)})
        return None
    if definition.calculate is not None and definition.control == "":
        return None
    return (
        _wrong(node, text, speaker, environment)
        or _broken(node, definition, speaker, environment)
        or _odd(node, definition, speaker)
    )


def _wrong(node: Node, value: str, speaker: Speaker, environment: Environment) -> Problem | None:
    """An answer of the wrong type, outside a range, or with choices that are not offered."""
    definition = node.definition
    assert definition is not None
    fields = {"label": speaker.label(node), "value": value}
    if not fits(definition.type, value):
        kind = "int" if definition.type == "integer" else definition.type
        return Problem(node.path, ProblemCode.TYPE, fields=fields, key=f"form.problem.type.{kind}")
    bounds = definition.range
    if bounds is not None and not bounds.holds(to_number(value)):
        fields |= {name: number_text(getattr(bounds, name)) for name in ("low", "high", "step")}
        return Problem(node.path, ProblemCode.TYPE, fields=fields, key="form.problem.range")
    offered = speaker.instance.offered(node, environment)
    if offered is None:
        return None
    parts = [value] if definition.control == "select1" else value.split()
    unknown = [part for part in parts if part not in offered]
    if unknown:
        fields["value"] = "、".join(unknown)
        return Problem(node.path, ProblemCode.CHOICE, fields=fields)
    if definition.control == "rank" and len(parts) < len(offered):
        return Problem(node.path, ProblemCode.CHOICE, fields=fields, key="form.problem.rank")
    return None


def _broken(node: Node, definition: NodeDef, speaker: Speaker, environment: Environment) -> Problem | None:
    if holds(definition.constraint, node, environment, True):
        return None
    assert definition.constraint is not None
    fields = {
        "label": speaker.label(node),
        "value": speaker.shown_value(node),
        "expression": definition.constraint.source,
    }
    words = speaker.say_all(definition.constraint_message, node)
    return Problem(node.path, ProblemCode.CONSTRAINT, words, fields)


def _odd(node: Node, definition: NodeDef, speaker: Speaker) -> Problem | None:
    low, high = definition.soft_min, definition.soft_max
    if low is None and high is None:
        return None
    value = to_number(node.value or "")
    if not ((low is not None and value < low) or (high is not None and value > high)):
        return None
    fields = {"label": speaker.label(node), "value": node.value or ""}
    if low is not None:
        fields["low"] = number_text(low)
    if high is not None:
        fields["high"] = number_text(high)
    key = (
        ""
        if low is not None and high is not None
        else "form.problem.soft_low"
        if high is None
        else "form.problem.soft_high"
    )
    return Problem(node.path, ProblemCode.SOFT, fields=fields, key=key)


def state_of(node: Node, speaker: Speaker, environment: Environment) -> NodeState:
    """The state of any node of a running form."""
    definition = node.definition
    assert definition is not None
    leaf = definition.is_leaf
    return NodeState(
        path=node.path,
        relevant=node.relevant,
        required=leaf and node.relevant and holds(definition.required, node, environment, False),
        readonly=is_readonly(node, environment),
        value=speaker.instance.raw(node) if leaf else node.rank,
        accepted=(node.value or "") if leaf else node.rank,
        media=speaker.media(definition.media, node),
        guidance=speaker.say(definition.guidance, node),
        short=speaker.say(definition.short, node),
        problem=problem_of(node, speaker, environment),
        label=speaker.say(definition.label, node),
        hint=speaker.say(definition.hint, node),
        choices=speaker.choices(node) if definition.is_select else (),
    )
