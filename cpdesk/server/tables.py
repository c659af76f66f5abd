"""All tables of the server's database: those of `schema.py`, and those that a room keeps in a `tables.py` of its own.

A room that adds tables names its module here, and adds a migration (docs/sync-protocol.md, "Tables of the server").
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData, Table

from cpdesk.server import schema
from cpdesk.server.openrosa import tables as openrosa

METADATA: Final[MetaData] = schema.metadata
GROWING: Final[tuple[Table, ...]] = (*schema.GROWING, *openrosa.GROWING)
