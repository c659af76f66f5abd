"""One filled form while a person works on it: the client contract of the engine (see docs/forms.md)."""

from __future__ import annotations

import random as chance
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Final

from cpdesk.base.clock import Clock
from cpdesk.base.errors import InputFault
from cpdesk.forms.entities import EntityChange, entity_changes
from cpdesk.forms.files.external import ChoiceTable
from cpdesk.forms.files.secondary import instance_nodes, nodes_lacking
from cpdesk.forms.form import Form, NodeDef
from cpdesk.forms.lexical import LENGTH_MAX, normalise, unwritable
from cpdesk.forms.running import checks
from cpdesk.forms.running.explain import explain
from cpdesk.forms.running.instance import Instance, item_id_of
from cpdesk.forms.running.recalculation import Recalculation
from cpdesk.forms.running.words import Speaker
from cpdesk.forms.state import Explanation, NodeState, Problem, Progress, Touched
from cpdesk.forms.tree import Node
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import ZONE

_RANDOM: Final = chance.SystemRandom().random
FIRST_LOAD: Final = "odk-instance-first-load"
EVERY_LOAD: Final = "odk-instance-load"


class Session:
    """The state of one filled form.

    Args:
        answers: stored entries by the grammar of `model.records`. When there is none but `@...` entries the form is
            new: first items are made and first-load defaults run; otherwise they do not.
        fixed: facts from outside: for `jr:preload="property"` by name (username, phonenumber, deviceid, ...), and as
            prefill of a new form by node path or name; `position` ("latitude longitude height accuracy") is where
            `setgeopoint` says the device is.
        files: the choice files of the form by name; a file that is missing is an empty list and a problem of whoever
            asks it.
        last_saved: the answers of the last visit of the same site, as `answers()` gave them; seen as
            `instance('__last-saved')`.
        random: the source of `random()` and `uuid()`, replaced in tests.
        zone: where days begin and what a time without offset means.

    Attributes:
        opened: what opening set (first items, defaults, calculations); a store must write it.
    """

    def __init__(
        self,
        form: Form,
        answers: Mapping[str, str] | None = None,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        language: str = "zh",
        fixed: Mapping[str, str] | None = None,
        files: Mapping[str, ChoiceTable] | None = None,
        last_saved: Mapping[str, str] | None = None,
        random: Callable[[], float] = _RANDOM,
        zone: tzinfo = ZONE,
    ) -> None:
        self.form = form
        self._clock = clock
        self._new_id = new_id
        self._instance = Instance(form, new_id)
        outside, missing = instance_nodes(form, files or {}, last_saved or {})
        self._instance.missing, self._instance.lacking = missing, nodes_lacking(form, missing)
        instances = {**form.instances, **outside}
        self._environment = Environment(self._instance.document, clock.now, random, new_id, instances, zone=zone)
        self._environment.version = form.version
        self._environment.properties = fixed or {}
        self._speaker = Speaker(form, self._instance, self._environment, language)
        self._position = (fixed or {}).get(POSITION, "")
        self._beside: dict[str, str] = {}
        self.opened = self._open(answers or {}, fixed or {})

    def _open(self, answers: Mapping[str, str], fixed: Mapping[str, str]) -> Touched:
        instance = self._instance
        is_new = all(path.startswith("@") for path in answers)
        work = self._work()
        if is_new:
            self._beside = dict(answers)
            instance.fill_from_form()
            for path, node in instance.nodes.items():
                if text := node.rank or instance.raw(node):
                    work.note(path, text)
            self._preload(work, fixed)
            work.prefill({key: value for key, value in fixed.items() if key not in _PROPERTIES})
        else:
            self._beside = instance.fill_from_answers(answers)
        work.wake_all(instance.root)
        work.run()
        if is_new:
            work.act(self.form.first_load, FIRST_LOAD, instance.root)
            work.calculate_once_more(instance.root)
        work.act(self.form.first_load, EVERY_LOAD, instance.root)
        work.run()
        return work.touched()

    def _preload(self, work: Recalculation, fixed: Mapping[str, str]) -> None:
        now = self._clock.now().astimezone(self._environment.zone)
        for definition in self.form.nodes:
            kind, parameter = definition.preload
            if kind == "uid":
                value = f"uuid:{self._new_id()}"
            elif kind == "date":
                value = now.date().isoformat()
            elif kind == "timestamp" and parameter == "start":
                value = now.isoformat(timespec="milliseconds")
            elif kind == "property":
                value = fixed.get(parameter, "")
            else:
                continue
            for node in self._instance.of(definition, self._instance.root):
                work.set_value(node, value)

    def finish(self) -> Touched:
        """Stamp the end of the survey into questions of type `end`, as the last thing before it is complete."""
        work = self._work()
        now = self._clock.now().astimezone(self._environment.zone).isoformat(timespec="milliseconds")
        for definition in self.form.nodes:
            if definition.preload == ("timestamp", "end"):
                for node in self._instance.of(definition, self._instance.root):
                    work.set_value(node, now)
        return self._done(work)

    def _work(self) -> Recalculation:
        return Recalculation(self.form, self._instance, self._environment, self._position)

    @staticmethod
    def _done(work: Recalculation) -> Touched:
        work.run()
        return work.touched()

    def _node(self, path: str) -> Node:
        node = self._instance.nodes.get(path)
        if node is None:
            code = "CP-1217" if path.endswith("]") else "CP-1212"
            raise InputFault(code, form=self.form.id, path=path)
        return node

    def set(self, path: str, value: str | None) -> Touched:
        """Answer a question, or take the answer back with None or "".

        `path#quality`, `path#note` and `@name` entries are kept as given.

        Raises:
            InputFault: CP-1212 no such question; CP-1213 it is not for answering; CP-1215 too long; CP-1223 a character
                that no file takes.
        """
        return self.set_many({path: value})

    def set_many(self, values: Mapping[str, str | None]) -> Touched:
        """Answer several questions at once, as `set`, and work everything out once. A pasted block costs as much as one
        answer that wakes the same rules.

        Raises:
            InputFault: as `set`, for the first that cannot be answered as things stand before; nothing is set then.
        """
        texts = {path: _storable(path, value) for path, value in values.items()}
        nodes = {path: self._answerable(path) for path in texts if not _is_beside(path)}
        work = self._work()
        for path, text in texts.items():
            if _is_beside(path):
                self._set_beside(work, path, text)
                continue
            definition = nodes[path].definition
            assert definition is not None
            work.set_value(nodes[path], normalise(definition.type, text))
        return self._done(work)

    def _answerable(self, path: str) -> Node:
        node = self._node(path)
        definition = node.definition
        assert definition is not None
        if not definition.is_leaf:
            raise InputFault("CP-1213", path=path, reason=str(definition.kind))
        if definition.calculate is not None and definition.control == "":
            raise InputFault("CP-1213", path=path, reason=definition.calculate.source)
        if checks.is_readonly(node, self._environment):
            raise InputFault("CP-1213", path=path, reason="readonly")
        return node

    def _set_beside(self, work: Recalculation, path: str, text: str) -> None:
        if "#" in path and not path.startswith("@"):
            self._node(path.partition("#")[0])
        if text:
            self._beside[path] = text
        else:
            self._beside.pop(path, None)
        work.note(path, text or None)

    def add_item(self, repeat: str, after: str | None = None) -> tuple[str, Touched]:
        """Add an item to a repeat, behind the item `after` or at the end; gives its path.

        Raises:
            InputFault: CP-1212 no such repeat; CP-1214, CP-1222 its number is fixed; CP-1217 no such item; CP-1220 too
                many.
        """
        stand = self._repeat(repeat)
        work = self._work()
        item = work.add_item(stand, None if after is None else self._item_of(stand, after))
        return item.path, self._done(work)

    def remove_item(self, item_path: str) -> Touched:
        """Remove an item with everything in it, remarks and entries of other form versions included.

        Raises:
            InputFault: CP-1214 the repeat's number is fixed; CP-1217 no such item.
        """
        item = self._item(item_path)
        work = self._work()
        work.drop_item(item)
        for path in [path for path in self._beside if path.startswith((f"{item_path}/", f"{item_path}#"))]:
            del self._beside[path]
            work.note(path, None)
        return self._done(work)

    def move_item(self, item_path: str, before: str | None) -> Touched:
        """Put an item before another of the same repeat, or at the end.

        Raises:
            InputFault: CP-1214 the repeat's number is fixed; CP-1217 no such item.
        """
        item = self._item(item_path)
        stand = self._repeat(_repeat_of(item))
        other = None if before is None else self._item_of(stand, before)
        work = self._work()
        if other is not item:
            self._instance.move(item, other)
            work.note(item.path, item.rank)
            work.wake_item_readers(stand)
        return self._done(work)

    def _repeat(self, path: str) -> Node:
        stand = self._node(path)
        if not Instance.is_stand(stand):
            raise InputFault("CP-1212", form=self.form.id, path=path)
        assert stand.definition is not None
        if stand.definition.count is not None:
            raise InputFault("CP-1214", path=path, count=stand.definition.count.source)
        if stand.definition.no_add_remove:
            raise InputFault("CP-1222", path=path)
        return stand

    def _item(self, path: str) -> Node:
        item = self._instance.nodes.get(path)
        if item is None or not item.rank:
            raise InputFault("CP-1217", path=path)
        self._repeat(_repeat_of(item))
        return item

    def _item_of(self, stand: Node, path: str) -> Node:
        item = self._item(path)
        if _repeat_of(item) != stand.path:
            raise InputFault("CP-1217", path=path)
        return item

    def children(self, path: str = "") -> list[str]:
        """Paths below a group, an item or the form, hidden ones too, in order; a repeat gives its items."""
        node = self._node(path)
        if Instance.is_stand(node):
            return [item.path for item in self._instance.items(node)]
        assert node.definition is not None
        below = node.definition.children
        return [f"{node.path}/{definition.name}".lstrip("/") for definition in below]

    def definition(self, path: str) -> NodeDef:
        """What the form says of the node at a path."""
        definition = self._node(path).definition
        assert definition is not None
        return definition

    def state(self, path: str) -> NodeState:
        """A question, group, repeat or item as it stands now.

        Raises:
            InputFault: CP-1212 or CP-1217 when there is no such node.
        """
        self._environment.steps = 0
        return checks.state_of(self._node(path), self._speaker, self._environment)

    def value_at(self, path: str) -> str:
        """The answer at a path, "" when there is none or the question is hidden."""
        node = self._instance.nodes.get(path)
        return node.text if node is not None and node.relevant and node.value is not None else ""

    def entry(self, path: str) -> str:
        """What a store keeps at one path, as `answers` has it: an answer, hidden ones too, or a remark; "" for none."""
        node = self._instance.nodes.get(path)
        return self._beside.get(path, "") if node is None else node.rank or self._instance.raw(node)

    def validate(self) -> list[Problem]:
        """Everything to mend, required answers included, in the order of the form."""
        self._environment.steps = 0
        found: list[Problem] = []
        for node in self._instance.below(self._instance.root):
            problem = checks.problem_of(node, self._speaker, self._environment, required=True)
            if problem is not None:
                found.append(problem)
        return found

    def progress(self, path: str = "") -> Progress:
        """How far a group, item, repeat or the whole form has come."""
        self._environment.steps = 0
        node = self._node(path)
        tops = self._instance.items(node) if Instance.is_stand(node) else [node]
        answered = asked = problems = 0
        for below in (leaf for top in tops for leaf in self._instance.below(top)):
            if not checks.is_asked(below, self._environment):
                continue
            asked += 1
            answered += self._instance.raw(below) != ""
            problem = checks.problem_of(below, self._speaker, self._environment)
            problems += problem is not None and problem.blocks
        return Progress(answered, asked, problems)

    def explain(self, path: str, choice: str | None = None) -> Explanation:
        """Why a question is hidden, required, read-only, wrong or has its value, down the chain of questions that
        decide; with `choice` why that value is not among its choices."""
        self._environment.steps = 0
        return explain(self._node(path), self._speaker, self._environment, choice)

    def answers(self) -> dict[str, str]:
        """Every entry that a store keeps: answers (hidden ones too), items with ranks, remarks, unknown entries."""
        found: dict[str, str] = {}
        for node in self._instance.below(self._instance.root):
            text = node.rank or self._instance.raw(node)
            if text and not node.path.startswith("@"):  # the root's own attributes are no answers
                found[node.path] = text
        return found | self._beside

    def submission_answers(self) -> dict[str, str]:
        """What leaves with a submission: items and answers of relevant nodes of this form."""
        nodes = self._instance.below(self._instance.root)
        return {
            node.path: node.rank or node.value or "" for node in nodes if node.relevant and (node.rank or node.value)
        }

    def counting_answers(self) -> dict[str, str]:
        """What calculations read: the submission, with how each answer is known (`path#quality`)."""
        answers = self.submission_answers()
        marks = {path: value for path, value in self._beside.items() if path.endswith("#quality")}
        return answers | {path: value for path, value in marks.items() if path.removesuffix("#quality") in answers}

    @property
    def root(self) -> Node:
        """The tree of the filled form, for those who write it out. Not to be changed."""
        return self._instance.root

    def entities(self) -> tuple[EntityChange, ...]:
        """The long-lived things that this filled form makes or changes, from relevant answers only."""
        return entity_changes(self.form.entities, self._instance)

    def set_language(self, code: str) -> Touched:
        """Show labels, hints and messages in another language; answers stay."""
        self._speaker.language = code
        work = self._work()
        work.wake_all(self._instance.root)
        return self._done(work)

    @property
    def language(self) -> str:
        return self._speaker.language

    def evaluate(self, source: str, path: str = "") -> str:
        """The text that an expression gives at a node, for the command line and for tests of forms.

        Raises:
            InputFault: CP-1205 to CP-1209 the expression; CP-1218 a value it cannot take.
        """
        from cpdesk.forms.xpath.compile import compile_expression

        self._environment.steps = 0
        return compile_expression(source, path).text(Context(self._node(path), self._environment))


POSITION: Final = "position"
_PROPERTIES: Final = frozenset(("username", "phonenumber", "email", "deviceid", "uri:username", POSITION))


def _repeat_of(item: Node) -> str:
    return item.path[: -len(item_id_of(item)) - 2]


def _is_beside(path: str) -> bool:
    """Whether an entry stands beside the answers: a mark, a remark, a fact of the record."""
    return "#" in path or path.startswith("@")


def _storable(path: str, value: str | None) -> str:
    text = value or ""
    if len(text) > LENGTH_MAX:
        raise InputFault("CP-1215", path=path, found=len(text), limit=LENGTH_MAX)
    place = unwritable(text)
    if place is not None:
        raise InputFault("CP-1223", path=path, code=f"U+{ord(text[place]):04X}", place=place + 1)
    return text
