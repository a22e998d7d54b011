"""The tables of version 0.1.0. A store without a revision is of this one.

Frozen: what later revisions change is in them, and monitor/tables.py has the sum.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create every table."""
    _alert_events()
    _commands()
    _dead_letters()
    _item_keys()
    _items()
    _journal()
    _lease()
    _outbox()
    _positions()
    _settings()
    _snapshots()
    _window_sizes()
    _windows()


def _alert_events() -> None:
    _table(
        "alert_events",
        ("alert_id", "time_ms", "transition"),
        _col("alert_id", NAME),
        _col("time_ms", INT),
        _col("transition", NAME),
        _col("seq", INT),
        _col("rule", sa.Text()),
        _col("rule_version", sa.Text()),
        _col("key", NAME),
        _col("started_ms", INT),
        _col("window_ms", INT),
        _col("value", sa.Double()),
        _col("reason", sa.Text()),
        _col("evidence", sa.Text()),
    )


def _commands() -> None:
    _table(
        "commands",
        ("id",),
        sa.Column("id", INT, autoincrement=True, nullable=False),
        _col("kind", sa.Text()),
        _col("payload", sa.Text()),
        _col("time_ms", INT),
        _col("taken_seq", INT, null=True),
    )


def _dead_letters() -> None:
    _table(
        "dead_letters",
        ("partition", "offset"),
        _col("partition", NAME),
        _col("offset", INT),
        _col("seq", INT),
        _col("reason", sa.Text()),
        _col("detail", sa.Text()),
        _col("payload", sa.LargeBinary()),
        _col("length", INT),
        _col("sha256", sa.Text()),
        _col("tick_ms", INT),
    )


def _item_keys() -> None:
    _table(
        "item_keys",
        ("key", "event_time_ms", "partition", "offset"),
        _col("key", NAME),
        _col("event_time_ms", INT),
        _col("partition", NAME),
        _col("offset", INT),
        _col("late", sa.Boolean()),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_item_keys_late", "item_keys", ["key"], sqlite_where=sa.text("late"), postgresql_where=sa.text("late")
    )


def _items() -> None:
    _table(
        "items",
        ("partition", "offset"),
        _col("partition", NAME),
        _col("offset", INT),
        _col("seq", INT),
        _col("source", NAME),
        _col("news_id", NAME),
        _col("event_time_ms", INT),
        _col("published_ms", INT),
        _col("ingest_time_ms", INT),
        _col("content_hash", NAME),
        _col("headline", sa.Text()),
        _col("body", sa.Text()),
        _col("url", sa.Text()),
        _col("lang", sa.Text()),
        _col("tickers", sa.Text()),
        _col("negative", sa.Double()),
        _col("neutral", sa.Double()),
        _col("positive", sa.Double()),
        _col("topics", sa.Text()),
        _col("by_target", sa.Text()),
        _col("decision", sa.Text()),
        _col("value", sa.Double()),
        _col("confidence", sa.Double()),
        _col("depth", INT),
        _col("model_version", sa.Text()),
        _col("runtime_id", sa.Text()),
        _col("keys", sa.Text()),
        _col("late", sa.Boolean()),
    )
    op.create_index("ix_items_event_time_ms", "items", ["event_time_ms"])
    op.create_index("ix_items_seq_partition_offset", "items", ["seq", "partition", "offset"])
    op.create_index("ix_items_source_news_id_seq", "items", ["source", "news_id", "seq"])


def _journal() -> None:
    _table(
        "journal",
        ("seq",),
        _col("seq", INT),
        _col("tick_ms", INT),
        _col("moves", sa.Boolean()),
        _col("ended", sa.Boolean()),
        _col("idle", sa.Text()),
        _col("positions", sa.Text()),
        _col("watermark_ms", INT),
        _col("config_version", sa.Text()),
        _col("model_version", sa.Text()),
        _col("runtime_id", sa.Text()),
        _col("records", INT),
        _col("items", INT),
        _col("late", INT),
        _col("dead", INT),
        _col("windows", INT),
    )


def _lease() -> None:
    _table(
        "lease",
        ("name",),
        _col("name", NAME),
        _col("holder", sa.Text()),
        _col("epoch", INT),
        _col("expires_ms", INT),
    )


def _outbox() -> None:
    _table(
        "outbox",
        ("notice_id",),
        _col("notice_id", NAME),
        _col("channel", NAME),
        _col("alert_id", NAME),
        _col("transition", sa.Text()),
        _col("time_ms", INT),
        _col("title", sa.Text()),
        _col("body", sa.Text()),
        _col("severity", sa.Text()),
        _col("summed", sa.Boolean()),
        _col("message_id", NAME, null=True),
        _col("attempts", INT),
        _col("next_attempt_ms", INT, null=True),
        _col("delivered_ms", INT, null=True),
        _col("last_error", sa.Text()),
    )
    op.create_index("ix_outbox_next_attempt_ms", "outbox", ["next_attempt_ms"])


def _positions() -> None:
    _table(
        "positions",
        ("partition",),
        _col("partition", NAME),
        _col("next_offset", INT),
    )


def _settings() -> None:
    _table(
        "settings",
        ("version",),
        _col("version", NAME),
        _col("content", sa.Text()),
        _col("first_seq", INT),
    )


def _snapshots() -> None:
    _table(
        "snapshots",
        ("seq",),
        _col("seq", INT),
        _col("state", sa.LargeBinary()),
        _col("sha256", sa.Text()),
    )


def _window_sizes() -> None:
    _table(
        "window_sizes",
        ("size_ms",),
        _col("size_ms", INT),
    )


def _windows() -> None:
    _table(
        "windows",
        ("key", "end_ms", "start_ms"),
        _col("key", NAME),
        _col("start_ms", INT),
        _col("end_ms", INT),
        _col("items", INT),
        _col("stories", INT),
        _col("negative_sum", INT),
        _col("neutral_sum", INT),
        _col("positive_sum", INT),
        _col("polarity_sum", INT),
        _col("polarity_sq_sum", INT),
        sqlite_with_rowid=False,
    )


def _col(name: str, kind: sa.types.TypeEngine[Any], *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, autoincrement=False, nullable=null)


def _table(name: str, key: tuple[str, ...], *columns: sa.Column[Any], **options: Any) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"), **options)
