"""XForm XML to an immutable `Form`. Whatever is wrong with a form is said here, not while a household waits."""

from __future__ import annotations

from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.base.nearest import nearest_name
from cpdesk.forms.entities import EntityDef, read_entities
from cpdesk.forms.files.external import CSV, ExternalInstance, external_instance
from cpdesk.forms.form import Action, Form, Kind, NodeDef, QuantityBinding
from cpdesk.forms.loading.body import ACTIONS, read_action, read_body
from cpdesk.forms.loading.graph import build_graph
from cpdesk.forms.loading.texts import Texts, code_of_language
from cpdesk.forms.tree import DOCUMENT, Node, read_xml
from cpdesk.forms.xpath.compile import Expression, compile_expression

_NODES_MAX: Final = 20_000
_PRELOADS: Final = ("uid", "date", "property")
_STAMPS: Final = (("timestamp", "start"), ("timestamp", "end"))
_OWN_ATTRIBUTES: Final = frozenset(("preload", "preloadParams", "constraintMsg", "requiredMsg"))


def load_form(xml: str | bytes) -> Form:
    """Read and check a form.

    Raises:
        InputFault: CP-1201 to CP-1211, each naming the place: XML, structure, expressions, references, cycles; CP-1230,
            CP-1242 secondary instances; CP-1239 ranges; CP-1240, CP-1241 entities.
    """
    document, prefixes = read_xml(xml)
    return _Loader(document, prefixes).load()


