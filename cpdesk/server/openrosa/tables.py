"""What the OpenRosa face keeps: app users, submissions as they came, their attachments, files of forms."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table

from cpdesk.server.schema import Text, metadata

users = Table(
    "openrosa_users",
    metadata,
    Column("device", Text, primary_key=True),  # of `devices`: rights, status and chain stand there
    Column("login", Text, nullable=False, unique=True),
    Column("password_digest", Text, nullable=False),  # HA1 of RFC 7616: MD5 of login:realm:password
    Column("token_hash", Text, nullable=False, unique=True),
    Column("private_key", Text, nullable=False),  # Ed25519, 64 hex digits
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text, nullable=False),  # empty, or ISO 8601 in UTC
)

submissions = Table(
    "openrosa_submissions",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of the XML as it came
    Column("xml", LargeBinary, nullable=False),
    Column("repaired", LargeBinary),  # XML that an administrator put in its place
    Column("device", Text, nullable=False),
    Column("state", Text, nullable=False),  # taken, quarantined
    Column("reason", Text, nullable=False),  # why quarantined: one word, and the place
    Column("record", Text, nullable=False),  # empty while quarantined
    Column("revision", BigInteger, nullable=False),  # of the last operation made of it
    Column("answers", LargeBinary, nullable=False),  # canonical JSON: what the phone showed, by field path
    Column("waiting", LargeBinary, nullable=False),  # canonical JSON: file name by path, until the file comes
    Column("edited_by", Text, nullable=False),  # the instance that replaced this one, else empty
    Column("received_at", Text, nullable=False),
)

attachments = Table(
    "openrosa_attachments",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
)

form_files = Table(
    "openrosa_form_files",
    metadata,
    Column("form", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

GROWING: Final = (submissions, attachments)
