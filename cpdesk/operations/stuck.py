"""What the server keeps without taking it: shown with its reason, mended and sent again, or laid aside.

A refused operation blocks nothing: it lies in the log with its reason and is no longer laid on the record. Sending it
again is a new operation with the same values. What became of a refused value is read from the log: it is dealt with
once a later change of this desk set the same field, or the field holds it anyway; laid aside it is by a note of this
desk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.context import Context
from cpdesk.model.oplog import Operation
from cpdesk.model.paths import portions
from cpdesk.model.records import FORM_VERSION_FIELD, SITE_FIELD, STATUS_FIELD, Changes, Record
from cpdesk.operations.surveys import open_survey

_ASIDE: Final = "stuck.aside"
REASONS: Final = (
    "chain_fork", "signature", "stream_forbidden", "record_elsewhere", "base_ahead", "op_id_reused", "unstorable",
    "device_revoked", "role_forbidden", "status_forbidden", "masked", "erased",
)  # fmt: skip
_ADMINISTRATOR_FIRST: Final = ("chain_fork", "signature", "device_revoked", "stream_forbidden", "role_forbidden")
"""Reasons that the same value meets again until the administrator has done something."""


@dataclass(frozen=True, slots=True)
class StuckValue:
    """One value that the server did not take.

    Attributes:
        key: names it for `send_again` and `lay_aside`.
        value: None where an entry was to be removed. `standing` is what the record holds now.
        reason: a code of `REASONS`, or one of a newer server.
        administrator_first: whether sending it again helps only after the administrator has done something.
        facts: it is of the record itself (`@status` …), not an answer.
    """

    key: str
    op_id: str
    record: str
    path: str
    value: str | None
    standing: str | None
    reason: str
    actor: str
    at: str
    administrator_first: bool

    @property
    def facts(self) -> bool:
        return self.path.startswith("@")


def stuck_values(ctx: Context) -> list[StuckValue]:
    """Values the server did not take and nobody has dealt with, oldest first; the newest of a field stands for those
    before it."""
    refused = ctx.store.replica.quarantined()
    if not refused:
        return []
    aside = _aside(ctx)
    found: dict[tuple[str, str], StuckValue] = {}
    later: dict[str, dict[str, str]] = {}
    for operation, reason in refused:
        record = _record(ctx, operation.record)
        standing: Mapping[str, str] = {} if record is None else _fields(record)
        if operation.record not in later:
            later[operation.record] = _set_last(ctx, operation.record)
        for path, value in operation.set.items():
            key = f"{operation.op_id} {path}"
            superseded = later[operation.record].get(path, operation.op_id) != operation.op_id
            if superseded or key in aside or standing.get(path) == value:
                found.pop((operation.record, path), None)
                continue
            found[operation.record, path] = StuckValue(
                key, operation.op_id, operation.record, path, value, standing.get(path), reason,
                operation.actor, operation.at, reason in _ADMINISTRATOR_FIRST,
            )  # fmt: skip
    return list(found.values())


def send_again(ctx: Context, keys: Iterable[str], mended: Mapping[str, str | None] | None = None) -> Changes:
    """Put refused values into their records once more, as a change of now; they go with the next round.

    Args:
        mended: another value for some keys.

    Raises:
        InputFault: CP-1551 a value is none that waits here; others as `save_answers`, nothing of that record is sent
            then.
    """
    known = {each.key: each for each in stuck_values(ctx)}
    by_record: dict[str, dict[str, str | None]] = {}
    for key in keys:
        if key not in known:
            raise InputFault("CP-1551", key=key[:80])
        each = known[key]
        value = (mended or {}).get(key, each.value)
        by_record.setdefault(each.record, {})[each.path] = value
    changes = Changes()
    for record, values in by_record.items():
        for part in portions(values):
            changes |= ctx.store.records.put_again(record, part, ctx.actor)
    return changes


def lay_aside(ctx: Context, keys: Iterable[str]) -> Changes:
    """Say of refused values that nothing is to be done. They stay in the history of their record."""
    aside = sorted({*_aside(ctx), *keys})
    ctx.store.traffic.keep_note(_ASIDE, json.dumps(aside, ensure_ascii=False))
    return Changes(sync=True)


def wrong_with(ctx: Context, values: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """What the form finds wrong with values for fields, by record and path, as sentences; what no form knows is not
    judged."""
    wrong: dict[tuple[str, str], str] = {}
    for (record, path), value in values.items():
        try:
            opened = open_survey(ctx, record)
        except InputFault:
            continue
        opened.session.set_language(ctx.language)
        try:
            opened.session.set(path, value)
            problem = opened.session.state(path).problem
        except CpdeskError as error:
            wrong[record, path] = error.message(ctx.language)
            continue
        if problem is not None and problem.blocks:
            wrong[record, path] = problem.message(ctx.language)
    return wrong


def _aside(ctx: Context) -> frozenset[str]:
    text = ctx.store.traffic.note(_ASIDE)
    try:
        return frozenset(json.loads(text)) if text else frozenset()
    except (ValueError, TypeError):
        return frozenset()


def _record(ctx: Context, record: str) -> Record | None:
    try:
        return ctx.store.records.get(record)
    except InputFault:
        return None


def _fields(record: Record) -> dict[str, str]:
    facts = {STATUS_FIELD: record.status.value, FORM_VERSION_FIELD: record.version}
    if record.site is not None:
        facts[SITE_FIELD] = record.site
    return {**record.answers, **record.facts, **facts}


def _set_last(ctx: Context, record: str) -> dict[str, str]:
    """Which own operation set each field last, by path."""
    own = [entry.operation for entry in ctx.store.records.history(record) if entry.own]
    return {path: operation.op_id for operation in sorted(own, key=_made) for path in operation.set}


def _made(operation: Operation) -> tuple[str, int]:
    return operation.device, operation.seq
