"""What the administrator does for phones: app users, files of forms, submissions in quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from cpdesk.base.errors import InputFault
from cpdesk.server import access
from cpdesk.server.access import iso
from cpdesk.server.config import ServerConfig
from cpdesk.server.database import Database
from cpdesk.server.openrosa import users
from cpdesk.server.openrosa.intake import QUARANTINED, Intake, Taken
from cpdesk.server.openrosa.reading import FormShelf
from cpdesk.server.openrosa.tables import form_files, submissions
from cpdesk.server.openrosa.users import AppUserRow, NewAppUser
from cpdesk.server.ordering import upsert
from cpdesk.store.form_files import checked_files


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A submission that is kept but became no record. `reason` is a word (docs/openrosa.md) and the place."""

    stream: str
    form: str
    version: str
    instance: str
    reason: str
    received_at: str


class OpenRosaAdmin:
    """Opens the database of a server, which may be running, and closes it at the end of a `with` block."""

    def __init__(self, config: ServerConfig) -> None:
        self._clock = config.clock
        self._database = Database.open(config.url)

    def __enter__(self) -> OpenRosaAdmin:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.close()

    def new_user(self, *, person: str, streams: Sequence[str], role: str = "surveyor") -> NewAppUser:
        """A new app user; raises as `users.make`."""
        return users.make(self._database, self._clock, person=person, streams=streams, role=role)

    def users(self) -> list[AppUserRow]:
        """All app users, oldest first."""
        return users.listing(self._database)

    def unlock(self, login: str) -> None:
        """Let a locked login try again.

        Raises:
            InputFault: CP-1695 there is no such login.
        """
        users.unlock(self._database, self._clock, login)

    def put_form_files(self, form: str, version: str, files: Mapping[str, bytes]) -> None:
        """Offer files beside a version of a form: choice files, pictures. Phones learn of new content by its hash.

        Raises:
            InputFault: CP-1243, CP-123x a file that no form may carry.
        """
        checked_files(dict(files))
        rows = [{"form": form, "version": version, "name": name, "body": body} for name, body in files.items()]
        with self._database.writing() as connection:
            upsert(connection, form_files, rows)
            access.note(connection, iso(self._clock.now()), "form_files_put", "", f"{form} {version}: {len(rows)}")

    def quarantine(self) -> list[Quarantined]:
        """Submissions that wait for a person, oldest first."""
        table = submissions
        with self._database.reading() as connection:
            rows = connection.execute(
                select(table).where(table.c.state == QUARANTINED).order_by(table.c.received_at, table.c.instance)
            ).all()
        return [
            Quarantined(row.stream, row.form, row.version, row.instance, row.reason, row.received_at) for row in rows
        ]

    def quarantined_xml(self, instance: str) -> bytes:
        """The XML of a submission in quarantine, as it came or as it was repaired last.

        Raises:
            InputFault: CP-1697 there is none of that instance.
        """
        row = self._find(instance)
        return bytes(row.repaired or row.xml)

    def retake(self, instance: str, xml: bytes | None = None) -> Taken:
        """Try a submission in quarantine again, as its own user; with other XML where somebody repaired it.

        Raises:
            InputFault: CP-1697 there is none of that instance, CP-1698 it still does not fit; CP-12xx the XML.
        """
        row = self._find(instance)
        with self._database.reading() as connection:
            user = users.by_device(connection, row.device)
        if user is None:
            raise InputFault("CP-1697", instance=instance[:60])
        intake = Intake(self._database, self._clock, FormShelf())
        return intake.retake(user, row.stream, row.form, instance, xml)

    def _find(self, instance: str) -> Row[Any]:
        table = submissions
        with self._database.reading() as connection:
            row = connection.execute(
                select(table).where(table.c.instance == instance, table.c.state == QUARANTINED).limit(1)
            ).one_or_none()
        if row is None:
            raise InputFault("CP-1697", instance=instance[:60])
        return row
