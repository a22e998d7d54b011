"""What retention removed is counted, and dead letters are found by their batch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Nothing was removed so far."""
    op.create_index("ix_dead_letters_seq_partition_offset", "dead_letters", ["seq", "partition", "offset"])
    op.create_table(
        "trimmed",
        sa.Column("name", NAME, autoincrement=False, nullable=False),
        sa.Column("value", INT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_trimmed"),
    )
