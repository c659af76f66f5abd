"""Put the township first in the primary key of every table that grows, note what a backup covers of each desk, and
count the tables for phones in.

SQLite cannot change a primary key, so tables are made anew. Written out, so that it stays what it is when schema.py
goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text, UniqueConstraint, inspect

revision = "0003"
down_revision = "0002"

_Columns = Sequence[tuple[str, type[BigInteger | LargeBinary | Text], bool]]
_RECORDS: _Columns = (("stream", Text, False), ("record", Text, False), ("kind", Text, False), ("form", Text, False))
_OPERATIONS: _Columns = (
    ("stream", Text, False),
    ("device", Text, False),
    ("seq", BigInteger, False),
    ("hash", Text, False),
    ("op_id", Text, False),
    ("revision", BigInteger, True),
    ("record", Text, False),
    ("outcome", Text, False),
    ("reason", Text, False),
    ("entry", LargeBinary, False),
    ("received_at", Text, False),
)
_FIELD_STATES: _Columns = (
    ("stream", Text, False),
    ("record", Text, False),
    ("path", Text, False),
    ("value", Text, True),
    ("revision", BigInteger, False),
    ("op_id", Text, False),
    ("actor", Text, False),
    ("at", Text, False),
    ("device", Text, False),
)
_CONFLICTS: _Columns = (
    ("stream", Text, False),
    ("id", Text, False),
    ("record", Text, False),
    ("device", Text, False),
    ("revision", BigInteger, False),
    ("body", LargeBinary, False),
    ("settled_by", Text, True),
)
_BLOB_REFERENCES: _Columns = (("stream", Text, False), ("sha256", Text, False))


def upgrade() -> None:
    """Make the five tables anew with what is in them, then their indexes; make what phones need where it is missing."""
    op.drop_index("ix_operations_op_id", "operations")
    op.drop_index("operations_of_record", "operations")
    op.drop_index("ix_conflicts_record", "conflicts")
    _anew("records", _RECORDS, 2)
    _anew("operations", _OPERATIONS, 4)
    _anew("field_states", _FIELD_STATES, 3)
    _anew("conflicts", _CONFLICTS, 2)
    _anew("blob_references", _BLOB_REFERENCES, 2)
    op.create_index("records_by_id", "records", ["record"])
    op.create_index("operations_by_id", "operations", ["op_id"])
    op.create_index("operations_of_device", "operations", ["device", "seq"])
    op.create_index("operations_of_record", "operations", ["stream", "record", "revision"])
    op.create_index("conflicts_of_record", "conflicts", ["stream", "record"])
    op.add_column("devices", Column("durable_seq", BigInteger, nullable=False, server_default="0"))
    if not inspect(op.get_bind()).has_table("openrosa_users"):  # version 2 made them with the first phone
        _make_openrosa()


def _make_openrosa() -> None:
    op.create_table(
        "openrosa_users",
        Column("device", Text, primary_key=True),
        Column("login", Text, nullable=False, unique=True),
        Column("password_digest", Text, nullable=False),
        Column("token_hash", Text, nullable=False, unique=True),
        Column("private_key", Text, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("locked_until", Text, nullable=False),
    )
    op.create_table(
        "openrosa_submissions",
        *(Column(name, Text, primary_key=True) for name in ("stream", "form", "instance")),
        *(Column(name, Text, nullable=False) for name in ("version", "sha256")),
        Column("xml", LargeBinary, nullable=False),
        Column("repaired", LargeBinary),
        *(Column(name, Text, nullable=False) for name in ("device", "state", "reason", "record")),
        Column("revision", BigInteger, nullable=False),
        Column("answers", LargeBinary, nullable=False),
        Column("waiting", LargeBinary, nullable=False),
        Column("edited_by", Text, nullable=False),
        Column("received_at", Text, nullable=False),
    )
    op.create_table(
        "openrosa_attachments",
        *(Column(name, Text, primary_key=True) for name in ("stream", "form", "instance", "name")),
        Column("sha256", Text, nullable=False),
        Column("size", BigInteger, nullable=False),
    )
    op.create_table(
        "openrosa_form_files",
        *(Column(name, Text, primary_key=True) for name in ("form", "version", "name")),
        Column("body", LargeBinary, nullable=False),
    )


def _anew(name: str, columns: _Columns, key: int) -> None:
    """The table with other keys: its first `key` columns are the primary one."""
    op.rename_table(name, f"{name}_0002")
    made = [
        Column(each, kind, nullable=nullable, primary_key=at < key) for at, (each, kind, nullable) in enumerate(columns)
    ]
    order = [UniqueConstraint("stream", "revision", name="operations_in_order")] if name == "operations" else []
    op.create_table(name, *made, *order)
    names = ", ".join(each for each, _, _ in columns)
    op.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM {name}_0002")  # noqa: S608 # names of ours
    op.drop_table(f"{name}_0002")
