"""What the administrator does about people: find what is held of one, give it out, erase it; what is kept for how long;
the audit trail."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select

from cpdesk.base.errors import InputFault
from cpdesk.base.files import disk_faults, write_atomically
from cpdesk.base.ids import IdMaker
from cpdesk.model.records import STATUS_FIELD, RecordKind, Status
from cpdesk.server import schema
from cpdesk.server.access import iso
from cpdesk.server.blobs import BlobShelf
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.ordering import upsert
from cpdesk.server.people import audit
from cpdesk.server.people.erasure import Erased, Held, erase, records_about
from cpdesk.sync.protocol import blobs_in

_FOUND_MAX: Final = 50
_RETENTION: Final = "retention."
KINDS: Final = ("drafts", "codes", "uploads")
"""What may end by itself: surveys that stayed drafts, enrolment codes that are used or over, uploads that stopped."""
_DAYS_MAX: Final = 36_500


@dataclass(frozen=True, slots=True)
class Due:
    """What is older than its days: ids of records, and how many codes and uploads."""

    drafts: tuple[str, ...]
    codes: int
    uploads: int


class PeopleAdmin:
    """Opens the database of a server, which may be running, and closes it at the end of a `with` block."""

    def __init__(self, config: ServerConfig) -> None:
        self._clock = config.clock
        self._folder = config.folder
        self._database = Database.open(config.url)
        self._blobs = BlobShelf(self._database, config.blobs)

    def __enter__(self) -> PeopleAdmin:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.close()

    def find(self, text: str) -> list[tuple[Held, str]]:
        """Records in which some answer is exactly this (a name, a telephone, a household number), and its path."""
        table, fields = schema.records, schema.field_states
        query = (
            select(table, fields.c.path)
            .join(fields, (fields.c.stream == table.c.stream) & (fields.c.record == table.c.record))
            .where(fields.c.value == text)
            .order_by(table.c.record, fields.c.path)
            .limit(_FOUND_MAX)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [(Held(row.record, row.stream, row.kind, row.form), row.path) for row in rows]

    def export(self, record: str, to: Path) -> int:
        """Everything held about a household: its records as they stand, their history, their photographs, and which
        desks may have read them, as a zip. How many records it has.

        Raises:
            InputFault: CP-1501 no such record. EnvironmentFault: CP-20xx the disk.
        """
        with self._database.reading() as connection:
            about = records_about(connection, record)
            held = [self._held(connection, one) for one in about]
            readers = self._readers(connection, about[0].stream)
        now = iso(self._clock.now())
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("records.json", _json({"at": now, "records": held}))
            archive.writestr("readers.json", _json(readers))
            for sha256 in sorted({photo for one in held for photo in one["photographs"]}):
                path = self._blobs.path_of(sha256)
                with disk_faults(path):
                    archive.write(path, f"photographs/{sha256}")
        write_atomically(to, packed.getvalue())
        with self._database.writing() as connection:
            audit.note(connection, now, "exported", "", f"record {record}, {len(held)} records")
        return len(held)

    def _held(self, connection: Connection, one: Held) -> dict[str, Any]:
        fields, table = schema.field_states, schema.operations
        values = connection.execute(
            select(fields.c.path, fields.c.value)
            .where(fields.c.stream == one.stream, fields.c.record == one.record, fields.c.value.is_not(None))
            .order_by(fields.c.path)
        )
        entries = connection.execute(
            select(table.c.entry, table.c.received_at)
            .where(table.c.stream == one.stream, table.c.record == one.record)
            .order_by(table.c.revision, table.c.seq)
        ).all()
        history = [{"received_at": row.received_at, **json.loads(row.entry)} for row in entries]
        named = blobs_in(bytes(row.entry).decode() for row in entries)
        blobs = schema.blobs
        photos = connection.execute(select(blobs.c.sha256).where(blobs.c.sha256.in_(named))).scalars()
        kept = sorted(sha256 for sha256 in photos if self._blobs.path_of(sha256).is_file())
        stands = {row.path: row.value for row in values}
        return {**asdict(one), "fields": stands, "history": history, "photographs": kept}

    def _readers(self, connection: Connection, stream: str) -> list[dict[str, str]]:
        """Desks that may read the township, and the times they read it in bulk."""
        table = schema.devices
        bulk: dict[str, list[str]] = {}
        for line in audit.lines(connection):
            if line.what == "read_in_bulk" and f"stream {stream}" in line.detail:
                bulk.setdefault(line.device, []).append(line.at)
        return [
            {
                "device": row.device,
                "person": row.person,
                "role": row.role,
                "status": row.status,
                "read_in_bulk": " ".join(bulk.get(row.device, [])),
            }
            for row in connection.execute(select(table).order_by(table.c.enrolled_at, table.c.device))
            if stream in row.streams.split()
        ]

    def about(self, record: str) -> list[Held]:
        """What an erasure of a record would take.

        Raises:
            InputFault: CP-1501 no such record.
        """
        with self._database.reading() as connection:
            return records_about(connection, record)

    def erase(self, record: str) -> Erased:
        """Erase a record with the surveys made of it, for good; raises as `erasure.erase`."""
        return erase(self._database, self._blobs, self._folder, record, IdMaker(self._clock), self._clock.now())

    def audit_trail(self) -> tuple[list[audit.Line], int | None]:
        """The lines, and the id of the first that does not continue the chain."""
        with self._database.reading() as connection:
            trail = audit.lines(connection)
        return trail, audit.first_break(trail)

    def retention(self) -> dict[str, int]:
        """After how many days each kind ends; 0 is never."""
        table = schema.meta
        with self._database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.key.in_([_RETENTION + kind for kind in KINDS])))
            kept = {row.key.removeprefix(_RETENTION): int(row.value) for row in rows}
        return {kind: kept.get(kind, 0) for kind in KINDS}

    def set_retention(self, days: Mapping[str, int]) -> None:
        """Change after how many days kinds end.

        Raises:
            InputFault: CP-1004 no such kind, or days out of range.
        """
        for kind, count in days.items():
            if kind not in KINDS or not 0 <= count <= _DAYS_MAX:
                raise InputFault("CP-1004", setting=kind, value=count, expected=f"0-{_DAYS_MAX}")
        with self._database.writing() as connection:
            upsert(connection, schema.meta, [{"key": _RETENTION + one, "value": str(days[one])} for one in days])
            detail = ", ".join(f"{kind} {count}" for kind, count in sorted(days.items()))
            audit.note(connection, iso(self._clock.now()), "retention_set", "", detail)

    def due(self) -> Due:
        """What is over now; nothing is changed."""
        days = self.retention()
        ends = {kind: iso(self._clock.now() - timedelta(days=count)) for kind, count in days.items() if count}
        codes, uploads = schema.enrolment_codes, schema.uploads
        with self._database.reading() as connection:
            drafts = _drafts(connection, ends["drafts"]) if "drafts" in ends else ()
            over = select(func.count()).select_from(codes).where(codes.c.expires_at < ends.get("codes", ""))
            stopped = select(func.count()).select_from(uploads).where(uploads.c.updated_at < ends.get("uploads", ""))
            return Due(drafts, connection.execute(over).scalar_one(), connection.execute(stopped).scalar_one())

    def end_what_is_due(self) -> Due:
        """Erase it. Photographs that were never finished go with their uploads."""
        due, days = self.due(), self.retention()
        for record in due.drafts:
            self.erase(record)
        codes, uploads = schema.enrolment_codes, schema.uploads
        now = self._clock.now()
        stopped: list[tuple[str, str]] = []
        with self._database.writing() as connection:
            if days["codes"]:
                end = iso(now - timedelta(days=days["codes"]))
                connection.execute(delete(codes).where(codes.c.expires_at < end))
            if days["uploads"]:
                over = uploads.c.updated_at < iso(now - timedelta(days=days["uploads"]))
                rows = connection.execute(select(uploads.c.device, uploads.c.sha256).where(over))
                stopped = [(row.device, row.sha256) for row in rows]
                connection.execute(delete(uploads).where(over))
            detail = f"drafts {len(due.drafts)}, codes {due.codes}, uploads {len(stopped)}"
            audit.note(connection, iso(now), "retention_ended", "", detail)
        self._blobs.forget_parts(stopped)
        return due


def _drafts(connection: Connection, before: str) -> tuple[str, ...]:
    """Surveys that are drafts and that the server last heard of before a moment."""
    fields, records, table = schema.field_states, schema.records, schema.operations
    last = select(func.max(table.c.received_at)).where(
        table.c.stream == records.c.stream, table.c.record == records.c.record
    )
    rows = connection.execute(
        select(records.c.record)
        .join(fields, (fields.c.stream == records.c.stream) & (fields.c.record == records.c.record))
        .where(records.c.kind == RecordKind.SURVEY)
        .where(fields.c.path == STATUS_FIELD, fields.c.value == Status.DRAFT)
        .where(last.scalar_subquery() < before)
        .order_by(records.c.record)
    )
    return tuple(rows.scalars())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
