"""Location paths: axes, node tests, predicates, and the binding of absolute paths to the repeat items around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import ATTRIBUTE, COMMENT, DOCUMENT, ELEMENT, INSTRUCTION, TEXT, Node, order_key
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Evaluate
from cpdesk.forms.xpath.syntax import Ast, Call, Chain, Filter, Literal, Negate, Path, Step
from cpdesk.forms.xpath.values import Value, to_boolean, to_text

Walk = Callable[[list[Node], Context], list[Node]]
Compile = Callable[[Ast], Evaluate]


def compile_path(path: Path, compile_ast: Compile, *, bind: bool = True) -> Evaluate:
    """The closure of a location path. With `bind`, an absolute path takes, of each repeat that the asking node is in,
    the item the node is in; its last step is never bound, so that `count(/data/building)` counts them all. Irrelevant
    nodes are left out of the result."""
    walks = [_step(step, compile_ast) for step in path.steps]
    if path.start is not None:
        return _from_expression(compile_ast(path.start), walks)
    if path.absolute:
        return _from_root(walks, _bindable(path.steps) if bind else ())
    return _from_context(walks)


def _from_context(walks: list[Walk]) -> Evaluate:
    def evaluate(context: Context) -> Value:
        nodes = [context.node]
        for walk in walks:
            nodes = walk(nodes, context)
        return [node for node in nodes if node.relevant]

    return evaluate


def _from_expression(start: Evaluate, walks: list[Walk]) -> Evaluate:
    def evaluate(context: Context) -> Value:
        nodes = start(context)
        if not isinstance(nodes, list):
            raise InputFault("CP-1218", function="/", value=to_text(nodes), expected="node-set")
        for walk in walks:
            nodes = walk(nodes, context)
        return [node for node in nodes if node.relevant]

    return evaluate


def _from_root(walks: list[Walk], bindable: tuple[str, ...]) -> Evaluate:
    def evaluate(context: Context) -> Value:
        origin = context.origin
        nodes, first = [context.environment.root], 0
        if bindable and origin.definition is not None:
            node, first = _bound(origin, bindable)
            if first:
                nodes = [node]
        for walk in walks[first:]:
            nodes = walk(nodes, context)
        return [node for node in nodes if node.relevant]

    return evaluate


def _bindable(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Names of the leading plain steps, the last step left out."""
    names: list[str] = []
    for step in steps[:-1]:
        if step.axis != "child" or step.predicates or step.test.endswith((")", "*")):
            break
        names.append(step.test)
    return tuple(names)


def _bound(origin: Node, names: tuple[str, ...]) -> tuple[Node, int]:
    """The deepest ancestor-or-self of `origin` that the names lead to, and how many names it took."""
    line: list[Node] = []
    node: Node | None = origin
    while node is not None and node.kind != DOCUMENT:
        line.append(node)
        node = node.parent
    line.reverse()
    depth = 0
    while depth < len(names) and depth < len(line) and line[depth].name == names[depth]:
        depth += 1
    return (line[depth - 1], depth) if depth else (origin, 0)


def filter_nodes(nodes: list[Node], predicate: Evaluate, context: Context) -> list[Node]:
    """The nodes that a predicate keeps; a number keeps the node at that place."""
    context.environment.spend(len(nodes))
    inner = Context(context.node, context.environment, context.origin, 1, len(nodes))
    kept: list[Node] = []
    for position, node in enumerate(nodes, 1):
        inner.node = node
        inner.position = position
        result = predicate(inner)
        if result is True or (
            result == position if isinstance(result, float) else result is not False and to_boolean(result)
        ):
            kept.append(node)
    return kept


def _step(step: Step, compile_ast: Compile) -> Walk:
    plain = _plain(step)
    if not step.predicates:
        return plain
    predicates = [compile_ast(predicate) for predicate in step.predicates]
    keyed = _keyed(step, compile_ast)

    def walk(nodes: list[Node], context: Context) -> list[Node]:
        parts: list[list[Node]] = []
        for node in nodes:
            found, first = None, 0
            if keyed is not None and node.frozen:
                found, first = keyed(node, context), 1
            if found is None:
                found, first = plain([node], context), 0
            for predicate in predicates[first:]:
                found = filter_nodes(found, predicate, context)
            parts.append(found)
        return parts[0] if len(parts) == 1 else _merged(parts)

    return _reversed(walk) if step.axis in _REVERSE else walk


def _merged(parts: Iterable[list[Node]]) -> list[Node]:
    found: dict[int, Node] = {}
    for part in parts:
        found.update((id(node), node) for node in part)
    return list(found.values())


def _reversed(walk: Walk) -> Walk:
    """Predicates of a reverse axis count backwards; the node-set itself is in document order again."""
    return lambda nodes, context: sorted(walk(nodes, context), key=order_key)


def _keyed(step: Step, compile_ast: Compile) -> Callable[[Node, Context], list[Node] | None] | None:
    """For `item[key = value]` over a list that never changes: look the value up instead of asking every item."""
    predicate = step.predicates[0]
    if step.axis != "child" or not isinstance(predicate, Chain) or len(predicate.rest) != 1:
        return None
    operator, right = predicate.rest[0]
    if operator != "=":
        return None
    for key, other in ((predicate.first, right), (right, predicate.first)):
        if isinstance(key, Path) and _is_child_name(key) and _is_fixed(other):
            return _lookup(step.test, key.steps[0].test, compile_ast(other))
    return None


