"""The shape that databases had before Alembic: there is nothing to run."""

from __future__ import annotations

revision = "0002"
down_revision = None


def upgrade() -> None:
    """Databases come into being at this version or a later one."""
