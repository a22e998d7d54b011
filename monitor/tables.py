"""The tables of the store: the same on SQLite and PostgreSQL.

Times are integer milliseconds. Text that orders or identifies compares bytewise on both (SQLite's BINARY,
PostgreSQL's "C"), so that every ordered read gives one sequence. Lists and maps are JSON text written by us, floats
are IEEE doubles: what was stored comes back to the bit (but a negative zero: SQLite drops its sign).
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

Int = BigInteger().with_variant(Integer, "sqlite")  # SQLite's INTEGER has 64 bits, and only it can alias the row id
Name = Text().with_variant(Text(collation="C"), "postgresql")
Json = Text()

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
)


T = TypeVar("T")


def _key(name: str, kind: TypeEngine[T]) -> Column[T]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _col(name: str, kind: TypeEngine[T], *, null: bool = False) -> Column[T]:
    return Column(name, kind, nullable=null)


# The counts are of what the batch brought; sums over them spare the dashboard a count over every item. `items` may be
# below zero: a repeat is taken off again by the batch whose watermark passes it.
journal = Table(
    "journal",
    metadata,
    _key("seq", Int),
    _col("tick_ms", Int),
    _col("moves", Boolean()),
    _col("ended", Boolean()),
    _col("idle", Json),
    _col("positions", Json),
    _col("watermark_ms", Int),
    _col("config_version", Text()),
    _col("model_version", Text()),
    _col("runtime_id", Text()),
    _col("records", Int),
    _col("items", Int),
    _col("late", Int),
    _col("dead", Int),
    _col("windows", Int),
)

positions = Table("positions", metadata, _key("partition", Name), _col("next_offset", Int))

# What told a topic from another one of its name when the positions in it were read.
log_ids = Table("log_ids", metadata, _key("topic", Name), _col("log_id", Text()))

# What a log no longer had when a runner was told to go on without it: `first` to `end` is what it had instead.
gaps = Table(
    "gaps",
    metadata,
    _key("seq", Int),
    _key("partition", Name),
    _col("position", Int),
    _col("first", Int),
    _col("end", Int),
    _col("anew", Boolean()),
)

items = Table(
    "items",
    metadata,
    _key("partition", Name),
    _key("offset", Int),
    _col("seq", Int),
    _col("source", Name),
    _col("news_id", Name),
    _col("event_time_ms", Int),
    _col("published_ms", Int),
    _col("ingest_time_ms", Int),
    _col("content_hash", Name),
    _col("headline", Text()),
    _col("body", Text()),
    _col("url", Text()),
    _col("lang", Text()),
    _col("tickers", Json),
    _col("negative", Double()),
    _col("neutral", Double()),
    _col("positive", Double()),
    _col("topics", Json),
    _col("by_target", Json),
    _col("decision", Text()),
    _col("value", Double()),
    _col("confidence", Double()),
    _col("depth", Int),
    _col("model_version", Text()),
    _col("runtime_id", Text()),
    _col("keys", Json),
    _col("late", Boolean()),
    Index(None, "seq", "partition", "offset"),
    Index(None, "event_time_ms"),
    Index(None, "source", "news_id", "seq"),
)

# Which items count for a key, by event time: what evidence, the page of a watch and late counts read.
item_keys = Table(
    "item_keys",
    metadata,
    _key("key", Name),
    _key("event_time_ms", Int),
    _key("partition", Name),
    _key("offset", Int),
    _col("late", Boolean()),
    sqlite_with_rowid=False,
)
# Late items are few. SQLite takes this index only where a query says `IS_LATE`, word for word (it does not see that
# `late = 1` is the same), and need not look into the table: hence the third column.
Index(
    "ix_item_keys_late",
    *(item_keys.c.key, item_keys.c.event_time_ms, item_keys.c.late),
    sqlite_where=item_keys.c.late,
    postgresql_where=item_keys.c.late,
)
IS_LATE = text("item_keys.late")

windows = Table(
    "windows",
    metadata,
    _col("key", Name),
    _col("start_ms", Int),
    _col("end_ms", Int),
    _col("items", Int),
    _col("stories", Int),
    _col("negative_sum", Int),
    _col("neutral_sum", Int),
    _col("positive_sum", Int),
    _col("polarity_sum", Int),
    _col("polarity_sq_sum", Int),
    PrimaryKeyConstraint("key", "end_ms", "start_ms"),
    sqlite_with_rowid=False,
)

window_sizes = Table("window_sizes", metadata, _key("size_ms", Int))

alert_events = Table(
    "alert_events",
    metadata,
    _key("alert_id", Name),
    _key("time_ms", Int),
    _key("transition", Name),
    _col("seq", Int),
    _col("rule", Text()),
    _col("rule_version", Text()),
    _col("key", Name),
    _col("started_ms", Int),
    _col("window_ms", Int),
    _col("value", Double()),
    _col("reason", Text()),
    _col("evidence", Json),
)

# message_id is null until the first attempt is planned: rows that share one go out as one message under that id.
# next_attempt_ms is null once nothing more is planned: delivered, or given up after the last attempt.
outbox = Table(
    "outbox",
    metadata,
    _key("notice_id", Name),
    _col("channel", Name),
    _col("alert_id", Name),
    _col("transition", Text()),
    _col("time_ms", Int),
    _col("title", Text()),
    _col("body", Text()),
    _col("severity", Text()),
    _col("summed", Boolean()),
    _col("message_id", Name, null=True),
    _col("attempts", Int),
    _col("next_attempt_ms", Int, null=True),
    _col("delivered_ms", Int, null=True),
    _col("last_error", Text()),
    Index(None, "next_attempt_ms"),
)

# topic is null where a letter is to be published nowhere; published_ms is null until the topic has it. headers is a
# list of [name, value in base64]; it and key are null where the record had none, and in letters of older versions.
dead_letters = Table(
    "dead_letters",
    metadata,
    _key("partition", Name),
    _key("offset", Int),
    _col("seq", Int),
    _col("reason", Text()),
    _col("detail", Text()),
    _col("payload", LargeBinary()),
    _col("length", Int),
    _col("sha256", Text()),
    _col("tick_ms", Int),
    _col("topic", Text(), null=True),
    _col("published_ms", Int, null=True),
    _col("key", LargeBinary(), null=True),
    _col("headers", Json, null=True),
    Index(None, "seq", "partition", "offset"),
)
IS_WAITING = dead_letters.c.topic.is_not(None) & dead_letters.c.published_ms.is_(None)
Index("ix_dead_letters_waiting", dead_letters.c.seq, sqlite_where=IS_WAITING, postgresql_where=IS_WAITING)

# Written by `groundswell deadletters redrive` alone: which letters were put back, when, and where.
redriven = Table(
    "redriven",
    metadata,
    _key("partition", Name),
    _key("offset", Int),
    _col("time_ms", Int),
    _col("target", Text()),
)

# What retention has removed so far: the last batch of a kind that is gone, and the sums of the journal's counts.
trimmed = Table("trimmed", metadata, _key("name", Name), _col("value", Int))

snapshots = Table("snapshots", metadata, _key("seq", Int), _col("state", LargeBinary()), _col("sha256", Text()))

settings = Table("settings", metadata, _key("version", Name), _col("content", Json), _col("first_seq", Int))

commands = Table(
    "commands",
    metadata,
    Column("id", Int, primary_key=True, autoincrement=True),
    _col("kind", Text()),
    _col("payload", Json),
    _col("time_ms", Int),
    _col("taken_seq", Int, null=True),
)

lease = Table(
    "lease",
    metadata,
    _key("name", Name),
    _col("holder", Text()),
    _col("epoch", Int),
    _col("expires_ms", Int),
)