def _lookup(name: str, key: str, value: Evaluate) -> Callable[[Node, Context], list[Node] | None]:
    def look(node: Node, context: Context) -> list[Node] | None:
        wanted = value(context)
        if isinstance(wanted, str):
            return node.children_by_value(name, key).get(wanted, [])
        if isinstance(wanted, list) and len(wanted) < 2:
            return node.children_by_value(name, key).get(wanted[0].text if wanted else "", [])
        return None

    return look


def _is_child_name(path: Path) -> bool:
    return (
        not path.absolute
        and path.start is None
        and len(path.steps) == 1
        and path.steps[0].axis == "child"
        and not path.steps[0].predicates
        and not path.steps[0].test.endswith((")", "*"))
    )


def _is_fixed(ast: Ast) -> bool:
    """Whether an expression gives the same for every node of the set a predicate filters."""
    match ast:
        case Literal():
            return True
        case Path(absolute, _, start):
            return absolute or (start is not None and _is_fixed(start))
        case Call(name, arguments):
            return (
                name not in ("position", "last", "random", "once")
                and (name in ("current", "instance") or bool(arguments))
                and all(_is_fixed(argument) for argument in arguments)
            )
        case Chain(first, rest):
            return _is_fixed(first) and all(_is_fixed(operand) for _, operand in rest)
        case Negate(operand):
            return _is_fixed(operand)
        case Filter(primary):
            return _is_fixed(primary)


def _plain(step: Step) -> Walk:
    """One axis with its node test, no predicates; no doubles; reverse axes nearest first where predicates follow."""
    name = step.test
    if step.axis == "child" and not name.endswith((")", "*")):
        return _child_named(name)
    if step.axis == "self" and name == "node()":
        return lambda nodes, _context: nodes
    axis = _AXES[step.axis]
    test = _test(step)
    backwards = step.axis in _REVERSE and not step.predicates

    def walk(nodes: list[Node], context: Context) -> list[Node]:
        found: dict[int, Node] = {}
        for node in nodes:
            around = axis(node)
            context.environment.spend(len(around))
            found.update((id(other), other) for other in around if test(other))
        result = list(found.values())
        if backwards and len(result) > 1:
            result.sort(key=order_key)
        return result

    return walk


def _child_named(name: str) -> Walk:
    def walk(nodes: list[Node], _context: Context) -> list[Node]:
        if len(nodes) == 1:
            return nodes[0].children_named(name)
        return [child for node in nodes for child in node.children_named(name)]

    return walk


def _test(step: Step) -> Callable[[Node], bool]:
    name = step.test
    principal = ATTRIBUTE if step.axis == "attribute" else ELEMENT
    if name == "node()":
        return lambda node: True
    kinds = {"text()": TEXT, "comment()": COMMENT, "processing-instruction()": INSTRUCTION}
    if name in kinds:
        kind = kinds[name]
        return lambda node: node.kind == kind
    if name == "*":
        return lambda node: node.kind == principal
    if name.endswith(":*"):
        prefix = name[:-1]
        return lambda node: node.kind == principal and node.name.startswith(prefix)
    return lambda node: node.kind == principal and node.name == name


def _children(node: Node) -> list[Node]:
    if node.kind == ELEMENT and not node.children and node.value and node.definition is None:
        return [Node(TEXT, "", node.value, node)]
    return node.children


def _descendants(node: Node) -> list[Node]:
    found = list(node.walk())
    return found[1:]


def _ancestors(node: Node) -> list[Node]:
    found: list[Node] = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def _siblings(node: Node) -> tuple[list[Node], int]:
    if node.parent is None or node.kind == ATTRIBUTE:
        return [], 0
    siblings = node.parent.children
    return siblings, next((index for index, other in enumerate(siblings) if other is node), 0)


def _following_siblings(node: Node) -> list[Node]:
    siblings, place = _siblings(node)
    return siblings[place + 1 :]


def _preceding_siblings(node: Node) -> list[Node]:
    siblings, place = _siblings(node)
    return siblings[:place][::-1]


def _following(node: Node) -> list[Node]:
    found: list[Node] = []
    if node.kind == ATTRIBUTE and node.parent is not None:
        found.extend(_descendants(node.parent))
        node = node.parent
    for point in (node, *_ancestors(node)):
        for sibling in _following_siblings(point):
            found.extend(sibling.walk())
    return found


def _preceding(node: Node) -> list[Node]:
    found: list[Node] = []
    for point in (node, *_ancestors(node)):
        for sibling in _preceding_siblings(point):
            found.extend(reversed(list(sibling.walk())))
    return found


_REVERSE: Final = frozenset(("ancestor", "ancestor-or-self", "preceding", "preceding-sibling"))
_AXES: Final[dict[str, Callable[[Node], list[Node]]]] = {
    "ancestor": _ancestors,
    "ancestor-or-self": lambda node: [node, *_ancestors(node)],
    "attribute": Node.attribute_nodes,
    "child": _children,
    "descendant": _descendants,
    "descendant-or-self": lambda node: list(node.walk()),
    "following": _following,
    "following-sibling": _following_siblings,
    "namespace": lambda node: [],
    "parent": lambda node: [] if node.parent is None else [node.parent],
    "preceding": _preceding,
    "preceding-sibling": _preceding_siblings,
    "self": lambda node: [node],
}