class _Loader:
    """Carries what the parts of a form need of each other while it is read."""

    def __init__(self, document: Node, prefixes: dict[str, str]) -> None:
        html = _needed(document, "html")
        self.head = _needed(html, "head")
        self.body = html.first("body")
        self.model = _needed(self.head, "model")
        self.prefixes = prefixes
        self.by_path: dict[str, NodeDef] = {}
        self.instances: dict[str, Node] = {}
        self.externals: dict[str, ExternalInstance] = {}
        self.root_name = ""
        self.bind_ids: dict[str, str] = {}
        self.first_load: list[Action] = []
        self.strays: list[tuple[str, str]] = []
        self._index = 0

    def load(self) -> Form:
        primary = self._instances()
        self.texts = Texts(self.model)
        self._attributes = _bound_attributes(self.model, self.body)
        root = self._define(primary, None, _repeat_paths(self.body, self.model, self.root_name))
        self._binds()
        self.first_load.extend(read_action(self, node, "") for node in self.model.elements() if node.local in ACTIONS)
        if self.body is not None:
            read_body(self, self.body)
        nodes = tuple(root.walk())[1:]
        for node in nodes:
            _finish(node)
        primary.parent = None  # else the form would keep the whole document
        return self._form(primary, root, nodes)

    def _form(self, primary: Node, root: NodeDef, nodes: tuple[NodeDef, ...]) -> Form:
        by_name: dict[str, NodeDef] = {}
        for node in nodes:
            by_name.setdefault(node.name, node)
        names = tuple(self.texts.plain)
        title = self.head.first("title")
        submission = self.model.first("submission")
        entities_version = self.model.attribute("entities:entities-version").strip()
        entities = read_entities((root, *nodes), entities_version)
        for entity in entities:
            self._register_of(entity)
        return Form(
            id=primary.attribute("id") or primary.name,
            version=primary.attribute("version") or primary.attribute("orx:version"),
            title_text=(title.text if title is not None else "") or primary.attribute("id"),
            languages=tuple(code_of_language(name) for name in names),
            root=root,
            nodes=nodes,
            by_path={node.path: node for node in nodes},
            by_name=by_name,
            quantities={
                node.path: QuantityBinding(node.path, node.attributes["quantity"], node.unit)
                for node in nodes
                if node.attributes.get("quantity")
            },
            itext=self.texts.plain,
            itext_forms=self.texts.forms,
            language_names=names,
            default_language=self.texts.default_language,
            primary=primary,
            instances=self.instances,
            externals=self.externals,
            first_load=tuple(self.first_load),
            graph=build_graph(root, self.root_name),
            prefixes=self.prefixes,
            submission={} if submission is None else _local_names(submission),
            entities=entities,
            entities_version=entities_version,
            strays=tuple(self.strays),
        )

    def _register_of(self, entity: EntityDef) -> None:
        """pyxform asks the register of a thing for its version even where the form shows no list of it."""
        name = entity.dataset
        updates = any(attribute.name == "@baseVersion" for attribute in entity.node.bound_attributes)
        if updates and name not in self.instances:
            self.externals.setdefault(name, ExternalInstance(name, f"jr://file-csv/{name}.csv", CSV))

    def _instances(self) -> Node:
        """Read the secondary instances; gives the root of the primary one."""
        primary: Node | None = None
        for instance in self.model.elements():
            if instance.local != "instance":
                continue
            if primary is None:
                roots = instance.elements()
                if not roots:
                    raise InputFault("CP-1204", what="primary instance", place="model")
                primary = roots[0]
            else:
                self._secondary(instance)
        if primary is None:
            raise InputFault("CP-1204", what="instance", place="model")
        self.root_name = primary.name
        return primary

    def _secondary(self, instance: Node) -> None:
        name, src = instance.attribute("id"), instance.attribute("src")
        if name in self.instances or name in self.externals:
            raise InputFault("CP-1242", id=name)
        if instance.elements() or not src:
            self.instances[name] = _as_document(instance)
        else:
            self.externals[name] = external_instance(name, src, f"instance “{name}”")

    def _define(self, node: Node, parent: NodeDef | None, repeats: frozenset[str]) -> NodeDef:
        path = "" if parent is None else f"{parent.path}/{node.name}".lstrip("/")
        found = self.by_path.get(path)
        children = node.elements()
        if found is None:
            kind = Kind.REPEAT if path in repeats else Kind.GROUP if children or parent is None else Kind.HIDDEN
            found = self._new(node.name, path, kind, parent, node.text if not children else "")
            if parent is not None:
                parent.children.append(found)
                parent.named[found.name] = found
            self._define_attributes(found, node)
        for child in children:
            self._define(child, found, repeats)
        return found

    def _define_attributes(self, owner: NodeDef, node: Node) -> None:
        owner.literal_attributes = {name: text for name, text in node.attributes.items() if name != "jr:template"}
        for name in self._attributes.get(owner.path, ()):
            path = f"{owner.path}/@{name}".lstrip("/")
            found = self._new(f"@{name}", path, Kind.HIDDEN, owner, node.attribute(name))
            owner.bound_attributes.append(found)
            owner.named[found.name] = found

    def _new(self, name: str, path: str, kind: Kind, parent: NodeDef | None, default: str) -> NodeDef:
        depth = 0 if parent is None else parent.depth + 1
        found = NodeDef(name, path, self._index, kind, parent, depth, default=default)
        found.repeat = found if kind is Kind.REPEAT else None if parent is None else parent.repeat
        self._index += 1
        if self._index > _NODES_MAX:
            raise InputFault("CP-1203", what="nodes", found=self._index, limit=_NODES_MAX)
        self.by_path[path] = found
        return found

    def _binds(self) -> None:
        for bind in self.model.elements():
            if bind.local != "bind":
                continue
            reference = bind.attribute("nodeset") or bind.attribute("ref")
            path = self.path_or_stray(reference, "", "bind")
            if path is None:
                continue
            node = self.by_path[path]
            if bind.attribute("id"):
                self.bind_ids[bind.attribute("id")] = f"/{self.root_name}/{node.path}"
            self._bind(node, bind)

    def _bind(self, node: NodeDef, bind: Node) -> None:
        node.type = bind.attribute("type", "string").rpartition(":")[2] or "string"
        node.relevant = self._rule(node, bind, "relevant", "true()")
        node.required = self._rule(node, bind, "required", "false()")
        node.readonly = self._rule(node, bind, "readonly", "false()")
        node.constraint = self._rule(node, bind, "constraint", "true()")
        node.calculate = self._rule(node, bind, "calculate", "")
        for name, text in bind.attributes.items():
            prefix, _, local = name.rpartition(":")
            if prefix and local not in _OWN_ATTRIBUTES:
                node.attributes[local] = text
            if local == "preload":
                node.preload = (text, node.preload[1])
            elif local == "preloadParams":
                node.preload = (node.preload[0], text)
            elif local == "constraintMsg":
                node.constraint_message = self.texts.words_of(text, f"constraintMsg {node.path}")
            elif local == "requiredMsg":
                node.required_message = self.texts.words_of(text, f"requiredMsg {node.path}")
        if (node.preload[0] not in _PRELOADS and node.preload not in _STAMPS) or not node.is_leaf:
            node.preload = ("", "")  # no other is known to any engine; they do nothing
        node.soft_min = _number(node, "soft_min")
        node.soft_max = _number(node, "soft_max")

    def _rule(self, node: NodeDef, bind: Node, name: str, idle: str) -> Expression | None:
        source = bind.attributes.get(name)
        if source is None or source.strip() in ("", idle):
            return None
        return compile_expression(source, f"{name} {node.path}")

    def path_or_stray(self, reference: str, context: str, what: str) -> str | None:
        """As `path_of`; None for a bind or control of no node, noted as a stray: other engines run such forms."""
        path = _plain_path(reference, context, self.root_name)
        if path in self.by_path:
            return path
        self.strays.append((what, reference))
        return None

    def path_of(self, reference: str, context: str, place: str) -> str:
        """The template path of a plain reference (`/data/a/b` or relative to `context`).

        Raises:
            InputFault: CP-1210 when the form has no such node.
        """
        path = _plain_path(reference, context, self.root_name)
        if path is None or path not in self.by_path:
            nearest = nearest_name(path or reference, self.by_path, 0.5)
            raise InputFault("CP-1210", place=place, reference=reference, nearest=nearest)
        return path


