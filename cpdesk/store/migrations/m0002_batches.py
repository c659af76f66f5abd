"""Batches: many operations that belong together and can be taken back together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def up(db: Database) -> None:
    """Make the tables of batches."""
    db.execute(
        """
        CREATE TABLE batches (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,                  -- what was done: migration, bulk_edit, import, ...
            title TEXT NOT NULL,                 -- for people, in the language of the desk then
            actor TEXT NOT NULL,
            at TEXT NOT NULL,
            reverted_at TEXT                     -- NULL = it stands
        )
        """
    )
    db.execute(
        """
        CREATE TABLE batch_operations (
            batch INTEGER NOT NULL REFERENCES batches (number),
            op_id TEXT NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (batch, op_id)
        ) WITHOUT ROWID
        """
    )
