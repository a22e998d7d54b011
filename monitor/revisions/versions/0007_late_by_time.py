"""The index of the late items has their times: without them SQLite never used it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make it anew; nothing else changes."""
    op.drop_index("ix_item_keys_late", "item_keys")
    op.create_index(
        "ix_item_keys_late",
        "item_keys",
        ["key", "event_time_ms", "late"],
        sqlite_where=sa.text("late"),
        postgresql_where=sa.text("late"),
    )
