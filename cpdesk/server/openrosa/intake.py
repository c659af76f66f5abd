"""Taking submissions: once, whole, and never lost.

A submission that can be read is kept before it is acknowledged: as operations on a record, or whole in quarantine with
the reason why it cannot become one. Everything that one request says is written in one transaction.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from cpdesk.base.clock import Clock
from cpdesk.base.errors import InputFault, IntegrityFault
from cpdesk.base.ids import IdMaker
from cpdesk.model.oplog import canonical_json
from cpdesk.model.records import FORM_VERSION_FIELD, SITE_FIELD, STATUS_FIELD, RecordKind, Status
from cpdesk.server import access, schema
from cpdesk.server.access import iso
from cpdesk.server.database import Database
from cpdesk.server.openrosa import reading
from cpdesk.server.openrosa.editing import aligned, difference
from cpdesk.server.openrosa.lessons import lessons_of, site_named, standing
from cpdesk.server.openrosa.reading import Filling, FormShelf, Head, Unfit
from cpdesk.server.openrosa.signer import Change, push_changes, refused
from cpdesk.server.openrosa.tables import attachments, submissions
from cpdesk.server.openrosa.users import AppUser
from cpdesk.server.ordering import hold, upsert

TAKEN: Final = "taken"
QUARANTINED: Final = "quarantined"
_SURVEY: Final = RecordKind.SURVEY.value
_SUFFIX: Final = re.compile(r"[0-9a-z]{1,8}")
_PICTURES: Final = ("jpg", "png")
_FILE_NAME: Final = "#file"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a submission that lies on the blob shelf already."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a submission: TAKEN with its record, or QUARANTINED with the reason. `is_new` tells the first
    time from a repetition."""

    state: str
    record: str
    reason: str
    is_new: bool


