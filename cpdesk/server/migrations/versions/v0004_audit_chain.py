"""Chain the lines of the audit trail by hash, so that one that was changed or taken out shows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Lines from before have no hash; the chain begins behind them."""
    op.add_column("audit", Column("hash", Text, nullable=False, server_default=""))
