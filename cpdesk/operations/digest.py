"""One number for everything a desk shows, so that two desks and the server can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cpdesk.context import Context
from cpdesk.model.oplog import canonical_json
from cpdesk.model.records import (
    DELETED_FIELD,
    FORM_VERSION_FIELD,
    SAMPLE_FIELD,
    SITE_FIELD,
    STATUS_FIELD,
    Record,
)
from cpdesk.store.lists import Query


def desk_digest(ctx: Context) -> str:
    """SHA-256 over all fields of all records and all open conflicts, in one order (64 hex digits)."""
    records = ctx.store.records
    lines: list[bytes] = []
    for deleted in (False, True):
        for record in records.page(Query(deleted=deleted)):
            lines += [canonical_json([record, path, value]) for path, value in _fields(records.get(record))]
    lines += [canonical_json(["conflict", conflict.id]) for conflict in ctx.store.conflicts.list()]
    return hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    yield from record.answers.items()
    yield from record.facts.items()
    yield STATUS_FIELD, record.status.value
    yield FORM_VERSION_FIELD, record.version
    if record.site is not None:
        yield SITE_FIELD, record.site
    if record.deleted:
        yield DELETED_FIELD, "1"
    if record.sample:
        yield SAMPLE_FIELD, "1"
