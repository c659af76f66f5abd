"""What the administrator does: make the database, give out codes, look at devices and revoke them, publish forms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select, update

from cpdesk.base.errors import InputFault, IntegrityFault
from cpdesk.base.files import disk_faults, write_atomically
from cpdesk.model.oplog import canonical_json
from cpdesk.model.paths import STREAM
from cpdesk.model.records import ERASED_FIELD
from cpdesk.server import access, database, published, schema
from cpdesk.server.access import iso
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.ordering import insert_missing
from cpdesk.server.people.roles import LEAVING
from cpdesk.sync.signing import code_hash

_HOURS_MAX: Final = 24 * 30
_DRAIN_DAYS_MAX: Final = 90
_FORM_NAME: Final = re.compile(r"[\w.\-]{1,100}")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One enrolled desk as the administrator sees it. `flag` is `chain_fork` when two computers write under its id."""

    device: str
    person: str
    role: str
    streams: tuple[str, ...]
    status: str
    flag: str
    operations: int
    enrolled_at: str


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How much the server holds."""

    devices: int
    devices_revoked: int
    devices_flagged: int
    records: int
    operations: int
    quarantined: int
    conflicts_open: int
    blobs: int
    blob_bytes: int
    forms: int


def create_database(config: ServerConfig) -> None:
    """Make the folder with an empty database, and note the address there when it is not SQLite in the folder.

    Raises:
        IntegrityFault: CP-3255 when there is one already.
        EnvironmentFault: disk full, no right and the like (CP-20xx); CP-2254 PostgreSQL cannot be reached.
        InputFault: CP-1689 another kind of address.
    """
    with disk_faults(config.blobs):
        config.blobs.mkdir(parents=True, exist_ok=True)
    database.create(config.url, config.partitions)
    note_address(config)


def ensure_database(config: ServerConfig) -> None:
    """Make the database where there is none yet, or note another address (a new password, another host) of the one
    that the folder belongs to.

    Raises:
        IntegrityFault: CP-3258 the folder belongs to another database, whose photographs it holds.
        As `create_database` besides.
    """
    url, noted = config.url, config.noted_url() or (f"sqlite:///{config.database}" if config.database.exists() else "")
    is_there = database.exists(url)
    if noted and noted != url and (database.is_file(noted) != database.is_file(url) or not is_there):
        raise IntegrityFault(
            "CP-3258", folder=str(config.folder), known=database.shown_address(noted), given=database.shown_address(url)
        )
    if not is_there:
        create_database(config)
    elif noted != url:
        note_address(config)


def note_address(config: ServerConfig) -> None:
    """Keep the given address in the folder, where it is not that of SQLite in the folder."""
    if config.database_url and config.database_url != f"sqlite:///{config.database}":
        write_atomically(config.note, config.database_url.encode())  # for its owner alone, as all it writes


class Admin:
    """Opens the database of a server, which may be running, and closes it at the end of a `with` block."""

    def __init__(self, config: ServerConfig) -> None:
        self._clock = config.clock
        self._database = Database.open(config.url)

    def __enter__(self) -> Admin:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.close()

    def new_enrolment_code(self, *, role: str, streams: Sequence[str], person: str, hours: int = 72) -> str:
        """A code for one desk, shown this once: the database keeps its hash only.

        Raises:
            InputFault: CP-1690 a stream is not nine digits, CP-1692 no such role, CP-1004 hours out of range.
        """
        if role not in access.ROLES:
            raise InputFault("CP-1692", role=role, expected="、".join(access.ROLES))
        if not streams:
            raise InputFault("CP-1690", stream="")
        for stream in streams:
            if not STREAM.fullmatch(stream):
                raise InputFault("CP-1690", stream=stream)
        if not 1 <= hours <= _HOURS_MAX:
            raise InputFault("CP-1004", setting="hours", value=hours, expected=f"1-{_HOURS_MAX}")
        code, now = access.new_code(), self._clock.now()
        row = {
            "code_hash": code_hash(code),
            "role": role,
            "streams": " ".join(sorted(set(streams))),
            "person": person,
            "expires_at": iso(now + timedelta(hours=hours)),
            "used_by": None,
        }
        with self._database.writing() as connection:
            new = [{"stream": stream, "revision": 0} for stream in sorted(set(streams))]
            insert_missing(connection, schema.streams, new)
            connection.execute(schema.enrolment_codes.insert(), row)
            access.note(connection, iso(now), "code_made", "", f"role {role}, streams {row['streams']}")
        return code

    def devices(self) -> list[DeviceRow]:
        """All desks ever enrolled, oldest first."""
        table = schema.devices
        with self._database.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.enrolled_at, table.c.device)).all()
        return [
            DeviceRow(
                row.device,
                row.person,
                row.role,
                tuple(row.streams.split()),
                row.status,
                row.flag,
                row.head_seq,
                row.enrolled_at,
            )
            for row in rows
        ]

    def revoke_device(self, device: str, drain_days: int = 0) -> None:
        """Refuse a desk from its next request on; what it sent stays.

        Args:
            drain_days: for a person who leaves: so long the desk may still send what it has, and reads nothing any
                more; once all is sent it erases what it holds. 0 for a desk that was lost.

        Raises:
            InputFault: CP-1691 there is no such device, CP-1004 days out of range.
        """
        if not 0 <= drain_days <= _DRAIN_DAYS_MAX:
            raise InputFault("CP-1004", setting="drain_days", value=drain_days, expected=f"0-{_DRAIN_DAYS_MAX}")
        until = iso(self._clock.now() + timedelta(days=drain_days))
        status = f"{LEAVING} {until}" if drain_days else "revoked"
        table = schema.devices
        with self._database.writing() as connection:
            found = connection.execute(update(table).where(table.c.device == device).values(status=status))
            if found.rowcount != 1:
                raise InputFault("CP-1691", device=device)
            access.note(connection, iso(self._clock.now()), "revoked", device, f"until {until}" if drain_days else "")

    def publish_form(self, *, form: str, version: str, title: str, content: bytes) -> bool:
        """Offer a version of a form (XForm XML) to all desks. False when it was published before.

        Raises:
            InputFault: CP-1693 a name that cannot stand in an address.
            IntegrityFault: CP-3256 another content is published under this form and version.
        """
        for name in (form, version):
            if not _FORM_NAME.fullmatch(name):
                raise InputFault("CP-1693", name=name[:100])
        now = iso(self._clock.now())
        with self._database.writing() as connection:
            try:
                new = published.publish(connection, form=form, version=version, title=title, content=content, now=now)
            except ValueError:
                raise IntegrityFault("CP-3256", form=form, version=version) from None
            if new:
                access.note(connection, now, "form_published", "", f"{form} {version}")
        return new

    def forget_expired_codes(self) -> int:
        """Delete codes that nobody used in time; returns how many."""
        table = schema.enrolment_codes
        with self._database.writing() as connection:
            return connection.execute(
                delete(table).where(table.c.expires_at < iso(self._clock.now()), table.c.used_by.is_(None))
            ).rowcount

    def content_digest(self) -> str:
        """SHA-256 over all fields of all records and all open conflicts, as `operations.digest` takes it of a desk."""
        fields, conflicts = schema.field_states, schema.conflicts
        stated = select(fields.c.record, fields.c.path, fields.c.value).where(
            fields.c.value.is_not(None), fields.c.path != ERASED_FIELD
        )
        with self._database.reading() as connection:
            lines = [canonical_json(list(row)) for row in connection.execute(stated)]
            open_ones = select(conflicts.c.id).where(conflicts.c.settled_by.is_(None))
            lines += [canonical_json(["conflict", row.id]) for row in connection.execute(open_ones)]
        return hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()

    def status(self) -> StatusCounts:
        """Counts for the administrator's screen."""
        devices, operations, conflicts, blobs = schema.devices, schema.operations, schema.conflicts, schema.blobs
        counts = (
            select(func.count()).select_from(devices),
            select(func.count()).select_from(devices).where(devices.c.status == "revoked"),
            select(func.count()).select_from(devices).where(devices.c.flag != ""),
            select(func.count()).select_from(schema.records),
            select(func.count()).select_from(operations),
            select(func.count()).select_from(operations).where(operations.c.outcome == "quarantined"),
            select(func.count()).select_from(conflicts).where(conflicts.c.settled_by.is_(None)),
            select(func.count()).select_from(blobs),
            select(func.coalesce(func.sum(blobs.c.size), 0)),
            select(func.count()).select_from(schema.forms),
        )
        with self._database.reading() as connection:
            return StatusCounts(*(int(connection.execute(count).scalar_one()) for count in counts))
