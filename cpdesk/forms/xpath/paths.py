"""Location paths: axes, node tests, predicates, and the binding of absolute paths to the repeat items around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.tree import ATTRIBUTE, COMMENT, DOCUMENT, ELEMENT, INSTRUCTION, TEXT, Node, order_key
from cpdesk.forms.xpath.context import Context
from cpdesk.forms.xpath.functions import Evaluate
from cpdesk.forms.xpath.lookup import lookup_of, place_wanted
from cpdesk.forms.xpath.syntax import ANYWHERE, Ast, Path, Step
from cpdesk.forms.xpath.values import Value, to_boolean, to_number, to_text

XHTML: Final = "http://www.w3.org/1999/xhtml"
_NAMESPACES: Final = {
    "h": XHTML,
    "html": XHTML,
    "xhtml": XHTML,
    "jr": "http://openrosa.org/javarosa",
    "orx": "http://openrosa.org/xforms",
    "odk": "http://www.opendatakit.org/xforms",
    "entities": "http://www.opendatakit.org/xforms/entities",
    "xf": "http://www.w3.org/2002/xforms",
    "ev": "http://www.w3.org/2001/xml-events",
    "xsd": "http://www.w3.org/2001/XMLSchema",
}
"""Namespaces by the prefixes that expressions use for them."""

_EPSILON: Final = 1e-12
Walk = Callable[[list[Node], Context], list[Node]]
Compile = Callable[[Ast], Evaluate]


def compile_path(path: Path, compile_ast: Compile, *, bind: bool = True) -> Evaluate:
    """The closure of a location path. With `bind`, an absolute path takes, of each repeat that the asking node is in,
    the item the node is in; its last step is never bound, so that `count(/data/building)` counts them all. Irrelevant
    nodes are left out of the result."""
    steps = _direct(path.steps)
    walks = [_step(step, compile_ast) for step in steps]
    if _may_lose_order(steps):
        walks.append(_in_order)
    if path.start is not None:
        return _from_expression(compile_ast(path.start), walks)
    if path.absolute:
        return _from_root(walks, _bindable(path.steps) if bind else ())
    return _from_context(walks)


def _direct(steps: tuple[Step, ...]) -> list[Step]:
    """`//name` in one step instead of two, where no predicate counts children."""
    found: list[Step] = []
    for step in steps:
        before = found[-1] if found else None
        if step.axis == "child" and not step.predicates and before == ANYWHERE:
            found[-1] = Step("descendant", step.test)
        else:
            found.append(step)
    return found


def _may_lose_order(steps: list[Step]) -> bool:
    """Whether a step starts from nodes that may lie inside each other, so that what it finds may be out of order."""
    nested = [place for place, step in enumerate(steps) if step.axis in _NESTED]
    return bool(nested) and nested[0] < len(steps) - 1


def _in_order(nodes: list[Node], context: Context) -> list[Node]:
    return in_document_order(nodes, context)


def in_document_order(nodes: list[Node], context: Context) -> list[Node]:
    """Nodes of one tree sorted; many of them by numbering the tree once."""
    if len(nodes) < 2:
        return nodes
    if len(nodes) < _FEW:
        return sorted(nodes, key=order_key)
    top = nodes[0]
    while top.parent is not None:
        top = top.parent
    order = {id(node): place for place, node in enumerate(top.walk())}
    context.environment.spend(len(order))
    if any(id(node) not in order for node in nodes):
        return sorted(nodes, key=order_key)
    return sorted(nodes, key=lambda node: order[id(node)])


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


def compile_predicate(ast: Ast, compile_ast: Compile) -> Evaluate:
    """The closure of a predicate. A path that itself searches asks whether there is such a node, blank or not; any
    other path is a question, which must have an answer."""
    evaluate = compile_ast(ast)
    if not isinstance(ast, Path) or not (searches(ast) or any(step.predicates for step in ast.steps)):
        return evaluate

    def exists(context: Context) -> Value:
        return bool(evaluate(context))

    return exists


def searches(ast: Ast) -> bool:
    """Whether a path looks for nodes by more than their names, so that finding none is no unanswered question."""
    return isinstance(ast, Path) and any(
        step.test == "*" or step.axis not in ("child", "self", "parent", "attribute") for step in ast.steps
    )


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
    predicates = [_keeping(predicate, compile_ast) for predicate in step.predicates]
    lookup = lookup_of(step, compile_ast)

    def walk(nodes: list[Node], context: Context) -> list[Node]:
        parts: list[list[Node]] = []
        for node in nodes:
            found, first = None, 0
            if lookup is not None and node.frozen:
                found, first = lookup.find(node, context), int(lookup.whole)
            if found is None:
                found, first = plain([node], context), 0
            for keep in predicates[first:]:
                found = keep(found, context)
            parts.append(found)
        return parts[0] if len(parts) == 1 else _merged(parts)

    return _reversed(walk) if step.axis in _REVERSE else walk


def _keeping(predicate: Ast, compile_ast: Compile) -> Walk:
    """One predicate. `[position() = position(current()/..) - 1]`, the item before, is a look-up, not a walk."""
    wanted = place_wanted(predicate)
    if wanted is None:
        evaluate = compile_predicate(predicate, compile_ast)
        return lambda nodes, context: filter_nodes(nodes, evaluate, context)
    place_of = compile_ast(wanted)

    def at_place(nodes: list[Node], context: Context) -> list[Node]:
        context.environment.spend(1)
        place = to_number(place_of(context)) if nodes else 0.0
        whole = round(place) if abs(place) < len(nodes) + 1 else 0
        return [nodes[whole - 1]] if 0 < whole <= len(nodes) and abs(place - whole) < _EPSILON else []

    return at_place


def _merged(parts: Iterable[list[Node]]) -> list[Node]:
    found: dict[int, Node] = {}
    for part in parts:
        found.update((id(node), node) for node in part)
    return list(found.values())


def _reversed(walk: Walk) -> Walk:
    """Predicates of a reverse axis count backwards; the node-set itself is in document order again."""
    return lambda nodes, context: sorted(walk(nodes, context), key=order_key)


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
    uri = _NAMESPACES.get(name.partition(":")[0]) if ":" in name else None
    if uri is not None:
        return _children_in(name, uri)

    def walk(nodes: list[Node], _context: Context) -> list[Node]:
        if len(nodes) == 1:
            found = nodes[0].children_named(name)
        else:
            found = [child for node in nodes for child in node.children_named(name)]
        if found and found[0].uri == XHTML:
            return [node for node in found if node.uri != XHTML]
        return found

    return walk


def _children_in(name: str, uri: str) -> Walk:
    """Children whose name is written so, or has another prefix for the same namespace."""
    local = name.partition(":")[2]

    def walk(nodes: list[Node], context: Context) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            same = node.children_named(name)
            if not same:
                context.environment.spend(len(node.children))
                same = [child for child in node.children if child.uri == uri and child.local == local]
            found.extend(same)
        return found

    return walk


def _test(step: Step) -> Callable[[Node], bool]:
    name = step.test
    principal = ATTRIBUTE if step.axis == "attribute" else ELEMENT
    if name.endswith(")"):
        return _kind_test(name)
    if name == "*":
        return lambda node: node.kind == principal
    prefix, _, local = name.rpartition(":")
    uri = _NAMESPACES.get(prefix)
    if local == "*":
        begin = f"{prefix}:"
        return lambda node: (
            node.kind == principal and (node.name.startswith(begin) or (uri is not None and node.uri == uri))
        )
    if uri is not None:
        return lambda node: node.kind == principal and (node.name == name or (node.local == local and node.uri == uri))
    if prefix or principal == ATTRIBUTE:
        return lambda node: node.kind == principal and node.name == name
    return lambda node: node.kind == principal and node.name == name and node.uri != XHTML


def _kind_test(name: str) -> Callable[[Node], bool]:
    kind_name, _, target = name[:-1].partition("(")
    if kind_name == "node":
        return lambda node: True
    kind = {"text": TEXT, "comment": COMMENT, "processing-instruction": INSTRUCTION}[kind_name]
    if target:
        return lambda node: node.kind == kind and node.name == target
    return lambda node: node.kind == kind


def _children(node: Node) -> list[Node]:
    """A leaf keeps its text itself; asked for, the text is a node."""
    if node.kind == ELEMENT and not node.children and node.value:
        text = Node(TEXT, "", node.value, node)
        text.relevant = node.relevant
        return [text]
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
_NESTED: Final = _REVERSE - {"preceding-sibling"} | {"descendant", "descendant-or-self", "following"}
_FEW: Final = 16
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
