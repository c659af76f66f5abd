"""Forms that the district has published; every version stays, because records of it stay."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, select

from cpdesk.server import schema
from cpdesk.server.openrosa.tables import form_files


def listing(connection: Connection) -> list[dict[str, Any]]:
    """All forms and versions without their content, by form and time."""
    table = schema.forms
    columns = (table.c.form, table.c.version, table.c.title, table.c.sha256, table.c.published_at)
    rows = connection.execute(select(*columns).order_by(table.c.form, table.c.published_at, table.c.version))
    return [dict(row._mapping) for row in rows]


def listing_with_files(connection: Connection) -> list[dict[str, Any]]:
    """The listing, each version with the name, hash and size in bytes of the files that travel with it."""
    files = defaultdict[tuple[str, str], list[dict[str, Any]]](list)
    for row in connection.execute(select(form_files).order_by(form_files.c.name)):
        described = {"name": row.name, "sha256": hashlib.sha256(row.body).hexdigest(), "size": len(row.body)}
        files[row.form, row.version].append(described)
    return [{**one, "files": files[one["form"], one["version"]]} for one in listing(connection)]


def file_body(connection: Connection, form: str, version: str, name: str) -> bytes | None:
    """A file that was published with a version, None when there is none of that name."""
    if "\0" in form + version + name:
        return None
    table = form_files
    wanted = (table.c.form == form, table.c.version == version, table.c.name == name)
    found = connection.execute(select(table.c.body).where(*wanted)).scalar_one_or_none()
    return None if found is None else bytes(found)


def body(connection: Connection, form: str, version: str) -> bytes | None:
    """The XForm of one version; None when it was never published."""
    if "\0" in form or "\0" in version:  # PostgreSQL cannot even be asked for it
        return None
    table = schema.forms
    found = connection.execute(
        select(table.c.body).where(table.c.form == form, table.c.version == version)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def publish(connection: Connection, *, form: str, version: str, title: str, content: bytes, now: str) -> bool:
    """Add a version. False when the same content stands there already.

    Raises:
        ValueError: another content under the same form and version; a published version never changes.
    """
    digest = hashlib.sha256(content).hexdigest()
    known = body(connection, form, version)
    if known is not None:
        if known != content:
            raise ValueError(f"{form} {version} is published with another content")
        return False
    row = {"form": form, "version": version, "title": title, "sha256": digest, "body": content, "published_at": now}
    connection.execute(schema.forms.insert(), row)
    return True
