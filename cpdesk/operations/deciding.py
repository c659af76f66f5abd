"""Deciding conflicts. A decision is kept on this desk until the next round sends it: so long it can be taken back.

When it is sent it becomes an operation like any other, which the log never forgets; a round, an exchange file and
opening the survey make it one (`apply_decisions`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.forms.state import Problem, ProblemCode
from cpdesk.model.records import DELETED_FIELD, Changes
from cpdesk.model.replication import Conflict
from cpdesk.operations.surveys import NOTE, open_survey, session_for

_NOTE: Final = "conflicts.decided"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided for a conflict: the value that shall stand (None removes the entry), why, when."""

    conflict: str
    value: str | None
    comment: str = ""
    at: str = ""


def decisions(ctx: Context) -> dict[str, Decision]:
    """Those that wait to be sent, by conflict, of conflicts that are still open."""
    still = {conflict.id for conflict in ctx.store.conflicts.list()}
    return {conflict: each for conflict, each in _kept(ctx).items() if conflict in still}


def decide(ctx: Context, decided: Iterable[Decision]) -> Changes:
    """Keep decisions until the next round; a new one for the same conflict replaces the one before.

    Raises:
        InputFault: CP-1504 there is no open conflict of that id; nothing is kept then.
    """
    still = {conflict.id for conflict in ctx.store.conflicts.list()}
    kept = {conflict: each for conflict, each in _kept(ctx).items() if conflict in still}
    for each in decided:
        if each.conflict not in still:
            raise InputFault("CP-1504", conflict=each.conflict)
        kept[each.conflict] = Decision(each.conflict, each.value, each.comment, ctx.clock.now().isoformat())
    _keep(ctx, kept)
    return Changes(conflicts=True)


def take_back(ctx: Context, conflicts: Iterable[str]) -> Changes:
    """Open conflicts again whose decision was not sent yet; what was sent stays decided.

    Raises:
        InputFault: CP-1552 none of the decisions waits any more.
    """
    kept, back = _kept(ctx), set(conflicts)
    if not back & kept.keys():
        raise InputFault("CP-1552")
    _keep(ctx, {conflict: each for conflict, each in kept.items() if conflict not in back})
    return Changes(conflicts=True)


def apply_decisions(ctx: Context, record: str | None = None) -> Changes:
    """Make operations of the decisions, of one record or of all; they go with the next round.

    A comment goes first: when the power fails between the two, the decision is made again. A conflict that somebody
    else settled meanwhile is left as it was settled.
    """
    changes = Changes()
    kept = _kept(ctx)
    if not kept:
        return changes
    for conflict in ctx.store.conflicts.list(record):
        each = kept.get(conflict.id)
        if each is None:
            continue
        if each.comment and may_comment(conflict.path):
            comment = {conflict.path + NOTE: each.comment}
            changes |= ctx.store.records.put_again(conflict.record, comment, ctx.actor)
        changes |= ctx.store.conflicts.resolve(conflict.id, each.value, ctx.actor)
    still = {conflict.id for conflict in ctx.store.conflicts.list()}
    _keep(ctx, {conflict: each for conflict, each in kept.items() if conflict in still})
    return changes


def may_comment(path: str) -> bool:
    """Whether a remark can stand at what is in conflict: at an answer, not at facts, items or marks."""
    return not path.startswith("@") and not path.endswith("]") and "#" not in path


def what_breaks(ctx: Context, conflicts: Sequence[Conflict]) -> dict[tuple[str, str], tuple[str, ...]]:
    """What the rules of the form say against each side of each conflict of one survey: by conflict and side (`here`,
    `there`), sentences that the other side does not bring. Rules over several fields are among them."""
    if not conflicts:
        return {}
    try:
        opened = open_survey(ctx, conflicts[0].record)
    except InputFault:
        return {}
    against: dict[tuple[str, str], tuple[str, ...]] = {}
    for conflict in conflicts:
        sides = {"here": conflict.current, "there": conflict.proposed}
        found = {side: _problems(ctx, opened.record.answers, conflict, value) for side, value in sides.items()}
        for side, other in (("here", "there"), ("there", "here")):
            against[conflict.id, side] = tuple(words for words in found[side] if words not in found[other])
    return against


def rule_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Those that a rule of the form finds wrong, without questions that nobody answered yet."""
    return [problem for problem in problems if problem.blocks and problem.code is not ProblemCode.REQUIRED]


def _problems(ctx: Context, answers: Mapping[str, str], conflict: Conflict, value: str | None) -> list[str]:
    if conflict.path.startswith("@") or conflict.path.endswith("]"):
        return []
    record = ctx.store.records.get(conflict.record)
    form = ctx.forms.version(record.form, record.version)
    tried = {path: each for path, each in answers.items() if path != conflict.path}
    if value:
        tried[conflict.path] = value
    session = session_for(ctx, form, record, tried)
    session.set_language(ctx.language)
    try:
        return [problem.message(ctx.language) for problem in rule_problems(session.validate())]
    except CpdeskError as error:
        return [error.message(ctx.language)]


def is_deletion(conflict: Conflict) -> bool:
    """Whether it asks to delete the whole record or to keep it."""
    return conflict.path == DELETED_FIELD


def _kept(ctx: Context) -> dict[str, Decision]:
    text = ctx.store.traffic.note(_NOTE)
    try:
        return {each["conflict"]: Decision(**each) for each in json.loads(text)} if text else {}
    except (ValueError, TypeError, KeyError):
        return {}


def _keep(ctx: Context, kept: Mapping[str, Decision]) -> None:
    text = json.dumps([asdict(each) for each in kept.values()], ensure_ascii=False) if kept else None
    ctx.store.traffic.keep_note(_NOTE, text)
