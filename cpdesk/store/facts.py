"""Single facts of a store (enrolment, time seen), as texts under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpdesk.store.driver import Connection


def get_fact(db: Connection, name: str) -> str | None:
    """The text kept under a name."""
    row = db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def set_fact(db: Connection, name: str, value: str | None) -> None:
    """Keep a text under a name; None forgets it."""
    if value is None:
        db.execute("DELETE FROM facts WHERE name = ?", (name,))
    else:
        db.execute("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", (name, value))
