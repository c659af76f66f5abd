"""Which forms and files a phone may fetch, with their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, select

from cpdesk.base.errors import CpdeskError, IntegrityFault
from cpdesk.forms.files.external import LAST_SAVED
from cpdesk.forms.form import Form
from cpdesk.server import published
from cpdesk.server.openrosa import answers_xml
from cpdesk.server.openrosa.answers_xml import ListedFile, ListedForm
from cpdesk.server.openrosa.reading import FormShelf
from cpdesk.server.openrosa.registers import csv_of, registers_of, rows_of
from cpdesk.server.openrosa.tables import form_files

Address = Callable[[str], str]
_NO_FORM: Final = "CP-3260"


def form_list(connection: Connection, shelf: FormShelf, only: str, address: Address) -> bytes:
    """The newest version of each form; earlier ones are still taken, but no longer offered.

    Args:
        only: a form id, "" for all.
    """
    newest = {row["form"]: row for row in published.listing(connection)}  # by time: the last one counts
    listed = []
    for form, row in sorted(newest.items()):
        if only not in ("", form):
            continue
        body = published.body(connection, form, row["version"]) or b""
        place = _place(form, row["version"])
        has_files = bool(_files(connection, shelf, form, row["version"]))
        listed.append(
            ListedForm(
                form,
                row["title"] or form,
                row["version"],
                _md5(body),
                address(f"{place}/form.xml"),
                address(f"{place}/manifest") if has_files else "",
            )
        )
    return answers_xml.form_list(listed)


def form_xml(connection: Connection, form: str, version: str) -> bytes:
    """The XForm of a version.

    Raises:
        IntegrityFault: CP-3260 there is no such form or version.
    """
    body = published.body(connection, form, version)
    if body is None:
        raise IntegrityFault(_NO_FORM, form=form[:60])
    return body


def manifest(connection: Connection, shelf: FormShelf, form: str, version: str, stream: str, address: Address) -> bytes:
    """The files of a version with the hashes of what this township would get now.

    Raises:
        IntegrityFault: CP-3260 there is no such form or version.
    """
    form_xml(connection, form, version)
    place = _place(form, version)
    listed = []
    for name, is_entity_list in _files(connection, shelf, form, version).items():
        content = file(connection, shelf, form, version, name, stream)
        listed.append(ListedFile(name, _md5(content), address(f"{place}/files/{quote(name, safe='')}"), is_entity_list))
    return answers_xml.manifest(listed)


def file(connection: Connection, shelf: FormShelf, form: str, version: str, name: str, stream: str) -> bytes:
    """A file of a form: one that was published with it, else a register of the township.

    Raises:
        IntegrityFault: CP-3252 the form has no such file.
    """
    stored = published.file_body(connection, form, version, name)
    if stored is not None:
        return stored
    found = _loaded(connection, shelf, form, version)
    if found is not None:
        loaded, columns = found
        for identity, register in registers_of(loaded).items():
            if loaded.externals[identity].file == name:
                read = columns.get(identity, frozenset())
                return csv_of(rows_of(connection, register, stream, read), read)
    raise IntegrityFault("CP-3252", what=name[:60])


def _files(connection: Connection, shelf: FormShelf, form: str, version: str) -> dict[str, bool]:
    """Names of the files that can be fetched with a form, and whether each is an entity list."""
    table = form_files
    stored = select(table.c.name).where(table.c.form == form, table.c.version == version).order_by(table.c.name)
    names = dict.fromkeys(connection.execute(stored).scalars(), False)
    found = _loaded(connection, shelf, form, version)
    if found is not None:
        loaded = found[0]
        for identity, register in registers_of(loaded).items():
            if loaded.externals[identity].format != LAST_SAVED:
                names.setdefault(loaded.externals[identity].file, register.by_id)
    return names


def _loaded(
    connection: Connection, shelf: FormShelf, form: str, version: str
) -> tuple[Form, dict[str, frozenset[str]]] | None:
    """A form of another program's making may not load here: a phone can have it all the same, without registers."""
    try:
        return shelf.get(connection, form, version)
    except CpdeskError:
        return None


def _place(form: str, version: str) -> str:
    return f"/forms/{quote(form, safe='')}/{quote(version, safe='')}"


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
