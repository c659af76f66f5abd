"""Forms and answers at random: groups, nested repeats, every type of question, rules, choice lists, languages."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from fuzz_expressions import Expr, Path

from cpdesk.forms.publish import compile_xlsform

RULES: Final = ("relevant", "required", "readonly", "constraint", "calculate")
NAMESPACES: Final = {
    "": "http://www.w3.org/2002/xforms",
    "h": "http://www.w3.org/1999/xhtml",
    "jr": "http://openrosa.org/javarosa",
    "odk": "http://www.opendatakit.org/xforms",
}
LANGUAGES: Final = ("en", "zh")

Said = tuple[str | Expr, ...]
"""A text with outputs in it."""


@dataclass
class Item:
    """A node of a form at random. `kind` is question, group or repeat; a question without control is hidden."""

    kind: str
    name: str
    type: str = "string"
    control: str = ""
    rules: dict[str, Expr] = field(default_factory=dict)
    label: Said = ()
    hint: Said = ()
    default: str = ""
    values: tuple[str, ...] = ()
    choices_from: str = ""
    choices_nodes: Expr | None = None
    filter: Expr | None = None
    randomize: str = ""
    message: str = ""
    attributes: str = ""
    count: Expr | None = None
    template: bool = True
    actions: list[tuple[str, Path, Expr]] = field(default_factory=list)
    children: list[Item] = field(default_factory=list)

    def walk(self) -> Iterator[Item]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Case:
    """A form, its choice lists (a row has value and group), and what a person does with it."""

    seed: int
    root: Item
    lists: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    actions: list[tuple[str, Path, Expr]] = field(default_factory=list)
    languages: bool = False
    zone: str = "+00:00"
    from_xlsform: bool = False
    operations: list[list[str]] = field(default_factory=list)

    def xml(self, *, written: bool = False) -> str:
        """The XForm: by pyxform for a case from an XLSForm, unless it is to be `written` by us.

        Raises:
            InputFault: pyxform does not take the XLSForm.
        """
        if self.from_xlsform and not written:
            from fuzz_xlsform import xlsform  # which needs the classes below

            return compile_xlsform(xlsform(self), name="fuzz")
        return Writer(self).form()

    def mapped(self, change: Callable[[Expr], Expr]) -> Case:
        """A copy with every expression changed, parts first."""
        new = copy.deepcopy(self)
        for item in new.root.walk():
            item.rules = {name: rule.mapped(change) for name, rule in item.rules.items()}
            item.filter = item.filter and item.filter.mapped(change)
            item.label, item.hint = (
                tuple(part if isinstance(part, str) else part.mapped(change) for part in said)
                for said in (item.label, item.hint)
            )
            item.actions = [(event, target, value.mapped(change)) for event, target, value in item.actions]
        new.actions = [(event, target, value.mapped(change)) for event, target, value in new.actions]
        return new

    def request(self, xml: str = "") -> dict[str, Any]:
        """What JavaRosa is asked."""
        return {"xml": xml or self.xml(), "operations": self.operations, "zone": self.zone}


class Writer:
    """The XForm of a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.binds: list[str] = []
        self.body: list[str] = []
        self.texts: list[tuple[str, Said]] = []

    def form(self) -> str:
        instance = self._instance(self.case.root, ("data",))
        self._binds(self.case.root, ("data",))
        for child in self.case.root.children:
            self._control(child, ("data", child.name))
        lists = "".join(self._list(name, rows) for name, rows in self.case.lists.items())
        spaces = "".join(f" xmlns{':' if key else ''}{key}={quoteattr(uri)}" for key, uri in NAMESPACES.items())
        actions = "".join(self._action(*action) for action in self.case.actions)
        return (
            f"<h:html{spaces}><h:head><h:title>fuzz</h:title><model>{self._itext()}<instance>{instance}</instance>{lists}"
            f"{''.join(self.binds)}{actions}</model></h:head><h:body>{''.join(self.body)}</h:body></h:html>"
        )

    def _instance(self, item: Item, path: Path, within: str = "plain") -> str:
        """As pyxform writes it: a template holds templates of the repeats in it, a first item holds first items."""
        if item is self.case.root:
            inner = "".join(self._instance(child, (*path, child.name)) for child in item.children)
            return f'<data id="fuzz" version="1">{inner}</data>'
        if item.kind != "repeat":
            return self._element(item, path, within)
        if within == "template":
            return self._element(item, path, within, ' jr:template=""')
        if within == "first" or not item.template:
            return self._element(item, path, "first")
        template = self._element(item, path, "template", ' jr:template=""')
        return template if item.count is not None else template + self._element(item, path, "first")

    def _element(self, item: Item, path: Path, within: str, attribute: str = "") -> str:
        inner = "".join(self._instance(child, (*path, child.name), within) for child in item.children)
        return f"<{item.name}{attribute}>{escape(item.default)}{inner}</{item.name}>"

    def _binds(self, item: Item, path: Path) -> None:
        for child in item.children:
            inner = (*path, child.name)
            rules = "".join(f" {name}={quoteattr(str(rule))}" for name, rule in child.rules.items())
            kind = f' type="{child.type}"' if child.kind == "question" else ""
            if child.message and "constraint" in child.rules:
                rules += f" jr:constraintMsg={quoteattr(child.message)}"
            if rules or kind:
                self.binds.append(f'<bind nodeset="/{"/".join(inner)}"{kind}{rules}/>')
            self._binds(child, inner)

    def _list(self, name: str, rows: list[tuple[str, str]]) -> str:
        items = ""
        for value, part in rows:
            label = f"<label>{escape(value.upper())}</label>"
            if self.case.languages:
                self.texts.append((f"{name}-{value}", (value.upper(),)))
                label = f"<itextId>{name}-{value}</itextId>"
            items += f"<item>{label}<name>{escape(value)}</name><part>{escape(part)}</part></item>"
        return f'<instance id="{name}"><root>{items}</root></instance>'

    def _action(self, event: str, target: Path, value: Expr) -> str:
        return f'<setvalue event="{event}" ref="/{"/".join(target)}" value={quoteattr(str(value))}/>'

    def _said(self, tag: str, said: Said) -> str:
        if not said:
            return ""
        if self.case.languages:
            key = f"say{len(self.texts)}"
            self.texts.append((key, said))
            return f"<{tag} ref=\"jr:itext('{key}')\"/>"
        return f"<{tag}>{_mixed(said)}</{tag}>"

    def _itext(self) -> str:
        if not self.texts:
            return ""
        said = (
            f'<translation lang="{language}">'
            + "".join(f'<text id="{key}"><value>{_mixed(words, language)}</value></text>' for key, words in self.texts)
            + "</translation>"
            for language in LANGUAGES
        )
        return f"<itext>{''.join(said)}</itext>"

    def _control(self, item: Item, path: Path) -> None:
        ref = "/" + "/".join(path)
        label, hint = self._said("label", item.label), self._said("hint", item.hint)
        if item.kind == "question":
            if item.control:
                actions = "".join(self._action(*action) for action in item.actions)
                tag = item.control
                attributes = f" {item.attributes}" if item.attributes else ""
                self.body.append(f'<{tag} ref="{ref}"{attributes}>{label}{hint}{self._choices(item)}{actions}</{tag}>')
            return
        self.body.append(f'<group ref="{ref}">{label}')
        if item.kind == "repeat":
            count = f' jr:count="{item.count}" jr:noAddRemove="true()"' if item.count is not None else ""
            self.body.append(f'<repeat nodeset="{ref}"{count}>')
        self.body.extend(self._action(*action) for action in item.actions)
        for child in item.children:
            self._control(child, (*path, child.name))
        self.body.append("</repeat></group>" if item.kind == "repeat" else "</group>")

    def _choices(self, item: Item) -> str:
        if item.choices_nodes is not None:
            way, _, name = str(item.choices_nodes).rpartition("/")
            nodes = quoteattr(f"{way}[{name} != '']")
            return f'<itemset nodeset={nodes}><value ref="{name}"/><label ref="{name}"/></itemset>'
        if item.choices_from:
            test = f"[{item.filter}]" if item.filter is not None else ""
            nodes = f"instance('{item.choices_from}')/root/item{test}"
            if item.randomize:
                nodes = f"randomize({nodes}, {item.randomize})"
            label = "jr:itext(itextId)" if self.case.languages else "label"
            return f'<itemset nodeset={quoteattr(nodes)}><value ref="name"/><label ref="{label}"/></itemset>'
        return "".join(
            f"<item>{self._said('label', (value.upper(),))}<value>{value}</value></item>" for value in item.values
        )


def _mixed(said: Said, language: str = "") -> str:
    mark = f"{language}:" if language else ""
    return mark + "".join(
        escape(part) if isinstance(part, str) else f"<output value={quoteattr(str(part))}/>" for part in said
    )
