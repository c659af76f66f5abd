"""What of a survey is to be mended, looked at again, or still to be asked: kept in step answer by answer.

Going through a whole form takes time that grows with it. So it is done once, where the survey is opened, off the GUI
thread; afterwards only the paths that an answer touched are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from cpdesk.base.errors import CpdeskError
from cpdesk.forms.form import Kind, NodeDef
from cpdesk.forms.session import Session
from cpdesk.forms.state import NodeState, Problem, ProblemCode
from cpdesk.operations.surveys import CHECKED, NOTE, places_in
from cpdesk.ui.language import language

Weight = Literal["hard", "soft", "required"]
_CROSS_CHECKS: Final[dict[str, Weight]] = {"stop": "hard", "soft": "soft"}
_ORDER: Final[dict[Weight, int]] = {"hard": 0, "required": 1, "soft": 2}
_MUST, _SHOULD = 0, 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `stamp` is what a person confirms: when it changes, the confirmation lapses; "" where
    nothing can be confirmed."""

    path: str
    weight: Weight
    label: str
    words: str
    stamp: str = ""


class Book:
    """Findings, open questions and remarks of one running survey."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.marks: dict[str, str] = {path: text for path, text in session.answers().items() if "#" in path}
        self._findings: dict[str, Finding] = {}
        self._open: dict[str, int] = {}
        self._orders: dict[str, tuple[int, ...]] = {}
        self._ranked: list[tuple[str, bool]] | None = None
        self.read()

    def read(self) -> None:
        """Go through the whole survey."""
        self._findings.clear()
        self._open.clear()
        self._orders.clear()
        self._ranked = None
        for path in places_in(self.session):
            self._look(path)

    def touched(self, paths: Iterable[str], values: Iterable[tuple[str, str | None]] = ()) -> None:
        """Look again at what an answer touched; `values` are the entries that were stored."""
        for path, value in values:
            if path.endswith("]"):
                self._orders.clear()
                self._ranked = None
            if "#" in path and value:
                self.marks[path] = value
            elif "#" in path:
                self.marks.pop(path, None)
            elif path.endswith("]") and value is None:
                self._forget_item(path)
        for path in paths:
            before = self._open.get(path)
            self._look(path)
            if self._open.get(path) != before:
                self._ranked = None

    def findings(self, *, required: bool) -> list[Finding]:
        """Hard before soft, each in the order of the form; with `required` the missing answers between them."""
        wanted = [each for each in self._findings.values() if required or each.weight != "required"]
        return sorted(wanted, key=lambda each: (_ORDER[each.weight], self._order_of(each.path)))

    def finding(self, path: str) -> Finding | None:
        return self._findings.get(path)

    def count(self, weight: Weight) -> int:
        """How many there are; of the unusual ones those that nobody confirmed."""
        return sum(
            each.weight == weight and not (weight == "soft" and self.is_checked(each))
            for each in self._findings.values()
        )

    def is_checked(self, finding: Finding) -> bool:
        """Whether a person confirmed just this."""
        return bool(finding.stamp) and self.marks.get(finding.path + CHECKED) == finding.stamp

    def open_questions(self) -> list[tuple[str, bool]]:
        """Unanswered questions that must (True) or should be asked, in the order of the form, the first kind first."""
        if self._ranked is None:
            ranked = sorted(self._open.items(), key=lambda each: (each[1], self._order_of(each[0])))
            self._ranked = [(path, rank == _MUST) for path, rank in ranked]
        return self._ranked

    def _order_of(self, path: str) -> tuple[int, ...]:
        """As `order_of`, kept until items come, go or move: a community has thousands of open questions."""
        order = self._orders.get(path)
        if order is None:
            order = self._orders[path] = order_of(self.session, path)
        return order

    def remarks(self) -> dict[str, str]:
        """Remarks by the path of their question."""
        return {path.removesuffix(NOTE): text for path, text in self.marks.items() if path.endswith(NOTE)}

    def _forget_item(self, item: str) -> None:
        for path in [path for path in self._findings if path.startswith(f"{item}/")]:
            del self._findings[path]
        for path in [path for path in self._open if path.startswith(f"{item}/")]:
            del self._open[path]
        for path in [path for path in self.marks if path.startswith((f"{item}/", f"{item}#"))]:
            del self.marks[path]

    def _look(self, path: str) -> None:
        self._findings.pop(path, None)
        self._open.pop(path, None)
        try:
            node = self.session.definition(path)
        except CpdeskError:
            return  # an item that is gone
        if node.is_leaf or node.kind is Kind.REPEAT:
            state = self.session.state(path)
            if state.relevant:
                self._look_at(path, node, state)

    def _look_at(self, path: str, node: NodeDef, state: NodeState) -> None:
        check = _CROSS_CHECKS.get(node.attributes.get("check", "")) if node.kind is Kind.NOTE else None
        if check is not None and not state.value:
            stamp = self._inputs(path) if check == "soft" else ""
            self._findings[path] = Finding(path, check, "", state.label, stamp)
            return
        asked = node.kind is Kind.QUESTION and not state.readonly and not _is_head(node)
        if asked and not state.value:
            if state.required:
                self._open[path] = _MUST
                problem = self.session.explain(path).problem
                if problem is not None:
                    self._findings[path] = _finding(state, problem)
                return
            if node.ask == "S":
                self._open[path] = _SHOULD
        if state.problem is not None:
            self._findings[path] = _finding(state, state.problem)

    def _inputs(self, path: str) -> str:
        """What a cross-check reads: confirmed is this state of things, not the sentence for ever."""
        reasons = self.session.explain(path).reasons
        return ";".join(f"{each.path}={each.value}" for reason in reasons for each in reason.inputs) or "1"


def _finding(state: NodeState, problem: Problem) -> Finding:
    words = problem.message(language())
    if problem.code is ProblemCode.REQUIRED:
        return Finding(state.path, "required", state.label, words)
    if problem.blocks:
        return Finding(state.path, "hard", state.label, words)
    return Finding(state.path, "soft", state.label, words, state.value if problem.code is ProblemCode.SOFT else "")


def _is_head(node: NodeDef) -> bool:
    return node.is_select and "label" in node.appearance.split()


def order_of(session: Session, path: str) -> tuple[int, ...]:
    """Where a path stands in the order of the form: a place among siblings for each of its steps."""
    places: list[int] = []
    here = ""
    for step in path.split("/"):
        name, _, item = step.partition("[")
        here = f"{here}/{name}" if here else name
        try:
            places.append(session.definition(here).index)
        except CpdeskError:
            break
        if item:
            items = session.children(here)
            here = f"{here}[{item}"
            places.append(items.index(here) if here in items else len(items))
    return tuple(places)


def label_of(session: Session, path: str) -> str:
    """What a question is called in a list: briefly, where the form says it briefly."""
    state = session.state(path)
    return state.short or state.label or session.definition(path).name


def stands(session: Session, path: str) -> bool:
    """Whether the form has the path now: an item may be gone, a question of an older version unknown."""
    try:
        session.definition(path)
    except CpdeskError:
        return False
    return True
