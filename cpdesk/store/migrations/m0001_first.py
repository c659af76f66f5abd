"""The first shape of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def up(db: Database) -> None:
    """Make all tables."""
    _records(db)
    _operations(db)
    _around(db)


def _records(db: Database) -> None:
    # What lists show stands apart from the answers, so that paging through 100,000 records reads narrow rows only.
    db.execute(
        """
        CREATE TABLE records (
            number INTEGER PRIMARY KEY,          -- row of this desk, also of the search index
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            form TEXT NOT NULL,
            version TEXT NOT NULL,
            stream TEXT NOT NULL,
            status TEXT NOT NULL,
            site TEXT,
            title TEXT NOT NULL,
            village TEXT NOT NULL,
            search_text TEXT NOT NULL,
            summary TEXT NOT NULL,               -- JSON: column of the list -> value; holds `beside` too
            beside TEXT NOT NULL DEFAULT '{}',   -- JSON: figures this desk worked out, and a site's newest survey
            revision INTEGER NOT NULL,
            updated_at TEXT NOT NULL,
            deleted INTEGER NOT NULL,
            sample INTEGER NOT NULL,
            conflicts INTEGER NOT NULL,          -- open ones
            unsent INTEGER NOT NULL              -- operations of this desk the server has not ordered yet
        )
        """
    )
    db.execute("CREATE INDEX records_by_time ON records (deleted, kind, updated_at, id)")
    db.execute("CREATE INDEX records_by_title ON records (deleted, kind, title, id)")
    db.execute("CREATE INDEX records_by_village ON records (deleted, kind, village, status)")
    db.execute("CREATE INDEX records_by_site ON records (site) WHERE site IS NOT NULL")
    db.execute(
        """
        CREATE TABLE fields (
            number INTEGER PRIMARY KEY REFERENCES records (number),
            visible TEXT NOT NULL,               -- JSON: path -> value, as people see it
            server TEXT                          -- JSON: as the server has it; NULL = the same as visible
        )
        """
    )
    # Contentless: the words lie in records.search_text already. No positions: terms are bigrams, see store/search.py.
    # The tokenizer `ascii` takes every character beyond ASCII as part of a term, rare ideographs too.
    db.execute(
        "CREATE VIRTUAL TABLE search USING fts5 (terms, content='', contentless_delete=1, detail=none,"
        " tokenize='ascii')"
    )


def _operations(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE operations (
            number INTEGER PRIMARY KEY,
            op_id TEXT NOT NULL UNIQUE,
            device TEXT NOT NULL,
            seq INTEGER NOT NULL,
            record TEXT NOT NULL,
            actor TEXT NOT NULL,
            at TEXT NOT NULL,
            own INTEGER NOT NULL,                -- made on this desk
            content TEXT NOT NULL,               -- canonical JSON, the bytes that were hashed
            content_hash TEXT NOT NULL,
            signature TEXT NOT NULL,
            revision INTEGER,                    -- place in the server's order; NULL = not ordered yet
            outcome TEXT,
            reason TEXT NOT NULL,
            role TEXT NOT NULL,                  -- edit, undo, redo, barrier
            target TEXT                          -- the operation undone or redone
        )
        """
    )
    db.execute("CREATE UNIQUE INDEX operations_of_device ON operations (device, seq) WHERE own = 1")
    db.execute("CREATE INDEX operations_of_record ON operations (record)")
    db.execute("CREATE INDEX operations_to_send ON operations (number) WHERE own = 1 AND revision IS NULL")
    db.execute(
        """
        CREATE TABLE conflicts (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            record TEXT NOT NULL,
            path TEXT NOT NULL,
            original TEXT,
            current TEXT, current_op TEXT NOT NULL, current_actor TEXT NOT NULL, current_at TEXT NOT NULL,
            proposed TEXT, proposed_op TEXT NOT NULL, proposed_actor TEXT NOT NULL, proposed_at TEXT NOT NULL,
            settled_by TEXT,                     -- as the server has it
            resolved_by TEXT                     -- as people see it: settled_by, or an unsent operation of this desk
        )
        """
    )
    db.execute("CREATE INDEX conflicts_of_record ON conflicts (record)")
    db.execute(
        """
        CREATE TABLE identities (
            number INTEGER PRIMARY KEY,          -- the last one is this desk's; older ones came back with a backup
            device TEXT NOT NULL UNIQUE,
            private_key BLOB NOT NULL,
            public_key TEXT NOT NULL,
            made_at TEXT NOT NULL
        )
        """
    )
    db.execute("CREATE TABLE cursors (stream TEXT PRIMARY KEY, cursor TEXT NOT NULL)")


def _around(db: Database) -> None:
    db.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    db.execute(
        """
        CREATE TABLE blobs (
            sha256 TEXT PRIMARY KEY,
            size INTEGER,                        -- bytes; NULL = not here yet, known by name only
            mime TEXT NOT NULL,
            here INTEGER NOT NULL,
            sent INTEGER NOT NULL,
            added_at TEXT NOT NULL
        )
        """
    )
    db.execute(
        """
        CREATE TABLE form_versions (
            form TEXT NOT NULL,
            version TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            xml TEXT NOT NULL,
            source TEXT NOT NULL,
            added_at TEXT NOT NULL,
            PRIMARY KEY (form, version)
        )
        """
    )
