"""The visits of a site: what is different since the last one, and who changed what when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from cpdesk.context import Context
from cpdesk.forms.form import Kind
from cpdesk.model.paths import is_item
from cpdesk.model.records import FORM_VERSION_FIELD, STATUS_FIELD
from cpdesk.operations import sites
from cpdesk.operations.answer_words import AnswerWords
from cpdesk.operations.prefill import pair_items
from cpdesk.operations.surveys import OpenSurvey, open_survey, places_in
from cpdesk.store.history import HistoryEntry

visits: Final = sites.visits
_MARKS: Final = {"quality": "audit.quality", "note": "audit.note", "checked": "audit.checked"}
_ITEM_ID: Final = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Difference:
    """One answer that is another than at the last visit, in displayed words.

    Attributes:
        path: of the question now; of an item that is gone, its path at the last visit.
        label: the question's; `place` names the items of repeats it lies in, outermost first, "" outside of them.
        before, now: labels of choices, else as entered; "" where there is no answer, or the question was not asked.
        change: `added` and `removed` stand for a whole item of a repeat, whose own answers are not listed then.
    """

    path: str
    label: str
    before: str
    now: str
    unit: str = ""
    place: str = ""
    change: Literal["changed", "added", "removed"] = "changed"


@dataclass(frozen=True)
class AuditEntry:
    """One field of one operation: who changed what when.

    Attributes:
        label, place: as in `Difference`; of what the form does not know (an older version's question) the path.
        before, now: displayed words.
        about: "" the answer itself, `quality`, `note` or `checked` its remark, `item` an item of a repeat, `record`
            the survey's course.
        own: made on this desk. `undone`: it takes back or does again an earlier change.
        value: as stored; None where the entry was taken away.
    """

    path: str
    label: str
    place: str
    before: str
    now: str
    about: str
    actor: str
    at: str
    device: str
    own: bool
    undone: bool
    value: str | None = None


@dataclass(frozen=True)
class LastAnswers:
    """The answers of the visit before, by the path each question has in the survey now.

    Attributes:
        survey: the id of that visit; `at` is when it was last written.
        values: as stored, of every question that was there then, "" where it was not answered.
        words: the same in displayed words.
    """

    survey: str
    at: str
    values: Mapping[str, str]
    words: Mapping[str, str]


def last_visit(ctx: Context, survey: str) -> str | None:
    """The newest completed survey of the same site and form, begun before this one; None when this is the first.

    Raises:
        InputFault: CP-1501 no such survey.
    """
    record = ctx.store.records.get(survey)
    return sites.completed_visit(ctx, record.site, record.form, before=survey) if record.site is not None else None


def differences(ctx: Context, survey: str) -> list[Difference]:
    """What is different since the last visit, in the order of the form; nothing on a first visit.

    Items of repeats are matched by the question the form names as their key, else by position.

    Raises:
        InputFault: CP-1501 no such survey; CP-1510 a form version has not come to this desk.
    """
    before = last_visit(ctx, survey)
    if before is None:
        return []
    return list(_Comparison(ctx, open_survey(ctx, survey), open_survey(ctx, before)).below("", ""))


def last_answers(ctx: Context, survey: str) -> LastAnswers | None:
    """What the visit before answered, question by question; None on a first visit. Items are matched as by
    `differences`.

    Raises:
        InputFault: CP-1501 no such survey; CP-1510 a form version has not come to this desk.
    """
    before = last_visit(ctx, survey)
    if before is None:
        return None
    then = open_survey(ctx, before)
    values, words = _Comparison(ctx, open_survey(ctx, survey), then).answers()
    return LastAnswers(before, then.record.updated_at, values, words)


class _Comparison:
    def __init__(self, ctx: Context, now: OpenSurvey, before: OpenSurvey) -> None:
        self._now = now.session
        self._before = before.session
        self._now_words = AnswerWords(now.session, ctx.language)
        self._before_words = AnswerWords(before.session, ctx.language)

    def below(self, here: str, there: str | None) -> Iterator[Difference]:
        """The differences below a group or item, which was at `there` then; None where it did not exist."""
        for path in self._now.children(here):
            definition = self._now.definition(path)
            then = None if there is None else f"{there}/{definition.name}".lstrip("/")
            if then is not None and _ITEM_ID.sub("", then) not in self._before.form.by_path:
                then = None
            if definition.kind is Kind.REPEAT:
                yield from self._repeat(path, then)
            elif not definition.is_leaf:
                yield from self.below(path, then)
            elif self._now_words.is_question(path):
                yield from self._question(path, then)

    def answers(self) -> tuple[dict[str, str], dict[str, str]]:
        """Values and words of the visit before, by the paths of now."""
        values: dict[str, str] = {}
        words: dict[str, str] = {}
        for path, then in self._questions("", ""):
            values[path] = self._before.value_at(then)
            words[path] = self._before_words.words(then, values[path])
        return values, words

    def _questions(self, here: str, there: str) -> Iterator[tuple[str, str]]:
        """Every question of now that was there then, with its path then."""
        for path in self._now.children(here):
            definition = self._now.definition(path)
            then = f"{there}/{definition.name}".lstrip("/")
            if _ITEM_ID.sub("", then) not in self._before.form.by_path:
                continue
            if definition.kind is Kind.REPEAT:
                yield from self._questions_of_items(path, then)
            elif not definition.is_leaf:
                yield from self._questions(path, then)
            elif self._now_words.is_question(path):
                yield path, then

    def _questions_of_items(self, path: str, then: str) -> Iterator[tuple[str, str]]:
        items, old = self._now.children(path), self._before.children(then)
        pairs = pair_items(self._now.definition(path), items, old, self._now.value_at, self._before.value_at)
        for here, there in pairs:
            if here is not None and there is not None:
                yield from self._questions(here, there)

    def _repeat(self, path: str, then: str | None) -> Iterator[Difference]:
        items = self._now.children(path) if self._now.state(path).relevant else []
        old = self._before.children(then) if then is not None and self._before.state(then).relevant else []
        definition = self._now.definition(path)
        for here, there in pair_items(definition, items, old, self._now.value_at, self._before.value_at):
            if here is None and there is not None:
                yield Difference(there, self._before_words.item(there), "", "", change="removed")
            elif here is not None and there is None:
                yield Difference(here, self._now_words.item(here), "", "", change="added")
            elif here is not None:
                yield from self.below(here, there)

    def _question(self, path: str, then: str | None) -> Iterator[Difference]:
        now, before = self._now.value_at(path), self._before.value_at(then) if then is not None else ""
        if now == before:
            return
        words = self._now_words
        yield Difference(
            path=path,
            label=words.label(path),
            before=self._before_words.words(then, before) if then is not None else "",
            now=words.words(path, now),
            unit=self._now.definition(path).unit,
            place=words.place(path),
        )


def audit(ctx: Context, survey: str) -> list[AuditEntry]:
    """Who changed what when, oldest first: every field of every operation in the order of the form, in displayed words.
    It names people and their answers: show it to those who may see the survey itself.

    Raises:
        InputFault: CP-1501 no such survey; CP-1510 its form version has not come to this desk.
    """
    session = open_survey(ctx, survey).session
    words, places = AnswerWords(session, ctx.language), places_in(session)

    def place(path: str) -> int:
        return -1 if path.startswith("@") else places.get(path.partition("#")[0], len(places))

    return [
        line
        for entry in ctx.store.records.history(survey)
        for path in sorted(entry.operation.set, key=place)
        if (line := _audited(ctx, words, entry, path)) is not None
    ]


def _audited(ctx: Context, words: AnswerWords, entry: HistoryEntry, path: str) -> AuditEntry | None:
    operation = entry.operation
    told = _told(ctx, words, path, operation.old.get(path) or "", operation.set[path] or "")
    if told is None:
        return None
    label, place, about, before, now = told
    return AuditEntry(
        path=path,
        label=label,
        place=place,
        before=before,
        now=now,
        about=about,
        actor=operation.actor,
        at=operation.at,
        device=operation.device,
        own=entry.own,
        undone=entry.undoes is not None,
        value=operation.set[path],
    )


def _told(ctx: Context, words: AnswerWords, path: str, before: str, now: str) -> tuple[str, str, str, str, str] | None:
    """Label, place, what it is about, before and now; None for what is no change to people."""
    if path.startswith("@"):
        if path not in (STATUS_FIELD, FORM_VERSION_FIELD):
            return None
        if path == STATUS_FIELD:
            before, now = (ctx.text(f"status.{value}") if value else "" for value in (before, now))
        return ctx.text(f"audit.{path[1:]}"), "", "record", before, now
    question, _, mark = path.partition("#")
    if mark == "file":
        return None  # the name goes with the file, which is listed
    if is_item(question):
        if before and now:
            return words.item(path), words.place(path), "item", "", ctx.text("audit.moved")
        return words.item(path), words.place(path), "item", "", ctx.text("audit.added" if now else "audit.removed")
    label, place = words.label(question), words.place(question)
    if mark in _MARKS:
        if mark == "quality":
            before, now = (ctx.text(f"quality.{value}") if value else "" for value in (before, now))
        return ctx.text(_MARKS[mark], label=label), place, mark, before, now
    definition = words.definition(question)
    if definition is not None and not words.is_question(question):
        return None  # what the form works out follows from answers that are listed
    return label, place, "", words.words(question, before), words.words(question, now)