class Intake:
    """Takes submissions of app users into one database."""

    def __init__(self, database: Database, clock: Clock, shelf: FormShelf) -> None:
        self._database = database
        self._clock = clock
        self._shelf = shelf
        self._ids = IdMaker(clock)

    def take(self, user: AppUser, stream: str, xml: bytes, files: Sequence[Attachment]) -> Taken:
        """Take a submission with the files that came along. Repeating it changes nothing; later files are added.

        Raises:
            InputFault: CP-1201 to CP-1203, CP-1696 the XML cannot be read.
            IntegrityFault: CP-3205 too large; CP-3260 no such form; CP-3261 the instance is known with another content;
                CP-3262 a file of that name is known with another content.
        """
        head = reading.head_of(xml)
        with self._database.reading() as connection:
            if not reading.is_known_form(connection, head.form):
                raise IntegrityFault("CP-3260", form=head.form[:60])
            known = _row(connection, stream, head.form, head.instance)
            filling = None if known is not None else self._read(connection, head, xml, stream)
        sha256 = hashlib.sha256(xml).hexdigest()
        with self._database.writing() as connection:
            hold(connection, [stream])  # a phone that sends the same twice at once: the second finds the first
            known = _row(connection, stream, head.form, head.instance)
            if known is not None and known.sha256 != sha256:
                raise IntegrityFault("CP-3261", instance=head.instance[:60])
            self._keep_files(connection, user, stream, head, files)
            if known is not None:
                return self._add_files(connection, user, known)
            if filling is None:  # it was taken in between and nothing of it is left: cannot be, rows are never deleted
                raise IntegrityFault("CP-3254", incident="submission")
            row = self._empty_row(user, stream, head, xml, sha256)
            if isinstance(filling, Filling):
                try:
                    with connection.begin_nested():
                        row |= self._become_record(connection, user, stream, head, filling)
                except Unfit as unfit:
                    filling = unfit
            if isinstance(filling, Unfit):
                row |= {"state": QUARANTINED, "reason": f"{filling.reason} {filling.detail}".strip()}
                access.note(
                    connection, row["received_at"], "submission_quarantined", user.device.device, filling.reason
                )
            connection.execute(submissions.insert(), row)
        return Taken(row["state"], row["record"], row["reason"], is_new=True)

    def retake(self, user: AppUser, stream: str, form: str, instance: str, xml: bytes | None) -> Taken:
        """Try a quarantined submission again, with other XML where somebody repaired it. What came stays kept.

        Raises:
            InputFault: CP-1697 there is no such submission in quarantine; CP-1698 it still does not fit.
        """
        with self._database.reading() as connection:
            known = _row(connection, stream, form, instance)
            if known is None or known.state != QUARANTINED:
                raise InputFault("CP-1697", instance=instance[:60])
            used = xml or bytes(known.repaired or known.xml)
            head = replace(reading.head_of(used), instance=instance)
            filling = self._read(connection, head, used, stream)
        if isinstance(filling, Unfit):
            raise InputFault("CP-1698", reason=f"{filling.reason} {filling.detail}".strip())
        with self._database.writing() as connection:
            hold(connection, [stream])
            try:
                changed = self._become_record(connection, user, stream, head, filling)
            except Unfit as unfit:
                raise InputFault("CP-1698", reason=f"{unfit.reason} {unfit.detail}".strip()) from None
            if xml is not None:
                changed["repaired"] = xml
            connection.execute(_update_of(known).values(reason="", **changed))
            access.note(connection, iso(self._clock.now()), "submission_retaken", user.device.device, "")
        return Taken(TAKEN, changed["record"], "", is_new=False)

    def _read(self, connection: Connection, head: Head, xml: bytes, stream: str) -> Filling | Unfit:
        try:
            return reading.read_filling(connection, self._shelf, head, xml, stream, self._clock, self._ids.new)
        except Unfit as unfit:
            return unfit

    def _empty_row(self, user: AppUser, stream: str, head: Head, xml: bytes, sha256: str) -> dict[str, Any]:
        return {
            "stream": stream,
            "form": head.form,
            "instance": head.instance,
            "version": head.version,
            "sha256": sha256,
            "xml": xml,
            "repaired": None,
            "device": user.device.device,
            "state": QUARANTINED,
            "reason": "",
            "record": "",
            "revision": 0,
            "answers": b"{}",
            "waiting": b"{}",
            "edited_by": "",
            "received_at": iso(self._clock.now()),
        }

    def _keep_files(
        self, connection: Connection, user: AppUser, stream: str, head: Head, files: Sequence[Attachment]
    ) -> None:
        known = _files(connection, stream, head.form, head.instance)
        key = {"stream": stream, "form": head.form, "instance": head.instance}
        now = iso(self._clock.now())
        for file in files:
            if known.get(file.name, file.sha256) != file.sha256:
                raise IntegrityFault("CP-3262", file=file.name[:60])
            upsert(connection, attachments, [{**key, "name": file.name, "sha256": file.sha256, "size": file.size}])
            upsert(connection, schema.blobs, [{"sha256": file.sha256, "size": file.size, "received_at": now}])
            upsert(connection, schema.blob_owners, [{"sha256": file.sha256, "device": user.device.device}])

    def _add_files(self, connection: Connection, user: AppUser, known: Row[Any]) -> Taken:
        """Put files that came now at the answers that waited for them."""
        waiting: dict[str, str] = json.loads(bytes(known.waiting))
        there = _files(connection, known.stream, known.form, known.instance)
        arrived = {path: name for path, name in waiting.items() if name in there}
        if known.state == TAKEN and arrived:
            answers: dict[str, str] = json.loads(bytes(known.answers))
            values = _references(arrived, there)
            change = Change(known.record, _SURVEY, known.form, known.version, values, answers, known.revision)
            self._push(connection, user, known.stream, [change])
            left = {path: name for path, name in waiting.items() if path not in arrived}
            changed = {"answers": canonical_json({**answers, **values}), "waiting": canonical_json(left)}
            connection.execute(_update_of(known).values(**changed))
        return Taken(known.state, known.record, known.reason, is_new=False)

    def _become_record(
        self, connection: Connection, user: AppUser, stream: str, head: Head, filling: Filling
    ) -> dict[str, Any]:
        """Operations for a filling; gives what changes in its row.

        Raises:
            Unfit: it cannot become a record, or the edit of one.
        """
        before = self._replaced(connection, stream, head) if head.replaces else None
        there = _files(connection, stream, head.form, head.instance)
        if before is not None:
            there = _files(connection, stream, head.form, before.instance) | there
        seen: dict[str, str] = json.loads(bytes(before.answers)) if before is not None else {}
        waited: dict[str, str] = json.loads(bytes(before.waiting)) if before is not None else {}
        whole = aligned(seen | waited, {**filling.answers, **filling.files}) if before is not None else None
        answers, files = _apart(whole, filling) if whole is not None else (filling.answers, filling.files)
        arrived = {path: name for path, name in files.items() if name in there}
        answers = {**answers, **_references(arrived, there)}
        record = before.record if before is not None else self._ids.new()
        sites, site = lessons_of(connection, record, stream, filling.entities, self._ids.new)
        site = site or site_named(connection, head.form, stream, answers)
        facts = self._facts(connection, before, record, head, site)
        wanted = difference(seen, answers)
        base = before.revision if before is not None else 0
        changes = list(sites)
        if before is None:
            changes.append(Change(record, _SURVEY, head.form, head.version, {**facts, **wanted}))
        else:
            changes.append(Change(record, _SURVEY, head.form, head.version, wanted, seen, base))
            now_standing = standing(connection, record)
            old = {path: now_standing.value(path) for path in facts} if now_standing is not None else {}
            revision = now_standing.revision if now_standing is not None else 0
            changes.append(Change(record, _SURVEY, head.form, head.version, facts, old, revision))
            connection.execute(_update_of(before).values(edited_by=head.instance))
        revision = self._push(connection, user, stream, changes, record)
        return {
            "state": TAKEN,
            "record": record,
            "revision": revision or base,
            "answers": canonical_json(answers),
            "waiting": canonical_json({path: name for path, name in files.items() if path not in arrived}),
        }

    def _facts(
        self, connection: Connection, before: Row[Any] | None, record: str, head: Head, site: str | None
    ) -> dict[str, str | None]:
        facts: dict[str, str | None] = {STATUS_FIELD: Status.SUBMITTED.value, FORM_VERSION_FIELD: head.version}
        if site is not None:
            facts[SITE_FIELD] = site
        if before is None:
            return facts
        there = standing(connection, record)
        if there is not None and there.value(STATUS_FIELD) == Status.ACCEPTED.value:
            raise Unfit("edited_after_acceptance")
        return {path: value for path, value in facts.items() if there is None or there.value(path) != value}

    def _replaced(self, connection: Connection, stream: str, head: Head) -> Row[Any]:
        before = _row(connection, stream, head.form, head.replaces)
        if before is None or before.state != TAKEN:
            raise Unfit("edited_unknown", head.replaces)
        if before.edited_by not in ("", head.instance):
            raise Unfit("edited_twice", head.replaces)
        return before

    def _push(self, connection: Connection, user: AppUser, stream: str, changes: list[Change], record: str = "") -> int:
        """The revision of the last operation on the record; 0 where nothing changed."""
        now = iso(self._clock.now())
        results = push_changes(connection, user, stream, changes, now=now, new_id=self._ids.new)
        reason = refused(results)
        if reason:
            raise Unfit(reason)
        return max((result.revision for result in results), default=0)


