"""Dead letters are published on a topic of their own, and may be put back on the one they came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """The letters that are there already are on no topic, and are not published late."""
    op.add_column("dead_letters", sa.Column("topic", sa.Text(), nullable=True))
    op.add_column("dead_letters", sa.Column("published_ms", INT, nullable=True))
    waiting = sa.text("topic IS NOT NULL AND published_ms IS NULL")
    op.create_index("ix_dead_letters_waiting", "dead_letters", ["seq"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "redriven",
        sa.Column("partition", NAME, autoincrement=False, nullable=False),
        sa.Column("offset", INT, autoincrement=False, nullable=False),
        sa.Column("time_ms", INT, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partition", "offset", name="pk_redriven"),
    )
