"""Every form version that was ever published on this desk: an old survey opens with the form it was made with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from cpdesk.base.clock import Clock
from cpdesk.base.errors import InputFault
from cpdesk.model.records import Changes
from cpdesk.store.form_files import FormFiles, checked_files, keep_files
from cpdesk.store.oplog import iso
from cpdesk.store.writer import Readers, Writer

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One published form: `xml` is its XForm, `source` where it came from (a file's name or the server's address)."""

    form: str
    version: str
    sha256: str
    xml: str
    source: str
    added_at: str


class FormVersions:
    """The forms of a desk. Thread-safe.

    Attributes:
        files: what travels with the versions.
    """

    def __init__(self, writer: Writer, readers: Readers, clock: Clock) -> None:
        self._writer = writer
        self._readers = readers
        self._clock = clock
        self.files = FormFiles(readers)

    def add(
        self,
        form: str,
        version: str,
        xml: str,
        source: str,
        files: Mapping[str, bytes] = MappingProxyType({}),
        *,
        replace_files: bool = False,
    ) -> Changes:
        """Keep a form version with its files; the same once more changes nothing. Files that the version has not yet
        may come later.

        Args:
            replace_files: whether a file takes the place of one of its name with other content.

        Raises:
            InputFault: CP-1506 when that version is kept already with other content; CP-1243 a file of it with other
                content that may not be replaced; CP-1231 to CP-1238 a choice file that is wrong. Nothing is kept then.
        """
        tables = checked_files(files)
        sha256 = hashlib.sha256(xml.encode("utf-8")).hexdigest()

        def work(db: Connection) -> Changes:
            known = db.execute(
                "SELECT sha256 FROM form_versions WHERE form = ? AND version = ?", (form, version)
            ).fetchone()
            if known is None:
                db.execute(
                    "INSERT INTO form_versions (form, version, sha256, xml, source, added_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (form, version, sha256, xml, source, iso(self._clock.now())),
                )
            elif known[0] != sha256:
                raise InputFault("CP-1506", form=form, version=version)
            changed = keep_files(db, form, version, files, tables, replace=replace_files)
            return Changes(forms=known is None or changed)

        return self._writer.do(work)

    def make_newest(self, form: str, version: str) -> bool:
        """Let a version be the one new surveys are made with, whichever was added last. False when it is so already, or
        the version is not here."""
        newest = self.latest(form)
        if newest is None or newest.version == version or self.get(form, version) is None:
            return False

        def work(db: Connection) -> None:
            db.execute(
                "UPDATE form_versions SET rowid = 1 + (SELECT max(rowid) FROM form_versions)"
                " WHERE form = ? AND version = ?",
                (form, version),
            )

        self._writer.do(work)
        return True

    def get(self, form: str, version: str) -> FormVersion | None:
        """One version, None when this desk never had it."""
        row = self._readers.one(
            "SELECT form, version, sha256, xml, source, added_at FROM form_versions WHERE form = ? AND version = ?",
            (form, version),
        )
        return None if row is None else FormVersion(*row)

    def latest(self, form: str) -> FormVersion | None:
        """The version that was added last, or made the newest since; by the row, as a clock may have been set back."""
        row = self._readers.one(
            "SELECT form, version, sha256, xml, source, added_at FROM form_versions WHERE form = ?"
            " ORDER BY rowid DESC LIMIT 1",
            (form,),
        )
        return None if row is None else FormVersion(*row)

    def list(self) -> list[tuple[str, str, str]]:
        """(form, version, sha256) of all, in the order they were added."""
        return self._readers.all("SELECT form, version, sha256 FROM form_versions ORDER BY rowid")