def _apart(whole: Mapping[str, str], filling: Filling) -> tuple[dict[str, str], dict[str, str]]:
    """Answers and names of files again, after the items got other ids."""
    names = {reading.template_of(path) for path in filling.files}
    files = {path: text for path, text in whole.items() if reading.template_of(path) in names}
    return {path: text for path, text in whole.items() if path not in files}, files


def _references(arrived: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    """What answers say of files that are there: their hashes; and beside, the names of files that are no pictures."""
    values: dict[str, str] = {}
    for path, name in arrived.items():
        suffix = name.rpartition(".")[2].lower() if "." in name else "bin"
        suffix = "jpg" if suffix == "jpeg" else suffix
        suffix = suffix if _SUFFIX.fullmatch(suffix) else "bin"
        values[path] = f"{there[name]}.{suffix}"
        if suffix not in _PICTURES:
            values[path + _FILE_NAME] = name
    return values


def _row(connection: Connection, stream: str, form: str, instance: str) -> Row[Any] | None:
    table = submissions
    return connection.execute(
        select(table).where(table.c.stream == stream, table.c.form == form, table.c.instance == instance)
    ).one_or_none()


def _update_of(row: Row[Any]) -> Any:
    table = submissions
    return update(table).where(table.c.stream == row.stream, table.c.form == row.form, table.c.instance == row.instance)


def _files(connection: Connection, stream: str, form: str, instance: str) -> dict[str, str]:
    """SHA-256 by name of the files that came with a submission."""
    table = attachments
    rows = connection.execute(
        select(table.c.name, table.c.sha256).where(
            table.c.stream == stream, table.c.form == form, table.c.instance == instance
        )
    )
    return {row.name: row.sha256 for row in rows}
