"""A dead letter keeps the key and the headers of its record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Of older letters neither is known."""
    op.add_column("dead_letters", sa.Column("key", sa.LargeBinary(), nullable=True))
    op.add_column("dead_letters", sa.Column("headers", sa.Text(), nullable=True))
