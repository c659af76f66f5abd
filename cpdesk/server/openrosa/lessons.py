"""What a submission tells the register: its entities laid on sites, as completing a survey on a desk does it.

Nothing is overwritten unseen: the operation carries the revision that the phone had (`baseVersion`, which came to it as
`__version`) and the values that stood then, so whatever was changed since becomes a conflict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from cpdesk.forms.entities import EntityChange
from cpdesk.model.paths import is_path
from cpdesk.model.records import (
    DELETED_FIELD,
    FORM_VERSION_FIELD,
    STATUS_FIELD,
    SURVEY_PREFIX,
    Status,
)
from cpdesk.operations.families import FAMILIES, SITE_VERSION, SiteKind, site_kind_of_dataset
from cpdesk.server import schema
from cpdesk.server.openrosa.reading import Unfit
from cpdesk.server.openrosa.signer import Change

_RECORD_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as the server has it: whose it is, its fields with their revisions."""

    stream: str
    kind: str
    fields: Mapping[str, tuple[str, int]]

    def value(self, path: str) -> str | None:
        """The value at a path, None where there is none."""
        return self.fields[path][0] if path in self.fields else None

    @property
    def revision(self) -> int:
        """The revision of its newest field."""
        return max((revision for _, revision in self.fields.values()), default=0)


def standing(connection: Connection, record: str) -> Standing | None:
    """A record as it stands; None where there is none."""
    records, states = schema.records, schema.field_states
    facts = connection.execute(select(records.c.stream, records.c.kind).where(records.c.record == record)).one_or_none()
    if facts is None:
        return None
    rows = connection.execute(
        select(states.c.path, states.c.value, states.c.revision).where(
            states.c.record == record, states.c.value.is_not(None)
        )
    )
    return Standing(facts.stream, facts.kind, {row.path: (row.value, row.revision) for row in rows})


def seen_at(connection: Connection, record: str, revision: int) -> dict[str, str | None]:
    """The fields of a record as they stood at a revision: what was applied up to it, in order."""
    table = schema.operations
    rows = connection.execute(
        select(table.c.entry).where(table.c.record == record, table.c.revision <= revision).order_by(table.c.revision)
    )
    fields: dict[str, str | None] = {}
    for row in rows:
        fields |= json.loads(bytes(row.entry))["applied"]
    return fields


def lessons_of(
    connection: Connection,
    survey: str,
    stream: str,
    entities: Sequence[EntityChange],
    new_id: Callable[[], str],
) -> tuple[list[Change], str | None]:
    """Changes of sites, and the site that the survey is of, where it tells of one alone.

    An entity of a list that is no kind of site, one whose id no record can have, one of another township and one that
    tells too little to make a site of are left out, as on a desk.

    Raises:
        Unfit: a new site has the number of another one.
    """
    changes: list[Change] = []
    told: dict[str, None] = {}
    for entity in entities:
        kind, site = site_kind_of_dataset(entity.dataset), entity.id.lower()
        values = {name: value for name, value in entity.values.items() if value and is_path(name) and name[0] != "@"}
        if kind is None or not _RECORD_ID.fullmatch(site) or site in told:
            continue
        known = standing(connection, site)
        if known is None:
            change = _new_site(connection, kind, site, stream, values, survey, new_id)
        elif known.kind == kind.kind.value and known.stream == stream and known.value(DELETED_FIELD) is None:
            change = _known_site(connection, kind, site, known, entity.base_version, values, survey, new_id)
            told[site] = None
        else:
            continue
        if change is not None:
            told[site] = None
            changes.append(change)
    return changes, next(iter(told)) if len(told) == 1 else None


def _new_site(
    connection: Connection,
    kind: SiteKind,
    site: str,
    stream: str,
    values: dict[str, str],
    survey: str,
    new_id: Callable[[], str],
) -> Change | None:
    values.setdefault("township_code", stream)
    if not all(values.get(name) for name in kind.needed):
        return None
    if site_with_number(connection, kind, stream, values) is not None:
        raise Unfit("site_number_taken", f"{kind.kind.value}/{kind.number}")
    facts = {STATUS_FIELD: Status.NONE.value, FORM_VERSION_FIELD: SITE_VERSION, SURVEY_PREFIX + survey: new_id()}
    return Change(site, kind.kind.value, kind.kind.value, SITE_VERSION, {**values, **facts})


def _known_site(
    connection: Connection,
    kind: SiteKind,
    site: str,
    known: Standing,
    base_version: str,
    values: Mapping[str, str],
    survey: str,
    new_id: Callable[[], str],
) -> Change | None:
    changed: dict[str, str | None] = {path: text for path, text in values.items() if known.value(path) != text}
    if not changed:
        return None
    claimed = int(base_version) if base_version.isascii() and base_version.isdecimal() and len(base_version) < 16 else 0
    base = claimed if claimed <= known.revision else 0  # ahead of us: the server was restored from a backup
    gone = {
        path: None
        for path, (_, revision) in known.fields.items()
        if path.startswith(SURVEY_PREFIX) and revision <= base
    }
    seen = seen_at(connection, site, base) if base else {}
    wanted = {**changed, **gone, SURVEY_PREFIX + survey: new_id()}
    return Change(site, kind.kind.value, kind.kind.value, SITE_VERSION, wanted, seen, base)


def site_with_number(connection: Connection, kind: SiteKind, stream: str, values: Mapping[str, str]) -> str | None:
    """The site of a kind that has the number these values give, in the same village where that counts."""
    records, states = schema.records, schema.field_states
    holders = connection.execute(
        select(records.c.record)
        .join(states, states.c.record == records.c.record)
        .where(
            records.c.stream == stream,
            records.c.kind == kind.kind.value,
            states.c.path == kind.number,
            states.c.value == values.get(kind.number, ""),
        )
        .order_by(records.c.record)
    ).scalars()
    for record in holders.all():
        there = standing(connection, record)
        if there is None or there.value(DELETED_FIELD) is not None:
            continue
        if all(there.value(name) == values.get(name) for name in kind.scope):
            return str(record)
    return None


def site_named(connection: Connection, form: str, stream: str, answers: Mapping[str, str]) -> str | None:
    """The site whose number a survey of a family's form gives: phones do not begin surveys at a site of the register.
    None where several kinds of sites would do, or none."""
    named: dict[str, str] = {}
    for path, text in answers.items():
        if "[" not in path and "#" not in path:
            named.setdefault(path.rpartition("/")[2], text)
    kinds = [kind for family in FAMILIES if family.id == form for kind in family.sites if named.get(kind.number)]
    found = {site for kind in kinds if (site := site_with_number(connection, kind, stream, named)) is not None}
    return next(iter(found)) if len(found) == 1 else None
