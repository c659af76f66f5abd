"""The files of form versions: choice lists with their rows, pictures, recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def up(db: Database) -> None:
    """Make the tables of form files; a file that several versions share lies here once."""
    db.execute(
        """
        CREATE TABLE file_contents (
            number INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE,
            content BLOB NOT NULL,               -- as it came, compressed by zlib
            size INTEGER NOT NULL,               -- bytes as it came
            columns TEXT,                        -- JSON: the columns of a choice file; NULL = no choice file
            row_count INTEGER NOT NULL
        )
        """
    )
    db.execute(
        """
        CREATE TABLE form_files (
            form TEXT NOT NULL,
            version TEXT NOT NULL,
            name TEXT NOT NULL,                  -- as the form calls it: wells.csv
            file INTEGER NOT NULL REFERENCES file_contents (number),
            PRIMARY KEY (form, version, name)
        ) WITHOUT ROWID
        """
    )
    db.execute(
        """
        CREATE TABLE file_rows (
            file INTEGER NOT NULL REFERENCES file_contents (number),
            row INTEGER NOT NULL,                -- place in the file
            cells TEXT NOT NULL,                 -- JSON: the texts in the order of `columns`; null = no such cell
            PRIMARY KEY (file, row)
        ) WITHOUT ROWID
        """
    )
    # Which rows have a text in a column: what a cascading select asks. Long texts are no keys and are not here.
    db.execute(
        """
        CREATE TABLE file_keys (
            file INTEGER NOT NULL REFERENCES file_contents (number),
            place INTEGER NOT NULL,              -- of the column in `columns`
            value TEXT NOT NULL,
            row INTEGER NOT NULL,
            PRIMARY KEY (file, place, value, row)
        ) WITHOUT ROWID
        """
    )
