"""XForm XML to an immutable `Form`. Whatever is wrong with a form is said here, not while a household waits."""

from __future__ import annotations

import difflib
import re
from typing import Final

from cpdesk.base.errors import InputFault
from cpdesk.forms.body import read_body, read_setvalue
from cpdesk.forms.form import Action, Form, Kind, NodeDef, QuantityBinding, Text, Words
from cpdesk.forms.graph import build_graph
from cpdesk.forms.tree import DOCUMENT, ELEMENT, TEXT, Node, read_xml
from cpdesk.forms.xpath.compile import Expression, compile_expression

_NODES_MAX: Final = 20_000
_LANGUAGE: Final = re.compile(r"\(([A-Za-z]{2,3}(?:-\w+)*)\)\s*\Z")
_ITEXT: Final = re.compile(r"\s*jr:itext\(\s*(?:'([^']*)'|\"([^\"]*)\")\s*\)\s*\Z")
_OWN_ATTRIBUTES: Final = frozenset(("preload", "preloadParams", "constraintMsg", "requiredMsg"))


def load_form(xml: str | bytes) -> Form:
    """Read and check a form.

    Raises:
        InputFault: CP-1201 to CP-1211, each naming the place: XML, structure, expressions, references, cycles.
    """
    document, _prefixes = read_xml(xml)
    return _Loader(document).load()


