"""What a client of the form engine sees of a running form: plain immutable values, no engine inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cpdesk.base.i18n import Translator


class ProblemCode(StrEnum):
    """What is the matter with an answer. Only `SOFT` and `FILE` leave a form complete."""

    REQUIRED = "required"
    CONSTRAINT = "constraint"
    TYPE = "type"
    CHOICE = "choice"
    CALCULATION = "calculation"
    SOFT = "soft"
    FILE = "file"
    """A choice file that the question needs is not on this desk."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `words` holds the form author's own sentence by language; without it the standard one speaks.

    Attributes:
        path: the answer's path.
        fields: what the standard sentence names (label, value, limits).
    """

    path: str
    code: ProblemCode
    words: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the form cannot be completed while this stands."""
        return self.code not in (ProblemCode.SOFT, ProblemCode.FILE)

    def message(self, language: str = "zh") -> str:
        """One sentence for the person who fills the form."""
        written = self.words.get(language, "")
        if written:
            return written
        return Translator(language)(self.key or f"form.problem.{self.code}", **self.fields)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select question, in the session's language; `media` names the files beside its label by kind
    ("image", "big-image", "audio", "video")."""

    value: str
    label: str
    media: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class NodeState:
    """A question, group, repeat or repeat item as it stands now, in the session's language.

    Attributes:
        relevant: whether it is asked at all, ancestors included.
        required: evaluated now, only for relevant questions.
        readonly: by its own bind or an ancestor's.
        value: the lexical answer as it was given; "" when there is none. A hidden question shows the value it keeps.
        accepted: what the form reads of it: "" where the answer is of the wrong type or no longer offered.
        problem: the most serious thing to mend, or None. `required` is not a problem here but in `validate()`, so that
            an untouched form is not red all over.
        choices: options of a select as filtered now; empty for all other questions.
        media: files beside the label, by kind: plain names of what travels with the form.
        guidance: what the hint says on paper or when asked for more; `short` a brief label, "" when there is none.
    """

    path: str
    relevant: bool
    required: bool
    readonly: bool
    value: str
    problem: Problem | None
    label: str
    hint: str
    choices: tuple[Choice, ...] = ()
    accepted: str = ""
    media: Mapping[str, str] = field(default_factory=dict)
    guidance: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """What one operation changed.

    Attributes:
        values: path to new lexical text, None where the entry is gone: what a store must write.
        states: paths whose state may differ: what a view repaints. Paths of removed items are not among them.
    """

    values: Mapping[str, str | None] = field(default_factory=dict)
    states: frozenset[str] = frozenset()

    def __or__(self, other: Touched) -> Touched:
        return Touched({**self.values, **other.values}, self.states | other.states)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a group has come: relevant questions a person answers, those answered, and blocking problems."""

    answered: int
    asked: int
    problems: int


@dataclass(frozen=True, slots=True)
class Input:
    """One answer that an expression reads; `counts` is false when the form does not take it as it is."""

    path: str
    label: str
    value: str
    shown: str
    because: Reason | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one rule of the form says what it says.

    Attributes:
        rule: "hidden", "shown", "failed" (a relevance that cannot be worked out), "required", "required_always",
            "optional", "readonly", "readonly_always", "constraint", "constraint_unanswered", "choices", "not_offered",
            "no_choice", "count", "count_fixed", "value", "overwritten", "action", "location", "preload" or "default".
        path: the node whose rule it is (a hidden group explains its questions).
        expression: the rule in words, questions by their labels.
        result: what it gives now; of "action" what starts it, of "not_offered" the choice.
    """

    rule: str
    path: str
    label: str
    expression: str
    result: str
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that decides about one question, in the session's language."""

    path: str
    label: str
    reasons: tuple[Reason, ...]
    problem: Problem | None = None
    language: str = "zh"

    def text(self) -> str:
        """The explanation as lines for a person, chains indented."""
        tr = Translator(self.language)
        lines = [] if self.problem is None else [self.problem.message(self.language)]
        for reason in self.reasons:
            _write(reason, tr, "", lines)
        return "\n".join(lines)


def _write(reason: Reason, tr: Translator, indent: str, lines: list[str]) -> None:
    fields = {"label": reason.label, "expression": reason.expression, "result": reason.result or tr("form.empty")}
    lines.append(indent + tr(f"form.why.{reason.rule}", **fields))
    for item in reason.inputs:
        shown = item.shown or tr("form.empty")
        key = "form.why.input" if item.counts else "form.why.input_not_counted"
        lines.append(f"{indent}  " + tr(key, label=item.label, value=shown))
        if item.because is not None:
            _write(item.because, tr, indent + "    ", lines)
