"""The headlines behind a number: which items of a key stand out in a window."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select
from sqlalchemy.engine import Connection

from monitor.tables import item_keys, items
from streams.records import Evidence

Order = Literal["negative", "positive", "neutral", "polarity", "recent"]
POLARITY = items.c.positive - items.c.negative
RANKS: dict[Order, ColumnElement[Any]] = {
    "negative": items.c.negative,
    "positive": items.c.positive,
    "neutral": items.c.neutral,
    "polarity": POLARITY,
    "recent": items.c.event_time_ms,
}
FOLD_ORDER = (items.c.event_time_ms, items.c.source, items.c.news_id, items.c.content_hash)


def find_evidence(
    connection: Connection, key: str, start_ms: int, end_ms: int, order: Order, *, descending: bool, limit: int
) -> tuple[Evidence, ...]:
    """The first `limit` on-time items of `key` in `[start_ms, end_ms)` by `order`, each headline once.

    Of a revised item only the text that the fold keeps, its first, can be evidence. Ties go by event time, source
    and id, so the answer depends on nothing but the items.
    """
    window = and_(
        item_keys.c.key == key,
        item_keys.c.event_time_ms >= start_ms,
        item_keys.c.event_time_ms < end_ms,
        item_keys.c.late.is_(False),
    )
    rank = RANKS[order].desc() if descending else RANKS[order].asc()
    here = and_(items.c.partition == item_keys.c.partition, items.c.offset == item_keys.c.offset)
    columns = (*FOLD_ORDER, items.c.headline, POLARITY.label("polarity"), items.c.model_version)
    query = select(*columns).select_from(item_keys.join(items, here)).where(window).order_by(rank, *FOLD_ORDER)
    found: dict[str, Evidence] = {}
    with connection.execute(query.execution_options(yield_per=50)) as rows:
        for row in rows.mappings():
            title = " ".join(row["headline"].casefold().split())
            if title not in found and not _is_revision(connection, row, start_ms):
                found[title] = _evidence(row)
            if len(found) >= limit:
                break
    return tuple(found.values())


def _is_revision(connection: Connection, row: RowMapping, start_ms: int) -> bool:
    """Whether the fold met another text of the same item earlier in the window."""
    earlier = or_(
        items.c.event_time_ms < row["event_time_ms"],
        and_(items.c.event_time_ms == row["event_time_ms"], items.c.content_hash < row["content_hash"]),
    )
    same = and_(items.c.source == row["source"], items.c.news_id == row["news_id"])
    in_window = and_(items.c.event_time_ms >= start_ms, items.c.late.is_(False))
    query = select(items.c.seq).where(same, in_window, earlier).limit(1)
    return connection.execute(query).first() is not None


def _evidence(row: RowMapping) -> Evidence:
    return Evidence(
        source=row["source"],
        news_id=row["news_id"],
        event_time_ms=row["event_time_ms"],
        headline=row["headline"],
        polarity=row["polarity"],
        model_version=row["model_version"],
    )