class _Loader:
    """Carries what the parts of a form need of each other while it is read."""

    def __init__(self, document: Node) -> None:
        html = _needed(document, "html")
        self.head = _needed(html, "head")
        self.body = html.first("body")
        self.model = _needed(self.head, "model")
        self.by_path: dict[str, NodeDef] = {}
        self.itext: dict[str, dict[str, Text]] = {}
        self.root_name = ""
        self.default_language = ""
        self.bind_ids: dict[str, str] = {}
        self.first_load: list[Action] = []
        self._index = 0

    def load(self) -> Form:
        primary, instances = self._instances()
        self._read_itext()
        root = self._define(primary, None, _repeat_paths(self.body, self.model))
        self._binds()
        self.first_load.extend(
            read_setvalue(self, node, "") for node in self.model.elements() if node.local == "setvalue"
        )
        if self.body is not None:
            read_body(self, self.body)
        nodes = tuple(root.walk())[1:]
        for node in nodes:
            _finish(node)
        by_name: dict[str, NodeDef] = {}
        for node in nodes:
            by_name.setdefault(node.name, node)
        names = tuple(self.itext)
        title = self.head.first("title")
        return Form(
            id=primary.attribute("id") or primary.name,
            version=primary.attribute("version"),
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
            itext=self.itext,
            language_names=names,
            default_language=self.default_language,
            primary=primary,
            instances=instances,
            first_load=tuple(self.first_load),
            graph=build_graph(root, self.root_name),
        )

    def _instances(self) -> tuple[Node, dict[str, Node]]:
        primary: Node | None = None
        instances: dict[str, Node] = {}
        for instance in self.model.elements():
            if instance.local != "instance":
                continue
            if primary is None:
                roots = instance.elements()
                if not roots:
                    raise InputFault("CP-1204", what="primary instance", place="model")
                primary = roots[0]
                continue
            name = instance.attribute("id")
            if not instance.elements():
                raise InputFault("CP-1204", what=f"instance “{name}”", place=instance.attribute("src") or "model")
            instances[name] = _as_document(instance)
        if primary is None:
            raise InputFault("CP-1204", what="instance", place="model")
        self.root_name = primary.name
        return primary, instances

    def _read_itext(self) -> None:
        itext = self.model.first("itext")
        for translation in itext.elements() if itext is not None else []:
            language = translation.attribute("lang")
            if "default" in translation.attributes or not self.itext:
                self.default_language = language
            texts = self.itext.setdefault(language, {})
            for text in translation.elements():
                for value in text.elements():
                    if value.local == "value" and not value.attribute("form"):
                        texts[text.attribute("id")] = self.text_of(value, f"itext {text.attribute('id')}")

    def _define(self, node: Node, parent: NodeDef | None, repeats: frozenset[str]) -> NodeDef:
        path = "" if parent is None else f"{parent.path}/{node.name}".lstrip("/")
        found = self.by_path.get(path)
        children = node.elements()
        if found is None:
            kind = Kind.REPEAT if path in repeats else Kind.GROUP if children or parent is None else Kind.HIDDEN
            found = NodeDef(node.name, path, self._index, kind, parent, default=node.text if not children else "")
            self._index += 1
            if self._index > _NODES_MAX:
                raise InputFault("CP-1203", what="nodes", found=self._index, limit=_NODES_MAX)
            self.by_path[path] = found
            if parent is not None:
                parent.children.append(found)
                parent.named[found.name] = found
        for child in children:
            self._define(child, found, repeats)
        return found

    def _binds(self) -> None:
        for bind in self.model.elements():
            if bind.local != "bind":
                continue
            reference = bind.attribute("nodeset") or bind.attribute("ref")
            node = self.by_path[self.path_of(reference, "", f"bind {reference}")]
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
                node.constraint_message = self.words_of(text, f"constraintMsg {node.path}")
            elif local == "requiredMsg":
                node.required_message = self.words_of(text, f"requiredMsg {node.path}")
        node.soft_min = _number(node, "soft_min")
        node.soft_max = _number(node, "soft_max")

    def _rule(self, node: NodeDef, bind: Node, name: str, idle: str) -> Expression | None:
        source = bind.attribute(name).strip()
        return None if source in ("", idle) else compile_expression(source, f"{name} {node.path}")

    def path_of(self, reference: str, context: str, place: str) -> str:
        """The template path of a plain reference (`/data/a/b` or relative to `context`).

        Raises:
            InputFault: CP-1210 when the form has no such node.
        """
        reference = reference.strip()
        steps: list[str] = []
        if reference.startswith("/"):
            names = reference[1:].split("/")
            path = "/".join(names[1:]) if names[0] == self.root_name else "?"
        else:
            steps = [step for step in context.split("/") if step]
            for step in reference.split("/"):
                if step == "..":
                    steps = steps[:-1]
                elif step not in ("", ".", "current()"):
                    steps.append(step)
            path = "/".join(steps)
        if path not in self.by_path:
            nearest = difflib.get_close_matches(path, self.by_path, 1, 0.5)
            raise InputFault("CP-1210", place=place, reference=reference, nearest=nearest[0] if nearest else "—")
        return path

    def words_of(self, source: str, place: str) -> Words:
        """A text given as an attribute: the id of an itext in all languages, an itext expression, or plain words."""
        match = _ITEXT.match(source)
        if match:
            key = match[1] or match[2]
            words = {name: texts[key] for name, texts in self.itext.items() if key in texts and _says(texts[key])}
            if not words and not any(key in texts for texts in self.itext.values()):
                raise InputFault("CP-1204", what=f"itext “{key}”", place=place)
            return words
        if source.strip().startswith("jr:itext("):
            return {"": Text((compile_expression(source, place),))}
        return {"": Text((source,))} if source else {}

    def label_of(self, element: Node | None, place: str) -> Words:
        """The words of a <label> or <hint>."""
        if element is None:
            return {}
        reference = element.attribute("ref")
        if not reference:
            text = self.text_of(element, place)
            return {"": text} if text.parts else {}
        if reference.lstrip().startswith("jr:itext("):
            return self.words_of(reference, place)
        return {"": Text((compile_expression(reference, place),))}

    def text_of(self, element: Node, place: str) -> Text:
        """Mixed content of words and `<output value="..."/>`."""
        if element.value is not None:
            return Text((element.value,)) if element.value else Text()
        parts: list[str | Expression] = []
        for child in element.children:
            if child.kind == TEXT:
                parts.append(child.value or "")
            elif child.kind == ELEMENT and child.local == "output":
                parts.append(compile_expression(child.attribute("value") or child.attribute("ref"), f"output {place}"))
            else:
                parts.append(child.text)
        if parts and isinstance(parts[0], str):
            parts[0] = parts[0].lstrip()
        if parts and isinstance(parts[-1], str):
            parts[-1] = parts[-1].rstrip()
        return Text(tuple(part for part in parts if part != ""))


def code_of_language(name: str) -> str:
    """ "zh" of "中文 (zh)"; a name without a code stands for itself."""
    match = _LANGUAGE.search(name)
    return match[1] if match else name


def _says(text: Text) -> bool:
    """pyxform writes "-" where a translation is missing; another language serves better than that."""
    return text.parts != ("-",)


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


def _repeat_paths(body: Node | None, model: Node) -> frozenset[str]:
    """Template paths of all repeats; they must be known before the tree is defined."""
    found: set[str] = set()
    binds = {node.attribute("id"): node.attribute("nodeset") for node in model.elements() if node.local == "bind"}
    for node in body.walk() if body is not None else ():
        if node.kind == ELEMENT and node.local == "repeat":
            reference = node.attribute("nodeset") or node.attribute("ref") or binds.get(node.attribute("bind"), "")
            found.add("/".join(reference.strip().split("/")[2:]))
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
