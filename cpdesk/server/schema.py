"""The server's tables, in SQLAlchemy Core, the same for SQLite and PostgreSQL.

Every table that grows with the surveys has its stream (township) first in its primary key, so that it can be cut up by
it: `GROWING` are hash partitions on PostgreSQL, or distributed tables on Citus. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)
from sqlalchemy import Text as AnyText

SCHEMA_VERSION: Final = 4
SET_BACK: Final = "set_back"  # of `meta`: when the database was restored from a backup, where it was
OLDEST_VERSION: Final = 2  # that `migrations` can bring up to this one

Text: Final = AnyText().with_variant(AnyText(collation="C"), "postgresql")
"""Sorted by code point everywhere: ids, codes and times are compared as texts."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

streams = Table(
    "streams",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device", Text, primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("streams", Text, nullable=False),  # codes separated by spaces
    Column("status", Text, nullable=False),  # active, revoked
    Column("flag", Text, nullable=False),  # empty, or chain_fork: two computers write under this id
    Column("head_seq", BigInteger, nullable=False),
    Column("head_hash", Text, nullable=False),
    Column("durable_seq", BigInteger, nullable=False, server_default="0"),  # as far as a verified backup has it
    Column("enrolled_at", Text, nullable=False),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("streams", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_by", Text),
)

records = Table(
    "records",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("form", Text, nullable=False),
    Index("records_by_id", "record"),  # a record belongs to one stream: others ask by its id alone
)

operations = Table(
    "operations",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", Text, primary_key=True),  # a fork gives one number two contents, and both are kept
    Column("op_id", Text, nullable=False),
    Column("revision", BigInteger),  # null: kept, but refused for this stream and in nobody's order
    Column("record", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("entry", LargeBinary, nullable=False),  # canonical JSON as pulls serve it
    Column("received_at", Text, nullable=False),
    UniqueConstraint("stream", "revision", name="operations_in_order"),
    Index("operations_by_id", "op_id"),
    Index("operations_of_device", "device", "seq"),
    Index("operations_of_record", "stream", "record", "revision"),
)

field_states = Table(
    "field_states",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("value", Text),
    Column("revision", BigInteger, nullable=False),
    Column("op_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("device", Text, nullable=False),  # empty: nobody's own, see sync/merge.py
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # canonical JSON of the conflict
    Column("settled_by", Text),
    Index("conflicts_of_record", "stream", "record"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Text, nullable=False),
)

blob_owners = Table(
    "blob_owners",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("device", Text, primary_key=True),
)

blob_references = Table(
    "blob_references",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
)

uploads = Table(
    "uploads",
    metadata,
    Column("device", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("length", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("updated_at", Text, nullable=False),
)

forms = Table(
    "forms",
    metadata,
    Column("form", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("published_at", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", Text, nullable=False, server_default=""),  # of the line before and this one: see people/audit.py
)

GROWING: Final = (records, operations, field_states, conflicts, blob_references)
