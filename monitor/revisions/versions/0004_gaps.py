"""Topics are known by their ids, and gaps that were accepted are written down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """A topic of which no id is known is taken as it is found."""
    op.create_table(
        "log_ids",
        sa.Column("topic", NAME, autoincrement=False, nullable=False),
        sa.Column("log_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name="pk_log_ids"),
    )
    op.create_table(
        "gaps",
        sa.Column("seq", INT, autoincrement=False, nullable=False),
        sa.Column("partition", NAME, autoincrement=False, nullable=False),
        sa.Column("position", INT, nullable=False),
        sa.Column("first", INT, nullable=False),
        sa.Column("end", INT, nullable=False),
        sa.Column("anew", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "partition", name="pk_gaps"),
    )