def _plain_path(reference: str, context: str, root_name: str) -> str | None:
    """The template path that a reference of names spells, None when it starts at another root."""
    reference = reference.strip()
    if reference.startswith("/"):
        names = reference[1:].split("/")
        return "/".join(names[1:]) if names[0] == root_name else None
    steps = [step for step in context.split("/") if step]
    for step in reference.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", ".", "current()"):
            steps.append(step)
    return "/".join(steps)


def _needed(parent: Node, local: str) -> Node:
    found = parent.first(local)
    if found is None:
        raise InputFault("CP-1204", what=f"<{local}>", place=parent.name or "document")
    return found


def _as_document(instance: Node) -> Node:
    document = Node(DOCUMENT)
    for child in instance.elements():
        document.append(child)
    document.freeze()
    return document


def _local_names(element: Node) -> dict[str, str]:
    return {name.rpartition(":")[2]: text for name, text in element.attributes.items()}


def _bound_attributes(model: Node, body: Node | None) -> dict[str, dict[str, None]]:
    """Names of the attributes that binds and actions speak of, in order, by the template path of their element."""
    found: dict[str, dict[str, None]] = {}
    speaking = [node for node in model.elements() if node.local == "bind" or node.local in ACTIONS]
    if body is not None:
        speaking += [node for node in body.walk() if node.local in ACTIONS]
    for node in speaking:
        owner, sign, name = (node.attribute("nodeset") or node.attribute("ref")).strip().partition("/@")
        if sign and owner.startswith("/"):
            found.setdefault("/".join(owner.split("/")[2:]), {})[name] = None
    return found


def _repeat_paths(body: Node | None, model: Node, root_name: str) -> frozenset[str]:
    """Template paths of all repeats; they must be known before the tree is defined."""
    binds = {node.attribute("id"): node.attribute("nodeset") for node in model.elements() if node.local == "bind"}
    found: set[str] = set()
    stack = [(body, "")] if body is not None else []
    while stack:
        node, context = stack.pop()
        reference = node.attribute("nodeset") or node.attribute("ref") or binds.get(node.attribute("bind"), "")
        path = context
        if node.local in ("group", "repeat") and reference:
            spelt = _plain_path(reference, context, root_name)
            if node.local == "repeat" and spelt:  # the whole form cannot repeat, nor what is not in it
                found.add(spelt)
            path = spelt or context
        stack.extend((child, path) for child in node.elements() if child.local in ("group", "repeat"))
    return frozenset(found)


def _finish(node: NodeDef) -> None:
    """What a node is can be said only when its bind and its control are both known."""
    if node.kind is Kind.HIDDEN and node.control not in ("", "group"):
        is_note = node.control == "input" and node.calculate is None and _always(node.readonly)
        node.kind = Kind.NOTE if is_note else Kind.QUESTION


def _always(expression: Expression | None) -> bool:
    return expression is not None and expression.source == "true()"


def _number(node: NodeDef, name: str) -> float | None:
    text = node.attributes.get(name, "")
    try:
        return float(text) if text else None
    except ValueError:
        raise InputFault("CP-1204", what=f"{name} = {text}", place=node.path) from None
