"""Forms that the district has published; every version stays, because records of it stay."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, select

from cpdesk.server import schema


def listing(connection: Connection) -> list[dict[str, Any]]:
    """All forms and versions without their content, by form and time."""
    table = schema.forms
    columns = (table.c.form, table.c.version, table.c.title, table.c.sha256, table.c.published_at)
    rows = connection.execute(select(*columns).order_by(table.c.form, table.c.published_at, table.c.version))
    return [dict(row._mapping) for row in rows]


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
